"""Tables of datasets that were not published from a Data Package: harvested or uploaded, they are offered as the published ones are."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import frictionless
import pytest

import ckan.plugins.toolkit as tk
from ckan.tests import factories
from ckanext.miyagiict.catalogue import tables
from ckanext.miyagiict.packages.table import Column

COLUMNS = [
    Column("コード", "text", "施設コード", description="先頭の0も値"),
    *(Column(name, type, name) for name, type in (
        ("name", "text"), ("count", "int8"), ("rate", "numeric"), ("day", "date"), ("at", "timestamp"), ("ok", "bool"),
    )),
]
ROWS = [
    ["0101", "名取市文化会館", "3", "1.50", "2026-04-01", "2026-04-01 09:30:00", "true"], ["0102", '=1+1, "増田"', None, None, None, None, None],
]


def write(action: str, **data: Any) -> None:
    context = {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}
    tk.get_action(action)(context, data)


@pytest.fixture
def dataset(catalogue: None) -> dict[str, Any]:
    """A dataset with one table, loaded as harvested ones are, and one file."""
    made = factories.Dataset(title="名取市 公共施設", notes="公共施設の一覧です。", license_id="CC-BY-4.0", url="https://portal.example.jp/1", resources=[
        {"name": "公共施設一覧", "format": "XLSX", "url": "https://portal.example.jp/1.xlsx", "datastore_active": True},
        {"name": "説明書", "format": "PDF", "url": "https://portal.example.jp/1.pdf"},
    ])
    tables.load(made["resources"][0]["id"], COLUMNS, (), ROWS, tables.fingerprint(COLUMNS, (), "0" * 64))
    return tk.get_action("package_show")({"ignore_auth": True}, {"id": made["id"]})


@pytest.fixture
def get(app: Any, dataset: dict[str, Any]) -> Callable[..., Any]:
    def get(path: str, *, status: int = 200, **options: Any) -> Any:
        answer = app.test_client().open(f"/datapackage/{dataset['name']}/{path}", **options)
        assert answer.status_code == status, answer.text
        return answer
    return get


def table_path(dataset: dict[str, Any]) -> str:
    return f"tables/{dataset['resources'][0]['id']}.csv"


def test_csv(dataset: dict[str, Any], get: Callable[..., Any]) -> None:
    """The cells to the letter, without CKAN's row numbers, under the names of dataset and table."""
    answer = get(table_path(dataset))
    assert list(csv.reader(io.StringIO(answer.text))) == [
        [column.name for column in COLUMNS],
        ["0101", "名取市文化会館", "3", "1.50", "2026-04-01", "2026-04-01 09:30:00", "true"],
        ["0102", '=1+1, "増田"', "", "", "", "", ""],
    ]
    assert answer.mimetype == "text/csv"
    assert unquote(answer.headers["Content-Disposition"]).endswith("名取市 公共施設_公共施設一覧.csv")
    assert "Set-Cookie" not in answer.headers


def test_edition_for_spreadsheets(dataset: dict[str, Any], get: Callable[..., Any]) -> None:
    """With BOM and CRLF, and no cell runs as a formula."""
    answer = get(f"excel/{table_path(dataset)}")
    assert answer.data.startswith("\ufeffコード,name".encode())
    assert b"'=1+1" in answer.data
    assert "（Excel用）.csv" in unquote(answer.headers["Content-Disposition"])


def test_json(dataset: dict[str, Any], get: Callable[..., Any]) -> None:
    """Numbers are numbers, and what is not given is null."""
    rows = get(f"json/{table_path(dataset)[:-4]}.json").get_json()
    assert [(row["コード"], row["count"], row["rate"]) for row in rows] == [("0101", 3, 1.5), ("0102", None, None)]


def test_a_part(dataset: dict[str, Any], get: Callable[..., Any]) -> None:
    """As of a published table."""
    assert get(f"{table_path(dataset)}?q=文化&fields=name,count").text == "name,count\n名取市文化会館,3\n"
    assert get(f"{table_path(dataset)}?none=1", status=400)


def test_asked_again(dataset: dict[str, Any], get: Callable[..., Any]) -> None:
    """A strong ETag, for HEAD too; it changes when the table does."""
    etag = get(table_path(dataset)).headers["ETag"]
    assert not etag.startswith("W/")
    assert get(table_path(dataset), method="HEAD").headers["ETag"] == etag
    assert get(table_path(dataset), status=304, headers={"If-None-Match": etag}).data == b""
    write("datastore_upsert", force=True, resource_id=dataset["resources"][0]["id"], method="insert", records=[{"コード": "0103"}])
    assert get(table_path(dataset), headers={"If-None-Match": etag}).headers["ETag"] != etag


