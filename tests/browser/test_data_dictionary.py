"""The data dictionary below a table."""

from __future__ import annotations

import re

import pytest
from browsing import Site
from playwright.sync_api import Page, expect
from published import KPIS

YEAR = KPIS.field("baseline_fiscal_year")
POSITION = KPIS.fields.index(YEAR)


@pytest.fixture
def table_page(page: Page, site: Site) -> Page:
    """The page of the policy's KPIs."""
    page.goto(site.path_of(KPIS))
    return page


def test_lists_every_column(table_page: Page) -> None:
    """All columns in their order, by their Japanese headings."""
    expect(table_page.locator(".accordion-button .col-7")).to_have_text([field["title"] for field in KPIS.fields])


def test_opened_by_click(table_page: Page) -> None:
    """A click shows name, explanation, unit and English heading of a column."""
    item = table_page.locator(".accordion-item").nth(POSITION)
    expect(item.locator("dl")).to_be_hidden()
    item.get_by_role("button").click()
    expect(item.locator("dl")).to_be_visible()
    expect(item.locator("dt:text-is('単位') + dd")).to_have_text(YEAR["unit"])
    for text in (YEAR["name"], YEAR["description"], YEAR["title_en"]):
        expect(item.locator("dd").get_by_text(text, exact=True)).to_be_visible()


def test_opened_and_closed_by_keyboard(table_page: Page) -> None:
    """Tab goes from column to column; Enter opens, Space closes."""
    item = table_page.locator(".accordion-item").nth(POSITION)
    button = item.get_by_role("button")
    table_page.locator(".accordion-item").nth(POSITION - 1).get_by_role("button").focus()
    table_page.keyboard.press("Tab")
    expect(button).to_be_focused()
    table_page.keyboard.press("Enter")
    expect(item.locator(".accordion-collapse")).to_have_class(re.compile(r"\bcollapse show\b"))
    expect(button).to_have_attribute("aria-expanded", "true")
    table_page.keyboard.press("Space")
    expect(item.locator("dl")).to_be_hidden()
