"""Lists of measures and answers to ready questions as CSV: for programs as they are, for spreadsheet programs with BOM and disarmed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..packages.editions import disarmed

__all__ = ["answer_csv", "measures_csv"]

Row = Mapping[str, Any]

_MEASURES = (
    "id", "plan", "plan_title", "number", "name", "groups", "departments", "start_year", "is_under_adjustment", "has_kpi_mark", "has_kpi",
    "kpi_ids",
    "kpi_names", "group_kpis", "project_count", "source_document", "source_lines", "source_page",
)
_SEPARATOR = ";"


def answer_csv(answer: Mapping[str, Any], *, for_spreadsheets: bool) -> bytes:
    """All columns of an answer, those too that its page leaves out.

    :param answer: as ``miyagiict_chain_question_show`` gives it
    :param for_spreadsheets: with BOM and CRLF, and with cells disarmed that a spreadsheet program would run as formulas
    """
    return _csv([column["name"] for column in answer["columns"]], answer["rows"], for_spreadsheets)


def measures_csv(measures: Iterable[Row], *, for_spreadsheets: bool) -> bytes:
    """One row a measure.

    :param measures: as ``miyagiict_measure_list`` gives them
    """
    rows = (
        {
            **measure, "kpi_ids": [kpi["id"] for kpi in measure["kpis"]], "kpi_names": [kpi["name"] for kpi in measure["kpis"]],
            **{f"source_{key}": measure["source"][key] for key in ("document", "lines", "page")},
        }
        for measure in measures
    )
    return _csv(_MEASURES, rows, for_spreadsheets)


def _csv(columns: Sequence[str], rows: Iterable[Row], for_spreadsheets: bool) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n" if for_spreadsheets else "\n")
    writer.writerow(columns)
    for row in rows:
        cells = [_cell(row.get(column)) for column in columns]
        writer.writerow([disarmed(cell) for cell in cells] if for_spreadsheets else cells)
    return (b"\xef\xbb\xbf" if for_spreadsheets else b"") + text.getvalue().encode("utf-8")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _SEPARATOR.join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
