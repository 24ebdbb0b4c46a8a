"""Publishing a package: what appears, what stays, what is never written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.search.index import PackageSearchIndex
from ckan.tests import factories
from ckanext.datastore.backend.postgres import get_write_engine
from ckanext.miyagiict.catalogue import identity, tables
from ckanext.miyagiict.catalogue.publish import publish
from ckanext.miyagiict.packages.problems import PackageInvalid

pytestmark = pytest.mark.usefixtures("catalogue")

MEASURES = identity.resource_id("miyagi-test-plan", "measures")
TARGETS = identity.resource_id("miyagi-test-plan", "targets")


@contextmanager
def writes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every write to the two databases and to the search index while the block runs."""
    seen: list[str] = []

    def statement(connection: Any, cursor: Any, sql: str, *_: Any) -> None:
        if not sql.lstrip().upper().startswith(("SELECT", "SHOW", "SET", "ROLLBACK")):
            seen.append(sql)

    engines = [model.meta.engine, get_write_engine()]
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", statement)
    original, load = PackageSearchIndex.index_package, tables.load
    monkeypatch.setattr(PackageSearchIndex, "index_package", lambda *a, **k: (seen.append("solr"), original(*a, **k)))
    monkeypatch.setattr(tables, "load", lambda *a, **k: (seen.append("copy"), load(*a, **k))[1])
    try:
        yield seen
    finally:
        monkeypatch.undo()
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", statement)


def files_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


def test_a_package_becomes_a_dataset(plan: Any, show: Callable[..., Any]) -> None:
    """Title, licence, period, keywords, groups and organization are those of the descriptor."""
    result = publish(plan.folder)
    dataset = show()
    assert (result.status, result.tables, result.rows) == ("created", ["measures", "targets"], 5)
    assert dataset["title"] == "試験計画"
    assert dataset["title_en"] == "Test plan"
    assert dataset["license_id"] == "CC0-1.0"
    assert dataset["isopen"] is True
    assert dataset["temporal_coverage"] == [{"start": "2021-04-01", "end": "2025-03-31"}]
    assert dataset["frequency"] == "http://publications.europa.eu/resource/authority/frequency/NEVER"
    assert {tag["name"] for tag in dataset["tags"]} == {"目標指標", "電子申請"}
    assert [group["title"] for group in dataset["groups"]] == ["計画"]
    assert dataset["organization"]["title"] == "宮城県"
    assert dataset["organization"]["name"] == "miyagi-prefecture"


def test_each_table_becomes_a_resource_with_its_files(plan: Any, show: Callable[..., Any]) -> None:
    """A resource a table, in the package's order, then the descriptor; each with its addresses."""
    publish(plan.folder)
    resources = show()["resources"]
    assert [resource["name"] for resource in resources][:2] == ["施策", "目標値"]
    assert resources[0]["id"] == MEASURES
    assert resources[0]["url"].endswith("/datapackage/miyagi-test-plan/data/measures.csv")
    assert resources[0]["spreadsheet_url"].endswith("/datapackage/miyagi-test-plan/excel/measures.csv")
    assert resources[0]["table_schema_url"].endswith("/datapackage/miyagi-test-plan/schemas/measures.json")
    assert resources[2]["url"].endswith("/datapackage/miyagi-test-plan/datapackage.json")


def test_tables_have_the_types_of_their_schema(plan: Any, records: Callable[..., Any]) -> None:
    """Numbers are numbers, an empty cell is no value."""
    publish(plan.folder)
    assert records(TARGETS) == [
        {"measure_id": "ki2", "fiscal_year": 2021, "value": 135},
        {"measure_id": "ki2", "fiscal_year": 2022, "value": 140.5},
        {"measure_id": "ki14", "fiscal_year": 2021, "value": None},
    ]


