"""A folder is a Data Package: its descriptor is in order and names files that lie in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.miyagiict.packages import editions, metadata, package, table
from ckanext.miyagiict.packages.package import read_package
from ckanext.miyagiict.packages.problems import PackageInvalid
from ckanext.miyagiict.packages.validate import validate

from .conftest import FIELDS, Check, MakePackage
from .descriptors import FULL, Place, places, put


def test_a_package_is_read(make_package: MakePackage) -> None:
    """Name, tables and their files."""
    read = read_package(make_package())
    assert (read.name, [table.name for table in read.tables]) == ("test-package", ["cities"])
    assert read.tables[0].content.startswith(b"id,name")


def test_schema_in_a_file_of_its_own(make_package: MakePackage) -> None:
    """A schema may be a path in the package."""
    folder = make_package(resource={"schema": "schemas/c.json"}, files={"schemas/c.json": '{"fields": [{"name": "id"}, {"name": "name"}]}'})
    table = read_package(folder).tables[0]
    assert table.schema_file == "schemas/c.json"
    assert table.schema == {"fields": [{"name": "id"}, {"name": "name"}]}


def test_file_without_schema_is_no_table(make_package: MakePackage) -> None:
    """A PDF beside the tables is published as a file."""
    other = {"name": "paper", "path": "paper.pdf"}
    entry = {"name": "cities", "path": "data/cities.csv", "schema": {"fields": list(FIELDS)}}
    read = read_package(make_package(descriptor={"resources": [entry, other]}, files={"paper.pdf": b"%PDF-1.7"}))
    assert [resource.is_table for resource in read.resources] == [True, False]


def test_hash_tells_any_change(make_package: MakePackage) -> None:
    """Data, schema and words each count; the folder's place does not."""
    changed = [
        make_package(),
        make_package(csv="id,name\n1,仙台市\n"),
        make_package(fields=[FIELDS[0], {**FIELDS[1], "title": "名前"}]),
        make_package(descriptor={"title": "市町村"}),
    ]
    assert len({read_package(folder).sha256 for folder in changed}) == 4
    assert read_package(make_package()).sha256 == read_package(make_package()).sha256


# Not a Data Package


def test_no_folder(check: Check, tmp_path: Path) -> None:
    """A folder that is not there."""
    assert [problem.kind.type for problem in check(tmp_path / "nowhere")] == ["not-a-package"]


def test_a_file_is_no_folder(check: Check, tmp_path: Path) -> None:
    """A file where a folder is expected."""
    (tmp_path / "file").write_text("{}")
    assert [problem.kind.type for problem in check(tmp_path / "file")] == ["not-a-package"]


def test_no_descriptor(check: Check, tmp_path: Path) -> None:
    """A folder without datapackage.json."""
    assert [problem.kind.type for problem in check(tmp_path)] == ["not-a-package"]


def test_descriptor_is_a_folder(check: Check, tmp_path: Path) -> None:
    """datapackage.json must be a file."""
    (tmp_path / "datapackage.json").mkdir()
    assert [problem.kind.type for problem in check(tmp_path)] == ["not-a-package"]


