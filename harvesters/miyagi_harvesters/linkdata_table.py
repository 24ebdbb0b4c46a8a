"""LinkData's table text: ``#`` lines, then rows whose first cell, the subject, has no header.

LinkData writes tabs and CRLF. People save the file again with commas, blanks, LF and padding, and edit it by hand: whatever reads without
doubt is read, and what was odd is told. Source: ja.linkdata.org/tutorial/tableDataSpec and section 3.2 of the portals page.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from . import delimited, schema, sniff
from .delimited import Record, note
from .header import pattern_of
from .problems import PortalError, Problem, Severity, problem, register
from .tables import Table, shape
from .workbook import read_workbook

__all__ = [
    "LinkDataTable",
    "Property",
    "comparable",
    "is_linkdata",
    "label_of",
    "read_if_linkdata",
    "read_rdf_json",
    "read_text",
    "row_keys",
    "table_schema",
]

#: Names of header lines, as LinkData documents them; others are kept and told.
KNOWN_HEADERS = frozenset(
    {
        "link",
        "lang",
        "attribution_url",
        "attribution_name",
        "license",
        "file_name",
        "download_from",
        "property",
        "object_type_xsd",
        "property_context",
        "namespace",
        "template_generated_from",
    }
)
#: Rows that are looked at to find how many cells a row has.
SAMPLE_ROWS = 200
#: Header lines beyond this are no header.
MOST_HEADER_LINES = 1000
#: What may stand for the delimiter of a row that has none.
_BLANKS = (re.compile(r"[ \u3000]{2,}"), re.compile(r"[ \u3000]+"))
#: The subject's column.
SUBJECT = "subject"
#: Under which name lines are kept that are only a remark.
COMMENT = "comment"

register(
    "linkdata-no-property",
    Severity.ERROR,
    ("{place} に列名の行（#property）がありません。", "列には番号の名前を付けました。公開元に列名を確かめてください。"),
    ("{place} has no line with the names of its columns (#property).", "Columns were given numbers. Ask the publisher for their names."),
)
register(
    "linkdata-header-unknown",
    Severity.WARNING,
    ("{place} に見慣れないヘッダー行（{value}）があります。", "内容は残しました。"),
    ("{place} has a header line that is not known ({value}).", "Its content is kept."),
)
register(
    "linkdata-header-repeated",
    Severity.WARNING,
    ("{place} のヘッダー行（{value}）が重複しています。", "列については最初の行を使いました。公開元のファイルを確かめてください。"),
    ("A header line of {place} is repeated ({value}).", "For columns the first is used. Look at the publisher's file."),
)
register(
    "linkdata-late-header",
    Severity.WARNING,
    (
        "{place} で、データの途中にヘッダー行か注記（{value}）があります。",
        "データには入れず、ヘッダー行とともに残しました。二つの表がつながっていないか確かめてください。",
    ),
    (
        "There is a header line or a remark between the data at {place} ({value}).",
        "It is not taken as data, and kept with the header lines. Look whether two tables were joined.",
    ),
)
register(
    "linkdata-subject-like-header",
    Severity.WARNING,
    (
        "{place} の主語（{value}）はヘッダー行の名前と同じです。",
        "すべての列に値があるため、データの行としました。公開元の行を確かめてください。",
    ),
    (
        "The subject at {place} ({value}) is the name of a header line.",
        "All columns are filled, so it is a row. Look at the publisher's line.",
    ),
)
register(
    "linkdata-other-delimiter",
    Severity.WARNING,
    ("{place} は区切りがほかの行と異なります（{detail}）。", "セルの数が合うため、その区切りで読みました。"),
    ("{place} is delimited differently from other lines ({detail}).", "It was read so, because the number of cells fits."),
)
register(
    "linkdata-header-counts",
    Severity.WARNING,
    ("{place} の列名は{value}個ですが、{detail}。", "列名の数に合わせました。公開元のファイルを確かめてください。"),
    ("{place} names {value} columns, but: {detail}.", "The names count. Look at the publisher's file."),
)
register(
    "linkdata-empty-subject",
    Severity.WARNING,
    ("{place} の主語の列が{value}行で空です。", "空のまま残しました。行の識別には内容から作るキーを使います。"),
    ("The subject is empty in {value} rows of {place}.", "It is left empty. Rows are told apart by a key made of their content."),
)
register(
    "linkdata-rdf-shape",
    Severity.ERROR,
    ("{place} はLinkDataのRDF/JSONではありません（{detail}）。", "公開元の作品ページを確かめてください。"),
    ("{place} is not RDF/JSON of LinkData ({detail}).", "Look at the page of the work."),
)


@dataclass(frozen=True)
class Property:
    """A column after the subject.

    :param printed: as the file writes it: a label, a full URI, or a prefixed name
    :param label: what people read; the last part of a URI, decoded
    :param uri: where the file gives one
    :param type: of ``#object_type_xsd``, such as ``string:ja``; stated, not believed
    :param column: its unique name in the table
    """

    printed: str
    label: str
    uri: str = ""
    type: str = ""
    context: str = ""
    column: str = ""


@dataclass(frozen=True)
class LinkDataTable:
    """A table and what its header lines say.

    :param headers: name in lower case without ``#`` → its lines in order, each the values; empty values are left out
    """

    headers: Mapping[str, tuple[tuple[str, ...], ...]]
    namespaces: Mapping[str, str]
    properties: tuple[Property, ...]
    table: Table = field(repr=False)

    def said(self, name: str) -> str:
        """The first value of a header; empty where the header is absent or empty."""
        return next(iter(self.all_said(name)), "")

    def all_said(self, name: str) -> tuple[str, ...]:
        """All values of a header, over all of its lines."""
        return tuple(value for line in self.headers.get(name, ()) for value in line)

    @property
    def multi_valued(self) -> dict[str, tuple[str, ...]]:
        """Label → its columns, for properties that are there more than once: together they hold a list.

        A bare label is the property whose URI ends so, unless there are several.
        """
        uris: dict[str, set[str]] = {}
        for one in self.properties:
            if one.uri:
                uris.setdefault(comparable(one.label), set()).add(_spelled_alike(one.uri))
        columns: dict[str, list[str]] = {}
        for one in filter(lambda one: one.label, self.properties):
            label = comparable(one.label)
            known = uris.get(label, set())
            name = _spelled_alike(one.uri) if one.uri else next(iter(known)) if len(known) == 1 else label
            columns.setdefault(name, []).append(one.column)
        return {names[0]: tuple(names) for names in columns.values() if len(names) > 1}


_KEY = re.compile(r"#\s*([A-Za-z_]+)\s*:?(?=$|[\s,;])")


def is_linkdata(text: str) -> bool:
    """Whether a text is such a table: it begins with a block of ``#`` lines that has ``#LINK``, or ``#property`` with names behind a
    delimiter or beside another line."""
    met: set[str] = set()
    is_named = False
    for line in islice(sniff.lines(text.lstrip("\ufeff")), MOST_HEADER_LINES):
        bare = line.strip().strip('"').strip(" ,;\t")
        if not bare:
            continue
        if not bare.startswith("#"):
            break
        if found := _KEY.match(bare.replace('"', "")):
            met.add(found[1].lower())
            is_named = is_named or (found[1].lower() == "property" and bare.replace('"', "")[found.end() :][:1] in ("\t", ",", ";"))
    return "link" in met or is_named or ("property" in met and len(met & KNOWN_HEADERS) > 1)


def read_if_linkdata(body: bytes, place: str = "") -> LinkDataTable | None:
    """Read a file, whichever it is: the text, or the same lines in a workbook (LinkData offers both).

    :returns: None where it is not such a table
    :raises PortalError: it is one, and cannot be read
    """
    detected = sniff.detect(body, "", place)
    if detected in ("xlsx", "xls", "ods"):
        text = _text_of_workbook(sniff.without_bom(body), place)
        return read_text(text, place) if text else None
    if detected in ("csv", "tsv", "text") or sniff.without_bom(body).startswith(b"#LINK"):
        return read_text(body, place) if is_linkdata(sniff.decode(body, place).text) else None
    return None


def _text_of_workbook(body: bytes, place: str) -> bytes | None:
    """The lines of a workbook as CSV, where it begins like a table text."""
    book = read_workbook(body, place)
    first = next(book.rows(), []) if book else []
    if book is None or not first or not first[0].startswith("#"):
        return None
    text = io.StringIO()
    csv.writer(text).writerows(book.rows())
    return text.getvalue().encode("utf-8", "replace") if is_linkdata(text.getvalue()) else None


def read_text(body: bytes, place: str = "") -> LinkDataTable:
    """Read a table text of LinkData.

    :param place: what findings call the file
    :raises PortalError: not decodable, not such a table, without any row, or over a limit
    """
    decoded = sniff.decode(body, place)
    text = decoded.text.lstrip("\ufeff")
    if not is_linkdata(text):
        raise PortalError(problem("unexpected-shape", place, detail="#LINK"))
    head = _head(text, place)
    delimiter, is_quoted = _rule_of_rows(text, head)
    loners = _Loners.seen(text, delimiter, is_quoted, head)

    def make(problems: list[Problem]) -> Iterator[Record]:
        yield Record(head.lines, [SUBJECT, *(one.label for one in head.properties)])
        rows = islice(_records(text, delimiter, problems, is_quoted, place), head.lines, None)
        yield from _data(rows, head, loners, place, problems)

    table = shape(
        make,
        place=place,
        problems=head.problems,
        header_at=0,
        encoding=decoded.encoding,
        delimiter=delimiter,
        format="tsv" if delimiter == "\t" else "csv",
    )
    without = sum(not row[0].strip() for row in table.rows)
    told = (problem("linkdata-empty-subject", place, value=without),) if without else ()
    properties = tuple(_named(one, column) for one, column in zip(head.properties, table.columns[1:], strict=False))
    return LinkDataTable(head.all_headers(), head.namespaces, properties, _with_problems(table, told))


def _named(one: Property, column: str) -> Property:
    return Property(one.printed, one.label, one.uri, one.type, one.context, column)


def _with_problems(table: Table, more: Iterable[Problem]) -> Table:
    return Table(
        table.columns,
        table.printed,
        table.rows,
        table.encoding,
        table.delimiter,
        table.format,
        table.skipped,
        table.header,
        table.name,
        (*(one for one in table.problems if one.type != "header-looks-like-data"), *more),
    )


def _delimiter(text: str) -> str:
    """What stands behind the names of the header lines; where only blanks do, what parts the rows."""
    behind: Counter[str] = Counter()
    for line in islice(sniff.lines(text), SAMPLE_ROWS):
        if found := re.match(r'\s*"?#\s*[A-Za-z_]+"?[ :]*([\t,;])', line):
            behind[found[1]] += 1
    if behind:
        return max(behind, key=lambda character: (behind[character], character == "\t"))
    evidence = sniff.delimiter(text, "\t")
    return "," if evidence and evidence.delimiter == "," else "\t"


@dataclass
class _Head:
    """The lines at the top."""

    headers: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    namespaces: dict[str, str] = field(default_factory=dict)
    properties: tuple[Property, ...] = ()
    #: How many records they are, what parts them, and whether quotes count in them.
    lines: int = 0
    delimiter: str = "\t"
    is_quoted: bool = False
    problems: list[Problem] = field(default_factory=list)
    #: Header lines and remarks between the rows, by their line; they are met when the rows are read.
    late: dict[int, _Key] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str, delimiter: str, is_quoted: bool, place: str) -> _Head:
        head = cls(delimiter=delimiter, is_quoted=is_quoted)
        raw: dict[str, list[list[str]]] = {}
        widths: Counter[int] = Counter()
        loners: Counter[int] = Counter()
        for record in islice(_records(text, delimiter, [], is_quoted), MOST_HEADER_LINES + SAMPLE_ROWS):
            key = _header_key(record.cells, "property" in raw)
            is_blank = not any(cell.strip() for cell in record.cells)
            if widths or loners or (key is None and not is_blank) or head.lines >= MOST_HEADER_LINES:
                if not is_blank:
                    (widths if len(record.cells) > 1 else loners)[_width(record.cells)] += 1
                continue
            head.lines += 1
            if key is not None:
                raw.setdefault(key.name, []).append(key.values)
        # a row alone may be only its subject, but a text without any delimiter is parted by blanks
        head._understand(raw, widths or loners, place)
        return head

    def all_headers(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """What the lines at the top say, then what those between the rows say."""
        headers = {name: list(lines) for name, lines in self.headers.items()}
        for key in self.late.values():
            headers.setdefault(key.name, []).append(tuple(filter(None, _trimmed(key.values))))
        return {name: tuple(lines) for name, lines in headers.items()}

    def _understand(self, raw: Mapping[str, list[list[str]]], widths: Counter[int], place: str) -> None:
        expected = {len(_finely(line)) for name in ("object_type_xsd", "property_context") for line in raw.get(name, [])[:1]}
        expected |= {widths.most_common(1)[0][0] - 1} if widths else set()
        expected -= {0, -1}
        most = max(widths, default=0) - 1
        for name, lines in raw.items():
            many = name in ("property", "object_type_xsd", "property_context")
            parted = [self._parted(name, line, expected if many else set(), most, place) for line in lines]
            self.headers[name] = tuple(parted if many else [tuple(filter(None, line)) for line in parted])
            if name not in KNOWN_HEADERS:
                self.problems.append(problem("linkdata-header-unknown", place, value=f"#{name}"))
            if len(set(self.headers[name])) > 1 and name not in ("namespace", "license", "attribution_name", "attribution_url"):
                self.problems.append(problem("linkdata-header-repeated", place, value=f"#{name}"))
        for line in self.headers.get("namespace", ()):
            words = [word for value in line for word in value.split()]
            if len(words) > 1:
                self.namespaces[words[0].rstrip(":")] = words[1].strip("<>")
        self._make_properties(widths, place)

    def _parted(self, name: str, line: list[str], expected: set[int], most: int, place: str) -> tuple[str, ...]:
        """The values of one line; where their number does not fit the table, blanks or commas may stand for tabs.

        :param expected: numbers that fit
        :param most: what the longest row has: rows may be short, so a single value fits no table that has longer ones
        """
        values = _trimmed(line)
        if len(values) == 1 and expected and most > 1:
            expected = (expected | {most}) - {1}
        if not values or not expected or len(values) in expected:
            return values
        for pattern in (r"\t|[ \u3000]{2,}", r"[\s\u3000]+", r"\s*[,;]\s*"):
            trial = _trimmed(part for value in values for part in re.split(pattern, value))
            if len(trial) in expected:
                self.problems.append(
                    problem("linkdata-other-delimiter", f"{place} #{name}", detail=f"{len(trial)}個 / {len(trial)} values")
                )
                return trial
        return values

    def _make_properties(self, widths: Counter[int], place: str) -> None:
        printed = next((line for line in self.headers.get("property", ()) if line), ())
        types = next((line for line in self.headers.get("object_type_xsd", ()) if line), ())
        contexts = next((line for line in self.headers.get("property_context", ()) if line), ())
        if not printed:
            self.problems.append(problem("linkdata-no-property", place))
            printed = ("",) * (max(widths.most_common(1)[0][0], 1) - 1 if widths else 0)
        for name, values in (("#object_type_xsd", types), ("#property_context", contexts)):
            if values and len(values) != len(printed):
                told = f"{name} は{len(values)}個です / {name} has {len(values)}"
                self.problems.append(problem("linkdata-header-counts", place, value=len(printed), detail=told))
        self.properties = tuple(
            Property(one, *label_of(one, self.namespaces), type=_at(types, index), context=_at(contexts, index))
            for index, one in enumerate(printed)
        )


def _at(values: tuple[str, ...], index: int) -> str:
    return values[index] if index < len(values) else ""


def _trimmed(values: Iterable[str]) -> tuple[str, ...]:
    """Without blanks around, and without the empty ones at the end that a spreadsheet pads with."""
    bare = [value.strip().strip("\ufeff").strip() for value in values]
    while bare and not bare[-1]:
        bare.pop()
    return tuple(bare)


def _width(cells: list[str]) -> int:
    """How many cells a row has; of a row without any delimiter, how many blanks part."""
    by_blanks = [len(blanks.split(cells[0].strip())) for blanks in _BLANKS]
    return len(cells) if len(cells) > 1 else next((width for width in by_blanks if width > 1), 1)


def _finely(line: Iterable[str]) -> list[str]:
    return [part for value in line for part in value.split()]


@dataclass(frozen=True)
class _Key:
    name: str
    values: list[str]


def _header_key(cells: list[str], after_property: bool) -> _Key | None:
    """The name and the values of a header line or of a remark; None for a row of data, whose subject may begin with ``#`` as well."""
    first = cells[0].strip().strip('\ufeff"').strip() if cells else ""
    if not first.startswith("#"):
        return None
    if (found := _KEY.match(first)) and found[1].lower() in KNOWN_HEADERS:
        # in a line alone, commas may stand for tabs
        return _Key(found[1].lower(), [*filter(None, [first[found.end() :].strip(" \t\u3000,;")]), *cells[1:]])
    name, *rest = first[1:].split(maxsplit=1) or [""]
    name = name.rstrip(":")
    if re.match(r"#+(?:\s|$)", first) and not any(cell.strip() for cell in cells[1:]):
        return _Key(COMMENT, [first.lstrip("#")])
    if after_property and not re.fullmatch(r"[a-z_]{3,}", name):
        return None
    return _Key(name.lower(), rest + cells[1:])


