"""A record as a Data Package: a folder with ``datapackage.json``, tables as CSV, other files as they came.

CSV is as the plans' packages have it: UTF-8 without BOM, LF, comma, header row. A package is written beside its place and then put there,
so that a reader sees the old one or the new one. Names come from portals, so no path is made of them before they are slugs.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from . import sniff
from .contents import Content, read_contents
from .municipalities import name_of
from .problems import PortalError, Problem, Severity, problem, register
from .record import Licence, Moment, Record, Resource

__all__ = ["File", "Written", "slug", "write_package"]

TABLES = Path(__file__).with_name("tables_of_facts")
LONGEST_SLUG = 100
#: Formats whose bytes hold a table.
_TABULAR = frozenset({"csv", "tsv", "xlsx", "xls", "ods"})
_DECLARED_TABULAR = _TABULAR | {"txt", "zip"}
_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "zip": "application/zip",
    "json": "application/json",
    "geojson": "application/geo+json",
    "xml": "application/xml",
    "html": "text/html",
    "text": "text/plain",
}

register(
    "output-not-writable",
    Severity.STOP,
    ("{place} に書き込めません（{detail}）。", "--out に書き込めるフォルダーを指定してください。"),
    ("{place} cannot be written ({detail}).", "Give a folder that can be written with --out."),
)
register(
    "file-missing",
    Severity.ERROR,
    (
        "{place} のファイル（{value}）がなく、取得できるアドレスもありません。",
        "形式やライセンスの記載だけを残しました。ファイルを応答と同じフォルダーに置くか、収集元のアドレスから読んでください。",
    ),
    (
        "The file of {place}, {value}, is not there, and there is no address to fetch it from.",
        "Only what was said of it is kept. Put the file beside the answer, or read from the portal's address.",
    ),
)


@dataclass(frozen=True)
class File:
    """A resource of a record with its bytes.

    :param body: None where they are not there; the package then names the remote address, or says that the file is missing
    :param problems: why they are not
    """

    resource: Resource
    body: bytes | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Written:
    """A package as it was written.

    :param rows: of all its tables
    :param problems: of the record, of fetching its files, and of their tables
    """

    folder: Path
    rows: int
    problems: tuple[Problem, ...]


def slug(text: str, longest: int = LONGEST_SLUG) -> str:
    """A name of ASCII letters, digits, ``-``, ``_`` and ``.`` that is safe as a file name and as a package name.

    Where something had to go, a part of the text's hash keeps different texts different.
    """
    safe = re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")
    if safe == text.lower() and 0 < len(safe) <= longest:
        return safe
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{safe[: longest - 9].rstrip('-._')}-{mark}".lstrip("-")


def write_package(record: Record, files: Sequence[File], out: Path) -> Written:
    """Write a record; an older package of the same record is replaced.

    :param files: all resources of the record
    :param out: a folder, made where it is missing; nothing is written outside of it
    :returns: where, how many rows, and all findings
    :raises PortalError: the folder cannot be written
    """
    portal = urlsplit(record.portal).netloc or record.portal
    # of a saved answer the portal may not be known
    name = slug(f"{portal}-{record.id}" if portal else record.id)
    try:
        out.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=out))
        try:
            package = _Package(beside, record.id)
            entries = [entry for file in files for entry in package.entries(file)]
            descriptor = _descriptor(name, record, entries, package.missing)
            text = json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"
            (beside / "datapackage.json").write_text(text, encoding="utf-8", errors="replace", newline="\n")
            beside.chmod(0o755)
            _put(beside, out / name)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise PortalError(problem("output-not-writable", str(out), detail=error.strerror or error)) from error
    return Written(out / name, package.rows, (*record.problems, *package.problems))


def _put(new: Path, place: Path) -> None:
    """Let a folder take the place of another, or of a link, which is removed and not followed."""
    old = new.with_name(new.name + ".old")
    if place.is_symlink() or place.is_file():
        place.unlink()
    elif place.exists():
        os.rename(place, old)
    os.rename(new, place)
    shutil.rmtree(old, ignore_errors=True)


class _Package:
    """A package while it is written.

    :param record: what findings in its files say where they are, before the file's address
    """

    def __init__(self, folder: Path, record: str) -> None:
        self.folder = folder
        self.record = record
        self.rows = 0
        self.problems: list[Problem] = []
        self.missing: list[dict[str, Any]] = []
        self._names: set[str] = set()

    def entries(self, file: File) -> Iterator[dict[str, Any]]:
        """The resources of the package that one file of the record becomes."""
        self.problems += file.problems
        resource, body = file.resource, file.body
        if body is None:
            if not resource.url:
                self._note_missing(resource, is_told=bool(file.problems))
            else:
                parts = [part for part in resource.parts if _is_web(part)]
                yield {"name": self._name(resource), "path": [resource.url, *parts] if parts else resource.url, **_said(resource)}
            return
        place = f"{self.record} / {resource.url or resource.file_name or resource.id}"
        detected = sniff.detect(body, resource.declared_format, resource.file_name or resource.url)
        contents: tuple[Content, ...] = ()
        try:
            contents = read_contents(resource, body, place)
        except PortalError as error:
            if detected in _TABULAR or resource.declared_format in _DECLARED_TABULAR or detected in ("empty", "binary"):
                self.problems += error.problems
        for content in contents:
            yield self._table(resource, content, detected)
        if not contents or detected == "zip":
            yield self._original(resource, body, detected)

    def _note_missing(self, resource: Resource, is_told: bool) -> None:
        """A file that is neither here nor at an address: no path can be given for it, so it stands beside the package's resources."""
        self.missing.append({
            "name": self._name(resource),
            **{key: said for key, said in (("pathStated", resource.path), ("mediatype", resource.media_type)) if said},
            **_said(resource),
        })
        if not is_told:
            named = resource.path or resource.file_name or resource.title
            self.problems.append(problem("file-missing", resource.id, value=named))

    def _table(self, resource: Resource, content: Content, detected: str) -> dict[str, Any]:
        table = content.table
        self.problems += table.problems
        name = self._name(resource, table.name if detected == "zip" else "")
        path = self.folder / "data" / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        self.rows += _write_csv(path, table.columns, table.rows)
        entry = {
            "name": name,
            "path": f"data/{name}.csv",
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            **_sums(path),
            "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "skipInitialSpace": False},
            "schema": content.schema,
            **_said(resource),
            "detectedFormat": detected if detected == "zip" else table.format,
            "rows": len(table.rows),
        }
        original: dict[str, Any] = {
            "encoding": table.encoding, "delimiter": table.delimiter, "name": table.name, "header": table.header
        }
        if resource.described:
            original |= {"dialect": dict(resource.described.dialect), "schema": dict(resource.described.schema)}
        entry["original"] = {key: value for key, value in original.items() if value}
        if table.skipped:
            entry["original"]["rowsAboveHeader"] = [
                {"line": one.line, "cells": list(one.cells), "reason": one.reason} for one in table.skipped
            ]
        if content.linkdata:
            entry["original"]["linkdata"] = {
                name: [list(line) for line in lines] for name, lines in content.linkdata.headers.items() if any(lines)
            }
        if table.problems:
            entry["problems"] = [str(found) for found in table.problems]
        return entry

    def _original(self, resource: Resource, body: bytes, detected: str) -> dict[str, Any]:
        name = self._name(resource)
        suffix = detected if detected not in ("text", "binary", "empty") else slug(resource.declared_format, 12) or "bin"
        path = self.folder / "files" / f"{name}.{suffix}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(body)
        kind = {"mediatype": _MEDIA_TYPES[detected]} if detected in _MEDIA_TYPES else {}
        return {
            "name": name,
            "path": f"files/{path.name}",
            "format": suffix,
            **kind,
            **_sums(path),
            **_said(resource),
            "detectedFormat": detected,
        }

    def _name(self, resource: Resource, member: str = "") -> str:
        """A name that no other resource of the package has."""
        wanted = slug(resource.id or resource.title or "resource", 60) or "resource"
        if member:
            wanted = f"{wanted}-{slug(member.rpartition('.')[0] or member, 60)}"
        name, number = wanted, 2
        while name in self._names:
            name, number = f"{wanted}-{number}", number + 1
        self._names.add(name)
        return name


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write rows; a cell is quoted where RFC 4180 wants it, also for a lone CR, which Python's ``csv`` forgets."""
    count = 0
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        file.write(_csv_line(columns))
        for row in rows:
            file.write(_csv_line(row))
            count += 1
    return count


