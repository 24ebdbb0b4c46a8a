"""The harvest worker: takes jobs, works them off, starts what is due. One process; more of them share the work.

Which job is to be done stands in the database; ckanext-harvest's Redis queue only wakes the worker. A source is held by a lock of the
database connection, which PostgreSQL lets go when the process dies: whatever a killed worker left is taken up by the next one.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone

import psycopg2
import redis
import sqlalchemy as sa
from miyagi_harvesters.problems import PortalError, problem

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model import Session
from ckanext.harvest import queue
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource

from ..model import HarvestRun, SourceSettings
from ..search.together import IndexAwayError
from . import findings, mail, schedule  # noqa: F401  (findings registers kinds)
from .door import fetcher
from .report import Report
from .run import BATCH, Progress, Run, object_id
from .sources import NAME_PREFIX, Source

__all__ = ["is_done", "kept_by_me", "replay", "start_due", "work", "work_forever"]

log = logging.getLogger(__name__)

#: How long the worker sleeps when nothing is to be done, and how often it looks for what is due, in seconds.
WAIT = 5
#: A batch is written at the latest after so many seconds of fetching: progress is seen, and little is lost.
LONGEST_BATCH = 15
#: Finished jobs whose harvest objects are kept; those of the current records always are.
KEPT_JOBS = 5


def work_forever(is_stopped: Callable[[], bool] = lambda: False) -> None:
    """Work until told to stop; neither a job's failure nor a server that is restarted ends the worker."""
    consumer = queue.get_gather_consumer()
    gc.freeze()  # what CKAN loaded stays: collecting need not look through its million objects again and again
    while not is_stopped():
        try:
            worked = [job_id for job_id in _waiting() if work(job_id) is not None]
            start_due(datetime.now(timezone.utc))
            Session.remove()
            if not worked:
                # Somebody may have asked for a job; which one stands in the database.
                with contextlib.suppress(redis.TimeoutError):
                    consumer.redis.blpop([consumer.routing_key], timeout=WAIT)
        except Exception as error:
            if _is_server_away(error):
                log.warning("harvest worker: %s; trying again in %s seconds", " ".join(str(error).split())[:200], WAIT)
            else:
                log.exception("harvest worker")
            with contextlib.suppress(sa.exc.DBAPIError):  # of a connection that is no more
                Session.remove()
            time.sleep(WAIT)


def work(job_id: str, progress: Progress = lambda _report: None) -> Report | None:
    """Work off one job.

    :returns: its report; None where another worker has the source, or the job is done already
    """
    job = HarvestJob.get(job_id)
    if job is None or job.status == "Finished":
        return None
    with kept_by_me(job.source_id) as is_mine:
        if not is_mine:
            return None
        Session.refresh(job)
        return _work(job, progress) if job.status != "Finished" else None


def replay(source_id: str) -> str:
    """Make a job that maps again what was kept of each record, without asking the portal for it.

    :returns: the job's id, for ``work``
    """
    job = HarvestJob(source_id=source_id, status="Running")
    Session.add(job)
    Session.flush()
    query = sa.select(HarvestObject.guid, HarvestObject.content).where(
        HarvestObject.harvest_source_id == source_id, HarvestObject.current, HarvestObject.content.is_not(None)
    )
    kept = [
        {"id": object_id(job.id, guid), "guid": guid, "content": content, "harvest_job_id": job.id, "harvest_source_id": source_id}
        for guid, content in Session.execute(query).all()
    ]
    if kept:
        Session.execute(sa.insert(HarvestObject), kept)
    now = datetime.now(timezone.utc)
    Session.add(HarvestRun(
        job_id=job.id, source_id=source_id, state="running", started=now, heartbeat=now, held={},
        report=Report(gathered=True, replayed=True, to_do=len(kept)).as_dict(),
    ))
    Session.commit()
    return job.id


def is_done(job_id: str) -> bool:
    """Whether a job has ended, by whomever it was worked off."""
    Session.rollback()  # to see what others have written since
    return Session.scalar(sa.select(HarvestJob.status).where(HarvestJob.id == job_id)) == "Finished"


def start_due(now: datetime) -> list[str]:
    """Make the jobs of sources whose time has come.

    :returns: ids of the jobs
    """
    query = sa.select(SourceSettings, HarvestSource).join(HarvestSource, HarvestSource.id == SourceSettings.source_id).where(
        SourceSettings.schedule != "", HarvestSource.active, SourceSettings.next_run <= now
    )
    started = []
    for settings, row in Session.execute(query).all():
        forbidden = schedule.forbidden_hours(settings.forbidden_hours)
        if not schedule.is_allowed(now, forbidden):
            continue
        settings.next_run = schedule.next_run(settings.schedule, now, forbidden)
        Session.commit()
        if not Source.of(row).is_approved or _has_open_job(row.id):
            continue
        site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        context = {"ignore_auth": True, "user": site_user, "session": Session, "model": model}
        started.append(tk.get_action("harvest_job_create")(context, {"source_id": row.id, "run": True})["id"])
    return started


