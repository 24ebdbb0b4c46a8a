"""The worker: what is due is started, jobs end by themselves, people get mail."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
"""The worker as a process of its own: killed in the middle of a run, and cut off from its servers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
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
    return mail_server


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
from ckanext.activity.model import Activity
from ckanext.harvest.model import HarvestJob, HarvestObject
from ckanext.miyagiict.harvest import operating
from ckanext.miyagiict.model import HarvestedRecord, HarvestRun

RECORDS = 60
TABLE = "番号,名称\n001,みどり会館\n".encode()
#: Told to PostgreSQL, so that a test finds the worker's connections.
NAME = "harvest-worker-under-test"


class Workers:
    """Starts workers on the test site; all are ended with the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []
        self._ini = folder / "worker.ini"
        allowed = {"allowed_networks": "127.0.0.0/8", "delay": "0", "jitter": "0"}
        settings = [f"ckanext.miyagiict.files_path = {folder / 'files'}", *(f"ckanext.miyagiict.harvest.{key} = {value}" for key, value in allowed.items())]
        self._ini.write_text("\n".join(["[app:main]", f"use = config:{tk.config['__file__']}", *settings, ""]), encoding="utf-8")

    def start(self) -> subprocess.Popen[bytes]:
        words = [str(Path(sys.executable).with_name("ckan")), "-c", str(self._ini), "miyagiict", "harvest", "worker"]
        with (self._folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT, env=os.environ | {"PGAPPNAME": NAME}, cwd=self._folder)
        self._started.append(worker)
        return worker

    @property
    def log(self) -> str:
        return (self._folder / "worker.log").read_text(encoding="utf-8", errors="replace")

    def end(self) -> None:
        for worker in self._started:
            worker.kill()
            worker.wait()


@pytest.fixture
def workers(catalogue: None, tmp_path: Path) -> Iterator[Workers]:
    workers = Workers(tmp_path)
    yield workers
    workers.end()


@pytest.fixture
def slow_portal(portal: Any) -> Any:
    """A portal of many records, each with a file that takes its time: a run of it lasts seconds."""
    for number in range(RECORDS):
        portal.dataset(f"id{number}", f"会館一覧 {number}", files={"halls.csv": TABLE})
    give = portal.answer

    def answer(path: str) -> Any:
        if path.startswith("/files/"):
            time.sleep(0.05)
        return give(path)

    portal.answer = answer
    return portal


def wait_for(condition: Callable[[], object], workers: Workers, what: str, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}\n{workers.log}"
        time.sleep(0.05)
        model.Session.rollback()  # to see what others have written since


def done(job: str) -> int:
    row = model.Session.get(HarvestRun, job, populate_existing=True)
    return int(row.report.get("done", 0)) if row is not None else 0


def status(job: str) -> str:
    return str(model.Session.scalar(sa.select(HarvestJob.status).where(HarvestJob.id == job)))


def count(table: Any, *conditions: Any) -> int:
    return int(model.Session.scalar(sa.select(sa.func.count()).select_from(table).where(*conditions)) or 0)


def all_is_done_once(job: str) -> None:
    """Every record is there, none was written or told twice, and the job has ended by itself."""
    shown = operating.show_run(job)
    assert (shown["state"], shown["counts"]["created"], shown["counts"]["failed"], shown["counts"]["done"]) == ("finished", RECORDS, 0, RECORDS)
    assert count(HarvestedRecord) == RECORDS
    assert count(Activity, Activity.activity_type == "new package", Activity.user_id.is_not(None)) == RECORDS + 1  # and the source itself
    assert count(Activity, Activity.activity_type == "changed package") == 0
    assert count(HarvestObject, HarvestObject.state == "COMPLETE") == count(HarvestObject) == RECORDS
    assert tk.get_action("package_search")({"ignore_auth": True}, {"rows": 0})["count"] == RECORDS
    found = tk.get_action("package_search")({"ignore_auth": True}, {"rows": RECORDS})["results"]
    assert all(dataset["resources"][0]["datastore_active"] for dataset in found)


def test_killed_worker_leaves_nothing_undone_and_nothing_done_twice(slow_portal: Any, sources: Any, workers: Workers) -> None:
    """``kill -9`` in the middle of a run: the next worker takes the same job up and ends it."""
    job = sources.job(sources.make(slow_portal))["id"]
    first = workers.start()
    wait_for(lambda: done(job), workers, "the first records are written")
    first.kill()
    assert first.wait() == -signal.SIGKILL
    model.Session.rollback()
    assert 0 < done(job) < RECORDS
    assert status(job) == "Running"
    workers.start()
    wait_for(lambda: status(job) == "Finished", workers, "the job has ended")
    all_is_done_once(job)
    listings = [path for path in slow_portal.asked if "package_search" in path]
    assert len(listings) == 1, "the listing was judged once"


def test_stopped_worker_leaves_the_rest_to_the_next(slow_portal: Any, sources: Any, workers: Workers) -> None:
    """SIGTERM in the middle of a run: out within seconds, without a failure in the report."""
    job = sources.job(sources.make(slow_portal))["id"]
    first = workers.start()
    wait_for(lambda: done(job), workers, "the first records are written")
    first.terminate()
    assert first.wait(5) == 0
    model.Session.rollback()
    assert 0 < done(job) < RECORDS
    workers.start()
    wait_for(lambda: status(job) == "Finished", workers, "the job has ended")
    all_is_done_once(job)


def test_servers_that_are_restarted_do_not_end_the_worker(slow_portal: Any, sources: Any, workers: Workers) -> None:
    """All its connections to PostgreSQL and Redis are cut: it says so, and the same process goes on with the job."""
    job = sources.job(sources.make(slow_portal))["id"]
    worker = workers.start()
    wait_for(lambda: done(job), workers, "the first records are written")
    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = :name"
    assert model.Session.scalar(sa.text(cut), {"name": NAME}) > 0
    redis.Redis.from_url(tk.config["ckan.redis.url"]).client_kill_filter(_type="normal", skipme=True)
    wait_for(lambda: status(job) == "Finished", workers, "the job has ended")
    assert worker.poll() is None
    all_is_done_once(job)
    assert "trying again" in workers.log
    redis.Redis.from_url(tk.config["ckan.redis.url"]).client_kill_filter(_type="normal", skipme=True)  # while it waits for work
    second = sources.job(operating.list_sources()[0]["id"])["id"]
    wait_for(lambda: status(second) == "Finished", workers, "the second job has ended")
    assert worker.poll() is None
