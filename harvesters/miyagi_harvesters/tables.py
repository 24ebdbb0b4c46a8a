"""The table in bytes: CSV and TSV, XLSX, XLS and ODS, and zips of them. Every cell is kept to the letter, as text.

What is not a plain table is told, not mended in silence: rows above the header are kept beside the table, short rows are padded and cells
behind the header's last column get columns of their own, each with a finding; no row that holds anything is dropped.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

from . import sniff
from .problems import PortalError, Problem, Severity, problem, register
from .workbook import read_workbook

__all__ = ["DATA_PROBLEMS", "Record", "Rows", "Skipped", "Table", "read_table", "read_tables", "records", "shape", "unique_names"]

#: Limits: beyond them a file is refused with a finding, never cut.
MOST_ROWS = 2_000_000
MOST_COLUMNS = 2_000
#: Of a zip: members looked at, and bytes of all members that are read together.
MOST_MEMBERS = 500
LARGEST_EXPANDED = 500_000_000
#: Rows at the top among which the header is looked for.
HEAD_ROWS = 40
#: Findings of one sort a table, each with its row; the rest is told in one sentence.
MOST_FINDINGS = 50
#: A quoted cell over more lines than this is rather a quote that nobody closed.
MOST_LINES_OF_A_CELL = 100
#: Lines read again because of quotes without an end, before the rest of a file is read with quotes as characters.
MOST_LINES_REREAD = 1_000_000

#: Findings on the data themselves, which a summary counts as problems although the table is usable.
DATA_PROBLEMS = frozenset({"ragged-row", "more-ragged-rows", "unclosed-quote", "misplaced-quote", "long-quoted-cell"})

register(
    "html-not-table", Severity.ERROR,
    ("{place} は表ではなくHTMLのページです（{value}）。", "ブラウザーで開き、ファイルの新しいアドレスかエラーの案内を確かめてください。前の内容は残っています。"),
    ("{place} is an HTML page, not a table ({value}).", "Open it in a browser: the file moved, or the page tells an error. What was there before is kept."),
)
register(
    "not-a-table", Severity.ERROR,
    ("{place} は表として読める形式ではありません（実際の形式: {value}）。", "表として使う場合は、CSVかXLSXのファイルを公開元に求めてください。"),
    ("{place} is not in a format that is read as a table (it is {value}).", "To use it as a table, ask the publisher for CSV or XLSX."),
)
register(
    "empty-file", Severity.ERROR,
    ("{place} は空です。", "公開元のファイルを確かめてください。前の内容は残っています。"),
    ("{place} is empty.", "Look at the publisher's file. What was there before is kept."),
)
register(
    "table-too-large", Severity.ERROR,
    ("{place} は上限を超えています（{detail}）。", "上限を見直すか、分割したファイルを公開元に求めてください。"),
    ("{place} is over the limit ({detail}).", "Reconsider the limit, or ask the publisher for smaller files."),
)
register(
    "zip-unreadable", Severity.ERROR,
    ("{place} をZIPとして読めません（{detail}）。", "もう一度取得し、それでも開けなければ公開元に知らせてください。"),
    ("{place} cannot be read as a zip ({detail}).", "Fetch it again; if it still does not open, tell the publisher."),
)
register(
    "zip-member-not-read", Severity.WARNING,
    ("{place} の中の {value} は表として読んでいません（{detail}）。", "必要なら元のZIPを開いてください。"),
    ("{value} in {place} was not read as a table ({detail}).", "Open the zip itself if you need it."),
)
register(
    "ragged-row", Severity.WARNING,
    ("{place} のセルの数が見出しと合いません（{detail}）。", "足りないセルは空とし、多いセルは追加の列に残しました。公開元の行を確かめてください。"),
    ("The number of cells at {place} does not fit the header ({detail}).", "Missing cells are empty, further ones are kept in extra columns. Look at the publisher's row."),
)
register(
    "more-ragged-rows", Severity.WARNING,
    ("{place} には、ほかにもセルの数が見出しと合わない行が{value}行あります。", "足りないセルは空とし、多いセルは追加の列に残しました。"),
    ("{place} has {value} further rows whose number of cells does not fit the header.", "Missing cells are empty, further ones are kept in extra columns."),
)
register(
    "unclosed-quote", Severity.WARNING,
    ("{place} の引用符が閉じていません。", "その行は引用符を文字として読みました。公開元の行を確かめてください。"),
    ("A quote at {place} is not closed.", "That line was read with its quotes as characters. Look at the publisher's line."),
)
register(
    "misplaced-quote", Severity.WARNING,
    ("{place} の引用符の位置がCSVの規則に合いません。", "読めた範囲で残しました。公開元の行を確かめてください。"),
    ("A quote at {place} stands where CSV does not allow it.", "The cells are kept as far as they could be read. Look at the publisher's line."),
)
register(
    "long-quoted-cell", Severity.WARNING,
    ("{place} から{value}行にわたるセルがあります。", "引用符の閉じ忘れで複数の行が一つのセルになっていないか確かめてください。"),
    ("A cell that begins at {place} spans {value} lines.", "Look whether a forgotten quote made several rows one cell."),
)
register(
    "rows-above-header", Severity.WARNING,
    ("{place} の見出しは{detail}。", "見出しより上の行は表に入れず、別に残しました。"),
    ("{place}: {detail}.", "Rows above the header are kept beside the table."),
)
register(
    "header-looks-like-data", Severity.WARNING,
    ("{place} の見出しの行に値のようなセルがあります（{value}）。", "見出しのない表なら、公開元に見出しを付けるよう求めてください。"),
    ("The header of {place} holds cells that look like values ({value}).", "If the table has no header, ask the publisher for one."),
)
register(
    "blank-rows", Severity.WARNING,
    ("{place} の空の行を{value}行除きました。", "値のある行は除いていません。"),
    ("{value} blank rows of {place} were left out.", "No row that holds anything was."),
)
register(
    "empty-columns", Severity.WARNING,
    ("{place} の右端の空の列を{value}列除きました。", "見出しか値のある列は除いていません。"),
    ("{value} empty columns at the right of {place} were left out.", "No column with a header or a value was."),
)
register(
    "column-names", Severity.WARNING,
    ("{place} の列名を補いました（{detail}）。", "見出しが空か重複しています。印刷された見出しは description に残しました。"),
    ("Column names of {place} were completed ({detail}).", "Headers are empty or repeated. The printed ones are kept in the description."),
)
register(
    "other-sheets", Severity.WARNING,
    ("{place} のほかのシートは読んでいません（{value}）。", "必要なら元のファイルを開いてください。"),
    ("Other sheets of {place} were not read ({value}).", "Open the file itself if you need them."),
)


class Record(NamedTuple):
    """Cells as they are parted, and the line (or row of a sheet) where they begin."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Skipped:
    """A row above the header that is no data.

    :param reason: ``title``, ``example`` or ``marks``
    """

    line: int
    cells: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Rows:
    """Rows that are made each time they are asked for, so that a large table is never in memory twice.

    :param count: how many there are
    """

    count: int
    _make: Callable[[], Iterator[tuple[str, ...]]] = field(repr=False)

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return self._make()

    def __len__(self) -> int:
        return self.count


