"""Records as Data Packages: valid, complete, inside of their folder, replaced as a whole."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miyagi_harvesters import writing
from miyagi_harvesters.file_names import file_name
from miyagi_harvesters.problems import problem
from miyagi_harvesters.record import Licence, Moment, Publisher, Record, Resource
from miyagi_harvesters.writing import File, slug, write_package

from .making import linkdata_text, problems_of, types_of, zipped

OPEN = Licence(("cc-by4_0",), "CC-BY-4.0", True)


def record(*resources: Resource, **more: Any) -> Record:
    """A record of a portal that does not exist."""
    return Record(**{"portal": "https://portal.example", "id": "12", "title": "避難所一覧", "resources": resources, **more})


def resource(identifier: str = "r1", **more: Any) -> Resource:
    """A resource with a licence of its own."""
    return Resource(
        **{
            "id": identifier,
            "title": "表",
            "url": f"https://portal.example/{identifier}.csv",
            "declared_format": "csv",
            "licence": OPEN,
            **more,
        }
    )


def descriptor(written: writing.Written) -> dict[str, Any]:
    """The package's own words."""
    return json.loads((written.folder / "datapackage.json").read_text(encoding="utf-8"))


def cells(path: Path) -> list[list[str]]:
    """What a CSV file holds."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_package_is_valid_and_says_all(tmp_path: Path) -> None:
    """Licence, sources, publisher, dates, schema, hash and both formats; frictionless finds nothing."""
    told = record(
        resource(created=Moment("R8.4.1", datetime(2026, 3, 31, 15, tzinfo=UTC), True)),
        notes="説明",
        landing_page="https://portal.example/d/12",
        publisher=Publisher("名取市", "7", "042072", "organization"),
        licence=OPEN,
        created=Moment("きのう"),
        tags=("防災",),
        author="防災課",
        period=("2025-04-01", ""),
        problems=(problem("not-json", "x"),),
    )
    written = write_package(told, [File(told.resources[0], 'コード,名称\r\n007,"A\rB"\r\n'.encode("cp932"))], tmp_path)
    assert written.folder == tmp_path / "portal.example-12"
    said = descriptor(written)
    assert (said["temporal"], said["contributors"][1]) == ({"start": "2025-04-01"}, {"title": "防災課", "role": "author"})
    assert said["licenses"] == [
        {"name": "CC-BY-4.0", "title": said["licenses"][0]["title"], "path": "https://creativecommons.org/licenses/by/4.0/"}
    ]
    assert said["contributors"][0] == {
        "title": "名取市",
        "role": "publisher",
        "municipalityCode": "042072",
        "municipality": "名取市",
        "foundBy": "organization",
    }
    assert said["sources"] == [{"title": "避難所一覧", "path": "https://portal.example/d/12"}]
    assert (said["createdStated"], said.get("created"), said["keywords"]) == ("きのう", None, ["防災"])
    (table,) = said["resources"]
    body = (written.folder / table["path"]).read_bytes()
    assert body == 'コード,名称\n007,"A\rB"\n'.encode()
    assert (table["bytes"], table["hash"]) == (len(body), f"sha256:{hashlib.sha256(body).hexdigest()}")
    assert (table["declaredFormat"], table["detectedFormat"], table["original"]["encoding"]) == ("csv", "csv", "cp932")
    assert (table["created"], table["licenseStated"]) == ("2026-03-31T15:00:00Z", ["cc-by4_0"])
    assert [field["type"] for field in table["schema"]["fields"]] == ["string", "string"]
    assert Package(str(written.folder / "datapackage.json")).validate().valid
    assert (written.rows, types_of(written.problems)) == (1, {"not-json"})


def test_unknown_licence_is_stated_and_not_given(tmp_path: Path) -> None:
    """No licence is made of a statement that nobody knows."""
    stated = Licence(("市の規約",))
    said = descriptor(
        write_package(record(resource(licence=stated), licence=stated), [File(resource(licence=stated), b"a,b\n1,2\n")], tmp_path)
    )
    assert "licenses" not in said
    assert said["licenseStated"] == said["resources"][0]["licenseStated"] == ["市の規約"]


def test_quirk_14_html_under_csv_is_a_problem_of_the_file(tmp_path: Path) -> None:
    """The page is kept as what it is, no table is made of it; a PDF that is called one is no problem."""
    pdf = resource("r2", declared_format="pdf")
    written = write_package(record(), [File(resource(), b"<html><title>404</title></html>"), File(pdf, b"%PDF-1.4")], tmp_path)
    assert [(one["format"], one.get("declaredFormat")) for one in descriptor(written)["resources"]] == [("html", "csv"), ("pdf", "pdf")]
    assert (written.rows, types_of(written.problems)) == (0, {"html-not-table"})
    assert Package(str(written.folder / "datapackage.json")).validate().valid


def test_files_that_are_not_there_stay_addresses(tmp_path: Path) -> None:
    """The remote address is the path; why it is not there is told."""
    written = write_package(record(), [File(resource(), problems=(problem("not-json", "x"),))], tmp_path)
    assert descriptor(written)["resources"][0]["path"] == "https://portal.example/r1.csv"
    assert types_of(written.problems) == {"not-json"}


def test_zip_of_tables_and_equal_names(tmp_path: Path) -> None:
    """Each table of a zip and the zip itself, under names that differ."""
    body = zipped({"stops.txt": b"a,b\n1,2\n3,4\n", "x/stops.csv": b"a,b\n1,2\n"})
    written = write_package(record(), [File(resource("Ｒ", declared_format="zip"), body), File(resource("Ｒ"), b"a,b\n1,2\n")], tmp_path)
    paths = [one["path"] for one in descriptor(written)["resources"]]
    assert len(set(paths)) == len(paths) == 4
    assert written.rows == 4
    assert Package(str(written.folder / "datapackage.json")).validate().valid


def test_rows_above_the_header_are_in_the_package(tmp_path: Path) -> None:
    """What is no data is not lost."""
    written = write_package(record(), [File(resource(), "一覧,,\nNO,名称,住所\n1,A,B\n".encode())], tmp_path)
    assert descriptor(written)["resources"][0]["original"]["rowsAboveHeader"] == [{"line": 1, "cells": ["一覧", "", ""], "reason": "title"}]


def test_linkdata_table(tmp_path: Path) -> None:
    """The header lines stay beside the table."""
    written = write_package(record(), [File(resource(reading="linkdata"), linkdata_text())], tmp_path)
    (table,) = descriptor(written)["resources"]
    assert cells(written.folder / table["path"])[0] == ["subject", "場所名", "台数", "lat"]
    assert table["original"]["linkdata"]["attribution_name"] == [["架空市"]]
    assert Package(str(written.folder / "datapackage.json")).validate().valid


def test_a_second_run_replaces_the_package(tmp_path: Path) -> None:
    """Nothing of the old one is left, and nothing beside it."""
    write_package(record(), [File(resource("old"), b"a,b\n1,2\n")], tmp_path)
    write_package(record(), [File(resource("new"), b"a,b\n1,2\n")], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["portal.example-12"]
    assert [path.name for path in (tmp_path / "portal.example-12" / "data").iterdir()] == ["new.csv"]


def test_a_failed_run_keeps_the_old_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where writing breaks off, the old package stands as it was."""
    written = write_package(record(), [File(resource(), b"a,b\n1,2\n")], tmp_path)

    def broken(*_: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(writing, "_sums", broken)
    assert problems_of(lambda: write_package(record(), [File(resource(), b"a,b\n3,4\n")], tmp_path)) == {"output-not-writable"}
    assert cells(written.folder / "data" / "r1.csv")[1] == ["1", "2"]
    assert [path.name for path in tmp_path.iterdir()] == ["portal.example-12"]


def test_a_link_in_the_place_is_not_followed(tmp_path: Path) -> None:
    """A link that stands where the package goes is removed; what it leads to is untouched."""
    outside, out = tmp_path / "outside", tmp_path / "out"
    outside.mkdir()
    (outside / "kept").write_text("x")
    out.mkdir()
    (out / "portal.example-12").symlink_to(outside)
    write_package(record(), [File(resource(), b"a,b\n1,2\n")], out)
    assert (outside / "kept").read_text() == "x"
    assert not (out / "portal.example-12").is_symlink()


def test_out_that_cannot_be_written(tmp_path: Path) -> None:
    """A file in the place of the folder is a named problem."""
    (tmp_path / "file").write_text("x")
    assert problems_of(lambda: write_package(record(), [], tmp_path / "file")) == {"output-not-writable"}


HOSTILE = st.text(max_size=12) | st.sampled_from(
    ["../../x", "/etc/passwd", "..", ".", "a\0b", "CON", "a" * 500, "\ud800", "x\ny", "", "..%2f"]
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_quirk_39_hostile_names_stay_inside(tmp_path: Path, identifier: str, name: str, title: str, declared: str) -> None:
    """Whatever ids and names are, files are written below the folder, under names of ASCII."""
    out = tmp_path / "out"
    hostile = resource(name, title=title, declared_format=declared, file_name=name)
    written = write_package(record(hostile, id=identifier, title=title), [File(hostile, b"a,b\n1,2\n"), File(hostile, b"%PDF-")], out)
    assert written.folder.parent == out
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    for path in written.folder.rglob("*"):
        assert path.name == slug(path.name, 200)
    assert descriptor(written)["resources"]


@given(st.text(max_size=30), st.text(max_size=30))
def test_quirk_39_slugs_differ_where_texts_do(one: str, other: str) -> None:
    """Names of Japanese, numbers, or of capitals do not fall together."""
    assert slug(one) != slug(other) or one == other
    assert len(slug(one * 20)) <= 100


@pytest.mark.parametrize(
    ("headers", "title", "url", "name"),
    [
        ("attachment; filename=\"AED(R8.4.1).csv\"; filename*=utf-8''AED%E4%B8%80%E8%A6%A7(R8.4.1).csv", "x", "", "AED一覧(R8.4.1).csv"),
        ('attachment; filename="AED.csv"', "AED設置箇所", "https://x.example/resource_download/1", "AED設置箇所.csv"),
        ('attachment; filename="../../etc/passwd"', "", "", "passwd"),
        ("attachment; filename=" + "設置.csv".encode().decode("latin-1"), "", "", "設置.csv"),
        ("attachment; filename*=UTF-8''%ff", "", "https://x.example/a/%E8%A8%AD.csv", "設.csv"),
        ("", "名簿", "https://x.example/1.xlsx", "名簿.xlsx"),
        ("", "", "", ""),
    ],
)
def test_quirk_15_file_name(headers: str, title: str, url: str, name: str) -> None:
    """``filename*`` first; a plain name that lost its Japanese part gives way to the title."""
    assert file_name({"content-disposition": headers}, title, url) == name


def test_the_place_of_a_files_problem_is_its_record_and_address(tmp_path: Path) -> None:
    """Not the name that the download was given: one can open an address."""
    named = resource(file_name="見本 CSV.csv")
    for body in (b"<html><title>404</title></html>", b"a,b\n1,2,3\n"):
        places = [found.place for found in write_package(record(), [File(named, body)], tmp_path).problems]
        assert places
        assert all(place.startswith("12 / https://portal.example/r1.csv") for place in places)
