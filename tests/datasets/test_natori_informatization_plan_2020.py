"""名取市情報化推進計画, parts Ⅰ-Ⅲ: counts, sums and links, re-derived from the tables and from the text.

Part Ⅳ (資料) is tested in test_natori_2020_history.py.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "datasets" / "natori-informatization-plan-2020" / "data"
TEXT = "natori-informatization-plan-2020-2026.txt"

#: Rows of each table of measures, as counted by hand in the text.
MEASURES_PER_ITEM = {
    "i-1-1": 4, "i-1-2": 4, "i-1-3": 2, "i-2-1": 4, "i-2-2": 3,
    "i-3-1": 2, "i-3-2": 3, "i-3-3": 2, "i-3-4": 2, "i-3-5": 1,
    "ii-1-1": 11, "ii-1-2": 12, "ii-1-3": 2, "ii-1-4": 3,
    "ii-2-1": 3, "ii-2-2": 1, "ii-2-3": 1, "ii-3-1": 3, "ii-3-2": 2, "ii-3-3": 3,
}  # fmt: skip
KANA = "アイウエオカキクケコサシ"
PRINTED_PAGES = {10, 11, 30, 38, 45}


def table(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_id(name: str) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in table(name)}


def numbers(lines: str) -> list[int]:
    found: list[int] = []
    for part in lines.split(","):
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found


def joined(values: dict[str, list[dict[str, str]]], measure: str, field: str) -> str:
    rows = sorted(values[measure], key=lambda row: int(row["position"]))
    return ";".join(row[field] for row in rows)


def grouped(name: str, field: str) -> dict[str, list[dict[str, str]]]:
    groups = defaultdict(list)
    for row in table(name):
        groups[row[field]].append(row)
    return groups


@pytest.fixture(scope="session")
def text_lines(plan_texts: Path) -> list[str]:
    """Lines of the plan text, the first at index 1."""
    return ["", *(plan_texts / TEXT).read_text(encoding="utf-8").split("\n")]


# ---- goals, policies, items, measures


def test_measures_per_item() -> None:
    """68 rows, in the 20 tables as the text has them."""
    counts = Counter(row["item_id"].removeprefix("natori2020-") for row in table("measures"))
    assert counts == MEASURES_PER_ITEM
    assert sum(counts.values()) == 68


def test_measures_are_numbered_without_gaps() -> None:
    """ｱ, ｲ, ｳ … run through each table, and the id says the same."""
    for item_id, rows in grouped("measures", "item_id").items():
        assert [row["number_kana"] for row in rows] == list(KANA[: len(rows)])
        assert [row["number"] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]
        assert [row["id"] for row in rows] == [f"{item_id}-{'abcdefghijkl'[n]}" for n in range(len(rows))]


def test_names_of_parents_are_theirs() -> None:
    """Each measure writes out numbers and names of its goal, policy and item; each policy and item those above it."""
    parents = {"goal": by_id("goals"), "policy": by_id("policies"), "item": by_id("items")}
    for row in table("measures") + table("policies") + table("items"):
        for kind, rows in parents.items():
            if f"{kind}_id" in row:
                parent = rows[row[f"{kind}_id"]]
                assert (row[f"{kind}_number"], row[f"{kind}_name"]) == (parent["number"], parent["name"])
    for row in table("measures"):
        assert row["item_id"].startswith(row["policy_id"] + "-")
        assert row["policy_id"].startswith(row["goal_id"] + "-")


def test_measures_stand_in_the_table_of_their_item() -> None:
    """Source lines of a measure lie in the lines of its item's table."""
    items = by_id("items")
    for row in table("measures"):
        assert set(numbers(row["source_lines"])) <= set(numbers(items[row["item_id"]]["table_lines"]))


def test_the_repeat_points_to_its_first_listing() -> None:
    """One row is （再掲）; its first listing has the same name and departments."""
    measures = by_id("measures")
    repeats = [row for row in measures.values() if row["is_repeat"] == "true"]
    assert [row["id"] for row in repeats] == ["natori2020-ii-1-2-a"]
    first = measures[repeats[0]["first_listing_id"]]
    assert (first["name"], first["departments"]) == (repeats[0]["name"], repeats[0]["departments"])
    assert all(bool(row["first_listing_id"]) == (row["is_repeat"] == "true") for row in measures.values())


