"""The English pages below ``/en/``."""

from __future__ import annotations

import pytest
from browsing import PAGE_TYPES, Site, dictionary_rows
from playwright.sync_api import Page, expect
from preview import Preview
from published import KPIS, POLICY


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
    expect(page.get_by_role("link", name="CSV for Excel")).to_be_visible()
    expect(page.get_by_role("heading", name="Data Dictionary")).to_be_visible()
    expect(dictionary_rows(page).locator("td:nth-child(2)")).to_have_text([field["title_en"] for field in KPIS.fields])
    Preview(page, KPIS)


def test_columns_are_described(page: Page, site: Site) -> None:
    """Meaning and unit of each column in English, on Japanese pages in Japanese."""
    page.goto("/en" + site.path_of(KPIS))
    rows = dictionary_rows(page)
    expect(rows.locator("td:last-child")).to_have_text([field["description_en"] for field in KPIS.fields])
    expect(rows.locator("[lang=ja]")).to_have_count(0)
    expect(rows.locator("td[data-label=Unit]")).to_have_text([field.get("unit_en", "") for field in KPIS.fields])
    page.goto(site.path_of(KPIS))
    expect(rows.locator("td:last-child")).to_have_text([field["description"] for field in KPIS.fields])


def test_menu_stands_in_one_line(page: Page) -> None:
    """English words are longer; beside them is the search box."""
    page.goto("/en/kpi")
    items = page.locator("#main-navigation-toggle .navbar-nav li")
    assert len({round(item.bounding_box()["y"]) for item in items.all()}) == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_names_on_the_tile_map_are_whole(page: Page, width: int) -> None:
    """None breaks but where it may, and none is wider than its tile."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/en/municipalities")
    names = page.locator(".mi-tile-name")
    expect(names).to_have_count(35)
    torn = names.evaluate_all("""names => names.filter(name => {
      const lines = document.createRange()
      lines.selectNodeContents(name)
      const pieces = [...lines.getClientRects()]
      const many = new Set(pieces.map(piece => Math.round(piece.top))).size
      return many > 1 + name.textContent.includes('\\u00ad') || pieces.some(piece => piece.width > name.parentElement.clientWidth)
    }).map(name => name.textContent)""")
    assert torn == []


def test_breadcrumb_of_a_table_is_whole(page: Page, site: Site) -> None:
    """Nothing is cut, on a phone it takes more lines."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/en" + site.path_of(KPIS))
        crumbs = page.locator(".toolbar .breadcrumb")
        expect(crumbs).to_contain_text(POLICY.descriptor["title_en"])
        expect(crumbs).not_to_contain_text("...")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_language_switch(page: Page) -> None:
    """One click leads to the same page in English."""
    page.goto("/dataset/?q=KPI")
    page.get_by_role("link", name="English", exact=True).click()
    page.wait_for_url("**/en/dataset/?q=KPI")
    expect(page.locator("html")).to_have_attribute("lang", "en")
