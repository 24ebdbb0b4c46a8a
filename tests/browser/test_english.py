"""The English pages below ``/en/``."""

from __future__ import annotations

import pytest
from browsing import PAGE_TYPES, Site, dictionary_rows
from playwright.sync_api import Page, expect
from preview import Preview
from published import KPIS


@pytest.mark.parametrize("kind", PAGE_TYPES)
def test_every_type_of_page(page: Page, site: Site, kind: str) -> None:
    """Each answers and says that it is English."""
    answer = page.goto("/en" + PAGE_TYPES[kind](site))
    assert answer
    assert answer.status == 200
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_table_page(page: Page, site: Site) -> None:
    """Downloads and dictionary are explained in English, and the preview is there."""
    page.goto("/en" + site.path_of(KPIS))
    expect(page.get_by_role("link", name="CSV for spreadsheets")).to_be_visible()
    expect(page.get_by_role("heading", name="Data Dictionary")).to_be_visible()
    expect(dictionary_rows(page).locator("td:nth-child(2)")).to_have_text([field["title_en"] for field in KPIS.fields])
    Preview(page, KPIS)


def test_language_switch(page: Page) -> None:
    """One click leads to the same page in English."""
    page.goto("/dataset/?q=KPI")
    page.get_by_role("link", name="English", exact=True).click()
    page.wait_for_url("**/en/dataset/?q=KPI")
    expect(page.locator("html")).to_have_attribute("lang", "en")
