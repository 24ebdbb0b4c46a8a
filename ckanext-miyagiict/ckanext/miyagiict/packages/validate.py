"""Checks a package whole, before anything is written: files, schemas, keys, constraints, foreign keys.

The verdicts are frictionless's, on the cells that our own reader read: it would call an HTML page a valid table of one column, and
guess encodings and dialects. In front of it stand checks for encoding, file kind, quotes, cell size and column names; behind it,
checks for values that it takes and PostgreSQL does not, or takes for something else.
"""

from __future__ import annotations

import codecs
import csv
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any

import frictionless
from frictionless.resources import TableResource

from . import metadata, table
from .package import Package, Resource
from .problems import Problem, problem, raise_if_any

__all__ = ["MOST_COLUMNS", "MOST_PROBLEMS", "validate"]

log = logging.getLogger(__name__)

#: At most so many problems are listed for one file.
MOST_PROBLEMS = 1000
#: A row of so many columns still fits into one page of PostgreSQL (8 kB, 18 bytes for a cell that is stored apart).
MOST_COLUMNS = 400
#: PostgreSQL indexes at most 2,704 bytes a row, its own overhead included.
MOST_KEY_BYTES = 2000
#: Digits before and after the point. PostgreSQL takes more, but ``1e9999`` would then be ten thousand characters for every reader.
MOST_DIGITS = 1000

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
#: First bytes of what is often saved under ``.csv``.
_SIGNATURES = (
    (b"PK\x03\x04", "ZIPまたはExcelのファイル"),
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0", "古い形式のExcelのファイル"),
    (b"<!doctype html", "HTMLのページ"),
    (b"<html", "HTMLのページ"),
    (b"<?xml", "XML"),
)
_INT8 = range(-(2**63), 2**63)
#: Numbers that are none, as Table Schema writes them.
_NOT_FINITE = ("NaN", "INF", "-INF")


def validate(package: Package) -> None:
    """Check everything that can be checked without the catalogue.

    :raises PackageInvalid: with every problem found (at most ``MOST_PROBLEMS`` a file)
    """
    raise_if_any(metadata.problems(package.descriptor))
    raise_if_any(found for resource in package.tables for found in table.dialect_problems(resource))
    raise_if_any(found for resource in package.tables for found in _file_problems(resource))
    raise_if_any(found for resource in package.tables for found in _header_problems(resource))
    raise_if_any(_table_problems(package))
    raise_if_any(found for resource in package.tables for found in islice(_database_problems(resource), MOST_PROBLEMS))


