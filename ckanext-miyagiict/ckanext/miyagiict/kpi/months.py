"""Months of the fiscal year (April is the first), the unit in which time is counted here.

A reading stands for the month it was taken in: what counts is how many months lie between, not which day of the month it was. The plans
print times as months (R2.12) and fiscal years (R1年度) more often than as days. The calendar itself is ``packages.fiscal_years``.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from ..packages.fiscal_years import fiscal_year

__all__ = ["MONTHS_A_YEAR", "end_of_fiscal_year", "is_last_month", "last_day", "month_number", "months_between"]

MONTHS_A_YEAR = 12
_APRIL = 4


def month_number(day: date) -> int:
    """Months counted from April of year 0: 2021-04-01 → 24252, 2022-03-31 → 24263."""
    return fiscal_year(day) * MONTHS_A_YEAR + (day.month - _APRIL) % MONTHS_A_YEAR


def months_between(earlier: date, later: date) -> int:
    """How many months later; 2020-12-31 to 2022-03-31 → 15."""
    return month_number(later) - month_number(earlier)


def last_day(number: int) -> date:
    """The last day of a month by its number.

    :raises ValueError: the calendar of the computer ends before
    """
    year, month = divmod(number, MONTHS_A_YEAR)
    year, month = (year, month + _APRIL) if month + _APRIL <= MONTHS_A_YEAR else (year + 1, month + _APRIL - MONTHS_A_YEAR)
    return date(year, month, monthrange(year, month)[1])


def end_of_fiscal_year(year: int) -> date:
    """2021 → 2022-03-31."""
    return date(year + 1, 3, 31)


def is_last_month(day: date) -> bool:
    """Whether a day is in March, in which the total of a fiscal year is complete."""
    return day.month == end_of_fiscal_year(day.year).month
