"""What a click saves is what was published, byte for byte."""

from __future__ import annotations

import hashlib
import json

import pytest
from browsing import Site, table_link
from playwright.sync_api import Locator, Page
from published import ALL, KPIS, POLICY, Table

TABLES = [KPIS, ALL["miyagi-ict-plan-2014"].table("projects"), ALL["natori-informatization-plan-2020"].table("measures")]


def saved(page: Page, link: Locator) -> tuple[str, bytes]:
    """Save what a link leads to.

    :returns: the file name the browser proposes, and the bytes
    """
    with page.expect_download() as download:
        link.click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def shown(page: Page, link: Locator) -> bytes:
    """Follow a link to a file that the browser shows; the bytes."""
    with page.expect_navigation() as navigation:
        link.click()
    assert navigation.value.status == 200
    return navigation.value.body()


def prefix(table: Table) -> str:
    """What names of saved files begin with."""
    return f"{ALL[table.dataset].title[:30]}_"


@pytest.fixture(params=TABLES, ids=lambda table: f"{table.dataset}/{table.path}")
def table(request: pytest.FixtureRequest, page: Page, site: Site) -> Table:
    """A table, with its page open."""
    page.goto(site.path_of(request.param))
    return request.param


def test_faithful_csv(page: Page, table: Table) -> None:
    """The CSV is the file of the package, named after dataset and table."""
    assert saved(page, page.get_by_role("link", name="CSVファイル")) == (f"{prefix(table)}{table.title}.csv", table.faithful)


def test_spreadsheet_csv(page: Page, table: Table) -> None:
    """The edition for spreadsheets has a BOM, CRLF and the same cells."""
    name, content = saved(page, page.get_by_role("link", name="Excel用CSV"))
    assert name == f"{prefix(table)}{table.title}（Excel用）.csv"
    assert content == table.spreadsheet


def test_table_schema(page: Page, table: Table) -> None:
    """The Table Schema is the package's."""
    assert shown(page, page.get_by_role("link", name="表の定義（Table Schema）")) == table.schema_file


def test_datapackage_json(page: Page) -> None:
    """``datapackage.json`` is the package's own, with all schemas in it; every file it names is there with the hash it says."""
    page.goto(f"/dataset/{POLICY.name}")
    table_link(page, "データパッケージの記述（datapackage.json）").click()
    published = json.loads(shown(page, page.get_by_role("link", name="JSONファイル")))
    address = page.url
    files = {table.path: table for table in POLICY.tables}
    assert [entry["path"] for entry in published["resources"]] == list(files)
    for entry in published["resources"]:
        table = files[entry["path"]]
        content = page.request.get(address.replace("datapackage.json", entry["path"])).body()
        assert content == table.faithful
        assert entry.pop("hash") == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert entry.pop("bytes") == len(content)
        assert entry.pop("dialect")["delimiter"] == ","
        assert entry == {**table.entry, "schema": json.loads(table.schema_file)}
    assert {**published, "resources": []} == {**POLICY.descriptor, "resources": []}


def test_address_of_the_package(page: Page) -> None:
    """The dataset's page names the stable address of ``datapackage.json``."""
    page.goto(f"/dataset/{POLICY.name}")
    link = page.get_by_role("link", name="datapackage.json", exact=True)
    assert json.loads(shown(page, link))["name"] == POLICY.name
