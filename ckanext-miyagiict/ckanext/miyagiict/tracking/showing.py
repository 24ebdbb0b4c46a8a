"""Figures as the API and the pages give them: words in the reader's language, numbers as numbers, print beside them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import ckan.plugins.toolkit as tk

from ..kpi.bands import STATUSES
from ..kpi.definition import KIND_WORDS, kind_name
from ..kpi.model import Kpi, Observation, Target
from ..kpi.progress import Outcome, TargetProgress
from ..kpi.sentence import notes, sentence
from ..pages.kpi_words import source_words
from ..pages.words import date_words, fiscal_year_words, number_words
from . import definitions
from .figures import Figure, Figures, Stored

__all__ = ["METHOD_WORDS", "OUTCOME_WORDS", "listed", "number", "shown"]

#: How a value came to be known → Japanese, English.
METHOD_WORDS = {
    "printed": ("計画に記載", "Printed in a plan"), "counted": ("カタログで数えた値", "Counted by the catalogue"),
    "entered": ("担当者の入力", "Entered by staff"), "imported": ("一括登録", "Imported"),
}
OUTCOME_WORDS = {
    Outcome.MET: ("達成", "Met"), Outcome.NOT_MET: ("未達成", "Not met"), Outcome.NO_VALUE: ("その年度の実績なし", "No value of that year"),
    Outcome.REACHED: ("到達済み", "Reached"), Outcome.OPEN: ("未到達", "Not reached yet"), Outcome.NO_OBSERVATION: ("実績なし", "No observation yet"),
    Outcome.UNDETERMINED: ("判定できない", "Cannot be judged"),
}
_DIRECTION_WORDS = {"rising": ("増やす", "Rising"), "falling": ("減らす", "Falling"), "maintain": ("保つ", "To be maintained")}
_GROWTH_WORDS = {
    "baseline_not_positive": ("基準値が0以下のため計算できません。", "The baseline is not above 0."),
    "value_not_positive": ("実績が0以下のため計算できません。", "The value is not above 0."),
    "target_not_positive": ("目標値が0以下のため計算できません。", "The target is not above 0."),
    "no_time": ("時点が分からないか、期間がないため計算できません。", "There is no time between the values."),
    "too_large": ("大きすぎて意味を持ちません。", "Too large to mean anything."),
}


def listed(figures: Figures, language: str) -> list[dict[str, Any]]:
    """Every KPI in short, in the order of the plans. Kept with the figures: not to be changed by the caller."""
    if language not in figures.lists:
        figures.lists[language] = [_short(figure, language) for figure in figures.by_id.values()]
    return figures.lists[language]


def shown(figure: Figure, language: str) -> dict[str, Any]:
    """One KPI with all that is known of it, except what only staff see."""
    kpi, progress = figure.kpi, figure.progress
    return {
        **_short(figure, language),
        "source": kpi.source, "source_text": source_words(kpi.source, language, figure.plan.documents), "dataset_url": tk.url_for("dataset.read", id=figure.plan.dataset_name, qualified=True),
        "note": kpi.note, "is_reference_value": kpi.is_reference_value, "is_under_adjustment": kpi.is_under_adjustment,
        "direction": progress.direction.value if progress.direction else None,
        "direction_text": _words(_DIRECTION_WORDS[progress.direction.value], language) if progress.direction else "",
        "direction_basis": progress.direction_basis.value, "notes": notes(progress, language),
        "targets": [_target_row(target, figure, language) for target in kpi.targets],
        "needed": _needed(figure), "growth": _growth(figure, language), "forecast": _forecast(figure, language),
        "observations": [*(_printed(one, figure, language) for one in figure.printed), *(_stored(one, figure, language) for one in figure.stored)],
        "definitions": [_definition(one, language) for one in figure.definitions],
        "choices": [
            {"counting": one.counting, "counting_text": definitions.counting_words(one.counting, language), "valid_from": one.valid_from.isoformat(),
             "reason": one.reason}
            for one in figure.choices
        ],
    }


def number(value: Decimal | Fraction | None) -> int | float | None:
    """As JSON: whole numbers whole."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def _short(figure: Figure, language: str) -> dict[str, Any]:
    kpi, progress, plan = figure.kpi, figure.progress, figure.plan
    words, reading = STATUSES[progress.status], progress.reading
    sample = figure.latest_sample
    return {
        "id": kpi.id, "name": kpi.name, "name_en": kpi.name_en, "plan": plan.package, "plan_title": plan.title if language == "ja" else plan.title_en,
        "plan_dataset": plan.dataset_name, "group": kpi.group, "departments": plan.departments_of(kpi), "measure_numbers": list(kpi.measure_numbers),
        "unit": kpi.unit, "status": progress.status, "status_text": words.ja if language == "ja" else words.en, "status_tone": words.tone,
        "sentence": sentence(progress, language), "value": number(reading.value) if reading else None,
        "value_text": f"{number_words(reading.value)}{kpi.unit}" if reading else "",
        "as_of": reading.as_of.isoformat() if reading else None, "method": reading.method.value if reading else None,
        "target": _target(progress.current or progress.final, language), "final_target": _target(progress.final, language),
        "baseline": _baseline(kpi), "series": [[one.as_of.isoformat(), number(one.value)] for one in figure.judged],
        "is_over": progress.is_over, "months_old": progress.months_old, "counting": figure.counting,
        "warnings": list(figure.latest_counted.warnings) if figure.latest_counted else [],
        "sample": None if sample is None else {
            "value": number(sample.value), "as_of": sample.as_of.isoformat(), "receipt": sample.receipt, "counting": sample.counting,
            "counting_text": definitions.counting_words(sample.counting, language),
        },
    }


