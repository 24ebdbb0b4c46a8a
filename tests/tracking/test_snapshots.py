"""Fiscal years that are frozen: what was counted at their end, under one hash, beside what is published later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.miyagiict.model import KpiReceipt
from ckanext.miyagiict.tracking import clock, definitions, refresh, snapshots

Act = Callable[..., Any]
Make = Callable[..., dict[str, Any]]
Travel = Callable[[str], None]
Count = Callable[[], None]
ALL = {"kpi": "test-datasets", "kind": "datasets", "valid_from": "2022-04-01", "filters": ['miyagiict_portal:"https://portal.example"']}


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """Sets the clock to noon of a day in Japan."""
    return lambda day: monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(f"{day}T03:00:00").replace(tzinfo=UTC))


@pytest.fixture
def count(plan: Path) -> Count:
    """Counts the KPI of datasets from scratch."""

    def count() -> None:
        if not definitions.all_definitions().get("test-datasets"):
            definitions.add_definition(ALL)
            model.Session.commit()
        refresh.recount()

    return count


def refusal(act: Act, user: str, year: int) -> str:
    with pytest.raises(tk.ValidationError) as caught:
        act("miyagiict_snapshot_create", user, fiscal_year=year)
    return str(caught.value.error_dict["fiscal_year"][0])


def test_a_year_is_frozen_as_it_stood_at_its_end(count: Count, dataset: Make, people: Any, act: Act, travel: Travel) -> None:
    """The last count of the year, not a later one; afterwards nothing moves it."""
    travel("2026-03-30")
    dataset("data-a")
    count()
    travel("2026-04-02")
    dataset("data-b")
    count()
    frozen = act("miyagiict_snapshot_create", people.sysadmin, fiscal_year=2025, reason="年次報告")
    assert frozen["entries"]["test-datasets"]["value"] == "1"
    assert frozen["days_late"] == {}
    dataset("data-c")
    count()
    shown = act("miyagiict_snapshot_show", fiscal_year=2025)
    assert (shown["hash"], shown["entries"]) == (frozen["hash"], frozen["entries"])
    assert act("miyagiict_snapshot_list") == [{key: frozen[key] for key in ("fiscal_year", "frozen_at", "hash", "kpis", "left_out")}]


def test_a_value_that_was_confirmed_in_the_year_is_its_value(count: Count, dataset: Make, people: Any, act: Act, travel: Travel) -> None:
    """Counting that gave the same again leaves no new value, but the year has one."""
    travel("2025-12-01")
    dataset("data-a")
    count()
    travel("2026-12-01")
    count()
    travel("2027-04-02")
    assert act("miyagiict_snapshot_create", people.sysadmin, fiscal_year=2026)["entries"]["test-datasets"]["value"] == "1"


def test_a_value_of_years_before_is_none_of_this_year(count: Count, dataset: Make, people: Any, act: Act, travel: Travel) -> None:
    """A KPI that nobody has counted since is not frozen with what it once was."""
    travel("2025-12-01")
    dataset("data-a")
    count()
    travel("2027-04-02")
    assert "数えた値がありません" in refusal(act, people.sysadmin, 2026)


def test_a_count_after_the_year_is_marked_with_the_days(count: Count, dataset: Make, people: Any, act: Act, travel: Travel) -> None:
    """Where counting began too late; more than a year later it says nothing of that year."""
    travel("2026-04-10")
    dataset("data-a")
    count()
    assert act("miyagiict_snapshot_create", people.sysadmin, fiscal_year=2025)["days_late"] == {"test-datasets": 10}
    assert "数えた値がありません" in refusal(act, people.sysadmin, 2023)


def test_a_receipt_that_was_tampered_with_is_left_out_and_named(
    plan: Path, count: Count, dataset: Make, people: Any, act: Act, travel: Travel
) -> None:
    """The year is frozen with the others; the page, the API and the history say which one is missing."""
    travel("2026-03-30")
    definitions.add_definition({**ALL, "kpi": "test-towns", "counted": "municipalities"})
    dataset("data-a")
    count()
    model.Session.execute(sa.text(
        "UPDATE miyagiict_kpi_receipt SET document = jsonb_set(document, '{value}', '\"99\"') WHERE kpi_id = 'test-datasets'"
    ))
    model.Session.commit()
    travel("2026-04-02")
    frozen = act("miyagiict_snapshot_create", people.sysadmin, fiscal_year=2025)
    assert (list(frozen["entries"]), frozen["left_out"]) == (["test-towns"], ["test-datasets"])
    assert act("miyagiict_snapshot_list")[0]["left_out"] == ["test-datasets"]


def test_a_year_that_is_not_over(count: Count, dataset: Make, people: Any, act: Act, travel: Travel) -> None:
    """Not on its last evening in Japan either; on the next morning it is."""
    travel("2026-03-31")
    dataset("data-a")
    count()
    assert "まだ終わっていない" in refusal(act, people.sysadmin, 2025)
    travel("2026-04-01")
    assert act("miyagiict_snapshot_create", people.sysadmin, fiscal_year=2025)["kpis"] == 1


def test_a_year_is_frozen_once(count: Count, dataset: Make, people: Any, act: Act, travel: Travel) -> None:
    travel("2026-04-01")
    dataset("data-a")
    count()
    act("miyagiict_snapshot_create", people.sysadmin, fiscal_year=2025)
    assert "すでに確定しています" in refusal(act, people.sysadmin, 2025)


def test_nothing_counted_is_nothing_to_freeze(plan: Path, people: Any, act: Act, travel: Travel) -> None:
    travel("2026-04-01")
    assert "数えた値がありません" in refusal(act, people.sysadmin, 2025)
    assert act("miyagiict_snapshot_list") == []


@pytest.mark.parametrize("year", [0, -1, 10**6, "令和7年度", ""])
def test_a_year_that_is_none(plan: Path, people: Any, act: Act, year: Any) -> None:
    assert refusal(act, people.sysadmin, year)


def test_only_sysadmins_freeze(plan: Path, people: Any, act: Act) -> None:
    for who in (people.visitor, people.stranger, people.editor, people.reviewer):
        with pytest.raises(tk.NotAuthorized):
            act("miyagiict_snapshot_create", who, fiscal_year=2025)


def test_what_is_published_later_stands_beside_it(count: Count, dataset: Make, people: Any, act: Act, travel: Travel) -> None:
    """With the difference, and the items that make it."""
    travel("2026-03-20")
    dataset("data-a")
    dataset("data-b")
    count()
    travel("2026-03-31")
    dataset("data-c")
    count()
    travel("2026-04-02")
    act("miyagiict_snapshot_create", people.sysadmin, fiscal_year=2025)
    draft = act("miyagiict_observation_create", people.editor, kpi="test-datasets", value="2", as_of="2026-03-20", source="年次報告書")
    act("miyagiict_observation_review", people.reviewer, id=draft["id"], revision=1)
    act("miyagiict_observation_publish", people.reviewer, id=draft["id"], revision=2)
    (year,) = act("miyagiict_kpi_show", id="test-datasets")["snapshots"]
    (stated,) = year["stated"]
    assert (year["value"], stated["value"], stated["difference"]) == ("3", "2", "-1")
    assert [item["title"] for item in stated["lost"]] == ["データ data-c"]


def test_the_worker_freezes_years_that_are_over(count: Count, dataset: Make, act: Act, travel: Travel) -> None:
    """Each one with values of its own, once; nobody has to think of it."""
    travel("2025-06-01")
    dataset("data-a")
    count()
    assert snapshots.close_due() == []
    travel("2027-04-01")
    count()
    assert snapshots.close_due() == [2025, 2026]
    assert snapshots.close_due() == []
    assert [one["fiscal_year"] for one in act("miyagiict_snapshot_list")] == [2026, 2025]


def test_a_year_without_values_does_not_stop_the_worker(count: Count, dataset: Make, act: Act, travel: Travel) -> None:
    """It is left open, and the next ones are frozen all the same."""
    travel("2022-06-01")
    dataset("data-a")
    count()
    travel("2026-03-01")
    dataset("data-b")
    count()
    travel("2026-04-02")
    assert snapshots.close_due() == [2022, 2024, 2025]
    assert act("miyagiict_snapshot_show", fiscal_year=2024)["days_late"] == {"test-datasets": 335}
    assert snapshots.close_due() == []
    with pytest.raises(tk.ObjectNotFound):
        act("miyagiict_snapshot_show", fiscal_year=2023)


def test_a_frozen_year_is_proved_by_its_receipts(count: Count, dataset: Make, people: Any, act: Act, travel: Travel) -> None:
    """Every entry names a receipt that can be read and recounted."""
    travel("2026-03-30")
    dataset("data-a")
    count()
    travel("2026-04-02")
    entry = act("miyagiict_snapshot_create", people.sysadmin, fiscal_year=2025)["entries"]["test-datasets"]
    receipt = act("miyagiict_kpi_receipt_show", hash=entry["receipt"])
    assert (receipt["value"], receipt["checked"]) == (entry["value"], True)
    assert model.Session.query(KpiReceipt).count() == 1
