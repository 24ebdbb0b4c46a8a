"""``/municipalities``: the 35 on a tile map, on a true map where one was imported, and in a table; one page each; several compared.

What is shown and its order are in the address. Staff have forms here: a row of the register, and files.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request

import ckan.plugins.toolkit as tk

from ..geo.drawing import draw
from ..kpi.national_list import PAGE as LIST_PAGE
from ..kpi.register_csv import written
from ..kpi.services import services
from ..pages import municipality_files, tiles
from ..tracking import adoption, clock

__all__ = ["municipality"]

municipality = Blueprint("miyagiict_municipality", __name__)

_CODE = "<string(length=6):code>"
#: Fields of the forms.
_ROW = ("state", "day", "evidence", "note", "reason", "revision")
_FILE = ("basis", "day", "reason")
#: A form that is sent back with what was uploaded must stay below what web servers take.
_MOST_SENT_BACK = 400_000
_CSV, _JSON = "text/csv", "application/json"


@municipality.route("/municipalities", endpoint="index")
def index() -> str:
    """All of them."""
    shown, sort = _chosen()
    found = _ask("municipality_list", sort=sort)
    mapped = tiles.tiles(found, shown, clock.today())
    bounds = _ask("boundary_show")
    return tk.render("miyagiict/municipality/index.html", {
        "municipalities": found, "shown": shown, "sort": sort, "switch": tiles.SHOWN, "tiles": mapped, "legend": tiles.kinds(mapped),
        "said": {tile.code: tile for tile in mapped}, "map": draw(bounds["areas"]) if bounds["areas"] else None, "boundaries": bounds,
        "services": services(), "samples": sum(one["samples"] for one in found), "list_page": LIST_PAGE,
    })


@municipality.route("/municipalities.<any(csv, json):kind>", endpoint="list_file")
def list_file(kind: str) -> Response:
    """The table as a file, in the same order."""
    found = _ask("municipality_list", sort=_chosen()[1])
    if kind == "csv":
        return _file(municipality_files.list_csv(found), _CSV, "municipalities.csv")
    return _file(_json(found), _JSON, "municipalities.json")


@municipality.route("/municipalities/register.csv", endpoint="register_file")
def register_file() -> Response:
    """The register as the file that staff edit and upload: a row for each municipality and service, with what is known."""
    return _file(written(adoption.current(service.name for service in services())), _CSV, "register.csv")


@municipality.route("/municipalities/compare", endpoint="compare")
def compare() -> str:
    """Two or more beside each other."""
    every = {one["code"]: one for one in _ask("municipality_list")}
    chosen = [every[code] for code in dict.fromkeys(request.args.getlist("code")) if code in every]
    return tk.render("miyagiict/municipality/compare.html", {
        "chosen": chosen, "municipalities": list(every.values()), "services": services(),
    })


@municipality.route("/municipalities/import", endpoint="upload", methods=["GET", "POST"])
def upload() -> str | Response:
    """A file for the register: choose it, look at what would change, agree."""
    tk.check_access("miyagiict_adoption_import", {}, {})
    if request.method == "GET":
        return _upload_page()
    given = {name: request.form.get(name, "") for name in _FILE}
    file = request.files.get("upload")
    asked = {**given, "file": request.form.get("file") or "CSV", "csv": request.form.get("csv", "")}
    if file is not None and file.filename:
        asked |= {"file": file.filename, "csv": file}
    is_agreed = bool(request.form.get("agreed"))
    try:
        done = tk.get_action("miyagiict_adoption_import")({}, {**asked, "seen": request.form.get("seen", ""), "dry_run": not is_agreed})
    except tk.ValidationError as error:
        return _upload_page(given=given, errors=error.error_dict)
    if is_agreed:
        return _upload_page(done=done)
    if len(done["csv"].encode()) > _MOST_SENT_BACK:
        sentence = tk._("ファイルが大きすぎて、画面からは取り込めません。分けて取り込むか、APIの miyagiict_adoption_import を使ってください。")
        return _upload_page(given=given, errors={"csv": [sentence]})
    return _upload_page(given=given, ahead=done, file=asked["file"])


@municipality.route(f"/municipalities/{_CODE}", endpoint="read")
def read(code: str) -> str:
    """One of them."""
    return tk.render("miyagiict/municipality/read.html", {
        "municipality": _shown(code), "services": services(), "list_page": LIST_PAGE,
        "others": [one for one in _ask("municipality_list") if one["code"] != code],
    })


@municipality.route(f"/municipalities/{_CODE}.<any(csv, json):kind>", endpoint="file")
def file(code: str, kind: str) -> Response:
    """Its rows of the register as CSV; all that is known of it as JSON."""
    shown = _shown(code)
    if kind == "csv":
        return _file(municipality_files.adoption_csv(shown["adoption"]), _CSV, f"{code}.csv")
    return _file(_json(shown), _JSON, f"{code}.json")


@municipality.route(f"/municipalities/{_CODE}/history", endpoint="history")
def history(code: str) -> str:
    """How a row of the register came to say what it says."""
    row = tk.get_action("miyagiict_adoption_show")({}, _row_asked(code))
    return tk.render("miyagiict/municipality/history.html", {"row": row})


@municipality.route(f"/municipalities/{_CODE}/edit", endpoint="edit", methods=["GET", "POST"])
def edit(code: str) -> str | Response:
    """The form of a row of the register."""
    asked = _row_asked(code)
    tk.check_access("miyagiict_adoption_update", {}, asked)
    if request.method == "GET":
        return _row_page(asked)
    given = {name: request.form.get(name, "") for name in _ROW}
    try:
        tk.get_action("miyagiict_adoption_update")({}, {**asked, **given})
    except tk.ValidationError as error:
        return _row_page(asked, given=given, errors=error.error_dict)
    tk.h.flash_success(tk._("導入状況を保存しました。"))
    return tk.redirect_to("miyagiict_municipality.read", code=code, _anchor="register")


@municipality.errorhandler(tk.ObjectNotFound)
@municipality.errorhandler(tk.ValidationError)
def not_found(_error: Exception) -> tuple[str, int]:
    """No such municipality, or a question without an answer."""
    return tk.render("error_document_template.html", {"code": 404, "name": "Not Found", "content": ""}), 404


@municipality.errorhandler(tk.NotAuthorized)
def not_authorized(error: tk.NotAuthorized) -> tuple[str, int]:
    """With the sentence of the rule that refuses."""
    return tk.render("error_document_template.html", {"code": 403, "name": "Forbidden", "content": error.message or ""}), 403


def _chosen() -> tuple[str, str]:
    """What is shown, and the order; what the address says wrongly is as if it said nothing."""
    shown, sort = request.args.get("show", ""), request.args.get("sort", "")
    return shown if shown in tiles.SHOWN else next(iter(tiles.SHOWN)), sort or "code"


def _row_asked(code: str) -> dict[str, str]:
    return {"municipality": code, "service": request.values.get("service", ""), "procedure": request.values.get("procedure", "")}


def _row_page(asked: dict[str, str], given: dict[str, str] | None = None, errors: dict[str, Any] | None = None) -> str:
    row = tk.get_action("miyagiict_adoption_show")({}, asked)
    return tk.render("miyagiict/municipality/edit.html", {"row": row, "given": given or {}, "errors": errors or {}})


def _upload_page(**more: Any) -> str:
    beside = {"given": {}, "errors": {}, "ahead": None, "done": None, "file": ""}
    return tk.render("miyagiict/municipality/import.html", {**beside, "list_page": LIST_PAGE, **more})


def _shown(code: str) -> dict[str, Any]:
    found: dict[str, Any] = _ask("municipality_show", id=code)
    return found


def _ask(what: str, **question: str) -> Any:
    """An action's answer as everybody gets it, whoever asks here."""
    return tk.get_action(f"miyagiict_{what}")({"user": "", "auth_user_obj": None}, question)


def _json(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=2).encode("utf-8")


def _file(content: bytes, mimetype: str, name: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.set_etag(hashlib.sha256(content).hexdigest())
    response.headers["X-Content-Type-Options"] = "nosniff"
    kind = "attachment" if mimetype == _CSV else "inline"
    response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(name, safe='')}"
    return response.make_conditional(request)
