"""Every rule of the arithmetic of progress, with numbers worked out by hand (docs/kpi.md shows the same ones)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from ckanext.miyagiict.kpi.bands import BANDS, STATUSES, band_of, read_bands
from ckanext.miyagiict.kpi.growth import growth
from ckanext.miyagiict.kpi.model import Baseline, Direction, Kpi, Method, Observation, State, Target
from ckanext.miyagiict.kpi.progress import DirectionBasis, Outcome, Progress, direction_of, measure

from .conftest import MakeKpi, Measured, Seen

RISING = {2021: "28", 2022: "33", 2023: "33", 2024: "33"}


def outcomes(progress: Progress) -> list[str]:
    return [target.outcome.value for target in progress.targets]


# The ratio


def test_rising(measured: Measured) -> None:
    """25 → 26 of 28 after 9 of 15 months: a third of the gap in three fifths of the time."""
    now = measured("25", RISING, {"2021-09-30": "26"}, "2021-10-15")
    assert now.current is not None
    assert (now.current.closed, now.current.time, now.current.ratio) == (Fraction(1, 3), Fraction(3, 5), Fraction(5, 9))
    assert (now.current.gap, now.status) == (2, "far_behind")


def test_the_final_target_is_measured_too(measured: Measured) -> None:
    """Of 25 → 33 in 51 months: an eighth of the gap in 9/51 of the time."""
    final = measured("25", RISING, {"2021-09-30": "26"}, "2021-10-15").final
    assert final is not None
    assert (final.closed, final.time, final.ratio) == (Fraction(1, 8), Fraction(9, 51), Fraction(17, 24))
    assert final.band == "delayed"


def test_falling(measured: Measured) -> None:
    """2,223 → 1,920 百万円 in 48 months, at 2,100 after 24: 123/303 of the gap in half of the time."""
    now = measured("2223", {2013: "1920"}, {"2012-03-31": "2100"}, "2012-04-01", as_of=date(2010, 3, 31))
    assert now.direction is Direction.FALLING
    assert now.final is not None
    assert (now.final.closed, now.final.ratio, now.final.gap) == (Fraction(123, 303), Fraction(246, 303), 180)
    assert now.status == "delayed"


def test_a_target_of_nothing(measured: Measured) -> None:
    """Falling to 0: 2 → 1 is half of the way."""
    now = measured("2", {2021: "0"}, {"2021-09-30": "1"}, "2021-10-01")
    assert now.final is not None
    assert now.final.closed == Fraction(1, 2)


def test_a_baseline_of_nothing(measured: Measured) -> None:
    """0 → 1 of 35 at half time, which growth rates call substantial."""
    now = measured("0", {2025: "35"}, {"2024-03-31": "1"}, "2024-04-01", as_of=date(2022, 3, 31))
    assert now.final is not None
    assert (now.final.ratio, now.status) == (Fraction(2, 35), "far_behind")
    assert now.growth is not None
    assert (now.growth.actual, now.growth.reason) == (None, "baseline_not_positive")


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("34", "year_met"), ("30", "year_met"), ("29", "ahead"), ("26.6", "ahead"), ("26.59", "on_track"), ("25.7", "on_track"),
        ("25.69", "delayed"), ("23.6", "delayed"), ("23.59", "far_behind"), ("20", "far_behind"), ("19.99", "worsened"),
    ],
)
def test_bands(measured: Measured, value: str, status: str) -> None:
    """20 → 30 by the end of the year, 40 after it; 9 of 15 months used: 1.10, 0.95 and 0.60 are 26.6, 25.7 and 23.6."""
    now = measured("20", {2021: "30", 2022: "40"}, {"2021-09-30": value}, "2021-10-15")
    assert now.status == status


def test_a_reading_counts_when_it_was_taken(measured: Measured) -> None:
    """Half of the gap in half of the time stays that, however old it is; the age is said."""
    now = measured("10", {2024: "20"}, {"2023-01-31": "15"}, "2024-12-01", as_of=date(2020, 11, 30))
    assert now.final is not None
    assert (now.final.time, now.final.ratio, now.months_old) == (Fraction(26, 52), 1, 23)


# Targets of each year


def test_a_yearly_target_in_the_past_has_a_result(measured: Measured) -> None:
    """28 by March 2022: 27 in that month misses it by one, 28 in May is too late."""
    now = measured("25", RISING, {"2022-03-31": "27", "2022-05-31": "28"}, "2022-06-15")
    assert outcomes(now) == ["not_met", "open", "open", "open"]
    assert (now.targets[0].gap, now.targets[0].reading.value) == (1, 27)
    assert now.current is now.targets[1]


def test_a_year_without_a_value_has_no_result(measured: Measured) -> None:
    """A value of another fiscal year does not say how this one ended, even where it is far above."""
    now = measured("25", RISING, {"2021-03-31": "30", "2022-05-31": "30"}, "2022-06-15")
    assert outcomes(now)[0] == "no_value"


def test_several_targets_met_early(measured: Measured) -> None:
    """33 in the first year meets all four."""
    now = measured("25", RISING, {"2021-09-30": "31", "2021-12-31": "33"}, "2022-01-10")
    assert (now.status, now.met_early) == ("achieved", (2021, 2022, 2023, 2024))
    assert [target.met_on for target in now.targets] == [date(2021, 9, 30), *[date(2021, 12, 31)] * 3]
    assert now.needed is None


def test_the_year_is_met_and_the_plan_is_not(measured: Measured) -> None:
    now = measured("25", RISING, {"2021-12-31": "30"}, "2022-01-10")
    assert (now.status, now.met_early) == ("year_met", (2021,))
    assert now.needed is not None
    assert (now.needed.gap, now.needed.months, now.needed.per_year) == (3, 38, Fraction(36, 38))


def test_what_was_met_and_lost_is_not_met(measured: Measured) -> None:
    """The last value counts, and the run that meets the target begins anew."""
    lost = measured("25", RISING, {"2021-09-30": "28", "2021-12-31": "27"}, "2022-01-10")
    assert (lost.targets[0].outcome, lost.targets[0].met_on) == (Outcome.OPEN, None)
    again = measured("25", RISING, {"2021-09-30": "28", "2021-12-31": "27", "2022-02-28": "29"}, "2022-03-10")
    assert again.targets[0].met_on == date(2022, 2, 28)


def test_all_targets_to_come_must_be_met(measured: Measured) -> None:
    """A final target that is lower than this year's: reaching it is not all."""
    now = measured("10", {2021: "30", 2022: "20"}, {"2021-09-30": "25"}, "2021-10-01")
    assert [target.is_met for target in now.targets] == [False, True]
    assert now.status == "ahead"