def _file_problems(resource: Resource) -> Iterator[Problem]:
    """Faults of the bytes; the first of a kind is enough to send the file back."""
    content, file = resource.content, resource.path
    start = content[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for signature, name in _SIGNATURES:
        if start.startswith(signature.lower()):
            yield problem("not-a-table", file, detail=name)
            return
    if resource.descriptor.get("encoding", "utf-8").lower().replace("_", "-") not in ("utf-8", "utf8"):
        yield problem("encoding", file, row=1, detail=f"encoding: {resource.descriptor['encoding']}")
        return
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        found = _hex(content[error.start : error.end]) + _likely_encoding(content)
        yield problem("encoding", file, row=_line_of(content, error.start), detail=found)
        return
    if found := _CONTROL.search(content):
        yield problem("control-character", file, row=_line_of(content, found.start()), detail=_hex(found.group()))
        return
    number = 0
    try:
        for number, row in enumerate(table.raw_rows(resource), start=1):
            if row and max(map(len, row)) > table.CELL_CHARACTERS:
                yield problem("cell-too-large", file, row=number, detail=f"{table.CELL_CHARACTERS:,}")
                return
    except csv.Error as error:
        open_to_the_end = str(error).startswith("unexpected end")
        detail = "閉じられないままファイルが終わります" if open_to_the_end else "閉じた後に文字が続きます"
        yield problem("quote", file, row=number + 1, detail=detail)


def _likely_encoding(content: bytes) -> str:
    """A hint for whoever has to save the file again."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "、UTF-16のようです"
    for name, words in (("cp932", "Shift_JIS（CP932）"), ("euc_jp", "EUC-JP")):
        try:
            content.decode(name)
        except UnicodeDecodeError:
            continue
        return f"、{words}のようです"
    return ""


def _header_problems(resource: Resource) -> Iterator[Problem]:
    """Headings against the schema, and column names against what PostgreSQL can hold (63 bytes, not characters)."""
    assert resource.schema is not None
    expected = [field["name"] for field in resource.schema["fields"]]
    for name in expected:
        if reason := _unusable(name):
            yield problem("column-name", resource.path, value=name, detail=reason)
    if len(expected) > MOST_COLUMNS:
        yield problem("descriptor", resource.schema_file, detail=f"列は{MOST_COLUMNS}までです（{len(expected)}列あります）")
    for name, count in Counter(name.lower() for name in expected).items():
        if count > 1:
            yield problem("column-name", resource.path, value=name, detail="大文字と小文字を区別しないと、同じ名前が2つあります")
    found = table.header(resource)
    if not found:
        yield problem("header", resource.path, row=1, detail="ファイルが空か、1行目が空です")
    elif found != expected:
        at = next((i for i, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b), min(len(found), len(expected)))
        yield problem(
            "header", resource.path, row=1, value=found[at] if at < len(found) else "",
            detail=f"{at + 1}列目は {expected[at]!r} のはずです" if at < len(expected) else "余分な列です",
        )


def _unusable(name: str) -> str:
    if not name or name != name.strip():
        return "空、または前後に空白があります"
    if len(name.encode()) > 63:
        return f"{len(name.encode())}バイトあります"
    if name.startswith("_") or '"' in name or any(unicodedata.category(character).startswith("C") for character in name):
        return "先頭の「_」、引用符、見えない文字は使えません"
    return ""


def _table_problems(package: Package) -> Iterator[Problem]:
    """frictionless's verdict on types, constraints and keys, in our words."""
    checked = frictionless.Package(name=package.name, resources=[_frictionless_table(resource) for resource in package.tables])
    for resource, judged in zip(package.tables, checked.resources, strict=True):
        try:
            report = judged.validate(limit_errors=MOST_PROBLEMS)
        except Exception as error:
            log.warning("frictionless stopped at a table", exc_info=True)
            yield problem("unreadable", resource.path, detail=f"検査が止まりました: {type(error).__name__}")
            continue
        errors: list[Any] = [*report.errors, *(error for task in report.tasks for error in task.errors)]
        blank_rows = {error.row_number for error in errors if error.type == "blank-row"}
        for error in errors:
            if error.type == "blank-row" or getattr(error, "row_number", None) not in blank_rows:
                yield _explain(resource, error)


def _frictionless_table(resource: Resource) -> TableResource:
    """The cells as our reader reads them, so that frictionless opens, guesses and fetches nothing."""
    assert resource.schema is not None
    schema = frictionless.Schema.from_descriptor(dict(resource.schema))
    for field in schema.fields:
        if pattern := field.constraints.get("pattern"):
            # frictionless puts ^ and $ around it: that leaves "a|b" half open, and lets a last line break pass
            field.constraints = {**field.constraints, "pattern": rf"(?:{pattern})\Z"}
    # Said, or frictionless takes the first row that is about as wide as the others for the header.
    dialect = frictionless.Dialect.from_descriptor({"headerRows": [1]})
    return TableResource(name=resource.name, data=partial(table.raw_rows, resource), schema=schema, dialect=dialect)


def _database_problems(resource: Resource) -> Iterator[Problem]:
    """What frictionless takes and the DataStore does not, or takes for something else. The table is otherwise valid."""
    assert resource.schema is not None
    columns = table.columns(resource.schema)
    fields = resource.schema["fields"]
    names = [column.name for column in columns]
    typed = [(index, _FAULTS[column.type]) for index, column in enumerate(columns) if column.type in _FAULTS]
    key = [names.index(name) for name in table.primary_key(resource.schema)]
    seen: set[tuple[str | None, ...]] = set()
    cells = islice(table.raw_rows(resource), 1, None)
    for number, (row, values) in enumerate(zip(cells, table.typed_rows(resource), strict=True), start=2):
        for index, fault in typed:
            value = values[index]
            if value is not None and (detail := fault(row[index], value, fields[index])):
                yield problem("type", resource.path, row=number, field=names[index], value=row[index], detail=detail)
        if key:
            parts = tuple(values[index] for index in key)
            place = {"row": number, "field": ",".join(names[index] for index in key), "value": ",".join(part or "" for part in parts)}
            if None in parts or parts in seen:
                # frictionless lets a part be missing, NaN stand twice, and an hour stand with and without its offset
                yield problem("primary-key", resource.path, rule="primaryKey", **place)
            elif sum(len(part.encode()) for part in parts if part) > MOST_KEY_BYTES:
                yield problem("constraint", resource.path, rule="primaryKey", detail=f"{MOST_KEY_BYTES:,}バイトまでです", **place)
            seen.add(parts)


def _integer_fault(cell: str, value: str, field: Mapping[str, Any]) -> str:
    if len(value) > 18 and int(value) not in _INT8:
        return "64ビットの整数（number か string にしてください）"
    return _figure_fault(cell, value, field)


def _number_fault(cell: str, value: str, field: Mapping[str, Any]) -> str:
    if len(value) < MOST_DIGITS and value.lstrip("-").replace(".", "", 1).isdigit():
        return _figure_fault(cell, value, field)
    number = Decimal(value)
    if not number.is_finite():
        return "" if cell in _NOT_FINITE else "数値"
    if number.adjusted() >= MOST_DIGITS or -int(number.as_tuple().exponent) > MOST_DIGITS:
        return f"{MOST_DIGITS:,}桁までの数値"
    return _figure_fault(cell, value, field)


def _figure_fault(cell: str, value: str, field: Mapping[str, Any]) -> str:
    """Python reads blanks around a number and ``1_000``; other programs do not."""
    if cell == value:
        return ""
    if cell != cell.strip() or ("_" in cell and "_" not in (field.get("groupChar"), field.get("decimalChar"))):
        return "空白や「_」のない数"
    return _digit_fault(cell, value, field)


def _digit_fault(cell: str, value: str, field: Mapping[str, Any]) -> str:
    """Python reads full-width digits, in dates too; other programs do not."""
    return "半角の数字" if any(character.isdecimal() and not character.isascii() for character in cell) else ""


#: PostgreSQL type → what may be wrong with a cell, its value as PostgreSQL would get it, and its field.
_FAULTS: dict[str, Callable[[str, str, Mapping[str, Any]], str]] = {
    "int8": _integer_fault, "numeric": _number_fault, "int4": _figure_fault, "date": _digit_fault, "timestamp": _digit_fault,
    "time": _digit_fault,
}


def _explain(resource: Resource, error: Any) -> Problem:
    """One frictionless error as one of our problems; an unknown kind keeps frictionless's note."""
    explain = _EXPLANATIONS.get(error.type)
    if explain is not None:
        return explain(resource, error)
    return problem("unreadable", resource.path, row=getattr(error, "row_number", None), detail=error.note or error.title)


def _type(resource: Resource, error: Any) -> Problem:
    # The note reads: type is "integer/default"
    wanted: str = error.note.removeprefix('type is "').removesuffix('"')
    kind = wanted.split("/")[0]
    return _at_cell("type", resource, error, rule=f"type: {wanted}", detail=_TYPE_WORDS.get(kind, wanted))


def _constraint(resource: Resource, error: Any) -> Problem:
    # The note reads: constraint "enum" is "['x', 'y']"
    assert resource.schema is not None
    rule: str = error.note.removeprefix('constraint "').partition('" is ')[0]
    field = next(field for field in resource.schema["fields"] if field["name"] == error.field_name)
    return _at_cell("constraint", resource, error, rule=rule, detail=str(field["constraints"][rule]))


def _unique(resource: Resource, error: Any) -> Problem:
    return _at_cell("constraint", resource, error, rule="unique", detail="値が重複しています")


def _primary_key(resource: Resource, error: Any) -> Problem:
    assert resource.schema is not None
    key = table.primary_key(resource.schema)
    cells = dict(zip([field["name"] for field in resource.schema["fields"]], error.cells, strict=False))
    values = [cells.get(name, "") for name in key]
    return problem("primary-key", resource.path, row=error.row_number, field=",".join(key), value=",".join(values), rule="primaryKey")


def _foreign_key(resource: Resource, error: Any) -> Problem:
    return problem(
        "foreign-key", resource.path, row=error.row_number, field=",".join(error.field_names), rule="foreignKey",
        value=",".join(map(str, error.field_cells)),
        detail=f"{error.reference_name or resource.name}.{','.join(error.reference_field_names)}",
    )


def _extra_cell(resource: Resource, error: Any) -> Problem:
    return _at_cell("ragged-row", resource, error, rule="extra-cell", detail=f"{error.field_number}列目が余分です")


def _missing_cell(resource: Resource, error: Any) -> Problem:
    detail = f"{error.field_number}列目「{error.field_name}」がありません"
    return _at_cell("ragged-row", resource, error, rule="missing-cell", detail=detail)


def _blank_row(resource: Resource, error: Any) -> Problem:
    return problem("blank-row", resource.path, row=error.row_number)


def _at_cell(kind: str, resource: Resource, error: Any, **details: str) -> Problem:
    return problem(kind, resource.path, row=error.row_number, field=error.field_name, value=str(error.cell), **details)


_EXPLANATIONS: dict[str, Callable[[Resource, Any], Problem]] = {
    "type-error": _type,
    "constraint-error": _constraint,
    "unique-error": _unique,
    "primary-key": _primary_key,
    "foreign-key": _foreign_key,
    "extra-cell": _extra_cell,
    "missing-cell": _missing_cell,
    "blank-row": _blank_row,
}

_TYPE_WORDS = {
    "integer": "整数", "number": "数値", "boolean": "真偽値（true / false）", "date": "日付（2021-04-01 の形）",
    "datetime": "日時", "time": "時刻", "year": "西暦の年", "yearmonth": "年月（2021-04 の形）",
}


def _line_of(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def _hex(raw: bytes) -> str:
    return " ".join(f"0x{byte:02X}" for byte in raw[:4])
