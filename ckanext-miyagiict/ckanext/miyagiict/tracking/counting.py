"""Counts a KPI as its definition says, with the receipt: every item that makes the number up, and what makes it doubtful.

What is counted of the demonstration (見本) is a number of its own and never part of the real one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model import Session
from ckanext.harvest.model import HarvestSource

from ..kpi.definition import ColumnValue, DatasetQuery, Definition, RegisterCount
from ..kpi.receipt import Item, Receipt, take
from ..kpi.register import MUNICIPALITIES, AdoptionState, Register
from ..model import HarvestRun
from ..packages.areas import area_name
from . import membership
from . import register as adoption

__all__ = ["CountFailed", "can_tell", "column_receipt", "datasets_receipt", "register_receipt"]

#: What makes an item count; the others have the basis of their entry in the register (``kpi.register``).
CATALOGUE = "catalogue"
#: A question about portals; one about every portal that there is.
_PORTAL, _ANY_PORTAL = "miyagiict_portal:", "miyagiict_portal:[* TO *]"
#: Rows that a definition of a column may count.
_MOST_ROWS = 32_000


class CountFailed(Exception):
    """A definition that gives no number: its table is gone, a cell is no number, or there is nothing to take."""


def can_tell(definition: Definition) -> bool:
    """Whether there is anything to count by: a portal that was never harvested, or a register in which nothing is known, tells no number,
    and certainly not 0.
    """
    kind = definition.kind
    if isinstance(kind, RegisterCount):
        return _known(kind.service, kind.procedure) > 0
    if isinstance(kind, DatasetQuery) and _PORTAL in kind.question:
        return membership.has_any(definition, is_sample=False) or (bool(kind.also_register) and _known(kind.also_register, "") > 0) or _was_harvested(kind)
    return True


def _known(service: str, procedure: str) -> int:
    """Of how many municipalities the register says anything."""
    return len(MUNICIPALITIES) - adoption.register().count(service, procedure).by_state[AdoptionState.UNKNOWN]


def _was_harvested(kind: DatasetQuery) -> bool:
    """Whether a run of a source that the question is about has ended well; of the demonstration's none counts."""
    query = sa.select(HarvestSource.url, HarvestSource.config).join(HarvestRun, HarvestRun.source_id == HarvestSource.id).where(
        HarvestRun.state == "finished"
    ).distinct()
    sites = [_site(url) for url, options in Session.execute(query) if '"sample": true' not in (options or "")]
    return any(site in kind.question for site in sites) or (_ANY_PORTAL in kind.question and bool(sites))


def datasets_receipt(definition: Definition, at: datetime, *, is_sample: bool = False) -> Receipt:
    """Of a query: its datasets, or the municipalities that have at least one of them."""
    kind = definition.kind
    assert isinstance(kind, DatasetQuery)
    if kind.counted == "municipalities":
        items = _municipalities(membership.municipalities(definition, is_sample=is_sample), "" if is_sample else kind.also_register)
    else:
        items = membership.items(definition, is_sample=is_sample)
    warnings = _troubled_sources(definition, kind, is_sample)
    return take(definition.kpi, definition.version, kind.question_for(is_sample), at, items, warnings=warnings)


def register_receipt(definition: Definition, at: datetime) -> Receipt:
    """Of the adoption register: the municipalities that use a service."""
    kind = definition.kind
    assert isinstance(kind, RegisterCount)
    items = list(_adopters(adoption.register(), kind.service, kind.procedure))
    unknown = len(MUNICIPALITIES) - _known(kind.service, kind.procedure)
    warnings = [f"{len(MUNICIPALITIES)}市町村のうち{unknown}市町村の状況が「不明」のため、実際の数はこれより多い可能性があります。"] if unknown else []
    return take(definition.kpi, definition.version, kind.question, at, items, warnings=warnings)


