"""A table as its publisher's own descriptor says that it is read: the dialect and the schema of a Data Package, versions 1 and 2.

What a descriptor says decides how the cells are parted and which row is the header. Of types it is only believed what the cells bear out.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from . import schema, sniff
from .delimited import Record, records
from .header import HEAD_ROWS, Skipped, filled_cells
from .problems import Problem, Severity, problem, register
from .record import Described, Resource
from .shapes import each_text, mappings, text
from .tables import Table, shape, sheet_rows

__all__ = ["describe", "joined_parts", "read_described", "schema_of"]

#: What a dialect may say without any effect here.
_WITHOUT_EFFECT = frozenset({"csvddfVersion", "caseSensitiveHeader", "lineTerminator", "$schema", "name", "title", "description", "type"})
_FOLLOWED = frozenset({
    "delimiter", "quoteChar", "doubleQuote", "escapeChar", "skipInitialSpace", "header", "headerRows", "headerJoin", "commentChar",
    "commentRows", "nullSequence",
})
#: Signs that cannot part or quote cells.
_ENDS = ("\r", "\n", "\0")
#: Bytes that these encodings wrote are recognised without being told.
_RECOGNISED = frozenset({"utf-8", "utf-8-sig", "ascii", "shift_jis", "cp932", "shift_jis_2004", "shift_jisx0213"})

register(
    "dialect-not-followed",
    Severity.WARNING,
    ("{place} の表の読み方の指定（{value}）には従っていません。", "表の区切りと見出しが正しいか確かめてください。"),
    ("What is said of how to read the table {place} is not followed: {value}.", "See that its columns and its header are right."),
)
register(
    "description-elsewhere",
    Severity.WARNING,
    ("{place} の{detail}は別のファイル（{value}）にあるため、読んでいません。", "datapackage.jsonの中に書くよう公開元に求めてください。"),
    ("The {detail} of {place} is in another file, {value}, and was not read.", "Ask the publisher to write it into datapackage.json."),
)
register(
    "schema-differs",
    Severity.WARNING,
    ("{place} の表に、公開元のスキーマにある列がありません（{value}）。", "公開元の表とスキーマのどちらが正しいか確かめてください。"),
    ("The table {place} has no columns {value}, which its publisher's schema has.", "Find out which of the two is right."),
)
register(
    "part-header-repeated",
    Severity.WARNING,
    ("{place} は{value}つのファイルで1つの表です。2つ目からの見出しの行は除きました。", "値のある行は除いていません。"),
    ("{place} is one table in {value} files. The headers of all but the first were left out.", "No row that holds anything was."),
)


def describe(said: Mapping[str, Any], place: str) -> tuple[Described | None, list[Problem]]:
    """What a resource's descriptor says of its table.

    :returns: None where it says nothing; and what of it is not followed
    """
    problems: list[Problem] = []
    dialect, published = (_object(said, key, place, problems) for key in ("dialect", "schema"))
    encoding = text(said.get("encoding"))
    if not (dialect or published or _stated_codec(encoding)):
        return None, problems
    delimiter, quote, escape, comment = (_sign(dialect.get(key)) for key in ("delimiter", "quoteChar", "escapeChar", "commentChar"))
    ignored = {key for key in dialect if key not in _FOLLOWED | _WITHOUT_EFFECT}
    signs = {"delimiter": delimiter, "quoteChar": quote, "escapeChar": escape}
    ignored |= {name for name, sign in signs.items() if len(sign or "") > 1 or sign in _ENDS}
    if dialect.get("lineTerminator") not in (None, "\r\n", "\n", "\r"):
        ignored.add("lineTerminator")
    if ignored:
        problems.append(problem("dialect-not-followed", place, value="、".join(sorted(ignored))))
    rules: dict[str, Any] = {
        "doublequote": dialect.get("doubleQuote") is not False, "skipinitialspace": dialect.get("skipInitialSpace") is True
    }
    between = _sign(dialect.get("headerJoin"))
    if quote and "quoteChar" not in ignored:
        rules["quotechar"] = quote
    if escape and "escapeChar" not in ignored:
        rules["escapechar"] = escape
    missing = [*_missing(published), *each_text([dialect.get("nullSequence")])]
    return Described(
        delimiter="" if "delimiter" in ignored else delimiter or "",
        quote=None if "quoteChar" in dialect and not quote else quote or '"',
        rules=rules,
        header_rows=_header_rows(dialect),
        header_join=" " if between is None else between,
        comment=comment or "",
        comment_rows=_numbers(dialect.get("commentRows")),
        encoding=encoding,
        missing=tuple(dict.fromkeys(missing)),
        fields=tuple(one for one in mappings(published.get("fields")) if text(one.get("name"))),
        dialect=dialect,
        schema=published,
    ), problems


def read_described(resource: Resource, body: bytes, place: str, said: Described) -> Table | None:
    """The table in a file, read as it is described.

    :returns: None where the file is neither a text nor a sheet
    :raises PortalError: empty, not decodable, or over a limit
    """
    detected = sniff.detect(body, resource.declared_format, resource.file_name or resource.url)
    if detected in ("xlsx", "xls", "ods"):
        book, found = sheet_rows(sniff.without_bom(body), detected, place)
        return _arranged(lambda _: (Record(number, cells) for number, cells in enumerate(book.rows(), 1)), said, place, found,
                         format=detected, name=book.sheet, is_rectangular=True)
    if detected not in ("csv", "tsv", "text") and not (detected == "binary" and _stated_codec(said.encoding)):
        return None
    decoded = _decode(body, said.encoding, place)
    delimiter = said.delimiter
    if not delimiter:
        evidence = sniff.delimiter(decoded.text, "\t" if detected == "tsv" else ",")
        delimiter = evidence.delimiter if evidence else ","
    return _arranged(
        lambda problems: records(decoded.text, delimiter, problems, is_quoted=said.quote is not None, rules=said.rules, place=place),
        said, place, (), encoding=decoded.encoding, delimiter=delimiter, format="tsv" if delimiter == "\t" else "csv",
    )


def joined_parts(resource: Resource, bodies: Sequence[bytes], place: str) -> tuple[bytes, list[Problem]]:
    """The files of a table in several parts as one file: one behind the other, and a header that every part repeats only once.

    :raises PortalError: a part cannot be decoded
    """
    said = resource.described or Described()
    parts = [_decode(body, said.encoding, f"{place} ({number})") for number, body in enumerate(bodies, 1)]
    head = "" if said.header_rows == () else _head(parts[0].text, max(said.header_rows or (1,)))
    texts, is_repeated = [parts[0].text], False
    for part in parts[1:]:
        repeats = bool(head.strip()) and _bare_lines(_head(part.text, max(said.header_rows or (1,)))) == _bare_lines(head)
        is_repeated |= repeats
        texts.append(part.text[len(_head(part.text, max(said.header_rows or (1,)))) :] if repeats else part.text)
    whole = "".join(one if one.endswith(("\n", "\r")) or not one else f"{one}\n" for one in texts)
    encodings = {part.encoding for part in parts}
    encoding = encodings.pop() if len(encodings) == 1 else "utf-8"
    found = [problem("part-header-repeated", place, value=len(parts))] if is_repeated else []
    return whole.encode("utf-8" if encoding == "utf-16" else encoding, errors="surrogatepass" if encoding == "utf-8" else "strict"), found


def schema_of(table: Table, said: Described, place: str) -> tuple[dict[str, Any], list[Problem]]:
    """The Table Schema of a described table: as inferred, with the published texts, the published missing values, and the published types
    that all cells bear out.

    :returns: and what differs
    """
    published = {text(one.get("name")): one for one in said.fields}
    own_missing = [_missing(published.get(name, {})) for name in table.columns]
    signs = [frozenset(own or said.missing) for own in own_missing]
    rows = ([("" if cell in missing else cell) for cell, missing in zip(row, signs, strict=True)] for row in table.rows)
    inferred = schema.infer(table.columns, rows, printed=table.printed)
    for entry, missing in zip(inferred["fields"], own_missing, strict=True):
        _merge(entry, published.get(entry["name"], {}))
        if missing:
            entry["missingValues"] = list(dict.fromkeys(("", *missing)))
    inferred["missingValues"] = list(dict.fromkeys(("", *said.missing)))
    absent = [name for name in published if name not in table.columns]
    return inferred, [problem("schema-differs", place, value="、".join(absent))] if absent else []


def _merge(entry: dict[str, Any], published: Mapping[str, Any]) -> None:
    """Take into an inferred field what its publisher says of it."""
    notes, stated = entry["notes"], text(published.get("type"))
    if stated == "string" or (stated == "number" and entry["type"] == "integer"):
        if entry["type"] != stated:
            entry["type"] = stated
            notes[0] = f"公開元のスキーマにより{'文字列' if stated == 'string' else '数値'}としました。"
    elif stated not in ("", "any", entry["type"]):
        notes.append(f"公開元は型を「{stated}」としていますが、セルの表記を残すため変えていません。")
    entry |= {key: said for key in ("title", "rdfType") if (said := text(published.get(key)))}
    entry["description"] = " ".join(filter(None, (text(published.get("description")), *notes)))


def _arranged(make: Any, said: Described, place: str, found: Iterable[Problem], **described: Any) -> Table:
    """The table of records whose header stands where the descriptor says."""
    names = [text(one.get("name")) for one in said.fields]
    stated = said if said.header_rows is not None else replace(said, header_rows=_row_of_names(make([]), names))
    head, aside = _survey(make([]), stated)

    def arranged(problems: list[Problem]) -> Iterator[Record]:
        left = {one.line for one in aside} | {one.line for one in head or ()}
        rest = (record for record in make(problems) if record.line not in left)
        return rest if head is None else chain([_header(head, said, names, make)], rest)

    table = shape(arranged, place=place, problems=found, header_at=None if head is None else 0, **described)
    if not aside:
        return table
    told = "データの記述のとおりです / the header is where the descriptor says"
    return replace(table, skipped=(*table.skipped, *aside), problems=(*table.problems, problem("rows-above-header", place, detail=told)))


def _row_of_names(source: Iterator[Record], names: Sequence[str]) -> tuple[int, ...] | None:
    """The number of the row that holds the names of the schema, where there is one near the top."""
    rows = ([cell.strip() for cell in record.cells[: filled_cells(record.cells)]] for record in islice(source, HEAD_ROWS))
    return next(((number,) for number, cells in enumerate(rows, 1) if cells and cells == list(names)), None)


def _survey(source: Iterator[Record], said: Described) -> tuple[list[Record] | None, tuple[Skipped, ...]]:
    """The rows of the header (none where there is no header, None where it must be looked for), and the rows that are no data."""
    wanted = said.header_rows
    last = max(wanted or (0,))
    head: list[Record] = []
    aside: list[Skipped] = []
    first: list[Record] = []
    for number, record in enumerate(source, 1):
        is_blank = not any(map(str.strip, record.cells))
        if number in said.comment_rows or (said.comment and not is_blank and record.cells[0].startswith(said.comment)):
            aside.append(Skipped(record.line, tuple(record.cells), "comment"))
        elif wanted and number in wanted:
            head.append(record)
        elif number < last and not is_blank:
            aside.append(Skipped(record.line, tuple(record.cells), "title"))
        elif not is_blank and not first:
            first = [record]
    if wanted and not any(any(map(str.strip, record.cells)) for record in head):
        head = first
    return head if wanted is not None else None, tuple(aside)


def _header(head: Sequence[Record], said: Described, names: Sequence[str], make: Any) -> Record:
    """One row of names: of the header's rows, or of the schema where the table has none."""
    if not head:
        return Record(0, list(names) or [""] * max((filled_cells(record.cells) for record in make([])), default=1))
    if len(head) == 1:
        return head[0]
    width = max(len(record.cells) for record in head)
    columns = ([record.cells[column] for record in head if column < len(record.cells)] for column in range(width))
    return Record(head[0].line, [said.header_join.join(cell.strip() for cell in cells if cell.strip()) for cells in columns])