def test_descriptor_is_a_link_to_elsewhere(check: Check, tmp_path: Path) -> None:
    """A link out of the folder is not followed."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "other.json").write_text('{"name": "other"}')
    (tmp_path / "folder/datapackage.json").symlink_to(tmp_path / "other.json")
    (problem,) = check(tmp_path / "folder")
    assert (problem.kind.type, problem.detail) == ("not-a-package", "リンクがフォルダの外を指しています")


@pytest.mark.parametrize("content", ["", "{", "[]", "{'name': 1}", "[" * 2000, "\ufeff", "null"])
def test_descriptor_is_no_json_object(check: Check, make_package: MakePackage, content: str) -> None:
    """Broken JSON, a list, deep nesting."""
    (problem,) = check(make_package(files={"datapackage.json": content}))
    assert problem.kind.type == "not-a-package"
    assert problem.file.endswith("datapackage.json")


def test_schema_file_is_no_json_object(check: Check, make_package: MakePackage) -> None:
    """A broken schema is named by its own file."""
    (problem,) = check(make_package(resource={"schema": "s.json"}, files={"s.json": "["}))
    assert (problem.kind.type, problem.file) == ("descriptor", "s.json")


# Descriptor


@pytest.mark.parametrize("name", [None, "", "x", "Plans", "宮城", "a b", "a/b", "../x", "-plan", "plan\n", "a" * 101, 5, ["x"]])
def test_package_name_must_fit_an_address(check: Check, make_package: MakePackage, name: Any) -> None:
    """2 to 100 of a-z, 0-9, - and _, as CKAN has it."""
    assert [problem.kind.type for problem in check(make_package(descriptor={"name": name}))] == ["descriptor"]


@pytest.mark.parametrize("resources", [None, [], {}, "data.csv", [None], ["data.csv"], [[]], [{}]])
def test_resources_must_be_named_objects(check: Check, make_package: MakePackage, resources: Any) -> None:
    """At least one, each an object with a name."""
    assert [problem.kind.type for problem in check(make_package(descriptor={"resources": resources}))] == ["descriptor"]


@pytest.mark.parametrize("name", ["", "表", "a b", "a/b", "..", None, 1])
def test_resource_name_must_fit_an_address(check: Check, make_package: MakePackage, name: Any) -> None:
    """Resource names become parts of addresses."""
    assert [problem.kind.type for problem in check(make_package(resource={"name": name}))] == ["descriptor"]


def test_resource_names_are_unique(check: Check, make_package: MakePackage) -> None:
    """Two resources of one name."""
    entry = {"name": "cities", "path": "data/cities.csv"}
    (problem,) = check(make_package(descriptor={"resources": [entry, entry]}))
    assert "重複" in problem.detail


@pytest.mark.parametrize(
    "schema",
    [5, [], "", {}, {"fields": []}, {"fields": {}}, {"fields": ["id"]}, {"fields": [None]}, {"fields": [{}]}, {"fields": [{"name": 1}]}],
)
def test_schema_must_have_fields(check: Check, make_package: MakePackage, schema: Any) -> None:
    """A Table Schema is an object with at least one named field."""
    assert {problem.kind.type for problem in check(make_package(resource={"schema": schema}))} <= {"descriptor", "unsafe-path"}
    assert check(make_package(resource={"schema": schema}))


@pytest.mark.parametrize(
    "field",
    [
        {"type": "text"},
        {"type": 5},
        {"title": 5},
        {"unit": 5},
        {"title_en": ["x"]},
        {"constraints": "required"},
        {"constraints": {"required": "yes"}},
        {"constraints": {"pattern": "("}},
        {"constraints": {"pattern": "(?i)x"}, "comment": "flags in the middle, as frictionless puts it"},
        {"constraints": {"enum": "x"}},
        {"constraints": {"minimum": 1}},
        {"type": "integer", "constraints": {"minimum": "one"}},
        {"type": "date", "constraints": {"maximum": "令和3年"}},
        {"type": "integer", "constraints": {"enum": ["1", "x"]}},
        {"type": "boolean", "trueValues": "はい"},
        {"missingValues": "-"},
        {"format": "no-such-format"},
        {"required": True},
    ],
)
def test_field_that_cannot_be_meant(check: Check, make_package: MakePackage, field: dict[str, Any]) -> None:
    """Faults of a field are found in the schema, before any row is read."""
    found = check(make_package(fields=[{"name": "id"}, {"name": "name", **field}]))
    assert {problem.kind.type for problem in found} == {"descriptor"}


@pytest.mark.parametrize(
    "schema",
    [
        {"primaryKey": "nr"},
        {"primaryKey": ["id", "nr"]},
        {"foreignKeys": {}, "primaryKey": 5},
        {"foreignKeys": [{"fields": "nr", "reference": {"resource": "", "fields": "id"}}]},
        {"foreignKeys": [{"fields": "id", "reference": {"resource": "towns", "fields": "id"}}]},
        {"foreignKeys": [{"fields": "id", "reference": {"resource": "", "fields": "code"}}]},
        {"foreignKeys": [{"fields": ["id", "name"], "reference": {"resource": "", "fields": "id"}}]},
        {"foreignKeys": [{"fields": "id"}]},
        {"foreignKeys": [{"fields": "id", "reference": "cities"}]},
        {"foreignKeys": [{}]},
        {"foreignKeys": "id"},
    ],
)
def test_keys_must_name_what_is_there(check: Check, make_package: MakePackage, schema: dict[str, Any]) -> None:
    """A key with a missing field, table or reference."""
    assert {problem.kind.type for problem in check(make_package(schema=schema))} == {"descriptor"}


def test_foreign_key_to_a_file_that_is_no_table(check: Check, make_package: MakePackage) -> None:
    """Only tables can be referred to."""
    schema = {"fields": list(FIELDS), "foreignKeys": [{"fields": "id", "reference": {"resource": "paper", "fields": "id"}}]}
    resources = [{"name": "cities", "path": "data/cities.csv", "schema": schema}, {"name": "paper", "path": "paper.txt"}]
    (problem,) = check(make_package(descriptor={"resources": resources}, files={"paper.txt": "id"}))
    assert "'paper' という表はありません" in problem.detail


def test_every_fault_of_a_descriptor_is_listed(check: Check, make_package: MakePackage) -> None:
    """One run shows all schemas' faults, not the first."""
    wrong = {"fields": [{"name": "a", "type": "text"}, {"name": "b", "type": "words"}]}
    resources = [{"name": name, "path": "data/cities.csv", "schema": wrong} for name in ("x", "y")]
    assert len(check(make_package(descriptor={"resources": resources}))) >= 2


