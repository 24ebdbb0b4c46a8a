"""The rows that answer the ready questions, before anything is filtered; each row has a cell for every column of ``questions.yaml``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from .model import Chain, Cost, Link, LinkKind, Measure, Project
from .words import SAID, Reader, basis_words, inferred_words, number, place_text, say

__all__ = ["Found", "found"]

Row = dict[str, Any]


class Found:
    """:param rows: the answer
    :param notes: what must be known to read it
    :param empty: why there are no rows, where there are none
    """

    def __init__(self, rows: list[Row], empty: str, notes: list[str] | None = None) -> None:
        self.rows, self.empty, self.notes = rows, empty, notes or []


def found(question: Mapping[str, Any], chain: Chain, reader: Reader) -> Found:
    """:param question: of ``questions.yaml``"""
    return _QUESTIONS[question["name"]](question, chain, reader)


def _measures_without_kpi(question: Mapping[str, Any], chain: Chain, reader: Reader) -> Found:
    rows = [
        {
            **_measure(measure, reader), "department": list(measure.departments), "has_kpi_mark": measure.has_kpi_mark,
            "group_kpis": len(chain.links_from(LinkKind.GROUP_KPI, measure.id)),
        }
        for measure in chain.measures.values() if not chain.links_from(LinkKind.MEASURE_KPI, measure.id)
    ]
    notes = []
    for part in chain.plans:
        if part.measures and not any(chain.links_from(LinkKind.MEASURE_KPI, measure.id) for measure in part.measures):
            said = question["only_groups" if part.kpis else "no_kpis"]
            notes.append(say(said, reader.language, plan=reader.title(part.plan), count=len(part.measures)))
    if unsettled := sum(chain.measures[row["measure_id"]].is_under_adjustment for row in rows):
        notes.append(say(question["unsettled"], reader.language, count=unsettled))
    return Found(rows, say(question["empty"], reader.language), notes)


def _kpis_without_measure(question: Mapping[str, Any], chain: Chain, reader: Reader) -> Found:
    rows = [
        {
            "plan": kpi.plan, "plan_title": reader.title(kpi.plan), "kpi_id": kpi.id, "kpi": kpi.name, "group": kpi.group,
            "group_measures": len(chain.links_to(LinkKind.GROUP_KPI, kpi.id)),
            "status_text": reader.kpis.get(kpi.id, {}).get("status_text", ""),
            "place": place_text([kpi.place], reader),
        }
        for kpi in chain.kpis.values() if not chain.links_to(LinkKind.MEASURE_KPI, kpi.id)
    ]
    return Found(rows, say(question["empty"], reader.language))


def _well_rated_missed(question: Mapping[str, Any], chain: Chain, reader: Reader) -> Found:
    good = [project for project in chain.projects.values() if project.mark in SAID["well_rated"]]
    ways = [
        (project, to_measure, to_kpi)
        for project in good for to_measure in chain.links_to(LinkKind.MEASURE_PROJECT, project.id)
        for to_kpi in chain.links_from(LinkKind.MEASURE_KPI, to_measure.source)
    ]
    rows = []
    for project, to_measure, to_kpi in ways:
        kpi, result, measure = chain.kpis[to_kpi.target], reader.kpis.get(to_kpi.target, {}), chain.measures[to_measure.source]
        if result.get("status") in SAID["missed"]:
            rows.append({
                **_project(project, reader), "measure_id": measure.id, "measure": measure.name,
                "basis_text": basis_words(to_measure.basis, reader.language),
                "kpi_id": kpi.id, "kpi": kpi.name, "kpi_plan_title": reader.title(kpi.plan), "status_text": result["status_text"],
                "place": place_text([*to_measure.places, *to_kpi.places], reader),
            })
    kpis = {to_kpi.target for _project, _to_measure, to_kpi in ways}
    why = "empty_no_project" if not good else "empty_no_link" if not ways else "empty_none_missed"
    unknown = sum(reader.kpis.get(kpi, {}).get("status") in (None, *SAID["unknown"]) for kpi in kpis)
    linked = len({project.id for project, _to_measure, _to_kpi in ways})
    return Found(rows, say(question[why], reader.language, projects=len(good), linked=linked, kpis=len(kpis), unknown=unknown))


def _cost_by_field(question: Mapping[str, Any], chain: Chain, reader: Reader) -> Found:
    rows = [
        {
            "plan": cost.plan, "plan_title": reader.title(cost.plan), "field": cost.field, "category": cost.category,
            "fiscal_year": cost.fiscal_year, "entries": cost.entries, "budget": number(cost.budget), "budget_printed": cost.budget_printed,
            "actual": number(cost.actual), "actual_printed": cost.actual_printed, "is_total": cost.is_total,
            "place": place_text([cost.place], reader),
        }
        for cost in chain.costs.values()
    ]
    notes = [say(question["inferred"], reader.language)] if any(cost.inferred for cost in chain.costs.values()) else []
    differing, totals = _totals(chain)
    if differing:
        notes.append(say(question["mismatch"], reader.language, count=differing, totals=totals))
    return Found(rows, say(question["empty"], reader.language), notes)


def _measures_by_department(question: Mapping[str, Any], chain: Chain, reader: Reader) -> Found:
    rows = [
        {**_measure(measure, reader), "department": department, "kpis": len(chain.links_from(LinkKind.MEASURE_KPI, measure.id))}
        for measure in chain.measures.values() for department in measure.departments
    ]
    # In the order in which the plans first name them.
    order = {name: place for place, name in enumerate(dict.fromkeys(row["department"] for row in rows))}
    rows.sort(key=lambda row: order[row["department"]])
    without = sum(not measure.departments for measure in chain.measures.values())
    notes = [say(question["undepartmented"], reader.language, count=without)] if without else []
    return Found(rows, say(question["empty"], reader.language), notes)


def _projects_by_mark(question: Mapping[str, Any], chain: Chain, reader: Reader) -> Found:
    rows = []
    for project in chain.projects.values():
        same = [chain.measures[link.source] for link in chain.links_to(LinkKind.MEASURE_PROJECT, project.id)]
        rows.append({
            **_project(project, reader), "measure_id": same[0].id if same else "", "measure": same[0].name if same else "",
            "place": place_text([project.place], reader),
        })
    order = {mark: place for place, mark in enumerate(dict.fromkeys(mark.mark for mark in chain.marks.values()))}
    rows.sort(key=lambda row: order.get(row["mark"], len(order)))
    return Found(rows, say(question["empty"], reader.language))


def _counterparts(question: Mapping[str, Any], chain: Chain, reader: Reader) -> Found:
    links = [link for link in chain.links if link.kind in (LinkKind.MEASURE_PROJECT, LinkKind.MEASURE_PREVIOUS)]
    # In the order of the plans, the measures, and what they are linked to.
    order = {id: place for place, id in enumerate(chain.measures)}
    rows = [_counterpart(link, question, chain, reader) for link in sorted(links, key=lambda link: order[link.source])]
    unlinked = len(chain.measures) - len({link.source for link in links})
    notes = [say(question["unlinked"], reader.language, count=unlinked)] if unlinked else []
    return Found(rows, say(question["empty"], reader.language), notes)


def _counterpart(link: Link, question: Mapping[str, Any], chain: Chain, reader: Reader) -> Row:
    measure = chain.measures[link.source]
    if link.kind == LinkKind.MEASURE_PROJECT:
        project = chain.projects[link.target]
        kind, name, title, outcome = "project", project.name, reader.title(project.plan), f"{project.mark} {project.mark_label}".strip()
    else:
        item = chain.previous[link.target]
        # The plan before is no package of its own: its items stand in the package of the plan that took them over.
        kind, name, title, outcome = "previous", item.name, "", item.direction
    return {
        **_measure(measure, reader), "department": list(measure.departments), "counterpart_id": link.target, "counterpart": name,
        "counterpart_plan_title": title, "outcome": outcome, "kind_text": say(question["kinds"][kind], reader.language),
        "basis_text": basis_words(link.basis, reader.language),
        "inferred_text": inferred_words(link.inferred, reader.language) if link.inferred else "", "place": place_text(link.places, reader),
    }


def _totals(chain: Chain) -> tuple[int, int]:
    """How many printed totals differ from the sum of what is printed for the fields, and how many there are."""
    groups: dict[tuple[str, str, int], list[Cost]] = defaultdict(list)
    for cost in chain.costs.values():
        groups[cost.plan, cost.category, cost.fiscal_year].append(cost)
    differing = totals = 0
    for costs in groups.values():
        for series in ("budget", "actual"):
            printed = [(cost.is_total, value) for cost in costs if (value := getattr(cost, series)) is not None]
            added = sum((value for is_total, value in printed if not is_total), Decimal(0))
            own = [value for is_total, value in printed if is_total]
            totals += len(own)
            differing += sum(value != added for value in own)
    return differing, totals


def _measure(measure: Measure, reader: Reader) -> Row:
    return {
        "plan": measure.plan, "plan_title": reader.title(measure.plan), "measure_id": measure.id, "number": measure.number,
        "measure": measure.name, "groups": list(measure.groups), "place": place_text([measure.place], reader),
    }


def _project(project: Project, reader: Reader) -> Row:
    return {
        "plan": project.plan, "plan_title": reader.title(project.plan), "project_id": project.id, "project": project.name,
        "field": project.field,
        "item": project.item, "department": project.department, "mark": project.mark, "mark_label": project.mark_label,
        "note": project.note,
    }


_QUESTIONS: dict[str, Callable[[Mapping[str, Any], Chain, Reader], Found]] = {
    "measures-without-kpi": _measures_without_kpi, "kpis-without-measure": _kpis_without_measure, "well-rated-missed": _well_rated_missed,
    "cost-by-field": _cost_by_field, "measures-by-department": _measures_by_department, "projects-by-mark": _projects_by_mark,
    "counterparts": _counterparts,
}
