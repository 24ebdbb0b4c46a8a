"""The OpenAPI document is true: schemathesis asks every action for what it says, with input of its own making, as a visitor and as a sysadmin."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from ckan.tests import factories
from ckanext.miyagiict.logic import action
from ckanext.miyagiict.tracking import definitions, refresh

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 10
#: Actions that ask portals or read folders of the server: tests of their own know what to give them.
ELSEWHERE = ("harvest_", "publish")


@pytest.fixture
def document(plan: Any, dataset: Any, app: Any) -> dict[str, Any]:
    """The document of a catalogue with something to show."""
    dataset("data-a")
    definitions.add_definition({
        "kpi": "test-datasets", "kind": "datasets", "valid_from": "2025-04-01", "filters": ['miyagiict_portal:"https://portal.example"']
    })
    refresh.refresh()
    return app.get("/api/miyagiict/openapi.json").json


def test_every_action_is_in_it(document: dict[str, Any]) -> None:
    """By its own name, with what it takes and gives."""
    own = {name for name in action.__all__ if name.startswith("miyagiict_")}
    assert {path.rsplit("/", 1)[-1] for path in document["paths"]} == own
    kpi_show = document["paths"]["/api/3/action/miyagiict_kpi_show"]["get"]
    assert [(one["name"], one["required"]) for one in kpi_show["parameters"]] == [("id", True), ("language", False)]


@pytest.mark.parametrize("who", ["visitor", "sysadmin"])
def test_answers_are_as_it_says(document: dict[str, Any], app: Any, who: str) -> None:
    """No action breaks down, whatever it is given; statuses and answers are those of the document."""
    headers = {"Authorization": factories.APIToken(user=factories.Sysadmin()["name"])["token"]} if who == "sysadmin" else {}
    schema = schemathesis.openapi.from_wsgi("/api/miyagiict/openapi.json", app.flask_app)
    operations = [found.ok() for found in schema.get_all_operations()]
    asked = [one for one in operations if not one.path.rsplit("miyagiict_", 1)[-1].startswith(ELSEWHERE)]
    for operation in asked:
        ask(operation, headers)
    assert len(asked) > 15


def ask(operation: Any, headers: dict[str, str]) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate], derandomize=True)
    @given(case=operation.as_strategy())
    def once(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    once()


def test_other_sites_read_as_visitors_do(document: dict[str, Any], app: Any) -> None:
    """The API answers a page of another site; what it tells somebody who is signed in is for them alone."""
    anybody = app.get("/api/3/action/miyagiict_kpi_list")
    assert anybody.headers["Access-Control-Allow-Origin"] == "*"
    token = factories.APIToken(user=factories.Sysadmin()["name"])["token"]
    somebody = app.get("/api/3/action/miyagiict_kpi_list", headers={"Authorization": token})
    assert "Access-Control-Allow-Origin" not in somebody.headers
