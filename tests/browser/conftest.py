"""Fixtures of the browser tests: the served site, a Chromium, and pages that fail their test when something breaks behind them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "stack")]  # pytest's importlib mode leaves them out

import chromium  # noqa: E402
from browsing import DESKTOP, NO_JAVASCRIPT, PHONE, Site, Watch  # noqa: E402

TIMEOUT = 30_000
"""Milliseconds anything on a page may take on a busy machine."""

NOTES = pytest.StashKey[list[str]]()

OpenPage = Callable[..., Page]


def pytest_configure(config: pytest.Config) -> None:
    config.stash.setdefault(NOTES, [])


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say last what kept the browser tests from running; ``./miyagi test`` repeats it at its very end."""
    for note in config.stash[NOTES]:
        terminalreporter.write_line(note)
    if config.stash[NOTES] and os.environ.get("MIYAGI_NOTES"):
        with open(os.environ["MIYAGI_NOTES"], "a", encoding="utf-8") as stream:
            stream.write("\n".join([*config.stash[NOTES], ""]))


@pytest.fixture(scope="session")
def tell(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Shows a line at once."""
    capture: Any = pytestconfig.pluginmanager.getplugin("capturemanager")
    reporter: Any = pytestconfig.pluginmanager.getplugin("terminalreporter")

    def show(line: str) -> None:
        with capture.global_and_fixture_disabled():
            reporter.write_line(line)

    return show


@pytest.fixture(scope="session")
def browser(pytestconfig: pytest.Config, tell: Callable[[str], None]) -> Iterator[Browser]:
    """A headless Chromium. Where there is none and none can be installed, the tests are skipped; under CI they fail."""
    notes = pytestconfig.stash[NOTES]
    notes += filter(None, [chromium.ensure_japanese_font(tell)])
    with sync_playwright() as playwright:
        try:
            browser = chromium.launch(playwright, tell)
        except chromium.NoChromiumError as error:
            notes.append(str(error))
            (pytest.fail if is_ci() else pytest.skip)(str(error))
        yield browser
        browser.close()


def is_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, tell: Callable[[str], None]) -> Iterator[Site]:
    """The catalogue that ``./miyagi test`` serves; without it, one started by ``./miyagi serve`` from no earlier state."""
    if url := os.environ.get("MIYAGI_SITE_URL"):
        home = os.environ.get("MIYAGI_HOME")
        yield Site(url.rstrip("/"), Path(home) if home else None)
        return
    from stack_harness import Miyagi, free_port

    miyagi = Miyagi(tmp_path_factory.mktemp("site") / "home", tmp_path_factory.mktemp("scratch"))
    port = free_port()
    tell("./miyagi serve …")
    try:
        miyagi.start("serve", "--port", str(port)).until("Ctrl-C")
        yield Site(f"http://127.0.0.1:{port}", miyagi.home)
    finally:
        miyagi.clean_up()


@pytest.fixture(scope="session")
def ckan() -> Callable[..., str]:
    """Runs a command of the served site and gives what it prints."""
    if "CKAN_INI" not in os.environ:
        pytest.skip("CKAN_INI is not set: nobody here may run commands of the site")

    def ckan(*words: str) -> str:
        command = [str(Path(sys.executable).with_name("ckan")), "-c", os.environ["CKAN_INI"], *words]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout

    return ckan


@pytest.fixture(scope="session")
def ask(site: Site, ckan: Callable[..., str]) -> Iterator[Callable[..., Any]]:
    """Calls an action as the administrator, with a token that is revoked in the end."""
    token = ckan("user", "token", "add", "admin", "browser-tests").split()[-1]

    def ask(action: str, **question: Any) -> Any:
        request = urllib.request.Request(
            f"{site.url}/api/3/action/{action}", json.dumps(question).encode(), {"Content-Type": "application/json", "Authorization": token}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["result"]

    yield ask
    ask("api_token_revoke", token=token)


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[OpenPage]:
    """Opens pages, each in a browser context of its own; afterwards the test fails if anything broke behind one of them."""
    expect.set_options(timeout=TIMEOUT)
    watch = Watch(site)
    contexts = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(base_url=site.url, locale="ja-JP", timezone_id="Asia/Tokyo", **options)
        context.set_default_timeout(TIMEOUT)
        context.on("page", watch)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not watch.faults, "\n".join(watch.faults)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page at desktop width."""
    return open_page(**DESKTOP)


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """A page on a phone."""
    return open_page(**PHONE)


@pytest.fixture
def no_js(open_page: OpenPage) -> Page:
    """A page with JavaScript switched off."""
    return open_page(**NO_JAVASCRIPT)
