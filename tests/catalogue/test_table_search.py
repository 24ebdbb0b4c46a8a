"""Words inside a table: ``q`` finds Japanese words and parts of words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ckan.plugins.toolkit as tk
from ckan.tests import factories
from ckanext.datastore.backend.postgres import get_write_engine
from ckanext.miyagiict.catalogue import identity, tables
from ckanext.miyagiict.catalogue.publish import publish
from ckanext.miyagiict.packages.table import Column
from ckanext.miyagiict.packages.terms import question

pytestmark = pytest.mark.usefixtures("catalogue")

ROWS = [
    ["1", "仙台市青葉区役所　本庁舎", "指定緊急避難場所", "ＡＥＤあり"],
    ["2", "名取市役所", "避難所", "みやぎFree Wi-Fi"],
    ["3", "サーバー室", "AED設置箇所", "1,234件（令和３年度）"],
    ["4", "ｵｰﾌﾟﾝデータ", "公衆トイレ", ""],
]
NAMES = ["id", "name", "kind", "note"]


@pytest.fixture
def places(make_package: Callable[..., Any]) -> str:
    """A published table; its resource id."""
    package = make_package()
    publish(package.table("places", NAMES, ROWS, schema={"primaryKey": "id"}).folder)
    return identity.resource_id(package.name, "places")


def found(resource_id: str, **search: Any) -> list[str]:
    answer = tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": resource_id, **search})
    assert answer.get("total", len(answer["records"])) == len(answer["records"])
    return [row["id"] for row in answer["records"]]


FOUND = {
    "仙台市": ["1"],
    "青葉区役所": ["1"],
    "市役所": ["2"],
    "役所": ["1", "2"],
    "避難": ["1", "2"],
    "避難所": ["2"],
    "避難場所": ["1"],
    "AED": ["1", "3"],
    "ａｅｄ": ["1", "3"],
    "aed 仙台": ["1"],
    "オープンデータ": ["4"],
    "ｵｰﾌﾟﾝ": ["4"],
    "トイ": ["4"],
    "区": ["1"],
    "庁": ["1"],
    "令和3年度": ["3"],
    "1,234": ["3"],
    "free wi-fi": ["2"],
    "仙台 名取": [],
    "存在しない語": [],
    "・、。": [],
}


def test_words_and_parts_of_words_are_found(places: str) -> None:
    """Whatever their width, case and place in the cell; all words must be in the row."""
    assert {q: found(places, q=q) for q in FOUND} == FOUND


def test_a_column_can_be_searched(places: str) -> None:
    """Words in one column do not answer for another."""
    assert found(places, q={"kind": "避難"}) == ["1", "2"]
    assert found(places, q={"name": "避難"}) == []
    assert found(places, q={"kind": "AED"}) == ["3"]
    assert found(places, q={"kind": "避難", "note": "aed"}) == ["1"]


def test_paging_sorting_filters_and_formats_go_on_working(places: str) -> None:
    """q is one condition among others."""
    assert found(places, q="避難", filters={"id": "2"}) == ["2"]
    answer = tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": places, "q": "避難", "limit": 1, "offset": 1, "sort": "id desc"})
    assert (answer["total"], [row["id"] for row in answer["records"]]) == (2, ["1"])
    csv = tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": places, "q": "避難", "records_format": "csv", "fields": ["id"]})
    assert csv["records"] == "1\n2\n"


def test_the_dump_is_searched_alike(places: str, app: Any) -> None:
    """The download of a search holds its rows."""
    body = app.get(f"/datastore/dump/{places}?q=市役所&fields=id,name").body
    assert body.splitlines()[1:] == ["2,名取市役所"]


def test_the_preview_is_searched_alike(places: str, app: Any) -> None:
    """CKAN's preview throws Japanese characters away; ours arrive, in the search box and in a column's box."""
    (view,) = tk.get_action("resource_view_list")({"ignore_auth": True}, {"id": places})
    form = {"draw": "1", "search[value]": "市役所", "start": "0", "length": "10"}
    answer = json.loads(app.post(f"/datatables/ajax/{view['id']}", data=form).body)
    assert [row["id"] for row in answer["data"]] == ["2"]
    form["search[value]"] = ""
    for number, name in enumerate(["_id", *NAMES]):
        form |= {f"columns[{number}][name]": name, f"columns[{number}][search][value]": "避難" if name == "kind" else ""}
    answer = json.loads(app.post(f"/datatables/ajax/{view['id']}", data=form).body)
    assert [row["id"] for row in answer["data"]] == ["1", "2"]


def test_an_alias_is_searched_alike(places: str) -> None:
    """The second name of a table leads to the same rows."""
    with get_write_engine().begin() as connection:
        connection.execute(sa.text(f'CREATE VIEW "evacuation" AS SELECT * FROM "{places}"'))
    assert found("evacuation", q="市役所") == ["2"]


def test_rows_written_later_are_found(places: str) -> None:
    """Terms of a row that staff add through CKAN are those that the loader would have made."""
    context = {"ignore_auth": True, "user": factories.Sysadmin()["name"]}
    tk.get_action("datastore_upsert")(context, {"resource_id": places, "force": True, "records": [
        {"id": "5", "name": "石巻市立図書館", "kind": "ＡＥＤ", "note": None}, {"id": "4", "name": "変更した名前", "kind": "公衆トイレ", "note": ""},
    ]})
    assert found(places, q="市立図書") == ["5"]
    assert found(places, q="aed") == ["1", "3", "5"]
    assert found(places, q="オープンデータ") == []


def test_a_table_of_ckans_own_answers_as_ever() -> None:
    """Whoever made a table by datastore_create has CKAN's search in it."""
    dataset = factories.Dataset(owner_org=factories.Organization()["id"])
    resource = factories.Resource(package_id=dataset["id"], url="https://example.jp/a.csv")
    tk.get_action("datastore_create")({"ignore_auth": True, "user": factories.Sysadmin()["name"]}, {
        "resource_id": resource["id"], "force": True, "fields": [{"id": "id", "type": "text"}, {"id": "t", "type": "text"}],
        "records": [{"id": "1", "t": "running shoes"}],
    })
    assert found(resource["id"], q="run") == ["1"]


