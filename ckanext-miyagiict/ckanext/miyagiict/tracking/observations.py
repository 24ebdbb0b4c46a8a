"""Observations as they are kept: counted ones with their receipts, entered and imported ones with their review."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from ckan.model import Session
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from ..kpi.model import Method, Observation, State
from ..kpi.months import last_day, month_number
from ..kpi.receipt import Receipt, ReceiptBroken, read_receipt
from ..model import HistoryEntry, KpiObservation, KpiReceipt
from . import history, version

__all__ = [
    "as_dict", "counted_version", "forget_samples", "keep_counted", "latest_counted", "losses", "published", "read", "readings",
    "receipt_before", "receipt_row", "warnings",
]


log = logging.getLogger(__name__)


def published(kpi_ids: Iterable[str] | None = None) -> dict[str, list[KpiObservation]]:
    """KPI → its published observations, by day; the demonstration's among them."""
    query = sa.select(KpiObservation).where(KpiObservation.state == State.PUBLISHED.value).order_by(KpiObservation.as_of, KpiObservation.entered_at)
    if kpi_ids is not None:
        query = query.where(KpiObservation.kpi_id.in_(list(kpi_ids)))
    found: dict[str, list[KpiObservation]] = {}
    for row in Session.scalars(query):
        found.setdefault(row.kpi_id, []).append(row)
    return found


def readings(row: KpiObservation) -> Iterator[Observation]:
    """The readings that a row stands for: on its day, and where counting gave the same again later, at the ends of the months between and
    on the last such day.
    """
    days = [row.as_of]
    if row.confirmed_on and row.confirmed_on > row.as_of:
        ends = (last_day(number) for number in range(month_number(row.as_of), month_number(row.confirmed_on)))
        days += [*(day for day in ends if day > row.as_of), row.confirmed_on]
    for day in dict.fromkeys(days):
        yield Observation(
            row.kpi_id, row.value, day, Method(row.method), row.source, row.receipt_hash or "", State(row.state), row.printed, row.note, row.counting
        )


def latest_counted(kpi_id: str, counting: str, *, is_sample: bool) -> KpiObservation | None:
    """The last published counted value of one way to count."""
    query = sa.select(KpiObservation).where(
        KpiObservation.kpi_id == kpi_id, KpiObservation.counting == counting, KpiObservation.method == Method.COUNTED.value,
        KpiObservation.is_sample.is_(is_sample), KpiObservation.state == State.PUBLISHED.value,
    ).order_by(KpiObservation.as_of.desc()).limit(1)
    return Session.scalar(query)


def keep_counted(taken: Receipt, counting: str, today: date, *, is_sample: bool = False) -> KpiObservation | None:
    """Keep a counted value with its receipt; the caller commits.

    The same items with the same warnings only move the day on which the last value was confirmed. Of a day the last count stays
    published; the earlier one is superseded, and its receipt kept.

    :returns: the new observation; None where nothing is new
    """
    last = latest_counted(taken.kpi, counting, is_sample=is_sample)
    if last is not None and _is_same(last, taken):
        if (last.confirmed_on or last.as_of) < today:
            last.confirmed_on = today
            version.bump()
        return None
    id = str(uuid.uuid4())
    if last is not None and last.as_of == today:
        last.state, last.superseded_by = State.SUPERSEDED.value, id
        Session.flush()
    # As text, which a receipt of thousands of items has ready.
    document = sa.cast(sa.literal(taken.as_json().decode("utf-8"), sa.Text), JSONB)
    Session.execute(sa.insert(KpiReceipt).values(
        hash=taken.hash, kpi_id=taken.kpi, counting=counting, is_sample=is_sample, taken_at=taken.taken_at, value=taken.value,
        items_hash=taken.items_hash, document=document,
    ))
    row = KpiObservation(
        id=id, kpi_id=taken.kpi, value=taken.value, as_of=today, method=Method.COUNTED.value, counting=counting, is_sample=is_sample,
        state=State.PUBLISHED.value, source=taken.query, receipt_hash=taken.hash, entered_at=taken.taken_at, published_at=taken.taken_at,
    )
    Session.add(row)
    lost, added = _lost(last, taken)
    history.note(
        "", "count", "observation", id,
        before=None if last is None else {"value": str(last.value), "as_of": last.as_of.isoformat(), "receipt": last.receipt_hash},
        after={
            "value": str(taken.value), "as_of": today.isoformat(), "receipt": taken.hash, "counting": counting, "is_sample": is_sample,
            "added": added, "lost": lost,
        },
        kpi_id=taken.kpi,
    )
    version.bump()
    return row


def counted_version(kpi_id: str, counting: str) -> int | None:
    """The version of the definition that the last counted value was counted by; None where none was."""
    last = latest_counted(kpi_id, counting, is_sample=False)
    said = _outline(last.receipt_hash) if last is not None and last.receipt_hash else None
    return None if said is None else said.version


def forget_samples(kpi_id: str, counting: str) -> None:
    """The demonstration is gone, and so are its numbers; the caller commits."""
    own = (KpiObservation.kpi_id == kpi_id, KpiObservation.counting == counting, KpiObservation.is_sample)
    if Session.execute(sa.delete(KpiObservation).where(*own)).rowcount:
        Session.execute(sa.delete(KpiReceipt).where(KpiReceipt.kpi_id == kpi_id, KpiReceipt.counting == counting, KpiReceipt.is_sample))
        version.bump()