# Targets without a gap


@pytest.mark.parametrize(("value", "status"), [("100", "maintained"), ("99", "not_maintained"), ("101", "not_maintained")])
def test_target_equal_to_baseline(measured: Measured, value: str, status: str) -> None:
    """Keep 100 at 100: no division, and nobody said that one side is better."""
    now = measured("100", {2021: "100", 2024: "100"}, {"2021-09-30": value}, "2021-10-01")
    assert (now.direction, now.direction_basis) == (Direction.MAINTAIN, DirectionBasis.BASELINE_AND_TARGET)
    assert now.status == status
    assert now.final is not None
    assert (now.final.ratio, now.final.gap) == (None, abs(Decimal(value) - 100))


def test_maintaining_has_a_tolerance(measured: Measured) -> None:
    now = measured("100", {2024: "100"}, {"2021-09-30": "98"}, "2021-10-01", tolerance=Decimal(2))
    assert now.status == "maintained"


@pytest.mark.parametrize(("value", "status"), [("101", "achieved"), ("100", "achieved"), ("99", "worsened")])
def test_equal_and_rising_is_a_floor(measured: Measured, value: str, status: str) -> None:
    """Where somebody states that more is better, the target is what it must not fall below."""
    now = measured("100", {2024: "100"}, {"2021-09-30": value}, "2021-10-01", direction=Direction.RISING)
    assert now.status == status


