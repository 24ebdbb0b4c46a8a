"""The list of local governments that publish open data (オープンデータ取組済自治体), a CSV of the Digital Agency.

Being on it is a fact of its own: it is taken into the register with the basis ``list``, never as what staff entered. Columns and their
names: the CSV as published (seen with the state of 2026-02-28). A list of the whole country holds many rows that are not ours.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ..pages.words import date_words
from .days import read_day
from .problems import InputInvalid, problem, raise_if_any
from .register import LIST, Adoption, AdoptionState, Register, municipality_code
from .register_csv import MOST_BYTES, MOST_ROWS, Row, is_address
from .sheet import rows_of

__all__ = ["PAGE", "SERVICE", "NationalList", "gone", "read_list"]

#: What the list is about, as the register calls it.
SERVICE = "オープンデータ"
#: Where the list is published.
PAGE = "https://www.digital.go.jp/resources/data_local_governments"
_CODE, _NAME = "団体コード", "団体名"
#: Addresses of a row, the most telling first.
_ADDRESSES = (
    "自治体サイトのオープンデータページURL", "オープンデータ掲載サイトのURL1", "オープンデータ掲載サイトのURL2", "オープンデータ掲載サイトのURL3",
)
#: What goes into the note: heading → word there.
_NOTED = {"初回登録日": "登録", "更新日": "更新", "ライセンス": "ライセンス"}
_LONGEST_EVIDENCE, _LONGEST_NOTED = 2_000, 100


@dataclass(frozen=True)
class NationalList:
    """What a list says of our municipalities.

    :param day: the list's own date
    :param rows: entries with their rows in the file
    :param others: how many rows are of other bodies, the prefecture among them
    :param ours: the list again, with the rows of our municipalities alone
    """

    day: date
    rows: tuple[Row, ...]
    others: int
    ours: str


def read_list(content: bytes, day: str, today: date, file: str = "CSV") -> NationalList:
    """Read a list.

    :param content: UTF-8, with or without BOM, or CP932
    :param day: the list's own date, as people write days
    :param file: its name, for messages
    :raises InputInvalid: no such list, one without any municipality of ours, or a day that cannot be used
    """
    stated = _stated_day(day, today)
    rows = rows_of(content, file, most_bytes=MOST_BYTES, most_rows=MOST_ROWS)
    header = [unicodedata.normalize("NFKC", heading).strip() for heading in rows[0][1]]
    columns = {heading: header.index(unicodedata.normalize("NFKC", heading)) for heading in (_CODE, _NAME, *_ADDRESSES, *_NOTED)
               if unicodedata.normalize("NFKC", heading) in header}
    raise_if_any(problem("column-missing", file, field=heading) for heading in (_CODE, _NAME) if heading not in columns)
    found: dict[str, Row] = {}
    others = 0
    for number, cells in rows[1:]:
        said = {heading: cells[place].strip() for heading, place in columns.items() if place < len(cells)}
        code = _ours(said)
        if code is None or code in found:
            others += bool(any(said.values()))
        else:
            found[code] = (number, _entry(code, said, stated))
    if not found:
        detail = "県内の市町村の行がありません。都道府県だけの一覧かもしれません"
        raise InputInvalid([problem("not-the-list", file, detail=detail)])
    kept = {1, *(number for number, _entry in found.values())}
    return NationalList(stated, tuple(found.values()), others, _written(cells for number, cells in rows if number in kept))


def gone(register: Register, listed: NationalList) -> list[Adoption]:
    """Entries for municipalities that an earlier list had and this one has not: what they are now is not known."""
    still_there = {adoption.municipality for _row, adoption in listed.rows}
    note = f"{date_words(listed.day, 'ja')}の一覧にありません"
    return [
        Adoption(entry.municipality, SERVICE, AdoptionState.UNKNOWN, listed.day, PAGE, note, basis=LIST)
        for entry in register.entries.values()
        if (entry.basis, entry.service, entry.procedure) == (LIST, SERVICE, "")
        and entry.state is AdoptionState.IN_USE and entry.municipality not in still_there
    ]


def _written(rows: Iterable[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _stated_day(typed: str, today: date) -> date:
    day = read_day(typed)
    if day is None:
        raise InputInvalid([problem("list-day", field="day", value=typed, detail="日付として読めません")])
    if day > today:
        raise InputInvalid([problem("list-day", field="day", value=typed, detail=f"未来の日付です。今日は{date_words(today, 'ja')}")])
    return day


def _ours(said: Mapping[str, str]) -> str | None:
    """By its code, whose name must be the same: a name alone may be another prefecture's (川崎町, 美里町 …)."""
    code = municipality_code(said.get(_CODE, ""))
    return code if code and municipality_code(said.get(_NAME, "")) == code else None


def _entry(code: str, said: Mapping[str, str], day: date) -> Adoption:
    addresses = [said[heading] for heading in _ADDRESSES if said.get(heading)]
    evidence = next((one for one in addresses if is_address(one) and len(one) <= _LONGEST_EVIDENCE), PAGE)
    note = "、".join(f"{word} {said[heading][:_LONGEST_NOTED]}" for heading, word in _NOTED.items() if said.get(heading))
    return Adoption(code, SERVICE, AdoptionState.IN_USE, day, evidence, note, basis=LIST)
