"""Mail about a run, to whom a source names, as often as they chose."""

from __future__ import annotations

import logging

import ckan.plugins.toolkit as tk
from ckan.lib.mailer import MailerException, mail_recipient
from ckan.model import Session
from ckanext.harvest.model import HarvestSource

from ..model import HarvestRun
from .report import Report
from .sources import settings_of

__all__ = ["CHOICES", "tell"]

log = logging.getLogger(__name__)

#: When a mail is sent.
CHOICES = ("failure", "change", "always", "never")


def tell(source_id: str, job_id: str, report: Report) -> bool:
    """Send the report of a run where it is wanted.

    :returns: whether a mail went out
    """
    settings, run, source = settings_of(source_id), Session.get(HarvestRun, job_id), Session.get(HarvestSource, source_id)
    assert run is not None
    assert source is not None
    if not settings.mail_to or not _is_wanted(settings.mail, run.state, report):
        return False
    if not tk.config.get("smtp.mail_from"):
        log.warning("No mail about job %s: smtp.mail_from is not set", job_id)
        return False
    state = {"finished": "完了", "held": "確認待ち", "failed": "失敗"}.get(run.state, run.state)
    subject = f"[{tk.config['ckan.site_title']}] {source.title}: 収集{state}"
    page = tk.url_for("miyagiict_harvest.run", id=job_id, qualified=True)
    lines = [*report.sentences(), "", *(f"・{entry['sentence']} {entry['remedy']}" for entry in report.findings[:50]), "", page]
    try:
        for address in settings.mail_to.split():
            mail_recipient(address, address, subject, "\n".join(lines))
    except (MailerException, OSError) as error:
        log.warning("No mail about job %s: %s", job_id, error)
        return False
    return True


def _is_wanted(choice: str, state: str, report: Report) -> bool:
    if choice == "always":
        return True
    if choice == "never":
        return False
    troubled = state != "finished" or report.failed > 0
    return troubled or (choice == "change" and bool(report.created or report.changed or report.withdrawn))
