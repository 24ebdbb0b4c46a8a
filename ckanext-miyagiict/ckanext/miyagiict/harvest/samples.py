"""The demonstration: sources whose portals are samples (``replaying``), how they come, and how all of them goes again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
import yaml

import ckan.plugins.toolkit as tk
from ckan import model
from ckan import plugins as p
from ckan.model import Session
from ckan.types import Context
from ckanext.activity.model import Activity
from ckanext.harvest.model import HarvestGatherError, HarvestJob, HarvestObject, HarvestObjectError, HarvestObjectExtra, HarvestSource

from ..catalogue import tables
from ..model import HarvestedRecord
from . import operating, owners, replaying
from .sources import NAME_PREFIX, Source
from .worker import kept_by_me

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
    with kept_by_me(source_id) as is_mine:
        if not is_mine:
            raise tk.ValidationError({"source_id": [tk._("見本を収集しているところです。終わってからもう一度実行してください。")]})
        query = sa.select(HarvestedRecord).where(HarvestedRecord.source_id == source_id, HarvestedRecord.is_primary)
        records = Session.scalars(query).all()
        datasets = [record.dataset_id for record in records]
        resources = [fields["id"] for record in records for file in record.files.values() if (fields := file["fields"]).get("id")]
        _forget_jobs(source_id)
        for id in resources:
            tables.drop(id)
        for id in [*datasets, source_id]:
            _purge(id)
        Session.execute(sa.delete(HarvestSource).where(HarvestSource.id == source_id))  # and by its foreign keys all that we remember of it
        if p.plugin_loaded("activity"):
            Session.execute(sa.delete(Activity).where(Activity.object_id.in_([*datasets, source_id])))
        Session.commit()
    return len(datasets)


def _forget_jobs(source_id: str) -> None:
    """ckanext-harvest's log of a source. Its own ``harvest_source_clear`` also deletes datasets of other sources that the log names."""
    objects = sa.select(HarvestObject.id).where(HarvestObject.harvest_source_id == source_id)
    jobs = sa.select(HarvestJob.id).where(HarvestJob.source_id == source_id)
    beside: Sequence[Any] = (
        sa.delete(HarvestObjectError).where(HarvestObjectError.harvest_object_id.in_(objects)),
        sa.delete(HarvestObjectExtra).where(HarvestObjectExtra.harvest_object_id.in_(objects)),
        sa.delete(HarvestObject).where(HarvestObject.harvest_source_id == source_id),
        sa.delete(HarvestGatherError).where(HarvestGatherError.harvest_job_id.in_(jobs)),
        sa.delete(HarvestJob).where(HarvestJob.source_id == source_id),
    )
    for statement in beside:
        Session.execute(statement, execution_options={"synchronize_session": False})
    Session.commit()


def _purge(dataset_id: str) -> None:
    if model.Package.get(dataset_id) is not None:
        tk.get_action("dataset_purge")(Context(ignore_auth=True, user=_site_user()), {"id": dataset_id})


def _site_user() -> str:
    return str(tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"])
