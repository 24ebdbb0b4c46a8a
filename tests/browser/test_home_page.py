"""The home page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from published import ALL, POLICY, TRACKING_TITLE


def test_shows_datasets(page: Page) -> None:
    """It names the catalogue and leads to published datasets."""
    page.goto("/")
    expect(page).to_have_title(re.compile("宮城県ICT計画オープンデータカタログ$"))
    for name in ("miyagi-reference", "natori-informatization-plan-2020"):
        expect(page.locator(f"a[href='/dataset/{name}']").first).to_have_text(ALL[name].title)


def test_search_box_finds_a_dataset(page: Page) -> None:
    """What is typed there is searched for. All KPIs as one dataset, then the latest plan with KPIs: what is asked for stands in front."""
    page.goto("/")
    page.get_by_role("main").get_by_role("combobox").fill("KPI")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/dataset/\?q=KPI"))
    for place, title in enumerate((TRACKING_TITLE, POLICY.title)):
        expect(page.locator(".dataset-heading").nth(place)).to_have_text(title)


def test_menu_leads_to_the_lists(page: Page) -> None:
    """Datasets, organizations and groups are one click away."""
    for path in ("/dataset/", "/organization/", "/group/"):
        page.goto("/")
        page.get_by_role("navigation").locator(f"a[href='{path}']").first.click()
        expect(page).to_have_url(f"{page.evaluate('location.origin')}{path}")


@pytest.mark.parametrize("path", ["/", "/en/", "/dataset/", "/organization/"])
def test_search_boxes_suggest_while_typing(page: Page, path: str) -> None:
    """By keyboard: a dataset is opened, a tag is searched for; Escape leaves what was typed. English pages have English titles."""
    is_english = path.startswith("/en")
    page.goto(path)
    box = page.locator("#mi-home-search, #field-sitewide-search, #dataset-search-form input[name=q]").first
    box.press_sequentially("みやぎ")
    options = page.get_by_role("option").filter(has_text="Miyagi" if is_english else "みやぎ")
    expect(options.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    expect(box).to_have_value("みやぎ")
    box.press_sequentially("情報化")
    expect(page.get_by_role("option", name=POLICY.descriptor["title_en"] if is_english else POLICY.title)).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_id(box.get_attribute("aria-activedescendant") or "")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/dataset/[a-z0-9-]+$"))
