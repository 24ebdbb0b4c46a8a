"""Measures with everything that is linked to them, and on what each link rests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .model import Basis, Chain, Cost, Kpi, Link, LinkKind, Mark, Measure, Place, PreviousItem, Project
from .words import Reader, basis_words, inferred_words, number, place_text

__all__ = ["in_short", "of_kpi", "shown", "texts"]


def in_short(measure: Measure, chain: Chain, reader: Reader) -> dict[str, Any]:
    """A measure as lists have it."""
    kpis = [chain.kpis[link.target] for link in chain.links_from(LinkKind.MEASURE_KPI, measure.id)]
    return {
        "id": measure.id, "plan": measure.plan, "plan_title": reader.title(measure.plan),
        "plan_dataset": reader.datasets.get(measure.plan, measure.plan),
        "number": measure.number, "name": measure.name, "groups": list(measure.groups), "departments": list(measure.departments),
        "start_year": measure.start_year, "is_under_adjustment": measure.is_under_adjustment, "has_kpi_mark": measure.has_kpi_mark,
        "has_kpi": bool(kpis), "kpis": [{"id": kpi.id, "name": kpi.name} for kpi in kpis],
        "group_kpis": len(chain.links_from(LinkKind.GROUP_KPI, measure.id)),
        "project_count": len(chain.links_from(LinkKind.MEASURE_PROJECT, measure.id)),
        "source": _place(measure.place, reader),
    }


def of_kpi(kpi: str, chain: Chain, reader: Reader) -> list[dict[str, Any]]:
    """The measures that a plan prints a KPI for: ``id``, ``number``, ``name``, ``project_count``, and on what each link rests.

    :param kpi: its id
    """
    found = []
    for measure in chain.measures.values():
        for link in chain.links_from(LinkKind.MEASURE_KPI, measure.id):
            if link.target == kpi:
                projects = len(chain.links_from(LinkKind.MEASURE_PROJECT, measure.id))
                found.append({"id": measure.id, "number": measure.number, "name": measure.name, "project_count": projects, **_link(link, reader)})
    return found


def texts(measure: Measure) -> tuple[str, ...]:
    """What a measure is found by: name, number, groups and departments."""
    return measure.name, measure.number, *measure.groups, *measure.departments


def shown(measure: Measure, chain: Chain, reader: Reader) -> dict[str, Any]:
    """A measure with its whole chain: KPIs, projects, budgets and accounts of their fields, marks and their legend, the plan before."""
    kpis = [*chain.links_from(LinkKind.MEASURE_KPI, measure.id), *chain.links_from(LinkKind.GROUP_KPI, measure.id)]
    projects = chain.links_from(LinkKind.MEASURE_PROJECT, measure.id)
    costs = {link.target: link for one in projects for link in chain.links_from(LinkKind.PROJECT_COST, one.target)}
    plans = {chain.projects[link.target].plan for link in projects}
    return {
        **in_short(measure, chain, reader),
        "kpis": [
            {**_kpi(chain.kpis[link.target], reader), **_link(link, reader), "is_of_group": link.kind == LinkKind.GROUP_KPI}
            for link in kpis
        ],
        "projects": [{**_project(chain.projects[link.target], reader), **_link(link, reader)} for link in projects],
        "costs": [{**_cost(chain.costs[id], reader), **_link(link, reader)} for id, link in costs.items()],
        "marks": [_mark(mark, reader) for mark in chain.marks.values() if mark.plan in plans],
        "previous": [
            {**_previous(chain.previous[link.target]), **_link(link, reader)}
            for link in _once(chain.links_from(LinkKind.MEASURE_PREVIOUS, measure.id))
        ],
        "same_heading": [
            {"id": other.id, "number": other.number, "name": other.name}
            for other in chain.measures.values()
            if other.plan == measure.plan and other.id != measure.id and set(other.groups) & set(measure.groups)
        ],
    }


def _once(links: Iterable[Link]) -> list[Link]:
    """Printed links first; a target that is linked in two ways once."""
    found: dict[str, Link] = {}
    for link in sorted(links, key=lambda link: link.basis != Basis.PRINTED):
        found.setdefault(link.target, link)
    return list(found.values())


def _link(link: Link, reader: Reader) -> dict[str, Any]:
    return {
        "basis": link.basis.value, "basis_text": basis_words(link.basis, reader.language),
        "inferred_text": inferred_words(link.inferred, reader.language) if link.inferred else "",
        "link_place": place_text(link.places, reader),
    }


def _kpi(kpi: Kpi, reader: Reader) -> dict[str, Any]:
    now = reader.kpis.get(kpi.id, {})
    return {
        "id": kpi.id, "name": kpi.name, "group": kpi.group,
        **{key: now.get(key, "") for key in ("status", "status_text", "status_tone", "sentence", "value_text")},
    }


def _project(project: Project, reader: Reader) -> dict[str, Any]:
    return {
        "id": project.id, "plan": project.plan, "plan_title": reader.title(project.plan), "name": project.name, "field": project.field,
        "item": project.item, "department": project.department, "mark": project.mark, "mark_label": project.mark_label,
        "note": project.note,
    }


def _cost(cost: Cost, reader: Reader) -> dict[str, Any]:
    return {
        "id": cost.id, "plan": cost.plan, "plan_title": reader.title(cost.plan), "field": cost.field, "category": cost.category,
        "fiscal_year": cost.fiscal_year, "entries": cost.entries, "budget": number(cost.budget), "budget_printed": cost.budget_printed,
        "actual": number(cost.actual), "actual_printed": cost.actual_printed, "inferred": list(cost.inferred),
    }


def _mark(mark: Mark, reader: Reader) -> dict[str, Any]:
    return {"mark": mark.mark, "label": mark.label, "place": place_text([mark.place], reader)}


def _previous(item: PreviousItem) -> dict[str, Any]:
    return {"id": item.id, "name": item.name, "direction": item.direction}


def _place(place: Place, reader: Reader) -> dict[str, str]:
    return {"document": place.document, "lines": place.lines, "page": place.page, "text": place_text([place], reader)}
