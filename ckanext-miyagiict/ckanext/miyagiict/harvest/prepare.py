"""From documents to what is to be written: which dataset a record has, makes, takes over or is linked to. Nothing is written here.

A batch of records is looked at together, so that the database is asked once about all of them.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from miyagi_harvesters.problems import PortalError, Problem, problem
from miyagi_harvesters.reader import Document, Reader
from miyagi_harvesters.record import Record

from ckan import model
from ckanext.harvest.model import HarvestObject

from ..model import HarvestedRecord
from . import findings, identity, mapping, owners, twins  # noqa: F401  (findings registers kinds)
from .files import Files, Found
from .quarantine import State
from .report import Report
from .sources import Source

__all__ = ["Preparation", "Prepared", "document_sha256"]

log = logging.getLogger(__name__)


def document_sha256(document: Document) -> str:
    """What a portal said of a record, as a hash: the same answer is not even mapped again."""
    digest = hashlib.sha256(f"{mapping.VERSION}/{document.id}".encode())
    for part in document.parts:
        digest.update(part.url.encode())
        digest.update(hashlib.sha256(part.body).digest())
    return digest.hexdigest()


@dataclass
class Prepared:
    """A harvest object on its way to the catalogue.

    :param row: of the record, as the database has it; None where it is new
    :param dataset: what is to be written; empty where nothing is
    :param remembered: columns of the record's row
    :param moved_from: the row of the same data under an older id of this portal
    :param taken_from: the row of the same data at another portal, which was primary until now; and its page
    :param problems: why it failed; empty where it did not
    """

    object_id: str
    guid: str
    record: Record | None = None
    row: HarvestedRecord | None = None
    dataset: dict[str, Any] = field(default_factory=dict)
    remembered: dict[str, Any] = field(default_factory=dict)
    moved_from: twins.Key | None = None
    taken_from: tuple[twins.Key, str] | None = None
    linked: bool = False
    problems: Sequence[Problem] = ()


@dataclass(frozen=True)
class _Read:
    """A document that could be mapped.

    :param code: of the municipality that published it, as far as it is known
    """

    document: Document
    record: Record
    code: str
    twin_key: str


class Preparation:
    """Prepares the records of one run of one source.

    :param report: is told what was noticed
    """

    def __init__(self, source: Source, reader: Reader, files: Files, report: Report) -> None:
        self._source = source
        self._reader = reader
        self._files = files
        self._report = report
        self._claimed: set[str] = set()
        self._owners: set[str] = set()

    def of(self, objects: Sequence[HarvestObject]) -> list[Prepared]:
        """One entry for each harvest object, in their order.

        :raises PortalError: the portal refuses everything now
        """
        prepared = [Prepared(object.id, object.guid) for object in objects]
        read = [self._read(entry, object.content) for entry, object in zip(prepared, objects, strict=True)]
        around = twins.Surroundings(self._source, [(one.record, one.twin_key) for one in read if one])
        for entry, one in zip(prepared, read, strict=True):
            if one is not None:
                self._decide(entry, one, around)
        return prepared

    def _read(self, prepared: Prepared, content: str) -> _Read | None:
        """A document as a record; None where it cannot be read."""
        try:
            document = Document.from_dict(json.loads(content))
            record = prepared.record = self._reader.map(document)
        except PortalError as error:
            prepared.problems = error.problems
            return None
        except Exception as error:  # a reader's fault must not end the run; the record keeps its old version
            log.exception("record %s of %s", prepared.guid, self._source.url)
            prepared.problems = (problem("reader-fault", prepared.guid, detail=repr(error)[:200]),)
            return None
        code = record.publisher.code or str(self._source.options.get("owner") or "")
        return _Read(document, record, code, identity.twin_key(record, code or None, self._source.is_sample))

    def _decide(self, prepared: Prepared, read: _Read, around: twins.Surroundings) -> None:
        record = read.record
        owner, noticed = owners.owner_of(record, self._source)
        if owner.code not in self._owners:
            owners.ensure(owner)
            self._owners.add(owner.code)
        self._report.note([*record.problems, *noticed], record.id)
        row = prepared.row = around.row(record)
        is_new = row is None or not row.is_primary
        twin = self._unclaimed(around.twin(record, read.twin_key)) if is_new else None
        prepared.remembered = {
            "title": record.title, "twin_key": read.twin_key, "document_sha256": document_sha256(read.document),
            "publisher_code": read.code, "file_sha256s": [],
        }
        if twin is not None and self._keeps(twin):
            _link(prepared, record, twin)
            return
        if row is not None and row.is_primary:
            dataset_id = row.dataset_id
        else:
            dataset_id = twin.dataset_id if twin is not None else around.free_dataset_id(record)
        files, found = self._read_files(read, dataset_id, row, twin)
        hashes = _hashes(files)
        if is_new and twin is None and (twin := self._unclaimed(twins.same_files(self._source, read.code, hashes))) is not None:
            self._files.drop(files)
            if self._keeps(twin):
                _link(prepared, record, twin)
                return
            dataset_id = twin.dataset_id
            files, found = self._read_files(read, dataset_id, row, twin)
        if twin is not None:
            _take(prepared, twin, is_moved=twin.source_id == self._source.id)
            self._claimed.add(twin.dataset_id)
        fields = {id: entry["fields"] for id, entry in files.items()}
        self._report.note(found.problems, record.id)
        self._report.tables += found.tables
        self._report.rows += found.rows
        dataset = mapping.dataset_dict(record, mapping.Origin(owner, self._source.is_sample), dataset_id, fields)
        fingerprint = mapping.fingerprint(dataset)
        prepared.remembered |= {
            "dataset_id": dataset_id, "is_primary": True, "fingerprint": fingerprint, "files": files, "file_sha256s": hashes,
        }
        if row is None or row.fingerprint != fingerprint or row.state == State.WITHDRAWN.value:
            prepared.dataset = dataset

    def _unclaimed(self, twin: HarvestedRecord | None) -> HarvestedRecord | None:
        """A twin, unless another record of this run has taken its dataset already."""
        return twin if twin is not None and twin.dataset_id not in self._claimed else None

    def _keeps(self, twin: HarvestedRecord) -> bool:
        """Whether another source's record stays primary."""
        return twin.source_id != self._source.id and not twins.yields(twin, self._source)

    def _read_files(
        self, read: _Read, dataset_id: str, row: HarvestedRecord | None, twin: HarvestedRecord | None
    ) -> tuple[dict[str, Any], Found]:
        """The files of a record, as those of the dataset that it has, takes over, or makes."""
        if twin is not None:
            before = twins.carried(read.record, dataset_id, twin.files)
        else:
            before = dict(row.files) if row is not None and row.is_primary else {}
        return self._files.read(read.record, self._reader.bodies_in(read.document, read.record), dataset_id, before)


def _hashes(files: Mapping[str, Any]) -> list[str]:
    """Of the files that are tables."""
    fields = (entry["fields"] for entry in files.values())
    return sorted({entry["hash"] for entry in fields if entry.get("hash") and entry.get("datastore_active")})


def _take(prepared: Prepared, twin: HarvestedRecord, *, is_moved: bool) -> None:
    """Remember whose dataset a record takes over: one of its own portal under an older id, or another portal's."""
    key = (twin.source_id, twin.portal, twin.record_id)
    if is_moved:
        prepared.moved_from = key
        return
    package = model.Package.get(twin.dataset_id)
    prepared.taken_from = key, (package.url or "") if package is not None else ""


def _link(prepared: Prepared, record: Record, twin: HarvestedRecord) -> None:
    """The data stand in the catalogue already: the record is linked there and makes no dataset of its own."""
    prepared.linked = True
    prepared.remembered |= {
        "dataset_id": twin.dataset_id, "is_primary": False, "fingerprint": "", "files": {"landing_page": record.landing_page}
    }
