"""``/measures``: the measures of the plans and what is linked to them, and ready questions, as pages, CSV and JSON.

All of it is what ``miyagiict_measure_list``, ``_measure_show`` and ``miyagiict_chain_question_*`` answer. ``bom=true`` in the
address of a CSV gives the edition for spreadsheet programs, as CKAN's own downloads of tables have it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response

import ckan.plugins.toolkit as tk

from ..chain import files, questions
from ..pages import measure_list

__all__ = ["measures"]

measures = Blueprint("miyagiict_measure", __name__)

#: What the list can be narrowed down by, in the address.
_FILTERS = ("plan", "group", "department", "has_kpi", "q")
_JSON, _CSV = "application/json", "text/csv"
_UNREADABLE = 400


@measures.route("/measures", endpoint="index")
def index() -> str:
    """All measures by plan and group, or those that the address asks for."""
    every, asked = _ask("measure_list"), _asked(_FILTERS)
    shown = _ask("measure_list", **asked)
    return tk.render("miyagiict/measures/index.html", {
        "plans": measure_list.by_plan(shown), "total": len(shown), "all": len(every), "asked": asked,
        "choices": measure_list.choices(every),
        "questions": _ask("chain_question_list"),
    })


@measures.route("/measures.<any(csv, json):kind>", endpoint="list_file")
def list_file(kind: str) -> Response:
    """The list as a file, with the same filters."""
    found = _ask("measure_list", **_asked(_FILTERS))
    if kind == "csv":
        return _file(files.measures_csv(found, for_spreadsheets=_for_spreadsheets()), _CSV, "measures.csv")
    return _file(_json(found), _JSON, "measures.json")


@measures.route("/measures/<id>", endpoint="read")
def read(id: str) -> str:
    """One measure with its chain."""
    return tk.render("miyagiict/measures/read.html", {"measure": _ask("measure_show", id=id)})


@measures.route("/measures/<id>.json", endpoint="file")
def file(id: str) -> Response:
    """One measure with its chain, as JSON."""
    return _file(_json(_ask("measure_show", id=id)), _JSON, f"{id}.json")


@measures.route("/measures/questions/<name>", endpoint="question")
def question(name: str) -> str:
    """The answer to a ready question."""
    asked = _asked(questions.FILTERS)
    return tk.render("miyagiict/measures/question.html", {
        "answer": _ask("chain_question_show", name=name, **asked), "asked": asked,
        "others": [one for one in _ask("chain_question_list") if one["name"] != name],
    })


@measures.route("/measures/questions/<name>.<any(csv, json):kind>", endpoint="question_file")
def question_file(name: str, kind: str) -> Response:
    """The answer as a file, with the same filters."""
    answer = _ask("chain_question_show", name=name, **_asked(questions.FILTERS))
    if kind == "csv":
        return _file(files.answer_csv(answer, for_spreadsheets=_for_spreadsheets()), _CSV, f"{name}.csv")
    return _file(_json(answer), _JSON, f"{name}.json")


@measures.errorhandler(tk.ObjectNotFound)
@measures.errorhandler(tk.NotAuthorized)
def not_found(_error: Exception) -> tuple[str, int]:
    return tk.render("miyagiict/measures/not_found.html", {"faults": {}}), 404


@measures.errorhandler(tk.ValidationError)
def unreadable(error: tk.ValidationError) -> tuple[str, int]:
    """The address asks for something that cannot be, such as a fiscal year that is no number."""
    return tk.render("miyagiict/measures/not_found.html", {"faults": error.error_dict}), _UNREADABLE


def _asked(names: tuple[str, ...]) -> dict[str, str]:
    return {name: tk.request.args[name] for name in names if tk.request.args.get(name)}


def _for_spreadsheets() -> bool:
    return tk.request.args.get("bom", "").lower() == "true"


def _ask(what: str, **question: str) -> Any:
    """An action's answer as everybody gets it, whoever asks here."""
    return tk.get_action(f"miyagiict_{what}")({"user": "", "auth_user_obj": None}, question)


def _json(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=2).encode("utf-8")


def _file(content: bytes, mimetype: str, name: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.set_etag(hashlib.sha256(content).hexdigest())
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["X-Content-Type-Options"] = "nosniff"
    kind = "attachment" if mimetype == _CSV else "inline"
    response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(name, safe='')}"
    return response.make_conditional(tk.request)
