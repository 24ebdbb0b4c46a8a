"""Searching inside a table: ``q`` of ``datastore_search``, of the preview and of the dump finds Japanese words and parts of words.

It concerns the tables that our loader made (catalogue.tables), whose rows carry terms for it; another table answers as CKAN's own
DataStore does. A question in CKAN's own tsquery syntax (``plain=false``) is left alone.

The way: the chained action takes ``q`` out of the call and keeps it in the context as a ``Question``; the DataStore's plugin
interface turns that into conditions. CKAN's table preview replaces every Japanese character before it asks, so the words as they
were typed are taken from its request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import flask
from ckan.types import Context
from ckanext.datastore.backend.postgres import identifier

from ..catalogue import tables
from ..packages.terms import question, words

__all__ = ["Question", "add_conditions", "remember_preview", "take_question"]

CONTEXT_KEY = "miyagiict_question"
#: Where CKAN's preview asks for rows, and for the filtered download.
_PREVIEWS = ("datatablesview.ajax", "datatablesview.filtered_download")


@dataclass(frozen=True)
class Question:
    """What is looked for.

    :param anywhere: words that must stand in the row
    :param columns: column → words that must stand in it
    """

    anywhere: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


def remember_preview() -> None:
    """Before a request of the preview: keep the words as they were typed."""
    if flask.request.endpoint not in _PREVIEWS:
        return
    form = flask.request.form
    columns = {
        form[key.replace("[search][value]", "[name]")]: value
        for key, value in form.items()
        if key.startswith("columns[") and key.endswith("[search][value]") and value and key.replace("[search][value]", "[name]") in form
    }
    flask.g.miyagiict_question = Question(form.get("search[value]", ""), columns)


def take_question(context: Context, data_dict: dict[str, Any]) -> None:
    """Take the question out of a call of ``datastore_search`` on one of our tables, and keep it in the context."""
    asked = data_dict.get("q") or data_dict.get("full_text")
    if not asked or not tables.is_ours(str(data_dict.get("resource_id", ""))):
        return
    typed = flask.g.get("miyagiict_question") if flask.has_request_context() else None
    if typed is None and data_dict.get("plain", True) in (False, "false", "False"):
        return
    context[CONTEXT_KEY] = typed or _question(data_dict.get("q"), data_dict.get("full_text"))  # type: ignore[literal-required]
    data_dict.pop("q", None)
    data_dict.pop("full_text", None)


def add_conditions(context: Context, fields_types: Mapping[str, str], query: dict[str, Any]) -> dict[str, Any]:
    """Turn the question in the context into conditions of the DataStore's query."""
    asked: Question | None = context.get(CONTEXT_KEY)  # type: ignore[assignment]
    if asked is None:
        return query
    everything = " ".join([asked.anywhere, *asked.columns.values()])
    if terms := question(everything):
        query["where"].append(("_full_text @@ cast(:miyagiict_terms as tsquery)", {"miyagiict_terms": terms}))
    else:
        # Nothing but signs: no row has them as a word.
        query["where"].append(("false", {}))
    for number, (column, wanted) in enumerate(asked.columns.items()):
        if column in fields_types:
            for place, word in enumerate(words(wanted)):
                name = f"miyagiict_{number}_{place}"
                query["where"].append((f"strpos(lower(normalize(cast({identifier(column)} as text), NFKC)), :{name}) > 0", {name: word}))
    return query


def _question(q: Any, full_text: Any) -> Question:
    if isinstance(q, Mapping):
        return Question(str(full_text or ""), {str(column): str(value).removesuffix(":*") for column, value in q.items()})
    return Question(" ".join(str(text) for text in (q, full_text) if text))
