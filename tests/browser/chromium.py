"""The Chromium that the tests drive: the one this machine has, else one installed now, else a sentence that says why not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from playwright.sync_api import Browser, Error, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")
JAPANESE_FONTS = PACKAGES[1:]

FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
INSTALLING = 900
"""Seconds an installation may take, waiting for another apt-get included."""

Started = TypeVar("Started")
Tell = Callable[[str], None]


class NoChromiumError(Exception):
    """No browser here, and none could be installed. Its text says what was tried and what to do."""


def launch(playwright: Playwright, tell: Tell) -> Browser:
    """Start a headless Chromium with a new, empty profile.

    :param tell: shows one line to whoever waits, before a long step
    :raises NoChromiumError: there is none, and none can be installed
    """

    def start(executable: str | None) -> Browser:
        return playwright.chromium.launch(
            executable_path=executable, headless=True, args=list(FLAGS), chromium_sandbox=not is_root(), timeout=60_000
        )

    return find_or_install(start, tell)


def find_or_install(start: Callable[[str | None], Started], tell: Tell) -> Started:
    """Start the first browser that does start, installing one where there is none.

    :param start: starts the browser at a path, Playwright's own at ``None``; raises Playwright's ``Error`` if it does not start
    :raises NoChromiumError: no browser starts, and none can be installed
    """
    failures: list[str] = []
    for install in (_nothing, _debian_packages, _playwrights_own):
        if not install(tell, failures):
            continue
        for executable in _candidates():
            try:
                return start(executable)
            except Error as error:
                failures.append(f"{executable or 'Playwright'}: {_first_line(error.message)}")
    raise NoChromiumError(
        "ブラウザーのテストを実行できません: Chromiumがなく、入れることもできません。"
        "例: apt-get install chromium fonts-noto-cjk を実行してから、もう一度実行してください。\n"
        "Browser tests cannot run: there is no Chromium, and none can be installed; "
        "install one (for example: apt-get install chromium fonts-noto-cjk) and run again.\n"
        + "\n".join(f"  {failure}" for failure in dict.fromkeys(failures))
    )


def ensure_japanese_font(tell: Tell) -> str:
    """See to it that Japanese is more than boxes in pictures.

    :returns: empty, or the sentence to say where there is no font and none can be installed
    """
    if has_japanese_font():
        return ""
    failures: list[str] = []
    if _apt_get(JAPANESE_FONTS, tell, failures) and has_japanese_font():
        return ""
    return "日本語フォントがないので、画像の日本語は四角になります。 / No Japanese font: pictures show boxes for Japanese."


def has_japanese_font() -> bool:
    program = shutil.which("fc-list")
    if not program:
        return False
    return bool(subprocess.run([program, ":lang=ja", "family"], capture_output=True, check=False).stdout.strip())


def is_root() -> bool:
    return os.geteuid() == 0


def _candidates() -> Iterator[str | None]:
    yield from filter(None, map(shutil.which, NAMES))
    yield None


def _nothing(tell: Tell, failures: list[str]) -> bool:
    return True


def _debian_packages(tell: Tell, failures: list[str]) -> bool:
    return _apt_get(PACKAGES, tell, failures)


def _playwrights_own(tell: Tell, failures: list[str]) -> bool:
    """Download Playwright's build; as root with the libraries it needs, where apt-get is there to fetch them."""
    tell("PlaywrightのChromiumを取得しています… / downloading Playwright's Chromium …")
    playwright = [sys.executable, "-m", "playwright"]
    if is_root() and shutil.which("apt-get"):
        _run([*playwright, "install-deps", "chromium"], failures)
    return _run([*playwright, "install", "chromium"], failures)


def _apt_get(packages: Sequence[str], tell: Tell, failures: list[str]) -> bool:
    program = shutil.which("apt-get")
    if not (program and is_root()):
        failures.append("apt-get: rootでないか、apt-getがありません / not root, or no apt-get here")
        return False
    tell(f"apt-get install {' '.join(packages)} …")
    apt = [program, "--quiet", "--yes", "-o", "DPkg::Lock::Timeout=300"]
    return _run([*apt, "update"], failures) and _run([*apt, "install", "--no-install-recommends", *packages], failures)


def _run(command: list[str], failures: list[str]) -> bool:
    """Run to the end, quietly; of a failure keep the line that says what it was."""
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=INSTALLING, env=env, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        failures.append(f"{command[0]}: {error}")
        return False
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()] or [f"exit code {done.returncode}"]
        errors = [line for line in said if line.startswith(("E:", "Error:"))]
        failures.append(f"{' '.join(command)}: {_first_line((errors or said)[-1])}")
    return not done.returncode


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:200] if text.strip() else ""
