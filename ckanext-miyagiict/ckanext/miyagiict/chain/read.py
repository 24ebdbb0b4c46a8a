"""Rows of the packages' tables → the chain.

Nothing here knows a plan by its name: a table that a package has, and a column that the table has, is read; what is missing links nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..kpi.model import Kpi as KnownKpi
from ..kpi.plans import read_plan
from .model import Basis, Chain, Cost, Kpi, Link, LinkKind, Mark, Measure, Place, PlanPart, PreviousItem, Project

__all__ = ["TABLES", "join", "read_part"]

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]

#: Tables of a package that the chain is read from, where it has them.
TABLES = (
    "documents", "measures", "kpis", "kpi_targets", "kpi_measures", "plan_periods", "plans", "projects", "project_costs",
    "evaluation_marks", "items",
    "previous_plan_items", "previous_plan_measures", "previous_plan_page_references",
)
#: Columns that say under which heading a measure stands, the first that a table has; with the name beside it.
_GROUPS = (("group_id", "group_name"), ("section_id", "section_name"), ("item_id", "item_name"))
_SEPARATOR = ";"
#: Costs of another category (情報発信サイト等) are of what is in no list of projects.
_OF_PROJECTS = "個別事業"


def read_part(plan: str, tables: Tables) -> PlanPart:
    """What one package gives.

    :param plan: its name
    :param tables: table → rows, of those in ``TABLES``
    :raises ValueError: a cell that is no number where one must be
    """
    rows = list(tables.get("measures", ()))
    measures, listings = _measures(plan, rows)
    known = read_plan(plan, tables)
    kpis = tuple(_kpis(plan, known.kpis, tables.get("kpis", ())))
    projects = tuple(_project(plan, row) for row in tables.get("projects", ()))
    costs = tuple(_cost(plan, row) for row in tables.get("project_costs", ()))
    previous = tuple(_previous(plan, row) for table in ("previous_plan_measures", "previous_plan_items") for row in tables.get(table, ()))
    links = [
        *_measure_kpis(tables, measures, listings), *_group_kpis(tables), *_project_costs(projects, costs),
        *_previous_links(tables, listings),
    ]
    # A legend without projects is of something else.
    marks = [
        Mark(_text(row, "id"), plan, _text(row, "mark"), _text(row, "label"), _place(row)) for row in tables.get("evaluation_marks", ())
    ]
    publisher = next((_text(row, "publisher_code") for row in tables.get("documents", ())), "")
    return PlanPart(plan, publisher, known.years, measures, kpis, projects, costs, tuple(marks) if projects else (), previous, tuple(links))


def join(parts: Iterable[PlanPart]) -> Chain:
    """All plans, the latest first, with what only their names link: measures and projects of one publisher."""
    parts = tuple(sorted(parts, key=lambda part: (part.years or (0, 0), part.plan), reverse=True))
    links = [link for part in parts for link in part.links]
    for part in parts:
        if part.publisher:
            own = [project for other in parts if other.publisher == part.publisher for project in other.projects]
            links += _same_names(part.measures, own)
    return Chain(
        parts, {one.id: one for part in parts for one in part.measures}, {one.id: one for part in parts for one in part.kpis},
        {one.id: one for part in parts for one in part.projects}, {one.id: one for part in parts for one in part.costs},
        {one.id: one for part in parts for one in part.marks}, {one.id: one for part in parts for one in part.previous}, tuple(links),
    )


def _measures(plan: str, rows: Sequence[Row]) -> tuple[tuple[Measure, ...], dict[str, str]]:
    """The measures, each once, and listing → measure."""
    firsts = {_text(row, "id"): _text(row, "first_listing_id") or _text(row, "id") for row in rows}
    own: dict[str, list[Row]] = {}
    for row in rows:
        own.setdefault(firsts[_text(row, "id")], []).append(row)
    made = []
    for id, listed in own.items():
        # The first listing has the measure's own row; a plan may print the repeat in front of it.
        listed.sort(key=lambda row: _text(row, "id") != id)
        first = listed[0]
        marks = [_text(row, "has_kpi_mark").lower() == "true" for row in listed if "has_kpi_mark" in row]
        departments = (name.strip() for row in listed for name in _text(row, "departments").split(_SEPARATOR))
        made.append(Measure(
            id, plan, _text(first, "measure_number"), _text(first, "name"), tuple(dict.fromkeys(filter(None, map(_group_name, listed)))),
            tuple(dict.fromkeys(filter(None, departments))), _whole(first, "start_year"), any(marks) if marks else None,
            _text(first, "is_under_adjustment").lower() == "true", _place(first),
        ))
    return tuple(made), firsts


def _kpis(plan: str, known: Iterable[KnownKpi], rows: Iterable[Row]) -> Iterator[Kpi]:
    """Named as the pages of KPIs name them: a plan may print one without a name."""
    places = {_text(row, "id"): _place(row) for row in rows}
    for kpi in known:
        yield Kpi(kpi.id, plan, kpi.name, kpi.group, places[kpi.id])


def _measure_kpis(tables: Tables, measures: Sequence[Measure], listings: Mapping[str, str]) -> Iterator[Link]:
    """By the table of links where there is one, else by the measures' numbers that the KPI's row prints."""
    numbers = {measure.number: measure.id for measure in measures if measure.number}
    printed: dict[tuple[str, str], list[Place]] = {}
    if "kpi_measures" in tables:
        for row in tables["kpi_measures"]:
            printed.setdefault((listings.get(_text(row, "measure_id"), ""), _text(row, "kpi_id")), []).append(_place(row))
    else:
        for row in tables.get("kpis", ()):
            for number in _text(row, "measure_numbers").split(_SEPARATOR):
                printed.setdefault((numbers.get(number.strip(), ""), _text(row, "id")), []).append(_place(row))
    for (measure, kpi), places in printed.items():
        if measure:
            yield Link(LinkKind.MEASURE_KPI, measure, kpi, Basis.PRINTED, tuple(dict.fromkeys(places)))


def _group_kpis(tables: Tables) -> Iterator[Link]:
    """KPIs that a plan prints for a heading, not for a measure: those of a table of KPIs that names no measure at all."""
    kpis = tables.get("kpis", ())
    if "kpi_measures" in tables or any("measure_numbers" in row for row in kpis):
        return
    for measure in tables.get("measures", ()):
        for row in kpis:
            if _group_id(row) and _group_id(row) == _group_id(measure):
                yield Link(LinkKind.GROUP_KPI, _text(measure, "id"), _text(row, "id"), Basis.KEY, (_place(row),))


def _project_costs(projects: Iterable[Project], costs: Iterable[Cost]) -> Iterator[Link]:
    by_field: dict[str, list[Cost]] = {}
    for cost in costs:
        if cost.category in ("", _OF_PROJECTS):
            by_field.setdefault(cost.field_id, []).append(cost)
    for project in projects:
        for cost in by_field.get(project.field_id, ()) if project.field_id else ():
            yield Link(LinkKind.PROJECT_COST, project.id, cost.id, Basis.KEY, (cost.place,))


def _previous_links(tables: Tables, listings: Mapping[str, str]) -> Iterator[Link]:
    """Of the item that a measure stands under: printed page references, and headings of the plan before with the item's name.

    A reference that stands on a page with several items of the plan before, and does not say which it is of, links nothing.
    """
    headings: dict[str, list[Row]] = {}
    for row in tables.get("previous_plan_measures", ()):
        headings.setdefault(_text(row, "name"), []).append(row)
    items = {_text(row, "id"): row for row in tables.get("items", ())}
    references: dict[str, list[Row]] = {}
    for row in tables.get("previous_plan_page_references", ()):
        if _text(row, "item_id") and _text(row, "previous_plan_item_id"):
            references.setdefault(_text(row, "item_id"), []).append(row)
    for measure in tables.get("measures", ()):
        id, item = listings[_text(measure, "id")], items.get(_text(measure, "item_id"))
        if item is None:
            continue
        for row in references.get(_text(item, "id"), ()):
            previous, inferred = _text(row, "previous_plan_item_id"), _text(row, "previous_plan_item_basis")
            yield Link(LinkKind.MEASURE_PREVIOUS, id, previous, Basis.PRINTED, (_place(row),), inferred)
        for row in headings.get(_text(item, "name"), ()):
            yield Link(LinkKind.MEASURE_PREVIOUS, id, _text(row, "id"), Basis.SAME_NAME, (_place(item), _place(row)))


def _same_names(measures: Iterable[Measure], projects: Iterable[Project]) -> Iterator[Link]:
    by_name: dict[str, list[Project]] = {}
    for project in projects:
        by_name.setdefault(project.name, []).append(project)
    for measure in measures:
        for project in by_name.get(measure.name, ()) if measure.name else ():
            yield Link(LinkKind.MEASURE_PROJECT, measure.id, project.id, Basis.SAME_NAME, (measure.place, project.place))


def _project(plan: str, row: Row) -> Project:
    return Project(
        _text(row, "id"), plan, _text(row, "field_id"), _text(row, "field_name"), _text(row, "item_name"), _text(row, "number"),
        _text(row, "name"),
        _text(row, "department"), _text(row, "evaluation_mark"), _text(row, "evaluation_label"), _text(row, "note"), _place(row),
    )


def _cost(plan: str, row: Row) -> Cost:
    year = _whole(row, "fiscal_year")
    if year is None:
        raise ValueError(f"{_text(row, 'id')}: a cost without a fiscal year")
    return Cost(
        _text(row, "id"), plan, _text(row, "category"), _text(row, "field_id"),
        _text(row, "field_name") or _text(row, "row_label_printed"), year, _whole(row, "entry_count"),
        _number(row, "budget_million_yen"), _text(row, "budget_printed"), _number(row, "actual_million_yen"), _text(row, "actual_printed"),
        _text(row, "is_total").lower() == "true",
        tuple(name for name in ("category", "fiscal_year", "entry_count") if _text(row, f"{name}_basis") == "inferred"), _place(row),
    )


def _previous(plan: str, row: Row) -> PreviousItem:
    return PreviousItem(_text(row, "id"), plan, _text(row, "name"), _text(row, "direction"), _place(row))


def _group_id(row: Row) -> str:
    return next((_text(row, id) for id, _name in _GROUPS if id in row), "")


def _group_name(row: Row) -> str:
    return next((_text(row, name) for _id, name in _GROUPS if name in row), "")


def _place(row: Row) -> Place:
    return Place(_text(row, "source_document"), _text(row, "source_lines"), _text(row, "source_page"))


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    return "" if value is None else str(value).strip()


def _number(row: Row, key: str) -> Decimal | None:
    text = _text(row, key)
    try:
        return Decimal(text) if text else None
    except ArithmeticError as error:
        raise ValueError(f"{_text(row, 'id')}: {key} is no number: {text}") from error


def _whole(row: Row, key: str) -> int | None:
    number = _number(row, key)
    return None if number is None else int(number)
