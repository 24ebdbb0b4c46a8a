"""The same data on two portals: which record makes the dataset (is primary), and what becomes of the others (they are linked to it).

The record that came first is primary. A source whose option ``priority`` is higher takes the dataset over when it is harvested next; with
equal ones everything stays as it is. The dataset keeps its id and address, and its resources theirs where they are the same ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from miyagi_harvesters.record import Record

from ckan import model
from ckan.model import Session
from ckanext.harvest.model import HarvestSource

from ..model import HarvestedRecord
from . import identity, mapping
from .quarantine import State
from .sources import Source, settings_of

__all__ = ["Key", "Surroundings", "carried", "forget", "landing_pages", "let_go", "same_files", "wake", "withdrawals", "yields"]


#: Source, portal and record id: the primary key of a record's row.
Key = tuple[str, str, str]


class Surroundings:
    """What the catalogue knows of the records of a batch, asked for together: their rows, their twins, whose dataset ids are taken.

    As it was when the batch was begun: the rows of a batch are written together at its end.

    :param records: each with its twin key
    """

    def __init__(self, source: Source, records: Sequence[tuple[Record, str]]) -> None:
        self._source = source
        ids = [record.id for record, _key in records]
        rows = sa.select(HarvestedRecord).where(HarvestedRecord.source_id == source.id, HarvestedRecord.record_id.in_(ids))
        self._rows = {(row.portal, row.record_id): row for row in Session.scalars(rows)}
        self._twins = _possible_twins(source, records)
        usual = [identity.dataset_id(record.portal, record.id) for record, _key in records]
        taken = sa.select(HarvestedRecord.dataset_id, HarvestedRecord.portal, HarvestedRecord.record_id).where(
            HarvestedRecord.dataset_id.in_(usual), HarvestedRecord.is_primary
        )
        self._takers: dict[str, set[tuple[str, str]]] = {}
        for dataset_id, portal, record_id in Session.execute(taken):
            self._takers.setdefault(dataset_id, set()).add((portal, record_id))

    def row(self, record: Record) -> HarvestedRecord | None:
        """Of a record itself."""
        return self._rows.get((record.portal, record.id))

    def twin(self, record: Record, twin_key: str) -> HarvestedRecord | None:
        """Another primary record of the same data: of this source only where it left the listing (the portal gave it a new id)."""
        mine = (self._source.id, record.portal, record.id)
        for twin in self._twins:
            is_former = twin.source_id == self._source.id and twin.record_id in record.former_ids
            is_same = twin_key and twin.twin_key == twin_key and (twin.source_id != self._source.id or twin.missing_runs > 0)
            key = (twin.source_id, twin.portal, twin.record_id)
            if (is_former or is_same) and key != mine:
                return Session.get(HarvestedRecord, key)
        return None

    def free_dataset_id(self, record: Record) -> str:
        """The id of a record's own dataset: another one where the usual one has been taken over by another record."""
        usual = identity.dataset_id(record.portal, record.id)
        is_taken = self._takers.get(usual, set()) - {(record.portal, record.id)}
        return identity.second_dataset_id(record.portal, record.id) if is_taken else usual


def _possible_twins(source: Source, records: Sequence[tuple[Record, str]]) -> Sequence[sa.Row[Any]]:
    """Primary rows of the same data as one of the records, the oldest first; only their keys, for one title may stand in thousands."""
    keys = {key for _record, key in records if key}
    former = [id for record, _key in records for id in record.former_ids]
    of_source = sa.and_(HarvestedRecord.source_id == source.id, HarvestedRecord.record_id.in_(former))
    query = sa.select(
        HarvestedRecord.source_id, HarvestedRecord.portal, HarvestedRecord.record_id, HarvestedRecord.twin_key, HarvestedRecord.missing_runs
    ).where(
        sa.or_(HarvestedRecord.twin_key.in_(keys), of_source) if former else HarvestedRecord.twin_key.in_(keys),
        HarvestedRecord.is_primary, HarvestedRecord.state != State.WITHDRAWN.value,
        sa.or_(HarvestedRecord.source_id != source.id, HarvestedRecord.missing_runs > 0, HarvestedRecord.record_id.in_(former)),
    ).order_by(HarvestedRecord.first_seen)
    return Session.execute(query).all()


def same_files(source: Source, code: str, hashes: Sequence[str]) -> HarvestedRecord | None:
    """Another portal's primary record of the same publisher with a table of the same bytes."""
    if not code or not hashes:
        return None
    query = sa.select(HarvestedRecord).where(
        HarvestedRecord.source_id != source.id, HarvestedRecord.publisher_code == code, HarvestedRecord.is_primary,
        HarvestedRecord.state != State.WITHDRAWN.value, HarvestedRecord.file_sha256s.overlap(list(hashes)),  # type: ignore[attr-defined]
    ).order_by(HarvestedRecord.first_seen)
    return Session.scalars(query).first()


def yields(twin: HarvestedRecord, source: Source) -> bool:
    """Whether another source's record leaves its dataset to this source.

    A source that waits for approval, since its settings were changed, keeps what it has: a priority counts when somebody approved it.
    """
    row = Session.get(HarvestSource, twin.source_id)
    if row is None:
        return False
    other = Source.of(row)
    return other.is_approved and source.priority > other.priority


