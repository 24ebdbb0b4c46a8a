"""Delimited text parted into records: CSV's rules for quotes, and what to do where a text breaks them."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from . import sniff
from .problems import Problem, Severity, problem, register

__all__ = ["MOST_FINDINGS", "Record", "note", "records"]

#: Findings of one sort a table, each with its row; the rest is told in one sentence, or not at all.
MOST_FINDINGS = 50
#: A quoted cell over more lines than this is rather a quote that nobody closed.
MOST_LINES_OF_A_CELL = 100
#: Lines read again because of quotes without an end, before the rest of a file is read with quotes as characters.
MOST_LINES_REREAD = 1_000_000

register(
    "unclosed-quote",
    Severity.WARNING,
    ("{place} の引用符が閉じていません。", "その行は引用符を文字として読みました。公開元の行を確かめてください。"),
    ("A quote at {place} is not closed.", "That line was read with its quotes as characters. Look at the publisher's line."),
)
register(
    "misplaced-quote",
    Severity.WARNING,
    ("{place} の引用符の位置がCSVの規則に合いません。", "読めた範囲で残しました。公開元の行を確かめてください。"),
    (
        "A quote at {place} stands where CSV does not allow it.",
        "The cells are kept as far as they could be read. Look at the publisher's line.",
    ),
)
register(
    "long-quoted-cell",
    Severity.WARNING,
    ("{place} から{value}行にわたるセルがあります。", "引用符の閉じ忘れで複数の行が一つのセルになっていないか確かめてください。"),
    ("A cell that begins at {place} spans {value} lines.", "Look whether a forgotten quote made several rows one cell."),
)


class Record(NamedTuple):
    """Cells as they are parted, and the line (or row of a sheet) where they begin."""

    line: int
    cells: list[str]


def records(
    text: str,
    delimiter: str,
    problems: list[Problem],
    *,
    is_quoted: bool = True,
    is_credible: Callable[[list[str]], bool] = lambda _: True,
    rules: Mapping[str, Any] | None = None,
    place: str = "",
) -> Iterator[Record]:
    """Part a text into cells.

    A quote that is never closed would swallow the lines behind it: its line is then read with quotes as characters, and reading goes on
    behind it.

    :param problems: where findings go
    :param is_quoted: by the rules of CSV; otherwise a quote is a character like any other, and a line is a record
    :param is_credible: whether cells that quotes put together from several lines are a record; otherwise the quote counts as not closed
    :param rules: of quoting, where they are not CSV's own, by the names of ``csv``
    """
    source = sniff.lines(text)
    if is_quoted:
        return _quoted_records(_Lines(source), {"delimiter": delimiter, **(rules or {})}, problems, is_credible, place)
    return (Record(number, _parted(line, delimiter)) for number, line in enumerate(source, 1))


def _parted(line: str, delimiter: str) -> list[str]:
    bare = line.rstrip("\r\n")
    return bare.split(delimiter) if bare else []


class _Lines(Iterator[str]):
    """Lines, some of which may be read again."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._again: deque[str] = deque()

    def __next__(self) -> str:
        return self._again.popleft() if self._again else next(self._source)

    def again(self, lines: Iterable[str]) -> None:
        """Put lines in front of what is to come."""
        self._again.extendleft(reversed(list(lines)))


def _quoted_records(
    source: _Lines, rules: Mapping[str, Any], problems: list[Problem], is_credible: Callable[[list[str]], bool], place: str
) -> Iterator[Record]:
    csv.field_size_limit(max(csv.field_size_limit(), sniff.LONGEST_CELL))
    number, reread = 1, 0
    while reread < MOST_LINES_REREAD:
        held: list[str] = []
        try:
            for cells in csv.reader(_kept(source, held), **rules, strict=True):
                if len(held) > 1 and not is_credible(cells):
                    break
                if len(held) > MOST_LINES_OF_A_CELL:
                    note(problems, problem("long-quoted-cell", f"{place} {number}行目", value=len(held)))
                yield Record(number, cells)
                number += len(held)
                held.clear()
            else:
                return
        except csv.Error:
            pass
        cells = _alone(held[0], rules) if len(held) == 1 else None
        note(problems, problem("misplaced-quote" if cells else "unclosed-quote", f"{place} {number}行目"))
        yield Record(number, cells or _parted(held[0], rules["delimiter"]))
        number += 1
        reread += len(held) - 1
        source.again(held[1:])
    for place_of_line, line in enumerate(source, number):
        yield Record(place_of_line, _parted(line, rules["delimiter"]))


def note(problems: list[Problem], found: Problem) -> None:
    """Add a finding, unless there are enough of its sort."""
    if sum(one.type == found.type for one in problems) < MOST_FINDINGS:
        problems.append(found)


def _kept(source: Iterable[str], held: list[str]) -> Iterator[str]:
    for line in source:
        held.append(line)
        yield line


def _alone(line: str, rules: Mapping[str, Any]) -> list[str] | None:
    """The cells of a line whose quotes stand in odd places but are all closed: a line put behind it is then a record of its own."""
    try:
        read = list(csv.reader([line.rstrip("\r\n") + "\n", "probe\n"], **rules))
    except csv.Error:
        return None
    return read[0] if read[1:] == [["probe"]] else None
