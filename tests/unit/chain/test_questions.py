"""The ready questions, asked of the real packages."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from ckanext.miyagiict.chain.files import answer_csv, measures_csv
from ckanext.miyagiict.chain.model import Chain
from ckanext.miyagiict.chain.questions import NAMES, answer, ask_list
from ckanext.miyagiict.chain.showing import in_short, shown, texts
from ckanext.miyagiict.chain.words import Reader
from ckanext.miyagiict.search.names import has_all

Rows = Callable[[str, str], list[dict[str, Any]]]

POLICY, IT, ICT, NATORI = (
    "miyagi-informatization-policy-2021", "miyagi-it-plan-2013", "miyagi-ict-plan-2014", "natori-informatization-plan-2020"
)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_row_has_every_column(chain: Chain, reader: Reader, name: str, language: str) -> None:
    """And a cell to filter by; an answer without rows says why."""
    got = answer(name, chain, dataclasses.replace(reader, language=language), {})
    needed = {column["name"] for column in got["columns"]} | {one["name"] for one in got["filters"]}
    assert all(needed <= set(row) for row in got["rows"])
    assert bool(got["rows"]) != bool(got["empty"])
    assert got["total"] == len(got["rows"])


def test_questions_are_listed() -> None:
    """In both languages, each with its rule."""
    assert [one["name"] for one in ask_list("ja")] == list(NAMES)
    assert all(one["title"] and one["description"] and one["rule"] for language in ("ja", "en") for one in ask_list(language))


def test_measures_without_kpi(chain: Chain, reader: Reader, rows: Rows) -> None:
    """17 of the policy (47 less the 30 in its table of links), all 24 of 2013, all 67 of the city."""
    got = answer("measures-without-kpi", chain, reader, {})
    linked = {row["measure_id"] for row in rows(POLICY, "kpi_measures")}
    own = {row["id"] for row in rows(POLICY, "measures") if row["is_repeat"] == "false"} - linked
    assert {row["measure_id"] for row in got["rows"] if row["plan"] == POLICY} == own
    assert (len(own), got["total"]) == (17, 17 + 24 + 67)
    marked = [row["number"] for row in got["rows"] if row["has_kpi_mark"]]
    assert marked == ["企・警12"]


def test_kpis_without_measure(chain: Chain, reader: Reader, rows: Rows) -> None:
    """The eight of 2013, which stand for sections."""
    got = answer("kpis-without-measure", chain, reader, {})
    assert {row["kpi_id"] for row in got["rows"]} == {row["id"] for row in rows(IT, "kpis")}
    assert all(row["group_measures"] for row in got["rows"])




def test_well_rated_missed_says_why_it_is_empty(chain: Chain, reader: Reader) -> None:
    """95 projects are marked ◎ or ○; four of them lead to four KPIs, none known to be missed."""
    got = answer("well-rated-missed", chain, reader, {})
    assert got["rows"] == []
    assert got["empty"] == (
        "良い評価の事業95件のうち、目標指標につながるものは4件（指標4件）です。そのうち結果が未達成と分かっている指標はありません。"
        "指標4件は、結果を判定できる実績がありません。"
    )
    without = dataclasses.replace(chain, links=())
    assert "1件もありません" in answer("well-rated-missed", without, reader, {})["empty"]
    assert "公開されている計画にありません" in answer("well-rated-missed", dataclasses.replace(chain, projects={}), reader, {})["empty"]


def test_well_rated_missed_lists_what_was_missed(chain: Chain, reader: Reader) -> None:
    """A KPI that was not met makes a row for each project that leads to it, with the weak link named; one that was met makes none."""
    statuses = {"policy2021-kpi-ki9": "not_met", "policy2021-kpi-ki8-11-29": "met"}
    rows = answer("well-rated-missed", chain, dataclasses.replace(
        reader, kpis={id: {"status": status, "status_text": status} for id, status in statuses.items()}
    ), {})["rows"]
    assert [(row["project_id"], row["measure_id"], row["kpi_id"], row["mark"]) for row in rows] == [
        ("ict2014-f2-i1-p13", "policy2021-ki9", "policy2021-kpi-ki9", "○")
    ]
    assert "名前が同じ" in rows[0]["basis_text"]


def test_costs_are_as_printed(chain: Chain, reader: Reader, rows: Rows) -> None:
    """A row a printed cell; ＊ has no number."""
    got = answer("cost-by-field", chain, reader, {})
    printed = [(row["budget_printed"], row["actual_printed"]) for row in rows(ICT, "project_costs")]
    assert [(row["budget_printed"], row["actual_printed"]) for row in got["rows"]] == printed
    assert all(row["budget"] is None for row in got["rows"] if row["budget_printed"] == "＊")


def test_bars_add_up_printed_numbers(chain: Chain, reader: Reader, rows: Rows) -> None:
    """Of each field and year, without the printed totals; what has no number is counted, not taken for 0."""
    got = answer("cost-by-field", chain, reader, {"fiscal_year": 2016})
    for group in got["bars"]["groups"]:
        cells = [row for row in rows(ICT, "project_costs") if (row["field_name"], row["fiscal_year"]) == (group["label"], "2016")]
        budget, actual = group["bars"]
        assert budget["value"] == sum(int(row["budget_million_yen"]) for row in cells if row["budget_million_yen"])
        assert actual["value"] == sum(int(row["actual_million_yen"]) for row in cells if row["actual_million_yen"])
        assert ("ほかに数の印刷されていない欄が1つ" in budget["text"]) == any(not row["budget_million_yen"] for row in cells)
    assert len(got["bars"]["groups"]) == 9
    only = answer("cost-by-field", chain, reader, {"field": "教育", "category": "情報発信サイト等"})
    assert {bar["text"] for bar in only["bars"]["groups"][0]["bars"]} == {"数は印刷されていません"}


def test_marks_are_those_of_the_summary(chain: Chain, reader: Reader, rows: Rows) -> None:
    """As many projects of each mark as the review prints, with × at 0."""
    bars = answer("projects-by-mark", chain, reader, {})["bars"]["groups"][0]["bars"]
    printed = {
        f"{row['evaluation_mark']} {row['evaluation_label']}": int(row["entry_count"])
        for row in rows(ICT, "evaluation_summary") if row["category"] == "個別事業" and row["is_total"] == "false"
    }
    assert {bar["label"]: bar["value"] for bar in bars} == printed
    assert sum(printed.values()) == 102


def test_departments(chain: Chain, reader: Reader, rows: Rows) -> None:
    """A row for each department of each measure; those without one are counted in a note."""
    name = "震災復興・企画部 情報政策課"
    got = answer("measures-by-department", chain, reader, {"department": name})
    own = {row["first_listing_id"] or row["id"] for row in rows(POLICY, "measures") if name in row["departments"].split(";")}
    assert {row["measure_id"] for row in got["rows"]} == own
    without = [row for plan in (POLICY, IT, NATORI) for row in rows(plan, "measures") if not row.get("departments")]
    assert f"{len(without)}件" in got["notes"][0]


def test_filters_of_other_questions_change_nothing(chain: Chain, reader: Reader) -> None:
    """And a value that no row has leaves nothing, with a word on what to do."""
    every = answer("kpis-without-measure", chain, reader, {})
    assert answer("kpis-without-measure", chain, reader, {"mark": "◎"})["rows"] == every["rows"]
    nothing = answer("projects-by-mark", chain, reader, {"mark": "<script>"})
    assert (nothing["rows"], nothing["total"]) == ([], 102)
    assert "条件に合うものはありません" in nothing["empty"]


def test_a_measure_with_its_whole_chain(chain: Chain, reader: Reader) -> None:
    """企9: two KPIs by number, one project by name, the project's field in two categories and three years, the legend of five marks."""
    got = shown(chain.measures["policy2021-ki9"], chain, reader)
    assert {kpi["id"]: kpi["basis"] for kpi in got["kpis"]} == {"policy2021-kpi-ki8-11-29": "printed", "policy2021-kpi-ki9": "printed"}
    assert [(project["id"], project["mark"], project["basis"]) for project in got["projects"]] == [("ict2014-f2-i1-p13", "○", "same_name")]
    costs = {(cost["field"], cost["fiscal_year"], cost["basis"]) for cost in got["costs"]}
    assert costs == {("行政の情報化", year, "key") for year in (2014, 2015, 2016)}
    assert [mark["mark"] for mark in got["marks"]] == ["◎", "○", "△", "×", "－"]


