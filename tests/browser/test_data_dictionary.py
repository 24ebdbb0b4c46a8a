"""The data dictionary below a table."""

from __future__ import annotations

import pytest
from browsing import Site, dictionary_rows
from playwright.sync_api import Page, expect
from published import KPIS

YEAR = KPIS.field("baseline_fiscal_year")


@pytest.fixture
def table_page(page: Page, site: Site) -> Page:
    """The page of the policy's KPIs."""
    page.goto(site.path_of(KPIS))
    return page


def test_lists_every_column(table_page: Page) -> None:
    """All columns in their order, by name and Japanese heading."""
    rows = dictionary_rows(table_page)
    expect(rows.locator("th")).to_have_text([field["name"] for field in KPIS.fields])
    expect(rows.locator("td:nth-child(2)")).to_have_text([field["title"] for field in KPIS.fields])


def test_says_unit_and_meaning(table_page: Page) -> None:
    """A column's row has its unit and its explanation."""
    row = dictionary_rows(table_page).nth(KPIS.fields.index(YEAR))
    expect(row.get_by_text(YEAR["unit"], exact=True)).to_be_visible()
    expect(row).to_contain_text(YEAR["description"])


def test_reached_by_keyboard(table_page: Page) -> None:
    """The dictionary takes the focus, so that the arrow keys scroll it where it is wider than the screen."""
    region = table_page.locator("[role=region][aria-labelledby=columns]")
    region.focus()
    expect(region).to_be_focused()
