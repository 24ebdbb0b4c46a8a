"""Where the header of a table stands, and why. The rows above are kept."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from .delimited import Record

__all__ = ["HEAD_ROWS", "Skipped", "filled_cells", "find_header", "looks_like_value", "pattern_of"]

#: Rows at the top among which the header is looked for.
HEAD_ROWS = 40
#: A longer cell is neither looked at as a value nor as a name.
LONGEST_VALUE = 300
_EXAMPLE_WORD = r"(?:(?:記入|入力|記載|作成)?例|サンプル|見本)\s*[\d①-⑨]*\s*"
#: A cell that says its row is an example; the bare word may as well be the name of a column.
_SAYS_EXAMPLE = re.compile(rf"[（(【［\[〔]\s*{_EXAMPLE_WORD}[）)】］\]〕]|[※＊*]\s*{_EXAMPLE_WORD}|{_EXAMPLE_WORD}[:：）)】］\]〕]")
_MAY_SAY_EXAMPLE = re.compile(_EXAMPLE_WORD)
#: What is said of columns: whether they are compulsory, and what they hold.
_MARK = re.compile(
    r"[（(【［\[〔]?(?:(?:条件付き?)?(?:必須|任意|推奨|必要|不要|要|否|基本)(?:項目)?|条件付き?|[○〇◯◎●△▲×✕－―*＊※-]|"
    r"required|optional|mandatory|recommended|"
    r"文字列?|数値|数字|整数|小数|日付|日時|時刻|真偽値?|テキスト|(?:半角|全角)(?:英?数字?|英字|文字|カナ|カタカナ)?|"
    r"string|text|integer|int|float|double|decimal|number|date|datetime|time|bool(?:ean)?)[）)】］\]〕]?",
    re.IGNORECASE,
)
_UNIT_OF_COLUMNS = re.compile(r"[（(【［\[〔]?単位")
_VALUE = re.compile(r"(?=.*\d)[\d.,:/\-+%()年月日時分秒\s]+|https?://\S+|[^@\s]+@[^@\s]+\.[^@\s]+")
#: Numbers that also name columns: years, months, days.
_NUMERIC_NAME = re.compile(r"(?:19|20)\d\d(?:年度?)?|\d{1,2}[月日時]?")
_SMALL_NUMBER = re.compile(r"\d{1,2}")
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
    """Which of the first records is the header: the first one that fills at least half of the columns and neither is an example of a row
    nor marks columns. Where that one is a row like those after it, the header is what stands above it, however few columns it names.

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
    above = [index for index in range(at) if filled[index] and index not in reasons]
    # no header of several names stands above another one that begins with a small number
    are_names = not (above and filled[above[-1]] > 1 and _SMALL_NUMBER.fullmatch(head[at].cells[0].strip()))
    if above and _is_like_rows_after(head, at, at, are_names=are_names):
        at = above[-1]
    skipped = tuple(
        Skipped(record.line, tuple(record.cells), reasons.get(index, "title")) for index, record in enumerate(head[:at]) if filled[index]
    )
    if not skipped:
        return at, (), ""
    names = {"title": "表題など", "example": "記入例", "marks": "必須などの印"}
    told = "、".join(f"{one.line}行目は{names[one.reason]}" for one in skipped)
    return at, skipped, f"{head[at].line}行目です（{told}） / the header is line {head[at].line}"


def _why_above(head: list[Record], index: int, following: int) -> str:
    """Why a full row stands above the header; empty where it is the header itself, as the first full row is without proof of another.

    The next row then has distinct names. It is an example of a row: it says so, or it holds values as the rows after that have them in the
    same columns. Or it marks columns (必須, 任意), some of them alike.
    """
    filled = [cell.strip() for cell in head[index].cells if cell.strip()]
    names = [cell.strip() for cell in head[following].cells if cell.strip()]
    if len(set(names)) != len(names) or len(names) < len(filled) or any(map(looks_like_value, names)):
        return ""
    if _SAYS_EXAMPLE.match(filled[0]):
        return "example"
    # the first cell may say what the others are
    marks = filled if _MARK.fullmatch(filled[0]) else filled[1:]
    is_above_names = not all(map(_MARK.fullmatch, names))
    if len(marks) >= 3 and len(set(marks)) < len(marks) and all(map(_MARK.fullmatch, marks)) and is_above_names:
        return "marks"
    if any(map(_UNIT_OF_COLUMNS.match, names)):
        return ""
    is_said = _MAY_SAY_EXAMPLE.fullmatch(filled[0]) is not None
    return "example" if _is_like_rows_after(head, index, following, are_names=not is_said) else ""


def _is_like_rows_after(head: list[Record], index: int, last: int, *, are_names: bool = True) -> bool:
    """Whether a row holds values of the same shape as most of the rows behind another.

    :param are_names: numbers that may name columns are no values
    """
    cells = head[index].cells
    shapes = {column: pattern_of(cell) for column, cell in enumerate(cells) if looks_like_value(cell)}
    if not shapes or (are_names and all(_NUMERIC_NAME.fullmatch(cells[column].strip()) for column in shapes)):
        return False
    after = [record.cells for record in head[last + 1 :] if any(map(str.strip, record.cells))][:10]
    alike = sum(1 for row in after for column, shape in shapes.items() if column < len(row) and pattern_of(row[column]) == shape)
    return bool(after) and alike * 10 >= 6 * len(shapes) * len(after)


def pattern_of(cell: str) -> str:
    """A cell with all of its numbers alike."""
    return re.sub(r"\d+", "9", cell[:LONGEST_VALUE].strip().translate(_FULL_WIDTH))
