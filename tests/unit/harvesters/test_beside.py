"""Files that lie beside saved answers: each to its record, and to no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from miyagi_harvesters.__main__ import main


def kept(folder: Path, files: dict[str, Any]) -> Path:
    """A folder of saved answers: texts as they are, the rest as JSON."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return folder


def fetched(kind: str, target: Path, out: Path, *options: str) -> dict[str, list[str]]:
    """Package → the lines of its tables, by the command line."""
    main(["fetch", kind, str(target), "--out", str(out), *options])
    return {
        folder.name: [line for table in sorted(folder.glob("data/*.csv")) for line in table.read_text(encoding="utf-8").splitlines()]
        for folder in out.iterdir()
    }


def package(name: str, *paths: str) -> dict[str, Any]:
    """A descriptor of these files."""
    return {"name": name, "title": name, "resources": [{"name": path.partition(".")[0].replace("/", "-"), "path": path} for path in paths]}


def search(*packages: dict[str, Any]) -> dict[str, Any]:
    """An answer of a search."""
    return {"success": True, "result": {"count": len(packages), "results": list(packages)}}


def ckan(number: int, url: str) -> dict[str, Any]:
    """A package with one resource."""
    return {"id": f"p{number}", "title": f"表{number}", "resources": [{"id": f"res-{number}", "name": "表", "format": "CSV", "url": url}]}


def shirasagi(number: int, url: str) -> dict[str, Any]:
    """The same in SHIRASAGI's words; its files say their name too."""
    resource = {"uuid": f"r{number}", "name": "表", "filename": url.rsplit("/", 1)[-1], "format": "CSV", "url": url}
    return {"uuid": f"u{number}", "name": f"表{number}", "filename": f"dataset/{number}.html", "resources": [resource]}


def test_a_path_is_relative_to_its_descriptor(tmp_path: Path) -> None:
    """Two packages, and two folders of one, with files of one name."""
    files = {
        "toilet/datapackage.json": package("toilet", "rows.csv"), "toilet/rows.csv": "x\n便所\n",
        "well/datapackage.json": package("well", "2021/rows.csv", "2022/rows.csv", "2023/rows.csv"),
        "well/2021/rows.csv": "x\n井戸21\n", "well/2022/rows.csv": "x\n井戸22\n",
    }
    tables = fetched("datapackage", kept(tmp_path / "in", files), tmp_path / "out")
    assert tables == {"toilet": ["x", "便所"], "well": ["x", "井戸21", "x", "井戸22"]}
    alone = fetched("datapackage", tmp_path / "in" / "well" / "datapackage.json", tmp_path / "alone")
    assert alone == {"well": ["x", "井戸21", "x", "井戸22"]}


def test_a_descriptors_address_is_found_by_its_end(tmp_path: Path) -> None:
    """An address is no path; a path that is refused is found nowhere."""
    files = {"datapackage.json": package("a", "https://www.city.example.lg.jp/od/well.csv", "../gate.csv"), "well.csv": "x\n井戸\n"}
    assert fetched("datapackage", kept(tmp_path / "in", {**files, "gate.csv": "x\n門\n"}), tmp_path / "out") == {"a": ["x", "井戸"]}


def test_a_path_does_not_leave_the_folder(tmp_path: Path) -> None:
    """Also not by a link."""
    (tmp_path / "secret.csv").write_text("x\n1\n", encoding="utf-8")
    folder = kept(tmp_path / "in", {"datapackage.json": package("a", "link.csv", "../secret.csv")})
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    assert fetched("datapackage", folder / "datapackage.json", tmp_path / "out") == {"a": []}


def test_packages_of_one_name_are_two_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever made them used a template."""
    files = {f"{folder}/datapackage.json": package("data", "d.csv") for folder in ("k1", "k2")}
    tables = fetched("datapackage", kept(tmp_path / "in", {**files, "k1/d.csv": "x\n1\n", "k2/d.csv": "x\n2\n"}), tmp_path / "out")
    assert sorted(tables.values()) == [["x", "1"], ["x", "2"]]
    assert capsys.readouterr().out.splitlines()[-1] == "records=2 rows=2 problems=0"


def test_answers_without_ids_stay_apart(tmp_path: Path) -> None:
    """A number in a file's name is no id that joins two of them; page and answer of one id are still one."""
    minimal = [{"result": {"resources": [{"id": n, "title": f"表{n}", "format": "csv", "resource_license_id": "pdl"}]}} for n in (71, 72)]
    assert len(fetched("dataeye", kept(tmp_path / "in", {"a_3.json": minimal[0], "b_3.json": minimal[1]}), tmp_path / "out")) == 2
    page = '<!DOCTYPE html><html><h1 class="name">表</h1><div class="resources"><p class="resource">a</p></div></html>'
    assert len(fetched("shirasagi", kept(tmp_path / "pages", {"1/index.html": page, "2/index.html": page}), tmp_path / "of-pages")) == 2


@pytest.mark.parametrize(("kind", "make"), [("ckan", ckan), ("shirasagi", shirasagi)])
def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path, kind: str, make: Any) -> None:
    """By the end of the address, or by a folder that is called as the resource is."""
    packages = search(*(make(n, f"https://portal.example/files/{n}/table.csv") for n in (1, 2, 3)))
    files = {"search.json": packages, "1/table.csv": "x\n1\n", "other/files/2/table.csv": "x\n2\n"}
    assert sorted(fetched(kind, kept(tmp_path / "in", files), tmp_path / "out").values()) == [[], ["x", "1"], ["x", "2"]]
    identifier = "res-{}" if kind == "ckan" else "r{}"
    files = {"search.json": packages} | {f"{identifier.format(n)}/table.csv": f"x\n{n}\n" for n in (1, 2)}
    assert sorted(fetched(kind, kept(tmp_path / "by-id", files), tmp_path / "out2").values()) == [[], ["x", "1"], ["x", "2"]]