#: Values that are wrong in most places, each in its own way.
ODD = [None, True, 0, -1, 1.5, 10**30, "", "x", "[", "あ" * 200, [], {}, [[]], [{}], [None], [1], ["x"], [["id"]], {"x": 1}, {"$ref": "x"}]


def test_full_descriptor_is_valid(check: Check, make_package: MakePackage) -> None:
    """The descriptor that the next test spoils."""
    assert check(make_package(descriptor=FULL)) == []


@settings(max_examples=300)
@given(place=st.sampled_from(list(places())), value=st.sampled_from(ODD))
def test_whatever_stands_in_a_descriptor(make_package: MakePackage, place: Place, value: Any) -> None:
    """Any JSON in any place: problems that can be told, or a package that can be published; never a crash."""
    folder = make_package(files={"datapackage.json": json.dumps(put(place, value))})
    try:
        read = read_package(folder)
        validate(read)
    except PackageInvalid as invalid:
        json.dumps([problem.as_dict() for problem in invalid.problems])
        return
    metadata.read_metadata(read.descriptor)
    editions.published_descriptor(read)
    for resource in read.tables:
        assert resource.schema is not None
        assert table.columns(resource.schema)
        assert len(list(table.typed_rows(resource))) == 2


# Files


def test_missing_file(check: Check, make_package: MakePackage) -> None:
    """The file that the descriptor names is not there."""
    (problem,) = check(make_package(resource={"path": "data/towns.csv"}))
    assert (problem.kind.type, problem.file) == ("missing-file", "data/towns.csv")


def test_missing_schema_file(check: Check, make_package: MakePackage) -> None:
    """So is its schema."""
    (problem,) = check(make_package(resource={"schema": "schemas/towns.json"}))
    assert (problem.kind.type, problem.file) == ("missing-file", "schemas/towns.json")


def test_every_missing_file_is_listed(check: Check, make_package: MakePackage) -> None:
    """All at once."""
    resources = [{"name": name, "path": f"{name}.csv"} for name in ("x", "y", "z")]
    assert [problem.file for problem in check(make_package(descriptor={"resources": resources}))] == ["x.csv", "y.csv", "z.csv"]


def test_folder_is_no_file(check: Check, make_package: MakePackage) -> None:
    """A path that is a folder."""
    assert [problem.kind.type for problem in check(make_package(resource={"path": "data"}))] == ["missing-file"]


def test_file_name_longer_than_any(check: Check, make_package: MakePackage) -> None:
    """A name that no file system takes."""
    assert [problem.kind.type for problem in check(make_package(resource={"path": "x" * 5000}))] == ["missing-file"]


def test_huge_file_is_not_read(check: Check, make_package: MakePackage) -> None:
    """The size is asked first; this file is a hole of half a gigabyte."""
    folder = make_package()
    with (folder / "data/cities.csv").open("r+b") as file:
        file.truncate(package.MOST_BYTES + 1)
    (problem,) = check(folder)
    assert (problem.kind.type, problem.file) == ("too-large", "data/cities.csv")


def test_the_same_file_many_times_counts_each_time(check: Check, make_package: MakePackage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each resource holds its own copy while it is checked."""
    resources = [{"name": f"r{number}", "path": "data/cities.csv"} for number in range(20)]
    monkeypatch.setattr(package, "MOST_BYTES", 100)
    assert [problem.kind.type for problem in check(make_package(descriptor={"resources": resources}))] == ["too-large"]


@pytest.mark.parametrize("path", [None, 5, ["data/cities.csv"], ["data/cities.csv", "data/cities.csv"], {}])
def test_path_is_one_string(check: Check, make_package: MakePackage, path: Any) -> None:
    """A table in several files is not taken."""
    assert [problem.kind.type for problem in check(make_package(resource={"path": path}))] == ["not-one-file"]


@pytest.mark.parametrize("name", ["data", "extrapaths", "innerpath", "compression", "scheme", "layout"])
def test_content_from_elsewhere(check: Check, make_package: MakePackage, name: str) -> None:
    """Inline data, archives and further files are not taken: what is published is the one file."""
    (problem,) = check(make_package(resource={name: "zip"}))
    assert (problem.kind.type, problem.value) == ("not-one-file", "cities")


def test_descriptor_is_not_its_own_resource(check: Check, make_package: MakePackage) -> None:
    """datapackage.json has an address of its own."""
    assert [problem.kind.type for problem in check(make_package(resource={"path": "datapackage.json"}))] == ["not-one-file"]
