"""Runs the real ``./miyagi`` for the tests of this folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parents[2]
BARE_PYTHON = getattr(sys, "_base_executable", sys.executable)
"""The Python the test environment was made from: it has none of our packages."""

START = 600
"""Seconds a whole start may take on a busy machine."""


def wait_for(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Wait until ``condition`` holds, or fail."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes_of(home: Path) -> list[str]:
    """Command lines of all living processes that name the home folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = " ".join(process.info["cmdline"] or [])
        if f"{home}/" in f"{line}/" and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(line)
    return found


@dataclass
class Running:
    """A ``./miyagi`` under way, and what it has printed so far."""

    popen: subprocess.Popen[bytes]
    output: Path
    begun: float = field(default_factory=time.monotonic)

    @property
    def text(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    def until(self, text: str, seconds: float = START) -> float:
        """Wait until ``text`` was printed; returns the seconds since the start."""
        wait_for(lambda: text in self.text or self.popen.poll() is not None, seconds, text)
        assert text in self.text, self.text
        return time.monotonic() - self.begun

    def end(self, number: int = signal.SIGINT, seconds: float = 60) -> int:
        """Send a signal and wait for the end."""
        self.popen.send_signal(number)
        return self.popen.wait(seconds)


@dataclass
class Miyagi:
    """Runs ``./miyagi`` on one home folder, from a Python without our packages."""

    home: Path
    scratch: Path
    started: list[Running] = field(default_factory=list)

    def start(self, *words: str, **env: str) -> Running:
        output = self.scratch / f"output-{len(self.started)}"
        with output.open("wb") as stream:
            popen = subprocess.Popen(
                [BARE_PYTHON, str(PROJECT / "miyagi"), "--home", str(self.home), *words],
                stdout=stream,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=_usual_environment() | env,
                cwd=self.scratch,
                start_new_session=True,
            )
        self.started.append(Running(popen, output))
        return self.started[-1]

    def run(self, *words: str, seconds: float = START, **env: str) -> tuple[int, str]:
        """Run to the end; returns exit code and output."""
        running = self.start(*words, **env)
        code = running.popen.wait(seconds)
        return code, running.text

    def clean_up(self) -> None:
        for running in self.started:
            if running.popen.poll() is None:
                running.end()


def _usual_environment() -> dict[str, str]:
    """Ours, less what a test run adds to it."""
    ours = ("CKAN_", "MIYAGI_", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def get(address: str) -> str:
    """The page at an address; fails unless its status is 200."""
    with urllib.request.urlopen(address, timeout=60) as answer:
        assert answer.status == 200
        return answer.read().decode()
