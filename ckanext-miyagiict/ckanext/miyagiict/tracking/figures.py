"""Every KPI with what is known of it, judged: what lists, pages, files and datasets show.

Judging takes some time, so the result is kept in the process until a plan, a value, a definition or the day changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from ckan.model import Session

from ..kpi.counting import Choice, choice_on, for_status
from ..kpi.definition import Definition
from ..kpi.forecast import Forecast, forecast
from ..kpi.model import Direction, Kpi, Method, Observation
from ..kpi.plans import baseline_observation
from ..kpi.progress import Progress, measure, tells_progress
from ..model import KpiObservation, KpiSetting
from . import clock, definitions, observations, plans, version
from .plans import PlanDataset

__all__ = ["Figure", "Figures", "figures"]


@dataclass(frozen=True)
class Stored:
    """A kept observation, apart from the session that read it."""

    id: str
    value: Decimal
    as_of: date
    confirmed_on: date | None
    method: str
    counting: str
    is_sample: bool
    source: str
    receipt: str
    printed: str
    note: str
    readings: tuple[Observation, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A KPI with its plan, its values and how it stands.

    :param readings: what makes the status: values of the way chosen, entered, imported and printed ones, by day
    :param stored: kept observations that are published, the demonstration's too
    :param printed: what the texts print beside baseline and targets
    """

    kpi: Kpi
    plan: PlanDataset
    readings: tuple[Observation, ...]
    stored: tuple[Stored, ...]
    printed: tuple[Observation, ...]
    definitions: tuple[Definition, ...]
    choices: tuple[Choice, ...]
    progress: Progress
    forecast: Forecast

    @property
    def judged(self) -> tuple[Observation, ...]:
        """Of the readings those that are held against targets."""
        return tuple(one for one in self.readings if tells_progress(self.kpi, one))

    @property
    def counting(self) -> str:
        """The way to count that makes the status today."""
        choice = choice_on(self.choices, self.kpi.id, self.progress.today)
        return choice.counting if choice else ""

    @property
    def latest_counted(self) -> Stored | None:
        """The last counted value of the way that makes the status."""
        return self._latest(is_sample=False)

    @property
    def latest_sample(self) -> Stored | None:
        """The last number of the demonstration: of the way that makes the status, else of another one that has one."""
        samples = [one for one in self.stored if one.is_sample]
        return self._latest(is_sample=True) or (samples[-1] if samples else None)

    def _latest(self, *, is_sample: bool) -> Stored | None:
        own = [one for one in self.stored if one.method == Method.COUNTED.value and one.is_sample is is_sample and one.counting == self.counting]
        return own[-1] if own else None


@dataclass(frozen=True)
class Figures:
    """All of them, in the order of the plans.

    :param lists: language → what lists show, worked out when it is asked for first (``showing.listed``)
    """

    by_id: Mapping[str, Figure]
    today: date
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict, compare=False)


def figures(today: date | None = None) -> Figures:
    """All KPIs as they stand on a day (today)."""
    return _judged(plans.state(), version.current(), today or clock.today())


@lru_cache(maxsize=3)
def _judged(state: plans.State, number: int, today: date) -> Figures:
    known, kept, settings = plans.plans(), observations.published(), _settings()
    warnings = observations.warnings()
    counted_by, choices = definitions.all_definitions(), definitions.all_choices()
    found = {
        id: _figure(
            _with_setting(kpi, settings.get(id)), plan, [_stored(row, warnings) for row in kept.get(id, ())], known.printed.get(id, ()),
            counted_by.get(id, ()), [choice for choice in choices if choice.kpi == id], today,
        )
        for id, (plan, kpi) in known.kpis.items()
    }
    return Figures(found, today)


def _figure(
    kpi: Kpi, plan: PlanDataset, stored: Sequence[Stored], printed: Sequence[Observation], counted_by: Sequence[Definition],
    choices: Sequence[Choice], today: date,
) -> Figure:
    every = [*printed, *(reading for one in stored if not one.is_sample for reading in one.readings)]
    # Of one day the later in order counts: what a person published wins over what was counted.
    ordered = sorted(every, key=lambda one: (one.as_of, _RANK[one.method]))
    status = for_status(ordered, choices)
    progress = measure(kpi, status, today)
    baseline = baseline_observation(kpi)
    return Figure(
        kpi, plan, tuple(status), tuple(stored), tuple(printed), tuple(counted_by), tuple(choices), progress,
        forecast(progress, [*([baseline] if baseline else []), *status]),
    )


_RANK = {Method.PRINTED: 0, Method.COUNTED: 1, Method.IMPORTED: 2, Method.ENTERED: 3}


def _stored(row: KpiObservation, warnings: Mapping[str, tuple[str, ...]]) -> Stored:
    receipt = row.receipt_hash or ""
    return Stored(
        row.id, row.value, row.as_of, row.confirmed_on, row.method, row.counting, row.is_sample, row.source, receipt, row.printed, row.note,
        tuple(observations.readings(row)), warnings.get(receipt, ()),
    )


def _settings() -> dict[str, KpiSetting]:
    return {row.kpi_id: row for row in Session.scalars(sa.select(KpiSetting))}


def _with_setting(kpi: Kpi, setting: KpiSetting | None) -> Kpi:
    """What staff said of a KPI over what its plan leaves open."""
    if setting is None:
        return kpi
    direction = Direction(setting.direction) if setting.direction else kpi.direction
    return replace(kpi, direction=direction, tolerance=setting.tolerance)
