"""A number that was counted while a source it depends on fails, or waits for a person, says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ckan import model
from ckanext.harvest.model import HarvestJob, HarvestSource
from ckanext.miyagiict.model import HarvestRun
from ckanext.miyagiict.tracking import clock, definitions, refresh


@pytest.fixture
def run_of(catalogue: None) -> Callable[..., None]:
    """Leaves the latest run of a source in some state."""

    def run_of(url: str, state: str, title: str = "試験ポータル") -> None:
        source = HarvestSource(url=url, title=title, type="miyagi_ckan", active=True, config="{}")
        model.Session.add(source)
        model.Session.flush()
        job = HarvestJob(source_id=source.id, status="Finished")
        model.Session.add(job)
        model.Session.flush()
        model.Session.add(HarvestRun(job_id=job.id, source_id=source.id, state=state, started=clock.now(), heartbeat=clock.now(), report={}, held={}))
        model.Session.commit()

    return run_of


def warnings(act: Any) -> list[str]:
    definitions.add_definition({
        "kpi": "test-datasets", "kind": "datasets", "valid_from": "2025-04-01", "filters": ['miyagiict_portal:"https://portal.example"']
    })
    model.Session.commit()
    refresh.refresh()
    found: list[str] = act("miyagiict_kpi_show", id="test-datasets")["warnings"]
    return found


@pytest.mark.parametrize(("state", "word"), [("failed", "失敗"), ("held", "確認待ち")])
def test_trouble_of_the_portal_is_said(plan: Any, dataset: Any, act: Any, run_of: Any, state: str, word: str) -> None:
    """By the source's title; the receipt has it too."""
    dataset("data-a")
    run_of("https://portal.example/", state)
    said = warnings(act)
    assert len(said) == 1
    assert "試験ポータル" in said[0]
    assert word in said[0]
    shown = act("miyagiict_kpi_show", id="test-datasets")
    assert act("miyagiict_kpi_receipt_show", hash=shown["observations"][-1]["receipt"])["warnings"] == said


def test_trouble_elsewhere_is_not(plan: Any, dataset: Any, act: Any, run_of: Any) -> None:
    """A source whose site the question does not ask for, and a run that ended well."""
    dataset("data-a")
    run_of("https://other.example/", "failed", "別のポータル")
    run_of("https://portal.example/", "finished")
    assert warnings(act) == []


def test_a_portal_that_was_harvested_and_has_nothing_counts_as_0(plan: Any, act: Any, run_of: Any) -> None:
    """Beside one that never was, of which nothing is known."""
    run_of("https://portal.example/", "finished")
    warnings(act)
    assert act("miyagiict_kpi_show", id="test-datasets")["value"] == 0
