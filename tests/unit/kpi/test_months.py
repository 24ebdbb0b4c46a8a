"""Months of the fiscal year."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.miyagiict.kpi.months import end_of_fiscal_year, is_last_month, last_day, month_number, months_between


@pytest.mark.parametrize(
    ("earlier", "later", "months"),
    [
        (date(2020, 12, 31), date(2022, 3, 31), 15),
        (date(2020, 12, 31), date(2021, 1, 1), 1),
        (date(2020, 12, 1), date(2020, 12, 31), 0),
        (date(2021, 3, 31), date(2021, 4, 1), 1),
        (date(2021, 4, 1), date(2021, 3, 31), -1),
        (date(2010, 3, 31), date(2014, 3, 31), 48),
    ],
)
def test_months_are_counted_not_days(earlier: date, later: date, months: int) -> None:
    """A reading stands for its month."""
    assert months_between(earlier, later) == months


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_month_ends_on_its_last_day(day: date) -> None:
    end = last_day(month_number(day))
    assert (end.year, end.month) == (day.year, day.month)
    assert month_number(date.fromordinal(end.toordinal() + 1)) == month_number(day) + 1


def test_the_fiscal_year_ends_in_march() -> None:
    assert end_of_fiscal_year(2021) == date(2022, 3, 31)
    assert [month for month in range(1, 13) if is_last_month(date(2022, month, 1))] == [3]
