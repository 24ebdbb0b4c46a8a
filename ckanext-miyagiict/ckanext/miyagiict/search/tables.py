"""Searching inside a table: ``q`` of ``datastore_search``, of the preview and of the dump finds Japanese words and parts of words.

It concerns the tables that our loader made (catalogue.tables); another table answers as CKAN's own DataStore does. A row is found when
every word of the question stands in it, in whatever cell and at whatever place of a word, width and case aside
(packages.search_text). In CKAN's tsquery syntax (``plain=false``) ``&``, ``|``, ``!`` and brackets have their meaning, and each word is
looked for in the same way. ``q={"name": "防災", "": "電子"}`` asks for words of one column, and for words of any. There is no
``rank``: rows come in the order of the file.

The way: the chained action takes ``q`` out of the call and keeps it in the context as a ``Question``; the DataStore's plugin
interface turns that into conditions. CKAN's table preview replaces every Japanese character before it asks, so the words as they
were typed are taken from its request.

No index: PostgreSQL looks through the text of 100,000 rows in some 20 ms, and with an index over pairs of characters loading was twice as
fast as CKAN's own instead of twenty times. CKAN would look twice, for the rows and for their number; here it looks once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import flask
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan.types import Context
from ckanext.datastore.backend import postgres as datastore
from ckanext.datastore.logic.schema import unicode_or_json_validator

from ..catalogue import tables
from ..packages.search_text import normal, words

__all__ = ["ANYWHERE", "Question", "add_conditions", "remember_preview", "take_question", "with_total"]

CONTEXT_KEY = "miyagiict_question"
#: In a ``q`` that names columns, as the preview's downloads have it: words that may stand in any of them. No column has this name.
ANYWHERE = ""
#: Where CKAN's preview asks for rows.
_PREVIEW = "datatablesview.ajax"
#: So many rows are fetched by their numbers; where there are more, the first ones are soon met.
_FEW = 1_000
#: Words that get a condition of their own; words and operators of a tsquery.
_MOST_CONDITIONS = 20
_MOST_TOKENS = 1_000
#: PostgreSQL's text form of a tsquery: quoted words with weights, operators, brackets.
_TSQUERY = re.compile(r"'(?P<word>(?:[^']|'')*)'(?::[*A-D]+)?|(?P<operator>[&|!()]|<(?:-|\d+)>)")
#: Words that follow one another are both there; NOT, AND and OR bind in SQL as they do there.
_OPERATORS = {"&": " AND ", "|": " OR ", "!": "NOT ", "(": "(", ")": ")"}
#: What no database takes.
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Question:
    """What is looked for.

    :param anywhere: words that must stand in the row
    :param columns: column → words that must stand in it
    :param plain: false: the words are in tsquery syntax
    :param has_search_text: whether the table's rows carry the text that is searched
    """

    anywhere: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    plain: bool = True
    has_search_text: bool = True


def remember_preview() -> None:
    """Before a request of the preview: keep the words as they were typed."""
    if flask.request.endpoint != _PREVIEW:
        return
    form = flask.request.form
    columns = {
        form[key.replace("[search][value]", "[name]")]: value
        for key, value in form.items()
        if key.startswith("columns[") and key.endswith("[search][value]") and value and key.replace("[search][value]", "[name]") in form
    }
    flask.g.miyagiict_question = form.get("search[value]", ""), columns


def take_question(context: Context, data_dict: dict[str, Any]) -> None:
    """Take the question out of a call of ``datastore_search`` on one of our tables, and keep it in the context."""
    context.pop(CONTEXT_KEY, None)  # type: ignore[typeddict-item]
    if not (data_dict.get("q") or data_dict.get("full_text")):
        return
    has_search_text = tables.has_search_text(str(data_dict.get("resource_id") or data_dict.get("id") or ""))
    if has_search_text is None:
        return
    q, full_text = unicode_or_json_validator(data_dict.pop("q", None)), data_dict.pop("full_text", None)
    if typed := flask.g.get("miyagiict_question") if flask.has_request_context() else None:
        anywhere, columns, plain = *typed, True
    else:
        asked = q if isinstance(q, Mapping) else {ANYWHERE: q}
        columns = {str(column): str(value) for column, value in asked.items() if column != ANYWHERE}
        anywhere = " ".join(str(text) for text in (full_text, asked.get(ANYWHERE)) if text)
        plain = data_dict.get("plain", True) in ("", None) or tk.get_validator("boolean_validator")(data_dict.get("plain", True), context)
    context[CONTEXT_KEY] = Question(anywhere, columns, plain, has_search_text)  # type: ignore[literal-required]


def add_conditions(context: Context, data_dict: dict[str, Any], fields_types: Mapping[str, str], query: dict[str, Any]) -> dict[str, Any]:
    """Turn the question in the context into conditions of the DataStore's query; count the rows, where their number is asked for.

    :raises ckan.plugins.toolkit.ValidationError: no such column
    """
    asked: Question | None = context.get(CONTEXT_KEY)  # type: ignore[assignment]
    if asked is None:
        return query
    if unknown := [column for column in asked.columns if column not in fields_types]:
        raise tk.ValidationError({"q": [f"列がありません: {', '.join(unknown)}"]})
    row = "_search_text" if asked.has_search_text else _text_of(name for name in fields_types if name != "_id")
    cells = [(_text_of([column]), text) for column, text in asked.columns.items()]
    values: dict[str, str] = {}
    if asked.plain:
        # The whole row is the quicker look, and the words of its cells stand in it; _id is no part of it.
        in_row = [asked.anywhere, *(text for column, text in asked.columns.items() if column != "_id")]
        conditions = [_all_words(row, " ".join(in_row), values)] if any(in_row) else []
        conditions += [_all_words(cell, text, values) for cell, text in cells]
    else:
        asked_of = [(row, asked.anywhere)] if asked.anywhere else []
        conditions = [_tsquery(context["connection"], where, text, values) for where, text in asked_of + cells]
    query["where"] += [(condition, values) for condition in conditions]
    if data_dict.get("include_total") and not query.get("distinct"):
        _look_once(context["connection"], data_dict, query)
    return query


def with_total(result: dict[str, Any]) -> dict[str, Any]:
    """An answer whose rows were counted here, as CKAN gives it."""
    return {**result, "include_total": True} if "total" in result else result


def _all_words(text: str, asked: str, values: dict[str, str]) -> str:
    # Where nothing but signs is asked for, no row has them as a word.
    found = words(asked)
    conditions = [_holds(text, word, values) for word in found[:_MOST_CONDITIONS]]
    if len(found) > _MOST_CONDITIONS:
        # A page of text as question: few rows hold its longest words, and the database need not read thousands of conditions.
        name = _name(" ".join(found[_MOST_CONDITIONS:]), values)
        conditions.append(f"NOT EXISTS (SELECT FROM unnest(string_to_array(:{name}, ' ')) AS word WHERE strpos({text}, word) = 0)")
    return " AND ".join(conditions) or "false"


def _tsquery(connection: sa.Connection, text: str, asked: str, values: dict[str, str]) -> str:
    """A condition from CKAN's tsquery syntax; what PostgreSQL makes of it says how it is bracketed.

    :raises ckan.plugins.toolkit.ValidationError: thousands of words
    """
    statement = sa.text("SELECT cast(to_tsquery('simple', :asked) AS text)")
    parsed = connection.execute(statement, {"asked": _UNSTORABLE.sub(" ", normal(asked))}).scalar_one()
    tokens = list(_TSQUERY.finditer(parsed))
    if len(tokens) > _MOST_TOKENS:
        raise tk.ValidationError({"q": ["語が多すぎます。"]})
    parts = [
        _OPERATORS.get(token["operator"], " AND ") if token["operator"] else _holds(text, token["word"].replace("''", "'"), values)
        for token in tokens
    ]
    return "".join(parts) or "false"


def _holds(text: str, word: str, values: dict[str, str]) -> str:
    # Quicker than LIKE.
    return f"strpos({text}, :{_name(word, values)}) > 0"


def _name(value: str, values: dict[str, str]) -> str:
    name = f"miyagiict_{len(values)}"
    values[name] = value
    return name


def _text_of(columns: Iterable[str]) -> str:
    """SQL for the text of some columns in normal form."""
    cells = ", ".join(f"cast({datastore.identifier(column)} AS text)" for column in columns)
    return f"lower(normalize(concat_ws(' ', {cells}), NFKC))"


def _look_once(connection: sa.Connection, data_dict: dict[str, Any], query: dict[str, Any]) -> None:
    """Count the rows, and note the numbers of a few, so that CKAN need not look through the table for either."""
    where, clauses = datastore._where(query["where"])
    statement = f"""
        SELECT count(*), CASE WHEN count(*) <= {_FEW} THEN cast(coalesce(array_agg(_id), '{{}}') AS text) END
        FROM {datastore.identifier(data_dict["resource_id"])} {where}
    """  # noqa: S608
    values = {name: value for clause in clauses for name, value in clause.items()}
    data_dict["total"], numbers = connection.execute(sa.text(statement), values).one()
    data_dict["include_total"] = False
    if numbers is not None:
        query["where"].append(("_id = ANY (cast(:miyagiict_numbers AS int4[]))", {"miyagiict_numbers": numbers}))
