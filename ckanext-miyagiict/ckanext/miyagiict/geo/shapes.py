"""Areas made of rings: several of one municipality joined, borders simplified once for both their sides.

Works on whole numbers (millionths of a degree), so that two municipalities' common border is the same points in both. That is so in N03 and
in what is made of it; where a file has other points on either side, areas are still drawn, with their own line each.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

__all__ = ["Ring", "outline"]

#: Longitude and latitude in degrees; the last point is the first again.
Ring = list[tuple[float, float]]

Point = tuple[int, int]
Line = tuple[Point, ...]

_MILLION = 1_000_000
_METRES_A_DEGREE = 111_320.0


def outline(rings: Mapping[str, Iterable[Ring]], tolerance: float = 200.0) -> dict[str, dict[str, Any]]:
    """The area of each key as GeoJSON, with inner borders dissolved.

    :param rings: outer ones counter-clockwise, holes clockwise
    :param tolerance: metres by which a border may move; islands smaller than its square go, but of each area the largest part stays
    :returns: key → ``MultiPolygon``, degrees with five decimals (about a metre)
    """
    joined = {key: _joined(own) for key, own in rings.items()}
    corners = _corners(joined.values())
    middle = [point[1] for own in joined.values() for ring in own for point in ring]
    stretch = math.cos(math.radians((min(middle) + max(middle)) / 2 / _MILLION)) if middle else 1.0
    small = _Simplifier(tolerance / _METRES_A_DEGREE * _MILLION, stretch)
    return {key: _geojson(_kept([_simplified(ring, corners, small) for ring in own], own, small)) for key, own in joined.items()}


def _joined(rings: Iterable[Ring]) -> list[Line]:
    """Rings without the edges that two of them share in opposite directions; an edge that is there twice counts once."""
    edges: set[tuple[Point, Point]] = set()
    for ring in rings:
        points = [(round(x * _MILLION), round(y * _MILLION)) for x, y in ring]
        for edge in zip(points, points[1:], strict=False):
            if edge[0] != edge[1]:
                if edge[::-1] in edges:
                    edges.remove(edge[::-1])
                else:
                    edges.add(edge)
    return _chained(edges)


def _chained(edges: Iterable[tuple[Point, Point]]) -> list[Line]:
    """Edges as closed rings that touch themselves nowhere; each begins with its least point."""
    following: dict[Point, list[Point]] = defaultdict(list)
    for start, end in sorted(edges, reverse=True):
        following[start].append(end)
    rings: list[Line] = []
    for start in sorted(following):
        while following[start]:
            path, places = [start], {start: 0}
            while following[path[-1]]:
                after = following[path[-1]].pop()
                if after in places:
                    begin = places[after]
                    if len(path) - begin > 2:
                        rings.append(_from_least(tuple(path[begin:])))
                    for point in path[begin + 1:]:
                        del places[point]
                    del path[begin + 1:]
                else:
                    places[after] = len(path)
                    path.append(after)
    return sorted(rings)


def _from_least(points: Line) -> Line:
    """A ring, without its last point, that begins with its least one."""
    begin = points.index(min(points))
    return points[begin:] + points[:begin]


def _corners(areas: Iterable[Sequence[Line]]) -> set[Point]:
    """Points where more than two borders meet, or a border begins to be another one's as well: they stay where they are."""
    beside: dict[Point, set[Point]] = defaultdict(set)
    for own in areas:
        for ring in own:
            for before, point in zip((ring[-1], *ring), ring, strict=False):
                beside[point].add(before)
                beside[before].add(point)
    return {point for point, others in beside.items() if len(others) > 2}


