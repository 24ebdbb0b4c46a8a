"""Headings, rows and cells against the Table Schema: each fault with row, field, value and rule."""

from __future__ import annotations

from typing import Any

import pytest

from ckanext.miyagiict.packages.validate import MOST_COLUMNS, MOST_PROBLEMS

from .conftest import FIELDS, Check, MakePackage

Field = dict[str, Any]


@pytest.fixture
def faults(check: Check, make_package: MakePackage) -> Any:
    """The problems of one column ``x`` with these cells (a column ``id`` stands beside it)."""

    def of(field: Field, *cells: str) -> list[Any]:
        rows = "".join(f'{number},"{cell}"\n' for number, cell in enumerate(cells))
        return check(make_package("id,x\n" + rows, [{"name": "id"}, {"name": "x", **field}]))

    return of


# Headings


@pytest.mark.parametrize(
    ("header", "value", "detail"),
    [
        ("id,title", "title", "2列目は 'name' のはずです"),
        ("name,id", "name", "1列目は 'id' のはずです"),
        ("id", "", "2列目は 'name' のはずです"),
        ("id,name,kana", "kana", "余分な列です"),
        ("id,name,", "", "余分な列です"),
        ("ID,name", "ID", "1列目は 'id' のはずです"),
        ("id, name", " name", "2列目は 'name' のはずです"),
        ("id,name ", "name ", "2列目は 'name' のはずです"),
        ("id,id", "id", "2列目は 'name' のはずです"),
        ("番号,名前", "番号", "1列目は 'id' のはずです"),
    ],
)
def test_header_mismatch(check: Check, make_package: MakePackage, header: str, value: str, detail: str) -> None:
    """Other name, other order, one missing, one too many, another case, blanks, twice the same: the first one is named."""
    (problem,) = check(make_package(f"{header}\n1,仙台市\n"))
    assert (problem.kind.type, problem.row, problem.value, problem.detail) == ("header", 1, value, detail)


@pytest.mark.parametrize("names", [("x", "x"), ("x", "X")])
def test_duplicate_column_names(check: Check, make_package: MakePackage, names: tuple[str, str]) -> None:
    """Two columns of one name, upper and lower case counting as the same."""
    found = check(make_package(",".join(names) + "\n", [{"name": name} for name in names]))
    assert {problem.kind.type for problem in found} <= {"column-name", "descriptor"}
    assert found


@pytest.mark.parametrize("name", ["", " x", "x ", "_x", '"', "a\tb", "a\u200bb", "a\ufeffb", "宮" * 21 + "x", "x" * 64])
def test_column_names_that_the_datastore_does_not_hold(check: Check, make_package: MakePackage, name: str) -> None:
    """Empty, blanks around, a leading underscore, a quote, invisible characters, more than 63 bytes."""
    found = check(make_package('x\n1\n', [{"name": name}]))
    assert "column-name" in {problem.kind.type for problem in found}


def test_japanese_column_name_of_64_bytes(check: Check, make_package: MakePackage) -> None:
    """22 kanji are 66 bytes; PostgreSQL would cut them off without a word."""
    (problem,) = check(make_package("宮" * 22 + "\n", [{"name": "宮" * 22}]))
    assert (problem.kind.type, problem.detail) == ("column-name", "66バイトあります")


def test_japanese_column_name_of_63_bytes(check: Check, make_package: MakePackage) -> None:
    """21 kanji fit."""
    assert check(make_package("宮" * 21 + "\n1\n", [{"name": "宮" * 21}])) == []


@pytest.mark.parametrize("name", ["人口（人）", "a b", "100%", "x:y", "a'b", "a.b", "select", "; DROP TABLE x", "<b>x</b>", "Ａ"])
def test_unusual_column_names(check: Check, make_package: MakePackage, name: str) -> None:
    """Signs and key words are names like any other."""
    assert check(make_package(f"{name}\n1\n", [{"name": name}])) == []


def test_more_columns_than_a_row_holds(check: Check, make_package: MakePackage) -> None:
    """PostgreSQL has an end."""
    names = [f"c{number}" for number in range(MOST_COLUMNS + 1)]
    (problem,) = check(make_package(",".join(names) + "\n", [{"name": name} for name in names]))
    assert (problem.kind.type, problem.detail) == ("descriptor", "列は400までです（401列あります）")


