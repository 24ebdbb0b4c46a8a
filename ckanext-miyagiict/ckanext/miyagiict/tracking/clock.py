"""What day it is in Japan: fiscal years, due days and "today" are those of the prefecture, wherever the server stands."""

from __future__ import annotations

from datetime import date, datetime, timezone

from miyagi_harvesters.dates import JST

__all__ = ["now", "today"]


def now() -> datetime:
    return datetime.now(timezone.utc)


def today() -> date:
    return now().astimezone(JST).date()
