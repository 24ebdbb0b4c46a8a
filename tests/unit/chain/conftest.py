"""The chain of the real packages, and rows to make small ones from."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ckanext.miyagiict.chain.model import Chain
from ckanext.miyagiict.chain.read import TABLES, join, read_part
from ckanext.miyagiict.chain.words import Reader

DATASETS = Path(__file__).resolve().parents[3] / "datasets"

Rows = list[dict[str, Any]]


@pytest.fixture(scope="session")
def rows() -> Callable[[str, str], Rows]:
    """The rows of a table of a package, read with the standard library alone."""

    def rows(package: str, table: str) -> Rows:
        with (DATASETS / package / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    return rows


@pytest.fixture(scope="session")
def chain(rows: Callable[[str, str], Rows]) -> Chain:
    """Of all packages of the project."""
    return join(
        read_part(folder.name, {table: rows(folder.name, table) for table in TABLES if (folder / "data" / f"{table}.csv").exists()})
        for folder in sorted(DATASETS.iterdir()) if (folder / "data").is_dir()
    )


@pytest.fixture
def reader() -> Reader:
    """Of Japanese, who knows nothing of KPIs."""
    return Reader("ja", {}, {}, {}, {"ict2014-summary": "総括"})
