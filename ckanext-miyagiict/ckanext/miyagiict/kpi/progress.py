"""How far a KPI is: the share of the gap that is closed, in relation to the share of time that is used.

``closed = (value - baseline) / (target - baseline)``, ``time = months since the baseline / months from the baseline to the day it is due``,
``ratio = closed / time``; 1 is exactly on pace. Exact fractions throughout. The ratio does not change with the unit (scaled or shifted),
needs no division by the baseline, and is taken against each year's own target as well as the final one.

Source: issue "KPI tracking", section 1. Why not growth rates: ``growth``. The rules with worked examples: docs/kpi.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from .bands import BANDS, band_of
from .growth import Growth, growth
from .model import Direction, Kpi, Observation, State, Target
from .months import MONTHS_A_YEAR, is_last_month, months_between

__all__ = ["DirectionBasis", "Needed", "Outcome", "Progress", "TargetProgress", "direction_of", "measure", "tells_progress"]


class DirectionBasis(Enum):
    """What tells which way is better."""

    STATED = "stated"
    #: Derived: the final target lies above, below or at the baseline. The plans do not say it.
    BASELINE_AND_TARGET = "baseline_and_target"
    #: Derived without a baseline: the targets rise or fall from year to year.
    TARGETS = "targets"
    UNKNOWN = "unknown"


class Outcome(Enum):
    """What has become of one target."""

    #: Its day is over; the last value of its fiscal year reached it.
    MET = "met"
    NOT_MET = "not_met"
    #: Its day is over, and there is no value of its fiscal year.
    NO_VALUE = "no_value"
    #: Its day is to come, and it is reached already.
    REACHED = "reached"
    #: Its day is to come.
    OPEN = "open"
    #: Its day is to come, and there is no observation yet.
    NO_OBSERVATION = "no_observation"
    #: The value is not the target, and nobody knows which side is better.
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class TargetProgress:
    """One target and the value that is held against it.

    :param reading: the last one of the target's fiscal year where that is over, else the last one there is
    :param gap: what is missing, in the KPI's unit; 0 or less where the target is met; None where it cannot be said
    :param closed: share of the gap that is closed; below 0 on the wrong side of the baseline; None without a gap to close
    :param time: share of the time used when the reading was taken, at most 1
    :param ratio: ``closed / time``
    :param band: name of the ratio's band; where there is no gap to close, the last one below a floor
    :param met_on: day of the first reading of the run of readings that meet it up to this one
    """

    target: Target
    outcome: Outcome
    reading: Observation | None = None
    gap: Decimal | None = None
    closed: Fraction | None = None
    time: Fraction | None = None
    ratio: Fraction | None = None
    band: str = ""
    met_on: date | None = None

    @property
    def is_met(self) -> bool:
        return self.outcome in (Outcome.MET, Outcome.REACHED)


@dataclass(frozen=True)
class Needed:
    """What it takes from now on to reach the final target.

    :param gap: what is missing
    :param months: whole months left after the present one
    :param per_year: in the KPI's unit; None in the last month
    """

    gap: Decimal
    months: int
    per_year: Fraction | None


@dataclass(frozen=True)
class Progress:
    """A KPI on a day.

    :param status: a key of ``bands.STATUSES``
    :param reading: the last one that is held against targets
    :param current: the target of the present fiscal year, or the next one that comes; None when the plan is over
    :param met_early: fiscal years whose targets are reached before their day
    :param interim: readings of a running year that were left out, because the unit counts a whole year
    """

    kpi: Kpi
    today: date
    direction: Direction | None
    direction_basis: DirectionBasis
    status: str
    reading: Observation | None = None
    targets: tuple[TargetProgress, ...] = ()
    current: TargetProgress | None = None
    final: TargetProgress | None = None
    met_early: tuple[int, ...] = ()
    needed: Needed | None = None
    interim: int = 0

    @property
    def growth(self) -> Growth | None:
        """The second opinion, towards the final target; None without a baseline, its time or a reading."""
        baseline, final = self.kpi.baseline, self.final
        if baseline.value is None or baseline.as_of is None or final is None or final.reading is None:
            return None
        months, to_target = (months_between(baseline.as_of, day) for day in (final.reading.as_of, final.target.due))
        return growth(baseline.value, final.reading.value, _value(final.target), months, to_target)

    @property
    def is_over(self) -> bool:
        """Whether the last target's day is past."""
        return self.final is not None and self.current is None

    @property
    def months_old(self) -> int | None:
        """How old the last reading is."""
        return None if self.reading is None else months_between(self.reading.as_of, self.today)