_TO_BE_QUOTED = re.compile(r'[",\r\n]|^[ \t]|[ \t]$')


def _csv_line(cells: Sequence[str]) -> str:
    if len(cells) == 1 and not cells[0]:
        return '""\n'
    return ",".join('"' + cell.replace('"', '""') + '"' if _TO_BE_QUOTED.search(cell) else cell for cell in cells) + "\n"


def _sums(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "hash": f"sha256:{digest}"}


def _said(resource: Resource) -> dict[str, Any]:
    """What the portal says of a resource."""
    said = {
        "title": resource.title or resource.id,
        "description": resource.description,
        "declaredFormat": resource.declared_format,
        "sources": _sources(
            (resource.title, resource.page), (resource.file_name, resource.url), *(("", hop) for hop in (*resource.parts, *resource.via))
        ),
        "licenses": _licenses(resource.licence),
        "licenseStated": list(resource.licence.stated),
        "licenseConflict": list(resource.licence.conflict),
        "created": _moment(resource.created),
        "modified": _moment(resource.modified),
        "originalId": resource.id,
    }
    return {name: value for name, value in said.items() if value}


def _descriptor(name: str, record: Record, entries: list[dict[str, Any]], missing: list[dict[str, Any]]) -> dict[str, Any]:
    publisher = record.publisher
    contributor = {
        "title": publisher.name or name_of(publisher.code),
        "role": "publisher",
        "municipalityCode": publisher.code,
        "municipality": name_of(publisher.code),
        "foundBy": publisher.found_by,
    }
    said: dict[str, Any] = {
        "name": name,
        "title": record.title,
        "description": record.notes,
        "homepage": record.landing_page if _is_web(record.landing_page) else "",
        "portal": record.portal,
        "originalId": record.id,
        "created": _moment(record.created),
        "modified": _moment(record.modified),
        "createdStated": record.created.text if record.created else "",
        "modifiedStated": record.modified.text if record.modified else "",
        "keywords": [tag for tag in (*record.tags, *record.groups) if tag],
        "frequencyStated": record.frequency,
        "temporal": {name: day for name, day in zip(("start", "end"), record.period, strict=True) if day},
        "licenses": _licenses(record.licence),
        "licenseStated": list(record.licence.stated),
        "licenseConflict": list(record.licence.conflict),
        "sources": _sources((record.title, record.landing_page or record.portal)),
        "contributors": [
            *([{key: value for key, value in contributor.items() if value}] if contributor["title"] else []),
            *([{"title": record.author, "role": "author"}] if record.author else []),
        ],
        "extras": dict(record.extras),
        "problems": [str(found) for found in record.problems],
        "missingResources": missing,
    }
    return {"profile": "data-package", **{key: value for key, value in said.items() if value}, "resources": entries}


def _moment(moment: Moment | None) -> str:
    return moment.at.strftime("%Y-%m-%dT%H:%M:%SZ") if moment and moment.at else ""


def _is_web(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _sources(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    met: dict[str, str] = {}
    for title, address in pairs:
        if _is_web(address):
            met.setdefault(address, title or address)
    return [{"title": title, "path": address} for address, title in met.items()]


def _licenses(licence: Licence) -> list[dict[str, str]]:
    """The licence, only where it is known; what was stated stands beside."""
    if licence.id is None:
        return []
    row = _licence_rows().get(licence.id, {})
    known = {"name": licence.id, "title": row.get("title", ""), "path": row.get("url", "")}
    return [{name: value for name, value in known.items() if value}]


@cache
def _licence_rows() -> dict[str, dict[str, str]]:
    with (TABLES / "licenses.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}
