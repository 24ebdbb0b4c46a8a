"""Files of entered values: a heading row, then one row a KPI and day. Taken whole or not at all."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from .entry import Entry, read_entry
from .model import Kpi
from .problems import InputInvalid, Problem, problem, raise_if_any
from .sheet import places_of, rearmed, rows_of, written

__all__ = ["COLUMNS", "LONGEST_TEXT", "Row", "read_values", "template", "too_long"]

#: Column → headings that are understood; the first is the one we write.
COLUMNS = {
    "kpi": ("指標ID", "kpi", "id"), "name": ("指標名", "name"), "value": ("実績値", "値", "value"), "as_of": ("時点", "as_of", "日付"),
    "source": ("出典", "根拠", "source"), "note": ("備考", "note"),
}
_NEEDED = (("kpi",), ("value",), ("as_of",))
#: The page carries the file from the preview to the confirmation in a form, and forms are not larger than 500 kB.
_MOST_BYTES = 300_000
_MOST_ROWS = 5_000
LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class Row:
    """A row of a file that can be used."""

    number: int
    entry: Entry
    source: str
    note: str


def read_values(content: bytes, file: str, kpis: Mapping[str, Kpi], may_enter: Collection[str], today: date) -> list[Row]:
    """The rows of a file; rows of the template that nobody filled in are left out.

    :param content: UTF-8, with or without BOM, or CP932 (what Excel saves)
    :param file: its name, for messages
    :param kpis: id → KPI, all there are
    :param may_enter: KPIs that the user may enter
    :raises InputInvalid: with every problem of every row; nothing of the file is to be used then
    """
    (_number, header), *rows = rows_of(content, file, most_bytes=_MOST_BYTES, most_rows=_MOST_ROWS)
    places = places_of(header, COLUMNS, _NEEDED, file)
    found: list[Row] = []
    problems: list[Problem] = []
    first: dict[tuple[str, date], int] = {}
    for number, cells in rows:
        said = {column: rearmed(cells[place].strip()) if place < len(cells) else "" for column, place in places.items()}
        if not any([*(text for column, text in said.items() if column not in ("kpi", "name")), *cells[len(header):]]):
            continue
        if len(cells) != len(header):
            problems.append(problem("ragged-row", file, row=number))
        row, wrong = _row(said, number, file, kpis, may_enter, today)
        if row is not None and (earlier := first.setdefault((row.entry.kpi, row.entry.as_of), number)) != number:
            wrong = [*wrong, problem("value-twice", file, row=number, detail=str(earlier))]
        problems += wrong
        if row is not None:
            found.append(row)
    raise_if_any(problems)
    if not found:
        raise InputInvalid([problem("no-values", file)])
    return found


def template(kpis: Iterable[Kpi]) -> bytes:
    """A file to fill in: a row a KPI, with its id and name."""
    return written(COLUMNS, ([kpi.id, kpi.name, "", "", "", ""] for kpi in kpis))


def too_long(source: str, note: str) -> list[Problem]:
    """What is wrong with the length of the two texts beside a value."""
    return [
        problem("text-too-long", field=name, value=text[:60], detail=f"{LONGEST_TEXT:,}")
        for name, text in (("source", source), ("note", note)) if len(text) > LONGEST_TEXT
    ]


def _row(
    said: Mapping[str, str], number: int, file: str, kpis: Mapping[str, Kpi], may_enter: Collection[str], today: date
) -> tuple[Row | None, list[Problem]]:
    kpi = kpis.get(said["kpi"])
    if kpi is None:
        return None, [problem("kpi-unknown", file, row=number, field="kpi", value=said["kpi"])]
    wrong: list[Problem] = []
    if kpi.id not in may_enter:
        wrong.append(problem("kpi-of-others", file, row=number, field="kpi", value=kpi.id))
    if said.get("name") and unicodedata.normalize("NFKC", said["name"]) != unicodedata.normalize("NFKC", kpi.name):
        wrong.append(problem("kpi-name-differs", file, row=number, field="name", value=said["name"], detail=kpi.name))
    entry = None
    try:
        entry = read_entry(kpi, said["value"], said["as_of"], today)
    except InputInvalid as error:
        wrong += [replace(one, file=file, row=number) for one in error.problems]
    wrong += [replace(one, file=file, row=number) for one in too_long(said.get("source", ""), said.get("note", ""))]
    return (None if wrong or entry is None else Row(number, entry, said.get("source", ""), said.get("note", ""))), wrong
