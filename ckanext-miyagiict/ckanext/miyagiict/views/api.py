"""``/api/miyagiict/openapi.json``: our actions described for programs; and leave for other sites' pages to read what everybody may read."""

from __future__ import annotations

from importlib.metadata import version

from flask import Blueprint, Response, g, jsonify, request

import ckan.plugins.toolkit as tk

from ..logic import action as actions
from ..logic.openapi import document

__all__ = ["api"]

api = Blueprint("miyagiict_api", __name__)

#: What programs read.
_READ = ("application/json", "application/geo+json", "application/ld+json", "application/rdf+xml", "image/png", "image/svg+xml", "text/csv", "text/turtle")


@api.route("/api/miyagiict/openapi.json")
def openapi() -> Response:
    """Our actions, by what they say of themselves."""
    own = {name: getattr(actions, name) for name in actions.__all__}
    return jsonify(document(own, tk.config["ckan.site_url"], tk.config["ckan.site_title"], version("ckanext-miyagiict")))


@api.after_app_request
def let_others_read(response: Response) -> Response:
    """Pages of other sites may read data and the API as a visitor does; what was answered to somebody who is signed in is not for them."""
    if request.method in ("GET", "HEAD") and response.mimetype in _READ and not getattr(g, "user", ""):
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
    return response