def test_a_tsquery_stays_a_tsquery(places: str) -> None:
    """plain=false is CKAN's own syntax."""
    assert found(places, q="仙台 & 台市", plain=False, language="simple") == ["1"]


@pytest.mark.parametrize("resource_id", ["no-such-table", 'a"b', "a' OR 1=1 --", ""])
def test_a_table_that_is_not_there_is_not_found(resource_id: str) -> None:
    """Whatever its name."""
    with pytest.raises((tk.ObjectNotFound, tk.ValidationError)):
        found(resource_id, q="仙台")


TEXT = st.text(st.sampled_from("仙台市青葉区ガイドブックーｶﾞ県aZ09 　・、-_'\"\\&|!():*<>%"), min_size=1, max_size=20)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cell=TEXT, data=st.data())
def test_every_part_of_a_cell_finds_its_row(cell: str, data: Any, places: str) -> None:
    """Any piece of a cell that begins at a word's beginning or in Japanese, signs and all; no piece breaks the query."""
    resource_id = "00000000-0000-4000-8000-00000000000a"
    columns = [Column("cell", "text", "cell", "", "", "")]
    tables.load(resource_id, columns, [], [[cell]], tables.fingerprint(columns, [], "test"))
    japanese = [place for place, character in enumerate(cell) if ord(character) > 0xFF and character.isalpha()]
    with get_write_engine().connect() as connection:
        loaded = connection.execute(sa.text(f'SELECT _full_text::text FROM "{resource_id}"')).scalar_one()
        written = connection.execute(sa.text(f"INSERT INTO \"{resource_id}\" (cell) VALUES (:cell) RETURNING _full_text::text"), {"cell": cell}).scalar_one()
        assert written == loaded
        for start in japanese[:3]:
            end = data.draw(st.integers(start + 1, len(cell)))
            answer = _count(connection, resource_id, cell[start:end])
            assert answer == 2, cell[start:end]


def _count(connection: Any, resource_id: str, q: str) -> int:
    return connection.execute(
        sa.text(f"SELECT count(*) FROM \"{resource_id}\" WHERE _full_text @@ cast(:terms as tsquery)"), {"terms": question(q)}
    ).scalar_one()
