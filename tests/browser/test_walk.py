"""A visitor's walk: search, filter, plan, table, files. Once with the mouse, once by keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from browsing import dataset_titles
from playwright.sync_api import Locator, Page, expect
from published import ALL, KPIS, POLICY

NATORI = ALL["natori-informatization-plan-2020"]
TARGETS = POLICY.table("kpi_targets")
#: More presses than any page of the walk has places to stop at before the one that is looked for.
MOST_TABS = 150


def targets_of(kpi: str) -> list[str]:
    """The published targets of a KPI, the earliest first."""
    rows = zip(TARGETS.column("kpi_name"), TARGETS.column("fiscal_year"), TARGETS.column("target_value"), strict=True)
    return [value for name, _year, value in sorted(rows, key=lambda row: row[1]) if name == kpi]


def kpi_row(page: Page, kpi: str) -> Locator:
    """The row of a KPI on its plan's page."""
    return page.locator("tbody tr").filter(has=page.get_by_role("rowheader", name=kpi)).first


def numbers(row: Locator) -> list[str]:
    """The targets in a row: all its values behind the baseline."""
    return [text.replace(",", "") for text in row.locator("td.mi-value").all_inner_texts()[1:]]


@pytest.mark.parametrize("words", ["避難所", "こそだて", "子育て", "ひなんじょ"])
def test_a_word_of_every_day_is_found(page: Page, words: str) -> None:
    """Also where it is typed in kana."""
    page.goto("/")
    page.get_by_role("main").get_by_role("combobox").fill(words)
    page.keyboard.press("Enter")
    expect(page.locator(".dataset-heading").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"「{words}」")


def test_what_was_found_by_some_words_only_is_said(page: Page) -> None:
    """Datasets that have a part of the question stand below a heading of their own."""
    page.goto(f"/dataset/?q={quote('避難所 zzzz')}")
    expect(page.get_by_role("heading", name="一部の言葉に合うデータセット", exact=True)).to_be_visible()
    expect(page.locator(".mi-info")).to_have_text("検索した言葉のすべてではなく、一部に合うデータセットです。")
    page.goto(f"/organization/natori-city?q={quote('避難所 zzzz')}")
    expect(page.get_by_role("heading", name="一部の言葉に合うデータセット", exact=True)).to_be_visible()
    page.goto(f"/en/dataset/?q={quote('避難所 zzzz')}")
    expect(page.get_by_role("heading", name="Datasets with some of your words")).to_be_visible()


def test_facet_is_chosen_and_removed(page: Page) -> None:
    """An organization narrows the list, its cross widens it again."""
    page.goto(f"/dataset/?q={quote('オープンデータ')}")
    before = dataset_titles(page)
    assert len(before) > 1
    page.locator(".filters").get_by_role("link", name="名取市").click()
    expect(page.locator(".dataset-heading")).to_have_text([NATORI.title])
    page.locator(".filter-list").get_by_role("link").click()
    expect(page.locator(".dataset-heading")).to_have_count(len(before))
    assert dataset_titles(page) == before


def test_from_home_to_the_files(page: Page) -> None:
    """A plan's card, its KPI table, the table's page, both files: the numbers and bytes that were published."""
    kpi = KPIS.column("name")[0]
    page.goto("/")
    page.get_by_role("heading", level=3).get_by_role("link", name=POLICY.title).click()
    expect(page.get_by_role("heading", name=POLICY.title, level=1)).to_be_visible()
    assert numbers(kpi_row(page, kpi)) == targets_of(kpi)
    page.get_by_role("link", name="表の全列を見る").first.click()
    expect(page.get_by_role("heading", name=KPIS.title, level=1)).to_be_visible()
    for link, content in {"CSVファイル": KPIS.faithful, "Excel用CSV": KPIS.spreadsheet}.items():
        with page.expect_download() as download:
            page.get_by_role("link", name=link).click()
        assert Path(download.value.path()).read_bytes() == content


class Keyboard:
    """A visitor without a mouse: goes from place to place with Tab, and sees where they are."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go_to(self, place: Locator) -> None:
        """Press Tab until a place has the focus."""
        expect(place).to_be_attached()
        self.page.wait_for_load_state()  # with the style sheet that marks the focus
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            assert self.sees_focus(), self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
            if place.evaluate("place => place === document.activeElement"):
                return
        raise AssertionError(f"{place} is not reached with Tab")

    def enter(self, place: Locator) -> None:
        """Go there and press Enter."""
        self.go_to(place)
        self.page.keyboard.press("Enter")

    def sees_focus(self) -> bool:
        """Whether what has the focus is marked (the page itself and the frame of a preview need not be)."""
        return self.page.evaluate(
            """() => {
                const place = document.activeElement
                if (['BODY', 'IFRAME'].includes(place.tagName)) return true
                const style = getComputedStyle(place)
                const box = place.getBoundingClientRect()
                return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && box.width > 0 && box.height > 0
            }"""
        )


@pytest.fixture
def keyboard(page: Page) -> Keyboard:
    """The keyboard, on the home page."""
    page.goto("/")
    return Keyboard(page)


def test_skip_link(page: Page, keyboard: Keyboard) -> None:
    """The first press of Tab offers to skip the menu; the next stop is then in the page's own part."""
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="本文へ移動")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('header, nav') && !!document.activeElement.closest('#content, [role=main]')")


def test_search_and_filter_by_keyboard(page: Page, keyboard: Keyboard) -> None:
    """Search, choose a facet, take it away."""
    keyboard.go_to(page.get_by_role("main").get_by_role("combobox"))
    page.keyboard.type("オープンデータ")
    page.keyboard.press("Enter")
    expect(page.locator(".dataset-heading").nth(1)).to_be_visible()
    keyboard.enter(page.locator(".filters").get_by_role("link", name="名取市"))
    expect(page.locator(".dataset-heading")).to_have_text([NATORI.title])
    keyboard.enter(page.locator(".filter-list").get_by_role("link"))
    expect(page.locator(".dataset-heading").nth(1)).to_be_visible()


def test_from_home_to_the_files_by_keyboard(page: Page, keyboard: Keyboard) -> None:
    """The plan, a filter of its page, the table, both files."""
    keyboard.enter(page.get_by_role("navigation").get_by_role("link", name="計画", exact=True).first)
    expect(page).to_have_url(re.compile("/plan$"))
    keyboard.enter(page.get_by_role("heading", level=2).get_by_role("link", name=POLICY.title))
    expect(page.get_by_role("heading", name=POLICY.title, level=1)).to_be_visible()
    group = page.get_by_label("重点目標・基盤の名称").first
    keyboard.go_to(group)
    group.press("ArrowDown")
    keyboard.enter(page.get_by_role("button", name="絞り込む").first)
    page.wait_for_url("**kpis.group_name=**")
    keyboard.go_to(page.get_by_role("region", name=KPIS.title))
    page.goto(page.url.split("?")[0])
    keyboard.enter(page.get_by_role("link", name="表の全列を見る").first)
    expect(page.get_by_role("heading", name=KPIS.title, level=1)).to_be_visible()
    for link, content in {"CSVファイル": KPIS.faithful, "Excel用CSV": KPIS.spreadsheet}.items():
        with page.expect_download() as download:
            keyboard.enter(page.get_by_role("link", name=link))
        assert Path(download.value.path()).read_bytes() == content
