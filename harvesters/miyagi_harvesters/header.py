"""Where the header of a table stands, and why. The rows above are kept."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from .delimited import Record

__all__ = ["HEAD_ROWS", "Skipped", "filled_cells", "find_header", "looks_like_value"]

#: Rows at the top among which the header is looked for.
HEAD_ROWS = 40
#: A longer cell is neither looked at as a value nor as a name.
LONGEST_VALUE = 300
_EXAMPLE = re.compile(r"[（(【［\[〔※＊*]*\s*(?:(?:記入|入力|記載|作成)?例|サンプル|見本)(?:[）)】］\]〕:：\s\d１-９①-⑨]|$)")
_VALUE = re.compile(r"(?=.*\d)[\d.,:/\-+%()年月日時分秒\s]+|https?://\S+|[^@\s]+@[^@\s]+\.[^@\s]+")
#: Numbers that also name columns: years, months, days.
_NUMERIC_NAME = re.compile(r"(?:19|20)\d\d(?:年度?)?|\d{1,2}[月日時]?")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，：／－＋％（）", "0123456789.,:/-+%()")


@dataclass(frozen=True)
class Skipped:
    """A row above the header that is no data.

    :param reason: ``title``, ``example`` or ``marks``
    """

    line: int
    cells: tuple[str, ...]
    reason: str


def filled_cells(cells: list[str]) -> int:
    """Number of cells up to the last that holds something."""
    return max((number for number, cell in enumerate(cells, 1) if cell.strip()), default=0)


def looks_like_value(cell: str) -> bool:
    """Whether a cell looks like a value and not like the name of a column."""
    return len(cell) <= LONGEST_VALUE and bool(_VALUE.fullmatch(cell.strip().translate(_FULL_WIDTH)))


def find_header(head: list[Record]) -> tuple[int, tuple[Skipped, ...], str]:
    """Which of the first records is the header: the first one that fills at least half of the columns and is no example of a row.

    :returns: its index, the rows above that hold something, and why, as words
    """
    filled = [sum(1 for cell in record.cells if cell.strip()) for record in head]
    ends = [filled_cells(record.cells) for record in head]
    widths = Counter(end for end, count in zip(ends, filled, strict=True) if count > 1)
    width = max(widths.items(), key=lambda item: (item[1], item[0]))[0] if widths else 1
    needed = max(2, -(-width // 2)) if width > 1 else 1
    full = [index for index, count in enumerate(filled) if count >= needed]
    at = full[0] if full else next((index for index, count in enumerate(filled) if count), 0)
    reasons: dict[int, str] = {}
    for index, following in zip(full, full[1:], strict=False):
        at = index
        reason = _why_above(head, index, following)
        if not reason:
            break
        reasons[index] = reason
        at = following
    skipped = tuple(
        Skipped(record.line, tuple(record.cells), reasons.get(index, "title")) for index, record in enumerate(head[:at]) if filled[index]
    )
    if not skipped:
        return at, (), ""
    names = {"title": "表題など", "example": "記入例", "marks": "必須などの印"}
    told = "、".join(f"{one.line}行目は{names[one.reason]}" for one in skipped)
    return at, skipped, f"{head[at].line}行目です（{told}） / the header is line {head[at].line}"


def _why_above(head: list[Record], index: int, following: int) -> str:
    """Why a full row stands above the header; empty where it is the header itself.

    It is an example of a row: it says so, or it holds values where the next row has only distinct names and the rows after have values in
    the same columns. Or it marks columns (必須, 任意): one or two words over four columns and more, above distinct names.
    """
    cells = head[index].cells
    filled = [cell.strip() for cell in cells if cell.strip()]
    if _EXAMPLE.match(filled[0]):
        return "example"
    names = [cell.strip() for cell in head[following].cells if cell.strip()]
    are_names = len(set(names)) == len(names) >= len(filled) and not any(map(looks_like_value, names))
    if are_names and len(filled) >= 4 and len(set(filled)) <= 2:
        return "marks"
    return "example" if are_names and _is_unmarked_example(head, index, following) else ""


def _is_unmarked_example(head: list[Record], index: int, following: int) -> bool:
    cells = head[index].cells
    valued = {column for column, cell in enumerate(cells) if looks_like_value(cell)}
    if all(_NUMERIC_NAME.fullmatch(cells[column].strip()) for column in valued):
        return False
    after = [record.cells for record in head[following + 1 :] if any(map(str.strip, record.cells))][:10]
    alike = [sum(1 for column in valued if column < len(row) and looks_like_value(row[column])) for row in after]
    return bool(after) and sum(alike) * 10 >= 6 * len(valued) * len(after)
