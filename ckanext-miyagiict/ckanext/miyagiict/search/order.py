"""Organizations in the order of their readings: by title, CKAN sorts 七ヶ宿町 before 仙台市 before 名取市, as the codes of the characters are."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import has_request_context

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import ChainedAction, Context, DataDict

from ..packages.areas import english_area
from .groups import narrowed
from .names import reading

__all__ = ["organization_list", "title_key"]


@tk.chained_action
@tk.side_effect_free
def organization_list(original: ChainedAction, context: Context, data_dict: DataDict) -> list[Any]:
    """List organizations; by title (CKAN's default) in the order of the readings, on English pages in that of the English names.
    ``q`` finds them by their readings too.

    Other orders are CKAN's own. ``ckanapi action organization_list sort='title desc'``

    :returns: as CKAN's own action
    """
    data_dict = narrowed(data_dict, "organization")
    field, _, direction = (data_dict.get("sort") or tk.config["ckan.default_group_sort"]).strip().partition(" ")
    if field != "title" or data_dict.get("order_by"):
        return original(context, data_dict)
    if data_dict.get("limit") or data_dict.get("offset"):
        original(context, {**data_dict, "all_fields": False})  # refuses what is no limit or offset
    unordered = {key: value for key, value in data_dict.items() if key not in ("limit", "offset", "sort")}
    found = original(context, {**unordered, "all_fields": False})
    ordered = sorted(found, key=_titles(found).__getitem__, reverse=direction.strip().lower() == "desc")
    full = tk.asbool(data_dict.get("all_fields"))
    some = _page(ordered, data_dict, tk.config["ckan.group_and_organization_list_all_fields_max"] if full else len(ordered))
    if not full or not some:
        return some
    shown = original(context, {**unordered, "organizations": some})
    return sorted(shown, key=lambda organization: some.index(organization["name"]))


def title_key(title: str, language: str) -> tuple[str, str]:
    """What a title is sorted by: its reading, or its English name, where one is known; else the title in normal form."""
    if language == "en":
        return (english_area(title) or title).casefold(), title
    return reading(title), title


def _titles(found: list[str]) -> dict[str, tuple[str, str]]:
    """Name or id, whichever CKAN lists → what the organization is sorted by."""
    query = sa.select(model.Group.id, model.Group.name, model.Group.title).where(sa.or_(model.Group.name.in_(found), model.Group.id.in_(found)))
    language = tk.h.lang() if has_request_context() else "ja"
    keys = [(id, name, title_key(title or name, language)) for id, name, title in model.Session.execute(query)]
    return {one: key for id, name, key in keys for one in (id, name)}


def _page(ordered: list[str], data_dict: DataDict, most: int) -> list[str]:
    """The part that ``limit`` and ``offset`` ask for; what is no number CKAN has refused before."""
    start = int(data_dict.get("offset") or 0)
    return ordered[start : start + min(int(data_dict.get("limit") or most), most)]
