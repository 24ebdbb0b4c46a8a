"""Which municipality published something: its 全国地方公共団体コード, from what portals write.

Source of the code's rule: the ministry's check digit (weights 6, 5, 4, 3, 2; the last digit of 11 − S mod 11). Tables: miyagi-reference.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from .problems import Problem, Severity, problem, register
from .record import Publisher

__all__ = ["MIYAGI", "Found", "find", "is_of_miyagi", "name_of", "normalise", "publisher"]

#: The prefecture.
MIYAGI = "040002"
SENDAI = "041009"
TABLES = Path(__file__).with_name("tables_of_facts")

#: Names that other prefectures have too (section 3.3 of the standards page).
NAMES_ELSEWHERE_TOO = frozenset(("川崎町", "松島町", "柴田町", "村田町", "加美町", "美里町", "大和町", "山元町"))
PREFECTURES = re.compile(
    "北海道|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山"
    "|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県|東京都|京都府|大阪府"
)
#: A title's brackets, of whatever width.
_BRACKETED = re.compile(r"[【「\[〔『](?P<name>[^】」\]〕』]{1,20})[】」\]〕』]")
_BEFORE_UNDERSCORE = re.compile(r"(?P<name>[^_\s]{2,12}[県市町村区])_")
_CODE_BEFORE_UNDERSCORE = re.compile(r"(?P<code>[0-9]{5,6})_")
#: What may follow a municipality's name in the name of a part of it.
_PART_OF_IT = re.compile(r"役所|役場|市長|町長|村長|議会|教育委員会|消防|水道|.{1,30}(?:課|部|局|室|係|所|署|館|委員会|センター)$")
LONGEST_NAME = 100

register(
    "publisher-unknown", Severity.WARNING,
    (
        "{place} の公開者「{value}」から市町村が分かりません。",
        "収集元の設定の対応表（公開者や題名 → 団体コード）に加えてください。それまでは宮城県のデータとして扱います。",
    ),
    (
        "The publisher of {place}, {value}, tells no municipality.",
        "Add it to the source's table of publishers. Until then the prefecture stands for it.",
    ),
)


class Found(NamedTuple):
    """A municipality's code, what told it (``Publisher.found_by``), and a warning where nothing did."""

    code: str | None
    found_by: str = ""
    problem: Problem | None = None


def normalise(code: str) -> str | None:
    """The six digits of a code that was written with five, or lost its leading zero in a spreadsheet.

    :param code: ``042072``, ``04207``, ``42072``, ``4207``, digits of any width
    :returns: six digits whose check digit fits, or None where it does not or where two readings are possible
    """
    digits = unicodedata.normalize("NFKC", code).strip()
    if not re.fullmatch(r"[0-9]{4,6}", digits):
        return None
    # Five digits are either without the check digit or without the leading zero; four are without both.
    readings = [digits] if len(digits) == 6 else [_completed(digits.zfill(5)), f"0{digits}"][: len(digits) - 3]
    valid = [reading for reading in readings if _completed(reading[:5]) == reading and _may_exist(reading)]
    ours = [reading for reading in valid if _current(reading) in _names()]
    return ours[0] if ours else valid[0] if len(valid) == 1 else None


def find(
    organization: str = "",
    organization_id: str = "",
    title: str = "",
    name: str = "",
    manual: Mapping[str, str] | None = None,
    in_miyagi: bool = False,
    place: str = "",
) -> Found:
    """Find who published a record.

    :param organization: the organization's name, with or without its prefecture: ``名取市``, ``宮城県/名取市``
    :param organization_id: where it is a code itself (BODIK), it tells the municipality
    :param title: a name in its brackets, or before an underscore
    :param name: the record's name where that begins with a code (BODIK: ``042072_aed``)
    :param manual: of the source's settings: organization, its id, record name or title → code
    :param in_miyagi: the portal is one of Miyagi, so that 美里町 is the one in Miyagi
    :returns: without a code, the warning says so; the caller decides who stands for it
    """
    for text in _names_in_organization(organization):
        if code := _named(text, in_miyagi or _says_miyagi(organization)):
            return Found(code, "organization")
    if code := _code_in_id(organization_id) or _code_in_id(organization):
        return Found(code, "organization")
    # A title names the municipality only where its organization is not one of another prefecture.
    if not _says_another(organization):
        for text in _names_in_title(title):
            if code := _named(text, in_miyagi or _says_miyagi(organization)):
                return Found(code, "title")
    if (found := _CODE_BEFORE_UNDERSCORE.match(name)) and (code := normalise(found["code"])):
        return Found(_current(code), "name")
    for key in (name, organization_id, organization, title):
        if key and key in (manual or {}) and (code := normalise(str((manual or {})[key]))):
            return Found(_current(code), "manual")
    return Found(None, "", problem("publisher-unknown", place or name, value=organization or organization_id or title))


def _code_in_id(identifier: str) -> str | None:
    """The code that an organization's id is: any with its check digit; one of Miyagi without it, or without the leading zero.

    Nearly half of all numbers of five digits would be some municipality's.
    """
    digits = unicodedata.normalize("NFKC", identifier).strip()
    code = _current(normalise(digits) or "") if re.fullmatch(r"[0-9]{5,6}", digits) else ""
    return code if code and (len(digits) == 6 or code in _names()) else None


