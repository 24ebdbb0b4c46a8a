"""What people do with sources: approve, plan, look ahead, release what is held, take a withdrawal back; and how everything stands."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from miyagi_harvesters.problems import PortalError

import ckan.plugins.toolkit as tk
from ckan.model import Package, Session
from ckan.types import Context
from ckanext.harvest.model import HarvestJob, HarvestSource

from .. import mailing
from ..catalogue import batch, identity, organizations
from ..model import HarvestedRecord, HarvestRun, SourceSettings
from . import mail, owners, quarantine, schedule, twins
from .door import fetcher, forbidden_by_robots
from .quarantine import State
from .report import Report
from .run import Run
from .run import set_known as _set
from .sources import NAME_PREFIX, Source, settings_of, source_type

__all__ = [
    "accept", "approve", "check_robots", "configure", "create_source", "find_source", "list_runs", "list_sources", "load_sources", "preview", "release", "restore",
    "show_run", "source_row",
]

#: What a source's page and the list call each state.
WORDS = {"running": "実行中", "finished": "完了", "held": "確認待ち", "failed": "失敗"}


def find_source(source_id: str) -> HarvestSource | None:
    """A source of any kind, by id or name."""
    package = Package.get(source_id)
    return Session.get(HarvestSource, package.id) if package is not None else None


def source_row(source_id: str) -> HarvestSource:
    """A source of our kinds, by id or name.

    :raises ckan.plugins.toolkit.ObjectNotFound: there is none
    """
    row = find_source(source_id)
    if row is None or not row.type.startswith(NAME_PREFIX):
        raise tk.ObjectNotFound(tk._("収集元が見つかりません。"))
    return row


def list_sources() -> list[dict[str, Any]]:
    """Every source with how it stands: last run, records, what waits for a person."""
    counts = _record_counts()
    latest = _latest_runs()
    rows = Session.execute(
        sa.select(HarvestSource, SourceSettings).outerjoin(SourceSettings, SourceSettings.source_id == HarvestSource.id)
        .where(HarvestSource.type.startswith(NAME_PREFIX)).order_by(HarvestSource.title)
    ).all()
    # A source that was deleted is told of as long as its datasets are here.
    gone = set(Session.scalars(sa.select(Package.id).where(Package.type == "harvest", Package.state == "deleted")))
    return [
        _source_dict(row, settings, latest.get(row.id), counts.get(row.id, {})) for row, settings in rows
        if row.id not in gone or counts.get(row.id)
    ]


def list_runs(source_id: str, most: int = 30) -> list[dict[str, Any]]:
    """The runs of a source, the latest first."""
    query = sa.select(HarvestRun).where(HarvestRun.source_id == source_row(source_id).id).order_by(HarvestRun.started.desc()).limit(most)
    return [_run_dict(run) for run in Session.scalars(query)]


def show_run(job_id: str) -> dict[str, Any]:
    """One run with its report and what it holds.

    :raises ckan.plugins.toolkit.ObjectNotFound: no such run
    """
    run = _run(job_id)
    held = list((run.held or {}).get("records", ()))
    query = sa.select(HarvestedRecord).where(HarvestedRecord.source_id == run.source_id, HarvestedRecord.record_id.in_(held))
    rows = sorted(Session.scalars(query), key=lambda row: row.title)
    report = dict(run.report or {})
    return {
        **_run_dict(run),
        "report": report, "findings": report.get("findings", []),
        "held": [{"id": row.record_id, "title": row.title, "dataset_id": row.dataset_id, "state": row.state} for row in rows],
    }


def approve(source_id: str, user: str) -> dict[str, Any]:
    """A sysadmin approves a source as it is now."""
    row = source_row(source_id)
    settings = settings_of(row.id)
    settings.approved_by, settings.approved_at = user, _now()
    if settings.approved_sha256 != (now := Source.of(row).approval_sha256):
        # What is read may mean something else now (a table of owners, say): everything is mapped again, and written where it differs.
        settings.approved_sha256, settings.validators = now, {}
        Session.execute(sa.update(HarvestedRecord).where(HarvestedRecord.source_id == row.id).values(document_sha256=""))
        twins.wake(row.id)
    settings.next_run = _next_run(settings)  # not at once, though its hour passed many times while it waited
    Session.commit()
    return one_source(row.id)


def check_robots(source_id: str) -> None:
    """See whether the site lets us harvest it at all, before somebody approves a source of which every run would fail.

    :raises ckan.plugins.toolkit.ValidationError: its robots.txt forbids it, as that of a CKAN does which nobody changed; it says what to do
    """
    source = Source.of(source_row(source_id))
    address = forbidden_by_robots(source)
    if address:
        setting = json.dumps({"client": {**dict(source.options.get("client") or {}), "robots_exceptions": [address]}}, ensure_ascii=False)
        raise tk.ValidationError({"robots": [
            tk._("%s は、サイトの robots.txt が自動取得を禁じているため、このままでは1件も収集できません（CKANは初期設定でこうなっています）。") % address,
            tk._("ポータルの管理者に、収集してよいかを尋ねてください。許可を得たら、収集元の設定に %s を加え、もう一度承認してください。") % setting,
        ]})


def configure(source_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Set when a source runs and who gets mail.

    :param changes: of ``schedule`` (cron line), ``forbidden_hours``, ``mail`` (failure, change, always, never), ``mail_to`` (addresses),
        ``active`` (bool)
    :raises ckan.plugins.toolkit.ValidationError: field → what is wrong; nothing is changed
    """
    row = source_row(source_id)
    settings = settings_of(row.id)
    wanted = {name: str(changes.get(name, getattr(settings, name))).strip() for name in ("schedule", "forbidden_hours", "mail", "mail_to")}
    errors: dict[str, list[str]] = {}
    due, hours = None, frozenset[int]()
    try:
        hours = schedule.forbidden_hours(wanted["forbidden_hours"])
    except schedule.BadScheduleError as error:
        errors["forbidden_hours"] = [str(error)]
    try:
        due = schedule.next_run(wanted["schedule"], _now(), hours) if wanted["schedule"] else None
    except schedule.BadScheduleError as error:
        errors["schedule"] = [str(error)]
    if wanted["mail"] not in mail.CHOICES:
        errors["mail"] = [f"{', '.join(mail.CHOICES)} のどれかを選んでください。"]
    if "mail_to" in changes:
        try:
            wanted["mail_to"] = " ".join(mailing.addresses(wanted["mail_to"]))
        except ValueError:
            errors["mail_to"] = [tk._("メールアドレスを空白で区切って書いてください（20件まで）。")]
    if errors:
        raise tk.ValidationError(errors)
    for name, value in wanted.items():
        setattr(settings, name, value)
    settings.next_run = due
    if "active" in changes:
        row.active = bool(changes["active"])
    Session.commit()
    return one_source(row.id)


