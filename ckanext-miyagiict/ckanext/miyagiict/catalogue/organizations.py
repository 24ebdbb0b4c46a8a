"""Organizations (public bodies) and groups that datasets belong to: there from the first dataset on, found by id again."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from typing import Any

import sqlalchemy as sa
import yaml

import ckan.plugins.toolkit as tk
from ckan.model import Group, Session
from ckan.types import Context

from ..packages.metadata import Publisher
from . import compare, identity

__all__ = ["DEFAULT_PUBLISHER", "KNOWN_GROUPS", "ensure_groups", "ensure_organization", "ensure_organizations"]

#: Whose catalogue this is: the owner of a package that names no publisher.
DEFAULT_PUBLISHER = Publisher("040002", "宮城県", "Miyagi Prefecture")

KNOWN_GROUPS: dict[str, dict[str, str]] = yaml.safe_load(files(__package__).joinpath("groups.yaml").read_text(encoding="utf-8"))


def ensure_organization(context: Context, publisher: Publisher) -> bool:
    """Create the organization of a public body, or bring its title up to date.

    :returns: whether anything was written
    """
    return _ensure(context, "organization", {
        "id": identity.organization_id(publisher.code),
        "name": identity.organization_name(publisher),
        "title": publisher.name,
        "extras": [{"key": "code", "value": publisher.code}, {"key": "title_en", "value": publisher.name_en}],
    })


def ensure_organizations(publishers: Iterable[Publisher]) -> int:
    """Create the organizations that are missing; those that are there stay as they are.

    :returns: how many were created
    """
    wanted = {identity.organization_id(publisher.code): publisher for publisher in publishers}
    there = set(Session.scalars(sa.select(Group.id).where(Group.id.in_(wanted), Group.state == "active")))
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    for id in wanted.keys() - there:
        ensure_organization(Context(ignore_auth=True, user=site_user["name"]), wanted[id])
    return len(wanted.keys() - there)


def ensure_groups(context: Context, names: Iterable[str]) -> bool:
    """Create groups of our list (groups.yaml), or bring them up to date.

    :returns: whether anything was written
    """
    written = [_ensure(context, "group", {
        "id": identity.group_id(name),
        "name": name,
        "title": KNOWN_GROUPS[name]["title"],
        "description": KNOWN_GROUPS[name]["description"],
        "extras": [{"key": "title_en", "value": KNOWN_GROUPS[name]["title_en"]}],
    }) for name in names]
    return any(written)


def _ensure(context: Context, kind: str, ours: dict[str, Any]) -> bool:
    try:
        current = tk.get_action(f"{kind}_show")(_fresh(context), {"id": ours["id"], "include_datasets": False, "include_extras": True})
    except tk.ObjectNotFound:
        tk.get_action(f"{kind}_create")(_fresh(context), ours)
        return True
    # Staff may have given it another address or an image; only what we know better is compared.
    wanted = {**ours, "name": current["name"], "state": "active", "extras": _merged(current["extras"], ours["extras"])}
    if not compare.differs({**current, "extras": _merged(current["extras"], [])}, wanted):
        return False
    tk.get_action(f"{kind}_update")(_fresh(context), compare.overlay(current, wanted))
    return True


def _merged(current: Iterable[dict[str, Any]], ours: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    values = {extra["key"]: extra["value"] for extra in (*current, *ours)}
    return [{"key": key, "value": values[key]} for key in sorted(values)]


def _fresh(context: Context) -> Context:
    fresh = tk.fresh_context(context)
    fresh["defer_commit"] = False
    return fresh
