"""The chain of the published plans, read again only when one of their datasets was written."""

from __future__ import annotations

from functools import lru_cache

from ..chain.model import Chain
from ..chain.read import TABLES, join, read_part
from ..chain.words import Reader
from . import figures, plans, showing

__all__ = ["chain", "reader"]


def chain() -> Chain:
    """Of all plans that the public sees, the latest first."""
    return _read(plans.state())


def reader(language: str) -> Reader:
    """For whom answers are worded, with how the KPIs stand now.

    :param language: ``ja`` or ``en``
    """
    titles, datasets = {}, {}
    for package, _id, name, title, title_en, _owner, _written in plans.state():
        titles[package], datasets[package] = title if language == "ja" else title_en or title, name
    return Reader(language, titles, datasets, {kpi["id"]: kpi for kpi in showing.listed(figures.figures(), language)}, _documents(plans.state()))


@lru_cache(maxsize=4)
def _documents(now: plans.State) -> dict[str, str]:
    return {id: title for package, *_more in now for id, title in plans.document_titles(plans.rows(package, "documents") or ()).items()}


@lru_cache(maxsize=4)
def _read(now: plans.State) -> Chain:
    parts = []
    for package, *_more in now:
        tables = {table: found for table in TABLES if (found := plans.rows(package, table)) is not None}
        parts.append(read_part(package, tables))
    return join(parts)
