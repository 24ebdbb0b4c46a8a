"""The demonstration: sources whose portals are samples (``replaying``), how they come, and how all of them goes again."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
import yaml

import ckan.plugins.toolkit as tk
from ckan.model import Session
from ckanext.harvest.model import HarvestSource

from . import clearing, operating, owners, replaying
from .sources import NAME_PREFIX, Source

__all__ = ["SOURCES", "remove", "set_up"]

#: Beside the folders of saved answers.
SOURCES = "sources.yaml"


def set_up() -> list[str]:
    """Create the sources of the demonstration, approved; those that are there stay as they are.

    :returns: ids of all of them, in the order of the file
    :raises ckan.plugins.toolkit.ValidationError: there are no samples
    """
    entries: list[dict[str, Any]] = yaml.safe_load((replaying.folder() / SOURCES).read_text(encoding="utf-8"))["sources"]
    owners.ensure_all()
    ids = []
    for entry in entries:
        is_new = operating.create_source({**entry, "options": {**(entry.get("options") or {}), "sample": True}}, active=True)
        row = operating.source_row(entry["name"])
        if is_new:
            operating.approve(row.id, _site_user())
        ids.append(str(row.id))
    return ids


def remove() -> tuple[int, int]:
    """Remove every sample source with all that came from it: datasets, tables, jobs, news of them. Real sources stay untouched.

    :returns: how many sources, and how many datasets
    :raises ckan.plugins.toolkit.ValidationError: one of them is being harvested
    """
    rows = Session.scalars(sa.select(HarvestSource).where(HarvestSource.type.startswith(NAME_PREFIX))).all()
    ids = [str(row.id) for row in rows if Source.of(row).is_sample]
    return len(ids), sum(_remove(id) for id in ids)


def _remove(source_id: str) -> int:
    count = clearing.clear(source_id)
    clearing.purge([source_id])
    Session.execute(sa.delete(HarvestSource).where(HarvestSource.id == source_id))  # and by its foreign keys what we keep of it
    Session.commit()
    return count


def _site_user() -> str:
    return str(tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"])
