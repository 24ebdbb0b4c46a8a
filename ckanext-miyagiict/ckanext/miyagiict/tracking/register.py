"""The adoption register as counting needs it."""

from __future__ import annotations

import sqlalchemy as sa
from ckan.model import Session

from ..kpi.register import Adoption, AdoptionState, Register
from ..model import MunicipalAdoption

__all__ = ["register"]


def register() -> Register:
    """All that is known."""
    return Register.of(
        Adoption(row.municipality, row.service, AdoptionState(row.state), row.day, row.evidence, row.note, row.procedure, row.basis)
        for row in Session.scalars(sa.select(MunicipalAdoption))
    )