def _sign(value: object) -> str | None:
    """A sign as it is, a blank or a tab too."""
    return value if isinstance(value, str) else None


def _object(said: Mapping[str, Any], key: str, place: str, problems: list[Problem]) -> Mapping[str, Any]:
    value = said.get(key)
    if isinstance(value, str) and value:
        problems.append(problem("description-elsewhere", place, value=value, detail=key))
    return value if isinstance(value, dict) else {}


def _header_rows(dialect: Mapping[str, Any]) -> tuple[int, ...] | None:
    if dialect.get("header") is False:
        return ()
    stated = _numbers(dialect.get("headerRows"))
    return stated or ((1,) if dialect.get("header") is True else None)


def _numbers(value: object) -> tuple[int, ...]:
    given = value if isinstance(value, list) else []
    return tuple(sorted({one for one in given if isinstance(one, int) and not isinstance(one, bool) and one > 0}))


def _missing(published: Mapping[str, Any]) -> tuple[str, ...]:
    """``missingValues``: texts, or since version 2 objects with a ``value``."""
    given = published.get("missingValues")
    values = (one.get("value") if isinstance(one, dict) else one for one in given) if isinstance(given, list) else ()
    return tuple(one for one in values if isinstance(one, str))


def _stated_codec(encoding: str) -> str:
    """The stated encoding's name in Python where it is one that bytes do not show by themselves."""
    try:
        found = codecs.lookup(encoding.strip()) if encoding.isascii() and encoding.strip() else None
    except (LookupError, ValueError):
        return ""
    return found.name if found and found.name not in _RECOGNISED and getattr(found, "_is_text_encoding", True) else ""


def _decode(body: bytes, encoding: str, place: str) -> sniff.Decoded:
    """The text, in the stated encoding where the bytes are strictly that, or as bytes show by themselves."""
    if codec := _stated_codec(encoding):
        try:
            return sniff.Decoded(body.decode(codec).removeprefix("\ufeff"), codec, False)
        except (UnicodeError, LookupError):
            pass
    return sniff.decode(body, place)


def _head(written: str, count: int) -> str:
    """The first records of a text, a quoted one with all its lines."""
    taken, found = "", 0
    for line in sniff.lines(written):
        taken += line
        found += taken.count('"') % 2 == 0
        if found == count:
            break
    return taken


def _bare_lines(written: str) -> list[str]:
    return [line.rstrip("\r\n") for line in sniff.lines(written)]
