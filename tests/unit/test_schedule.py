"""When a source runs: cron lines in Japan's time, with forbidden hours."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.miyagiict.harvest.schedule import JAPAN, BadScheduleError, forbidden_hours, next_run

#: Saturday, 12:00 in Japan.
NOON = datetime(2026, 11, 21, 3, 0, tzinfo=timezone.utc)


def test_cron_is_in_japans_time() -> None:
    assert next_run("30 3 * * 1", NOON) == datetime(2026, 11, 23, 3, 30, tzinfo=JAPAN)


def test_forbidden_hours_are_skipped() -> None:
    assert next_run("0 * * * *", NOON, forbidden_hours("8-18")) == datetime(2026, 11, 21, 19, 0, tzinfo=JAPAN)


@pytest.mark.parametrize(("text", "hours"), [("", set()), ("8-10", {8, 9, 10}), ("22-1、5", {22, 23, 0, 1, 5})])
def test_hours_and_spans(text: str, hours: set[int]) -> None:
    assert forbidden_hours(text) == hours


@pytest.mark.parametrize("text", ["8-", "25", "朝", "8:00"])
def test_unreadable_hours_are_named(text: str) -> None:
    with pytest.raises(BadScheduleError, match="時間帯"):
        forbidden_hours(text)


@pytest.mark.parametrize("cron", ["", "毎日", "99 3 * * *", "0 3 30 2 *", "* * * * * *", "@daily"])
def test_unreadable_cron_is_named(cron: str) -> None:
    with pytest.raises(BadScheduleError, match="実行予定"):
        next_run(cron, NOON)


def test_schedule_inside_forbidden_hours_only_is_named() -> None:
    with pytest.raises(BadScheduleError, match="時間帯の中にしかありません"):
        next_run("0 9 * * *", NOON, forbidden_hours("8-18"))


@given(minute=st.integers(0, 59), hour=st.integers(0, 23), hours=st.sets(st.integers(0, 23), max_size=23), later=st.integers(0, 10**6))
def test_next_run_is_later_and_allowed(minute: int, hour: int, hours: set[int], later: int) -> None:
    start = NOON + timedelta(seconds=later)
    if hour in hours:
        return
    due = next_run(f"{minute} {hour} * * *", start, frozenset(hours))
    assert due > start
    assert due.hour not in hours
    assert due - start <= timedelta(days=1)
