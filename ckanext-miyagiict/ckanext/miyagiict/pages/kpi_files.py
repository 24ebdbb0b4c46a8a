"""What a KPI's pages offer for download as CSV: the list, the values of one KPI, the items of a receipt.

UTF-8 with BOM and CRLF, so that a double click opens it in a spreadsheet program; what such a program would run as a formula is disarmed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ..packages.editions import disarmed
from ..packages.fiscal_years import fiscal_year

__all__ = ["items_csv", "list_csv", "values_csv"]

Data = Mapping[str, Any]

_LIST = (
    "kpi_id", "kpi_name", "plan", "group", "departments", "measure_numbers", "unit", "status", "status_text", "value", "as_of", "method",
    "target_fiscal_year", "target_value", "target_printed", "target_outcome", "final_fiscal_year", "final_value", "baseline_value",
    "baseline_as_of", "baseline_printed", "sentence", "warnings",
)
_VALUES = (
    "kpi_id", "kind", "fiscal_year", "day", "value", "unit", "printed", "method", "counting", "is_in_status", "outcome", "outcome_text",
    "gap", "ratio", "confirmed_on", "source", "note", "receipt", "warnings",
)
_OF_AN_OBSERVATION = ("value", "printed", "method", "counting", "confirmed_on", "source", "note", "receipt", "warnings")
_ITEMS = ("change", "id", "title", "link", "basis", "value", "of", "order")
_SEPARATOR = ";"


def list_csv(kpis: Iterable[Data]) -> bytes:
    """One row a KPI.

    :param kpis: as ``miyagiict_kpi_list`` gives them
    """
    return _csv(_LIST, (_listed(kpi) for kpi in kpis))


def values_csv(kpi: Data) -> bytes:
    """One row a number: baseline, targets, observations. No samples.

    :param kpi: as ``miyagiict_kpi_show`` gives it
    """
    return _csv(_VALUES, _valued(kpi))


def items_csv(receipt: Data) -> bytes:
    """One row an item that was counted; then those that are gone since the receipt before. ``change`` is ``added``, ``lost`` or empty.

    :param receipt: as ``miyagiict_kpi_receipt_show`` gives it
    """
    added = {item["id"] for item in receipt["added"]}
    rows = [{**item, "change": "added" if item["id"] in added else ""} for item in receipt["items"]]
    return _csv(_ITEMS, [*rows, *({**item, "change": "lost"} for item in receipt["lost"])])


def _listed(kpi: Data) -> dict[str, Any]:
    target, final, baseline = kpi["target"] or {}, kpi["final_target"] or {}, kpi["baseline"]
    return {
        **{name: kpi.get(name) for name in _LIST},
        "kpi_id": kpi["id"], "kpi_name": kpi["name"],
        "target_fiscal_year": target.get("fiscal_year"), "target_value": target.get("value"), "target_printed": target.get("printed"),
        "target_outcome": target.get("outcome"), "final_fiscal_year": final.get("fiscal_year"), "final_value": final.get("value"),
        "baseline_value": baseline["value"], "baseline_as_of": baseline["as_of"], "baseline_printed": baseline["printed"],
    }


def _valued(kpi: Data) -> Iterator[dict[str, Any]]:
    common, baseline = {"kpi_id": kpi["id"], "unit": kpi["unit"]}, kpi["baseline"]
    if baseline["printed"] or baseline["value"] is not None:
        yield {
            **common, "kind": "baseline", "day": baseline["as_of"], "value": baseline["value"], "printed": baseline["printed"],
            "note": baseline["qualifier"], "source": kpi["source"],
        }
    for target in kpi["targets"]:
        yield {
            **common, "kind": "target", "fiscal_year": target["fiscal_year"], "day": target["due"], "note": target["qualifier"],
            "source": kpi["source"],
            **{name: target[name] for name in ("value", "printed", "outcome", "outcome_text", "gap", "ratio")},
        }
    for one in sorted(kpi["observations"], key=lambda one: one["as_of"]):
        if not one["is_sample"]:
            yield {
                **common, "kind": "observation", "fiscal_year": fiscal_year(date.fromisoformat(one["as_of"])), "day": one["as_of"],
                "is_in_status": one["in_status"], **{name: one[name] for name in _OF_AN_OBSERVATION},
            }


def _csv(columns: Sequence[str], rows: Iterable[Data]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([disarmed(_cell(row.get(column))) for column in columns])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _SEPARATOR.join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
