"""``/kpi/staff/configure/<kpi>`` and ``/kpi/staff/years``: how KPIs are counted, what plans leave open, frozen years. For sysadmins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

import ckan.plugins.toolkit as tk

from . import asking

__all__ = ["kpi_configure"]

kpi_configure = Blueprint("miyagiict_kpi_configure", __name__, url_prefix="/kpi/staff")
asking.handle_errors(kpi_configure)

#: Kind of definition → its own properties, as the form has them.
_KINDS: dict[str, tuple[str, ...]] = {
    "datasets": ("query", "filters", "counted", "also_register", "sample_filters"), "register": ("service", "procedure"),
    "column": ("resource", "column", "aggregate", "of", "order", "where"), "by_hand": ("how",),
}
_COMMON = ("counting", "valid_from", "valid_to", "reason")
#: One entry a line.
_LINES = ("filters", "sample_filters", "where")
_DEFINITION, _CHOICE, _SETTING = "miyagiict_kpi_definition_create", "miyagiict_kpi_choice_create", "miyagiict_kpi_setting_update"


@kpi_configure.route("/configure/<kpi>", endpoint="read")
def read(kpi: str) -> str:
    """How a KPI is counted now, and forms to change that."""
    return _page(kpi)


@kpi_configure.route("/configure/<kpi>/definition", endpoint="definition")
def definition(kpi: str) -> str:
    """The form for a definition of one kind; begins with what holds now where it is of that kind."""
    kind = request.args.get("kind", "")
    if kind not in _KINDS:
        return _page(kpi)
    return _definition_page(kpi, kind, request.args.get("counting"))


@kpi_configure.route("/configure/<kpi>/definition", endpoint="define", methods=["POST"])
def define(kpi: str) -> str | Response:
    """Keep a new version of a definition."""
    kind = request.form.get("kind", "")
    if kind not in _KINDS:
        return _page(kpi)
    typed = {name: request.form.get(name, "").strip() for name in (*_COMMON, *_KINDS[kind])}
    try:
        tk.get_action(_DEFINITION)({}, {"kpi": kpi, "kind": kind, **_definition_data(typed)})
    except tk.ValidationError as error:
        return _definition_page(kpi, kind, None, typed, asking.said(error))
    asking.tell("数え方の新しい版を保存しました。まもなく数え直されます。", "The new version was saved. It is counted soon.")
    return tk.redirect_to("miyagiict_kpi_configure.read", kpi=kpi)


@kpi_configure.route("/configure/<kpi>/choice", endpoint="choose", methods=["POST"])
def choose(kpi: str) -> str | Response:
    """Choose the way to count that makes the status."""
    typed = {name: request.form.get(name, "") for name in ("counting", "valid_from", "reason")}
    return _act(kpi, "choice", lambda: tk.get_action(_CHOICE)({}, {"kpi": kpi, **typed}), typed, "選択を保存しました。", "The choice was saved.")


@kpi_configure.route("/configure/<kpi>/setting", endpoint="set", methods=["POST"])
def set_(kpi: str) -> str | Response:
    """State what the plan leaves open."""
    typed = {name: request.form.get(name, "") for name in ("direction", "tolerance", "mail_to", "reason", "revision")}
    return _act(kpi, "setting", lambda: tk.get_action(_SETTING)({}, {"kpi": kpi, **typed}), typed, "設定を保存しました。", "The settings were saved.")


@kpi_configure.route("/configure/<kpi>/recount", endpoint="recount", methods=["POST"])
def recount(kpi: str) -> str | Response:
    """Count from scratch, now."""
    counted = tk.get_action("miyagiict_kpi_recount")({}, {"id": kpi})["counted"]
    if counted:
        asking.tell(f"{counted}通りの数え方で数え直しました。", f"Counted again, in {counted} way(s).")
    else:
        asking.tell("この指標は担当者が入力するため、数えるものはありません。", "This KPI is entered by staff: there is nothing to count.")
    return tk.redirect_to("miyagiict_kpi_configure.read", kpi=kpi)


@kpi_configure.route("/years", endpoint="years")
def years() -> str:
    """The frozen years, and the form to freeze one."""
    return _years_page()


@kpi_configure.route("/years", endpoint="freeze", methods=["POST"])
def freeze() -> str | Response:
    """Freeze a year; asked for with a check box, because it cannot be taken back."""
    typed = {name: request.form.get(name, "").strip() for name in ("fiscal_year", "reason")}
    if request.form.get("understood") != "yes":
        tk.check_access("miyagiict_snapshot_create", {}, {})
        text = tk.h.miyagiict_text("取り消せないことを確かめて、チェックを入れてください。", "Tick the box: freezing cannot be taken back.")
        return _years_page(typed, {"understood": [text]})
    try:
        tk.get_action("miyagiict_snapshot_create")({}, typed)
    except tk.ValidationError as error:
        return _years_page(typed, asking.said(error))
    asking.tell("年度を確定しました。", "The fiscal year is frozen.")
    return tk.redirect_to("miyagiict_kpi_configure.years")


def _act(kpi: str, form: str, action: Callable[[], Any], typed: dict[str, str], done: str, done_en: str) -> str | Response:
    try:
        action()
    except tk.ValidationError as error:
        return _page(kpi, form=form, typed=typed, errors=asking.said(error))
    asking.tell(done, done_en)
    return tk.redirect_to("miyagiict_kpi_configure.read", kpi=kpi)


def _page(kpi: str, form: str = "", typed: dict[str, str] | None = None, errors: dict[str, list[str]] | None = None) -> str:
    """:param form: which of the page's forms was sent, where one was refused"""
    setting = tk.get_action("miyagiict_kpi_setting_show")({}, {"kpi": kpi})
    shown = tk.get_action("miyagiict_kpi_show")({}, {"id": kpi})
    texts = {**{name: str(setting[name]) for name in ("direction", "tolerance", "mail_to")}, "reason": ""}
    return tk.render("miyagiict/kpi_staff/configure.html", {
        "kpi": shown, "setting": setting, "kinds": list(_KINDS), "form": form, "errors": errors or {},
        "choice": {"counting": shown["counting"], "valid_from": "", "reason": "", **((typed or {}) if form == "choice" else {})},
        "settings": {**texts, **((typed or {}) if form == "setting" else {})},
    })


