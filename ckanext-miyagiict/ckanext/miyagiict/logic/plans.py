"""Plans of the catalogue as pages need them: asked of CKAN's own actions, with the rights of whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ..catalogue import identity
from ..pages import plan

__all__ = ["GROUP", "list_plans", "show_plan"]

#: The group of the catalogue that holds the plans (catalogue/groups.yaml).
GROUP = "plans"
#: A page shows this many rows of a table; the whole table has a page of its own.
MOST_ROWS = 1000


def list_plans(context: Context) -> list[dict[str, Any]]:
    """The datasets of the group of plans, the latest period first."""
    found = tk.get_action("package_search")(tk.fresh_context(context), {"fq": f"groups:{GROUP}", "rows": 1000, "sort": "name asc"})
    return sorted(found["results"], key=_start, reverse=True)


def show_plan(context: Context, dataset: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    """The sections of a plan's page, and its tables that no section shows.

    :param dataset: as ``package_show`` has it
    :param chosen: filter parameter → value
    """
    resources = {resource["id"]: resource for resource in dataset["resources"] if not resource.get("withdrawn")}
    package = dataset.get("identifier") or dataset["name"]

    @lru_cache
    def load(name: str) -> plan.Table | None:
        resource = resources.get(identity.resource_id(package, name))
        return _table(context, resource) if resource and resource.get("datastore_active") else None

    built = plan.sections(load, chosen)
    documents = load("documents")
    shown = {section.resource["id"] for section in built}
    return {
        "dataset": dataset,
        "sections": built,
        "documents": {row["id"]: row["title"] for row in documents.rows} if documents else {},
        "other_tables": [entry for entry in resources.values() if entry.get("datastore_active") and entry["id"] not in shown],
    }


def _table(context: Context, resource: Mapping[str, Any]) -> plan.Table | None:
    """A table of the DataStore with the catalogue's headings; None where CKAN lists one that is not there."""
    ask = {"resource_id": resource["id"], "limit": MOST_ROWS, "sort": "_id"}
    try:
        found = tk.get_action("datastore_search")(tk.fresh_context(context), ask)
        info = tk.get_action("datastore_info")(
            tk.fresh_context(context), {"id": resource["id"], "include_meta": False, "include_fields_schema": False}
        )
    except tk.ObjectNotFound:
        return None
    columns = {entry["id"]: _column(entry) for entry in info["fields"] if not entry["id"].startswith("_")}
    return plan.Table(resource, columns, found["records"], found["total"])


def _column(entry: Mapping[str, Any]) -> plan.Column:
    title = entry.get("info", {}).get("label") or entry["id"]
    return plan.Column(entry["id"], entry["type"], title, entry.get("title_en") or entry["id"], entry.get("unit", ""))


def _start(dataset: Mapping[str, Any]) -> str:
    periods = dataset.get("temporal_coverage") or [{}]
    return periods[0].get("start") or ""
