"""A value as a person types it: read, or refused with every problem said at once. What was typed is kept.

Full-width digits, thousands separators and the KPI's own unit are understood. Nothing is converted and nothing is rounded.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..packages.fiscal_years import fiscal_year
from ..pages.words import date_words, fiscal_year_words, number_words
from .days import LONGEST as LONGEST_DAY
from .days import read_day
from .model import Kpi, Method, Observation, State
from .problems import Problem, problem, raise_if_any

__all__ = ["Entry", "read_entry"]

LONGEST_VALUE = 100
_WHOLE_DIGITS, _DECIMALS = 14, 6
#: What is counted in these cannot come in parts.
WHOLE_UNITS = frozenset(("市町村", "データセット", "箇所", "法人"))
_NUMBER = re.compile(r"(?P<sign>[-+]?)(?P<whole>[0-9][0-9,]*)(?:\.(?P<decimals>[0-9]+))?\s*(?P<unit>.*)", re.DOTALL)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+")
_MINUS = str.maketrans({"−": "-", "－": "-", "▲": "-", "△": "-"})
#: A second number, or one in words (1万2千): not a unit.
_MORE_NUMBER = re.compile(r"[0-9０-９〇一二三四五六七八九十百千万億兆]")


@dataclass(frozen=True)
class Entry:
    """:param printed: the value as it was typed; ``day_printed`` the day"""

    kpi: str
    value: Decimal
    as_of: date
    printed: str
    day_printed: str

    def observation(self, method: Method = Method.ENTERED, source: str = "") -> Observation:
        """As a draft, which somebody else reviews."""
        return Observation(self.kpi, self.value, self.as_of, method, source, state=State.DRAFT, printed=self.printed)


def read_entry(kpi: Kpi, value: str, day: str, today: date) -> Entry:
    """Read a typed value and the day for which it holds.

    :param value: ``"１，２３４市町村"``, ``"12.5％"``
    :param day: ``"令和8年3月31日"``, ``"2026-03-31"``
    :raises InputInvalid: with all that is wrong with both
    """
    number, problems = _read_value(kpi, value)
    as_of, day_problems = _read_day(kpi, day, today)
    raise_if_any([*problems, *day_problems])
    if number is None or as_of is None:
        raise AssertionError("what has no problem has a value")
    return Entry(kpi.id, number, as_of, value, day)


def _read_value(kpi: Kpi, typed: str) -> tuple[Decimal | None, list[Problem]]:
    text = unicodedata.normalize("NFKC", typed[:LONGEST_VALUE + 1]).translate(_MINUS).strip()
    if len(typed) > LONGEST_VALUE:
        return None, [problem("value-too-long", value=typed, detail=str(LONGEST_VALUE))]
    if not text:
        return None, [problem("value-missing", field="value")]
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None, [problem("value-not-a-number", field="value", value=typed, detail="数字で始まっていません")]
    if not _GROUPED.fullmatch(found["whole"]):
        return None, [problem("thousands-separator", field="value", value=typed)]
    if _MORE_NUMBER.search(found["unit"].replace(_folded(kpi.unit), "")):
        return None, [problem("value-not-a-number", field="value", value=typed, detail="数が2つ以上あるか、漢数字が混じっています")]
    whole, decimals = found["whole"].replace(",", ""), found["decimals"] or ""
    if len(whole.lstrip("0")) > _WHOLE_DIGITS or len(decimals) > _DECIMALS:
        limits = f"{_WHOLE_DIGITS}桁、小数部{_DECIMALS}桁まで"
        return None, [problem("too-many-digits", field="value", value=typed, detail=limits)]
    number = Decimal(f"{found['sign']}{whole}.{decimals}" if decimals else f"{found['sign']}{whole}")
    return number, [*_unit_problems(kpi, typed, found["unit"]), *_range_problems(kpi, typed, number)]


def _unit_problems(kpi: Kpi, typed: str, unit: str) -> list[Problem]:
    written = _folded(unit)
    # 件 for 件/年度 is what people write; a percentage is never a count.
    own = {_folded(kpi.unit), _folded(kpi.unit).split("/")[0]}
    if not written or written in own:
        return []
    return [problem("other-unit", field="value", value=typed, detail=unit.strip(), rule=kpi.unit or "（なし）")]


def _range_problems(kpi: Kpi, typed: str, number: Decimal) -> list[Problem]:
    found = []
    if kpi.maximum is not None and number > kpi.maximum:
        found.append(problem("above-maximum", field="value", value=typed, detail=f"{number_words(kpi.maximum)}{kpi.unit}"))
    if kpi.minimum is not None and number < kpi.minimum:
        found.append(problem("below-minimum", field="value", value=typed, detail=f"{number_words(kpi.minimum)}{kpi.unit}"))
    if kpi.unit in WHOLE_UNITS and number != int(number):
        found.append(problem("not-whole", field="value", value=typed, detail=kpi.unit))
    return found


def _read_day(kpi: Kpi, typed: str, today: date) -> tuple[date | None, list[Problem]]:
    if not typed.strip():
        return None, [problem("day-missing", field="as_of")]
    day = read_day(typed) if len(typed) <= LONGEST_DAY else None
    if day is None:
        return None, [problem("day-not-read", field="as_of", value=typed)]
    found = []
    if day > today:
        found.append(problem("future-day", field="as_of", value=typed, detail=date_words(today, "ja")))
    years = _years(kpi)
    if years and not years[0] <= fiscal_year(day) <= years[1]:
        first, last = (fiscal_year_words(year, "ja") for year in years)
        found.append(
            problem("outside-plan", field="as_of", value=typed, detail=f"{first}～{last}", rule=fiscal_year_words(fiscal_year(day), "ja"))
        )
    return day, found


def _years(kpi: Kpi) -> tuple[int, int] | None:
    """From the baseline's fiscal year, or the plan's first, to the last year that the plan or a target names."""
    firsts = [fiscal_year(kpi.baseline.as_of)] if kpi.baseline.as_of else []
    lasts = [kpi.targets[-1].fiscal_year] if kpi.targets else []
    if kpi.plan_years:
        firsts.append(kpi.plan_years[0])
        lasts.append(kpi.plan_years[1])
    return (min(firsts), max(lasts)) if firsts and lasts else None


def _folded(unit: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", unit))
