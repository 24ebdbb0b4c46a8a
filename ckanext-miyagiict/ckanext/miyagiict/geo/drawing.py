"""Areas as paths of an SVG: equirectangular projection, true to scale along the middle parallel."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Drawing", "draw"]


@dataclass(frozen=True)
class Drawing:
    """:param paths: key → ``d`` of a path, whose holes need ``fill-rule="evenodd"``"""

    width: int
    height: int
    paths: Mapping[str, str]


def draw(areas: Mapping[str, Mapping[str, Any]], width: int = 600, margin: int = 4) -> Drawing:
    """Draw areas side by side.

    :param areas: key → GeoJSON ``Polygon`` or ``MultiPolygon``, degrees
    :param width: of the drawing, in its own units; the height follows
    """
    rings = {key: [ring for polygon in _polygons(shape) for ring in polygon] for key, shape in areas.items()}
    points = [point for own in rings.values() for ring in own for point in ring]
    if not points:
        return Drawing(width, width, {})
    west, east = min(point[0] for point in points), max(point[0] for point in points)
    south, north = min(point[1] for point in points), max(point[1] for point in points)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = (width - 2 * margin) / (((east - west) * narrow) or 1)

    def place(point: list[float]) -> str:
        return f"{(point[0] - west) * narrow * scale + margin:.1f} {(north - point[1]) * scale + margin:.1f}"

    paths = {key: "".join(f"M{'L'.join(place(point) for point in ring[:-1])}Z" for ring in own) for key, own in rings.items()}
    return Drawing(width, math.ceil((north - south) * scale) + 2 * margin, paths)


def _polygons(shape: Mapping[str, Any]) -> list[Any]:
    return [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