def test_the_dictionary_has_titles_description_and_unit(plan: Any) -> None:
    """Japanese title and description are CKAN's own; the English and the unit stand beside them."""
    publish(plan.folder)
    fields = tk.get_action("datastore_info")({"ignore_auth": True}, {"id": MEASURES})["fields"]
    assert fields[1]["info"] == {"label": "施策名", "notes": "施策の名称"}
    assert (fields[1]["title_en"], fields[1]["description_en"]) == ("Measure name", "Name of the measure")
    fields = tk.get_action("datastore_info")({"ignore_auth": True}, {"id": TARGETS})["fields"]
    assert (fields[2]["id"], fields[2]["type"], fields[2]["unit"], fields[2]["unit_en"]) == ("value", "numeric", "データセット", "datasets")


def test_the_dictionary_form_keeps_the_unit(plan: Any) -> None:
    """Staff who save the form with only label and notes do not lose unit and English title."""
    publish(plan.folder)
    tk.get_action("datastore_create")({"ignore_auth": True, "user": site_user()}, {
        "resource_id": TARGETS, "force": True, "fields": [{"id": "value", "info": {"label": "目標", "notes": ""}}],
    })
    fields = tk.get_action("datastore_info")({"ignore_auth": True}, {"id": TARGETS})["fields"]
    assert next(field for field in fields if field["id"] == "value")["unit"] == "データセット"


def test_each_table_has_a_preview(plan: Any) -> None:
    """One table view each, also after a second run."""
    publish(plan.folder)
    publish(plan.folder)
    for resource_id in (MEASURES, TARGETS):
        views = tk.get_action("resource_view_list")({"ignore_auth": True}, {"id": resource_id})
        assert [view["view_type"] for view in views] == ["datatables_view"]


