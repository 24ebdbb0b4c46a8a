"""The chain of the real packages: every link stands in their tables, and the counts are those of the tables themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from ckanext.miyagiict.chain.model import Basis, Chain, LinkKind

Rows = Callable[[str, str], list[dict[str, Any]]]

POLICY, IT, ICT, NATORI = (
    "miyagi-informatization-policy-2021", "miyagi-it-plan-2013", "miyagi-ict-plan-2014", "natori-informatization-plan-2020"
)


def pairs(chain: Chain, kind: LinkKind) -> set[tuple[str, str]]:
    return {(link.source, link.target) for link in chain.links if link.kind == kind}


def test_measures_count_once(chain: Chain, rows: Rows) -> None:
    """Repeats are no measures of their own: 47 of 54 listings (the number that the policy prints), 24, and 67 of 68."""
    assert Counter(measure.plan for measure in chain.measures.values()) == {POLICY: 47, IT: 24, NATORI: 67}
    assert {row["count"] for row in rows(POLICY, "chapter_counts") if row["name"] == "実数"} == {"47"}
    listings = [row for plan in (POLICY, IT, NATORI) for row in rows(plan, "measures")]
    assert set(chain.measures) == {row["id"] for row in listings if row.get("is_repeat") != "true"}


def test_repeats_keep_their_headings(chain: Chain) -> None:
    """企9 stands under two headings of the policy, the one of its first listing in front."""
    measure = chain.measures["policy2021-ki9"]
    assert measure.groups == ("サイバーセキュリティ及び個人情報の適正な取扱の確保", "庁内の人材育成")


def test_measures_and_kpis_by_printed_numbers(chain: Chain, rows: Rows) -> None:
    """The links of the policy are its table kpi_measures, all of it and nothing else."""
    printed = {(row["measure_id"], row["kpi_id"]) for row in rows(POLICY, "kpi_measures")}
    assert pairs(chain, LinkKind.MEASURE_KPI) == printed
    assert len(printed) == 35
    assert {link.basis for link in chain.links if link.kind == LinkKind.MEASURE_KPI} == {Basis.PRINTED}


def test_kpis_of_a_section_are_of_no_measure(chain: Chain, rows: Rows) -> None:
    """The plan of 2013 prints its 8 KPIs for sections: each is linked to all measures of its section, as a KPI of the group."""
    expected = {
        (measure["id"], kpi["id"])
        for measure in rows(IT, "measures") for kpi in rows(IT, "kpis") if measure["section_id"] == kpi["section_id"]
    }
    assert pairs(chain, LinkKind.GROUP_KPI) == expected
    assert len(expected) == 33


def test_projects_by_equal_names_only(chain: Chain, rows: Rows) -> None:
    """15 measures have the name of a project of the same publisher; the city's plan, whatever its names, is linked to none."""
    names = {row["name"]: row["id"] for row in rows(ICT, "projects")}
    own = [measure for measure in chain.measures.values() if measure.plan != NATORI]
    assert pairs(chain, LinkKind.MEASURE_PROJECT) == {(measure.id, names[measure.name]) for measure in own if measure.name in names}
    assert len(pairs(chain, LinkKind.MEASURE_PROJECT)) == 15
    assert {link.basis for link in chain.links if link.kind == LinkKind.MEASURE_PROJECT} == {Basis.SAME_NAME}


def test_costs_are_of_fields(chain: Chain, rows: Rows) -> None:
    """A project leads to three years of 個別事業 of its field; 情報発信サイト等 are in no list of projects, printed totals belong to none."""
    assert len(chain.costs) == len(rows(ICT, "project_costs")) == 60
    assert {len(chain.links_from(LinkKind.PROJECT_COST, project)) for project in chain.projects} == {3}
    assert {chain.costs[cost].category for _project, cost in pairs(chain, LinkKind.PROJECT_COST)} == {"個別事業"}
    assert not any(chain.costs[cost].is_total for _project, cost in pairs(chain, LinkKind.PROJECT_COST))


def test_the_plan_before_only_where_it_is_sure(chain: Chain, rows: Rows) -> None:
    """Of the city's 39 page references, three say which item they are of; equal names of headings are links of their own kind."""
    references = [row for row in rows(NATORI, "previous_plan_page_references") if row["previous_plan_item_id"]]
    assert len(references) == 3
    links = [link for link in chain.links if link.kind == LinkKind.MEASURE_PREVIOUS]
    printed = {link.target for link in links if link.basis == Basis.PRINTED}
    assert printed == {row["previous_plan_item_id"] for row in references}
    assert all(link.inferred for link in links if link.basis == Basis.PRINTED)
    names = {row["name"] for row in rows(NATORI, "items")} & {row["name"] for row in rows(NATORI, "previous_plan_measures")}
    same = {chain.previous[link.target].name for link in links if link.basis == Basis.SAME_NAME}
    assert same == names
    assert len(names) == 7


def test_every_link_has_ends_and_a_place(chain: Chain) -> None:
    """Both ends are known, and where it is printed is said."""
    ends = {**chain.measures, **chain.kpis, **chain.projects, **chain.costs, **chain.previous}
    assert all(link.source in ends and link.target in ends for link in chain.links)
    assert all(place.document and place.lines for link in chain.links for place in link.places)
    assert all(link.places for link in chain.links)


def test_latest_plan_first(chain: Chain) -> None:
    """By the period that the package states; 2013 states none."""
    order = list(dict.fromkeys(measure.plan for measure in chain.measures.values()))
    assert order == [POLICY, NATORI, IT]