def test_words_find_measures(chain: Chain) -> None:
    """All of them, in name, number, group or department; width, case and kind of kana aside."""
    measure = chain.measures["policy2021-ki9"]
    assert has_all(texts(measure), "企9 研修 情報政策課")
    assert not has_all(texts(measure), "企9 道路")
    assert has_all(texts(chain.measures["policy2021-kyo2"]), "ＩＣＴ")


def test_files(chain: Chain, reader: Reader) -> None:
    """For programs plain UTF-8; for spreadsheet programs a BOM, CRLF, and no formulas."""
    got = {"columns": [{"name": "a"}, {"name": "b"}], "rows": [{"a": "=1+1", "b": ["x", "y"]}, {"a": None, "b": True}]}
    assert answer_csv(got, for_spreadsheets=False) == b"a,b\n=1+1,x;y\n,true\n"
    assert answer_csv(got, for_spreadsheets=True) == b"\xef\xbb\xbfa,b\r\n'=1+1,x;y\r\n,true\r\n"
    listed = measures_csv([in_short(measure, chain, reader) for measure in chain.measures.values()], for_spreadsheets=False).decode()
    assert len(listed.splitlines()) == 1 + 138


def test_a_plan_without_kpis_is_said_so(chain: Chain, reader: Reader) -> None:
    """91 of the 108 are of plans that print no KPI for any measure: that is no failing of each measure."""
    got = answer("measures-without-kpi", chain, dataclasses.replace(reader, titles={NATORI: "名取市の計画", IT: "2013年の計画"}), {})
    assert got["notes"] == [
        "「名取市の計画」の文書には目標指標が印刷されていないため、施策67件のすべてがこの表にあります。",
        "「2013年の計画」は目標指標をまとまりに対してだけ印刷しているため、施策24件のすべてがこの表にあります。",
        "計画の印刷時に調整中だった施策が2件あります。",
    ]


