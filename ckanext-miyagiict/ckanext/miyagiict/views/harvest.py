"""``/sources``: where datasets are harvested from, how it goes, and what waits for a person.

Everybody may read; buttons are forms that post, each with CKAN's token against forged requests, and the actions behind them decide who
may. ckanext-harvest's addresses that act on a mere GET answer with a page that asks first, and whose button posts to us.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

import ckan.plugins.toolkit as tk

__all__ = ["harvest"]

harvest = Blueprint("miyagiict_harvest", __name__, url_prefix="/sources")

#: ckanext-harvest's pages that act: what each does to a source, in Japanese and English, and the button of ours that does it.
_ACTING = {
    "harvester.refresh": ("この収集元を、いま収集します。", "The source is harvested now.", "run"),
    "harvester.clear": (
        "この収集元から集めたデータセットと実行の記録を、すべて消します。元に戻せません。",
        "All datasets and jobs of the source are deleted. This cannot be undone.", "clear",
    ),
    "harvester.delete": (
        "この収集元を消します。集めたデータセットは残ります。先にデータセットも消すときは、収集元の管理の「集めたものをすべて消す」を使ってください。",
        "The source is deleted; its datasets stay. To delete them too, first use “Delete all that it gave”.", "delete",
    ),
    "harvester.job_abort": (
        "実行中の収集ジョブを止めます。そこまでに書き込んだものは残り、続きは次の収集で行われます。",
        "The running job is stopped. What was written until then stays; the next run does the rest.", "stop",
    ),
}
#: What the form of a source's page can set.
_SETTINGS = ("schedule", "forbidden_hours", "mail", "mail_to", "active")
#: Buttons of a source's page: address → action.
_BUTTONS = {
    "approve": "miyagiict_harvest_approve", "accept": "miyagiict_harvest_accept", "configure": "miyagiict_harvest_configure",
    "run": "harvest_job_create",
}
#: Buttons that ckanext-harvest's actions answer, which call the source ``id``.
_THEIRS = {"clear": "harvest_source_clear", "delete": "harvest_source_delete"}


@harvest.route("", endpoint="index")
def index() -> str:
    """All sources."""
    sources = tk.get_action("miyagiict_harvest_source_list")({}, {})
    return tk.render("miyagiict/harvest/index.html", {"sources": sources})


@harvest.route("/<source_id>", endpoint="read")
def read(source_id: str) -> str:
    """One source with its runs."""
    return _source_page(source_id)


@harvest.route("/<source_id>/preview", endpoint="preview", methods=["POST"])
def preview(source_id: str) -> str:
    """What a run would do. Posted, since it asks the portal."""
    try:
        ahead = tk.get_action("miyagiict_harvest_preview")({}, {"source_id": source_id})
    except tk.ValidationError as error:
        return _source_page(source_id, errors=error.error_dict)
    return _source_page(source_id, ahead=ahead)


@harvest.route("/<source_id>/<any(approve, accept, configure, run):button>", endpoint="press", methods=["POST"])
def press(source_id: str, button: str) -> str | Response:
    """A button of a source's page."""
    data = {name: value for name, value in request.form.items() if name in _SETTINGS}
    try:
        tk.get_action(_BUTTONS[button])({}, {**(data if button == "configure" else {}), "source_id": source_id})
    except tk.ValidationError as error:
        return _source_page(source_id, errors=error.error_dict, entered=data)
    except Exception as error:
        if type(error).__name__ not in ("HarvestJobExists", "HarvestSourceInactiveError"):
            raise
        return _source_page(source_id, errors={"source_id": [_refusal(error)]})
    return tk.redirect_to("miyagiict_harvest.read", source_id=source_id)


@harvest.route("/<source_id>/<any(clear, delete):button>", endpoint="remove", methods=["POST"])
def remove(source_id: str, button: str) -> str | Response:
    """Delete what came from a source, or the source itself."""
    try:
        tk.get_action(_THEIRS[button])({}, {"id": source_id})
    except tk.ValidationError as error:
        return _source_page(source_id, errors=error.error_dict)
    return tk.redirect_to("miyagiict_harvest.read", source_id=source_id) if button == "clear" else tk.redirect_to("miyagiict_harvest.index")


