"""The chart of a KPI: what is drawn, where, and that everything drawn has its words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ckanext.miyagiict.pages.kpi_chart import Chart, chart
from ckanext.miyagiict.pages.kpi_chart_frame import NARROW, STANDALONE, WIDE

LANGUAGES = pytest.mark.parametrize("language", ["ja", "en"])
NO_BASELINE = {"value": None, "as_of": None, "since": None, "precision": "day", "printed": "－", "time_printed": "", "qualifier": ""}


def layers(drawn: Chart | None, mark: str) -> list[dict[str, Any]]:
    assert drawn is not None
    return [layer for layer in drawn.spec["layer"] if layer["mark"]["type"] == mark]


def points(drawn: Chart | None) -> list[dict[str, Any]]:
    return [value for layer in layers(drawn, "point") for value in layer["data"]["values"]]


def lines(drawn: Chart | None) -> dict[str, list[tuple[float, float]]]:
    """Dash → corners."""
    found = layers(drawn, "line")
    return {json.dumps(layer["mark"].get("strokeDash")): [(value["x"], value["y"]) for value in layer["data"]["values"]] for layer in found}


def domain(drawn: Chart | None, axis: str) -> list[float]:
    [layer] = layers(drawn, "point")
    return layer["encoding"][axis]["scale"]["domain"]


@LANGUAGES
@pytest.mark.parametrize("size", [WIDE, NARROW, STANDALONE], ids=["wide", "narrow", "standalone"])
def test_every_mark_has_words_or_is_hidden(make_kpi: Any, language: str, size: Any) -> None:
    """Points say what they are; lines, borders and numbers beside points are left to the eye; axes and legend are named."""
    drawn = chart(make_kpi(), language, size)
    assert drawn is not None
    for layer in drawn.spec["layer"]:
        said = [value.get("words") for value in layer["data"]["values"]]
        assert layer["mark"].get("aria") is False or all(said)
    [layer] = layers(drawn, "point")
    assert all(layer["encoding"][axis]["axis"]["description"] for axis in "xy")
    assert layer["encoding"]["shape"]["legend"]["description"]


def test_words_of_points(make_kpi: Any) -> None:
    """What, how much, when, how it is known, what came of it; in the order of time."""
    assert [point["words"] for point in points(chart(make_kpi(), "ja"))] == [
        "基準値 25市町村（2020年12月）", "2022年3月31日時点の実績 28市町村（担当者の入力）",
        "令和3年度（2021年度）の目標値 28市町村、未到達", "令和4年度（2022年度）の目標値 33市町村、未到達",
    ]
    assert points(chart(make_kpi(), "en"))[0]["words"] == "Baseline 25 municipalities (December 2020)"


def test_a_target_holds_for_its_whole_year(make_kpi: Any, target: Any) -> None:
    """Its step is as wide as its fiscal years, and its point stands on the last day."""
    drawn = chart(make_kpi(targets=[target(2021, 28), target(2024, 33, first_fiscal_year=2022)]), "ja")
    assert lines(drawn)["[7, 4]"] == [(2021, 28), (2022, 28), (2022, 33), (2025, 33)]
    assert [2024.99 < point["x"] < 2025 for point in points(drawn)][-1]
    assert domain(drawn, "x") == [2020, 2025]


def test_shapes_tell_kinds_apart(make_kpi: Any, observation: Any) -> None:
    """Without colour: each kind of point has a shape of its own, or differs from the one with its shape by being hollow."""
    methods = ["printed", "counted", "entered", "imported"]
    values = [observation(25 + place, f"2021-0{place + 5}-01", method) for place, method in enumerate(methods)]
    values.append(observation(90, "2021-09-01", "counted", in_status=False))
    [layer] = layers(chart(make_kpi(observations=values), "ja"), "point")
    shapes, fills = (layer["encoding"][channel]["scale"]["range"] for channel in ("shape", "fill"))
    looks = [(shape, fill == "#ffffff") for shape, fill in zip(shapes, fills, strict=True)]
    assert len(looks) == len(set(looks)) == 7
    dashes = [json.dumps(layer["mark"].get("strokeDash")) for layer in layers(chart(make_kpi(observations=values), "ja"), "line")]
    assert len(dashes) == len(set(dashes)) == 3


def test_values_not_in_the_status_are_apart(make_kpi: Any, observation: Any) -> None:
    """They are points that say so, and the line of values does not go through them."""
    drawn = chart(make_kpi(observations=[
        observation(28, "2021-06-30"), observation(900, "2021-09-30", in_status=False), observation(30, "2022-03-31"),
    ]), "ja")
    assert "判定には使わない" in next(point["words"] for point in points(drawn) if point["y"] == 900)
    assert [value for _, value in lines(drawn)["null"]] == [28, 30]


def test_samples_are_never_drawn(make_kpi: Any, observation: Any) -> None:
    drawn = chart(make_kpi(observations=[observation(3, "2022-01-01", "counted", is_sample=True, in_status=False)]), "ja")
    assert 3 not in [point["y"] for point in points(drawn)]


def test_no_observation(make_kpi: Any) -> None:
    """Baseline and targets are drawn all the same."""
    drawn = chart(make_kpi(observations=[]), "ja")
    assert len(points(drawn)) == 3
    assert "実績0点" in (drawn.description if drawn else "")


@pytest.mark.parametrize("value", [2, 0])
def test_one_target_alone(make_kpi: Any, target: Any, value: int) -> None:
    """One fiscal year, and an axis that is not empty."""
    drawn = chart(make_kpi(baseline=NO_BASELINE, targets=[target(2021, value)], observations=[]), "ja")
    low, high = domain(drawn, "y")
    assert low <= value <= high
    assert low < high
    assert domain(drawn, "x") == [2021, 2022]


def test_baseline_without_a_time(make_kpi: Any) -> None:
    """A level without a point."""
    drawn = chart(make_kpi(baseline={**NO_BASELINE, "value": 10}), "ja")
    assert "基準値" not in [point["kind"] for point in points(drawn)]
    assert {value for _, value in lines(drawn)["[1, 4]"]} == {10}


def test_nothing_to_draw(make_kpi: Any, target: Any) -> None:
    """Targets in words alone make no chart."""
    assert chart(make_kpi(baseline=NO_BASELINE, targets=[target(2021, None, printed="全所属")], observations=[]), "ja") is None


def test_target_that_may_be_none(make_kpi: Any, target: Any) -> None:
    """A number in brackets is not drawn as a target."""
    drawn = chart(make_kpi(targets=[target(2021, 100, is_binding=False)], observations=[]), "ja")
    assert [point["kind"] for point in points(drawn)] == ["基準値"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([28, 33], (None, True)), ([0, 35], (0, False)), ([10, 300], (0, False)), ([-20, -5], (None, False)),
        ([-20, -15], (None, True)), ([-5, 30], (None, False)),
        ([10**14, 3 * 10**14], (0, False)), ([0.001, 0.004], (0, False)), ([1900, 2223], (None, True)),
    ],
)
def test_the_axis_begins_at_0_or_says_that_it_does_not(
    make_kpi: Any, target: Any, values: list[float], expected: tuple[float | None, bool]
) -> None:
    """Negative, huge and tiny numbers lie within it."""
    targets = [target(2021 + place, value) for place, value in enumerate(values)]
    drawn = chart(make_kpi(baseline=NO_BASELINE, targets=targets, observations=[]), "ja")
    low, high = domain(drawn, "y")
    assert low <= min(values) < max(values) <= high
    begin, says = expected
    assert begin is None or low == begin
    [layer] = layers(drawn, "point")
    assert ("0から始まりません" in layer["encoding"]["y"]["axis"]["title"]) == says


def test_many_years_are_named_as_far_as_there_is_room(make_kpi: Any, target: Any) -> None:
    """The last year always is."""
    drawn = chart(make_kpi(targets=[target(year, year) for year in range(1990, 2030)], observations=[]), "en", NARROW)
    [layer] = layers(drawn, "point")
    axis = layer["encoding"]["x"]["axis"]
    assert len(axis["values"]) <= NARROW.years
    assert axis["values"][-1] == 2029.5
    assert "['2029']" in axis["labelExpr"]


def test_description_has_the_sentence(make_kpi: Any) -> None:
    """The picture as a whole says what the page says first."""
    drawn = chart(make_kpi(), "ja")
    assert drawn is not None
    assert drawn.description.startswith("28市町村です。")
    assert drawn.title == "導入済み市町村数"
    english = chart(make_kpi(), "en")
    assert english is not None
    assert english.title == "Municipalities"
