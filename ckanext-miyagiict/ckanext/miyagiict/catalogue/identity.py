"""Ids that are the same in every installation, so that an API address in a paper or a script keeps working.

UUIDs of version 5 (RFC 9562), named after what the thing is: a package, a table in it, a public body.
"""

from __future__ import annotations

import re
import uuid

from ..packages.metadata import Publisher

__all__ = [
    "dataset_id", "group_id", "harvested_dataset_id", "harvested_resource_id", "organization_id", "organization_name", "resource_id",
]

_NAMESPACE = uuid.UUID("5d3fa4f4-0d0c-5d55-9c39-3b1f0a5b0e0a")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


def dataset_id(package: str) -> str:
    """Id of the dataset of a package, by the package's name."""
    return _id("dataset", package)


def resource_id(package: str, resource: str) -> str:
    """Id of the CKAN resource, and so of its DataStore table."""
    return _id("resource", package, resource)


def harvested_dataset_id(portal: str, record: str) -> str:
    """Id of the dataset of a record at a portal."""
    return _id("harvested", portal, record)


def harvested_resource_id(dataset: str, resource: str) -> str:
    """Id of a resource of a harvested dataset, by the resource's id within the record."""
    return _id("harvested-resource", dataset, resource)


def organization_id(code: str) -> str:
    """Id of a public body, by its 全国地方公共団体コード."""
    return _id("organization", code)


def group_id(name: str) -> str:
    return _id("group", name)


def organization_name(publisher: Publisher) -> str:
    """Address of a public body: its English name in small letters, else its code."""
    slug = _NOT_IN_NAMES.sub("-", publisher.name_en.lower()).strip("-")
    return slug if len(slug) > 1 else f"org-{publisher.code}"


def _id(*parts: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))
