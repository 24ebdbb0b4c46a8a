"""Dates as portals write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyagi_harvesters.dates import JST, era_hint, moment, moment_if_any, serial_hint


@pytest.mark.parametrize(("text", "zone", "at", "day_only"), [
    ("2026-10-01T00:00:00", JST, datetime(2026, 9, 30, 15, tzinfo=UTC), True),  # DataEye
    ("2025-07-08T01:02:03.456789", UTC, datetime(2025, 7, 8, 1, 2, 3, 456789, UTC), False),  # CKAN
    ("2019-05-22T16:51:31.932+09:00", JST, datetime(2019, 5, 22, 7, 51, 31, 932000, UTC), False),  # SHIRASAGI
    ("2024-07-22", UTC, datetime(2024, 7, 21, 15, tzinfo=UTC), True),
    ("月, 03/27/2017 - 00:00", JST, datetime(2017, 3, 26, 15, tzinfo=UTC), True),  # DKAN
    ("月, 03/27/2017 - 13:30", UTC, datetime(2017, 3, 27, 4, 30, tzinfo=UTC), False),
    ("2026-01-02T03:04:05Z", JST, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), False),
])
def test_quirk_18_each_portal_has_its_own_zone(text: str, zone: tzinfo, at: datetime, day_only: bool) -> None:
    """In UTC, with the text as it was."""
    found = moment(text, zone, midnight_is_day=True)
    assert (found.text, found.at, found.day_only) == (text, at, day_only)


@pytest.mark.parametrize("text", [
    "2017.3.29", "Mar 29, 2017", "2017年3月29日", "２０１７．３．２９", "2017/03/29", "20170329", "平成29年3月29日", "H29.3.29",
])
def test_a_day_in_many_forms(text: str) -> None:
    """LinkData's versions and pages, SHIRASAGI's pages, tables of cities."""
    found = moment(text)
    assert (found.at, found.day_only, found.text) == (datetime(2017, 3, 28, 15, tzinfo=UTC), True, text)


def test_hours_and_minutes_in_japanese() -> None:
    """SHIRASAGI's dataset page."""
    assert moment("2026年7月8日 9時5分").at == datetime(2026, 7, 8, 0, 5, tzinfo=UTC)


def test_a_number_is_seconds_or_milliseconds_since_1970() -> None:
    """As a JSON number only: text of ten digits may be anything."""
    assert moment(1_700_000_000).at == moment(1_700_000_000_000).at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert moment("1490764602").at is None
    assert moment(12).at is None


@pytest.mark.parametrize("text", [
    "2026-02-30", "2026-13-01", "0000-00-00", "2026-01-01T25:00:00", "火, 03/27/2017 - 00:00", "昨日", "", "2026-01", "平成31年5月1日",
    "9999-12-31T23:59:59-23:59", "2026-01-01T00:00:00+99:99", "Abc 1, 2020", "Mon, 99 Xxx 2020 10:00:00 GMT", "1" * 500,
])
def test_a_date_that_does_not_exist_is_not_understood(text: str) -> None:
    """The text stays."""
    found = moment(text)
    assert (found.at, found.text) == (None, text)


def test_an_empty_field_is_no_moment() -> None:
    """None, not a moment without time."""
    assert moment_if_any(None) is moment_if_any(" ") is moment_if_any({}) is None
    assert moment_if_any("x") == moment("x")


@pytest.mark.parametrize(("title", "day", "precision"), [
    ("ＡＥＤ一覧（R8.4.1）", date(2026, 4, 1), "day"), ("公共施設一覧（R04.09.08）", date(2022, 9, 8), "day"),
    ("医療機関（令和8年6月末）", date(2026, 6, 30), "month_end"), ("施設_20220908", date(2022, 9, 8), "day"),
    ("Ｒ８．４．１", date(2026, 4, 1), "day"), ("一覧（R4.6）", date(2022, 6, 1), "month"),
    ("人口（令和元年度）", date(2019, 4, 1), "fiscal_year"),
    ("令和4年度の一覧（R5.1.10時点）", date(2023, 1, 10), "day"),
    ("統計2024年", date(2024, 1, 1), "year"),
])
def test_quirk_19_an_era_date_in_a_title_is_a_hint(title: str, day: date, precision: str) -> None:
    """Also in full-width digits; the most exact date wins."""
    hint = era_hint(title)
    assert hint is not None
    assert (hint.day, hint.precision) == (day, precision)


@pytest.mark.parametrize("title", ["人口", "令和8年2月30日", "平成31年6月", "H35.4.1", "VR8.4.1", "地震の記録（M7.3）", "12345678", "R8"])
def test_quirk_19_no_hint_where_there_is_no_such_day(title: str) -> None:
    """Nor in a word, a magnitude or a number."""
    assert era_hint(title) is None


def test_a_serial_number_is_a_hint() -> None:
    """As one city's table has its dates; an ordinary number is none."""
    assert serial_hint("44927") == date(2023, 1, 1)
    assert serial_hint("４４９２７") == date(2023, 1, 1)
    assert serial_hint("12345") is serial_hint("4492") is serial_hint("44927.5") is None


@given(st.text(max_size=80) | st.text(alphabet="0123456789年月日時分TZ:.-/+ RHS令和平成元末度", max_size=40))
def test_any_text_gives_a_moment(text: str) -> None:
    """Aware and in UTC, or not understood."""
    found = moment(text, UTC)
    assert found.at is None or found.at.utcoffset() == datetime.now(UTC).utcoffset()
    hint = era_hint(text)
    assert hint is None or hint.text
    serial_hint(text)
