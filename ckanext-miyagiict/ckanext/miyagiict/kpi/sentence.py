"""One plain sentence a KPI, made from its numbers; the sentences themselves are in sentences.yaml.

Japanese and, for every other language, English. A difference of percentages is one of points.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from importlib.resources import files

import yaml

from ..pages.units import unit_name
from ..pages.words import date_words, fiscal_year_words, number_words, time_words
from .model import Baseline, Direction, Kpi, Target
from .months import MONTHS_A_YEAR
from .progress import DirectionBasis, Progress, TargetProgress

__all__ = ["notes", "sentence"]

_WORDS: dict[str, dict[str, str]] = yaml.safe_load(files(__package__).joinpath("sentences.yaml").read_text(encoding="utf-8"))
#: Statuses that speak of the final target; all others of the present year's.
_OF_THE_FINAL = ("met", "not_met", "no_final_value")
_PERCENT = "%"


def sentence(progress: Progress, language: str = "ja") -> str:
    """What was reached by when, against which target, and what it takes from now on.

    :returns: one sentence, plain text
    """
    words = _words(language)
    status = progress.status
    if status == "no_observation" and progress.is_over:
        status = "no_observation_over"
    if status not in words:
        status = "open_final" if progress.current is progress.final else "open"
    return words[status].format(**_facts(progress, language))


def notes(progress: Progress, language: str = "ja") -> list[str]:
    """What a reader has to know to judge the status: a derived direction, values that were left out."""
    words = _words(language)
    found = []
    if progress.targets and progress.direction_basis is not DirectionBasis.STATED:
        found.append(words[f"direction_{progress.direction_basis.value}"])
    if progress.interim:
        found.append(words["interim"])
    return found


def _words(language: str) -> dict[str, str]:
    return _WORDS["ja" if language == "ja" else "en"]


def _facts(progress: Progress, language: str) -> dict[str, str]:
    """What the templates name; empty where there is no such thing, and the template of that status does not name it."""
    kpi, final = progress.kpi, progress.final
    facts = {"name": kpi.name if language == "ja" else kpi.name_en or kpi.name}
    if final is None:
        return facts
    against = final if progress.status in _OF_THE_FINAL or progress.current is None else progress.current
    reading = against.reading or progress.reading
    facts |= {
        "final": _target(kpi, final.target, language), "final_year": fiscal_year_words(final.target.fiscal_year, language),
        "target": _target(kpi, against.target, language), "year": fiscal_year_words(against.target.fiscal_year, language),
        "baseline": _baseline(kpi, kpi.baseline, language),
    }
    if reading is not None:
        facts |= {"value": _amount(kpi, reading.value, language), "date": date_words(reading.as_of, language)}
        facts |= {"needed": _needed(progress, language)}
        facts |= {"onward": _words(language)[_onward(progress, final)].format(**facts)}
    if against.gap is not None:
        facts |= {"gap": _difference(kpi, against.gap, language), "surplus": _surplus(kpi, against, language)}
    if against.met_on is not None:
        facts |= {"met_on": date_words(against.met_on, language)}
    return facts


def _onward(progress: Progress, final: TargetProgress) -> str:
    if progress.needed:
        return "onward"
    return "onward_reached" if final.is_met else "onward_undetermined"


def _needed(progress: Progress, language: str) -> str:
    words, kpi, needed = _words(language), progress.kpi, progress.needed
    if needed is None:
        return ""
    change = words[(progress.direction or Direction.MAINTAIN).value]
    rest = _difference(kpi, needed.gap, language)
    if needed.per_year is None:
        return words["needed_now"].format(rest=rest, change=change)
    if needed.months < MONTHS_A_YEAR:
        return words["needed_months"].format(rest=rest, change=change, months=needed.months)
    return words["needed_year"].format(rate=_difference(kpi, _enough(needed.per_year), language), change=change)


def _enough(rate: Fraction) -> Decimal:
    """Rounded up to two figures, or to a whole number that has more, so that it suffices."""
    exact = Decimal(rate.numerator) / Decimal(rate.denominator)
    place = min(exact.adjusted() - 1, 0)
    return exact.quantize(Decimal(1).scaleb(place), ROUND_CEILING)


def _amount(kpi: Kpi, value: Decimal, language: str) -> str:
    return _with_unit(number_words(value), kpi.unit, language)


def _difference(kpi: Kpi, value: Decimal, language: str) -> str:
    return _with_unit(number_words(value), _words(language)["points"] if kpi.unit == _PERCENT else kpi.unit, language)


def _with_unit(number: str, unit: str, language: str) -> str:
    return f"{number}{unit}" if language == "ja" or unit in ("", _PERCENT) else f"{number} {unit_name(unit, language)}"


def _target(kpi: Kpi, target: Target, language: str) -> str:
    if target.value is None:
        return target.printed
    return _amount(kpi, target.value, language) + (f"（{target.qualifier}）" if target.qualifier else "")


def _baseline(kpi: Kpi, baseline: Baseline, language: str) -> str:
    if baseline.value is None:
        return ""
    words = _words(language)
    value = _amount(kpi, baseline.value, language)
    value += f"（{baseline.qualifier}）" if baseline.qualifier else ""
    if baseline.as_of is None:
        return words["baseline_undated"].format(value=value)
    time = time_words(baseline.since or baseline.as_of, baseline.as_of, baseline.precision, language)
    return words["baseline"].format(value=value, date=time)


def _surplus(kpi: Kpi, against: TargetProgress, language: str) -> str:
    words = _words(language)
    if not against.gap:
        return words["exactly"]
    return words["surplus"].format(surplus=_difference(kpi, abs(against.gap), language))
