"""Real servers in place of the embedded ones, named by CKAN's usual environment variables.

CKAN itself reads these variables (``CONFIG_FROM_ENV_VARS`` in ``ckan/config/environment.py``); here they only decide
which of the embedded services is not needed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping

CATALOGUE_DATABASE = "CKAN_SQLALCHEMY_URL"
DATASTORE_WRITE = "CKAN_DATASTORE_WRITE_URL"
DATASTORE_READ = "CKAN_DATASTORE_READ_URL"
REDIS = "CKAN_REDIS_URL"
SOLR = "CKAN_SOLR_URL"

DATABASES = (CATALOGUE_DATABASE, DATASTORE_WRITE, DATASTORE_READ)
ALL = (*DATABASES, REDIS, SOLR)


def named(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that are set, with their addresses."""
    return {name: environ[name] for name in ALL if environ.get(name)}


def needed(environ: Mapping[str, str] = os.environ) -> set[str]:
    """Names of the embedded services still to be started."""
    real = named(environ)
    services = set()
    if not all(name in real for name in DATABASES):
        services.add("postgres")
    if REDIS not in real:
        services.add("redis")
    if SOLR not in real:
        services.add("solr")
    return services


def digest(environ: Mapping[str, str] = os.environ) -> str:
    """A mark of which real servers are used, without their passwords."""
    return hashlib.sha256(repr(sorted(named(environ).items())).encode()).hexdigest()[:16]


def without(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment with none of them: tests empty their databases, so they never get real ones."""
    return {name: value for name, value in environ.items() if name not in ALL}