def direction_of(kpi: Kpi) -> tuple[Direction | None, DirectionBasis]:
    """Which way is better, and what tells.

    A plan prints numbers, not directions. Where nobody stated one it is derived, from the baseline and the final target or else from
    targets that only rise or only fall; numbers that tell nothing leave it open.
    """
    if kpi.direction is not None:
        return kpi.direction, DirectionBasis.STATED
    values = [target.value for target in kpi.binding_targets if target.value is not None]
    if not values:
        return None, DirectionBasis.UNKNOWN
    first, basis = kpi.baseline.value, DirectionBasis.BASELINE_AND_TARGET
    if first is None:
        first, basis = values[0], DirectionBasis.TARGETS
        if values not in (sorted(values), sorted(values, reverse=True)) or len(set(values)) == 1:
            return None, DirectionBasis.UNKNOWN
    if values[-1] != first:
        return (Direction.RISING if values[-1] > first else Direction.FALLING), basis
    if set(values) == {first}:
        return Direction.MAINTAIN, basis
    return None, DirectionBasis.UNKNOWN


def measure(kpi: Kpi, observations: Iterable[Observation], today: date) -> Progress:
    """Hold a KPI's published observations against its targets.

    :param observations: of this KPI; of two for one day the later in the order given counts
    :param today: observations of later days are left out
    """
    direction, basis = direction_of(kpi)
    published = _published(kpi, observations, today)
    readings = [reading for reading in published if not kpi.is_yearly_total or is_last_month(reading.as_of)]
    reading = readings[-1] if readings else None
    interim = len(published) - len(readings)
    if not kpi.binding_targets:
        return Progress(kpi, today, direction, basis, "no_target", reading, interim=interim)
    targets = tuple(_against(kpi, target, direction, readings, today) for target in kpi.binding_targets)
    current = next((target for target in targets if target.target.due >= today), None)
    return Progress(
        kpi, today, direction, basis, _status(targets, current, direction, reading), reading, targets, current, targets[-1],
        met_early=tuple(target.target.fiscal_year for target in targets if target.outcome is Outcome.REACHED),
        needed=_needed(targets[-1], today), interim=interim,
    )


def tells_progress(kpi: Kpi, observation: Observation) -> bool:
    """Whether a value can: what is not later than the baseline's month tells none."""
    since = kpi.baseline.as_of if kpi.baseline.value is not None else None
    return since is None or months_between(since, observation.as_of) > 0


def _published(kpi: Kpi, observations: Iterable[Observation], today: date) -> list[Observation]:
    """Those that tell progress, in order of their days, one a day."""
    by_day = {
        observation.as_of: observation
        for observation in observations
        if observation.kpi == kpi.id and observation.state is State.PUBLISHED and observation.as_of <= today and tells_progress(kpi, observation)
    }
    return [by_day[day] for day in sorted(by_day)]


def _against(kpi: Kpi, target: Target, direction: Direction | None, readings: Sequence[Observation], today: date) -> TargetProgress:
    """One target. When its fiscal year is over, only a value of that year says whether it was met."""
    due = target.due
    is_over = today > due
    known = [reading for reading in readings if reading.as_of <= due]
    if not known or (is_over and months_between(known[-1].as_of, due) >= MONTHS_A_YEAR):
        return TargetProgress(target, Outcome.NO_VALUE if is_over else Outcome.NO_OBSERVATION)
    reading = known[-1]
    gap = _gap(kpi, target, direction, reading.value)
    if gap is None:
        return TargetProgress(target, Outcome.UNDETERMINED, reading)
    is_met = gap <= 0
    closed, time = _closed(kpi, target, direction, reading.value), _time(kpi, target, reading)
    ratio = closed / time if closed is not None and time else None
    outcome = (Outcome.MET if is_met else Outcome.NOT_MET) if is_over else (Outcome.REACHED if is_met else Outcome.OPEN)
    return TargetProgress(
        target, outcome, reading, gap, closed, time, ratio, _band(kpi, direction, closed, ratio, is_met),
        _met_since(kpi, target, direction, known) if is_met else None,
    )


