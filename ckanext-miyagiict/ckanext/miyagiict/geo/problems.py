"""What can be wrong with a file of boundaries: what, where, why, and what to do."""

from __future__ import annotations

from ..packages.problems import Problem, ProblemKind

__all__ = ["KINDS", "BoundariesInvalid", "invalid"]

KINDS: dict[str, ProblemKind] = {}


def _kind(type: str, title: str, title_en: str, ja: tuple[str, str], en: tuple[str, str]) -> None:
    KINDS[type] = ProblemKind(type, title, title_en, ja[0], en[0], ja[1], en[1])


_kind(
    "not-readable", "境界のファイルとして読めません", "Not a file of boundaries",
    (
        "「{file}」を境界のファイルとして読めません（{detail}）。",
        "国土数値情報の行政区域データ（N03）のGeoJSON、TopoJSON、またはそれを含むZIPを指定してください。",
    ),
    ("{file} cannot be read as boundaries ({detail}).", "Give GeoJSON or TopoJSON of N03, or a ZIP that holds it."),
)
_kind(
    "too-large", "ファイルが大きすぎます", "File too large",
    ("「{file}」は大きすぎます（{detail}）。", "宮城県だけのファイルを使うか、あらかじめ形を簡略にしてください。"),
    ("{file} is too large ({detail}).", "Use a file of the prefecture alone, or simplify it before."),
)
_kind(
    "unsafe-zip", "ZIPファイルを開けません", "ZIP cannot be opened",
    ("ZIPファイル「{file}」は使えません（{detail}）。", "ZIPを展開して、中のGeoJSONファイルを指定してください。"),
    ("ZIP {file} cannot be used ({detail}).", "Unpack it and give the GeoJSON file."),
)
_kind(
    "no-boundaries-in-zip", "ZIPの中に境界のファイルがありません", "No boundaries in the ZIP",
    (
        "ZIPファイル「{file}」の中に、読めるファイルが1つに決まりません（{detail}）。",
        "GeoJSONかTopoJSONを1つだけ含むZIPにするか、ZIPを展開してそのファイルを指定してください。シェープファイルは読めません。",
    ),
    (
        "ZIP {file} does not hold exactly one file that can be read ({detail}).",
        "Give the GeoJSON or TopoJSON itself. Shapefiles cannot be read.",
    ),
)
_kind(
    "wrong-geometry", "図形を使えません", "Shape cannot be used",
    (
        "「{file}」の{row}番目の図形（{value}）は使えません（{detail}）。",
        "面（Polygon、MultiPolygon）の、経度・緯度（度）のデータを使ってください。",
    ),
    ("{file}, shape {row} ({value}) cannot be used ({detail}).", "Use polygons in degrees of longitude and latitude."),
)
_kind(
    "municipalities-missing", "市町村がそろっていません", "Municipalities are missing",
    (
        "「{file}」に、次の市町村の境界がありません：{detail}。",
        "県内35市町村がすべて含まれるファイルを使ってください。団体コードの属性（N03_007 など）があることも確かめてください。",
    ),
    ("{file} has no boundaries of: {detail}.", "Use a file with all 35 municipalities, and with their codes (N03_007)."),
)


class BoundariesInvalid(Exception):
    """A file that is not taken; nothing was changed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def invalid(type: str, file: str, *, detail: str = "", row: int | None = None, value: str = "") -> BoundariesInvalid:
    """:raises KeyError: the kind is not in the catalogue"""
    return BoundariesInvalid(Problem(KINDS[type], file, row=row, value=value, detail=detail))
