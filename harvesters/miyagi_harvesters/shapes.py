"""Lenient in shape, strict in meaning: values out of JSON that nobody promised anything about."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from . import sniff
from .fetching import Answer
from .problems import PortalError, problem, shown

__all__ = [
    "clean", "each_text", "file_address", "first_text", "integer", "json_of", "labels", "licence_words", "looks_like_html", "mappings",
    "pairs", "text", "web_address", "without_blanks",
]

_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|!--)", re.IGNORECASE | re.DOTALL)
#: Characters that no database or file takes: NUL, and halves of a character.
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
#: What stands in no address but was typed into many: blanks, quotes, brackets.
_NOT_IN_ADDRESSES = re.compile(r"[\x00-\x20\x7f\s<>\"{}|\\^`]")


def clean(value: str) -> str:
    """A text without what cannot be stored, and without blanks at its ends."""
    return _IMPOSSIBLE.sub("\ufffd", value).strip()


def text(value: object) -> str:
    """A value as text: text, numbers and truth values; anything else, and nothing, is empty."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else ""


def first_text(source: Mapping[str, Any], *keys: str) -> str:
    """The first of several keys that holds a text."""
    return next((found for key in keys if (found := text(source.get(key)))), "")


def integer(value: object) -> int | None:
    """A size: a number, or digits as text (DataEye), with or without thousands commas; anything else is not given."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value >= 0 else None
    digits = unicodedata.normalize("NFKC", value).replace(",", "").strip() if isinstance(value, str) else ""
    return int(digits) if re.fullmatch(r"[0-9]{1,15}", digits) else None


def mappings(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list; also of an object whose values are objects."""
    values = list(value.values()) if isinstance(value, dict) else value
    return [entry for entry in values if isinstance(entry, dict)] if isinstance(values, list) else []


def pairs(value: object) -> dict[str, str]:
    """Key → text of CKAN's ``extras``: a list of ``{"key", "value"}``, or one object. The first of a repeated key stays."""
    if isinstance(value, dict):
        given = [(clean(key), text(inner)) for key, inner in value.items()]
    else:
        given = [(first_text(entry, "key"), text(entry.get("value"))) for entry in mappings(value)]
    kept: dict[str, str] = {}
    for key, inner in given:
        if key and inner:
            kept.setdefault(key, inner)
    return kept


def labels(value: object, *keys: str) -> tuple[str, ...]:
    """What a list of texts, or of objects with a text under one of ``keys``, names; each once."""
    entries = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    named = (first_text(entry, *keys) if isinstance(entry, dict) else text(entry) for entry in entries)
    return tuple(dict.fromkeys(name for name in named if name))


def licence_words(value: object) -> list[str]:
    """A licence's id, name and address, from a text, a number or an object."""
    if isinstance(value, dict):
        return [
            found
            for key in ("uid", "id", "name", "title", "url")
            if not isinstance(value.get(key), int) and (found := text(value.get(key)))
        ]
    return [found] if (found := text(value)) else []


def web_address(value: object) -> str:
    """A text that is an address of the web, or nothing."""
    address = text(value)
    return address if re.match(r"https?://[^\s/]", address, re.IGNORECASE) and not re.search(r"[\s<>\"]", address) else ""


def without_blanks(address: str) -> str:
    """An address with what may not stand in one as ``%20`` and the like, as browsers ask for it."""
    return _NOT_IN_ADDRESSES.sub(lambda found: quote(found[0]), address)


def file_address(value: object) -> str:
    """The address of a file, which may have blanks in it, or nothing."""
    return web_address(without_blanks(text(value)))


def looks_like_html(body: bytes) -> bool:
    """Whether a body is a page, whatever it was announced as."""
    start = body[:2000].removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
    return bool(_HTML.match(start))


def json_of(answer: Answer) -> Any:
    """An answer's JSON.

    :raises PortalError: no JSON: empty, a page under status 200 (quirk 6), cut off, of an unknown encoding
    """
    if not answer.body.strip():
        raise PortalError(problem("not-json", answer.url, detail="本文が空です / the body is empty"))
    if looks_like_html(answer.body):
        raise PortalError(problem("not-json", answer.url, detail="HTMLのページが返りました / an HTML page came"))
    try:
        return json.loads(sniff.decode(answer.body, answer.url).text, parse_constant=lambda _name: None)
    except (ValueError, RecursionError) as error:
        raise PortalError(problem("not-json", answer.url, detail=shown(str(error), 200))) from error


def each_text(values: object) -> Iterator[str]:
    """The texts of a list."""
    if isinstance(values, list):
        yield from (found for value in values if (found := text(value)))
