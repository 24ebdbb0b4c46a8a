"""How KPIs are counted: definitions and choices as they are kept, and the list to start from (kpi/definitions.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from ckan.model import Session

from .. import kpi
from ..kpi.counting import Choice
from ..kpi.definition import Definition, kind_name, own_data, read_definition
from ..kpi.problems import InputInvalid, problem, raise_if_any
from ..model import KpiChoice, KpiDefinition
from . import changes, history, plans, version

__all__ = ["add_choice", "add_definition", "all_choices", "all_definitions", "as_dict", "counting_words", "ensure", "in_force"]


def all_definitions() -> dict[str, list[Definition]]:
    """KPI → its definitions, every version of every way to count."""
    found: dict[str, list[Definition]] = {}
    query = sa.select(KpiDefinition).order_by(KpiDefinition.kpi_id, KpiDefinition.counting, KpiDefinition.version)
    for row in Session.scalars(query):
        found.setdefault(row.kpi_id, []).append(read_definition({
            **row.data, "kpi": row.kpi_id, "version": row.version, "kind": row.kind, "valid_from": row.valid_from,
            "valid_to": row.valid_to, "reason": row.reason, "counting": row.counting,
        }))
    return found


def in_force(day: date) -> list[Definition]:
    """The definitions that hold on a day: of each KPI and way to count the highest version."""
    found: dict[tuple[str, str], Definition] = {}
    for definitions in all_definitions().values():
        for one in definitions:
            if one.holds_on(day):
                found[one.kpi, one.counting] = max(found.get((one.kpi, one.counting), one), one, key=lambda known: known.version)
    return list(found.values())


def all_choices() -> list[Choice]:
    """Every choice, in the order in which they were made."""
    return [Choice(row.kpi_id, row.counting, row.valid_from, row.reason) for row in Session.scalars(sa.select(KpiChoice).order_by(KpiChoice.id))]


def add_definition(data: Mapping[str, Any], user: str = "") -> Definition:
    """Keep a new version of a definition; the caller commits.

    :param data: as ``kpi.definition.read_definition`` takes it; the version is the next one unless it is given
    :raises InputInvalid: it cannot be used, there is no such KPI, or that version is there
    """
    key = {"kpi_id": str(data.get("kpi") or ""), "counting": str(data.get("counting") or "")}
    last = Session.scalar(sa.select(sa.func.max(KpiDefinition.version)).filter_by(**key))
    definition = read_definition({**data, "version": data.get("version") or (last or 0) + 1})
    raise_if_any(_misplaced(definition, last or 0))
    row = KpiDefinition(
        kpi_id=definition.kpi, counting=definition.counting, version=definition.version, kind=kind_name(definition.kind),
        data=own_data(definition.kind), valid_from=definition.valid_from, valid_to=definition.valid_to, reason=definition.reason,
        created_by=user, created_at=datetime.now(UTC),
    )
    Session.add(row)
    history.note(
        user, "create", "definition", f"{definition.kpi}/{definition.counting}/{definition.version}", after=as_dict(definition),
        reason=definition.reason, kpi_id=definition.kpi,
    )
    changes.note(changes.DEFINITIONS)
    version.bump()
    return definition


def add_choice(choice: Choice, user: str = "") -> None:
    """Keep which way to count makes the status from a day on; the caller commits.

    :raises InputInvalid: the KPI has no such way to count
    """
    known = {one.counting for one in all_definitions().get(choice.kpi, ())}
    if choice.counting not in known:
        raise InputInvalid([problem("definition", field="counting", value=choice.counting, detail="、".join(sorted(known)) or "この指標には定義がありません")])
    Session.add(KpiChoice(
        kpi_id=choice.kpi, counting=choice.counting, valid_from=choice.valid_from, reason=choice.reason, created_by=user,
        created_at=datetime.now(UTC),
    ))
    after = {"counting": choice.counting, "valid_from": choice.valid_from.isoformat()}
    history.note(user, "create", "choice", choice.kpi, after=after, reason=choice.reason, kpi_id=choice.kpi)
    version.bump()


def ensure(file: Path | None = None) -> int:
    """Keep what the list has and the catalogue does not: ways to count that have no definition yet, choices of KPIs that have none.

    :param file: another list than the one that comes with the catalogue
    :returns: how many were added; they are committed
    """
    said = _list(file) if file else _shipped()
    known = {(id, one.counting) for id, ones in all_definitions().items() for one in ones}
    chosen = {choice.kpi for choice in all_choices()}
    kpis = plans.plans().kpis
    added = 0
    for entry in said.get("definitions", ()):
        if entry["kpi"] in kpis and (entry["kpi"], entry.get("counting", "")) not in known:
            add_definition(entry)
            added += 1
    Session.flush()
    for entry in said.get("choices", ()):
        if entry["kpi"] in kpis and entry["kpi"] not in chosen:
            add_choice(Choice(entry["kpi"], entry["counting"], entry["valid_from"], entry["reason"]))
            added += 1
    Session.commit()
    return added


def counting_words(counting: str, language: str) -> str:
    """The name of a way to count; one that staff made up is its own name."""
    words = _shipped().get("countings", {}).get(counting)
    return words["ja" if language == "ja" else "en"] if words else counting


def as_dict(definition: Definition) -> dict[str, Any]:
    """As the API gives a definition."""
    return {
        "counting": definition.counting, "version": definition.version, "kind": kind_name(definition.kind), "data": own_data(definition.kind),
        "question": definition.kind.question, "valid_from": definition.valid_from.isoformat(),
        "valid_to": definition.valid_to.isoformat() if definition.valid_to else None, "reason": definition.reason,
    }


def _misplaced(definition: Definition, last: int) -> list[Any]:
    found = []
    if definition.kpi not in plans.plans().kpis:
        found.append(problem("definition", field="kpi", value=definition.kpi, detail="この指標はありません"))
    if definition.version <= last:
        found.append(problem("definition", field="version", value=str(definition.version), detail=f"次の版は{last + 1}です"))
    return found


def _list(file: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")) or {})


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Any]:
    return dict(yaml.safe_load(files(kpi).joinpath("definitions.yaml").read_text(encoding="utf-8")))
