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
    box = page.locator("#dataset-search-form").get_by_role("textbox")
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
