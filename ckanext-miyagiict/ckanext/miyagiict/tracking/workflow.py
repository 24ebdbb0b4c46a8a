"""What people enter: drafts (入力者), reviewed and published by somebody else (確認者), corrected by a later value, never overwritten unseen.

Functions here do not ask who may; actions did. Every one leaves its trace in the history, in the same transaction, and the caller commits.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model import Session

from ..kpi.entry import Entry, read_entry
from ..kpi.model import Method, State
from ..kpi.problems import InputInvalid, problem, raise_if_any
from ..kpi.values_csv import Row, read_values, too_long
from ..model import KpiObservation
from . import clock, history, observations, plans, version

__all__ = [
    "Row", "create", "discard", "find", "import_rows", "listed", "preview", "publish", "published_beside", "read_rows", "review",
    "update", "withdraw",
]

_ENTERED = (Method.ENTERED.value, Method.IMPORTED.value)


def create(kpi_id: str, value: str, as_of: str, user: str, *, source: str = "", note: str = "", method: Method = Method.ENTERED) -> KpiObservation:
    """Enter a value, as a draft.

    :raises InputInvalid: with all that is wrong
    """
    entry = _read(kpi_id, value, as_of, source, note)
    return _create(entry, user, source, note, method)


def update(id: str, revision: int, user: str, *, value: str, as_of: str, source: str, note: str, reason: str = "") -> KpiObservation:
    """Change a draft. One that was reviewed becomes a draft again.

    :raises InputInvalid: with all that is wrong
    :raises ckan.plugins.toolkit.ValidationError: it was changed by somebody else, or is no draft any more
    """
    row = _open(id, revision, (State.DRAFT, State.REVIEWED))
    entry = _read(row.kpi_id, value, as_of, source, note)
    before = observations.as_dict(row)
    row.value, row.as_of, row.printed, row.source, row.note = entry.value, entry.as_of, entry.printed, source, note
    row.state, row.reviewed_by, row.reviewed_at = State.DRAFT.value, "", None
    # Who wrote the value must not be the one who reviews it.
    row.entered_by, row.entered_at = user, clock.now()
    return _changed(row, "update", before, user, reason)


def discard(id: str, revision: int, user: str, reason: str) -> KpiObservation:
    """Take a draft away; it is kept as superseded."""
    row = _open(id, revision, (State.DRAFT, State.REVIEWED))
    before = observations.as_dict(row)
    row.state = State.SUPERSEDED.value
    return _changed(row, "discard", before, user, reason)


def review(id: str, revision: int, user: str, *, may_review_own: bool = False) -> KpiObservation:
    """Say that a draft is right.

    :param may_review_own: whether the one who entered it may
    """
    row = _open(id, revision, (State.DRAFT,))
    _check_other(row, user, may_review_own)
    before = observations.as_dict(row)
    row.state, row.reviewed_by, row.reviewed_at = State.REVIEWED.value, user, clock.now()
    return _changed(row, "review", before, user, "")


def publish(id: str, revision: int, user: str, *, reason: str = "", may_review_own: bool = False) -> KpiObservation:
    """Publish what was reviewed. A published value of the same day is superseded, and needs a reason.

    :raises ckan.plugins.toolkit.ValidationError: not reviewed, changed meanwhile, or a correction without a reason
    """
    row = _open(id, revision, (State.REVIEWED,))
    _check_other(row, user, may_review_own)
    # Two values for one day that are published at once come one after the other: the second is a correction then.
    Session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"miyagiict:publish:{row.kpi_id}", 0))))
    earlier = Session.scalar(
        sa.select(KpiObservation).where(
            KpiObservation.kpi_id == row.kpi_id, KpiObservation.as_of == row.as_of, KpiObservation.state == State.PUBLISHED.value,
            KpiObservation.method.in_(_ENTERED), KpiObservation.counting == row.counting,
        ).with_for_update()
    )
    if earlier is not None and not reason.strip():
        raise tk.ValidationError({"reason": [tk._("同じ日の公開済みの値（{value}）を置き換えます。理由を書いてください。").format(value=earlier.value)]})
    before = observations.as_dict(row)
    if earlier is not None:
        old = observations.as_dict(earlier)
        earlier.state, earlier.superseded_by = State.SUPERSEDED.value, row.id
        _changed(earlier, "supersede", old, user, reason)
    row.state, row.published_by, row.published_at = State.PUBLISHED.value, user, clock.now()
    return _changed(row, "publish", before, user, reason)


def withdraw(id: str, revision: int, user: str, reason: str) -> KpiObservation:
    """Take a published value back, which should not be there at all; it is kept as superseded, and what it had superseded stays so.

    :raises ckan.plugins.toolkit.ValidationError: not published, changed meanwhile, or no reason
    """
    row = _open(id, revision, (State.PUBLISHED,))
    if not reason.strip():
        raise tk.ValidationError({"reason": [tk._("公開した値を取り下げます。理由を書いてください。")]})
    before = observations.as_dict(row)
    row.state = State.SUPERSEDED.value
    return _changed(row, "withdraw", before, user, reason)


def published_beside(rows: Iterable[KpiObservation]) -> dict[str, KpiObservation]:
    """Id of a draft → the published value of the same day, which publishing the draft would supersede."""
    drafts = [row for row in rows if row.state in (State.DRAFT.value, State.REVIEWED.value)]
    query = sa.select(KpiObservation).where(
        KpiObservation.kpi_id.in_({row.kpi_id for row in drafts}), KpiObservation.state == State.PUBLISHED.value,
        KpiObservation.method.in_(_ENTERED),
    )
    there = {(one.kpi_id, one.as_of, one.counting): one for one in Session.scalars(query)} if drafts else {}
    return {row.id: there[key] for row in drafts if (key := (row.kpi_id, row.as_of, row.counting)) in there}


def find(id: str) -> KpiObservation | None:
    return Session.get(KpiObservation, id)


def listed(kpi_ids: Sequence[str], states: Sequence[str]) -> list[KpiObservation]:
    """Entered and imported values, the latest entry first."""
    query = sa.select(KpiObservation).where(
        KpiObservation.kpi_id.in_(kpi_ids), KpiObservation.state.in_(states), KpiObservation.method.in_(_ENTERED)
    ).order_by(KpiObservation.entered_at.desc(), KpiObservation.id)
    return list(Session.scalars(query))


def read_rows(content: bytes, file: str, may_enter: frozenset[str]) -> list[Row]:
    """The rows of a CSV of values, for the KPIs of our plans; see :func:`..kpi.values_csv.read_values`."""
    kpis = {id: kpi for id, (_plan, kpi) in plans.plans().kpis.items()}
    return read_values(content, file, kpis, may_enter, clock.today())


def preview(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What taking the rows would do, one entry a row."""
    return [_ahead(row) for row in rows]