@dataclass(frozen=True)
class Table:
    """A table, as text.

    :param columns: unique names, none empty
    :param printed: the header's cells to the letter, one a column; empty for a column without header
    :param rows: tuples, each as long as ``columns``
    :param encoding: of the text; empty for workbooks
    :param delimiter: likewise
    :param format: as detected: ``csv``, ``tsv``, ``xlsx``, ``xls`` or ``ods``
    :param skipped: rows above the header
    :param header: why that row is the header, in Japanese and English; empty where the format says it
    :param name: of the sheet, or of the zip's member
    """

    columns: tuple[str, ...]
    printed: tuple[str, ...]
    rows: Rows
    encoding: str = ""
    delimiter: str = ""
    format: str = "csv"
    skipped: tuple[Skipped, ...] = ()
    header: str = ""
    name: str = ""
    problems: tuple[Problem, ...] = ()


def read_table(body: bytes, *, declared: str = "", file_name: str = "", place: str = "") -> Table:
    """The first table of ``read_tables``."""
    return read_tables(body, declared=declared, file_name=file_name, place=place)[0]


def read_tables(body: bytes, *, declared: str = "", file_name: str = "", place: str = "") -> tuple[Table, ...]:
    """Read the table in a file, or the tables in a zip.

    :param declared: the stated format, used only where the bytes leave a doubt
    :param place: what findings call the file; its name where empty
    :returns: at least one
    :raises PortalError: no table: HTML, another format, nothing, damaged, or over a limit
    """
    place = place or file_name
    detected = sniff.detect(body, declared, file_name)
    content = sniff.without_bom(body)
    if detected == "zip":
        return _zipped(content, place)
    if detected in ("xlsx", "xls", "ods"):
        return (_of_workbook(content, detected, place),)
    if detected in ("csv", "tsv"):
        return (_of_text(body, detected, declared, place),)
    if detected == "empty":
        raise PortalError(problem("empty-file", place))
    if detected == "html":
        raise PortalError(problem("html-not-table", place, value=_title(content)))
    if detected == "binary":
        sniff.decode(body, place)
    raise PortalError(problem("not-a-table", place, value=detected))


