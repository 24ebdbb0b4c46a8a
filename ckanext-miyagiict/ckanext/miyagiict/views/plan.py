"""``/plan`` and ``/plan/<dataset>``: the plans as pages, made of their tables. Filters are in the address, so a view can be shared."""

from __future__ import annotations

from flask import Blueprint, Response

import ckan.plugins.toolkit as tk

__all__ = ["plan"]

plan = Blueprint("miyagiict_plan", __name__, url_prefix="/plan")


@plan.route("", endpoint="index")
def index() -> str:
    """All plans."""
    return tk.render("miyagiict/plan/index.html", {"plans": tk.get_action("miyagiict_plan_list")({}, {})})


@plan.route("/<id>", endpoint="read")
def read(id: str) -> str | Response:
    """One plan; a dataset of which no page can be made has only its own."""
    page = tk.get_action("miyagiict_plan_show")({}, {"id": id, "filters": tk.request.args.to_dict()})
    if not page["sections"]:
        return tk.redirect_to("dataset.read", id=page["dataset"]["name"])
    return tk.render("miyagiict/plan/read.html", page)


@plan.errorhandler(tk.ObjectNotFound)
@plan.errorhandler(tk.NotAuthorized)
@plan.errorhandler(tk.ValidationError)
def not_found(error: Exception) -> tuple[str, int]:
    """Whether a dataset is private or not there is not told."""
    return tk.render("error_document_template.html", {"code": 404, "name": "Not Found", "content": ""}), 404
