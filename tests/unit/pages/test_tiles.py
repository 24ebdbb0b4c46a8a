"""The tile map of the municipalities: one tile each, laid out after the geography, and saying what it says in words."""

from __future__ import annotations

import csv
import json
import os
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from ckanext.miyagiict.kpi.register import MUNICIPALITIES
from ckanext.miyagiict.kpi.services import services
from ckanext.miyagiict.pages.tiles import SHOWN, kinds, layout, said_of, tiles

REFERENCE = Path(__file__).resolve().parents[3] / "datasets" / "miyagi-reference" / "data"
TODAY = date(2026, 11, 21)
#: Degrees, about 11 km: municipalities that are nearer to each other may stand in either order.
NEAR = 0.12


def offices() -> dict[str, tuple[float, float]]:
    """Code → latitude and longitude of the office."""
    with (REFERENCE / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: (float(row["latitude"]), float(row["longitude"])) for row in csv.DictReader(file) if row["latitude"]}


def municipality(
    count: int = 0, opened: int = 0, newest: str | None = None, licence: str = "CC-BY-4.0", known_by: str = "", **states: str
) -> dict[str, Any]:
    return {
        "code": "041009", "open_data": {"known_by": known_by},
        "datasets": {"count": count, "open": opened, "newest": newest, "licences": [{"id": licence, "count": count}] if count else []},
        "adoption": [
            {"service": service.name, "procedure": "", "state": states.get(service.key.replace("-", "_"), "不明")} for service in services()
        ],
    }


# Where tiles lie


def test_each_municipality_has_a_tile_of_its_own() -> None:
    """35 codes, 35 places."""
    assert sorted(layout()) == sorted(MUNICIPALITIES)
    assert len(set(layout().values())) == 35


def test_north_is_up_and_east_is_right() -> None:
    """For every two that are not near each other: what lies clearly north is not below, what lies clearly east is not to the left."""
    places, at = layout(), offices()
    for one, other in combinations(MUNICIPALITIES, 2):
        (lat, lon), (other_lat, other_lon) = at[one], at[other]
        (row, column), (other_row, other_column) = places[one], places[other]
        if abs(lat - other_lat) > NEAR:
            assert (row - other_row) * (lat - other_lat) <= 0, (one, other)
        if abs(lon - other_lon) > NEAR:
            assert (column - other_column) * (lon - other_lon) >= 0, (one, other)


def test_real_neighbours_are_near_each_other() -> None:
    """Of those with a common border four in five touch, also by a corner; none are more than three tiles apart."""
    folder = os.environ.get("MIYAGI_STANDARDS")
    if not folder:
        pytest.skip("MIYAGI_STANDARDS is not set: not checked with real borders")
    document = json.loads((Path(folder) / "miyagi-35-municipalities.geojson").read_text(encoding="utf-8"))
    points = {}
    for feature in document["features"]:
        shape = feature["geometry"]
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        points[feature["id"]] = {tuple(point) for polygon in polygons for ring in polygon for point in ring}
    neighbours = [(one, other) for one, other in combinations(MUNICIPALITIES, 2) if len(points[one] & points[other]) > 1]
    places = layout()
    apart = [max(abs(places[one][axis] - places[other][axis]) for axis in (0, 1)) for one, other in neighbours]
    assert len(neighbours) > 60
    assert max(apart) <= 3
    assert sum(distance == 1 for distance in apart) >= 0.8 * len(apart)


# What they say


@pytest.mark.parametrize("shown", SHOWN)
def test_everything_that_can_be_shown_is_said_in_words(shown: str) -> None:
    """In both languages, with a sign, for a municipality without anything and one with all."""
    known = {service.key.replace("-", "_"): "使用中" for service in services()}
    for one in (municipality(), municipality(300, 300, "2026-11-01", known_by="catalogue", **known)):
        kind, words = said_of(one, shown, TODAY)
        assert all(words)
        assert all(kind.words)
        assert kind.sign.strip()


@pytest.mark.parametrize(
    ("shown", "one", "level", "words"),
    [
        ("e-applications", municipality(e_applications="使用中"), 4, ("導入済み", "introduced")),
        ("e-applications", municipality(e_applications="予定"), 2, ("予定", "planned")),
        ("e-applications", municipality(e_applications="未"), 1, ("未", "not yet")),
        ("e-applications", municipality(), 0, ("不明", "unknown")),
        ("data-plan", municipality(data_plan="使用中"), 4, ("策定済み", "adopted")),
        ("open-data", municipality(3, 1, known_by="catalogue"), 4, ("公開", "yes")),
        ("open-data", municipality(known_by="list"), 3, ("一覧", "listed")),
        ("open-data", municipality(known_by="register"), 3, ("台帳", "register")),
        ("open-data", municipality(open_data="未"), 1, ("未", "not yet")),
        ("datasets", municipality(), 0, ("0件", "0")), ("datasets", municipality(1), 1, ("1件", "1")),
        ("datasets", municipality(9), 1, ("9件", "9")), ("datasets", municipality(10), 2, ("10件", "10")),
        ("datasets", municipality(1234), 4, ("1,234件", "1,234")),
        ("updated", municipality(1, newest="2026-02-28"), 4, ("2026年2月", "Feb 2026")),
        ("updated", municipality(1, newest="2024-12-01"), 2, ("2024年12月", "Dec 2024")),
        ("updated", municipality(1, newest="2020-01-01"), 1, ("2020年1月", "Jan 2020")), ("updated", municipality(), 0, ("なし", "none")),
        ("licences", municipality(2, 2), 4, ("CC-BY-4.0", "CC-BY-4.0")), ("licences", municipality(2, 1), 2, ("CC-BY-4.0", "CC-BY-4.0")),
        ("licences", municipality(2, 0, licence="notspecified"), 1, ("記載なし", "none stated")),
        ("licences", municipality(), 0, ("なし", "none")),
    ],
)
def test_what_a_tile_says(shown: str, one: dict[str, Any], level: int, words: tuple[str, str]) -> None:
    kind, said = said_of(one, shown, TODAY)
    assert (kind.level, said) == (level, words)


def test_the_legend_counts_every_municipality_once() -> None:
    """And only kinds that are there, the highest first."""
    found = [{**municipality(e_applications="使用中" if place < 3 else "不明"), "code": code} for place, code in enumerate(MUNICIPALITIES)]
    legend = kinds(tiles(found, "e-applications", TODAY))
    assert [(kind.words[0], count) for kind, count in legend] == [("導入済み", 3), ("不明", 32)]
