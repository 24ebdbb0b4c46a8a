"""Finding a Chromium, installing one, and saying so where neither works."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import chromium
import pytest
from playwright.sync_api import Error
from published import PROJECT

Machine = Callable[..., Path]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A PATH with nothing but these programs; each is a shell script, and writes down how it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(chromium, "is_root", lambda: True)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))  # runs Playwright's own client

    def program(name: str, script: str = "") -> None:
        path = folder / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> "{tmp_path}/calls"\n{script}\n')
        path.chmod(0o755)

    def machine(**scripts: str) -> Path:
        (tmp_path / "calls").write_text("")
        for name, script in scripts.items():
            program(name.replace("_", "-"), script)
        return folder

    return machine


def start(executable: str | None) -> str | None:
    """A browser starts where there is a program; Playwright's own is not there."""
    if executable is None:
        raise Error("Executable doesn't exist")
    return executable


def calls(folder: Path) -> list[str]:
    return (folder.parent / "calls").read_text().splitlines()


@pytest.mark.parametrize("name", chromium.NAMES)
def test_what_is_there_is_used(machine: Machine, name: str) -> None:
    """Nothing is installed."""
    folder = machine(**{name: ""})
    assert chromium.find_or_install(start, print) == str(folder / name)
    assert calls(folder) == []


def test_root_installs_the_debian_packages(machine: Machine) -> None:
    """Browser and Japanese fonts; then the browser starts."""
    folder = machine(apt_get='case "$*" in *install*) /bin/cp "$0" "${0%/*}/chromium";; esac')
    told: list[str] = []
    assert chromium.find_or_install(start, told.append) == str(folder / "chromium")
    update, install = calls(folder)
    assert update.endswith(" update")
    assert install.endswith(" install --no-install-recommends chromium fonts-noto-cjk")
    assert told


def test_without_root_playwright_downloads_its_own(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """apt-get is not asked."""
    monkeypatch.setattr(chromium, "is_root", lambda: False)
    folder = machine(apt_get="", python="")
    downloaded = object()

    def start_own(executable: str | None) -> object:
        if not any("playwright install" in call for call in calls(folder)):
            raise Error("Executable doesn't exist")
        return downloaded

    assert chromium.find_or_install(start_own, print) is downloaded
    assert calls(folder) == ["python -m playwright install chromium"]


def test_what_does_not_start_is_passed_over(machine: Machine) -> None:
    """A ``chromium`` that only tells people to install a snap is none."""
    folder = machine(**{"chromium": "", "google-chrome": ""})

    def start_second(executable: str | None) -> str | None:
        if executable == str(folder / "chromium"):
            raise Error("needs snap")
        return executable

    assert chromium.find_or_install(start_second, print) == str(folder / "google-chrome")


def test_nothing_possible_is_said_with_the_reasons(machine: Machine) -> None:
    """Each thing tried is named, with the line that says why it failed."""
    machine(apt_get='echo "E: Unable to locate package chromium" >&2; exit 100', python='echo "Error: Failed to download" >&2; exit 1')
    with pytest.raises(chromium.NoChromiumError) as error:
        chromium.find_or_install(start, print)
    text = str(error.value)
    assert "apt-get install chromium" in text
    assert "E: Unable to locate package chromium" in text
    assert "Error: Failed to download" in text


@pytest.mark.parametrize("installable", [True, False])
def test_japanese_font(machine: Machine, installable: bool) -> None:
    """Without one it is installed; where that does not work, it is said."""
    folder = machine(fc_list='[ ! -e "$0.font" ] || echo Noto', apt_get='echo > "${0%/*}/fc-list.font"' if installable else "exit 100")
    assert bool(chromium.ensure_japanese_font(print)) is not installable
    assert any(call.endswith("install --no-install-recommends fonts-noto-cjk") for call in calls(folder)) is installable


@pytest.mark.parametrize(("ci", "code", "outcome"), [("", 0, "1 skipped"), ("true", 1, "1 error")])
def test_a_run_without_browser_says_so_in_its_last_lines(tmp_path: Path, ci: str, code: int, outcome: str) -> None:
    """A real run on a machine without browser, apt-get and network: the tests are skipped; under CI the run fails."""
    closed = "http://127.0.0.1:9"  # nobody listens on the discard port
    env = {name: value for name, value in os.environ.items() if not name.startswith(("CKAN_", "PYTEST_", "PLAYWRIGHT_"))}
    env |= {"PATH": str(tmp_path), "CI": ci, "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "none"), "PLAYWRIGHT_DOWNLOAD_HOST": closed}
    env |= {"MIYAGI_SITE_URL": closed, "MIYAGI_NOTES": str(tmp_path / "notes")}
    words = ["-p", "no:ckan", "-p", "no:ckan_fixtures", "-p", "no:cacheprovider", "tests/browser/test_login.py"]
    done = subprocess.run([sys.executable, "-m", "pytest", *words], cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    last = done.stdout.splitlines()[-8:]
    assert done.returncode == code, done.stdout
    assert outcome in last[-1]
    assert any("Browser tests cannot run" in line for line in last), done.stdout
    assert "Browser tests cannot run" in (tmp_path / "notes").read_text(encoding="utf-8")
