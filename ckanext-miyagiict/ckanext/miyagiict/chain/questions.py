"""Ready questions to the chain: what there is to ask, and the answers, filtered, with the words to read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .bars import bars
from .model import Chain
from .rows import found
from .words import SAID, Reader, say

__all__ = ["FILTERS", "NAMES", "answer", "ask_list"]

_QUESTIONS: dict[str, Mapping[str, Any]] = {question["name"]: question for question in SAID["questions"]}
NAMES = tuple(_QUESTIONS)
#: Names of what any of the questions can be narrowed down by.
FILTERS = tuple(SAID["filters"])


def ask_list(language: str) -> list[dict[str, Any]]:
    """All questions: ``name``, ``title``, ``description``, ``rule`` and ``filters`` (names)."""
    return [
        {**_head(question, language), "filters": list(question["filters"])} for question in _QUESTIONS.values()
    ]


def answer(name: str, chain: Chain, reader: Reader, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to one question.

    :param name: of the question
    :param chosen: filter → value; of those that the question does not have, none counts
    :returns: ``name``, ``title``, ``description``, ``rule``, ``notes``, ``columns``, ``filters`` (with ``options`` and what is ``chosen``),
        ``rows``, ``total`` (rows before filtering), ``empty`` (why there are no rows; empty text where there are), ``bars``
    :raises KeyError: no such question
    """
    question = _QUESTIONS[name]
    every = found(question, chain, reader)
    filters = [_filter(key, every.rows, reader, chosen) for key in question["filters"]]
    rows = [row for row in every.rows if all(not one["chosen"] or one["chosen"] in _values(row[one["name"]]) for one in filters)]
    nothing = say(SAID["nothing_matches"], reader.language)
    return {
        **_head(question, reader.language), "notes": every.notes,
        "columns": [_column(column, reader.language) for column in question["columns"]],
        "filters": filters, "rows": rows, "total": len(every.rows),
        "empty": "" if rows else every.empty if not every.rows else nothing, "bars": bars(question, chain, rows, reader),
    }


def _head(question: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "name": question["name"], "title": say(question["title"], language), "description": say(question["lead"], language),
        "rule": say(question["rule"], language),
    }


def _column(column: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "name": column["name"], "title": say(column, language), "kind": column.get("kind", "text"), "to": column.get("to", ""),
        "on_page": column.get("page", True), "data": column.get("data", False), "printed": column.get("printed", ""),
    }


def _filter(name: str, rows: list[dict[str, Any]], reader: Reader, chosen: Mapping[str, Any]) -> dict[str, Any]:
    values = dict.fromkeys(value for row in rows for value in _values(row[name]))
    ordered = sorted(values) if name in ("department", "fiscal_year") else list(values)
    return {
        "name": name, "title": say(SAID["filters"][name], reader.language), "chosen": str(chosen.get(name) or ""),
        "options": [{"value": value, "text": reader.title(value) if name == "plan" else value} for value in ordered],
    }


def _values(cell: Any) -> list[str]:
    """What a cell is found by."""
    return [str(part) for part in (cell if isinstance(cell, list) else [cell]) if part not in (None, "")]
