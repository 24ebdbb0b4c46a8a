"""The edition for spreadsheets, and the descriptor as published."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import frictionless
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.miyagiict.packages.editions import json_rows, published_descriptor, schema_json, spreadsheet_csv
from ckanext.miyagiict.packages.package import Package, read_package
from ckanext.miyagiict.packages.table import raw_rows

from .conftest import CSV, FIELDS, MakePackage, MakeTable

BOM = b"\xef\xbb\xbf"
FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1:A9)", "-A1", "+81-22-211-2111", "\t=1", "\r=1", "\n=1", " =1+1", "　=1+1",
    "＝1+1", "＋1+1", "－1+1", "＠SUM(A1)", "=", "@", '=HYPERLINK("http://example.org")',
]
HARMLESS = [
    "", "-", "－", "--", "－－", "+", "-5", "+5", "-1,187.5", "－５", "＋２２．６％", "-22.6%", "-1E+5", "1-1", "a=b", "'=1", "宮城=仙台",
    "（=）", "・=1",
]


def spreadsheet_cells(content: bytes) -> list[list[str]]:
    """The rows as a spreadsheet reads them."""
    return list(csv.reader(io.StringIO(content.removeprefix(BOM).decode(), newline=""), strict=True))


def cell_of(make_table: MakeTable, cell: str) -> str:
    """One cell in the edition for spreadsheets."""
    quoted = cell.replace('"', '""')
    table = make_table(f'id,name\n1,"{quoted}"\n')
    return spreadsheet_cells(spreadsheet_csv(table))[1][1]


def test_edition_has_bom_and_crlf(make_table: MakeTable) -> None:
    """Excel reads Japanese by a double click."""
    assert spreadsheet_csv(make_table(CSV)) == BOM + "id,name\r\n1,仙台市\r\n2,名取市\r\n".encode()


@pytest.mark.parametrize("content", [BOM + CSV.encode(), CSV.replace("\n", "\r\n"), CSV.replace("\n", "\r")])
def test_edition_is_the_same_whatever_the_file_has(make_table: MakeTable, content: str | bytes) -> None:
    """One BOM, never two; CRLF, never CRCRLF."""
    assert spreadsheet_csv(make_table(content)) == spreadsheet_csv(make_table(CSV))


def test_edition_of_a_file_with_semicolons(make_table: MakeTable) -> None:
    """Spreadsheets expect commas."""
    table = make_table('id;name\n1;"a,b"\n', resource={"dialect": {"delimiter": ";"}})
    assert spreadsheet_csv(table) == BOM + b'id,name\r\n1,"a,b"\r\n'


@pytest.mark.parametrize("cell", FORMULAS)
def test_formula_is_disarmed(make_table: MakeTable, cell: str) -> None:
    """What a spreadsheet would run gets an apostrophe in front."""
    assert cell_of(make_table, cell) == f"'{cell}"


@pytest.mark.parametrize("cell", HARMLESS)
def test_other_cells_stay(make_table: MakeTable, cell: str) -> None:
    """Numbers with a sign, dashes that say "not given", and signs inside a text."""
    assert cell_of(make_table, cell) == cell


@given(cell=st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_no_cell_begins_as_a_formula(make_table: MakeTable, cell: str) -> None:
    """Whatever a cell says, it is shown as it is or behind an apostrophe, and never with a formula's sign in front."""
    shown = cell_of(make_table, cell)
    assert shown in (cell, f"'{cell}")
    assert shown.lstrip()[:1] not in ("=", "@", "＝", "＠")


@pytest.mark.parametrize("cell", FORMULAS)
def test_faithful_file_keeps_formulas(make_table: MakeTable, cell: str) -> None:
    """The first edition is the file as it was checked, byte for byte."""
    content = 'id,name\n1,"{}"\n'.format(cell.replace('"', '""'))
    table = make_table(content)
    assert table.content == content.encode()
    assert list(raw_rows(table))[1] == ["1", cell]


@pytest.mark.parametrize("cell", ["a\nb", "a\r\nb", "a\rb", 'a"b', "a,b", "a\tb", "a\\b", "🏯"])
def test_unusual_cells_come_back_from_the_edition(make_table: MakeTable, cell: str) -> None:
    """Line breaks, quotes, commas, tabs and backslashes inside a cell."""
    assert cell_of(make_table, cell) == cell


# The table as JSON


def refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def json_cells(table: Any) -> list[list[Any]]:
    """The values of the JSON edition, as a strict reader that keeps decimals reads them."""
    entries = json.loads(json_rows(table), parse_float=Decimal, parse_constant=refuse)
    return [list(entry.values()) for entry in entries]


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ({"type": "integer"}, "007", 7),
        ({"type": "integer"}, "9223372036854775807", 2**63 - 1),
        ({"type": "number"}, "0.10", Decimal("0.10")),
        ({"type": "number"}, ".5", Decimal("0.5")),
        ({"type": "number"}, "12345678901234567890.123456789", Decimal("12345678901234567890.123456789")),
        ({"type": "number"}, "1e3", Decimal("1E+3")),
        ({"type": "number"}, "NaN", "NaN"),
        ({"type": "number"}, "-INF", "-Infinity"),
        ({"type": "boolean"}, "TRUE", True),
        ({"type": "boolean"}, "0", False),
        ({"type": "year"}, "0021", 21),
        ({"type": "date"}, "2021-04-01", "2021-04-01"),
        ({"type": "string"}, "01", "01"),
        ({"type": "string"}, "=1+1", "=1+1"),
        ({"type": "integer"}, "", None),
        ({"type": "string"}, "", None),
    ],
)
def test_json_value_of_a_type(make_table: MakeTable, field: dict[str, Any], cell: str, value: Any) -> None:
    """Numbers are numbers to the digit, a missing value is null, and nothing is written that JSON has not."""
    ((_, shown),) = json_cells(make_table(f"id,x\n1,{cell}\n", [{"name": "id"}, {"name": "x", **field}]))
    assert (shown, type(shown)) == (value, type(value))


