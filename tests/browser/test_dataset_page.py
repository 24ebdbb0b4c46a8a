"""The page of a plan."""

from __future__ import annotations

import pytest
from browsing import table_link
from playwright.sync_api import Page, expect
from published import ALL, KPIS, POLICY, Dataset


@pytest.mark.parametrize("dataset", ALL.values(), ids=ALL.keys())
def test_lists_the_tables_by_their_japanese_names(page: Page, dataset: Dataset) -> None:
    """Every table of the package is there, in its order, and ``datapackage.json`` after them."""
    page.goto(f"/dataset/{dataset.name}")
    titles = page.locator(".resource-item .heading").evaluate_all("links => links.map(link => link.firstChild.textContent.trim())")
    assert titles == [*(table.title for table in dataset.tables), "データパッケージの記述（datapackage.json）"]


def test_says_what_the_plan_is(page: Page) -> None:
    """Who published it, its period, its licence and its source are said."""
    page.goto(f"/dataset/{POLICY.name}")
    table = page.locator(".additional-info table")
    expect(table).to_contain_text("宮城県")
    expect(table).to_contain_text("2021年4月1日")
    expect(table).to_contain_text("2025年3月31日")
    expect(table).to_contain_text(POLICY.descriptor["sources"][0]["title"])
    expect(page.get_by_role("link", name="CC0 1.0 全世界")).to_be_visible()


def test_a_table_is_opened_by_its_name(page: Page) -> None:
    """A click on a table's name opens its page."""
    page.goto(f"/dataset/{POLICY.name}")
    table_link(page, KPIS.title).click()
    expect(page.get_by_role("heading", name=KPIS.title, level=1)).to_be_visible()
