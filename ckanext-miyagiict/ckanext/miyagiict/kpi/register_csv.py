"""Files of the adoption register: a heading row, then one row a municipality, service and procedure. Taken whole or not at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from urllib.parse import urlsplit

from ..packages.areas import area_name
from ..pages.words import date_words
from . import sheet
from .days import read_day
from .problems import InputInvalid, Problem, problem, raise_if_any
from .register import Adoption, AdoptionState, Key, municipality_code

__all__ = ["COLUMNS", "MOST_BYTES", "MOST_ROWS", "Row", "is_address", "read_csv", "read_entry", "read_rows", "written"]

#: Column → headings that are understood; the first is the one we write.
COLUMNS = {
    "municipality": ("市町村", "市町村名", "団体名", "municipality"),
    "code": ("コード", "団体コード", "全国地方公共団体コード", "code"),
    "service": ("サービス", "service"),
    "procedure": ("手続", "手続き", "procedure"),
    "state": ("状態", "state"),
    "day": ("日付", "確認日", "date"),
    "evidence": ("根拠", "根拠URL", "evidence"),
    "note": ("備考", "note"),
}
#: What people write for the four states.
_STATES = {
    **{state.value: state for state in AdoptionState}, **{state.name.lower(): state for state in AdoptionState},
    "導入済み": AdoptionState.IN_USE, "導入済": AdoptionState.IN_USE, "公開済み": AdoptionState.IN_USE, "策定済み": AdoptionState.IN_USE,
    "利用中": AdoptionState.IN_USE, "導入予定": AdoptionState.PLANNED, "未導入": AdoptionState.NOT_YET, "未公開": AdoptionState.NOT_YET,
    "未策定": AdoptionState.NOT_YET, "": AdoptionState.UNKNOWN,
}
_NEEDED = (("municipality", "code"), ("service",), ("state",))
MOST_BYTES = 2_000_000
MOST_ROWS = 20_000
MOST_PROBLEMS = 1_000
_LONGEST = {"evidence": 2_000, "note": 1_000}
_LONGEST_OTHER = 200

#: An entry of a file with its row there, as a spreadsheet counts rows.
Row = tuple[int, Adoption]


def read_csv(content: bytes, today: date, file: str = "CSV") -> list[Adoption]:
    """The entries of a file.

    :param content: UTF-8, with or without BOM, or CP932 (what Excel saves)
    :param file: its name, for messages
    :raises InputInvalid: with every problem of every row; then nothing of the file is to be used
    """
    return [adoption for _row, adoption in read_rows(content, today, file)]


def read_rows(content: bytes, today: date, file: str = "CSV") -> list[Row]:
    """The entries of a file, each with its row; otherwise as ``read_csv``."""
    (_number, header), *rows = sheet.rows_of(content, file, most_bytes=MOST_BYTES, most_rows=MOST_ROWS)
    columns = sheet.places_of(header, COLUMNS, _NEEDED, file)
    found: list[Row] = []
    problems: list[Problem] = []
    first_row: dict[Key, int] = {}
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            problems.append(problem("ragged-row", file, row=number))
            continue
        try:
            adoption = read_entry({column: cells[place] for column, place in columns.items()}, today, file, number)
        except InputInvalid as refused:
            problems += refused.problems
            continue
        if adoption.key in first_row:
            problems.append(problem("row-twice", file, row=number, detail=str(first_row[adoption.key])))
        first_row.setdefault(adoption.key, number)
        found.append((number, adoption))
    raise_if_any(problems[:MOST_PROBLEMS])
    return found


def read_entry(cells: Mapping[str, str], today: date, file: str = "", row: int | None = None) -> Adoption:
    """One entry, of a row or of a form.

    :param cells: column of ``COLUMNS`` → what is written there
    :param row: of the file; None for a form, whose messages then name no place
    :raises InputInvalid: with all that is wrong; each problem's ``field`` is the heading of its column
    """
    cells = {column: sheet.rearmed(cell.strip()) for column, cell in cells.items()}
    raise_if_any(
        problem("cell-too-long", file, row=row, field=COLUMNS[column][0], detail=str(_LONGEST.get(column, _LONGEST_OTHER)))
        for column, cell in cells.items() if len(cell) > _LONGEST.get(column, _LONGEST_OTHER)
    )
    problems: list[Problem] = []
    code = _municipality(cells)
    if code is None:
        shown = " ".join(filter(None, (cells.get("code", ""), cells.get("municipality", ""))))
        problems.append(problem("municipality-unknown", file, row=row, field="市町村", value=shown))
    if not cells["service"]:
        problems.append(problem("service-missing", file, row=row, field="サービス"))
    state = _STATES.get(unicodedata.normalize("NFKC", cells["state"]).lower())
    if state is None:
        problems.append(problem("state-unknown", file, row=row, field="状態", value=cells["state"]))
    day = read_day(cells["day"]) if cells.get("day") else None
    problems += _day_problems(cells.get("day", ""), day, row, file, today)
    problems += _evidence_problems(cells, state, row, file)
    if problems or code is None or state is None:
        raise InputInvalid(problems)
    service, procedure = (_name(cells.get(name, "")) for name in ("service", "procedure"))
    return Adoption(code, service, state, day, cells.get("evidence", ""), cells.get("note", ""), procedure)


def written(adoptions: Iterable[Adoption]) -> bytes:
    """Entries as a file that ``read_csv`` reads again, and that opens in a spreadsheet program: UTF-8 with BOM, CRLF."""
    return sheet.written(COLUMNS, (
        [area_name(one.municipality), one.municipality, one.service, one.procedure, one.state.value, one.day.isoformat() if one.day else "",
         one.evidence, one.note]
        for one in adoptions
    ))


def _municipality(cells: Mapping[str, str]) -> str | None:
    """By name, by code; where both are there they must agree."""
    told = [municipality_code(cells[column]) for column in ("municipality", "code") if cells.get(column)]
    return told[0] if told and len(set(told)) == 1 else None


def _day_problems(typed: str, day: date | None, row: int | None, file: str, today: date) -> Iterator[Problem]:
    if typed and day is None:
        yield problem("row-day", file, row=row, field="日付", value=typed, detail="日付として読めません")
    if day is not None and day > today:
        yield problem("row-day", file, row=row, field="日付", value=typed, detail=f"未来の日付です。今日は{date_words(today, 'ja')}")


def _evidence_problems(cells: Mapping[str, str], state: AdoptionState | None, row: int | None, file: str) -> Iterator[Problem]:
    """A claim needs a day and an address; 不明 needs nothing."""
    evidence = cells.get("evidence", "")
    if evidence and not is_address(evidence):
        yield problem("evidence-address", file, row=row, field="根拠", value=evidence)
    if state not in (None, AdoptionState.UNKNOWN) and not (evidence and cells.get("day")):
        yield problem("evidence-missing", file, row=row, field="根拠" if cells.get("day") else "日付", value=cells["state"])


def is_address(text: str) -> bool:
    """Whether a browser may follow it from our pages."""
    if re.search(r"[\s\x00-\x1f\x7f]", text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _name(text: str) -> str:
    """As services and procedures are compared and kept: NFKC, blanks single."""
    return " ".join(unicodedata.normalize("NFKC", text).split())
