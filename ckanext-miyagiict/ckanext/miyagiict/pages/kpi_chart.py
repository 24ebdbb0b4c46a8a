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
from .kpi_chart_frame import COLOURS, WIDE, Size, axes, config, domain, unit_words
from .kpi_words import amount_words
from .words import date_words, fiscal_year_words, number_words, time_words

__all__ = ["Chart", "chart"]

Kpi = Mapping[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
#: Labels of that many targets stand beside their points.
_MOST_LABELS = 8


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
    low, high = domain(levels + [value for _, value in readings])
    y_title = unit_words(kpi["unit"], low, high, language)
    spec = {
        "$schema": SCHEMA,
        "width": size.width, "height": size.height, "autosize": {"type": "fit", "contains": "padding"}, "padding": 6,
        "background": COLOURS["ground"],
        "layer": [
            _borders(years), *_baseline_line(baseline, years), *_target_line(steps), *_reading_line(readings),
            *_points(points, axes(years, (low, high), y_title, size, language), language, size), *_labels(points, size),
        ],
        "config": config(size),
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
        shown = f"目標値{targets}点、実績{values}点を示しています。同じ数値はこの図の後の表にあります。"
        return f"{kpi['sentence']}横軸は年度、縦軸は値です。{shown}"
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
        "mark": {
            "type": "text", "align": "right", "dx": -6, "dy": -size.font + 1, "fontSize": size.font, "fill": COLOURS["target"],
            "aria": False,
        },
        "encoding": {
            "x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"},
            "text": {"field": "text", "type": "nominal"},
        },
    }]


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
