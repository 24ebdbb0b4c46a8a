"""Jobs: what is due is started, jobs end by themselves, people get mail."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.harvest import queue
from ckanext.harvest.model import HarvestJob
from ckanext.miyagiict.harvest import operating, worker
from ckanext.miyagiict.harvest.run import Run
from ckanext.miyagiict.model import SourceSettings

NOW = datetime.now(timezone.utc)


def plan(source: str, *, due: datetime, **changes: str) -> None:
    """Give a source a schedule whose time has come, or not."""
    operating.configure(source, {"schedule": "* * * * *", **changes})
    model.Session.get(SourceSettings, source).next_run = due
    model.Session.commit()


def jobs() -> list[str]:
    return list(model.Session.scalars(sa.select(HarvestJob.status).order_by(HarvestJob.created)))


def test_source_starts_when_its_time_has_come(portal: Any, sources: Any) -> None:
    source = sources.make(portal)
    plan(source, due=NOW - timedelta(minutes=1))
    assert len(worker.start_due(NOW)) == 1
    assert model.Session.get(SourceSettings, source).next_run > NOW
    assert worker.start_due(NOW) == []


def test_nothing_starts_before_its_time(portal: Any, sources: Any) -> None:
    plan(sources.make(portal), due=NOW + timedelta(minutes=1))
    assert worker.start_due(NOW) == []


def test_nothing_starts_in_forbidden_hours(portal: Any, sources: Any) -> None:
    """A worker that was off until the morning waits for the evening."""
    source = sources.make(portal)
    plan(source, due=NOW, forbidden_hours="8-18")
    morning = datetime(2026, 11, 23, 1, 0, tzinfo=timezone.utc)
    model.Session.get(SourceSettings, source).next_run = morning - timedelta(hours=9)
    model.Session.commit()
    assert worker.start_due(morning) == []
    assert len(worker.start_due(morning + timedelta(hours=10))) == 1


@pytest.mark.parametrize("unready", ["not approved", "inactive"])
def test_source_that_may_not_run_does_not_start(portal: Any, sources: Any, unready: str) -> None:
    source = sources.make(portal, approved=unready != "not approved")
    plan(source, due=NOW, **({"active": False} if unready == "inactive" else {}))
    assert worker.start_due(NOW) == []


def test_worker_takes_jobs_until_it_is_told_to_stop(portal: Any, sources: Any) -> None:
    """Two sources, one after the other; a job that is asked for meanwhile too."""
    portal.datasets(2)
    for name in ("first", "second"):
        sources.job(sources.make(portal, name, owner="042072" if name == "first" else "042111"))
    turns = iter([False, True])
    worker.work_forever(lambda: next(turns))
    assert jobs() == ["Finished", "Finished"]


def test_two_workers_do_not_share_a_source(portal: Any, sources: Any) -> None:
    source = sources.make(portal)
    job = sources.job(source)["id"]
    with worker.kept_by_me(source) as is_mine:
        assert is_mine
        assert worker.work(job) is None
    assert worker.work(job) is not None


def test_programs_fault_ends_the_job_and_says_so(portal: Any, sources: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    portal.datasets(2)
    source = sources.make(portal)
    monkeypatch.setattr(Run, "import_", lambda *_: 1 / 0)
    report = sources.run(source)
    assert jobs() == ["Finished"]
    assert report.findings[-1]["type"] == "run-fault"
    assert operating.list_runs(source)[0]["state"] == "failed"


def test_job_that_somebody_aborts_stops(portal: Any, sources: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BATCH", 3)
    portal.datasets(9)
    source = sources.make(portal)
    job = sources.job(source)["id"]
    real = Run.import_

    def stop(self: Run, objects: Any) -> None:
        real(self, objects)
        HarvestJob.get(job).status = "Finished"
        model.Session.commit()

    monkeypatch.setattr(Run, "import_", stop)
    report = worker.work(job)
    assert (report.created, report.findings[-1]["type"]) == (3, "stopped")
    monkeypatch.setattr(Run, "import_", real)
    assert sources.run(source).created == 6


def test_ckanext_harvests_own_consumers_work_too(portal: Any, sources: Any) -> None:
    """Stage by stage, an object at a time."""
    portal.datasets(3)
    source = sources.make(portal)
    job = HarvestJob.get(sources.job(source)["id"])
    harvester = queue.get_harvester("miyagi_ckan")
    ids = queue.gather_stage(harvester, job)
    for id in ids:
        queue.fetch_and_import_stages(harvester, queue.HarvestObject.get(id))
    found = tk.get_action("package_search")({"ignore_auth": True}, {"rows": 0})
    assert (len(ids), found["count"]) == (3, 3)


# Mail


@pytest.fixture
def mailing(ckan_config: Any, monkeypatch: pytest.MonkeyPatch, mail_server: Any) -> Any:
    """CKAN's own SMTP server for tests."""
    monkeypatch.setitem(ckan_config, "smtp.mail_from", "catalogue@pref.example.jp")
    return mail_server


@pytest.mark.parametrize("sender", ["", "catalogue@pref.example.jp"], ids=["no sender", "no server"])
def test_mail_that_cannot_be_sent_fails_nothing(
    portal: Any, sources: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch, sender: str
) -> None:
    monkeypatch.setitem(ckan_config, "smtp.mail_from", sender)
    monkeypatch.setitem(ckan_config, "smtp.server", "127.0.0.1:9")
    portal.datasets(2)
    source = sources.make(portal)
    operating.configure(source, {"mail": "always", "mail_to": "staff@pref.example.jp"})
    assert sources.run(source).created == 2
    assert jobs() == ["Finished"]


@pytest.mark.parametrize(("choice", "quiet", "changing", "failing"), [
    ("failure", 0, 0, 1), ("change", 0, 1, 1), ("always", 1, 1, 1), ("never", 0, 0, 0),
])
def test_mail_comes_as_often_as_chosen(
    portal: Any, sources: Any, mailing: Any, choice: str, quiet: int, changing: int, failing: int
) -> None:
    portal.datasets(2)
    source = sources.make(portal)
    operating.configure(source, {"mail": choice, "mail_to": "staff@pref.example.jp"})
    counts = []
    for fault in (False, False, True):
        before = len(mailing.get_smtp_messages())
        if fault:
            portal.faults["/api/3/action/package_search"] = portal.faults["/api/3/action/package_list"] = (404, "text/html", b"gone")
        sources.run(source)
        counts.append(len(mailing.get_smtp_messages()) - before)
    assert counts == [changing, quiet, failing]