@pytest.mark.parametrize(("kind", "make"), [("ckan", ckan), ("shirasagi", shirasagi)])
@pytest.mark.parametrize("places", [("table.csv",), ("left/table.csv", "right/table.csv")])
def test_what_is_not_certain_is_told_and_not_attached(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, make: Any, places: tuple[str, ...]
) -> None:
    """One file that two addresses name, or two files that fit both."""
    packages = search(*(make(n, f"https://portal.example/files/{n}/table.csv") for n in (1, 2)))
    tables = fetched(kind, kept(tmp_path / "in", {"search.json": packages} | dict.fromkeys(places, "x\n1\n")), tmp_path / "out")
    assert list(tables.values()) == [[], []]
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == "records=2 rows=0 problems=2"
    assert all(place in printed.err for place in places)


def test_one_address_in_two_records_is_one_file(tmp_path: Path) -> None:
    """Both have it."""
    packages = search(*(ckan(n, "https://portal.example/files/table.csv") for n in (1, 2)))
    tables = fetched("ckan", kept(tmp_path / "in", {"search.json": packages, "kept/table.csv": "x\n1\n"}), tmp_path / "out")
    assert list(tables.values()) == [["x", "1"]] * 2


def test_a_page_and_its_files_in_one_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Links are followed from the page on, from the site's root, and to a folder that was not kept."""
    page = """<html><body><h1>町の見本</h1><ul><li><a href="data/%E5%85%AC%E5%9C%92.csv">公園</a></li>
    <li><a href="/documents/7/well.csv">井戸</a></li><li><a href="../old/gate.csv?v=2">門</a></li><li><a href="wall.csv">塀</a></li></ul></body></html>"""
    files = {"data/公園.csv": "x\n別\n", "towns/data/公園.csv": "x\n公園\n", "towns/well.csv": "x\n井戸\n", "old/gate.csv": "x\n門\n"}
    tables = fetched("pages", kept(tmp_path / "in", {"towns/index.html": page, **files}), tmp_path / "out")
    assert sorted(tables.values()) == [[], ["x", "井戸"], ["x", "公園"], ["x", "門"]]
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == "records=4 rows=3 problems=1"
    assert "wall.csv" in printed.err


def test_pages_of_one_site_keep_their_files(tmp_path: Path) -> None:
    """Also where --portal gives both links one address."""
    files = {f"{n}/index.html": f'<html><body><h1>町{n}</h1><a href="list.csv">表{n}</a></body></html>' for n in (1, 2)}
    files |= {f"{n}/list.csv": f"x\n{n}\n" for n in (1, 2)}
    tables = fetched("pages", kept(tmp_path / "in", files), tmp_path / "out", "--portal", "https://www.city.example.lg.jp/")
    assert sorted(tables.values()) == [["x", "1"], ["x", "2"]]


SAID = {"id": "31", "title": "表", "format": "xlsx", "url": "/resource_download/31", "resource_license_id": "pdl"}


def missing(out: Path) -> list[dict[str, Any]]:
    """What packages say of files that are nowhere."""
    descriptors = [json.loads(path.read_text(encoding="utf-8")) for path in out.glob("*/datapackage.json")]
    assert all(one["resources"] == [] for one in descriptors)
    return [resource for one in descriptors for resource in one["missingResources"]]


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("datapackage", {"name": "a", "resources": [{"name": "31", "path": "x/gone.xlsx", "licenses": [{"name": "PDL1.0"}]}]}),
        ("dataeye", {"success": True, "result": {"id": 5, "title": "表", "resources": [SAID]}}),
        ("ckan", {"success": True, "result": {"id": "p5", "title": "表", "license_id": "pdl", "resources": [
            {"id": "31", "name": "表", "format": "XLSX", "url": "files/gone.xlsx"}]}}),
        ("shirasagi", {"success": True, "result": {"uuid": "u5", "name": "表", "filename": "dataset/5.html", "resources": [
            {"uuid": "31", "name": "表", "format": "XLSX", "url": "/fs/1/_/gone.xlsx", "license": {"uid": "pdl"}}]}}),
    ],
)
def test_a_file_that_is_nowhere_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, answer: dict[str, Any]) -> None:
    """What was said of it is kept: format, licence, path."""
    fetched(kind, kept(tmp_path / "in", {"a.json": answer}), tmp_path / "out")
    assert capsys.readouterr().out.splitlines()[-1] == "records=1 rows=0 problems=1"
    (resource,) = missing(tmp_path / "out")
    assert (resource["originalId"], resource["declaredFormat"], resource["licenses"][0]["name"]) == ("31", "xlsx", "PDL-1.0")
    assert resource["pathStated"] in json.dumps(answer)


def test_a_path_from_the_root_of_a_known_portal_is_an_address(tmp_path: Path) -> None:
    """It is told by --portal."""
    answer = {"success": True, "result": {"id": 5, "title": "表", "resources": [SAID]}}
    fetched("dataeye", kept(tmp_path / "in", {"a.json": answer}), tmp_path / "out", "--portal", "https://d.example/")
    (descriptor,) = (tmp_path / "out").glob("*/datapackage.json")
    assert json.loads(descriptor.read_text(encoding="utf-8"))["resources"][0]["path"] == "https://d.example/resource_download/31"
