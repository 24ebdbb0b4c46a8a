"""Checks a package whole, before anything is written: files, schemas, keys, constraints, foreign keys.

The verdicts are frictionless's. In front of it stand checks for what it does not see (it calls an HTML page a valid table of one
column, and guesses encodings and dialects): encoding, file kind, cell size, and names that the DataStore cannot hold.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from typing import Any

import frictionless

from . import metadata, table
from .package import DESCRIPTOR, Package, Resource
from .problems import Problem, problem, raise_if_any

__all__ = ["MOST_PROBLEMS", "validate"]

#: At most so many problems are listed for one file.
MOST_PROBLEMS = 1000

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


def validate(package: Package) -> None:
    """Check everything that can be checked without the catalogue.

    :raises PackageInvalid: with every problem found (at most ``MOST_PROBLEMS`` a file)
    """
    raise_if_any(metadata.problems(package.descriptor))
    raise_if_any(found for resource in package.tables for found in _file_problems(resource))
    raise_if_any(found for resource in package.tables for found in _header_problems(resource))
    raise_if_any(_table_problems(package))


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
        yield problem("encoding", file, row=_line_of(content, error.start), detail=_hex(content[error.start : error.end]))
        return
    if found := _CONTROL.search(content):
        yield problem("control-character", file, row=_line_of(content, found.start()), detail=_hex(found.group()))
        return
    try:
        for number, row in enumerate(table.raw_rows(resource), start=1):
            if row and max(map(len, row)) > table.CELL_CHARACTERS:
                yield problem("cell-too-large", file, row=number, detail=f"{table.CELL_CHARACTERS:,}")
                return
    except csv.Error as error:
        yield problem("unreadable", file, detail=str(error))


def _header_problems(resource: Resource) -> Iterator[Problem]:
    """Headings against the schema, and column names against what PostgreSQL can hold (63 bytes, not characters)."""
    assert resource.schema is not None
    expected = [field["name"] for field in resource.schema["fields"]]
    for name in expected:
        if reason := _unusable(name):
            yield problem("column-name", resource.path, value=name, detail=reason)
    if len({name.lower() for name in expected}) < len(expected):
        yield problem("column-name", resource.path, value=",".join(expected), detail="同じ名前が2つあります")
    found = table.header(resource)
    if found != expected:
        at = next((i for i, (a, b) in enumerate(zip(found, expected)) if a != b), min(len(found), len(expected)))
        yield problem(
            "header", resource.path, row=1, value=found[at] if at < len(found) else "",
            detail=f"{at + 1}列目は {expected[at]!r} のはずです" if at < len(expected) else "余分な列です",
        )
    for name in table.primary_key(resource.schema):
        if name not in expected:
            yield problem("descriptor", resource.schema_path or DESCRIPTOR, detail=f"primaryKey の {name!r} という列はありません")


def _unusable(name: str) -> str:
    if not name or name != name.strip():
        return "空、または前後に空白があります"
    if len(name.encode()) > 63:
        return f"{len(name.encode())}バイトあります"
    if name.startswith("_") or '"' in name or any(ord(character) < 32 for character in name):
        return "先頭の「_」、引用符、制御文字は使えません"
    return ""


def _table_problems(package: Package) -> Iterator[Problem]:
    """frictionless's verdict on types, constraints and keys, in our words."""
    report = _frictionless_package(package).validate(limit_errors=MOST_PROBLEMS)
    tables = {resource.name: resource for resource in package.tables}
    for error in report.errors:
        yield problem("descriptor", DESCRIPTOR, detail=error.note)
    for task in report.tasks:
        for error in task.errors:
            yield _explain(tables[task.name], error)
    if report.valid:
        for resource in package.tables:
            yield from _integer_problems(resource)


def _frictionless_package(package: Package) -> frictionless.Package:
    """The tables only, schemas inlined and the dialect said, so that nothing is guessed or fetched."""
    entries: list[dict[str, Any]] = []
    for resource in package.tables:
        options = table.csv_options(resource)
        dialect = {"delimiter": options["delimiter"], "quoteChar": options["quotechar"], "doubleQuote": True,
                   "skipInitialSpace": False, "lineTerminator": "\n"}
        entries.append({
            "name": resource.name, "type": "table", "path": resource.path, "scheme": "file", "format": "csv",
            "encoding": "utf-8-sig" if resource.content.startswith(b"\xef\xbb\xbf") else "utf-8",
            "dialect": {"csv": dialect}, "schema": dict(resource.schema or {}),
        })
    return frictionless.Package.from_descriptor({"name": package.name, "resources": entries}, basepath=str(package.folder))


def _integer_problems(resource: Resource) -> Iterator[Problem]:
    assert resource.schema is not None
    wanted = [index for index, column in enumerate(table.columns(resource.schema)) if column.type == "int8"]
    if not wanted:
        return
    for number, row in enumerate(table.typed_rows(resource), start=2):
        for index in wanted:
            cell = row[index]
            if cell is not None and len(cell) > 18 and int(cell) not in _INT8:
                name = resource.schema["fields"][index]["name"]
                yield problem("type", resource.path, row=number, field=name, value=cell, detail="64ビットの整数（number か string にしてください）")


def _explain(resource: Resource, error: Any) -> Problem:
    """One frictionless error as one of our problems; an unknown kind keeps frictionless's note."""
    explain = _EXPLANATIONS.get(error.type)
    if explain is not None:
        return explain(resource, error)
    return problem("unreadable", resource.path, row=getattr(error, "row_number", None), detail=error.note or error.title)


def _type(resource: Resource, error: Any) -> Problem:
    # The note reads: type is "integer/default"
    wanted = error.note.removeprefix('type is "').removesuffix('"')
    kind = wanted.split("/")[0]
    return _at_cell("type", resource, error, rule=f"type: {wanted}", detail=_TYPE_WORDS.get(kind, wanted))


def _constraint(resource: Resource, error: Any) -> Problem:
    # The note reads: constraint "enum" is "['x', 'y']"
    rule, _, wanted = error.note.removeprefix('constraint "').partition('" is ')
    return _at_cell("constraint", resource, error, rule=rule, detail=wanted.strip('"'))


def _unique(resource: Resource, error: Any) -> Problem:
    return _at_cell("constraint", resource, error, rule="unique", detail="値が重複しています")


def _primary_key(resource: Resource, error: Any) -> Problem:
    assert resource.schema is not None
    key = table.primary_key(resource.schema)
    names = [field["name"] for field in resource.schema["fields"]]
    values = [str(error.cells[names.index(name)]) for name in key]
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
    return _at_cell("ragged-row", resource, error, rule="missing-cell", detail=f"{error.field_number}列目「{error.field_name}」がありません")


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
