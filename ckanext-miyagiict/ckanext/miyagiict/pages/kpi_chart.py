"""The chart of a KPI as a Vega-Lite specification: plain data, drawn elsewhere (``tracking.drawing``).

Fiscal years lie side by side on the x axis; a day stands where it lies within its year, and a target holds for its whole year, up to the
day it is due. What a shape is, its dash and its words say as well as its colour. Every point has its words, for those who do not see it.

Source of the shapes: the answer of the action ``miyagiict_kpi_show``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor
from typing import Any

from ..packages.fiscal_years import fiscal_year
from .kpi_words import amount_words
from .words import date_words, fiscal_year_words, number_words, time_words

__all__ = ["COLOURS", "FONTS", "NARROW", "STANDALONE", "WIDE", "Chart", "Size", "chart"]

Kpi = Mapping[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
#: The first is the one that PNGs are drawn with; in an SVG the reader's machine takes the first it has.
FONTS = "IPAexGothic, 'Hiragino Sans', 'Yu Gothic', 'Noto Sans CJK JP', 'Noto Sans JP', Meiryo, sans-serif"
#: Colours on white. assets/kpi.css names them again, for dark mode and for print.
COLOURS = {
    "ink": "#17212b", "quiet": "#4a5763", "line": "#cfd8d6", "ground": "#ffffff", "target": "#9a5b00", "value": "#00563f", "aside": "#5b3a80",
}
#: Labels of that many targets stand beside their points.
_MOST_LABELS = 8


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


@dataclass(frozen=True)
class Chart:
    """A specification with the words that stand for the picture as a whole."""

    spec: dict[str, Any]
    title: str
    description: str


@dataclass(frozen=True)
class _Kind:
    """What a point is: its name in the legend, and how it looks without colour."""

    ja: str
    en: str
    shape: str
    colour: str
    is_filled: bool = True


_KINDS = {
    "target": _Kind("目標値", "Target", "diamond", "target", is_filled=False),
    "baseline": _Kind("基準値", "Baseline", "square", "quiet"),
    "printed": _Kind("実績（計画に記載）", "Value (printed in a plan)", "cross", "value"),
    "counted": _Kind("実績（カタログで数えた値）", "Value (counted by the catalogue)", "circle", "value"),
    "entered": _Kind("実績（担当者の入力）", "Value (entered by staff)", "triangle-up", "value"),
    "imported": _Kind("実績（一括登録）", "Value (imported)", "triangle-down", "value"),
    "aside": _Kind("判定に使わない実績", "Value not in the status", "circle", "aside", is_filled=False),
}


@dataclass(frozen=True)
class _Point:
    x: float
    y: float
    kind: str
    words: str


def chart(kpi: Kpi, language: str, size: Size = WIDE) -> Chart | None:
    """The chart of a KPI.

    :param kpi: as ``miyagiict_kpi_show`` gives it; samples in it are left out
    :returns: None where there is no number to draw
    """
    targets = [target for target in kpi["targets"] if target["value"] is not None and target.get("is_binding", True)]
    observations = [one for one in kpi["observations"] if not one["is_sample"]]
    baseline = kpi["baseline"]
    points = [
        *_baseline_points(baseline, kpi["unit"], language), *_target_points(targets, kpi["unit"], language),
        *_observed_points(observations, kpi["unit"], language),
    ]
    levels = [point.y for point in points] + ([] if baseline["value"] is None else [baseline["value"]])
    if not levels:
        return None
    steps = [_step(target) for target in targets]
    readings = [(_place(day), value) for day, value in kpi["series"]]
    years = _years([*(point.x for point in points), *(x for step in steps for x, _ in step), *(x for x, _ in readings)])
    name = kpi["name"] if language == "ja" else kpi["name_en"] or kpi["name"]
    low, high = _domain(levels + [value for _, value in readings])
    y_title = _unit_words(kpi["unit"], low, high, language)
    spec = {
        "$schema": SCHEMA,
        "width": size.width, "height": size.height, "autosize": {"type": "fit", "contains": "padding"}, "padding": 6,
        "background": COLOURS["ground"],
        "layer": [
            _borders(years), *_baseline_line(baseline, years), *_target_line(steps), *_reading_line(readings),
            *_points(points, _axes(years, (low, high), y_title, size, language), language, size), *_labels(points, size),
        ],
        "config": _config(size),
    }
    if size.has_title:
        spec["title"] = {"text": _lines(name, 30), "subtitle": kpi["plan_title"], "anchor": "start", "aria": False}
    return Chart(spec, name, _description(kpi, points, language))


def _baseline_points(baseline: Mapping[str, Any], unit: str, language: str) -> list[_Point]:
    if baseline["value"] is None or not baseline["as_of"]:
        return []
    time = time_words(baseline.get("since") or baseline["as_of"], baseline["as_of"], baseline.get("precision") or "day", language)
    amount = amount_words(baseline["value"], unit, language)
    words = f"基準値 {amount}（{time}）" if language == "ja" else f"Baseline {amount} ({time})"
    return [_Point(_place(baseline["as_of"]), baseline["value"], "baseline", words)]


def _target_points(targets: Iterable[Mapping[str, Any]], unit: str, language: str) -> list[_Point]:
    found = []
    for target in targets:
        amount, year = amount_words(target["value"], unit, language), fiscal_year_words(target["fiscal_year"], language)
        result = target.get("outcome_text") or ""
        words = f"{year}の目標値 {amount}" if language == "ja" else f"Target of {year}: {amount}"
        if result:
            words += f"、{result}" if language == "ja" else f", {result}"
        found.append(_Point(_place(target["due"]), target["value"], "target", words))
    return found


def _observed_points(observations: Iterable[Mapping[str, Any]], unit: str, language: str) -> list[_Point]:
    found = []
    for one in observations:
        amount, day = amount_words(one["value"], unit, language), date_words(one["as_of"], language)
        how = ("、" if language == "ja" else ", ").join(filter(None, (one["method_text"], one["counting_text"])))
        words = f"{day}時点の実績 {amount}（{how}）" if language == "ja" else f"Value on {day}: {amount} ({how})"
        if not one["in_status"]:
            words += "、判定には使わない" if language == "ja" else ", not in the status"
        found.append(_Point(_place(one["as_of"]), one["value"], one["method"] if one["in_status"] else "aside", words))
    return sorted(found, key=lambda point: point.x)


def _description(kpi: Kpi, points: Sequence[_Point], language: str) -> str:
    """The sentence, and what the picture shows."""
    targets = sum(point.kind == "target" for point in points)
    values = sum(point.kind not in ("target", "baseline") for point in points)
    if language == "ja":
        return f"{kpi['sentence']}横軸は年度、縦軸は値です。目標値{targets}点、実績{values}点を示しています。同じ数値はこの図の後の表にあります。"
    return (
        f"{kpi['sentence']} Fiscal years from left to right, values upwards; points: {targets} targets, {values} values."
        " The tables after this chart have the same numbers."
    )


# Layers, from the back to the front


def _borders(years: range) -> dict[str, Any]:
    """A line where a fiscal year begins."""
    return {
        "data": {"values": [{"x": year} for year in (*years, years.stop)]},
        "mark": {"type": "rule", "stroke": COLOURS["line"], "strokeWidth": 1, "aria": False},
        "encoding": {"x": {"field": "x", "type": "quantitative"}},
    }


def _baseline_line(baseline: Mapping[str, Any], years: range) -> list[dict[str, Any]]:
    if baseline["value"] is None:
        return []
    level = baseline["value"]
    return [_line([(years.start, level), (years.stop, level)], COLOURS["quiet"], width=1.5, strokeDash=[1, 4])]


def _target_line(steps: Sequence[Sequence[tuple[float, float]]]) -> list[dict[str, Any]]:
    return [_line([corner for step in steps for corner in step], COLOURS["target"], width=2, strokeDash=[7, 4])] if steps else []


def _reading_line(readings: Sequence[tuple[float, float]]) -> list[dict[str, Any]]:
    return [_line(readings, COLOURS["value"], width=2.5)] if len(readings) > 1 else []


def _line(corners: Sequence[tuple[float, float]], colour: str, *, width: float, **look: Any) -> dict[str, Any]:
    """Not for screen readers: the points say what it says."""
    return {
        "data": {"values": [{"x": x, "y": y, "order": order} for order, (x, y) in enumerate(corners)]},
        "mark": {"type": "line", "stroke": colour, "strokeWidth": width, "strokeCap": "butt", "aria": False, **look},
        "encoding": {
            "x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"},
            "order": {"field": "order", "type": "quantitative"},
        },
    }


def _points(points: Sequence[_Point], axes: Mapping[str, Any], language: str, size: Size) -> list[dict[str, Any]]:
    """All points in one layer, so that they are read in the order of time and share one legend."""
    present = [kind for kind in _KINDS if any(point.kind == kind for point in points)]
    names = {kind: _KINDS[kind].ja if language == "ja" else _KINDS[kind].en for kind in present}
    ordered = sorted(points, key=lambda point: (point.x, point.kind == "target"))
    legend = {"title": None, "description": "凡例" if language == "ja" else "Legend"}

    def scale(range_: Sequence[str]) -> dict[str, Any]:
        return {"domain": list(names.values()), "range": list(range_)}

    colours = [COLOURS[_KINDS[kind].colour] for kind in present]
    fills = [colour if _KINDS[kind].is_filled else COLOURS["ground"] for kind, colour in zip(present, colours, strict=True)]
    kind = {"field": "kind", "type": "nominal", "legend": legend}
    return [{
        "data": {"values": [{"x": point.x, "y": point.y, "kind": names[point.kind], "words": point.words} for point in ordered]},
        "mark": {"type": "point", "size": size.font * 7, "strokeWidth": 2, "opacity": 1},
        "encoding": {
            **axes,
            "shape": {**kind, "scale": scale([_KINDS[kind].shape for kind in present])},
            "stroke": {**kind, "scale": scale(colours)},
            "fill": {**kind, "scale": scale(fills)},
            "description": {"field": "words", "type": "nominal"},
        },
    }]


def _labels(points: Sequence[_Point], size: Size) -> list[dict[str, Any]]:
    """Numbers beside the targets, where they have room; a number that repeats the one before is left out."""
    targets = [point for point in points if point.kind == "target"]
    shown = [point for point, before in zip(targets, [None, *targets], strict=False) if before is None or before.y != point.y]
    if not shown or len(shown) > _MOST_LABELS:
        return []
    return [{
        "data": {"values": [{"x": point.x, "y": point.y, "text": number_words(point.y)} for point in shown]},
        "mark": {"type": "text", "dy": -size.font + 1, "align": "right", "dx": -6, "fontSize": size.font, "fill": COLOURS["target"], "aria": False},
        "encoding": {
            "x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}, "text": {"field": "text", "type": "nominal"},
        },
    }]


# Axes


def _axes(years: range, domain: tuple[float, float], y_title: str, size: Size, language: str) -> dict[str, Any]:
    low, high = domain
    every = -(-len(years) // size.years)
    named = {year + 0.5: _year_name(year, language, size) for year in years if (years.stop - 1 - year) % every == 0}
    # A chain of conditions and no object: its keys would be the numbers as the renderer writes them.
    fiscal = "年度" if language == "ja" else "Fiscal year"
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
                "title": y_title, "titleAngle": 0, "titleAlign": "left", "titleBaseline": "bottom", "titleX": 0, "titleY": -10, "tickCount": 5,
                "labelLimit": 0, "description": described[1],
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


def _domain(levels: Sequence[float]) -> tuple[float, float]:
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


def _unit_words(unit: str, low: float, high: float, language: str) -> str:
    cut = low > 0 or high < 0
    if language == "ja":
        return (f"単位：{unit}" if unit else "値") + ("（縦軸は0から始まりません）" if cut else "")
    return (f"Unit: {unit}" if unit else "Value") + (" (the axis does not begin at 0)" if cut else "")


def _config(size: Size) -> dict[str, Any]:
    text = {"labelFont": FONTS, "titleFont": FONTS, "labelFontSize": size.font, "titleFontSize": size.font}
    return {
        "font": FONTS,
        "view": {"stroke": None},
        "axis": {
            **text, "labelColor": COLOURS["ink"], "titleColor": COLOURS["quiet"], "titleFontWeight": "normal", "gridColor": COLOURS["line"],
            "domainColor": COLOURS["quiet"], "tickColor": COLOURS["quiet"],
        },
        "legend": {
            "orient": "bottom", "direction": "vertical" if size.columns == 1 else "horizontal", "columns": size.columns, "labelLimit": 0,
            "labelFont": FONTS, "labelFontSize": size.font, "labelColor": COLOURS["ink"], "symbolSize": size.font * 7, "symbolStrokeWidth": 2,
            "rowPadding": 4, "columnPadding": 18,
        },
        "title": {
            "font": FONTS, "subtitleFont": FONTS, "fontSize": size.font + 5, "subtitleFontSize": size.font, "color": COLOURS["ink"],
            "subtitleColor": COLOURS["quiet"], "offset": 26, "subtitlePadding": 6,
        },
        "text": {"font": FONTS},
    }


# Where things lie


def _place(day: Any) -> float:
    """A day on the axis: the fiscal year, and how much of it is over."""
    at = day if isinstance(day, date) else date.fromisoformat(str(day)[:10])
    year = fiscal_year(at)
    start, end = date(year, 4, 1), date(year + 1, 4, 1)
    return year + (at - start).days / (end - start).days


def _step(target: Mapping[str, Any]) -> list[tuple[float, float]]:
    """A target holds for its year, or for the years that are printed with it."""
    first = target.get("first_fiscal_year") or target["fiscal_year"]
    return [(first, target["value"]), (target["fiscal_year"] + 1, target["value"])]


def _years(places: Sequence[float]) -> range:
    """The fiscal years that hold all places; a target reaches to the end of its year, which is no new one."""
    first, last = floor(min(places, default=2021)), max(places, default=2021)
    return range(first, max(floor(last) + (last != floor(last)), first + 1))


def _round(value: float) -> str:
    return number_words(round(value, 2))


def _lines(text: str, longest: int) -> list[str]:
    """A name on as many lines as it needs."""
    if " " not in text:
        return [text[start:start + longest] for start in range(0, len(text), longest)] or [""]
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= longest * 2:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