def _data(rows: Iterable[Record], head: _Head, loners: _Loners, place: str, problems: list[Problem]) -> Iterator[Record]:
    """The rows, without the lines between them that are none: those are told, and kept with the header lines."""
    others = 0
    for run, record in _runs(rows):
        for hashed, key in run:
            if len(run) == 1 and _is_row(hashed.cells, key, head):
                note(problems, problem("linkdata-subject-like-header", f"{place} {hashed.line}行目", value=hashed.cells[0].strip()))
                yield hashed
            else:
                note(problems, problem("linkdata-late-header", f"{place} {hashed.line}行目", value=" ".join(hashed.cells).strip()))
                head.late[hashed.line] = key
        if record is None:
            continue
        parted = loners.parted(record.cells)
        others += parted is not None
        yield Record(record.line, parted or record.cells)
    if others:
        problems.append(problem("linkdata-other-delimiter", place, detail=f"{others}行 / {others} rows"))


def _runs(rows: Iterable[Record]) -> Iterator[tuple[list[tuple[Record, _Key]], Record | None]]:
    """Each row with the lines before it that begin like header lines or comments; None for the row where the file ends with such lines."""
    run: list[tuple[Record, _Key]] = []
    for record in rows:
        key = _header_key(record.cells, True)
        if key is not None and (key.name in KNOWN_HEADERS or key.name == COMMENT):
            run.append((record, key))
            continue
        yield run, record
        run = []
    yield run, None


