"""The report of a fiscal year, in the shape of the plan's own table of KPIs."""

from __future__ import annotations

from typing import Any

from ..kpi.bands import STATUSES
from ..kpi.months import end_of_fiscal_year
from ..kpi.progress import TargetProgress, measure
from ..kpi.sentence import sentence
from ..pages.words import fiscal_year_words, number_words
from . import clock, snapshots
from .figures import Figure, figures
from .showing import METHOD_WORDS, OUTCOME_WORDS, number

__all__ = ["report"]


def report(plan: str, year: int, language: str) -> dict[str, Any] | None:
    """A plan at the end of a fiscal year, or today where that is still to come; None for a plan that has no KPIs.

    :param plan: its package
    :param year: the fiscal year
    """
    day = min(end_of_fiscal_year(year), clock.today())
    own = [figure for figure in figures().by_id.values() if figure.plan.package == plan]
    if not own:
        return None
    years = sorted({target.fiscal_year for figure in own for target in figure.kpi.targets})
    frozen = snapshots.show(year)
    return {
        "plan": plan, "title": own[0].plan.title if language == "ja" else own[0].plan.title_en, "is_draft": own[0].plan.plan.is_draft,
        "dataset": own[0].plan.dataset_name, "fiscal_year": year, "year_text": fiscal_year_words(year, language), "as_of": day.isoformat(), "years": years,
        "frozen": {"hash": frozen["hash"], "frozen_at": frozen["frozen_at"]} if frozen else None,
        "rows": [_row(figure, year, years, frozen, language) for figure in own],
    }


def _row(figure: Figure, year: int, years: list[int], frozen: dict[str, Any] | None, language: str) -> dict[str, Any]:
    kpi = figure.kpi
    end = end_of_fiscal_year(year)
    # As it was at the end of the year: later values are not held against it.
    progress = measure(kpi, [one for one in figure.readings if one.as_of <= end], min(end, clock.today()))
    against = next((one for one in progress.targets if one.target.fiscal_year == year), None)
    reading = against.reading if against else None
    entry = frozen["entries"].get(kpi.id) if frozen else None
    targets = {target.fiscal_year: target for target in kpi.targets}
    return {
        "id": kpi.id, "group": kpi.group, "measure_numbers": list(kpi.measure_numbers), "departments": figure.plan.departments_of(kpi),
        "name": kpi.name, "unit": kpi.unit, "baseline": kpi.baseline.printed, "baseline_time": kpi.baseline.time_printed,
        "targets": {str(one): targets[one].printed if one in targets else "" for one in years},
        "value": number(reading.value) if reading else None, "value_text": f"{number_words(reading.value)}{kpi.unit}" if reading else "",
        "as_of": reading.as_of.isoformat() if reading else None, "method": reading.method.value if reading else None,
        "method_text": METHOD_WORDS[reading.method.value][language != "ja"] if reading else "",
        "outcome": against.outcome.value if against else None, "outcome_text": _outcome(against, language),
        "status": progress.status, "status_text": STATUSES[progress.status].ja if language == "ja" else STATUSES[progress.status].en,
        "receipt": (entry or {}).get("receipt") or (reading.receipt if reading else "") or None, "frozen_value": (entry or {}).get("value"),
        "sentence": sentence(progress, language),
    }


def _outcome(against: TargetProgress | None, language: str) -> str:
    return "" if against is None else OUTCOME_WORDS[against.outcome][language != "ja"]