def _gap(kpi: Kpi, target: Target, direction: Direction | None, value: Decimal) -> Decimal | None:
    """What is missing; to maintain, how far the value is beyond the tolerance on either side."""
    wanted = _value(target)
    if direction is Direction.RISING:
        return wanted - value
    if direction is Direction.FALLING:
        return value - wanted
    if direction is Direction.MAINTAIN:
        return max(abs(value - wanted) - kpi.tolerance, Decimal(0))
    return Decimal(0) if value == wanted else None


def _closed(kpi: Kpi, target: Target, direction: Direction | None, value: Decimal) -> Fraction | None:
    """Share of the gap that is closed. A target that the baseline meets is a floor (or ceiling), and there is no gap to close."""
    baseline, wanted = kpi.baseline.value, _value(target)
    if baseline is None or direction not in (Direction.RISING, Direction.FALLING):
        return None
    to_go = wanted - baseline if direction is Direction.RISING else baseline - wanted
    if to_go <= 0:
        return None
    done = value - baseline if direction is Direction.RISING else baseline - value
    return Fraction(done) / Fraction(to_go)


def _time(kpi: Kpi, target: Target, reading: Observation) -> Fraction | None:
    if kpi.baseline.value is None or kpi.baseline.as_of is None:
        return None
    months = months_between(kpi.baseline.as_of, target.due)
    return Fraction(months_between(kpi.baseline.as_of, reading.as_of), months) if months > 0 else None


def _band(kpi: Kpi, direction: Direction | None, closed: Fraction | None, ratio: Fraction | None, is_met: bool) -> str:
    if ratio is not None:
        return band_of(ratio)
    if is_met or kpi.baseline.value is None or direction not in (Direction.RISING, Direction.FALLING):
        return ""
    # Without a time only the side of the baseline is known; short of a floor is worse than the baseline, which met it.
    return BANDS[-1].name if closed is None or closed < 0 else ""


def _met_since(kpi: Kpi, target: Target, direction: Direction | None, readings: Sequence[Observation]) -> date:
    since = readings[-1].as_of
    for reading in reversed(readings):
        gap = _gap(kpi, target, direction, reading.value)
        if gap is None or gap > 0:
            break
        since = reading.as_of
    return since


def _status(
    targets: Sequence[TargetProgress], current: TargetProgress | None, direction: Direction | None, reading: Observation | None
) -> str:
    """One word for all: the final result of a plan that is over, else how it stands against the target of the present year."""
    if reading is None:
        return "no_observation"
    if current is None:
        return _final_status(targets[-1])
    if direction is Direction.MAINTAIN:
        return "maintained" if current.is_met else "not_maintained"
    if current.outcome is Outcome.UNDETERMINED:
        return "undetermined"
    if not current.is_met:
        return current.band or "short"
    to_come = targets[targets.index(current):]
    return "achieved" if all(target.is_met for target in to_come) else "year_met"


def _final_status(final: TargetProgress) -> str:
    return "no_final_value" if final.outcome is Outcome.NO_VALUE else final.outcome.value


def _needed(final: TargetProgress, today: date) -> Needed | None:
    if final.outcome is not Outcome.OPEN or final.gap is None:
        return None
    months = months_between(today, final.target.due)
    return Needed(final.gap, months, Fraction(final.gap) * MONTHS_A_YEAR / months if months else None)


def _value(target: Target) -> Decimal:
    """Of a binding target."""
    if target.value is None:
        raise ValueError(f"the target of {target.fiscal_year} has no number")
    return target.value
