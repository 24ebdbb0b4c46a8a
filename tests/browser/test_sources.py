"""Where datasets come from: our page of sources, and ckanext-harvest's own search, which goes blank without our template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import DESKTOP, PHONE, Site
from playwright.sync_api import Page, expect
from test_accessibility import STILL, faults


def test_page_of_sources_is_found_from_every_page(page: Page) -> None:
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("link", name="収集元").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("収集元")


def test_search_of_sources_keeps_its_page(page: Page) -> None:
    """A search there is answered with a whole page, by keyboard too."""
    page.goto("/harvest")
    box = page.get_by_label("収集元を探す")
    box.fill("宮城")
    box.press("Enter")
    page.wait_for_url("**q=**")
    expect(page.get_by_label("収集元を探す")).to_have_value("宮城")
    assert len(page.get_by_role("main").inner_text()) > 10


#: ckanext-harvest's pages of a source, and ours, as those who manage it see them.
PAGES = ("/harvest", "/harvest/new", "/harvest/{name}", "/harvest/about/{name}", "/harvest/admin/{name}", "/harvest/{name}/job",
         "/harvest/edit/{name}", "/harvest/clear/{name}", "/harvest/delete/{name}", "/sources", "/sources/{name}")


@pytest.fixture
def managed(open_page: Any, site: Site) -> Iterator[Page]:
    """A sysadmin's page, and a source ``trial`` that they made with the form; it goes again with the button."""
    page = open_page(**DESKTOP, **STILL)
    page.goto("/user/login")
    for field, text in zip(("login", "password"), site.first_login(), strict=True):
        page.locator(f"#field-{field}").fill(text)
    page.get_by_role("main").get_by_role("button", name="ログイン").click()
    page.goto("/harvest/new")
    for label, text in (("アドレス（必須）", "https://portal.example/"), ("題名", "試しの収集元"), ("名前（必須）", "trial")):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("CKAN（BODIKを含む）").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("試しの収集元")
    yield page
    page.goto("/harvest/delete/trial")
    page.get_by_role("button", name="実行する").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("収集元")


def test_pages_of_who_manages_sources(managed: Page) -> None:
    """Nothing is wrong for axe in both languages, on a phone, and in dark mode; no page is wider than a phone."""
    found = []
    for language in ("", "/en"):
        for path in PAGES:
            managed.goto(language + path.format(name="trial"))
            for viewport in (DESKTOP["viewport"], PHONE["viewport"]):
                managed.set_viewport_size(viewport)
                managed.emulate_media(color_scheme="light")
                found += [f"{language}{path}: {fault}" for fault in faults(managed)]
                managed.emulate_media(color_scheme="dark")
                found += [f"{language}{path} dark: {fault}" for fault in faults(managed, only="color-contrast")]
            if managed.evaluate("document.documentElement.scrollWidth") > PHONE["viewport"]["width"]:
                found.append(f"{language}{path}: too wide")
    assert found == []
