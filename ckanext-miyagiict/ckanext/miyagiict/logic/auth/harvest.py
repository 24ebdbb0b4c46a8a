"""Who may do what with sources that are harvested.

Everybody sees how the sources stand. Whoever may edit a source may look what a run would do, and start one. What a source may do to the
catalogue (approval, schedule, withdrawals) is decided by sysadmins, whom CKAN lets pass before it asks here.
"""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = [
    "miyagiict_harvest_accept", "miyagiict_harvest_approve", "miyagiict_harvest_configure", "miyagiict_harvest_preview",
    "miyagiict_harvest_release", "miyagiict_harvest_restore", "miyagiict_harvest_run_list", "miyagiict_harvest_run_show",
    "miyagiict_harvest_source_list", "miyagiict_harvest_sources_load",
]


def _sysadmins_only() -> AuthResult:
    return {"success": False, "msg": tk._("この操作ができるのはシステム管理者だけです。")}


@tk.auth_allow_anonymous_access
def miyagiict_harvest_source_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody: how the sources stand is public."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_harvest_run_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_harvest_run_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}


def miyagiict_harvest_preview(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may edit the source."""
    tk.check_access("harvest_source_update", context, {"id": data_dict["source_id"]})
    return {"success": True}


def miyagiict_harvest_approve(context: Context, data_dict: DataDict) -> AuthResult:
    """Sysadmins: an approved source writes into the catalogue."""
    return _sysadmins_only()


def miyagiict_harvest_configure(context: Context, data_dict: DataDict) -> AuthResult:
    """Sysadmins."""
    return _sysadmins_only()


def miyagiict_harvest_release(context: Context, data_dict: DataDict) -> AuthResult:
    """Sysadmins: a release withdraws datasets."""
    return _sysadmins_only()


def miyagiict_harvest_accept(context: Context, data_dict: DataDict) -> AuthResult:
    """Sysadmins: an accepted listing may replace everything."""
    return _sysadmins_only()


def miyagiict_harvest_restore(context: Context, data_dict: DataDict) -> AuthResult:
    """Sysadmins."""
    return _sysadmins_only()


def miyagiict_harvest_sources_load(context: Context, data_dict: DataDict) -> AuthResult:
    """Sysadmins."""
    return _sysadmins_only()