def preview(source_id: str) -> dict[str, Any]:
    """What a run would do now; nothing is written.

    :raises ckan.plugins.toolkit.ValidationError: the portal gives no list, or robots.txt forbids asking; it says why and what to do
    """
    check_robots(source_id)
    source = Source.of(source_row(source_id))
    try:
        return Run.preview_of(source, fetcher(source))
    except PortalError as error:
        raise tk.ValidationError({"problems": [str(found) for found in error.problems]}) from error


def release(job_id: str, user: str) -> dict[str, Any]:
    """Withdraw what a run held; what was listed again since then stays.

    :raises ckan.plugins.toolkit.ValidationError: it holds nothing, or a newer run knows better
    """
    run = _run(job_id)
    held = list((run.held or {}).get("records", ()))
    if run.state != "held" or not held:
        raise tk.ValidationError({"job_id": [tk._("この実行に、確認待ちの取り下げはありません。")]})
    if _latest_runs()[run.source_id].job_id != job_id:
        raise tk.ValidationError({"job_id": [tk._("この収集元には、より新しい実行があります。そちらを確かめてください。")]})
    rows = {row.record_id: row for row in _records(run.source_id)}
    known = {id: quarantine.Known(State(row.state), row.missing_runs, row.withdrawn_at, row.by_itself) for id, row in rows.items()}
    after = quarantine.release(known, held, now=_now())
    gone = [rows[id] for id in after]
    for id, state in after.items():
        _set(rows[id], state)
    run.state, run.released_by, run.released_at = "finished", user, _now()
    batch.write(twins.withdrawals(gone))
    Session.commit()
    return {**show_run(job_id), "withdrawn": len(after)}


