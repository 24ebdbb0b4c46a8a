"""``/kpi/staff``: the desk of those who enter, review and publish values of KPIs.

GET shows, POST acts and then goes to a page that can be loaded again. What cannot be used is said beside its field, and what was typed
stays. The actions behind decide who may.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from flask import Blueprint, Response, request

import ckan.plugins.toolkit as tk

from . import asking

__all__ = ["kpi_staff"]

kpi_staff = Blueprint("miyagiict_kpi_staff", __name__, url_prefix="/kpi/staff")
asking.handle_errors(kpi_staff)

_FIELDS = ("value", "as_of", "source", "note")
#: Button of a value's page → action, and what is said when it was done, in Japanese and English.
_BUTTONS = {
    "update": ("miyagiict_observation_update", "下書きを保存しました。", "The draft was saved."),
    "discard": (
        "miyagiict_observation_discard", "下書きを取り消しました。記録は変更履歴に残っています。", "The draft was discarded. The history keeps it."
    ),
    "review": (
        "miyagiict_observation_review", "確認済みにしました。公開すると、ページとデータに反映されます。",
        "Reviewed. It appears on pages and in data once published.",
    ),
    "publish": (
        "miyagiict_observation_publish", "公開しました。公開データセットにも、まもなく反映されます。", "Published. The published dataset follows soon."
    ),
    "withdraw": (
        "miyagiict_observation_withdraw", "公開した値を取り下げました。理由は公開の変更履歴に残ります。",
        "The published value was withdrawn. The reason is in the public history.",
    ),
}
_HISTORY_AT_A_TIME = 50


@kpi_staff.route("", endpoint="index")
def index() -> str:
    """What is due, and what waits for somebody."""
    entries = tk.get_action("miyagiict_kpi_entry_list")({}, {})
    waiting = tk.get_action("miyagiict_observation_list")({}, {})
    overdue = tk.get_action("miyagiict_kpi_overdue_list")({}, {})
    return tk.render("miyagiict/kpi_staff/index.html", {
        **entries, "overdue": overdue, "drafts": [one for one in waiting if one["state"] == "draft"],
        "reviewed": [one for one in waiting if one["state"] == "reviewed"],
    })


@kpi_staff.route("/enter/<kpi>", endpoint="enter")
def enter(kpi: str) -> str:
    """The form for a value of one KPI; the day can be given in the address."""
    return _entry_page(kpi, {"as_of": request.args.get("as_of", "")})


@kpi_staff.route("/enter/<kpi>", endpoint="create", methods=["POST"])
def create(kpi: str) -> str | Response:
    """Keep what was typed as a draft."""
    typed = _typed()
    try:
        tk.get_action("miyagiict_observation_create")({}, {"kpi": kpi, **typed})
    except tk.ValidationError as error:
        return _entry_page(kpi, typed, asking.said(error))
    asking.tell("下書きとして保存しました。組織の管理者（確認者）が確認し、公開します。", "Saved as a draft. An admin of the organization reviews and publishes it.")
    return tk.redirect_to("miyagiict_kpi_staff.index")


@kpi_staff.route("/value/<id>", endpoint="value")
def value(id: str) -> str:
    """One value that was entered, with what can be done with it."""
    return _value_page(id)


@kpi_staff.route("/value/<id>/<any(update, discard, review, publish, withdraw):button>", endpoint="press", methods=["POST"])
def press(id: str, button: str) -> str | Response:
    """A button of a value's page."""
    action, done, done_en = _BUTTONS[button]
    typed = _typed() if button == "update" else {}
    asked = {"id": id, "revision": request.form.get("revision", ""), "reason": request.form.get("reason", ""), **typed}
    try:
        tk.get_action(action)({}, asked)
    except tk.ValidationError as error:
        return _value_page(id, button=button, errors=asking.said(error), typed={**typed, "reason": asked["reason"]})
    asking.tell(done, done_en)
    if button in ("update", "review", "withdraw"):
        return tk.redirect_to("miyagiict_kpi_staff.value", id=id)
    return tk.redirect_to("miyagiict_kpi_staff.index")


@kpi_staff.route("/template.csv", endpoint="template")
def template() -> Response:
    """A CSV with a row for each KPI that the user may enter."""
    found = tk.get_action("miyagiict_kpi_entry_list")({}, {})["template"]
    return asking.download(found.encode("utf-8"), "text/csv", "kpi-values.csv", tk.h.miyagiict_text("目標指標の実績.csv", "KPI values.csv"))


@kpi_staff.route("/upload", endpoint="upload")
def upload() -> str:
    """The form for a file."""
    tk.check_access("miyagiict_observation_import", {}, {})
    return _upload_page()