class _Simplifier:
    """Leaves out points (Ramer, Douglas, Peucker); a line gives the same result from both its ends.

    :param tolerance: in millionths of a degree of latitude
    :param stretch: how long a degree of longitude is beside one of latitude
    """

    def __init__(self, tolerance: float, stretch: float) -> None:
        self.tolerance = tolerance
        self.stretch = stretch
        self._done: dict[Line, Line] = {}

    def line(self, points: Line) -> Line:
        turned = points[::-1] < points
        line = points[::-1] if turned else points
        if line not in self._done:
            self._done[line] = self._reduced(line)
        return self._done[line][::-1] if turned else self._done[line]

    def area(self, ring: Sequence[Point]) -> float:
        """Positive counter-clockwise."""
        doubled = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, (*ring[1:], ring[0]), strict=True))
        return doubled / 2 * self.stretch

    def _reduced(self, line: Line) -> Line:
        kept = {0, len(line) - 1}
        parts = [(0, len(line) - 1)]
        if line[0] == line[-1]:  # closed: its farthest point stays too
            far = max(range(len(line)), key=lambda place: self._from_segment(line[place], line[0], line[0]))
            kept.add(far)
            parts = [(0, far), (far, len(line) - 1)]
        while parts:
            first, last = parts.pop()
            if last - first < 2:
                continue
            far = max(range(first + 1, last), key=lambda place: self._from_segment(line[place], line[first], line[last]))
            if self._from_segment(line[far], line[first], line[last]) > self.tolerance:
                kept.add(far)
                parts += [(first, far), (far, last)]
        return tuple(line[place] for place in sorted(kept))

    def _from_segment(self, point: Point, start: Point, end: Point) -> float:
        x, y = (point[0] - start[0]) * self.stretch, point[1] - start[1]
        along_x, along_y = (end[0] - start[0]) * self.stretch, end[1] - start[1]
        length = along_x * along_x + along_y * along_y
        part = max(0.0, min(1.0, (x * along_x + y * along_y) / length)) if length else 0.0
        return math.hypot(x - part * along_x, y - part * along_y)


def _simplified(ring: Line, corners: set[Point], small: _Simplifier) -> Line:
    """A ring, line by line between its corners."""
    places = [place for place, point in enumerate(ring) if point in corners]
    if not places:
        return small.line((*ring, ring[0]))[:-1]
    turned = ring[places[0]:] + ring[:places[0]]
    begins = [place - places[0] for place in places]
    result: list[Point] = []
    for begin, end in zip(begins, (*begins[1:], len(turned)), strict=True):
        result += small.line((*turned, turned[0])[begin:end + 1])[:-1]
    return tuple(result)


def _kept(rings: Sequence[Line], whole: Sequence[Line], small: _Simplifier) -> list[Line]:
    """Rings that are still areas of some size, outer ones first by size; the largest outer one always, if need be as it was."""
    largest = max(range(len(whole)), key=lambda place: small.area(whole[place]))
    kept = []
    for place, (ring, before) in enumerate(zip(rings, whole, strict=True)):
        if len(ring) < 3 or (small.area(ring) > 0) != (small.area(before) > 0):
            ring = before if place == largest else ()
        if ring and (place == largest or abs(small.area(ring)) >= small.tolerance**2):
            kept.append(ring)
    return sorted(kept, key=lambda ring: -small.area(ring))


def _geojson(rings: Sequence[Line]) -> dict[str, Any]:
    """Each hole with the smallest outer ring around it: the one around the middle of an edge, for in corners the two may touch."""
    outer = [ring for ring in rings if _doubled(ring) > 0]
    holes: dict[Line, list[Line]] = {ring: [] for ring in outer}
    for hole in rings:
        if _doubled(hole) < 0 and (around := [ring for ring in outer if _holds(ring, _middle(hole[0], hole[1]))]):
            holes[around[-1]].append(hole)
    return {"type": "MultiPolygon", "coordinates": [[_degrees(ring), *(_degrees(hole) for hole in holes[ring])] for ring in outer]}


def _doubled(ring: Line) -> int:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, (*ring[1:], ring[0]), strict=True))


def _middle(a: Point, b: Point) -> tuple[float, float]:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def _holds(ring: Line, point: tuple[float, float]) -> bool:
    """Whether a point lies in a ring: an odd number of its edges are crossed on the way out."""
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def _degrees(ring: Line) -> list[list[float]]:
    return [[round(x / _MILLION, 5), round(y / _MILLION, 5)] for x, y in (*ring, ring[0])]
