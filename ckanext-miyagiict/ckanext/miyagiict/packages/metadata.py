"""What a descriptor says of the whole package, in the catalogue's terms.

Properties of ours are named after DCAT (docs/datasets.md). Frequencies are the EU's authority list, licences our own list
(licences.json), because neither PDL1.0 nor 政府標準利用規約 has an SPDX id and CKAN's ``cc-by`` names no version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from .package import DESCRIPTOR
from .problems import Problem, problem

__all__ = ["FREQUENCIES", "LICENCES_FILE", "Metadata", "Publisher", "read_metadata"]

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
_CODE = re.compile(r"\d{6}")


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
        version=str(descriptor.get("version", "")),
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
        conforms_to=tuple(_as_list(descriptor.get("conforms_to"))),
        issued=str(descriptor.get("created", ""))[:10],
        sources=tuple(descriptor.get("sources", ())),
    )


def problems(descriptor: Mapping[str, Any]) -> Iterator[Problem]:
    """Properties that the catalogue could not show or would have to guess."""

    def wrong(field: str, value: Any, detail: str) -> Problem:
        return problem("catalogue-value", DESCRIPTOR, field=field, value=str(value), detail=detail)

    for field in ("title", "title_en", "description", "description_en"):
        if not isinstance(descriptor.get(field, ""), str):
            yield wrong(field, descriptor[field], "文字列ではありません")
    for keyword in _as_list(descriptor.get("keywords")):
        if not isinstance(keyword, str) or not _TAG.fullmatch(keyword):
            yield wrong("keywords", keyword, "2～100文字の文字・数字・空白・「-」「.」だけが使えます")
    publisher = descriptor.get("publisher")
    if publisher is not None:
        if not isinstance(publisher, dict) or not publisher.get("name") or not _valid_code(publisher.get("code")):
            yield wrong("publisher", publisher, "code（6桁の全国地方公共団体コード）と name が必要です")
    for code in _as_list(descriptor.get("spatial")):
        if not _valid_code(code):
            yield wrong("spatial", code, "6桁の全国地方公共団体コードではありません")
    frequency = descriptor.get("accrual_periodicity")
    if frequency is not None and frequency not in FREQUENCIES:
        yield wrong("accrual_periodicity", frequency, "次のどれかです: " + ", ".join(FREQUENCIES))
    for code in _as_list(descriptor.get("language")):
        if code not in LANGUAGES:
            yield wrong("language", code, "次のどれかです: " + ", ".join(LANGUAGES))
    temporal = descriptor.get("temporal") or {}
    if not isinstance(temporal, dict):
        yield wrong("temporal", temporal, "start と end の日付です")
    else:
        for field in ("start", "end"):
            if field in temporal and not _is_date(temporal[field]):
                yield wrong(f"temporal.{field}", temporal[field], "日付（2021-04-01 の形）ではありません")
    known = {entry["id"] for entry in json.loads(LICENCES_FILE.read_text(encoding="utf-8"))}
    for licence in _as_list(descriptor.get("licenses")):
        if not isinstance(licence, dict) or licence.get("name", "notspecified") not in known:
            yield wrong("licenses", licence, "次のどれかです: " + ", ".join(sorted(known)))


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
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
