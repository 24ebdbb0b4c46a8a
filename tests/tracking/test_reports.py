"""The yearly report: a plan's own table of KPIs with what has become of them, as page, CSV and workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

import ckan.plugins.toolkit as tk
from ckan.types import FixtureApp
from ckanext.miyagiict.tracking import clock

Act = Callable[..., Any]
ADDRESS = "/kpi/report/miyagi-test-plan/2026"


@pytest.fixture(autouse=True)
def spring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fiscal year 2026 is over."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 4, 20, tzinfo=UTC))


@pytest.fixture
def publish(plan: Path, people: Any, act: Act) -> Callable[..., None]:
    """Enters, reviews and publishes a value."""

    def publish(kpi: str, value: str, as_of: str, **more: str) -> None:
        draft = act("miyagiict_observation_create", people.editor, kpi=kpi, value=value, as_of=as_of, **more)
        act("miyagiict_observation_review", people.reviewer, id=draft["id"], revision=1)
        act("miyagiict_observation_publish", people.reviewer, id=draft["id"], revision=2)

    return publish


def report(act: Act, year: int = 2026, **more: Any) -> dict[str, Any]:
    return act("miyagiict_kpi_report_show", plan="miyagi-test-plan", fiscal_year=year, **more)


def cells_of(answer: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows()]


def test_the_report_has_the_plans_own_table(publish: Any, act: Act) -> None:
    """Baseline and targets as printed, and the value of the year with what it means."""
    publish("test-datasets", "21", "2027-03-31")
    found = report(act)
    row = found["rows"][0]
    assert (found["title"], found["years"], found["is_over"], found["reports"]) == ("試験計画", [2026, 2027], True, [2025, 2026, 2027])
    assert (row["group"], row["baseline"], row["baseline_time"], row["targets"]) == ("重点目標", "10", "R6年度末", {"2026": "20", "2027": "30"})
    assert (row["value"], row["as_of"], row["outcome"], row["outcome_text"]) == (21, "2027-03-31", "met", "達成")
    assert row["departments"] == ["企画部 情報課", "総務部 文書課"]


def test_a_later_value_is_not_held_against_an_earlier_year(publish: Any, act: Act) -> None:
    publish("test-datasets", "15", "2026-12-31")
    publish("test-datasets", "99", "2027-04-10")
    assert report(act)["rows"][0]["value"] == 15
    assert report(act)["rows"][0]["outcome"] == "not_met"


def test_a_year_without_a_target_shows_its_value(publish: Any, act: Act) -> None:
    """Values are not lost because the plan prints no target for their year."""
    publish("test-datasets", "12", "2026-03-31")
    row = report(act, 2025)["rows"][0]
    assert (row["value"], row["outcome"]) == (12, None)


def test_a_running_year_is_an_interim_report(publish: Any, act: Act) -> None:
    """An older value stands in its own year's report; this year has none yet."""
    publish("test-datasets", "21", "2027-03-31")
    found = report(act, 2027)
    assert (found["is_over"], found["as_of"], found["rows"][0]["value"], found["rows"][0]["outcome"]) == (False, "2027-04-20", None, "no_observation")


def test_years_that_are_none_of_the_plans(plan: Path, act: Act, app: FixtureApp) -> None:
    """Before the plan, to come, or no year at all: not found, by API and as page."""
    for year in (2024, 2028):
        with pytest.raises(tk.ObjectNotFound):
            report(act, year)
    for address in ("/kpi/report/miyagi-test-plan/2024", "/kpi/report/miyagi-test-plan/99999", "/kpi/report/no-such-plan/2026", f"{ADDRESS}.pdf"):
        assert app.get(address).status_code == 404, address


def test_without_a_year_it_is_the_last_one_that_is_over(plan: Path, act: Act, app: FixtureApp) -> None:
    assert act("miyagiict_kpi_report_show", plan="miyagi-test-plan")["fiscal_year"] == 2026
    answer = app.get("/kpi/report/miyagi-test-plan", follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"].endswith(ADDRESS)) == (302, True)
    assert app.get("/kpi/report/no-such-plan").status_code == 404


def test_everybody_reads_the_page(publish: Any, app: FixtureApp) -> None:
    """With links to the same as files; what people typed stays text."""
    publish("test-datasets", "21", "2027-03-31", note="<script>alert(1)</script>")
    page = BeautifulSoup(app.get(ADDRESS).data, "html.parser")
    rows = [row.get_text(" ", strip=True) for row in page.select("table.mi-report-table tbody tr")]
    assert "公開数 データセット・企画部 情報課、総務部 文書課 10 R6年度末 20 30 21 2027年3月31日" in rows[1]
    assert "全市町村" in " ".join(rows)
    for link in page.select("#content .mi-links a"):
        assert app.get(str(link["href"])).status_code == 200
    assert "Met" in app.get(f"/en{ADDRESS}").body


def test_csv_is_utf8_and_the_one_for_spreadsheets_has_a_bom(publish: Any, app: FixtureApp) -> None:
    """The same cells in both."""
    publish("test-datasets", "21", "2027-03-31")
    plain, excel = app.get(f"{ADDRESS}.csv"), app.get(f"{ADDRESS}.excel.csv")
    assert plain.data.startswith("分類,施策,担当,指標ID".encode())
    assert b"\r" not in plain.data
    assert excel.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(plain.data.decode())))
    assert list(csv.DictReader(io.StringIO(excel.data.decode("utf-8-sig")))) == rows
    assert (rows[0]["実績"], rows[0]["実績の時点"], rows[0]["結果"], rows[0]["目標 令和9年度（2027年度）"]) == ("21", "2027-03-31", "達成", "30")


