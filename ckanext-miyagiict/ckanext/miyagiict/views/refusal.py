"""How a request that cannot be answered is answered: a page in the site's frame, JSON for programs; and which errors of CKAN's mean that."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, request

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError, SearchQueryError

from .asking import said

__all__ = ["for_programs", "refusal", "refused"]

refusal = Blueprint("miyagiict_refusal", __name__)


def for_programs() -> bool:
    """Whether the API was asked."""
    return request.path.startswith("/api/")


def refused(japanese: str, english: str, link: tuple[str, str, str] | None = None) -> Response:
    """The answer 400, with a sentence that says what is wrong and what to do.

    :param link: where to go instead: address, Japanese and English words
    """
    sentence = tk.h.miyagiict_text(japanese, english)
    if for_programs():
        answer = jsonify({"success": False, "error": {"__type": "Bad Request", "message": sentence}})
    else:
        instead = link and (link[0], tk.h.miyagiict_text(link[1], link[2]))
        answer = make_response(tk.render("miyagiict/refused.html", {"sentence": sentence, "link": instead}))
    answer.status_code = 400
    return answer


@refusal.app_errorhandler(tk.ValidationError)
def not_valid(error: tk.ValidationError) -> Response:
    """An action refuses what the address asks for, and CKAN's view did not foresee it."""
    sentences = " ".join(text for texts in said(error).values() for text in texts)
    return refused(sentences, sentences)


@refusal.app_errorhandler(SearchError)
def not_a_search(error: SearchError) -> Response:
    """The search refuses the question; a search that is broken stays an error."""
    if not isinstance(error, SearchQueryError):
        raise error
    return refused(str(error), str(error))