def column_receipt(definition: Definition, at: datetime) -> Receipt:
    """Of a table of the DataStore that everybody may read.

    :raises CountFailed: with a sentence that says why
    """
    kind = definition.kind
    assert isinstance(kind, ColumnValue)
    ask = {"resource_id": kind.resource, "filters": dict(kind.where), "limit": _MOST_ROWS, "sort": "_id"}
    try:
        found = tk.get_action("datastore_search")({"user": "", "auth_user_obj": None}, ask)
    except (tk.ObjectNotFound, tk.NotAuthorized) as error:
        raise CountFailed(tk._("表がないか、公開されていません。定義のリソースIDを確かめてください。")) from error
    except tk.ValidationError as error:
        raise CountFailed(tk._("表にその列がありません。定義の列名を確かめてください。")) from error
    if found["total"] > _MOST_ROWS:
        raise CountFailed(tk._("表の行が多すぎます。定義に条件を加えてください。"))
    wanted = {kind.column, kind.of, kind.order} - {""}
    if found["records"] and wanted - set(found["records"][0]):
        raise CountFailed(tk._("表にその列がありません。定義の列名を確かめてください。"))
    link = tk.url_for("datastore.dump", resource_id=kind.resource, qualified=True, locale="default")
    items = [_row_item(row, kind, link) for row in found["records"]]
    try:
        return take(definition.kpi, definition.version, kind.question, at, items, kind.aggregate)
    except ValueError as error:
        raise CountFailed(tk._("表の値から数を求められません。空のセルや、0による割り算がないか確かめてください。")) from error


def _municipalities(in_catalogue: set[str], service: str) -> list[Item]:
    """What the catalogue itself shows comes first; others are known from the register or a list."""
    found = {code: Item(code, area_name(code), _page(code), basis=CATALOGUE) for code in MUNICIPALITIES if code in in_catalogue}
    if service:
        for item in _adopters(adoption.register(), service, ""):
            found.setdefault(item.id, item)
    return list(found.values())


def _adopters(known: Register, service: str, procedure: str) -> Iterator[Item]:
    for code in known.count(service, procedure).in_use:
        entry = known.state_of(code, service, procedure)
        yield Item(code, area_name(code), entry.evidence or _page(code), basis=entry.basis)


def _page(code: str) -> str:
    return tk.url_for("miyagiict_municipality.read", code=code, qualified=True, locale="default")


def _row_item(row: Mapping[str, Any], kind: ColumnValue, link: str) -> Item:
    key = str(row.get("id") or row["_id"])
    title = str(row.get("name") or row.get("title") or key)
    order = "" if not kind.order else str(row.get(kind.order) or "")
    return Item(key, title, link, _number(row, kind.column), _number(row, kind.of) if kind.of else None, order)


def _number(row: Mapping[str, Any], column: str) -> Decimal | None:
    value = row.get(column)
    if value in (None, ""):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise CountFailed(tk._("列「{column}」に数でない値があります。").format(column=column)) from error


def _troubled_sources(definition: Definition, kind: DatasetQuery, is_sample: bool) -> list[str]:
    """Sources whose latest run failed or is held, as far as they can matter: those that datasets came from, or whose site is asked for."""
    latest = sa.select(HarvestRun.source_id, sa.func.max(HarvestRun.started).label("started")).group_by(HarvestRun.source_id).subquery()
    troubled = Session.execute(
        sa.select(HarvestRun.state, HarvestSource.id, HarvestSource.title, HarvestSource.url)
        .join(latest, sa.and_(latest.c.source_id == HarvestRun.source_id, latest.c.started == HarvestRun.started))
        .join(HarvestSource, HarvestSource.id == HarvestRun.source_id)
        .where(HarvestRun.state.in_(("failed", "held")), HarvestSource.active)
    ).all()
    if not troubled:
        return []
    origins = membership.sources(definition, is_sample=is_sample)
    question = kind.question_for(is_sample)
    sites = _PORTAL in question and _ANY_PORTAL not in question
    words = {"failed": "失敗したため、数が古いか少ない可能性があります", "held": "確認待ちのため、数が変わる可能性があります"}
    return sorted(
        f"収集元「{title}」の最新の実行が{words[state]}。"
        for state, id, title, url in troubled
        if id in origins or (_site(url) in question if sites else not is_sample)
    )


def _site(url: str) -> str:
    return url.split("://", 1)[-1].split("/", 1)[0].lower()
