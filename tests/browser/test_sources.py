"""Where datasets come from: our page of sources, and ckanext-harvest's own search, which goes blank without our template."""

from __future__ import annotations

import contextlib
import re
import subprocess
import uuid
from collections.abc import Callable, Iterator
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
PAGES = ("/harvest", "/harvest/new", "/harvest/{name}", "/harvest/about/{name}", "/harvest/admin/{name}", "/harvest/{name}/job", "/harvest/{name}/job/last",
         "/harvest/edit/{name}", "/harvest/clear/{name}", "/harvest/delete/{name}", "/sources", "/sources/{name}")


@pytest.fixture
def trial() -> str:
    """A source's name that no other ever had: CKAN keeps those of deleted ones."""
    return f"trial-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def managed(open_page: Any, site: Site, ckan: Callable[..., str], trial: str) -> Iterator[Page]:
    """A sysadmin's page, and a source that they made with the form, with a run that failed; it goes again with the button."""
    page = open_page(**DESKTOP, **STILL)
    page.goto("/user/login")
    for field, text in zip(("login", "password"), site.first_login(), strict=True):
        page.locator(f"#field-{field}").fill(text)
    page.get_by_role("main").get_by_role("button", name="ログイン").click()
    page.goto("/harvest/new")
    for label, text in (("アドレス（必須）", f"http://127.0.0.1:9/{trial}/"), ("題名", "試しの収集元"), ("名前（必須）", trial)):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("CKAN（BODIKを含む）").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("試しの収集元")
    ckan("miyagiict", "harvest", "activate", trial)
    with contextlib.suppress(subprocess.CalledProcessError):  # it asks nobody outside, and may not ask this machine
        ckan("miyagiict", "harvest", "run", trial)
    yield page
    page.goto(f"/harvest/delete/{trial}")
    page.get_by_role("button", name="実行する").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("収集元")


def test_pages_of_who_manages_sources(managed: Page, trial: str) -> None:
    """Nothing is wrong for axe in both languages, on a phone, and in dark mode; no page is wider than a phone."""
    found = []
    for language in ("", "/en"):
        for path in PAGES:
            managed.goto(language + path.format(name=trial))
            for viewport in (DESKTOP["viewport"], PHONE["viewport"]):
                managed.set_viewport_size(viewport)
                managed.emulate_media(color_scheme="light")
                found += [f"{language}{path}: {fault}" for fault in faults(managed)]
                managed.emulate_media(color_scheme="dark")
                found += [f"{language}{path} dark: {fault}" for fault in faults(managed, only="color-contrast")]
            if managed.evaluate("document.documentElement.scrollWidth") > PHONE["viewport"]["width"]:
                found.append(f"{language}{path}: too wide")
    assert found == []


def test_english_pages_of_sources_are_english(managed: Page, trial: str) -> None:
    """From the site's name to the options' help; what people called something stays as they wrote it, and is marked as Japanese."""
    without_japanese = """() => {
        const body = document.body.cloneNode(true)
        body.querySelectorAll("[lang=ja], script").forEach(part => part.remove())
        return body.textContent
    }"""
    names = re.compile("【見本】|管理者")
    found = {}
    for path in PAGES:
        managed.goto("/en" + path.format(name=trial))
        if japanese := re.findall("[\u3040-\u30ff\u4e00-\u9fff々]+", names.sub("", managed.evaluate(without_japanese))):
            found[path] = japanese
    assert found == {}


@pytest.mark.parametrize(("language", "time"), [("", r"20\d\d年\d+月\d+日 \d+時\d+分"), ("/en", r"[A-Z][a-z]+ \d+, 20\d\d, \d\d:\d\d")], ids=["ja", "en"])
def test_jobs_are_dated_as_the_language_does(managed: Page, trial: str, language: str, time: str) -> None:
    """In the list of jobs, on a job's page, and on the page of the last one."""
    for path in (f"/harvest/{trial}/job", f"/harvest/{trial}/job/last", f"/harvest/admin/{trial}"):
        managed.goto(language + path)
        times = managed.get_by_role("main").locator("time").all_inner_texts()
        assert times
        assert [text for text in times if not re.match(time, text)] == []


def test_form_that_was_not_saved_says_why(managed: Page, trial: str) -> None:
    """In the language of the page, also where ckanext-harvest says it in English, and names what its field is called."""
    for language, save, taken in (("", "保存", "この名前は、すでに使われています。消した収集元の名前も使えません。"), ("/en", "Save", "This name is taken; names of deleted sources are, too.")):
        managed.goto(f"{language}/harvest/new")
        managed.locator("#field-url").fill("https://other.example/")
        managed.locator("#field-name").fill(trial)
        managed.locator("#field-config").fill('{"zzzz": 1}')
        managed.get_by_role("button", name=save, exact=True).click()
        expect(managed.locator("#name-error")).to_have_text(taken)
        expect(managed.locator("#config-error")).to_contain_text("zzzz")
        expect(managed.locator("#config-error")).not_to_contain_text("Error")
    managed.goto("/harvest/new")
    managed.locator("#field-url").fill(f"http://127.0.0.1:9/{trial}/")
    managed.locator("#field-name").fill(f"{trial}-again")
    managed.get_by_role("button", name="保存").click()
    expect(managed.locator("#url-error")).to_have_text("このアドレスを同じ設定で読む収集元は、すでにあります。消した収集元も数えます。")
