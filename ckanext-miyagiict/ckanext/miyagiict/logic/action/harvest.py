"""Actions on sources that are harvested, their runs, and what waits for a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ... import config
from ...harvest import clearing, operating
from ...harvest.sources import NAME_PREFIX, Source
from .. import schema

__all__ = [
    "harvest_job_create", "harvest_source_clear", "harvest_source_create", "miyagiict_harvest_accept", "miyagiict_harvest_approve", "miyagiict_harvest_configure",
    "miyagiict_harvest_preview", "miyagiict_harvest_release", "miyagiict_harvest_restore", "miyagiict_harvest_run_list",
    "miyagiict_harvest_run_show", "miyagiict_harvest_source_list", "miyagiict_harvest_sources_load",
]


@tk.chained_action
def harvest_job_create(original: Callable[..., dict[str, Any]], context: Context, data_dict: DataDict) -> dict[str, Any]:
    """ckanext-harvest's own action; a source of our kinds must be approved first.

    ``ckanapi action harvest_job_create source_id=…``

    :raises ckan.plugins.toolkit.ValidationError: the source is not approved
    """
    tk.check_access("harvest_job_create", context, data_dict)
    row = operating.find_source(str(data_dict.get("source_id", "")))
    if row is not None and row.type.startswith(NAME_PREFIX) and not Source.of(row).is_approved:
        raise tk.ValidationError({"source_id": [tk._("この収集元はまだ承認されていません。システム管理者が承認すると実行できます。")]})
    return original(context, data_dict)


@tk.chained_action
def harvest_source_clear(original: Callable[..., dict[str, Any]], context: Context, data_dict: DataDict) -> dict[str, Any]:
    """ckanext-harvest's own action; of a source of our kinds it leaves alone what other sources made.

    ``ckanapi action harvest_source_clear id=…``

    :param id: id of the source
    :returns: ``id``
    :raises ckan.plugins.toolkit.ValidationError: the source is being harvested
    """
    tk.check_access("harvest_source_clear", context, data_dict)
    row = operating.find_source(str(data_dict.get("id", "")))
    if row is None or not row.type.startswith(NAME_PREFIX):
        return original(context, data_dict)
    clearing.clear(row.id)
    return {"id": row.id}


@tk.chained_action
def harvest_source_create(original: Callable[..., dict[str, Any]], context: Context, data_dict: DataDict) -> dict[str, Any]:
    """ckanext-harvest's own action; a source of our kinds is private: no dataset of its organization. Visitors read of it on /sources.

    ``ckanapi action harvest_source_create name=natori-ckan url=https://example.jp/ source_type=miyagi_ckan owner_org=natori-city``

    :returns: the source
    """
    tk.check_access("harvest_source_create", context, data_dict)
    is_ours = str(data_dict.get("source_type", "")).startswith(NAME_PREFIX)
    return original(context, {**data_dict, "private": True} if is_ours else data_dict)


@tk.side_effect_free
@tk.validate_action_data(schema.nothing)
def miyagiict_harvest_source_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Every source that is harvested, and how it stands.

    ``ckanapi action miyagiict_harvest_source_list``

    :returns: ``id``, ``title``, ``kind``, ``url``, ``active``, ``approved``, ``schedule``, ``next_run``, ``records`` (state → count), ``last_run``
    """
    tk.check_access("miyagiict_harvest_source_list", context, data_dict)
    return operating.list_sources()


@tk.side_effect_free
@tk.validate_action_data(schema.harvest_source)
def miyagiict_harvest_run_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The runs of a source, the latest first.

    ``ckanapi action miyagiict_harvest_run_list source_id=miyagi-dataeye``

    :param source_id: id or name
    :returns: ``job_id``, ``state``, ``started``, ``finished``, ``counts``, ``sentences`` (the report in Japanese)
    :raises ckan.plugins.toolkit.ObjectNotFound: no such source
    """
    tk.check_access("miyagiict_harvest_run_list", context, data_dict)
    return operating.list_runs(data_dict["source_id"])


@tk.side_effect_free
@tk.validate_action_data(schema.harvest_run)
def miyagiict_harvest_run_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One run with its report, its findings with cause and remedy, and what it holds for a person.

    ``ckanapi action miyagiict_harvest_run_show job_id=…``

    :param job_id: id of the harvest job
    :returns: as in ``miyagiict_harvest_run_list``, and ``findings``, ``held``
    :raises ckan.plugins.toolkit.ObjectNotFound: no such run
    """
    tk.check_access("miyagiict_harvest_run_show", context, data_dict)
    return operating.show_run(data_dict["job_id"])


