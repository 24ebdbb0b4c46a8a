"""Reads a JSON file of a package, strictly.

Python's reader alone takes more than JSON is (``NaN``, numbers beyond any range) and hands on strings that no database, page or
file name can hold (NUL, halves of surrogate pairs); nesting without end stops whoever walks it later.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .problems import PackageInvalid, problem

__all__ = ["MOST_BYTES", "read_json_object"]

#: The largest JSON file that is read.
MOST_BYTES = 10_000_000
#: The deepest nesting; a Table Schema needs seven levels.
_MOST_LEVELS = 32

#: Control characters other than tab and line breaks, and halves of surrogate pairs.
_UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def read_json_object(path: Path, file: str, kind: str) -> dict[str, Any]:
    """The object in a JSON file; a BOM is let pass.

    :param file: the name that a problem gives the file
    :param kind: the kind of problem that a broken file is
    :raises PackageInvalid: the file is no JSON object that can be published
    """
    try:
        value = _read(path)
        if fault := next(_faults(value, "", 1), None):
            raise ValueError(fault)
    except UnicodeDecodeError as error:
        reason = f"{error.start + 1}バイト目がUTF-8として読めません"
    except json.JSONDecodeError as error:
        reason = f"{error.lineno}行目{error.colno}文字目がJSONの書き方に合いません"
    except RecursionError:
        reason = "入れ子が深すぎます"
    except OSError:
        reason = "ファイルを読めません"
    except ValueError as error:
        reason = str(error)
    else:
        return value
    raise PackageInvalid([problem(kind, file, detail=reason)])


def _read(path: Path) -> Any:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{MOST_BYTES:,}バイトを超えています")
    return json.loads(path.read_text(encoding="utf-8-sig"), parse_int=_integer, parse_float=_number, parse_constant=_refuse)


def _integer(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:  # more digits than Python reads
        return _refuse(digits)


def _number(digits: str) -> float:
    number = float(digits)
    return _refuse(digits) if number in (float("inf"), float("-inf")) else number


def _refuse(word: str) -> Any:
    raise ValueError(f"数値 {word[:20]} は使えません")


def _faults(value: Any, place: str, level: int) -> Iterator[str]:
    """What makes a value unfit to be published, each with its place in the file."""
    if level == 1 and not isinstance(value, dict):
        yield "JSONのオブジェクトではありません"
    elif level > _MOST_LEVELS:
        yield "入れ子が深すぎます"
    elif isinstance(value, str):
        if found := _UNUSABLE.search(value):
            yield f"{place} に使えない文字 U+{ord(found.group()):04X} があります"
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _faults(name, f"{place}の名前", level + 1)
            yield from _faults(item, f"{place}/{name}", level + 1)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _faults(item, f"{place}/{number}", level + 1)