def _is_row(cells: list[str], key: _Key, head: _Head) -> bool:
    """Whether a line that begins like a header line is a row all the same: it stands alone, fills every column, and repeats nothing."""
    is_full = len(cells) == 1 + len(head.properties) and all(cell.strip() for cell in cells)
    return is_full and key.name not in ("link", COMMENT) and _trimmed(key.values) not in head.headers.get(key.name, ())


_NUMBERS = frozenset({"integer", "number", "leading-zero"})
_DATES = frozenset({"date", "other-date"})
_STATED_NUMBERS = frozenset({"int", "integer", "long", "short", "decimal", "float", "double"})


def _kind(cell: str) -> str:
    """``number``, ``date`` or ``text``."""
    sort = schema.sort_of(cell.strip())
    return "number" if sort in _NUMBERS else "date" if sort in _DATES else "text"


def _splits(cell: str, delimiter: str) -> list[list[str]]:
    """A cell parted by each thing that may stand for the table's delimiter."""
    try:
        commas = next(csv.reader([cell]), [])
    except csv.Error:
        commas = []
    return [cell.split("\t") if delimiter != "\t" else [], commas if delimiter != "," else [], *(one.split(cell) for one in _BLANKS)]


@dataclass(frozen=True)
class _Loners:
    """How rows without any delimiter are read: a row may have only its subject, which is kept to the letter; it is parted otherwise only
    where the other rows or tabs prove it.

    :param kinds: of each column ``number`` or ``date`` where all of its cells are; else empty
    :param subject: the pattern of all subjects, where they are numbered and alike; proof for commas, but not for blanks
    :param by: which of ``_splits`` parts the rows, where no row has the table's delimiter
    """

    delimiter: str
    kinds: tuple[str, ...]
    subject: str
    by: int | None

    @classmethod
    def seen(cls, text: str, delimiter: str, is_quoted: bool, head: _Head) -> _Loners:
        width = 1 + len(head.properties)
        met: list[set[str]] = [set() for _ in range(width)]
        fits: Counter[int] = Counter()
        subjects: set[str] = set()
        alone = parted = 0
        rows = islice(_records(text, delimiter, [], is_quoted), head.lines, head.lines + SAMPLE_ROWS)
        for _, record in _runs(rows):
            cells = record.cells if record else []
            if len(cells) == 1:
                alone += 1
                fits.update(number for number, trial in enumerate(_splits(cells[0], delimiter)) if len(trial) == width > 1)
            elif any(cell.strip() for cell in cells):
                parted += 1
                subjects.add(pattern_of(cells[0]))
                for kinds, cell in zip(met, cells, strict=False):
                    kinds.update({_kind(cell)} if cell.strip() else ())
        stated = ["", *(_stated_kind(one.type) for one in head.properties)]
        shown = [next(iter(kinds)) if len(kinds) == 1 else "" if kinds else said for kinds, said in zip(met, stated, strict=True)]
        best, count = max(fits.items(), key=lambda item: (item[1], -item[0]), default=(None, 0))
        is_all = not parted and count * 2 > alone and (alone > 1 or head.delimiter not in text)
        subject = next(iter(subjects)) if len(subjects) == 1 else ""
        kinds = tuple("" if kind == "text" else kind for kind in shown)
        return cls(delimiter, kinds, subject if "9" in subject else "", best if is_all else None)

    def parted(self, cells: list[str]) -> list[str] | None:
        """The cells of a row without any delimiter; None where it has its own or only its subject."""
        if len(cells) != 1:
            return None
        splits = _splits(cells[0], self.delimiter)
        if len(splits[0]) == len(self.kinds) and all(part.strip() for part in splits[0]):
            # a spreadsheet's cell holds no tabs
            return splits[0]
        if self.by is not None:
            return splits[self.by] if len(splits[self.by]) == len(self.kinds) else None
        tabs, commas, *blanks = splits
        if self._fits(commas) and self.subject and pattern_of(commas[0]) == self.subject:
            return commas
        return next((trial for trial in (tabs, commas, *blanks) if self._fits(trial) and any(self.kinds[1:])), None)

    def _fits(self, trial: list[str]) -> bool:
        """Whether there is a cell for each column, of its kind."""
        is_full = len(trial) == len(self.kinds)
        return is_full and all(_kind(part) == kind for kind, part in zip(self.kinds, trial, strict=True) if kind)


