"""What is offered for download beside the faithful CSV: an edition for spreadsheets, JSON, and the published descriptor."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from . import table
from .package import Package, Resource

__all__ = ["disarmed", "json_rows", "published_descriptor", "schema_json", "spreadsheet_csv"]

#: A cell that a spreadsheet would run as a formula (OWASP, "CSV Injection"): full-width signs count, as Japanese input methods type
#: them, and blanks in front do not help. Dashes alone, and a number with a sign, are left as they are.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠].*|[\t\r\n].*", re.DOTALL)
_HARMLESS = re.compile(r"[+\-＋－]?[\d.,，．]*(?:[eE][+\-]?\d+)?[%％]?|[\-－]+")

#: PostgreSQL type → JSON for a cell as PostgreSQL reads it. Numbers stand to the digit; NaN and Infinity, which JSON has not, in quotes.
_JSON_TEXTS: dict[str, Callable[[str], str]] = {
    "int8": str, "int4": str, "numeric": lambda cell: cell if cell[-1].isdigit() else f'"{cell}"', "bool": str.lower,
}


def spreadsheet_csv(resource: Resource) -> bytes:
    """The table for a double click in a spreadsheet program: UTF-8 with BOM, CRLF.

    Cells are those of the faithful file, but one that the program would run as a formula gets a ``'`` in front. Commas stand between
    them whatever the faithful file has.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in table.raw_rows(resource):
        writer.writerow([disarmed(cell) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def json_rows(resource: Resource) -> bytes:
    """The table as a JSON array of objects, one line each; numbers are numbers, a missing value is null."""
    assert resource.schema is not None
    members = [(_json_text(column.name), _JSON_TEXTS.get(column.type, _json_text)) for column in table.columns(resource.schema)]
    lines = [
        "{" + ", ".join(f"{name}: {'null' if cell is None else text(cell)}" for (name, text), cell in zip(members, row, strict=True)) + "}"
        for row in table.typed_rows(resource)
    ]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode("utf-8")


def schema_json(schema: Mapping[str, Any]) -> bytes:
    """A Table Schema as a file."""
    return _json(schema)


def published_descriptor(package: Package) -> bytes:
    """``datapackage.json`` as published: the package's own, with bytes, hash and dialect of each table said.

    Schemas are inlined, so that one file tells all. Paths stay relative: the files lie beside it.
    """
    resources = [_published_resource(resource) for resource in package.resources]
    return _json({**package.descriptor, "resources": resources})


def _published_resource(resource: Resource) -> dict[str, Any]:
    entry = {
        **resource.descriptor,
        "bytes": len(resource.content),
        "hash": f"sha256:{hashlib.sha256(resource.content).hexdigest()}",
    }
    if resource.schema is not None:
        options = table.csv_options(resource)
        entry["schema"] = resource.schema
        entry["dialect"] = {"delimiter": options["delimiter"], "quoteChar": options["quotechar"], "doubleQuote": True,
                            "skipInitialSpace": False, "header": True, "caseSensitiveHeader": False}
    return entry


def disarmed(cell: str) -> str:
    """A cell for spreadsheet programs: what they would run as a formula gets a ``'`` in front."""
    if _FORMULA.fullmatch(cell) and not _HARMLESS.fullmatch(cell):
        return f"'{cell}"
    return cell


def _json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
