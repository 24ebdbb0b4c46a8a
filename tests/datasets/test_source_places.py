"""Every printed cell of every published table stands in its plan text, at the lines that its row names."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ckanext.miyagiict.packages.source_places import SourceText, check_row

DATASETS = Path(__file__).resolve().parents[2] / "datasets"


def tables() -> Iterator[Any]:
    for descriptor_path in sorted(DATASETS.glob("*/datapackage.json")):
        package = descriptor_path.parent
        for resource in json.loads(descriptor_path.read_text(encoding="utf-8"))["resources"]:
            yield pytest.param(package, resource, id=f"{package.name}:{resource['name']}")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def documents_of(package: Path) -> dict[str, dict[str, str]]:
    path = package / "data" / "documents.csv"
    return {row["id"]: row for row in rows_of(path)} if path.exists() else {}


@pytest.mark.parametrize(("package", "resource"), tables())
def test_cells_stand_at_their_lines(plan_texts: Path, package: Path, resource: dict[str, Any]) -> None:
    """Printed cells are in the text; names and numbers follow from the printed cells."""
    fields = json.loads((package / resource["schema"]).read_text(encoding="utf-8"))["fields"]
    documents = documents_of(package)
    sources: dict[str, SourceText] = {}
    mismatches = []
    for row in rows_of(package / resource["path"]):
        if not row.get("source_lines"):
            continue
        file_name = documents[row["source_document"]]["file_name"]
        if file_name not in sources:
            sources[file_name] = SourceText((plan_texts / file_name).read_text(encoding="utf-8"))
        mismatches += check_row(row, fields, sources[file_name])
    assert not mismatches, "\n".join(str(mismatch) for mismatch in mismatches)


@pytest.mark.parametrize("package", sorted(DATASETS.glob("*/")), ids=lambda path: path.name)
def test_documents_are_the_texts_read(plan_texts: Path, package: Path) -> None:
    """File name, length and hash of each document are those of the text that was read."""
    for row in documents_of(package).values():
        content = (plan_texts / row["file_name"]).read_bytes()
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
        assert int(row["byte_count"]) == len(content)
