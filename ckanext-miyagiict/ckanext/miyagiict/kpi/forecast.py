"""When a target will be met if things go on as they did: a date with a range, from three readings on.

Slope: the median of the slopes between all pairs of readings (Theil 1950, Sen 1968), which one odd reading hardly moves. Range: the
slopes that a tenth of all pairs are slower than, and a tenth faster, rounded outward; with three to five readings those are the slowest
and the fastest there are. The line starts at the last reading. Exact fractions.

The range shows how unsteady the pace was; it is no probability. Sen's interval for the slope was tried first and was too narrow: on
published series the next reading lay in it in 29 % of 41 cases, in this one in 51 % (benchmarks/kpi_forecast_backtest.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations
from math import ceil, floor

from .model import Direction, Kpi, Observation, Target
from .months import MONTHS_A_YEAR, is_last_month, last_day, month_number
from .progress import Progress

__all__ = ["FEWEST_READINGS", "Forecast", "Trend", "Verdict", "forecast", "trend"]

FEWEST_READINGS = 3
#: Of the pairs, as many are slower than the range, and as many faster.
_OUTSIDE = Fraction(1, 10)
#: A date later than this says nothing.
HORIZON_MONTHS = 30 * MONTHS_A_YEAR


@dataclass(frozen=True)
class Trend:
    """Change a month, in the KPI's unit: the median of all slopes, and the ends of the range.

    :param start: month of the last reading
    :param value: its value, from which the line goes on
    :param readings: how many months have one
    """

    slope: Fraction
    low: Fraction
    high: Fraction
    start: int
    value: Fraction
    readings: int

    def value_at(self, month: int) -> tuple[Fraction, Fraction, Fraction]:
        """The value in a later month: expected, lowest, highest."""
        months = month - self.start
        return self.value + self.slope * months, self.value + self.low * months, self.value + self.high * months


@dataclass(frozen=True)
class Verdict:
    """:param ja: in words, as a page shows it"""

    name: str
    ja: str
    en: str


_VERDICTS = {
    verdict.name: verdict
    for verdict in (
        Verdict("too_few", "データ不足", "Not enough data"),
        Verdict("met", "達成済み", "Already met"),
        Verdict("dated", "達成時期の見込みあり", "A date can be given"),
        Verdict("not_this_way", "この傾向が続くと達成しない", "Not met if this trend goes on"),
        Verdict("outdated", "見込みの時期を過ぎたが、その後の実績がない", "The date has passed without a new reading"),
        Verdict("too_far", "30年以内には達成しない見込み", "Not within 30 years"),
        Verdict("not_applicable", "対象外", "Not applicable"),
    )
}


@dataclass(frozen=True)
class Forecast:
    """When a target is met.

    :param expected: last day of the month; None without a date, see ``verdict``
    :param earliest: of the range
    :param latest: of the range; None where its slow end does not get there (within the horizon)
    :param in_time: whether ``expected`` is not after the day the target is due; None without a date that can say so
    """

    verdict: Verdict
    expected: date | None = None
    earliest: date | None = None
    latest: date | None = None
    trend: Trend | None = None
    in_time: bool | None = None


def trend(observations: Iterable[Observation]) -> Trend | None:
    """The trend of some readings, the last one of each month; None for fewer than three months."""
    by_month = {month_number(observation.as_of): observation for observation in sorted(observations, key=lambda one: one.as_of)}
    points = [(month, Fraction(by_month[month].value)) for month in sorted(by_month)]
    if len(points) < FEWEST_READINGS:
        return None
    slopes = sorted((second[1] - first[1]) / (second[0] - first[0]) for first, second in combinations(points, 2))
    low, high = floor((len(slopes) - 1) * _OUTSIDE), ceil((len(slopes) - 1) * (1 - _OUTSIDE))
    return Trend(_median(slopes), slopes[low], slopes[high], points[-1][0], points[-1][1], len(points))


def forecast(progress: Progress, observations: Iterable[Observation], target: Target | None = None) -> Forecast:
    """When a target is met.

    :param progress: of the KPI on the day of the forecast
    :param observations: published readings of the KPI; the baseline is one where its time is known. Of a unit that counts a whole year
        only those of March, as in ``progress.measure``
    :param target: the final one unless said
    """
    wanted = target or (progress.final.target if progress.final else None)
    if wanted is None or wanted.value is None or progress.direction not in (Direction.RISING, Direction.FALLING):
        return Forecast(_VERDICTS["not_applicable"])
    readings = [one for one in observations if one.as_of <= progress.today and _counts(progress.kpi, one)]
    if not readings:
        return Forecast(_VERDICTS["too_few"])
    sign = 1 if progress.direction is Direction.RISING else -1
    last = max(readings, key=lambda one: one.as_of)
    to_go = sign * (Fraction(wanted.value) - Fraction(last.value))
    if to_go <= 0:
        return Forecast(_VERDICTS["met"])
    found = trend(readings)
    if found is None:
        return Forecast(_VERDICTS["too_few"])
    fast, slow = (found.high, found.low) if sign > 0 else (-found.low, -found.high)
    expected = _reached(found.start, to_go, sign * found.slope)
    if expected is None:
        verdict = "not_this_way" if sign * found.slope <= 0 else "too_far"
        return Forecast(_VERDICTS[verdict], earliest=_reached(found.start, to_go, fast), trend=found)
    if expected < progress.today:
        return Forecast(_VERDICTS["outdated"], trend=found)
    return Forecast(
        _VERDICTS["dated"], expected, _reached(found.start, to_go, fast), _reached(found.start, to_go, slow), found, expected <= wanted.due
    )


def _counts(kpi: Kpi, reading: Observation) -> bool:
    return reading.kpi == kpi.id and (not kpi.is_yearly_total or is_last_month(reading.as_of))


def _median(numbers: list[Fraction]) -> Fraction:
    middle = len(numbers) // 2
    return numbers[middle] if len(numbers) % 2 else (numbers[middle - 1] + numbers[middle]) / 2


def _reached(start: int, to_go: Fraction, slope: Fraction) -> date | None:
    """Last day of the first month in which the line has come so far; None where it does not within the horizon."""
    if slope <= 0:
        return None
    months = ceil(to_go / slope)
    return last_day(start + months) if months <= HORIZON_MONTHS else None
