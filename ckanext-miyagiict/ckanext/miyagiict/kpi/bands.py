"""Bands of progress and the words for every status, from bands.yaml: thresholds are data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from typing import Any

import yaml

__all__ = ["BANDS", "STATUSES", "Band", "StatusWords", "band_of", "read_bands"]


@dataclass(frozen=True)
class Band:
    """:param at_least: the smallest ratio that belongs to it; None for the last, which has the rest"""

    name: str
    at_least: Fraction | None


@dataclass(frozen=True)
class StatusWords:
    """:param tone: ``good``, ``fair``, ``poor`` or ``neutral``"""

    ja: str
    en: str
    tone: str


def read_bands(entries: Sequence[dict[str, Any]]) -> tuple[Band, ...]:
    """Bands as bands.yaml writes them.

    :raises ValueError: thresholds that do not fall, a last band with one, a name that is there twice, or no band that begins at 0
    """
    bands = tuple(Band(entry["name"], Fraction(entry["at_least"]) if "at_least" in entry else None) for entry in entries)
    limits = [band.at_least for band in bands[:-1] if band.at_least is not None]
    if len(limits) != len(bands) - 1 or bands[-1].at_least is not None or limits != sorted(set(limits), reverse=True):
        raise ValueError("bands must fall, and only the last one has no at_least")
    if len({band.name for band in bands}) != len(bands):
        raise ValueError("a band is there twice")
    # Else a band could hold both progress and its opposite.
    if 0 not in limits:
        raise ValueError("one band must begin at 0")
    return bands


def band_of(ratio: Fraction, bands: Sequence[Band] | None = None) -> str:
    """The name of the band that a ratio belongs to."""
    chosen = BANDS if bands is None else bands
    return next(band.name for band in chosen if band.at_least is None or ratio >= band.at_least)


_DATA: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("bands.yaml").read_text(encoding="utf-8"))
BANDS: tuple[Band, ...] = read_bands(_DATA["bands"])
STATUSES: dict[str, StatusWords] = {name: StatusWords(**words) for name, words in _DATA["statuses"].items()}
