"""Reading and downloading with JavaScript switched off."""

from __future__ import annotations

import re

from browsing import dictionary_rows, table_link
from playwright.sync_api import Page, expect
from published import ALL, KPIS, POLICY


def test_datasets_are_listed(no_js: Page) -> None:
    """All datasets are on the list."""
    no_js.goto("/dataset/")
    expect(no_js.locator(".dataset-heading")).to_have_count(len(ALL))


def test_search(no_js: Page) -> None:
    """The search box works."""
    no_js.goto("/dataset/")
    box = no_js.locator("#dataset-search-form").get_by_role("textbox")
    box.fill("KPI")
    box.press("Enter")
    expect(no_js).to_have_url(re.compile(r"/dataset/\?q=KPI"))
    expect(no_js.locator(".dataset-heading").first).to_have_text(POLICY.title)


def test_from_plan_to_download(no_js: Page) -> None:
    """A plan's page lists the tables; a table's page names its columns and gives both files."""
    no_js.goto(f"/dataset/{POLICY.name}")
    expect(no_js.locator(".resource-item")).to_have_count(len(POLICY.tables) + 1)
    table_link(no_js, KPIS.title).click()
    expect(dictionary_rows(no_js).locator("td:nth-child(2)")).to_have_text([field["title"] for field in KPIS.fields])
    for link, content in {"CSVファイル": KPIS.faithful, "表計算ソフト用のCSV": KPIS.spreadsheet}.items():
        with no_js.expect_download() as download:
            no_js.get_by_role("link", name=link).click()
        assert download.value.path().read_bytes() == content
