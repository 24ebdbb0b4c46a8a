"""The table in bytes: CSV and TSV, XLSX, XLS and ODS, and zips of them. Every cell is kept to the letter, as text.

What is not a plain table is told, not mended in silence: rows above the header are kept beside the table, short rows are padded and cells
behind the header's last column get columns of their own, each with a finding; no row that holds anything is dropped.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from . import sniff
from .delimited import MOST_FINDINGS, Record, records
from .header import HEAD_ROWS, Skipped, filled_cells, find_header, looks_like_value
from .problems import PortalError, Problem, Severity, problem, register
from .workbook import Workbook, read_workbook

__all__ = ["DATA_PROBLEMS", "Rows", "Table", "read_table", "read_tables", "shape", "sheet_rows", "unique_names"]

#: Limits: beyond them a file is refused with a finding, never cut.
MOST_ROWS = 2_000_000
MOST_COLUMNS = 2_000
#: Of a zip: members looked at, and bytes of all members that are read together.
MOST_MEMBERS = 500
LARGEST_EXPANDED = 500_000_000

#: Findings on the data themselves, which a summary counts as problems although the table is usable.
DATA_PROBLEMS = frozenset(
    {
        "ragged-row",
        "more-ragged-rows",
        "unclosed-quote",
        "misplaced-quote",
        "long-quoted-cell",
        "linkdata-late-header",
        "linkdata-subject-like-header",
    }
)

register(
    "html-not-table",
    Severity.ERROR,
    (
        "{place} は表ではなくHTMLのページです（{value}）。",
        "ブラウザーで開き、ファイルの新しいアドレスかエラーの案内を確かめてください。前の内容は残っています。",
    ),
    (
        "{place} is an HTML page, not a table ({value}).",
        "Open it in a browser: the file moved, or the page tells an error. What was there before is kept.",
    ),
)
register(
    "not-a-table",
    Severity.ERROR,
    (
        "{place} は表として読める形式ではありません（実際の形式: {value}）。",
        "表として使う場合は、CSVかXLSXのファイルを公開元に求めてください。",
    ),
    ("{place} is not in a format that is read as a table (it is {value}).", "To use it as a table, ask the publisher for CSV or XLSX."),
)
register(
    "empty-file",
    Severity.ERROR,
    ("{place} は空です。", "公開元のファイルを確かめてください。前の内容は残っています。"),
    ("{place} is empty.", "Look at the publisher's file. What was there before is kept."),
)
register(
    "table-too-large",
    Severity.ERROR,
    ("{place} は上限を超えています（{detail}）。", "上限を見直すか、分割したファイルを公開元に求めてください。"),
    ("{place} is over the limit ({detail}).", "Reconsider the limit, or ask the publisher for smaller files."),
)
register(
    "zip-unreadable",
    Severity.ERROR,
    ("{place} をZIPとして読めません（{detail}）。", "もう一度取得し、それでも開けなければ公開元に知らせてください。"),
    ("{place} cannot be read as a zip ({detail}).", "Fetch it again; if it still does not open, tell the publisher."),
)
register(
    "zip-member-not-read",
    Severity.WARNING,
    ("{place} の中の {value} は表として読んでいません（{detail}）。", "必要なら元のZIPを開いてください。"),
    ("{value} in {place} was not read as a table ({detail}).", "Open the zip itself if you need it."),
)
register(
    "ragged-row",
    Severity.WARNING,
    (
        "{place} のセルの数が見出しと合いません（{detail}）。",
        "足りないセルは空とし、多いセルは追加の列に残しました。公開元の行を確かめてください。",
    ),
    (
        "The number of cells at {place} does not fit the header ({detail}).",
        "Missing cells are empty, further ones are kept in extra columns. Look at the publisher's row.",
    ),
)
register(
    "more-ragged-rows",
    Severity.WARNING,
    ("{place} には、ほかにもセルの数が見出しと合わない行が{value}行あります。", "足りないセルは空とし、多いセルは追加の列に残しました。"),
    (
        "{place} has {value} further rows whose number of cells does not fit the header.",
        "Missing cells are empty, further ones are kept in extra columns.",
    ),
)
register(
    "rows-above-header",
    Severity.WARNING,
    ("{place} の見出しは{detail}。", "見出しより上の行は表に入れず、別に残しました。"),
    ("{place}: {detail}.", "Rows above the header are kept beside the table."),
)
register(
    "header-looks-like-data",
    Severity.WARNING,
    ("{place} の見出しの行に値のようなセルがあります（{value}）。", "見出しのない表なら、公開元に見出しを付けるよう求めてください。"),
    ("The header of {place} holds cells that look like values ({value}).", "If the table has no header, ask the publisher for one."),
)
register(
    "blank-rows",
    Severity.WARNING,
    ("{place} の空の行を{value}行除きました。", "値のある行は除いていません。"),
    ("{value} blank rows of {place} were left out.", "No row that holds anything was."),
)
register(
    "empty-columns",
    Severity.WARNING,
    ("{place} の右端の空の列を{value}列除きました。", "見出しか値のある列は除いていません。"),
    ("{value} empty columns at the right of {place} were left out.", "No column with a header or a value was."),
)
register(
    "column-names",
    Severity.WARNING,
    ("{place} の列名を補いました（{detail}）。", "見出しが空か重複しています。印刷された見出しは description に残しました。"),
    ("Column names of {place} were completed ({detail}).", "Headers are empty or repeated. The printed ones are kept in the description."),
)
register(
    "other-sheets",
    Severity.WARNING,
    ("{place} のほかのシートは読んでいません（{value}）。", "必要なら元のファイルを開いてください。"),
    ("Other sheets of {place} were not read ({value}).", "Open the file itself if you need them."),
)


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
        place=place,
        encoding=decoded.encoding,
        delimiter=delimiter,
        format=detected,
    )


def sheet_rows(content: bytes, detected: str, place: str) -> tuple[Workbook, list[Problem]]:
    """The first sheet with data, and what is said of the other ones.

    :raises PortalError: empty, damaged, or over a limit
    """
    if detected != "xls":
        _check_expansion(content, place)
    book = read_workbook(content, place)
    if book is None:
        raise PortalError(problem("empty-file", place))
    return book, [problem("other-sheets", place, value="、".join(book.others))] if book.others else []


def _of_workbook(content: bytes, detected: str, place: str) -> Table:
    book, found = sheet_rows(content, detected, place)
    return shape(
        lambda _: (Record(number, cells) for number, cells in enumerate(book.rows(), 1)),
        place=place,
        problems=found,
        format=detected,
        name=book.sheet,
        is_rectangular=True,
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
        raise PortalError(
            problem(
                "table-too-large",
                place,
                detail=f"{len(members)}ファイル・展開後{expanded}バイト / {len(members)} files, {expanded} bytes expanded",
            )
        )
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


def shape(
    make: Callable[[list[Problem]], Iterator[Record]],
    *,
    place: str = "",
    problems: Iterable[Problem] = (),
    header_at: int | None = None,
    is_rectangular: bool = False,
    **described: str,
) -> Table:
    """Make a table of records: find its header, name its columns, look at every row once.

    :param make: gives the records from the start, each time it is called, and adds its findings to the list
    :param problems: findings so far
    :param header_at: index of the header's record where it is known
    :param is_rectangular: all records are equally long (a sheet), so that only a value outside of the header's columns is a finding
    :param described: further fields of ``Table``
    :raises PortalError: nothing in it, or over a limit
    """
    at, skipped, why = (header_at, (), "") if header_at is not None else find_header(list(islice(make([]), HEAD_ROWS)))
    told = list(problems)
    source = make(told)
    header = next(islice(source, at, None), None)
    if header is None:
        raise PortalError(problem("empty-file", place))
    if filled_cells(header.cells) > MOST_COLUMNS:
        raise _too_large(place)
    seen = _survey(source, header.cells, place, is_rectangular)
    width = max(seen.width, filled_cells(header.cells), 1)
    columns, printed, notes = unique_names(header.cells, width, len(header.cells))
    told += seen.problems
    if skipped:
        told.append(problem("rows-above-header", place, detail=why))
    values = [cell for cell in header.cells if looks_like_value(cell)]
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


@dataclass
class _Survey:
    """What one look at all rows shows."""

    count: int = 0
    blank: int = 0
    width: int = 0
    problems: list[Problem] = field(default_factory=list)


def _survey(source: Iterator[Record], header: list[str], place: str, is_rectangular: bool) -> _Survey:
    named = filled_cells(header)
    seen = _Survey()
    ragged = 0
    for line, cells in source:
        filled = filled_cells(cells)
        if not filled:
            seen.blank += 1
            continue
        seen.count += 1
        seen.width = max(seen.width, filled)
        if seen.count > MOST_ROWS or filled > MOST_COLUMNS:
            raise _too_large(place)
        if any(len(cell) > sniff.LONGEST_CELL for cell in cells):
            raise PortalError(
                problem(
                    "table-too-large",
                    f"{place} {line}行目",
                    detail=f"1セル{sniff.LONGEST_CELL}字まで / {sniff.LONGEST_CELL} characters a cell",
                )
            )
        is_long = filled > max(len(header), named)
        if is_long or (len(cells) < named and not is_rectangular):
            ragged += 1
            if ragged <= MOST_FINDINGS:
                has = filled if is_long else len(cells)
                seen.problems.append(
                    problem("ragged-row", f"{place} {line}行目", detail=f"見出し{named}列、この行{has}列 / {has} of {named}")
                )
    if ragged > MOST_FINDINGS:
        seen.problems.append(problem("more-ragged-rows", place, value=ragged - MOST_FINDINGS))
    return seen


def _too_large(place: str) -> PortalError:
    return PortalError(
        problem("table-too-large", place, detail=f"{MOST_ROWS}行・{MOST_COLUMNS}列まで / {MOST_ROWS} rows, {MOST_COLUMNS} columns")
    )


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
