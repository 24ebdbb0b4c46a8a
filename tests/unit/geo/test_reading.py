"""Files of boundaries: what is read, and what is refused with a reason, however hostile it is."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ckanext.miyagiict.geo import reading
from ckanext.miyagiict.geo.problems import BoundariesInvalid
from ckanext.miyagiict.geo.reading import read_boundaries
from ckanext.miyagiict.geo.shapes import outline
from ckanext.miyagiict.kpi.register import MUNICIPALITIES

SENDAI = "041009"


def square(place: int, size: float = 0.01) -> list[list[float]]:
    """Squares in a row of ten, then the next row."""
    x, y = 140.5 + place % 10 * 0.02, 38.0 + place // 10 * 0.02
    return [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]


def feature(code: str, ring: Any, name: str = "N03_007", kind: str = "Polygon") -> dict[str, Any]:
    return {"type": "Feature", "properties": {name: code}, "geometry": {"type": kind, "coordinates": [ring] if kind == "Polygon" else ring}}


def all_of_miyagi(**more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [feature(code[:5], square(place)) for place, code in enumerate(MUNICIPALITIES)], **more}


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(document: Any, name: str = "N03.geojson") -> Path:
        path = tmp_path / name
        path.write_bytes(document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode())
        return path

    return write


def refused(path: Path) -> tuple[str, str]:
    with pytest.raises(BoundariesInvalid) as error:
        read_boundaries(path)
    assert error.value.problem.message_en
    return error.value.problem.kind.type, str(error.value)


# What is read


@pytest.mark.parametrize("name", ["N03_007", "code6", "code", "団体コード"])
def test_geojson_by_any_name_of_the_code(write: Any, name: str) -> None:
    document = {"type": "FeatureCollection", "features": [feature(code, square(place), name) for place, code in enumerate(MUNICIPALITIES)]}
    assert set(read_boundaries(write(document))) == set(MUNICIPALITIES)


def test_shapes_of_one_code_and_wards_belong_together(write: Any) -> None:
    """N03 has a feature for each island, and Sendai by its wards; a town that became a city is the city."""
    document = all_of_miyagi()
    document["features"] += [feature(code, square(40 + place)) for place, code in enumerate(["04101", "04105", "04423", "13101", ""])]
    rings = read_boundaries(write(document))
    assert {code: len(own) for code, own in rings.items() if len(own) > 1} == {SENDAI: 3, "042161": 2}


def test_rings_are_turned(write: Any) -> None:
    """Outer rings counter-clockwise and holes clockwise, whatever the file has."""
    document = all_of_miyagi()
    hole = [[x + 0.002, y + 0.002] for x, y in square(0, 0.004)]
    document["features"][0]["geometry"]["coordinates"] = [square(0)[::-1], hole]
    outer, inner = read_boundaries(write(document))[SENDAI]
    assert outer == [tuple(point) for point in square(0)]
    assert inner == [tuple(point) for point in hole[::-1]]


def test_topojson_with_and_without_whole_numbers(write: Any) -> None:
    """A shared border is there once, and named backwards by the other side."""
    codes = [code[:5] for code in MUNICIPALITIES]
    arcs = [[[0, 0], [0, 100]], [[0, 100], [-100, 0], [0, -100], [100, 0]], [[0, 0], [100, 0], [0, 100], [-100, 0]]]
    geometries = [
        {"type": "Polygon", "arcs": [[0, 1]], "properties": {"N03_007": codes[0]}},
        *({"type": "MultiPolygon", "arcs": [[[~0, 2]]], "properties": {"N03_007": code}} for code in codes[1:]),
    ]
    topology = {
        "type": "Topology", "objects": {"N03": {"type": "GeometryCollection", "geometries": geometries}},
        "transform": {"scale": [0.001, 0.001], "translate": [140.5, 38.0]}, "arcs": arcs,
    }
    rings = read_boundaries(write(topology, "N03.topo.json"))
    assert {(round(x, 3), round(y, 3)) for x, y in rings[SENDAI][0]} == {(140.5, 38.0), (140.5, 38.1), (140.4, 38.1), (140.4, 38.0)}
    absolute = {**topology, "transform": None, "arcs": [
        [[140.5, 38.0], [140.5, 38.1]], [[140.5, 38.1], [140.4, 38.1], [140.4, 38.0], [140.5, 38.0]],
        [[140.5, 38.0], [140.6, 38.0], [140.6, 38.1], [140.5, 38.1]],
    ]}
    again = read_boundaries(write(absolute, "N03.topo.json"))
    rounded = [[[(round(x, 6), round(y, 6)) for x, y in ring] for ring in one[SENDAI]] for one in (rings, again)]
    assert rounded[0] == rounded[1]


def test_a_zip_with_one_file_of_boundaries(tmp_path: Path) -> None:
    """As N03 comes: beside other files; the name inside is only looked at."""
    path = tmp_path / "N03_GML.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/N03-21_04_210101.geojson", json.dumps(all_of_miyagi()))
        archive.writestr("N03-21_04_210101.shp", b"shape")
        archive.writestr("KS-META-N03-21_04_210101.xml", "<x/>")
    assert len(read_boundaries(path)) == 35
    assert sorted(one.name for one in tmp_path.iterdir()) == ["N03_GML.zip"]


# What is refused


@pytest.mark.parametrize(
    ("document", "type", "words"),
    [
        (b"", "not-readable", "JSONではありません"), (b"\xff\xfe", "not-readable", "JSON"), (b"[1]", "not-readable", "オブジェクト"),
        (b"[" * 100_000, "not-readable", "JSON"), (b'{"type": NaN}', "not-readable", "JSON"),
        ({"type": "Feature"}, "not-readable", "FeatureCollection"), ({"type": "FeatureCollection"}, "not-readable", "FeatureCollection"),
        ({"type": "FeatureCollection", "features": [1]}, "not-readable", "features"),
        ({"type": "FeatureCollection", "features": []}, "municipalities-missing", "仙台市"),
        ({"type": "Topology"}, "not-readable", "TopoJSON"), ({"type": "Topology", "arcs": [1], "objects": {}}, "not-readable", "TopoJSON"),
        ({"type": "Topology", "arcs": [], "objects": {"a": {"type": "Polygon", "arcs": [[5]]}}}, "not-readable", "TopoJSON"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_files_that_are_no_boundaries(write: Any, document: Any, type: str, words: str) -> None:
    found, sentence = refused(write(document))
    assert (found, words in sentence) == (type, True)


@pytest.mark.parametrize(
    "geometry",
    [
        None, {"type": "Point", "coordinates": [140.9, 38.3]}, {"type": "LineString", "coordinates": [[140.9, 38.3], [141, 38.4]]},
        {"type": "Polygon"}, {"type": "Polygon", "coordinates": []}, {"type": "Polygon", "coordinates": [[]]},
        {"type": "Polygon", "coordinates": [[[140.9, 38.3]] * 3]},
        {"type": "Polygon", "coordinates": [square(0)[:-1]]}, {"type": "Polygon", "coordinates": [[["140.9", "38.3"]] * 4]},
        {"type": "Polygon", "coordinates": [[[140.9]] * 4]}, {"type": "Polygon", "coordinates": [[[True, 38.3]] * 4]},
        {"type": "Polygon", "coordinates": [[[y, x] for x, y in square(0)]]},
        {"type": "Polygon", "coordinates": [[[x * 1000, y] for x, y in square(0)]]},
        {"type": "MultiPolygon", "coordinates": 5}, {"type": "GeometryCollection", "geometries": []},
    ],
    ids=lambda value: str(value)[:50],
)
def test_shapes_that_cannot_be_drawn(write: Any, geometry: Any) -> None:
    """With the number of the shape, and whose it is."""
    document = all_of_miyagi()
    document["features"][2]["geometry"] = geometry
    found, sentence = refused(write(document))
    assert found == "wrong-geometry"
    assert "3番目の図形（塩竈市）" in sentence


def test_a_map_with_a_hole_is_no_map(write: Any) -> None:
    """All 35 must be there; those that are missing are named."""
    document = all_of_miyagi()
    del document["features"][5:7]
    found, sentence = refused(write(document))
    assert found == "municipalities-missing"
    assert "名取市、角田市" in sentence


def test_sizes_are_limited(write: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of a file, of what a ZIP becomes when it is unpacked, and of arcs that are named again and again."""
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("N03.geojson", b" " * 3_000_000)
    monkeypatch.setattr(reading, "MOST_BYTES", 1_000_000)
    assert bomb.stat().st_size < 10_000
    assert refused(bomb)[0] == refused(write(b" " * 1_000_001))[0] == "too-large"
    ring = [[140.5 + place / 10_000, 38.0] for place in range(1000)]
    arcs = {"type": "Topology", "arcs": [ring], "objects": {"a": {"type": "Polygon", "arcs": [[0] * 10_000], "properties": {"N03_007": "04100"}}}}
    assert refused(write(arcs))[0] == "too-large"
    monkeypatch.setattr(reading, "MOST_POINTS", 100)
    assert refused(write(all_of_miyagi()))[0] == "too-large"


