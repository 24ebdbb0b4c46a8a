"""How alembic reaches CKAN's database, for the tables whose names begin with this plugin's."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import engine_from_config, pool

from ckan.model.meta import metadata

NAME = "miyagiict"


def _is_ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    return kind != "table" or (name or "").startswith(NAME)


def _run() -> None:
    settings = context.config.get_section(context.config.config_ini_section) or {}
    engine = engine_from_config(settings, prefix="sqlalchemy.", poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=metadata, version_table=f"{NAME}_alembic_version", include_object=_is_ours
        )
        with context.begin_transaction():
            context.run_migrations()


_run()
