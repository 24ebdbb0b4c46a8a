"""Reading tables that have less, or other things, than the packages of the project."""

from __future__ import annotations

import pytest

from ckanext.miyagiict.chain.model import Basis, LinkKind, Place
from ckanext.miyagiict.chain.read import join, read_part

KPI = {"id": "k", "name": "指標", "unit": "件"}


def test_numbers_of_measures_in_the_rows_of_kpis() -> None:
    """Where there is no table of links, the numbers beside the KPIs are; a number that no measure has links nothing."""
    tables = {
        "measures": [{"id": "m1", "measure_number": "企1", "name": "甲"}, {"id": "m2", "measure_number": "企2", "name": "乙"}],
        "kpis": [{**KPI, "measure_numbers": "企1;企9", "source_document": "doc", "source_lines": "4"}],
    }
    (link,) = read_part("plan", tables).links
    assert (link.kind, link.source, link.target, link.basis) == (LinkKind.MEASURE_KPI, "m1", "k", Basis.PRINTED)
    assert link.places == (Place("doc", "4", ""),)


def test_equal_names_of_other_publishers_are_no_link() -> None:
    """Nor are those of plans whose publisher is not known."""
    measures = {"documents": [{"publisher_code": "1"}], "measures": [{"id": "m", "name": "甲"}]}

    def links(publisher: str) -> int:
        projects = {"documents": [{"publisher_code": publisher}], "projects": [{"id": "p", "name": "甲"}]}
        return len(join([read_part("a", measures), read_part("b", projects)]).links)

    assert (links("1"), links("2"), links("")) == (1, 0, 0)


def test_measures_without_a_name_are_equal_to_nothing() -> None:
    """Two blanks are no equal names."""
    tables = {"documents": [{"publisher_code": "1"}], "measures": [{"id": "m", "name": ""}], "projects": [{"id": "p", "name": ""}]}
    assert join([read_part("a", tables)]).links == ()


def test_a_repeat_in_front_of_its_first_listing() -> None:
    """The measure's own row is that of the first listing, wherever it stands."""
    rows = [
        {"id": "r", "first_listing_id": "m", "name": "甲", "group_name": "乙群", "departments": "B課"},
        {"id": "m", "first_listing_id": "", "name": "甲", "group_name": "甲群", "departments": "A課;B課"},
    ]
    (measure,) = read_part("plan", {"measures": rows}).measures
    assert (measure.id, measure.groups, measure.departments) == ("m", ("甲群", "乙群"), ("A課", "B課"))


@pytest.mark.parametrize("row", [{"id": "c", "fiscal_year": ""}, {"id": "c", "fiscal_year": "2014", "budget_million_yen": "＊"}])
def test_costs_that_cannot_be_read(row: dict[str, str]) -> None:
    """Are refused with the row's id: what is no number has an empty cell in a package."""
    with pytest.raises(ValueError, match="^c: "):
        read_part("plan", {"project_costs": [row]})