def test_totals_that_do_not_add_up_are_said(chain: Chain, reader: Reader, rows: Rows) -> None:
    """All twelve printed totals differ from their fields, as the package's own notes have it."""
    noted = [row for row in rows(ICT, "notes") if (row["kind"], row["table_name"]) == ("total_mismatch", "project_costs")]
    assert len(noted) == 12
    assert "印刷された合計12個のうち12個は、分野の数の和と違います。" in answer("cost-by-field", chain, reader, {})["notes"][1]


def test_counterparts(chain: Chain, reader: Reader) -> None:
    """15 projects of a measure's very name; 26 printed references and 19 equal headings lead from the city's groups to the plan before."""
    got = answer("counterparts", chain, reader, {})
    assert [(bar["label"].partition("（")[0], bar["value"]) for bar in got["bars"]["groups"][0]["bars"]] == [
        ("名前が同じ", 15 + 19), ("計画に印刷された番号などによる", 26),
    ]
    audit = next(row for row in got["rows"] if row["measure_id"] == "policy2021-ki8")
    assert (audit["counterpart_id"], audit["outcome"], audit["place"]) == (
        "ict2014-f2-i1-p12", "○ 計画どおり実施", "policy2021-draft 23ページ（3497～3502、3522～3528行） / 総括 4～5ページ（262行）",
    )
    open_data = next(row for row in got["rows"] if row["measure_id"] == "natori2020-i-3-4-a")
    assert (open_data["kind_text"], open_data["outcome"]) == ("前の計画の項目", "継続")
    assert open_data["inferred_text"].startswith("どの項目への参照かは印刷されていない")
