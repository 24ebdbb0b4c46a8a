"""The report of a fiscal year, in the shape of the plan's own table of KPIs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from ..kpi.bands import STATUSES
from ..kpi.months import end_of_fiscal_year
from ..kpi.progress import Outcome, measure
from ..kpi.sentence import sentence
from ..packages.fiscal_years import fiscal_year
from ..pages.words import fiscal_year_words, number_words
from . import clock, snapshots
from .figures import Figure, figures
from .showing import METHOD_WORDS, OUTCOME_WORDS, number

__all__ = ["report"]


def report(plan: str, asked: int | None, language: str) -> dict[str, Any] | None:
    """A plan at the end of a fiscal year, or today where that is still to come.

    None for a plan that has no KPIs, and for a year that is not one of the plan's or has not begun.

    :param plan: its package
    :param asked: the fiscal year; None for the last one that is over, or else the present one
    """
    today = clock.today()
    own = [figure for figure in figures().by_id.values() if figure.plan.package == plan]
    reported = _years(own, fiscal_year(today))
    year = asked if asked is not None else max((one for one in reported if one < fiscal_year(today)), default=max(reported, default=None))
    if year is None or year not in reported:
        return None
    end = end_of_fiscal_year(year)
    years = sorted({target.fiscal_year for figure in own for target in figure.kpi.targets})
    frozen = snapshots.show(year)
    return {
        "plan": plan, "title": own[0].plan.title if language == "ja" else own[0].plan.title_en, "is_draft": own[0].plan.plan.is_draft,
        "dataset": own[0].plan.dataset_name, "fiscal_year": year, "year_text": fiscal_year_words(year, language),
        "as_of": min(end, today).isoformat(), "is_over": today > end, "years": years, "reports": reported,
        "frozen": {"hash": frozen["hash"], "frozen_at": frozen["frozen_at"]} if frozen else None,
        "rows": [_row(figure, year, years, frozen, language) for figure in own],
    }


def _years(own: list[Figure], present: int) -> list[int]:
    """The fiscal years of a plan that have begun: from its first to its last, or to its last target's."""
    known = [year for figure in own for year in (*(figure.kpi.plan_years or ()), *(target.fiscal_year for target in figure.kpi.targets))]
    return list(range(min(known), min(max(known), present) + 1)) if known else []


def _row(figure: Figure, year: int, years: list[int], frozen: dict[str, Any] | None, language: str) -> dict[str, Any]:
    kpi, end = figure.kpi, end_of_fiscal_year(year)
    # As it was at the end of the year: later values are not held against it. What became of its target is said on the next day.
    until, today = [one for one in figure.readings if one.as_of <= end], clock.today()
    progress = measure(kpi, until, min(end, today))
    judged = measure(kpi, until, min(end + timedelta(days=1), today)).targets
    against = next((one for one in judged if one.target.fiscal_year == year), None)
    # Of the year itself, with a target for it or without; an older value stands in its own year's report.
    reading = progress.reading if progress.reading and fiscal_year(progress.reading.as_of) == year else None
    outcome = against.outcome if against else None
    if reading is None and outcome in (Outcome.OPEN, Outcome.REACHED, Outcome.UNDETERMINED):
        outcome = Outcome.NO_OBSERVATION
    entry = frozen["entries"].get(kpi.id) if frozen else None
    targets = {target.fiscal_year: target for target in kpi.targets}
    return {
        "id": kpi.id, "group": kpi.group, "measure_numbers": list(kpi.measure_numbers), "departments": figure.plan.departments_of(kpi),
        "name": kpi.name, "unit": kpi.unit, "baseline": kpi.baseline.printed, "baseline_value": number(kpi.baseline.value),
        "baseline_time": kpi.baseline.time_printed, "targets": {str(one): targets[one].printed if one in targets else "" for one in years},
        "target_values": {str(one): number(targets[one].value) if one in targets else None for one in years},
        "value": number(reading.value) if reading else None, "value_text": f"{number_words(reading.value)}{kpi.unit}" if reading else "",
        "as_of": reading.as_of.isoformat() if reading else None, "method": reading.method.value if reading else None,
        "method_text": METHOD_WORDS[reading.method.value][language != "ja"] if reading else "",
        "receipt": (reading.receipt if reading else "") or None,
        "outcome": outcome.value if outcome else None, "outcome_text": OUTCOME_WORDS[outcome][language != "ja"] if outcome else "",
        "status": progress.status, "status_text": STATUSES[progress.status].ja if language == "ja" else STATUSES[progress.status].en,
        "frozen_value": number(Decimal(entry["value"])) if entry else None, "frozen_receipt": entry["receipt"] if entry else None,
        "days_late": frozen["days_late"].get(kpi.id, 0) if frozen and entry else None,
        "sentence": sentence(progress, language),
    }
