"""Keeps CKAN's protection against forged requests whole.

CKAN 2.12 exempts a view from it when a request comes with an API token, which is right, but for the whole process and for good: from
then on the same view takes forms without a token from a browser's cookie as well (``ckan/config/middleware/flask_app.py``).
"""

from __future__ import annotations

from flask import Blueprint, current_app, g, request

from ckan.config.middleware.flask_app import csrf

__all__ = ["forgery"]

forgery = Blueprint("miyagiict_forgery", __name__)

#: Views that CKAN exempted for a request with a token.
_exempted_for_tokens: set[str] = set()


@forgery.before_app_request
def protect_cookies() -> None:
    """Check the form of a request that came by cookie, whatever a token was used for before.

    :raises flask_wtf.csrf.CSRFError: the form carries no token of ours
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return
    name = f"{view.__module__}.{view.__name__}"
    if g.get("login_via_auth_header"):
        _exempted_for_tokens.add(name)
    elif name in _exempted_for_tokens:
        csrf._exempt_views.discard(name)
        if current_app.config["WTF_CSRF_ENABLED"]:
            csrf.protect()
