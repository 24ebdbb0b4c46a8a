"""Data Packages that a municipality publishes as such: one descriptor, or a list of their addresses.

Source: the Data Package specification (frictionless). Identity is the descriptor's address: its name need not be given, or be the only one.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from . import licences, listings, municipalities, shapes, sniff
from .described import describe
from .fetching import Answer
from .mapping import COMMON_OPTIONS, Mapper, canonical_portal
from .pages_html import joined
from .problems import PortalError, Problem, Severity, problem, register
from .reader import Document, Entry, Listing, Reader, kind
from .record import Described, Licence, Record, Resource
from .shapes import first_text, mappings, text

__all__ = ["DataPackage"]

DESCRIPTOR = "datapackage.json"
#: Keys under which a list of packages stands.
LISTS = ("packages", "datapackages", "datasets")
MOST_PACKAGES = 5000
#: Formats whose files can be put one behind the other.
_TEXT_TABLES = frozenset({"csv", "tsv", "tab", "txt"})

register(
    "path-refused",
    Severity.WARNING,
    (
        "{place} の資源のパス「{value}」は使えません（{detail}）。",
        "datapackage.jsonのパスは、その場所からの相対パスかhttp(s)のアドレスにしてください。",
    ),
    (
        "The path {value} of a resource of {place} cannot be used ({detail}).",
        "A path is relative to the descriptor, or an http(s) address.",
    ),
)


@kind
class DataPackage(Reader):
    """Packages at one address."""

    kind = "datapackage"
    title = "Data Package"
    title_en = "Data Package"
    options_allowed = COMMON_OPTIONS
    paths_are_exact = True

    @cached_property
    def portal(self) -> str:
        parts = urlsplit(self.target)
        return canonical_portal(f"{parts.scheme}://{parts.netloc}/") if parts.scheme in ("http", "https") else ""

    @property
    def _address(self) -> str:
        """The descriptor's address; that of a folder is its descriptor's."""
        path = urlsplit(self.target).path
        return self.target if path.rsplit("/", 1)[-1].endswith(".json") else f"{self.target.rstrip('/')}/{DESCRIPTOR}"

    def listing(self, validators: Mapping[str, str] | None = None) -> Listing:
        answer = self.fetcher.get(self._address, validators=validators)
        if answer.not_modified:
            return Listing(unchanged=True, validators=dict(validators or {}))
        said = shapes.json_of(answer)
        if _is_descriptor(said):
            document = Document(answer.url, (answer,))
            return Listing((Entry(answer.url, answer.url, _title(said), document),), True, validators=answer.validators)
        given = _listed(said)
        if given is None:
            raise PortalError(
                problem("unexpected-shape", answer.url, detail="datapackage.jsonではありません / no descriptor and no list of them")
            )
        entries: dict[str, Entry] = {}
        problems: list[Problem] = []
        for number, one in enumerate(given[:MOST_PACKAGES], 1):
            entry = self._entry(one, number, answer)
            if entry is None:
                problems.append(problem("list-entry-without-id", answer.url, detail=1))
            elif entry.id in entries:
                problems.append(problem("listed-twice", answer.url, value=entry.id))
            else:
                entries[entry.id] = entry
        if len(given) > MOST_PACKAGES:
            problems.append(problem("list-cut", answer.url, detail=MOST_PACKAGES))
        # Addresses alone say nothing of what stands there: the list's validators speak for it only where it brings the descriptors.
        own = answer.validators if all(entry.document for entry in entries.values()) else {}
        return listings.judged(answer.url, entries.values(), problems, None, own, round_is_doubtful=False)

    def fetch(self, entry: Entry) -> Document:
        if entry.document is not None:
            return entry.document
        answer = self.fetcher.get(entry.url or entry.id)
        if not _is_descriptor(shapes.json_of(answer)):
            raise PortalError(problem("unexpected-shape", answer.url, detail="datapackage.jsonではありません / no descriptor"))
        return Document(entry.id, (answer,))

    def map(self, document: Document) -> Record:
        answer = document.parts[0]
        said = shapes.json_of(answer)
        if not _is_descriptor(said):
            raise PortalError(problem("unexpected-shape", answer.url, detail="datapackage.jsonではありません / no descriptor"))
        mapper = Mapper(document.id, self.options, self.portal)
        base = answer.final_url if shapes.web_address(answer.final_url) else ""
        licence = self._licence(mapper, said, document.id)
        licence = licence if licence.stated else mapper.licence_of_site()
        resources = tuple(self._resources(mapper, said, base, licence))
        title = _title(said)
        named, code, author = _people(said)
        temporal = said.get("temporal")
        temporal = temporal if isinstance(temporal, dict) else {}
        return Record(
            portal=self.portal,
            id=document.id,
            title=title,
            notes=first_text(said, "description"),
            publisher=mapper.publisher(
                name=named, identifier=municipalities.normalise(code) or "", title=title, record=first_text(said, "name"), urls=[base]
            ),
            author=author,
            landing_page=shapes.web_address(said.get("homepage")) or base,
            created=mapper.moment(said.get("created")),
            modified=mapper.moment(said.get("modified") or said.get("last_modified")),
            frequency=first_text(said, "accrual_periodicity", "frequency"),
            period=(first_text(temporal, "start"), first_text(temporal, "end")),
            tags=shapes.labels(said.get("keywords"), "name"),
            groups=shapes.labels(said.get("groups"), "title", "name"),
            licence=licence if licence.stated else licences.common(one.licence for one in resources),
            resources=resources,
            extras=_also_said(said),
            problems=tuple(mapper.problems),
        )

    def documents_in(self, name: str, body: bytes) -> Iterator[Document]:
        if not shapes.looks_like_json(body):
            return
        answer = Answer(name, name, 200, {}, body)
        said = shapes.json_of(answer)
        if _is_descriptor(said):
            yield Document(first_text(said, "id", "name") or name, (answer,))
            return
        for number, one in enumerate(_listed(said) or [], 1):
            if _is_descriptor(one):
                yield Document(
                    first_text(one, "id", "name") or f"{name}#{number}", (Answer(name, name, 200, {}, json.dumps(one).encode()),)
                )

    def entries_in(self, name: str, body: bytes) -> tuple[Entry, ...] | None:
        said = shapes.json_of(Answer(name, name, 200, {}, body)) if shapes.looks_like_json(body) else None
        given = None if _is_descriptor(said) else _listed(said)
        hrefs = [(href, one) for one in given or () if not _is_descriptor(one) and (href := _href_of(one))]
        # any other list, a record's own data for one, names no descriptors
        if not hrefs or not all(href.endswith((".json", "/")) for href, _one in hrefs):
            return None
        return tuple(
            Entry(address if shapes.web_address(address) else str(PurePosixPath(name).parent / address), address, _title_of(one))
            for href, one in hrefs
            if (address := href if href.endswith(".json") else f"{href}{DESCRIPTOR}")
        )

    def ids_in(self, document: Document) -> frozenset[str]:
        return super().ids_in(document) | {document.parts[0].url}

    def has_own_id(self, document: Document) -> bool:
        """Never: a saved descriptor's address is not known, and its name need not be the only one."""
        return False

    def _entry(self, one: Any, number: int, answer: Answer) -> Entry | None:
        """One item of a list: an address, an object with one, or a descriptor itself."""
        if _is_descriptor(one):
            identifier = f"{answer.url}#{first_text(one, 'id', 'name') or number}"
            part = Answer(answer.url, answer.final_url, answer.status, answer.headers, json.dumps(one).encode(), answer.hops)
            return Entry(identifier, "", _title(one), Document(identifier, (part,)))
        href = _href_of(one)
        address = joined(answer.final_url, href) if href else ""
        if not address:
            return None
        address = address if urlsplit(address).path.endswith(".json") else f"{address.rstrip('/')}/{DESCRIPTOR}"
        return Entry(address, address, _title_of(one))

    def _licence(self, mapper: Mapper, said: Mapping[str, Any], place: str) -> Licence:
        """``licenses`` are all in force at once; the older ``license`` is one, by name or as an object."""
        given = said.get("licenses") or said.get("license") or []
        stated: list[str] = []
        for one in given if isinstance(given, list) else [given]:
            words = (
                [first_text(one, key) for key in ("name", "id", "type", "title", "path", "url")] if isinstance(one, dict) else [text(one)]
            )
            stated += [word for word in words if word]
        return mapper.licence(stated, place)

    def bodies_in(self, document: Document, record: Record) -> dict[str, Answer]:
        """The tables that stand in the descriptor itself."""
        answer = document.parts[0]
        said = json.loads(sniff.decode(answer.body, answer.url).text, parse_float=_Written)
        held = {name: _inline(one) for name, one in _named(said) if "data" in one and not any(_paths(one))}
        return super().bodies_in(document, record) | {
            name: replace(answer, body=inline.body, headers={}) for name, inline in held.items() if inline is not None
        }

    def _resources(self, mapper: Mapper, said: Mapping[str, Any], base: str, licence: Licence) -> Iterator[Resource]:
        for name, one in _named(said):
            place = f"{mapper.place} / {name}"
            own = self._licence(mapper, one, place)
            paths = _paths(one)
            described, ignored = describe(one, place)
            mapper.note(*ignored)
            inline = _inline(one) if "data" in one and not any(paths) else None
            if inline is not None and inline.is_table:
                described = replace(described or Described(), delimiter=",", quote='"', rules={}, comment="", comment_rows=(),
                                    header_rows=() if described and described.header_rows == () and inline.is_rows else (1,))
            resource = Resource(
                id=name,
                title=first_text(one, "title", "name") or paths[0].rsplit("/", 1)[-1],
                description=first_text(one, "description"),
                declared_format=inline.format if inline else first_text(one, "format").lower(),
                media_type=first_text(one, "mediatype"),
                size=shapes.integer(one.get("bytes")),
                licence=own if own.stated else licence,
                created=mapper.moment(one.get("created")),
                modified=mapper.moment(one.get("modified") or one.get("last_modified")),
                described=described,
            )
            pieces = [self._at(mapper, resource, path, base) for path in paths]
            if len(pieces) > 1 and all(piece.declared_format in _TEXT_TABLES for piece in pieces):
                yield replace(pieces[0], parts=tuple(piece.url or piece.path for piece in pieces[1:]))
                continue
            for part, piece in enumerate(pieces, 1):
                yield piece if part == 1 else replace(piece, id=f"{name}/{part}")

    def _at(self, mapper: Mapper, resource: Resource, path: str, base: str) -> Resource:
        """A resource's file at one path."""
        url = self._address_of(mapper, path, base)
        return replace(
            resource,
            url=url,
            path=path if not url and _is_below(path) else "",
            declared_format=resource.declared_format or _extension(path).lower(),
            file_name=path.rsplit("/", 1)[-1],
        )

    def _address_of(self, mapper: Mapper, path: str, base: str) -> str:
        """A path's address: below the descriptor, or on the web. Nothing that leaves the folder, nothing of this machine."""
        if not path:
            return ""
        if shapes.web_address(path):
            return path
        if not _is_below(path):
            detail = "相対パスでもhttp(s)でもありません / neither relative nor http(s)"
            mapper.note(problem("path-refused", mapper.place, value=path, detail=detail))
            return ""
        return joined(base, path) if base else ""


