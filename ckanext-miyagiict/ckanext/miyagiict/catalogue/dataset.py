"""A package as CKAN's dataset dictionary: only the fields that a package decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from ..packages import table
from ..packages.areas import area_name
from ..packages.metadata import Metadata, Publisher
from ..packages.package import DESCRIPTOR, Package, Resource
from . import identity

__all__ = ["DESCRIPTOR_RESOURCE", "SPREADSHEET_FOLDER", "dataset_dict", "format_of", "generated_paths", "json_path", "schema_path", "spreadsheet_path"]

#: Stands for the resource that offers the descriptor of the whole dataset; no resource of a package can have the name.
DESCRIPTOR_RESOURCE = "/datapackage.json"
SPREADSHEET_FOLDER = "excel"
#: The algorithm's name in SPDX, as DCAT wants it.
SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+")

Address = Callable[[str], str]

_FORMATS = {"csv": ("CSV", "text/csv"), "tsv": ("TSV", "text/tab-separated-values"), "json": ("JSON", "application/json"),
            "geojson": ("GeoJSON", "application/geo+json"), "pdf": ("PDF", "application/pdf"), "txt": ("TXT", "text/plain")}


def dataset_dict(package: Package, metadata: Metadata, owner_code: str, address: Address) -> dict[str, Any]:
    """The dataset of a package.

    :param owner_code: 全国地方公共団体コード of the organization that owns it
    :param address: path in the package → absolute address
    """
    return {
        "id": identity.dataset_id(package.name),
        "name": package.name,
        "type": "dataset",
        "state": "active",
        "private": False,
        "title": metadata.title,
        "title_en": metadata.title_en,
        "notes": metadata.description,
        "notes_en": metadata.description_en,
        "version": metadata.version,
        "owner_org": identity.organization_id(owner_code),
        "license_id": metadata.licence_id,
        "tags": [{"name": keyword} for keyword in metadata.keywords],
        "groups": [{"id": identity.group_id(name)} for name in metadata.groups],
        "publisher": [_publisher(metadata.publisher)] if metadata.publisher else [],
        "temporal_coverage": _temporal(metadata),
        "spatial_coverage": [{"text": _area(metadata, code)} for code in metadata.spatial],
        "frequency": metadata.frequency,
        "provenance": "\n\n".join(map(_source, metadata.sources)),
        "conforms_to": list(metadata.conforms_to),
        "language": list(metadata.languages),
        "issued": metadata.issued,
        "identifier": package.name,
        "documentation": [address(DESCRIPTOR)],
        "package_sha256": package.sha256,
        "resources": [*(_resource(package, resource, address) for resource in package.resources), _descriptor(package, address)],
    }


def spreadsheet_path(resource: Resource) -> str:
    """Where the edition for spreadsheets lies in the published package."""
    return f"{SPREADSHEET_FOLDER}/{resource.name}.csv"


def json_path(resource: Resource) -> str:
    """Where the table as JSON lies in the published package."""
    return f"json/{resource.name}.json"


def schema_path(resource: Resource) -> str:
    """Where the Table Schema lies in the published package."""
    return f"schemas/{resource.name}.json"


def generated_paths(resource: Resource) -> tuple[str, ...]:
    """Paths of the published package that the catalogue makes of a table."""
    return (spreadsheet_path(resource), json_path(resource), schema_path(resource)) if resource.is_table else ()


def _resource(package: Package, resource: Resource, address: Address) -> dict[str, Any]:
    said = resource.descriptor
    format, mimetype = format_of(resource)
    entry = {
        "id": identity.resource_id(package.name, resource.name),
        "name": said.get("title") or resource.name,
        "name_en": said.get("title_en", ""),
        "description": said.get("description", ""),
        "description_en": said.get("description_en", ""),
        "url": address(resource.path),
        "access_url": address(resource.path),
        "download_url": address(resource.path),
        "format": format,
        "mimetype": mimetype,
        "size": len(resource.content),
        "hash": resource.sha256,
        "hash_algorithm": SHA256,
        "package_path": resource.path,
        "withdrawn": "",
        "datastore_active": resource.is_table,
    }
    if resource.is_table:
        entry["spreadsheet_url"] = address(spreadsheet_path(resource))
        entry["json_url"] = address(json_path(resource))
        entry["table_schema_url"] = address(schema_path(resource))
        entry["row_count"] = table.row_count(resource)
    return entry


def _descriptor(package: Package, address: Address) -> dict[str, Any]:
    return {
        "id": identity.resource_id(package.name, DESCRIPTOR_RESOURCE),
        "name": "データパッケージの記述（datapackage.json）",
        "name_en": "Data Package descriptor (datapackage.json)",
        "description": "すべての表の列、型、単位、制約と、ファイルのハッシュを機械が読める形で記したものです。",
        "description_en": "Fields, types, units and constraints of all tables, and the hash of each file, for machines.",
        "url": address(DESCRIPTOR),
        "access_url": address(DESCRIPTOR),
        "download_url": address(DESCRIPTOR),
        "format": "JSON",
        "mimetype": "application/json",
        "package_path": DESCRIPTOR,
        "withdrawn": "",
    }


def format_of(resource: Resource) -> tuple[str, str]:
    """Format as CKAN shows it, and media type."""
    suffix = str(resource.descriptor.get("format") or PurePosixPath(resource.path).suffix.lstrip(".")).lower()
    format, mimetype = _FORMATS.get(suffix, (suffix.upper(), "application/octet-stream"))
    said = resource.descriptor.get("mediatype", "")
    return format, said if _MEDIA_TYPE.fullmatch(said) else mimetype


def _publisher(publisher: Publisher) -> dict[str, str]:
    said = {"name": publisher.name, "name_en": publisher.name_en, "identifier": publisher.code}
    return {key: value for key, value in said.items() if value}


def _temporal(metadata: Metadata) -> list[dict[str, str]]:
    period = {"start": metadata.temporal_start, "end": metadata.temporal_end}
    given = {key: value for key, value in period.items() if value}
    return [given] if given else []


def _area(metadata: Metadata, code: str) -> str:
    """An area by its name: the publisher's own, or one of the prefecture; any other by its code."""
    return metadata.publisher.name if metadata.publisher and metadata.publisher.code == code else area_name(code) or code


def _source(source: Mapping[str, str]) -> str:
    title, path = source.get("title", ""), source.get("path", "")
    return f"[{title}]({path})" if title and path else title or path
