"""市町村の導入状況: what the statements say of each other, and of the texts."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "datasets" / "miyagi-municipal-adoption"
TARGET_YEARS = (2021, 2022, 2023, 2024)
#: Document → the package of its plan.
PACKAGES = {
    "it2013-chapter4": "miyagi-it-plan-2013", "ict2014-summary": "miyagi-ict-plan-2014",
    "ict2017-overview": "miyagi-ict-utilization-plan-2017", "policy2021-draft": "miyagi-informatization-policy-2021",
    "natori2020": "natori-informatization-plan-2020",
}  # fmt: skip

Row = dict[str, str]


def table(name: str, package: Path = PACKAGE) -> list[Row]:
    with (package / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_id(name: str) -> dict[str, Row]:
    return {row["id"]: row for row in table(name)}


def values(indicator: str, kind: str) -> dict[int, int]:
    """Fiscal year → value of one indicator of a KPI table."""
    return {
        int(row["fiscal_year"]): int(row["value"])
        for row in table("statements")
        if (row["indicator_id"], row["kind"], row["is_kpi"]) == (f"adoption-indicator-{indicator}", kind, "true")
    }


def test_baselines_are_the_actual_values_of_kpi_tables() -> None:
    """現状値 is an actual value that a KPI table prints."""
    for row in table("statements"):
        assert (row["is_baseline"] == "true") == (row["kind"] == "actual" and row["is_kpi"] == "true"), row["id"]
        assert row["kind_name"] == {"actual": "実績・現状値", "target": "目標値"}[row["kind"]]


@pytest.mark.parametrize(
    ("indicator", "baseline", "targets"),
    [
        ("denshi-shinsei-introduced", 25, (28, 33, 33, 33)),
        ("open-data-municipalities", 10, (35, 35, 35, 35)),
        ("data-plan-municipalities", 4, (35, 35, 35, 35)),
        ("cloud-support", 3, (5, 5, 5, 5)),
        ("open-data-prefecture-datasets", 128, (135, 140, 145, 150)),
    ],
)
def test_policy_kpis_have_a_baseline_and_four_targets(indicator: str, baseline: int, targets: tuple[int, ...]) -> None:
    """現状値 of FY2020 and Ｒ３–Ｒ６ as in the KPI tables."""
    assert values(indicator, "actual") == {2020: baseline}
    assert values(indicator, "target") == dict(zip(TARGET_YEARS, targets, strict=True))


def test_applications_of_2013_have_a_baseline_and_a_target() -> None:
    """平成22年度（見込） and 平成25年度."""
    assert values("denshi-shinsei-applications", "actual") == {2010: 10364}
    assert values("denshi-shinsei-applications", "target") == {2013: 15000}


def test_no_number_of_municipalities_exceeds_its_total() -> None:
    """A number of Miyagi's municipalities is at most 35, and at most the total its sentence gives."""
    indicators = by_id("indicators")
    for row in table("statements"):
        indicator = indicators[row["indicator_id"]]
        if row["value"] and (indicator["counted"], indicator["scope"]) == ("municipalities", "miyagi_municipalities"):
            assert int(row["value"]) <= int(row["of_how_many"] or 35), row["id"]


def test_totals_stand_only_where_they_are_printed() -> None:
    """県内35市町村 is said of the joint use in November 2020, twice, and nowhere else."""
    with_total = [row for row in table("statements") if row["of_how_many"] or row["of_how_many_printed"]]
    assert {row["id"] for row in with_total} == {"adoption-denshi-shinsei-2020-11", "adoption-denshi-shinsei-2020-11-repeat"}


def test_municipalities_are_named_only_where_the_text_names_them() -> None:
    """塩竈市 and 名取市 (住基カード); every other statement leaves them unknown."""
    named = {
        row["id"]: (row["municipalities_named"], row["municipalities_named_printed"])
        for row in table("statements")
        if row["municipalities_named"] or row["value_basis"] == "named_list"
    }
    assert named == {"adoption-juki-card-undated": ("塩竈市;名取市", "塩竈市及び名取市")}


def test_named_municipalities_are_in_the_reference_table() -> None:
    """By their official names."""
    known = {row["name"] for row in table("municipalities", PACKAGE.parent / "miyagi-reference")}
    for row in table("statements"):
        assert set(filter(None, row["municipalities_named"].split(";"))) <= known


def test_value_is_there_exactly_where_a_number_is_printed() -> None:
    """Neither 全市町村 nor a list of names becomes a number."""
    for row in table("statements"):
        assert bool(row["value"]) == (row["value_basis"] in ("number", "numbered_list")), row["id"]
        assert (row["is_all"] == "true") == (row["value_basis"] == "all_word"), row["id"]
        assert (row["is_all"] == "true") == bool(re.search("全|すべて", row["value_printed"])), row["id"]


def test_unit_and_scope_are_those_of_the_indicator() -> None:
    """Every indicator has statements, all in its unit, of its scope and with its name."""
    indicators = by_id("indicators")
    assert {row["indicator_id"] for row in table("statements")} == set(indicators)
    for row in table("statements"):
        indicator = indicators[row["indicator_id"]]
        assert (row["unit"], row["scope"]) == (indicator["unit"], indicator["scope"]), row["id"]
        assert (row["topic"], row["topic_name"], row["indicator_name"]) == (
            indicator["topic"], indicator["topic_name"], indicator["name"],
        ), row["id"]  # fmt: skip


