"""The plans with their KPIs, as the published tables have them now; read again only when one of the datasets was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from ckan.model import Session
from ckanext.datastore.backend.postgres import get_read_engine

from ..catalogue import identity
from ..kpi.model import Kpi, Observation
from ..kpi.plans import Plan, printed_observations, read_plan

__all__ = ["PlanDataset", "Plans", "State", "document_titles", "plans", "rows", "state"]

#: The group of the catalogue that holds the plans (catalogue/groups.yaml), and the package of what texts say of municipalities.
_GROUP = "plans"
_STATEMENTS = "miyagi-municipal-adoption"
#: Tables that a plan's KPIs are read from, where it has them.
_TABLES = ("documents", "kpis", "kpi_targets", "plan_periods", "plans", "measures", "measure_departments")


@dataclass(frozen=True)
class PlanDataset:
    """A published plan and the dataset it stands in.

    :param package: name of its package; ids of its resources are made from it
    :param documents: id of a document of the package → its title, as it is printed
    :param departments: number of a measure (企2) → departments in charge, as printed
    """

    plan: Plan
    package: str
    dataset_id: str
    dataset_name: str
    title: str
    title_en: str
    owner_org: str
    documents: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def departments_of(self, kpi: Kpi) -> list[str]:
        """Those of the KPI's measures, each once, in their order."""
        return list(dict.fromkeys(name for number in kpi.measure_numbers for name in self.departments.get(number, ())))


@dataclass(frozen=True)
class Plans:
    """:param kpis: KPI → its plan and itself, in the order of the plans
    :param printed: what the texts print of a KPI beside its baseline and targets: KPI → observations
    """

    datasets: tuple[PlanDataset, ...]
    kpis: Mapping[str, tuple[PlanDataset, Kpi]]
    printed: Mapping[str, tuple[Observation, ...]]


State = tuple[tuple[str, str, str, str, str, str, datetime], ...]


def state() -> State:
    """Which datasets there are to read, and when each was written: the same answer means the same plans.

    :returns: package, dataset id and name, titles in Japanese and English, owner, time
    """
    query = sa.text("""
        SELECT coalesce(nullif(extras ->> 'identifier', ''), name), id, name, title, coalesce(extras ->> 'title_en', ''), coalesce(owner_org, ''),
               metadata_modified
        FROM package
        WHERE package.state = 'active' AND NOT package.private AND (package.name = :statements OR EXISTS (
            SELECT 1 FROM member JOIN "group" ON "group".id = member.group_id
            WHERE member.table_id = package.id AND member.table_name = 'package' AND member.state = 'active' AND "group".name = :plans
        ))
        ORDER BY 1
    """)
    return tuple(tuple(row) for row in Session.execute(query, {"statements": _STATEMENTS, "plans": _GROUP}))  # type: ignore[misc]


def plans() -> Plans:
    """All plans that the public sees."""
    return _read(state())


@lru_cache(maxsize=4)
def _read(now: State) -> Plans:
    datasets = []
    for package, dataset_id, name, title, title_en, owner, _written in now:
        tables = {table: one for table in _TABLES if (one := rows(package, table)) is not None}
        if "kpis" not in tables:
            continue
        datasets.append(PlanDataset(
            read_plan(package, tables), package, dataset_id, name, title, title_en or title, owner,
            document_titles(tables.get("documents", ())), _departments(tables),
        ))
    kpis = [kpi for dataset in datasets for kpi in dataset.plan.kpis]
    found: dict[str, list[Observation]] = {}
    for one in printed_observations(kpis, rows(_STATEMENTS, "statements") or (), rows(_STATEMENTS, "indicators") or ()):
        found.setdefault(one.kpi, []).append(one)
    latest = sorted(datasets, key=lambda dataset: (dataset.plan.years or (0, 0), dataset.package), reverse=True)
    by_id = {kpi.id: (dataset, kpi) for dataset in latest for kpi in dataset.plan.kpis}
    return Plans(tuple(latest), by_id, {kpi: tuple(ones) for kpi, ones in found.items()})


def rows(package: str, table: str) -> list[dict[str, Any]] | None:
    """A table of the DataStore, in its order; None where it is not there."""
    resource = identity.resource_id(package, table)
    with get_read_engine().connect() as connection:
        if connection.scalar(sa.text("SELECT to_regclass(:name)"), {"name": f'public."{resource}"'}) is None:
            return None
        # The name is a UUID of our own making.
        return [dict(row) for row in connection.execute(sa.text(f'SELECT * FROM "{resource}" ORDER BY _id')).mappings()]  # noqa: S608


def document_titles(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Id → title of the documents that a package was read from."""
    return {str(row["id"]): str(row["title"]) for row in rows if row.get("title")}


def _departments(tables: Mapping[str, list[dict[str, Any]]]) -> dict[str, tuple[str, ...]]:
    """Departments by measure number: from the measures' own row, one a line of print.

    A measure that a plan lists more than once has all its departments.
    """
    found: dict[str, dict[str, None]] = {}
    for row in tables.get("measures", ()):
        number, names = str(row.get("measure_number") or ""), str(row.get("departments") or "")
        if number and names:
            found.setdefault(number, {}).update(dict.fromkeys(part.strip() for part in names.split(";") if part.strip()))
    return {number: tuple(names) for number, names in found.items()}
