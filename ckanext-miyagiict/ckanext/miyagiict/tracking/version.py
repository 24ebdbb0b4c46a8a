"""A number that changes with everything that KPI pages show: results are kept until it does."""

from __future__ import annotations

import sqlalchemy as sa
from ckan.model import Session
from sqlalchemy.dialects.postgresql import insert

from ..model import KpiVersion

__all__ = ["bump", "current"]

_NAME = "kpi"


def bump() -> None:
    """Count a change, in the transaction of the change; the caller commits."""
    statement = insert(KpiVersion).values(name=_NAME, number=1)
    Session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"number": KpiVersion.number + 1}))


def current() -> int:
    """The number as of the last commit that this session sees; 0 before the first change."""
    return Session.scalar(sa.select(KpiVersion.number).where(KpiVersion.name == _NAME)) or 0