@contextlib.contextmanager
def kept_by_me(source_id: str) -> Iterator[bool]:
    """Hold a source for as long as this process lives; False where another one does."""
    key = int.from_bytes(hashlib.sha256(f"miyagiict:harvest:{source_id}".encode()).digest()[:8], "big", signed=True)
    with model.meta.engine.connect() as connection:
        is_mine = bool(connection.scalar(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": key}))
        connection.commit()
        try:
            yield is_mine
        finally:
            if is_mine:
                connection.scalar(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": key})
                connection.commit()


def _waiting() -> list[str]:
    """Jobs of our kinds that somebody asked for, the oldest first; also those that a dead worker left."""
    query = sa.select(HarvestJob.id).join(HarvestSource).where(
        HarvestJob.status == "Running", HarvestSource.type.startswith(NAME_PREFIX)
    ).order_by(HarvestJob.created)
    return list(Session.scalars(query))


def _has_open_job(source_id: str) -> bool:
    query = sa.select(HarvestJob.id).where(HarvestJob.source_id == source_id, HarvestJob.status.in_(("New", "Running")))
    return Session.scalars(query).first() is not None


def _work(job: HarvestJob, progress: Progress) -> Report:
    job_id, source_id = job.id, job.source_id
    source = Source.of(job.source)
    job.gather_started = job.gather_started or _now()
    job.status = "Running"
    job.save()
    run, failure = Run(job, fetcher(source), progress=progress), None
    try:
        if not source.is_approved:
            raise PortalError(problem("not-approved", source.title))
        _work_off(run, job_id)
    except PortalError as error:
        failure = error
    except Exception as error:  # whatever it is, the job must end and say so
        if _is_server_away(error):
            raise  # the portal is not to blame: the job goes on from here when the server is back
        log.exception("harvest job %s", job_id)
        failure = PortalError(problem("run-fault", source.title, detail=repr(error)[:300]))
    if failure is not None:
        Session.rollback()
    _drop_unfinished(job_id)
    report = run.finish(failure)
    job = HarvestJob.get(job_id)
    job.status, job.finished, job.gather_finished = "Finished", _now(), job.gather_finished or _now()
    job.save()
    _tidy(source_id)
    mail.tell(source_id, job_id, report)
    return report


def _work_off(run: Run, job_id: str) -> None:
    ids = run.gather()
    job = HarvestJob.get(job_id)
    job.gather_finished = _now()
    job.save()
    while ids:
        ready: list[HarvestObject] = []
        since, reached = time.monotonic(), 0
        for object in _objects(ids[:BATCH]):
            ready += run.fetch([object])
            reached += 1
            if time.monotonic() - since > LONGEST_BATCH:
                break
        run.import_(ready)
        ids = ids[reached:]
        Session.expunge_all()  # ten thousand records must not stay in memory
        if HarvestJob.get(job_id).status == "Finished":
            raise PortalError(problem("stopped", run.source.title))


def _objects(ids: Sequence[str]) -> list[HarvestObject]:
    """Harvest objects in the order of their ids here."""
    found = {object.id: object for object in Session.scalars(sa.select(HarvestObject).where(HarvestObject.id.in_(ids)))}
    return [found[id] for id in ids]


def _is_server_away(error: Exception) -> bool:
    """Whether PostgreSQL, Redis or Solr went away or is being started: not a statement or a document that was refused."""
    if isinstance(error, IndexAwayError):
        return True  # what was written and not indexed is indexed when the job is taken up again
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(cause, (psycopg2.OperationalError, psycopg2.InterfaceError)):
        # Without a code where the connection broke; 08: connection exception, 57P: shutdown or start-up (PostgreSQL, appendix A)
        return cause.pgcode is None or cause.pgcode.startswith(("08", "57P"))
    return isinstance(cause, redis.ConnectionError)


def _drop_unfinished(job_id: str) -> None:
    """Objects that were not reached: the next run lists them again."""
    Session.execute(sa.delete(HarvestObject).where(HarvestObject.harvest_job_id == job_id, HarvestObject.state == "WAITING"))
    Session.commit()


def _tidy(source_id: str) -> None:
    """The log of old jobs goes; what is current stays, with its raw document."""
    kept = sa.select(HarvestJob.id).where(HarvestJob.source_id == source_id).order_by(HarvestJob.created.desc()).limit(KEPT_JOBS)
    old = sa.select(HarvestObject.id).where(
        HarvestObject.harvest_source_id == source_id, sa.not_(HarvestObject.current), HarvestObject.harvest_job_id.not_in(kept)
    )
    for table in ("harvest_object_error", "harvest_object_extra"):
        beside = sa.table(table, sa.column("harvest_object_id"))
        Session.execute(sa.delete(beside).where(beside.c.harvest_object_id.in_(old)))
    Session.execute(sa.delete(HarvestObject).where(HarvestObject.id.in_(old)))
    runs = sa.select(HarvestRun.job_id).where(HarvestRun.source_id == source_id).order_by(HarvestRun.started.desc()).limit(100)
    Session.execute(sa.delete(HarvestRun).where(HarvestRun.source_id == source_id, HarvestRun.job_id.not_in(runs)))
    Session.commit()


def _now() -> datetime:
    """As ckanext-harvest keeps times: UTC without saying so."""
    return datetime.now(timezone.utc).replace(tzinfo=None)
