"""みやぎ情報化推進ポリシー 中間案, 第3章5から用語解説まで: counts, sums, dates and links of the published tables."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from itertools import combinations, pairwise, product
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "datasets" / "miyagi-informatization-policy-2021" / "data"
TEXT = "informatization-policy-2021-2024-draft.txt"

ROWS = {
    "promotion_bodies": 14, "pillars": 5, "guide_comparison": 7, "pillar_measures": 14, "plans": 19, "plan_relations": 4,
    "plan_goals": 29, "plan_history_counts": 43, "events": 22, "committee_members": 6, "glossary_terms": 41,
}  # fmt: skip
#: 101 is printed for みやぎＩＣＴ推進プラン（２０１４～２０１６）, but its numbers add up to 204 (notes.csv).
TOTAL_THAT_DOES_NOT_AGREE = {"policy2021-plan-ict-2014": 204}


def table(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_id(name: str) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in table(name)}


@pytest.fixture(scope="module")
def lines(plan_texts: Path) -> list[str]:
    return (plan_texts / TEXT).read_text(encoding="utf-8").split("\n")


@pytest.mark.parametrize(("name", "count"), ROWS.items())
def test_rows_as_counted_in_the_text(name: str, count: int) -> None:
    """Each table has the rows that were counted by hand in the text."""
    assert len(table(name)) == count


def test_measures_per_pillar() -> None:
    """The five pillars name 4, 3, 1, 3 and 3 measures."""
    found = Counter(row["pillar_id"] for row in table("pillar_measures"))
    assert [found[f"policy2021-pillar-{number}"] for number in range(1, 6)] == [4, 3, 1, 3, 3]


def test_pillar_measures_stand_on_the_page_printed() -> None:
    """A linked measure is listed in chapter 3 on the page that the table of pillars prints."""
    measures = by_id("measures")
    for row in table("pillar_measures"):
        if row["measure_id"]:
            assert row["page"] in measures[row["measure_id"]]["source_page"].replace("-", ",").split(","), row["id"]


def test_names_of_pillar_measures_are_compared_with_chapter_3() -> None:
    """is_same_name says whether both tables print the same name; only 企21 and 企19 differ."""
    measures = by_id("measures")
    different = set()
    for row in table("pillar_measures"):
        if row["measure_id"]:
            same = row["measure_name"] == measures[row["measure_id"]]["name"]
            assert row["is_same_name"] == str(same).lower()
            if not same:
                different.add(row["id"])
        else:
            assert row["is_same_name"] == ""
    assert different == {"policy2021-pillar-1-ki21", "policy2021-pillar-3-ki19"}


def test_only_the_measure_under_adjustment_has_no_link() -> None:
    """企16 is （調整中）: no name, no page, no measure."""
    unlinked = [row for row in table("pillar_measures") if not row["measure_id"]]
    assert [row["measure_number"] for row in unlinked] == ["企16"]
    assert unlinked[0]["is_under_adjustment"] == "true"
    assert unlinked[0]["measure_name"] == unlinked[0]["page"] == ""


def test_counts_of_projects_add_up_to_the_printed_totals() -> None:
    """The numbers of a plan add up to its total, but for the one that notes.csv names."""
    sums: dict[str, int] = defaultdict(int)
    additional: dict[str, int] = defaultdict(int)
    totals = {}
    for row in table("plan_history_counts"):
        if row["is_total"] == "true":
            totals[row["plan_id"]] = row
        else:
            sums[row["plan_id"]] += int(row["count"])
            additional[row["plan_id"]] += int(row["additional_count"] or 0)
    assert set(sums) == set(totals)
    for plan, total in totals.items():
        assert sums[plan] == TOTAL_THAT_DOES_NOT_AGREE.get(plan, int(total["count"])), plan
        assert additional[plan] == int(total["additional_count"] or 0), plan


def test_plans_carry_the_totals_of_the_chart() -> None:
    """The number of projects of a plan is the total of the chart."""
    plans = by_id("plans")
    for row in table("plan_history_counts"):
        if row["is_total"] == "true":
            plan = plans[row["plan_id"]]
            assert (plan["project_count"], plan["additional_project_count"]) == (row["count"], row["additional_count"])


def test_counts_keep_the_printed_order(lines: list[str]) -> None:
    """The numbers of one printed line come in the order of the line, none left out."""
    printed: dict[str, list[str]] = defaultdict(list)
    for row in table("plan_history_counts"):
        if row["is_total"] == "false":
            printed[row["source_lines"]].append(row["count_printed"])
    assert len(printed) == 6
    for line, cells in printed.items():
        assert lines[int(line) - 1].split() == cells


def test_no_other_arrangement_of_the_counts_gives_the_totals() -> None:
    """Six lines in seven columns, order kept: one way only gives the totals in the order of the plans."""
    printed: dict[str, list[int]] = defaultdict(list)
    totals: dict[str, int] = {}
    for row in table("plan_history_counts"):
        if row["is_total"] == "true":
            totals[row["plan_id"]] = int(row["count"])
        else:
            printed[row["printed_row"]].append(int(row["count"]))
    in_order = [row["id"] for row in table("plans") if row["id"] in totals]
    known = {column: totals[plan] for column, plan in enumerate(in_order) if plan not in TOTAL_THAT_DOES_NOT_AGREE}
    arrangements = 0
    for columns in product(*(combinations(range(len(in_order)), len(line)) for line in printed.values())):
        sums: Counter[int] = Counter()
        for places, line in zip(columns, printed.values(), strict=True):
            sums.update(dict(zip(places, line, strict=True)))
        arrangements += all(sums[column] == total for column, total in known.items())
    assert arrangements == 1


def test_goals_have_a_plan_only_with_a_basis() -> None:
    """plan_id, plan_basis, plan_basis_place and the kind of goal are given together or not at all."""
    for row in table("plan_goals"):
        given = {bool(row[field]) for field in ("plan_id", "plan_basis", "plan_basis_place")}
        assert given == {row["goal_kind"] != "unknown"}, row["id"]


def test_goals_stand_in_the_text_named_as_basis(plan_texts: Path) -> None:
    """The words of a goal stand at the place that is given as the basis of its plan."""
    for row in table("plan_goals"):
        if not row["plan_basis_place"]:
            continue
        name, _, where = row["plan_basis_place"].rpartition(" ")
        text_lines = (plan_texts / (name or TEXT)).read_text(encoding="utf-8").split("\n")
        first, _, last = where.partition("-")
        passage = "".join(text_lines[int(first) - 1 : int(last or first)])
        assert squeezed(row["name"]) in squeezed(passage), row["id"]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def test_events_are_in_order_of_time() -> None:
    """The 22 entries come in the order of their dates."""
    dates = [row["event_start"] for row in table("events") if row["event_start"]]
    assert len(dates) == 21
    assert dates == sorted(dates)


def test_event_dates_follow_from_what_is_printed() -> None:
    """Month and day, and era and year where printed, are those of the printed date; otherwise the year is carried on."""
    for row in table("events"):
        printed = unicodedata.normalize("NFKC", row["event_time_printed"]).replace("元年", "1年")
        found = re.match(r"(?:(平成|令和)(\d+)年)?(\d+)月(?:(\d+)日)?", printed)
        assert found, row["id"]
        era, year, month, day = found.groups()
        assert row["is_year_carried"] == str(era is None).lower()
        assert row["event_month"] == month
        assert row["event_day"] == (day or "")
        if era:
            assert (row["era"], row["era_year"]) == (era, year)
        assert int(row["event_year"]) == int(row["era_year"]) + {"平成": 1988, "令和": 2018}[row["era"]]
        if day:
            assert row["event_start"] == row["event_end"] == f"{row['event_year']}-{int(month):02}-{int(day):02}"


def test_carried_years_are_those_of_the_row_before() -> None:
    """A year that is not printed is the year of the row before."""
    rows = table("events")
    for before, row in pairwise(rows):
        if row["is_year_carried"] == "true":
            assert (row["era"], row["era_year"]) == (before["era"], before["era_year"])


def test_fiscal_year_of_events() -> None:
    """A fiscal year begins in April."""
    for row in table("events"):
        assert int(row["event_fiscal_year"]) == int(row["event_year"]) - (int(row["event_month"]) < 4)


def test_planned_events_are_those_printed_so() -> None:
    """Exactly the entries with 予定 are planned."""
    for row in table("events"):
        assert (row["is_planned"] == "true") == ("予定" in row["event_time_printed"])


def test_one_chair_and_one_deputy() -> None:
    """The advisory group has one 座長 and one 副座長."""
    assert sorted(row["note"] for row in table("committee_members") if row["note"]) == ["副座長", "座長"]


def test_affiliation_is_organization_and_position() -> None:
    """所属等 is the organization followed by the position, nothing lost."""
    for row in table("committee_members"):
        whole = squeezed(row["affiliation"])
        assert whole == squeezed(row["organization"]) + squeezed(row["position"])


def test_glossary_numbers_are_complete() -> None:
    """Numbers 1 to 40 occur once, and one term has none."""
    numbers = [row["number"] for row in table("glossary_terms")]
    assert sorted(int(number) for number in numbers if number) == list(range(1, 41))
    assert numbers.count("") == 1


def test_every_glossary_number_is_marked_once_in_the_text(lines: list[str]) -> None:
    """＊number stands exactly once in the text before the glossary, at mark_lines."""
    body = unicodedata.normalize("NFKC", "\n".join(lines[31:5094])).split("\n")
    marks = [int(number) for number in re.findall(r"\*\s*([0-9]+)", "\n".join(body))]
    assert sorted(marks) == list(range(1, 41))
    for row in table("glossary_terms"):
        if row["number"]:
            first, _, last = row["mark_lines"].partition("-")
            passage = squeezed("".join(lines[int(first) - 1 : int(last or first)]))
            assert row["number"] in re.findall(r"\*([0-9]+)", passage), row["id"]


def test_references_between_terms_follow_the_printed_number() -> None:
    """A term that is referred to has the printed number; the wrong 23 of ＷＡＮ has no target."""
    terms = by_id("glossary_terms")
    for row in terms.values():
        if row["see_term_id"]:
            assert terms[row["see_term_id"]]["number"] == row["see_number"]
    assert [row["term"] for row in terms.values() if row["see_number"] and not row["see_term_id"]] == ["WAN"]


def test_what_does_not_agree_is_in_the_notes() -> None:
    """The known contradictions of these pages are published."""
    notes = {row["id"].removeprefix("policy2021-note-") for row in table("notes")}
    assert {
        "konwakai-name", "denshi-jichitai-name", "ict-committee-name", "pillar-ki16", "pillar-ki21-name", "pillar-ki19-name",
        "chart-periods", "chart-counts", "chart-8548", "chart-101-sum", "chart-101-102", "chart-lone-31", "event-plan-names",
        "event-shared-cell", "event-no-day", "event-links", "term-wan-lan", "term-kpi-english", "term-byod-english",
    } <= notes  # fmt: skip
