"""What our pages with forms have in common: errors in the reader's language, notices, downloads, and whom to ask."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request

import ckan.plugins.toolkit as tk
from ckan.lib.helpers import flash_success

__all__ = ["download", "handle_errors", "problems", "said", "tell"]


def handle_errors(pages: Blueprint) -> None:
    """Answer what actions refuse: a visitor is sent to the login and back, somebody without the role is told whom to ask."""
    pages.register_error_handler(tk.ObjectNotFound, _not_found)
    pages.register_error_handler(tk.NotAuthorized, _not_authorized)


def said(error: tk.ValidationError) -> dict[str, list[str]]:
    """What is wrong by field, each with what to do, in the page's language."""
    found: dict[str, list[str]] = {}
    known = problems(error)
    for one in known:
        found.setdefault(one["field"] or "value", []).append(f"{one['message']} {one['remedy']}".strip())
    for field, texts in error.error_dict.items():
        if field != "problems" and field not in found:
            found[field] = [str(text) for text in texts] if isinstance(texts, list) else [str(texts)]
    return found


def problems(error: tk.ValidationError) -> list[dict[str, Any]]:
    """Every problem with its place (``row``, ``field``, ``value``), ``message`` and ``remedy`` in the page's language."""
    found = error.error_dict.get("problems")
    names = ("message", "remedy") if tk.h.lang() != "en" else ("message_en", "remedy_en")
    return [
        {"row": one["row"], "field": one["field"], "value": one["value"], "message": one[names[0]], "remedy": one[names[1]]}
        for one in (found if isinstance(found, list) else []) if isinstance(one, dict)
    ]


def tell(japanese: str, english: str) -> None:
    """Say on the next page that something was done. Words of ours alone: CKAN shows them as HTML."""
    flash_success(tk.h.miyagiict_text(japanese, english))


def download(content: bytes, mimetype: str, plain_name: str, name: str) -> Response:
    """A file to save.

    :param plain_name: in ASCII, for programs that do not know RFC 6266
    """
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _not_found(_error: Exception) -> tuple[str, int]:
    return tk.render("error_document_template.html", {"code": 404, "name": "Not Found", "content": ""}), 404


def _not_authorized(error: tk.NotAuthorized) -> Response | tuple[str, int]:
    if not tk.current_user.is_authenticated:
        back = tk.h.current_url() if request.method == "GET" else tk.url_for("miyagiict_kpi_staff.index")
        return tk.redirect_to("user.login", came_from=back)
    return tk.render("miyagiict/kpi_staff/forbidden.html", {"message": error.message or "", "plans": tk.h.miyagiict_plans()}), 403
