"""The append-only history: one entry a change, written in the transaction of the change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model import Session, User

from ..model import HistoryEntry
from ..pages import kpi_history

__all__ = ["entries", "note"]


#: What everybody may see that it happened; the rest is work in progress.
PUBLIC_ACTS = ("count", "freeze", "publish", "supersede", "withdraw")


def note(
    user: str, act: str, subject_kind: str, subject_id: str, *, before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None, reason: str = "", kpi_id: str = "",
) -> None:
    """Add an entry to the session; the caller commits it with the change itself.

    :param user: name or id of the account that acts; empty where the catalogue itself does
    :param act: ``create``, ``update``, ``review``, ``publish``, ``supersede``, ``discard``, ``withdraw``, ``import``, ``freeze`` …
    :param subject_kind: as ``model.HistoryEntry`` lists them
    :param before: what JSON can hold; None for what is new
    """
    account = User.get(user) if user else None
    Session.add(HistoryEntry(
        at=datetime.now(UTC), user_id=account.id if account else None, user_name=account.name if account else user, act=act,
        subject_kind=subject_kind, subject_id=subject_id, kpi_id=kpi_id, before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None, reason=reason.strip(),
    ))


def entries(
    *, subject_kind: str = "", subject_id: str = "", kpi_id: str = "", limit: int = 100, offset: int = 0, with_names: bool = False,
    only_public: bool = False, language: str = "ja",
) -> list[dict[str, Any]]:
    """Entries, the latest first; what was done and what was changed in words as well.

    :param with_names: whether the accounts' names are in them, which are not for the public
    :param only_public: leave out what speaks of drafts
    """
    query = sa.select(HistoryEntry).order_by(HistoryEntry.id.desc()).limit(limit).offset(offset)
    for column, wanted in ((HistoryEntry.subject_kind, subject_kind), (HistoryEntry.subject_id, subject_id), (HistoryEntry.kpi_id, kpi_id)):
        if wanted:
            query = query.where(column == wanted)
    if only_public:
        query = query.where(HistoryEntry.act.in_(PUBLIC_ACTS))
    return [_entry(row, with_names, language) for row in Session.scalars(query)]


def _entry(row: HistoryEntry, with_names: bool, language: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": row.id, "at": row.at.isoformat(), "act": row.act, "subject_kind": row.subject_kind, "subject_id": row.subject_id,
        "kpi_id": row.kpi_id, "before": row.before, "after": row.after, "reason": row.reason,
    }
    said |= {
        "act_text": kpi_history.act_words(said, language), "subject_text": kpi_history.subject_words(said, language),
        "changes": kpi_history.changes(said, language),
    }
    if with_names:
        return {**said, "user": row.user_name or tk._("カタログの自動処理")}
    return {**said, "before": _nameless(row.before), "after": _nameless(row.after)}


def _nameless(said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Without accounts, which are not for the public."""
    return None if said is None else {key: value for key, value in said.items() if not key.endswith("_by")}
