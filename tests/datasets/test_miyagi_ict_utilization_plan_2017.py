"""みやぎICT利活用推進プランの概要: what can be re-derived from the tables and from the text."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "datasets" / "miyagi-ict-utilization-plan-2017" / "data"
FILE_NAME = "ict-utilization-plan-2017-2020-overview.txt"
CHAPTER_2 = range(62, 131)


def read(table: str) -> list[dict[str, str]]:
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def lines(plan_texts: Path) -> list[str]:
    """The text by line number counted from 1."""
    return ["", *(plan_texts / FILE_NAME).read_text(encoding="utf-8").split("\n")]


def test_projects_of_the_goals_add_up() -> None:
    """The four counts of projects add up to the printed total."""
    projects = [row for row in read("counts") if row["kind"] == "projects"]
    total = [int(row["count"]) for row in projects if row["is_total"] == "true"]
    parts = [int(row["count"]) for row in projects if row["is_total"] == "false"]
    assert [sum(parts)] == total == [100]


def test_counts_name_their_goal() -> None:
    """Each priority goal has one count, under its own name."""
    goals = {row["id"]: row["name"] for row in read("goals") if row["kind"] == "priority"}
    assert {row["goal_id"]: row["label"] for row in read("counts") if row["goal_id"]} == goals


#: table, column, column of the id, table of the id, column there
WRITTEN_OUT = [
    *((table, f"goal_{column}", "goal_id", "goals", column)
      for table in ("policies", "policy_items", "counts", "initiatives") for column in ("number", "name")),
    *((table, "policy_name", "policy_id", "policies", "name") for table in ("policy_items", "initiatives")),
    ("policy_items", "policy_number", "policy_id", "policies", "number"),
    ("policy_items", "goal_id", "policy_id", "policies", "goal_id"),
    ("policies", "direction_name", "direction_id", "directions", "name"),
    ("initiatives", "policy_item_name", "policy_item_id", "policy_items", "name"),
]


@pytest.mark.parametrize(("table", "column", "key", "other", "there"), WRITTEN_OUT)
def test_names_beside_ids_are_those_of_the_ids(table: str, column: str, key: str, other: str, there: str) -> None:
    """A name or number written out beside an id is that of the linked row; empty without an id."""
    linked = {row["id"]: row[there] for row in read(other)}
    for row in read(table):
        assert row[column] == (linked[row[key]] if row[key] else ""), row["id"]


def test_every_printed_count_is_published(lines: list[str]) -> None:
    """Each 事業 and 種類 with a number in chapter 3 is a row of counts."""
    printed = {(n, cell) for n in range(132, len(lines)) for cell in re.findall(r"\d+(?:事業|種類)", lines[n])}
    assert printed == {(int(row["source_lines"]), row["count_printed"]) for row in read("counts")}


def test_goals() -> None:
    """One basic goal and four priority goals numbered 1 to 4."""
    goals = read("goals")
    assert [row["kind"] for row in goals] == ["basic", *["priority"] * 4]
    assert [row["number"] for row in goals] == ["", "1", "2", "3", "4"]


def test_every_direction_has_one_policy() -> None:
    """The nine directions of chapter 1 are the nine policies of chapter 2, each once, by name."""
    directions = {row["id"]: row["name"] for row in read("directions")}
    policies = {row["direction_id"]: row["name"] for row in read("policies")}
    assert len(read("policies")) == len(directions) == 9
    assert {key: name.replace("、", ",") for key, name in policies.items()} == directions


def test_one_direction_is_spelled_in_two_ways() -> None:
    """The name that differs between the chapters is published as printed, and noted."""
    directions = {row["id"]: row["name"] for row in read("directions")}
    different = [row["id"] for row in read("policies") if row["name"] != directions[row["direction_id"]]]
    assert different == ["ict2017-g4-p2"]
    assert different[0] in {row["row_id"] for row in read("notes")}


@pytest.mark.parametrize(("table", "parent"), [("policies", "goal_id"), ("policy_items", "policy_id")])
def test_numbers_have_no_gaps(table: str, parent: str) -> None:
    """Under each goal the policies, and under each policy the items, are numbered 1, 2, 3 …"""
    rows = read(table)
    for key in {row[parent] for row in rows}:
        numbers = [int(row["number"]) for row in rows if row[parent] == key]
        assert numbers == list(range(1, len(numbers) + 1))


def test_every_printed_policy_is_published(lines: list[str]) -> None:
    """Each (1) heading of chapter 2 is a row of policies, each ① heading one of policy_items."""
    for table, pattern in (("policies", r"^\(\d\) "), ("policy_items", "^[①-⑳] ")):
        printed = {str(n) for n in CHAPTER_2 if re.search(pattern, lines[n])}
        assert printed == {row["source_lines"] for row in read(table)}


def test_every_printed_heading_is_published(lines: list[str]) -> None:
    """Each chapter and each numbered section is a row of sections."""
    printed = {str(n) for n in range(1, len(lines)) if re.search(r"^(第\d章|\d) ", lines[n]) and "\t" not in lines[n]}
    assert printed == {row["source_lines"] for row in read("sections")}


def test_initiatives_stand_under_their_policy() -> None:
    """The lines of a named initiative belong to its policy or item, and goal, policy and item agree."""
    policies = {row["id"]: row for row in read("policies")}
    items = {row["id"]: row for row in read("policy_items")}
    for row in read("initiatives"):
        if not row["policy_id"]:
            assert row["goal_id"] == row["policy_item_id"] == ""
            continue
        assert policies[row["policy_id"]]["goal_id"] == row["goal_id"]
        owner = items[row["policy_item_id"]] if row["policy_item_id"] else policies[row["policy_id"]]
        assert row["source_lines"] == owner["body_lines"]
        if row["policy_item_id"]:
            assert owner["policy_id"] == row["policy_id"]


def test_period_is_that_of_the_document() -> None:
    """Four years, FY2017 to FY2020, in both tables."""
    (period,), (document,) = read("plan_periods"), read("documents")
    years = int(period["start_fiscal_year"]), int(period["end_fiscal_year"])
    assert years[1] - years[0] + 1 == int(period["duration_years"])
    assert (document["period_start_fiscal_year"], document["period_end_fiscal_year"]) == tuple(map(str, years))
