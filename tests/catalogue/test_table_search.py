"""Words inside a table: ``q`` finds Japanese words and parts of words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ckan.plugins.toolkit as tk
from ckan.tests import factories
from ckanext.datastore.backend import postgres as datastore
from ckanext.datastore.backend.postgres import get_read_engine, get_write_engine
from ckanext.miyagiict.catalogue import identity, tables
from ckanext.miyagiict.catalogue.publish import publish
from ckanext.miyagiict.packages.search_text import row_text, words
from ckanext.miyagiict.packages.table import Column
from ckanext.miyagiict.search import tables as search_tables

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
    "23": ["3"],
    "234,1": [],
    "所 置": ["3"],
    "置所": [],
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
    assert found(places, q='{"kind": "避難", "note": "aed"}') == ["1"]
    assert found(places, q={"_id": "2"}) == ["2"]
    assert found(places, q={"_id": "2", "kind": "避難"}) == ["2"]
    assert found(places, q="{}") == ["1", "2", "3", "4"]
    with pytest.raises(tk.ValidationError):
        found(places, q={"no such column": "避難"})


def test_paging_sorting_filters_and_formats_go_on_working(places: str) -> None:
    """q is one condition among others."""
    assert found(places, q="避難", filters={"id": "2"}) == ["2"]
    answer = tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": places, "q": "避難", "limit": 1, "offset": 1, "sort": "id desc"})
    assert (answer["total"], [row["id"] for row in answer["records"]]) == (2, ["1"])
    csv = tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": places, "q": "避難", "records_format": "csv", "fields": ["id"]})
    assert csv["records"] == "1\n2\n"
    kinds = {"resource_id": places, "q": "避難", "fields": ["kind"], "distinct": True, "sort": "kind"}
    assert tk.get_action("datastore_search")({"ignore_auth": True}, kinds)["total"] == 2
    assert "total" not in tk.get_action("datastore_search")({"ignore_auth": True}, {**kinds, "include_total": False})


def test_the_answer_has_the_form_of_ckans_own(places: str) -> None:
    """As without a question; and the text that is searched is not in it."""
    context = {"ignore_auth": True}
    plain = tk.get_action("datastore_search")(dict(context), {"resource_id": places})
    asked = tk.get_action("datastore_search")(dict(context), {"resource_id": places, "q": "市役所"})
    assert plain.keys() == asked.keys()
    assert {**asked, "records": None, "total": None} == {**plain, "records": None, "total": None}
    assert [list(row) for row in asked["records"]] == [["_id", *NAMES]]
    info = tk.get_action("datastore_info")(dict(context), {"id": places})
    assert [field["id"] for field in info["fields"]] == NAMES


def test_a_call_can_be_made_again(places: str) -> None:
    """With the same dict and the same context, as a loop over pages does; and then without a question."""
    context, call = {"ignore_auth": True}, {"resource_id": places, "q": "市役所"}
    for _ in range(2):
        assert tk.get_action("datastore_search")(context, call)["total"] == 1
    assert tk.get_action("datastore_search")(context, {"id": places})["total"] == 4
    assert tk.get_action("datastore_search")(context, {"id": places, "q": "市役所"})["total"] == 1


def test_many_rows_are_counted_and_paged(places: str, monkeypatch: Any) -> None:
    """Where more rows are found than are noted by their numbers."""
    monkeypatch.setattr(search_tables, "_FEW", 1)
    assert found(places, q="避難") == ["1", "2"]
    assert found(places, q="市役所") == ["2"]
    answer = tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": places, "q": "避難", "limit": 1, "offset": 1})
    assert (answer["total"], [row["id"] for row in answer["records"]]) == (2, ["2"])


def test_the_dump_is_searched_alike(places: str, app: Any) -> None:
    """The download of a search holds its rows."""
    body = app.get(f"/datastore/dump/{places}?q=市役所&fields=id,name").body
    assert body.splitlines()[1:] == ["2,名取市役所"]
    assert app.get(f"/datastore/dump/{places}").body.splitlines()[0] == "_id,id,name,kind,note"


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


TSQUERIES = {
    "仙台 & 台市": ["1"],
    "避難 & !仙台": ["2"],
    "(aed | wi) & !仙台": ["2", "3"],
    "!(避難 | ＡＥＤ)": ["4"],
    "避難:*": ["1", "2"],
    "市役所:*A <-> 避難": ["2"],
    "オープン": ["4"],
    "'z''z' | 青葉区": ["1"],
    "、": [],
}


def test_a_tsquery_keeps_its_operators(places: str) -> None:
    """plain=false is CKAN's own syntax; words in it are found as parts of words too."""
    assert {q: found(places, q=q, plain=False, sort="id") for q in TSQUERIES} == TSQUERIES
    assert found(places, q={"kind": "避難 & !場所"}, plain="0") == ["2"]
    with pytest.raises(tk.ValidationError):
        found(places, q="仙台 & (", plain=False)