@kpi_staff.route("/upload", endpoint="preview", methods=["POST"])
def preview() -> str:
    """What the file would change. Nothing is written."""
    tk.check_access("miyagiict_observation_import", {}, {})
    file = request.files.get("file")
    content = file.read() if file else b""
    if not content:
        return _upload_page(errors={"file": [tk.h.miyagiict_text("CSVファイルを選んでください。", "Choose a CSV file.")]})
    return _preview_page(content, (file.filename if file else "") or "CSV")


@kpi_staff.route("/upload/take", endpoint="take", methods=["POST"])
def take() -> str | Response:
    """Take the file whose preview was confirmed; all of it or nothing."""
    tk.check_access("miyagiict_observation_import", {}, {})
    name = request.form.get("file", "") or "CSV"
    try:
        content = base64.b64decode(request.form.get("content", ""), validate=True)
    except ValueError:
        return _upload_page(errors={"file": [tk.h.miyagiict_text("ファイルをもう一度選んでください。", "Choose the file again.")]})
    asked = {"csv": content, "file": name, "preview": request.form.get("preview", "")}
    try:
        taken = tk.get_action("miyagiict_observation_import")({}, asked)
    except tk.ValidationError as error:
        if "preview" in error.error_dict:
            return _preview_page(content, name, errors=asking.said(error))
        return _upload_page(problems=asking.problems(error), errors=asking.said(error))
    count = len(taken["created"])
    asking.tell(f"{count}件を下書きとして取り込みました。", f"{count} drafts were made from the file.")
    return tk.redirect_to("miyagiict_kpi_staff.index")


@kpi_staff.route("/history/<kpi>", endpoint="history")
def history(kpi: str) -> str:
    """Who changed what of a KPI, when and why."""
    tk.check_access("miyagiict_observation_list", {}, {"kpi": kpi})
    asked = request.args.get("page", "")
    page = max(int(asked), 1) if re.fullmatch(r"[0-9]{1,6}", asked) else 1
    # One more than is shown tells whether there is a next page.
    window = {"limit": _HISTORY_AT_A_TIME + 1, "offset": (page - 1) * _HISTORY_AT_A_TIME}
    entries = tk.get_action("miyagiict_kpi_history_list")({}, {"id": kpi, **window})
    return tk.render("miyagiict/kpi_staff/history.html", {
        "kpi": tk.get_action("miyagiict_kpi_show")({}, {"id": kpi}), "entries": entries[:_HISTORY_AT_A_TIME], "page": page,
        "has_more": len(entries) > _HISTORY_AT_A_TIME,
    })


def _entry_page(kpi: str, typed: dict[str, str], errors: dict[str, list[str]] | None = None) -> str:
    tk.check_access("miyagiict_observation_create", {}, {"kpi": kpi})
    return tk.render("miyagiict/kpi_staff/enter.html", {
        "kpi": tk.get_action("miyagiict_kpi_show")({}, {"id": kpi}), "typed": typed, "errors": errors or {},
        "waiting": tk.get_action("miyagiict_observation_list")({}, {"kpi": kpi}),
        "published": tk.get_action("miyagiict_observation_list")({}, {"kpi": kpi, "state": "published"}),
    })


def _value_page(id: str, button: str = "", errors: dict[str, list[str]] | None = None, typed: dict[str, str] | None = None) -> str:
    observation = tk.get_action("miyagiict_observation_show")({}, {"id": id})
    kept = {name: observation["printed" if name == "value" else name] or observation[name] for name in _FIELDS}
    return tk.render("miyagiict/kpi_staff/value.html", {
        "observation": observation, "kpi": tk.get_action("miyagiict_kpi_show")({}, {"id": observation["kpi_id"]}), "kept": kept,
        "typed": {**kept, "reason": "", **(typed or {})}, "errors": errors or {}, "button": button,
    })


def _upload_page(**more: Any) -> str:
    return tk.render("miyagiict/kpi_staff/upload.html", {"errors": {}, "problems": [], **more})


def _preview_page(content: bytes, name: str, errors: dict[str, list[str]] | None = None) -> str:
    try:
        ahead = tk.get_action("miyagiict_observation_import")({}, {"csv": content, "file": name, "dry_run": True})
    except tk.ValidationError as error:
        return _upload_page(problems=asking.problems(error), errors=asking.said(error))
    return tk.render("miyagiict/kpi_staff/preview.html", {
        **ahead, "file": name, "content": base64.b64encode(content).decode("ascii"), "errors": errors or {},
    })


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in _FIELDS}
