"""Numbers and places of KPIs as people read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .units import unit_name
from .words import number_words, place_words

__all__ = ["Place", "amount_words", "percent_words", "read_place", "source_words"]

#: What ``kpi.plans`` writes of a row: document, lines and, where it is known, page.
_PLACE = re.compile(r"(?P<document>\S+)(?: (?P<lines>\d[\d,\- ]*?))?(?: p\.(?P<page>\S+))?")


@dataclass(frozen=True)
class Place:
    """Where a KPI stands in print: the document by its id, lines and page in words."""

    document: str
    words: str


def amount_words(value: Any, unit: str, language: str) -> str:
    """A number with its unit: 1,234件, 12.5%, and in English 1,234 items."""
    if value is None:
        return ""
    blank = "" if language == "ja" or unit in ("", "%") else " "
    return f"{number_words(value)}{blank}{unit_name(unit, language)}"


def percent_words(share: float | None) -> str:
    """0.5556 → 55.6%; empty for None."""
    return "" if share is None else f"{number_words(round(share * 100, 1))}%"


def source_words(source: str, language: str, titles: Mapping[str, str]) -> str:
    """A source with the title of its document; what people wrote stays as it is.

    :param titles: id of a document → title
    """
    place = read_place(source, language)
    return f"{titles.get(place.document, place.document)} {place.words}".strip()


def read_place(source: str, language: str) -> Place:
    """``policy-2021 784-790,806 p.12`` → policy-2021, 12ページ（784～790、806行）; what is written otherwise stays as it is."""
    found = _PLACE.fullmatch(source.strip())
    if found is None:
        return Place("", source.strip())
    return Place(found["document"], place_words(found["lines"], found["page"], language))
