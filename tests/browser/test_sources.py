"""Where datasets come from: our page of sources, and ckanext-harvest's own search, which goes blank without our template."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_page_of_sources_is_found_from_every_page(page: Page) -> None:
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("link", name="収集元").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("収集元")


def test_search_of_sources_keeps_its_page(page: Page) -> None:
    """A search there is answered with a whole page, by keyboard too."""
    page.goto("/harvest")
    box = page.locator("#field-giant-search")
    box.fill("宮城")
    box.press("Enter")
    page.wait_for_url("**q=**")
    expect(page.locator("#field-giant-search")).to_have_value("宮城")
    assert len(page.get_by_role("main").inner_text()) > 10
