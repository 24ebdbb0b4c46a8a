"""KPIs are counted from the live catalogue, with a receipt for every number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.miyagiict.catalogue import identity
from ckanext.miyagiict.kpi.receipt import read_receipt, recount
from ckanext.miyagiict.model import KpiChange, KpiReceipt, MunicipalAdoption
from ckanext.miyagiict.tracking import changes, clock, definitions, figures, refresh

Make = Callable[..., dict[str, Any]]
Act = Callable[..., Any]
Settle = Callable[[], refresh.Refreshed]

OF_THE_PORTAL = {"kpi": "test-datasets", "kind": "datasets", "valid_from": "2025-04-01", "filters": ['miyagiict_portal:"https://portal.example"']}
TOWNS = {
    "kpi": "test-towns", "kind": "datasets", "valid_from": "2025-04-01", "counted": "municipalities", "filters": ["miyagiict_is_open:true"],
    "also_register": "オープンデータ",
}


@pytest.fixture
def define(plan: Any) -> Callable[..., None]:
    """Gives a KPI of the small plan a definition."""

    def define(said: dict[str, Any], **more: Any) -> None:
        definitions.add_definition({**said, **more})
        model.Session.commit()

    return define


def value_of(kpi: str, act: Act) -> Any:
    return act("miyagiict_kpi_show", id=kpi)["value"]


def receipt_of(kpi: str, act: Act) -> dict[str, Any]:
    shown = act("miyagiict_kpi_show", id=kpi)
    hash = [one["receipt"] for one in shown["observations"] if one["receipt"] and not one["is_sample"]][-1]
    return act("miyagiict_kpi_receipt_show", hash=hash)


def test_datasets_are_counted_each_once(define: Any, dataset: Make, act: Act, settle: Settle) -> None:
    """The value, and a receipt that names each dataset."""
    for name in ("a", "b", "c"):
        dataset(f"data-{name}")
    dataset("elsewhere", portal="https://other.example")
    define(OF_THE_PORTAL)
    settle()
    receipt = receipt_of("test-datasets", act)
    assert value_of("test-datasets", act) == 3
    assert sorted(item["title"] for item in receipt["items"]) == ["データ data-a", "データ data-b", "データ data-c"]
    assert receipt["checked"]


def test_recounting_a_receipt_gives_its_number(define: Any, dataset: Make, act: Act, settle: Settle) -> None:
    """From the stored document alone."""
    dataset("data-a")
    define(OF_THE_PORTAL)
    settle()
    stored = model.Session.query(KpiReceipt).one()
    assert recount(read_receipt(stored.document)) == 1


def test_a_receipt_that_was_changed_says_so(define: Any, dataset: Make, act: Act, settle: Settle) -> None:
    """A number in the database that its list does not give is not called checked."""
    dataset("data-a")
    define(OF_THE_PORTAL)
    settle()
    stored = model.Session.query(KpiReceipt).one()
    stored.document = {**stored.document, "value": "7"}
    model.Session.commit()
    assert receipt_of("test-datasets", act)["checked"] is False


def test_a_new_dataset_is_counted_incrementally(define: Any, dataset: Make, act: Act, settle: Settle) -> None:
    """And one that is deleted goes; nothing waits for the night."""
    first = dataset("data-a")
    define(OF_THE_PORTAL)
    settle()
    dataset("data-b")
    settle()
    assert value_of("test-datasets", act) == 2
    tk.get_action("package_delete")({"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}, {"id": first["id"]})
    settle()
    assert value_of("test-datasets", act) == 1
    losses = act("miyagiict_kpi_show", id="test-datasets")["losses"]
    assert [item["title"] for item in losses[0]["items"]] == ["データ data-a"]


def test_nothing_new_writes_nothing(define: Any, dataset: Make, act: Act, settle: Settle) -> None:
    """A second full count on the same day leaves the same receipt."""
    dataset("data-a")
    define(OF_THE_PORTAL)
    settle()
    before = receipt_of("test-datasets", act)["hash"]
    report = refresh.recount()
    assert (receipt_of("test-datasets", act)["hash"], report.differences) == (before, {})


def test_the_same_count_on_a_later_day_confirms_the_value(define: Any, dataset: Make, act: Act, settle: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    """No new receipt; the day of confirmation moves, and the reading with it."""
    dataset("data-a")
    define(OF_THE_PORTAL)
    settle()
    later = date(clock.today().year + 1, 1, 15)
    refresh.recount(later)
    figure = figures.figures(later).by_id["test-datasets"]
    assert (figure.stored[-1].confirmed_on, figure.progress.reading.as_of) == (later, later)
    assert model.Session.query(KpiReceipt).count() == 1


def test_the_nightly_count_reports_what_was_missed(define: Any, dataset: Make, act: Act, settle: Settle) -> None:
    """A change that the incremental count never saw is found, counted and reported."""
    dataset("data-a")
    define(OF_THE_PORTAL)
    settle()
    dataset("data-b")
    model.Session.query(KpiChange).delete()
    model.Session.commit()
    report = refresh.recount()
    assert len(report.differences["test-datasets/"]["came"]) == 1
    assert value_of("test-datasets", act) == 2


def test_municipalities_with_open_readable_data(define: Any, dataset: Make, act: Act, settle: Settle) -> None:
    """One open dataset with one file that was read is enough; unknown licences, NC and files that are pages do not count; the prefecture is none."""
    dataset("open", "041009")
    dataset("open-too", "041009")
    dataset("unknown-licence", "042072", licence="notspecified")
    dataset("not-commercial", "042072", licence="CC-BY-NC-4.0")
    dataset("a-page", "042072", is_read=False)
    dataset("prefecture", "040002")
    define(TOWNS)
    settle()
    assert [item["title"] for item in receipt_of("test-towns", act)["items"]] == ["仙台市"]


def test_municipalities_of_a_list_count_apart(define: Any, dataset: Make, act: Act, settle: Settle) -> None:
    """What the register knows counts too, under its own basis; a municipality that the catalogue shows counts by that."""
    dataset("open", "041009")
    for code, basis in (("041009", "list"), ("042072", "list")):
        model.Session.add(MunicipalAdoption(
            municipality=code, service="オープンデータ", procedure="", state="使用中", day=date(2026, 2, 28), evidence="https://list.example/", basis=basis,
            updated_at=clock.now(),
        ))
    model.Session.commit()
    define(TOWNS)
    settle()
    assert receipt_of("test-towns", act)["by_basis"] == {"catalogue": 1, "list": 1}


def test_samples_never_count(define: Any, dataset: Make, act: Act, settle: Settle) -> None:
    """The demonstration has a number of its own, marked; when it goes, that number goes."""
    dataset("real")
    sample = dataset("sample", is_sample="true")
    define(OF_THE_PORTAL)
    settle()
    shown = act("miyagiict_kpi_show", id="test-datasets")
    assert (shown["value"], shown["sample"]["value"]) == (1, 1)
    assert [one["is_sample"] for one in shown["observations"]] == [False, True]
    context = {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}
    tk.get_action("package_delete")(context, {"id": sample["id"]})
    settle()
    assert act("miyagiict_kpi_show", id="test-datasets")["sample"] is None


def test_several_ways_to_count_and_a_choice(define: Any, dataset: Make, act: Act, people: Any, settle: Settle) -> None:
    """All are counted; the one that was chosen makes the status, from its day on."""
    dataset("of-sendai", "041009")
    dataset("of-prefecture")
    define(OF_THE_PORTAL, counting="portal")
    define(OF_THE_PORTAL, counting="prefecture", filters=['miyagiict_publisher:"040002"', 'miyagiict_portal:"https://portal.example"'])
    settle()
    assert value_of("test-datasets", act) is None  # nobody said yet which one counts
    act("miyagiict_kpi_choice_create", people.sysadmin, kpi="test-datasets", counting="prefecture", valid_from="2025-04-01", reason="県の計画のため")
    assert value_of("test-datasets", act) == 1
    act("miyagiict_kpi_choice_create", people.sysadmin, kpi="test-datasets", counting="portal", valid_from="2025-04-01", reason="共同ポータルのため")
    assert value_of("test-datasets", act) == 2


def test_a_private_dataset_does_not_count(define: Any, dataset: Make, act: Act, settle: Settle) -> None:
    dataset("public")
    dataset("private", private=True)
    define(OF_THE_PORTAL)
    settle()
    assert value_of("test-datasets", act) == 1


def test_a_column_of_a_table(define: Any, plan: Any, act: Act, settle: Settle) -> None:
    """Sum of a column, with the rows on the receipt."""
    resource = identity.resource_id("miyagi-test-plan", "kpi_targets")
    define({
        "kpi": "test-datasets", "kind": "column", "valid_from": "2025-04-01", "resource": resource, "column": "target_value", "aggregate": "sum",
        "where": {"kpi_id": "test-datasets"},
    })
    settle()
    assert value_of("test-datasets", act) == 50
    assert [item["value"] for item in receipt_of("test-datasets", act)["items"]] == ["20", "30"]


def test_a_portal_that_was_never_harvested_tells_no_number(define: Any, act: Act, settle: Settle) -> None:
    """Nothing is known, which is not 0; once something was counted, that all of it went is a 0 with its losses."""
    define(OF_THE_PORTAL)
    settle()
    assert value_of("test-datasets", act) is None


def test_all_that_was_counted_went(define: Any, dataset: Make, act: Act, settle: Settle) -> None:
    only = dataset("data-a")
    define(OF_THE_PORTAL)
    settle()
    context = {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}
    tk.get_action("package_delete")(context, {"id": only["id"]})
    settle()
    assert value_of("test-datasets", act) == 0


def test_a_register_in_which_nothing_is_known_tells_no_number(define: Any, plan: Any, act: Act, settle: Settle) -> None:
    """With some known, the number says of how many nothing is."""
    define({"kpi": "test-towns", "kind": "register", "valid_from": "2025-04-01", "service": "電子申請"})
    settle()
    assert value_of("test-towns", act) is None
    model.Session.add(MunicipalAdoption(
        municipality="041009", service="電子申請", procedure="", state="使用中", day=date(2026, 2, 28), evidence="https://sendai.example/", updated_at=clock.now()
    ))
    changes.note(changes.REGISTER)
    model.Session.commit()
    settle()
    shown = act("miyagiict_kpi_show", id="test-towns")
    assert (shown["value"], [("34市町村" in warning) for warning in shown["warnings"]]) == (1, [True])