# Rows


def test_ragged_row_with_too_few_cells(check: Check, make_package: MakePackage) -> None:
    """A cell is missing: which column."""
    (problem,) = check(make_package("id,name\n1,仙台市\n2\n"))
    assert (problem.kind.type, problem.row, problem.field, problem.detail) == ("ragged-row", 3, "name", "2列目「name」がありません")


def test_ragged_row_with_too_many_cells(check: Check, make_package: MakePackage) -> None:
    """A comma that is not quoted: the cell too many."""
    (problem,) = check(make_package("id,name\n1,仙台市\n2,名取市,増田\n"))
    assert (problem.kind.type, problem.row, problem.value, problem.detail) == ("ragged-row", 3, "増田", "3列目が余分です")


def test_ragged_row_in_a_table_with_a_key(check: Check, make_package: MakePackage) -> None:
    """The missing cell may be one of the key."""
    found = check(make_package("id,name\n1\n2\n", schema={"primaryKey": ["id", "name"]}))
    assert {(problem.kind.type, problem.row) for problem in found} == {("ragged-row", 2), ("ragged-row", 3)}


@pytest.mark.parametrize("blank", ["\n", ",\n", '"",""\n'])
@pytest.mark.parametrize("schema", [{}, {"primaryKey": "id"}], ids=["no key", "key"])
def test_blank_row(check: Check, make_package: MakePackage, blank: str, schema: dict[str, str]) -> None:
    """A row without a value, in the middle; it is called blank and nothing else."""
    (problem,) = check(make_package(f"id,name\n1,仙台市\n{blank}2,名取市\n", schema=schema))
    assert (problem.kind.type, problem.row) == ("blank-row", 3)


def test_blank_row_at_the_end(check: Check, make_package: MakePackage) -> None:
    """Spreadsheets leave them."""
    assert [problem.row for problem in check(make_package("id,name\n1,仙台市\n\n\n"))] == [3, 4]


def test_row_numbers_count_records(check: Check, make_package: MakePackage) -> None:
    """The header is row 1; a cell of several lines is one row, as in a spreadsheet."""
    (problem,) = check(make_package('id,name\n1,"仙\n台\n市"\nx,名取市\n'))
    assert (problem.row, problem.field, problem.value) == (3, "id", "x")


def test_no_more_problems_than_anybody_reads(check: Check, make_package: MakePackage) -> None:
    """A file with many faults lists the first ones only, whichever check finds them."""
    for cell in ("x", "9" * 30, "１"):
        rows = f"{cell},仙台市\n" * (MOST_PROBLEMS + 500)
        assert len(check(make_package("id,name\n" + rows))) == MOST_PROBLEMS


def test_faults_of_all_files_are_listed(check: Check, make_package: MakePackage) -> None:
    """Not the first file only."""
    entries = [{"name": name, "path": f"{name}.csv", "schema": {"fields": list(FIELDS)}} for name in ("x", "y")]
    content = "id,name\none,仙台市\n"
    found = check(make_package(descriptor={"resources": entries}, files={"x.csv": content, "y.csv": content}))
    assert [problem.file for problem in found] == ["x.csv", "y.csv"]


# Types


@pytest.mark.parametrize(
    ("field", "cells"),
    [
        ({"type": "integer"}, ["0", "-1", "+1", "007", str(2**63 - 1), str(-(2**63)), ""]),
        ({"type": "integer", "bareNumber": False}, ["5人", "約5", "-5%"]),
        ({"type": "number"}, ["0", "-1.5", "1e3", ".5", "5.", "NaN", "INF", "-INF", "9" * 100, ""]),
        ({"type": "number", "groupChar": ",", "decimalChar": "."}, ["1,187.5", "5"]),
        ({"type": "number", "groupChar": "_"}, ["1_187"]),
        ({"type": "boolean"}, ["true", "false", "TRUE", "0", "1", ""]),
        ({"type": "boolean", "trueValues": ["はい", "○"], "falseValues": ["いいえ", "×"]}, ["はい", "○", "いいえ", "×"]),
        ({"type": "date"}, ["2021-04-01", "0001-01-01", "9999-12-31", "2024-02-29", ""]),
        ({"type": "date", "format": "%Y年%m月%d日"}, ["2021年04月01日"]),
        ({"type": "date", "format": "%Y_%m_%d"}, ["2021_04_01"]),
        ({"type": "datetime"}, ["2021-04-01T12:00:00", "2021-04-01T12:00:00Z", "2021-04-01T12:00:00+09:00"]),
        ({"type": "time"}, ["12:00:00", "23:59:59"]),
        ({"type": "year"}, ["2021", "0001"]),
        ({"type": "yearmonth"}, ["2021-04"]),
        ({"type": "string"}, ["", " ", "１２", "=1+1"]),
        ({"type": "any"}, ["x", "1"]),
        ({}, ["仙台市"]),
    ],
)
def test_values_that_fit_their_type(faults: Any, field: Field, cells: list[str]) -> None:
    """What Table Schema says of each type."""
    assert faults(field, *cells) == []