def _stated_kind(type: str) -> str:
    name = type.partition(":")[0].lower()
    return "number" if name in _STATED_NUMBERS else "date" if name == "date" else ""


def _head(text: str, place: str) -> _Head:
    """The lines at the top, read by the rule for quotes that holds in the whole file.

    LinkData knows no quotes, so in a tab file they are letters, unless a spreadsheet wrote it: then a header line begins with one or is
    padded with tabs, or they hold cells with line breaks together.
    """
    delimiter = _delimiter(text)
    is_quoted = delimiter != "\t" or text.lstrip().startswith('"#') or (_PADDED.match(text) is not None and _is_strict(text))
    head = _Head.read(text, delimiter, is_quoted, place)
    if not is_quoted and _holds_line_breaks(text, head):
        head = _Head.read(text, delimiter, True, place)
    return head


_PADDED = re.compile(r"\s*#\s*LINK[ ]*\t", re.IGNORECASE)


def _is_strict(text: str) -> bool:
    """Whether all quotes stand as CSV wants them."""
    found: list[Problem] = []
    return all(not found for _ in _records(text, "\t", found, True)) and not found


def _holds_line_breaks(text: str, head: _Head) -> bool:
    """Whether quotes put lines together that are rows only together."""
    if not re.search(r'(?:^|[\t\n\r])"', text):
        return False
    is_met = False
    for _, cells in islice(_records(text, "\t", [], True), head.lines, None):
        if any(_is_broken(cell) for cell in cells):
            if len(cells) != 1 + len(head.properties):
                return False
            is_met = True
    return is_met


