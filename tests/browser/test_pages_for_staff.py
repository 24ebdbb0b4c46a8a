"""The pages of those who log in can be read, in light and in dark mode: CKAN paints parts of them in fixed colours."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from browsing import DESKTOP, PHONE, Site
from playwright.sync_api import Page, expect
from published import KPIS, POLICY
from test_accessibility import STILL, faults

PAGES = (
    "/dashboard/", "/dashboard/organizations", "/user/admin", "/user/edit/admin", "/user/admin/api-tokens", "/user/activity/admin",
    "/organization/new", "/organization/edit/natori-city", "/organization/members/natori-city", "/organization/member_new/natori-city",
    "/organization/bulk_process/natori-city", "/group/edit/plans", "/group/members/plans", "/dataset/new", f"/dataset/edit/{POLICY.name}",
    f"/dataset/{POLICY.name}/resource/new", f"/dataset/resources/{POLICY.name}", "/ckan-admin/config", "/ckan-admin/trash",
)


@pytest.fixture
def staff(open_page: Any, site: Site) -> Page:
    """A page of the administrator, logged in."""
    page: Page = open_page(**DESKTOP, **STILL)
    log_in(page, *site.first_login())
    return page


def log_in(page: Page, name: str, password: str) -> None:
    page.goto("/user/login")
    page.locator("#field-login").fill(name)
    page.locator("#field-password").fill(password)
    page.locator("#field-password").press("Enter")
    page.wait_for_url("**/dashboard/**")


def test_titles_in_bulk_editing(staff: Page) -> None:
    """English on English pages."""
    for language, title in (("", POLICY.descriptor["title"]), ("/en", POLICY.descriptor["title_en"])):
        staff.goto(f"{language}/organization/bulk_process/miyagi-prefecture")
        expect(staff.locator(".dataset-heading", has_text=title[:40])).to_have_count(1)


def test_fields_that_suggest_values(staff: Page) -> None:
    """Say in Japanese what can be done with them."""
    staff.goto("/dataset/new")
    expect(staff.locator(".select2-search__field").first).to_have_attribute("aria-label", "検索")


@pytest.mark.parametrize("language", ["", "/en"], ids=["ja", "en"])
def test_contrast(staff: Page, site: Site, language: str) -> None:
    """Every word stands out from its ground."""
    table = site.path_of(KPIS)
    found = []
    for path in (*PAGES, f"{table}/edit", f"{table}/views", f"/dataset/{POLICY.name}/dictionary/{table.rpartition('/')[2]}"):
        staff.goto(language + path)
        for scheme in ("light", "dark"):
            staff.emulate_media(color_scheme=scheme)
            found += [f"{path}, {scheme}: {fault}" for fault in faults(staff, only="color-contrast")]
    assert found == []


def test_no_sideways_scrolling_on_a_phone(staff: Page) -> None:
    """Forms and lists fit."""
    staff.set_viewport_size(PHONE["viewport"])
    for path in PAGES:
        staff.goto(path)
        assert staff.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path


def test_no_tokens(page: Page, ask: Callable[..., Any]) -> None:
    """A sentence instead of a table without a row."""
    name, password = f"newcomer-{uuid.uuid4().hex[:8]}", uuid.uuid4().hex
    ask("user_create", name=name, email=f"{name}@pref.example.jp", password=password)
    log_in(page, name, password)
    page.goto(f"/user/{name}/api-tokens")
    expect(page.get_by_role("main")).to_contain_text("APIトークンはまだありません")
    expect(page.locator("#api-tokens-table")).to_have_count(0)