def accept(source_id: str, user: str) -> dict[str, Any]:
    """Say that the source's next listing is right although it looks like another portal's."""
    row = source_row(source_id)
    settings_of(row.id).accepted_at = _now()
    Session.commit()
    return one_source(row.id)


def restore(dataset_id: str) -> dict[str, Any]:
    """Take a withdrawal back, within the time that is set for it.

    :raises ckan.plugins.toolkit.ValidationError: nothing of it was withdrawn, or too long ago
    """
    rows = list(Session.scalars(sa.select(HarvestedRecord).where(HarvestedRecord.dataset_id == dataset_id, HarvestedRecord.is_primary)))
    row = next((row for row in rows if row.state == State.WITHDRAWN.value), None)
    if row is None or row.withdrawn_at is None:
        raise tk.ValidationError({"id": [tk._("このデータセットは取り下げられていません。")]})
    source = Session.get(HarvestSource, row.source_id)
    assert source is not None
    days = Source.of(source).thresholds.grace_days
    if row.withdrawn_at < _now() - timedelta(days=days):
        raise tk.ValidationError({"id": [tk._("取り下げから%s日を過ぎたため、元に戻せません。収集元に再び載れば、自動で戻ります。") % days]})
    _set(row, quarantine.Known())
    batch.write([{"id": dataset_id, "state": "active"}])
    Session.commit()
    return {"id": dataset_id, "state": "active"}


def load_sources(file: Path) -> list[str]:
    """Create the sources of a YAML file that are not there yet, inactive and not approved; those that are there stay as they are.

    :returns: names of the sources created
    :raises ckan.plugins.toolkit.ValidationError: the file is no list of sources
    """
    described = yaml.safe_load(file.read_text(encoding="utf-8"))
    if not isinstance(described, dict) or not isinstance(described.get("sources"), list):
        raise tk.ValidationError({"file": [f"{file.name}: 「sources:」の下に収集元を並べてください。"]})
    owners.ensure_all()
    return [entry["name"] for entry in map(_entry, described["sources"]) if create_source(entry)]


def _entry(written: Mapping[str, Any]) -> dict[str, Any]:
    """A source as a file describes it, in the form of ``create_source``; options that are lists there are lines in a form."""
    options = (written.get("options") or {}).items()
    flat = {name: "\n".join(value) if isinstance(value, list) else value for name, value in options}
    return {**written, "name": written.get("name") or written["id"], "options": flat}


def create_source(entry: Mapping[str, Any], *, active: bool = False) -> bool:
    """Create one source, unless there is one of its name.

    :param entry: ``name``, ``kind``, ``address``, ``title``, ``note``, ``owner`` (code), ``options``, ``schedule``, ``forbidden_hours``
    """
    if Package.get(entry["name"]) is not None:
        return False
    owner = owners.municipalities().get(str(entry.get("owner") or ""), organizations.DEFAULT_PUBLISHER)
    owners.ensure(owner)
    options = {**(entry.get("options") or {}), **({"owner": entry["owner"]} if entry.get("owner") else {})}
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context = Context(ignore_auth=True, user=site_user)
    tk.get_action("harvest_source_create")(context, {
        "name": entry["name"], "title": entry["title"], "notes": entry.get("note") or "", "url": entry["address"],
        "source_type": source_type(entry["kind"]), "frequency": "MANUAL", "state": "active",
        # CKAN counts a source among the public datasets of its organization; visitors read of it on our own page.
        "private": True,
        "owner_org": identity.organization_id(owner.code),
        "config": json.dumps(options, ensure_ascii=False) if options else "",
    })
    row = source_row(entry["name"])
    row.active = active
    settings = settings_of(row.id)
    settings.schedule, settings.forbidden_hours = entry.get("schedule") or "", entry.get("forbidden_hours") or ""
    settings.next_run = _next_run(settings)
    Session.commit()
    return True