HOSTILE = [
    "%", "_", "\\", "仙台%", "仙台_", "a%b", "'", '"', "'; DROP TABLE x; --", "仙台' OR '1'='1", "\0", "仙台\0", "\ud800", "市役所\ud800",
    "😀", "仙台😀", "ｶﾞｲﾄﾞ", "$$", "{", "[1]", "null", "1", ":x", "a:b", "& | !", "x" * 10_000, "市" * 10_000,
    " ".join(chr(0x4E00 + number) for number in range(5_000)),
]


@pytest.mark.parametrize("plain", [True, False])
def test_hostile_questions(places: str, plain: bool) -> None:
    """They find what their words find, or are refused as no tsquery; the table is still there."""
    for q in HOSTILE:
        expected = [row[0] for row in ROWS if words(q) and all(word in row_text(row) for word in words(q))]
        try:
            assert plain is False or found(places, q=q) == expected, q[:20]
            assert plain or isinstance(found(places, q=q, plain=False), list)
        except tk.ValidationError:
            assert not plain, q[:20]
    with pytest.raises(tk.ValidationError):
        found(places, q=" & ".join("市" * 5_000), plain=False)
    assert found(places) == ["1", "2", "3", "4"]


def test_a_question_of_many_words(places: str) -> None:
    """All of them must be there, also the shortest of fifty."""
    everything = " ".join(row_text([char for cell in ROWS[0] for char in cell]).split())
    pairs = " ".join(a + b for cell in ROWS[0] for a, b in zip(cell, cell[1:], strict=False) if a.isalnum() and b.isalnum())
    assert len(words(f"{pairs} {everything}")) > 30
    assert found(places, q=f"{pairs} {everything}") == ["1"]
    assert found(places, q=f"{pairs} {everything} 無") == []


def test_a_table_of_an_older_loader_answers_and_is_loaded_again(make_package: Callable[..., Any], monkeypatch: Any) -> None:
    """Version 3 kept no text to search in; its tables are looked through until the next publishing."""
    package = make_package().table("places", NAMES, ROWS, schema={"primaryKey": "id"})
    with monkeypatch.context() as older:
        older.setattr(tables, "_LOADER_VERSION", 3)
        publish(package.folder)
    places = identity.resource_id(package.name, "places")
    with get_write_engine().begin() as connection:
        connection.execute(sa.text(f'DROP TRIGGER zfulltext ON "{places}"'))
        connection.execute(sa.text(f'ALTER TABLE "{places}" DROP COLUMN _search_text'))
    assert {q: found(places, q=q) for q in FOUND} == FOUND
    assert {q: found(places, q=q, plain=False, sort="id") for q in TSQUERIES} == TSQUERIES
    assert found(places, q={"kind": "AED"}) == ["3"]
    assert publish(package.folder).tables == ["places"]
    assert tables.has_search_text(places)


