"""KPIs in a browser: from the list to a number, its table, file and receipt; by keyboard, on a phone, without JavaScript, on paper."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from browsing import DESKTOP, PHONE, Site
from playwright.sync_api import Page, expect
from published import KPIS
from test_accessibility import STILL, faults

#: 電子申請サービス導入済み市町村数: a baseline, and a target each year.
KPI = "/kpi/policy2021-kpi-ki21"


@pytest.fixture(scope="session")
def counted(ask: Callable[..., Any]) -> str:
    """Address of a KPI that the catalogue counts; its definition is there for the tests."""
    kpi = ask("miyagiict_kpi_list", plan="miyagi-it-plan-2013")[0]["id"]
    if not ask("miyagiict_kpi_show", id=kpi)["definitions"]:
        ask("miyagiict_kpi_definition_create", kpi=kpi, kind="datasets", valid_from="2013-04-01", query="*:*", reason="試験")
    ask("miyagiict_kpi_recount", id=kpi)
    return f"/kpi/{kpi}"


def test_from_the_list_to_the_numbers(page: Page) -> None:
    """All KPIs are listed; one of them opens with its sentence, its chart, and the printed targets in a table and in a file."""
    page.goto("/kpi")
    for name in filter(None, KPIS.column("name")):
        expect(page.get_by_role("main").get_by_role("link", name=name, exact=True).first).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="電子申請サービス導入済み市町村数").click()
    expect(page).to_have_url(re.compile(f"{KPI}$"))
    expect(page.locator(".mi-lead")).to_contain_text("電子申請サービス導入済み市町村数")
    expect(page.locator(".mi-chart-wide svg")).to_be_visible()
    cells = page.get_by_role("region", name="年度ごとの目標の表").locator("tbody td:nth-child(2)")
    targets = [text.strip() for text in cells.all_inner_texts()]
    assert targets == ["28", "33", "33", "33"]
    with page.expect_download() as download:
        page.get_by_role("main").get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"), newline="")))
    assert [row["value"] for row in rows if row["kind"] == "target"] == targets
    assert [row["value"] for row in rows if row["kind"] == "baseline"] == ["25"]


def test_a_counted_number_opens_what_was_counted(page: Page, site: Site, counted: str) -> None:
    """As many datasets as the number says, each with a link that opens it."""
    page.goto(counted)
    link = page.get_by_role("region", name="実績の表").get_by_role("link").first
    number = re.match(r"[\d,]+", link.inner_text())
    assert number
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(number[0])
    rows = page.get_by_role("region", name="数えたものの表").locator("tbody tr")
    expect(rows).to_have_count(int(number[0]))
    rows.first.get_by_role("link").click()
    expect(page).to_have_url(re.compile("/dataset/"))


def test_filters(page: Page) -> None:
    """A choice is in the address, and what is shown is told."""
    page.goto("/kpi")
    everything = page.locator(".mi-kpis > li").count()
    page.get_by_label("計画", exact=True).select_option("miyagi-it-plan-2013")
    page.get_by_role("button", name="絞り込む").click()
    expect(page).to_have_url(re.compile("plan=miyagi-it-plan-2013"))
    assert 0 < page.locator(".mi-kpis > li").count() < everything
    page.get_by_role("link", name="すべて表示").click()
    expect(page.locator(".mi-kpis > li")).to_have_count(everything)


def test_chart_by_keyboard(page: Page) -> None:
    """One stop for the tab key; arrow keys go from point to point, and what each is stands below the chart."""
    page.goto(KPI)
    points = page.locator(".mi-chart-wide .mark-symbol [role=graphics-symbol]")
    said = page.locator(".mi-chart [role=status]")
    expect(page.locator(".mi-chart-wide [tabindex='0']")).to_have_count(1)
    page.locator(".mi-chart-wide [tabindex='0']").focus()
    expect(said).to_contain_text("25市町村")
    page.keyboard.press("End")
    expect(said).to_have_text("令和6年度（2024年度）の目標値 33市町村、その年度の実績なし")
    page.keyboard.press("ArrowLeft")
    expect(said).to_contain_text("令和5年度（2023年度）の目標値 33市町村")
    assert points.nth(points.count() - 2).evaluate("point => point === document.activeElement")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('.mi-chart')")


def test_without_javascript(no_js: Page) -> None:
    """The filter is a form, the chart is in the page, and so are its numbers."""
    no_js.goto("/kpi")
    no_js.get_by_label("担当所属").select_option(index=1)
    no_js.get_by_role("button", name="絞り込む").click()
    no_js.locator(".mi-kpis a").first.click()
    expect(no_js.locator(".mi-chart-wide svg")).to_be_visible()
    expect(no_js.get_by_role("region", name="年度ごとの目標の表").get_by_role("row").first).to_be_visible()


def test_on_a_phone(phone: Page) -> None:
    """A chart of its own, with letters that can be read, as wide as the screen."""
    phone.goto(KPI)
    expect(phone.locator(".mi-chart-wide")).to_be_hidden()
    box = phone.locator(".mi-chart-narrow svg").bounding_box()
    assert box
    assert 300 < box["width"] <= PHONE["viewport"]["width"]


def test_on_paper(page: Page) -> None:
    """The chart and its tables are printed, buttons and the code for other pages are not."""
    page.goto(KPI)
    page.emulate_media(media="print")
    expect(page.locator(".mi-chart-wide svg")).to_be_visible()
    expect(page.get_by_role("region", name="年度ごとの目標の表")).to_be_visible()
    expect(page.locator("textarea")).to_be_hidden()
    expect(page.get_by_role("button", name="コピー").first).to_be_hidden()


def test_chart_follows_dark_mode(page: Page) -> None:
    """Its letters are as light as the page's."""
    page.goto(KPI)
    page.emulate_media(color_scheme="dark")
    letters = page.locator(".mi-chart-wide text").first
    assert letters.evaluate("text => getComputedStyle(text).fill") != "rgb(23, 33, 43)"


@pytest.mark.parametrize("language", ["", "/en"], ids=["ja", "en"])
def test_receipt_and_frame_are_accessible(open_page: Any, counted: str, language: str) -> None:
    """axe finds nothing on the pages that the list of page types has not."""
    page = open_page(**DESKTOP, **STILL)
    page.goto(language + counted)
    receipt = page.locator("a[href*='/receipt/']").first.get_attribute("href")
    assert receipt
    for address in (receipt, f"{language}{KPI}/embed", language + counted):
        page.goto(address)
        for viewport in (DESKTOP["viewport"], PHONE["viewport"]):
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme="light")
            assert faults(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
            page.emulate_media(color_scheme="dark")
            assert faults(page, only="color-contrast") == []