@harvest.route("/run/<id>/stop", endpoint="stop", methods=["POST"])
def stop(id: str) -> Response:
    """Stop a running job."""
    job = tk.get_action("harvest_job_abort")({}, {"id": id})
    return tk.redirect_to("miyagiict_harvest.read", source_id=job["source_id"])


@harvest.route("/run/<id>", endpoint="run")
def run(id: str) -> str:
    """One run with its report."""
    return _run_page(id)


@harvest.route("/run/<id>/release", endpoint="release", methods=["POST"])
def release(id: str) -> str | Response:
    """Withdraw what the run held."""
    try:
        tk.get_action("miyagiict_harvest_release")({}, {"job_id": id})
    except tk.ValidationError as error:
        return _run_page(id, errors=error.error_dict)
    return tk.redirect_to("miyagiict_harvest.run", id=id)


@harvest.before_app_request
def ask_first() -> str | None:
    """A mere link must not act: of ckanext-harvest's pages that do, only posted ones pass, and those carry CKAN's token."""
    if request.endpoint not in _ACTING or request.method not in ("GET", "HEAD"):
        return None
    given = request.view_args or {}
    source_id = given.get("source") or given["id"]
    try:  # this runs before another blueprint's page, whose errors are not ours to handle
        tk.check_access("harvest_source_update", {}, {"id": source_id})
    except tk.NotAuthorized:
        tk.abort(403)
    except tk.ObjectNotFound:
        tk.abort(404)
    ja, en, button = _ACTING[request.endpoint]
    address = {
        "run": lambda: tk.url_for("miyagiict_harvest.press", source_id=source_id, button=button),
        "stop": lambda: tk.url_for("miyagiict_harvest.stop", id=given["id"]),
    }.get(button, lambda: tk.url_for("miyagiict_harvest.remove", source_id=source_id, button=button))()
    source = tk.get_action("harvest_source_show")({}, {"id": source_id})
    return tk.render("miyagiict/harvest/ask.html", {"words": {"ja": ja, "en": en}, "address": address, "source": source})


@harvest.before_app_request
def show_ours() -> Response | None:
    """Sources are private to CKAN, and public to us: who may not manage one reads our page of it, and is not told that there is none."""
    if request.endpoint not in ("harvest.read", "harvester.about"):
        return None
    source_id = (request.view_args or {})["id"]
    try:
        tk.get_action("miyagiict_harvest_run_list")({}, {"source_id": source_id})
    except tk.ObjectNotFound:
        return None
    is_staff = tk.h.check_access("harvest_source_update", {"id": source_id})
    return None if is_staff else tk.redirect_to("miyagiict_harvest.read", source_id=source_id)


@harvest.errorhandler(tk.ObjectNotFound)
def not_found(_error: Exception) -> tuple[str, int]:
    return tk.render("error_document_template.html", {"code": 404, "name": "Not Found", "content": ""}), 404


@harvest.errorhandler(tk.NotAuthorized)
def not_authorized(_error: Exception) -> tuple[str, int]:
    return tk.render("error_document_template.html", {"code": 403, "name": "Forbidden", "content": ""}), 403


def _source_page(source_id: str, **more: object) -> str:
    runs = tk.get_action("miyagiict_harvest_run_list")({}, {"source_id": source_id})
    sources = tk.get_action("miyagiict_harvest_source_list")({}, {})
    id = tk.get_action("package_show")({"ignore_auth": True}, {"id": source_id})["id"]
    source = next((source for source in sources if source["id"] == id), None)
    if source is None:
        raise tk.ObjectNotFound()
    return tk.render("miyagiict/harvest/read.html", {"source": source, "runs": runs, "errors": {}, "entered": {}, "ahead": None, **more})


def _run_page(id: str, **more: object) -> str:
    shown = tk.get_action("miyagiict_harvest_run_show")({}, {"job_id": id})
    sources = tk.get_action("miyagiict_harvest_source_list")({}, {})
    source = next(source for source in sources if source["id"] == shown["source_id"])
    return tk.render("miyagiict/harvest/run.html", {"run": shown, "source": source, "errors": {}, **more})


def _refusal(error: Exception) -> str:
    if type(error).__name__ == "HarvestJobExists":
        return tk._("この収集元は、すでに実行中か実行待ちです。")
    return tk._("この収集元は止めてあります。編集画面で動かしてから実行してください。")
