"""What was written since the last count. Datasets note themselves, by a trigger of the database (migration 0003)."""

from __future__ import annotations

from datetime import UTC, datetime

from ckan.model import Session
from sqlalchemy.dialects.postgresql import insert

from ..model import KpiChange

__all__ = ["DEFINITIONS", "REGISTER", "note"]

#: The adoption register, and how KPIs are counted, among ids of datasets.
REGISTER = "register"
DEFINITIONS = "definitions"


def note(subject: str) -> None:
    """Note that the register or a definition was written, in the transaction of the change; the caller commits."""
    now = datetime.now(UTC)
    statement = insert(KpiChange).values(subject=subject, changed_at=now, tries=0)
    Session.execute(statement.on_conflict_do_update(index_elements=["subject"], set_={"changed_at": now, "tries": 0}))
