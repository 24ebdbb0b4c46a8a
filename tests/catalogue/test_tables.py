"""The loader: what is in the file is in the table, and nobody ever sees half of one."""

from __future__ import annotations

import csv
import datetime
import io
import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ckan.plugins.toolkit as tk
from ckan.tests import factories
from ckanext.datastore.backend.postgres import get_read_engine, get_write_engine
from ckanext.miyagiict.catalogue import tables
from ckanext.miyagiict.packages.package import Package, read_package
from ckanext.miyagiict.packages.table import Column, columns, typed_rows
from ckanext.miyagiict.packages.validate import validate

pytestmark = pytest.mark.usefixtures("catalogue")

ID = "00000000-0000-4000-8000-000000000001"

#: Any text but control characters and lone surrogates, which no accepted cell has; line breaks, tabs and quotes often.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t\\\"',;'=+-@　～－髙𠮷"), max_size=30)
CELLS = {
    "string": TEXT,
    "integer": st.integers(-(2**63), 2**63 - 1).map(str),
    # PostgreSQL has no negative zero.
    "number": st.decimals(-(10**20), 10**20, places=4).map(lambda number: f"{number + 0:f}"),
    "boolean": st.sampled_from(["true", "false"]),
    "date": st.dates(min_value=datetime.date(1, 1, 1)).map(str),
    "year": st.integers(1868, 2100).map(str),
}


def column(name: str, type: str = "text") -> Column:
    return Column(name, type, name)


def load(rows: Iterable[Sequence[str | None]], *, names: Sequence[str] = ("a",), primary_key: Sequence[str] = (), resource_id: str = ID) -> int:
    return tables.load(resource_id, [column(name) for name in names], primary_key, rows, "test")


def copy_out(names: Sequence[str]) -> list[list[str]]:
    """The table as PostgreSQL's CSV, which the DataStore's own dump is."""
    connection = get_read_engine().raw_connection()
    text = io.StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY (SELECT {", ".join(names)} FROM "{ID}" ORDER BY _id) TO STDOUT WITH CSV', text)
    connection.close()
    return list(csv.reader(io.StringIO(text.getvalue(), newline="")))


def count(resource_id: str = ID) -> int:
    with get_read_engine().connect() as connection:
        return connection.execute(sa.text(f'SELECT count(*) FROM "{resource_id}"')).scalar_one()


def package_of(folder: Path, types: Sequence[str], rows: Sequence[Sequence[str]]) -> Package:
    fields = [{"name": f"f{number}", "type": type} for number, type in enumerate(types)]
    schema = {"fields": fields, "missingValues": [""]}
    descriptor = {"name": "generated", "resources": [{"name": "t", "path": "t.csv", "format": "csv", "schema": schema}]}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field["name"] for field in fields])
        writer.writerows(rows)
    return read_package(folder)


@st.composite
def generated_tables(draw: Any) -> tuple[list[str], list[list[str]]]:
    """Field types, and rows of cells that fit them or are empty."""
    types = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=5))
    row = st.tuples(*[CELLS[type] | st.just("") for type in types]).map(list)
    # A row of nothing but empty cells is a blank row, which is refused.
    return types, draw(st.lists(row.filter(any), max_size=20))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(generated=generated_tables())
def test_csv_to_datastore_to_csv_is_identical(generated: tuple[list[str], list[list[str]]], tmp_path_factory: Any) -> None:
    """Every cell comes out as it went in: text to the letter, numbers to the digit, empty cells empty."""
    types, rows = generated
    package = package_of(tmp_path_factory.mktemp("package"), types, rows)
    validate(package)
    (table,) = package.tables
    assert table.schema is not None
    tables.load(ID, columns(table.schema), [], typed_rows(table), "test")
    words = {"t": "true", "f": "false"}
    found = [
        [words[cell] if type == "boolean" and cell else cell for type, cell in zip(types, row, strict=True)]
        for row in copy_out([f"f{number}" for number in range(len(types))])
    ]
    assert found == rows


def test_readers_see_the_old_table_or_the_new_one() -> None:
    """Ten tables in a row, of one to ten thousand rows, read all the while: never a half, never none."""
    load([["0"]])
    seen: set[int] = set()
    failures: list[Exception] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            try:
                seen.add(count())
            except sa.exc.DBAPIError as error:
                failures.append(error)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    for thousand in range(1, 11):
        load([str(number)] for number in range(thousand * 1000))
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert seen <= {1, *(thousand * 1000 for thousand in range(1, 11))}
    assert len(seen) > 2


