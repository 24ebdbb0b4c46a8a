"""A Table Schema from text cells. A type is given only where every cell proves it and no information is lost; each decision says why.

So a code with leading zeros, a column that its name calls a code, 和暦 dates, full-width digits, units and thousands separators all stay
text: they are recognised and told (``notes``), never turned.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

__all__ = ["infer", "sort_of"]

#: A longer cell is no number and no date.
LONGEST_VALUE = 60

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LEADING_ZERO = re.compile(r"0[0-9]+")
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_PERCENT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\s*[%％]")
_UNIT = re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]+)?\s*(?:[^\W\d_]|㎡|㎥|㎞|℃){1,4}[23²³]?")
_ERA = re.compile(
    r"(?:(?:明治|大正|昭和|平成|令和)\s*(?:元|[0-9]{1,2})|[MTSHR]\s*[0-9]{1,2})\s*(?:年|[./-])\s*[0-9]{1,2}\s*(?:月|[./-])\s*(?:[0-9]{1,2}|末)?\s*日?"
)
_OTHER_DATE = re.compile(r"[0-9]{4}\s*(?:[./]|年)\s*[0-9]{1,2}\s*(?:[./]|月)\s*[0-9]{1,2}\s*日?")
_FULL_WIDTH_DIGIT = re.compile(r"[０-９]")
#: Names of columns whose digits are a name, not a quantity.
_CODE_NAME = re.compile(
    r"コード|番号|郵便|電話|ＦＡＸ|FAX|^(?:[A-Za-z]*[\s_-])?(?:ID|CODE|NO\.?|ZIP|TEL|PHONE)$|ＩＤ$|"
    r"(?:^|[\s_-])(?:id|code|zip|tel|telephone|phone|fax)(?:$|[\s_-])|(?:zip|post(?:al)?)[\s_-]?code|identifier|識別子",
    re.IGNORECASE,
)

_NOTES = {
    "era": "和暦の日付とみられるセルが{count}件あります（例「{example}」）。西暦に直していません。",
    "full-width": "全角数字のセルが{count}件あります（例「{example}」）。半角に直していません。",
    "leading-zero": "0で始まる数字が{count}件あります（例「{example}」）。符号として文字列のまま残します。",
    "thousands": "桁区切りのある数が{count}件あります（例「{example}」）。数値に直していません。",
    "percent": "百分率とみられるセルが{count}件あります（例「{example}」）。数値に直していません。",
    "unit": "単位の付いた数とみられるセルが{count}件あります（例「{example}」）。数値に直していません。",
    "other-date": "日付とみられるセルが{count}件あります（例「{example}」）。ISO 8601の形ではないため、直していません。",
}


def infer(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, printed: Sequence[str] = (), stated: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Make a Table Schema (frictionless terms) that every cell satisfies.

    :param columns: names, each once
    :param rows: of text, each as long as ``columns``; an empty cell is a missing value
    :param printed: the header's cells to the letter, where names were changed
    :param stated: column → type that the source states (an XML Schema name); compared and told, not believed
    :returns: ``fields`` with ``name``, ``type``, ``notes`` (why) and ``description`` (the notes as one text); ``missingValues``
    """
    counts: list[Counter[str]] = [Counter() for _ in columns]
    examples: list[dict[str, str]] = [{} for _ in columns]
    for row in rows:
        for column, cell in enumerate(row):
            sort = sort_of(cell)
            counts[column][sort] += 1
            examples[column].setdefault(sort, cell)
    cells_printed = tuple(printed) or tuple(columns)
    fields = [
        _field(name, original, found, shown, (stated or {}).get(name, ""))
        for name, original, found, shown in zip(columns, cells_printed, counts, examples, strict=True)
    ]
    return {"fields": fields, "missingValues": [""]}


def sort_of(cell: str) -> str:
    """What one cell is by itself: ``empty``, ``integer``, ``number``, ``date``, one of the things that are only told, or ``text``."""
    if not cell:
        return "empty"
    if len(cell) > LONGEST_VALUE:
        return "full-width" if _FULL_WIDTH_DIGIT.search(cell) else "text"
    return _sort_of_short(cell)


@lru_cache(maxsize=65536)
def _sort_of_short(cell: str) -> str:
    if _INTEGER.fullmatch(cell) and cell != "-0":
        return "integer"
    if _DECIMAL.fullmatch(cell):
        return "number"
    if _DATE.fullmatch(cell):
        return "date" if _is_day(cell) else "text"
    plain = unicodedata.normalize("NFKC", cell).strip()
    tests = (
        ("leading-zero", _LEADING_ZERO),
        ("era", _ERA),
        ("other-date", _OTHER_DATE),
        ("thousands", _THOUSANDS),
        ("percent", _PERCENT),
        ("unit", _UNIT),
    )
    told = next((name for name, pattern in tests if pattern.fullmatch(plain)), "")
    return told or ("full-width" if _FULL_WIDTH_DIGIT.search(cell) else "text")


def _is_day(cell: str) -> bool:
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _field(name: str, printed: str, counts: Counter[str], examples: Mapping[str, str], stated: str) -> dict[str, Any]:
    filled = counts.total() - counts["empty"]
    kind, why = _type(name, counts, filled)
    notes = [why]
    if printed.strip() != name:
        notes.append(f"印刷された見出しは「{printed}」です。")
    notes += [text.format(count=counts[sort], example=examples[sort]) for sort, text in _NOTES.items() if counts[sort]]
    if stated and stated.partition(":")[0] not in _STATED.get(kind, ()):
        kept = "セルの表記を残すため文字列としました。" if kind == "string" else "セルから判断しました。"
        notes.append(f"公開元は型を「{stated}」としていますが、{kept}")
    return {"name": name, "type": kind, "description": " ".join(notes), "notes": notes}


#: Types a source may state that are no contradiction to ours.
_STATED = {
    "string": ("string", "xsd", "anyURI"),
    "integer": ("int", "integer", "long", "float", "double", "decimal"),
    "date": ("date",),
    "number": ("float", "double", "decimal"),
}


def _type(name: str, counts: Counter[str], filled: int) -> tuple[str, str]:
    numbers = counts["integer"] + counts["number"]
    if not filled:
        return "string", "値のあるセルがないため、文字列としました。"
    if numbers == filled and _CODE_NAME.search(unicodedata.normalize("NFKC", name)):
        return "string", "列名から符号や番号とみて、文字列としました。"
    if counts["integer"] == filled:
        return "integer", f"値のある{filled}セルがすべて整数です。"
    if numbers == filled:
        return "number", f"値のある{filled}セルがすべて数値です。"
    if counts["date"] == filled:
        return "date", f"値のある{filled}セルがすべてISO 8601の日付です。"
    if numbers and numbers + counts["leading-zero"] != filled:
        return "string", f"値のある{filled}セルのうち数値は{numbers}件だけなので、文字列としました。"
    return "string", "文字列です。"
