"""What stands around the points of a KPI's chart: sizes, colours, axes, legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .units import unit_name
from .words import fiscal_year_words, number_words

__all__ = ["COLOURS", "FONTS", "NARROW", "STANDALONE", "WIDE", "Size", "axes", "config", "domain", "unit_words"]

#: The first is the one that PNGs are drawn with; in an SVG the reader's machine takes the first it has.
FONTS = "IPAexGothic, 'Hiragino Sans', 'Yu Gothic', 'Noto Sans CJK JP', 'Noto Sans JP', Meiryo, sans-serif"
#: Colours on white. assets/kpi.css names them again, for dark mode and for print.
COLOURS = {
    "ink": "#17212b", "quiet": "#4a5763", "line": "#cfd8d6", "ground": "#ffffff", "target": "#9a5b00", "value": "#00563f",
    "aside": "#5b3a80",
}


@dataclass(frozen=True)
class Size:
    """:param has_title: whether the picture carries its name and its unit by itself, as a file does
    :param years: how many names of fiscal years fit on the axis
    :param columns: of the legend
    :param has_short_years: whether the axis says 年度 once instead of with each name
    """

    width: int
    height: int
    font: int
    years: int
    columns: int
    has_title: bool = False
    has_short_years: bool = False


WIDE = Size(760, 380, 13, 9, 3)
#: For a phone, beside which the wide one would have letters that nobody can read.
NARROW = Size(340, 360, 12, 6, 1, has_short_years=True)
STANDALONE = Size(960, 540, 15, 12, 3, has_title=True)


def axes(years: range, domain: tuple[float, float], y_title: str, size: Size, language: str) -> dict[str, Any]:
    """The channels ``x`` and ``y`` with scales and axes.

    :param years: from the first fiscal year to the last
    :param domain: lowest and highest value
    """
    low, high = domain
    every = -(-len(years) // size.years)
    named = {year + 0.5: _year_name(year, language, size) for year in years if (years.stop - 1 - year) % every == 0}
    fiscal = "年度" if language == "ja" else "Fiscal year"
    # A chain of conditions and no object: its keys would be the numbers as the renderer writes them.
    label = "".join(f"datum.value === {place} ? {_texts(lines)} : " for place, lines in named.items()) + "''"
    first, last = (fiscal_year_words(year, language) for year in (years.start, years.stop - 1))
    described = (
        (f"横軸：{first}から{last}まで", f"縦軸：{y_title}、{_round(low)}から{_round(high)}まで") if language == "ja"
        else (f"Fiscal years: {first} to {last}", f"Values: {y_title}, {_round(low)} to {_round(high)}")
    )
    return {
        "x": {
            "field": "x", "type": "quantitative", "scale": {"domain": [years.start, years.stop], "nice": False, "zero": False},
            "axis": {
                "values": list(named), "labelExpr": label, "labelOverlap": False, "labelFlush": False, "grid": False, "ticks": False,
                "title": (fiscal if size.has_short_years else None), "labelPadding": 6, "description": described[0],
            },
        },
        "y": {
            "field": "y", "type": "quantitative", "scale": {"domain": [low, high], "nice": True, "zero": False},
            "axis": {
                "title": y_title, "titleAngle": 0, "titleAlign": "left", "titleBaseline": "bottom", "titleX": 0, "titleY": -10,
                "tickCount": 5, "labelLimit": 0, "description": described[1],
            },
        },
    }


def _year_name(year: int, language: str, size: Size) -> list[str]:
    """令和6年度（2024年度） on two lines."""
    words = fiscal_year_words(year, language)
    lines = words.rstrip("）").split("（") if language == "ja" else [words]
    return [line.removesuffix("年度").removeprefix("FY") for line in lines] if size.has_short_years else lines


def _texts(lines: Sequence[str]) -> str:
    return "[" + ", ".join(f"'{line}'" for line in lines) + "]"


def domain(levels: Sequence[float]) -> tuple[float, float]:
    """From 0, unless the numbers lie so close together far from it that nothing could be seen."""
    low, high = min(levels), max(levels)
    if low >= 0 and low <= high / 2:
        low = 0
    elif high <= 0 and high >= low / 2:
        high = 0
    if low == high:
        low, high = min(low, 0), max(high, 0)
        return (low, high) if low != high else (0, 1)
    room = (high - low) / 10
    return low - (room if low else 0), high + (room if high else 0)


def unit_words(unit: str, low: float, high: float, language: str) -> str:
    """The title of the value axis; an axis that does not begin at 0 says so."""
    cut = low > 0 or high < 0
    if language == "ja":
        return (f"単位：{unit}" if unit else "値") + ("（縦軸は0から始まりません）" if cut else "")
    return (f"Unit: {unit_name(unit, language)}" if unit else "Value") + (" (the axis does not begin at 0)" if cut else "")


def config(size: Size) -> dict[str, Any]:
    """Letters, lines and colours of everything around the points."""
    text = {"labelFont": FONTS, "titleFont": FONTS, "labelFontSize": size.font, "titleFontSize": size.font}
    return {
        "font": FONTS,
        "view": {"stroke": None},
        "axis": {
            **text, "labelColor": COLOURS["ink"], "titleColor": COLOURS["quiet"], "titleFontWeight": "normal", "gridColor": COLOURS["line"],
            "domainColor": COLOURS["quiet"], "tickColor": COLOURS["quiet"],
        },
        "legend": {
            "orient": "bottom", "direction": "vertical" if size.columns == 1 else "horizontal", "columns": size.columns,
            "labelLimit": 0, "labelFont": FONTS, "labelFontSize": size.font, "labelColor": COLOURS["ink"], "symbolSize": size.font * 7,
            "symbolStrokeWidth": 2, "rowPadding": 4, "columnPadding": 18,
        },
        "title": {
            "font": FONTS, "subtitleFont": FONTS, "fontSize": size.font + 5, "subtitleFontSize": size.font, "color": COLOURS["ink"],
            "subtitleColor": COLOURS["quiet"], "offset": 26, "subtitlePadding": 6,
        },
        "text": {"font": FONTS},
    }


def _round(value: float) -> str:
    return number_words(round(value, 2))