@pytest.mark.parametrize(
    ("type", "cell", "words"),
    [
        ("integer", "x", "整数"),
        ("integer", "1.5", "整数"),
        ("integer", "1,187", "整数"),
        ("integer", "5人", "整数"),
        ("integer", "-", "整数"),
        ("integer", "9" * 5000, "整数"),
        ("number", "約5", "数値"),
        ("number", "1,187", "数値"),
        ("boolean", "はい", "真偽値（true / false）"),
        ("boolean", "yes", "真偽値（true / false）"),
        ("date", "令和3年4月1日", "日付（2021-04-01 の形）"),
        ("date", "2021/04/01", "日付（2021-04-01 の形）"),
        ("date", "2021-02-29", "日付（2021-04-01 の形）"),
        ("date", "2021", "日付（2021-04-01 の形）"),
        ("datetime", "2021-04-01", "日時"),
        ("time", "25:00:00", "時刻"),
        ("year", "R3", "西暦の年"),
        ("year", "21", "西暦の年"),
        ("yearmonth", "2021年4月", "年月（2021-04 の形）"),
    ],
)
def test_wrong_type(faults: Any, type: str, cell: str, words: str) -> None:
    """Row, field and value, and the wanted type in Japanese."""
    (problem,) = faults({"type": type}, "", cell)
    assert (problem.kind.type, problem.row, problem.field, problem.value) == ("type", 3, "x", cell)
    assert (problem.rule, problem.detail) == (f"type: {type}/default", words)


@pytest.mark.parametrize("cell", [str(2**63), str(-(2**63) - 1), "1" + "0" * 64])
def test_integer_of_65_bits(faults: Any, cell: str) -> None:
    """An integer that the DataStore's type does not hold; the message says what to use."""
    (problem,) = faults({"type": "integer"}, cell)
    assert (problem.kind.type, problem.value) == ("type", cell)
    assert "64ビット" in problem.message
    assert "number" in problem.message


@pytest.mark.parametrize("cell", ["1e999999", "-1e1000", "1e-5000", "9" * 1001, "sNaN", "NaN5", "Infinity", "nan"])
def test_number_that_nobody_holds(faults: Any, cell: str) -> None:
    """Ten characters that would become a million digits, and Python's own words for what is no number."""
    (problem,) = faults({"type": "number"}, cell)
    assert (problem.kind.type, problem.value) == ("type", cell)


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ({"type": "integer"}, "１２"),
        ({"type": "number"}, "１２.5"),
        ({"type": "year"}, "２０２１"),
        ({"type": "date"}, "２０２１-04-01"),
        ({"type": "datetime", "format": "%Y-%m-%d %H:%M"}, "２０２１-04-01 12:00"),
        ({"type": "integer"}, "٣"),
    ],
)
def test_full_width_digits(faults: Any, field: Field, cell: str) -> None:
    """Python reads them, other programs do not."""
    (problem,) = faults(field, cell)
    assert (problem.kind.type, problem.detail) == ("type", "半角の数字")


@pytest.mark.parametrize(
    ("type", "cell"),
    [("integer", " 5"), ("integer", "5 "), ("integer", "5\u3000"), ("integer", "1_000"), ("number", "1_0.5"), ("year", " 201")],
)
def test_numbers_only_python_reads(faults: Any, type: str, cell: str) -> None:
    """Blanks around a number, and Python's underscores."""
    (problem,) = faults({"type": type}, cell)
    assert (problem.kind.type, problem.detail) == ("type", "空白や「_」のない数")


