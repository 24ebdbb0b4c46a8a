"""Keeps counted values up to date: at once after something was written, and every night from scratch.

An incremental count asks the index only for datasets that were written; the nightly one asks for all, and what it finds to be
different is kept in a report (``model.KpiRecount``): it should find nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from ckan import model
from ckan.model import Session

from ..kpi.definition import ByHand, ColumnValue, DatasetQuery, Definition, RegisterCount
from ..kpi.receipt import Receipt
from ..model import KpiChange, KpiRecount
from . import clock, counting, definitions, membership, observations
from .changes import DEFINITIONS, REGISTER

__all__ = ["Refreshed", "recount", "recount_one", "refresh"]

log = logging.getLogger(__name__)

#: Changes that are looked at together.
_TOGETHER = 1000
#: A dataset that the index does not have after so many looks is left to the nightly count.
_MOST_TRIES = 60


@dataclass
class Refreshed:
    """:param looked_at: how many changes; :param waiting: datasets that the index has not yet; :param counted: KPIs with a new value"""

    looked_at: int = 0
    waiting: int = 0
    counted: list[str] = field(default_factory=list)


def refresh(today: date | None = None) -> Refreshed:
    """Count again what was written since the last time. Commits.

    Safe to be killed anywhere: a change is forgotten in the transaction that keeps what came of it.
    """
    done = Refreshed()
    _one_at_a_time()
    rows = Session.execute(
        sa.select(KpiChange.subject, KpiChange.changed_at).order_by(KpiChange.changed_at).limit(_TOGETHER)
    ).all()
    if not rows:
        Session.rollback()
        return done
    moments: dict[str, datetime] = {subject: changed_at for subject, changed_at in rows}
    ids = set(moments) - {DEFINITIONS, REGISTER}
    waiting = membership.unsettled(ids) if ids else set()
    settled = ids - waiting
    day, at = today or clock.today(), clock.now()
    for definition in definitions.in_force(day):
        if _is_uncounted(definition):
            _from_scratch(definition, day)
            done.counted.append(definition.kpi)
            continue
        taken = _after_changes(definition, settled, REGISTER in moments, at)
        done.counted += [definition.kpi for kept in taken if _keep(kept, definition, day)]
    _forget({subject: moment for subject, moment in moments.items() if subject not in waiting})
    _try_later(waiting)
    Session.commit()
    done.looked_at, done.waiting = len(moments) - len(waiting), len(waiting)
    return done


def recount(today: date | None = None) -> KpiRecount:
    """Count everything from scratch, and report what the incremental counts had missed. Commits."""
    _one_at_a_time()
    day = today or clock.today()
    report = KpiRecount(started_at=clock.now(), counted=0, differences={})
    for definition in definitions.in_force(day):
        if difference := _from_scratch(definition, day):
            report.differences[f"{definition.kpi}/{definition.counting}"] = difference
        report.counted += 1
    report.finished_at = clock.now()
    Session.add(report)
    Session.commit()
    if report.differences:
        log.warning("The nightly recount found differences: %s", report.differences)
    return report


def recount_one(kpi_id: str, today: date | None = None) -> int:
    """Count one KPI from scratch, each of its ways. Commits.

    :returns: how many of its ways are counted by the catalogue
    """
    _one_at_a_time()
    day = today or clock.today()
    own = [one for one in definitions.in_force(day) if one.kpi == kpi_id]
    for definition in own:
        _from_scratch(definition, day)
    Session.commit()
    return sum(1 for one in own if isinstance(one.kind, DatasetQuery | RegisterCount | ColumnValue))


def _one_at_a_time() -> None:
    """Wait for whoever else is counting, until the end of this transaction: two counts at once would both make the value of the day."""
    Session.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('miyagiict:kpi:count'))"))


def _after_changes(definition: Definition, written: set[str], register_written: bool, at: datetime) -> list[tuple[Receipt, bool]]:
    """:returns: receipts to keep, each with whether it is of the demonstration"""
    kind = definition.kind
    if isinstance(kind, DatasetQuery):
        moved = membership.Moved()
        if written:
            moved = membership.compare(membership.known(definition, written), membership.find(definition, written), written)
            membership.store(definition, moved)
        return _dataset_receipts(definition, at) if moved or (register_written and kind.also_register) else []
    if isinstance(kind, RegisterCount):
        return _register_receipts(definition, at) if register_written else []
    if isinstance(kind, ColumnValue):
        return _column_receipts(definition, at) if _holds(kind, written) else []
    return []


def _from_scratch(definition: Definition, day: date) -> dict[str, object]:
    """:returns: what was different from what was kept; empty for nothing"""
    kind, at = definition.kind, clock.now()
    difference: dict[str, object] = {}
    taken: list[tuple[Receipt, bool]] = []
    if isinstance(kind, DatasetQuery):
        is_new = _is_uncounted(definition)
        moved = membership.compare(membership.known(definition), membership.find(definition))
        membership.store(definition, moved)
        if moved and not is_new:
            difference = {"came": [one.dataset_id for one in moved.came], "went": list(moved.went)}
        taken = _dataset_receipts(definition, at)
    elif isinstance(kind, RegisterCount):
        taken = _register_receipts(definition, at)
    elif isinstance(kind, ColumnValue):
        taken = _column_receipts(definition, at)
    for kept in taken:
        _keep(kept, definition, day)
    return difference


def _dataset_receipts(definition: Definition, at: datetime) -> list[tuple[Receipt, bool]]:
    Session.flush()
    taken = [(counting.datasets_receipt(definition, at), False)] if _is_to_be_counted(definition) else []
    if membership.has_any(definition, is_sample=True):
        taken.append((counting.datasets_receipt(definition, at, is_sample=True), True))
    else:
        observations.forget_samples(definition.kpi, definition.counting)
    return taken


def _register_receipts(definition: Definition, at: datetime) -> list[tuple[Receipt, bool]]:
    return [(counting.register_receipt(definition, at), False)] if _is_to_be_counted(definition) else []


def _is_to_be_counted(definition: Definition) -> bool:
    """What was counted once goes on: that all of it is gone is news."""
    return counting.can_tell(definition) or observations.counted_version(definition.kpi, definition.counting) is not None


def _column_receipts(definition: Definition, at: datetime) -> list[tuple[Receipt, bool]]:
    try:
        return [(counting.column_receipt(definition, at), False)]
    except counting.CountFailed as error:
        log.warning("KPI %s: %s", definition.kpi, error)
        return []


def _keep(taken: tuple[Receipt, bool], definition: Definition, day: date) -> bool:
    receipt, is_sample = taken
    return observations.keep_counted(receipt, definition.counting, day, is_sample=is_sample) is not None


def _is_uncounted(definition: Definition) -> bool:
    """Whether this version of the definition has not been counted by yet."""
    if isinstance(definition.kind, ByHand):
        return False
    return observations.counted_version(definition.kpi, definition.counting) != definition.version


def _holds(kind: ColumnValue, dataset_ids: Iterable[str]) -> bool:
    """Whether one of the datasets holds the table."""
    owner = Session.scalar(sa.select(model.Resource.package_id).where(model.Resource.id == kind.resource))
    return owner in set(dataset_ids)


def _forget(done: dict[str, datetime]) -> None:
    """Changes that were looked at, unless the same thing was written again meanwhile."""
    for subject, moment in done.items():
        Session.execute(sa.delete(KpiChange).where(KpiChange.subject == subject, KpiChange.changed_at == moment))


def _try_later(ids: set[str]) -> None:
    if not ids:
        return
    Session.execute(sa.update(KpiChange).where(KpiChange.subject.in_(ids)).values(tries=KpiChange.tries + 1))
    Session.execute(sa.delete(KpiChange).where(KpiChange.subject.in_(ids), KpiChange.tries > _MOST_TRIES))