def _baseline(kpi: Kpi) -> dict[str, Any]:
    baseline = kpi.baseline
    return {
        "value": number(baseline.value), "as_of": baseline.as_of.isoformat() if baseline.as_of else None, "printed": baseline.printed,
        "time_printed": baseline.time_printed, "qualifier": baseline.qualifier, "precision": baseline.precision,
        "since": baseline.since.isoformat() if baseline.since else None,
    }


def _target(against: TargetProgress | None, language: str) -> dict[str, Any] | None:
    if against is None:
        return None
    target = against.target
    return {
        "fiscal_year": target.fiscal_year, "year_text": fiscal_year_words(target.fiscal_year, language), "value": number(target.value),
        "printed": target.printed, "outcome": against.outcome.value, "outcome_text": _words(OUTCOME_WORDS[against.outcome], language),
    }


def _target_row(target: Target, figure: Figure, language: str) -> dict[str, Any]:
    against = next((one for one in figure.progress.targets if one.target is target), None)
    row: dict[str, Any] = {
        "fiscal_year": target.fiscal_year, "year_text": fiscal_year_words(target.fiscal_year, language), "first_fiscal_year": target.first_fiscal_year,
        "value": number(target.value), "printed": target.printed, "qualifier": target.qualifier, "is_binding": target.is_binding,
        "due": target.due.isoformat(), "outcome": None, "outcome_text": "", "ratio": None, "band": "", "gap": None, "met_on": None, "reading": None,
        "closed": None, "time": None,
    }
    if against is None:
        return row
    reading = against.reading
    return {
        **row, "outcome": against.outcome.value, "outcome_text": _words(OUTCOME_WORDS[against.outcome], language),
        "ratio": _share(against.ratio), "closed": _share(against.closed), "time": _share(against.time), "band": against.band,
        "gap": number(against.gap), "met_on": against.met_on.isoformat() if against.met_on else None,
        "reading": {"value": number(reading.value), "as_of": reading.as_of.isoformat()} if reading else None,
    }


def _needed(figure: Figure) -> dict[str, Any] | None:
    needed = figure.progress.needed
    return None if needed is None else {"gap": number(needed.gap), "months": needed.months, "per_year": _share(needed.per_year)}


def _growth(figure: Figure, language: str) -> dict[str, Any] | None:
    found = figure.progress.growth
    if found is None:
        return None
    return {
        "actual": number(found.actual), "needed": number(found.needed), "reason": found.reason,
        "reason_text": _words(_GROWTH_WORDS[found.reason], language) if found.reason else "",
    }


def _forecast(figure: Figure, language: str) -> dict[str, Any]:
    found = figure.forecast
    days = {"met_on": found.expected, "earliest": found.earliest, "latest": found.latest}
    return {
        "state": found.verdict.name, "text": found.verdict.ja if language == "ja" else found.verdict.en,
        **{name: day.isoformat() if day else None for name, day in days.items()},
        **{f"{name}_text": date_words(day, language) if day else "" for name, day in days.items()},
        "readings": found.trend.readings if found.trend else None, "in_time": found.in_time,
    }


def _printed(one: Observation, figure: Figure, language: str) -> dict[str, Any]:
    return {
        "id": None, "value": number(one.value), "as_of": one.as_of.isoformat(), "confirmed_on": None, "method": one.method.value,
        "method_text": _words(METHOD_WORDS[one.method.value], language), "counting": "", "counting_text": "", "state": one.state.value,
        "source": one.source, "source_text": source_words(one.source, language, figure.plan.documents), "printed": one.printed, "note": one.note,
        "receipt": None, "in_status": one in figure.judged, "is_sample": False,
        "warnings": [],
    }


def _stored(one: Stored, figure: Figure, language: str) -> dict[str, Any]:
    return {
        "id": one.id, "value": number(one.value), "as_of": one.as_of.isoformat(),
        "confirmed_on": one.confirmed_on.isoformat() if one.confirmed_on else None, "method": one.method,
        "method_text": _words(METHOD_WORDS[one.method], language), "counting": one.counting,
        "counting_text": definitions.counting_words(one.counting, language), "state": "published", "source": one.source,
        "source_text": one.source, "printed": one.printed, "note": one.note, "receipt": one.receipt or None, "in_status": not one.is_sample and one.readings[-1] in figure.judged,
        "is_sample": one.is_sample, "warnings": list(one.warnings),
    }


def _definition(one: Any, language: str) -> dict[str, Any]:
    return {
        **definitions.as_dict(one), "counting_text": definitions.counting_words(one.counting, language),
        "kind_text": _words(KIND_WORDS[kind_name(one.kind)], language),
    }


def _share(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 4)


def _words(both: tuple[str, str] | Mapping[str, str], language: str) -> str:
    return both[0] if language == "ja" else both[1]  # type: ignore[index]
