"""What a dataset is counted by (KPIs of the plans): whose it is, from which portal, and whether one of its files is open and was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from miyagi_harvesters.licences import is_open

__all__ = ["fields"]

#: What reading a file may find that nobody can read on as data.
_UNREADABLE = frozenset(("", "binary", "empty", "html"))


def fields(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the index.

    :param dataset: as ``package_show`` gives it
    """
    publishers = dataset.get("publisher")
    first = publishers[0] if isinstance(publishers, list) and publishers and isinstance(publishers[0], Mapping) else {}
    return {
        "miyagiict_publisher": str(first.get("identifier") or ""),
        "miyagiict_portal": _portals(dataset),
        "miyagiict_is_sample": dataset.get("is_sample") == "true",
        "miyagiict_is_open": any(_counts(resource, dataset) for resource in dataset.get("resources") or ()),
    }


def _portals(dataset: Mapping[str, Any]) -> list[str]:
    """Where it was harvested, and the sites of its other addresses: the same data on two portals is one dataset of both."""
    elsewhere = dataset.get("also_at")
    parts = [urlsplit(str(address)) for address in (elsewhere if isinstance(elsewhere, list) else [elsewhere]) if address]
    sites = [f"https://{part.netloc.lower()}" for part in parts if part.netloc]
    return list(dict.fromkeys(filter(None, [str(dataset.get("harvest_portal") or ""), *sites])))


def _counts(resource: Mapping[str, Any], dataset: Mapping[str, Any]) -> bool:
    """Open by its own licence, else by its dataset's; read into the catalogue, or found to be what a program can read."""
    if resource.get("withdrawn"):
        return False
    is_read = bool(resource.get("datastore_active")) or str(resource.get("detected_format") or "").lower() not in _UNREADABLE
    return is_read and is_open(resource.get("license") or dataset.get("license_id"))
