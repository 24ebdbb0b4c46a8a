"""All actions and auth functions, gathered before the first request.

CKAN gathers them from its plugins when one is first asked for, and into the very dictionary that other threads read. A second request
at that moment finds half of them: "Authorization function not found", a 500 — or an auth function of CKAN where a plugin's stands in its
place.
"""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import authz

__all__ = ["gather"]


def gather() -> None:
    """Gather them, once the plugins are loaded and while one thread runs."""
    authz.auth_functions_list()
    tk.get_action("status_show")
