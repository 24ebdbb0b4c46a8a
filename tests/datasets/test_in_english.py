"""Every table that the project publishes is described in English beside the Japanese."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
DATASETS = PROJECT / "datasets"
#: The dataset of KPI tracking, which the catalogue writes itself.
TRACKING = PROJECT / "ckanext-miyagiict/ckanext/miyagiict/tracking/open_data.yaml"
JAPANESE = re.compile(r"[぀-ヿ㐀-鿿！-～、。]")
#: Printed words that a column holds stand in double quotes.
PRINTED = re.compile(r'"[^"]*"')


def tables() -> Iterator[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
    """Name, descriptor and fields of every table."""
    for path in sorted(DATASETS.glob("*/datapackage.json")):
        for resource in json.loads(path.read_text(encoding="utf-8"))["resources"]:
            schema = json.loads((path.parent / resource["schema"]).read_text(encoding="utf-8"))
            yield f"{path.parent.name}/{resource['name']}", resource, schema["fields"]
    for name, table in yaml.safe_load(TRACKING.read_text(encoding="utf-8"))["tables"].items():
        keys = ("name", "title", "title_en", "type", "description", "description_en")
        fields = [dict(zip(keys, field, strict=False)) for field in table["fields"]]
        yield f"miyagi-kpi-tracking/{name}", {"name": name, **table}, fields


TABLES = {name: (resource, fields) for name, resource, fields in tables()}


def faults(described: dict[str, Any], keys: tuple[str, ...]) -> list[str]:
    """Keys that have a Japanese text and no English one, or an English one with Japanese that is not printed so."""
    return [
        f"{described['name']}.{key}_en: {described.get(f'{key}_en')!r}"
        for key in keys
        if described.get(key) and (not described.get(f"{key}_en") or JAPANESE.search(PRINTED.sub("", described[f"{key}_en"])))
    ]


@pytest.mark.parametrize("name", TABLES)
def test_tables_and_columns(name: str) -> None:
    """Title, description and unit."""
    resource, fields = TABLES[name]
    assert faults(resource, ("title", "description")) == []
    assert [fault for field in fields for fault in faults(field, ("title", "description", "unit"))] == []
    assert all(field.get("title") and field.get("description") for field in fields)


@pytest.mark.parametrize("path", sorted(DATASETS.glob("*/datapackage.json")), ids=lambda path: path.parent.name)
def test_packages(path: Path) -> None:
    """Title and description."""
    assert faults(json.loads(path.read_text(encoding="utf-8")), ("title", "description")) == []
