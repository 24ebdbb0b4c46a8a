"""Does each printed cell of a package stand in its source text, at the lines the row names?

A Table Schema field says how it relates to the text (docs/datasets.md, rules 4, 5 and 9):

* ``"inSource": true``: the cell stands in the lines of ``source_lines``;
* ``"normalisedFrom": "name_printed"``: the cell is the normalised form of that field;
* ``"parsedFrom": "value_printed"``: the cell is the first number of that field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from . import text

__all__ = ["Mismatch", "SourceText", "check_row", "parse_lines"]

#: How often the layout may cut one cell (columns set side by side), and the shortest piece that still says something.
MOST_PIECES = 8
SHORTEST_PIECE = 2

_FOOTNOTE_MARK = re.compile(r"[＊*※][0-9０-９]+|[（(]※[）)]|（注）")
_LINES = re.compile(r"[0-9]+(?:-[0-9]+)?")


@dataclass(frozen=True)
class Mismatch:
    """One cell that its source does not bear out."""

    row_id: str
    field: str
    cell: str
    reason: str

    def __str__(self) -> str:
        return f"{self.row_id} · {self.field} = {self.cell!r}: {self.reason}"


def parse_lines(printed: str) -> list[int]:
    """Line numbers of a ``source_lines`` cell, in reading order.

    :param printed: ``"567-568,574"``
    :returns: ``[567, 568, 574]``
    :raises ValueError: the cell is not a list of lines and ranges
    """
    numbers: list[int] = []
    for part in printed.split(","):
        if not _LINES.fullmatch(part):
            raise ValueError(f"not a line or range: {part!r}")
        first, _, last = part.partition("-")
        if int(last or first) < int(first):
            raise ValueError(f"range runs backwards: {part!r}")
        numbers.extend(range(int(first), int(last or first) + 1))
    if numbers != list(dict.fromkeys(numbers)):
        raise ValueError(f"repeated lines: {printed!r}")
    return numbers


class SourceText:
    """A plan text, asked by line numbers counted from 1."""

    def __init__(self, content: str) -> None:
        self._lines = content.split("\n")

    def passage(self, lines: Sequence[int]) -> str:
        """The lines joined, without blanks.

        :raises IndexError: a line is not in the text
        """
        if min(lines) < 1 or max(lines) > len(self._lines):
            raise IndexError(f"text has {len(self._lines)} lines, asked for {min(lines)}-{max(lines)}")
        return text.without_blanks("".join(self._lines[n - 1] for n in lines))


def stands_in(cell: str, passage: str) -> bool:
    """Whether a cell stands in a passage, whole or in a few pieces in their order.

    Footnote marks may stand in the middle of a printed name, and cells set in columns cut each other.
    """
    wanted = text.without_blanks(cell)
    return any(
        _in_pieces(wanted, candidate) for candidate in (passage, _FOOTNOTE_MARK.sub("", passage))
    )


def _in_pieces(wanted: str, passage: str) -> bool:
    if wanted in passage:
        return True
    position = 0
    for _ in range(MOST_PIECES):
        length = _longest_prefix_in(wanted, passage[position:])
        if length < min(SHORTEST_PIECE, len(wanted)):
            return False
        position = passage.index(wanted[:length], position) + length
        wanted = wanted[length:]
        if not wanted:
            return True
    return False


def _longest_prefix_in(wanted: str, passage: str) -> int:
    length = 0
    while length < len(wanted) and wanted[: length + 1] in passage:
        length += 1
    return length


def check_row(
    row: Mapping[str, str], fields: Sequence[Mapping[str, Any]], source: SourceText
) -> Iterator[Mismatch]:
    """Mismatches between one row of a table and its source text.

    :param row: cells as text, with ``source_lines``
    :param fields: the ``fields`` of the Table Schema
    """
    row_id = next(iter(row.values()))
    try:
        passage = source.passage(parse_lines(row["source_lines"]))
    except (ValueError, IndexError) as error:
        yield Mismatch(row_id, "source_lines", row["source_lines"], str(error))
        return
    for field in fields:
        name, cell = field["name"], row[field["name"]]
        if field.get("inSource") and cell and not stands_in(cell, passage):
            yield Mismatch(row_id, name, cell, f"not in lines {row['source_lines']}: {passage[:200]}")
        if (origin := field.get("normalisedFrom")) and cell != text.normalise(row[origin]):
            yield Mismatch(row_id, name, cell, f"normalised {origin} is {text.normalise(row[origin])!r}")
        if (origin := field.get("parsedFrom")) and cell and not _same_number(cell, row[origin]):
            yield Mismatch(row_id, name, cell, f"{origin} prints {row[origin]!r}")


def _same_number(cell: str, printed: str) -> bool:
    try:
        return Decimal(cell) == text.parse_number(printed)
    except InvalidOperation:
        return False
