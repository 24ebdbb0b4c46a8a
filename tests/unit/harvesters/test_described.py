"""Tables as their descriptor says that they are read, by the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package
from hypothesis import given
from hypothesis import strategies as st

from miyagi_harvesters.__main__ import main
from miyagi_harvesters.datapackage import DataPackage
from miyagi_harvesters.problems import PortalError

from .portal_fakes import FakeFetcher

FIELDS = {"fields": [{"name": "町名", "type": "string"}, {"name": "世帯", "type": "integer"}]}


class Fetched:
    """What became of one descriptor and the files beside it."""

    def __init__(self, folder: Path, resources: list[dict[str, Any]], files: dict[str, bytes]) -> None:
        (folder / "in").mkdir()
        for name, body in files.items():
            (folder / "in" / name).write_bytes(body)
        descriptor = {"name": "towns", "title": "【名取市】町", "resources": resources}
        (folder / "in" / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
        self.code = main(["fetch", "datapackage", str(folder / "in"), "--out", str(folder / "out")])
        (self.folder,) = (folder / "out").iterdir()
        self.resources = json.loads((self.folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]
        if self.resources:
            assert Package(str(self.folder / "datapackage.json")).validate().valid

    @property
    def tables(self) -> list[list[str]]:
        """The lines of each table."""
        return [(self.folder / one["path"]).read_text(encoding="utf-8").splitlines() for one in self.resources]


def one(tmp_path: Path, body: str | bytes, **said: Any) -> Fetched:
    """A table with a description."""
    return Fetched(tmp_path, [{"name": "t", "path": "t.csv", **said}], {"t.csv": body if isinstance(body, bytes) else body.encode()})


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        ([["町名", "世帯"], ["増田", "0120"], ["閖上", None]], ["町名,世帯", "増田,0120", "閖上,"]),
        ([{"町名": "増田", "率": 2.50}, {"町名": "閖上", "新": True, "数": 3}], ["町名,率,新,数", "増田,2.5,,", "閖上,,true,3"]),
        ("町名,世帯\n増田,0120\n", ["町名,世帯", "増田,0120"]),
    ],
)
def test_data_in_the_descriptor_are_a_table(tmp_path: Path, data: Any, lines: list[str]) -> None:
    """Rows, objects, a text."""
    fetched = Fetched(tmp_path, [{"name": "t", "data": data, "format": "csv"}], {})
    assert fetched.tables == [lines]


def test_numbers_in_the_descriptor_are_kept_to_the_letter(tmp_path: Path) -> None:
    """A zero at the end is one of what was written."""
    body = b'{"name": "n", "resources": [{"name": "t", "data": [["a", "b"], [2.50, 1e3]]}, {"name": "other", "data": {"x": 1}}]}'
    (tmp_path / "datapackage.json").write_bytes(body)
    assert main(["fetch", "datapackage", str(tmp_path / "datapackage.json"), "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "n" / "data" / "t.csv").read_text() == "a,b\n2.50,1e3\n"
    assert json.loads((tmp_path / "out" / "n" / "files" / "other.json").read_bytes()) == {"x": 1}


def test_a_table_without_header_has_the_schemas(tmp_path: Path) -> None:
    """Or numbered columns; no row becomes a header."""
    fetched = one(tmp_path, "増田,12\n閖上,3\n", dialect={"header": False}, schema=FIELDS)
    assert fetched.tables == [["町名,世帯", "増田,12", "閖上,3"]]
    (tmp_path / "more").mkdir()
    assert one(tmp_path / "more", "a,1,\n\nb,2,c\n", dialect={"header": False}).tables == [["column_1,column_2,column_3", "a,1,", "b,2,c"]]


@pytest.mark.parametrize(
    ("dialect", "text", "lines"),
    [
        ({"delimiter": "|"}, "町名|世帯\n増田|1,2\n", ["町名,世帯", '増田,"1,2"']),
        ({"delimiter": ";", "quoteChar": "'"}, "町名;世帯\n'増;田';\"1\n", ["町名,世帯", '増;田,"""1"']),
        ({"quoteChar": None}, '町名,世帯\n"増田,1"\n', ["町名,世帯", '"""増田","1"""']),
        ({"escapeChar": "\\", "doubleQuote": False}, '町名,世帯\n"増\\"田",1\n', ["町名,世帯", '"増""田",1']),
        ({"skipInitialSpace": True}, '町名, 世帯\n増田, "1,2"\n', ["町名,世帯", '増田,"1,2"']),
        ({"headerRows": [1, 3], "headerJoin": "/"}, "町,世帯\n表題,\n名,数\n増田,1\n", ["町/名,世帯/数", "増田,1"]),
        ({"headerRows": [2]}, "増田の表,\n町名,世帯\n増田,1\n", ["町名,世帯", "増田,1"]),
        ({"commentChar": "#"}, "# いつ,\n町名,世帯\n増田,1\n#途中,x\n閖上,2\n", ["町名,世帯", "増田,1", "閖上,2"]),
        ({"commentRows": [1, 3], "header": True}, "いつ,\n町名,世帯\n単位,戸\n増田,1\n", ["町名,世帯", "増田,1"]),
        ({"delimiter": "||", "header": True}, "町名,世帯\n増田,1\n", ["町名,世帯", "増田,1"]),
    ],
)
def test_a_dialect_is_followed(tmp_path: Path, dialect: dict[str, Any], text: str, lines: list[str]) -> None:
    """Of both versions of the standard."""
    assert one(tmp_path, text, dialect=dialect).tables == [lines]


