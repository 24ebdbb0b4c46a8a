"""Takes away all that came from a source: datasets, tables, jobs, what we remember of its records. The source itself stays.

ckanext-harvest's own way deletes every dataset that the source's log names, also another source's that a record was only linked to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan import plugins as p
from ckan.model import Session
from ckan.types import Context
from ckanext.activity.model import Activity
from ckanext.harvest.model import HarvestGatherError, HarvestJob, HarvestObject, HarvestObjectError, HarvestObjectExtra

from ..catalogue import tables
from ..model import HarvestedRecord
from . import twins
from .sources import settings_of
from .worker import kept_by_me

__all__ = ["clear", "purge"]


def clear(source_id: str) -> int:
    """Remove all that came from a source; datasets that other sources made stay.

    :returns: how many datasets
    :raises ckan.plugins.toolkit.ValidationError: it is being harvested
    """
    with kept_by_me(source_id) as is_mine:
        if not is_mine:
            raise tk.ValidationError({"source_id": [tk._("収集しているところです。終わってからもう一度実行してください。")]})
        query = sa.select(HarvestedRecord).where(HarvestedRecord.source_id == source_id, HarvestedRecord.is_primary)
        records = Session.scalars(query).all()
        datasets = [record.dataset_id for record in records]
        resources = [fields["id"] for record in records for file in record.files.values() if (fields := file["fields"]).get("id")]
        _forget_jobs(source_id)
        for id in resources:
            tables.drop(id)
        purge(datasets)
        twins.forget(datasets, source_id)
        Session.execute(sa.delete(HarvestedRecord).where(HarvestedRecord.source_id == source_id))
        settings_of(source_id).validators = {}
        Session.commit()
    return len(datasets)


def purge(dataset_ids: Sequence[str]) -> None:
    """Remove datasets for good, with the news of them."""
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    for id in dataset_ids:
        if model.Package.get(id) is not None:
            tk.get_action("dataset_purge")(Context(ignore_auth=True, user=site_user), {"id": id})
    if p.plugin_loaded("activity"):
        Session.execute(sa.delete(Activity).where(Activity.object_id.in_(dataset_ids)))
    Session.commit()


def _forget_jobs(source_id: str) -> None:
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
