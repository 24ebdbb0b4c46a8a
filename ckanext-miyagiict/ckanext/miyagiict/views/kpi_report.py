"""``/kpi/report/<plan>`` and ``/kpi/report/<plan>/<year>``: the report of a plan's fiscal year as a page to print, CSV and XLSX. For everybody."""

from __future__ import annotations

from flask import Blueprint, Response

import ckan.plugins.toolkit as tk

from ..pages import kpi_report as files
from . import asking

__all__ = ["kpi_report"]

kpi_report = Blueprint("miyagiict_kpi_report", __name__, url_prefix="/kpi/report")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@kpi_report.route("/<plan>", endpoint="latest")
def latest(plan: str) -> Response:
    """The report of the last year that is over."""
    year = tk.get_action("miyagiict_kpi_report_show")({}, {"plan": plan})["fiscal_year"]
    return tk.redirect_to("miyagiict_kpi_report.read", plan=plan, year=year)


@kpi_report.route("/<plan>/<int:year>", endpoint="read")
def read(plan: str, year: int) -> str:
    """The page."""
    report = _report(plan, year)
    return tk.render("miyagiict/kpi_report/read.html", {"report": report})


@kpi_report.route("/<plan>/<int:year>.<any('csv', 'excel.csv', 'xlsx'):form>", endpoint="file")
def file(plan: str, year: int, form: str) -> Response:
    """The same as a file."""
    report, language = _report(plan, year), "en" if tk.h.lang() == "en" else "ja"
    table = files.table(report, language)
    if form == "xlsx":
        content, mimetype = files.workbook_bytes(table, report, language), _XLSX
    else:
        content, mimetype = files.csv_bytes(table, for_spreadsheets=form == "excel.csv"), "text/csv"
    response = asking.download(content, mimetype, f"{plan}-{year}.{form}", f"{files.file_stem(report, language)}.{form}")
    # Published data is for every page on the web, as CKAN's API answers are.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@kpi_report.errorhandler(tk.ObjectNotFound)
@kpi_report.errorhandler(tk.ValidationError)
def not_found(_error: Exception) -> tuple[str, int]:
    """No such plan, or no report of that year."""
    return tk.render("error_document_template.html", {"code": 404, "name": "Not Found", "content": ""}), 404


def _report(plan: str, year: int) -> dict[str, object]:
    return tk.get_action("miyagiict_kpi_report_show")({}, {"plan": plan, "fiscal_year": year})
