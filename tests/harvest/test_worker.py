"""The worker as a process of its own: killed in the middle of a run, and cut off from its servers."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.activity.model import Activity
from ckanext.harvest.model import HarvestJob, HarvestObject
from ckanext.miyagiict.harvest import operating
from ckanext.miyagiict.harvest.run import BATCH
from ckanext.miyagiict.model import HarvestedRecord, HarvestRun

#: More than one batch of a run.
RECORDS = BATCH + 30
TABLE = "番号,名称\n001,みどり会館\n".encode()
#: Told to PostgreSQL, so that a test finds the worker's connections.
NAME = "harvest-worker-under-test"


class Wire:
    """Stands between the worker and Solr, and can be cut: the worker then finds nobody at Solr's address."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname, parts.port)
        self._listening: socket.socket
        self._pieces: list[socket.socket]
        self._port = 0
        self.mend()
        self.address = parts._replace(netloc=f"127.0.0.1:{self._port}").geturl()

    def mend(self) -> None:
        self._listening, self._pieces = socket.create_server(("127.0.0.1", self._port)), []
        self._port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, args=(self._listening, self._pieces), daemon=True).start()

    def cut(self) -> None:
        for piece in (self._listening, *self._pieces):
            with contextlib.suppress(OSError):
                piece.shutdown(socket.SHUT_RDWR)
            piece.close()

    def _serve(self, listening: socket.socket, pieces: list[socket.socket]) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, there = listening.accept()[0], socket.create_connection(self._target)
                pieces += [here, there]
                for ends in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)


class Workers:
    """Starts workers on the test site; all are ended with the test."""

    def __init__(self, folder: Path, wire: Wire) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []
        self._ini = folder / "worker.ini"
        allowed = {"allowed_networks": "127.0.0.0/8", "delay": "0", "jitter": "0"}
        settings = [f"ckanext.miyagiict.harvest.{key} = {value}" for key, value in allowed.items()]
        settings += [f"ckanext.miyagiict.files_path = {folder / 'files'}", f"solr_url = {wire.address}"]
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
def wire(catalogue: None) -> Iterator[Wire]:
    wire = Wire(tk.config["solr_url"])
    yield wire
    wire.cut()


@pytest.fixture
def workers(wire: Wire, tmp_path: Path) -> Iterator[Workers]:
    workers = Workers(tmp_path, wire)
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
    assert shown["state"] == "finished"
    assert {name: shown["counts"][name] for name in ("created", "failed", "done")} == {"created": RECORDS, "failed": 0, "done": RECORDS}
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


@pytest.mark.parametrize("seconds", [0.2, 1, 2, 3, 4])
def test_worker_is_stopped_while_it_starts(workers: Workers, seconds: float) -> None:
    """Whether it has begun to listen to signals (0) or not (ended by the signal): out, and without a traceback."""
    worker = workers.start()
    time.sleep(seconds)
    worker.terminate()
    assert worker.wait(5) in (0, -signal.SIGTERM)
    assert "Traceback" not in workers.log


def test_worker_that_waits_for_the_database_is_stopped_too(slow_portal: Any, sources: Any, workers: Workers) -> None:
    """A statement of PostgreSQL that does not come back (here: a table that is locked) does not keep it."""
    sources.job(sources.make(slow_portal))
    with model.meta.engine.begin() as connection:
        connection.execute(sa.text("LOCK TABLE miyagiict_harvested_record IN ACCESS EXCLUSIVE MODE"))
        worker = workers.start()
        waiting = sa.text("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name AND wait_event_type = 'Lock'")
        wait_for(lambda: model.Session.scalar(waiting, {"name": NAME}), workers, "the worker waits for the table")
        worker.terminate()
        assert worker.wait(5) == 0


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


def test_run_goes_on_when_solr_is_back(slow_portal: Any, sources: Any, workers: Workers, wire: Wire) -> None:
    """Solr goes away in the middle of a run: the job waits for it, nothing fails, and all of it is found afterwards."""
    job = sources.job(sources.make(slow_portal))["id"]
    worker = workers.start()
    wait_for(lambda: done(job), workers, "the first records are written")
    wire.cut()
    wait_for(lambda: "trying again" in workers.log, workers, "the worker misses Solr")
    assert status(job) == "Running"
    wire.mend()
    wait_for(lambda: status(job) == "Finished", workers, "the job has ended")
    assert worker.poll() is None
    all_is_done_once(job)