def _title(content: bytes) -> str:
    found = re.search(rb"<title[^>]*>(.*?)</title", content[:20_000], re.I | re.S)
    return " ".join((found[1] if found else b"HTML").decode("utf-8", "replace").split())


def _of_text(body: bytes, detected: str, declared: str, place: str) -> Table:
    decoded = sniff.decode(body, place)
    evidence = sniff.delimiter(decoded.text, "\t" if detected == "tsv" else ",")
    delimiter = evidence.delimiter if evidence else {"tsv": "\t"}.get(detected, ",")
    return shape(
        lambda problems: records(decoded.text, delimiter, problems, place=place),
        place=place, encoding=decoded.encoding, delimiter=delimiter, format=detected,
    )


def _of_workbook(content: bytes, detected: str, place: str) -> Table:
    if detected != "xls":
        _check_expansion(content, place)
    book = read_workbook(content, place)
    if book is None:
        raise PortalError(problem("empty-file", place))
    found = [problem("other-sheets", place, value="、".join(book.others))] if book.others else []
    return shape(
        lambda _: (Record(number, cells) for number, cells in enumerate(book.rows(), 1)),
        place=place, problems=found, format=detected, name=book.sheet, is_rectangular=True,
    )


def _check_expansion(content: bytes, place: str) -> None:
    with _opened(content, place) as archive:
        _checked_members(archive, place)


