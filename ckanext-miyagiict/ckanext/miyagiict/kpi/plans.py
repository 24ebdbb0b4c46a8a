"""The KPIs of a plan from the tables of its published package: baselines, targets, and values that the texts print.

Rows come as CSV gives them (all text) or as the DataStore does (typed). A package without tables of KPIs is a plan whose document prints
none: the summary of 2014, the overview of 2017 and Natori's plan. Nothing is added to what is printed; the two things that are read into
it, the limits of a value and the direction (``progress.direction_of``), are marked as such.

Source: docs/datasets.md, "Tables that every plan has".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from .model import Baseline, Kpi, Method, Observation, Target
from .register import MUNICIPALITIES

__all__ = ["Plan", "baseline_observation", "printed_observations", "read_plan"]

Row = Mapping[str, Any]
Tables = Mapping[str, Iterable[Row]]

LIST_SEPARATOR = ";"
#: A printed number in brackets may be the base of a comparison and not a target.
_BRACKETED = "bracketed_number"
_PERCENT = "%"
#: In the name of a share that compares with another year, and may be above 100.
_COMPARISON = "比"


@dataclass(frozen=True)
class Plan:
    """A published plan.

    :param years: first and last fiscal year; None where the document does not print them
    :param is_draft: its document is the draft for public comment, and what was adopted may differ
    :param kpis: empty where the document prints none
    """

    name: str
    title: str
    years: tuple[int, int] | None
    is_draft: bool
    kpis: tuple[Kpi, ...]


def read_plan(name: str, tables: Tables) -> Plan:
    """A plan from the tables of its package.

    :param name: of the package
    :param tables: table → rows: ``documents`` and, where the package has them, ``kpis``, ``kpi_targets``, ``plan_periods`` and ``plans``
    :raises ValueError: a target of a KPI that is not there, or a cell that is no number
    """
    documents = list(tables.get("documents", ()))
    years = _years(documents, tables)
    rows = list(tables.get("kpis", ()))
    of_kpi: dict[str, list[Row]] = {_text(row, "id"): [] for row in rows}
    for row in tables.get("kpi_targets", ()):
        if _text(row, "kpi_id") not in of_kpi:
            raise ValueError(f"{_text(row, 'id')}: there is no KPI {_text(row, 'kpi_id')}")
        of_kpi[_text(row, "kpi_id")].append(row)
    return Plan(
        name, next((_text(row, "title") for row in documents), name), years, any(_text(row, "status") == "draft" for row in documents),
        tuple(_kpi(row, of_kpi[_text(row, "id")], name, years) for row in rows),
    )


def baseline_observation(kpi: Kpi) -> Observation | None:
    """The baseline as the observation that it is; None where the plan prints no number or no time for it."""
    baseline = kpi.baseline
    if baseline.value is None or baseline.as_of is None:
        return None
    return Observation(
        kpi.id, baseline.value, baseline.as_of, Method.PRINTED, kpi.source, printed=baseline.printed, note=baseline.qualifier
    )


def printed_observations(kpis: Iterable[Kpi], statements: Iterable[Row], indicators: Iterable[Row]) -> list[Observation]:
    """What the texts print of KPIs beside the baselines, from the package miyagi-municipal-adoption.

    A statement is taken for a KPI only where its indicator is called one (``is_kpi``), has the KPI's name, stands in the KPI's document,
    and no other KPI has that name. Statements without a number or without a time are left.
    """
    kpis = list(kpis)
    names = Counter(kpi.name for kpi in kpis)
    by_name = {(kpi.name, kpi.source.partition(" ")[0]): kpi for kpi in kpis if names[kpi.name] == 1}
    is_kpi = {_text(row, "id") for row in indicators if _flag(row, "is_kpi")}
    found = []
    for row in statements:
        kpi = by_name.get((_text(row, "indicator_name"), _text(row, "source_document")))
        value, day = _number(row, "value"), _day(row, "time_end")
        if kpi is None or _text(row, "indicator_id") not in is_kpi or _text(row, "kind") != "actual" or value is None or day is None:
            continue
        if _flag(row, "is_repeat"):
            continue
        found.append(
            Observation(
                kpi.id, value, day, Method.PRINTED, _source(row), printed=_text(row, "value_printed"), note=_text(row, "value_qualifier")
            )
        )
    return found


def _kpi(row: Row, target_rows: Iterable[Row], plan: str, years: tuple[int, int] | None) -> Kpi:
    target_rows = list(target_rows)
    targets = tuple(sorted((_target(one) for one in target_rows), key=lambda target: target.fiscal_year))
    numbers = next((_text(one, "measure_numbers") for one in (row, *target_rows) if _text(one, "measure_numbers")), "")
    baseline = Baseline(
        _number(row, "baseline_value"), _day(row, "baseline_end"), _text(row, "baseline_printed"), _text(row, "baseline_time_printed"),
        _text(row, "baseline_qualifier"), _day(row, "baseline_start"), _text(row, "baseline_precision") or "day",
    )
    unit, name = _text(row, "unit"), _text(row, "name")
    printed = [value for value in (baseline.value, *(target.value for target in targets)) if value is not None]
    return Kpi(
        id=_text(row, "id"), name=name or _unnamed(row, numbers), unit=unit, baseline=baseline, targets=targets,
        minimum=Decimal(0) if unit and all(value >= 0 for value in printed) else None, maximum=_maximum(name, unit, printed),
        plan=plan, plan_years=years, group=_text(row, "group_name") or _text(row, "section_name"),
        measure_numbers=tuple(part for part in numbers.split(LIST_SEPARATOR) if part),
        is_reference_value=_flag(row, "is_reference_value"), is_under_adjustment=_flag(row, "is_under_adjustment"),
        note=_text(row, "note"), source=_source(row),
    )


def _target(row: Row) -> Target:
    year, first = _year(row, "fiscal_year"), _year(row, "fiscal_year_from")
    if year is None:
        raise ValueError(f"{_text(row, 'id')}: a target without a fiscal year")
    return Target(
        year, _number(row, "target_value"), _text(row, "target_printed"), _text(row, "target_qualifier"),
        first if first != year else None, _text(row, "target_status") != _BRACKETED,
    )


def _unnamed(row: Row, numbers: str) -> str:
    """What stands for the name of a KPI that is printed without one: the number of its measure and what is printed instead."""
    numbers = (numbers or _text(row, "measure_numbers_printed")).replace(LIST_SEPARATOR, "、")
    return f"{numbers}（{_text(row, 'status_printed') or '名称なし'}）"


def _maximum(name: str, unit: str, printed: Iterable[Decimal]) -> Decimal | None:
    """The highest value that can be, to catch slips of typing; not printed anywhere. None where it is not sure."""
    highest = {_PERCENT: Decimal(100), "市町村": Decimal(len(MUNICIPALITIES))}.get(unit)
    is_sure = highest is not None and _COMPARISON not in name and all(value <= highest for value in printed)
    return highest if is_sure else None


def _years(documents: Iterable[Row], tables: Tables) -> tuple[int, int] | None:
    """The plan's period where a table has it: in the document's row, in ``plan_periods`` (2017) or in ``plans`` (Natori)."""
    candidates = [(row, "period_start_fiscal_year", "period_end_fiscal_year") for row in documents]
    candidates += [(row, "start_fiscal_year", "end_fiscal_year") for row in tables.get("plan_periods", ())]
    candidates += [
        (row, "period_start_fiscal_year", "period_end_fiscal_year") for row in tables.get("plans", ()) if _text(row, "role") == "this_plan"
    ]
    for row, start, end in candidates:
        first, last = _year(row, start), _year(row, end)
        if first is not None and last is not None:
            return first, last
    return None


def _source(row: Row) -> str:
    """Document, lines, page."""
    page = _text(row, "source_page")
    return f"{_text(row, 'source_document')} {_text(row, 'source_lines')}" + (f" p.{page}" if page else "")


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    return "" if value is None else str(value).strip()


def _number(row: Row, key: str) -> Decimal | None:
    text = _text(row, key)
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{_text(row, 'id')}: {key} is no number: {text}") from error


def _year(row: Row, key: str) -> int | None:
    text = _text(row, key)
    return int(text) if text else None


def _day(row: Row, key: str) -> date | None:
    text = _text(row, key)
    return date.fromisoformat(text[:10]) if text else None


def _flag(row: Row, key: str) -> bool:
    return _text(row, key).lower() == "true"
