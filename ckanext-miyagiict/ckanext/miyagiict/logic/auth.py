"""Who may do what."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = ["miyagiict_publish"]


def miyagiict_publish(context: Context, data_dict: DataDict) -> AuthResult:
    """Publishing reads a folder on the server: sysadmins only, and CKAN lets those pass before it asks here."""
    return {"success": False, "msg": tk._("データパッケージを公開できるのはシステム管理者だけです。")}
