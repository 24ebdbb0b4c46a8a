"""Draws charts on the server: Vega-Lite to SVG and PNG, each kept under the hash of what it was made from.

An SVG goes into our pages as it is, so it is cleaned by a list of what may be in it, whatever the renderer wrote; then it gets its name,
its description and roles that screen readers know.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.metadata import version as version_of
from pathlib import Path
from types import ModuleType

from lxml import etree

from .. import config
from ..pages.kpi_chart import Chart

__all__ = ["Drawing", "png", "svg"]

log = logging.getLogger(__name__)

#: Goes up with every change of what is made of a specification here.
_EDITION = 1
_VEGA_LITE = "6.1"
#: A PNG is as sharp on screens with two pixels a point, and on paper.
_SCALE = 2
#: Drawings that are kept on the disk; the longest unused go first.
_MOST_KEPT = 2_000
#: The package that carries a Japanese font (IPAexGothic). It belongs to matplotlib, which is not needed for that.
_FONT_PACKAGE = "matplotlib-fontja"

_SVG = "{http://www.w3.org/2000/svg}"
_TAGS = {f"{_SVG}{name}" for name in ("svg", "g", "path", "rect", "line", "circle", "text", "tspan", "title", "desc", "defs", "clipPath")}
_ATTRIBUTES = {
    "aria-hidden", "aria-label", "aria-labelledby", "class", "clip-path", "d", "dx", "dy", "fill", "fill-opacity", "font-family",
    "font-size", "font-style", "font-weight", "height", "id", "opacity", "role", "stroke", "stroke-dasharray", "stroke-linecap",
    "stroke-miterlimit", "stroke-opacity", "stroke-width", "text-anchor", "transform", "version", "viewBox", "width", "x", "x1", "x2",
    "y", "y1", "y2",
}


@dataclass(frozen=True)
class Drawing:
    """:param key: of what it was made from; a strong ETag"""

    content: bytes
    key: str

    @property
    def text(self) -> str:
        return self.content.decode("utf-8")


def svg(chart: Chart, name: str = "chart") -> Drawing:
    """A chart as SVG, with its name and description, for a page or as a file.

    :param name: makes the ids in it unique within a page
    """
    return _kept(_key(chart, "svg", name), "svg", lambda: _named(_rendered(chart), chart, name))


def png(chart: Chart) -> Drawing:
    """A chart as PNG."""
    return _kept(_key(chart, "png"), "png", lambda: bytes(_renderer().vegalite_to_png(chart.spec, vl_version=_VEGA_LITE, scale=_SCALE)))


def _rendered(chart: Chart) -> bytes:
    return str(_renderer().vegalite_to_svg(chart.spec, vl_version=_VEGA_LITE)).encode("utf-8")


@lru_cache(maxsize=1)
def _renderer() -> ModuleType:
    """Loaded with the first drawing: its engine must not be started before the web server forks."""
    import vl_convert

    folder = _font_folder()
    if folder is not None:
        vl_convert.register_font_directory(str(folder))
    return vl_convert


def _font_folder() -> Path | None:
    """Where the Japanese font lies; None where the package is missing, and the system's fonts have to do."""
    try:
        files = distribution(_FONT_PACKAGE).files or []
    except PackageNotFoundError:
        log.warning("%s is not installed: Japanese words in PNGs depend on the fonts of the system", _FONT_PACKAGE)
        return None
    return next((Path(str(file.locate())).parent for file in files if file.suffix == ".ttf"), None)


def _key(chart: Chart, *more: str) -> str:
    said = [_EDITION, _VEGA_LITE, version_of("vl-convert-python"), chart.spec, chart.title, chart.description, *more]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def _kept(key: str, suffix: str, draw: Callable[[], bytes]) -> Drawing:
    path = config.files_path() / "charts" / f"{key}.{suffix}"
    try:
        content = _read(path)
    except FileNotFoundError:
        content = draw()
        _write(path, content)
    return Drawing(content, key)


@lru_cache(maxsize=256)
def _read(path: Path) -> bytes:
    return path.read_bytes()


def _write(path: Path, content: bytes) -> None:
    """At one moment, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(content)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
    _prune(path.parent)


def _prune(folder: Path) -> None:
    kept = [path for path in folder.iterdir() if not path.name.startswith(".")]
    if len(kept) > _MOST_KEPT:
        kept.sort(key=lambda path: path.stat().st_mtime)
        for path in kept[: _MOST_KEPT // 2]:
            path.unlink(missing_ok=True)


def _named(drawn: bytes, chart: Chart, name: str) -> bytes:
    """What the renderer drew, cleaned, with what the picture is in words."""
    root = etree.fromstring(drawn, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True))
    _clean(root)
    for position, (tag, text) in enumerate((("title", chart.title), ("desc", chart.description))):
        element = etree.Element(f"{_SVG}{tag}", id=f"{name}-{tag}")
        element.text = text
        root.insert(position, element)
    root.set("role", "graphics-document")
    root.set("aria-labelledby", f"{name}-title")
    root.set("aria-describedby", f"{name}-desc")
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="utf-8")


def _clean(root: etree._Element) -> None:
    """Drop whatever is not on the lists, what is not to be seen, and the renderer's English names of its parts."""
    for element in list(root.iter()):
        is_seen = element.get("display") != "none" and element.get("opacity") != "0" and element.get("d") != "M0,0h0v0h0Z"
        if element.tag not in _TAGS or not is_seen:
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
            continue
        for attribute in element.attrib:
            if attribute not in _ATTRIBUTES:
                del element.attrib[attribute]
        if element.get("role") and not element.get("aria-label"):
            del element.attrib["role"]  # a container without words
