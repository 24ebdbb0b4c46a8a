"""The pages at the width of a phone."""

from __future__ import annotations

import pytest
from browsing import PAGE_TYPES, PHONE, Site
from playwright.sync_api import Page, expect


@pytest.mark.parametrize("kind", PAGE_TYPES)
def test_nothing_is_wider_than_the_screen(phone: Page, site: Site, kind: str) -> None:
    """The page as a whole does not scroll sideways (a table in it may)."""
    phone.goto(PAGE_TYPES[kind](site))
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]


def test_menu(phone: Page) -> None:
    """The menu opens, and leads to the datasets."""
    phone.goto("/")
    link = phone.locator("#main-navigation-toggle a[href='/dataset/']")
    expect(link).to_be_hidden()
    phone.locator(".navbar-toggler").tap()
    link.tap()
    expect(phone.locator(".dataset-heading").first).to_be_visible()
