"""What holds for every KPI and every series: generated ones, 10,000 in all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.miyagiict.kpi.bands import BANDS, STATUSES
from ckanext.miyagiict.kpi.model import Baseline, Direction, Kpi, Method, Observation, Target
from ckanext.miyagiict.kpi.months import last_day, month_number
from ckanext.miyagiict.kpi.progress import Outcome, Progress, measure
from ckanext.miyagiict.kpi.sentence import notes, sentence

#: The best first: statuses that one day can have, while the plan runs and when it is over.
RUNNING = ["achieved", "year_met", *(band.name for band in BANDS)]
SHORT = ["achieved", "year_met", "short", "worsened"]
OVER = ["met", "not_met"]

START = month_number(date(2020, 12, 1))
#: In quarters and from a small range, so that values meet targets and baselines often.
VALUES = st.integers(-20, 160).map(lambda quarters: Decimal(quarters) / 4)
BETTER = st.sampled_from([Direction.RISING, Direction.FALLING])
DIRECTIONS = st.sampled_from([*Direction, None, None])
UNITS = st.sampled_from(["件", "%", "回/年度"])


@st.composite
def kpis(draw: st.DrawFn, directions: st.SearchStrategy[Direction | None] = DIRECTIONS) -> Kpi:
    """With one to four targets, with or without a baseline, its time and a direction."""
    known, months, first = draw(st.tuples(st.integers(0, 5), st.integers(0, 12), st.integers(2020, 2022)))
    baseline = draw(VALUES) if known else None
    as_of = last_day(START - months) if known > 1 else None
    targets = draw(st.lists(VALUES, min_size=1, max_size=4))
    return Kpi(
        "kpi", "指標", draw(UNITS), Baseline(baseline, as_of),
        tuple(Target(first + place, value) for place, value in enumerate(targets)), draw(directions),
        tolerance=Decimal("1.5") if months > 6 else Decimal(0),
    )


def series(least: int = 0) -> st.SearchStrategy[list[Observation]]:
    """Readings in any order, some of one month."""
    readings = st.tuples(st.integers(START + 1, START + 60), VALUES)
    return st.lists(readings.map(lambda pair: Observation("kpi", pair[1], last_day(pair[0]), Method.COUNTED)), min_size=least, max_size=5)


TODAY = st.integers(START + 1, START + 72).map(last_day)


def inner(progress: Progress) -> list[tuple[object, ...]]:
    """All that does not depend on the unit."""
    return [
        (progress.status, progress.direction, progress.met_early, progress.is_over),
        *((one.outcome, one.closed, one.time, one.ratio, one.band, one.met_on) for one in progress.targets),
    ]


@settings(max_examples=4000, deadline=None)
@given(kpis(), series(), TODAY)
def test_the_status_never_contradicts_the_gap(kpi: Kpi, observations: list[Observation], today: date) -> None:
    """Met is said exactly where nothing is missing, and worse than the baseline only of what is."""
    now = measure(kpi, observations, today)
    for one in now.targets:
        if one.gap is None:
            assert one.outcome in (Outcome.NO_VALUE, Outcome.NO_OBSERVATION, Outcome.UNDETERMINED)
        else:
            assert one.is_met == (one.gap <= 0)
            assert (one.met_on is not None) == one.is_met
        if one.ratio is not None and one.closed is not None and one.time is not None:
            assert 0 < one.time <= 1
            assert (one.ratio > 0, one.ratio < 0) == (one.closed > 0, one.closed < 0)
            assert (one.closed >= 1) == one.is_met
    judged = now.final if now.is_over else now.current
    if judged is None or judged.gap is None or now.reading is None:
        assert now.status in ("no_observation", "no_final_value", "undetermined")
        return
    assert (now.status in ("met", "achieved", "year_met", "maintained")) == (judged.gap <= 0)
    if now.status == "worsened" and kpi.baseline.value is not None:
        change = judged.reading.value - kpi.baseline.value
        assert change < 0 if now.direction is Direction.RISING else change > 0
    if STATUSES[now.status].tone == "good" and not judged.is_met:
        assert judged.closed is not None
        assert judged.closed > 0


@settings(max_examples=2500, deadline=None)
@given(kpis(), series(), TODAY, st.integers(1, 4000), st.integers(-1000, 1000), st.booleans())
def test_the_unit_does_not_matter(
    kpi: Kpi, observations: list[Observation], today: date, thousandths: int, shift: int, is_turned: bool
) -> None:
    """In thousands, in Fahrenheit, or counted from the other end (then rising is falling)."""
    factor = Decimal(-thousandths if is_turned else thousandths) / 1000

    def other(value: Decimal | None) -> Decimal | None:
        return None if value is None else value * factor + shift

    turned = {Direction.RISING: Direction.FALLING, Direction.FALLING: Direction.RISING, Direction.MAINTAIN: Direction.MAINTAIN, None: None}
    changed = replace(
        kpi, baseline=replace(kpi.baseline, value=other(kpi.baseline.value)),
        targets=tuple(replace(target, value=other(target.value)) for target in kpi.targets),
        direction=turned[kpi.direction] if is_turned else kpi.direction, tolerance=kpi.tolerance * abs(factor),
    )
    before = measure(kpi, observations, today)
    after = measure(changed, [replace(one, value=other(one.value)) for one in observations], today)
    if is_turned:
        after = replace(after, direction=turned[after.direction])
    assert inner(before) == inner(after)


@settings(max_examples=2500, deadline=None)
@given(kpis(BETTER), series(1), st.integers(1, 80))
def test_one_more_unit_of_progress_never_worsens_it(kpi: Kpi, observations: list[Observation], quarters: int) -> None:
    """The last reading moved the better way, all else the same; seen a month after it, or two years later."""
    today = last_day(month_number(max(one.as_of for one in observations)) + (1 if quarters % 2 else 24))
    before = measure(kpi, observations, today)
    step = Decimal(quarters if kpi.direction is Direction.RISING else -quarters) / 4
    moved = [replace(one, value=one.value + step) if one == before.reading else one for one in observations]
    after = measure(kpi, moved, today)
    for order in (RUNNING, SHORT, OVER):
        if before.status in order and after.status in order:
            assert order.index(after.status) <= order.index(before.status)
            break
    else:
        assert before.status == after.status
    for earlier, later in zip(before.targets, after.targets, strict=True):
        assert later.is_met or not earlier.is_met
        if earlier.gap is not None and later.gap is not None:
            assert later.gap <= earlier.gap
        if earlier.ratio is not None and later.ratio is not None:
            assert later.ratio >= earlier.ratio


@settings(max_examples=1000, deadline=None)
@given(kpis(), series(), TODAY, st.sampled_from(["ja", "en"]))
def test_there_is_always_one_sentence(kpi: Kpi, observations: list[Observation], today: date, language: str) -> None:
    """Whole, with nothing left to fill in, and with the value it speaks of."""
    now = measure(kpi, observations, today)
    said = sentence(now, language)
    assert not set("{}") & set(said)
    assert "None" not in said
    assert said.endswith("。" if language == "ja" else ".")
    assert said.count("。") == (1 if language == "ja" else 0)
    assert len(set(notes(now, language))) == len(notes(now, language)) <= 2