def test_the_schema_tells_the_header(tmp_path: Path) -> None:
    """Where nothing is said of its row, below a title that looks like one."""
    fetched = one(tmp_path, "令和,名取\n町の,世帯数\n町名,世帯\n増田,12\n", schema=FIELDS)
    assert fetched.tables == [["町名,世帯", "増田,12"]]
    assert [row["cells"] for row in fetched.resources[0]["original"]["rowsAboveHeader"]] == [["令和", "名取"], ["町の", "世帯数"]]


def test_what_is_set_aside_is_kept(tmp_path: Path) -> None:
    """Comments and rows above the header, each with its line; and the description as it was published."""
    dialect = {"commentChar": "#", "headerRows": [2]}
    (table,) = one(tmp_path, "町の表,\n町名,世帯\n増田,1\n#途中,x\n", dialect=dialect, schema=FIELDS).resources
    assert [(row["line"], row["reason"]) for row in table["original"]["rowsAboveHeader"]] == [(1, "title"), (4, "comment")]
    assert (table["original"]["dialect"], table["original"]["schema"]) == (dialect, FIELDS)


def test_what_is_not_followed_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sheet, a schema in another file, a column that is not there."""
    one(tmp_path, "町名,戸\n増田,1\n", dialect={"sheetName": "二枚目"}, schema="https://x.example/schema.json")
    (tmp_path / "more").mkdir()
    one(tmp_path / "more", "町名,戸\n増田,1\n", schema=FIELDS)
    told = capsys.readouterr().err
    assert all(words in told for words in ("sheetName", "https://x.example/schema.json", "世帯"))


def test_a_stated_encoding_that_bytes_do_not_show(tmp_path: Path) -> None:
    """EUC-JP reads as CP932 with other characters."""
    assert one(tmp_path, "町名,世帯\n増田,1\n".encode("euc-jp"), encoding="euc-jp").tables == [["町名,世帯", "増田,1"]]
    (tmp_path / "more").mkdir()
    assert one(tmp_path / "more", "町名,世帯\n増田,1\n".encode("cp932"), encoding="utf-8").tables == [["町名,世帯", "増田,1"]]


@pytest.mark.parametrize("values", [["-", "不明"], [{"value": "-", "label": "なし"}, {"value": "不明"}]])
def test_published_missing_values_and_types_are_kept(tmp_path: Path, values: list[Any]) -> None:
    """A column is a number although some of its cells are signs; digits that are called text stay text."""
    numbered = {"name": "番", "type": "string", "title": "町の番", "description": "台帳の番"}
    fields = [numbered, {"name": "世帯", "type": "number"}, {"name": "備考", "type": "date"}]
    (table,) = one(tmp_path, "番,世帯,備考\n7,-,なし\n8,12,不明\n", schema={"fields": fields, "missingValues": values}).resources
    assert table["schema"]["missingValues"] == ["", "-", "不明"]
    assert [field["type"] for field in table["schema"]["fields"]] == ["string", "number", "string"]
    assert table["schema"]["fields"][0]["title"] == "町の番"
    assert table["schema"]["fields"][0]["description"].startswith("台帳の番")


def test_files_of_one_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One behind the other, with or without a header of their own; what is missing is told."""
    files = {"1.csv": "町名,世帯\r\n増田,1".encode(), "2.csv": "閖上,2\n".encode(), "3.csv": "\ufeff町名,世帯\n愛島,3\n".encode()}
    assert Fetched(tmp_path, [{"name": "t", "path": list(files)}], files).tables == [["町名,世帯", "増田,1", "閖上,2", "愛島,3"]]
    assert capsys.readouterr().out.splitlines()[-1] == "records=1 rows=3 problems=0"
    (tmp_path / "more").mkdir()
    del files["2.csv"]
    headless = [{"name": "t", "path": ["1.csv", "2.csv"], "dialect": {"header": False}}]
    parts = Fetched(tmp_path / "more", headless, files)
    assert parts.tables == [["column_1,column_2", "町名,世帯", "増田,1"]]
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == "records=1 rows=2 problems=1"
    assert "2.csv" in printed.err


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["name", "value", "fields", "type"]), inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    "delimiter", "quoteChar", "escapeChar", "header", "headerRows", "headerJoin", "commentChar", "commentRows", "nullSequence", "doubleQuote"
]


@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=5) | JSON, JSON, JSON, st.text(max_size=40))
def test_any_description_is_read(dialect: Any, schema: Any, data: Any, text: str) -> None:
    """Or refused with a problem."""
    from miyagi_harvesters.contents import read_contents

    said = {"resources": [{"path": "a.csv", "dialect": dialect, "schema": schema, "encoding": text}, {"data": data, "dialect": dialect}]}
    reader = DataPackage("", FakeFetcher({}))
    for document in reader.documents_in("x.json", json.dumps(said).encode()):
        record = reader.map(document)
        held = reader.bodies_in(document, record)
        for resource in record.resources:
            body = held[resource.id].body if resource.id in held else text.encode("utf-8", "replace")
            try:
                for content in read_contents(resource, body, "x"):
                    assert len(list(content.table.rows)) == len(content.table.rows)
            except PortalError:
                continue
