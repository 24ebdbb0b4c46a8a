"""Personal data that portals publish beside their datasets, taken out before a document is stored.

SHIRASAGI answers with the objects ``user`` and ``member`` and their mail addresses to anybody who asks (quirk 34); CKAN has
``author_email``, HTML pages print addresses. An address cannot be told to be an office's, so all go.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from .fetching import Answer
from .reader import Document

__all__ = ["MASK", "masked", "without_mail_addresses"]

#: What stands where an address stood; fits into text, HTML, an IRI and every encoding.
MASK = "mail-address-removed"

_AT = r"(?:@|＠|&#0*64;|&#x0*40;|&commat;|%40|\s?[(\[（［](?:at|アット(?:マーク)?)[)\]）］]\s?)"
#: Looking behind keeps it linear over a long run of letters. An image's ``name@2x.png`` is no address.
_ADDRESS = re.compile(
    rf"(?<![A-Za-z0-9._+\-])[A-Za-z0-9._+\-]+{_AT}(?:[A-Za-z0-9\-]{{1,63}}\.){{1,8}}(?!(?:png|jpe?g|gif|svg|webp|css|js|csv)\b)[A-Za-z]{{2,24}}",
    re.IGNORECASE,
)
_MAIL_KEY = re.compile(r"e[-_]?mail|^mail$|^mbox", re.IGNORECASE)
#: Objects about the person who typed a dataset in.
PERSONS = frozenset(("user", "users", "member", "members", "creator_user", "last_editor"))


def without_mail_addresses(document: Document) -> Document:
    """The document as it may be stored.

    :returns: with every mail address masked; in JSON, fields for mail addresses and objects about users are left out. An answer without any
        is the same, byte for byte; one that is not text (a zip) too
    """
    return replace(document, parts=tuple(_clean(part) for part in document.parts))


def masked(text: str) -> str:
    """A text with every mail address masked."""
    return _ADDRESS.sub(MASK, text)


def _clean(part: Answer) -> Answer:
    for encoding in ("utf-8", "cp932"):
        try:
            text = part.body.decode(encoding)
        except UnicodeDecodeError:
            continue
        cleaned = _clean_text(text)
        return part if cleaned == text else replace(part, body=cleaned.encode(encoding))
    return part


def _clean_text(text: str) -> str:
    try:
        said = json.loads(text.removeprefix("\ufeff"))
        kept = _without_persons(said)
        # Escaped, so that half a character (a lone surrogate) that came in goes out as it came.
        return text if kept == said else json.dumps(kept)
    except (ValueError, RecursionError):
        return masked(text)


def _without_persons(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            masked(key): _without_persons(inner)
            for key, inner in value.items()
            if not _MAIL_KEY.search(key) and not (key.casefold() in PERSONS and isinstance(inner, (dict, list)))
        }
    if isinstance(value, list):
        return [_without_persons(inner) for inner in value]
    return masked(value) if isinstance(value, str) else value
