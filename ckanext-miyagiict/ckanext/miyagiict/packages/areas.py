"""The prefecture and its 35 municipalities by their 全国地方公共団体コード.

Source: the table ``municipalities`` of the package miyagi-reference; a test compares them.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

__all__ = ["area_codes", "area_name", "english_area"]

_FILE = Path(__file__).with_name("areas.json")


def area_codes() -> list[str]:
    """The codes of the prefecture and its municipalities, in their order."""
    return sorted(_names())


def area_name(code: str) -> str:
    """Name of an area by its code (``041009`` → 仙台市); empty for one outside the prefecture."""
    return _names().get(code, "")


def english_area(name: str) -> str:
    """English name of an area by its Japanese one (仙台市 → Sendai City); empty where it is not known."""
    return _english().get(name, "")


@lru_cache
def _names() -> dict[str, str]:
    return {area["code"]: area["name"] for area in _areas()}


@lru_cache
def _english() -> dict[str, str]:
    return {area["name"]: area["name_en"] for area in _areas()}


def _areas() -> list[dict[str, str]]:
    areas: list[dict[str, str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return areas
