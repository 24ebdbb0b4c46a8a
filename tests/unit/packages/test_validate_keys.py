"""Primary keys are there and unique; foreign keys point at a row that is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ckanext.miyagiict.packages.validate import MOST_KEY_BYTES

from .conftest import FIELDS, Check, MakePackage


def test_duplicate_key(check: Check, make_package: MakePackage) -> None:
    """The second row of the two."""
    (problem,) = check(make_package("id,name\n1,仙台市\n2,名取市\n1,角田市\n", schema={"primaryKey": "id"}))
    assert (problem.kind.type, problem.row, problem.field, problem.value) == ("primary-key", 4, "id", "1")


def test_duplicate_key_by_value(check: Check, make_package: MakePackage) -> None:
    """Keys are compared as values: 1 and 01 are the same integer, as in the database."""
    (problem,) = check(make_package("id,name\n1,仙台市\n01,名取市\n", schema={"primaryKey": "id"}))
    assert (problem.kind.type, problem.row, problem.value) == ("primary-key", 3, "01")


@pytest.mark.parametrize(
    ("type", "first", "second"),
    [("number", "NaN", "NaN"), ("number", "1.0", "1.00"), ("datetime", "2021-04-01T09:00:00Z", "2021-04-01T09:00:00")],
)
def test_duplicate_key_as_the_database_compares(check: Check, make_package: MakePackage, type: str, first: str, second: str) -> None:
    """What PostgreSQL would find equal while it loads."""
    (problem,) = check(make_package(f"id\n{first}\n{second}\n", [{"name": "id", "type": type}], schema={"primaryKey": "id"}))
    assert (problem.kind.type, problem.row) == ("primary-key", 3)


def test_null_in_key(check: Check, make_package: MakePackage) -> None:
    """A key that is not given."""
    (problem,) = check(make_package("id,name\n,仙台市\n", schema={"primaryKey": "id"}))
    assert (problem.kind.type, problem.row, problem.field) == ("primary-key", 2, "id")


@pytest.mark.parametrize("row", ["1,", ",仙台市"])
def test_null_in_a_part_of_a_key(check: Check, make_package: MakePackage, row: str) -> None:
    """No part of a key may be empty."""
    content = f"id,name,kana\n{row},せんだいし\n"
    (problem,) = check(make_package(content, [*FIELDS, {"name": "kana"}], schema={"primaryKey": ["id", "name"]}))
    assert (problem.kind.type, problem.row, problem.field) == ("primary-key", 2, "id,name")


def test_key_of_two_fields(check: Check, make_package: MakePackage) -> None:
    """Only both together must be unique."""
    schema = {"primaryKey": ["id", "name"]}
    assert check(make_package("id,name\n1,a\n1,b\n2,a\n", schema=schema)) == []
    (problem,) = check(make_package("id,name\n1,a\n1,b\n1,a\n", schema=schema))
    assert (problem.row, problem.field, problem.value) == (4, "id,name", "1,a")


@pytest.mark.parametrize(("length", "problems"), [(MOST_KEY_BYTES // 3, 0), (MOST_KEY_BYTES // 3 + 1, 1)])
def test_key_longer_than_an_index_holds(check: Check, make_package: MakePackage, length: int, problems: int) -> None:
    """PostgreSQL would stop in the middle of loading."""
    found = check(make_package("id,name\n1," + "宮" * length + "\n", schema={"primaryKey": "name"}))
    assert [problem.rule for problem in found] == ["primaryKey"] * problems


# Foreign keys


@pytest.fixture
def two_tables(make_package: MakePackage) -> Any:
    """Cities with a county each; the keys between them as given."""

    def make(cities: str, counties: str = "code,name\n1,宮城\n2,亘理\n", key: dict[str, Any] | None = None) -> Path:
        key = key or {"fields": "county", "reference": {"resource": "counties", "fields": "code"}}
        fields = [{"name": "id"}, {"name": "county", "type": "integer"}, {"name": "seat"}]
        county_fields = [{"name": "code", "type": "integer"}, {"name": "name"}]
        entries = [
            {"name": "cities", "path": "data/cities.csv", "schema": {"fields": fields, "foreignKeys": [key]}},
            {"name": "counties", "path": "counties.csv", "schema": {"fields": county_fields}},
        ]
        return make_package(cities, descriptor={"resources": entries}, files={"counties.csv": counties})

    return make


def test_foreign_key_that_holds(check: Check, two_tables: Any) -> None:
    """Every county is there; a missing value refers to nothing."""
    assert check(two_tables("id,county,seat\na,1,\nb,2,a\nc,,a\n")) == []


def test_broken_foreign_key(check: Check, two_tables: Any) -> None:
    """Row, field and value, and the table and column where it should be."""
    (problem,) = check(two_tables("id,county,seat\na,1,\nb,3,a\n"))
    assert (problem.kind.type, problem.file, problem.row, problem.field) == ("foreign-key", "data/cities.csv", 3, "county")
    assert (problem.value, problem.detail) == ("3", "counties.code")


@pytest.mark.parametrize("table", ["", "cities"])
def test_foreign_key_within_the_table(check: Check, two_tables: Any, table: str) -> None:
    """A table may refer to itself, by name or by an empty name."""
    key = {"fields": "seat", "reference": {"resource": table, "fields": "id"}}
    assert check(two_tables("id,county,seat\na,1,b\nb,1,a\n", key=key)) == []
    (problem,) = check(two_tables("id,county,seat\na,1,b\nb,1,c\n", key=key))
    assert (problem.kind.type, problem.row, problem.value, problem.detail) == ("foreign-key", 3, "c", "cities.id")


def test_foreign_key_of_two_fields(check: Check, two_tables: Any) -> None:
    """Both values must stand in one row."""
    key = {"fields": ["county", "seat"], "reference": {"resource": "counties", "fields": ["code", "name"]}}
    (problem,) = check(two_tables("id,county,seat\na,1,宮城\nb,1,亘理\n", key=key))
    assert (problem.row, problem.field, problem.value, problem.detail) == (3, "county,seat", "1,亘理", "counties.code,name")


def test_foreign_key_to_an_empty_table(check: Check, two_tables: Any) -> None:
    """Nothing is in a table without rows."""
    assert [problem.row for problem in check(two_tables("id,county,seat\na,1,\n", counties="code,name\n"))] == [2]