def import_rows(rows: Sequence[Row], user: str) -> list[KpiObservation]:
    """Take all rows, as drafts. Drafts for the same day, whoever entered them, are replaced and kept; the preview said so."""
    made = []
    for row in rows:
        if _ahead(row)["change"] == "same":
            continue
        for draft in _beside(row, (State.DRAFT, State.REVIEWED)):
            discard(draft.id, draft.revision, user, tk._("ファイルの取り込みで置き換え"))
        made.append(_create(row.entry, user, row.source, row.note, Method.IMPORTED))
    return made


def _read(kpi_id: str, value: str, as_of: str, source: str, note: str) -> Entry:
    found = plans.plans().kpis.get(kpi_id)
    if found is None:
        raise InputInvalid([problem("kpi-unknown", field="kpi", value=kpi_id)])
    long = too_long(source, note)
    try:
        entry = read_entry(found[1], value, as_of, clock.today())
    except InputInvalid as error:
        raise InputInvalid([*error.problems, *long]) from error
    raise_if_any(long)
    return entry


def _create(entry: Entry, user: str, source: str, note: str, method: Method) -> KpiObservation:
    row = KpiObservation(
        id=str(uuid.uuid4()), kpi_id=entry.kpi, value=entry.value, as_of=entry.as_of, method=method.value, state=State.DRAFT.value, source=source,
        printed=entry.printed, note=note, entered_by=user, entered_at=clock.now(), receipt_hash=None, revision=1, counting="", is_sample=False,
        reviewed_by="", published_by="",
    )
    Session.add(row)
    Session.flush()
    act = "import" if method is Method.IMPORTED else "create"
    history.note(user, act, "observation", row.id, after=observations.as_dict(row), kpi_id=row.kpi_id)
    return row


