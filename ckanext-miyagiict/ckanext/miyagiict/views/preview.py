"""CKAN's table preview: what it asks is asked as it was typed, and its downloads hold the rows that it shows.

CKAN replaces every Japanese character of a question. For the rows, the words as they were typed are kept beside it; for a download,
the address that CKAN leads to (``/datastore/dump/<resource>?q=_%3A%2A…``) is exchanged for one of our own exports, which has a file name, an
ETag and the edition for spreadsheets, and can be shared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response

import ckan.plugins.toolkit as tk

from ..catalogue.tables import has_search_text
from ..search import tables

__all__ = ["preview"]

preview = Blueprint("miyagiict_preview", __name__)
preview.before_app_request(tables.remember_preview)


@preview.after_app_request
def lead_to_rows_shown(response: Response) -> Response:
    """After a request for a download of the preview: lead to the rows that it shows."""
    if tk.request.endpoint != "datatablesview.filtered_download" or response.status_code != 302:
        return response
    dump = urlsplit(response.location)
    asked = dict(parse_qsl(dump.query))
    resource = tk.get_action("resource_show")({}, {"id": dump.path.rpartition("/")[2]})
    form = asked.pop("format")
    if has_search_text(resource["id"]) is not None:  # in a table of CKAN's own the preview, too, shows what CKAN finds
        asked = {**asked, "q": _as_typed(json.loads(tk.request.form["params"])), "plain": "", "language": ""}
    editions = tk.h.miyagiict_editions(tk.get_action("package_show")({}, {"id": resource["package_id"]}), resource)
    response.location = _with_question(editions.get(form) or editions["csv"], _as_exported(asked, resource["id"]))
    return response


def _as_typed(params: Mapping[str, Any]) -> str:
    """The words in the preview's boxes, as ``q`` takes them (search.tables)."""
    words = {column["name"]: column["search"]["value"] for column in params["columns"] if column["search"]["value"]}
    anywhere = params["search"]["value"]
    if words or anywhere.startswith("{"):
        return json.dumps({tables.ANYWHERE: anywhere, **words} if anywhere else words, ensure_ascii=False)
    return anywhere


def _as_exported(asked: Mapping[str, str], resource_id: str) -> dict[str, str]:
    """A question of the dump as an export understands it, without what goes without saying."""
    info = tk.get_action("datastore_info")({}, {"id": resource_id, "include_meta": False, "include_fields_schema": False})
    usual = {"filters": "{}", "sort": "_id asc", "fields": ",".join(field["id"] for field in info["fields"])}
    return {name: asked[name] for name in ("q", "filters", "sort", "fields") if asked.get(name, "") != usual.get(name)}


def _with_question(address: str, question: Mapping[str, str]) -> str:
    said = urlencode({name: value for name, value in question.items() if value})
    return f"{address}?{said}" if said else address
