"""Which datasets a definition counts: asked of the search index, kept in a table, and asked again only for what was written.

A full count asks the index for everything; an incremental one only for datasets that changed. Both write the same table, so that the
nightly full count can tell where the incremental ones went wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.model import Session

from ..kpi.definition import DatasetQuery, Definition
from ..kpi.receipt import Item
from ..kpi.register import MUNICIPALITIES
from ..model import CountedItem, HarvestedRecord

__all__ = ["Found", "Moved", "compare", "find", "has_any", "items", "known", "municipalities", "sources", "store", "unsettled"]

#: CKAN gives at most so many a page.
_PAGE = 1000
#: Ids in one question: they go into its address.
_IDS = 200
_FIELDS = ["id", "name", "title", "miyagiict_publisher", "miyagiict_is_sample"]


@dataclass(frozen=True)
class Found:
    """A dataset that counts.

    :param municipality: code of its publisher, empty for others than the 35
    """

    dataset_id: str
    title: str
    link: str
    municipality: str
    is_sample: bool


@dataclass(frozen=True)
class Moved:
    """What a count found to be different from what is kept."""

    came: tuple[Found, ...] = ()
    went: tuple[str, ...] = ()
    renamed: tuple[Found, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.came or self.went or self.renamed)


def find(definition: Definition, among: Collection[str] | None = None) -> dict[str, Found]:
    """The datasets that the public finds by a definition, the demonstration's apart from the catalogue's own.

    :param among: ids to look at; None for all
    """
    kind = definition.kind
    assert isinstance(kind, DatasetQuery)
    found: dict[str, Found] = {}
    for filters in _questions(kind):
        for narrowed in _narrowed(among):
            for document in _search(kind.query, [*filters, *narrowed]):
                found[document["id"]] = _found(document)
    return found


def _questions(kind: DatasetQuery) -> list[list[str]]:
    """The filters to ask with: once where they are the same for the demonstration, else for both apart."""
    own, samples = kind.filters_for(False), kind.filters_for(True)
    if own == samples:
        return [list(own)]
    return [[*own, "miyagiict_is_sample:false"], [*samples, "miyagiict_is_sample:true"]]


def known(definition: Definition, among: Collection[str] | None = None) -> dict[str, Found]:
    """What is kept of a definition's last count.

    :param among: ids to look at; None for all
    """
    query = sa.select(CountedItem.dataset_id, CountedItem.title, CountedItem.link, CountedItem.municipality, CountedItem.is_sample).where(*_key(definition))
    if among is not None:
        query = query.where(CountedItem.dataset_id.in_(list(among)))
    return {row[0]: Found(*row) for row in Session.execute(query)}


def has_any(definition: Definition, *, is_sample: bool) -> bool:
    """Whether any dataset is kept of a definition: of the demonstration's, or of the catalogue's own."""
    return bool(Session.scalar(sa.select(sa.exists().where(*_key(definition), CountedItem.is_sample.is_(is_sample)))))


def items(definition: Definition, *, is_sample: bool) -> list[Item]:
    """The kept datasets as items of a receipt."""
    query = sa.select(CountedItem.dataset_id, CountedItem.title, CountedItem.link).where(*_key(definition), CountedItem.is_sample.is_(is_sample))
    return [Item(*row) for row in Session.execute(query).all()]


def municipalities(definition: Definition, *, is_sample: bool) -> set[str]:
    """Codes of those that have at least one of the kept datasets."""
    query = sa.select(CountedItem.municipality).where(*_key(definition), CountedItem.is_sample.is_(is_sample)).distinct()
    return set(Session.scalars(query)) - {""}


def sources(definition: Definition, *, is_sample: bool) -> set[str]:
    """The harvest sources that the kept datasets came from."""
    query = sa.select(HarvestedRecord.source_id).distinct().join(CountedItem, CountedItem.dataset_id == HarvestedRecord.dataset_id)
    return set(Session.scalars(query.where(*_key(definition), CountedItem.is_sample.is_(is_sample))))


def compare(before: Mapping[str, Found], after: Mapping[str, Found], among: Collection[str] | None = None) -> Moved:
    """:param among: ids that were asked for; None for all"""
    asked = set(before) if among is None else set(among) & set(before)
    return Moved(
        tuple(one for id, one in after.items() if id not in before),
        tuple(sorted(asked - set(after))),
        tuple(one for id, one in after.items() if id in before and before[id] != one),
    )


def store(definition: Definition, moved: Moved) -> None:
    """Keep what a count found; the caller commits."""
    if not moved:
        return
    gone = [*moved.went, *(one.dataset_id for one in moved.renamed)]
    if gone:
        Session.execute(sa.delete(CountedItem).where(*_key(definition), CountedItem.dataset_id.in_(gone)))
    rows = [
        {"kpi_id": definition.kpi, "counting": definition.counting, "version": definition.version, "dataset_id": one.dataset_id,
         "title": one.title, "link": one.link, "municipality": one.municipality, "is_sample": one.is_sample}
        for one in (*moved.came, *moved.renamed)
    ]
    if rows:
        Session.execute(sa.insert(CountedItem), rows)
    Session.execute(sa.delete(CountedItem).where(
        CountedItem.kpi_id == definition.kpi, CountedItem.counting == definition.counting, CountedItem.version < definition.version
    ))


def unsettled(ids: Collection[str]) -> set[str]:
    """Of some datasets those of which the index has another state than the database: what it says of them must be asked again.

    A dataset is written before it is indexed.
    """
    query = sa.select(model.Package.id, model.Package.metadata_modified).where(
        model.Package.id.in_(ids), model.Package.state == "active", model.Package.private.is_(False), model.Package.type == "dataset"
    )
    wanted = {id: written.replace(microsecond=written.microsecond // 1000 * 1000).isoformat() for id, written in Session.execute(query)}
    indexed = {
        document["id"]: str(document.get("metadata_modified", "")).rstrip("Z")
        for narrowed in _narrowed(ids) for document in _search("*:*", narrowed, ["id", "metadata_modified"])
    }
    return {id for id, written in wanted.items() if _moment(indexed.get(id, "")) != _moment(written)} | (set(indexed) & set(ids)) - set(wanted)


def _moment(text: str) -> str:
    """To the millisecond, which is what the index keeps."""
    whole, _dot, parts = text.partition(".")
    return f"{whole}.{parts:0<3.3}"


def _search(query: str, filters: Iterable[str], fields: Iterable[str] = _FIELDS) -> Iterator[dict[str, Any]]:
    """Documents that everybody may see, page by page."""
    start = 0
    while True:
        answer = tk.get_action("package_search")({"user": "", "auth_user_obj": None}, {
            "q": query, "fq": "+dataset_type:dataset", "fq_list": list(filters), "fl": list(fields), "rows": _PAGE, "start": start, "sort": "id asc",
            "facet": "false",
        })
        yield from answer["results"]
        start += _PAGE
        if start >= answer["count"]:
            return


def _narrowed(among: Collection[str] | None) -> Iterator[list[str]]:
    if among is None:
        yield []
        return
    ids = sorted(id for id in among if '"' not in id and "\\" not in id)
    for start in range(0, len(ids), _IDS):
        yield ["id:(" + " OR ".join(f'"{id}"' for id in ids[start:start + _IDS]) + ")"]


def _found(document: Mapping[str, Any]) -> Found:
    publisher = document.get("miyagiict_publisher") or ""
    link = tk.url_for("dataset.read", id=document["id"], qualified=True, locale="default")
    return Found(
        document["id"], document.get("title") or document["name"], link, publisher if publisher in MUNICIPALITIES else "",
        bool(document.get("miyagiict_is_sample")),
    )


def _key(definition: Definition) -> tuple[Any, ...]:
    return (CountedItem.kpi_id == definition.kpi, CountedItem.counting == definition.counting, CountedItem.version == definition.version)