def _records(text: str, delimiter: str, problems: list[Problem], is_quoted: bool, place: str = "") -> Iterator[Record]:
    """The lines parted. In a tab file a cell with line breaks and tabs is rather several rows, with quotes that are letters."""

    def is_credible(cells: list[str]) -> bool:
        return delimiter != "\t" or not any("\t" in cell and _is_broken(cell) for cell in cells)

    return delimited.records(text, delimiter, problems, is_quoted=is_quoted, is_credible=is_credible, place=place)


def _is_broken(cell: str) -> bool:
    return "\n" in cell or "\r" in cell


def _rule_of_rows(text: str, head: _Head) -> tuple[str, bool]:
    """What parts the cells of the rows, and whether quotes count: as in the header, unless no row fits so and some do by another rule."""
    own = (head.delimiter, head.is_quoted)
    other = (",", True) if head.delimiter == "\t" else ("\t", False)
    return other if not _fits_any(text, head, *own) and _fits_any(text, head, *other) else own


def _fits_any(text: str, head: _Head, delimiter: str, is_quoted: bool) -> bool:
    """Whether a row has as many cells as there are columns."""
    rows = islice(_records(text, delimiter, [], is_quoted), head.lines, None)
    return any(len(row.cells) == 1 + len(head.properties) > 1 for row in rows)


