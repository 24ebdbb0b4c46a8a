"""Actions on packages, plans and searches."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ... import config
from ...catalogue import previews
from ...catalogue import tables as loader
from ...catalogue.filters import check_filters
from ...catalogue.publish import folders_below
from ...catalogue.publish import publish as publish_folder
from ...packages.problems import PackageInvalid
from ...search import tables
from ...search.actions import package_autocomplete, package_search, tag_autocomplete
from ...search.groups import group_autocomplete, group_list, organization_autocomplete
from ...search.order import organization_list
from .. import plans, schema

__all__ = [
    "datastore_create",
    "datastore_search",
    "group_autocomplete",
    "group_list",
    "miyagiict_plan_list",
    "miyagiict_plan_show",
    "miyagiict_publish",
    "package_autocomplete",
    "organization_autocomplete",
    "organization_list",
    "package_create_default_resource_views",
    "package_search",
    "tag_autocomplete",
]


@tk.validate_action_data(schema.publish)
def miyagiict_publish(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Publish one Data Package of the folder ``ckanext.miyagiict.datasets_path``, or say what publishing would do.

    Does not take folders elsewhere on the server; the command ``ckan miyagiict publish`` does. An unchanged package writes nothing.

    ``ckanapi action miyagiict_publish package=miyagi-it-plan-2013 dry_run=true``

    :param package: name of the package's folder
    :param dry_run: write nothing (optional, default: false)
    :returns: ``package``, ``status`` (``created``, ``updated``, ``unchanged``), ``tables`` loaded, ``rows``, ``withdrawn``, ``seconds``
    :raises ckan.plugins.toolkit.ValidationError: no such package, or a broken one; then ``problems`` lists file, row, field, value,
        rule, and a Japanese and an English sentence for each
    """
    tk.check_access("miyagiict_publish", context, data_dict)
    root = config.datasets_path()
    folders = {folder.name: folder for folder in folders_below(root)} if root else {}
    if data_dict["package"] not in folders:
        raise tk.ValidationError({"package": [tk._("公開できるデータパッケージの中に見つかりません。")]})
    try:
        return publish_folder(folders[data_dict["package"]], dry_run=data_dict["dry_run"]).as_dict()
    except PackageInvalid as error:
        raise tk.ValidationError({"problems": [problem.as_dict() for problem in error.problems]}) from error


@tk.chained_action
def datastore_create(original: Callable[..., dict[str, Any]], context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """CKAN's own action; rows of a table that this catalogue loads are no longer found by what stood in a column that it deletes.

    ``ckanapi action datastore_create resource_id=… delete_fields:true fields:'[{"id": "name"}]' force:true``
    """
    result = original(context, data_dict)
    if data_dict.get("delete_fields"):
        loader.renew_search_text(str(result["resource_id"]))
    return result


@tk.chained_action
@tk.side_effect_free
def datastore_search(original: Callable[..., dict[str, Any]], context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """CKAN's own action; its ``q`` finds Japanese words and parts of words in the tables that this catalogue loads.

    ``ckanapi action datastore_search resource_id=… q=電子申請``
    """
    data_dict = dict(data_dict)
    if data_dict.get("filters"):
        check_filters(_as_json(data_dict["filters"]))
    tables.take_question(context, data_dict)
    return tables.with_total(original(context, data_dict))


def _as_json(value: Any) -> Any:
    """A parameter that CKAN takes as JSON text too; what is no JSON is for CKAN to refuse."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return {}


@tk.chained_action
def package_create_default_resource_views(
    original: Callable[..., list[dict[str, Any]]], context: Context, data_dict: dict[str, Any]
) -> list[dict[str, Any]]:
    """CKAN's own action; it is not asked about resources that no default view shows, each of which costs it two queries.

    ``ckanapi action package_create_default_resource_views package:'{"id": "…", "resources": [{"id": "…", "format": "TXT"}]}'``
    """
    if package := data_dict.get("package"):
        data_dict = {**data_dict, "package": previews.without_unseen(package, of_tables=tk.asbool(data_dict.get("create_datastore_views", False)))}
    return original(context, data_dict)


@tk.side_effect_free
@tk.validate_action_data(schema.plan_list)
def miyagiict_plan_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The plans of the catalogue: every dataset of the group ``plans`` that the user may see, the latest period first.

    ``ckanapi action miyagiict_plan_list``

    :returns: datasets as in ``package_search``
    """
    tk.check_access("miyagiict_plan_list", context, data_dict)
    return plans.list_plans(context)


@tk.side_effect_free
@tk.validate_action_data(schema.plan_show)
def miyagiict_plan_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What stands on a plan's page: its measures, projects and targets in groups, as far as the package has such tables.

    Does not show every column: the tables themselves are asked by ``datastore_search``.

    ``ckanapi action miyagiict_plan_show id=miyagi-it-plan-2013``

    :param id: name or id of a dataset
    :param filters: filter → value, such as ``{"measures.departments": "市民課"}`` (optional)
    :returns: ``dataset``, ``sections``, ``documents`` (id → title), ``other_tables``
    :raises ckan.plugins.toolkit.ObjectNotFound: no such dataset
    """
    tk.check_access("miyagiict_plan_show", context, data_dict)
    dataset = tk.get_action("package_show")(tk.fresh_context(context), {"id": data_dict["id"]})
    page = plans.show_plan(context, dataset, data_dict.get("filters") or {})
    return {**page, "sections": [asdict(section) for section in page["sections"]]}