def publisher(found: Found, name: str = "", identifier: str = "") -> Publisher:
    """The publisher as a record holds it: the printed name beside the code that was found."""
    return Publisher(name, identifier, found.code, found.found_by)


def name_of(code: str | None) -> str:
    """The name of the prefecture or one of its municipalities, or an empty text."""
    return _names().get(code or "", "")


def is_of_miyagi(address: str) -> bool:
    """Whether an address is of the prefecture, of one of its municipalities, or of their joint portal, by its host."""
    start = re.match(r"https?://([^/?#\s]{1,253})", address, re.IGNORECASE)
    return start is not None and _is_host_of_miyagi(start[1].lower())


@lru_cache(maxsize=2000)
def _is_host_of_miyagi(netloc: str) -> bool:
    try:
        host = (urlsplit(f"//{netloc}").hostname or "").removeprefix("www.")
    except ValueError:
        return False
    return host.endswith(".miyagi.jp") or host.split(".")[0] == "miyagi" or host in _hosts()


def _completed(code5: str) -> str:
    """Five digits with their check digit."""
    total = sum(int(digit) * weight for digit, weight in zip(code5, (6, 5, 4, 3, 2), strict=True))
    return f"{code5}{(11 - total % 11) % 10}"


def _may_exist(code: str) -> bool:
    """Whether a prefecture and a municipality can have these numbers: 01 to 47; 000 (the prefecture itself) or 100 and more."""
    return 1 <= int(code[:2]) <= 47 and (code[2:5] == "000" or code[2] != "0")


def _current(code: str) -> str:
    """A ward's city, and a former code's successor."""
    return _successors().get(code, code)


def _folded(text: str) -> str:
    """As names are compared: NFKC, no blanks, every small ヶ and ヵ large."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate(str.maketrans("ヶヵ", "ケカ"))


@lru_cache(maxsize=2000)
def _named(text: str, in_miyagi: bool) -> str | None:
    """The code of a municipality by its name; a name that other prefectures have too only in Miyagi."""
    folded = _folded(text)
    if _says_another(folded) or len(folded) > LONGEST_NAME:
        return None
    in_miyagi = in_miyagi or _says_miyagi(folded)
    bare = folded.removeprefix("宮城県") if folded != "宮城県" else folded
    for name, (code, is_ambiguous) in _by_name().items():
        if (in_miyagi or not is_ambiguous) and bare.startswith(name):
            rest = bare.removeprefix(name)
            if not rest or _PART_OF_IT.match(rest):
                return code
    return MIYAGI if folded.startswith("宮城県") and (not bare or _PART_OF_IT.match(bare)) else None


def _says_miyagi(text: str) -> bool:
    return "宮城県" in unicodedata.normalize("NFKC", text)


def _says_another(text: str) -> bool:
    """Whether a text names another prefecture."""
    return any(found != "宮城県" for found in PREFECTURES.findall(unicodedata.normalize("NFKC", text[:LONGEST_NAME])))


def _names_in_organization(organization: str) -> Iterator[str]:
    """The whole, then its parts from the most exact one: 宮城県/名取市, 宮城県 名取市."""
    text = unicodedata.normalize("NFKC", organization[:LONGEST_NAME]).strip()
    if _says_another(text):
        return
    parts = [part for part in re.split(r"[/>\s,、・|]+", text) if part]
    yield from reversed(parts)
    if len(parts) > 1:
        yield "".join(parts)


def _names_in_title(title: str) -> Iterator[str]:
    text = unicodedata.normalize("NFKC", title[:1000]).strip()
    for found in _BRACKETED.finditer(text):
        yield found["name"]
    if found := _BEFORE_UNDERSCORE.match(text):
        yield found["name"]


@cache
def _names() -> Mapping[str, str]:
    return {row["code"]: row["name"] for row in _rows("municipalities")}


@cache
def _successors() -> Mapping[str, str]:
    wards = {row["code"]: row["municipality_code"] for row in _rows("sendai_wards")}
    former = {_completed(row["former_code5"]): row["code"] for row in _rows("municipality_name_variants") if row["former_code5"]}
    return {**wards, **former}


@cache
def _by_name() -> Mapping[str, tuple[str, bool]]:
    """Folded name → code, and whether other prefectures have the name; with county, in variants, and the wards of Sendai."""
    names: dict[str, tuple[str, bool]] = {}
    for row in _rows("municipalities"):
        names[_folded(row["name"])] = (row["code"], row["name"] in NAMES_ELSEWHERE_TOO)
        if row["county"]:
            names[_folded(row["county"] + row["name"])] = (row["code"], False)
    for row in _rows("municipality_name_variants"):
        names[_folded(row["variant"])] = (row["code"], False)
    for row in _rows("sendai_wards"):
        names[_folded(row["name"])] = (SENDAI, False)
    return dict(sorted(names.items(), key=lambda pair: -len(pair[0])))


@cache
def _hosts() -> frozenset[str]:
    addresses = [row["website"] for table in ("municipalities", "sendai_wards") for row in _rows(table)]
    return frozenset((urlsplit(address).hostname or "").removeprefix("www.") for address in addresses if address)


def _rows(table: str) -> list[dict[str, str]]:
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