def test_a_download_of_the_preview(app: Any, dataset: dict[str, Any]) -> None:
    """Leads to the rows that it shows."""
    write("resource_view_create", resource_id=dataset["resources"][0]["id"], view_type="datatables_view", title="表で見る")
    (view,) = tk.get_action("resource_view_list")({"ignore_auth": True}, {"id": dataset["resources"][0]["id"]})
    names = ["", *(column.name for column in COLUMNS)]
    params = {
        "search": {"value": "文化"}, "order": [{"column": 0, "dir": "asc"}], "visible": [name in ("コード", "name") for name in names],
        "columns": [{"name": name, "search": {"value": ""}} for name in names],
    }
    answer = app.post(f"/datatables/filtered-download/{view['id']}", data={"params": json.dumps(params), "format": "csv", "filters": ""})
    assert answer.body == "コード,name\n0101,名取市文化会館\n"


def test_a_table_that_staff_made_by_api(app: Any, dataset: dict[str, Any], get: Callable[..., Any]) -> None:
    """Is offered too; without an ETag, for nobody knows when it changes."""
    id = dataset["resources"][1]["id"]
    write("datastore_create", force=True, resource_id=id, fields=[{"id": "名称", "type": "text"}], records=[{"名称": "文化会館"}])
    answer = get(f"tables/{id}.csv")
    assert answer.text == "名称\n文化会館\n"
    assert "ETag" not in answer.headers


def test_the_package_is_valid(dataset: dict[str, Any], get: Callable[..., Any], tmp_path: Path) -> None:
    """``datapackage.json`` names table and file, licence and source, and the table fits its schema."""
    said = get("datapackage.json").get_json()
    table, file = said["resources"]
    assert (said["title"], said["licenses"], said["sources"][0]["path"]) == ("名取市 公共施設", [{"name": "CC-BY-4.0"}], "https://portal.example.jp/1")
    assert (table["title"], table["path"], table["sources"][0]["path"]) == ("公共施設一覧", table_path(dataset), "https://portal.example.jp/1.xlsx")
    assert table["schema"]["fields"][0] == {"name": "コード", "type": "string", "title": "施設コード", "description": "先頭の0も値"}
    assert table["schema"] == get(f"schemas/{table_path(dataset)[:-4]}.json").get_json()
    assert (file["title"], file["path"], "schema" in file) == ("説明書", "https://portal.example.jp/1.pdf", False)
    (tmp_path / "tables").mkdir()
    (tmp_path / table["path"]).write_bytes(get(table["path"]).data)
    report = frictionless.Package({**said, "resources": [table]}, basepath=str(tmp_path)).validate()
    assert report.valid, report.flatten(["title", "note"])


def test_offered_on_the_pages(app: Any, dataset: dict[str, Any]) -> None:
    """Of the dataset and of the table, beside the original file."""
    address = f"/datapackage/{dataset['name']}/"
    for page in (f"/dataset/{dataset['name']}", f"/en/dataset/{dataset['name']}/resource/{dataset['resources'][0]['id']}"):
        body = app.get(page).body
        for path in (table_path(dataset), f"excel/{table_path(dataset)}", f"json/{table_path(dataset)[:-4]}.json"):
            assert f'{address}{path}"' in body, (page, path)
        assert "https://portal.example.jp/1.xlsx" in body
    assert f'{address}datapackage.json"' in app.get(f"/dataset/{dataset['name']}").body


def test_what_is_not_there(dataset: dict[str, Any], get: Callable[..., Any]) -> None:
    """A file that is no table, a table of another dataset, and any other path."""
    other = factories.Resource(url="https://example.jp/a.csv")
    for path in (f"tables/{dataset['resources'][1]['id']}.csv", f"tables/{other['id']}.csv", "tables/x.csv", "data/x.csv", "tables/../datapackage.json"):
        get(path, status=404)


def test_private_ones(dataset: dict[str, Any], get: Callable[..., Any]) -> None:
    """Are not told of."""
    organization = factories.Organization()
    write("package_patch", id=dataset["id"], owner_org=organization["id"], private=True)
    for path in ("datapackage.json", table_path(dataset)):
        get(path, status=404)
