"""A Data Package folder: its descriptor and the files that it names.

Standard: Data Package v1 (specs.frictionlessdata.io). Every path must stay inside the folder, links included; a remote path is
refused, because its content could change after the check. Nothing that a descriptor says makes us, or frictionless, open anything
else: properties by which frictionless would (a profile by address, an archive, a second file) are refused as well.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import frictionless

from .json_file import read_json_object
from .problems import PackageInvalid, Problem, problem, raise_if_any

__all__ = ["DESCRIPTOR", "MOST_BYTES", "Package", "Resource", "read_package"]

log = logging.getLogger(__name__)

DESCRIPTOR = "datapackage.json"
#: What is made of a package for download (packages.editions). Count up when that changes: then published packages are made again.
PUBLISHED_FORM = 1
#: The files of a package together may be this large: each is held in memory while it is checked.
MOST_BYTES = 500_000_000

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,99}")
_RESOURCE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
#: An address; one letter and a colon is a Windows drive.
_REMOTE = re.compile(r"\s*(?://|[A-Za-z][A-Za-z0-9+.-]+:)")
#: Properties by which a reader takes the content from elsewhere, or not as it lies in the file.
_ELSEWHERE = ("data", "extrapaths", "innerpath", "compression", "scheme", "layout")
_PACKAGE_PROFILES = ("data-package", "tabular-data-package")
_RESOURCE_PROFILES = ("data-resource", "tabular-data-resource")


@dataclass(frozen=True)
class Resource:
    """One file of a package, a table where it has a Table Schema.

    :param path: inside the package, with ``/``
    :param file: where it lies
    :param schema: the Table Schema, references followed; None for a file that is no table
    :param schema_path: the schema's own file in the package, where it has one
    """

    descriptor: Mapping[str, Any]
    path: str
    file: Path
    schema: Mapping[str, Any] | None
    schema_path: str | None

    @property
    def name(self) -> str:
        return self.descriptor["name"]

    @property
    def is_table(self) -> bool:
        return self.schema is not None

    @property
    def schema_file(self) -> str:
        """The file that says what the schema is, as a problem names it."""
        return self.schema_path or DESCRIPTOR

    @cached_property
    def content(self) -> bytes:
        return self.file.read_bytes()

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Package:
    """A package whose descriptor and paths are in order; its tables are not yet checked."""

    folder: Path
    descriptor: Mapping[str, Any]
    resources: tuple[Resource, ...]

    @property
    def name(self) -> str:
        return self.descriptor["name"]

    @property
    def tables(self) -> tuple[Resource, ...]:
        return tuple(resource for resource in self.resources if resource.is_table)

    @cached_property
    def sha256(self) -> str:
        """Hash of all that is published: the descriptor with its schemas, every file, and what is made of them."""
        digest = hashlib.sha256(_canonical([PUBLISHED_FORM, self.descriptor]))
        for resource in self.resources:
            digest.update(f"\0{resource.path}\0{resource.sha256}\0".encode())
            digest.update(_canonical(resource.schema))
        return digest.hexdigest()


def read_package(folder: Path) -> Package:
    """Read the descriptor of a package folder and find its files.

    :raises PackageInvalid: no descriptor, a broken one, or a path that is missing or not allowed
    """
    descriptor = _read_descriptor(folder)
    raise_if_any(_descriptor_problems(descriptor))
    raise_if_any(_path_problems(folder, descriptor))
    raise_if_any(_size_problems(folder, descriptor))
    resources = tuple(_resource(folder, entry) for entry in descriptor["resources"])
    raise_if_any(found for resource in resources for found in _schema_problems(resource))
    raise_if_any(_foreign_key_problems(resources))
    raise_if_any(_standard_problems(descriptor, resources))
    return Package(folder, descriptor, resources)


def _read_descriptor(folder: Path) -> dict[str, Any]:
    path = folder / DESCRIPTOR
    if not _is_readable_file(_place(folder, DESCRIPTOR)):
        raise PackageInvalid([problem("not-a-package", str(path), detail="datapackage.json がありません")])
    if reason := _unsafe(folder, DESCRIPTOR):
        raise PackageInvalid([problem("not-a-package", str(path), detail=reason)])
    return read_json_object(path, str(path), "not-a-package")


def _descriptor_problems(descriptor: Mapping[str, Any]) -> Iterator[Problem]:
    name = descriptor.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield problem("descriptor", DESCRIPTOR, detail=f"name は半角英小文字・数字・-・_ の2～100文字: {name!r}")
    yield from _profile_problems("", descriptor, _PACKAGE_PROFILES)
    resources = descriptor.get("resources")
    if not isinstance(resources, list) or not resources:
        yield problem("descriptor", DESCRIPTOR, detail="resources に1つ以上のリソースが必要です")
        return
    seen: set[str] = set()
    for entry in resources:
        resource_name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(resource_name, str) or not _RESOURCE_NAME.fullmatch(resource_name):
            yield problem("descriptor", DESCRIPTOR, detail=f"リソースの name が使えません: {resource_name!r}")
        elif resource_name in seen:
            yield problem("descriptor", DESCRIPTOR, detail=f"リソースの name が重複しています: {resource_name}")
        else:
            seen.add(resource_name)
            yield from _profile_problems(f"{resource_name}/", entry, _RESOURCE_PROFILES)


def _profile_problems(place: str, entry: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[Problem]:
    """frictionless fetches a profile that it does not know."""
    if "profiles" in entry:
        yield problem("descriptor", DESCRIPTOR, detail=f"{place}profiles は使えません（profile と書いてください）")
    if entry.get("profile", known[0]) not in known:
        yield problem("descriptor", DESCRIPTOR, detail=f"{place}profile は次のどれかです: {', '.join(known)}")


def _path_problems(folder: Path, descriptor: Mapping[str, Any]) -> Iterator[Problem]:
    for entry in descriptor["resources"]:
        for name in _ELSEWHERE:
            if name in entry:
                yield problem("not-one-file", DESCRIPTOR, value=entry["name"], detail=f"{name} は使えません")
        if not isinstance(entry.get("path"), str):
            yield problem("not-one-file", DESCRIPTOR, value=entry["name"], detail="path が1つの文字列ではありません")
        elif entry["path"] == DESCRIPTOR:
            yield problem("not-one-file", DESCRIPTOR, value=entry["name"], detail="path が datapackage.json です")
        else:
            yield from _one_path_problems(folder, entry["path"], "path")
        schema = entry.get("schema")
        if isinstance(schema, str):
            yield from _one_path_problems(folder, schema, "schema")
        elif schema is not None and not isinstance(schema, dict):
            yield problem("descriptor", DESCRIPTOR, detail=f"{entry['name']} の schema が読めません")


def _one_path_problems(folder: Path, path: str, field: str) -> Iterator[Problem]:
    if _REMOTE.match(path):
        yield problem("remote-path", DESCRIPTOR, value=path, field=field)
    elif reason := _unsafe(folder, path):
        yield problem("unsafe-path", DESCRIPTOR, value=path, field=field, detail=reason)
    elif not _is_readable_file(_place(folder, path)):
        yield problem("missing-file", path, field=field)


def _unsafe(folder: Path, path: str) -> str:
    """Why a path is not one of a file in the folder; empty where it is."""
    parts = path.split("/")
    if "\\" in path or path.startswith("/") or ".." in parts or re.match("[A-Za-z]:", path):
        return "フォルダの外を指しています"
    if PurePosixPath(path).as_posix() != path or path == "." or re.search("[\t\r\n]", path):
        return "空の部分、「.」または改行を含みます"
    place = _place(folder, path)
    if place is not None and not place.is_relative_to(folder.resolve()):
        return "リンクがフォルダの外を指しています"
    return ""


def _place(folder: Path, path: str) -> Path | None:
    """Where a path leads, links followed; None where there is nothing."""
    try:
        return (folder / path).resolve(strict=True)
    except (OSError, RuntimeError):  # not there, a name that is too long, a link to itself
        return None


def _is_readable_file(place: Path | None) -> bool:
    return place is not None and place.is_file() and os.access(place, os.R_OK)


def _size_problems(folder: Path, descriptor: Mapping[str, Any]) -> Iterator[Problem]:
    total = 0
    for entry in descriptor["resources"]:
        total += (folder / entry["path"]).stat().st_size
        if total > MOST_BYTES:
            yield problem("too-large", entry["path"], detail=f"ここまでで{total:,}バイト、上限は{MOST_BYTES:,}バイト")
            return


def _resource(folder: Path, entry: Mapping[str, Any]) -> Resource:
    schema, schema_path = entry.get("schema"), None
    if isinstance(schema, str):
        schema_path = schema
        schema = read_json_object(folder / schema_path, schema_path, "descriptor")
    return Resource(entry, entry["path"], folder / entry["path"], schema, schema_path)


def _schema_problems(resource: Resource) -> Iterator[Problem]:
    schema, file = resource.schema, resource.schema_file
    if schema is None:
        return
    fields = schema.get("fields")
    if not isinstance(fields, list) or not fields or not all(isinstance(field, dict) for field in fields):
        # frictionless would open a field that is a string as a file or an address
        yield problem("descriptor", file, detail="fields に1つ以上の列（オブジェクト）が必要です")
        return
    descriptor = dict(schema)
    notes = _notes(lambda: frictionless.Schema.validate_descriptor(descriptor))
    for note in notes:
        yield problem("descriptor", file, detail=note)
    if not notes:
        for field in frictionless.Schema.from_descriptor(descriptor).fields:
            for note in _field_faults(field):
                yield problem("descriptor", file, field=field.name, detail=f"{field.name}: {note}")


def _field_faults(field: frictionless.Field) -> Iterator[str]:
    """What frictionless meets only while it reads the rows, and stops at."""
    for name in ("title_en", "description_en", "unit", "unit_en"):
        if not isinstance(field.custom.get(name, ""), str):
            yield f"{name} が文字列ではありません"
    read = field.create_value_reader()
    for name, value in field.constraints.items():
        if name == "pattern":
            try:
                re.compile(value)
                re.compile(f"(?:{value})")  # as the check has it: no flags in the middle
            except (re.error, RecursionError, OverflowError):
                yield "pattern が正規表現として読めません"
        elif name in ("minimum", "maximum", "enum"):
            for item in value if name == "enum" else [value]:
                if read(item) is None:
                    yield f"{name} の {item!r} が {field.type} として読めません"


def _foreign_key_problems(resources: tuple[Resource, ...]) -> Iterator[Problem]:
    """Keys that name no field, or a table or a field that is not there."""
    fields = {resource.name: [field["name"] for field in resource.schema["fields"]] for resource in resources if resource.schema}
    for resource in resources:
        for key in (resource.schema or {}).get("foreignKeys") or ():
            for fault in _foreign_key_faults(key, resource.name, fields):
                yield problem("descriptor", resource.schema_file, detail=f"foreignKeys の{fault}")


def _foreign_key_faults(key: Mapping[str, Any], own_name: str, fields: Mapping[str, list[str]]) -> Iterator[str]:
    target = key.get("reference", {}).get("resource") or own_name
    names = key.get("reference", {}).get("fields")
    if not key.get("fields") or not names:
        yield "fields と reference.fields に列が必要です"
    elif target not in fields:
        yield f"参照先 {target!r} という表はありません"
    else:
        missing = set([names] if isinstance(names, str) else names) - set(fields[target])
        yield from (f"参照先 {target}.{name} という列はありません" for name in sorted(missing))


def _standard_problems(descriptor: Mapping[str, Any], resources: tuple[Resource, ...]) -> Iterator[Problem]:
    """The standard's own rules, by frictionless. An empty schema stands for each, checked before, so that it opens nothing."""
    entries = [
        dict(resource.descriptor) if resource.schema is None else {**resource.descriptor, "schema": {"fields": []}}
        for resource in resources
    ]
    for note in _notes(lambda: frictionless.Package.validate_descriptor({**descriptor, "resources": entries})):
        yield problem("descriptor", DESCRIPTOR, detail=note)


def _notes(validate: Callable[[], frictionless.Report]) -> list[str]:
    """What frictionless finds in a descriptor. At some shapes it stops with an error of its own; then that is the finding."""
    try:
        report = validate()
    except Exception as error:
        log.warning("frictionless stopped at a descriptor", exc_info=True)
        return [f"標準にない形があり、読めません: {type(error).__name__}"]
    return [error.note for error in (*report.errors, *(error for task in report.tasks for error in task.errors))]


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
