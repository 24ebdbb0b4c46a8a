"""TopoJSON as GeoJSON features: shared borders ("arcs") are put together to rings, whole numbers become degrees.

Format: github.com/topojson/topojson-specification, of which only polygons concern us.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .problems import BoundariesInvalid, invalid

__all__ = ["features"]

Line = list[list[float]]


def features(topology: Mapping[str, Any], file: str, most_points: int) -> Iterator[dict[str, Any]]:
    """Every geometry of every object, with its properties and id.

    :param most_points: of all geometries together: arcs can be named any number of times
    :raises BoundariesInvalid: it is no TopoJSON
    """
    try:
        arcs = [_decoded(arc, topology.get("transform")) for arc in topology["arcs"]]
        left = most_points
        for object in topology["objects"].values():
            for geometry in object["geometries"] if object["type"] == "GeometryCollection" else [object]:
                coordinates = _coordinates(geometry, arcs)
                left -= _count(coordinates)
                if left < 0:
                    raise invalid("too-large", file, detail=f"点が{most_points:,}個を超えます")
                shape = {"type": geometry.get("type"), "coordinates": coordinates}
                yield {"type": "Feature", "id": geometry.get("id"), "properties": geometry.get("properties"), "geometry": shape}
    except BoundariesInvalid:
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise invalid("not-readable", file, detail="TopoJSONの書き方に誤りがあります") from error


def _decoded(arc: list[list[float]], transform: Mapping[str, Any] | None) -> Line:
    """An arc in degrees: with a transform its points are steps from one to the next, in whole numbers."""
    if transform is None:
        return [[point[0], point[1]] for point in arc]
    (scale_x, scale_y), (move_x, move_y) = transform["scale"], transform["translate"]
    line, x, y = [], 0, 0
    for step in arc:
        x, y = x + step[0], y + step[1]
        line.append([x * scale_x + move_x, y * scale_y + move_y])
    return line


def _coordinates(geometry: Mapping[str, Any], arcs: list[Line]) -> Any:
    if geometry.get("type") == "Polygon":
        return [_ring(ring, arcs) for ring in geometry["arcs"]]
    if geometry.get("type") == "MultiPolygon":
        return [[_ring(ring, arcs) for ring in polygon] for polygon in geometry["arcs"]]
    return None


def _ring(numbers: list[int], arcs: list[Line]) -> Line:
    """Arcs one after the other; a negative number (``~n``) is arc n backwards. The last point of one is the first of the next."""
    ring: Line = []
    for number in numbers:
        line = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += line[1:] if ring else line
    return ring


def _count(coordinates: Any) -> int:
    if not isinstance(coordinates, list):
        return 0
    if coordinates and isinstance(coordinates[0], list) and coordinates[0] and isinstance(coordinates[0][0], float | int):
        return len(coordinates)
    return sum(_count(one) for one in coordinates)