def test_a_new_column_is_searched(places: str) -> None:
    """Staff add a column to a table and fill it; the text that is searched is no column of theirs."""
    context = {"ignore_auth": True, "user": factories.Sysadmin()["name"]}
    fields = [{"id": name, "type": "text"} for name in [*NAMES, "remark"]]
    tk.get_action("datastore_create")(dict(context), {"resource_id": places, "force": True, "fields": fields})
    tk.get_action("datastore_upsert")(dict(context), {"resource_id": places, "force": True, "records": [{"id": "4", "remark": "改修中"}]})
    assert found(places, q="改修") == ["4"]
    assert found(places, q="オープン 改修") == ["4"]


def test_a_column_that_was_deleted_is_not_searched(places: str) -> None:
    """What staff took out of a table must not be found any more."""
    context = {"ignore_auth": True, "user": factories.Sysadmin()["name"]}
    fields = [{"id": name, "type": "text"} for name in ("id", "name")]
    tk.get_action("datastore_create")(dict(context), {"resource_id": places, "force": True, "fields": fields, "delete_fields": True})
    assert found(places, q="避難") == []
    assert found(places, q="役所") == ["1", "2"]
    assert not tables.fingerprints([places])[places].removeprefix("miyagiict:").isalnum()


def test_rows_that_were_changed_or_deleted_are_not_found(places: str) -> None:
    """By datastore_upsert with its methods, and by datastore_delete."""
    context = {"ignore_auth": True, "user": factories.Sysadmin()["name"]}
    call = {"resource_id": places, "force": True}
    tk.get_action("datastore_upsert")(dict(context), {**call, "method": "update", "records": [{"id": "1", "kind": "駐車場"}]})
    tk.get_action("datastore_upsert")(dict(context), {**call, "method": "insert", "records": [{"id": "6", "name": "避難タワー"}]})
    tk.get_action("datastore_delete")(dict(context), {**call, "filters": {"id": "2"}})
    assert (found(places, q="避難"), found(places, q="駐車"), found(places, q="青葉区")) == (["6"], ["1"], ["1"])


@pytest.mark.parametrize("resource_id", ["no-such-table", 'a"b', "a' OR 1=1 --", ""])
def test_a_table_that_is_not_there_is_not_found(resource_id: str) -> None:
    """Whatever its name."""
    with pytest.raises((tk.ObjectNotFound, tk.ValidationError)):
        found(resource_id, q="仙台")


