"""The files of a record: which of them are tables, and those into the DataStore by the loader that publishes plans."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from miyagi_harvesters import sniff
from miyagi_harvesters.contents import Content, pieces_of, read_contents
from miyagi_harvesters.described import joined_parts
from miyagi_harvesters.fetching import Answer, Fetcher
from miyagi_harvesters.problems import PortalError, Problem
from miyagi_harvesters.record import Record, Resource

from .. import config
from ..catalogue import tables
from ..packages.table import POSTGRES_TYPES, Column
from . import identity
from .sources import Source

__all__ = ["Files", "Found"]

#: Formats whose files may hold a table. A format that is not stated may too.
_TABULAR = frozenset(("", "csv", "tsv", "txt", "text", "xls", "xlsx", "ods", "zip"))
#: PostgreSQL cuts longer names, so that two may become one.
_LONGEST_COLUMN = 63
_NOT_IN_COLUMNS = re.compile(r'["%\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]')
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"


@dataclass
class Found:
    """What reading the files of a record gave."""

    problems: list[Problem] = field(default_factory=list)
    tables: int = 0
    rows: int = 0


class Files:
    """Reads the files of one source's records."""

    def __init__(self, fetcher: Fetcher, source: Source) -> None:
        self._fetcher = fetcher
        self._source = source
        self._largest = config.largest_table()

    def read(self, record: Record, held: Mapping[str, Answer], dataset_id: str, before: Mapping[str, Any]) -> tuple[dict[str, Any], Found]:
        """Read every file that may be a table, where it changed.

        :param held: the files that came with the record (``Reader.bodies_in``)
        :param before: what this gave last time
        :returns: resource id at the portal → ``{"fields": of the CKAN resource, "validators": …}``; and what was noticed
        """
        found, result = Found(), {}
        for resource in record.resources:
            kept = dict(before.get(resource.id) or {"fields": {}})
            if (resource.url or resource.id in held) and self._source.files != "never" and _may_be_table(resource):
                try:
                    kept = self._read(resource, held.get(resource.id), dataset_id, kept, found)
                except PortalError as error:
                    if error.stops_run:
                        raise
                    found.problems += error.problems
            result[resource.id] = kept
        return result, found

    @staticmethod
    def drop(files: Mapping[str, Any]) -> None:
        """Remove the tables that ``read`` loaded, of a record that makes no dataset."""
        for entry in files.values():
            if entry["fields"].get("datastore_active"):
                tables.drop(entry["fields"]["id"])

    def _read(self, resource: Resource, held: Answer | None, dataset_id: str, kept: dict[str, Any], found: Found) -> dict[str, Any]:
        body, validators = self._joined(resource, found) if resource.parts else self._body(resource, held, kept)
        if body is None:
            return kept
        sha256 = hashlib.sha256(body).hexdigest()
        fields = kept["fields"]
        if fields.get("hash") == sha256 and tables.fingerprints([fields["id"]]):
            return {**kept, "validators": validators}
        id = fields.get("id") or identity.resource_id(dataset_id, resource.id)
        fields = {
            "id": id, "hash": sha256, "hash_algorithm": _SHA256, "size": len(body),
            "detected_format": sniff.detect(body, resource.declared_format, resource.file_name or _tail(resource.url)),
        }
        content = self._content(resource, body, found)
        if content is None:
            tables.drop(id)
            return {"fields": {**fields, "datastore_active": False}, "validators": validators}
        table = content.table
        fields |= {"datastore_active": True, "encoding": table.encoding, "row_count": table.rows.count}
        columns = _columns(content.schema["fields"], table.printed)
        missing = _missing(content.schema)
        rows = ([None if cell in signs else _cell(cell) for cell, signs in zip(row, missing, strict=True)] for row in table.rows)
        found.rows += tables.load(id, columns, (), rows, tables.fingerprint(columns, (), sha256))
        found.tables += 1
        return {"fields": fields, "validators": validators}

    def _body(self, resource: Resource, held: Answer | None, kept: Mapping[str, Any]) -> tuple[bytes | None, dict[str, str]]:
        """The file's bytes; None where it did not change."""
        if held is not None:
            return held.body, {}
        answer = self._fetcher.get(resource.url, validators=kept.get("validators") or None, largest=self._largest)
        return (None, kept["validators"]) if answer.not_modified else (answer.body, answer.validators)

    def _joined(self, resource: Resource, found: Found) -> tuple[bytes, dict[str, str]]:
        """The bytes of a table in several files."""
        bodies = [self._fetcher.get(piece.url, largest=self._largest).body for piece in pieces_of(resource) if piece.url]
        body, problems = joined_parts(resource, bodies, resource.url)
        found.problems += problems
        return body, {}

    def _content(self, resource: Resource, body: bytes, found: Found) -> Content | None:
        """The first table in a file; what is no table stays a file with an address."""
        try:
            read = read_contents(resource, body, resource.url)
        except PortalError as error:
            found.problems += error.problems
            return None
        if not read:
            return None
        found.problems += read[0].table.problems
        return read[0]


def _may_be_table(resource: Resource) -> bool:
    return resource.declared_format.lower().lstrip(".") in _TABULAR or PurePosixPath(_tail(resource.url)).suffix.lower().lstrip(".") in _TABULAR - {""}


def _tail(url: str) -> str:
    return unquote(urlsplit(url).path).rsplit("/", 1)[-1]


def _columns(fields: Iterable[Mapping[str, Any]], printed: Sequence[str]) -> tuple[Column, ...]:
    """The table's columns under names that PostgreSQL and CKAN take; the printed heading is the title."""
    names = _names([field["name"] for field in fields])
    return tuple(
        Column(name, POSTGRES_TYPES.get(described["type"], "text"), heading or described["name"], description=described.get("description", ""))
        for name, described, heading in zip(names, fields, [*printed, *[""] * len(names)], strict=False)
    )


def _names(names: Sequence[str]) -> list[str]:
    """Each once, at most 63 bytes, nothing that the DataStore refuses; a name that is fine stays."""
    taken: set[str] = set()
    result = []
    for place, printed in enumerate(names, start=1):
        name = _NOT_IN_COLUMNS.sub(" ", printed).strip().lstrip("_").strip() or f"column_{place}"
        if len(name.encode()) > _LONGEST_COLUMN or name in taken:
            short = name.encode()[: _LONGEST_COLUMN - 6].decode("utf-8", "ignore").strip()
            name = f"{short}_{place}"
        taken.add(name)
        result.append(name)
    return result


def _missing(schema: Mapping[str, Any]) -> list[frozenset[str]]:
    """The texts that stand for no value in each column; in a column of texts they stay what is printed."""
    return [
        frozenset(field.get("missingValues") or schema.get("missingValues", ())) if field["type"] in POSTGRES_TYPES else frozenset()
        for field in schema["fields"]
    ]


def _cell(cell: str) -> str | None:
    """A cell as the loader takes it: control characters, which PostgreSQL or the loader's own marks do not bear, become a visible sign."""
    return _CONTROL.sub("\ufffd", cell) or None
