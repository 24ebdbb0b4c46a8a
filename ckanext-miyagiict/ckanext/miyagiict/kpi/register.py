"""The adoption register: which municipality uses which service (and which 手続 of it), since when, and what shows it.

What nobody recorded is 不明: the plans print numbers of municipalities, not their names. A CSV is taken whole or not at all.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from urllib.parse import urlsplit

from miyagi_harvesters.municipalities import MIYAGI, find, normalise

from ..packages.areas import area_codes
from ..pages.words import date_words
from .days import read_day
from .problems import InputInvalid, Problem, problem, raise_if_any

__all__ = ["MUNICIPALITIES", "Adoption", "AdoptionState", "Change", "Count", "Register", "municipality_code", "read_csv"]

#: The 35 municipalities by code, in the order of their codes.
MUNICIPALITIES: tuple[str, ...] = tuple(code for code in area_codes() if code != MIYAGI)


class AdoptionState(Enum):
    """In words as the register prints them."""

    IN_USE = "使用中"
    PLANNED = "予定"
    NOT_YET = "未"
    UNKNOWN = "不明"


#: What people write for the four states.
_STATES = {
    **{state.value: state for state in AdoptionState}, **{state.name.lower(): state for state in AdoptionState},
    "導入済み": AdoptionState.IN_USE, "導入済": AdoptionState.IN_USE, "公開済み": AdoptionState.IN_USE, "策定済み": AdoptionState.IN_USE,
    "利用中": AdoptionState.IN_USE, "導入予定": AdoptionState.PLANNED, "未導入": AdoptionState.NOT_YET, "未公開": AdoptionState.NOT_YET,
    "未策定": AdoptionState.NOT_YET, "": AdoptionState.UNKNOWN,
}
#: Column → headings that are understood.
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
#: Columns that a file must have; of municipality and code one.
_NEEDED = ("service", "state")
MOST_BYTES = 2_000_000
MOST_ROWS = 20_000
MOST_PROBLEMS = 1_000
_LONGEST = {"evidence": 2_000, "note": 1_000}
_LONGEST_OTHER = 200

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Adoption:
    """What is known of one municipality and one service.

    :param municipality: six-digit code
    :param procedure: of the service (転入届 …); empty for the service as a whole
    :param day: for which it is known
    :param evidence: address
    """

    municipality: str
    service: str
    state: AdoptionState
    day: date | None = None
    evidence: str = ""
    note: str = ""
    procedure: str = ""

    @property
    def key(self) -> Key:
        return self.municipality, self.service, self.procedure


@dataclass(frozen=True)
class Count:
    """How many municipalities are in each state; together they are always all of them.

    :param in_use: codes, in order
    """

    in_use: tuple[str, ...]
    by_state: Mapping[AdoptionState, int]

    @property
    def value(self) -> int:
        return len(self.in_use)


@dataclass(frozen=True)
class Change:
    """What taking an entry would change.

    :param kind: ``new``, ``changed``, ``same``, ``older`` (what is there is of a later day, and stays) or ``conflict`` (another state for
        the same day, and stays until somebody decides)
    """

    kind: str
    before: Adoption | None
    after: Adoption


@dataclass(frozen=True)
class Register:
    """All that is known, one entry a municipality, service and procedure."""

    entries: Mapping[Key, Adoption] = field(default_factory=dict)

    @classmethod
    def of(cls, adoptions: Iterable[Adoption]) -> Register:
        """:raises ValueError: two entries of one key, or a municipality that is none"""
        entries: dict[Key, Adoption] = {}
        for adoption in adoptions:
            if adoption.key in entries or adoption.municipality not in MUNICIPALITIES:
                raise ValueError(f"there twice, or no municipality: {adoption.key}")
            entries[adoption.key] = adoption
        return cls(entries)

    def state_of(self, municipality: str, service: str, procedure: str = "") -> Adoption:
        """What is known; 不明 where nothing is."""
        known = self.entries.get((municipality, service, procedure))
        return known or Adoption(municipality, service, AdoptionState.UNKNOWN, procedure=procedure)

    def count(self, service: str, procedure: str = "") -> Count:
        """How many of the 35 use a service."""
        states = {code: self.state_of(code, service, procedure).state for code in MUNICIPALITIES}
        counted = Counter(states.values())
        in_use = tuple(code for code, state in states.items() if state is AdoptionState.IN_USE)
        return Count(in_use, {state: counted[state] for state in AdoptionState})

    def changes(self, adoptions: Iterable[Adoption]) -> list[Change]:
        """What would change, for a preview; nothing is applied."""
        return [self._change(adoption) for adoption in adoptions]

    def merged(self, adoptions: Iterable[Adoption]) -> Register:
        """The register with what is new and what is later; what is of a later day, and conflicts, stay as they are."""
        taken = {change.after.key: change.after for change in self.changes(adoptions) if change.kind in ("new", "changed")}
        return Register({**self.entries, **taken})

    def _change(self, after: Adoption) -> Change:
        before = self.entries.get(after.key)
        if before is None:
            return Change("new", None, after)
        if before == after:
            return Change("same", before, after)
        if before.day and (after.day is None or after.day < before.day):
            return Change("older", before, after)
        if before.day == after.day and before.day is not None and before.state is not after.state:
            return Change("conflict", before, after)
        return Change("changed", before, after)


def municipality_code(text: str) -> str | None:
    """The code of one of the 35 municipalities.

    :param text: name or code as people write them: ``名取市``, ``七ケ宿町``, ``塩釜市``, ``宮城県名取市``, ``04207``, ``０４２０７２``
    :returns: None for anything else, also for the prefecture
    """
    if not text.strip() or len(text) > _LONGEST_OTHER:
        return None
    folded = re.sub(r"^宮城県\s+", "", unicodedata.normalize("NFKC", text).strip())
    if re.fullmatch(r"[0-9]+", folded):
        code = normalise(folded)
    elif re.search(r"[\s,、・/|>]", folded):
        return None
    else:
        code = find(organization=folded, in_miyagi=True).code
        # 名取市役所 tells the publisher of a dataset, but it is no name of a municipality.
        code = code if folded.endswith(("市", "町", "村")) else None
    return code if code in MUNICIPALITIES else None


def read_csv(content: bytes, today: date, file: str = "CSV") -> list[Adoption]:
    """Read a file of the register: a heading row, then one row a municipality, service and procedure.

    :param content: UTF-8, with or without BOM
    :param file: its name, for messages
    :raises InputInvalid: with every problem of every row; then nothing of the file is to be used
    """
    rows = _rows(content, file)
    columns = _columns(rows[0], file)
    adoptions: list[Adoption] = []
    problems: list[Problem] = []
    first_row: dict[Key, int] = {}
    for number, cells in rows[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(rows[0][1]):
            problems.append(problem("ragged-row", file, row=number))
            continue
        adoption, found = _adoption({column: cells[place].strip() for column, place in columns.items()}, number, file, today)
        problems += found
        if adoption is None:
            continue
        if adoption.key in first_row:
            problems.append(problem("row-twice", file, row=number, detail=str(first_row[adoption.key])))
        first_row.setdefault(adoption.key, number)
        adoptions.append(adoption)
    raise_if_any(problems[:MOST_PROBLEMS])
    return adoptions


def _rows(content: bytes, file: str) -> list[tuple[int, list[str]]]:
    """Rows with their numbers, as a spreadsheet counts them."""
    if len(content) > MOST_BYTES:
        raise InputInvalid([problem("too-many-rows", file, detail=f"{MOST_ROWS:,}")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputInvalid([problem("not-a-csv", file, detail="文字コードがUTF-8ではありません")]) from error
    if "\0" in text:
        raise InputInvalid([problem("not-a-csv", file, detail="見えない制御文字が含まれています")])
    try:
        rows = list(enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1))
    except csv.Error as error:
        raise InputInvalid([problem("not-a-csv", file, detail="引用符の使い方に誤りがあるか、セルが長すぎます")]) from error
    if not rows or not any(cell.strip() for cell in rows[0][1]):
        raise InputInvalid([problem("not-a-csv", file, detail="見出し行がありません")])
    if len(rows) > MOST_ROWS + 1:
        raise InputInvalid([problem("too-many-rows", file, detail=f"{MOST_ROWS:,}")])
    return rows


def _columns(header: tuple[int, Sequence[str]], file: str) -> dict[str, int]:
    """Column → place."""
    known = {heading: column for column, headings in COLUMNS.items() for heading in headings}
    columns: dict[str, int] = {}
    problems = []
    for place, heading in enumerate(header[1]):
        column = known.get(unicodedata.normalize("NFKC", heading).strip())
        if column is None:
            problems.append(problem("column-unknown", file, value=heading, detail="、".join(names[0] for names in COLUMNS.values())))
        elif column in columns:
            problems.append(problem("column-twice", file, value=heading))
        else:
            columns[column] = place
    missing = [column for column in _NEEDED if column not in columns]
    if "municipality" not in columns and "code" not in columns:
        missing.insert(0, "municipality")
    problems += [problem("column-missing", file, field=COLUMNS[column][0]) for column in missing]
    raise_if_any(problems)
    return columns


def _adoption(cells: Mapping[str, str], row: int, file: str, today: date) -> tuple[Adoption | None, list[Problem]]:
    problems = [
        problem("cell-too-long", file, row=row, field=COLUMNS[column][0], detail=str(_LONGEST.get(column, _LONGEST_OTHER)))
        for column, cell in cells.items() if len(cell) > _LONGEST.get(column, _LONGEST_OTHER)
    ]
    if problems:
        return None, problems
    code = _municipality(cells)
    if code is None:
        shown = " ".join(filter(None, (cells.get("code", ""), cells.get("municipality", ""))))
        problems.append(problem("municipality-unknown", file, row=row, value=shown))
    if not cells["service"]:
        problems.append(problem("service-missing", file, row=row))
    state = _STATES.get(unicodedata.normalize("NFKC", cells["state"]).lower())
    if state is None:
        allowed = "・".join(one.value for one in AdoptionState)
        problems.append(problem("state-unknown", file, row=row, value=cells["state"], detail=allowed))
    day = read_day(cells["day"]) if cells.get("day") else None
    problems += _day_problems(cells.get("day", ""), day, row, file, today)
    problems += _evidence_problems(cells, state, row, file)
    if problems or code is None or state is None:
        return None, problems
    text = {name: _name(cells.get(name, "")) for name in ("service", "procedure")}
    return Adoption(code, text["service"], state, day, cells.get("evidence", ""), cells.get("note", ""), text["procedure"]), []


def _municipality(cells: Mapping[str, str]) -> str | None:
    """By name, by code; where both are there they must agree."""
    told = [municipality_code(cells[column]) for column in ("municipality", "code") if cells.get(column)]
    return told[0] if told and len(set(told)) == 1 else None


def _day_problems(typed: str, day: date | None, row: int, file: str, today: date) -> Iterator[Problem]:
    if typed and day is None:
        yield problem("row-day", file, row=row, value=typed, detail="日付として読めません")
    if day is not None and day > today:
        yield problem("row-day", file, row=row, value=typed, detail=f"未来の日付です。今日は{date_words(today, 'ja')}")


def _evidence_problems(cells: Mapping[str, str], state: AdoptionState | None, row: int, file: str) -> Iterator[Problem]:
    """A claim needs a day and an address; 不明 needs nothing."""
    evidence = cells.get("evidence", "")
    if evidence and not _is_address(evidence):
        yield problem("evidence-address", file, row=row, value=evidence)
    if state not in (None, AdoptionState.UNKNOWN) and not (evidence and cells.get("day")):
        yield problem("evidence-missing", file, row=row, value=cells["state"])


def _is_address(text: str) -> bool:
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
