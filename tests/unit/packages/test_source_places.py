"""Printed cells are looked for at the lines that their rows name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.miyagiict.packages.source_places import SourceText, check_row, parse_lines, stands_in

TEXT = SourceText("第4章\n目標 達成度１，１８７件\n企２※1 電子\n  申請の推進\n")
FIELDS: list[dict[str, Any]] = [
    {"name": "id"},
    {"name": "name_printed", "inSource": True},
    {"name": "name", "normalisedFrom": "name_printed"},
    {"name": "value_printed", "inSource": True},
    {"name": "value", "parsedFrom": "value_printed"},
    {"name": "source_lines"},
]


def row(**cells: str) -> dict[str, str]:
    return {
        "id": "kpi-1", "name_printed": "達成度", "name": "達成度", "value_printed": "１，１８７件", "value": "1187",
        "source_lines": "2", **cells,
    }


@pytest.mark.parametrize(
    ("printed", "lines"),
    [("7", [7]), ("744-746", [744, 745, 746]), ("567-568,574", [567, 568, 574]), ("574,567-568", [574, 567, 568]), ("5-5", [5])],
)
def test_lines_are_read_in_their_order(printed: str, lines: list[int]) -> None:
    """Single lines and ranges, in reading order."""
    assert parse_lines(printed) == lines


@pytest.mark.parametrize("printed", ["", "x", "1-", "-3", "1, 2", "９", "9-5", "1,9-5", "3,2-4", "1;2"])
def test_lines_that_cannot_be_meant(printed: str) -> None:
    """Anything else, a range that runs backwards and a line named twice are refused."""
    with pytest.raises(ValueError, match=r"."):
        parse_lines(printed)


@given(st.lists(st.integers(1, 9999), min_size=1, unique=True))
def test_any_list_of_lines_comes_back(lines: list[int]) -> None:
    """Written with commas, lines are read back."""
    assert parse_lines(",".join(map(str, lines))) == lines


def test_passage_is_the_lines_without_blanks() -> None:
    """Layout blanks do not count when text is compared."""
    assert TEXT.passage([3, 4]) == "企２※1電子申請の推進"


@pytest.mark.parametrize("lines", [[0], [6], [-1, 2]])
def test_lines_outside_the_text(lines: list[int]) -> None:
    """A line that the text does not have is an error, not an empty line."""
    with pytest.raises(IndexError):
        TEXT.passage(lines)


@pytest.mark.parametrize(
    ("cell", "passage"),
    [
        ("電子申請", "電子申請の推進"),
        ("電子 申請", "電子申請の推進"),
        ("電子申請", "電子※1申請の推進"),
        ("電子申請", "電子（注）申請"),
        ("左欄のことば", "左欄の右欄のことば"),
        ("", "何か"),
    ],
)
def test_cell_stands_in_its_passage(cell: str, passage: str) -> None:
    """Whole, around footnote marks, or in a few pieces where columns cut it."""
    assert stands_in(cell, passage)


@pytest.mark.parametrize(("cell", "passage"), [("電子申請", "電子入札"), ("申請電子", "電子申請"), ("1187", "118"), ("あ", "")])
def test_cell_does_not_stand_in_its_passage(cell: str, passage: str) -> None:
    """Other words, other order, or a digit too many."""
    assert not stands_in(cell, passage)


def test_row_that_its_source_bears_out() -> None:
    """No mismatch where every cell stands at its lines."""
    assert list(check_row(row(), FIELDS, TEXT)) == []


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"name_printed": "達成率", "name": "達成率"}, "name_printed"),
        ({"name": "達成率"}, "name"),
        ({"value": "1178"}, "value"),
        ({"value": "多い"}, "value"),
        ({"value_printed": "", "value": "0"}, "value"),
        ({"source_lines": "1"}, "name_printed"),
        ({"source_lines": "99"}, "source_lines"),
        ({"source_lines": "二"}, "source_lines"),
    ],
)
def test_mismatch_names_the_field(cells: dict[str, str], field: str) -> None:
    """A typing mistake is found, and the message says where."""
    found = list(check_row(row(**cells), FIELDS, TEXT))
    assert found[0].field == field
    assert str(found[0]).startswith(f"kpi-1 · {field} = ")


def test_empty_cell_says_nothing() -> None:
    """An empty cell means "not given" and needs no place."""
    assert list(check_row(row(value_printed="", value=""), FIELDS, TEXT)) == []
