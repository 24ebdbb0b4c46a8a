"""Wiring: what this extension adds to CKAN, and where it is."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig, config_declaration
from ckan.lib.plugins import DefaultTranslation
from ckan.types import CKANApp, Context, DataDict, Schema
from ckanext.datastore.interfaces import IDataDictionaryForm, IDatastore

from . import model  # noqa: F401  (CKAN knows our tables)
from .catalogue import dictionary, feed
from .logic.gathering import gather
from .packages.metadata import LICENCES_FILE
from .search import connection, facets, hooks, tables

#: Settings of other parts that this catalogue needs; a site's own value wins. (ckanext-scheming's stand in config_declaration.yaml:
#: it reads them before a plugin that is listed in front of it has its turn.)
SETTINGS = {
    "licenses_group_url": f"file://{LICENCES_FILE}",
    "ckanext.dcat.resource.inherit.license": True,
    "ckanext.dcat.rdf.profiles": "miyagiict_dcat_ap",
    "ckanext.dcat.structured_data.profiles": ["miyagiict_schema_org"],
    "ckan.favicon": "/miyagiict/mark.svg",
    # CKAN hides what the site's own user does, who publishes and harvests all. The setting takes names, and no user can have this one.
    "ckan.hide_activity_from_users": ["(nobody)"],
}


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.blueprints
@tk.blanket.cli
@tk.blanket.config_declarations
@tk.blanket.helpers
class MiyagiictPlugin(p.SingletonPlugin, DefaultTranslation):
    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)
    p.implements(IDataDictionaryForm, inherit=True)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IFeed, inherit=True)
    p.implements(p.IMiddleware, inherit=True)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_public_directory(config, "public")
        tk.add_resource("assets", "miyagiict")
        for key, value in SETTINGS.items():
            default = config_declaration[key].default
            if config.get(key) in (None, "", default, [default]):
                config[key] = value
        connection.keep_open()

    # IMiddleware

    def make_middleware(self, app: CKANApp, config: CKANConfig) -> CKANApp:
        gather()
        return app

    # IDataDictionaryForm

    def update_datastore_create_schema(self, schema: Schema) -> Schema:
        return dictionary.extend_schema(schema)

    def update_datastore_info_field(self, field: dict[str, Any], plugin_data: dict[str, Any]) -> dict[str, Any]:
        return dictionary.extend_field(field, plugin_data)

    # IFeed

    def get_feed_class(self) -> type[feed.Feed]:
        return feed.Feed

    def get_item_additional_fields(self, dataset_dict: dict[str, Any]) -> dict[str, Any]:
        return feed.fields(dataset_dict)

    # IPackageController

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return hooks.before_dataset_index(pkg_dict)

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        return hooks.before_dataset_search(search_params)

    def after_dataset_search(self, search_results: dict[str, Any], search_params: dict[str, Any]) -> dict[str, Any]:
        return facets.translate(search_results)


class MiyagiictTablesPlugin(p.SingletonPlugin):
    """Search inside tables. A plugin of its own: it must be listed behind ``datastore``, the other one in front."""

    p.implements(IDatastore, inherit=True)

    def datastore_search(self, context: Context, data_dict: DataDict, fields_types: DataDict, query_dict: DataDict) -> DataDict:
        return tables.add_conditions(context, data_dict, fields_types, query_dict)