def carried(record: Record, dataset_id: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """What reading the files gave last time, for the resources of a record that comes to a dataset under other ids.

    A resource is the same one where its address is, or its title and format if nothing else there has both.

    :param before: resource id at the old portal → what ``files.Files.read`` gave
    :returns: the same by the ids of this record
    """
    package = model.Package.get(dataset_id)
    theirs = [resource for resource in package.resources if resource.state == "active"] if package is not None else []
    read = {entry["fields"]["id"]: entry for entry in before.values() if entry["fields"].get("id")}
    addresses = {resource.url: resource.id for resource in theirs}
    titles = Counter((resource.name, (resource.extras.get("declared_format") or resource.format or "").lower()) for resource in theirs)
    by_title = {
        key: resource.id for resource in theirs
        if titles[key := (resource.name, (resource.extras.get("declared_format") or resource.format or "").lower())] == 1
    }
    title = package.title.removeprefix(mapping.SAMPLE) if package is not None else ""  # names of files may have it before them
    result, taken = dict(before), set()
    for resource in record.resources:
        name = mapping.resource_name(title, resource)
        id = addresses.get(resource.url) or by_title.get((name, resource.declared_format))
        if resource.id in before or id is None or id in taken:
            continue
        taken.add(id)
        kept = read.get(id, {"fields": {"id": id}})
        # Another address has validators of its own.
        result[resource.id] = kept if resource.url in addresses else {"fields": kept["fields"]}
    return result


def let_go(key: Key, landing_page: str) -> None:
    """Turn a primary record into one that is linked to the dataset which another one has taken over."""
    row = Session.get(HarvestedRecord, key)
    assert row is not None
    row.is_primary, row.fingerprint, row.files, row.file_sha256s = False, "", {"landing_page": landing_page}, []


def landing_pages(dataset_ids: Sequence[str]) -> dict[str, list[str]]:
    """Dataset → where else its data stand: the pages of the records that are linked to it."""
    query = sa.select(HarvestedRecord.dataset_id, HarvestedRecord.files).where(
        HarvestedRecord.dataset_id.in_(dataset_ids), sa.not_(HarvestedRecord.is_primary), HarvestedRecord.state != State.WITHDRAWN.value
    )
    pages: dict[str, set[str]] = {id: set() for id in dataset_ids}
    for id, files in Session.execute(query):
        pages[id].add(files.get("landing_page", ""))
    return {id: sorted(found - {""}) for id, found in pages.items()}


def withdrawals(rows: Sequence[HarvestedRecord]) -> list[dict[str, Any]]:
    """What is to be written when records are withdrawn: their datasets go, except those that another portal has too.

    :returns: for ``catalogue.batch.write``
    """
    inherited = sorted(_inherit(rows))
    return [
        *({"id": row.dataset_id, "state": "deleted"} for row in rows if row.is_primary),
        *({"id": id, "also_at": pages} for id, pages in landing_pages(inherited).items()),
    ]


def forget(dataset_ids: Sequence[str], source_id: str) -> None:
    """Datasets of a source are purged: what other sources linked to them comes as their own when they are harvested next."""
    query = sa.select(HarvestedRecord).where(HarvestedRecord.dataset_id.in_(dataset_ids), HarvestedRecord.source_id != source_id)
    for row in Session.scalars(query):
        settings_of(row.source_id).validators = {}
        Session.delete(row)


def _inherit(gone: Sequence[HarvestedRecord]) -> set[str]:
    """Give the datasets of records that are withdrawn to the records of other portals that are linked to them.

    What one portal no longer lists is still there on the other. The dataset stays as it is until the heir's source is harvested next.

    :returns: ids of the datasets that have an heir
    """
    dying = {(row.source_id, row.portal, row.record_id): row for row in gone if row.is_primary}
    by_dataset = {row.dataset_id: row for row in dying.values()}
    query = sa.select(HarvestedRecord).where(
        HarvestedRecord.dataset_id.in_(by_dataset), sa.not_(HarvestedRecord.is_primary), HarvestedRecord.state != State.WITHDRAWN.value
    ).order_by(HarvestedRecord.first_seen)
    heirs: dict[str, HarvestedRecord] = {}
    for row in Session.scalars(query):
        best = heirs.get(row.dataset_id)
        if (row.source_id, row.portal, row.record_id) not in dying and (best is None or _priority(row) > _priority(best)):
            heirs[row.dataset_id] = row
    for id, heir in heirs.items():
        old = by_dataset[id]
        heir.is_primary, heir.files, heir.file_sha256s = True, old.files, old.file_sha256s
        let_go((old.source_id, old.portal, old.record_id), "")
        _read_again(heir)
    Session.flush()
    return set(heirs)


def wake(source_id: str) -> None:
    """The source's priority may have changed: what is linked to its datasets is looked at again when its own source is harvested next."""
    theirs = sa.select(HarvestedRecord.dataset_id).where(HarvestedRecord.source_id == source_id, HarvestedRecord.is_primary)
    query = sa.select(HarvestedRecord).where(
        HarvestedRecord.dataset_id.in_(theirs), sa.not_(HarvestedRecord.is_primary), HarvestedRecord.source_id != source_id
    )
    for row in Session.scalars(query):
        _read_again(row)


def _read_again(row: HarvestedRecord) -> None:
    row.document_sha256, row.fingerprint = "", ""
    settings_of(row.source_id).validators = {}


def _priority(row: HarvestedRecord) -> int:
    source = Session.get(HarvestSource, row.source_id)
    return Source.of(source).priority if source is not None else 0