def one_source(source_id: str) -> dict[str, Any]:
    """How one source stands, as in ``list_sources``."""
    row = source_row(source_id)
    return _source_dict(row, Session.get(SourceSettings, row.id), _latest_runs().get(row.id), _record_counts().get(row.id, {}))


def _next_run(settings: SourceSettings) -> datetime | None:
    return schedule.next_run(settings.schedule, _now(), schedule.forbidden_hours(settings.forbidden_hours)) if settings.schedule else None


def _source_dict(
    row: HarvestSource, settings: SourceSettings | None, run: HarvestRun | None, counts: Mapping[str, int]
) -> dict[str, Any]:
    source = Source.of(row)
    return {
        "id": row.id, "title": row.title, "kind": row.type.removeprefix(NAME_PREFIX), "url": row.url, "active": row.active,
        "approved": settings is not None and settings.approved_at is not None and settings.approved_sha256 == source.approval_sha256,
        "approved_by": settings.approved_by if settings else None, "sample": source.is_sample,
        "schedule": settings.schedule if settings else "", "forbidden_hours": settings.forbidden_hours if settings else "",
        "mail": settings.mail if settings else "failure", "priority": source.priority,
        "robots_exceptions": list(source.client_options["robots_exceptions"]),
        "next_run": _text(settings.next_run if settings else None), "records": dict(counts), "last_run": _run_dict(run) if run else None,
    }


def _run_dict(run: HarvestRun) -> dict[str, Any]:
    report = Report.from_dict(run.report or {})
    counts = {key: value for key, value in report.as_dict().items() if isinstance(value, int)}
    return {
        "job_id": run.job_id, "source_id": run.source_id, "state": run.state, "state_text": WORDS[run.state], "started": _text(run.started),
        "finished": _text(run.finished), "heartbeat": _text(run.heartbeat), "counts": counts, "sentences": report.sentences(),
        "reason": report.reason, "released_by": run.released_by, "released_at": _text(run.released_at),
    }


def _record_counts() -> dict[str, dict[str, int]]:
    query = sa.select(HarvestedRecord.source_id, HarvestedRecord.state, sa.func.count()).group_by(HarvestedRecord.source_id, HarvestedRecord.state)
    counts: dict[str, dict[str, int]] = {}
    for source_id, state, count in Session.execute(query):
        counts.setdefault(source_id, {})[state] = count
    return counts


def _latest_runs() -> dict[str, HarvestRun]:
    query = sa.select(HarvestRun).distinct(HarvestRun.source_id).order_by(HarvestRun.source_id, HarvestRun.started.desc())
    return {run.source_id: run for run in Session.scalars(query)}


def _records(source_id: str) -> Sequence[HarvestedRecord]:
    return Session.scalars(sa.select(HarvestedRecord).where(HarvestedRecord.source_id == source_id)).all()


def _run(job_id: str) -> HarvestRun:
    run = Session.get(HarvestRun, job_id)
    if run is None or Session.get(HarvestJob, job_id) is None:
        raise tk.ObjectNotFound(tk._("実行の記録が見つかりません。"))
    return run


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(timezone.utc).isoformat() if moment else None


def _now() -> datetime:
    return datetime.now(timezone.utc)
