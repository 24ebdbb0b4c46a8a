"""The tile map of the municipalities: where each tile lies (``tiles.yaml``), and what it says of the thing that is shown.

A tile says it by words and a sign; its pattern (``level``) only helps the eye. Levels: 0 nothing known, 1 none, 2 and 3 between, 4 all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ..kpi.services import services, state_words

__all__ = ["SHOWN", "Kind", "Tile", "kinds", "layout", "said_of", "tiles"]

#: In the order of the switch: key in addresses → Japanese, English.
SHOWN: dict[str, tuple[str, str]] = {
    **{service.key: (service.name, service.name_en) for service in services()},
    "datasets": ("データセット数", "Datasets"), "updated": ("最新の更新", "Latest update"), "licences": ("ライセンス", "Licences"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: State of the register → level and sign.
_STATES = {"使用中": (4, "●"), "予定": (2, "◐"), "未": (1, "○"), "不明": (0, "？")}
_RECENT_DAYS, _OLD_DAYS = 366, 3 * 366

Municipality = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """What several tiles have in common: an entry of the legend.

    :param words: Japanese, English
    """

    level: int
    sign: str
    words: tuple[str, str]


@dataclass(frozen=True)
class Tile:
    """:param row: from the north, 1 first; :param column: from the west, 1 first; :param words: what it says, Japanese, English"""

    code: str
    row: int
    column: int
    kind: Kind
    words: tuple[str, str]


@cache
def layout() -> dict[str, tuple[int, int]]:
    """Code → row and column, in reading order."""
    rows: Sequence[Sequence[str]] = yaml.safe_load(files(__package__).joinpath("tiles.yaml").read_text(encoding="utf-8"))["rows"]
    return {code: (y, x) for y, row in enumerate(rows, start=1) for x, code in enumerate(row, start=1) if code != "."}


def tiles(municipalities: Iterable[Municipality], shown: str, today: date) -> list[Tile]:
    """A tile for each municipality, in reading order.

    :param municipalities: as ``miyagiict_municipality_list`` gives them
    :param shown: a key of ``SHOWN``
    """
    by_code = {one["code"]: one for one in municipalities}
    return [Tile(code, row, column, *said_of(by_code[code], shown, today)) for code, (row, column) in layout().items()]


def kinds(shown_tiles: Iterable[Tile]) -> list[tuple[Kind, int]]:
    """The legend: kinds that are there, the highest level first, with their number of municipalities."""
    counted = Counter(tile.kind for tile in shown_tiles)
    return sorted(counted.items(), key=lambda pair: -pair[0].level)


def said_of(municipality: Municipality, shown: str, today: date) -> tuple[Kind, tuple[str, str]]:
    """What is said of one municipality: its kind, and in words."""
    if shown in _SAID:
        return _SAID[shown](municipality, today)
    service = next(service for service in services() if service.key == shown)
    return _service(municipality, service.name)


def _service(municipality: Municipality, service: str) -> tuple[Kind, tuple[str, str]]:
    state = next(row["state"] for row in municipality["adoption"] if row["service"] == service and not row["procedure"])
    words = state_words(service, state)
    return Kind(*_STATES[state], words), words


def _open_data(municipality: Municipality, _today: date) -> tuple[Kind, tuple[str, str]]:
    """What the catalogue has itself comes first; else what a list or the register says."""
    known_by = municipality["open_data"]["known_by"]
    if known_by == "catalogue":
        return Kind(4, "●", ("カタログで公開", "in this catalogue")), ("公開", "yes")
    if known_by == "list":
        return Kind(3, "◕", ("一覧で確認", "on the national list")), ("一覧", "listed")
    if known_by == "register":
        return Kind(3, "◑", ("台帳で確認", "by the register")), ("台帳", "register")
    return _service(municipality, "オープンデータ")


def _datasets(municipality: Municipality, _today: date) -> tuple[Kind, tuple[str, str]]:
    count = municipality["datasets"]["count"]
    words = f"{count:,}件", f"{count:,}"
    bands = ((0, 0, "なし", "none"), (9, 1, "1～9件", "1 to 9"), (49, 2, "10～49件", "10 to 49"), (199, 3, "50～199件", "50 to 199"))
    for most, level, japanese, english in bands:
        if count <= most:
            return Kind(level, "○◔◑◕"[level], (japanese, english)), words
    return Kind(4, "●", ("200件以上", "200 or more")), words


def _updated(municipality: Municipality, today: date) -> tuple[Kind, tuple[str, str]]:
    newest = municipality["datasets"]["newest"]
    if newest is None:
        return _NO_DATA, ("なし", "none")
    day = date.fromisoformat(newest)
    words = f"{day.year}年{day.month}月", f"{_MONTHS[day.month - 1]} {day.year}"
    age = (today - day).days
    if age <= _RECENT_DAYS:
        return Kind(4, "●", ("1年以内", "within a year")), words
    if age <= _OLD_DAYS:
        return Kind(2, "◐", ("3年以内", "within three years")), words
    return Kind(1, "○", ("3年より前", "longer ago")), words


def _licences(municipality: Municipality, _today: date) -> tuple[Kind, tuple[str, str]]:
    datasets = municipality["datasets"]
    if not datasets["count"]:
        return _NO_DATA, ("なし", "none")
    first = datasets["licences"][0]["id"] if datasets["licences"] else ""
    words = ("記載なし", "none stated") if first in ("", "notspecified") else (first, first)
    if datasets["open"] == datasets["count"]:
        return Kind(4, "●", ("すべてオープン", "all open")), words
    if datasets["open"]:
        return Kind(2, "◐", ("一部がオープン", "some open")), words
    return Kind(1, "○", ("オープンと確かめられない", "not known to be open")), words


_NO_DATA = Kind(0, "－", ("データなし", "no data"))
_SAID: dict[str, Callable[[Municipality, date], tuple[Kind, tuple[str, str]]]] = {
    "open-data": _open_data, "datasets": _datasets, "updated": _updated, "licences": _licences,
}
