"""Old workbooks (XLS: BIFF8 records in an OLE file) of our own making, byte by byte: no kept library writes them.

Sources: Microsoft's [MS-XLS] (records, numbered there in hexadecimal) and [MS-CFB] (the file around them).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import date

Cell = str | int | float | date | None

_SECTOR = 512
_FREE, _END, _IS_FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
#: A stream below this size would lie elsewhere in the file.
_LEAST = 4096
#: Index of the cell format that shows a number as a date; 0 is the plain one.
_DATE = 1


def xls(sheets: Mapping[str, Sequence[Sequence[Cell]]], hidden: Sequence[str] = ()) -> bytes:
    """A workbook: name of a sheet → rows; text through the shared table, numbers as numbers, dates as numbers with a date's format."""
    texts = list(dict.fromkeys(cell for rows in sheets.values() for row in rows for cell in row if isinstance(cell, str)))
    bodies = [_sheet(rows, texts) for rows in sheets.values()]
    before = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 6)) + _record(0x0042, struct.pack("<H", 1200))
    # XF: font, number format (0 general, 14 a date), and 16 bytes of looks
    before += b"".join(_record(0x00E0, struct.pack("<HH16x", 0, number_format)) for number_format in (0, 14))
    after = _shared(texts) + _record(0x000A, b"")
    names = [_text(name, "<B") for name in sheets]
    place = len(before) + sum(4 + 6 + len(name) for name in names) + len(after)
    listed = b""
    for name, written, body in zip(sheets, names, bodies, strict=True):
        listed += _record(0x0085, struct.pack("<IBB", place, int(name in hidden), 0) + written)
        place += len(body)
    return _ole(before + listed + after + b"".join(bodies))


def _sheet(rows: Sequence[Sequence[Cell]], texts: Sequence[str]) -> bytes:
    widest = max((len(row) for row in rows), default=0)
    cells = b"".join(_cell(y, x, cell, texts) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell is not None)
    first = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1997, 0, 6))
    return first + _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, widest, 0)) + cells + _record(0x000A, b"")


def _cell(row: int, column: int, cell: str | float | date, texts: Sequence[str]) -> bytes:
    if isinstance(cell, str):
        return _record(0x00FD, struct.pack("<HHHI", row, column, 0, texts.index(cell)))
    if isinstance(cell, date):
        return _record(0x0203, struct.pack("<HHHd", row, column, _DATE, (cell - date(1899, 12, 30)).days))
    if isinstance(cell, int):  # RK: 30 bits of a number, and a bit that says that it is whole
        return _record(0x027E, struct.pack("<HHHi", row, column, 0, cell << 2 | 2))
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, cell))


def _shared(texts: Sequence[str]) -> bytes:
    """The table of texts, which must fit into one record here."""
    return _record(0x00FC, struct.pack("<II", len(texts), len(texts)) + b"".join(_text(text, "<H") for text in texts))


def _text(text: str, length: str) -> bytes:
    return struct.pack(length, len(text)) + b"\x01" + text.encode("utf-16-le")


def _record(kind: int, body: bytes) -> bytes:
    assert len(body) <= 8224, "longer ones are continued in another record"
    return struct.pack("<HH", kind, len(body)) + body


def _ole(stream: bytes) -> bytes:
    """An OLE file with one stream, ``Workbook``: header, table of sectors, directory, then the stream."""
    stream = stream.ljust(_LEAST, b"\0")
    sectors = -(-len(stream) // _SECTOR)
    table = [_IS_FAT, _END, *range(3, 2 + sectors), _END]
    assert len(table) <= _SECTOR // 4, "one sector of the table"
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, _LEAST, _END, 0, _END, 0) + struct.pack("<109I", 0, *[_FREE] * 108)
    directory = _entry("Root Entry", 5, child=1, start=_END, size=0) + _entry("Workbook", 2, child=_FREE, start=2, size=len(stream))
    directory += 2 * _entry("", 0, child=_FREE, start=0, size=0)
    fat = struct.pack(f"<{_SECTOR // 4}I", *table, *[_FREE] * (_SECTOR // 4 - len(table)))
    return header + fat + directory + stream.ljust(sectors * _SECTOR, b"\0")


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le")
    length = len(written) + 2 if name else 0
    return written.ljust(64, b"\0") + struct.pack("<HBBIII36xIQ", length, kind, 1, _FREE, _FREE, child, start, size)
