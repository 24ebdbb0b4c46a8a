"""What day it is in Japan: fiscal years, due days and "today" are those of the prefecture, wherever the server stands."""

from __future__ import annotations

from datetime import UTC, date, datetime

from miyagi_harvesters.dates import JST

__all__ = ["now", "today"]


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return now().astimezone(JST).date()
