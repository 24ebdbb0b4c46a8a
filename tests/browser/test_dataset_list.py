"""The list of datasets and its search box."""

from __future__ import annotations

import re

from browsing import dataset_titles
from playwright.sync_api import Page, expect
from published import ALL, titles_of


def test_lists_every_published_dataset(page: Page) -> None:
    """All packages of ``datasets/`` are there, by their Japanese titles, and the one that the catalogue makes of its KPIs."""
    page.goto("/dataset/")
    assert dataset_titles(page) == titles_of()


def test_search_box(page: Page) -> None:
    """A word narrows the list; the datasets that have it as a keyword are on it."""
    page.goto("/dataset/")
    box = page.locator("#dataset-search-form").locator("input[name=q]")
    box.fill("官民データ活用推進計画")
    box.press("Enter")
    expect(page).to_have_url(re.compile("q=%E5%AE%98%E6%B0%91"))
    expect(page.locator(".dataset-heading")).not_to_have_count(len(titles_of()))
    having = {dataset.title for dataset in ALL.values() if "官民データ活用推進計画" in dataset.descriptor["keywords"]}
    assert having <= set(dataset_titles(page))


def test_facet_narrows_the_list(page: Page) -> None:
    """An organization among the filters leaves its datasets."""
    page.goto("/dataset/")
    page.locator(".filters").get_by_role("link", name="名取市").click()
    expect(page.locator(".dataset-heading")).to_have_text([ALL["natori-informatization-plan-2020"].title])


def test_a_dataset_is_opened_by_its_title(page: Page) -> None:
    """A click on a title opens the dataset."""
    title = ALL["miyagi-municipal-adoption"].title
    page.goto("/dataset/")
    page.locator(".dataset-heading a", has_text=title).click()
    expect(page.get_by_role("heading", name=title, level=1).first).to_be_visible()


def test_nothing_is_sent_before_a_button_is_pressed(page: Page) -> None:
    """Neither by going through the orders nor by leaving the search box (WCAG 3.2.2)."""
    page.goto("/dataset/?q=KPI")
    address = page.url
    order = page.get_by_label("並べ替え", exact=True)
    order.focus()
    order.press("ArrowDown")
    page.get_by_role("main").locator("input[name=q]").fill("計画")
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").get_by_role("button", name="検索")).to_be_focused()
    page.wait_for_timeout(500)
    assert page.url == address
    page.get_by_role("button", name="並べ替える").click()
    expect(page).to_have_url(re.compile("sort=title_string"))


def test_the_search_box_comes_before_the_filters(page: Page) -> None:
    """By keyboard: behind the way to this page."""
    page.goto("/dataset/?q=KPI")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "field-giant-search":
            return
    raise AssertionError(page.evaluate("document.activeElement.outerHTML"))
