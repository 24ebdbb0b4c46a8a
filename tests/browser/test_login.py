"""The administrator's first login."""

from __future__ import annotations

import pytest
from browsing import Site
from playwright.sync_api import Page, expect


def test_first_login_opens_the_administration(page: Page, site: Site) -> None:
    """The name and password that ``./miyagi serve`` has kept open the page of system administrators."""
    if not site.home:
        pytest.skip("MIYAGI_SITE_URL without MIYAGI_HOME: the first login is not known here")
    name, password = site.first_login()
    page.goto("/user/login")
    page.locator("#field-login").fill(name)
    page.locator("#field-password").fill(password)
    page.locator("#field-password").press("Enter")
    page.wait_for_url("**/dashboard/**")
    page.goto("/ckan-admin/")
    expect(page.get_by_role("heading", name="現在のシステム管理者")).to_be_visible()
