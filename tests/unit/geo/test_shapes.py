"""Areas: joined without what lies between them, simplified the same on both sides of a border, and drawn."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.miyagiict.geo.drawing import draw
from ckanext.miyagiict.geo.shapes import Ring, outline


def cell(x: int, y: int) -> Ring:
    """A square of a grid, about a kilometre wide, counter-clockwise."""
    west, south, size = 140.5 + x * 0.01, 38.0 + y * 0.01, 0.01
    return [(round(a, 6), round(b, 6)) for a, b in [
        (west, south), (west + size, south), (west + size, south + size), (west, south + size), (west, south),
    ]]


def area(shape: dict[str, Any]) -> float:
    """In cells."""
    rings = [ring for polygon in shape["coordinates"] for ring in polygon]
    return sum(a[0] * b[1] - b[0] * a[1] for ring in rings for a, b in zip(ring, ring[1:], strict=False)) / 2 / 0.0001


def edges(shape: dict[str, Any]) -> set[tuple[tuple[float, float], tuple[float, float]]]:
    rings = [ring for polygon in shape["coordinates"] for ring in polygon]
    return {(tuple(a), tuple(b)) for ring in rings for a, b in zip(ring, ring[1:], strict=False)}


def test_neighbours_become_one_area() -> None:
    """What lies between them is gone, and points that lie on a straight line with it."""
    shape = outline({"a": [cell(0, 0), cell(1, 0), cell(0, 1), cell(1, 1)]})["a"]
    assert [len(ring) - 1 for polygon in shape["coordinates"] for ring in polygon] == [4]
    assert round(area(shape), 6) == 4


def test_a_ring_of_cells_has_a_hole() -> None:
    """Which belongs to the area around it."""
    around = [cell(x, y) for x in range(3) for y in range(3) if (x, y) != (1, 1)]
    shape = outline({"a": [*around, cell(9, 9)], "b": [cell(1, 1)]})["a"]
    assert [len(polygon) for polygon in shape["coordinates"]] == [2, 1]
    assert round(area(shape), 6) == 9


def test_the_same_shape_twice_is_one() -> None:
    assert outline({"a": [cell(0, 0), cell(0, 0)]}) == outline({"a": [cell(0, 0)]})


def test_an_island_that_nobody_could_see_goes() -> None:
    """But the largest part stays, however small."""
    rock = [(140.9, 38.9), (140.9001, 38.9), (140.9001, 38.9001), (140.9, 38.9001), (140.9, 38.9)]
    assert len(outline({"a": [cell(0, 0), rock]})["a"]["coordinates"]) == 1
    assert len(outline({"a": [rock]})["a"]["coordinates"]) == 1


def zigzag(offsets: list[float]) -> list[tuple[float, float]]:
    """A border from south to north."""
    steps = len(offsets) + 1
    between = [(round(140.6 + offset / 1000, 6), round(38.0 + 0.1 * (place + 1) / steps, 6)) for place, offset in enumerate(offsets)]
    return [(140.6, 38.0), *between, (140.6, 38.1)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(-5, 5), max_size=40), st.floats(1, 1000))
def test_a_common_border_stays_common(offsets: list[float], tolerance: float) -> None:
    """Whatever is left out of it: no gap and no overlap, and both areas together as large as before."""
    border = zigzag(offsets)
    west = [(140.5, 38.0), *border, (140.5, 38.1), (140.5, 38.0)]
    east = [(140.7, 38.1), *border[::-1], (140.7, 38.0), (140.7, 38.1)]
    shapes = outline({"west": [west], "east": [east]}, tolerance)
    inner = {edge for edge in edges(shapes["west"]) if 140.55 < edge[0][0] < 140.65 and 140.55 < edge[1][0] < 140.65}
    assert inner
    assert {edge[::-1] for edge in inner} <= edges(shapes["east"])
    assert round(area(shapes["west"]) + area(shapes["east"]), 3) == 200


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 5)), st.sampled_from("abc"), min_size=1))
def test_joining_loses_no_land(owners: dict[tuple[int, int], str]) -> None:
    """Any areas of cells, touching in corners, with holes and enclaves: each is as large as its cells, with a closed outline."""
    cells: dict[str, list[Ring]] = {}
    for (x, y), owner in owners.items():
        cells.setdefault(owner, []).append(cell(x, y))
    for owner, shape in outline(cells, tolerance=1).items():
        assert round(area(shape), 3) == len(cells[owner])
        assert all(ring[0] == ring[-1] and len(set(map(tuple, ring))) == len(ring) - 1 for polygon in shape["coordinates"] for ring in polygon)


def test_a_hole_that_touches_its_outline_in_a_corner() -> None:
    """Belongs to it, whichever corner it begins with."""
    for turned in range(4):
        around = [(x, y) for x in range(3) for y in range(3) if (x, y) not in ((1, 1), [(0, 0), (0, 2), (2, 2), (2, 0)][turned])]
        shape = outline({"a": [cell(x, y) for x, y in around]}, tolerance=1)["a"]
        assert round(area(shape), 3) == len(around)


def test_a_drawing_keeps_north_up_and_east_right() -> None:
    """And shapes as wide beside their height as on the ground."""
    drawing = draw(outline({"south-west": [cell(0, 0)], "north-east": [cell(9, 9)]}), width=200, margin=0)
    corners = {key: [tuple(map(float, pair.split())) for pair in re.findall(r"[\d.]+ [\d.]+", path)] for key, path in drawing.paths.items()}
    assert max(x for x, _y in corners["south-west"]) < min(x for x, _y in corners["north-east"])
    assert min(y for _x, y in corners["south-west"]) > max(y for _x, y in corners["north-east"])
    xs, ys = zip(*corners["south-west"], strict=True)
    assert 0.77 < (max(xs) - min(xs)) / (max(ys) - min(ys)) < 0.80  # cos 38°
    assert max(x for own in corners.values() for x, _y in own) <= drawing.width
    assert max(y for own in corners.values() for _x, y in own) <= drawing.height


def test_nothing_to_draw() -> None:
    assert draw({}).paths == {}
