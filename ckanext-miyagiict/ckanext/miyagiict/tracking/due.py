"""What is due: values that people enter, of fiscal years that are over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from ckan.model import Session

from .. import config
from ..kpi.definition import ByHand, definition_on
from ..kpi.model import Method, State
from ..kpi.months import end_of_fiscal_year
from ..model import KpiObservation
from ..packages.fiscal_years import fiscal_year
from . import clock
from .figures import Figure, figures

__all__ = ["is_by_hand", "overdue"]

_WAITING = (State.DRAFT.value, State.REVIEWED.value)


def is_by_hand(figure: Figure, day: date) -> bool:
    """Whether somebody has to enter the KPI's values: it has no definition by which the catalogue counts it."""
    definition = definition_on(figure.definitions, day, figure.counting)
    return definition is None or isinstance(definition.kind, ByHand)


def overdue(today: date | None = None) -> list[dict[str, Any]]:
    """Every fiscal year with a target whose value is missing, the latest year first: due so many days after the year's end
    (``ckanext.miyagiict.kpi.due_days``), listed from the day on which the year is over.
    """
    day = today or clock.today()
    wait = timedelta(days=config.kpi_due_days())
    drafts = _drafts()
    found = []
    for figure in figures(day).by_id.values():
        if not is_by_hand(figure, day):
            continue
        known = {fiscal_year(one.as_of) for one in figure.readings if one.method in (Method.ENTERED, Method.IMPORTED, Method.PRINTED)}
        for target in figure.kpi.binding_targets:
            year = target.fiscal_year
            if target.due >= day or year in known:
                continue
            by = end_of_fiscal_year(year) + wait
            found.append({
                "kpi": figure.kpi.id, "name": figure.kpi.name, "plan": figure.plan.package, "unit": figure.kpi.unit, "fiscal_year": year,
                "target": target.printed, "due": by.isoformat(), "days_late": (day - by).days, "departments": figure.plan.departments_of(figure.kpi),
                "drafts": drafts.get((figure.kpi.id, year), 0),
            })
    return sorted(found, key=lambda entry: (-entry["fiscal_year"], entry["plan"]))


def _drafts() -> dict[tuple[str, int], int]:
    """(KPI, fiscal year) → values that wait for review or publication."""
    query = sa.select(KpiObservation.kpi_id, KpiObservation.as_of).where(
        KpiObservation.state.in_(_WAITING), KpiObservation.method != Method.COUNTED.value
    )
    counted: dict[tuple[str, int], int] = {}
    for kpi, as_of in Session.execute(query):
        key = (kpi, fiscal_year(as_of))
        counted[key] = counted.get(key, 0) + 1
    return counted