def test_names_are_unique_but_for_the_repeat() -> None:
    """67 different names."""
    assert len({row["name"] for row in table("measures")}) == 67


def test_joined_departments_are_the_long_table() -> None:
    """The joined column and the long table say the same."""
    departments = grouped("measure_departments", "measure_id")
    for row in table("measures"):
        assert row["departments"] == joined(departments, row["id"], "department_name")


def test_joined_categories_are_the_long_table() -> None:
    """The joined column and the long table say the same."""
    categories = grouped("measure_categories", "measure_id")
    for row in table("measures"):
        assert row["categories"] == joined(categories, row["id"], "letter")
        assert row["category_names"] == joined(categories, row["id"], "category_name")


def test_link_tables_write_out_names() -> None:
    """Departments and letters of measures carry the names of both ends of the link."""
    measures, departments = by_id("measures"), by_id("departments")
    categories = by_id("data_utilization_categories")
    for row in table("measure_departments"):
        assert row["measure_name"] == measures[row["measure_id"]]["name"]
        assert row["department_name"] == departments[row["department_id"]]["name"]
    for row in table("measure_categories"):
        category = categories[row["category_id"]]
        assert row["measure_name"] == measures[row["measure_id"]]["name"]
        assert (row["letter"], row["category_name"]) == (category["letter"], category["name"])


def test_parts_of_a_row_stand_in_the_row() -> None:
    """Departments and letters stand in the lines of their measure."""
    measures = by_id("measures")
    for row in table("measure_departments") + table("measure_categories"):
        assert set(numbers(row["source_lines"])) <= set(numbers(measures[row["measure_id"]]["source_lines"]))


def test_nothing_of_the_measure_tables_is_left_over(text_lines: list[str]) -> None:
    """The cells of a table's rows, taken together, are all that its body prints."""
    departments = grouped("measure_departments", "measure_id")
    categories = grouped("measure_categories", "measure_id")
    measures = grouped("measures", "item_id")
    for item in table("items"):
        printed = "".join(text_lines[n] for n in numbers(item["table_lines"]))
        printed = re.sub(r"\s+|※[0-9０-９]+|R[2-8]|年度", "", printed)
        printed = re.sub(r"担当部署|官民ﾃﾞｰﾀ|（注）", "", printed)
        cells = f"{item['number_printed']}{item['table_name_printed']}" + "".join(
            row["number_printed"] + row["name_printed"] + row["note_printed"]
            + "".join(part["department_name_printed"] for part in departments[row["id"]])
            + "".join(part["letter"] for part in categories[row["id"]])
            for row in measures[item["id"]]
        )  # fmt: skip
        assert printed == re.sub(r"\s+", "", cells)


# ---- schedule words


def test_schedule_counts() -> None:
    """Labels per page are as counted, and the measures on the pages make up all 68."""
    pages = grouped("schedule_labels", "page")
    measures_on_page = Counter(row["source_page"] for row in table("measures"))
    for page, labels in pages.items():
        assert {(row["page_measure_count"], row["page_label_count"]) for row in labels} == {(str(measures_on_page[page]), str(len(labels)))}
        assert [row["position"] for row in labels] == [str(n + 1) for n in range(len(labels))]
    assert set(pages) == set(measures_on_page)


def test_schedule_candidates_are_the_tables_of_the_page() -> None:
    """A label names as candidates all items that have measures on its page, and no other."""
    items = by_id("items")
    on_page = defaultdict(list)
    for row in table("measures"):
        if row["item_id"] not in on_page[row["source_page"]]:
            on_page[row["source_page"]].append(row["item_id"])
    for row in table("schedule_labels"):
        assert row["item_ids"].split(";") == on_page[row["page"]]
        assert row["item_names"] == ";".join(items[item]["name"] for item in on_page[row["page"]])


def test_schedule_labels_are_not_assigned() -> None:
    """A label names its item only where its page has one table, and never a measure or a year."""
    for row in table("schedule_labels"):
        assert row["item_id"] == (row["item_ids"] if ";" not in row["item_ids"] else "")
        assert not {"measure_id", "fiscal_year"} & set(row)