def _is_below(path: str) -> bool:
    """Whether a path leads to something below its descriptor."""
    return not (re.match(r"[a-z][a-z0-9+.-]*:|[/\\~]", path, re.IGNORECASE) or ".." in re.split(r"[/\\]", path))


def _is_descriptor(said: Any) -> bool:
    """An object with a list of resources, each of which has a path, data or an address, as no answer of a portal's API is."""
    if not isinstance(said, dict) or not isinstance(said.get("resources"), list) or not said["resources"]:
        return False
    if any(key in said for key in ("metadata_modified", "owner_org", "uuid", "num_resources", "license_id")):
        return False
    described = all(isinstance(one, dict) and ("path" in one or "data" in one or "url" in one) for one in said["resources"])
    return described and (
        "profile" in said or "$schema" in said or any("path" in one or "data" in one or "schema" in one for one in said["resources"])
    )


def _listed(said: Any) -> list[Any] | None:
    """The items of a list of packages."""
    if isinstance(said, dict):
        said = next((said[key] for key in LISTS if isinstance(said.get(key), list)), None)
    return said if isinstance(said, list) else None


def _href_of(one: Any) -> str:
    """Where an item of a list says that its descriptor is."""
    return first_text(one, "url", "path", "href", "descriptor") if isinstance(one, dict) else text(one)


