"""Who may do what with the catalogue's own packages and plans."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = ["miyagiict_plan_list", "miyagiict_plan_show", "miyagiict_publish"]


def miyagiict_publish(context: Context, data_dict: DataDict) -> AuthResult:
    """Publishing reads a folder on the server: sysadmins only, and CKAN lets those pass before it asks here."""
    return {"success": False, "msg": tk._("データパッケージを公開できるのはシステム管理者だけです。")}


@tk.auth_allow_anonymous_access
def miyagiict_plan_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody; ``package_search`` leaves out what they may not see."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_plan_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may see the dataset."""
    tk.check_access("package_show", context, {"id": data_dict["id"]})
    return {"success": True}
