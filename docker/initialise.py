"""Before CKAN's first start in a container: its ini file, and roles, databases and permissions in PostgreSQL.

Reads the addresses CKAN reads (``CKAN_SQLALCHEMY_URL`` …) and ``SUPERUSER_URL``. Safe to repeat. Uses the same settings
and the same permission script as the embedded stack (``stack/miyagi_stack``).
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor

from miyagi_stack import config, database
from miyagi_stack.home import Home


def write_ini(home: Home) -> None:
    """Write ``ckan.ini`` with the addresses of the environment."""
    addresses = config.Addresses(
        catalogue=os.environ["CKAN_SQLALCHEMY_URL"],
        datastore_write=os.environ["CKAN_DATASTORE_WRITE_URL"],
        datastore_read=os.environ["CKAN_DATASTORE_READ_URL"],
        redis=os.environ["CKAN_REDIS_URL"],
        solr=os.environ["CKAN_SOLR_URL"],
        site=os.environ["CKAN_SITE_URL"],
        storage=str(home.storage),
    )
    config.write(home.ini, addresses, config.secrets(home), {})


def make_databases() -> None:
    """Make roles and databases where they are missing, set passwords, and set the DataStore's permissions."""
    catalogue, owner, password = _parts("CKAN_SQLALCHEMY_URL")
    datastore, reader, reader_password = _parts("CKAN_DATASTORE_READ_URL")
    with _cursor("") as run:
        for role, secret in ((owner, password), (reader, reader_password)):
            run.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not run.fetchone():
                run.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            run.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(secret)))
        for name in (catalogue, datastore):
            run.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not run.fetchone():
                run.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)))
    with _cursor(datastore) as run:
        run.execute(database.permissions(catalogue, datastore, owner, reader, for_psql=False))


def _parts(variable: str) -> tuple[str, str, str]:
    """Database, user and password of an address."""
    url = urlsplit(os.environ[variable])
    return url.path.lstrip("/"), url.username or "", unquote(url.password or "")


def _cursor(name: str) -> cursor:
    """A superuser's cursor in a database (that of ``SUPERUSER_URL`` if empty); each statement counts at once."""
    options = {"dbname": name} if name else {}
    connection = psycopg2.connect(os.environ["SUPERUSER_URL"], **options)
    connection.autocommit = True
    return connection.cursor()


if __name__ == "__main__":
    folder = Home(Path(os.environ.get("CKAN_HOME", "/var/lib/ckan")))
    folder.storage.mkdir(exist_ok=True)
    write_ini(folder)
    make_databases()