def _title_of(one: Any) -> str:
    return first_text(one, "title", "name") if isinstance(one, dict) else ""


def _title(said: Mapping[str, Any]) -> str:
    return first_text(said, "title", "name", "id")


def _named(said: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The resources by name; one without, or with a name that another one has, by its number."""
    met: set[str] = set()
    named = []
    for number, one in enumerate(mappings(said.get("resources")), 1):
        name = first_text(one, "name", "id")
        name = name if name and name not in met else f"{name} no{number}".strip()
        met.add(name)
        named.append((name, one))
    return named


class _Written(float):
    """A number of JSON that knows how it was written."""

    def __new__(cls, written: str) -> _Written:
        number = super().__new__(cls, written)
        number.written = written
        return number

    written: str


@dataclass(frozen=True)
class _Inline:
    """Data that stand in a descriptor, as a file.

    :param is_table: rows or objects, written as CSV
    :param is_rows: rows, of which the first one may be no header
    """

    body: bytes
    format: str
    is_table: bool = False
    is_rows: bool = False


def _inline(resource: Mapping[str, Any]) -> _Inline | None:
    """``data``: rows, objects, a text in the stated format, or any other JSON."""
    data = resource.get("data")
    format = first_text(resource, "format").lower()
    if data is None:
        return None
    if isinstance(data, str):
        return _Inline(data.encode("utf-8", "replace"), format)
    rows: list[list[Any]] = data if isinstance(data, list) else []
    is_rows = bool(rows) and all(isinstance(row, list) for row in rows)
    if rows and all(isinstance(row, dict) for row in data):
        keys = list(dict.fromkeys(key for row in data for key in row))
        rows = [keys, *([row.get(key) for key in keys] for row in data)]
    elif not is_rows:
        return _Inline(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"), format or "json")
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([_cell(cell) for cell in row] for row in rows)
    return _Inline(written.getvalue().encode("utf-8", "replace"), "csv", True, is_rows)


def _cell(value: Any) -> str:
    """A value of JSON to the letter; ``null`` is no value."""
    if value is None or isinstance(value, str):
        return value or ""
    return value.written if isinstance(value, _Written) else json.dumps(value, ensure_ascii=False)


def _paths(resource: Mapping[str, Any]) -> list[str]:
    """A resource's files: one path, or several that belong together."""
    path = resource.get("path") or resource.get("url")
    given = list(shapes.each_text(path)) if isinstance(path, list) else [text(path)]
    return given or [""]


def _extension(path: str) -> str:
    last = urlsplit(path).path.rsplit("/", 1)[-1] if shapes.web_address(path) else path.rsplit("/", 1)[-1]
    return last.rpartition(".")[2] if "." in last else ""


def _people(said: Mapping[str, Any]) -> tuple[str, str, str]:
    """(publisher's name, its code where the descriptor gives one, author), from ``publisher`` and ``contributors``."""
    given = said.get("publisher")
    publisher = given if isinstance(given, dict) else {"name": text(given)}
    roles: dict[str, str] = {}
    for one in mappings(said.get("contributors")):
        for role in (*shapes.each_text(one.get("roles")), first_text(one, "role")):
            roles.setdefault(role, first_text(one, "organization", "title", "name"))
    return first_text(publisher, "name", "title") or roles.get("publisher", ""), first_text(publisher, "code"), roles.get("author", "")


def _also_said(said: Mapping[str, Any]) -> dict[str, str]:
    sources = "、".join(shapes.labels(said.get("sources"), "title", "name", "path", "web"))
    given = {
        "name": first_text(said, "name"),
        "version": first_text(said, "version"),
        "profile": first_text(said, "profile"),
        "sources": sources,
    }
    return {key: value for key, value in given.items() if value}
