"""Days as people type them: 2026-03-31, 令和8年3月31日, R8.3.31; the end of a month or of a fiscal year where only that is said.

Reading of dates and eras is that of the harvesters (``miyagi_harvesters.dates``); here it is only told which day is meant.
"""

from __future__ import annotations

import unicodedata
from datetime import date

from miyagi_harvesters.dates import JST, era_hint, moment

from .months import end_of_fiscal_year, last_day, month_number

__all__ = ["LONGEST", "read_day"]

LONGEST = 40
_OLDEST, _NEWEST = 1900, 2200


def read_day(text: str) -> date | None:
    """The day that a text names as a whole.

    :param text: of any width; ``令和8年3月末`` and ``令和8年3月`` are the last day of the month, ``令和7年度`` and
        ``2025年度末`` are 31 March
    :returns: None for what is no day, and for a day that does not exist
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    if len(folded) > LONGEST:
        return None
    try:
        day = _day(folded)
    except (ValueError, OverflowError):
        return None
    return day if day is not None and _OLDEST <= day.year <= _NEWEST else None


def _day(folded: str) -> date | None:
    if (at := moment(folded).at) is not None:
        return at.astimezone(JST).date()
    whole = folded.removesuffix("末") if folded.endswith("年度末") else folded
    hint = era_hint(whole)
    if hint is None or hint.text != whole:
        return None
    if hint.precision == "fiscal_year":
        return end_of_fiscal_year(hint.day.year)
    return last_day(month_number(hint.day)) if hint.precision in ("month", "month_end") else None