def receipt_row(hash: str) -> KpiReceipt | None:
    """A receipt by its hash, as it is kept."""
    return Session.get(KpiReceipt, hash)


def read(row: KpiReceipt) -> Receipt | None:
    """A receipt, checked: its hash is that of what it says, and counting its list again gives its number. None where it is not so."""
    try:
        return read_receipt(row.document) if row.document.get("hash") == row.hash else None
    except ReceiptBroken:
        log.error("Receipt %s of KPI %s was changed after it was written", row.hash, row.kpi_id)
        return None


def receipt_before(row: KpiReceipt) -> Receipt | None:
    """The one before of the same way to count."""
    query = _chain(row.kpi_id, row.counting, row.is_sample).where(KpiReceipt.taken_at < row.taken_at).limit(1)
    found = Session.scalar(query)
    return None if found is None else read(found)


def losses(kpi_id: str, counting: str, most: int = 30) -> list[dict[str, Any]]:
    """What was counted once and was gone at the next count, the latest first: noted when it was counted, so that no receipts are compared again.

    :returns: ``receipt`` and the one ``before`` it, ``taken_at``, ``items``
    """
    said = HistoryEntry.after
    query = sa.select(HistoryEntry).where(
        HistoryEntry.kpi_id == kpi_id, HistoryEntry.act == "count", said["counting"].astext == counting, said["is_sample"].astext == "false",
        sa.func.jsonb_array_length(said["lost"]) > 0,
    ).order_by(HistoryEntry.id.desc()).limit(most)
    return [
        {"receipt": row.after["receipt"], "before": (row.before or {}).get("receipt"), "taken_at": row.at.isoformat(), "items": row.after["lost"]}
        for row in Session.scalars(query) if row.after
    ]


def _lost(last: KpiObservation | None, taken: Receipt) -> tuple[list[dict[str, str]], int]:
    """Items of the last receipt that the new one has not, and how many are new. By id: reading thousands of items again would cost seconds."""
    kept = KpiReceipt.hash == (last.receipt_hash if last else None)
    ids = sa.func.jsonb_path_query_array(KpiReceipt.document, sa.cast(sa.literal("$.items[*].id"), JSONPATH))
    then: set[str] = set(Session.scalar(sa.select(ids).where(kept)) or [])
    now = {item.id for item in taken.items}
    gone = then - now
    before: list[dict[str, str]] = (Session.scalar(sa.select(KpiReceipt.document["items"]).where(kept)) or []) if gone else []
    return [item for item in before if item["id"] in gone], len(now - then)


def _chain(kpi_id: str, counting: str, is_sample: bool) -> Any:
    own = (KpiReceipt.kpi_id == kpi_id, KpiReceipt.counting == counting, KpiReceipt.is_sample.is_(is_sample))
    return sa.select(KpiReceipt).where(*own).order_by(KpiReceipt.taken_at.desc(), KpiReceipt.hash)


def warnings() -> dict[str, tuple[str, ...]]:
    """Receipt → what made its number doubtful; only those that have such a thing."""
    said = KpiReceipt.document["warnings"]
    query = sa.select(KpiReceipt.hash, said).where(sa.func.jsonb_array_length(said) > 0)
    return {hash: tuple(found) for hash, found in Session.execute(query)}


def as_dict(row: KpiObservation) -> dict[str, Any]:
    """As history keeps it and staff see it; the value as text, to the letter."""
    return {
        "id": row.id, "kpi_id": row.kpi_id, "value": str(row.value), "as_of": row.as_of.isoformat(),
        "confirmed_on": row.confirmed_on.isoformat() if row.confirmed_on else None, "method": row.method, "counting": row.counting,
        "is_sample": row.is_sample, "state": row.state, "source": row.source, "receipt": row.receipt_hash, "printed": row.printed,
        "note": row.note, "entered_by": row.entered_by, "entered_at": _moment(row.entered_at), "reviewed_by": row.reviewed_by,
        "reviewed_at": _moment(row.reviewed_at), "published_by": row.published_by, "published_at": _moment(row.published_at),
        "superseded_by": row.superseded_by, "revision": row.revision,
    }


@dataclass(frozen=True)
class _Outline:
    """What of a receipt tells whether a count is the same; without its items, which may be thousands."""

    items_hash: str
    version: int
    warnings: tuple[str, ...]


def _outline(hash: str) -> _Outline | None:
    # Taken apart once: each look into a long document costs PostgreSQL some milliseconds.
    query = sa.select(KpiReceipt.items_hash, KpiReceipt.document.op("-")("items")).where(KpiReceipt.hash == hash)
    found = Session.execute(query).first()
    return None if found is None else _Outline(found[0], int(found[1]["definition_version"]), tuple(found[1]["warnings"]))


def _is_same(last: KpiObservation, taken: Receipt) -> bool:
    said = _outline(last.receipt_hash) if last.receipt_hash else None
    return said == _Outline(taken.items_hash, taken.definition_version, tuple(taken.warnings))


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
