"""The chain of measures is read by everybody: it holds what the published plans print."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = ["miyagiict_chain_question_list", "miyagiict_chain_question_show", "miyagiict_measure_list", "miyagiict_measure_show"]


@tk.auth_allow_anonymous_access
def miyagiict_measure_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_measure_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_chain_question_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def miyagiict_chain_question_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}