def label_of(printed: str, namespaces: Mapping[str, str]) -> tuple[str, str]:
    """What people read of a property, and its URI.

    :param printed: a label, a full URI, or a prefixed name
    :returns: label and URI; the URI is empty for a label, and for a name whose prefix the file does not define
    """
    bare = printed.strip().strip("<>")
    if re.match(r"(?:https?|urn):\S", bare, re.IGNORECASE):
        return _last_part(bare), bare
    prefix, colon, rest = bare.partition(":")
    if colon and rest and prefix in namespaces:
        return _decoded(rest), namespaces[prefix] + rest
    return bare, ""


def _last_part(uri: str) -> str:
    """The fragment, or the last step of the path; the URI itself where it has neither."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return uri
    last = parts.fragment or re.split("[/:]", parts.path.rstrip("/"))[-1]
    return _decoded(last).strip() or uri


def _decoded(text: str) -> str:
    """Percent-decoded where that is UTF-8; else as it was."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text


def comparable(name: str) -> str:
    """A property's label or URI as it is compared: its last part, decoded, with blanks for ``_`` (old converters mix them)."""
    return _spelled_alike(label_of(name, {})[0])


def _spelled_alike(name: str) -> str:
    return " ".join(_decoded(name).replace("_", " ").split())


def row_keys(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A stable key for each row: its subject where that is filled and not met before, else a hash of its cells, numbered where equal rows
    repeat. The printed subject is not touched."""
    met: Counter[str] = Counter()
    for row in rows:
        subject = row[0].strip()
        key = subject if subject and subject not in met else hashlib.sha256("\x1f".join(row).encode()).hexdigest()[:16]
        met[key] += 1
        yield key if met[key] == 1 else f"{key}-{met[key]}"


def table_schema(read: LinkDataTable) -> dict[str, Any]:
    """The inferred Table Schema with what the file says of each property: ``rdfType`` is its URI, ``linkdata`` the rest."""
    table = read.table
    stated = {one.column: one.type for one in read.properties if one.type}
    made = schema.infer(table.columns, table.rows, printed=("", *table.printed[1:]), stated=stated)
    subject, *others = made["fields"]
    _note_subject(subject)
    for one, described in zip(read.properties, others, strict=False):
        described["linkdata"] = {
            key: value for key, value in (("property", one.printed), ("objectType", one.type), ("context", one.context)) if value
        }
        if one.uri:
            described["rdfType"] = one.uri
    if read.multi_valued:
        made["multiValued"] = {name: list(columns) for name, columns in read.multi_valued.items()}
    return made


def _note_subject(described: dict[str, Any]) -> None:
    """The subject is a name, whatever it looks like, and its header is ours."""
    described["type"] = "string"
    described["notes"] = ["LinkDataの主語です。元のファイルでは見出しがありません。"]
    described["description"] = described["notes"][0]


def read_rdf_json(body: bytes, place: str = "") -> LinkDataTable:
    """Read LinkData's RDF/JSON as a table: a row a subject, a column a property, and one more where a property has several values.

    :raises PortalError: another shape
    """
    content = _graph(body, place)
    counts: dict[str, int] = {}
    for properties in content.values():
        for uri, values in properties.items():
            counts[uri] = max(counts.get(uri, 0), len(values))
    header = [uri for uri in counts for _ in range(counts[uri])]

    def make(_: list[Problem]) -> Iterator[Record]:
        yield Record(0, [SUBJECT, *(label_of(uri, {})[0] for uri in header)])
        for number, (subject, properties) in enumerate(content.items(), 1):
            cells = [_last_part(subject)]
            for uri in counts:
                values = properties.get(uri, [])
                cells += values + [""] * (counts[uri] - len(values))
            yield Record(number, cells)

    table = shape(make, place=place, header_at=0, is_rectangular=True, encoding="utf-8", format="json")
    properties = tuple(
        Property(uri, label_of(uri, {})[0], uri, column=column) for uri, column in zip(header, table.columns[1:], strict=False)
    )
    return LinkDataTable({}, {}, properties, table)


def _graph(body: bytes, place: str) -> dict[str, dict[str, list[str]]]:
    """subject → property → values, as text."""
    try:
        content = json.loads(sniff.decode(body, place).text)
    except (ValueError, RecursionError) as error:
        raise PortalError(problem("not-json", place, detail=error)) from error
    if not isinstance(content, dict) or not content or not all(isinstance(one, dict) for one in content.values()):
        raise PortalError(problem("linkdata-rdf-shape", place, detail="subject → property"))
    graph: dict[str, dict[str, list[str]]] = {}
    for subject, properties in content.items():
        graph[subject] = {}
        for uri, values in properties.items():
            if not isinstance(values, list) or not all(isinstance(value, dict) and "value" in value for value in values):
                raise PortalError(problem("linkdata-rdf-shape", place, value=uri, detail="[{value}]"))
            graph[subject][uri] = [_text(value["value"]) for value in values]
    return graph


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
