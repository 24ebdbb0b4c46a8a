"""Tables of a package as rows of cells, and as columns that a database can hold.

Types: Table Schema v1. A checked cell is handed on as the text that PostgreSQL reads for the column's type, a missing value as
None. Values of string fields pass unchanged, to the letter. A time with an offset is handed on in UTC, because the DataStore's
``timestamp`` and ``time`` know no offset.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import frictionless

from .package import DESCRIPTOR, Resource
from .problems import Problem, problem

__all__ = [
    "CELL_CHARACTERS", "Column", "columns", "csv_options", "dialect_problems", "header", "primary_key", "raw_rows", "row_count", "typed_rows",
]

#: The longest cell that is accepted, in characters.
CELL_CHARACTERS = 1_000_000

#: Table Schema type → PostgreSQL type, as the DataStore API names it. What is not here stays text.
POSTGRES_TYPES = {
    "integer": "int8", "number": "numeric", "boolean": "bool", "date": "date", "datetime": "timestamp",
    "time": "time", "year": "int4",
}

#: What a dialect may say: the files that are read alike by everybody.
_DIALECT: dict[str, tuple[Any, ...]] = {
    "delimiter": (",", ";", "\t", "|"), "quoteChar": ('"', "'"), "doubleQuote": (True,), "skipInitialSpace": (False,),
    "header": (True,), "caseSensitiveHeader": (True, False), "lineTerminator": ("\r\n", "\n", "\r"),
    "csvddfVersion": ("1.2", 1.2, "1.0", 1.0),
}

#: Python's csv module keeps this per process; frictionless sets it too.
csv.field_size_limit(2**31 - 1)

Converter = Callable[[str], "str | None"]


@dataclass(frozen=True)
class Column:
    """One field of a Table Schema, as the DataStore knows it.

    :param type: PostgreSQL type, as in ``datastore_create``
    :param title: Japanese heading; the name where the schema gives none
    :param unit: of the values, empty where they have none
    :param title_en: as ``description_en`` and ``unit_en``, empty where the schema gives none
    """

    name: str
    type: str
    title: str
    title_en: str = ""
    description: str = ""
    description_en: str = ""
    unit: str = ""
    unit_en: str = ""


def columns(schema: Mapping[str, Any]) -> tuple[Column, ...]:
    """The columns of a Table Schema, in order."""
    return tuple(
        Column(
            name=field["name"],
            type=POSTGRES_TYPES.get(field.get("type", "string"), "text"),
            title=field.get("title") or field["name"],
            title_en=field.get("title_en", ""),
            description=field.get("description", ""),
            description_en=field.get("description_en", ""),
            unit=field.get("unit", ""),
            unit_en=field.get("unit_en", ""),
        )
        for field in schema["fields"]
    )


def primary_key(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the key's fields; empty where the schema has none."""
    key = schema.get("primaryKey") or ()
    return (key,) if isinstance(key, str) else tuple(key)


def dialect_problems(resource: Resource) -> Iterator[Problem]:
    """What the dialect says that our reader would not follow."""
    dialect = resource.descriptor.get("dialect", {})
    if not isinstance(dialect, dict):
        yield problem("descriptor", DESCRIPTOR, detail=f"{resource.name}/dialect がオブジェクトではありません")
        return
    for name, value in dialect.items():
        if name not in _DIALECT:
            yield problem("descriptor", DESCRIPTOR, detail=f"{resource.name}/dialect/{name} は使えません")
        elif value not in _DIALECT[name]:
            allowed = ", ".join(map(repr, _DIALECT[name]))
            yield problem("descriptor", DESCRIPTOR, detail=f"{resource.name}/dialect/{name} は次のどれかです: {allowed}")


def csv_options(resource: Resource) -> dict[str, Any]:
    """How Python's csv module reads the file; nothing is sniffed."""
    dialect = resource.descriptor.get("dialect") or {}
    tab = "tsv" in (resource.descriptor.get("format", "").lower(), resource.file.suffix[1:].lower())
    return {
        "delimiter": dialect.get("delimiter", "\t" if tab else ","),
        "quotechar": dialect.get("quoteChar", '"'),
        "strict": True,
    }


def raw_rows(resource: Resource) -> Iterator[list[str]]:
    """Every row of the file as cells, the header first.

    :raises UnicodeDecodeError: not UTF-8
    :raises csv.Error: quotes that do not fit
    """
    text = io.TextIOWrapper(io.BytesIO(resource.content), encoding="utf-8-sig", newline="")
    return csv.reader(text, **csv_options(resource))


def header(resource: Resource) -> list[str]:
    """The first row; empty where the file is empty."""
    return next(raw_rows(resource), [])


def row_count(resource: Resource) -> int:
    """Number of rows below the header."""
    return max(sum(1 for _ in raw_rows(resource)) - 1, 0)


def typed_rows(resource: Resource) -> Iterator[list[str | None]]:
    """The rows below the header, each cell as PostgreSQL reads it for its column, missing values as None.

    The table must have been found valid.
    """
    assert resource.schema is not None
    converters = _converters(resource.schema)
    rows = raw_rows(resource)
    next(rows, None)
    for row in rows:
        yield [convert(cell) for convert, cell in zip(converters, row, strict=True)]


def _converters(descriptor: Mapping[str, Any]) -> Sequence[Converter]:
    schema = frictionless.Schema.from_descriptor(dict(descriptor))
    return [_converter(field, schema) for field in schema.fields]


def _converter(field: frictionless.Field, schema: frictionless.Schema) -> Converter:
    missing = frozenset(field.missing_values if field.has_defined("missing_values") else schema.missing_values)
    if field.type not in POSTGRES_TYPES:
        return lambda cell: None if cell in missing else cell
    read = field.create_cell_reader()
    known: dict[str, str | None] = {}

    def convert(cell: str) -> str | None:
        if cell not in known:
            if len(known) > 10_000:
                known.clear()
            value = None if cell in missing else read(cell)[0]
            known[cell] = None if value is None else _as_postgres_reads(value)
        return known[cell]

    return convert


def _as_postgres_reads(value: Any) -> str:
    if isinstance(value, datetime):
        return _in_utc(value).isoformat()
    if isinstance(value, time):
        return _in_utc(datetime.combine(date(2000, 1, 1), value)).time().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _in_utc(value: datetime) -> datetime:
    """Without an offset; one that has none stays as it is."""
    if value.utcoffset() is None:
        return value.replace(tzinfo=None)
    try:
        return value.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:  # the first and the last day of the calendar mean "always", not an hour
        return value.replace(tzinfo=None)
