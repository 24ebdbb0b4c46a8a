"""Pages on paper: what a browser prints of them."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import PAGE_TYPES, Site
from playwright.sync_api import Page

#: What is left of A4 between a browser's margins.
PAPER: dict[str, Any] = {"viewport": {"width": 718, "height": 1000}}
PRINTED = ("KPIs", "KPI", "dataset", "table", "plan", "filtered plan", "city's plan", "municipalities", "municipalities compared")


@pytest.fixture
def paper(open_page: Any) -> Page:
    """A page as it is printed."""
    page: Page = open_page(**PAPER)
    page.emulate_media(media="print")
    return page


@pytest.mark.parametrize("language", ["", "/en"], ids=["ja", "en"])
@pytest.mark.parametrize("kind", PRINTED)
def test_nothing_is_cut_off_at_the_edge(paper: Page, site: Site, kind: str, language: str) -> None:
    """No table is wider than the paper: there is no scrolling there."""
    paper.goto(language + PAGE_TYPES[kind](site))
    assert paper.evaluate("document.documentElement.scrollWidth") <= PAPER["viewport"]["width"]


@pytest.mark.parametrize("address", ["/measures", "/municipalities", "/kpi/policy2021-kpi-ki21"])
def test_tables_are_small(paper: Page, address: str) -> None:
    """8 point."""
    paper.goto(address)
    sizes = paper.evaluate("[...document.querySelectorAll('.mi-table')].map(table => getComputedStyle(table).fontSize)")
    assert sizes
    assert {round(float(size.removesuffix("px"))) for size in sizes} == {round(8 / 72 * 96)}
