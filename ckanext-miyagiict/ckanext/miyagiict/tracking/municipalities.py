"""The 35 municipalities: what the catalogue has of each, and what the register says.

Datasets are those that everybody may see, by what the index says of them (``search.counted``): the same by which KPIs are counted. What is
of the demonstration (見本) is a number of its own. One look at the index serves all municipalities; its result is kept until a dataset is
written, or a minute.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib.search import SearchError
from ckan.model import Session

from miyagi_harvesters.dates import JST
from miyagi_harvesters.licences import is_open

from ..catalogue import identity
from ..kpi.national_list import SERVICE as OPEN_DATA
from ..kpi.register import LIST, MUNICIPALITIES, AdoptionState
from . import adoption, clock

__all__ = ["ordered", "overview", "shown"]

_PAGE = 1000
_FIELDS = ["id", "miyagiict_publisher", "miyagiict_is_open", "miyagiict_is_sample", "license_id", "res_extras_license", "res_format"]
_NOT_STATED = "notspecified"
_LATEST = 10
_RANK = {state.value: place for place, state in enumerate(AdoptionState)}


@dataclass
class Published:
    """What one municipality has in the catalogue. Days are those that the publisher states, else of the last change here."""

    count: int = 0
    open: int = 0
    newest: date | None = None
    licences: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    samples: int = 0


def overview() -> list[dict[str, Any]]:
    """All 35, in the order of their codes."""
    published, organizations = _published_now(), _organizations()
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in adoption.listed():
        rows[row["municipality"]].append(row)
    return [_municipality(code, published, organizations.get(code, ""), rows[code]) for code in MUNICIPALITIES]


def shown(code: str) -> dict[str, Any]:
    """One of them, with its latest datasets, and those of the demonstration apart."""
    one = _municipality(code, _published_now(), _organizations().get(code, ""), adoption.listed(code))
    return {**one, "latest": _latest(code, is_sample=False), "latest_samples": _latest(code, is_sample=True) if one["samples"] else []}


def ordered(municipalities: Iterable[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    """:param sort: a name of ``schema_adoption.SORTS``; with ``-`` in front the other way round. Equal ones are in order of their codes"""
    name = sort.removeprefix("-")
    return sorted(sorted(municipalities, key=lambda one: one["code"]), key=lambda one: _key(one, name), reverse=sort.startswith("-"))


def _key(one: Mapping[str, Any], name: str) -> Any:
    datasets = one["datasets"]
    if name in ("code", "name"):
        return one["kana"] if name == "name" else one["code"]
    if name in ("datasets", "updated", "licences", "formats", "samples"):
        return {
            "datasets": datasets["count"], "updated": datasets["newest"] or "", "licences": datasets["open"],
            "formats": len(datasets["formats"]), "samples": one["samples"],
        }[name]
    if name == "open-data":
        return one["open_data"]["known_by"] != "catalogue", _state(one, name)
    return _state(one, name)


def _state(one: Mapping[str, Any], key: str) -> int:
    return next(_RANK[row["state"]] for row in one["adoption"] if row["service_key"] == key and not row["procedure"])


def _municipality(code: str, published: Mapping[str, Published], organization: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    fact, has = _facts()[code], published.get(code, Published())
    register = next(row for row in rows if row["service"] == OPEN_DATA and not row["procedure"])
    return {
        "code": code, "name": fact["name"], "name_en": fact["name_en"], "kana": fact["kana"], "kind": fact["kind"],
        "county": fact["county"], "county_en": fact["county_en"], "website": fact["website"],
        "url": tk.url_for("miyagiict_municipality.read", code=code, qualified=True, locale="default"), "organization": organization,
        "datasets": {
            "count": has.count, "open": has.open, "newest": has.newest.isoformat() if has.newest else None,
            "licences": [{"id": id, "is_open": is_open(id), "count": count} for id, count in _most_first(has.licences)],
            "formats": [{"format": name, "count": count} for name, count in _most_first(has.formats)],
        },
        "samples": has.samples, "adoption": rows,
        "open_data": {"known_by": _known_by(has, register), "catalogue": has.open, "register": register},
    }


def _known_by(has: Published, register: Mapping[str, Any]) -> str:
    """What shows that a municipality publishes open data: ``catalogue``, ``list``, ``register``; empty for nothing."""
    if has.open:
        return "catalogue"
    if register["state"] != AdoptionState.IN_USE.value:
        return ""
    return LIST if register["basis"] == LIST else "register"


def _published_now() -> Mapping[str, Published]:
    written = Session.execute(sa.select(sa.func.count(), sa.func.max(model.Package.metadata_modified))).one()
    try:
        return _published(tuple(map(str, written)), clock.now().replace(second=0, microsecond=0))
    except SearchError:  # the register can be read without the index
        return {}


@lru_cache(maxsize=2)
def _published(_written: tuple[str, ...], _minute: datetime) -> Mapping[str, Published]:
    """:returns: code → what is published; municipalities without datasets are not in it"""
    days = _days()
    found: dict[str, Published] = defaultdict(Published)
    for document in _documents():
        of = found[document["miyagiict_publisher"]]
        if document.get("miyagiict_is_sample"):
            of.samples += 1
            continue
        of.count += 1
        of.open += bool(document.get("miyagiict_is_open"))
        of.licences.update(_stated(document))
        of.formats.update({name.upper() for name in document.get("res_format") or () if name})
        day = days.get(document["id"])
        of.newest = max(filter(None, (of.newest, day)), default=None)
    return dict(found)


def _documents() -> Iterator[dict[str, Any]]:
    publishers = "miyagiict_publisher:(" + " OR ".join(f'"{code}"' for code in MUNICIPALITIES) + ")"
    start = 0
    while True:
        answer = tk.get_action("package_search")({"user": "", "auth_user_obj": None}, {
            "q": "*:*", "fq": "+dataset_type:dataset", "fq_list": [publishers], "fl": _FIELDS, "rows": _PAGE, "start": start,
            "sort": "id asc", "facet": "false",
        })
        yield from answer["results"]
        start += _PAGE
        if start >= answer["count"]:
            return


def _stated(document: Mapping[str, Any]) -> set[str]:
    """The licences of a dataset: its own, or where it states none those of its files."""
    own = document.get("license_id") or _NOT_STATED
    of_files = {id for id in document.get("res_extras_license") or () if id} if own == _NOT_STATED else set()
    return of_files or {own}


def _days() -> dict[str, date]:
    """Dataset → the day its publisher says that it was changed on, else when it was changed here."""
    package = model.Package
    query = sa.select(package.id, package.extras["modified"].astext, package.metadata_modified).where(
        package.state == "active", package.private.is_(False), package.type == "dataset"
    )
    return {id: _day(stated, changed) for id, stated, changed in Session.execute(query)}


def _day(stated: str | None, changed: datetime) -> date:
    """:param changed: in UTC, without saying so, as CKAN keeps it"""
    try:
        return date.fromisoformat((stated or "")[:10])
    except ValueError:
        return changed.replace(tzinfo=UTC).astimezone(JST).date()


def _organizations() -> dict[str, str]:
    """Code → address of the municipality's organization, of those that are there."""
    codes = {identity.organization_id(code): code for code in MUNICIPALITIES}
    query = sa.select(model.Group.id, model.Group.name).where(model.Group.id.in_(codes), model.Group.state == "active")
    return {codes[id]: name for id, name in Session.execute(query)}


def _latest(code: str, *, is_sample: bool) -> list[dict[str, Any]]:
    """``name``, ``title``, ``title_en``, ``modified`` of the datasets that changed last."""
    filters = [f'miyagiict_publisher:"{code}"', f"miyagiict_is_sample:{'true' if is_sample else 'false'}"]
    try:
        found = tk.get_action("package_search")({"user": "", "auth_user_obj": None}, {
            "fq": "+dataset_type:dataset", "fq_list": filters, "rows": _LATEST, "sort": "metadata_modified desc", "facet": "false",
        })["results"]
    except SearchError:
        return []
    return [
        {"name": one["name"], "title": one["title"], "title_en": one.get("title_en") or "",
         "modified": _day(one.get("modified"), datetime.fromisoformat(one["metadata_modified"])).isoformat()}
        for one in found
    ]


def _most_first(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


@lru_cache(maxsize=1)
def _facts() -> dict[str, dict[str, str]]:
    table = files("miyagi_harvesters").joinpath("tables_of_facts", "municipalities.csv").read_text(encoding="utf-8-sig")
    return {row["code"]: row for row in csv.DictReader(table.splitlines())}
