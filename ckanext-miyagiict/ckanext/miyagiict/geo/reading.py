"""Files of boundaries as they come: GeoJSON, TopoJSON, or a ZIP with one of them.

Nothing is unpacked to a disk, and nothing is trusted: sizes are counted while reading, and every shape of ours must be polygons in degrees
near Miyagi. Property names are those of 国土数値情報 N03 (``N03_007``: the code without its check digit) and a few of others.
"""

from __future__ import annotations

import json
import lzma
import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from miyagi_harvesters.municipalities import find, normalise

from ..kpi.register import MUNICIPALITIES
from ..packages.areas import area_name
from .problems import invalid
from .shapes import Ring
from .topojson import features as topology_features

__all__ = ["MOST_BYTES", "read_boundaries"]

#: N03 of the whole prefecture, as published, is some ten megabytes.
MOST_BYTES = 150_000_000
MOST_POINTS = 5_000_000
MOST_FILES = 1_000
#: Longitude, then latitude.
_AROUND_MIYAGI = ((139.5, 142.5), (37.0, 40.0))
_CODES = ("N03_007", "code6", "code5", "code", "団体コード", "全国地方公共団体コード", "行政区域コード")
_READABLE = (".geojson", ".topojson", ".json")


def read_boundaries(path: Path) -> dict[str, list[Ring]]:
    """The rings of each of the 35 municipalities, of all shapes that carry its code or that of one of its wards.

    :returns: six-digit code → rings, outer ones counter-clockwise, holes clockwise; degrees
    :raises BoundariesInvalid: it is no such file, or not all 35 are in it
    """
    file = path.name
    document = _json(_content(path), file)
    rings: dict[str, list[Ring]] = {}
    points = 0
    for number, (code, geometry) in enumerate(_shapes(document, file), start=1):
        if code is None:
            continue
        for ring in _rings(geometry, file, number, code):
            points += len(ring)
            if points > MOST_POINTS:
                raise invalid("too-large", file, detail=f"点が{MOST_POINTS:,}個を超えます")
            rings.setdefault(code, []).append(ring)
    missing = [area_name(code) for code in MUNICIPALITIES if code not in rings]
    if missing:
        raise invalid("municipalities-missing", file, detail="、".join(missing))
    return rings


def _content(path: Path) -> bytes:
    try:
        if zipfile.is_zipfile(path):
            return _from_zip(path)
        with path.open("rb") as stream:
            return _limited(stream.read(MOST_BYTES + 1), path.name)
    except OSError as error:
        raise invalid("not-readable", path.name, detail=error.strerror or "開けません") from error


def _from_zip(path: Path) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES:
                raise invalid("unsafe-zip", path.name, detail=f"ファイルが{MOST_FILES:,}個を超えます")
            found = [one for one in entries if one.filename.lower().endswith(_READABLE)]
            if len(found) != 1:
                names = "、".join(one.filename for one in found or entries)[:200]
                raise invalid("no-boundaries-in-zip", path.name, detail=names or "空です")
            if found[0].flag_bits & 1:
                raise invalid("unsafe-zip", path.name, detail="暗号化されています")
            with archive.open(found[0]) as stream:  # the size that the ZIP states may be a lie
                return _limited(stream.read(MOST_BYTES + 1), path.name)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise invalid("unsafe-zip", path.name, detail="壊れているか、読めない方式です") from error


def _limited(content: bytes, file: str) -> bytes:
    if len(content) > MOST_BYTES:
        raise invalid("too-large", file, detail=f"{MOST_BYTES // 1_000_000:,}MBまで")
    return content


def _json(content: bytes, file: str) -> Mapping[str, Any]:
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise invalid("not-readable", file, detail="JSONではありません") from error
    if not isinstance(document, dict):
        raise invalid("not-readable", file, detail="JSONのオブジェクトではありません")
    return document


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _shapes(document: Mapping[str, Any], file: str) -> Iterator[tuple[str | None, Any]]:
    """The code of ours that each shape belongs to, None for others, and its geometry."""
    kind = document.get("type")
    if kind == "Topology":
        listed: Any = topology_features(document, file, MOST_POINTS)
    elif kind == "FeatureCollection" and isinstance(document.get("features"), list):
        listed = document["features"]
    else:
        raise invalid("not-readable", file, detail=f"種類（type）が FeatureCollection でも Topology でもありません：{str(kind)[:40]}")
    for feature in listed:
        if not isinstance(feature, dict):
            raise invalid("not-readable", file, detail="features にオブジェクトでないものがあります")
        yield _code(feature), feature.get("geometry")


def _code(feature: Mapping[str, Any]) -> str | None:
    properties = feature.get("properties")
    said = [properties.get(name) for name in _CODES] if isinstance(properties, dict) else []
    for text in (*said, feature.get("id")):
        code = normalise(str(text)) if isinstance(text, str | int) and len(str(text)) <= 10 else None
        if code:
            ours = find(organization_id=code).code  # a ward's city, a former town's successor
            return ours if ours in MUNICIPALITIES else None
    return None


def _rings(geometry: Any, file: str, number: int, code: str) -> Iterator[Ring]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise invalid("wrong-geometry", file, row=number, value=area_name(code), detail=f"種類が {str(kind)[:40]} です")
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    for polygon in polygons if isinstance(polygons, list) else [None]:
        if not isinstance(polygon, list) or not polygon:
            raise invalid("wrong-geometry", file, row=number, value=area_name(code), detail="座標がありません")
        for place, ring in enumerate(polygon):
            yield _turned([_point(one, file, number, code) for one in _closed(ring, file, number, code)], is_outer=place == 0)


def _closed(ring: Any, file: str, number: int, code: str) -> list[Any]:
    if not isinstance(ring, list) or len(ring) < 4 or ring[0] != ring[-1]:
        raise invalid("wrong-geometry", file, row=number, value=area_name(code), detail="閉じていない線があります")
    return ring


def _point(one: Any, file: str, number: int, code: str) -> tuple[float, float]:
    if not isinstance(one, list) or len(one) < 2 or not all(type(value) in (int, float) for value in one[:2]):
        raise invalid("wrong-geometry", file, row=number, value=area_name(code), detail="座標が数値の組ではありません")
    for value, (least, most) in zip(one, _AROUND_MIYAGI, strict=False):
        if not math.isfinite(value) or not least <= value <= most:
            detail = f"宮城県の経度・緯度ではない座標があります：{one[0]:g}, {one[1]:g}"
            raise invalid("wrong-geometry", file, row=number, value=area_name(code), detail=detail)
    return float(one[0]), float(one[1])


def _turned(ring: Ring, *, is_outer: bool) -> Ring:
    """Outer rings counter-clockwise and holes clockwise, whatever way the file has them."""
    doubled = sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, ring[1:], strict=False))
    return ring if (doubled > 0) == is_outer else ring[::-1]
