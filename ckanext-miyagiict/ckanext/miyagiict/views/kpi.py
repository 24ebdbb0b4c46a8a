"""``/kpi``: the numbers of the plans for everybody, as pages, CSV, JSON, pictures, and a page to put into others.

All of it is what ``miyagiict_kpi_list``, ``_show``, ``_receipt_show`` and ``_history_list`` answer. Files are the same for everybody,
signed in or not; each has a strong ETag and may be read by every page on the web.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response
from markupsafe import Markup

import ckan.plugins.toolkit as tk
from ckan.lib.pagination import Page

from ..kpi.bands import BANDS, STATUSES
from ..kpi.receipt import canonical
from ..pages import kpi_chart, kpi_chart_frame, kpi_files, kpi_list, kpi_words
from ..tracking import drawing

__all__ = ["kpi"]

kpi = Blueprint("miyagiict_kpi", __name__)

#: What the list can be narrowed down by, in the address.
_FILTERS = ("plan", "department", "status", "group")
#: The best first.
_STATUSES = list(STATUSES)
_ITEMS_A_PAGE = 100
_HISTORY = 30
_JSON, _CSV, _SVG, _PNG = "application/json", "text/csv", "image/svg+xml", "image/png"


@kpi.route("/kpi", endpoint="index")
def index() -> str:
    """All KPIs, or those that the address asks for."""
    every, asked = _ask("list"), _asked()
    beside = {name: value for name, value in asked.items() if name != "status"}
    of_any_status = _ask("list", **beside) if beside else every
    shown = _ask("list", **asked) if asked != beside else of_any_status
    return tk.render("miyagiict/kpi/index.html", {
        "plans": kpi_list.by_plan(shown), "total": len(shown), "all": len(every), "asked": asked,
        "counts": kpi_list.status_counts(of_any_status, _STATUSES), "choices": kpi_list.choices(every, _STATUSES),
    })


@kpi.route("/kpi.<any(csv, json):kind>", endpoint="list_file")
def list_file(kind: str) -> Response:
    """The list as a file, with the same filters."""
    found = _ask("list", **_asked())
    if kind == "csv":
        return _file(kpi_files.list_csv(found), _CSV, "kpi.csv")
    return _file(_json(found), _JSON, "kpi.json")


@kpi.route("/kpi/<id>", endpoint="read")
def read(id: str) -> str:
    """One KPI with all that is known of it."""
    shown = tk.get_action("miyagiict_kpi_show")({}, {"id": id})
    history = tk.get_action("miyagiict_kpi_history_list")({}, {"id": id, "limit": _HISTORY})
    return tk.render("miyagiict/kpi/read.html", {
        "kpi": shown, "history": history, "charts": _charts(shown), "place": kpi_words.read_place(shown["source"], tk.h.lang()),
        "bands": [(band, STATUSES[band.name]) for band in BANDS], "current": _current(shown),
    })


@kpi.route("/kpi/<id>.<any(csv, json):kind>", endpoint="file")
def file(id: str, kind: str) -> Response:
    """The numbers of a KPI as CSV; all that is known of it as JSON."""
    shown = _ask("show", id=id)
    if kind == "csv":
        return _file(kpi_files.values_csv(shown), _CSV, f"{id}.csv")
    return _file(_json({key: value for key, value in shown.items() if key != "may"}), _JSON, f"{id}.json")


@kpi.route("/kpi/<id>/chart.<any(svg, png):kind>", endpoint="chart")
def chart(id: str, kind: str) -> Response:
    """The chart as a picture that stands by itself; 404 where there is no number to draw."""
    drawn = kpi_chart.chart(_ask("show", id=id), tk.h.lang(), kpi_chart_frame.STANDALONE)
    if drawn is None:
        raise tk.ObjectNotFound()
    made = drawing.svg(drawn) if kind == "svg" else drawing.png(drawn)
    return _file(made.content, _SVG if kind == "svg" else _PNG, f"{id}.{kind}", made.key)


@kpi.route("/kpi/<id>/embed", endpoint="embed")
def embed(id: str) -> Response:
    """The chart and the sentence alone, for a frame in a page of somebody else: the one address of ours that says it may be framed."""
    shown = _ask("show", id=id)
    response = Response(tk.render("miyagiict/kpi/embed.html", {"kpi": shown, "charts": _charts(shown)}))
    response.headers["Content-Security-Policy"] = "frame-ancestors *"
    response.headers.pop("X-Frame-Options", None)
    return response


@kpi.route("/kpi/<id>/receipt/<string(length=64):hash>", endpoint="receipt")
def receipt(id: str, hash: str) -> str:
    """The receipt of a counted number."""
    shown, taken = tk.get_action("miyagiict_kpi_show")({}, {"id": id}), _receipt(id, hash)
    number = tk.h.get_page_number(tk.request.args)
    page = Page(
        taken["items"], page=number, items_per_page=_ITEMS_A_PAGE,
        url=lambda page, **_more: tk.url_for("miyagiict_kpi.receipt", id=id, hash=hash, page=page),
    )
    return tk.render("miyagiict/kpi/receipt.html", {"kpi": shown, "receipt": taken, "page": page})


@kpi.route("/kpi/<id>/receipt/<string(length=64):hash>.<any(csv, json):kind>", endpoint="receipt_file")
def receipt_file(id: str, hash: str, kind: str) -> Response:
    """The items as CSV; as JSON the receipt to the letter as it was hashed: the SHA-256 of the file is the hash in its address."""
    taken = _receipt(id, hash)
    if kind == "csv":
        return _file(kpi_files.items_csv(taken), _CSV, f"{id}-{hash[:12]}.csv")
    return _file(canonical(taken), _JSON, f"{id}-{hash[:12]}.json", hash)


@kpi.errorhandler(tk.ObjectNotFound)
@kpi.errorhandler(tk.NotAuthorized)
@kpi.errorhandler(tk.ValidationError)
def not_found(_error: Exception) -> tuple[str, int]:
    return tk.render("miyagiict/kpi/not_found.html"), 404


def _asked() -> dict[str, str]:
    return {name: tk.request.args[name] for name in _FILTERS if tk.request.args.get(name)}


def _ask(what: str, **question: str) -> Any:
    """An action's answer as everybody gets it, whoever asks here."""
    return tk.get_action(f"miyagiict_kpi_{what}")({"user": "", "auth_user_obj": None}, question)


