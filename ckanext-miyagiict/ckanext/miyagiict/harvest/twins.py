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
from . import identity
from .quarantine import State
from .sources import Source, settings_of

__all__ = ["carried", "find", "forget", "free_dataset_id", "landing_pages", "let_go", "same_files", "wake", "withdrawals", "yields"]


def find(source: Source, record: Record, twin_key: str) -> HarvestedRecord | None:
    """Another primary record of the same data: of this source only where it left the listing (the portal gave it a new id)."""
    conditions = [HarvestedRecord.twin_key == twin_key] if twin_key else []
    if record.former_ids:
        conditions.append(sa.and_(HarvestedRecord.source_id == source.id, HarvestedRecord.record_id.in_(record.former_ids)))
    if not conditions:
        return None
    query = sa.select(HarvestedRecord).where(
        sa.or_(*conditions), HarvestedRecord.is_primary, HarvestedRecord.state != State.WITHDRAWN.value,
        sa.not_(sa.and_(HarvestedRecord.source_id == source.id, HarvestedRecord.portal == record.portal,
                        HarvestedRecord.record_id == record.id)),
        sa.or_(HarvestedRecord.source_id != source.id, HarvestedRecord.missing_runs > 0,
               HarvestedRecord.record_id.in_(record.former_ids or [""])),
    ).order_by(HarvestedRecord.first_seen)
    return Session.scalars(query).first()


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
    result, taken = dict(before), set()
    for resource in record.resources:
        id = addresses.get(resource.url) or by_title.get((resource.title, resource.declared_format))
        if resource.id in before or id is None or id in taken:
            continue
        taken.add(id)
        kept = read.get(id, {"fields": {"id": id}})
        # Another address has validators of its own.
        result[resource.id] = kept if resource.url in addresses else {"fields": kept["fields"]}
    return result


def free_dataset_id(record: Record) -> str:
    """The id of a record's own dataset: another one where the usual one has been taken over by another record."""
    usual = identity.dataset_id(record.portal, record.id)
    query = sa.select(HarvestedRecord.dataset_id).where(
        HarvestedRecord.dataset_id == usual, HarvestedRecord.is_primary,
        sa.or_(HarvestedRecord.portal != record.portal, HarvestedRecord.record_id != record.id),
    )
    return identity.second_dataset_id(record.portal, record.id) if Session.scalars(query).first() else usual


def let_go(key: tuple[str, str, str], landing_page: str) -> None:
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
