"""The language in which an action answers."""

from __future__ import annotations

from flask import has_request_context

import ckan.plugins.toolkit as tk
from ckan.types import DataDict

__all__ = ["language_of"]


def language_of(data_dict: DataDict) -> str:
    """What was asked for, else the page's; Japanese where there is none, as in commands.

    :returns: ``ja`` or ``en``
    """
    if data_dict.get("language"):
        return str(data_dict["language"])
    return "en" if has_request_context() and tk.h.lang() == "en" else "ja"
