"""What a portal's words about a licence mean: one table of spellings for all portals.

Source: ``license_aliases.csv`` and ``licenses.csv`` of miyagi-reference. A spelling that is not there stays unknown, and unknown is not
open.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from .problems import Problem, Severity, problem, register
from .record import UNKNOWN_LICENCE, Licence

__all__ = ["common", "is_open", "known", "problems_of", "resolve"]

TABLES = Path(__file__).with_name("tables_of_facts")

#: The portal says that nothing is said: silent beside any other statement.
NOT_SPECIFIED = "notspecified"

#: What makes no difference between two spellings: blanks, dashes, middle dots, underscores, brackets.
_FOLDED = re.compile(r"[\s\-‐-―−・_()\[\]「」【】〔〕]")
_SCHEME = re.compile(r"^(?:https?:)?//(?:www\.)?", re.IGNORECASE)
#: Creative Commons: the page for people (in some language) and the text for lawyers are of one licence.
_PAGE_OF_LICENCE = re.compile(r"/(?:(?:deed|legalcode)(?:[./][a-z]{2,3}(?:[-_][a-z]+)?)?|index\.html?)?$", re.IGNORECASE)
#: The images that Creative Commons gives for its licences.
_BUTTON = re.compile(r"^(?:i\.creativecommons\.org|licensebuttons\.net)/(?P<kind>l|p)/(?P<licence>[\w-]+/[0-9.]+(?:/[a-z]{2})?)/[\w.-]+$")
#: A longer text is prose, not the name of a licence.
LONGEST_STATEMENT = 500

register(
    "licence-unknown", Severity.WARNING,
    (
        "{place} のライセンスの表記「{value}」は対応表にありません。",
        "オープンデータとしては数えません。表記の意味が分かれば、ライセンスの別表記の表に加えてください。",
    ),
    (
        "{place} states a licence, {value}, that the table of spellings does not have.",
        "It is not counted as open. Add the spelling once its meaning is known.",
    ),
)
register(
    "licence-conflict", Severity.WARNING,
    (
        "{place} のライセンスの記載が互いに食い違っています（{value}）。",
        "どちらが正しいか収集元に確かめてください。それまではオープンデータとして数えません。",
    ),
    (
        "The statements of {place} about its licence contradict each other ({value}).",
        "Ask the source which is right. Until then it is not counted as open.",
    ),
)


@dataclass(frozen=True)
class _Row:
    """A row of ``licenses.csv``, as far as it is needed here."""

    id: str
    is_open: bool
    generic_id: str


def resolve(statements: Iterable[str | None]) -> Licence:
    """What several statements about one thing mean together.

    A licence without version agrees with one version of it (SHIRASAGI writes ``cc-by`` beside ``CC BY 4.0``); "not specified" agrees with
    all.

    :param statements: ids, titles and addresses as the portal writes them; empty ones count as not made
    :returns: with ``id`` where all that are understood mean one licence
    """
    stated = tuple(dict.fromkeys(statement.strip() for statement in statements if statement and statement.strip()))
    meant = list(dict.fromkeys(found for found in map(known, stated) if found))
    if len(meant) > 1 and NOT_SPECIFIED in meant:
        meant.remove(NOT_SPECIFIED)
    generic = {_licences()[identifier].generic_id for identifier in meant}
    specific = [identifier for identifier in meant if identifier not in generic]
    if len(specific) > 1:
        return Licence(stated, conflict=tuple(specific))
    return Licence(stated, specific[0], is_open(specific[0])) if specific else Licence(stated)


def known(statement: str) -> str | None:
    """The licence that one statement means, or None."""
    return _known(statement) if len(statement) <= LONGEST_STATEMENT else None


def is_open(identifier: str | None) -> bool:
    """Whether a licence is open by the table; an unknown one is not."""
    return identifier is not None and identifier in _licences() and _licences()[identifier].is_open


def common(licences: Iterable[Licence]) -> Licence:
    """The licence of a record whose parts have licences of their own: theirs where they all agree, else none.

    Source: quirk 8 of the portals: DataEye mixes licences within one record.
    """
    met = list(licences)
    first = met[0] if met else UNKNOWN_LICENCE
    if first.id is None or any(licence.id != first.id for licence in met):
        return UNKNOWN_LICENCE
    return Licence(tuple(dict.fromkeys(text for licence in met for text in licence.stated)), first.id, first.is_open)


def problems_of(licence: Licence, place: str) -> Iterable[Problem]:
    """What somebody should know about a licence: statements that contradict each other, or that nobody understands."""
    if licence.conflict:
        yield problem("licence-conflict", place, value="、".join(licence.stated))
    elif licence.stated and licence.id is None:
        yield problem("licence-unknown", place, value="、".join(licence.stated))


@lru_cache(maxsize=2000)
def _known(statement: str) -> str | None:
    return _spellings().get(_folded(statement))


def _folded(statement: str) -> str:
    """A statement as it is compared; an address keeps only what names the licence."""
    if _SCHEME.match(statement.strip()) or statement.strip().lower().startswith(("creativecommons.org/", "www.creativecommons.org/")):
        return _address(statement)
    return _FOLDED.sub("", unicodedata.normalize("NFKC", statement)).casefold()


def _address(statement: str) -> str:
    bare = re.sub(r"^www\.", "", _SCHEME.sub("", statement.strip()), flags=re.IGNORECASE)
    bare = re.split(r"[?#]", bare, maxsplit=1)[0].casefold()
    if button := _BUTTON.match(bare):
        bare = f"creativecommons.org/{'licenses' if button['kind'] == 'l' else 'publicdomain'}/{button['licence']}"
    shorter = _PAGE_OF_LICENCE.sub("", bare)
    return shorter.rstrip("/")


@cache
def _licences() -> Mapping[str, _Row]:
    return {row["id"]: _Row(row["id"], row["is_open"] == "true", row["generic_id"]) for row in _rows("licenses")}


@cache
def _spellings() -> Mapping[str, str]:
    """Folded spelling → licence: the licences' own names and addresses, then the aliases."""
    names = ("id", "title", "title_en", "url", "spdx_id", "dcat_uri")
    pairs = [(row[name], row["id"]) for row in _rows("licenses") for name in names if row[name]]
    pairs += [(row["alias"], row["license_id"]) for row in _rows("license_aliases")]
    return {_folded(spelling): identifier for spelling, identifier in reversed(pairs)}


def _rows(table: str) -> list[dict[str, str]]:
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
