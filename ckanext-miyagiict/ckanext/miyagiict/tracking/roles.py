"""Who may do what with numbers, by CKAN's own roles in organizations: an editor enters (入力者), an admin reviews and publishes (確認者).

Of a KPI it is the organization that owns its plan's dataset; of the adoption register the prefecture's, and for a municipality's rows
that municipality's own as well. Sysadmins may all of it, and they alone configure.
"""

from __future__ import annotations

from collections.abc import Callable

from ckan import authz, model
from ckan.model import Session

from ..catalogue import identity
from ..catalogue.organizations import DEFAULT_PUBLISHER
from ..kpi.register import MUNICIPALITIES
from . import plans

__all__ = [
    "entered_by", "enters_adoption_of", "is_admin_of", "is_editor_of", "is_sysadmin", "may_enter", "may_enter_adoption", "may_review",
    "may_review_adoption", "reviewed_by", "reviews_adoption",
]


def is_sysadmin(user: str) -> bool:
    return bool(user) and bool(authz.is_sysadmin(user))


def is_editor_of(user: str, organization_id: str) -> bool:
    """Whether an account is editor or admin of an organization.

    :param user: name or id; empty for a visitor
    """
    return is_sysadmin(user) or _capacity(user, organization_id) in ("editor", "admin")


def is_admin_of(user: str, organization_id: str) -> bool:
    return is_sysadmin(user) or _capacity(user, organization_id) == "admin"


def may_enter(user: str, kpi_id: str) -> bool:
    """Whether an account enters values of a KPI."""
    owner = _owner(kpi_id)
    return owner is not None and is_editor_of(user, owner)


def may_review(user: str, kpi_id: str) -> bool:
    """Whether an account reviews and publishes values of a KPI."""
    owner = _owner(kpi_id)
    return owner is not None and is_admin_of(user, owner)


def entered_by(user: str) -> frozenset[str]:
    """The KPIs whose values an account enters: one look an organization, however many KPIs it has."""
    return _of_owners(user, is_editor_of)


def reviewed_by(user: str) -> frozenset[str]:
    """The KPIs whose values an account reviews and publishes."""
    return _of_owners(user, is_admin_of)


def may_enter_adoption(user: str, municipality: str) -> bool:
    """Whether an account writes a municipality's rows of the adoption register.

    :param municipality: its code
    """
    return any(is_editor_of(user, id) for id in _register_owners(municipality))


def may_review_adoption(user: str, municipality: str) -> bool:
    return any(is_admin_of(user, id) for id in _register_owners(municipality))


def enters_adoption_of(user: str) -> frozenset[str]:
    """The municipalities whose rows of the adoption register an account writes, by one look at its memberships.

    :returns: codes
    """
    if is_sysadmin(user):
        return frozenset(MUNICIPALITIES)
    account = model.User.get(user) if user else None
    if account is None or account.state != model.State.ACTIVE:
        return frozenset()
    query = Session.query(model.Member.group_id).filter(
        model.Member.table_name == "user", model.Member.table_id == account.id, model.Member.state == model.State.ACTIVE,
        model.Member.capacity.in_(("editor", "admin")),
    )
    own = {group_id for (group_id,) in query}
    return frozenset(code for code in MUNICIPALITIES if own.intersection(_register_owners(code)))


def reviews_adoption(user: str) -> bool:
    """Whether an account answers for the register as a whole: an official list says something of every municipality."""
    return is_admin_of(user, identity.organization_id(DEFAULT_PUBLISHER.code))


def _of_owners(user: str, has_role: Callable[[str, str], bool]) -> frozenset[str]:
    known = plans.plans().kpis
    owners = {owner for owner in {dataset.owner_org for dataset, _kpi in known.values()} if has_role(user, owner)}
    return frozenset(kpi for kpi, (dataset, _kpi) in known.items() if dataset.owner_org in owners)


def _owner(kpi_id: str) -> str | None:
    found = plans.plans().kpis.get(kpi_id)
    return found[0].owner_org if found else None


def _register_owners(municipality: str) -> tuple[str, str]:
    return identity.organization_id(DEFAULT_PUBLISHER.code), identity.organization_id(municipality)


def _capacity(user: str, organization_id: str) -> str:
    """An account's own role in one organization, read once a call: pages ask it for every KPI."""
    account = model.User.get(user) if user else None
    if account is None or account.state != model.State.ACTIVE or not organization_id:
        return ""
    found = Session.query(model.Member.capacity).filter_by(
        table_name="user", table_id=account.id, group_id=organization_id, state=model.State.ACTIVE
    ).first()
    return str(found[0]) if found else ""
