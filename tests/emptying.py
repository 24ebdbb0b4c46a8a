"""Empties CKAN's database for a test, the tables of plugins too."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from ckan import model

__all__ = ["PLUGINS_WITH_TABLES", "empty_database"]

#: CKAN's own fixtures leave their tables out.
PLUGINS_WITH_TABLES = ("activity", "harvest", "miyagiict")


def empty_database(reset_db: Callable[[], None], migrate_db_for: Callable[[str], None]) -> None:
    """:param reset_db: CKAN's fixture; it deletes row by row, which the history of numbers refuses
    :param migrate_db_for: CKAN's fixture
    """
    model.Session.remove()
    with model.meta.engine.begin() as connection:
        if connection.scalar(sa.text("SELECT to_regclass('miyagiict_history')")) is not None:
            connection.execute(sa.text("TRUNCATE miyagiict_history"))
    reset_db()
    for plugin in PLUGINS_WITH_TABLES:
        migrate_db_for(plugin)
    with model.meta.engine.begin() as connection:  # datasets that were deleted have noted that
        connection.execute(sa.text("TRUNCATE miyagiict_kpi_change"))
