"""When a source's next run is due: a cron line in Japan's time, with hours in which nothing starts.

Plain rules; cron lines are read by croniter, which Linux distributions and Airflow use.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from croniter import CroniterError, croniter

__all__ = ["BadScheduleError", "JAPAN", "forbidden_hours", "is_allowed", "next_run"]

JAPAN = ZoneInfo("Asia/Tokyo")
#: A line that never falls into an allowed hour is found out after so many tries.
_MOST_TRIES = 1000


class BadScheduleError(ValueError):
    """A schedule that cannot be read; its message is Japanese, for a form."""


def forbidden_hours(text: str) -> frozenset[int]:
    """Hours of the day in which no run starts.

    :param text: hours and spans such as ``8-18, 22``; ``22-2`` goes over midnight; the last hour of a span is in it
    :raises BadScheduleError: not hours
    """
    hours: set[int] = set()
    for part in filter(None, (piece.strip() for piece in text.replace("、", ",").split(","))):
        first, dash, last = part.partition("-")
        try:
            begin, end = int(first), int(last if dash else first)
        except ValueError:
            raise BadScheduleError(f"時間帯「{part}」を読めません。「8-18」のように時を数字で書いてください。") from None
        if not (0 <= begin <= 23 and 0 <= end <= 23):
            raise BadScheduleError(f"時間帯「{part}」は0時から23時の間で書いてください。")
        hours.update((begin + step) % 24 for step in range((end - begin) % 24 + 1))
    return frozenset(hours)


def next_run(cron: str, after: datetime, forbidden: frozenset[int] = frozenset()) -> datetime:
    """The first moment after another at which a run may start.

    :param cron: five fields (minute, hour, day, month, weekday), in Japan's time
    :param after: aware
    :returns: aware, in Japan's time
    :raises BadScheduleError: not a cron line, or one that never falls into an allowed hour
    """
    if len(cron.split()) != 5:
        raise BadScheduleError(f"実行予定「{cron}」を読めません。「分 時 日 月 曜日」の5つを空白で区切って書いてください（例: 30 3 * * 1）。")
    try:
        moments = croniter(cron, after.astimezone(JAPAN))
        for _ in range(_MOST_TRIES):
            moment: datetime = moments.get_next(datetime)
            if is_allowed(moment, forbidden):
                return moment
    except (CroniterError, ValueError) as error:
        raise BadScheduleError(f"実行予定「{cron}」を読めません（{error}）。例: 30 3 * * 1") from error
    raise BadScheduleError(f"実行予定「{cron}」は、実行しない時間帯の中にしかありません。")


def is_allowed(moment: datetime, forbidden: frozenset[int]) -> bool:
    """Whether a run may start then."""
    return moment.astimezone(JAPAN).hour not in forbidden
