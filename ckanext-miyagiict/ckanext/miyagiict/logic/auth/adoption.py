"""Who may do what with the adoption register: everybody reads it; editors of the prefecture and of a municipality enter its rows."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ...kpi.register import municipality_code
from ...tracking import roles

__all__ = ["miyagiict_adoption_import", "miyagiict_adoption_list", "miyagiict_adoption_show", "miyagiict_adoption_update"]


@tk.auth_allow_anonymous_access
def miyagiict_adoption_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_adoption_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody; names of accounts are for those who may change the row, which the action sees to."""
    return {"success": True}


def miyagiict_adoption_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Editors of the prefecture's organization, and of the municipality's own."""
    code = municipality_code(str(data_dict.get("municipality", "")))
    if code is not None and roles.may_enter_adoption(context.get("user") or "", code):
        return {"success": True}
    return {"success": False, "msg": tk._("この市町村の導入状況を入力できるのは、県とその市町村の組織の編集者と管理者です。")}


def miyagiict_adoption_import(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may enter rows of a municipality; the rows are checked one by one. An official list: admins of the prefecture."""
    user = context.get("user") or ""
    if data_dict.get("basis") == "list":
        if roles.reviews_adoption(user):
            return {"success": True}
        return {"success": False, "msg": tk._("公的な一覧を取り込めるのは、県の組織の管理者です。")}
    if roles.enters_adoption_of(user):
        return {"success": True}
    return {"success": False, "msg": tk._("導入状況を入力できるのは、県と市町村の組織の編集者と管理者です。")}
