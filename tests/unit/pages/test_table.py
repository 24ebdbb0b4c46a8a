"""Which column of a table says what a row is about."""

from __future__ import annotations

import pytest

from ckanext.miyagiict.pages.table import naming_column


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["id", "group_name", "name", "unit"], "name"),
        (["id", "title", "publisher_name"], "title"),
        (["id", "kpi_id", "group_id", "group_name", "kpi_name"], "kpi_name"),
        (["id", "measure_id", "measure_name", "department_id", "department_name"], "measure_name"),
        (["id", "goal_id", "value"], ""),
        ([], ""),
    ],
)
def test_naming_column(columns: list[str], expected: str) -> None:
    """The table's own name, else the name of what it refers to first."""
    assert naming_column(columns) == expected
