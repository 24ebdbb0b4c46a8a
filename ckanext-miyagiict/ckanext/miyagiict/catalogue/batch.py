"""Writes many datasets at once: one transaction, one request to the index.

CKAN's own actions write a dataset with three commits and two requests to Solr, which costs more than everything else. Here the same
actions run with their commit deferred, and index and activity stream follow for all of them. A dataset that CKAN refuses spoils the
transaction it is in (``package_create`` rolls back): the batch is then written one by one, and only the refused ones fail.

For background processes only: while a batch is written, the process sends no signals of finished actions.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import logic, model
from ckan import plugins as p
from ckan.lib import signals
from ckan.lib.plugins import get_permission_labels
from ckan.types import Context
from ckanext.activity.model import Activity

from ..search.together import BothForms, index_together
from . import compare

__all__ = ["Written", "reindex", "write"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Written:
    """What became of one dataset.

    :param status: ``created``, ``updated``, ``unchanged``, ``withdrawn`` or ``failed``
    :param errors: field → messages, where CKAN refused it
    """

    dataset_id: str
    status: str
    errors: Mapping[str, Any] = field(default_factory=dict)


#: Called in the same transaction, before it is committed.
Beside = Callable[[Sequence[Written]], None]


def write(datasets: Sequence[dict[str, Any]], beside: Beside = lambda _written: None) -> list[Written]:
    """Bring datasets into the catalogue as they are given, each with its ``id``.

    Fields that are not given stay as they are. ``state: deleted`` withdraws one.

    :param beside: writes what belongs to the datasets, in the same transaction; called again when a batch is written one by one
    :returns: one entry a dataset, in their order
    """
    try:
        return _write(datasets, beside)
    except tk.ValidationError as error:
        model.Session.rollback()
        if len(datasets) > 1:
            return [written for dataset in datasets for written in write([dataset], beside)]
        refused = [Written(datasets[0]["id"], "failed", error.error_dict)]
        beside(refused)
        model.Session.commit()
        return refused


def reindex(dataset_ids: Sequence[str]) -> None:
    """Put datasets into the index as the database has them: after a crash between the two."""
    writer = _writer()
    index_together([logic.package_show_default_and_custom_schemas(_context(writer), id) for id in dataset_ids])


def _write(datasets: Sequence[dict[str, Any]], beside: Beside) -> list[Written]:
    writer = _writer()
    with signals.action_succeeded.muted():
        there = set(model.Session.scalars(sa.select(model.Package.id).where(model.Package.id.in_([dataset["id"] for dataset in datasets]))))
        written = []
        for dataset in datasets:
            written.append(_put(dataset, writer, is_there=dataset["id"] in there))
            there.add(dataset["id"])
        changed = {entry.dataset_id: entry.status for entry in written if entry.status != "unchanged"}
        model.Session.flush()
        # What is withdrawn leaves the index also where the database had it already: a run may have ended between the two.
        withdrawn = {dataset["id"] for dataset in datasets if dataset.get("state") == "deleted"}
        both = {id: logic.package_show_default_and_custom_schemas(_context(writer), id) for id in {**changed, **dict.fromkeys(withdrawn)}}
    if p.plugin_loaded("activity"):
        for id, status in changed.items():
            _tell(id, status, both[id], writer)
    beside(written)
    model.Session.commit()
    if both:
        index_together(both.values())
    return written


def _put(ours: dict[str, Any], writer: model.User, *, is_there: bool) -> Written:
    context = Context(_context(writer), defer_commit=True, return_id_only=True)  # type: ignore[misc]
    if not is_there:
        tk.get_action("package_create")(context, ours)
        return Written(ours["id"], "created")
    current = tk.get_action("package_show")(Context(_context(writer), use_cache=False), {"id": ours["id"]})  # type: ignore[misc]
    wanted = {**ours, "name": current["name"]}  # staff may have given it another address
    if not compare.differs(current, wanted):
        return Written(ours["id"], "unchanged")
    tk.get_action("package_update")(context, compare.overlay(current, {**wanted, "resources": _resources(current, wanted)}))
    return Written(ours["id"], "withdrawn" if wanted.get("state") == "deleted" else "updated")


def _resources(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    there = {resource["id"]: resource for resource in current.get("resources", ())}
    return [compare.overlay(there.get(resource["id"], {}), resource) for resource in wanted.get("resources", there.values())]


def _tell(dataset_id: str, status: str, both: BothForms, writer: model.User) -> None:
    """Add to the activity stream what CKAN's subscription would add."""
    kind = {"created": "new package", "withdrawn": "deleted package"}.get(status, "changed package")
    package = model.Package.get(dataset_id)
    assert package is not None
    labels = get_permission_labels().get_dataset_labels(package)
    model.Session.add(Activity(writer.id, dataset_id, kind, {"package": both[1], "actor": writer.name}, labels))


def _writer() -> model.User:
    """The site itself writes: whoever started the run was asked before."""
    site_user = tk.get_action("get_site_user")({"ignore_auth": True, "defer_commit": True}, {})
    user = model.Session.get(model.User, site_user["id"])
    assert user is not None
    return user


def _context(writer: model.User) -> Context:
    """With the account itself in it, CKAN's actions need not look for it, once in every action of every dataset."""
    return Context(ignore_auth=True, user=writer.name, auth_user_obj=writer)
