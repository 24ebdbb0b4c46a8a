"""Fixtures of KPI tracking: a catalogue with a small plan, datasets to count, and people with roles."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckanext.datastore.backend.postgres import get_write_engine
from ckanext.miyagiict.catalogue import identity
from ckanext.miyagiict.catalogue.publish import publish
from ckanext.miyagiict.harvest import owners
from ckanext.miyagiict.tracking import refresh

sys.path.insert(0, str(Path(__file__).parents[1]))  # pytest's importlib mode leaves it out

from emptying import empty_database  # noqa: E402
from post_office import post, said, silent_server  # noqa: E402, F401

#: A plan of two KPIs, as docs/datasets.md wants its tables.
PLAN = "miyagi-test-plan"
PORTAL = "https://portal.example"
PREFECTURE, SENDAI, NATORI = "040002", "041009", "042072"


@pytest.fixture
def clean_db(reset_db: Callable[[], None], migrate_db_for: Callable[[str], None]) -> None:
    """CKAN's own fixture leaves out the tables of plugins."""
    empty_database(reset_db, migrate_db_for)


@pytest.fixture
def catalogue(with_plugins: Any, clean_db: Any, clean_index: Any, ckan_config: Any, monkeypatch: Any, tmp_path: Path) -> Iterator[None]:
    """An empty catalogue with the organizations of the prefecture and its municipalities."""
    monkeypatch.setitem(ckan_config, "ckanext.miyagiict.files_path", str(tmp_path / "files"))
    drop_tables()
    tk.get_action("get_site_user")({"ignore_auth": True}, {})
    for code in (PREFECTURE, SENDAI, NATORI):
        owners.ensure(owners.municipalities()[code])
    yield
    model.Session.remove()
    drop_tables()


def drop_tables() -> None:
    with get_write_engine().begin() as connection:
        names = connection.scalars(sa.text(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT starts_with(relname, '_')"
        )).all()
        for name in names:
            connection.execute(sa.text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))


@pytest.fixture
def plan(catalogue: None, tmp_path: Path) -> Path:
    """A published plan: datasets (10 → 20 → 30), municipalities (5 → 35), each with a target in fiscal years 2026 and 2027."""
    folder = tmp_path / "packages" / PLAN
    (folder / "data").mkdir(parents=True)
    tables = {
        "documents": (["id", "title", "status", "period_start_fiscal_year", "period_end_fiscal_year"], [["test-doc", "試験計画", "adopted", "2025", "2027"]]),
        "measures": (["id", "measure_number", "name", "departments"], [["m1", "企1", "データの公開", "企画部 情報課;総務部 文書課"]]),
        "kpis": (
            ["id", "name", "unit", "group_name", "measure_numbers", "baseline_value", "baseline_printed", "baseline_end", "baseline_time_printed",
             "baseline_precision", "source_document", "source_lines"],
            [["test-datasets", "公開数", "データセット", "重点目標", "企1", "10", "10", "2025-03-31", "R6年度末", "fiscal_year_end", "test-doc", "1-3"],
             ["test-towns", "公開済み市町村数", "市町村", "基盤", "企1", "5", "5", "2025-03-31", "R6年度末", "fiscal_year_end", "test-doc", "4-6"]],
        ),
        "kpi_targets": (
            ["id", "kpi_id", "fiscal_year", "target_value", "target_printed", "target_status"],
            [["t1", "test-datasets", "2026", "20", "20", "number"], ["t2", "test-datasets", "2027", "30", "30", "number"],
             ["t3", "test-towns", "2026", "20", "20", "number"], ["t4", "test-towns", "2027", "35", "全市町村", "number"]],
        ),
    }
    resources = []
    for name, (columns, rows) in tables.items():
        with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerows([columns, *rows])
        resources.append({
            "name": name, "title": name, "path": f"data/{name}.csv", "format": "csv", "encoding": "utf-8",
            "schema": {"fields": [{"name": column, "type": "string"} for column in columns], "primaryKey": "id", "missingValues": [""]},
        })
    descriptor = {
        "name": PLAN, "title": "試験計画", "title_en": "Test plan", "publisher": {"code": PREFECTURE, "name": "宮城県", "name_en": "Miyagi Prefecture"},
        "licenses": [{"name": "CC0-1.0"}], "groups": ["plans"], "resources": resources,
    }
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    publish(folder)
    return folder


@pytest.fixture
def dataset(catalogue: None) -> Callable[..., dict[str, Any]]:
    """Makes a dataset as harvesting leaves one."""

    def make(name: str, owner: str = PREFECTURE, *, licence: str = "CC-BY-4.0", portal: str = PORTAL, is_read: bool = True, **fields: Any) -> dict[str, Any]:
        context = {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}
        return tk.get_action("package_create")(context, {
            "name": name, "title": f"データ {name}", "owner_org": identity.organization_id(owner), "license_id": licence, "harvest_portal": portal,
            "publisher": [{"name": owners.municipalities()[owner].name, "identifier": owner}],
            "resources": [{"url": f"https://portal.example/{name}.csv", "detected_format": "csv" if is_read else "html"}], **fields,
        })

    return make


class People:
    """Accounts with roles."""

    def __init__(self) -> None:
        self.sysadmin = factories.Sysadmin()["name"]
        self.visitor = ""
        self.stranger = factories.User()["name"]
        self.editor = self._member(PREFECTURE, "editor")
        self.other_editor = self._member(PREFECTURE, "editor")
        self.reviewer = self._member(PREFECTURE, "admin")
        self.natori_editor = self._member(NATORI, "editor")

    def _member(self, code: str, role: str) -> str:
        name = factories.User()["name"]
        context = {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}
        tk.get_action("organization_member_create")(context, {"id": identity.organization_id(code), "username": name, "role": role})
        return name


@pytest.fixture
def people(catalogue: None) -> People:
    return People()


@pytest.fixture
def act(catalogue: None) -> Callable[..., Any]:
    """Calls an action as somebody, with their rights."""

    def act(name: str, user: str = "", **data: Any) -> Any:
        model.Session.expunge_all()
        return tk.get_action(name)({"user": user, "ignore_auth": False}, data)

    return act


@pytest.fixture
def settle() -> Callable[[], refresh.Refreshed]:
    """Counts until nothing is left to count."""

    def settle() -> refresh.Refreshed:
        done = refresh.refresh()
        while refresh.refresh().looked_at:
            pass
        return done

    return settle