def test_schedule_labels_are_all_that_is_printed(text_lines: list[str]) -> None:
    """The labels of a page, one after the other, are all the characters left at its end."""
    for labels in grouped("schedule_labels", "page").values():
        lines = [n for row in labels for n in numbers(row["source_lines"])]
        printed = "".join(text_lines[n] for n in range(min(lines), max(lines) + 1))
        read = "".join(row["label_printed"] for row in labels)
        assert sorted(re.sub(r"\s+", "", printed)) == sorted(read)


# ---- figures, footnotes


def test_figures_print_every_policy_and_item(text_lines: list[str]) -> None:
    """図２ and 図３ print the six policies, 図３ the twenty items, by the names of the body; one differs and is noted."""
    figure_2, figure_3 = (re.sub(r"\s+", "", "".join(text_lines[first:last])) for first, last in [(275, 382), (382, 514)])
    for row in table("policies"):
        assert row["name_printed"] in figure_2
        assert row["name_printed"] in figure_3
    different = [row["name"] for row in table("items") if row["name"] not in unicodedata.normalize("NFKC", figure_3)]
    assert different == [by_id("notes")["natori2020-note-cloud-item-name"]["printed"]]


def test_footnotes_are_numbered_and_marked() -> None:
    """※１ to ※３９, each with a mark in the text."""
    footnotes = table("footnotes")
    assert [int(row["number"]) for row in footnotes] == list(range(1, 40))
    assert all(row["mark_lines"] for row in footnotes)


def test_every_footnote_mark_is_listed(text_lines: list[str]) -> None:
    """Each ※ with a number in parts Ⅰ to Ⅲ is a footnote or a mark of that footnote."""
    printed = Counter((n, int(number)) for n in range(1, 3645) for number in re.findall(r"※([0-9０-９]+)", text_lines[n]))
    listed = Counter(
        (line, int(row["number"])) for row in table("footnotes") for line in [*numbers(row["source_lines"]), *numbers(row["mark_lines"])]
    )
    assert printed == listed


def test_footnotes_name_the_measures_they_mark() -> None:
    """A footnote names the measures and the item in whose names its marks stand."""
    for row in table("footnotes"):
        marks = set(numbers(row["mark_lines"]))
        marked = [m["id"] for m in table("measures") if marks & set(numbers(m["source_lines"]))]
        assert ";".join(marked) == row["measure_ids"]
        headings = [item["id"] for item in table("items") if marks & set(numbers(item["source_lines"]))]
        assert "".join(headings) == row["item_id"]


# ---- plans


def test_plans_follow_each_other() -> None:
    """The previous plan ends where this plan begins, and this plan has the period of the document."""
    plans, document = by_id("plans"), table("documents")[0]
    this, previous = plans["natori2020-plan"], plans["natori2020-prev"]
    for field in ("period_start_fiscal_year", "period_end_fiscal_year", "period_printed"):
        assert this[field] == document[field]
    assert int(previous["period_end_fiscal_year"]) + 1 == int(this["period_start_fiscal_year"])


# ---- open data


def test_open_data_named_and_counted() -> None:
    """Six items are named, nine are counted; the others are not made up."""
    counts = by_id("published_information_counts")
    assert len(table("open_data_items")) == 6
    assert counts["natori2020-published-open-data-items"]["value"] == "9"


# ---- all tables


def test_notes_point_to_rows() -> None:
    """Each note names a table of the package, and a row and a column of it."""
    for note in table("notes"):
        if not note["table_name"]:
            continue
        rows = by_id(note["table_name"])
        assert not note["row_id"] or note["row_id"] in rows, note["id"]
        assert not note["field_name"] or note["field_name"] in next(iter(rows.values())), note["id"]


def test_printed_pages_are_the_five_with_a_number() -> None:
    """source_page_basis is printed for pages 10, 11, 30, 38 and 45 only."""
    for path in DATA.glob("*.csv"):
        for row in table(path.stem):
            pages = {n for n in numbers(row["source_page"])} if row["source_page"] else set()
            assert (row["source_page_basis"] == "printed") == bool(pages and pages <= PRINTED_PAGES), row["id"]