def test_the_workbook_has_numbers_days_and_a_fixed_heading(publish: Any, app: FixtureApp) -> None:
    """And prints on A4, landscape; print that is more than a number stays as printed."""
    publish("test-datasets", "21", "2027-03-31")
    answer = app.get(f"{ADDRESS}.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    sheet, about = book.worksheets
    head, first, second = ([cell.value for cell in row] for row in sheet.iter_rows())
    by_name = dict(zip(head, first, strict=True))
    assert (by_name["現状値"], by_name["実績"], by_name["目標 令和8年度（2026年度）"]) == (10, 21, 20)
    assert by_name["実績の時点"].date() == date(2027, 3, 31)
    assert "全市町村" in second
    assert sheet.freeze_panes == "F2"
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize), sheet.print_title_rows) == ("landscape", 9, "$1:$1")
    assert sheet.column_dimensions["E"].width > sheet.column_dimensions["F"].width
    assert ["計画", "試験計画"] in [[cell.value for cell in row] for row in about.iter_rows()]
    assert unquote(answer.headers["Content-Disposition"].partition("UTF-8''")[2]) == "試験計画_2026年度_目標指標の実績.xlsx"


HOSTILE = ("=HYPERLINK(\"http://evil.example\")", "+1+1", "-2+3", "@SUM(A1)", "＝1+1", "\t=1", "a\x0bb")


def test_no_cell_is_a_formula(plan: Path) -> None:
    """Whatever a plan's table holds: texts stay texts in the workbook, and are disarmed in the CSV for spreadsheets."""
    from ckanext.miyagiict.pages import kpi_report

    rows = [
        {
            "group": text, "measure_numbers": [text], "departments": [text], "id": text, "name": text, "unit": text, "baseline": text, "baseline_value": None,
            "baseline_time": text, "targets": {"2026": text}, "target_values": {"2026": 5}, "value": -3, "as_of": None, "method_text": text,
            "outcome_text": text, "frozen_value": None, "sentence": text,
        }
        for text in HOSTILE
    ]
    said = {"title": "=1", "years": [2026], "rows": rows, "frozen": None, "fiscal_year": 2026, "year_text": "", "as_of": "2027-03-31", "is_draft": False,
            "is_over": True}
    table = kpi_report.table(said, "ja")
    book = load_workbook(io.BytesIO(kpi_report.workbook_bytes(table, said, "ja")))
    types = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert types == {"s", "n"}
    assert [row[4].value for row in book.worksheets[0].iter_rows(min_row=2, max_row=3)] == list(HOSTILE[:2])
    assert -3 in [cell.value for cell in next(book.worksheets[0].iter_rows(min_row=2))]
    lines = list(csv.reader(io.StringIO(kpi_report.csv_bytes(table, for_spreadsheets=True).decode("utf-8-sig"))))[1:]
    assert all(cell.startswith("'") for line in lines[:6] for cell in line if cell not in ("", "-3"))


def test_a_frozen_value_stands_beside_the_value(publish: Any, act: Act, people: Any, app: FixtureApp, dataset: Any) -> None:
    """Both are in the page and in the files."""
    from ckan import model
    from ckanext.miyagiict.tracking import definitions, refresh

    dataset("data-a")
    definitions.add_definition({"kpi": "test-datasets", "kind": "datasets", "valid_from": "2025-04-01"})
    model.Session.commit()
    refresh.recount()
    counted = act("miyagiict_kpi_show", id="test-datasets")["observations"][0]["value"]
    act("miyagiict_snapshot_create", people.sysadmin, fiscal_year=2026)
    publish("test-datasets", "21", "2027-03-31")
    row = report(act)["rows"][0]
    assert (row["value"], row["frozen_value"], row["days_late"]) == (21, counted, 20)
    assert f"確定値 {counted}" in BeautifulSoup(app.get(ADDRESS).data, "html.parser").get_text(" ", strip=True)
    head, first, *_rest = cells_of(app.get(f"{ADDRESS}.xlsx"))
    assert dict(zip(head, first, strict=True))["年度末の確定値"] == counted
