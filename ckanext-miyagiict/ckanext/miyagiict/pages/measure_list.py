"""The list of measures as its page shows it: by plan and by the first heading that each stands under."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Choices", "Group", "PlanPart", "by_plan", "choices"]

Measure = Mapping[str, Any]


@dataclass(frozen=True)
class Group:
    """Measures that a plan prints under one heading; ``name`` is empty where it prints none."""

    name: str
    measures: list[Measure]


@dataclass(frozen=True)
class PlanPart:
    """A plan with its measures."""

    name: str
    title: str
    dataset: str
    groups: list[Group]
    number: int
    with_kpi: int


@dataclass(frozen=True)
class Choices:
    """What the list can be narrowed down by."""

    plans: list[tuple[str, str]]
    departments: list[str]


def by_plan(measures: Iterable[Measure]) -> list[PlanPart]:
    """In the order in which plans and groups come first."""
    plans: dict[str, list[Measure]] = {}
    for measure in measures:
        plans.setdefault(measure["plan"], []).append(measure)
    return [
        PlanPart(name, own[0]["plan_title"], own[0]["plan_dataset"], _groups(own), len(own), sum(measure["has_kpi"] for measure in own))
        for name, own in plans.items()
    ]


def choices(measures: Sequence[Measure]) -> Choices:
    """Of a whole list."""
    return Choices(
        list({measure["plan"]: (measure["plan"], measure["plan_title"]) for measure in measures}.values()),
        sorted({department for measure in measures for department in measure["departments"]}),
    )


def _groups(measures: Iterable[Measure]) -> list[Group]:
    groups: dict[str, list[Measure]] = {}
    for measure in measures:
        groups.setdefault(measure["groups"][0] if measure["groups"] else "", []).append(measure)
    return [Group(name, own) for name, own in groups.items()]
