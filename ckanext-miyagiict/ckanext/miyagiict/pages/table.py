"""How a table is laid out for people: which of its columns says what a row is about."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["naming_column"]

#: Columns that name a row, the surest first.
_NAMES = ("name", "title", "label", "term", "statement", "variant", "alias")


def naming_column(columns: Sequence[str]) -> str:
    """The column that says what a row is about; in a table of facts, the name of the first thing that a row refers to.

    :param columns: names of a table's columns, in their order
    :returns: ``name``, ``kpi_name`` (beside ``kpi_id``) …; empty where no column is one
    """
    referred = (f"{column.removesuffix('_id')}_name" for column in columns if column.endswith("_id"))
    return next((column for column in (*_NAMES, *referred) if column in columns), "")