def test_printed_indicator_names_are_the_published_ones() -> None:
    """Width folded; indicators of KPI tables all have a printed name."""
    for row in table("indicators"):
        if row["name_printed"]:
            assert row["name"] == unicodedata.normalize("NFKC", row["name_printed"]), row["id"]
        else:
            assert row["is_kpi"] == "false", row["id"]


def test_times_agree_with_each_other() -> None:
    """Start before end, both in the fiscal year; no time without words that print it."""
    for row in table("statements"):
        if not row["fiscal_year"]:
            assert (row["time_start"], row["time_end"], row["time_precision"]) == ("", "", ""), row["id"]
            continue
        year = int(row["fiscal_year"])
        assert row["time_printed"], row["id"]
        assert f"{year}-04-01" <= row["time_start"] <= row["time_end"] <= f"{year + 1}-03-31", row["id"]


def test_repeat_says_the_same_as_its_first() -> None:
    """再: the same words, number and time at other lines."""
    statements = by_id("statements")
    repeats = [row for row in statements.values() if row["is_repeat"] == "true"]
    assert [row["id"] for row in repeats] == ["adoption-denshi-shinsei-2020-11-repeat"]
    for row in repeats:
        first = statements[row["repeat_of"]]
        for field in ("indicator_id", "value", "of_how_many", "time_printed", "words_printed", "measure_number"):
            assert row[field] == first[field], field
        assert row["source_lines"] != first["source_lines"]


def test_words_are_few() -> None:
    """The texts' prose is not copied."""
    assert max(len(row["words_printed"]) for row in table("statements")) <= 40


def test_documents_count_their_statements() -> None:
    """All five texts are listed; two of them have no statement."""
    counted = Counter(row["source_document"] for row in table("statements"))
    assert {row["id"]: int(row["statement_count"]) for row in table("documents")} == {name: counted[name] for name in PACKAGES}


def test_documents_are_those_of_the_plan_packages() -> None:
    """Ids and all columns that both tables have are the same as in the package of the plan."""
    for row in table("documents"):
        (own,) = table("documents", PACKAGE.parent / PACKAGES[row["id"]])
        for field in own.keys() & row.keys():
            assert row[field] == own[field], (row["id"], field)


def test_titles_and_measure_names_are_those_of_their_tables() -> None:
    """document_title and measure_name are written out from documents and from the measures of the policy."""
    titles = {row["id"]: row["title"] for row in table("documents")}
    policy = PACKAGE.parent / PACKAGES["policy2021-draft"]
    measures = {row["measure_number"]: row["name"] for row in table("measures", policy)}
    for row in table("statements"):
        assert row["document_title"] == titles[row["source_document"]], row["id"]
        assert row["measure_name"] == (measures[row["measure_number"]] if row["measure_number"] else ""), row["id"]


def test_kpi_rows_are_those_of_the_policy() -> None:
    """Targets and baselines from the policy are the cells of kpi_targets and kpis there."""
    policy = PACKAGE.parent / PACKAGES["policy2021-draft"]
    cells = {(row["kpi_name"], row["target_time_printed"]): row["target_printed"] for row in table("kpi_targets", policy)}
    cells |= {(row["name"], row["baseline_time_printed"]): row["baseline_printed"] for row in table("kpis", policy)}
    rows = [row for row in table("statements") if row["is_kpi"] == "true" and row["source_document"] == "policy2021-draft"]
    assert len(rows) == 25
    for row in rows:
        assert cells[row["indicator_name"], row["time_printed"]] == row["value_printed"], row["id"]


def test_notes_point_to_rows_and_fields_that_exist() -> None:
    """Table, row and column of every note."""
    for note in table("notes"):
        rows = by_id(note["table_name"])
        assert not note["row_id"] or note["row_id"] in rows, note["id"]
        assert note["field_name"] in next(iter(rows.values())), note["id"]


def test_every_number_before_a_word_for_municipalities_is_published(plan_texts: Path) -> None:
    """No 「35市町村」, 「24市町」, 「25団体」, 「全市町村」 or 「データセット」 with a number stands outside the published lines."""
    covered: dict[str, set[int]] = {row["id"]: set() for row in table("documents")}
    for row in table("statements"):
        for part in row["source_lines"].split(","):
            first, _, last = part.partition("-")
            covered[row["source_document"]].update(range(int(first), int(last or first) + 1))
    number = re.compile(r"(?:[0-9０-９]|全|すべての)(?:市町村?|自治体|団体|データセット|都道府県)|(?:市町村|自治体|団体)\([0-9]")
    for document in table("documents"):
        lines = (plan_texts / document["file_name"]).read_text(encoding="utf-8").split("\n")
        for line_number, line in enumerate(lines, start=1):
            if number.search(line):
                assert line_number in covered[document["id"]], (document["id"], line_number, line)
