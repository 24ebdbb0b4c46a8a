"""The list of KPIs as its page shows it: by plan and group, with what it can be narrowed down by and how many there are of each status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Choices", "Group", "PlanPart", "StatusCount", "by_plan", "choices", "status_counts"]

Kpi = Mapping[str, Any]


@dataclass(frozen=True)
class Group:
    """KPIs that a plan prints under one heading; ``name`` is empty where it prints none."""

    name: str
    kpis: list[Kpi]


@dataclass(frozen=True)
class PlanPart:
    """A plan with its KPIs."""

    name: str
    title: str
    dataset: str
    is_over: bool
    groups: list[Group]
    number: int


@dataclass(frozen=True)
class StatusCount:
    """How many KPIs have a status."""

    status: str
    text: str
    tone: str
    number: int


@dataclass(frozen=True)
class Choices:
    """What a list can be narrowed down by: value and words of each."""

    plans: list[tuple[str, str]]
    departments: list[str]
    statuses: list[tuple[str, str]]


def by_plan(kpis: Iterable[Kpi]) -> list[PlanPart]:
    """In the order in which plans and groups come first."""
    plans: dict[str, list[Kpi]] = {}
    for kpi in kpis:
        plans.setdefault(kpi["plan"], []).append(kpi)
    return [
        PlanPart(name, own[0]["plan_title"], own[0]["plan_dataset"], all(kpi["is_over"] for kpi in own), _groups(own), len(own))
        for name, own in plans.items()
    ]


def status_counts(kpis: Iterable[Kpi], order: Sequence[str]) -> list[StatusCount]:
    """Of the statuses that occur.

    :param order: all statuses, the best first
    """
    found: dict[str, list[Kpi]] = {}
    for kpi in kpis:
        found.setdefault(kpi["status"], []).append(kpi)
    counts = [StatusCount(status, own[0]["status_text"], own[0]["status_tone"], len(own)) for status, own in found.items()]
    return sorted(counts, key=lambda count: order.index(count.status))


def choices(kpis: Sequence[Kpi], order: Sequence[str]) -> Choices:
    """Of a whole list.

    :param order: as in ``status_counts``
    """
    return Choices(
        list({kpi["plan"]: (kpi["plan"], kpi["plan_title"]) for kpi in kpis}.values()),
        sorted({department for kpi in kpis for department in kpi["departments"]}),
        [(count.status, count.text) for count in status_counts(kpis, order)],
    )


def _groups(kpis: Iterable[Kpi]) -> list[Group]:
    groups: dict[str, list[Kpi]] = {}
    for kpi in kpis:
        groups.setdefault(kpi["group"], []).append(kpi)
    return [Group(name, own) for name, own in groups.items()]
