"""Units of KPIs on English pages."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ckanext.miyagiict.pages.units import unit_name

DATASETS = Path(__file__).parents[3] / "datasets"
PRINTED = {
    row["unit"] for path in DATASETS.glob("*/data/kpi*.csv") for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()) if row.get("unit")
}


@pytest.mark.parametrize(("unit", "name"), [("件/年度", "items/fiscal year"), ("人・団体", "people and bodies"), ("%", "%"), ("", ""), ("石高", "石高")])
def test_in_english(unit: str, name: str) -> None:
    """Word by word; one that is not known stays as printed."""
    assert unit_name(unit, "en") == name
    assert unit_name(unit, "ja") == unit


@pytest.mark.parametrize("unit", sorted(PRINTED))
def test_units_of_the_plans(unit: str) -> None:
    """All have an English name."""
    assert unit_name(unit, "en").isascii()
