"""A line for each step with the time it took; on a terminal also a line that moves while it takes."""

from __future__ import annotations

import shutil
import sys
import time
import unicodedata
from typing import TextIO

REDRAW = 0.2
"""Seconds between two drawings of the moving line."""

SIGN_OF_LIFE = 20
"""Seconds after which a log file (where nothing can move) gets a line saying what is still under way."""


class Progress:
    """Shows steps that may run side by side.

    :param stream: where to write
    :param started: moment (:func:`time.time`) the whole run began; the ``miyagi`` script hands on its own
    """

    def __init__(self, stream: TextIO = sys.stderr, started: float | None = None) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._started = started or time.time()
        self._running: dict[str, float] = {}
        self._details: dict[str, str] = {}
        self._drawn = time.time()

    def begin(self, step: str) -> None:
        """Note that ``step`` is under way."""
        self._running.setdefault(step, time.time())

    def detail(self, step: str, text: str) -> None:
        """Note how far ``step`` is; shown in the moving line only."""
        self._details[step] = text

    def done(self, step: str) -> None:
        """Show that ``step`` has finished, and how long it took."""
        took = time.time() - self._running.get(step, time.time())
        self.drop(step)
        self.line(f"✓ {step} ({took:.1f} s)")

    def drop(self, step: str) -> None:
        """Forget a step without a word."""
        self._running.pop(step, None)
        self._details.pop(step, None)

    def line(self, text: str) -> None:
        """Show a line with the time since the run began."""
        self._clear()
        self._stream.write(f"[{time.time() - self._started:6.1f} s] {text}\n")
        self._stream.flush()
        self._drawn = time.time() if not self._terminal else 0
        self.tick()

    def tick(self) -> None:
        """Redraw the moving line; call it often."""
        now = time.time()
        if not self._running or now - self._drawn < (REDRAW if self._terminal else SIGN_OF_LIFE):
            return
        if not self._terminal and now - min(self._running.values()) < SIGN_OF_LIFE:
            return
        self._drawn = now
        steps = " · ".join(f"{step} {self._details.get(step, '')} {now - begun:.0f} s" for step, begun in self._running.items())
        text = f"[{now - self._started:6.1f} s] … {steps}".replace("  ", " ")
        self._clear()
        self._stream.write(_cut(text, shutil.get_terminal_size().columns - 1) if self._terminal else text + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Remove the moving line."""
        self._running.clear()
        self._clear()
        self._stream.flush()

    def _clear(self) -> None:
        if self._terminal:
            self._stream.write("\r\x1b[2K")


def _cut(text: str, columns: int) -> str:
    """As much of ``text`` as fits, counting full-width characters as two columns."""
    width = 0
    for place, character in enumerate(text):
        width += 2 if unicodedata.east_asian_width(character) in "FW" else 1
        if width > columns:
            return text[:place]
    return text
