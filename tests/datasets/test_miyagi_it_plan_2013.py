"""みやぎＩＴ推進プラン2013 第4章: what can be re-derived from the tables and from the text."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "datasets" / "miyagi-it-plan-2013" / "data"
FILE_NAME = "it-plan-2013-chapter4.txt"
PRINTED_PAGE = 70
PRINTED_PAGE_FROM = 901


def read(table: str) -> list[dict[str, str]]:
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def line_numbers(cell: str) -> list[int]:
    numbers: list[int] = []
    for part in filter(None, cell.split(",")):
        first, _, last = part.partition("-")
        numbers.extend(range(int(first), int(last or first) + 1))
    return numbers


def published_lines(*tables: str) -> set[int]:
    return {n for table in tables for row in read(table) for n in line_numbers(row["source_lines"])}


@pytest.fixture(scope="module")
def lines(plan_texts: Path) -> list[str]:
    """The text by line number counted from 1."""
    return ["", *(plan_texts / FILE_NAME).read_text(encoding="utf-8").split("\n")]


def lines_like(lines: list[str], pattern: str, within: list[int] | None = None) -> set[int]:
    return {n for n in (within or range(1, len(lines))) if re.search(pattern, lines[n])}


def test_measures_per_section() -> None:
    """The sections have 4, 7, 5, 1, 2 and 5 measures, 24 in all."""
    counts = Counter(row["section_id"] for row in read("measures"))
    assert [counts[f"it2013-s{n}"] for n in range(1, 7)] == [4, 7, 5, 1, 2, 5]


def test_measures_are_numbered_without_gaps() -> None:
    """In each section the measures carry the numbers 1, 2, 3 …"""
    for section in read("sections"):
        numbers = [int(row["number"]) for row in read("measures") if row["section_id"] == section["id"]]
        assert numbers == list(range(1, len(numbers) + 1))


def test_every_printed_measure_is_published(lines: list[str]) -> None:
    """Each line with a full-width number under 【主な取組】 is a row of measures, and no other line is."""
    within = [n for row in read("section_parts") if row["part"] == "measures" for n in line_numbers(row["body_lines"])]
    assert lines_like(lines, r"^\s*[０-９] \S", within) == published_lines("measures")


def test_every_printed_item_is_published(lines: list[str]) -> None:
    """Each line that begins with ● or （１） is a row of measure_items, and no other line is."""
    assert lines_like(lines, r"^\s*(●|（[０-９]）)") == published_lines("measure_items")


def test_every_printed_figure_is_published(lines: list[str]) -> None:
    """Each ◆ is a row of figures."""
    printed = lines_like(lines, "◆")
    assert printed <= published_lines("figures")
    assert len(printed) == len(read("figures"))


def test_every_printed_address_is_published(lines: list[str]) -> None:
    """Each address of the text is a row of addresses, letter by letter."""
    printed = {(n, url) for n in range(1, len(lines)) for url in re.findall(r"https?://[!-~]+", lines[n])}
    assert printed == {(int(row["source_lines"]), row["url"]) for row in read("addresses")}


def test_every_printed_date_is_published(lines: list[str]) -> None:
    """Each line with a year of 平成 belongs to a dated event or to a stated number."""
    printed = lines_like(lines, "平成|毎年度")
    assert printed <= published_lines("dated_events", "stated_numbers")


def test_headings_of_parts_stand_where_stated(lines: list[str]) -> None:
    """現状と課題, 取組方針, 主な取組 and 目標指標 are all found, in every section."""
    printed = lines_like(lines, r"^\s*(現状と課題|取組方針|【主な取組】|【目標指標】)\s*$")
    assert printed == published_lines("section_parts")
    assert len(read("section_parts")) == 6 * 4


def test_indicators_per_section() -> None:
    """Sections 2 and 5 have two indicators, the others one: eight rows."""
    counts = Counter(row["section_id"] for row in read("kpis"))
    assert [counts[f"it2013-s{n}"] for n in range(1, 7)] == [1, 2, 1, 1, 2, 1]


def test_every_indicator_has_its_target() -> None:
    """Each indicator has one target, for FY2013, in the unit of the indicator."""
    units = {row["id"]: row["unit"] for row in read("kpis")}
    targets = read("kpi_targets")
    assert {row["kpi_id"]: row["unit"] for row in targets} == units
    assert len(targets) == len(units)
    assert {row["fiscal_year"] for row in targets} == {"2013"}


def test_targets_write_out_their_indicator() -> None:
    """Name, unit, baseline and note beside a target are those of its indicator."""
    kpis = {row["id"]: row for row in read("kpis")}
    for row in read("kpi_targets"):
        kpi = kpis[row["kpi_id"]]
        assert (row["kpi_name"], row["kpi_name_printed"]) == (kpi["name"], kpi["name_printed"])
        shared = [name for name in kpi if name.startswith(("section_", "baseline_", "unit", "note"))]
        assert {name: row[name] for name in shared} == {name: kpi[name] for name in shared}


def test_target_times_follow_from_the_print() -> None:
    """25年度 is the whole year, 25年度末 its last day, 23～25年度 all three years."""
    times = {
        "25年度": ("2013-04-01", "2014-03-31", "fiscal_year"),
        "25年度末": ("2014-03-31", "2014-03-31", "fiscal_year_end"),
        "23～25年度": ("2011-04-01", "2014-03-31", "fiscal_year"),
    }
    for row in read("kpi_targets"):
        expected = times[row["target_time_printed"]]
        assert (row["target_start"], row["target_end"], row["target_precision"]) == expected


#: table, column, column of the id, table of the id, column there
WRITTEN_OUT = [
    ("sections", "area_name", "area_id", "focus_areas", "name"),
    *(
        (table, f"section_{column}", "section_id", "sections", column)
        for table in (
            "section_parts", "measures", "measure_items", "figures", "addresses",
            "kpis", "stated_numbers", "dated_events", "card_services",
        )
        for column in ("number", "name")
    ),
    *((table, "measure_name", "measure_id", "measures", "name")
      for table in ("measure_items", "figures", "addresses", "stated_numbers", "dated_events")),
    ("measure_items", "measure_number", "measure_id", "measures", "number"),
    ("measure_items", "section_id", "measure_id", "measures", "section_id"),
    ("addresses", "item_name", "item_id", "measure_items", "name"),
    ("addresses", "figure_caption", "figure_id", "figures", "caption"),
]


@pytest.mark.parametrize(("table", "column", "key", "other", "there"), WRITTEN_OUT)
def test_names_beside_ids_are_those_of_the_ids(table: str, column: str, key: str, other: str, there: str) -> None:
    """A name or number written out beside an id is that of the linked row; empty without an id."""
    linked = {row["id"]: row[there] for row in read(other)}
    for row in read(table):
        assert row[column] == (linked[row[key]] if row[key] else ""), row["id"]


def test_measures_name_their_figure() -> None:
    """The caption beside a measure is that of the figure with its number."""
    captions = {row["measure_id"]: row["caption"] for row in read("figures") if row["measure_id"]}
    assert {row["id"]: row["figure_caption"] for row in read("measures") if row["figure_caption"]} == captions


def test_unknown_values_are_empty() -> None:
    """A dash, 実施なし and 全所属 are no numbers: neither 0 nor anything else."""
    kpis = {row["baseline_printed"]: row["baseline_value"] for row in read("kpis")}
    targets = {row["target_printed"]: row["target_value"] for row in read("kpi_targets")}
    assert kpis["－"] == kpis["実施なし"] == targets["全所属"] == ""


def test_year_end_is_kept_apart() -> None:
    """Only the indicator headed 21年度末 is of a year end."""
    ends = [row for row in read("kpis") if row["baseline_precision"] == "fiscal_year_end"]
    assert [(row["baseline_time_printed"], row["baseline_start"]) for row in ends] == [("21年度末", "2010-03-31")]


def test_figures_illustrate_the_measure_of_their_number() -> None:
    """A figure is linked to the measure of its section with its number; without a number it is not linked."""
    for row in read("figures"):
        expected = f"{row['section_id']}-m{row['number']}" if row["number"] else ""
        assert row["measure_id"] == expected


def test_addresses_follow_their_item_or_figure() -> None:
    """An address under an item or a figure belongs to the measure of that item or figure."""
    parents = {row["id"]: row["measure_id"] for table in ("measure_items", "figures") for row in read(table)}
    for row in read("addresses"):
        parent = row["item_id"] or row["figure_id"]
        assert not parent or row["measure_id"] == parents[parent]
    figure_urls = {row["id"]: row["url"] for row in read("figures") if row["url"]}
    assert {row["figure_id"]: row["url"] for row in read("addresses") if row["figure_id"]} == figure_urls


def test_certificates_per_city() -> None:
    """塩竈市 has five kinds of certificates and 名取市 two."""
    assert Counter(row["municipality_name"] for row in read("card_services")) == {"塩竈市": 5, "名取市": 2}


@pytest.mark.parametrize("table", ["sections", "section_parts", "measures", "figures", "kpis", "kpi_targets", "notes"])
def test_the_printed_page_is_given_for_its_lines_only(table: str) -> None:
    """Page 70 is the only one printed; it holds the lines from 901 on."""
    for row in read(table):
        on_page = min(line_numbers(row["source_lines"])) >= PRINTED_PAGE_FROM
        assert row["source_page"] == (str(PRINTED_PAGE) if on_page else ""), row["id"]