@pytest.mark.parametrize(("value", "status"), [("150", "achieved"), ("130", "achieved"), ("120", "achieved"), ("119", "worsened")])
def test_target_below_a_rising_baseline(measured: Measured, value: str, status: str) -> None:
    """147 consultations, the target is 120, and more is better: 130 is no step back that counts, 119 is."""
    now = measured("147", {2024: "120"}, {"2021-09-30": value}, "2021-10-01", direction=Direction.RISING)
    assert now.status == status
    assert now.final is not None
    assert now.final.closed is None


def test_target_above_a_falling_baseline(measured: Measured) -> None:
    """The same from the other side: a ceiling."""
    for value, status in (("3", "achieved"), ("4", "worsened")):
        now = measured("1", {2024: "3"}, {"2021-09-30": value}, "2021-10-01", direction=Direction.FALLING)
        assert now.status == status


# What is not known


def test_missing_baseline(measured: Measured) -> None:
    """Rising targets tell the direction; pace cannot be said, met or not can."""
    for value, status in (("2", "short"), ("3", "year_met"), ("12", "achieved"), ("0", "short")):
        now = measured(None, {2021: "3", 2022: "6", 2023: "9", 2024: "12"}, {"2021-09-30": value}, "2021-10-01")
        assert (now.status, now.direction_basis) == (status, DirectionBasis.TARGETS)
        assert now.current is not None
        assert now.current.ratio is None


def test_baseline_without_a_time(measured: Measured) -> None:
    """The share of the gap is known, the pace is not."""
    for value, status in (("20", "short"), ("9", "worsened"), ("30", "achieved")):
        now = measured("10", {2024: "30"}, {"2021-09-30": value}, "2021-10-01", as_of=None)
        assert now.status == status
        assert now.final is not None
        assert (now.final.closed, now.final.time) == (Fraction(int(value) - 10, 20), None)


def test_no_observation(measured: Measured) -> None:
    now = measured("25", RISING, {}, "2021-10-01")
    assert (now.status, now.reading, outcomes(now)) == ("no_observation", None, ["no_observation"] * 4)


def test_the_baseline_is_no_progress(measured: Measured) -> None:
    """A reading of the baseline's month, or before it, says nothing about what came after."""
    now = measured("25", RISING, {"2020-11-30": "24", "2020-12-01": "25"}, "2021-10-01")
    assert now.status == "no_observation"


def test_unknown_direction(measured: Measured) -> None:
    """Two targets of 2, no baseline: 2 meets them, and of 4 nobody can say whether it is better."""
    for value, status in (("2", "achieved"), ("4", "undetermined"), ("1", "undetermined")):
        now = measured(None, {2021: "2", 2022: "2"}, {"2021-09-30": value}, "2021-10-01")
        assert (now.status, now.direction) == (status, None)


def test_no_target_in_numbers(measured: Measured) -> None:
    assert measured("1", {2021: None}, {"2021-09-30": "2"}, "2021-10-01").status == "no_target"


def test_a_number_in_brackets_is_no_target() -> None:
    in_brackets = Target(2021, Decimal(100), "（100）", is_binding=False)
    kpi = Kpi("kpi", "紙削減率", "%", targets=(in_brackets, Target(2022, Decimal(99)), Target(2023, Decimal(98))))
    assert [target.fiscal_year for target in kpi.binding_targets] == [2022, 2023]
    assert direction_of(kpi) == (Direction.FALLING, DirectionBasis.TARGETS)


