"""Tables as rows of cells and as columns of a database."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.miyagiict.packages.package import Resource
from ckanext.miyagiict.packages.table import Column, columns, header, primary_key, raw_rows, typed_rows

from .conftest import Check, MakePackage, MakeTable

#: Any character that a published cell may hold: all of Unicode but control characters, and of these tab and line breaks.
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\t\r\n\",;'\\=＝"), max_size=12)
TABLES = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(TEXT, min_size=width, max_size=width), max_size=6))


def written(rows: list[list[str]], **options: Any) -> str:
    """The rows as CSV below a header ``c0, c1, …``."""
    width = len(rows[0]) if rows else 1
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, **options).writerows([[f"c{number}" for number in range(width)], *rows])
    return text.getvalue()


def text_fields(rows: list[list[str]]) -> list[dict[str, Any]]:
    return [{"name": f"c{number}"} for number in range(len(rows[0]) if rows else 1)]


@pytest.fixture
def typed(make_table: MakeTable) -> Any:
    """The values of one column of a given field, below a header."""

    def of(field: dict[str, Any], *cells: str, **changes: Any) -> list[str | None]:
        table = make_table(written([[cell] for cell in cells]), [{"name": "c0", **field}], **changes)
        return [value for (value,) in typed_rows(table)]

    return of


# Text comes back to the letter


@given(rows=TABLES)
def test_cells_of_text_come_back_exactly(make_table: MakeTable, rows: list[list[str]]) -> None:
    """Any Unicode but control characters, any line break, quote or delimiter inside a cell."""
    table = make_table(written(rows), text_fields(rows), schema={"missingValues": []})
    assert list(typed_rows(table)) == rows


@given(rows=TABLES)
def test_an_empty_cell_is_a_missing_value(make_table: MakeTable, rows: list[list[str]]) -> None:
    """The same under the default missing value: the empty cell, and no other, becomes None."""
    table = make_table(written(rows), text_fields(rows))
    assert list(typed_rows(table)) == [[cell or None for cell in row] for row in rows]


@given(
    rows=TABLES, delimiter=st.sampled_from(",;\t|"), quote=st.sampled_from("\"'"), line=st.sampled_from(["\n", "\r\n"]), bom=st.booleans()
)
def test_every_dialect_gives_the_same_cells(
    make_table: MakeTable, rows: list[list[str]], delimiter: str, quote: str, line: str, bom: bool
) -> None:
    """Delimiter, quote, line break and BOM are how a table is written, not what it says."""
    content = "\ufeff" * bom + written(rows, delimiter=delimiter, quotechar=quote, lineterminator=line)
    resource = {"dialect": {"delimiter": delimiter, "quoteChar": quote}}
    table = make_table(content, text_fields(rows), schema={"missingValues": []}, resource=resource)
    assert list(typed_rows(table)) == rows


@given(rows=TABLES)
def test_what_is_read_back_is_what_was_checked(check: Check, make_package: MakePackage, rows: list[list[str]]) -> None:
    """A table of text is valid unless a row of it is blank."""
    problems = check(make_package(written(rows), text_fields(rows), schema={"missingValues": ["(missing)"]}))
    assert problems == []


def test_header_only(make_table: MakeTable) -> None:
    """A table may have no rows."""
    table = make_table("id,name\n")
    assert (header(table), list(typed_rows(table))) == (["id", "name"], [])


def test_header_of_an_empty_file(make_table: MakeTable) -> None:
    """No first row is no heading."""
    assert header(make_table("")) == []


def test_bom_is_not_a_part_of_the_header(make_table: MakeTable) -> None:
    """Excel writes one."""
    assert header(make_table("\ufeffid,name\n")) == ["id", "name"]


def test_raw_rows_are_the_cells_as_written(make_table: MakeTable) -> None:
    """Header first, no types, nothing missing."""
    assert list(raw_rows(make_table('id,name\n1,""\n'))) == [["id", "name"], ["1", ""]]


# Values as PostgreSQL reads them


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ({"type": "integer"}, "007", "7"),
        ({"type": "integer"}, "+5", "5"),
        ({"type": "integer", "bareNumber": False}, "約5人", "5"),
        ({"type": "number"}, "1.50", "1.50"),
        ({"type": "number"}, "12345678901234567890.123456789", "12345678901234567890.123456789"),
        ({"type": "number"}, "1e3", "1E+3"),
        ({"type": "number"}, "INF", "Infinity"),
        ({"type": "number", "groupChar": ",", "decimalChar": "."}, "1,187.5", "1187.5"),
        ({"type": "number", "bareNumber": False}, "22.6%", "22.6"),
        ({"type": "boolean"}, "TRUE", "True"),
        ({"type": "boolean", "trueValues": ["○"], "falseValues": ["×"]}, "×", "False"),
        ({"type": "date"}, "2021-04-01", "2021-04-01"),
        ({"type": "date", "format": "%Y年%m月%d日"}, "2021年04月01日", "2021-04-01"),
        ({"type": "datetime"}, "2021-04-01T09:00:00", "2021-04-01T09:00:00"),
        ({"type": "datetime"}, "2021-04-01T09:00:00Z", "2021-04-01T09:00:00"),
        ({"type": "datetime"}, "2021-04-01T08:00:00+09:00", "2021-03-31T23:00:00"),
        ({"type": "datetime"}, "9999-12-31T23:59:59-09:00", "9999-12-31T23:59:59"),
        ({"type": "time"}, "09:00:00", "09:00:00"),
        ({"type": "time"}, "08:00:00+09:00", "23:00:00"),
        ({"type": "year"}, "2021", "2021"),
        ({"type": "yearmonth"}, "2021-04", "2021-04"),
        ({"type": "any"}, " 1 ", " 1 "),
        ({"type": "string", "format": "uri"}, "https://example.org/", "https://example.org/"),
    ],
)
def test_value_of_a_type(typed: Any, field: dict[str, Any], cell: str, value: str) -> None:
    """Numbers keep their digits; a time with an offset becomes UTC."""
    assert typed(field, cell) == [value]


@pytest.mark.parametrize("type", ["string", "integer", "number", "boolean", "date", "datetime", "time", "year", "any"])
def test_missing_is_none_never_zero(typed: Any, type: str) -> None:
    """Empty means "not given" in every type."""
    assert typed({"type": type}, "") == [None]


@pytest.mark.parametrize("type", ["string", "integer"])
def test_missing_values_of_the_table_and_of_a_field(typed: Any, type: str) -> None:
    """A field's own list takes the place of the table's."""
    assert typed({"type": type}, "1", "", "－", schema={"missingValues": ["", "－"]}) == ["1", None, None]
    assert typed({"type": type, "missingValues": ["＊"]}, "1", "＊", schema={"missingValues": ["", "－"]}) == ["1", None]


@given(cells=st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20))
def test_any_integer_comes_back(make_table: MakeTable, cells: list[int]) -> None:
    """Every integer of 64 bits."""
    table = make_table(written([[str(cell)] for cell in cells]), [{"name": "c0", "type": "integer"}])
    assert [int(value or "") for (value,) in typed_rows(table)] == cells


@given(cells=st.lists(st.decimals(allow_nan=False, allow_infinity=False), max_size=20))
def test_any_decimal_comes_back(make_table: MakeTable, cells: list[Any]) -> None:
    """No digit of a number is lost, trailing zeros included."""
    table = make_table(written([[str(cell)] for cell in cells]), [{"name": "c0", "type": "number"}])
    assert [value for (value,) in typed_rows(table)] == [str(cell) for cell in cells]


@given(cells=st.lists(st.dates(), max_size=20))
def test_any_date_comes_back(make_table: MakeTable, cells: list[Any]) -> None:
    """From the first to the last day of the calendar."""
    table = make_table(written([[cell.isoformat()] for cell in cells]), [{"name": "c0", "type": "date"}])
    assert [value for (value,) in typed_rows(table)] == [cell.isoformat() for cell in cells]


def test_many_different_values(typed: Any) -> None:
    """More values than the converter remembers."""
    numbers = [str(number) for number in range(25_000)]
    assert typed({"type": "integer"}, *numbers) == numbers


# Columns


def test_columns_say_what_the_dictionary_needs() -> None:
    """Type, titles, descriptions and units of a field; the name where there is no title."""
    schema = {
        "fields": [
            {
                "name": "target", "type": "number", "title": "目標値", "title_en": "Target", "description": "目標（人）",
                "description_en": "Target (people)", "unit": "人", "unit_en": "people",
            },
            {"name": "note"},
        ]
    }
    assert columns(schema) == (
        Column("target", "numeric", "目標値", "Target", "目標（人）", "Target (people)", "人", "people"),
        Column("note", "text", "note"),
    )


@pytest.mark.parametrize(
    ("type", "postgres"),
    [
        ("string", "text"), ("integer", "int8"), ("number", "numeric"), ("boolean", "bool"), ("date", "date"), ("datetime", "timestamp"),
        ("time", "time"), ("year", "int4"), ("yearmonth", "text"), ("any", "text"), ("geopoint", "text"), ("object", "text"),
    ],
)
def test_type_of_a_column(type: str, postgres: str) -> None:
    """What PostgreSQL has no like of stays text."""
    assert columns({"fields": [{"name": "x", "type": type}]})[0].type == postgres


@pytest.mark.parametrize(
    ("said", "key"), [({}, ()), ({"primaryKey": "id"}, ("id",)), ({"primaryKey": ["a", "b"]}, ("a", "b")), ({"primaryKey": []}, ())]
)
def test_primary_key(said: dict[str, Any], key: tuple[str, ...]) -> None:
    """None, one name, or several."""
    assert primary_key({"fields": [], **said}) == key


def test_resource_content_is_read_once(make_table: MakeTable) -> None:
    """What was checked is what is published, even if the file changes in between."""
    table: Resource = make_table()
    before = table.content
    table.file.write_text("id,name\n9,別の中身\n")
    assert table.content == before
    assert [row[0] for row in typed_rows(table)] == ["1", "2"]
