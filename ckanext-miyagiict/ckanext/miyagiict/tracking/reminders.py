"""Mail to those who are responsible for a KPI: before a value is due, and when it falls behind. Nobody gets the same mail twice."""

from __future__ import annotations

import logging
from datetime import date, timedelta

import ckan.plugins.toolkit as tk
from ckan.lib.mailer import MailerException, mail_recipient
from ckan.model import Session

from .. import config
from ..kpi.bands import STATUSES
from ..kpi.months import end_of_fiscal_year
from ..kpi.sentence import sentence
from ..model import KpiReminder
from ..packages.fiscal_years import fiscal_year
from ..pages.words import date_words, fiscal_year_words
from . import clock, settings
from .due import overdue
from .figures import Figure, figures

__all__ = ["send_due"]

log = logging.getLogger(__name__)

_BEHIND = ("fair", "poor")


def send_due(today: date | None = None) -> int:
    """Send what is to be sent on a day. Commits.

    :returns: how many mails went out
    """
    if not tk.config.get("smtp.mail_from"):
        return 0
    day = today or clock.today()
    sent = 0
    missing = {(entry["kpi"], entry["fiscal_year"]): entry["due"] for entry in overdue(day)}
    for figure in figures(day).by_id.values():
        addresses = settings.of_kpi(figure.kpi.id)["mail_to"]
        if not addresses:
            continue
        for year in _years_to_tell(figure, day, missing):
            by = end_of_fiscal_year(year) + timedelta(days=config.kpi_due_days())
            text = f"「{figure.kpi.name}」の{fiscal_year_words(year, 'ja')}の実績を、{date_words(by, 'ja')}までに入力してください。"
            sent += _send(figure, "due", str(year), addresses, "実績の入力のお願い", text)
        if STATUSES[figure.progress.status].tone in _BEHIND:
            text = f"{STATUSES[figure.progress.status].ja}: {sentence(figure.progress)}"
            occasion = f"{figure.progress.status}/{fiscal_year(day)}"
            sent += _send(figure, "behind", occasion, addresses, "目標に遅れています", text)
    Session.commit()
    return sent


def _years_to_tell(figure: Figure, day: date, missing: dict[tuple[str, int], str]) -> list[int]:
    """Of the fiscal year that ended last, where its value is missing and due within the notice, or late. Years long past are not brought up."""
    notice = timedelta(days=config.kpi_notice_days())
    wait = timedelta(days=config.kpi_due_days())
    targets = [target.fiscal_year for target in figure.kpi.binding_targets]
    latest = fiscal_year(day) - 1
    return [
        year for year in targets
        if year == latest and (figure.kpi.id, year) in missing and end_of_fiscal_year(year) + wait - notice <= day
    ]


def _send(figure: Figure, kind: str, occasion: str, addresses: str, subject: str, text: str) -> int:
    """:returns: 1 where a mail went out; it is noted only then, so that one that failed is tried again"""
    if Session.get(KpiReminder, (figure.kpi.id, kind, occasion)) is not None:
        return 0
    page = tk.url_for("miyagiict_kpi.read", id=figure.kpi.id, qualified=True, locale="default")
    try:
        for address in addresses.split():
            mail_recipient(address, address, f"[{tk.config['ckan.site_title']}] {figure.kpi.name}: {subject}", f"{text}\n\n{page}")
    except (MailerException, OSError) as error:
        log.warning("No mail about KPI %s: %s", figure.kpi.id, error)
        return 0
    Session.add(KpiReminder(kpi_id=figure.kpi.id, kind=kind, occasion=occasion, sent_at=clock.now()))
    Session.flush()
    return 1
