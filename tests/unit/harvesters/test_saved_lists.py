"""Saved lists, which name records without bringing them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from miyagi_harvesters.__main__ import main

from .making import samples

SEARCH = """<!DOCTYPE html><html><body><div class="result"><span class="number">2</span></div>
<div class="opendata-search-datasets pages">
<article><h2><a href="/dataset/21.html">井戸</a></h2></article><article><h2><a href="/dataset/22.html">門</a></h2></article></div></body></html>"""


def kept(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("kind", "content", "ids"),
    [
        ("dataeye", {"success": True, "result": ["31", "32"]}, ["31", "32"]),
        ("dataeye", {"success": True, "result": [31, 32]}, ["31", "32"]),
        ("ckan", {"help": "", "success": True, "result": ["042072_aed", "1490"]}, ["042072_aed", "1490"]),
        ("shirasagi", {"success": True, "result": ["aaaa-1"]}, ["aaaa-1"]),
        ("shirasagi", SEARCH, ["dataset/21.html", "dataset/22.html"]),
        ("datapackage", {"packages": ["a/datapackage.json", {"path": "b/", "title": "門"}]}, ["a/datapackage.json", "b/datapackage.json"]),
        ("ckan", {"success": True, "result": []}, []),
    ],
)
def test_a_saved_list_is_listed_and_what_is_missing_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, content: Any, ids: list[str]
) -> None:
    """The listing shows what it names; fetching names each answer that is not there."""
    target = str(kept(tmp_path / "list", content))
    assert main(["list", kind, target]) == 0
    *lines, summary = capsys.readouterr().out.splitlines()
    assert ([line.split("\t")[0] for line in lines], summary) == (ids, f"records={len(ids)} complete=no problems=0")
    assert main(["fetch", kind, target, "--out", str(tmp_path / "out")]) == (1 if ids else 0)
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == f"records=0 rows=0 problems={len(ids)}"
    assert all(one in printed.err for one in ids)


def test_what_is_saved_itself_is_not_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under whichever of its ids the list names it."""
    kept(tmp_path / "in" / "list.json", {"success": True, "result": ["well", "gate"]})
    kept(tmp_path / "in" / "show.json", {"success": True, "result": {"id": "uuid-1", "name": "well", "title": "井戸", "resources": []}})
    assert main(["fetch", "ckan", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "records=1 rows=0 problems=1"
    package = {"name": "w", "resources": [{"name": "t", "data": [["a"], ["1"]]}]}
    kept(tmp_path / "dp" / "packages.json", ["well/datapackage.json", "gate/datapackage.json"])
    kept(tmp_path / "dp" / "well" / "datapackage.json", package)
    kept(tmp_path / "dp" / "well" / "links.json", [{"url": "https://x.example/1"}])
    assert main(["list", "datapackage", str(tmp_path / "dp")]) == 0
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()[:-1]] == ["w", "gate/datapackage.json"]


@pytest.mark.skipif(not samples("shirasagi"), reason="MIYAGI_PORTAL_SAMPLES is not set: no kept answers to read")
@pytest.mark.parametrize(
    ("kind", "name", "count"),
    [
        ("shirasagi", "shirasagi_api__package_list.json", 1),
        ("shirasagi", "shirasagi_scraper__search1.html", 5),
        ("ckan", "ckan_api__package_list.json", 1),
        ("ckan", "ckan_api__empty_list.json", 0),
    ],
)
def test_published_lists(capsys: pytest.CaptureFixture[str], kind: str, name: str, count: int) -> None:
    """As the platform's own tests hold them."""
    assert main(["list", kind, str(samples("shirasagi")[0].parent / name)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"records={count} complete=no problems=0"
