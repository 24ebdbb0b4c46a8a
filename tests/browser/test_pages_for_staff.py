"""The pages of those who log in can be read, in light and in dark mode: CKAN paints parts of them in fixed colours."""

from __future__ import annotations

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
    name, password = site.first_login()
    page.goto("/user/login")
    page.locator("#field-login").fill(name)
    page.locator("#field-password").fill(password)
    page.locator("#field-password").press("Enter")
    page.wait_for_url("**/dashboard/**")
    return page


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


def test_no_tokens(staff: Page) -> None:
    """A sentence instead of a table without a row."""
    staff.goto("/user/admin/api-tokens")
    expect(staff.get_by_role("main")).to_contain_text("APIトークンはまだありません")
    expect(staff.locator("#api-tokens-table")).to_have_count(0)