@tk.side_effect_free
@tk.validate_action_data(schema.harvest_source)
def miyagiict_harvest_preview(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What a run of a source would do now. Asks the portal; writes nothing.

    ``ckanapi action miyagiict_harvest_preview source_id=miyagi-dataeye``

    :param source_id: id or name
    :returns: ``listed``, ``complete``, ``counts``, and the first 20 each of ``created``, ``changed``, ``withdrawn``, ``held``, ``candidates``
    :raises ckan.plugins.toolkit.ValidationError: the portal gives no list; ``problems`` says why and what to do
    """
    tk.check_access("miyagiict_harvest_preview", context, data_dict)
    return operating.preview(data_dict["source_id"])


@tk.validate_action_data(schema.harvest_source)
def miyagiict_harvest_approve(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Approve a source with its present address and settings; a change of them needs a new approval.

    ``ckanapi action miyagiict_harvest_approve source_id=miyagi-dataeye``

    :param source_id: id or name
    :returns: the source, as in ``miyagiict_harvest_source_list``
    :raises ckan.plugins.toolkit.ObjectNotFound: no such source
    :raises ckan.plugins.toolkit.ValidationError: the site's robots.txt forbids harvesting it; ``robots`` says what to do
    """
    tk.check_access("miyagiict_harvest_approve", context, data_dict)
    operating.check_robots(data_dict["source_id"])
    return operating.approve(data_dict["source_id"], context["user"])


@tk.validate_action_data(schema.harvest_configure)
def miyagiict_harvest_configure(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Set when a source runs, and who gets mail about it. What is not given stays.

    ``ckanapi action miyagiict_harvest_configure source_id=miyagi-dataeye schedule="30 3 * * 1" forbidden_hours=8-18``

    :param source_id: id or name
    :param schedule: five fields of cron, in Japan's time; empty for never by itself (optional)
    :param forbidden_hours: hours in which no run starts, such as ``8-18`` (optional)
    :param mail: ``failure``, ``change``, ``always`` or ``never`` (optional)
    :param mail_to: mail addresses with blanks between (optional)
    :param active: whether the source may run (optional)
    :returns: the source, as in ``miyagiict_harvest_source_list``
    :raises ckan.plugins.toolkit.ValidationError: a schedule or an hour that cannot be read; nothing is changed
    """
    tk.check_access("miyagiict_harvest_configure", context, data_dict)
    return operating.configure(data_dict["source_id"], data_dict)


@tk.validate_action_data(schema.harvest_run)
def miyagiict_harvest_release(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Release what the latest run of a source held: the datasets it names are withdrawn, unless the portal has listed them again.

    ``ckanapi action miyagiict_harvest_release job_id=…``

    :param job_id: id of the harvest job
    :returns: the run, and ``withdrawn``: how many
    :raises ckan.plugins.toolkit.ValidationError: it holds nothing, or there is a newer run
    """
    tk.check_access("miyagiict_harvest_release", context, data_dict)
    return operating.release(data_dict["job_id"], context["user"])


@tk.validate_action_data(schema.harvest_source)
def miyagiict_harvest_accept(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say that the next listing of a source is right although hardly a known record is in it: the portal has moved.

    ``ckanapi action miyagiict_harvest_accept source_id=miyagi-dataeye``

    :param source_id: id or name
    :returns: the source, as in ``miyagiict_harvest_source_list``
    """
    tk.check_access("miyagiict_harvest_accept", context, data_dict)
    return operating.accept(data_dict["source_id"], context["user"])


@tk.validate_action_data(schema.harvest_dataset)
def miyagiict_harvest_restore(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take the withdrawal of a dataset back, within the days that are set for it.

    ``ckanapi action miyagiict_harvest_restore id=…``

    :param id: id of the dataset
    :returns: ``id``, ``state``
    :raises ckan.plugins.toolkit.ValidationError: it was not withdrawn, or too long ago
    """
    tk.check_access("miyagiict_harvest_restore", context, data_dict)
    return operating.restore(data_dict["id"])


@tk.validate_action_data(schema.nothing)
def miyagiict_harvest_sources_load(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Create the sources of the list that comes with the catalogue, inactive and not approved; those that are there stay as they are.

    ``ckanapi action miyagiict_harvest_sources_load``

    :returns: ``created``: names of the sources
    :raises ckan.plugins.toolkit.ValidationError: no list is set, or it is broken
    """
    tk.check_access("miyagiict_harvest_sources_load", context, data_dict)
    file = config.harvest_sources_file()
    if file is None:
        raise tk.ValidationError({"file": [tk._("収集元の一覧が設定されていません（ckanext.miyagiict.harvest.sources_file）。")]})
    return {"created": operating.load_sources(file)}
