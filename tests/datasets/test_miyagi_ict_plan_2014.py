"""みやぎＩＣＴ推進プラン（2014～2016）総括: what the tables say of each other, and of the text."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "datasets" / "miyagi-ict-plan-2014"
TEXT = "ict-plan-2014-2016-summary.txt"
YEARS = (2014, 2015, 2016)
MONEY = ("budget", "actual")

Row = dict[str, str]


def table(name: str) -> list[Row]:
    with (PACKAGE / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_id(name: str) -> dict[str, Row]:
    return {row["id"]: row for row in table(name)}


def active_in(year: int) -> list[Row]:
    """Projects running in a fiscal year, by their start and end notes."""
    return [
        project
        for project in table("projects")
        if int(project["start_fiscal_year"] or YEARS[0]) <= year <= int(project["end_fiscal_year"] or YEARS[-1])
    ]


def cost_block(category: str, year: int) -> tuple[list[Row], Row]:
    """The field rows and the total row of one cost table and year."""
    rows = [row for row in table("project_costs") if (row["category"], row["fiscal_year"]) == (category, str(year))]
    (total,) = (row for row in rows if row["is_total"] == "true")
    return [row for row in rows if row["is_total"] == "false"], total


def sum_and_total(category: str, year: int, money: str) -> tuple[int, int, int]:
    """Sum of the fields, printed total, and the number of cells that rounding can have changed."""
    parts, total = cost_block(category, year)
    amounts = [int(row[f"{money}_million_yen"] or 0) for row in parts]
    under_one = sum(row[f"{money}_is_under_one_million"] == "true" for row in parts)
    changed = sum(amount > 0 for amount in amounts) + under_one + 1
    return sum(amounts), int(total[f"{money}_million_yen"]), changed


def text_lines(plan_texts: Path) -> list[str]:
    return (plan_texts / TEXT).read_text(encoding="utf-8").split("\n")


def letters(text: str) -> Counter[str]:
    """How often each character stands in a text, blanks left out."""
    return Counter(re.sub(r"\s", "", text))


every_cost_block = pytest.mark.parametrize(
    ("category", "year"), [(category, year) for category in ("個別事業", "情報発信サイト等") for year in YEARS]
)


def test_plan_has_the_structure_it_states() -> None:
    """９分野, ２０項目, ５つの重点目標."""
    stated = {row["counted"]: int(row["entry_count"]) for row in table("structure_counts")}
    assert len(table("fields")) == stated["分野"] == 9
    assert len(table("items")) == stated["項目"] == 20
    assert sum(goal["kind"] == "priority" for goal in table("goals")) == stated["重点目標"] == 5


def test_projects_of_a_field_count_as_printed() -> None:
    """「計…事業」."""
    counted = Counter(project["field_id"] for project in table("projects"))
    assert counted == {field["id"]: int(field["project_total"]) for field in table("fields")}


def test_project_numbers_of_an_item_have_no_gap() -> None:
    """1, 2, 3 … under every 項目, and every 項目 has a project."""
    for item in table("items"):
        numbers = [int(project["number"]) for project in table("projects") if project["item_id"] == item["id"]]
        assert numbers == list(range(1, len(numbers) + 1)) != [], item["id"]


def test_project_ids_and_labels_agree_with_their_field_and_item() -> None:
    """The written-out numbers and names are those of the linked rows."""
    fields, items = by_id("fields"), by_id("items")
    for project in table("projects"):
        field, item = fields[project["field_id"]], items[project["item_id"]]
        assert item["field_id"] == field["id"]
        assert (project["field_number"], project["field_name"]) == (field["number"], field["name"])
        assert (project["item_number"], project["item_name"]) == (item["number"], item["name"])
        assert project["id"] == f"ict2014-f{field['number']}-i{item['number']}-p{project['number']}"


def test_marks_of_projects_count_as_in_the_summary() -> None:
    """◎ 15, ○ 80, △ 5, × 0, － 2."""
    counted = Counter(project["evaluation_mark"] for project in table("projects"))
    printed = {
        row["column_printed"]: int(row["entry_count"])
        for row in table("evaluation_summary")
        if row["category"] == "個別事業"
    }
    assert printed.pop("合計") == sum(counted.values())
    assert {mark: counted[mark] for mark in printed} == printed


def test_summary_adds_up_both_ways() -> None:
    """Marks add up to 合計 in each line, lines to 合計 in each column."""
    counts = {(row["category"], row["column_printed"]): int(row["entry_count"]) for row in table("evaluation_summary")}
    marks = [row["mark"] for row in table("evaluation_marks")]
    for category in ("個別事業", "情報発信サイト等", "合計"):
        assert sum(counts[category, mark] for mark in marks) == counts[category, "合計"]
    for column in [*marks, "合計"]:
        assert counts["個別事業", column] + counts["情報発信サイト等", column] == counts["合計", column]


def test_mark_ids_and_marks_agree() -> None:
    """The mark beside an id is the mark of that id."""
    marks = {row["id"]: row["mark"] for row in table("evaluation_marks")}
    for project in table("projects"):
        assert project["evaluation_mark"] == marks[project["evaluation_mark_id"]]
    for row in table("evaluation_summary"):
        assert row["column_printed"] == marks.get(row["evaluation_mark_id"], "合計")
        assert row["evaluation_mark"] == marks.get(row["evaluation_mark_id"], "")


def test_meanings_beside_marks_are_those_of_the_legend() -> None:
    """The meaning written out beside a mark is that of the legend; a total has none."""
    labels = {"": "", **{row["id"]: row["label"] for row in table("evaluation_marks")}}
    for row in table("projects") + table("evaluation_summary"):
        assert row["evaluation_label"] == labels[row["evaluation_mark_id"]]


def test_items_name_their_field() -> None:
    """The number and name of the field beside an item are those of the linked field."""
    fields = by_id("fields")
    for item in table("items"):
        field = fields[item["field_id"]]
        assert (item["field_number"], item["field_name"]) == (field["number"], field["name"])


def test_notes_of_projects_are_interpreted() -> None:
    """※平成26年度で終了 gives the last year, ※H27年度事業開始 the first."""
    for project in table("projects"):
        printed = re.fullmatch(r"※(?:平成|H)(\d+)年度(で終了|事業開始)", project["note"])
        assert bool(printed) == bool(project["note"]), project["id"]
        year = str(1988 + int(printed[1])) if printed else ""
        ended = bool(printed) and printed[2] == "で終了"
        assert project["note_kind"] == (("end" if ended else "start") if printed else "")
        assert project["end_fiscal_year"] == (year if ended else "")
        assert project["start_fiscal_year"] == ("" if ended else year)


def test_yearly_counts_follow_from_the_notes_of_projects() -> None:
    """98, 98 and 96 projects, those added and those ended; 102 in all."""
    counts = by_id("project_counts")
    assert int(counts["ict2014-count-plan"]["project_count"]) == len(table("projects"))
    for year in YEARS:
        assert int(counts[f"ict2014-count-fy{year}"]["project_count"]) == len(active_in(year))
    for year in YEARS[1:]:
        before, now = ({row["id"] for row in active_in(y)} for y in (year - 1, year))
        row = counts[f"ict2014-count-fy{year}"]
        assert (int(row["added_count"]), int(row["ended_count"])) == (len(now - before), len(before - now))


@pytest.mark.parametrize("year", YEARS)
def test_cost_table_counts_the_projects_of_the_year(year: int) -> None:
    """Why the groups of the first cost table are read as the three years, and its first number as a count."""
    counted = Counter(project["field_id"] for project in active_in(year))
    parts, total = cost_block("個別事業", year)
    assert {row["field_id"]: int(row["entry_count"]) for row in parts} == counted
    assert int(total["entry_count"]) == sum(counted.values())


def test_what_the_cost_tables_do_not_print_is_marked_as_inferred() -> None:
    """Year, category and the heading of the number."""
    for row in table("project_costs"):
        assert {row["fiscal_year_basis"], row["category_basis"], row["entry_count_basis"]} == {"inferred"}
    for row in table("cost_ratios"):
        assert {row["fiscal_year_basis"], row["category_basis"]} == {"inferred"}


def test_cost_rows_are_complete_and_carry_their_field() -> None:
    """Nine fields and a total for each category and year; the total has no field."""
    fields = by_id("fields")
    rows = table("project_costs")
    assert len({(row["category"], row["field_id"], row["fiscal_year"]) for row in rows}) == len(rows) == 2 * 10 * 3
    for row in rows:
        assert (row["is_total"] == "true") == (row["row_label_printed"] == "合計") == (row["field_id"] == "")
        field = fields.get(row["field_id"], {"number": "", "name": ""})
        assert (row["field_number"], row["field_name"]) == (field["number"], field["name"])
        assert row["is_total"] == "true" or row["row_label_printed"] == field["name_printed"]


def test_under_one_million_is_a_flag_and_not_a_number() -> None:
    """＊ leaves the number empty; 0 stays 0."""
    for row in table("project_costs"):
        for money in MONEY:
            starred = row[f"{money}_printed"] == "＊"
            assert row[f"{money}_is_under_one_million"] == str(starred).lower()
            assert (row[f"{money}_million_yen"] == "") == starred


@every_cost_block
def test_cost_counts_add_up(category: str, year: int) -> None:
    """The counts of the fields add up to 合計, without rounding."""
    parts, total = cost_block(category, year)
    assert sum(int(row["entry_count"]) for row in parts) == int(total["entry_count"])


@every_cost_block
@pytest.mark.parametrize("money", MONEY)
def test_amounts_add_up_within_rounding(category: str, year: int, money: str) -> None:
    """Each cell is off by less than one million yen; only one printed total lies further off."""
    summed, total, changed = sum_and_total(category, year, money)
    further_off = (category, year, money) == ("情報発信サイト等", 2016, "budget")
    assert (abs(total - summed) >= changed) == further_off


def test_each_sum_that_differs_has_its_note() -> None:
    """One total_mismatch note, with both numbers, for each printed total that is not the sum of its fields."""
    expected = set()
    for category in ("個別事業", "情報発信サイト等"):
        for year in YEARS:
            for money in MONEY:
                summed, total, _ = sum_and_total(category, year, money)
                if summed != total:
                    row_id = cost_block(category, year)[1]["id"]
                    expected.add((row_id, f"{money}_million_yen", f"{total:,}", f"{summed:,}"))
    noted = [note for note in table("notes") if note["kind"] == "total_mismatch"]
    assert {(note["row_id"], note["field_name"], note["printed"], note["elsewhere"]) for note in noted} == expected


def test_ratios_follow_from_the_totals() -> None:
    """対予算額比 = 実績額 ÷ 予算額, one decimal."""
    costs = by_id("project_costs")
    assert len(table("cost_ratios")) == 6
    for ratio in table("cost_ratios"):
        total = costs[ratio["cost_id"]]
        assert total["is_total"] == "true"
        assert (total["category"], total["fiscal_year"]) == (ratio["category"], ratio["fiscal_year"])
        share = 100 * Decimal(total["actual_million_yen"]) / Decimal(total["budget_million_yen"])
        assert Decimal(ratio["ratio_percent"]) == share.quantize(Decimal("0.1"), ROUND_HALF_UP)


def test_ratios_stand_at_the_totals_too() -> None:
    """A row of 合計 carries the ratio printed under it; no other row has one."""
    ratios = {row["cost_id"]: (row["ratio_percent"], row["ratio_printed"]) for row in table("cost_ratios")}
    for row in table("project_costs"):
        assert (row["ratio_percent"], row["ratio_printed"]) == ratios.get(row["id"], ("", ""))


def test_named_projects_are_those_of_the_list() -> None:
    """The names in the passage on results are the names of the linked projects."""
    projects = by_id("projects")
    for mention in table("highlighted_projects"):
        assert mention["name"] == projects[mention["project_id"]]["name"]


def test_projects_not_planned_at_first_began_later() -> None:
    """「当初，計画になかった取組」 carry a note of a later start."""
    projects = by_id("projects")
    for mention in table("highlighted_projects"):
        if mention["mention_kind"] == "not_planned_at_first":
            assert projects[mention["project_id"]]["note_kind"] == "start"


def test_notes_point_to_what_is_published() -> None:
    """Table, row and column of each note exist."""
    for note in table("notes"):
        schema = json.loads((PACKAGE / "schemas" / f"{note['table_name']}.json").read_text(encoding="utf-8"))
        assert note["field_name"] in {"", *(field["name"] for field in schema["fields"])}
        assert note["row_id"] in {"", *by_id(note["table_name"])}


def test_nothing_of_the_list_is_left_out(plan_texts: Path) -> None:
    """The printed cells of the list of projects are, character for character, what its lines hold."""
    lines = text_lines(plan_texts)
    in_text = "".join(lines[157:378] + [lines[number - 1] for number in (567, 568, 574, 587)])
    cells = [field["number"] + field["name_printed"] for field in table("fields")]
    cells += ["項目" + item["number"] for item in table("items")]
    cells += [item["name_printed"] for item in table("items") if item["name_basis"] == "printed"]
    for project in table("projects"):
        cells += [project["number"], project["name_printed"], f"（{project['department_printed']}）"]
        cells += [project["note_printed"], project["evaluation_mark"]]
    for row in table("project_counts"):
        cells += [row["label_printed"], row["project_count_printed"]]
        if row["added_count"]:
            cells.append(f"（{row['compared_printed']}{row['added_count_printed']}，{row['ended_count_printed']}）")
    assert letters("".join(cells)) == letters(in_text)


def test_cost_lines_are_those_of_the_text(plan_texts: Path) -> None:
    """Label and three groups of number, budget and actual, put together again, are the printed line."""
    lines = text_lines(plan_texts)
    printed: dict[str, list[str]] = {}
    for row in table("project_costs"):
        line = row["source_lines"].split(",")[0]
        cells = printed.setdefault(line, [row["row_label_printed"]])
        cells += [row["entry_count_printed"], row["budget_printed"], row["actual_printed"]]
    for row in table("cost_ratios"):
        printed.setdefault(row["source_lines"], [row["row_label_printed"]]).append(row["ratio_printed"])
    assert sorted(map(int, printed)) == list(range(100, 143, 2))
    for number, cells in printed.items():
        assert lines[int(number) - 1].split() == cells
