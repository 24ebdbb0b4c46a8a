"""What a descriptor says of the whole package, in the catalogue's terms.

Properties of ours are named after DCAT (docs/datasets.md). Frequencies are the EU's authority list, licences our own list
(licences.json), because neither PDL1.0 nor 政府標準利用規約 has an SPDX id and CKAN's ``cc-by`` names no version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from .package import DESCRIPTOR
from .problems import Problem, problem

__all__ = ["FREQUENCIES", "LICENCES_FILE", "Metadata", "Publisher", "check_digit", "problems", "read_metadata"]

LICENCES_FILE = Path(__file__).with_name("licences.json")
FREQUENCY_BASE = "http://publications.europa.eu/resource/authority/frequency/"
LANGUAGE_BASE = "http://publications.europa.eu/resource/authority/language/"
LANGUAGES = {"ja": "JPN", "en": "ENG"}

#: EU frequency code → words.
FREQUENCIES = {
    "NEVER": "更新しない", "IRREG": "不定期", "ANNUAL": "年1回", "ANNUAL_2": "年2回", "QUARTERLY": "年4回", "MONTHLY": "月1回",
    "WEEKLY": "週1回", "DAILY": "毎日", "CONT": "随時", "UNKNOWN": "不明", "AS_NEEDED": "必要なとき",
}

_TAG = re.compile(r"[\w \-.]{2,100}")
_CODE = re.compile(r"[0-9]{6}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_TEXTS = ("title", "title_en", "description", "description_en", "version", "created")


@dataclass(frozen=True)
class Publisher:
    """A public body, known by its 全国地方公共団体コード (six digits, as text)."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Metadata:
    """A package's properties, checked. Empty means not given."""

    name: str
    title: str
    title_en: str
    description: str
    description_en: str
    version: str
    publisher: Publisher | None
    licence_id: str
    keywords: tuple[str, ...]
    groups: tuple[str, ...]
    temporal_start: str
    temporal_end: str
    spatial: tuple[str, ...]
    frequency: str
    languages: tuple[str, ...]
    conforms_to: tuple[str, ...]
    issued: str
    sources: tuple[Mapping[str, str], ...]


def read_metadata(descriptor: Mapping[str, Any]) -> Metadata:
    """The properties of a descriptor that has passed ``problems``."""
    temporal = descriptor.get("temporal") or {}
    licences = descriptor.get("licenses") or [{}]
    frequency = descriptor.get("accrual_periodicity")
    return Metadata(
        name=descriptor["name"],
        title=descriptor.get("title") or descriptor["name"],
        title_en=descriptor.get("title_en", ""),
        description=descriptor.get("description", ""),
        description_en=descriptor.get("description_en", ""),
        version=descriptor.get("version", ""),
        publisher=Publisher(**{key: descriptor["publisher"].get(key, "") for key in ("code", "name", "name_en")})
        if descriptor.get("publisher") else None,
        licence_id=licences[0].get("name") or "notspecified",
        keywords=tuple(dict.fromkeys(descriptor.get("keywords", ()))),
        groups=tuple(descriptor.get("groups", ())),
        temporal_start=temporal.get("start", ""),
        temporal_end=temporal.get("end", ""),
        spatial=tuple(descriptor.get("spatial", ())),
        frequency=FREQUENCY_BASE + frequency if frequency else "",
        languages=tuple(LANGUAGE_BASE + LANGUAGES[code] for code in descriptor.get("language", ())),
        conforms_to=tuple(descriptor.get("conforms_to", ())),
        issued=descriptor.get("created", "")[:10],
        sources=tuple(descriptor.get("sources", ())),
    )


def problems(descriptor: Mapping[str, Any]) -> Iterator[Problem]:
    """Properties that the catalogue could not show or would have to guess."""
    for field in _TEXTS:
        if not isinstance(descriptor.get(field, ""), str):
            yield _wrong(field, descriptor[field], "文字列ではありません")
    for entry in descriptor.get("resources", ()):
        for field in ("title_en", "description_en"):
            if not isinstance(entry.get(field, ""), str):
                yield _wrong(f"{entry['name']}/{field}", entry[field], "文字列ではありません")
    for field, fault in _FAULTS.items():
        items = descriptor.get(field, [])
        if not isinstance(items, list):
            yield _wrong(field, items, "[ ] で囲んだリストではありません")
            continue
        yield from (_wrong(field, item, reason) for item in items if (reason := fault(item)))
    yield from _publisher_problems(descriptor.get("publisher"))
    yield from _temporal_problems(descriptor.get("temporal"))
    frequency = descriptor.get("accrual_periodicity")
    if frequency is not None and not _is_one_of(frequency, FREQUENCIES):
        yield _wrong("accrual_periodicity", frequency, "次のどれかです: " + ", ".join(FREQUENCIES))


