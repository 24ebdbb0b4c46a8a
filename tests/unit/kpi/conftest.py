"""KPIs made to order, with the 2021 plan's dates unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ckanext.miyagiict.kpi.model import Baseline, Kpi, Method, Observation, Target
from ckanext.miyagiict.kpi.progress import Progress, measure

MakeKpi = Callable[..., Kpi]
Seen = Callable[..., list[Observation]]
Measured = Callable[..., Progress]

#: R2.12: 15 months before the end of 令和3年度, 51 before that of 令和6年度.
DECEMBER_2020 = date(2020, 12, 31)


@pytest.fixture(scope="session")
def make_kpi() -> MakeKpi:
    """A KPI: baseline as text or None, targets as fiscal year → value."""

    def make(baseline: str | None, targets: Mapping[int, str | None], *, as_of: date | None = DECEMBER_2020, **others: Any) -> Kpi:
        value = None if baseline is None else Decimal(baseline)
        return Kpi(**{
            "id": "kpi", "name": "導入済み市町村数", "unit": "市町村",
            "baseline": Baseline(value, as_of if value is not None else None),
            "targets": tuple(Target(year, None if wanted is None else Decimal(wanted)) for year, wanted in sorted(targets.items())),
            **others,
        })

    return make


@pytest.fixture(scope="session")
def seen() -> Seen:
    """Published observations: day → value."""

    def make(values: Mapping[str, str | Decimal]) -> list[Observation]:
        return [Observation("kpi", Decimal(value), date.fromisoformat(day), Method.COUNTED) for day, value in values.items()]

    return make


@pytest.fixture(scope="session")
def measured(make_kpi: MakeKpi, seen: Seen) -> Measured:
    """The progress of a KPI made to order."""

    def make(
        baseline: str | None, targets: Mapping[int, str | None], values: Mapping[str, str], today: str, **others: Any
    ) -> Progress:
        return measure(make_kpi(baseline, targets, **others), seen(values), date.fromisoformat(today))

    return make
