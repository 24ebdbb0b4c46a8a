"""What is offered for download beside the faithful CSV: an edition for spreadsheets, and the published descriptor."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping
from typing import Any

from . import table
from .package import Package, Resource

__all__ = ["published_descriptor", "schema_json", "spreadsheet_csv"]

#: A cell that a spreadsheet would run as a formula. A lone sign, and a number with a sign, is left as it is.
_FORMULA = re.compile(r"[=+\-@\t\r].*", re.DOTALL)
_HARMLESS = re.compile(r"[+\-]?[\d.,]*|-+")


def spreadsheet_csv(resource: Resource) -> bytes:
    """The table for a double click in a spreadsheet program: UTF-8 with BOM, CRLF.

    Cells are those of the faithful file, but one that the program would run as a formula gets a ``'`` in front.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in table.raw_rows(resource):
        writer.writerow([_disarmed(cell) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


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


def _disarmed(cell: str) -> str:
    if _FORMULA.fullmatch(cell) and not _HARMLESS.fullmatch(cell):
        return f"'{cell}"
    return cell


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
