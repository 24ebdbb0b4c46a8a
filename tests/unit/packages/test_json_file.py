"""JSON is read strictly: what passes can be stored, shown and published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.miyagiict.packages import json_file
from ckanext.miyagiict.packages.json_file import read_json_object
from ckanext.miyagiict.packages.problems import PackageInvalid

USABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]))
SIMPLE = st.none() | st.booleans() | st.integers() | USABLE
VALUES = st.recursive(SIMPLE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(USABLE, inner, max_size=3), max_leaves=5)


def reason_for(path: Path, content: str | bytes) -> str:
    """Why a file of this content is refused."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(PackageInvalid) as refused:
        read_json_object(path, "x.json", "descriptor")
    (problem,) = refused.value.problems
    assert (problem.file, problem.kind.type) == ("x.json", "descriptor")
    return problem.detail


@given(value=st.dictionaries(USABLE, VALUES, max_size=3))
def test_any_json_object_comes_back(tmp_path_factory: pytest.TempPathFactory, value: dict[str, object]) -> None:
    """A file written by somebody else's JSON writer is read as it was meant."""
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    assert read_json_object(path, "any.json", "descriptor") == value


def test_bom_is_let_pass(tmp_path: Path) -> None:
    """Windows editors write a BOM before JSON."""
    path = tmp_path / "x.json"
    path.write_bytes(b"\xef\xbb\xbf{}")
    assert read_json_object(path, "x.json", "descriptor") == {}


def test_broken_json_names_line_and_column(tmp_path: Path) -> None:
    """The officer is told where to look."""
    assert reason_for(tmp_path / "x.json", '{\n  "name": "x",\n}') == "3行目1文字目がJSONの書き方に合いません"


@pytest.mark.parametrize("content", ["", "[]", "3", '"datapackage"', "null"])
def test_only_an_object_will_do(tmp_path: Path, content: str) -> None:
    """An empty file, a list or a bare value is no object."""
    assert "JSON" in reason_for(tmp_path / "x.json", content)


def test_cp932_json_is_refused(tmp_path: Path) -> None:
    """JSON is UTF-8."""
    assert "UTF-8" in reason_for(tmp_path / "x.json", '{"title": "宮城県"}'.encode("cp932"))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 5000])
def test_numbers_that_json_or_python_does_not_have(tmp_path: Path, number: str) -> None:
    """Python's reader would take most of these, and write them back as no JSON."""
    assert "数値" in reason_for(tmp_path / "x.json", f'{{"minimum": {number}}}')


@pytest.mark.parametrize("text", [r"\u0000", r"\u001b[31m", r"\ud800", r"\u007f"])
def test_strings_that_no_database_holds(tmp_path: Path, text: str) -> None:
    """NUL, escape sequences and halves of surrogate pairs, with the place where they stand."""
    assert "/resources/0/title" in reason_for(tmp_path / "x.json", f'{{"resources": [{{"title": "{text}"}}]}}')


def test_names_that_no_database_holds(tmp_path: Path) -> None:
    """Property names too."""
    assert "名前" in reason_for(tmp_path / "x.json", r'{"\u0000": 1}')


@pytest.mark.parametrize("levels", [40, 900, 100_000])
def test_deep_nesting(tmp_path: Path, levels: int) -> None:
    """Deep nesting stops at once, whether or not Python's reader gets through."""
    assert reason_for(tmp_path / "x.json", '{"a":' + "[" * levels + "]" * levels + "}") == "入れ子が深すぎます"


def test_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size is asked first."""
    monkeypatch.setattr(json_file, "MOST_BYTES", 10)
    assert "10バイト" in reason_for(tmp_path / "x.json", '{"name": "longer than that"}')
