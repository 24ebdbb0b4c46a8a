"""What the chain is made of, and on what its links rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

__all__ = ["Basis", "Chain", "Cost", "Kpi", "Link", "LinkKind", "Mark", "Measure", "Place", "PlanPart", "PreviousItem", "Project"]


class Basis(StrEnum):
    """Why two things are linked."""

    PRINTED = "printed"
    """The text prints the number of the one beside the other."""
    KEY = "key"
    """Both stand under the same heading of the text."""
    SAME_NAME = "same_name"
    """Their names are equal, and nothing else says that they belong together."""


class LinkKind(StrEnum):
    """What a link joins: from the first to the second."""

    MEASURE_KPI = "measure_kpi"
    GROUP_KPI = "group_kpi"
    """A KPI that the plan prints for the whole group of a measure."""
    MEASURE_PROJECT = "measure_project"
    PROJECT_COST = "project_cost"
    """Costs are printed for a field, never for a project alone."""
    MEASURE_PREVIOUS = "measure_previous"
    """An item of the plan before, linked to the item that the measure stands under."""


@dataclass(frozen=True)
class Place:
    """Where something is printed: id of the document, lines, page; empty where it is not known."""

    document: str = ""
    lines: str = ""
    page: str = ""


@dataclass(frozen=True)
class Link:
    """:param places: where the link is printed; of equal names, both places
    :param inferred: how the package's editors found one end of it where the text does not print it; empty where both ends are printed
    """

    kind: LinkKind
    source: str
    target: str
    basis: Basis
    places: tuple[Place, ...]
    inferred: str = ""


@dataclass(frozen=True)
class Measure:
    """施策. One that a plan lists again under other headings is one measure with several groups.

    :param number: as the plan prints it (企2); empty where it prints none
    :param name: empty where the plan prints none
    :param start_year: Western year; whether a calendar or a fiscal year is not printed
    :param groups: headings that it stands under, its first one first
    :param has_kpi_mark: the plan marks it as having a KPI; None where the plan has no such mark
    """

    id: str
    plan: str
    number: str
    name: str
    groups: tuple[str, ...]
    departments: tuple[str, ...]
    start_year: int | None
    has_kpi_mark: bool | None
    is_under_adjustment: bool
    place: Place


@dataclass(frozen=True)
class Kpi:
    """目標指標, as far as the chain needs it."""

    id: str
    plan: str
    name: str
    group: str
    place: Place


@dataclass(frozen=True)
class Mark:
    """A mark of evaluation and what the plan says it means."""

    id: str
    plan: str
    mark: str
    label: str
    place: Place


@dataclass(frozen=True)
class Project:
    """個別事業 of a plan, with the mark it was given."""

    id: str
    plan: str
    field_id: str
    field: str
    item: str
    number: str
    name: str
    department: str
    mark: str
    mark_label: str
    note: str
    place: Place


@dataclass(frozen=True)
class Cost:
    """Budget and actual cost (実績額) of a field in a fiscal year, as printed, in million yen.

    :param field_id: empty for a printed total of all fields, where ``field`` is the printed label of the row (合計)
    :param entries: how many projects it is for
    :param budget: None where no number is printed (＊: under one million yen)
    :param inferred: what the package's editors concluded from the layout: ``category``, ``fiscal_year``, ``entry_count``
    """

    id: str
    plan: str
    category: str
    field_id: str
    field: str
    fiscal_year: int
    entries: int | None
    budget: Decimal | None
    budget_printed: str
    actual: Decimal | None
    actual_printed: str
    is_total: bool
    inferred: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class PreviousItem:
    """A line of the plan before, and what the present plan says becomes of it (継続, 完了 …); ``direction`` is empty for a heading."""

    id: str
    plan: str
    name: str
    direction: str
    place: Place


@dataclass(frozen=True)
class PlanPart:
    """What one plan gives to the chain.

    :param publisher: code of who published it; equal names count only within one publisher's plans
    :param years: first and last fiscal year; None where the package does not say
    """

    plan: str
    publisher: str = ""
    years: tuple[int, int] | None = None
    measures: tuple[Measure, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    projects: tuple[Project, ...] = ()
    costs: tuple[Cost, ...] = ()
    marks: tuple[Mark, ...] = ()
    previous: tuple[PreviousItem, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Chain:
    """All plans together, with links within a plan and between plans."""

    plans: tuple[PlanPart, ...]
    measures: dict[str, Measure]
    kpis: dict[str, Kpi]
    projects: dict[str, Project]
    costs: dict[str, Cost]
    marks: dict[str, Mark]
    previous: dict[str, PreviousItem]
    links: tuple[Link, ...]
    _from: dict[tuple[LinkKind, str], list[Link]] = field(default_factory=dict, init=False, repr=False)
    _to: dict[tuple[LinkKind, str], list[Link]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for link in self.links:
            self._from.setdefault((link.kind, link.source), []).append(link)
            self._to.setdefault((link.kind, link.target), []).append(link)

    def links_from(self, kind: LinkKind, id: str) -> list[Link]:
        return self._from.get((kind, id), [])

    def links_to(self, kind: LinkKind, id: str) -> list[Link]:
        return self._to.get((kind, id), [])
