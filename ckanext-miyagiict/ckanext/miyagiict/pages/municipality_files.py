"""Municipalities as CSV: one row a municipality, and one row a service of one municipality."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..kpi.services import services
from ..packages.editions import disarmed

__all__ = ["adoption_csv", "list_csv"]

_ADOPTION = (
    "municipality", "municipality_name", "municipality_name_en", "service", "procedure", "state", "day", "evidence", "note", "basis", "updated_at",
)


def list_csv(municipalities: Iterable[Mapping[str, Any]]) -> bytes:
    """One row a municipality; several licences and formats with ``;`` between.

    :returns: UTF-8 with BOM, CRLF
    """
    states = [f"{service.key.replace('-', '_')}_{column}" for service in services() for column in ("state", "day", "evidence", "basis")]
    header = ["code", "name", "name_en", "datasets", "open_datasets", "newest", "licences", "formats", "open_data_known_by", *states]
    return _csv(header, (_row(one) for one in municipalities))


def adoption_csv(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows of the register as ``miyagiict_adoption_list`` gives them."""
    return _csv(_ADOPTION, ([one[column] for column in _ADOPTION] for one in rows))


def _row(one: Mapping[str, Any]) -> list[Any]:
    datasets = one["datasets"]
    by_service = {row["service"]: row for row in one["adoption"] if not row["procedure"]}
    states = [by_service[service.name][column] for service in services() for column in ("state", "day", "evidence", "basis")]
    return [
        one["code"], one["name"], one["name_en"], datasets["count"], datasets["open"], datasets["newest"],
        ";".join(licence["id"] for licence in datasets["licences"]), ";".join(entry["format"] for entry in datasets["formats"]),
        one["open_data"]["known_by"], *states,
    ]


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([cell if isinstance(cell, int) else disarmed(str(cell or "")) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")
