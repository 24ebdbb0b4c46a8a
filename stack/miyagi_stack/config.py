"""``ckan.ini``: the settings of this catalogue, and the secrets made once for it."""

from __future__ import annotations

import secrets as random
from dataclasses import dataclass
from pathlib import Path

from miyagi_stack.files import read_json, write_if_changed, write_json
from miyagi_stack.home import PROJECT, Home

# miyagiict first, so that its templates win; datastore before every other IDatastore plugin (facts, section 3).
PLUGINS = (
    "miyagiict datastore miyagiict_tables datatables_view text_view activity harvest miyagiict_ckan_harvester miyagiict_dataeye_harvester "
    "miyagiict_datapackage_harvester miyagiict_dcat_harvester miyagiict_linkdata_harvester miyagiict_pages_harvester "
    "miyagiict_shirasagi_harvester dcat structured_data scheming_datasets"
)

SETTINGS = {
    "ckan.plugins": PLUGINS,
    "ckan.site_id": "miyagi",
    "ckan.site_title": "宮城県ICT計画オープンデータカタログ",
    "ckan.site_description": "みやぎのICT計画と指標をデータで公開するカタログ",
    "ckanext.miyagiict.site_title_en": "Miyagi ICT Plans Open Data Catalogue",
    "ckanext.miyagiict.site_description_en": "ICT plans and indicators of Miyagi, as data",
    "ckan.locale_default": "ja",
    "ckan.locales_offered": "ja en",
    "ckan.locale_order": "ja en",
    "ckan.display_timezone": "Asia/Tokyo",
    "ckan.views.default_views": "datatables_view text_view",
    "ckan.datastore.sqlsearch.enabled": "false",
    # Accounts are made by the administrator; only members of an organisation publish.
    "ckan.auth.anon_create_dataset": "false",
    "ckan.auth.create_unowned_dataset": "false",
    "ckan.auth.create_dataset_if_not_in_organization": "false",
    "ckan.auth.user_create_groups": "false",
    "ckan.auth.user_create_organizations": "false",
    "ckan.auth.user_delete_groups": "false",
    "ckan.auth.user_delete_organizations": "false",
    "ckan.auth.create_user_via_api": "false",
    "ckan.auth.create_user_via_web": "false",
    "ckan.auth.public_user_details": "false",
    "ckan.auth.public_activity_stream_detail": "false",
    "ckan.auth.create_default_api_keys": "false",
    "ckan.auth.allow_dataset_collaborators": "false",
    "ckan.gravatar_default": "disabled",  # else every page tells gravatar.com who is signed in
    "ckan.max_resource_size": "200",
    "ckanext.miyagiict.datasets_path": str(PROJECT / "datasets"),
    "ckanext.miyagiict.harvest.sources_file": str(PROJECT / "harvesters" / "sources" / "miyagi.yaml"),
    "ckanext.miyagiict.harvest.samples_path": str(PROJECT / "harvesters" / "samples"),
}

LOGGING = """
[loggers]
keys = root, ckan, ckanext

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console

[logger_ckan]
level = WARNING
handlers = console
qualname = ckan
propagate = 0

[logger_ckanext]
level = INFO
handlers = console
qualname = ckanext
propagate = 0

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(asctime)s %(levelname)-5.5s [%(name)s] %(message)s
"""


@dataclass(frozen=True)
class Addresses:
    """Where the services, the pages and the files of one site are."""

    catalogue: str
    datastore_write: str
    datastore_read: str
    redis: str
    solr: str
    site: str
    storage: str


def write(path: Path, addresses: Addresses, secrets: dict[str, str], extra: dict[str, str]) -> bool:
    """Write an ini file, for its owner only, if anything in it changed.

    :param extra: settings that win over :data:`SETTINGS`
    :returns: whether it was written
    """
    settings = {
        "use": "egg:ckan",
        **secrets,
        "sqlalchemy.url": addresses.catalogue,
        "ckan.datastore.write_url": addresses.datastore_write,
        "ckan.datastore.read_url": addresses.datastore_read,
        "ckan.redis.url": addresses.redis,
        "solr_url": addresses.solr,
        "ckan.site_url": addresses.site,
        "ckan.storage_path": addresses.storage,
        **SETTINGS,
        **extra,
    }
    lines = [f"{name} = {value.replace('%', '%%')}" for name, value in settings.items()]
    head = "# Written by ./miyagi at each start: change stack/miyagi_stack/config.py instead.\n[DEFAULT]\ndebug = false\n"
    return write_if_changed(path, head + "\n[app:main]\n" + "\n".join(lines) + "\n" + LOGGING, mode=0o600)


def secrets(home: Home) -> dict[str, str]:
    """The home's secret keys; made at the first start and kept, since sessions and API tokens hang on them."""
    names = ("SECRET_KEY", "WTF_CSRF_SECRET_KEY", "api_token.jwt.encode.secret", "api_token.jwt.decode.secret")
    kept = read_json(home.secrets) or {}
    if not all(kept.get(name) for name in names):
        token = "string:" + random.token_urlsafe(32)
        kept = {
            "SECRET_KEY": random.token_urlsafe(32),
            "WTF_CSRF_SECRET_KEY": random.token_urlsafe(32),
            "api_token.jwt.encode.secret": token,
            "api_token.jwt.decode.secret": token,
        }
        write_json(home.secrets, kept, mode=0o600)
    return {name: kept[name] for name in names}
