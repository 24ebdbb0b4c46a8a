"""The pages at the width of a phone."""

from __future__ import annotations

import pytest
from browsing import PAGE_TYPES, PHONE, Site, dictionary_rows
from playwright.sync_api import Page, expect
from published import KPIS


@pytest.mark.parametrize("kind", PAGE_TYPES)
def test_nothing_is_wider_than_the_screen(phone: Page, site: Site, kind: str) -> None:
    """The page as a whole does not scroll sideways (a table in it may)."""
    phone.goto(PAGE_TYPES[kind](site))
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]


def test_captions_are_not_cut(phone: Page) -> None:
    """The caption of a table that is wider than the screen is not."""
    phone.goto("/en/kpi/policy2021-kpi-ki21")
    captions = phone.locator(".mi-scroll caption")
    assert captions.count()
    for caption in captions.all():
        box = caption.bounding_box()
        assert box
        assert box["x"] + box["width"] <= PHONE["viewport"]["width"]


def test_the_data_dictionary_is_read_without_scrolling_sideways(phone: Page, site: Site) -> None:
    """What a column means stands below its name."""
    phone.goto(site.path_of(KPIS))
    row = dictionary_rows(phone).first
    name, meaning = row.get_by_role("rowheader").bounding_box(), row.get_by_role("cell").last.bounding_box()
    assert name
    assert meaning
    assert meaning["y"] >= name["y"] + name["height"]
    assert meaning["x"] + meaning["width"] <= PHONE["viewport"]["width"]


def test_login_stands_before_what_to_do_without_a_password(phone: Page) -> None:
    """Most who open it want to log in."""
    phone.goto("/user/login")
    form, help_ = phone.locator("#field-login").bounding_box(), phone.locator(".secondary").bounding_box()
    assert form
    assert help_
    assert form["y"] < help_["y"]


def test_the_name_of_the_site_is_not_broken_inside_a_word(phone: Page) -> None:
    """On a narrow phone."""
    phone.set_viewport_size({"width": 360, "height": 740})
    phone.goto("/")
    lines = phone.locator(".mi-title").evaluate("""title => {
        const range = document.createRange(), word = title.lastChild
        range.selectNodeContents(word)
        return range.getClientRects().length
    }""")
    assert lines == 1


def test_filters_by_keyboard(phone: Page) -> None:
    """Where the window is as narrow as a phone's (or enlarged that much), they open and close without a pointer."""
    phone.goto("/dataset/?q=KPI")
    phone.get_by_role("link", name="結果を絞り込む").press("Enter")
    facet = phone.locator(".filters").get_by_role("link", name="名取市")
    expect(facet).to_be_visible()
    phone.keyboard.press("Tab")
    expect(phone.get_by_role("link", name="絞り込みを閉じる")).to_be_focused()
    phone.keyboard.press("Enter")
    expect(facet).to_be_hidden()


def test_menu(phone: Page) -> None:
    """The menu opens, and leads to the datasets."""
    phone.goto("/")
    link = phone.locator("#main-navigation-toggle a[href='/dataset/']")
    expect(link).to_be_hidden()
    phone.locator(".navbar-toggler").tap()
    link.tap()
    expect(phone.locator(".dataset-heading").first).to_be_visible()
