"""Reads a workbook in a process of its own: ``python -I workbook_process.py BYTES_OF_MEMORY SECONDS < book > rows``.

A hostile workbook can ask a reader for any amount of memory (one cell in the last row and column is enough) or make it panic; here it ends
this process only. The output is JSON, a line each: first what the book holds, then the rows of its first visible sheet with data, as text.
Imports nothing of the package, so that ``-I`` and a path suffice.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum


def text(value: Any) -> str:
    """A cell as text: dates in ISO form, numbers with the 15 digits that a spreadsheet keeps."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


def number(value: float) -> str:
    """A float without noise and without exponent: ``0.1 + 0.2`` is ``0.3``, ``7.0`` is ``7``."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    plain = format(Decimal(format(value, ".15g")), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    """All rows from the first one on, of the columns from the first one with content on."""
    return ([text(cell) for cell in row] for row in sheet.iter_rows())


def main(memory: int, seconds: int) -> None:
    """Write the book of standard input as lines of JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    names = [
        sheet.name for sheet in book.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible
    ]
    chosen, others = None, []
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if not sheet.height or not any(cell for row in rows(sheet) for cell in row):
            continue
        if chosen is None:
            chosen = sheet
        else:
            others.append(name)
    print(json.dumps({"sheet": chosen.name if chosen is not None else None, "others": others}))
    if chosen is not None:
        for row in rows(chosen):
            print(json.dumps(row))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
