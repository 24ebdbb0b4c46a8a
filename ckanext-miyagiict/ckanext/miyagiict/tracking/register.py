"""The adoption register as counting needs it."""

from __future__ import annotations

import sqlalchemy as sa

from ckan.model import Session

from ..kpi.register import Adoption, AdoptionState, Key, Register
from ..model import MunicipalAdoption

__all__ = ["bases", "register"]


def register() -> Register:
    """All that is known."""
    return Register.of(
        Adoption(row.municipality, row.service, AdoptionState(row.state), row.day, row.evidence, row.note, row.procedure, row.basis)
        for row in Session.scalars(sa.select(MunicipalAdoption))
    )


def bases() -> dict[Key, str]:
    """Where each entry comes from: ``register`` (staff) or ``list`` (an official list)."""
    query = sa.select(MunicipalAdoption.municipality, MunicipalAdoption.service, MunicipalAdoption.procedure, MunicipalAdoption.basis)
    return {(municipality, service, procedure): basis for municipality, service, procedure, basis in Session.execute(query)}
