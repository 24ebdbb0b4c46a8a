"""Data Packages of datasets that were not published from one: what was harvested or uploaded, as the DataStore has it now.

The tables lie at ``/datapackage/<dataset>/tables/<resource>.csv``, with editions for spreadsheets and as JSON beside them and a
``datapackage.json`` that names them by relative paths (specs.frictionlessdata.io), as those of published packages do. Nothing is kept:
an answer is read from the DataStore (``catalogue.export``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..packages.table import POSTGRES_TYPES
from ..pages.licence_words import terms
from .dataset import SPREADSHEET_FOLDER

__all__ = ["descriptor", "paths", "table_at", "table_schema"]

_PATH = re.compile(rf"(?:(?:{SPREADSHEET_FOLDER}/)?tables/(?P<csv>[0-9a-f-]{{36}})\.csv|(?:json|schemas)/tables/(?P<json>[0-9a-f-]{{36}})\.json)")
#: PostgreSQL type → Table Schema type. What is not here is text.
_TYPES = {postgres: type for type, postgres in POSTGRES_TYPES.items() if type != "year"} | {
    "int4": "integer", "int2": "integer", "float4": "number", "float8": "number", "timestamptz": "datetime",
}


def paths(resource_id: str) -> dict[str, str]:
    """Where the editions of a table lie below the dataset's address: ``csv``, ``spreadsheet``, ``json``, ``schema``."""
    csv = f"tables/{resource_id}.csv"
    return {
        "csv": csv, "spreadsheet": f"{SPREADSHEET_FOLDER}/{csv}", "json": f"json/tables/{resource_id}.json",
        "schema": f"schemas/tables/{resource_id}.json",
    }


def table_at(dataset: Mapping[str, Any], path: str) -> dict[str, Any] | None:
    """The table of a dataset of which a path is an edition; None where it is none."""
    match = _PATH.fullmatch(path)
    wanted = match and (match["csv"] or match["json"])
    return next((one for one in dataset["resources"] if one["id"] == wanted and one.get("datastore_active")), None)


def table_schema(columns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The Table Schema of a table.

    :param columns: as ``datastore_info`` gives them
    """
    fields = []
    for column in columns:
        info = column.get("info") or {}
        type = _TYPES.get(column["type"], "string")
        said = {
            "name": column["id"], "type": type, "format": "any" if type == "datetime" else "",
            "title": info.get("label"), "title_en": column.get("title_en"), "description": info.get("notes"),
            "description_en": column.get("description_en"), "unit": column.get("unit"), "unit_en": column.get("unit_en"),
        }
        fields.append({name: value for name, value in said.items() if value})
    return {"fields": fields, "missingValues": [""]}


def descriptor(dataset: Mapping[str, Any], columns: Mapping[str, Sequence[Mapping[str, Any]]], page: str) -> dict[str, Any]:
    """``datapackage.json`` of a dataset.

    :param columns: resource id → columns of each table
    :param page: the dataset's address
    """
    said = {
        "name": dataset["name"], "id": dataset["id"], "profile": "data-package", "title": dataset["title"], "title_en": dataset.get("title_en"),
        "description": dataset.get("notes"), "description_en": dataset.get("notes_en"), "homepage": page, "version": dataset.get("version"),
        "created": f"{dataset['metadata_created'][:19]}Z", "keywords": [tag["name"] for tag in dataset.get("tags", ())],
        "licenses": _licences(dataset), "sources": _sources(dataset),
        "resources": [
            _resource(dataset, resource, columns.get(resource["id"])) for resource in dataset["resources"]
            if not resource.get("withdrawn") and (resource["id"] in columns or resource.get("url"))
        ],
    }
    return {name: value for name, value in said.items() if value or name == "resources"}


def _resource(dataset: Mapping[str, Any], resource: Mapping[str, Any], columns: Sequence[Mapping[str, Any]] | None) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": resource["id"], "title": resource.get("name"), "title_en": resource.get("name_en"), "description": resource.get("description"),
        "licenses": _licences(dataset, resource),
    }
    if columns is None:
        said |= {"profile": "data-resource", "path": resource["url"], "format": (resource.get("format") or "").lower()}
    else:
        said |= {
            "profile": "tabular-data-resource", "path": paths(resource["id"])["csv"], "format": "csv", "mediatype": "text/csv",
            "encoding": "utf-8", "schema": table_schema(columns),
            "sources": [{"title": resource.get("name") or resource["url"], "path": resource["url"]}] if resource.get("url") else [],
        }
    return {name: value for name, value in said.items() if value}


def _licences(dataset: Mapping[str, Any], resource: Mapping[str, Any] | None = None) -> list[dict[str, str]]:
    return [{"name": licence} for licence in terms(dataset, resource).licences]


def _sources(dataset: Mapping[str, Any]) -> list[dict[str, str]]:
    """The page at the portal, where there is one."""
    page = dataset.get("url") or ""
    title = dataset.get("author") or (dataset.get("organization") or {}).get("title") or page
    return [{"title": title, "path": page}] if page.startswith(("http://", "https://")) else []
