"""The process that keeps KPIs up to date: counts what was written, recounts every night, freezes years that are over, tells people.

Everything it knows is in the database; it can be killed and started again at any time, and two of them do no harm: a lock of the
database lets one work.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import sqlalchemy as sa
from ckan import model
from ckan.lib.search import SearchError
from ckan.model import Session

from miyagi_harvesters.dates import JST

from ..model import KpiRecount
from . import clock, definitions, open_data, refresh, reminders, snapshots

__all__ = ["work_forever", "work_once"]

log = logging.getLogger(__name__)

#: How often it is looked for what was written, in seconds: a number is to be right within a minute.
WAIT = 5
#: The nightly recount begins at this hour in Japan, when nobody reads.
NIGHT = 3


def work_forever(is_stopped: Callable[[], bool] = lambda: False) -> None:
    """Work until told to stop; neither a fault nor a server that is restarted ends it."""
    gc.freeze()  # what CKAN loaded stays: collecting need not look through its million objects again and again
    while not is_stopped():
        try:
            work_once()
        except Exception as error:
            away = isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError, SearchError))
            (log.warning if away else log.exception)("KPI worker: %s", " ".join(str(error).split())[:200])
            with contextlib.suppress(sa.exc.DBAPIError):  # of a connection that is no more
                Session.rollback()
        with contextlib.suppress(sa.exc.DBAPIError):
            Session.remove()
        _sleep(WAIT, is_stopped)


def work_once() -> None:
    """One round: whatever is due now. Another worker that is at it is left alone."""
    with _alone() as is_mine:
        if not is_mine:
            return
        definitions.ensure()
        while (done := refresh.refresh()).looked_at:
            if done.counted:
                log.info("KPIs counted: %s", ", ".join(dict.fromkeys(done.counted)))
        if _is_night_due():
            refresh.recount()
        if closed := snapshots.close_due():
            log.info("Fiscal years frozen: %s", closed)
        open_data.publish_if_changed()
        reminders.send_due()


def _is_night_due() -> bool:
    """Whether the last full count is from before the last night's hour."""
    now = clock.now().astimezone(JST)
    night = now.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    if night > now:
        night -= timedelta(days=1)
    last = Session.scalar(sa.select(sa.func.max(KpiRecount.started_at)))
    return last is None or last < night


@contextlib.contextmanager
def _alone() -> Iterator[bool]:
    key = int.from_bytes(hashlib.sha256(b"miyagiict:kpi").digest()[:8], "big", signed=True)
    with model.meta.engine.connect() as connection:
        is_mine = bool(connection.scalar(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": key}))
        connection.commit()
        try:
            yield is_mine
        finally:
            if is_mine:
                connection.scalar(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": key})
                connection.commit()


def _sleep(seconds: float, is_stopped: Callable[[], bool]) -> None:
    """In short naps: told to stop, it stops at once."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not is_stopped():
        time.sleep(0.2)
