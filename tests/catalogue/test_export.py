"""Parts of a published table at shareable addresses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

import ckan.plugins.toolkit as tk
from ckan.tests import factories
from ckanext.miyagiict.catalogue import identity
from ckanext.miyagiict.catalogue.publish import publish

pytestmark = pytest.mark.usefixtures("catalogue")

FIELDS = ["id", "department", {"name": "fiscal_year", "type": "integer"}, {"name": "value", "type": "number"}, {"name": "ok", "type": "boolean"}]
ROWS = [
    ["a", "情報政策課", "2021", "135", "true"],
    ["b", "情報政策課", "2022", "140.50", "false"],
    ["c", "教育企画室", "2021", "", ""],
    ["d", "=SUM(A1)", "2022", "-5", "true"],
]


@pytest.fixture
def table(make_package: Callable[..., Any]) -> str:
    """The path of a published table in its address."""
    package = make_package("targets-of-a-plan")
    publish(package.table("targets", FIELDS, ROWS, schema={"primaryKey": "id"}).folder)
    return "/datapackage/targets-of-a-plan"


@pytest.fixture
def get(app: Any, table: str) -> Callable[..., Any]:
    def get(path: str = "data/targets.csv", *, status: int = 200, headers: dict[str, str] | None = None, method: str = "GET", **asked: Any) -> Any:
        address = f"{table}/{path}?{urlencode(asked, doseq=True)}"
        answer = app.test_client().open(address, method=method, headers=headers)
        assert answer.status_code == status, answer.text
        return answer
    return get


def ids(answer: Any) -> list[str]:
    return [line.split(",")[0] for line in answer.text.splitlines()[1:]]


def test_a_column_asks_for_a_value(get: Callable[..., Any]) -> None:
    """Several values of one column: any of them; several columns: all of them."""
    assert ids(get(department="情報政策課")) == ["a", "b"]
    assert ids(get(fiscal_year=["2021", "2022"])) == ["a", "b", "c", "d"]
    assert ids(get(department="情報政策課", fiscal_year="2021")) == ["a"]


def test_columns_and_their_order_are_chosen(get: Callable[..., Any]) -> None:
    """The cells are those of the file, to the digit."""
    assert get(fields="value,id", department="情報政策課").text == "value,id\n135,a\n140.50,b\n"


def test_rows_are_sorted(get: Callable[..., Any]) -> None:
    """Equal rows keep the order of the file."""
    assert ids(get(sort="fiscal_year desc")) == ["b", "d", "a", "c"]
    assert ids(get(sort="fiscal_year desc", limit=1)) == ["b"]


def test_words_are_searched_as_everywhere(get: Callable[..., Any]) -> None:
    """With the search inside tables."""
    assert ids(get(q="政策")) == ["a", "b"]


def test_filters_are_those_of_the_api(get: Callable[..., Any]) -> None:
    """Ranges too."""
    assert ids(get(filters=json.dumps({"value": {"gt": 100}}))) == ["a", "b"]


def test_everything_asked_for_is_the_file(get: Callable[..., Any], app: Any, table: str) -> None:
    """A question that leaves nothing out gives the file to the byte."""
    assert get(sort="").data == app.test_client().get(f"{table}/data/targets.csv").data


def test_spreadsheets_get_their_edition(get: Callable[..., Any]) -> None:
    """BOM, CRLF, and no formula."""
    assert get("excel/targets.csv", fiscal_year="2022", fields="id,department,value").data == (
        "\ufeffid,department,value\r\nb,情報政策課,140.50\r\nd,'=SUM(A1),-5\r\n".encode()
    )


def test_json_has_typed_values(get: Callable[..., Any], app: Any, table: str) -> None:
    """The part and the whole alike."""
    expected = [
        {"id": "a", "department": "情報政策課", "fiscal_year": 2021, "value": 135, "ok": True},
        {"id": "c", "department": "教育企画室", "fiscal_year": 2021, "value": None, "ok": None},
    ]
    assert get("json/targets.json", fiscal_year="2021").get_json() == expected
    whole = app.test_client().get(f"{table}/json/targets.json")
    assert [row for row in whole.get_json() if row["fiscal_year"] == 2021] == expected
    assert '"value": 140.50' in whole.text
    assert get("json/targets.json", fiscal_year="1999").get_json() == []


def test_an_answer_known_is_not_sent_again(get: Callable[..., Any]) -> None:
    """A strong ETag of its own for each question and edition."""
    first = get(fiscal_year="2021")
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")
    assert get(fiscal_year="2021", status=304, headers={"If-None-Match": tag}).data == b""
    assert get(fiscal_year="2022").headers["ETag"] != tag
    assert get("excel/targets.csv", fiscal_year="2021").headers["ETag"] != tag


def test_changed_rows_change_the_answers_name(get: Callable[..., Any]) -> None:
    """Whoever asks again gets the new rows."""
    tag = get(fiscal_year="2021").headers["ETag"]
    resource_id = identity.resource_id("targets-of-a-plan", "targets")
    tk.get_action("datastore_upsert")({"ignore_auth": True, "user": factories.Sysadmin()["name"]}, {
        "resource_id": resource_id, "force": True, "records": [{"id": "a", "value": 136}],
    })
    answer = get(fiscal_year="2021", headers={"If-None-Match": tag})
    assert "136" in answer.text


def test_head_answers_without_a_query(get: Callable[..., Any]) -> None:
    """Only the headers."""
    answer = get(method="HEAD", fiscal_year="2021")
    assert (answer.data, answer.headers["ETag"]) == (b"", get(fiscal_year="2021").headers["ETag"])


UNANSWERABLE = [{"no_such": "1"}, {"fields": "no_such"}, {"fields": "_full_text"}, {"filters": "["}, {"filters": "[]"},
                {"filters": '{"no_such": 1}'}, {"sort": "no_such"}, {"sort": "id; DROP TABLE x"}, {"limit": "-1"},
                {"limit": "x"}, {"fiscal_year": "令和3年度"}]


def test_what_cannot_be_asked_is_said(get: Callable[..., Any]) -> None:
    """A page with a sentence and the way to ask, not a stack trace."""
    for asked in UNANSWERABLE:
        assert "指定に誤りがあります" in get(status=400, **asked).text, asked


FORMLESS = [
    {"fiscal_year": {"in": 2}}, {"fiscal_year": {"in": [[1]]}}, *({"fiscal_year": {name: [1, 2]}} for name in ("eq", "gt", "lt", "gte", "lte")),
    {"fiscal_year": {"eq": {}}}, {"fiscal_year": {"between": 2}}, {"fiscal_year": {"$and": 2}}, {"fiscal_year": {"$or": [1]}}, {"fiscal_year": {}},
    {"fiscal_year": [[1]]}, {"fiscal_year": [{"in": 3}]}, {"$and": 2}, {"$or": [2]}, {"$or": [{"fiscal_year": {"gt": []}}]},
]


def test_a_filter_without_form_is_said(get: Callable[..., Any]) -> None:
    """In our words, by the export and by the API."""
    resource = tk.get_action("package_show")({"ignore_auth": True}, {"id": "targets-of-a-plan"})["resources"][0]["id"]
    for filters in FORMLESS:
        page = get(status=400, filters=json.dumps(filters)).text
        assert "指定に誤りがあります" in page
        assert "FilterOp" not in page
        for given in (filters, json.dumps(filters)):
            with pytest.raises(tk.ValidationError) as refused:
                tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": resource, "filters": given})
            assert "指定してください" in str(refused.value) or "ません" in str(refused.value) or "空です" in str(refused.value), filters


def test_values_that_cannot_be_compared_are_said(get: Callable[..., Any]) -> None:
    """A number with true, a number beyond all numbers of the column."""
    for filters in ({"fiscal_year": True}, {"fiscal_year": {"gt": True}}, {"ok": {"gt": 3}}, {"fiscal_year": "x"}):
        assert "列の型に合わない" in get(status=400, filters=json.dumps(filters)).text, filters
    assert ids(get(filters=json.dumps({"fiscal_year": {"lt": 10**30}}))) == ["a", "b", "c", "d"]


def test_filters_compare(get: Callable[..., Any]) -> None:
    """All that CKAN knows."""
    for filters, found in (
        ({"fiscal_year": {"in": [2021]}}, ["a", "c"]), ({"fiscal_year": {"gte": 2022}}, ["b", "d"]), ({"value": {"gt": 0, "lt": 136}}, ["a"]),
        ({"$or": [{"id": "a"}, {"id": {"eq": "d"}}]}, ["a", "d"]), ({"id": ["a", {"gt": "c"}]}, ["a", "d"]),
    ):
        assert ids(get(filters=json.dumps(filters))) == found


def test_an_order_that_is_none_is_said_in_japanese(get: Callable[..., Any]) -> None:
    page = get(status=400, sort="no_such").text
    assert "「name desc, id」のように" in page
    assert "not in table" not in page


def test_columns_can_be_asked_for_one_by_one(get: Callable[..., Any]) -> None:
    assert get(fields=["id", "value"]).text == get(fields="id,value").text


def test_a_private_table_stays_private(get: Callable[..., Any]) -> None:
    """Also in parts."""
    tk.get_action("package_patch")({"ignore_auth": True, "user": factories.Sysadmin()["name"]}, {
        "id": identity.dataset_id("targets-of-a-plan"), "private": True,
    })
    get(status=404, fiscal_year="2021")