@pytest.mark.parametrize(
    ("baseline", "targets", "direction"),
    [
        ("1", {2021: "2"}, Direction.RISING), ("2", {2021: "1"}, Direction.FALLING), ("2", {2021: "2"}, Direction.MAINTAIN),
        ("2", {2021: "2", 2022: "3"}, Direction.RISING), ("2", {2021: "3", 2022: "2"}, None),
        (None, {2021: "1", 2022: "2"}, Direction.RISING), (None, {2021: "2", 2022: "1", 2023: "1"}, Direction.FALLING),
        (None, {2021: "1", 2022: "3", 2023: "2"}, None), (None, {2021: "1"}, None), ("1", {2021: None}, None),
    ],
)
def test_directions_are_derived_or_unknown(
    make_kpi: MakeKpi, baseline: str | None, targets: dict[int, str | None], direction: Direction | None
) -> None:
    found, basis = direction_of(make_kpi(baseline, targets))
    assert found is direction
    assert (basis is DirectionBasis.UNKNOWN) == (direction is None)


def test_a_stated_direction_is_taken(make_kpi: MakeKpi) -> None:
    kpi = make_kpi("147", {2021: "120"}, direction=Direction.RISING)
    assert direction_of(kpi) == (Direction.RISING, DirectionBasis.STATED)


# A plan that is over


@pytest.mark.parametrize(
    ("values", "status", "gap", "met_on"),
    [
        ({"2024-09-30": "33", "2025-03-31": "34"}, "met", -1, date(2024, 9, 30)),
        ({"2025-03-31": "33"}, "met", 0, date(2025, 3, 31)),
        ({"2024-09-30": "33", "2025-02-28": "32"}, "not_met", 1, None),
        ({"2024-03-31": "33", "2025-04-01": "33"}, "no_final_value", None, None),
    ],
)
def test_a_plan_that_is_over(measured: Measured, values: dict[str, str], status: str, gap: int | None, met_on: date | None) -> None:
    """By how much, and since when; a value before its last year or after its end is no result."""
    now = measured("25", RISING, values, "2026-11-21")
    assert (now.is_over, now.current, now.status) == (True, None, status)
    assert now.final is not None
    assert (now.final.gap, now.final.met_on) == (gap, met_on)
    assert now.reading is not None
    assert now.reading.as_of.isoformat() == max(values)


def test_a_plan_ends_with_its_last_day(measured: Measured) -> None:
    assert not measured("25", RISING, {"2025-03-31": "33"}, "2025-03-31").is_over
    assert measured("25", RISING, {"2025-03-31": "33"}, "2025-04-01").is_over


def test_a_plan_that_is_over_without_any_value(measured: Measured) -> None:
    now = measured("25", RISING, {}, "2026-11-21")
    assert (now.status, outcomes(now)) == ("no_observation", ["no_value"] * 4)


# Which observations count


def test_only_published_observations_up_to_today_count(make_kpi: MakeKpi) -> None:
    def one(value: int, day: date, state: State = State.PUBLISHED, kpi: str = "kpi") -> Observation:
        return Observation(kpi, Decimal(value), day, Method.ENTERED, state=state)

    observations = [
        one(26, date(2021, 6, 30)), one(27, date(2021, 9, 30), State.DRAFT), one(28, date(2021, 9, 30), State.REVIEWED),
        one(29, date(2021, 9, 30), State.SUPERSEDED), one(30, date(2021, 11, 30)), one(31, date(2021, 9, 30), kpi="other"),
    ]
    now = measure(make_kpi("25", RISING), observations, date(2021, 10, 31))
    assert now.reading == observations[0]


def test_the_later_of_one_day_counts(make_kpi: MakeKpi, seen: Seen) -> None:
    now = measure(make_kpi("25", RISING), [*seen({"2021-06-30": "26"}), *seen({"2021-06-30": "27"})], date(2021, 10, 31))
    assert now.reading is not None
    assert now.reading.value == 27


@pytest.mark.parametrize("how", [{"unit": "回/年度"}, {"unit": "回/年"}, {"name": "年間利用件数", "unit": "件"}])
def test_totals_of_a_year_are_complete_in_march(measured: Measured, how: dict[str, str]) -> None:
    """3 times by September are not 3 times a year."""
    now = measured("3", {2021: "5", 2022: "5"}, {"2021-09-30": "3", "2022-03-31": "6", "2022-09-30": "2"}, "2022-10-01", **how)
    assert now.reading is not None
    assert (now.reading.value, now.interim, now.status) == (6, 2, "achieved")


