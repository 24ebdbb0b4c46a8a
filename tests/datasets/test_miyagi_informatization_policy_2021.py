"""みやぎ情報化推進ポリシー 中間案, 第1章から第3章: measures and KPIs against the printed counts, each other and the text."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "datasets" / "miyagi-informatization-policy-2021" / "data"
FILE_NAME = "informatization-policy-2021-2024-draft.txt"
PREFIXES = {
    "企": "ki", "企・警": "ki-keisatsu", "土": "do", "出・総": "sui-so", "教": "kyo", "経": "keizai", "農": "no",
    "水林": "suirin", "総": "so", "警": "keisatsu",
}  # fmt: skip
ERAS = {"H": 1988, "R": 2018}
PLACES = [
    ("kpis", "baseline_"), ("kpi_targets", "baseline_"), ("kpi_targets", "target_"), ("stated_numbers", ""), ("dated_events", ""),
    ("related_documents", "time_"), ("related_documents", "revised_"),
]  # fmt: skip
#: Columns of kpi_targets that repeat the KPI, so that the table can be read alone.
KPI_COLUMNS = (
    "group_id", "group_category", "group_number", "group_name", "measure_numbers", "measure_numbers_printed", "measure_names",
    "baseline_value", "baseline_qualifier", "baseline_printed", "baseline_time_printed", "baseline_fiscal_year",
    "baseline_start", "baseline_end", "baseline_precision", "baseline_status", "unit", "unit_printed", "note",
    "is_under_adjustment", "is_reference_value",
)  # fmt: skip
#: Name columns beside an id: table, id column, name column, table referred to, its column.
NAMES = [
    ("measures", "group_id", "group_name", "groups", "name"),
    ("measures", "group_id", "group_number", "groups", "number"),
    ("measures", "group_id", "group_category", "groups", "category"),
    ("kpis", "group_id", "group_name", "groups", "name"),
    ("kpis", "group_id", "group_number", "groups", "number"),
    ("kpi_targets", "kpi_id", "kpi_name", "kpis", "name"),
    ("kpi_measures", "kpi_id", "kpi_name", "kpis", "name"),
    ("kpi_measures", "measure_id", "measure_name", "measures", "name"),
    ("kpi_measures", "group_id", "group_name", "groups", "name"),
    ("measure_departments", "measure_id", "measure_number", "measures", "measure_number"),
    ("measure_departments", "measure_id", "measure_name", "measures", "name"),
    ("measure_departments", "measure_id", "is_repeat", "measures", "is_repeat"),
    ("stated_numbers", "measure_id", "measure_name", "measures", "name"),
    ("dated_events", "measure_id", "measure_name", "measures", "name"),
    ("goals", "parent_id", "parent_name", "goals", "name"),
    ("links", "group_id", "group_name", "groups", "name"),
    ("related_documents", "pillar_id", "pillar_name", "pillars", "name"),
    ("pillar_measures", "pillar_id", "pillar_name", "pillars", "name"),
    ("plan_goals", "plan_id", "plan_name", "plans", "name"),
    ("plan_history_counts", "plan_id", "plan_name", "plans", "name"),
]


def table(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_id(name: str) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in table(name)}


def notes_on(name: str) -> set[str]:
    return {row["row_id"] for row in table("notes") if row["table_name"] == name}


def is_true(row: dict[str, str], field: str) -> bool:
    assert row[field] in ("true", "false")
    return row[field] == "true"


def line_numbers(cell: str) -> list[int]:
    numbers: list[int] = []
    for part in filter(None, cell.split(",")):
        first, _, last = part.partition("-")
        numbers.extend(range(int(first), int(last or first) + 1))
    return numbers


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def expanded(printed: str) -> list[str]:
    """企8～11,29 → 企8, 企9, 企10, 企11, 企29."""
    prefix, numbers = re.fullmatch(r"(\D+)([0-9～,]+)", printed).groups()  # type: ignore[union-attr]
    found: list[str] = []
    for part in numbers.split(","):
        first, _, last = part.partition("～")
        found += [f"{prefix}{n}" for n in range(int(first), int(last or first) + 1)]
    return found


@pytest.fixture(scope="module")
def lines(plan_texts: Path) -> list[str]:
    """The text by line number counted from 1."""
    return ["", *(plan_texts / FILE_NAME).read_text(encoding="utf-8").split("\n")]


def joined(lines: list[str], cell: str) -> str:
    return squeezed("".join(lines[n] for n in line_numbers(cell)))


# Counts and totals


def test_measures_per_list_are_as_printed() -> None:
    """The lists have the numbers of measures printed beside their headings: 10, 11, 7, 7, 5, 7 and 7."""
    found = Counter(row["group_id"] for row in table("measures"))
    printed = {row["id"]: int(row["measure_count"]) for row in table("groups")}
    assert found == printed
    assert list(printed.values()) == [10, 11, 7, 7, 5, 7, 7]


def test_measures_are_as_printed_for_the_chapter() -> None:
    """54 measures, 47 of them first listings and 7 repeats."""
    printed = {row["id"].removeprefix("policy2021-count-"): int(row["count"]) for row in table("chapter_counts")}
    repeats = [is_true(row, "is_repeat") for row in table("measures")]
    assert (len(repeats), repeats.count(False), repeats.count(True)) == (54, 47, 7)
    assert (printed["measures"], printed["distinct-measures"], printed["repeats"]) == (54, 47, 7)


def test_the_number_of_kpis_does_not_agree_and_is_noted() -> None:
    """27 is printed; the tables have 29 rows, two of them under adjustment."""
    adjusting = [is_true(row, "is_under_adjustment") for row in table("kpis")]
    assert (len(adjusting), adjusting.count(True)) == (29, 2)
    assert by_id("chapter_counts")["policy2021-count-kpis"]["count"] == "27"
    assert "policy2021-count-kpis" in notes_on("chapter_counts")


def test_kpi_rows_per_list() -> None:
    """The KPI tables have 4, 6, 6, 4, 3, 3 and 3 rows."""
    found = Counter(row["group_id"] for row in table("kpis"))
    assert {row["id"]: int(row["kpi_row_count"]) for row in table("groups")} == found
    assert list(found.values()) == [4, 6, 6, 4, 3, 3, 3]


@pytest.mark.parametrize("name", ["measures", "kpis"])
def test_rows_are_in_printed_order(name: str) -> None:
    """Within a list the order runs 1, 2, 3 … along the lines of the text."""
    for group in by_id("groups"):
        rows = [row for row in table(name) if row["group_id"] == group]
        assert [int(row["print_order"]) for row in rows] == list(range(1, len(rows) + 1))
        first_lines = [line_numbers(row["source_lines"])[0] for row in rows]
        assert first_lines == sorted(first_lines)


def test_marks_are_counted() -> None:
    """再 and ★ are counted in the lists; 新, 初 and 拡 do not occur there."""
    found = {row["mark_printed"]: int(row["listing_count"]) for row in table("measure_marks")}
    measures = table("measures")
    assert found["再"] == sum(is_true(row, "is_repeat") for row in measures)
    assert found["★"] == sum(is_true(row, "has_kpi_mark") for row in measures)
    assert found["新"] == found["初"] == found["拡"] == 0


# Measures


def test_ids_say_the_number() -> None:
    """企2 is policy2021-ki2, its repeat policy2021-ki2-repeat."""
    for row in table("measures"):
        ending = "-repeat" if is_true(row, "is_repeat") else ""
        assert row["id"] == f"policy2021-{PREFIXES[row['number_prefix']]}{row['number']}{ending}"
        assert row["measure_number_printed"] == row["number_prefix"] + row["number"]


def test_repeats_point_to_their_first_listing() -> None:
    """A repeat has number, name and departments of an earlier listing in another list."""
    measures = by_id("measures")
    order = list(measures)
    for row in measures.values():
        assert bool(row["first_listing_id"]) == is_true(row, "is_repeat")
        if row["first_listing_id"]:
            first = measures[row["first_listing_id"]]
            assert not is_true(first, "is_repeat")
            assert order.index(first["id"]) < order.index(row["id"])
            assert first["group_id"] != row["group_id"]
            for field in ("measure_number_printed", "name", "departments"):
                assert first[field] == row[field]


def test_repeats_that_differ_are_noted() -> None:
    """★ or start year differ in six and one repeats, each with a note."""
    measures = by_id("measures")
    repeats = [row for row in measures.values() if row["first_listing_id"]]
    for field, count in (("has_kpi_mark", 6), ("start_time_printed", 1)):
        different = {row["id"] for row in repeats if row[field] != measures[row["first_listing_id"]][field]}
        assert len(different) == count
        assert different <= {row["row_id"] for row in table("notes") if row["field_name"] == field}


def test_star_means_a_row_in_the_kpi_table_of_the_list() -> None:
    """★ and the KPI tables agree list by list, but for 企・警12."""
    with_star = {row["id"] for row in table("measures") if is_true(row, "has_kpi_mark")}
    with_kpi = {row["listing_id"] for row in table("kpi_measures")}
    assert with_star - with_kpi == {"policy2021-ki-keisatsu12"}
    assert with_kpi - with_star == set()
    assert "policy2021-ki-keisatsu12" in notes_on("measures")


@pytest.mark.parametrize("name", ["measures", "measure_departments"])
def test_start_years_follow_from_the_printed_year(name: str) -> None:
    """H28 is 2016 and R2 is 2020; a dash or an empty cell has no year."""
    for row in table(name):
        printed = re.fullmatch(r"([HR])([0-9]+)", row["start_time_printed"])
        assert row["start_year"] == (str(ERAS[printed[1]] + int(printed[2])) if printed else "")
        assert printed or row["start_time_printed"] in ("-", "‐", "")


def test_measures_under_adjustment_are_empty() -> None:
    """Of 経12, 経14, 農2 and 農4 nothing but number and ★ is given; of all others name, departments and start are."""
    adjusting = []
    for row in table("measures"):
        given = {bool(row[f]) for f in ("name", "departments", "start_time_printed", "description_lines")}
        assert given == {not is_true(row, "is_under_adjustment")}, row["id"]
        if is_true(row, "is_under_adjustment"):
            adjusting.append(row["measure_number"])
    assert adjusting == ["経12", "経14", "農2", "農4"]


def test_departments_are_the_rows_of_the_long_table() -> None:
    """departments, bureau and division of a measure are its rows in measure_departments, in order."""
    departments = by_id("departments")
    links = table("measure_departments")
    for measure in table("measures"):
        rows = [row for row in links if row["measure_id"] == measure["id"]]
        assert [int(row["position"]) for row in rows] == list(range(1, len(rows) + 1))
        assert measure["departments"] == ";".join(f"{row['bureau']} {row['division']}" for row in rows)
        assert measure["bureau"] == ";".join(dict.fromkeys(row["bureau"] for row in rows))
        assert measure["division"] == ";".join(row["division"] for row in rows)
        for row in rows:
            department = departments[row["department_id"]]
            for field in ("bureau", "division", "office"):
                assert department[field] == row[field]
            assert row["division"].endswith(f"({row['office']})" if row["office"] else "")
    assert {row["department_id"] for row in links} == set(departments)


# KPIs


def test_kpis_link_every_measure_that_their_number_names() -> None:
    """企8～11,29 are five measures; measure_id is the first listing, listing_id the one in the list of the KPI."""
    measures = by_id("measures")
    links = table("kpi_measures")
    for kpi in table("kpis"):
        rows = [row for row in links if row["kpi_id"] == kpi["id"]]
        numbers = expanded(kpi["measure_numbers_printed"])
        assert [row["measure_number"] for row in rows] == numbers == kpi["measure_numbers"].split(";")
        for row in rows:
            listing = measures[row["listing_id"]]
            assert listing["group_id"] == kpi["group_id"]
            assert listing["measure_number"] == row["measure_number"]
            assert row["measure_id"] == (listing["first_listing_id"] or listing["id"])
            assert row["measure_number_printed"] == kpi["measure_numbers_printed"]
    assert len(links) == 35


def test_every_kpi_has_a_row_for_each_year() -> None:
    """FY2021 to FY2024 are Ｒ３ to Ｒ６; name, unit, measures and baseline of the KPI stand in each row."""
    targets = table("kpi_targets")
    for kpi in table("kpis"):
        rows = [row for row in targets if row["kpi_id"] == kpi["id"]]
        assert [row["fiscal_year"] for row in rows] == [row["fiscal_year_from"] for row in rows] == ["2021", "2022", "2023", "2024"]
        assert [row["target_time_printed"] for row in rows] == ["Ｒ３", "Ｒ４", "Ｒ５", "Ｒ６"]
        for row in rows:
            assert row["id"] == f"{kpi['id']}-fy{row['fiscal_year']}"
            assert (row["kpi_name"], row["kpi_name_printed"]) == (kpi["name"], kpi["name_printed"])
            assert [row[field] for field in KPI_COLUMNS] == [kpi[field] for field in KPI_COLUMNS]
            year = int(row["fiscal_year"])
            assert (row["target_start"], row["target_end"]) == (f"{year}-04-01", f"{year + 1}-03-31")
    assert len(targets) == 29 * 4


def status_of(printed: str, adjusting: bool) -> str:
    if adjusting:
        return "under_adjustment"
    if printed in ("", "-", "（実証事業）"):
        return {"": "not_printed", "-": "dash", "（実証事業）": "trial"}[printed]
    return "bracketed_number" if printed.startswith("（") else "number"


def test_a_cell_without_a_number_has_no_value() -> None:
    """-, （実証事業）, nothing and 調整中 have no value, and never 0; a status says which."""
    adjusting = {row["id"]: is_true(row, "is_under_adjustment") for row in table("kpis")}
    cells = [(r["id"], r["baseline_printed"], r["baseline_value"], r["baseline_status"]) for r in table("kpis")]
    cells += [(r["kpi_id"], r["target_printed"], r["target_value"], r["target_status"]) for r in table("kpi_targets")]
    for kpi, printed, value, status in cells:
        assert status == status_of(printed, adjusting[kpi])
        assert bool(value) == (status in ("number", "bracketed_number"))


def test_only_two_kpis_have_their_years_by_inference() -> None:
    """Where fewer entries than columns are printed, the years are marked as inferred and noted."""
    targets = table("kpi_targets")
    inferred = {row["kpi_id"] for row in targets if row["fiscal_year_basis"] == "inferred"}
    assert inferred == {"policy2021-kpi-so2-home-work", "policy2021-kpi-so3-4-paper-reduction"}
    noted = notes_on("kpi_targets")
    for kpi in inferred:
        assert any(note.startswith(kpi) for note in noted)


def test_baseline_times() -> None:
    """R2.12 is a month, R1年度 and R元年度 are FY2019."""
    for row in table("kpis"):
        printed = row["baseline_time_printed"].replace("元", "1")
        cells = tuple(row[f"baseline_{field}"] for field in ("fiscal_year", "start", "precision"))
        if month := re.fullmatch(r"R([0-9]+)\.([0-9]+)", printed):
            year = 2018 + int(month[1])
            assert cells == (str(year - (int(month[2]) < 4)), f"{year}-{int(month[2]):02}-01", "month")
        elif fiscal := re.fullmatch(r"R([0-9]+)年度", printed):
            year = 2018 + int(fiscal[1])
            assert cells == (str(year), f"{year}-04-01", "fiscal_year")
            assert row["baseline_end"] == f"{year + 1}-03-31"
        else:
            assert printed == ""
            assert cells == ("", "", "")


@pytest.mark.parametrize(("name", "prefix"), PLACES)
def test_periods_begin_before_they_end(name: str, prefix: str) -> None:
    """The first day is not after the last, and the fiscal year, where there is one, holds the last day."""
    for row in table(name):
        start, end = row[f"{prefix}start"], row[f"{prefix}end"]
        assert bool(start) == bool(end) == bool(row[f"{prefix}precision"])
        assert start <= end
        if end and (fiscal_year := row.get(f"{prefix}fiscal_year")):
            assert int(fiscal_year) == int(end[:4]) - (end[5:7] < "04")


def test_reference_values_carry_their_note() -> None:
    """The five items with ※ carry ※参考値."""
    rows = [row for row in table("kpis") if is_true(row, "is_reference_value")]
    assert len(rows) == 5
    assert {row["note"] for row in rows} == {"※参考値"}


# Against the text


def test_every_printed_number_is_published(lines: list[str]) -> None:
    """The lines of the lists that begin with a measure number are the rows of measures, one to one."""
    pattern = re.compile(r"(企・警|出・総|企[0-9]+|土[0-9]+|教[0-9]+|経[0-9]+|農[0-9]+|水林[0-9]+|総[0-9]+|警[0-9]+)( |$)")
    printed = [n for g in table("groups") for n in line_numbers(g["measure_list_lines"]) if pattern.match(lines[n])]
    kpi_tables = {n for g in table("groups") for n in line_numbers(g["kpi_table_lines"])}
    published = [line_numbers(row["source_lines"])[0] for row in table("measures")]
    assert published == [n for n in printed if n not in kpi_tables]


def test_names_are_all_that_stands_in_their_lines(lines: list[str]) -> None:
    """The lines of a row hold number, 再, name, ★, departments and start, and nothing else."""
    for row in table("measures"):
        text = re.sub("＊[0-9]+", "", joined(lines, row["source_lines"]))
        if is_true(row, "is_under_adjustment"):
            assert text == row["measure_number_printed"] + ("★" if is_true(row, "has_kpi_mark") else "") + "（調整中）"
            continue
        mark = "再" if is_true(row, "is_repeat") else ""
        star = "★" if is_true(row, "has_kpi_mark") else ""
        departments = squeezed(row["departments_printed"])
        if row["measure_number"] == "出・総1":  # each of the two divisions has its own start
            departments = departments.replace("会計課", "会計課-")
        assert text == row["measure_number_printed"] + mark + row["name_printed"] + star + departments + row["start_time_printed"]


def test_every_mark_is_published(lines: list[str]) -> None:
    """再, ★ and （調整中） stand in the lists as often as published."""
    listed = [lines[n] for g in table("groups") for n in line_numbers(g["measure_list_lines"])]
    measures = table("measures")
    assert sum(line.strip() == "再" for line in listed) == sum(is_true(row, "is_repeat") for row in measures)
    assert sum(line.count("★") for line in listed if "KPI" not in line) == sum(is_true(row, "has_kpi_mark") for row in measures)
    assert sum("調整中" in line for line in listed) == sum(is_true(row, "is_under_adjustment") for row in measures)


def test_headings_print_the_number_of_measures(lines: list[str]) -> None:
    """Each heading 主な個別施策 with a number is a row of groups."""
    printed = [int(match[1]) for line in lines if (match := re.fullmatch(r"\s*主な個別施策\s+([0-9]+)\s*", line))]
    assert printed == [int(row["measure_count"]) for row in table("groups")]


def test_guidelines_are_counted(lines: list[str]) -> None:
    """The lines of the guidelines hold as many ○ as counted, and ○ stands nowhere else in chapters 1 to 3."""
    counts = {}
    for group in table("groups"):
        numbers = line_numbers(group["guideline_lines"])
        counts[group["id"]] = [n for n in numbers if lines[n].startswith("○")]
        assert len(counts[group["id"]]) == int(group["guideline_count"])
        assert counts[group["id"]][0] == numbers[0]
    elsewhere = {n for n in range(1, 4447) if lines[n].lstrip().startswith("○")}
    assert elsewhere == {n for numbers in counts.values() for n in numbers}


def test_targets_are_the_numbers_of_their_line(lines: list[str]) -> None:
    """Four targets in one line are that line read from left to right; 企17 and 経10 have the baseline in front."""
    targets = table("kpi_targets")
    checked = 0
    for kpi in table("kpis"):
        rows = [row for row in targets if row["kpi_id"] == kpi["id"]]
        if len({row["source_lines"] for row in rows}) > 1 or is_true(kpi, "is_under_adjustment"):
            continue
        expected = [row["target_printed"] for row in rows]
        if kpi["baseline_printed"] == "-":
            expected.insert(0, "-")
        assert [lines[n].split() for n in line_numbers(rows[0]["source_lines"])].count(expected) == 1
        checked += 1
    assert checked == 25


def test_target_years_stand_in_the_heading_of_the_table(lines: list[str]) -> None:
    """The first line of a target is the heading Ｒ３ Ｒ４ Ｒ５ Ｒ６ of its table."""
    for row in table("kpi_targets"):
        assert lines[line_numbers(row["source_lines"])[0]].split() == ["Ｒ３", "Ｒ４", "Ｒ５", "Ｒ６"]


def test_kpi_tables_hold_nothing_unpublished(lines: list[str]) -> None:
    """Every number in the KPI tables is a baseline, a target, a time, a measure number or part of a name."""
    published: Counter[str] = Counter()
    for row in table("kpis"):
        cells = (row["name_printed"], row["unit_printed"], row["baseline_printed"], row["baseline_time_printed"])
        published.update(numbers_in("|".join(cells)))
    for row in table("kpi_targets"):
        published.update(numbers_in(row["target_printed"]))
    # a measure number printed once for two items stands once in the text
    printed_numbers = {(row["source_lines"], row["measure_number_printed"]) for row in table("kpi_measures")}
    for _, number in printed_numbers:
        published.update(numbers_in(number))
    printed: Counter[str] = Counter()
    for group in table("groups"):
        body = [n for n in line_numbers(group["kpi_table_lines"]) if not lines[n].startswith("Ｒ３")]
        printed.update(numbers_in("\n".join(lines[n] for n in body)))
    assert published == printed


def numbers_in(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).replace("～", "~")
    return [str(Decimal(n.replace(",", ""))) for n in re.findall(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?:\.[0-9]+)?", folded)]


def test_every_link_line_is_published(lines: list[str]) -> None:
    """The lines of the text that are addresses are those of links, each once."""
    printed = {n for n, line in enumerate(lines) if line.startswith("http")}
    published = [n for row in table("links") for n in line_numbers(row["source_lines"])]
    assert sorted(published) == sorted(printed)
    for row in table("links"):
        numbers = line_numbers(row["source_lines"])
        assert int(row["line_count"]) == len(numbers)
        assert {lines[n].strip() for n in numbers} == {row["url"]}


def test_goals_are_the_headings_of_the_lists() -> None:
    """Each list has the name of its priority goal or foundation."""
    goals = by_id("goals")
    for group in table("groups"):
        assert group["name"] == goals[group["goal_id"]]["name"]


@pytest.mark.parametrize(("name", "key", "field", "other", "other_field"), NAMES)
def test_names_beside_ids_are_those_of_the_row(name: str, key: str, field: str, other: str, other_field: str) -> None:
    """A name written out beside an id is the name of the row that the id points to."""
    rows = by_id(other)
    for row in table(name):
        assert row[field] == (rows[row[key]][other_field] if row[key] else ""), row["id"]


def test_names_of_the_measures_of_a_kpi() -> None:
    """measure_names are the names of measure_numbers, in order."""
    names = {row["measure_number"]: row["name"] for row in table("measures")}
    for kpi in table("kpis"):
        found = [names[number] for number in kpi["measure_numbers"].split(";")]
        assert kpi["measure_names"] == ";".join(filter(None, found))


# Notes


def test_notes_name_tables_rows_and_fields_that_exist() -> None:
    """A note names a row and a field that its table has."""
    for note in table("notes"):
        rows = by_id(note["table_name"])
        assert not note["row_id"] or note["row_id"] in rows, note["id"]
        assert not note["field_name"] or note["field_name"] in next(iter(rows.values())), note["id"]


def test_what_does_not_agree_is_in_the_notes() -> None:
    """The known contradictions of chapters 1 to 3 are published."""
    notes = {row["id"].removeprefix("policy2021-note-") for row in table("notes")}
    assert {
        "kpi-count", "start-ki30", "star-ki21", "star-ki29", "star-ki7", "star-ki4", "star-ki6", "star-ki9",
        "star-ki-keisatsu12", "kpi-same-indicator", "target-year-kind", "kpi-so2-home-work", "kpi-so3-4-paper",
        "kpi-so3-4-measures", "reference-values", "viewpoint-columns", "under-adjustment", "kpi-under-adjustment",
        "datasets-two-dates", "joint-application-two-dates", "links-unassigned", "kpi-keisatsu3-unit", "start-sui-so1",
    } <= notes  # fmt: skip
