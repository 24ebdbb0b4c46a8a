"""Municipalities and their boundaries are for everybody to see."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = ["miyagiict_boundary_show", "miyagiict_municipality_list", "miyagiict_municipality_show"]


@tk.auth_allow_anonymous_access
def miyagiict_municipality_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody: it counts only what everybody may see."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_municipality_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_boundary_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}