def _definition_page(
    kpi: str, kind: str, counting: str | None, typed: dict[str, str] | None = None, errors: dict[str, list[str]] | None = None
) -> str:
    tk.check_access(_DEFINITION, {}, {"kpi": kpi})
    shown = tk.get_action("miyagiict_kpi_show")({}, {"id": kpi})
    way = shown["counting"] if counting is None else counting
    # The latest version of this way to count, where it is of this kind: a new version changes something of it.
    now = next((one for one in reversed(shown["definitions"]) if one["counting"] == way and one["kind"] == kind), None)
    given = {name: _as_text(now["data"].get(name)) for name in _KINDS[kind]} if now else {}
    return tk.render("miyagiict/kpi_staff/definition.html", {
        "kpi": shown, "kind": kind, "fields": _KINDS[kind], "errors": errors or {},
        "typed": {name: "" for name in (*_COMMON, *_KINDS[kind])} | {"counting": way} | given | (typed or {}),
    })


def _years_page(typed: dict[str, str] | None = None, errors: dict[str, list[str]] | None = None) -> str:
    tk.check_access("miyagiict_snapshot_create", {}, {})
    return tk.render("miyagiict/kpi_staff/years.html", {
        "snapshots": tk.get_action("miyagiict_snapshot_list")({}, {}), "errors": errors or {},
        "typed": {"fiscal_year": "", "reason": "", **(typed or {})},
    })


def _definition_data(typed: dict[str, str]) -> dict[str, Any]:
    """The form's fields as the action takes them: one entry a line becomes a list, ``column=value`` a pair; what is empty is left out."""
    data: dict[str, Any] = {name: text for name, text in typed.items() if text and name not in _LINES}
    for name in _LINES:
        lines = [line.strip() for line in typed.get(name, "").splitlines() if line.strip()]
        if lines:
            data[name] = dict(line.partition("=")[::2] for line in lines) if name == "where" else lines
    return data


def _as_text(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{column}={text}" for column, text in value.items())
    return "\n".join(value) if isinstance(value, list) else str(value or "")
