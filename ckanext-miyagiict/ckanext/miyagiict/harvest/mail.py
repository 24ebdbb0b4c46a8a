"""Mail about a run, to whom a source names, as often as they chose. One that does not go out is said in the run's report."""

from __future__ import annotations

import logging

import ckan.plugins.toolkit as tk
from ckan.model import Session
from ckanext.harvest.model import HarvestSource
from miyagi_harvesters.problems import problem

from .. import mailing
from ..model import HarvestRun
from .report import Report
from .sources import settings_of

__all__ = ["CHOICES", "tell"]

log = logging.getLogger(__name__)

#: When a mail is sent.
CHOICES = ("failure", "change", "always", "never")


def tell(source_id: str, job_id: str, report: Report) -> int:
    """Send the report of a run where it is wanted.

    :returns: how many mails went out; those that did not are in the report, as a number: everybody may read it
    """
    settings, run, source = settings_of(source_id), Session.get(HarvestRun, job_id), Session.get(HarvestSource, source_id)
    assert run is not None
    assert source is not None
    wanted = list(dict.fromkeys(settings.mail_to.split()))
    if not wanted or not _is_wanted(settings.mail, run.state, report):
        return 0
    sent = 0
    if not mailing.is_set_up():
        log.warning("No mail about job %s: smtp.mail_from or smtp.server is not set", job_id)
        report.note([problem("mail-not-set-up", place=source.title)], is_of_run=True)
    else:
        subject, text = _written(source.title, run.state, job_id, report)
        for address in wanted:
            unsent = mailing.send(address, subject, text)
            if unsent is None:
                sent += 1
                continue
            log.warning("No mail about job %s to %s: %s", job_id, address, unsent.reason)
            if not unsent.is_of_one:
                break  # the server would not take the others either, and each costs a wait
        if sent < len(wanted):
            report.note([problem("mail-unsent", place=source.title, value=str(len(wanted) - sent))], is_of_run=True)
    run.report = report.as_dict()
    Session.commit()
    return sent


def _written(title: str, state: str, job_id: str, report: Report) -> tuple[str, str]:
    word = {"finished": "完了", "held": "確認待ち", "failed": "失敗"}.get(state, state)
    page = tk.url_for("miyagiict_harvest.run", id=job_id, qualified=True, locale="default")
    lines = [*report.sentences(), "", *(f"・{entry['sentence']} {entry['remedy']}" for entry in report.findings[:50]), "", page]
    return f"[{tk.config['ckan.site_title']}] {title}: 収集{word}", "\n".join(lines)


def _is_wanted(choice: str, state: str, report: Report) -> bool:
    if choice == "always":
        return True
    if choice == "never":
        return False
    troubled = state != "finished" or report.failed > 0
    return troubled or (choice == "change" and bool(report.created or report.changed or report.withdrawn))
