"""名取市情報化推進計画, part Ⅳ 資料: national developments, items of the previous plan, chronology, open-data items.

What can be re-derived is re-derived: counts per field, directions, links, page references, dates.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from ckanext.miyagiict.packages.source_places import parse_lines

PACKAGE = Path(__file__).resolve().parents[2] / "datasets" / "natori-informatization-plan-2020"
ERA_OFFSET = {"昭和": 1925, "平成": 1988, "令和": 2018}
CIRCLED = {"①": 1, "②": 2, "③": 3, "④": 4, "⓸": 4, "⑤": 5}
BLANKS = re.compile(r"\s+")
COLUMNS = ["住民情報(基幹)系", "内部情報系", "主な施策"]


def read(table: str) -> list[dict[str, str]]:
    with (PACKAGE / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_id(table: str) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in read(table)}


@pytest.fixture(scope="module")
def text_lines(plan_texts: Path) -> list[str]:
    document = read("documents")[0]
    return (plan_texts / document["file_name"]).read_text(encoding="utf-8").split("\n")


def passage(text_lines: list[str], cited: str) -> str:
    """The cited lines joined, without blanks."""
    numbers: list[int] = []
    for part in cited.split(","):
        first, _, last = part.partition("-")
        numbers.extend(range(int(first), int(last or first) + 1))
    return BLANKS.sub("", "".join(text_lines[number - 1] for number in numbers))


def first_line(row: dict[str, str]) -> int:
    return int(re.split("[-,]", row["source_lines"])[0])


# 前計画の進捗状況


def test_items_per_priority_field() -> None:
    """40 rows: 12, 8, 6 under （ⅰ） and 4, 4, 6 under （ⅱ）."""
    counts = Counter(row["priority_name"] for row in read("previous_plan_items"))
    assert list(counts.values()) == [12, 8, 6, 4, 4, 6]
    assert list(counts) == [row["name"] for row in read("previous_plan_priorities")]


def test_directions() -> None:
    """28 継続, 10 完了, 1 終了, 1 見直し, as marked."""
    items = read("previous_plan_items")
    assert Counter(row["direction"] for row in items) == {"継続": 28, "完了": 10, "終了": 1, "見直し": 1}
    assert all(row["direction_printed"] == f"＜{row['direction']}＞" for row in items)


def test_items_handed_on() -> None:
    """Every 継続 item is handed on to the next plan, and three 完了 items are too; each of the three has a note."""
    handed_on = [row for row in read("previous_plan_items") if row["is_carried_over"] == "true"]
    assert Counter(row["direction"] for row in handed_on) == {"継続": 28, "完了": 3}
    noted = {row["row_id"] for row in read("notes") if row["printed"] == "＜完了＞"}
    assert {row["id"] for row in handed_on if row["direction"] == "完了"} == noted


def test_items_are_numbered_without_gaps() -> None:
    """Under each measure the items are 1, 2, 3 … in the order of ｱ, ｲ, ｳ …, and the id says so."""
    numbers: dict[str, list[int]] = {}
    for row in read("previous_plan_items"):
        number = int(row["number"])
        numbers.setdefault(row["measure_id"], []).append(number)
        assert row["number_kana"] == "アイウエオカ"[number - 1]
        assert row["id"] == f"{row['measure_id']}-{'abcdef'[number - 1]}"
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())


def test_items_carry_the_names_of_their_parents() -> None:
    """Names written out in the rows are those of the tables they point to."""
    goals, priorities = by_id("previous_plan_goals"), by_id("previous_plan_priorities")
    measures = by_id("previous_plan_measures")
    for row in read("previous_plan_items"):
        measure = measures[row["measure_id"]]
        priority = priorities[row["priority_id"]]
        assert (row["measure_name"], row["measure_number"]) == (measure["name"], measure["number"])
        assert (row["priority_name"], row["priority_id"]) == (priority["name"], measure["priority_id"])
        assert (row["goal_name"], row["goal_id"]) == (goals[row["goal_id"]]["name"], priority["goal_id"])
        assert (measure["priority_name"], priority["goal_name"]) == (row["priority_name"], row["goal_name"])


def test_direction_cells_begin_with_their_mark(text_lines: list[str]) -> None:
    """The lines of 方向性 begin with the mark, and tell of the handing on only where the flag says so."""
    for row in read("previous_plan_items"):
        cell = passage(text_lines, row["direction_lines"])
        assert cell.startswith(row["direction_printed"]), row["id"]
        assert cell.endswith("。"), row["id"]
        assert ("引き継ぐ" in cell) == (row["is_carried_over"] == "true"), row["id"]


def test_no_item_is_left_out(text_lines: list[str]) -> None:
    """The text has as many direction marks as the table has rows, at the cited lines."""
    marked = [number for number, line in enumerate(text_lines, 1) if number > 3910 and line.lstrip().startswith("＜")]
    assert marked == [int(row["direction_lines"].split("-")[0]) for row in read("previous_plan_items")]


def test_item_is_the_whole_cell(text_lines: list[str]) -> None:
    """Number and name of an item fill the lines between the measure and 現状, nothing is left over."""
    for row in read("previous_plan_items"):
        before_status = passage(text_lines, row["source_lines"]).split(passage(text_lines, row["current_status_lines"]))[0]
        measure = "①②③"[int(row["measure_number"]) - 1] + row["measure_name_printed"]
        item = row["number_printed"] + row["name_printed"]
        assert before_status == BLANKS.sub("", measure + item), row["id"]


# ページ参照


def printed_references() -> list[dict[str, str]]:
    """One row for each reference as printed: the first of its rows."""
    return [row for row in read("previous_plan_page_references") if row["id"].endswith(f"-{first_section(row)}")]


def first_section(row: dict[str, str]) -> int:
    return CIRCLED[row["reference_printed"].split(".")[1]]


def test_references_per_page() -> None:
    """Printed references on pages 31 to 46; page 31 also has the sample of the legend."""
    references = printed_references()
    counts = Counter(int(row["page"]) for row in references if row["role"] == "reference")
    assert [counts[page] for page in range(31, 47)] == [2, 2, 2, 1, 2, 3, 3, 2, 3, 1, 2, 3, 2, 3, 3, 1]
    assert [row["id"] for row in references if row["role"] == "legend_sample"] == ["natori2020-prev-ref-p31-3-2"]


def test_no_reference_is_left_out(text_lines: list[str]) -> None:
    """Every line of part ［２］ that holds a reference is cited once."""
    pattern = re.compile(r"[PＰ][0-9０-９]+\.[①-⑳⓸]")
    printed = [n for n, line in enumerate(text_lines, 1) if 3910 < n < 6608 and pattern.search(BLANKS.sub("", line))]
    assert printed == [int(row["source_lines"]) for row in printed_references()]


def test_references_have_a_row_for_each_section() -> None:
    """One row for each circled number of a reference, in its order."""
    printed = [
        (row["reference_printed"], row["page"], row["order_on_page"], mark)
        for row in printed_references()
        for mark in row["reference_printed"].split(".")[1:]
    ]
    rows = read("previous_plan_page_references")
    assert printed == [(row["reference_printed"], row["page"], row["order_on_page"], row["section_mark_printed"]) for row in rows]
    assert all(row["section_number"] == str(CIRCLED[row["section_mark_printed"]]) for row in rows)


def test_references_fit_the_tables_of_this_edition() -> None:
    """A reference has an item exactly where this edition has a table of that number on that page; others are noted."""
    items = by_id("items")
    noted = {row["row_id"] for row in read("notes") if row["id"].startswith("natori2020-note-prev-ref-misfit-")}
    for row in read("previous_plan_page_references"):
        fitting = [
            item["id"]
            for item in items.values()
            if item["number"] == row["section_number"]
            and int(item["table_page_first"]) <= int(row["target_page"]) <= int(item["table_page_last"])
        ]
        assert fitting == ([row["item_id"]] if row["item_id"] else [])
        assert row["item_name"] == (items[row["item_id"]]["name"] if row["item_id"] else "")
        assert row["has_table_in_this_edition"] == ("true" if fitting else "false")
        assert (row["id"] in noted) == (not fitting)


def test_references_are_linked_only_where_there_is_no_choice() -> None:
    """A reference names an item of its own page, and only on the pages where the text leaves no choice (38, 40)."""
    items = by_id("previous_plan_items")
    linked = [row for row in read("previous_plan_page_references") if row["previous_plan_item_id"]]
    assert {row["page"] for row in linked} == {"38", "40"}
    for row in linked:
        item = items[row["previous_plan_item_id"]]
        assert (item["source_page"], item["name"]) == (row["page"], row["previous_plan_item_name"])
    assert len({row["previous_plan_item_id"] for row in linked}) == len(linked)


# あゆみ


def test_dates_per_page() -> None:
    """22 dated entries, 8, 2, 6 and 6 by page, in the order of time."""
    entries = read("timeline_entries")
    assert Counter(row["source_page"] for row in entries) == {"47": 8, "48": 2, "49": 6, "50": 6}
    assert [row["time_start"] for row in entries] == sorted(row["time_start"] for row in entries)


def test_western_and_japanese_years_agree() -> None:
    """西暦 and 元号 of each entry name the same year, and the dates follow from the printed form."""
    for row in read("timeline_entries"):
        assert int(row["year"]) == ERA_OFFSET[row["era"]] + int(row["era_year"]), row["id"]
        printed = f"{row['year']}({row['era_printed']}{row['era_year']})年"
        assert row["time_printed"] == printed + (f"{row['month']}月" if row["month"] else "")
        start, end = date.fromisoformat(row["time_start"]), date.fromisoformat(row["time_end"])
        assert (start.year, start.day) == (int(row["year"]), 1)
        assert date.fromordinal(end.toordinal() + 1).day == 1
        if row["month"]:
            assert start.month == end.month == int(row["month"])
            assert int(row["fiscal_year"]) == start.year - (start.month < 4)
        else:
            assert (start.month, end.month, row["fiscal_year"]) == (1, 12, "")


def test_no_date_is_left_out(text_lines: list[str]) -> None:
    """Every line of part ［３］ that begins with a year is an entry."""
    dated = [number for number, line in enumerate(text_lines, 1) if number > 6608 and re.match(r"[12]\d{3}\(", line.strip())]
    assert dated == [first_line(row) for row in read("timeline_entries")]


def test_events_carry_the_time_of_their_entry() -> None:
    """Time columns of an event are those of its entry; every entry has as many events as it says."""
    entries = by_id("timeline_entries")
    shared = ("time_printed", "year", "era", "era_year", "month", "fiscal_year", "time_start", "time_end", "time_precision")
    events = read("timeline_events")
    for row in events:
        assert all(row[field] == entries[row["entry_id"]][field] for field in shared), row["id"]
    counts = Counter(row["entry_id"] for row in events)
    assert {key: str(counts[key]) for key in entries} == {key: row["event_count"] for key, row in entries.items()}


def test_entries_write_out_their_events() -> None:
    """The three columns of an entry hold the names of its events of that column."""
    events = read("timeline_events")
    for entry in read("timeline_entries"):
        for field, category in zip(("resident_systems", "internal_systems", "main_measures"), COLUMNS, strict=True):
            names = [row["name"] for row in events if (row["entry_id"], row["category"]) == (entry["id"], category)]
            assert entry[field] == ";".join(names), entry["id"]


def test_entries_stand_where_their_events_stand() -> None:
    """Source lines of an entry are those of its events, taken together."""
    for entry in read("timeline_entries"):
        lines = {n for row in read("timeline_events") if row["entry_id"] == entry["id"] for n in parse_lines(row["source_lines"])}
        assert parse_lines(entry["source_lines"]) == sorted(lines)


def test_lists_carry_name_and_time_of_their_event() -> None:
    """List entries, and charges in them, write out the name and the time of the event."""
    events, items = by_id("timeline_events"), by_id("timeline_items")
    owners = [(row, row["event_id"]) for row in items.values()]
    owners += [(row, items[row["timeline_item_id"]]["event_id"]) for row in read("timeline_charges")]
    for row, event_id in owners:
        event = events[event_id]
        assert (row["event_name"], row["year"], row["month"]) == (event["name"], event["year"], event["month"])


def test_blanks_before_the_first_event_tell_its_column(text_lines: list[str]) -> None:
    """Where the basis is `blanks`, one blank follows the date for each column up to that of the event."""
    entries = by_id("timeline_entries")
    first_events = {row["entry_id"]: row for row in reversed(read("timeline_events"))}
    for entry_id, event in first_events.items():
        line = text_lines[first_line(entries[entry_id]) - 1]
        blanks = re.search(r"[年月]( +)(?![0-9 ])", line)
        assert blanks
        if event["category_basis"] == "blanks":
            assert COLUMNS[len(blanks.group(1)) - 1] == event["category"], event["id"]


def test_blanks_after_the_last_event_tell_its_column(text_lines: list[str]) -> None:
    """Each empty cell after the last event of a row leaves one blank, in its line or in the next."""
    last_events = {row["entry_id"]: row for row in read("timeline_events")}
    for event in last_events.values():
        if event["time_printed"] in ("2004(平16)年8月", "2006(平18)年5月"):
            continue  # the row goes on to 2006(平18)年10月
        end = int(re.split("[-,]", event["source_lines"])[-1])
        line = text_lines[end - 1]
        blanks = len(line) - len(line.rstrip()) - 1
        for following in text_lines[end:] if blanks == 0 else []:
            if following.strip():
                break
            blanks += len(following)
        assert COLUMNS[2 - max(blanks, 0)] == event["category"], event["id"]


def test_lists_are_numbered_without_gaps() -> None:
    """The numbered entries of an event run 1, 2, 3 … (24 systems in 2008, 7 in 2013)."""
    numbers: dict[str, list[int]] = {}
    for row in read("timeline_items"):
        if row["number"]:
            numbers.setdefault(row["event_id"], []).append(int(row["number"]))
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    assert sorted(map(len, numbers.values())) == [1, 1, 2, 2, 2, 2, 3, 4, 5, 6, 7, 24]


def test_no_list_entry_is_left_out(text_lines: list[str]) -> None:
    """The chronology prints as many circled numbers as the lists have."""
    printed = re.findall("[①-⑳㉑-㉟]", "".join(text_lines[6607:]))
    assert printed == [row["number_printed"] for row in read("timeline_items") if row["number_printed"]]


def test_charges_fill_the_brackets_of_their_list_entry() -> None:
    """Taxes and charges, joined, are exactly what the list entry prints inside its brackets."""
    for item_id, item in by_id("timeline_items").items():
        charges = [row for row in read("timeline_charges") if row["timeline_item_id"] == item_id]
        if charges:
            joined = "、".join(
                row["name_printed"] + (f"({row['condition_printed']})" if row["condition_printed"] else "") for row in charges
            )
            assert item["name_printed"] in (f"市税({joined})", f"料金({joined})")


def test_open_data_items_are_the_list_of_the_chronology() -> None:
    """The six named items, one for each entry of the list of August 2018."""
    items = by_id("timeline_items")
    named = read("open_data_items")
    assert len(named) == 6
    for row in named:
        entry = items[row["timeline_item_id"]]
        assert (row["name"], row["number"]) == (entry["name"], entry["number"])
        assert entry["event_id"] == "natori2020-timeline-2018-08-open-data"


# 国における情報化の動き


def test_national_plan_has_five_headings() -> None:
    """Headings 1 to 5 stand under the plan; only the founding of the agency has a date."""
    rows = read("national_developments")
    headings = [row for row in rows if row["kind"] == "heading"]
    assert [row["number"] for row in headings] == ["1", "2", "3", "4", "5"]
    assert {row["parent_id"] for row in headings} == {"natori2020-nation-priority-plan"}
    assert [row["time_start"] for row in rows if row["time_start"]] == ["2021-09-01"]


# 注


def test_notes_point_to_rows_and_fields() -> None:
    """A note on one of these tables names a field and, where it names a row, a row that exist."""
    tables = {path.stem for path in (PACKAGE / "data").glob("*.csv")}
    for note in read("notes"):
        if not re.match("national|plans|previous_plan|timeline|open_data", note["table_name"]):
            continue
        assert note["table_name"] in tables, note["id"]
        rows = by_id(note["table_name"])
        assert not note["row_id"] or note["row_id"] in rows, note["id"]
        assert not note["field_name"] or note["field_name"] in next(iter(rows.values())), note["id"]
