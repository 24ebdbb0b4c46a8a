"""The yearly report of a plan's KPIs as a table: for CSV, for spreadsheet programs, and as a workbook.

Columns are those of the plan's own table (group, measure, KPI, baseline, targets by year), and behind them what has become of it.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ..packages.editions import disarmed
from .words import date_words, fiscal_year_words

__all__ = ["Cell", "Table", "csv_bytes", "file_stem", "table", "workbook_bytes"]

#: A number or a day where there is one, else a text.
Cell = str | int | float | date

#: Column → Japanese, English, width in characters.
_FIRST = {
    "group": ("分類", "Group", 22), "measures": ("施策", "Measures", 10), "departments": ("担当", "Departments", 22),
    "id": ("指標ID", "KPI ID", 24), "name": ("指標名", "KPI", 36), "unit": ("単位", "Unit", 12), "baseline": ("現状値", "Baseline", 12),
    "baseline_time": ("現状値の時点", "Time of the baseline", 14),
}
_LAST = {
    "value": ("実績", "Value", 12), "as_of": ("実績の時点", "As of", 13), "method": ("実績の出どころ", "Where the value is from", 18),
    "outcome": ("結果", "Result", 14), "frozen": ("年度末の確定値", "Frozen value", 14), "sentence": ("説明", "In words", 70),
}
_TARGET = ("目標", "Target", 13)
_SHEETS = ("実績", "Report"), ("説明", "About")


@dataclass(frozen=True)
class Table:
    """:param widths: of the columns, in characters"""

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]


def table(report: Mapping[str, Any], language: str) -> Table:
    """The report of ``miyagiict_kpi_report_show`` as rows of cells."""
    column = int(language != "ja")
    between = "、" if language == "ja" else ", "
    targets = [(str(year), f"{_TARGET[column]} {fiscal_year_words(year, language)}") for year in report["years"]]
    first_words, last_words = ([both[column] for both in known.values()] for known in (_FIRST, _LAST))
    headings = [*first_words, *(words for _year, words in targets), *last_words]
    widths = [*(both[2] for both in _FIRST.values()), *(_TARGET[2] for _ in targets), *(both[2] for both in _LAST.values())]
    rows = []
    for row in report["rows"]:
        first = (
            row["group"], between.join(row["measure_numbers"]), between.join(row["departments"]), row["id"], row["name"], row["unit"],
            _number(row["baseline"], row["baseline_value"]), row["baseline_time"],
        )
        last = (
            _or_empty(row["value"]), date.fromisoformat(row["as_of"]) if row["as_of"] else "", row["method_text"], row["outcome_text"],
            _or_empty(row["frozen_value"]), row["sentence"],
        )
        rows.append((*first, *(_number(row["targets"][year], row["target_values"][year]) for year, _words in targets), *last))
    return Table(tuple(headings), tuple(rows), tuple(widths))


def csv_bytes(made: Table, *, for_spreadsheets: bool = False) -> bytes:
    """UTF-8 and LF; for a double click in a spreadsheet program with BOM and CRLF, and no cell that it would run as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n" if for_spreadsheets else "\n")
    for row in (made.headings, *made.rows):
        cells = [_text(cell) for cell in row]
        writer.writerow([disarmed(cell) for cell in cells] if for_spreadsheets else cells)
    return (b"\xef\xbb\xbf" if for_spreadsheets else b"") + text.getvalue().encode("utf-8")


def workbook_bytes(made: Table, report: Mapping[str, Any], language: str) -> bytes:
    """XLSX: the table with its heading row fixed, ready to print on A4, and a sheet that says what it is.

    Numbers are numbers, and no text is a formula.
    """
    book, column = Workbook(), int(language != "ja")
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = _SHEETS[0][column]
    _write(sheet, [made.headings, *made.rows])
    for place, width in enumerate(made.widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
        head = sheet.cell(1, place)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="FFE3F0EB")
    # The headings, and the columns up to the KPI's name.
    sheet.freeze_panes = sheet.cell(2, list(_FIRST).index("name") + 2)
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    about = book.create_sheet(_SHEETS[1][column])
    _write(about, _about(report, language))
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 24, 80
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def file_stem(report: Mapping[str, Any], language: str) -> str:
    """Name of the file, without what tells its kind."""
    year = report["fiscal_year"]
    return f"{report['title']}_{year}年度_目標指標の実績" if language == "ja" else f"{report['title']} FY{year} KPI report"


def _about(report: Mapping[str, Any], language: str) -> list[tuple[Cell, ...]]:
    japanese = language == "ja"
    frozen = report["frozen"]
    rows: list[tuple[Cell, ...]] = [
        ("計画" if japanese else "Plan", report["title"]), ("年度" if japanese else "Fiscal year", report["year_text"]),
        ("時点" if japanese else "As of", date_words(report["as_of"], language)),
    ]
    if report["is_draft"]:
        rows.append(("注意", "計画は公表された中間案による。") if japanese else ("Note", "The plan's document is the draft for public comment."))
    if not report["is_over"]:
        rows.append(("状態", "途中経過（年度は終わっていない）") if japanese else ("State", "Interim: the fiscal year is not over"))
    elif frozen:
        rows.append(("状態" if japanese else "State", f"確定（{frozen['hash']}）" if japanese else f"Frozen ({frozen['hash']})"))
    else:
        rows.append(("状態", "未確定") if japanese else ("State", "Not frozen"))
    return rows


def _write(sheet: Worksheet, rows: Sequence[Sequence[Cell]]) -> None:
    for row, cells in enumerate(rows, start=1):
        for column, value in enumerate(cells, start=1):
            _fill(sheet.cell(row, column), value)


def _fill(cell: SheetCell, value: Cell) -> None:
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        # openpyxl makes a formula of what begins with "="; the prefix keeps it a text when somebody edits the cell.
        cell.data_type = "s"
        cell.quotePrefix = disarmed(value) != value
        return
    cell.value = value
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, int):
        cell.number_format = "#,##0"


def _number(printed: str, value: int | float | None) -> Cell:
    """What is printed as the number that it says; what is more than a number (全市町村) as it is printed."""
    if value is None or not printed:
        return printed if value is None else value
    try:
        said = Decimal(unicodedata.normalize("NFKC", printed).replace(",", "").strip())
    except InvalidOperation:
        return printed
    return value if said == Decimal(str(value)) else printed


def _or_empty(value: int | float | None) -> Cell:
    return "" if value is None else value


def _text(cell: Cell) -> str:
    return cell.isoformat() if isinstance(cell, date) else str(cell)
