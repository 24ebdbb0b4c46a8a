"""Reading and downloading with JavaScript switched off."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from browsing import NO_JAVASCRIPT, Site, dictionary_rows, table_link
from playwright.sync_api import Page, expect
from published import ALL, KPIS, POLICY, TRACKING_TITLE, titles_of

OpenPage = Callable[..., Page]


def test_datasets_are_listed(no_js: Page) -> None:
    """All datasets are on the list."""
    no_js.goto("/dataset/")
    expect(no_js.locator(".dataset-heading")).to_have_count(len(titles_of()))


def test_search(no_js: Page) -> None:
    """The search box works, and what is asked for stands in front."""
    no_js.goto("/dataset/")
    box = no_js.locator("#dataset-search-form").get_by_role("textbox")
    box.fill("KPI")
    box.press("Enter")
    expect(no_js).to_have_url(re.compile(r"/dataset/\?q=KPI"))
    for place, title in enumerate((TRACKING_TITLE, POLICY.title)):
        expect(no_js.locator(".dataset-heading").nth(place)).to_have_text(title)


def test_from_plan_to_download(no_js: Page) -> None:
    """A plan's page lists the tables; a table's page names its columns and gives both files."""
    no_js.goto(f"/dataset/{POLICY.name}")
    expect(no_js.locator(".resource-item")).to_have_count(len(POLICY.tables) + 1)
    table_link(no_js, KPIS.title).click()
    expect(dictionary_rows(no_js).locator("td:nth-child(2)")).to_have_text([field["title"] for field in KPIS.fields])
    for link, content in {"CSVファイル": KPIS.faithful, "Excel用CSV": KPIS.spreadsheet}.items():
        with no_js.expect_download() as download:
            no_js.get_by_role("link", name=link).click()
        assert download.value.path().read_bytes() == content


def test_home_page_leads_to_search_and_plans(no_js: Page) -> None:
    """The box on the home page finds, and a plan's card opens its page."""
    no_js.goto("/")
    no_js.get_by_role("main").get_by_role("searchbox").fill("避難所")
    no_js.keyboard.press("Enter")
    expect(no_js.locator(".dataset-heading").first).to_be_visible()
    no_js.goto("/")
    no_js.get_by_role("heading", level=3).get_by_role("link", name=POLICY.title).click()
    expect(no_js.get_by_role("heading", name=POLICY.title, level=1)).to_be_visible()


def test_plan_page_shows_and_filters(no_js: Page) -> None:
    """All KPIs stand in the page; the filter is a form."""
    no_js.goto(f"/plan/{POLICY.name}")
    for name in filter(None, KPIS.column("name")):
        expect(no_js.get_by_role("rowheader", name=name).first).to_be_visible()
    group = KPIS.column("group_name")[0]
    no_js.locator("select[name='kpis.group_name']").select_option(group)
    no_js.get_by_role("button", name="絞り込む").first.click()
    here = [name for name, of in zip(KPIS.column("name"), KPIS.column("group_name"), strict=True) if of == group]
    rows = no_js.get_by_role("region", name=KPIS.title).locator("tr[id^=kpis-]")
    expect(rows).to_have_count(len(here))


def test_facet(no_js: Page) -> None:
    """A filter of the list is a link, and so is its removal."""
    no_js.goto("/dataset/")
    no_js.locator(".filters").get_by_role("link", name="名取市").click()
    expect(no_js.locator(".dataset-heading")).to_have_text([ALL["natori-informatization-plan-2020"].title])
    no_js.locator(".filter-list").get_by_role("link").click()
    expect(no_js.locator(".dataset-heading")).to_have_count(len(titles_of()))


def test_dataset_page_can_be_read_whole(no_js: Page) -> None:
    """What folds is a ``details`` element: it opens without a script."""
    no_js.goto(f"/dataset/{POLICY.name}")
    no_js.get_by_text("メタデータを開く").click()
    expect(no_js.locator(".additional-info table")).to_be_visible()
    no_js.get_by_text("Python", exact=True).click()
    expect(no_js.get_by_text("urlopen(url)")).to_be_visible()


@pytest.mark.parametrize("width", [360, 640])
def test_menu_and_filters_on_a_narrow_screen(open_page: OpenPage, width: int) -> None:
    """Both are simply there: the name of the site in one or two lines, the menu below it, the filters below the list."""
    page = open_page(**{**NO_JAVASCRIPT, "viewport": {"width": width, "height": 800}})
    page.goto("/dataset/?q=KPI")
    title, menu = page.locator(".mi-title").bounding_box(), page.locator("#main-navigation-toggle").bounding_box()
    assert title
    assert menu
    assert title["height"] < 60
    assert menu["y"] >= title["y"] + title["height"]
    expect(page.get_by_text("結果を絞り込む")).to_be_hidden()
    page.locator(".filters").get_by_role("link", name="名取市").click()
    expect(page.locator(".dataset-heading")).to_have_text([ALL["natori-informatization-plan-2020"].title])


def test_a_table_can_be_read(no_js: Page, site: Site) -> None:
    """Its first rows, and how many there are; no empty frame."""
    no_js.goto(site.path_of(KPIS))
    rows = no_js.get_by_role("region", name=KPIS.title).get_by_role("rowheader")
    expect(rows).to_have_text(KPIS.column("name")[:20])
    expect(no_js.get_by_text(f"全{len(KPIS.column('id'))}行のうち、最初の20行")).to_be_visible()
    expect(no_js.locator("iframe")).to_be_hidden()
