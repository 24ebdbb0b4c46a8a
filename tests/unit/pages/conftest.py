"""KPIs as the actions answer, made to order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

MakeKpi = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def observation() -> Callable[..., dict[str, Any]]:
    """One value as ``miyagiict_kpi_show`` gives it."""

    def make(value: float, as_of: str, method: str = "entered", **others: Any) -> dict[str, Any]:
        return {
            "value": value, "as_of": as_of, "confirmed_on": None, "method": method, "method_text": "担当者の入力", "counting": "",
            "counting_text": "", "source": "", "printed": "", "note": "", "receipt": None, "in_status": True, "is_sample": False,
            "warnings": [], **others,
        }

    return make


@pytest.fixture(scope="session")
def target() -> Callable[..., dict[str, Any]]:
    """One target as ``miyagiict_kpi_show`` gives it."""

    def make(year: int, value: float | None, **others: Any) -> dict[str, Any]:
        return {
            "fiscal_year": year, "first_fiscal_year": None, "value": value, "printed": "" if value is None else str(value), "qualifier": "",
            "is_binding": True, "due": f"{year + 1}-03-31", "outcome": "open", "outcome_text": "未到達", "gap": None, "ratio": None,
            **others,
        }

    return make


@pytest.fixture(scope="session")
def make_kpi(observation: Callable[..., dict[str, Any]], target: Callable[..., dict[str, Any]]) -> MakeKpi:
    """A KPI with a baseline of 25 in December 2020, targets of 28 and 33, and one value of 28."""

    def make(**others: Any) -> dict[str, Any]:
        observations = others.get("observations", [observation(28, "2022-03-31")])
        return {
            "id": "kpi", "name": "導入済み市町村数", "name_en": "Municipalities", "plan": "plan", "plan_title": "計画",
            "plan_dataset": "plan", "group": "基盤", "departments": ["企画部 情報課"], "measure_numbers": ["企1"], "unit": "市町村",
            "status": "year_met", "status_text": "今年度の目標に到達", "status_tone": "good", "sentence": "28市町村です。", "value": 28,
            "as_of": "2022-03-31", "method": "entered",
            "target": {"fiscal_year": 2021, "value": 28, "printed": "28", "outcome": "reached"},
            "final_target": {"fiscal_year": 2022, "value": 33, "printed": "33", "outcome": "open"},
            "baseline": {
                "value": 25, "as_of": "2020-12-31", "since": "2020-12-01", "precision": "month", "printed": "25", "time_printed": "R2.12",
                "qualifier": "",
            },
            "series": [[one["as_of"], one["value"]] for one in observations if one["in_status"] and not one["is_sample"]],
            "targets": [target(2021, 28), target(2022, 33)], "observations": observations, "is_over": False, "warnings": [], "sample": None,
            "source": "doc 12-15 p.3", **others,
        }

    return make
