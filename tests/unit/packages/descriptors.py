"""A descriptor that uses every property, and ways to put something else into any place of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

__all__ = ["FULL", "Place", "places", "put", "value_at"]

#: Fits the folder of ``make_package``: one table of two columns.
FULL: dict[str, Any] = {
    "name": "test-package",
    "profile": "tabular-data-package",
    "title": "表",
    "title_en": "Tables",
    "description": "説明",
    "version": "1.0.0",
    "created": "2026-11-21T00:00:00Z",
    "keywords": ["宮城県"],
    "licenses": [{"name": "CC0-1.0", "path": "https://example.org/"}],
    "sources": [{"title": "計画", "path": "https://example.org/"}],
    "contributors": [{"title": "宮城県", "path": "https://example.org/", "role": "publisher"}],
    "publisher": {"code": "040002", "name": "宮城県"},
    "temporal": {"start": "2021-04-01", "end": "2025-03-31"},
    "spatial": ["040002"],
    "accrual_periodicity": "NEVER",
    "language": ["ja"],
    "conforms_to": ["https://specs.frictionlessdata.io/data-package/"],
    "groups": ["plans"],
    "resources": [
        {
            "name": "cities",
            "title": "市町村",
            "profile": "tabular-data-resource",
            "path": "data/cities.csv",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": 1,
            "hash": "sha256:00",
            "dialect": {"delimiter": ",", "quoteChar": '"'},
            "schema": {
                "fields": [
                    {"name": "id", "type": "integer", "unit": "番", "constraints": {"required": True, "unique": True, "minimum": 0}},
                    {
                        "name": "name", "type": "string", "format": "default", "rdfType": "https://example.org/name", "example": "仙台市",
                        "missingValues": ["－"], "constraints": {"pattern": ".+市", "enum": ["仙台市", "名取市"], "maxLength": 9},
                    },
                ],
                "missingValues": [""],
                "primaryKey": "id",
                "foreignKeys": [{"fields": "id", "reference": {"resource": "", "fields": ["id"]}}],
            },
        }
    ],
}

Place = tuple[Any, ...]


def places(value: Any = FULL, at: Place = ()) -> Iterator[Place]:
    """Every place in a JSON value but the whole of it."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in children:
        yield (*at, key)
        yield from places(item, (*at, key))


def value_at(place: Place) -> Any:
    """What stands in a place of the full descriptor."""
    value: Any = FULL
    for key in place:
        value = value[key]
    return value


def put(place: Place, value: Any) -> dict[str, Any]:
    """The full descriptor with another value in one place."""
    changed = copy.deepcopy(FULL)
    target: Any = changed
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    return changed