def test_a_load_that_fails_changes_nothing() -> None:
    """Not the rows, not the mark, and no table is left behind."""
    load([["old"]])
    with pytest.raises(psycopg2.errors.InvalidTextRepresentation):
        tables.load(ID, [column("a", "int8")], [], [["1"], ["not a number"]], "new")
    assert (copy_out(["a"]), tables.fingerprints([ID])) == ([["old"]], {ID: "test"})
    with get_write_engine().connect() as connection:
        left = connection.scalars(sa.text("SELECT relname FROM pg_class WHERE relname LIKE :name"), {"name": f"{ID}\\_%"}).all()
    assert sorted(left) == [f"{ID}__id_seq", f"{ID}_pkey"]


def test_rows_that_fail_half_way_change_nothing() -> None:
    """A file that cannot be read to its end while it is loaded."""
    load([["old"]])

    def broken() -> Iterator[list[str]]:
        yield ["new"]
        raise OSError("the disk is gone")

    with pytest.raises((OSError, psycopg2.Error)):
        load(broken())
    assert copy_out(["a"]) == [["old"]]


def test_a_repeated_key_is_refused() -> None:
    """The primary key is an index, in case a check was missed."""
    with pytest.raises(psycopg2.errors.UniqueViolation):
        load([["1"], ["1"]], primary_key=["a"])


def test_aliases_survive() -> None:
    """A second name that staff gave the table shows the new rows."""
    load([["old"]])
    with get_write_engine().begin() as connection:
        connection.execute(sa.text(f'CREATE VIEW "plan_kpis" AS SELECT * FROM "{ID}"'))
    load([["new"]])
    with get_read_engine().connect() as connection:
        assert connection.execute(sa.text('SELECT a FROM "plan_kpis"')).scalar_one() == "new"


def test_a_very_long_row_is_loaded() -> None:
    """PostgreSQL holds 1 MB of terms a row; the cell is kept whole, its terms as far as they go."""
    long = " ".join(f"語{number}" for number in range(150_000))
    load([[long]])
    assert copy_out(["a"]) == [[long]]


@pytest.fixture
def resource() -> dict[str, Any]:
    dataset = factories.Dataset(owner_org=factories.Organization()["id"])
    return factories.Resource(package_id=dataset["id"], url="https://example.jp/a.csv")


def test_the_datastore_takes_the_table_for_its_own(resource: dict[str, Any]) -> None:
    """It finds the primary key, counts the rows, numbers new rows on, and indexes their words."""
    load([["1", "one"], ["2", "two"]], names=["a", "b"], primary_key=["a"], resource_id=resource["id"])
    context = {"ignore_auth": True, "user": factories.Sysadmin()["name"]}
    tk.get_action("datastore_upsert")(dict(context), {
        "resource_id": resource["id"], "force": True, "records": [{"a": "2", "b": "zwei"}, {"a": "3", "b": "drei"}],
    })
    found = tk.get_action("datastore_search")(dict(context), {"resource_id": resource["id"], "sort": "_id"})
    assert [(row["a"], row["b"]) for row in found["records"]] == [("1", "one"), ("2", "zwei"), ("3", "drei")]
    words = tk.get_action("datastore_search")(dict(context), {"resource_id": resource["id"], "q": "zwei"})
    assert [row["a"] for row in words["records"]] == ["2"]
    schema = tk.get_action("datastore_info")(dict(context), {"id": resource["id"]})["fields"][0]["schema"]
    assert schema["is_index"]


def test_the_datastore_can_create_over_it(resource: dict[str, Any]) -> None:
    """CKAN's own action goes on with the table: same index names, no second index."""
    load([["1"]], primary_key=["a"], resource_id=resource["id"])
    tk.get_action("datastore_create")({"ignore_auth": True, "user": factories.Sysadmin()["name"]}, {
        "resource_id": resource["id"], "force": True, "fields": [{"id": "a", "type": "text"}], "primary_key": ["a"],
        "records": [{"a": "2"}],
    })
    assert count(resource["id"]) == 2
    with get_write_engine().connect() as connection:
        indexes = connection.execute(sa.text("SELECT count(*) FROM pg_indexes WHERE tablename = :name"), {"name": resource["id"]}).scalar_one()
    assert indexes == 3


def test_the_reading_role_may_read_and_not_write() -> None:
    """The table has the rights that the DataStore's permission script gives."""
    load([["1"]])
    with get_read_engine().connect() as connection:
        assert connection.execute(sa.text(f'SELECT a FROM "{ID}"')).scalar_one() == "1"
        with pytest.raises(sa.exc.ProgrammingError):
            connection.execute(sa.text(f'DELETE FROM "{ID}"'))
