"""Previews of tables, many at once and in the transaction of their datasets.

``resource_view_create`` commits each one, and gives each a line in the dataset's history, where they hide what happened to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan.lib import datapreview
from ckan.model import ResourceView, Session

__all__ = ["TABLE_VIEW", "keep_in_step", "without_unseen"]

#: CKAN's table preview.
TABLE_VIEW = "datatables_view"


def keep_in_step(resources: Iterable[Mapping[str, Any]]) -> None:
    """Give each table a preview, and take it from what is a table no longer. Commits nothing.

    :param resources: as they were written, with ``id`` and ``datastore_active``
    """
    wanted = {resource["id"]: bool(resource.get("datastore_active")) for resource in resources}
    query = sa.select(ResourceView).where(ResourceView.view_type == TABLE_VIEW, ResourceView.resource_id.in_(wanted))
    there = {view.resource_id: view for view in Session.scalars(query)}
    for id, is_table in wanted.items():
        if is_table and id not in there:
            config = _usual_config()
            Session.add(ResourceView(resource_id=id, view_type=TABLE_VIEW, title="表で見る", description="", order=0, config=config))
        elif is_table and not there[id].config:
            there[id].config = _usual_config()
        elif not is_table and id in there:
            Session.delete(there[id])


def without_unseen(package: dict[str, Any], *, of_tables: bool) -> dict[str, Any]:
    """A package without the resources that none of the site's default views shows.

    :param of_tables: the views that read the DataStore, too
    """
    views = datapreview.get_default_view_plugins(of_tables)
    resources = package.get("resources") or ()
    seen = [one for one in resources if any(view.can_view({"resource": one, "package": package}) for view in views)]
    return {**package, "resources": seen}


def _usual_config() -> dict[str, Any]:
    """What the preview's form would save untouched: without it the preview is a list of a few columns."""
    plugin = datapreview.get_view_plugin(TABLE_VIEW)
    if plugin is None:
        return {}
    usual, _errors = tk.navl_validate({}, plugin.info().get("schema", {}), {})
    return dict(usual)
