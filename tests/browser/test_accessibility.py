"""axe-core on every type of page: WCAG 2.1, levels A and AA, and its rules of good practice."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from browsing import DESKTOP, ERROR_PAGES, PAGE_TYPES, PHONE, Site
from playwright.sync_api import Page
from preview import Preview
from published import KPIS

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")
#: Not "minor": the preview's boxes above its columns have names, but stand in cells without a word.
IMPACTS = ("critical", "serious", "moderate")
STILL = {"reduced_motion": "reduce"}  # no colours between two others

PAGES: dict[str, Any] = {**PAGE_TYPES, **{name: (lambda site, path=path: path) for name, (path, _status) in ERROR_PAGES.items()}}


def faults(page: Page, only: str = "") -> list[str]:
    """What axe finds wrong with the page as it is now.

    :param only: one rule to ask for, instead of all
    """
    for frame in page.frames:
        if frame == page.main_frame or frame.locator("body.dt-view").count():
            frame.evaluate(AXE_SCRIPT)
    ask = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": RULES}
    found = page.evaluate("ask => axe.run({runOnly: ask, resultTypes: ['violations']})", ask)
    return [
        f"{fault['id']} ({fault['impact']}): {node['target']} {node['html'][:150]}"
        for fault in found["violations"] if fault["impact"] in IMPACTS for node in fault["nodes"]
    ]


@pytest.mark.parametrize("language", ["", "/en"], ids=["ja", "en"])
@pytest.mark.parametrize("kind", PAGES)
def test_nothing_is_wrong(open_page: Any, site: Site, kind: str, language: str) -> None:
    """At desktop width and at a phone's; its colours in dark mode too."""
    page = open_page(**DESKTOP, **STILL)
    page.goto(language + PAGES[kind](site))
    if kind == "table":
        Preview(page, KPIS)
    for viewport in (DESKTOP["viewport"], PHONE["viewport"]):
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme="light")
        assert faults(page) == []
        page.emulate_media(color_scheme="dark")
        assert faults(page, only="color-contrast") == []


@pytest.mark.parametrize("kind", ERROR_PAGES)
def test_error_pages(page: Page, kind: str) -> None:
    """They have their status, and say where to go on, or what to write instead."""
    path, status = ERROR_PAGES[kind]
    answer = page.goto(path)
    assert answer
    assert answer.status == status
    assert page.get_by_role("main").get_by_role("link").count() or page.get_by_role("main").locator("code").count()


def test_finds_what_is_wrong(page: Page) -> None:
    """The test can fail: a picture without a text and pale words are found."""
    page.goto("/about")
    wrong = '<img src="data:,"><p style="color: #ddd; background: #fff">pale words</p>'
    page.evaluate("wrong => document.querySelector('h1').insertAdjacentHTML('afterend', wrong)", wrong)
    assert {fault.split()[0] for fault in faults(page)} == {"image-alt", "color-contrast"}
