"""One run of one source: list, decide, read what is new or changed, write it, tell what was done.

The stages are ckanext-harvest's (gather, fetch, import); here they work on many objects at once, and one object at a time is a batch of
one. What was done stays done: objects of a job that are finished are not touched again when a killed run is taken up.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from miyagi_harvesters import privacy
from miyagi_harvesters.fetching import Fetcher
from miyagi_harvesters.problems import PortalError, Problem, problem
from miyagi_harvesters.reader import Document, Entry, Listing
from miyagi_harvesters.record import Record

from ckan import model
from ckan.model import Session
from ckanext.harvest.model import HarvestJob, HarvestObject

from ..catalogue import batch, previews
from ..model import HarvestedRecord, HarvestRun
from . import findings, quarantine, twins  # noqa: F401  (findings registers kinds)
from .files import Files
from .prepare import Preparation, Prepared, document_sha256
from .quarantine import Decision, Known, State
from .report import Report
from .sources import Source, settings_of

__all__ = ["BATCH", "Clock", "Progress", "Run", "object_id", "set_known"]

log = logging.getLogger(__name__)

#: Records written together, each time with one commit of the database and one of Solr.
BATCH = 100

Clock = Callable[[], datetime]
Progress = Callable[[Report], None]


class Run:
    """One job of one source.

    :param progress: told after every batch
    """

    def __init__(
        self, job: HarvestJob, fetcher: Fetcher, *, clock: Clock = lambda: datetime.now(timezone.utc), progress: Progress = lambda _: None
    ) -> None:
        self.job_id: str = job.id
        self.source = Source.of(job.source)
        self.reader = self.source.reader(fetcher)
        self.clock = clock
        self.progress = progress
        row = Session.get(HarvestRun, job.id)
        if row is None:
            row = HarvestRun(job_id=job.id, source_id=self.source.id, state="running", started=clock(), heartbeat=clock(), report={}, held={})
            Session.add(row)
            Session.commit()
        self.report = Report.from_dict(row.report)
        self.preparation = Preparation(self.source, self.reader, Files(fetcher, self.source), self.report)
        self._outcomes: dict[str, dict[str, Any]] = {}

    # Stages

    def gather(self) -> list[str]:
        """List what the portal has and decide what to do with it.

        :returns: ids of the harvest objects to fetch and import: records that are new or changed
        :raises PortalError: the portal gave no list at all
        """
        if self.report.gathered:
            return self._taken_up()
        settings = settings_of(self.source.id)
        # Files may have changed where the list did not.
        validators = None if self.source.files == "always" else dict(settings.validators) or None
        listing = self.reader.listing(validators)
        self.report.note(listing.problems)
        if listing.unchanged:
            self.report.unchanged_listing, self.report.complete, self.report.gathered = True, True, True
            self.save()
            return []
        self.report.listed, self.report.complete = len(listing.entries), listing.complete
        known = _known_rows(self.source, self.reader.portal)
        self.report.known = sum(row.state != State.WITHDRAWN.value for row in known.values())
        decision = self._decide(listing, known)
        objects = self._objects(listing, known, decision)
        if objects:
            Session.execute(sa.insert(HarvestObject), objects)
        if listing.complete and not (decision.reason or decision.missing or decision.candidates):
            # Only when all of it is worked off may the portal say "unchanged": see finish. A missing record counts its runs by whole lists.
            settings.validators = {**listing.validators, "pending": self.job_id} if listing.validators else {}
        self.report.to_do, self.report.gathered = len(objects), True
        self.save()
        return [entry["id"] for entry in objects]

    def fetch(self, objects: Sequence[HarvestObject]) -> list[HarvestObject]:
        """Fetch the documents that the listing did not bring.

        :returns: the objects that have one; the others have failed
        :raises PortalError: the portal refuses everything now
        """
        good, refused = [object for object in objects if object.content], None
        missing = [object for object in objects if not object.content]
        for object in missing:
            try:
                object.content = _as_text(self.reader.fetch(Entry(object.guid)))
            except PortalError as error:
                self._fail(Prepared(object.id, object.guid, problems=error.problems))
                refused = error if error.stops_run else None
            else:
                good.append(object)
            if refused is not None:
                break
        if missing:
            Session.commit()
        if refused is not None:
            raise refused
        return good

    def import_(self, objects: Sequence[HarvestObject]) -> None:
        """Map the documents and write what changed: datasets, rows and report in one transaction."""
        prepared = self.preparation.of(objects)
        writing = {entry.dataset["id"]: entry for entry in prepared if entry.dataset}

        def beside(written: Sequence[batch.Written]) -> None:
            for outcome in written:
                self._done(writing[outcome.dataset_id], outcome.status, outcome.errors)
            self._keep_outcomes()
            good = (writing[outcome.dataset_id].dataset for outcome in written if outcome.status != "failed")
            previews.keep_in_step(resource for dataset in good for resource in dataset["resources"])
            self._keep_report()

        if writing:
            batch.write([entry.dataset for entry in writing.values()], beside)
        for entry in prepared:
            if entry.problems:
                self._fail(entry)
            elif not entry.dataset:
                self._done(entry, "linked" if entry.linked else "unchanged")
        self._keep_outcomes()
        Session.flush()  # CKAN's session does not before a query
        self._link(sorted({entry.remembered["dataset_id"] for entry in prepared if entry.linked or entry.taken_from}))
        self._complete([entry.object_id for entry in prepared if not entry.problems])
        self.save()

    def finish(self, failure: PortalError | None = None) -> Report:
        """Close the run: its state, and that a person is needed where one is."""
        row = self._row()
        if failure is not None:
            self.report.complete = False
            self.report.note(failure.problems, is_of_run=True)
        settings = settings_of(self.source.id)
        if settings.validators.get("pending") == self.job_id:
            # A record that failed must be tried again, so the listing must come again.
            again = self.report.failed or failure
            settings.validators = {} if again else {name: value for name, value in settings.validators.items() if name != "pending"}
        row.state = "failed" if failure is not None else "held" if self.report.reason else "finished"
        row.finished = self.clock()
        self.save()
        return self.report

    @staticmethod
    def preview_of(source: Source, fetcher: Fetcher, shown: int = 20) -> dict[str, Any]:
        """What a run would do now, with nothing written.

        :param shown: so many records of each kind are named
        :returns: ``counts``, and ``created``, ``changed``, ``withdrawn``, ``held``, ``candidates`` with ids and titles; ``problems``
        :raises PortalError: the portal gave no list
        """
        reader = source.reader(fetcher)
        listing = reader.listing(None)
        known = _known_rows(source, reader.portal)
        decision = _decision(source, listing, known, datetime.now(timezone.utc))
        titles = {id: row.title for id, row in known.items()} | {entry.id: entry.title for entry in listing.entries if entry.title}
        new = [entry.id for entry in listing.entries if entry.id not in known] if decision.creates else []
        changed = [entry.id for entry in listing.entries if entry.id in known and _is_changed(source, entry, known[entry.id])]
        groups = {"created": new, "changed": changed, "withdrawn": decision.withdraw, "held": decision.held, "candidates": decision.candidates}
        return {
            "listed": len(listing.entries), "complete": listing.complete, "reason": decision.reason.value if decision.reason else "",
            "counts": {name: len(group) for name, group in groups.items()},
            **{name: [{"id": id, "title": titles.get(id, "")} for id in list(group)[:shown]] for name, group in groups.items()},
            "problems": [found.sentence() for found in listing.problems],
        }

    def save(self) -> None:
        """Keep the report as it stands; the heartbeat tells others that this run lives."""
        self._keep_report()
        Session.commit()
        self.progress(self.report)

    def _keep_report(self) -> None:
        row = self._row()
        row.report, row.heartbeat = self.report.as_dict(), self.clock()

    # Listing

    def _taken_up(self) -> list[str]:
        """Objects of this job that a killed run left; those whose dataset was written and perhaps not indexed are indexed first."""
        query = sa.select(HarvestObject.id, HarvestObject.state, HarvestObject.package_id).where(HarvestObject.harvest_job_id == self.job_id)
        rows = Session.execute(query).all()
        if written := [row for row in rows if row.package_id and row.state == "IMPORT"]:
            batch.reindex([row.package_id for row in written])
            self._complete([row.id for row in written])
            Session.commit()
        return [row.id for row in rows if row.state not in ("COMPLETE", "ERROR") and row not in written]

    def _decide(self, listing: Listing, known: Mapping[str, HarvestedRecord]) -> Decision:
        decision = _decision(self.source, listing, known, self.clock())
        for id, state in decision.after.items():
            comes_back = known[id].state == State.WITHDRAWN.value
            # Withdrawn is withdrawn until the dataset is back: see _done.
            if id not in decision.withdraw and not comes_back:
                set_known(known[id], state)
        if decision.withdraw:
            self.withdraw([known[id] for id in decision.withdraw], by_itself=True)
        if decision.reason:
            self.report.hold(decision.reason, len(decision.held))
            self._row().held = {"records": list(decision.held), "reason": decision.reason.value}
        elif decision.creates and listing.complete:
            settings_of(self.source.id).accepted_at = None
        self.report.missing, self.report.candidates = len(decision.missing), len(decision.candidates)
        self.report.withdrawn, self.report.returned = len(decision.withdraw), len(decision.returned)
        return decision

    def _objects(self, listing: Listing, known: Mapping[str, HarvestedRecord], decision: Decision) -> list[dict[str, Any]]:
        """A harvest object for every record that is new or may have changed."""
        objects = []
        for entry in {entry.id: entry for entry in listing.entries}.values():
            row = known.get(entry.id)
            if row is None and not decision.creates:
                continue
            if row is not None and not _is_changed(self.source, entry, row) and entry.id not in decision.returned:
                self.report.unchanged += 1
                continue
            objects.append({
                "id": object_id(self.job_id, entry.id), "guid": entry.id, "harvest_job_id": self.job_id, "harvest_source_id": self.source.id,
                "gathered": self.clock().replace(tzinfo=None), "state": "WAITING", "current": False, "retry_times": 0,
                "content": _as_text(entry.document) if entry.document is not None else None,
            })
        return objects

    # Records

    def _link(self, dataset_ids: Sequence[str]) -> None:
        """Say on datasets where else their data stand."""
        if dataset_ids:
            batch.write([{"id": id, "also_at": pages} for id, pages in twins.landing_pages(dataset_ids).items()])

    def _done(self, prepared: Prepared, status: str, errors: Mapping[str, Any] | None = None) -> None:
        """Remember what became of a record."""
        if status == "failed":
            said = json.dumps(errors, ensure_ascii=False, default=str)
            self._fail(replace(prepared, problems=(problem("catalogue-refuses", prepared.guid, detail=said),)))
            return
        assert prepared.record is not None
        now = self.clock()
        key = (self.source.id, prepared.record.portal, prepared.record.id)
        row = prepared.row
        moved = Session.get(HarvestedRecord, prepared.moved_from) if prepared.moved_from else None
        if row is None:
            row = HarvestedRecord(
                source_id=key[0], portal=key[1], record_id=key[2], first_seen=moved.first_seen if moved else now, changed_at=now
            )
            Session.add(row)
        if moved is not None:
            Session.delete(moved)
        if prepared.taken_from:
            twins.let_go(*prepared.taken_from)
        for column, value in prepared.remembered.items():
            setattr(row, column, value)
        if status in ("created", "updated"):
            row.changed_at = now
        set_known(row, Known())
        told = {"created": "added", "updated": "updated"}.get(status, "not modified")
        self._outcomes[prepared.guid] = {
            "id": prepared.object_id, "package_id": row.dataset_id, "current": True, "state": "IMPORT", "report_status": told,
            "import_finished": now.replace(tzinfo=None),
        }
        self.report.done += 1
        self.report.linked += status == "linked"
        self.report.created += status == "created"
        self.report.changed += status == "updated"
        self.report.unchanged += status == "unchanged"

    def _keep_outcomes(self) -> None:
        """Write into the harvest objects what ``_done`` was told: the current one of a record is the last one that was read."""
        if not self._outcomes:
            return
        older = sa.update(HarvestObject).where(
            HarvestObject.guid.in_(list(self._outcomes)), HarvestObject.harvest_source_id == self.source.id, HarvestObject.current
        )
        Session.execute(older.values(current=False), execution_options={"synchronize_session": False})
        Session.execute(sa.update(HarvestObject), list(self._outcomes.values()))
        self._outcomes = {}

    def _complete(self, object_ids: Sequence[str]) -> None:
        """The index has them too."""
        query = sa.update(HarvestObject).where(HarvestObject.id.in_(object_ids), HarvestObject.state == "IMPORT")
        Session.execute(query.values(state="COMPLETE"))

    def _fail(self, prepared: Prepared) -> None:
        """A record that could not be read or written keeps its old version."""
        query = sa.update(HarvestObject).where(HarvestObject.id == prepared.object_id)
        finished = self.clock().replace(tzinfo=None)
        Session.execute(query.values(state="ERROR", report_status="errored", import_finished=finished))
        self.report.failed += 1
        self.report.done += 1
        self.report.note(prepared.problems, prepared.guid)

    def withdraw(self, rows: Sequence[HarvestedRecord], *, by_itself: bool) -> None:
        """Take datasets out of the catalogue: they go to the trash, from which they come back with the same id."""
        writing = twins.withdrawals(rows)
        Session.commit()
        batch.write(writing)
        for row in rows:
            set_known(Session.merge(row), Known(State.WITHDRAWN, row.missing_runs, self.clock(), by_itself))

    def _row(self) -> HarvestRun:
        row = Session.get(HarvestRun, self.job_id)
        assert row is not None
        return row


def _known_rows(source: Source, portal: str) -> dict[str, HarvestedRecord]:
    query = sa.select(HarvestedRecord).where(HarvestedRecord.source_id == source.id, HarvestedRecord.portal == portal)
    return {row.record_id: row for row in Session.scalars(query)}


def _decision(source: Source, listing: Listing, known: Mapping[str, HarvestedRecord], now: datetime) -> Decision:
    return quarantine.decide(
        {id: _known_of(row) for id, row in known.items()}, {entry.id for entry in listing.entries}, complete=listing.complete, now=now,
        thresholds=source.thresholds, accepted=settings_of(source.id).accepted_at is not None,
    )


def _is_changed(source: Source, entry: Entry, row: HarvestedRecord) -> bool:
    """Whether a record must be read: always where the listing does not bring it."""
    if source.files == "always" or entry.document is None:
        return True
    return document_sha256(privacy.without_mail_addresses(entry.document)) != row.document_sha256


def _known_of(row: HarvestedRecord) -> Known:
    return Known(State(row.state), row.missing_runs, row.withdrawn_at, row.by_itself)


def set_known(row: HarvestedRecord, known: Known) -> None:
    """Write down where a record stands."""
    row.state, row.missing_runs, row.withdrawn_at, row.by_itself = known.state.value, known.missing_runs, known.withdrawn_at, known.by_itself


def object_id(job_id: str, record_id: str) -> str:
    """Id of a harvest object: the same for the same record of the same job."""
    return hashlib.sha256(f"{job_id}/{record_id}".encode()).hexdigest()[:36]


def _as_text(document: Document) -> str:
    """The raw document as it is kept: without personal mail addresses."""
    return json.dumps(privacy.without_mail_addresses(document).as_dict(), ensure_ascii=False)

