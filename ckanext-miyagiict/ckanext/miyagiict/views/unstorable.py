"""Text that no database holds (the null character, halves of characters) is refused before any page or action sees it.

PostgreSQL and its driver fail on it wherever it arrives: in the path, behind the question mark, in a form, in JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, request

import ckan.plugins.toolkit as tk

from .refusal import for_programs, refused

__all__ = ["unstorable"]

unstorable = Blueprint("miyagiict_unstorable", __name__)

#: Blueprints whose forms say beside a field what cannot be used in it, and keep what was typed.
_SAID_BESIDE_THE_FIELD = ("miyagiict_kpi_staff",)
#: How JSON can write such text; whether it does, only reading it tells.
_ESCAPED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


@unstorable.before_app_request
def refuse_unstorable() -> Response | None:
    """A page whose address has such text is not there; anything else is refused."""
    if not _is_storable(request.path) and not for_programs():
        return tk.abort(404)
    if all(map(_is_storable, _texts_of_request())):
        return None
    return refused("使えない文字（ヌル文字など）が含まれています。取り除いて、もう一度お試しください。",
                   "The request has a character that cannot be used, such as the null character. Take it away and try again.")


def _texts_of_request() -> Iterator[str]:
    """What was sent, as text; of JSON the texts in it. Files are for those who read them."""
    yield request.path
    for values in [request.args] if request.blueprint in _SAID_BESIDE_THE_FIELD else [request.args, request.form]:
        for name, value in values.items(multi=True):
            yield from _texts_in(name)
            yield from _texts_in(value)
    if for_programs() and not request.form and not request.files:
        yield from _texts_in(request.get_data().decode("utf-8", "replace"))


def _texts_in(sent: str) -> Iterator[str]:
    yield sent
    if sent.lstrip()[:1] in ("{", "[", '"') and _ESCAPED.search(sent):
        try:
            yield from _texts(json.loads(sent))
        except (ValueError, RecursionError):
            return  # no JSON; whoever wants some says so


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
