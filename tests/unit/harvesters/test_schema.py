"""Types are given where every cell proves them; all else stays text and is told."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from frictionless import Dialect, Resource, Schema
from frictionless.formats import CsvControl
from hypothesis import given, settings
from hypothesis import strategies as st

from miyagi_harvesters.schema import infer
from miyagi_harvesters.writing import _csv_line


def field(name: str, *cells: str, **more: Any) -> dict[str, Any]:
    """The field of a table of one column."""
    return infer((name,), [(cell,) for cell in cells], **more)["fields"][0]


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        ("台数", ("1", "-20", ""), "integer"),
        ("緯度", ("38.1", "140"), "number"),
        ("開始日", ("2026-04-01", ""), "date"),
        ("台数", ("01", "2"), "string"),
        ("市町村コード", ("42072",), "string"),
        ("郵便番号", ("9811224",), "string"),
        ("NO", ("1",), "string"),
        ("開始日", ("令和8年4月1日",), "string"),
        ("開始日", ("R8.4.1", "2026-04-01"), "string"),
        ("日", ("2026/4/1",), "string"),
        ("日", ("2026-02-30",), "string"),
        ("数", ("１２",), "string"),
        ("率", ("12%",), "string"),
        ("面積", ("35㎡",), "string"),
        ("人口", ("1,234",), "string"),
        ("値", ("-",), "string"),
        ("値", ("1e5",), "string"),
        ("値", ("12345678901234567890",), "string"),
        ("有無", ("true", "false"), "string"),
        ("空", ("", ""), "string"),
        ("値", (" 1",), "string"),
        ("値", ("-0",), "string"),
    ],
)
def test_type(name: str, cells: tuple[str, ...], expected: str) -> None:
    """One doubtful cell makes a column text."""
    assert field(name, *cells)["type"] == expected


@pytest.mark.parametrize(
    ("cell", "note"),
    [
        ("令和８年４月１日", "和暦"),
        ("R8.4.1", "和暦"),
        ("公－１", "全角数字"),
        ("007", "0で始まる"),
        ("5%", "百分率"),
        ("3人", "単位"),
        ("1,234", "桁区切り"),
    ],
)
def test_what_is_recognised_is_told_and_not_turned(cell: str, note: str) -> None:
    """The field says what its cells look like, with an example."""
    told = field("x", cell, "ほか")
    assert told["type"] == "string"
    assert any(note in one and cell in one for one in told["notes"])
    assert told["description"] == " ".join(told["notes"])


def test_every_decision_says_why() -> None:
    """No field without a note; a stated type that was not taken is told."""
    assert field("x", "1")["notes"] == ["値のある1セルがすべて整数です。"]
    assert "int" in field("x", "0001", stated={"x": "int"})["description"]
    assert "印刷された見出し" in field("column_1", "a", printed=("",))["description"]


CELLS = st.one_of(
    st.just(""),
    st.integers(-(10**20), 10**20).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.dates().map(str),
    st.text(max_size=6),
    st.sampled_from(["007", "令和8年4月1日", "１２", "5%", "+5", "1.", ".5", "-0", "0.0", "1_000", "2026-13-01", "NaN", "true"]),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(CELLS, CELLS).filter(lambda row: any(map(str.strip, row))), min_size=1, max_size=6))
def test_frictionless_casts_every_cell_and_changes_no_text(rows: list[tuple[str, str]]) -> None:
    """With the inferred schema no cell fails, and a cell of a text column comes back to the letter."""
    rows = [tuple(cell.replace("\0", "") for cell in row) for row in rows]
    rows = [row for row in rows if any(map(str.strip, row))] or [("a", "b")]
    made = infer(("一", "二"), rows)
    body = "".join(_csv_line(row) for row in (("一", "二"), *rows)).encode("utf-8", "replace")
    dialect = Dialect(controls=[CsvControl(delimiter=",", quote_char='"', double_quote=True, skip_initial_space=False)])
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(body)
        file.flush()
        with Resource(
            path=Path(file.name).name,
            basepath=str(Path(file.name).parent),
            encoding="utf-8",
            schema=Schema.from_descriptor(made),
            dialect=dialect,
        ) as resource:
            cast = list(resource.row_stream)
    assert len(cast) == len(rows)
    for row, cells in zip(cast, rows, strict=True):
        assert row.valid, row.errors
        for described, cell in zip(made["fields"], cells, strict=True):
            if described["type"] == "string":
                assert (row[described["name"]] or "") == cell
            elif cell:
                assert row[described["name"]] is not None
