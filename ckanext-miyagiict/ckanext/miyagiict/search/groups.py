"""Organizations and categories by any part of their name, however it is typed, and by its reading: CKAN compares letters only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import ChainedAction, Context, DataDict

from .names import has_all

__all__ = ["group_autocomplete", "group_list", "narrowed", "organization_autocomplete"]


@tk.chained_action
@tk.side_effect_free
def group_list(original: ChainedAction, context: Context, data_dict: DataDict) -> list[Any]:
    """List groups; ``q`` finds them by their readings too.

    ``ckanapi action group_list q=けいかく``

    :returns: as CKAN's own action
    """
    return original(context, narrowed(data_dict, "group"))


@tk.chained_action
@tk.side_effect_free
def group_autocomplete(original: ChainedAction, context: Context, data_dict: DataDict) -> list[dict[str, str]]:
    """Complete the title or name of a group, from kana too.

    ``ckanapi action group_autocomplete q=けいかく``

    :returns: as CKAN's own action
    """
    return _completed(original, context, data_dict, "group")


@tk.chained_action
@tk.side_effect_free
def organization_autocomplete(original: ChainedAction, context: Context, data_dict: DataDict) -> list[dict[str, str]]:
    """Complete the title or name of an organization, from kana too.

    ``ckanapi action organization_autocomplete q=なとり``

    :returns: as CKAN's own action
    """
    return _completed(original, context, data_dict, "organization")


def narrowed(data_dict: DataDict, kind: str) -> DataDict:
    """A question for a list with the names that are found in place of ``q``; as it was where none is.

    :param kind: ``group`` or ``organization``
    """
    asked = data_dict.get("q")
    if not isinstance(asked, str) or not asked.strip():
        return data_dict
    key = f"{kind}s"
    among = tk.aslist(data_dict.get(key) or [], sep=",")
    found = [group.name for group in _found(asked, kind) if not among or group.name in among]
    return {**{name: value for name, value in data_dict.items() if name != "q"}, key: found} if found else data_dict


def _completed(original: Callable[..., list[dict[str, str]]], context: Context, data_dict: DataDict, kind: str) -> list[dict[str, str]]:
    """CKAN's answer, and behind it what it does not know."""
    known = original(context, data_dict)
    there = {entry["id"] for entry in known}
    more = [{"id": group.id, "name": group.name, "title": group.title} for group in _found(str(data_dict["q"]), kind) if group.id not in there]
    return [*known, *more][: int(data_dict.get("limit") or 20)]


def _found(asked: str, kind: str) -> list[Any]:
    query = sa.select(model.Group.id, model.Group.name, model.Group.title, model.Group.description, model.Group.extras).where(
        model.Group.is_organization == (kind == "organization"), model.Group.state == "active"
    ).order_by(model.Group.title)
    return [
        group for group in model.Session.execute(query)
        if has_all(filter(None, (group.name, group.title, group.description, (group.extras or {}).get("title_en"))), asked)
    ]
