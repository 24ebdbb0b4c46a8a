"""What is written over what: lays our fields over a CKAN dictionary and says whether anything changes.

CKAN answers a field without a value as None, as an empty text or list, or not at all; these are the same here. Fields that we do
not name stay as they are: staff may have filled them in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["differs", "overlay"]

#: Lists of CKAN that are sets: what of an entry counts.
_SETS = {"tags": "name", "groups": "id"}


def overlay(current: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """The dictionary to write: ours over what is there."""
    return {**current, **ours}


def differs(current: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether writing ours over the current dictionary would change anything.

    Resources are compared one by one, by id and in their order.
    """
    return any(not _same(key, current.get(key), value) for key, value in ours.items())


def _same(key: str, current: Any, ours: Any) -> bool:
    if key in _SETS:
        return _names(current, _SETS[key]) == _names(ours, _SETS[key])
    if key == "resources":
        return _same_resources(current or [], ours)
    if isinstance(ours, Mapping) and isinstance(current, Mapping):
        return not differs(current, ours)
    if _is_list_of_dicts(ours) and isinstance(current, list) and len(current) == len(ours):
        return all(not differs(a, b) for a, b in zip(current, ours, strict=True))
    return _plain(current) == _plain(ours)


def _same_resources(current: Sequence[Mapping[str, Any]], ours: Sequence[Mapping[str, Any]]) -> bool:
    if [resource["id"] for resource in current] != [resource["id"] for resource in ours]:
        return False
    return all(not differs(a, b) for a, b in zip(current, ours, strict=True))


def _names(entries: Any, key: str) -> set[str]:
    return {entry[key] for entry in entries or ()}


def _is_list_of_dicts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _plain(value: Any) -> Any:
    return None if value in (None, "", [], {}) else value