def _opened(content: bytes, place: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise PortalError(problem("zip-unreadable", place, detail=error)) from error


def _checked_members(archive: zipfile.ZipFile, place: str) -> list[zipfile.ZipInfo]:
    members = [info for info in archive.infolist() if not info.is_dir()]
    expanded = sum(info.file_size for info in members)
    if len(members) > MOST_MEMBERS or expanded > LARGEST_EXPANDED:
        raise PortalError(problem(
            "table-too-large", place, detail=f"{len(members)}ファイル・展開後{expanded}バイト / {len(members)} files, {expanded} bytes expanded"
        ))
    return members


def _zipped(content: bytes, place: str) -> tuple[Table, ...]:
    tables: list[Table] = []
    left_out: list[Problem] = []
    with _opened(content, place) as archive:
        for info in _checked_members(archive, place):
            name = _member_name(info)
            inside = f"{place}/{name}" if place else name
            try:
                body = archive.read(info)
            except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
                left_out.append(problem("zip-member-not-read", place, value=name, detail=error))
                continue
            detected = sniff.detect(body, "", name)
            if detected not in ("csv", "tsv", "xlsx", "xls", "ods"):
                left_out.append(problem("zip-member-not-read", place, value=name, detail=detected))
                continue
            try:
                (table,) = read_tables(body, file_name=name, place=inside)
            except PortalError as error:
                left_out.append(problem("zip-member-not-read", place, value=name, detail=error.problems[0].sentence()))
                continue
            tables.append(replace(table, name=name))
    if not tables:
        raise PortalError([problem("not-a-table", place, value="zip"), *left_out])
    return (replace(tables[0], problems=(*tables[0].problems, *left_out)), *tables[1:])


def _member_name(info: zipfile.ZipInfo) -> str:
    """A member's name; without the UTF-8 flag Japanese programs write CP932, which ``zipfile`` reads as CP437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    try:
        return sniff.decode(raw).text
    except PortalError:
        return info.filename


def records(text: str, delimiter: str, problems: list[Problem], *, is_quoted: bool = True, place: str = "") -> Iterator[Record]:
    """Part a text into cells.

    A quote that is never closed would swallow the lines behind it: its line is then read with quotes as characters, and reading goes on
    behind it.

    :param problems: where findings go
    :param is_quoted: by the rules of CSV; otherwise a quote is a character like any other, and a line is a record
    """
    source = sniff.lines(text)
    if is_quoted:
        return _quoted_records(_Lines(source), delimiter, problems, place)
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


def _quoted_records(source: _Lines, delimiter: str, problems: list[Problem], place: str) -> Iterator[Record]:
    csv.field_size_limit(max(csv.field_size_limit(), sniff.LONGEST_CELL))
    number, reread = 1, 0
    while reread < MOST_LINES_REREAD:
        held: list[str] = []
        try:
            for cells in csv.reader(_kept(source, held), delimiter=delimiter, strict=True):
                if len(held) > MOST_LINES_OF_A_CELL:
                    _note(problems, problem("long-quoted-cell", f"{place} {number}行目", value=len(held)))
                yield Record(number, cells)
                number += len(held)
                held.clear()
            return
        except csv.Error:
            pass
        cells = _alone(held[0], delimiter) if len(held) == 1 else None
        _note(problems, problem("misplaced-quote" if cells else "unclosed-quote", f"{place} {number}行目"))
        yield Record(number, cells or _parted(held[0], delimiter))
        number += 1
        reread += len(held) - 1
        source.again(held[1:])
    for place_of_line, line in enumerate(source, number):
        yield Record(place_of_line, _parted(line, delimiter))


def _note(problems: list[Problem], found: Problem) -> None:
    if sum(one.type == found.type for one in problems) < MOST_FINDINGS:
        problems.append(found)


def _kept(source: Iterable[str], held: list[str]) -> Iterator[str]:
    for line in source:
        held.append(line)
        yield line


def _alone(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line whose quotes stand in odd places but are all closed: a line put behind it is then a record of its own."""
    try:
        read = list(csv.reader([line.rstrip("\r\n") + "\n", "probe\n"], delimiter=delimiter))
    except csv.Error:
        return None
    return read[0] if read[1:] == [["probe"]] else None


def shape(
    make: Callable[[list[Problem]], Iterator[Record]], *, place: str = "", problems: Iterable[Problem] = (), header_at: int | None = None,
    is_rectangular: bool = False, **described: str,
) -> Table:
    """Make a table of records: find its header, name its columns, look at every row once.

    :param make: gives the records from the start, each time it is called, and adds its findings to the list
    :param problems: findings so far
    :param header_at: index of the header's record where it is known
    :param is_rectangular: all records are equally long (a sheet), so that only a value outside of the header's columns is a finding
    :param described: further fields of ``Table``
    :raises PortalError: nothing in it, or over a limit
    """
    at, skipped, why = (header_at, (), "") if header_at is not None else _header(list(islice(make([]), HEAD_ROWS)))
    told = list(problems)
    source = make(told)
    header = next(islice(source, at, None), None)
    if header is None:
        raise PortalError(problem("empty-file", place))
    if _filled(header.cells) > MOST_COLUMNS:
        raise _too_large(place)
    seen = _survey(source, header.cells, place, is_rectangular)
    width = max(seen.width, _filled(header.cells), 1)
    columns, printed, notes = unique_names(header.cells, width, len(header.cells))
    told += seen.problems
    if skipped:
        told.append(problem("rows-above-header", place, detail=why))
    values = [cell for cell in header.cells if _is_value(cell)]
    if len(values) * 2 > sum(1 for cell in header.cells if cell.strip()):
        told.append(problem("header-looks-like-data", place, value="、".join(values[:5])))
    if seen.blank:
        told.append(problem("blank-rows", place, value=seen.blank))
    if not is_rectangular and len(header.cells) > width:
        told.append(problem("empty-columns", place, value=len(header.cells) - width))
    if notes:
        told.append(problem("column-names", place, detail="、".join(notes)))

    def rows() -> Iterator[tuple[str, ...]]:
        for record in islice(make([]), at + 1, None):
            if any(map(str.strip, record.cells)):
                cells = record.cells[:width]
                yield tuple(cells + [""] * (width - len(cells)))

    return Table(columns, printed, Rows(seen.count, rows), skipped=skipped, header=why, problems=tuple(told), **described)


def _filled(cells: list[str]) -> int:
    """Number of cells up to the last that holds something."""
    return max((number for number, cell in enumerate(cells, 1) if cell.strip()), default=0)


@dataclass
class _Survey:
    """What one look at all rows shows."""

    count: int = 0
    blank: int = 0
    width: int = 0
    problems: list[Problem] = field(default_factory=list)


def _survey(source: Iterator[Record], header: list[str], place: str, is_rectangular: bool) -> _Survey:
    named = _filled(header)
    seen = _Survey()
    ragged = 0
    for line, cells in source:
        filled = _filled(cells)
        if not filled:
            seen.blank += 1
            continue
        seen.count += 1
        seen.width = max(seen.width, filled)
        if seen.count > MOST_ROWS or filled > MOST_COLUMNS:
            raise _too_large(place)
        if any(len(cell) > sniff.LONGEST_CELL for cell in cells):
            raise PortalError(problem("table-too-large", f"{place} {line}行目", detail=f"1セル{sniff.LONGEST_CELL}字まで / {sniff.LONGEST_CELL} characters a cell"))
        is_long = filled > max(len(header), named)
        if is_long or (len(cells) < named and not is_rectangular):
            ragged += 1
            if ragged <= MOST_FINDINGS:
                has = filled if is_long else len(cells)
                seen.problems.append(problem("ragged-row", f"{place} {line}行目", detail=f"見出し{named}列、この行{has}列 / {has} of {named}"))
    if ragged > MOST_FINDINGS:
        seen.problems.append(problem("more-ragged-rows", place, value=ragged - MOST_FINDINGS))
    return seen


def _too_large(place: str) -> PortalError:
    return PortalError(problem("table-too-large", place, detail=f"{MOST_ROWS}行・{MOST_COLUMNS}列まで / {MOST_ROWS} rows, {MOST_COLUMNS} columns"))


def unique_names(printed: Iterable[str], width: int, own: int | None = None) -> tuple[tuple[str, ...], tuple[str, ...], list[str]]:
    """Names of columns: as printed, without blanks around; an empty one is ``column_N``, one behind the header's end ``extra_N``, and the
    second of equal ones ``name_2``.

    :param width: number of columns
    :param own: cells of the header; columns behind are extra
    :returns: names, the printed cells, and what was changed
    """
    cells = list(printed)[:width]
    own = len(cells) if own is None else own
    cells += [""] * (width - len(cells))
    bare = [cell.strip() for cell in cells]
    taken = {name for name in bare if name}
    given: set[str] = set()
    next_number: Counter[str] = Counter()
    names: list[str] = []
    notes: list[str] = []
    for index, wanted in enumerate(bare):
        name = wanted or (f"extra_{index + 1 - own}" if index >= own else f"column_{index + 1}")
        if name in given or (not wanted and name in taken):
            name = _numbered(name, given, taken, next_number)
        if name != wanted:
            notes.append(f"{index + 1}列目「{wanted}」→「{name}」")
        given.add(name)
        names.append(name)
    return tuple(names), tuple(cells), notes


def _numbered(name: str, given: set[str], taken: set[str], next_number: Counter[str]) -> str:
    """The name with the first number that makes it unique."""
    number = max(next_number[name], 2)
    while f"{name}_{number}" in given or f"{name}_{number}" in taken:
        number += 1
    next_number[name] = number + 1
    return f"{name}_{number}"


#: A longer cell is neither looked at as a value nor as a name.
LONGEST_VALUE = 300
_EXAMPLE = re.compile(r"[（(【［\[〔※＊*]*\s*(?:(?:記入|入力|記載|作成)例?|例|サンプル|見本)(?:[）)】］\]〕:：\s\d１-９①-⑨]|$)")
_VALUE = re.compile(r"(?=.*\d)[\d.,:/\-+%()年月日時分秒\s]+|https?://\S+|[^@\s]+@[^@\s]+\.[^@\s]+")
#: Numbers that also name columns: years, months, days.
_NUMERIC_NAME = re.compile(r"(?:19|20)\d\d(?:年度?)?|\d{1,2}[月日時]?")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，：／－＋％（）", "0123456789.,:/-+%()")


def _is_value(cell: str) -> bool:
    """Whether a cell looks like a value and not like the name of a column."""
    return len(cell) <= LONGEST_VALUE and bool(_VALUE.fullmatch(cell.strip().translate(_FULL_WIDTH)))


def _header(head: list[Record]) -> tuple[int, tuple[Skipped, ...], str]:
    """Which of the first records is the header: the first one that fills at least half of the columns and is no example of a row.

    :returns: its index, the rows above that hold something, and why, as words
    """
    filled = [sum(1 for cell in record.cells if cell.strip()) for record in head]
    ends = [_filled(record.cells) for record in head]
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

    It is an example of a row: it says so, or it holds values where the next row has only distinct names and the rows after have values in the
    same columns. Or it marks columns (必須, 任意): one or two words over four columns and more, above distinct names.
    """
    cells = head[index].cells
    filled = [cell.strip() for cell in cells if cell.strip()]
    if _EXAMPLE.match(filled[0]):
        return "example"
    names = [cell.strip() for cell in head[following].cells if cell.strip()]
    are_names = len(set(names)) == len(names) >= len(filled) and not any(map(_is_value, names))
    if are_names and len(filled) >= 4 and len(set(filled)) <= 2:
        return "marks"
    return "example" if are_names and _is_unmarked_example(head, index, following) else ""


def _is_unmarked_example(head: list[Record], index: int, following: int) -> bool:
    cells = head[index].cells
    valued = {column for column, cell in enumerate(cells) if _is_value(cell)}
    if all(_NUMERIC_NAME.fullmatch(cells[column].strip()) for column in valued):
        return False
    after = [record.cells for record in head[following + 1:] if any(map(str.strip, record.cells))][:10]
    alike = [sum(1 for column in valued if column < len(row) and _is_value(row[column])) for row in after]
    return bool(after) and sum(alike) * 10 >= 6 * len(valued) * len(after)
