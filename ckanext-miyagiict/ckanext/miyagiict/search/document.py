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


def fields(dataset: Mapping[str, Any], tables: Iterable[str]) -> dict[str, Any]:
    """The added fields of one dataset.

    :param dataset: as ``package_show`` gives it
    :param tables: text of its tables, ``table_texts``
    """
    resources = dataset.get("resources") or ()
    return {
        "miyagiict_keywords": _unique(_keywords(dataset)),
        "miyagiict_body": _unique([
            dataset.get("notes"), dataset.get("notes_en"),
            *(resource.get(key) for resource in resources for key in ("description", "name_en", "description_en")),
        ]),
        "miyagiict_table": list(tables),
        "miyagiict_years": _years(dataset),
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


def _years(dataset: Mapping[str, Any]) -> list[str]:
    """``fy2021`` for a fiscal year that the dataset is about, the bare year beside it, and ``t2021`` where a title names it."""
    titles = [dataset.get("title"), *(resource.get("name") for resource in dataset.get("resources") or ())]
    found: set[str] = set()
    for text in filter(None, [*titles, dataset.get("notes")]):
        for mention in fiscal_years.mentions(normal(str(text)[:5_000])):
            years = range(mention.first, mention.last + 1)
            found.update(map(str, years))
            found.update(f"t{year}" for year in years if text in titles)
            if mention.is_fiscal or mention.month is not None or mention.last > mention.first:
                found.update(f"fy{year}" for year in mention.fiscal_years)
    periods = dataset.get("temporal_coverage")
    for period in periods if isinstance(periods, list) else ():
        found.update(_period(period) if isinstance(period, dict) else ())
    return sorted(found)


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