@pytest.mark.parametrize("names", [[], ["a.shp", "a.dbf"], ["a.geojson", "b.geojson"]])
def test_a_zip_must_hold_one_file_of_boundaries(tmp_path: Path, names: list[str]) -> None:
    """None of them says what to do."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
    found, sentence = refused(path)
    assert (found, "シェープファイルは読めません" in sentence) == ("no-boundaries-in-zip", True)


def test_broken_and_crowded_zips(tmp_path: Path) -> None:
    crowded = tmp_path / "crowded.zip"
    with zipfile.ZipFile(crowded, "w") as archive:
        for number in range(1001):
            archive.writestr(f"{number}.txt", "")
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(broken, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", json.dumps(all_of_miyagi()))
    content = bytearray(broken.read_bytes())
    content[60:200] = b"\0" * 140
    broken.write_bytes(content)
    assert refused(crowded)[0] == refused(broken)[0] == "unsafe-zip"


# Real files


@pytest.mark.parametrize("name", ["N03-21_04_210101.topo.json", "miyagi-35-municipalities.geojson"])
def test_real_boundaries(name: str) -> None:
    """N03 in both forms: all 35, Sendai's wards joined to one piece of land, and small enough for a page."""
    folder = os.environ.get("MIYAGI_STANDARDS")
    if not folder:
        pytest.skip("MIYAGI_STANDARDS is not set: not checked with real boundaries")
    areas = outline(read_boundaries(Path(folder) / name))
    assert set(areas) == set(MUNICIPALITIES)
    sizes = sorted((len(polygon[0]) for polygon in areas[SENDAI]["coordinates"]), reverse=True)
    assert sizes[0] > 10 * sum(sizes[1:])
    assert sum(len(ring) for area in areas.values() for polygon in area["coordinates"] for ring in polygon) < 4_000