@given(cell=st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from('\n\t"\\'), min_size=1))
def test_any_text_comes_back_from_json(make_table: MakeTable, cell: str) -> None:
    """Quotes, backslashes, line breaks and rare characters."""
    quoted = cell.replace('"', '""')
    assert json_cells(make_table(f'id,name\n1,"{quoted}"\n')) == [[1, cell]]


def test_json_of_a_table_without_rows(make_table: MakeTable) -> None:
    """An empty list is JSON too."""
    assert json_cells(make_table("id,name\n")) == []


def test_json_names_the_columns(make_table: MakeTable) -> None:
    """One object a row, one line each, with the names of the columns."""
    assert json_rows(make_table(CSV)).decode() == '[\n{"id": 1, "name": "仙台市"},\n{"id": 2, "name": "名取市"}\n]\n'


def test_schema_file_is_the_schema(make_table: MakeTable) -> None:
    """Readable JSON in UTF-8, Japanese as Japanese."""
    schema = make_table(fields=[FIELDS[0], {**FIELDS[1], "title": "市町村名"}]).schema
    assert schema is not None
    assert json.loads(schema_json(schema)) == schema
    assert "市町村名".encode() in schema_json(schema)


# The published descriptor


def published(folder: Path, target: Path) -> Package:
    """Write a package as it is published: the descriptor, and beside it the files as they were checked."""
    package = read_package(folder)
    for resource in package.resources:
        (target / resource.path).parent.mkdir(parents=True, exist_ok=True)
        (target / resource.path).write_bytes(resource.content)
    (target / "datapackage.json").write_bytes(published_descriptor(package))
    return package


@pytest.mark.parametrize(
    ("content", "resource"),
    [
        (CSV, {}),
        (BOM + CSV.encode(), {}),
        (BOM + CSV.encode(), {"encoding": "utf-8"}),
        (CSV.replace("\n", "\r\n"), {}),
        (CSV.replace("\n", "\r"), {}),
        ("id,name\n", {}),
        (CSV.replace(",", ";"), {"dialect": {"delimiter": ";"}}),
        (CSV.replace(",", "\t"), {"format": "tsv"}),
        ("id,name\n1,'a,b'\n", {"dialect": {"quoteChar": "'"}}),
        ('id,name\n1,"a\n""b"", c"\n2," d"\n', {}),
        ("id,name\n" + "".join(f'{number},"a;b;c|d"\n' for number in range(200)), {}),
        ("id,name\n1,=1+1\n2,-\n", {}),
    ],
    ids=[
        "plain", "BOM", "BOM declared UTF-8", "CRLF", "CR", "header only", "semicolon", "TSV", "single quotes", "line breaks",
        "other signs", "formula",
    ],
)
def test_published_package_passes_frictionless(
    make_package: MakePackage, tmp_path: Path, content: str | bytes, resource: dict[str, Any]
) -> None:
    """Somebody else's validator, reading from disk with what the descriptor says, finds the package valid."""
    published(make_package(content, resource=resource, schema={"primaryKey": "id"}), tmp_path)
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.to_summary()


def test_published_rows_are_the_checked_rows(make_package: MakePackage, tmp_path: Path) -> None:
    """frictionless reads the same cells from the published files as we read from ours."""
    package = published(make_package('id,name\n1,"a\n""b"", c"\n2," d"\n3,=1\n'), tmp_path)
    read = frictionless.Package(str(tmp_path / "datapackage.json")).get_resource("cities").read_rows()
    assert [[str(row["id"]), row["name"]] for row in read] == list(raw_rows(package.resources[0]))[1:]


def test_published_descriptor_tells_size_hash_and_dialect(make_package: MakePackage) -> None:
    """What a reader needs to know that he has the file that was checked."""
    package = read_package(make_package(resource={"schema": "s.json"}, files={"s.json": json.dumps({"fields": list(FIELDS)})}))
    (entry,) = json.loads(published_descriptor(package))["resources"]
    assert (entry["bytes"], entry["hash"]) == (len(CSV.encode()), "sha256:" + hashlib.sha256(CSV.encode()).hexdigest())
    assert (entry["path"], entry["schema"]) == ("data/cities.csv", {"fields": list(FIELDS)})
    assert (entry["dialect"]["delimiter"], entry["dialect"]["header"]) == (",", True)


def test_stale_size_and_hash_are_replaced(make_package: MakePackage) -> None:
    """What the package says of its own files is measured anew."""
    package = read_package(make_package(resource={"bytes": 1, "hash": "sha256:00"}))
    (entry,) = json.loads(published_descriptor(package))["resources"]
    assert (entry["bytes"], entry["hash"][:9]) == (len(CSV.encode()), "sha256:" + package.resources[0].sha256[:2])


def test_file_without_schema_has_no_dialect(make_package: MakePackage) -> None:
    """A file that is no table is only measured."""
    package = read_package(make_package(descriptor={"resources": [{"name": "paper", "path": "data/cities.csv"}]}))
    (entry,) = json.loads(published_descriptor(package))["resources"]
    assert set(entry) == {"name", "path", "bytes", "hash"}


def test_published_descriptor_says_the_same_twice(make_package: MakePackage) -> None:
    """The same package gives the same bytes: its hash is its ETag."""
    assert published_descriptor(read_package(make_package())) == published_descriptor(read_package(make_package()))
