"""Data Package folders made to order, and what the check says of them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ckanext.miyagiict.packages.package import Resource, read_package
from ckanext.miyagiict.packages.problems import PackageInvalid, Problem
from ckanext.miyagiict.packages.validate import validate

MakePackage = Callable[..., Path]
Check = Callable[[Path], list[Problem]]
MakeTable = Callable[..., Resource]

#: A table of two columns, valid with the fields below.
CSV = "id,name\n1,仙台市\n2,名取市\n"
FIELDS = ({"name": "id", "type": "integer"}, {"name": "name", "type": "string"})


@pytest.fixture(scope="session")
def make_package(tmp_path_factory: pytest.TempPathFactory) -> MakePackage:
    """A folder with a valid package of one table, but for what the arguments change.

    Session scope, so that property tests may use it: every call makes a new folder.
    """
    root, numbers = tmp_path_factory.mktemp("packages"), itertools.count()

    def make(
        csv: str | bytes = CSV,
        fields: Sequence[Mapping[str, Any]] = FIELDS,
        *,
        schema: Mapping[str, Any] | None = None,
        resource: Mapping[str, Any] | None = None,
        descriptor: Mapping[str, Any] | None = None,
        files: Mapping[str, str | bytes] | None = None,
    ) -> Path:
        folder = root / str(next(numbers))
        table_schema = {"fields": list(fields), **(schema or {})}
        entry = {"name": "cities", "path": "data/cities.csv", "schema": table_schema, **(resource or {})}
        said = {"name": "test-package", "resources": [entry], **(descriptor or {})}
        contents = {"data/cities.csv": csv, "datapackage.json": json.dumps(said), **(files or {})}
        for path, content in contents.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return make


@pytest.fixture(scope="session")
def check() -> Check:
    """Every problem that reading and checking a folder finds; none where it can be published."""

    def problems_of(folder: Path) -> list[Problem]:
        try:
            validate(read_package(folder))
        except PackageInvalid as error:
            return error.problems
        return []

    return problems_of


@pytest.fixture(scope="session")
def make_table(make_package: MakePackage) -> MakeTable:
    """The one table of a package made to order, not yet checked."""

    def table_of(*args: Any, **changes: Any) -> Resource:
        return read_package(make_package(*args, **changes)).resources[0]

    return table_of