# Missing values


@pytest.mark.parametrize(
    ("schema", "field", "cell"),
    [
        ({}, {}, ""),
        ({"missingValues": ["", "－"]}, {}, "－"),
        ({"missingValues": ["", "調整中"]}, {"type": "date"}, "調整中"),
        ({"missingValues": ["-"]}, {"missingValues": ["", "＊"]}, "＊"),
    ],
)
def test_missing_values(check: Check, make_package: MakePackage, schema: dict[str, Any], field: Field, cell: str) -> None:
    """What stands for "not given" fits any type: for the table, or for one field instead."""
    fields = [{"name": "id"}, {"name": "x", "type": "integer", **field}]
    assert check(make_package(f"id,x\n1,{cell}\n", fields, schema=schema)) == []


@pytest.mark.parametrize(
    ("schema", "field", "cell"),
    [
        ({}, {}, "－"),
        ({"missingValues": ["－"]}, {}, ""),
        ({"missingValues": []}, {}, ""),
        ({"missingValues": ["-"]}, {"missingValues": ["＊"]}, "-"),
    ],
)
def test_values_that_are_not_missing(check: Check, make_package: MakePackage, schema: dict[str, Any], field: Field, cell: str) -> None:
    """Nothing else does, not even an empty cell where it is not listed."""
    fields = [{"name": "id"}, {"name": "x", "type": "integer", **field}]
    assert [problem.kind.type for problem in check(make_package(f"id,x\n1,{cell}\n", fields, schema=schema))] == ["type"]


# Constraints


@pytest.mark.parametrize(
    ("field", "cell", "rule", "detail"),
    [
        ({"constraints": {"required": True}}, "", "required", "True"),
        ({"constraints": {"enum": ["継続", "完了"]}}, "終了", "enum", "['継続', '完了']"),
        ({"constraints": {"pattern": "[0-9]{6}"}}, "04000", "pattern", "[0-9]{6}"),
        ({"constraints": {"pattern": "a|b"}}, "ax", "pattern", "a|b"),
        ({"constraints": {"pattern": "a|b"}}, "xb", "pattern", "a|b"),
        ({"constraints": {"pattern": "a"}}, "a\n", "pattern", "a"),
        ({"constraints": {"minLength": 2}}, "x", "minLength", "2"),
        ({"constraints": {"maxLength": 2}}, "仙台市", "maxLength", "2"),
        ({"type": "integer", "constraints": {"minimum": 0}}, "-1", "minimum", "0"),
        ({"type": "number", "constraints": {"maximum": 100}}, "100.5", "maximum", "100"),
        ({"type": "date", "constraints": {"minimum": "2021-04-01"}}, "2021-03-31", "minimum", "2021-04-01"),
        ({"type": "integer", "constraints": {"enum": [1, "2"]}}, "3", "enum", "[1, '2']"),
    ],
)
def test_broken_constraint(faults: Any, field: Field, cell: str, rule: str, detail: str) -> None:
    """Row, field, value, the rule's name and what it asks for."""
    (problem,) = faults(field, cell)
    assert (problem.kind.type, problem.row, problem.field, problem.value) == ("constraint", 2, "x", cell)
    assert (problem.rule, problem.detail) == (rule, detail)


def test_unique(faults: Any) -> None:
    """The second of two equal values; missing ones are not equal."""
    (problem,) = faults({"constraints": {"unique": True}}, "仙台", "", "", "仙台")
    assert (problem.kind.type, problem.row, problem.rule, problem.value) == ("constraint", 5, "unique", "仙台")


def test_hostile_cells_are_text(faults: Any) -> None:
    """Scripts, formulas and SQL are data, kept to the letter."""
    assert faults({}, "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "'; DROP TABLE x; --") == []


def test_check_that_stops_is_a_problem_of_that_file(check: Check, make_package: MakePackage) -> None:
    """Where frictionless itself gives up (a key of lists), the file is named and nothing crashes."""
    fields = [{"name": "id", "type": "array"}, {"name": "name"}]
    (problem,) = check(make_package('id,name\n"[1]",x\n', fields, schema={"primaryKey": "id"}))
    assert (problem.kind.type, problem.file) == ("unreadable", "data/cities.csv")
