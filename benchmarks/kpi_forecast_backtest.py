"""How well the forecast of KPIs would have done on series that are published: its error beside that of two simpler guesses.

    ./miyagi python benchmarks/kpi_forecast_backtest.py [--cases]

From each point of a series with three readings or more behind it, the next reading is forecast and compared with what came. Beside
it: "stays as it is" and the straight line from the first reading to the last. Errors are given in per cent of the series' whole change,
so that series of different units can be added up; "in range" is how often the reading lay inside the range; dates are those on
which the value of the next reading was forecast to be reached.

What the series are, honestly: the plans print one actual value a KPI, so none of them is a KPI of the plans. The cumulative counts are
made from dates in our packages (how many of the events, measures or projects had begun by then); the share of local governments with
open data is the Digital Agency's as widely quoted, not checked again. They only rise, as such counts do, which flatters every method.
"""

from __future__ import annotations

import argparse
import csv
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from ckanext.miyagiict.kpi.forecast import FEWEST_READINGS, forecast, trend
from ckanext.miyagiict.kpi.model import Direction, Kpi, Method, Observation, Target
from ckanext.miyagiict.kpi.months import end_of_fiscal_year, month_number, months_between
from ckanext.miyagiict.kpi.progress import measure
from ckanext.miyagiict.packages.fiscal_years import fiscal_year

DATASETS = Path(__file__).resolve().parents[1] / "datasets"

#: Local governments with open data: of 1,788 in 2019, as quoted of the Digital Agency (earlier the Cabinet Secretariat).
OPEN_DATA = {date(2019, 6, 30): 595, date(2022, 6, 30): 1270, date(2023, 1, 31): 1321, date(2023, 6, 30): 1449}

Series = dict[date, int]
Guess = Callable[[Sequence[Observation], date], float]


@dataclass(frozen=True)
class Case:
    """:param errors: method → error of the value in per cent of the series' change
    :param months_off: of the date; None where no date was given
    """

    series: str
    readings: int
    errors: dict[str, float]
    in_range: bool
    months_off: int | None


def cumulative(package: str, table: str, column: str) -> Series:
    """How many rows of a table had begun by the end of each fiscal year in which one did."""
    with (DATASETS / package / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        years = Counter(int(row[column]) for row in csv.DictReader(file) if row[column] and row.get("is_repeat") != "true")
    total, series = 0, {}
    for year in sorted(years):
        total += years[year]
        series[end_of_fiscal_year(year)] = total
    return series


def published() -> dict[str, Series]:
    """Every series with a reading to forecast."""
    found = {
        "Natori, events of its chronology": cumulative("natori-informatization-plan-2020", "timeline_events", "year"),
        "Plan of 2013, dated events": cumulative("miyagi-it-plan-2013", "dated_events", "fiscal_year"),
        "Policy of 2021, dated events": cumulative("miyagi-informatization-policy-2021", "dated_events", "fiscal_year"),
        "Policy of 2021, measures begun": cumulative("miyagi-informatization-policy-2021", "measures", "start_year"),
        "Local governments with open data": OPEN_DATA,
    }
    return {name: series for name, series in found.items() if len(series) > FEWEST_READINGS}


def line(readings: Sequence[Observation], day: date) -> float:
    """From the first reading through the last."""
    first, last = readings[0], readings[-1]
    slope = float(last.value - first.value) / months_between(first.as_of, last.as_of)
    return float(last.value) + slope * months_between(last.as_of, day)


def theil_sen(readings: Sequence[Observation], day: date) -> float:
    found = trend(readings)
    assert found is not None
    return float(found.value_at(month_number(day))[0])


GUESSES: dict[str, Guess] = {"forecast": theil_sen, "straight line": line, "stays": lambda readings, day: float(readings[-1].value)}


def cases(name: str, series: Series) -> Iterator[Case]:
    """One for each reading that has enough before it."""
    days = sorted(series)
    whole = series[days[-1]] - series[days[0]]
    readings = [Observation(name, Decimal(series[day]), day, Method.PRINTED) for day in days]
    for place in range(FEWEST_READINGS, len(days)):
        known, after = readings[:place], readings[place]
        errors = {guess: 100 * (foretell(known, after.as_of) - float(after.value)) / whole for guess, foretell in GUESSES.items()}
        found = trend(known)
        assert found is not None
        _, low, high = found.value_at(month_number(after.as_of))
        yield Case(name, place, errors, low <= after.value <= high, months_off(name, known, after))


def months_off(name: str, known: Sequence[Observation], after: Observation) -> int | None:
    """How many months later than it was the value was forecast to be reached."""
    target = Target(fiscal_year(after.as_of), after.value)
    kpi = Kpi(name, name, "", targets=(target,), direction=Direction.RISING)
    expected = forecast(measure(kpi, known, known[-1].as_of), known).expected
    return months_between(after.as_of, expected) if expected else None


def summary(title: str, found: Sequence[Case]) -> str:
    errors = "  ".join(f"{statistics.fmean(abs(case.errors[guess]) for case in found):13.1f}" for guess in GUESSES)
    dated = [case.months_off for case in found if case.months_off is not None]
    dates = f"{statistics.median(abs(months) for months in dated):5.0f} of {len(dated):2}" if dated else "      none"
    return f"{title:38} {len(found):5}  {errors}  {sum(case.in_range for case in found) / len(found):8.0%}  {dates}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", action="store_true", help="print every forecast")
    arguments = parser.parse_args()
    by_series = {name: list(cases(name, series)) for name, series in published().items()}
    every = [case for found in by_series.values() for case in found]
    if arguments.cases:
        for case in every:
            errors = "  ".join(f"{guess} {error:+.1f} %" for guess, error in case.errors.items())
            place = "in" if case.in_range else "out of"
            print(f"{case.series}, {case.readings} readings: {errors}  {place} range, months {case.months_off}")
        print()
    heads = "  ".join(f"{guess + ' %':>13}" for guess in GUESSES)
    print(f"{'series (mean error of the next value)':38} {'cases':>5}  {heads}  {'in range':>8}  months off (median)")
    for name, found in by_series.items():
        print(summary(name, found))
    print(summary("all", every))
    for fewest, most in ((3, 3), (4, 5), (6, 99)):
        if some := [case for case in every if fewest <= case.readings <= most]:
            print(summary(f"with {fewest} to {most} readings" if most < 99 else f"with {fewest} readings or more", some))


if __name__ == "__main__":
    main()
