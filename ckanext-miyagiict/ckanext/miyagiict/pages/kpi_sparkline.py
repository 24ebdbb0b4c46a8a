"""A line so small that it stands in a row of a list: how a KPI went from its baseline on, and the level of its target.

Made here and not by the renderer of charts: a list has hundreds. It adds nothing to the words beside it and is hidden from screen readers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

__all__ = ["sparkline"]

_WIDTH, _HEIGHT, _EDGE = 96, 28, 4


def sparkline(kpi: Mapping[str, Any]) -> str:
    """An ``<svg>`` of numbers alone; empty where there is no value.

    :param kpi: as ``miyagiict_kpi_list`` gives it
    """
    series, baseline, target = kpi["series"], kpi["baseline"], kpi["target"]
    if not series:
        return ""
    points = [(date.fromisoformat(day).toordinal(), float(value)) for day, value in series]
    if baseline["value"] is not None and baseline["as_of"]:
        points.insert(0, (date.fromisoformat(baseline["as_of"]).toordinal(), float(baseline["value"])))
    level = None if target is None or target["value"] is None else float(target["value"])
    xs = _scaled([at for at, _ in points], _EDGE, _WIDTH - _EDGE)
    ys = _scaled([*(value for _, value in points), *([] if level is None else [level])], _HEIGHT - _EDGE, _EDGE)
    drawn = " ".join([f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=False)])
    last_x, last_y = drawn.rpartition(" ")[2].split(",")
    wanted = "" if level is None else f'<path class="mi-spark-target" d="M0 {ys[-1]:.1f}H{_WIDTH}"/>'
    return (
        f'<svg class="mi-spark" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" aria-hidden="true" focusable="false">'
        f'{wanted}<polyline points="{drawn}"/><circle cx="{last_x}" cy="{last_y}" r="3"/></svg>'
    )


def _scaled(values: Sequence[float], start: float, end: float) -> list[float]:
    """From the values' range to places; in the middle where all are one."""
    low, high = min(values), max(values)
    if low == high:
        return [(start + end) / 2] * len(values)
    step = (end - start) / (high - low)
    return [start + (value - low) * step for value in values]
