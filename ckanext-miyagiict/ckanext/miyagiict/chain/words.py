"""What the chain says to people, read from ``questions.yaml``; places and numbers in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.resources import files
from typing import Any

import yaml

from ..pages.words import place_words
from .model import Basis, Place

__all__ = ["SAID", "Reader", "basis_words", "inferred_words", "number", "place_text", "say"]

Words = Mapping[str, Any]

SAID: Mapping[str, Any] = yaml.safe_load(files(__package__).joinpath("questions.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Reader:
    """For whom things are worded.

    :param language: ``ja`` or ``en``
    :param titles: plan → its title in that language
    :param datasets: plan → name of its dataset
    :param documents: id of a document → its title, as it is printed
    :param kpis: KPI → what ``miyagiict_kpi_list`` says of it in that language
    """

    language: str
    titles: Mapping[str, str]
    datasets: Mapping[str, str]
    kpis: Mapping[str, Mapping[str, Any]]
    documents: Mapping[str, str] = field(default_factory=dict)

    def title(self, plan: str) -> str:
        return self.titles.get(plan, plan)


def say(words: Words, language: str, **values: object) -> str:
    """A sentence of the file in a language, with numbers put in."""
    text = str(words[language])
    return text.format(**values) if values else text


def basis_words(basis: Basis, language: str) -> str:
    return say(SAID["basis"][basis.value], language)


def inferred_words(inferred: str, language: str) -> str:
    """How the end of a link was found that is not printed; a way that has no words here is given as it is."""
    return say(SAID["inferred"][inferred], language) if inferred in SAID["inferred"] else inferred


def place_text(places: Iterable[Place], reader: Reader) -> str:
    """``みやぎ情報化推進ポリシー中間案 12ページ（784～790行）``; of several places, one after the other."""
    texts = (
        f"{reader.documents.get(place.document, place.document)} {place_words(place.lines, place.page, reader.language)}".strip()
        for place in places
    )
    return " / ".join(filter(None, texts))


def number(value: Decimal | None) -> int | float | None:
    """As JSON: whole numbers whole."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)