def _open(id: str, revision: int, states: Sequence[State]) -> KpiObservation:
    """A row to change, locked: two people who change it at once come one after the other.

    :raises ckan.plugins.toolkit.ObjectNotFound: no such observation
    :raises ckan.plugins.toolkit.ValidationError: changed since it was seen, or not in a state that allows it
    """
    row = Session.get(KpiObservation, id, with_for_update=True, populate_existing=True)
    if row is None or row.method not in _ENTERED:
        raise tk.ObjectNotFound(tk._("その実績はありません。"))
    if row.revision != revision:
        raise tk.ValidationError({"revision": [tk._("ほかの人が先に変更しました。最新の内容を開き直してから、もう一度入力してください。")]})
    if row.state not in [state.value for state in states]:
        raise tk.ValidationError({"state": [tk._("この実績は、いまの状態ではその操作ができません。一覧を開き直してください。")]})
    return row


def _check_other(row: KpiObservation, user: str, may_review_own: bool) -> None:
    if row.entered_by == user and not may_review_own:
        raise tk.ValidationError({"state": [tk._("自分で入力した値は、ほかの人が確認してください。")]})


def _changed(row: KpiObservation, act: str, before: Mapping[str, Any], user: str, reason: str) -> KpiObservation:
    row.revision += 1
    Session.flush()
    history.note(user, act, "observation", row.id, before=before, after=observations.as_dict(row), reason=reason, kpi_id=row.kpi_id)
    if State.PUBLISHED.value in (row.state, before["state"]):
        version.bump()
    return row


def _ahead(row: Row) -> dict[str, Any]:
    drafts, public = _beside(row, (State.DRAFT, State.REVIEWED)), next(iter(_beside(row, (State.PUBLISHED,))), None)
    change, before = "create", None
    if drafts:
        change, before = ("same" if len(drafts) == 1 and _same(drafts[0], row) else "replace"), drafts[0]
    elif public is not None:
        change, before = ("same" if _same(public, row) else "differ"), public
    kpi = plans.plans().kpis[row.entry.kpi][1]
    return {
        "row": row.number, "kpi": kpi.id, "name": kpi.name, "unit": kpi.unit, "value": str(row.entry.value),
        "as_of": row.entry.as_of.isoformat(), "printed": row.entry.printed, "source": row.source, "note": row.note, "change": change,
        "before": str(before.value) if before else None, "before_by": before.entered_by if before else "",
        "observation": before.id if before else None, "revision": before.revision if before else None,
    }


def _beside(row: Row, states: Sequence[State]) -> list[KpiObservation]:
    """What is kept for the same KPI and day, the latest entry first."""
    query = sa.select(KpiObservation).where(
        KpiObservation.kpi_id == row.entry.kpi, KpiObservation.as_of == row.entry.as_of, KpiObservation.method.in_(_ENTERED),
        KpiObservation.state.in_([state.value for state in states]),
    ).order_by(KpiObservation.entered_at.desc(), KpiObservation.id)
    return list(Session.scalars(query))


def _same(there: KpiObservation, row: Row) -> bool:
    return (Decimal(there.value), there.source, there.note) == (row.entry.value, row.source, row.note)
