"""The action ``miyagiict_publish`` through the HTTP API: who may call it, what it takes, what it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan.tests import factories, helpers
from ckanext.miyagiict.catalogue.publish import publish

ADDRESS = "/api/3/action/miyagiict_publish"


@pytest.fixture(autouse=True)
def datasets(catalogue: None, plan: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of the small plan is the one that the action publishes from."""
    monkeypatch.setitem(ckan_config, "ckanext.miyagiict.datasets_path", str(plan.folder.parent))


@pytest.fixture
def call(app: Any) -> Callable[..., Any]:
    """POST to the action as a user, and its answer."""

    def call(user: dict[str, Any] | None, **data: Any) -> Any:
        headers = {"Authorization": user["token"]} if user else {}
        return app.post(ADDRESS, json=data, headers=headers)

    return call


@pytest.fixture
def sysadmin() -> dict[str, Any]:
    return factories.SysadminWithToken()


def is_published(name: str = "miyagi-test-plan") -> bool:
    return bool(tk.get_action("package_search")({"ignore_auth": True}, {"fq": f"name:{name}"})["count"])


def organization_admin() -> dict[str, Any]:
    user = factories.UserWithToken()
    factories.Organization(users=[{"name": user["name"], "capacity": "admin"}])
    return user


@pytest.mark.parametrize("user", [lambda: None, factories.UserWithToken, organization_admin], ids=["nobody", "user", "organization admin"])
def test_others_are_refused(call: Callable[..., Any], user: Callable[[], Any]) -> None:
    """403 with a sentence, and nothing is published."""
    answer = call(user(), package="miyagi-test-plan")
    assert answer.status_code == 403
    assert "システム管理者だけ" in answer.json["error"]["message"]
    assert not is_published()


def test_others_are_refused_by_the_auth_function() -> None:
    """Also where another extension asks; sysadmins never get there."""
    for user in ("", factories.User()["name"]):
        with pytest.raises(tk.NotAuthorized):
            helpers.call_auth("miyagiict_publish", {"user": user, "model": None}, package="miyagi-test-plan")


def test_a_sysadmin_publishes(call: Callable[..., Any], sysadmin: dict[str, Any]) -> None:
    """And is told what was done."""
    answer = call(sysadmin, package="miyagi-test-plan")
    result = answer.json["result"]
    assert (answer.status_code, result["status"], result["tables"], result["rows"]) == (200, "created", ["measures", "targets"], 5)
    assert is_published()


def test_a_second_call_changes_nothing(call: Callable[..., Any], sysadmin: dict[str, Any]) -> None:
    """The answer says so."""
    call(sysadmin, package="miyagi-test-plan")
    result = call(sysadmin, package="miyagi-test-plan").json["result"]
    assert (result["status"], result["tables"], result["rows"], result["withdrawn"]) == ("unchanged", [], 0, [])


def test_a_dry_run(call: Callable[..., Any], sysadmin: dict[str, Any]) -> None:
    """Says what would be done; the catalogue stays empty."""
    for dry_run in (True, "true", 1):
        result = call(sysadmin, package="miyagi-test-plan", dry_run=dry_run).json["result"]
        assert (result["status"], result["dry_run"], result["tables"]) == ("created", True, ["measures", "targets"])
    assert not is_published()


def test_a_dry_run_that_is_neither_true_nor_false(call: Callable[..., Any], sysadmin: dict[str, Any]) -> None:
    """Is not taken for false."""
    for dry_run in ("はい", "yse", ["true"]):
        answer = call(sysadmin, package="miyagi-test-plan", dry_run=dry_run)
        assert (answer.status_code, set(answer.json["error"])) == (409, {"__type", "dry_run"})
    assert not is_published()


def test_other_folders_are_refused(call: Callable[..., Any], sysadmin: dict[str, Any], plan: Any) -> None:
    """Only the name of a folder right below the setting is taken, not even the path of a package that could be published."""
    for package in ("no-such-plan", "../packages/miyagi-test-plan", "./miyagi-test-plan", "miyagi-test-plan/", str(plan.folder), "/etc",
                    "..", ".", "", "*", ["miyagi-test-plan"], {"name": "miyagi-test-plan"}, None):
        answer = call(sysadmin, package=package)
        assert (answer.status_code, answer.json["error"]["__type"]) == (409, "Validation Error")
        assert answer.json["error"]["package"]
    assert call(sysadmin, package="miyagi-test-plan\0").status_code == 400  # refused before any action is asked
    assert not is_published()


def test_no_package_named(call: Callable[..., Any], sysadmin: dict[str, Any]) -> None:
    """The parameter is required."""
    assert set(call(sysadmin).json["error"]) == {"__type", "package"}


def test_no_folder_set(call: Callable[..., Any], sysadmin: dict[str, Any], ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the setting there is nothing to publish."""
    monkeypatch.setitem(ckan_config, "ckanext.miyagiict.datasets_path", "")
    assert call(sysadmin, package="miyagi-test-plan").status_code == 409


def test_a_broken_package(call: Callable[..., Any], sysadmin: dict[str, Any], plan: Any, show: Callable[..., Any]) -> None:
    """409, each problem with its place, rule and sentence; the catalogue is unchanged."""
    publish(plan.folder)
    before = show()
    plan.say(title="改題").table("targets", ["measure_id", {"name": "fiscal_year", "type": "integer"}], [["ki2", "令和3年"], ["ki2", "x"]])
    answer = call(sysadmin, package="miyagi-test-plan")
    assert (answer.status_code, answer.json["success"], answer.json["error"]["__type"]) == (409, False, "Validation Error")
    first, second = answer.json["error"]["problems"]
    assert {key: first[key] for key in ("type", "file", "row", "field", "value", "rule")} == {
        "type": "type", "file": "data/targets.csv", "row": 2, "field": "fiscal_year", "value": "令和3年", "rule": "type: integer/default",
    }
    assert first["message"] == "「data/targets.csv」の2行目、列「fiscal_year」の「令和3年」は、整数として読めません。"
    assert first["remedy"]
    assert "not of type" in first["message_en"]
    assert (second["row"], second["value"]) == (3, "x")
    assert show() == before


def test_reading_requests_are_refused(app: Any, sysadmin: dict[str, Any]) -> None:
    """GET publishes nothing, whoever asks."""
    answer = app.get(f"{ADDRESS}?package=miyagi-test-plan", headers={"Authorization": sysadmin["token"]})
    assert answer.status_code == 400
    assert not is_published()
