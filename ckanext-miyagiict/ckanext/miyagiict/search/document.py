"""What a dataset is found by: the fields that we add to CKAN's own in the search index (solr/conf/schema.xml)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..packages import fiscal_years, table
from ..packages.package import Resource
from .normal import normal

__all__ = ["MOST_CHARACTERS", "fields", "table_texts"]

#: Of the text of a dataset's tables this much is indexed, and of one cell so much.
MOST_CHARACTERS = 1_000_000
MOST_OF_A_CELL = 2_000
#: A period longer than this says nothing about when.
LONGEST_PERIOD = 30
#: What is longer is no name.
LONGEST_NAME = 200
#: Years are read from the first so many characters of a text.
YEARS_IN = 5_000


def fields(dataset: Mapping[str, Any], tables: Iterable[str]) -> dict[str, Any]:
    """The added fields of one dataset.

    :param dataset: as ``package_show`` gives it
    :param tables: text of its tables, ``table_texts``
    """
    resources = dataset.get("resources") or ()
    titles = _unique([dataset.get("title"), *(resource.get("name") for resource in resources)])
    keywords = _unique(_keywords(dataset))
    body = _unique([
        dataset.get("notes"), dataset.get("notes_en"),
        *(resource.get(key) for resource in resources for key in ("description", "name_en", "description_en")),
    ])
    tables = list(tables)
    return {
        "miyagiict_keywords": keywords,
        "miyagiict_body": body,
        "miyagiict_table": tables,
        "miyagiict_years": sorted({*_years(dataset, titles), *_mentioned([*titles, *keywords, *body, *tables])}),
        "miyagiict_whole": _unique(fiscal_years.standard(normal(text[:LONGEST_NAME])) for text in (*titles, *tables)),
    }


def table_texts(resources: Iterable[Resource], most: int = MOST_CHARACTERS) -> Iterator[str]:
    """Headings and words of tables, each once. Numbers, codes and references say nothing to a reader and are left out."""
    seen: set[str] = set()
    for resource in resources:
        for text in _table_words(resource):
            if text in seen:
                continue
            seen.add(text)
            most -= len(text)
            if most < 0:
                return
            yield text


def _keywords(dataset: Mapping[str, Any]) -> Iterator[str | None]:
    yield dataset.get("title_en")
    yield from (tag.get("display_name") or tag.get("name") for tag in dataset.get("tags") or ())
    yield (dataset.get("organization") or {}).get("title")
    yield from (group.get("title") or group.get("display_name") for group in dataset.get("groups") or ())
    for entries, key in (("publisher", "name"), ("spatial_coverage", "text")):
        listed = dataset.get(entries)
        yield from (entry.get(key) for entry in listed if isinstance(entry, dict)) if isinstance(listed, list) else ()


def _years(dataset: Mapping[str, Any], titles: list[str]) -> set[str]:
    """``fy2021`` for a fiscal year that the dataset is about, the bare year beside it, and ``t2021`` where a title names it."""
    found: set[str] = set()
    for text in filter(None, [*titles, dataset.get("notes")]):
        for mention in fiscal_years.mentions(normal(str(text)[:YEARS_IN])):
            years = range(mention.first, mention.last + 1)
            found.update(map(str, years))
            found.update(f"t{year}" for year in years if text in titles)
            if mention.is_fiscal or mention.month is not None or mention.last > mention.first:
                found.update(f"fy{year}" for year in mention.fiscal_years)
    periods = dataset.get("temporal_coverage")
    for period in periods if isinstance(periods, list) else ():
        found.update(_period(period) if isinstance(period, dict) else ())
    return found


def _mentioned(texts: Iterable[str]) -> Iterator[str]:
    """``m2021`` for every year that stands somewhere, however it is written there: a question asks for it by number only."""
    for text in texts:
        for mention in fiscal_years.mentions(normal(text[:YEARS_IN])):
            yield from (f"m{year}" for year in {*range(mention.first, mention.last + 1), *mention.fiscal_years})


def _period(period: Mapping[str, Any]) -> Iterator[str]:
    """The fiscal years of a period that has both ends."""
    ends = [next(fiscal_years.mentions(str(period.get(end) or "")), None) for end in ("start", "end")]
    if ends[0] is None or ends[1] is None:
        return
    first, last = ends[0].fiscal_years[0], ends[1].fiscal_years[-1]
    if 0 <= last - first <= LONGEST_PERIOD:
        for year in range(first, last + 1):
            yield str(year)
            yield f"fy{year}"


def _table_words(resource: Resource) -> Iterator[str]:
    assert resource.schema is not None
    described = resource.schema["fields"]
    yield from filter(None, (field.get(key) for field in described for key in ("title", "title_en")))
    telling = set(_telling(resource.schema))
    rows = table.raw_rows(resource)
    try:
        names = next(rows, [])
        places = [place for place, name in enumerate(names) if name in telling]
        for row in rows:
            for place in places:
                if len(row) > place and (cell := row[place].strip()):
                    yield cell[:MOST_OF_A_CELL]
    except (csv.Error, UnicodeDecodeError):  # published tables were validated; a search index must not depend on it
        return


def _telling(schema: Mapping[str, Any]) -> Iterator[str]:
    """Fields with words in them: text that is neither a code, nor a reference, nor the printed form of another field."""
    described = schema["fields"]
    printed = {field.get(key) for field in described for key in ("normalisedFrom", "parsedFrom")}
    references = {name for key in schema.get("foreignKeys", ()) for name in _list(key.get("fields", ()))}
    for field in described:
        limits = field.get("constraints") or {}
        if field.get("type", "string") != "string" or field.get("format", "default") != "default":
            continue
        if "pattern" in limits or "enum" in limits or field["name"] in printed | references or field["name"].startswith("source_"):
            continue
        yield field["name"]


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _unique(texts: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(str(text) for text in texts if text))