def _receipt(id: str, hash: str) -> dict[str, Any]:
    taken = _ask("receipt_show", hash=hash)
    if taken["kpi"] != id:
        raise tk.ObjectNotFound()
    return taken


def _current(shown: dict[str, Any]) -> dict[str, Any] | None:
    """The row of the target that makes the status."""
    target = shown["target"]
    return next((row for row in shown["targets"] if target and row["fiscal_year"] == target["fiscal_year"]), None)


def _charts(shown: dict[str, Any]) -> dict[str, Markup] | None:
    """The chart for screens and for phones, cleaned by ``drawing`` of all but shapes and words; None without a number to draw."""
    sizes = {"wide": kpi_chart_frame.WIDE, "narrow": kpi_chart_frame.NARROW}
    drawn = {name: kpi_chart.chart(shown, tk.h.lang(), size) for name, size in sizes.items()}
    return {name: Markup(drawing.svg(one, f"kpi-{name}").text) for name, one in drawn.items() if one is not None} or None  # noqa: S704


def _json(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=2).encode("utf-8")


def _file(content: bytes, mimetype: str, name: str, etag: str = "") -> Response:
    response = Response(content, mimetype=mimetype)
    response.set_etag(etag or hashlib.sha256(content).hexdigest())
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["X-Content-Type-Options"] = "nosniff"
    kind = "attachment" if mimetype == _CSV else "inline"
    response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(name, safe='')}"
    if mimetype == _SVG:
        response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response.make_conditional(tk.request)
