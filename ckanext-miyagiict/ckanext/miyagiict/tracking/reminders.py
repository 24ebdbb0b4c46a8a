"""Mail to those who are responsible for a KPI: before a value is due, and when it falls behind. Nobody gets the same mail twice."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model import Session

from .. import config, mailing
from ..kpi.bands import STATUSES
from ..kpi.sentence import sentence
from ..model import KpiReminder, KpiSetting
from ..packages.fiscal_years import fiscal_year
from ..pages.words import date_words, fiscal_year_words
from . import clock
from .due import overdue
from .figures import Figure, figures

__all__ = ["send_due"]

log = logging.getLogger(__name__)

_BEHIND = ("fair", "poor")
#: After a mail that could not be sent none is tried for so long: the worker comes by every few seconds.
_REST = timedelta(hours=1)
_failed_at: list[datetime] = []


def send_due(today: date | None = None) -> int:
    """Send what is to be sent on a day. Commits after each mail, so that a process that is killed sends none again.

    A mail that did not go out is not noted as sent: the next round after the rest tries it again. An address that is refused is asked
    once a round, and keeps no mail from the others; a server that is away is asked once.

    :returns: how many mails went out
    """
    if not mailing.is_set_up() or (_failed_at and clock.now() - _failed_at[0] < _REST):
        return 0
    _failed_at.clear()
    day = today or clock.today()
    wanted = dict(Session.execute(sa.select(KpiSetting.kpi_id, KpiSetting.mail_to).where(KpiSetting.mail_to != "")).all())
    if not wanted:
        return 0
    sent, refused = 0, set[str]()
    missing = {(entry["kpi"], entry["fiscal_year"]): entry for entry in overdue(day)}
    for figure in figures(day).by_id.values():
        for address in wanted.get(figure.kpi.id, "").split():
            for kind, occasion, subject, text in _occasions(figure, day, missing):
                if address in refused or _is_told(figure, kind, occasion, address):
                    continue
                unsent = _send(figure, kind, address, subject, text)
                if unsent is not None and unsent.is_of_one:
                    refused.add(address)
                elif unsent is not None:
                    return sent
                else:
                    Session.add(KpiReminder(kpi_id=figure.kpi.id, kind=kind, occasion=f"{occasion} {address}", sent_at=clock.now()))
                    Session.commit()
                    sent += 1
    return sent


def _occasions(figure: Figure, day: date, missing: dict[tuple[str, int], dict[str, object]]) -> Iterator[tuple[str, str, str, str]]:
    """What there is to tell of a KPI on a day: kind, occasion, subject, text."""
    # Of the fiscal year that ended last. Years long past are not brought up.
    year = fiscal_year(day) - 1
    entry = missing.get((figure.kpi.id, year))
    if entry is not None:
        by = date.fromisoformat(str(entry["due"]))
        if by - timedelta(days=config.kpi_notice_days()) <= day:
            text = f"「{figure.kpi.name}」の{fiscal_year_words(year, 'ja')}の実績を、{date_words(by, 'ja')}までに入力してください。"
            yield "due", str(year), "実績の入力のお願い", text
    if STATUSES[figure.progress.status].tone in _BEHIND and not figure.progress.is_over:
        text = f"{STATUSES[figure.progress.status].ja}：{sentence(figure.progress)}"
        yield "behind", f"{figure.progress.status}/{fiscal_year(day)}", "目標に遅れています", text


def _is_told(figure: Figure, kind: str, occasion: str, address: str) -> bool:
    return Session.get(KpiReminder, (figure.kpi.id, kind, f"{occasion} {address}")) is not None


def _send(figure: Figure, kind: str, address: str, subject: str, text: str) -> mailing.Unsent | None:
    """:returns: None where the mail went out; one that did not is tried again after a rest"""
    if kind == "due":
        page = tk.url_for("miyagiict_kpi_staff.enter", kpi=figure.kpi.id, qualified=True, locale="default")
    else:
        page = tk.url_for("miyagiict_kpi.read", id=figure.kpi.id, qualified=True, locale="default")
    unsent = mailing.send(address, f"[{tk.config['ckan.site_title']}] {figure.kpi.name}: {subject}", f"{text}\n\n{page}")
    if unsent is not None:
        log.warning("No mail about KPI %s to %s, tried again in %s: %s", figure.kpi.id, address, _REST, unsent.reason)
        _failed_at[:] = [clock.now()]
    return unsent
