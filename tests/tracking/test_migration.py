"""Our tables: made and taken away by their history, and as the models say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from ckan import model as ckan_model
from ckanext.miyagiict import model

MODELS = [getattr(model, name) for name in model.__all__]


def columns(described: Any) -> dict[str, tuple[str, bool]]:
    """Column → type in PostgreSQL's words, and whether it may be empty."""
    dialect = ckan_model.meta.engine.dialect
    return {column["name"]: (column["type"].compile(dialect), column["nullable"]) for column in described}


@pytest.mark.parametrize("table", MODELS)
def test_tables_are_as_the_models_say(catalogue: None, table: Any) -> None:
    stated = columns({"name": column.name, "type": column.type, "nullable": column.nullable} for column in table.__table__.columns)
    assert columns(sa.inspect(ckan_model.meta.engine).get_columns(table.__tablename__)) == stated


def test_history_goes_back_and_forth(catalogue: None, migrate_db_for: Callable[..., None]) -> None:
    ckan_model.Session.remove()
    migrate_db_for("miyagiict", "base", False)
    there = set(sa.inspect(ckan_model.meta.engine).get_table_names())
    assert not there & {table.__tablename__ for table in MODELS}
    migrate_db_for("miyagiict")
    assert {table.__tablename__ for table in MODELS} <= set(sa.inspect(ckan_model.meta.engine).get_table_names())
