"""A Data Package folder: its descriptor and the files that it names.

Standard: Data Package v1 (specs.frictionlessdata.io). Every path must stay inside the folder, links included; a remote path is
refused, because its content could change after the check.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import frictionless

from .problems import PackageInvalid, Problem, problem, raise_if_any

__all__ = ["DESCRIPTOR", "Package", "Resource", "read_package"]

DESCRIPTOR = "datapackage.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,99}")
_RESOURCE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


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
        """Hash of all that is published: the descriptor with its schemas, and every file."""
        digest = hashlib.sha256(_canonical(self.descriptor))
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
    resources = tuple(_resource(folder, entry) for entry in descriptor["resources"])
    raise_if_any(_standard_problems(descriptor, resources))
    return Package(folder, descriptor, resources)


def _read_descriptor(folder: Path) -> dict[str, Any]:
    path = folder / DESCRIPTOR
    if not path.is_file():
        raise PackageInvalid([problem("not-a-package", str(path), detail="datapackage.json がありません")])
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise PackageInvalid([problem("not-a-package", str(path), detail=str(error))]) from error
    if not isinstance(descriptor, dict):
        raise PackageInvalid([problem("not-a-package", str(path), detail="JSONのオブジェクトではありません")])
    return descriptor


def _descriptor_problems(descriptor: Mapping[str, Any]) -> Iterator[Problem]:
    name = descriptor.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield problem("descriptor", DESCRIPTOR, detail=f"name は半角英小文字・数字・-・_ の2～100文字: {name!r}")
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


def _path_problems(folder: Path, descriptor: Mapping[str, Any]) -> Iterator[Problem]:
    for entry in descriptor["resources"]:
        if "data" in entry:
            yield problem("not-one-file", DESCRIPTOR, value=entry["name"], detail="data（埋め込み）は使えません")
        elif not isinstance(entry.get("path"), str):
            yield problem("not-one-file", DESCRIPTOR, value=entry["name"], detail="path が1つの文字列ではありません")
        else:
            yield from _one_path_problems(folder, entry["path"])
        schema = entry.get("schema")
        if isinstance(schema, str):
            yield from _one_path_problems(folder, schema)
        elif schema is not None and not isinstance(schema, dict):
            yield problem("descriptor", DESCRIPTOR, detail=f"{entry['name']} の schema が読めません")


def _one_path_problems(folder: Path, path: str) -> Iterator[Problem]:
    if urlsplit(path).scheme or path.startswith("//"):
        yield problem("remote-path", DESCRIPTOR, value=path, field="path")
        return
    if not path or "\\" in path or "\0" in path or PurePosixPath(path).is_absolute() or ".." in path.split("/"):
        yield problem("unsafe-path", DESCRIPTOR, value=path, field="path")
        return
    file = folder / path
    if not file.resolve().is_relative_to(folder.resolve()):
        yield problem("unsafe-path", DESCRIPTOR, value=path, field="path")
    elif not file.is_file():
        yield problem("missing-file", path)


def _resource(folder: Path, entry: Mapping[str, Any]) -> Resource:
    schema, schema_path = entry.get("schema"), None
    if isinstance(schema, str):
        schema_path = schema
        try:
            schema = json.loads((folder / schema_path).read_text(encoding="utf-8"))
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            raise PackageInvalid([problem("descriptor", schema_path, detail=str(error))]) from error
    if schema is not None:
        raise_if_any(_schema_problems(schema_path or DESCRIPTOR, schema))
    return Resource(entry, entry["path"], folder / entry["path"], schema, schema_path)


def _schema_problems(file: str, schema: Any) -> Iterator[Problem]:
    if not isinstance(schema, dict):
        yield problem("descriptor", file, detail="Table Schema がJSONのオブジェクトではありません")
        return
    report = frictionless.Schema.validate_descriptor(schema)
    for error in _all_errors(report):
        yield problem("descriptor", file, detail=error.note)
    if report.valid and not schema.get("fields"):
        yield problem("descriptor", file, detail="fields がありません")


def _standard_problems(descriptor: Mapping[str, Any], resources: tuple[Resource, ...]) -> Iterator[Problem]:
    """The standard's own rules, by frictionless. Schemas are inlined, so that it opens nothing."""
    entries = [
        dict(resource.descriptor) if resource.schema is None else {**resource.descriptor, "schema": resource.schema}
        for resource in resources
    ]
    report = frictionless.Package.validate_descriptor({**descriptor, "resources": entries})
    for error in _all_errors(report):
        yield problem("descriptor", DESCRIPTOR, detail=error.note)


def _all_errors(report: frictionless.Report) -> list[frictionless.Error]:
    return [*report.errors, *(error for task in report.tasks for error in task.errors)]


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