def test_publishing_again_writes_nothing(plan: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No statement that writes, no index, no file, not even a time of change."""
    publish(plan.folder)
    before = files_of(tmp_path / "files")
    with writes(monkeypatch) as seen:
        result = publish(plan.folder)
    assert result.status == "unchanged"
    assert seen == []
    assert files_of(tmp_path / "files") == before


def test_the_writes_fixture_sees_writes(plan: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail: a first publication is seen as writing everywhere."""
    with writes(monkeypatch) as seen:
        publish(plan.folder)
    assert "solr" in seen
    assert "copy" in seen
    assert any(sql.startswith("INSERT INTO package") for sql in seen)


def test_a_dry_run_writes_nothing(plan: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what would happen, and the catalogue stays empty."""
    with writes(monkeypatch) as seen:
        result = publish(plan.folder, dry_run=True)
    assert (result.status, result.tables, result.rows) == ("created", ["measures", "targets"], 0)
    assert seen == []
    assert not (tmp_path / "files").exists()


def test_a_changed_cell_reloads_only_its_table(plan: Any, show: Callable[..., Any], records: Callable[..., Any]) -> None:
    """The other table, all ids and the creation times stay."""
    publish(plan.folder)
    before = show()
    plan.table("measures", ["id", "name"], [["ki2", "オープンデータの推進"], ["ki14", "整備"]], title="施策", schema={"primaryKey": "id"})
    result = publish(plan.folder)
    after = show()
    assert (result.status, result.tables) == ("updated", ["measures"])
    assert records(MEASURES)[0]["name"] == "オープンデータの推進"
    assert [resource["id"] for resource in after["resources"]] == [resource["id"] for resource in before["resources"]]
    assert [resource["created"] for resource in after["resources"]] == [resource["created"] for resource in before["resources"]]
    assert after["resources"][0]["last_modified"] > before["resources"][0]["last_modified"]
    assert after["resources"][1]["last_modified"] == before["resources"][1]["last_modified"]


def test_a_changed_type_rebuilds_the_table(plan: Any, records: Callable[..., Any]) -> None:
    """CKAN's own action would keep the old type without a word."""
    publish(plan.folder)
    plan.table("measures", ["id", {"name": "name", "type": "integer"}], [["ki2", "7"], ["ki14", ""]], schema={"primaryKey": "id"})
    publish(plan.folder)
    assert records(MEASURES) == [{"id": "ki2", "name": 7}, {"id": "ki14", "name": None}]


def test_a_resource_that_left_is_withdrawn(plan: Any, show: Callable[..., Any], records: Callable[..., Any]) -> None:
    """It moves behind the others, says since when, and keeps its data and its address."""
    publish(plan.folder)
    result = publish(plan.without("targets").folder)
    resources = show()["resources"]
    assert result.withdrawn == ["目標値"]
    assert [resource["id"] for resource in resources][-1] == TARGETS
    assert resources[-1]["withdrawn"]
    assert len(records(TARGETS)) == 3


def test_a_withdrawn_resource_is_withdrawn_once(plan: Any) -> None:
    """The next run has nothing to say and nothing to write."""
    publish(plan.folder)
    publish(plan.without("targets").folder)
    assert (publish(plan.folder).status, publish(plan.folder).withdrawn) == ("unchanged", [])


def test_a_withdrawn_resource_comes_back(plan: Any, show: Callable[..., Any]) -> None:
    """With its old id and its old place in the package."""
    publish(plan.folder)
    kept = plan.descriptor["resources"]
    publish(plan.without("targets").folder)
    publish(plan.say(resources=kept).folder)
    resources = show()["resources"]
    assert [resource["id"] for resource in resources][:2] == [MEASURES, TARGETS]
    assert not resources[1]["withdrawn"]


def test_what_staff_added_stays(plan: Any, show: Callable[..., Any]) -> None:
    """A resource of their own, and fields that the package does not name."""
    publish(plan.folder)
    context = {"ignore_auth": True, "user": site_user()}
    added = tk.get_action("resource_create")(dict(context), {"package_id": show()["id"], "name": "手引き", "url": "https://example.jp/a.pdf"})
    tk.get_action("package_patch")(dict(context), {"id": show()["id"], "publisher": show()["publisher"], "identifier": show()["identifier"]})
    publish(plan.say(title="改題").folder)
    assert show()["title"] == "改題"
    assert added["id"] in [resource["id"] for resource in show()["resources"]]


def test_what_staff_changed_in_our_fields_is_set_right(plan: Any, show: Callable[..., Any]) -> None:
    """The package decides its own fields."""
    publish(plan.folder)
    tk.get_action("package_patch")({"ignore_auth": True, "user": site_user()}, {"id": show()["id"], "title": "誤記"})
    assert publish(plan.folder).status == "updated"
    assert show()["title"] == "試験計画"


def test_a_deleted_dataset_is_brought_back(plan: Any, show: Callable[..., Any]) -> None:
    """Deleted by mistake, published again: the same dataset under the same address."""
    publish(plan.folder)
    before = show()["id"]
    tk.get_action("package_delete")({"ignore_auth": True, "user": site_user()}, {"id": before})
    publish(plan.folder)
    assert (show()["id"], show()["state"]) == (before, "active")


def test_a_lost_table_is_loaded_again(plan: Any, records: Callable[..., Any]) -> None:
    """Whatever happened to the DataStore, publishing repairs it."""
    publish(plan.folder)
    tables.drop(MEASURES)
    assert publish(plan.folder).tables == ["measures"]
    assert len(records(MEASURES)) == 2


def test_a_table_that_others_wrote_to_is_loaded_again(plan: Any, records: Callable[..., Any]) -> None:
    """What is published is what was checked."""
    publish(plan.folder)
    before = records(MEASURES)
    tk.get_action("datastore_upsert")({"ignore_auth": True, "user": site_user()}, {
        "resource_id": MEASURES, "force": True, "records": [{"id": "ki2", "name": "書き換えた名前"}],
    })
    assert publish(plan.folder).tables == ["measures"]
    assert records(MEASURES) == before


def test_a_path_that_the_catalogue_makes_is_refused(plan: Any) -> None:
    """A file of the package at the place of a generated one would hide it."""
    (plan.folder / "excel").mkdir()
    (plan.folder / "excel" / "measures.csv").write_text("x", encoding="utf-8")
    plan.descriptor["resources"].append({"name": "mine", "path": "excel/measures.csv"})
    with pytest.raises(PackageInvalid) as caught:
        publish(plan.write().folder)
    assert caught.value.problems[0].value == "excel/measures.csv"


def test_lost_files_are_written_again(plan: Any, tmp_path: Path) -> None:
    """A file store restored from nothing is filled again."""
    publish(plan.folder)
    before = {os.path.basename(path) for path in files_of(tmp_path / "files")}
    for path in list(files_of(tmp_path / "files")):
        os.unlink(path)
    publish(plan.folder)
    assert {os.path.basename(path) for path in files_of(tmp_path / "files")} == before


@pytest.mark.parametrize("publisher", [None, {"code": "042072", "name": "名取市", "name_en": "Natori City"}])
def test_the_publisher_owns_the_dataset(plan: Any, show: Callable[..., Any], publisher: dict[str, str] | None) -> None:
    """A package that names no publisher belongs to the prefecture, whose catalogue this is."""
    publish(plan.say(publisher=publisher).folder)
    assert show()["organization"]["title"] == (publisher["name"] if publisher else "宮城県")


def test_any_valid_package_can_be_published(make_package: Callable[..., Any], show: Callable[..., Any]) -> None:
    """Nothing but a name and a table without titles; and a file that is no table."""
    package = make_package(publisher=None, licenses=None, title=None)
    package.table("a", ["x"], [["1"]])
    (package.folder / "data" / "readme.txt").write_text("説明", encoding="utf-8")
    package.descriptor = {"name": package.name, "resources": [*package.descriptor["resources"], {"name": "readme", "path": "data/readme.txt"}]}
    publish(package.write().folder)
    dataset = show()
    assert (dataset["title"], dataset["license_id"]) == ("miyagi-test-plan", "notspecified")
    assert [resource["format"] for resource in dataset["resources"]] == ["CSV", "TXT", "JSON"]


def test_a_broken_package_changes_nothing(plan: Any, show: Callable[..., Any], records: Callable[..., Any]) -> None:
    """Neither the dataset nor any table, though only one table is broken."""
    publish(plan.folder)
    before, rows = show(), records(MEASURES)
    plan.table("measures", ["id", "name"], [["ki2", "新しい名前"], ["ki14", "新しい名前"]], schema={"primaryKey": "id"})
    plan.table("targets", ["measure_id", {"name": "fiscal_year", "type": "integer"}], [["ki2", "令和3年"]])
    with pytest.raises(PackageInvalid) as caught:
        publish(plan.say(title="改題").folder)
    (problem,) = caught.value.problems
    assert (problem.file, problem.row, problem.field, problem.value) == ("data/targets.csv", 2, "fiscal_year", "令和3年")
    assert show() == before
    assert records(MEASURES) == rows


def test_a_taken_name_is_said(plan: Any) -> None:
    """A dataset that somebody made by hand under the name is not written over."""
    factories.Dataset(name=plan.name, owner_org=factories.Organization()["id"])
    with pytest.raises(PackageInvalid) as caught:
        publish(plan.folder)
    assert caught.value.problems[0].field == "name"


def test_an_unknown_group_is_said(plan: Any) -> None:
    """With the groups that there are."""
    with pytest.raises(PackageInvalid) as caught:
        publish(plan.say(groups=["plan"]).folder)
    assert "plans" in caught.value.problems[0].message


def test_hostile_titles_stay_text(plan: Any, app: Any) -> None:
    """HTML in titles, descriptions and cells is shown as text on every page."""
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    plan.say(title=hostile, description=hostile)
    plan.table("measures", [{"name": "id", "title": hostile, "description": hostile, "unit": hostile}, "name"],
               [["ki2", hostile], ["ki14", "x"]], title=hostile, description=hostile, schema={"primaryKey": "id"})
    publish(plan.folder)
    for address in ("/", "/dataset/", f"/dataset/{plan.name}", f"/dataset/{plan.name}/resource/{MEASURES}"):
        page = app.get(address).body
        assert "<script>alert(1)" not in page, address
        assert "<img src=x" not in page, address


def site_user() -> str:
    return tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
