"""Sheets of XLSX, XLS and ODS as rows of text, read in a process with limits (``workbook_process.py``)."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .problems import PortalError, Severity, problem, register

__all__ = ["Workbook", "read_workbook"]

#: What one workbook may take while it is read.
MEMORY_BYTES = 1_500_000_000
CPU_SECONDS = 60
WALL_SECONDS = 180
#: Written rows, as JSON.
LARGEST_OUTPUT = 1_000_000_000

register(
    "workbook-unreadable",
    Severity.ERROR,
    (
        "{place} を表計算ファイルとして読めません（{detail}）。",
        "パスワードが掛かっていないか、壊れていないか、公開元のファイルを開いて確かめてください。",
    ),
    ("{place} cannot be read as a workbook ({detail}).", "Open the publisher's file: it may have a password, or be damaged."),
)


@dataclass(frozen=True)
class Workbook:
    """The first sheet with data.

    :param others: names of further visible sheets that hold something; they are not read
    """

    sheet: str
    others: tuple[str, ...]
    _lines: IO[str] = field(repr=False)

    def rows(self) -> Iterator[list[str]]:
        """The rows, each time from the start; not two at once."""
        self._lines.seek(0)
        next(self._lines)
        return (json.loads(line) for line in self._lines)


def read_workbook(body: bytes, place: str = "") -> Workbook | None:
    """Read a workbook.

    :returns: None where no sheet holds anything
    :raises PortalError: damaged, protected, or larger than the limits
    """
    rows = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - lives as long as the workbook
    command = [sys.executable, "-I", str(Path(__file__).with_name("workbook_process.py")), str(MEMORY_BYTES), str(CPU_SECONDS)]
    try:
        done = subprocess.run(  # noqa: S603 - our own script; the book goes by standard input
            command, input=body, stdout=rows, stderr=subprocess.PIPE, timeout=WALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PortalError(problem("workbook-unreadable", place, detail=f"{WALL_SECONDS}秒を超過 / over {WALL_SECONDS} s")) from error
    if done.returncode != 0:
        raise PortalError(problem("workbook-unreadable", place, detail=_cause(done.returncode, done.stderr)))
    if rows.seek(0, 2) > LARGEST_OUTPUT:
        raise PortalError(problem("workbook-unreadable", place, detail=f"{LARGEST_OUTPUT}バイトを超過 / over {LARGEST_OUTPUT} bytes"))
    rows.seek(0)
    held = json.loads(next(rows))
    if held["sheet"] is None:
        return None
    return Workbook(held["sheet"], tuple(held["others"]), rows)


def _cause(code: int, errors: bytes) -> str:
    """The last line of a traceback, or the signal that ended the process."""
    if code < 0 or b"memory" in errors:
        return "大きさの上限を超過 / over the limits of memory or time"
    last = errors.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return last or f"exit code {code}"
