"""When a target will be met."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.miyagiict.kpi.forecast import Forecast, forecast, trend
from ckanext.miyagiict.kpi.model import Direction, Kpi, Method, Observation, Target
from ckanext.miyagiict.kpi.months import last_day, month_number
from ckanext.miyagiict.kpi.progress import measure

from .conftest import MakeKpi, Seen

START = month_number(date(2021, 4, 1))


def foreseen(kpi: Kpi, readings: list[Observation], today: str) -> Forecast:
    return forecast(measure(kpi, readings, date.fromisoformat(today)), readings)


def test_a_steady_rise(make_kpi: MakeKpi, seen: Seen) -> None:
    """One a month from 10 in June: 15 in November, and nothing to spread."""
    found = foreseen(make_kpi("9", {2021: "15"}), seen({"2021-06-30": "10", "2021-07-31": "11", "2021-08-31": "12"}), "2021-09-01")
    assert (found.verdict.name, found.expected, found.earliest, found.latest) == ("dated", *[date(2021, 11, 30)] * 3)
    assert found.in_time


def test_the_range_is_of_the_slopes(make_kpi: MakeKpi, seen: Seen) -> None:
    """Slopes 1, 2 and 3 a month: from 14, the 12 to 26 take 6 months, 4 at best, 12 at worst."""
    kpi = make_kpi("9", {2021: "26"})
    found = foreseen(kpi, seen({"2021-06-30": "10", "2021-07-31": "11", "2021-08-31": "14"}), "2021-09-01")
    assert (found.expected, found.earliest, found.latest) == (date(2022, 2, 28), date(2021, 12, 31), date(2022, 8, 31))
    assert found.trend is not None
    assert found.trend.value_at(month_number(date(2021, 10, 1))) == (18, 16, 20)


def test_a_fall(make_kpi: MakeKpi, seen: Seen) -> None:
    found = foreseen(make_kpi("20", {2021: "0"}), seen({"2021-06-30": "10", "2021-07-31": "8", "2021-08-31": "6"}), "2021-09-01")
    assert found.expected == date(2021, 11, 30)


def test_one_odd_reading_hardly_matters(make_kpi: MakeKpi, seen: Seen) -> None:
    """The median of ten slopes: a slip of typing in the middle leaves it."""
    values = {"2021-04-30": "10", "2021-05-31": "11", "2021-06-30": "12000", "2021-07-31": "13", "2021-08-31": "14"}
    found = trend(seen(values))
    assert found is not None
    assert found.slope == 1


def test_a_tenth_of_the_pairs_is_outside_the_range(seen: Seen) -> None:
    """Ten slopes of five readings: one month without movement, and one of three, are not the pace; the ends are rounded outward."""
    found = trend(seen({"2021-04-30": "10", "2021-05-31": "11", "2021-06-30": "12", "2021-07-31": "12", "2021-08-31": "15"}))
    assert found is not None
    # 0, 1/2, 2/3, 1, 1, 1, 5/4, 4/3, 3/2, 3
    assert (found.low, found.slope, found.high) == (0, 1, 3)
    longer = trend(seen({f"2021-{month:02}-28": str(value) for month, value in enumerate([0, 1, 2, 3, 3, 4, 5, 6, 7, 8], start=1)}))
    assert longer is not None
    assert longer.low > 0


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({}, "too_few"),
        ({"2021-06-30": "10", "2021-08-31": "12"}, "too_few"),
        ({"2021-06-30": "10", "2021-08-01": "11", "2021-08-31": "12"}, "too_few"),
        ({"2021-05-31": "20", "2021-06-30": "18", "2021-08-31": "16"}, "not_this_way"),
        ({"2021-05-31": "12", "2021-06-30": "12", "2021-08-31": "12"}, "not_this_way"),
        ({"2021-05-31": "12", "2021-06-30": "12.01", "2021-08-31": "12.03"}, "too_far"),
        ({"2021-05-31": "33"}, "met"),
    ],
)
def test_without_a_date(make_kpi: MakeKpi, seen: Seen, values: dict[str, str], verdict: str) -> None:
    """Fewer than three months, the wrong way, no movement, beyond the horizon, or met."""
    found = foreseen(make_kpi("9", {2024: "33"}), seen(values), "2021-09-01")
    assert (found.verdict.name, found.expected, found.in_time) == (verdict, None, None)


def test_too_few_is_said_in_japanese(make_kpi: MakeKpi) -> None:
    assert foreseen(make_kpi("9", {2024: "33"}), [], "2021-09-01").verdict.ja == "データ不足"


def test_a_date_that_has_passed_is_not_given(make_kpi: MakeKpi, seen: Seen) -> None:
    """Nobody has looked since."""
    readings = seen({"2021-06-30": "10", "2021-07-31": "11", "2021-08-31": "12"})
    assert foreseen(make_kpi("9", {2024: "15"}), readings, "2022-06-01").verdict.name == "outdated"


def test_a_slow_end_that_never_arrives_is_open(make_kpi: MakeKpi, seen: Seen) -> None:
    found = foreseen(make_kpi("9", {2024: "33"}), seen({"2021-05-31": "10", "2021-06-30": "12", "2021-07-31": "11.5"}), "2021-09-01")
    assert found.verdict.name == "dated"
    assert (found.latest, found.earliest is not None) == (None, True)


def test_later_than_due_is_not_in_time(make_kpi: MakeKpi, seen: Seen) -> None:
    readings = seen({"2021-06-30": "10", "2021-07-31": "11", "2021-08-31": "12"})
    assert foreseen(make_kpi("9", {2021: "30"}), readings, "2021-09-01").in_time is False


def test_to_maintain_has_no_date(make_kpi: MakeKpi, seen: Seen) -> None:
    assert foreseen(make_kpi("9", {2021: "9"}), seen({"2021-06-30": "9"}), "2021-09-01").verdict.name == "not_applicable"


def test_of_yearly_totals_only_march_counts(make_kpi: MakeKpi, seen: Seen) -> None:
    readings = seen({"2022-03-31": "3", "2022-09-30": "1", "2023-03-31": "4", "2023-09-30": "2"})
    assert foreseen(make_kpi("2", {2025: "9"}, unit="回/年度"), readings, "2023-10-01").verdict.name == "too_few"


READINGS = st.lists(st.tuples(st.integers(0, 40), st.integers(-40, 400)), min_size=3, max_size=8, unique_by=lambda pair: pair[0])


def series(pairs: list[tuple[int, int]], scale: int = 1, shift: int = 0) -> list[Observation]:
    return [Observation("kpi", Decimal(value * scale + shift) / 4, last_day(START + month), Method.COUNTED) for month, value in pairs]


@settings(max_examples=500, deadline=None)
@given(READINGS, st.integers(-40, 600), st.sampled_from([Direction.RISING, Direction.FALLING]))
def test_the_range_holds_the_date(pairs: list[tuple[int, int]], target: int, direction: Direction) -> None:
    """And the line has reached the target on it, not a month before."""
    kpi = Kpi("kpi", "", "", targets=(Target(2024, Decimal(target) / 4),), direction=direction)
    readings = series(pairs)
    last = max(reading.as_of for reading in readings)
    found = forecast(measure(kpi, readings, last), readings)
    if found.expected is None:
        return
    assert found.trend is not None
    assert found.earliest is not None
    assert last < found.earliest <= found.expected
    assert found.latest is None or found.expected <= found.latest
    month, wanted = month_number(found.expected), Fraction(target, 4)
    there, before = (found.trend.value_at(number)[0] for number in (month, month - 1))
    assert (there >= wanted > before) if direction is Direction.RISING else (there <= wanted < before)


@settings(max_examples=300, deadline=None)
@given(READINGS, st.integers(-40, 600), st.integers(1, 9), st.integers(-99, 99))
def test_the_unit_does_not_matter_to_a_forecast(pairs: list[tuple[int, int]], target: int, scale: int, shift: int) -> None:
    kpi = Kpi("kpi", "", "", targets=(Target(2024, Decimal(target) / 4),), direction=Direction.RISING)
    other = replace(kpi, targets=(Target(2024, Decimal(target * scale + shift) / 4),))
    last = max(reading.as_of for reading in series(pairs))
    cases = ((kpi, series(pairs)), (other, series(pairs, scale, shift)))
    one, two = (forecast(measure(which, readings, last), readings) for which, readings in cases)
    assert (one.verdict, one.expected, one.earliest, one.latest) == (two.verdict, two.expected, two.earliest, two.latest)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=3, max_size=8, unique=True), st.integers(-9, 9), st.integers(-50, 50))
def test_a_straight_line_is_found_exactly(months: list[int], slope: int, start: int) -> None:
    found = trend(series([(month, start + slope * month) for month in months]))
    assert found is not None
    assert found.slope == found.low == found.high == Fraction(slope, 4)


@settings(max_examples=200, deadline=None)
@given(READINGS, st.randoms())
def test_the_order_of_readings_does_not_matter(pairs: list[tuple[int, int]], random: object) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert trend(series(pairs)) == trend(series(shuffled))
