"""Fixtures of the tests that run in a real CKAN: an empty catalogue, and packages to publish into it."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckanext.datastore.backend.postgres import get_write_engine
from ckanext.miyagiict.catalogue.publish import publish

sys.path.insert(0, str(Path(__file__).parents[1]))  # pytest's importlib mode leaves it out

from emptying import empty_database  # noqa: E402

Rows = Sequence[Sequence[str]]


@pytest.fixture
def clean_db(reset_db: Callable[[], None], migrate_db_for: Callable[[str], None]) -> None:
    """CKAN's own fixture leaves out the tables of plugins."""
    empty_database(reset_db, migrate_db_for)


@pytest.fixture
def catalogue(with_plugins: Any, clean_db: Any, clean_index: Any, ckan_config: Any, monkeypatch: Any, tmp_path: Path) -> Iterator[None]:
    """An empty catalogue with a file store of its own."""
    monkeypatch.setitem(ckan_config, "ckanext.miyagiict.files_path", str(tmp_path / "files"))
    drop_tables()
    # Every running site has its own user; here the database is new.
    tk.get_action("get_site_user")({"ignore_auth": True}, {})
    yield
    drop_tables()


@pytest.fixture(scope="module")
def kept_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file store of a catalogue that a file of tests shares."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def kept_catalogue(
    with_plugins: Any, reset_db: Any, migrate_db_for: Any, reset_index: Any, ckan_config: Any, monkeypatch: Any, kept_files: Path
) -> None:
    """A catalogue that the tests of a file share, empty for the first of them: for tests that only read."""
    monkeypatch.setitem(ckan_config, "ckanext.miyagiict.files_path", str(kept_files))
    begun = kept_files / "begun"
    if not begun.exists():
        empty_database(reset_db, migrate_db_for)
        reset_index()
        drop_tables()
        begun.touch()
    tk.get_action("get_site_user")({"ignore_auth": True}, {})


@pytest.fixture
def published(kept_catalogue: None, plan: PackageFolder) -> PackageFolder:
    """The small plan, published: for tests that only read."""
    publish(plan.folder)
    return plan


def drop_tables() -> None:
    with get_write_engine().begin() as connection:
        names = connection.scalars(sa.text(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT starts_with(relname, '_')"
        )).all()
        for name in names:
            connection.execute(sa.text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))


class PackageFolder:
    """A package folder that a test can change."""

    def __init__(self, folder: Path, descriptor: dict[str, Any]) -> None:
        self.folder = folder
        self.descriptor = descriptor
        (folder / "data").mkdir(parents=True)

    @property
    def name(self) -> str:
        return self.descriptor["name"]

    def table(self, name: str, fields: Sequence[Mapping[str, Any] | str], rows: Rows, **resource: Any) -> PackageFolder:
        """Add a table, or put it in the place of the one with its name."""
        described = [{"name": field, "type": "string"} if isinstance(field, str) else dict(field) for field in fields]
        schema = {"fields": described, "missingValues": [""], **resource.pop("schema", {})}
        entry = {"name": name, "path": f"data/{name}.csv", "format": "csv", "encoding": "utf-8", "schema": schema, **resource}
        others = [other for other in self.descriptor["resources"] if other["name"] != name]
        position = next((i for i, other in enumerate(self.descriptor["resources"]) if other["name"] == name), len(others))
        self.descriptor["resources"] = [*others[:position], entry, *others[position:]]
        with (self.folder / entry["path"]).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([field["name"] for field in described])
            writer.writerows(rows)
        return self.write()

    def without(self, name: str) -> PackageFolder:
        """Take a table out."""
        self.descriptor["resources"] = [entry for entry in self.descriptor["resources"] if entry["name"] != name]
        return self.write()

    def say(self, **properties: Any) -> PackageFolder:
        """Set properties of the descriptor."""
        self.descriptor.update(properties)
        return self.write()

    def write(self) -> PackageFolder:
        text = json.dumps(self.descriptor, ensure_ascii=False, indent=2)
        (self.folder / "datapackage.json").write_text(text, encoding="utf-8")
        return self


@pytest.fixture
def make_package(tmp_path: Path) -> Callable[..., PackageFolder]:
    """A new package folder, without tables."""

    def make(name: str = "miyagi-test-plan", **properties: Any) -> PackageFolder:
        publisher = {"code": "040002", "name": "宮城県", "name_en": "Miyagi Prefecture"}
        descriptor = {"name": name, "title": "試験計画", "publisher": publisher, "licenses": [{"name": "CC0-1.0"}],
                      "resources": [], **properties}
        return PackageFolder(tmp_path / "packages" / name, descriptor)

    return make


@pytest.fixture
def plan(make_package: Callable[..., PackageFolder]) -> PackageFolder:
    """A small plan: measures, and targets that refer to them."""
    package = make_package(title_en="Test plan", description="試験のための計画です。", keywords=["目標指標", "電子申請"], groups=["plans"],
                           temporal={"start": "2021-04-01", "end": "2025-03-31"}, spatial=["040002"], accrual_periodicity="NEVER",
                           language=["ja"], created="2026-11-21T00:00:00Z")
    package.table("measures", [
        {"name": "id", "type": "string", "title": "施策ID", "constraints": {"required": True}},
        {"name": "name", "type": "string", "title": "施策名", "title_en": "Measure name", "description": "施策の名称", "description_en": "Name of the measure"},
    ], [["ki2", "オープンデータみやぎの推進"], ["ki14", "携帯電話等エリアの整備"]], title="施策", schema={"primaryKey": "id"})
    package.table("targets", [
        "measure_id",
        {"name": "fiscal_year", "type": "integer", "title": "年度", "description": "年度の始まりの年"},
        {"name": "value", "type": "number", "title": "目標値", "unit": "データセット", "unit_en": "datasets"},
    ], [["ki2", "2021", "135"], ["ki2", "2022", "140.50"], ["ki14", "2021", ""]], title="目標値", schema={
        "primaryKey": ["measure_id", "fiscal_year"],
        "foreignKeys": [{"fields": "measure_id", "reference": {"resource": "measures", "fields": "id"}}],
    })
    return package


@pytest.fixture
def show() -> Callable[..., dict[str, Any]]:
    """A dataset as the database has it."""

    def show(name: str = "miyagi-test-plan") -> dict[str, Any]:
        return tk.get_action("package_show")({"ignore_auth": True, "use_cache": False}, {"id": name})

    return show


@pytest.fixture
def records() -> Callable[..., list[dict[str, Any]]]:
    """The rows of a published table, as the API gives them, without ``_id``."""

    def records(resource_id: str, **search: Any) -> list[dict[str, Any]]:
        found = tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": resource_id, "sort": "_id", **search})
        return [{key: value for key, value in row.items() if key != "_id"} for row in found["records"]]

    return records
