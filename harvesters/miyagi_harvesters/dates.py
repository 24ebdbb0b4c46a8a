"""Dates and times as portals write them.

``moment`` reads what stands in a field for dates; ``era_hint`` and ``serial_hint`` read what may be a date elsewhere, and are never more
than a hint. Source: section 9 of the standards page (eras, their first and last days) and sections 2 to 5 of the portals page (which portal
writes what).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path

from .record import Moment

__all__ = ["JST", "DateHint", "era_hint", "moment", "moment_if_any", "serial_hint"]

#: Japan has had no summer time since 1952: a fixed offset says it all.
JST = timezone(timedelta(hours=9), "JST")

TABLES = Path(__file__).with_name("tables_of_facts")
#: No field for dates holds more.
LONGEST = 60

_DAY = r"(?P<year>[0-9]{4})(?:[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})|年(?P<month_ja>[0-9]{1,2})月(?P<day_ja>[0-9]{1,2})日)"
_CLOCK = r":(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
_TIME = rf"(?P<hour>[0-9]{{1,2}})(?:{_CLOCK}|時(?:(?P<minute_ja>[0-9]{{1,2}})分)?)"
_ZONE = r"(?P<zone>Z|UTC|JST|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})"
_NUMERIC = re.compile(rf"{_DAY}(?:(?:[Tt]|\s*)\s*{_TIME}\s*{_ZONE}?)?")
_COMPACT = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_ENGLISH = re.compile(r"(?P<name>[A-Za-z]{3,9})\.? (?P<day>[0-9]{1,2}), ?(?P<year>[0-9]{4})")
#: DKAN in Japanese: 月, 03/27/2017 - 00:00
_DKAN = re.compile(
    r"(?P<weekday>[月火水木金土日]), (?P<month>[0-9]{2})/(?P<day>[0-9]{2})/(?P<year>[0-9]{4}) - (?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
)
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")


@dataclass(frozen=True)
class DateHint:
    """What a title seems to say about a date.

    :param text: the part that says it, after NFKC
    :param day: the day itself, or the first day of what is named; for ``month_end`` its last day
    :param precision: ``day``, ``month``, ``month_end``, ``year`` or ``fiscal_year``
    """

    text: str
    day: date
    precision: str


def moment(text: object, zone: tzinfo = JST, midnight_is_day: bool = False) -> Moment:
    """Read a field that holds a date or a time.

    :param text: as the portal gives it; a JSON number is seconds, or milliseconds, since 1970
    :param zone: of a time without zone: UTC for CKAN, JST elsewhere. A day without time is a day in Japan
    :param midnight_is_day: the portal writes days as ``T00:00:00`` (DataEye); such a day is one in Japan
    :returns: with ``at`` None where the text is not understood, or names a day that does not exist
    """
    printed = str(text).strip() if text is not None else ""
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        return Moment(printed, _since_1970(text))
    if len(printed) > LONGEST:
        return Moment(printed)
    folded = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", printed))
    try:
        return _understood(printed, folded, zone, midnight_is_day)
    except (ValueError, OverflowError):
        return Moment(printed)


def moment_if_any(text: object, zone: tzinfo = JST, midnight_is_day: bool = False) -> Moment | None:
    """The same, and None for an empty field."""
    if text is None or isinstance(text, (bool, list, dict)) or not str(text).strip():
        return None
    return moment(text, zone, midnight_is_day)


def era_hint(title: str) -> DateHint | None:
    """The date that a title seems to carry: the most exact one, of those the last.

    :param title: for example ``避難所一覧（R04.09.08）``, ``人口_20220908``, ``令和8年6月末``
    :returns: a hint for order and for people, never a date to publish
    """
    folded = unicodedata.normalize("NFKC", title[:1000])
    hints = [hint for pattern in (_ERA, _WESTERN, _RUN_OF_DIGITS) for found in pattern.finditer(folded) if (hint := _hint(found))]
    return max(hints, key=lambda hint: (_EXACTNESS.index(hint.precision), folded.rindex(hint.text)), default=None)


def serial_hint(text: str) -> date | None:
    """The day that a number would be, were it a spreadsheet's serial number (days since 1899-12-30) of 1990 to 2059."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).strip()
    if not re.fullmatch(r"[0-9]{5}(?:\.0+)?", folded):
        return None
    day = date(1899, 12, 30) + timedelta(days=int(folded[:5]))
    return day if 1990 <= day.year < 2060 else None


