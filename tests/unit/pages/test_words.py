"""Words of the pages: extracts, and whether data is as fresh as promised."""

from __future__ import annotations

from datetime import date

import pytest

from ckanext.miyagiict.pages.words import age_state, extract

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("updated", "state"),
    [
        ("2026-11-28", "fresh"), ("2026-10-29", "fresh"), ("2026-10-28", "due"), ("2026-10-15", "due"), ("2026-10-14", "overdue"),
        ("2026-09-29", "overdue"), ("2026-09-28", "delinquent"), ("2019-04-01T00:00:00+00:00", "delinquent"), ("", ""), (None, ""),
    ],
)
def test_age_of_monthly_data(updated: str | None, state: str) -> None:
    """Up to 30 days it is fresh, up to 44 due, up to 60 overdue, then delinquent; without a day nothing is said."""
    assert age_state("MONTHLY", updated, TODAY) == state


@pytest.mark.parametrize("frequency", ["NEVER", "IRREG", "UNKNOWN", "CONT", "AS_NEEDED", ""])
def test_no_promise_no_delay(frequency: str) -> None:
    """What promises no time is never late."""
    assert age_state(frequency, "2001-01-01", TODAY) == ""


@pytest.mark.parametrize(
    ("text", "length", "shown"),
    [
        ("短い。", 20, "短い。"),
        ("一つ目の文です。二つ目の文はここで終わりません", 12, "一つ目の文です。"),
        ("長い文がどこまでも続いて終わらない", 10, "長い文がどこまでも続…"),
        ("One sentence here. Another one that goes on", 20, "One sentence here."),
        ("One sentence here, another one that goes on", 20, "One sentence here…"),
    ],
)
def test_extract(text: str, length: int, shown: str) -> None:
    """Ends with a sentence where one ends near the end; else three dots, and no comma before them."""
    assert extract(text, length) == shown
