"""All that pages show of KPIs is a published dataset, made anew when something changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.miyagiict.catalogue import identity
from ckanext.miyagiict.model import MunicipalAdoption
from ckanext.miyagiict.tracking import changes, clock, definitions, open_data, refresh, version, worker


@pytest.fixture
def rows(catalogue: None) -> Callable[[str], list[dict[str, Any]]]:
    """The rows of a table of the dataset, as the API gives them to everybody."""

    def rows(table: str) -> list[dict[str, Any]]:
        ask = {"resource_id": identity.resource_id(open_data.NAME, table), "limit": 1000, "sort": "_id"}
        return tk.get_action("datastore_search")({"user": ""}, ask)["records"]

    return rows


def test_tables_say_what_pages_say(plan: Path, dataset: Any, rows: Any) -> None:
    """Definitions, targets, observations and the register, valid by the catalogue's own check of packages."""
    dataset("data-a")
    definitions.add_definition({
        "kpi": "test-datasets", "kind": "datasets", "valid_from": "2025-04-01", "filters": ['miyagiict_portal:"https://portal.example"'], "reason": "試験"
    })
    definitions.add_definition({"kpi": "test-towns", "kind": "register", "valid_from": "2025-04-01", "service": "電子申請"})
    model.Session.add(MunicipalAdoption(
        municipality="041009", service="電子申請", procedure="", state="使用中", day=date(2026, 2, 28), evidence="https://sendai.example/",
        updated_at=clock.now(),
    ))
    model.Session.commit()
    refresh.refresh()
    assert open_data.publish_now().status == "created"
    assert [(row["kpi_id"], row["kind"], row["is_used_since"]) for row in rows("kpi_definitions")] == [
        ("test-datasets", "datasets", "2025-04-01"), ("test-towns", "register", "2025-04-01")
    ]
    assert [(row["kpi_id"], row["fiscal_year"], row["target_printed"]) for row in rows("kpi_targets")][-1] == ("test-towns", 2027, "全市町村")
    assert [(row["kpi_id"], row["value"], row["method"], len(row["receipt"])) for row in rows("kpi_observations")] == [
        ("test-datasets", 1, "counted", 64), ("test-towns", 1, "counted", 64)
    ]
    adoption = rows("municipal_adoption")
    assert (len(adoption), [row["municipality"] for row in adoption if row["state"] == "使用中"]) == (35, ["仙台市"])
    assert {row["state"] for row in adoption} == {"使用中", "不明"}


def test_drafts_and_samples_are_not_in_it(plan: Path, dataset: Any, rows: Any, people: Any, act: Any) -> None:
    dataset("sample", is_sample="true")
    definitions.add_definition({
        "kpi": "test-datasets", "kind": "datasets", "valid_from": "2025-04-01", "filters": ['miyagiict_portal:"https://portal.example"']
    })
    model.Session.commit()
    refresh.refresh()
    act("miyagiict_observation_create", people.editor, kpi="test-datasets", value="5", as_of="2026-10-31")
    open_data.publish_now()
    assert rows("kpi_observations") == []


def test_nothing_changed_writes_nothing(plan: Path) -> None:
    open_data.publish_now()
    assert open_data.publish_now().status == "unchanged"


def test_the_worker_publishes_what_changed(plan: Path, dataset: Any, rows: Any) -> None:
    """One round counts and publishes; the next one finds nothing to do."""
    dataset("data-a")
    definitions.add_definition({
        "kpi": "test-datasets", "kind": "datasets", "valid_from": "2025-04-01", "filters": ['miyagiict_portal:"https://portal.example"']
    })
    model.Session.commit()
    worker.work_once()
    assert [row["value"] for row in rows("kpi_observations")] == [1]
    dataset("data-b")
    worker.work_once()
    assert [row["value"] for row in rows("kpi_observations")] == [2]
    worker.work_once()
    before = version.current()
    worker.work_once()
    assert version.current() == before


def test_a_definition_is_counted_without_another_change(plan: Path, dataset: Any, act: Any, people: Any) -> None:
    """Whoever defines a KPI sees its number within the minute."""
    dataset("data-a")
    refresh.refresh()
    act(
        "miyagiict_kpi_definition_create", people.sysadmin, kpi="test-datasets", kind="datasets", valid_from="2025-04-01",
        filters=['miyagiict_portal:"https://portal.example"'],
    )
    assert refresh.refresh().counted == ["test-datasets"]
    assert act("miyagiict_kpi_show", id="test-datasets")["value"] == 1


def test_the_register_is_counted_when_it_was_written(plan: Path, act: Any) -> None:
    definitions.add_definition({"kpi": "test-towns", "kind": "register", "valid_from": "2025-04-01", "service": "電子申請"})
    model.Session.commit()
    refresh.refresh()
    model.Session.add(MunicipalAdoption(
        municipality="041009", service="電子申請", procedure="", state="使用中", day=date(2026, 2, 28), evidence="https://sendai.example/",
        updated_at=clock.now(),
    ))
    changes.note(changes.REGISTER)
    model.Session.commit()
    refresh.refresh()
    assert act("miyagiict_kpi_show", id="test-towns")["value"] == 1
