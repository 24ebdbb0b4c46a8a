"""Groups and organizations, and the datasets they hold."""

from __future__ import annotations

from urllib.parse import quote

from browsing import dataset_titles
from playwright.sync_api import Page, expect
from published import ALL, titles_of

PUBLISHERS = sorted({dataset.descriptor["publisher"]["name"] for dataset in ALL.values()})


def open_card(page: Page, name: str) -> None:
    """Follow the card with a name, to the page with that heading."""
    page.locator(".media-item").filter(has=page.get_by_role("heading", name=name, exact=True)).get_by_role("link").click()
    expect(page.locator(".context-info .heading")).to_have_text(name)


def test_groups(page: Page) -> None:
    """The list names them in Japanese; one leads to its datasets."""
    page.goto("/group/")
    assert sorted(page.locator(".media-heading").all_inner_texts()) == sorted(["共通の参照表", "市町村", "計画"])
    open_card(page, "計画")
    assert dataset_titles(page) == sorted(dataset.title for dataset in ALL.values() if "plans" in dataset.descriptor["groups"])


def test_organizations(page: Page) -> None:
    """The prefecture and all its municipalities are there, on pages whose links have words; each publisher leads to its datasets."""
    page.goto("/organization/")
    names = page.locator(".media-heading").all_inner_texts()
    page.get_by_role("link", name="次へ").click()
    expect(page.get_by_role("link", name="前へ")).to_be_visible()
    names += page.locator(".media-heading").all_inner_texts()
    assert len(set(names)) == 36
    assert set(PUBLISHERS) <= set(names)
    for name in PUBLISHERS:
        page.goto(f"/organization/?q={quote(name)}")
        open_card(page, name)
        assert dataset_titles(page) == titles_of(name)

