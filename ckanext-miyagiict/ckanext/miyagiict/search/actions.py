"""CKAN's search actions, chained: the same answers where they had one, better ones for Japanese."""

from __future__ import annotations

import re
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib.search import SearchError, SearchQueryError
from ckan.types import ChainedAction, Context, DataDict

from .hooks import is_question, solr_parameters
from .normal import hiragana, katakana, normal
from .question import read_question
from .vocabulary import vocabulary

__all__ = ["package_autocomplete", "package_search", "tag_autocomplete"]


#: Where a question finds fewer than these, datasets are shown that have some of its words.
FEW = 3
#: Each is a question to the database.
MOST_FORMS = 20
#: What CKAN's pages filter by before a visitor has chosen anything.
_NO_CHOICE = re.compile(r"[\s+]*(?:dataset_type:\w+)?\s*")
_NO_ORDER = re.compile(r'"sort" parameter|sort param|sort order|can not sort', re.IGNORECASE)


@tk.chained_action
@tk.side_effect_free
def package_search(original: ChainedAction, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Search datasets. Where a question in words finds little, ask for a part of it too.

    Does not touch queries in Solr's language (``tags:…``). An answer that has more than the question asked for says in
    ``miyagiict_exact_count`` how many have all of it, and the others have ``miyagiict_partial``; by relevance they come last.

    ``ckanapi action package_search q=名取市の避難所はどこ``

    :returns: as CKAN's own action
    :raises ckan.lib.search.SearchQueryError: no such order, or no query in Solr's language
    """
    found = _ask(original, context, data_dict)
    if found["count"] >= FEW or not is_question(data_dict):
        return found
    question = read_question(data_dict["q"])
    if found["count"] and not _NO_CHOICE.fullmatch(data_dict.get("fq") or ""):
        return found
    tried = [question.wider()] if found["count"] else [question.wider(), *question.widest()]
    for query in filter(None, tried):
        more = original(context, {**data_dict, **solr_parameters(query)})
        if more["count"] > found["count"]:
            exact = original(context, {**data_dict, "start": 0, "rows": FEW, "facet": "false"}) if found["count"] else found
            return {**_marked(more, exact), "miyagiict_exact_count": found["count"]}
    return found


@tk.chained_action
@tk.side_effect_free
def package_autocomplete(original: ChainedAction, context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Complete a dataset's title or name, from kana and Latin letters too (the index knows the readings); tags and publisher count.

    Does not look into descriptions. ``ckanapi action package_autocomplete q=ひなん``

    :returns: as CKAN's own action, each with its English title as ``title_en`` (which may be empty)
    """
    found = original(context, {**data_dict, "q": _literal(data_dict.get("q"))})
    names = [dataset["name"] for dataset in found]
    english = dict(model.Session.execute(sa.select(model.Package.name, model.Package.extras["title_en"].astext).where(model.Package.name.in_(names))).all())
    return [{**dataset, "title_en": english.get(dataset["name"]) or ""} for dataset in found]


@tk.chained_action
@tk.side_effect_free
def tag_autocomplete(original: ChainedAction, context: Context, data_dict: DataDict) -> list[str]:
    """Complete a tag, whatever the width it was typed in, and from kana where the vocabulary knows the reading.

    ``ckanapi action tag_autocomplete query=こそだて``

    :returns: as CKAN's own action
    """
    key = "query" if data_dict.get("query") else "q"
    asked = data_dict.get(key)
    if not isinstance(asked, str):
        return original(context, data_dict)
    forms = dict.fromkeys([asked.replace("\0", ""), normal(asked), katakana(normal(asked)), *_read_as(hiragana(normal(asked)))])
    return list(dict.fromkeys(name for form in forms if form for name in original(context, {**data_dict, key: form})))


def _ask(original: ChainedAction, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """CKAN's own search. What Solr refuses is the question's fault: CKAN takes some of it for its own, and says it in Solr's words."""
    try:
        return original(context, data_dict)
    except SearchError as error:
        if _NO_ORDER.search(str(error)):
            raise SearchQueryError(tk.h.miyagiict_text("並べ替え（sort）に使えない項目が指定されています。", "The order (sort) names no such field.")) from error
        if "HTTP 400" in str(error.__context__):
            raise SearchQueryError(tk.h.miyagiict_text("検索の条件を読み取れません。書き方を確かめてください。", "This is no search query.")) from error
        raise


def _read_as(kana: str) -> list[str]:
    """Words whose reading begins with what was typed; fewer than two letters are the beginning of too many."""
    readings = vocabulary().readings
    begun = [word for reading, words in readings.items() if reading.startswith(kana) for word in words] if len(kana) > 1 else []
    return [*readings.get(kana, ()), *begun[:MOST_FORMS]]


def _marked(more: dict[str, Any], exact: dict[str, Any]) -> dict[str, Any]:
    """Mark the datasets of an answer that have only a part of the question."""
    whole = [dataset.get("name") for dataset in exact["results"]]
    return {**more, "results": [entry if entry.get("name") in whole else {**entry, "miyagiict_partial": True} for entry in more["results"]]}


def _literal(asked: Any) -> str:
    """CKAN puts it between quotes: nothing in it may end or escape them."""
    return normal(str(asked or "")).replace("\\", " ").replace('"', " ").strip()
