"""Whose dataset a record becomes: the municipality that published it, else the prefecture, and then somebody is told."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files

from miyagi_harvesters.problems import Problem, problem
from miyagi_harvesters.record import Record

from ..catalogue import organizations
from ..packages.metadata import Publisher
from . import findings  # noqa: F401  (registers the kinds used here)
from .sources import Source

__all__ = ["ensure", "ensure_all", "municipalities", "owner_of"]


@lru_cache(maxsize=1)
def municipalities() -> dict[str, Publisher]:
    """Code → public body: the prefecture and its 35 municipalities."""
    table = files("miyagi_harvesters").joinpath("tables_of_facts", "municipalities.csv").read_text(encoding="utf-8-sig")
    return {row["code"]: Publisher(row["code"], row["name"], row["name_en"]) for row in csv.DictReader(table.splitlines())}


def ensure_all() -> int:
    """Create the organizations that are missing; they are there before their first dataset.

    :returns: how many were written
    """
    return organizations.ensure_organizations(municipalities().values())


def ensure(owner: Publisher) -> None:
    """Create one organization where it is missing."""
    organizations.ensure_organizations([owner])


def owner_of(record: Record, source: Source) -> tuple[Publisher, list[Problem]]:
    """The owner, and what was noticed.

    The record's own publisher comes first, then the source's table ``municipalities`` (name or id of an organization → code), then the
    source's ``owner``.
    """
    table = dict(source.options.get("municipalities") or {})
    manual = table.get(record.publisher.id) or table.get(record.publisher.name) or table.get(record.id)
    for code in (manual, record.publisher.code, source.options.get("owner")):
        if code in municipalities():
            return municipalities()[str(code)], []
    shown = record.publisher.name or record.publisher.id or record.title
    return organizations.DEFAULT_PUBLISHER, [problem("owner-unknown", record.id, value=shown)]