def _understood(printed: str, folded: str, zone: tzinfo, midnight_is_day: bool) -> Moment:
    if found := _NUMERIC.fullmatch(folded):
        parts = {name.removesuffix("_ja"): value for name, value in found.groupdict().items() if value is not None}
        return _moment_of(printed, parts, zone, midnight_is_day)
    if found := _COMPACT.fullmatch(folded) or _DKAN.fullmatch(folded):
        parts = found.groupdict()
        if "weekday" in parts and "月火水木金土日"[_day_of(parts).weekday()] != parts["weekday"]:
            return Moment(printed)
        # Who prints the weekday in Japanese prints the time of Japan.
        return _moment_of(printed, parts, JST if "weekday" in parts else zone, midnight_is_day)
    if found := _ENGLISH.fullmatch(folded):
        month = next((number for number, name in enumerate(_MONTHS, 1) if name.startswith(found["name"].lower())), None)
        return _moment_of(printed, {**found.groupdict(), "month": str(month)}, zone, False) if month else Moment(printed)
    if (found := _ERA.fullmatch(folded)) and (hint := _hint(found)) and hint.precision == "day":
        return Moment(printed, _start_of(hint.day), True)
    if re.match(r"[A-Z][a-z]{2}, ", folded):
        at = parsedate_to_datetime(folded)
        return Moment(printed, at.astimezone(UTC) if at.tzinfo else None)
    return Moment(printed)


def _moment_of(printed: str, parts: dict[str, str], zone: tzinfo, midnight_is_day: bool) -> Moment:
    day = _day_of(parts)
    if "hour" not in parts:
        return Moment(printed, _start_of(day), True)
    fraction = int(parts.get("fraction", "0")[:6].ljust(6, "0"))
    clock = time(int(parts["hour"]), int(parts.get("minute", 0)), int(parts.get("second", 0)), fraction)
    if midnight_is_day and clock == time() and "zone" not in parts:
        return Moment(printed, _start_of(day), True)
    return Moment(printed, datetime.combine(day, clock, _zone(parts.get("zone", "")) or zone).astimezone(UTC))


def _day_of(parts: dict[str, str]) -> date:
    return date(int(parts["year"]), int(parts["month"]), int(parts["day"]))


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), JST).astimezone(UTC)


def _zone(text: str) -> tzinfo | None:
    if text in ("Z", "UTC"):
        return UTC
    if text == "JST":
        return JST
    if not text:
        return None
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _since_1970(number: float) -> datetime | None:
    """Ten digits are seconds, thirteen are milliseconds; other numbers are no time."""
    for low, high, unit in ((10**9, 10**10, 1), (10**12, 10**13, 1000)):
        if low <= number < high:
            return datetime.fromtimestamp(number / unit, UTC)
    return None


@dataclass(frozen=True)
class _Era:
    """A row of ``eras.csv``."""

    offset: int
    start: date
    end: date


@cache
def _eras() -> dict[str, _Era]:
    """By name and by letter. Dates before 1873 are of another calendar: Meiji begins there."""
    with (TABLES / "eras.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    eras = {
        row["id"]: _Era(
            int(row["year_offset"]),
            max(date.fromisoformat(row["start"]), date(1873, 1, 1)),
            date.fromisoformat(row["end"]) if row["end"] else date.max,
        )
        for row in rows
    }
    return {key: eras[row["id"]] for row in rows for key in (row["name"], row["letter"])}


_EXACTNESS = ("fiscal_year", "year", "month", "month_end", "day")
_MONTH_AND_DAY = (
    r"(?:(?P<fiscal>年度)"
    r"|年(?:(?P<month_ja>[0-9]{1,2})月(?:(?P<day_ja>[0-9]{1,2})日|(?P<end>末))?)?"
    r"|[./-](?P<month>[0-9]{1,2})(?:[./-](?P<day>[0-9]{1,2})|(?P<end_short>末))?)"
)
#: 令和8年6月末, 令和元年度, R8.4.1, R04.09.08, R4.6. Not M and T: 「M7.3」 is an earthquake.
_ERA = re.compile(
    rf"(?:(?P<era>明治|大正|昭和|平成|令和)|(?<![A-Za-z0-9])(?P<letter>[SHR]))\s*(?P<year>元|[0-9]{{1,2}}){_MONTH_AND_DAY}(?![0-9])"
)
#: 2026年6月末, 2022.9.8, 2022-09-08
_WESTERN = re.compile(rf"(?<![0-9A-Za-z])(?P<year>(?:19|20)[0-9]{{2}}){_MONTH_AND_DAY}(?![0-9])")
#: 20220908
_RUN_OF_DIGITS = re.compile(r"(?<![0-9A-Za-z])(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?![0-9])")


def _hint(found: re.Match[str]) -> DateHint | None:
    """What a match says, or None where there is no such day in that era."""
    parts = found.groupdict()
    era = _eras()[parts["era"] or parts["letter"]] if "era" in parts else None
    year = (1 if parts["year"] == "元" else int(parts["year"])) + (era.offset if era else 0)
    if parts.get("fiscal"):
        return DateHint(found.group(), date(year, 4, 1), "fiscal_year")
    month, day = (parts.get(name) or parts.get(f"{name}_ja") for name in ("month", "day"))
    month_end = parts.get("end") or parts.get("end_short")
    precision = "day" if day else "month_end" if month_end else "month" if month else "year"
    try:
        start = date(year, int(month or 1), int(day or 1))
        last_day = start if day else start.replace(month=int(month or 12), day=monthrange(year, int(month or 12))[1])
    except ValueError:
        return None
    if era and (last_day < era.start or start > era.end):
        return None
    return DateHint(found.group(), last_day if month_end else start, precision)
