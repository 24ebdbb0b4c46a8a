"""Who may do what with KPIs: reading is public, entering and reviewing are roles of the plan's organization, configuring is for sysadmins."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ...tracking import plans, roles, workflow

__all__ = [
    "miyagiict_kpi_choice_create", "miyagiict_kpi_definition_create", "miyagiict_kpi_entry_list", "miyagiict_kpi_history_list",
    "miyagiict_kpi_list", "miyagiict_kpi_overdue_list", "miyagiict_kpi_receipt_show", "miyagiict_kpi_recount", "miyagiict_kpi_report_show",
    "miyagiict_kpi_setting_show", "miyagiict_kpi_setting_update", "miyagiict_kpi_show", "miyagiict_observation_create", "miyagiict_observation_discard",
    "miyagiict_observation_import", "miyagiict_observation_list", "miyagiict_observation_publish", "miyagiict_observation_review",
    "miyagiict_observation_show", "miyagiict_observation_update", "miyagiict_observation_withdraw", "miyagiict_snapshot_create",
    "miyagiict_snapshot_list", "miyagiict_snapshot_show",
]


def _sysadmins_only() -> AuthResult:
    return {"success": False, "msg": tk._("この操作ができるのはシステム管理者だけです。")}


def _enters_something(context: Context) -> AuthResult:
    user = context.get("user") or ""
    if any(roles.may_enter(user, kpi) for kpi in _one_of_each_owner()):
        return {"success": True}
    return {"success": False, "msg": tk._("指標の値を入力できるのは、計画を公表した組織の編集者と管理者です。")}


def _enters(context: Context, kpi: str) -> AuthResult:
    if roles.may_enter(context.get("user") or "", kpi):
        return {"success": True}
    return {"success": False, "msg": tk._("この指標の値を入力できるのは、計画を公表した組織の編集者と管理者です。")}


def _reviews(context: Context, id: str) -> AuthResult:
    row = workflow.find(id)
    if row is not None and roles.may_review(context.get("user") or "", row.kpi_id):
        return {"success": True}
    return {"success": False, "msg": tk._("値を確認し公開できるのは、計画を公表した組織の管理者です。")}


def _one_of_each_owner() -> list[str]:
    return list({dataset.owner_org: kpi for kpi, (dataset, _kpi) in plans.plans().kpis.items()}.values())


def _kpi_of(id: str) -> str:
    row = workflow.find(id)
    return row.kpi_id if row is not None else ""


@tk.auth_allow_anonymous_access
def miyagiict_kpi_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_kpi_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_kpi_receipt_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody: a receipt lists only what everybody could see when it was counted."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_kpi_history_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody; drafts and names are for staff, which the action sees to."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_kpi_report_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody: it holds published values only."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_snapshot_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_snapshot_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}


def miyagiict_kpi_definition_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Sysadmins."""
    return _sysadmins_only()


def miyagiict_kpi_choice_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Sysadmins."""
    return _sysadmins_only()


def miyagiict_kpi_setting_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Sysadmins: it holds mail addresses."""
    return _sysadmins_only()


def miyagiict_kpi_setting_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Sysadmins."""
    return _sysadmins_only()


def miyagiict_kpi_recount(context: Context, data_dict: DataDict) -> AuthResult:
    """Sysadmins: it asks the index for everything."""
    return _sysadmins_only()


def miyagiict_snapshot_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Sysadmins: it cannot be taken back."""
    return _sysadmins_only()


def miyagiict_observation_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may enter values; of one KPI, who may enter its."""
    return _enters(context, data_dict["kpi"]) if data_dict.get("kpi") else _enters_something(context)


def miyagiict_kpi_overdue_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may enter values."""
    return _enters_something(context)


def miyagiict_kpi_entry_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may enter values."""
    return _enters_something(context)


def miyagiict_observation_import(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may enter values; the rows are checked one by one."""
    return _enters_something(context)


def miyagiict_observation_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Editors of the organization that owns the plan."""
    return _enters(context, data_dict["kpi"])


def miyagiict_observation_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Editors of the organization that owns the plan."""
    return _enters(context, _kpi_of(data_dict["id"]))


def miyagiict_observation_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Editors of the organization that owns the plan."""
    return _enters(context, _kpi_of(data_dict["id"]))


def miyagiict_observation_discard(context: Context, data_dict: DataDict) -> AuthResult:
    """Editors of the organization that owns the plan."""
    return _enters(context, _kpi_of(data_dict["id"]))


def miyagiict_observation_review(context: Context, data_dict: DataDict) -> AuthResult:
    """Admins of the organization that owns the plan."""
    return _reviews(context, data_dict["id"])


def miyagiict_observation_withdraw(context: Context, data_dict: DataDict) -> AuthResult:
    """Admins of the organization that owns the plan."""
    return _reviews(context, data_dict["id"])


def miyagiict_observation_publish(context: Context, data_dict: DataDict) -> AuthResult:
    """Admins of the organization that owns the plan."""
    return _reviews(context, data_dict["id"])