# The parts


def test_growth_rates() -> None:
    """100 → 121 in two years is 10 % a year; to 144.9 in four needs 9.71 %."""
    rates = growth(Decimal(100), Decimal(121), Decimal("144.9"), 24, 48)
    assert (rates.actual, rates.needed) == (Decimal("0.1000"), Decimal("0.0972"))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((0, 1, 35, 24, 48), "baseline_not_positive"), ((1, 0, 35, 24, 48), "value_not_positive"),
        ((2, 1, 0, 24, 48), "target_not_positive"),
        ((1, 2, 3, 0, 48), "no_time"), ((1, 10**14, 3, 1, 48), "too_large"),
    ],
)
def test_growth_rates_that_say_nothing(arguments: tuple[int, int, int, int, int], reason: str) -> None:
    first, value, target, months, to_target = arguments
    rates = growth(Decimal(first), Decimal(value), Decimal(target), months, to_target)
    assert (rates.actual, rates.needed, rates.reason) == (None, None, reason)


def test_every_status_has_words() -> None:
    """Those of the bands and those of the rules."""
    of_rules = {
        "met", "achieved", "year_met", "maintained", "not_maintained", "not_met", "short", "undetermined", "no_final_value",
        "no_observation", "no_target",
    }
    assert set(STATUSES) == of_rules | {band.name for band in BANDS}
    assert {words.tone for words in STATUSES.values()} == {"good", "fair", "poor", "neutral"}
    assert len({words.ja for words in STATUSES.values()}) == len({words.en for words in STATUSES.values()}) == len(STATUSES)


def test_bands_are_data() -> None:
    """Eurostat's, for one."""
    limits = {"good": "0.95", "fair": "0.6", "poor": "0"}
    eurostat = read_bands([*({"name": name, "at_least": limit} for name, limit in limits.items()), {"name": "away"}])
    assert [band_of(Fraction(ratio), eurostat) for ratio in ("2", "0.95", "0.94", "0.6", "0", "-0.01")] == [
        "good", "good", "fair", "fair", "poor", "away",
    ]


@pytest.mark.parametrize(
    "entries",
    [
        [{"name": "a", "at_least": "0"}],
        [{"name": "a", "at_least": "0"}, {"name": "b", "at_least": "1"}, {"name": "c"}],
        [{"name": "a", "at_least": "1"}, {"name": "a", "at_least": "0"}, {"name": "c"}],
        [{"name": "a", "at_least": "0.5"}, {"name": "b"}],
        [{"name": "a"}, {"name": "b"}],
    ],
    ids=["no rest", "rising", "twice", "no zero", "two rests"],
)
def test_bands_that_contradict_are_refused(entries: list[dict[str, str]]) -> None:
    with pytest.raises(ValueError, match="band"):
        read_bands(entries)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e15", "1e-13"])
def test_values_that_cannot_be_reckoned_with(value: str) -> None:
    with pytest.raises(ValueError, match="cannot be reckoned"):
        Observation("kpi", Decimal(value), date(2021, 4, 1), Method.COUNTED)
    with pytest.raises(ValueError, match="cannot be reckoned"):
        Target(2021, Decimal(value))
    with pytest.raises(ValueError, match="cannot be reckoned"):
        Baseline(Decimal(value))


def test_targets_are_one_a_year_in_order() -> None:
    for years in ((2022, 2021), (2021, 2021)):
        with pytest.raises(ValueError, match="one a fiscal year"):
            Kpi("kpi", "", "", targets=tuple(Target(year, Decimal(1)) for year in years))
    with pytest.raises(ValueError, match="tolerance"):
        Kpi("kpi", "", "", tolerance=Decimal(-1))
