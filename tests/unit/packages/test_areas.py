"""Names of areas, as the reference tables have them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ckanext.miyagiict.packages.areas import area_name, english_area

TABLE = Path(__file__).parents[3] / "datasets" / "miyagi-reference" / "data" / "municipalities.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["code"])
def test_names_are_those_of_the_reference_table(row: dict[str, str]) -> None:
    """Japanese by code, English by Japanese."""
    assert (area_name(row["code"]), english_area(row["name"])) == (row["name"], row["name_en"])


def test_all_areas_are_there() -> None:
    """The prefecture and its 35 municipalities."""
    assert len({area_name(row["code"]) for row in ROWS}) == 36


def test_other_areas_have_no_name() -> None:
    """A code of another prefecture is not guessed at."""
    assert (area_name("131016"), english_area("千代田区")) == ("", "")
