"""Roles, databases and the DataStore's permissions in the embedded PostgreSQL."""

from __future__ import annotations

from miyagi_stack import wheels
from miyagi_stack.services.postgres import OWNER, READER, Postgres

ROLES = f"""
SELECT 'CREATE ROLE {OWNER} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') \\gexec
SELECT 'CREATE ROLE {READER} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{READER}') \\gexec
"""


def prepare(postgres: Postgres, catalogue: str, datastore: str) -> None:
    """Make roles and databases where they are missing and set the DataStore's permissions; safe to repeat.

    :param catalogue: name of CKAN's database
    :param datastore: name of the DataStore's database
    :raises StackError: PostgreSQL refuses
    """
    statements = [ROLES]
    for name in (catalogue, datastore):
        missing = f"NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}')"
        statements.append(f"SELECT 'CREATE DATABASE {name} OWNER {OWNER}' WHERE {missing} \\gexec")
    statements.append(permissions(catalogue, datastore, OWNER, READER))
    postgres.psql("\n".join(statements))


def keep(postgres: Postgres, names: tuple[str, ...]) -> None:
    """Keep a copy of databases as they are now, for :func:`restore`."""
    for name in names:
        postgres.psql(f"DROP DATABASE IF EXISTS {name}_kept;\nCREATE DATABASE {name}_kept TEMPLATE {name} OWNER {OWNER};")


def restore(postgres: Postgres, names: tuple[str, ...]) -> bool:
    """Bring databases back to what :func:`keep` has kept.

    :returns: False if there is no copy of them all; then nothing was done
    """
    quoted = ", ".join(f"'{name}_kept'" for name in names)
    if int(postgres.psql(f"SELECT count(*) FROM pg_database WHERE datname IN ({quoted})")) != len(names):
        return False
    drop(postgres, names)
    for name in names:
        postgres.psql(f"CREATE DATABASE {name} TEMPLATE {name}_kept OWNER {OWNER};")
    return True


def drop(postgres: Postgres, names: tuple[str, ...]) -> None:
    """Remove databases, even while somebody is connected."""
    for name in names:
        postgres.psql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE);")


def permissions(catalogue: str, datastore: str, owner: str, reader: str, *, for_psql: bool = True) -> str:
    """What ``ckan datastore set-permissions`` prints, without starting CKAN.

    :param owner: role that owns both databases
    :param reader: role that may only read the DataStore
    :param for_psql: begin with psql's command that changes to the DataStore's database
    Source: ``ckanext/datastore/cli.py`` (``permissions_sql``) fills the same template.
    """
    template = wheels.folder("ckan").parent / "ckanext" / "datastore" / "set_permissions.sql"
    names = {"maindb": catalogue, "datastoredb": datastore, "mainuser": owner, "writeuser": owner, "readuser": reader}
    text = template.read_text(encoding="utf-8").format(**{name: f'"{value}"' for name, value in names.items()})
    return text if for_psql else text.replace(f'\\connect "{datastore}"', "")