TEXT = st.text(st.sampled_from("仙台市青葉区ガイドブックーｶﾞ県aZ09Ａ１ 　・、-_'\"\\&|!():*<>%,./\n\t😀"), max_size=20)
RECORDS = st.lists(st.tuples(TEXT, TEXT | st.none()), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(loaded=RECORDS, written=RECORDS, changed=RECORDS, deleted=st.sets(st.integers(1, 8)), data=st.data())
def test_found_are_the_rows_that_hold_every_word(
    loaded: Any, written: Any, changed: Any, deleted: set[int], data: Any, catalogue: None
) -> None:
    """In any table: loaded, then written to by others; no row more, no row less. Any piece of a cell finds its row."""
    resource_id = "00000000-0000-4000-8000-00000000000a"
    columns = [Column(name, "text", name) for name in ("a", "b")]
    tables.load(resource_id, columns, [], loaded, tables.fingerprint(columns, [], "test"))
    rows = dict(enumerate(loaded, start=1))
    with get_write_engine().begin() as connection:
        for a, b in written:
            insert = sa.text(f'INSERT INTO "{resource_id}" (a, b) VALUES (:a, :b) RETURNING _id')
            rows[connection.execute(insert, {"a": a, "b": b}).scalar_one()] = (a, b)
        for number, (a, b) in zip(list(rows), changed, strict=False):
            update = sa.text(f'UPDATE "{resource_id}" SET (a, b, _full_text) = (:a, :b, NULL) WHERE _id = :_id')
            connection.execute(update, {"a": a, "b": b, "_id": number})
            rows[number] = (a, b)
        connection.execute(sa.text(f'DELETE FROM "{resource_id}" WHERE _id = ANY(:numbers)'), {"numbers": list(deleted)})
        texts = {row._id: row._search_text for row in connection.execute(sa.text(f'SELECT _id, _search_text FROM "{resource_id}"'))}
    assert texts == {number: row_text(row) for number, row in rows.items() if number not in deleted}
    for q in filter(None, [data.draw(TEXT), *_pieces(data, texts.values())]):
        holding = [number for number, text in texts.items() if words(q) and all(word in text for word in words(q))]
        with get_read_engine().connect() as connection:
            assert _numbers(connection, resource_id, q) == sorted(holding), q


def _pieces(data: Any, texts: Iterable[str]) -> Iterator[str]:
    for text in filter(None, texts):
        start = data.draw(st.integers(0, len(text) - 1))
        yield text[start:data.draw(st.integers(start + 1, len(text)))]


def _numbers(connection: sa.Connection, resource_id: str, q: str) -> list[int]:
    """The rows that the conditions select: those of ``datastore_search``, whose resource there is none of here."""
    context: Any = {"connection": connection}
    call: dict[str, Any] = {"resource_id": resource_id, "q": q, "include_total": True}
    search_tables.take_question(context, call)
    query = search_tables.add_conditions(context, call, {"_id": "int", "a": "text", "b": "text"}, {"where": []})
    where, clauses = datastore._where(query["where"])
    values = {name: value for clause in clauses for name, value in clause.items()}
    numbers = connection.scalars(sa.text(f'SELECT _id FROM "{resource_id}" {where} ORDER BY _id'), values).all()
    assert call["total"] == len(numbers)
    return list(numbers)


def preview_params(anywhere: str = "", *, hidden: str = "", order: list[dict[str, Any]] | None = None, **columns: str) -> str:
    """What the script of CKAN's preview sends for a download; the number of a row is not shown."""
    names = ["_id", *NAMES]
    return json.dumps({
        "search": {"value": anywhere}, "order": order or [{"column": 0, "dir": "asc"}],
        "columns": [{"name": name if name != "_id" else "", "search": {"value": columns.get(name, "")}} for name in names],
        "visible": [name not in ("_id", hidden) for name in names],
    })


@pytest.mark.parametrize(("params", "rows"), [
    (preview_params("市役所"), ["2"]),
    (preview_params(kind="避難"), ["1", "2"]),
    (preview_params("青葉", kind="避難"), ["1"]),
    (preview_params("避難", hidden="note", order=[{"column": 2, "dir": "desc"}]), ["2", "1"]),
    (preview_params("{避難"), ["1", "2"]),
    (preview_params("ありえない語"), []),
    (preview_params(), ["1", "2", "3", "4"]),
])
@pytest.mark.parametrize("format_", ["csv", "spreadsheet", "json"])
def test_a_download_of_the_preview_holds_the_rows_shown(places: str, app: Any, params: str, rows: list[str], format_: str) -> None:
    """As the published file in each of its editions, whatever is in the boxes."""
    (view,) = tk.get_action("resource_view_list")({"ignore_auth": True}, {"id": places})
    answer = app.post(f"/datatables/filtered-download/{view['id']}", data={"params": params, "format": format_, "filters": ""})
    if format_ == "json":
        assert [row["id"] for row in json.loads(answer.body)] == rows
    else:
        assert [line[0] for line in answer.body.splitlines()[1:]] == rows
    assert "filename*" in answer.headers["Content-Disposition"]
    assert answer.body.startswith("\ufeff") is (format_ == "spreadsheet")


def test_the_address_of_a_download_can_be_shared(places: str, app: Any) -> None:
    """It says what is asked, and no more; with nothing in the boxes it is the file's own."""
    (view,) = tk.get_action("resource_view_list")({"ignore_auth": True}, {"id": places})
    led_to = [
        app.post(f"/datatables/filtered-download/{view['id']}", data={"params": params, "format": "csv"}, follow_redirects=False).headers["Location"]
        for params in (preview_params(), preview_params("市役所", hidden="note"))
    ]
    path = "/datapackage/miyagi-test-plan/data/places.csv"
    assert [address[address.index("/datapackage"):] for address in led_to] == [path, f"{path}?q=%E5%B8%82%E5%BD%B9%E6%89%80&fields=id%2Cname%2Ckind"]