def _wrong(field: str, value: Any, detail: str) -> Problem:
    return problem("catalogue-value", DESCRIPTOR, field=field, value=str(value), detail=detail)


def _publisher_problems(publisher: Any) -> Iterator[Problem]:
    if publisher is None:
        return
    said = publisher if isinstance(publisher, dict) else {}
    name, name_en = said.get("name"), said.get("name_en", "")
    if not _valid_code(said.get("code")) or not isinstance(name, str) or not name or not isinstance(name_en, str):
        yield _wrong("publisher", publisher, "code（6桁の全国地方公共団体コード）と name が必要です")


def _temporal_problems(temporal: Any) -> Iterator[Problem]:
    if temporal is None:
        return
    if not isinstance(temporal, dict):
        yield _wrong("temporal", temporal, "start と end の日付です")
        return
    wrong = [field for field in ("start", "end") if field in temporal and not _is_date(temporal[field])]
    for field in wrong:
        yield _wrong(f"temporal.{field}", temporal[field], "日付（2021-04-01 の形）ではありません")
    if not wrong and "start" in temporal and "end" in temporal and temporal["end"] < temporal["start"]:
        yield _wrong("temporal", f"{temporal['start']}～{temporal['end']}", "end が start より前です")


def _keyword_fault(keyword: Any) -> str:
    fits = isinstance(keyword, str) and _TAG.fullmatch(keyword)
    return "" if fits else "2～100文字の文字・数字・空白・「-」「.」だけが使えます"


def _code_fault(code: Any) -> str:
    return "" if _valid_code(code) else "6桁の全国地方公共団体コードではありません"


def _language_fault(code: Any) -> str:
    return "" if _is_one_of(code, LANGUAGES) else "次のどれかです: " + ", ".join(LANGUAGES)


def _licence_fault(licence: Any) -> str:
    known = _known_licences()
    fits = isinstance(licence, dict) and _is_one_of(licence.get("name", "notspecified"), known)
    return "" if fits else "name は次のどれかです: " + ", ".join(known)


def _source_fault(source: Any) -> str:
    """A source is shown as a link, so its address must be one of the web."""
    if not isinstance(source, dict) or not all(isinstance(source.get(key, ""), str) for key in ("title", "path")):
        return "title と path の文字列です"
    path = source.get("path")
    return "" if not path or _WEB_ADDRESS.fullmatch(path) else "path は http:// か https:// で始まるアドレスです"


def _text_fault(item: Any) -> str:
    return "" if isinstance(item, str) and item else "文字列ではありません"


#: List property → what is wrong with one of its items, empty where nothing is.
_FAULTS: dict[str, Callable[[Any], str]] = {
    "keywords": _keyword_fault, "licenses": _licence_fault, "sources": _source_fault, "spatial": _code_fault,
    "language": _language_fault, "groups": _text_fault, "conforms_to": _text_fault,
}


@lru_cache(maxsize=1)
def _known_licences() -> tuple[str, ...]:
    return tuple(sorted(entry["id"] for entry in json.loads(LICENCES_FILE.read_text(encoding="utf-8"))))


def _is_one_of(value: Any, known: Collection[str]) -> bool:
    return isinstance(value, str) and value in known


def check_digit(code5: str) -> int:
    """The sixth digit of a 全国地方公共団体コード.

    :param code5: prefecture (2 digits) and municipality (3 digits)
    Source: 総務省 全国地方公共団体コード: the last digit of 11 - S mod 11, S the sum of digits weighted 6, 5, 4, 3, 2.
    """
    weighted = sum(int(digit) * weight for digit, weight in zip(code5, (6, 5, 4, 3, 2), strict=True))
    return (11 - weighted % 11) % 10


def _valid_code(code: Any) -> bool:
    return isinstance(code, str) and bool(_CODE.fullmatch(code)) and int(code[5]) == check_digit(code[:5])


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(_DATE.fullmatch(value) and date.fromisoformat(value))
    except ValueError:
        return False
