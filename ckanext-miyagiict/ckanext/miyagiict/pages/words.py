"""Dates, fiscal years, numbers and extracts as people read them, in Japanese and English.

A language is ``ja`` or another one; every other one is answered in English. Fiscal years: docs of ``packages.fiscal_years``.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ..packages.fiscal_years import fiscal_year, label

__all__ = [
    "age_state", "column_type", "date_time_words", "date_words", "extract", "first_sentence", "fiscal_year_words", "number_words",
    "period_words", "place_words", "time_words",
]

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")

#: PostgreSQL type → Japanese, English.
_TYPES = {
    "text": ("文字", "text"), "int4": ("整数", "integer"), "int8": ("整数", "integer"), "numeric": ("数値", "number"),
    "float8": ("数値", "number"), "bool": ("真偽", "true or false"), "date": ("日付", "date"), "timestamp": ("日時", "date and time"),
    "timestamptz": ("日時", "date and time"), "time": ("時刻", "time"), "jsonb": ("JSON", "JSON"),
}

_MARKDOWN_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKDOWN_SIGNS = re.compile(r"^\s{0,3}(?:#{1,6}\s+|[*+-]\s+|>\s?|\d+\.\s+)|[*`]{1,3}|</?[a-zA-Z][^>]*>", re.MULTILINE)
_BLANKS = re.compile(r"\s+")
_SENTENCE = re.compile(r".+?(?:。|！|？|[.!?](?=\s|$)|$)")
_ENDS = "。！？、，）」"

#: EU frequency code → days after which data is due, overdue, delinquent (as HDX does it).
_DUE_DAYS = {
    "DAILY": (1, 2, 3), "WEEKLY": (7, 14, 21), "MONTHLY": (30, 44, 60), "QUARTERLY": (90, 120, 150), "ANNUAL_2": (180, 210, 240),
    "ANNUAL": (365, 425, 455),
}


def date_words(value: Any, language: str) -> str:
    """``2026-11-20`` → 2026年11月20日 / 20 November 2026; empty for what is no date."""
    day = _date(value)
    if day is None:
        return ""
    if language == "ja":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def date_time_words(value: datetime, language: str) -> str:
    """A day with its time: 2026年11月20日 9時05分."""
    time = f"{value.hour}時{value.minute:02}分" if language == "ja" else f"{value.hour}:{value.minute:02}"
    return f"{date_words(value, language)} {time}"


def fiscal_year_words(year: Any, language: str) -> str:
    """2026 → 令和8年度（2026年度） / FY2026; what is no year as it is."""
    try:
        number = int(year)
        return f"{label(number)}（{number}年度）" if language == "ja" else f"FY{number}"
    except (TypeError, ValueError):
        return "" if year is None else str(year)


def period_words(start: Any, end: Any, language: str) -> str:
    """From the first day to the last: in fiscal years where it begins on 1 April and ends on 31 March, else in days."""
    first, last = _date(start), _date(end)
    if first and last and (first.month, first.day, last.month, last.day) == (4, 1, 3, 31):
        names = [fiscal_year_words(fiscal_year(day), language) for day in (first, last)]
    else:
        names = [date_words(day, language) for day in (first, last)]
    if names[0] == names[1]:
        return names[0]
    return ("～" if language == "ja" else " to ").join(names) if any(names) else ""


def time_words(start: Any, end: Any, precision: str | None, language: str) -> str:
    """A time as exactly as it was printed: ``fiscal_year``, ``fiscal_year_end``, ``year``, ``month`` or ``day``."""
    first, last = _date(start), _date(end)
    if first is None:
        return ""
    japanese = language == "ja"
    if precision == "fiscal_year":
        return period_words(first, last, language)
    if precision == "fiscal_year_end":
        words = fiscal_year_words(fiscal_year(first), language)
        return words.replace("年度（", "年度末（").replace("年度）", "年度末）") if japanese else f"end of {words}"
    if precision == "year":
        return f"{first.year}年" if japanese else str(first.year)
    if precision == "month":
        return f"{first.year}年{first.month}月" if japanese else f"{_MONTHS[first.month - 1]} {first.year}"
    return date_words(first, language)


def number_words(value: Any) -> str:
    """Digits in groups of three; no needless zeros behind the point."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return "" if value is None else str(value)
    number = Decimal(str(value))
    if not number.is_finite():
        return str(value)
    whole, point, fraction = f"{number:,f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}{point}{fraction}" if fraction else whole


def place_words(lines: str | None, page: str | None, language: str) -> str:
    """Where a row stands in its document: 12ページ（784～790、806行）."""
    japanese = language == "ja"
    ranges = [part.strip() for part in (lines or "").split(",") if part.strip()]
    if japanese:
        in_lines = "、".join(part.replace("-", "～") for part in ranges) + "行" if ranges else ""
        on_page = f"{page.replace('-', '～').replace(',', '、')}ページ" if page else ""
        return f"{on_page}（{in_lines}）" if on_page and in_lines else on_page or in_lines
    several = len(ranges) > 1 or "-" in (ranges[0] if ranges else "")
    in_lines = f"line{'s' if several else ''} " + ", ".join(part.replace("-", "–") for part in ranges) if ranges else ""
    on_page = f"p. {page.replace('-', '–').replace(',', ', ')}" if page else ""
    return ", ".join(filter(None, (on_page, in_lines)))


def extract(text: str | None, length: int = 180) -> str:
    """The beginning of a text without its markup, cut behind a sentence or a comma where one is near the end.

    Japanese has no blanks to cut at.
    """
    plain = _plain(text)
    if length <= 0 or len(plain) <= length:
        return plain
    cut = plain[:length]
    for signs, least in (("。！？", 0.5), (_ENDS, 0.7), (" ", 0.8)):
        place = max(cut.rfind(sign) for sign in signs)
        if place >= length * least:
            cut = cut[:place + 1].rstrip()
            break
    return cut if cut[-1] in "。！？.!?" else f"{cut.rstrip('、，,')}…"


def first_sentence(text: str | None) -> tuple[str, str]:
    """The first sentence of a text without its markup, and the rest."""
    plain = _plain(text)
    found = _SENTENCE.match(plain)
    return (found[0].strip(), plain[found.end():].strip()) if found else ("", "")


def column_type(type: str, language: str) -> str:
    """A column's type in words: ``int8`` → 整数."""
    japanese, english = _TYPES.get(type, (type, type))
    return japanese if language == "ja" else english


def age_state(frequency: str, updated: Any, today: date) -> str:
    """Whether data is as fresh as its frequency promises.

    :param frequency: EU code, such as ``MONTHLY``
    :returns: ``fresh``, ``due``, ``overdue`` or ``delinquent``; empty where no frequency is promised or no day is known
    """
    limits, day = _DUE_DAYS.get(frequency), _date(updated)
    if limits is None or day is None:
        return ""
    age = (today - day) // timedelta(days=1)
    return next((state for limit, state in zip(limits, ("fresh", "due", "overdue"), strict=True) if age <= limit), "delinquent")


def _plain(text: str | None) -> str:
    without_links = _MARKDOWN_LINK.sub(r"\1", text or "")
    return _BLANKS.sub(" ", _MARKDOWN_SIGNS.sub("", without_links)).strip()


def _date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
