"""Make the pictures of the README: ``./miyagi python tests/browser/screenshots.py ADDRESS FOLDER HOME`` beside a running ``serve --demo`` on HOME.

Playwright is in the tests' environment: use the ``--home`` of a ``./miyagi test``, for example ``--home .miyagi-test``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parent))

import chromium  # noqa: E402
from browsing import DESKTOP, PAGE_TYPES, Site  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402
from preview import Preview  # noqa: E402
from published import KPIS  # noqa: E402


def home(page: Page, site: Site) -> None:
    """The home page."""
    page.goto(PAGE_TYPES["home"](site))


def plan(page: Page, site: Site) -> None:
    """The policy's KPIs by fiscal year."""
    page.goto(PAGE_TYPES["plan"](site))
    page.get_by_role("heading", level=2).first.evaluate("heading => heading.scrollIntoView()")


def search(page: Page, site: Site) -> None:
    """What a word typed in kana finds."""
    page.goto(f"/dataset/?q={quote('こそだて')}")


def dataset(page: Page, site: Site) -> None:
    """The policy's KPI table, its rows in view."""
    page.goto(PAGE_TYPES["table"](site))
    Preview(page, KPIS)
    page.get_by_role("heading", level=1).first.evaluate("heading => heading.scrollIntoView()")


def kpi(page: Page, site: Site) -> None:
    """A KPI that the samples give a number; needs ``serve --demo``."""
    page.goto(f"/kpi/{COUNTED}")


def receipt(page: Page, site: Site) -> None:
    """What that number is made of."""
    page.goto(f"/kpi/{COUNTED}")
    page.locator("a[href*='/receipt/']").first.click()


def municipalities(page: Page, site: Site) -> None:
    """The tile map."""
    page.goto("/municipalities?show=datasets")
    page.get_by_role("heading", level=1).first.evaluate("heading => heading.scrollIntoView()")


def kpi_staff(page: Page, site: Site) -> None:
    """The staff's desk, as the administrator sees it."""
    name, password = site.first_login()
    page.goto("/user/login")
    page.locator("#field-login").fill(name)
    page.locator("#field-password").fill(password)
    page.locator("#field-password").press("Enter")
    page.wait_for_url("**/dashboard/**")
    page.goto("/kpi/staff")


COUNTED = "policy2021-kpi-ki22"
PICTURES = (home, plan, search, dataset, kpi, receipt, municipalities, kpi_staff)
"""Each opens a page and makes it ready; its name is the file's."""


def main(address: str, folder: str, served_home: str) -> None:
    site = Site(address.rstrip("/"), Path(served_home))
    Path(folder).mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright, print)
        for picture in PICTURES:
            page = browser.new_page(base_url=site.url, locale="ja-JP", timezone_id="Asia/Tokyo", **DESKTOP)
            picture(page, site)
            page.wait_for_load_state("networkidle")
            path = Path(folder) / f"{picture.__name__}.png"
            page.screenshot(path=path)
            print(f"{path}: {path.stat().st_size // 1000} kB")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
