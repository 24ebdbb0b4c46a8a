"""A plan's page, built from the tables that its package has (plan_sections.yaml says which are shown, and how).

Nothing here knows a plan by name: tables and columns decide. Words for the reader are the templates' business; here are values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import groupby
from typing import Any

import yaml

__all__ = ["Column", "SECTIONS", "SUPPORTING", "Section", "Table", "sections"]

#: The settings of a section, as in plan_sections.yaml.
SECTIONS: list[dict[str, Any]] = yaml.safe_load(files(__package__).joinpath("plan_sections.yaml").read_text(encoding="utf-8"))
#: Tables that a page asks for beside its sections.
SUPPORTING = ("documents", "notes")
LIST_SEPARATOR = ";"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column as the catalogue's dictionary has it."""

    name: str
    type: str
    title: str
    title_en: str
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """A published table: all its rows, unless it is too long for a page.

    :param resource: the CKAN resource
    :param total: rows of the table, which may be more than ``rows``
    """

    resource: Mapping[str, Any]
    columns: Mapping[str, Column]
    rows: Sequence[Row]
    total: int


@dataclass
class Choice:
    """A filter: a column, its values with their numbers of rows, and the one that is chosen.

    :param is_list: cells hold several values
    """

    column: Column
    parameter: str
    options: list[tuple[str, int]]
    chosen: str
    is_list: bool


@dataclass
class Group:
    """Rows under one heading.

    :param headings: of its levels, outer first; only what differs from the group before it is to be printed
    :param level: the first level that is new
    """

    headings: list[str]
    level: int
    rows: list[dict[str, Any]]


@dataclass
class Section:
    """One table of the page.

    :param kind: ``list`` or ``targets``
    :param unknown: parameter → value of filters that the address asks for and the table has not; they leave no row out
    :param years: of the targets, in order
    :param legend: mark, meaning, number of rows
    """

    name: str
    kind: str
    resource: Mapping[str, Any]
    columns: list[Column]
    groups: list[Group]
    filters: list[Choice]
    shown: int
    total: int
    loaded: int
    unknown: dict[str, str] = field(default_factory=dict)
    years: list[int] = field(default_factory=list)
    legend: list[tuple[str, str, int]] = field(default_factory=list)


def sections(load: Callable[[str], Table | None], chosen: Mapping[str, str]) -> list[Section]:
    """The page of a plan.

    :param load: a table of the package by its name, or None where there is none; called only for what is shown
    :param chosen: filter parameter → value, as in the address
    """
    notes = _by_row(load("notes"))
    built = []
    for settings in SECTIONS:
        if settings.get("without") and load(settings["without"]) is not None:
            continue
        table = load(settings["table"])
        if table is not None and table.rows:
            built.append(_section(settings, table, load, chosen, notes))
    return built


def _section(
    settings: Mapping[str, Any], table: Table, load: Callable[[str], Table | None], chosen: Mapping[str, str],
    notes: Mapping[tuple[str, str], list[Row]],
) -> Section:
    name = settings["table"]
    filters = [_choice(name, table, column, chosen) for column in _present(settings.get("filters", ()), table)]
    rows = [row for row in table.rows if all(_fits(row, choice) for choice in filters)]
    known = {choice.parameter for choice in filters if choice.chosen}
    targets = load(settings["targets"]) if "targets" in settings else None
    of_kpi = _targets(targets)
    shown = [
        {
            "cells": row,
            "flags": [table.columns[flag] for flag in _present(settings.get("flags", ()), table) if row[flag]],
            "notes": notes.get((name, str(row.get("id"))), []),
            "targets": of_kpi.get(row.get("id"), {}),
        }
        for row in rows
    ]
    return Section(
        name=name, kind="targets" if targets else "list", resource=table.resource,
        columns=[table.columns[column] for column in _present(settings.get("columns", ()), table) if _is_used(table, column)],
        groups=_groups(shown, _present(settings.get("groups", ()), table), table),
        filters=[choice for choice in filters if len(choice.options) > 1],
        shown=len(rows), total=table.total, loaded=len(table.rows),
        unknown={asked: value for asked, value in chosen.items() if value and asked.startswith(f"{name}.") and asked not in known},
        years=sorted({year for by_year in of_kpi.values() for year in by_year}),
        legend=_legend(settings.get("legend"), table, load),
    )


def _present(wanted: Iterable[str | Sequence[str]], table: Table) -> list[str]:
    """The columns that the table has; of alternatives the first."""
    found = []
    for entry in wanted:
        names = [entry] if isinstance(entry, str) else entry
        found += [name for name in names if name in table.columns][:1]
    return found


def _is_used(table: Table, column: str) -> bool:
    return any(row.get(column) not in (None, "") for row in table.rows)


def _choice(section: str, table: Table, column: str, chosen: Mapping[str, str]) -> Choice:
    counts = Counter(value for row in table.rows for value in set(_values(row, column)))
    values = {value: counts[value] for row in table.rows for value in _values(row, column)}
    parameter = f"{section}.{column}"
    wanted = chosen.get(parameter, "")
    is_list = any(LIST_SEPARATOR in str(row.get(column) or "") for row in table.rows)
    return Choice(table.columns[column], parameter, list(values.items()), wanted if wanted in values else "", is_list)


def _values(row: Row, column: str) -> list[str]:
    value = row.get(column)
    return [] if value in (None, "") else [part.strip() for part in str(value).split(LIST_SEPARATOR) if part.strip()]


def _fits(row: Row, choice: Choice) -> bool:
    return not choice.chosen or choice.chosen in _values(row, choice.column.name)


def _groups(rows: list[dict[str, Any]], levels: Sequence[str], table: Table) -> list[Group]:
    """Rows in the order of the table, a new group wherever a heading changes."""
    used = [level for level in levels if _is_used(table, level)]
    groups: list[Group] = []
    for headings, members in groupby(rows, key=lambda row: [_heading(row["cells"], level) for level in used]):
        before = groups[-1].headings if groups else []
        level = next((i for i, heading in enumerate(headings) if i >= len(before) or before[i] != heading), 0)
        groups.append(Group(headings, level, list(members)))
    return groups


def _heading(row: Row, column: str) -> str:
    """The name of a group, its number in front."""
    name = row.get(column) or ""
    number = row.get(f"{column.removesuffix('_name')}_number")
    return f"{number} {name}".strip() if column.endswith("_name") and number not in (None, "") else str(name)


def _targets(table: Table | None) -> dict[str, dict[int, Row]]:
    found: dict[str, dict[int, Row]] = {}
    for row in table.rows if table else ():
        if row.get("fiscal_year") is not None:
            found.setdefault(row["kpi_id"], {})[row["fiscal_year"]] = row
    return found


def _legend(column: str | None, table: Table, load: Callable[[str], Table | None]) -> list[tuple[str, str, int]]:
    marks = load(f"{column}s") if column else None
    if marks is None:
        return []
    counts = Counter(row.get(column) for row in table.rows)
    return [(row["mark"], row["label"], counts[row["mark"]]) for row in marks.rows]


def _by_row(table: Table | None) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in table.rows if table else ():
        found.setdefault((row.get("table_name") or "", row.get("row_id") or ""), []).append(row)
    return found
