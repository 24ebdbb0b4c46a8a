"""The previews that a dataset gets when it is made."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories


def view_types(resource_id: str) -> list[str]:
    views = tk.get_action("resource_view_list")({"ignore_auth": True}, {"id": resource_id})
    return sorted(view["view_type"] for view in views)


def test_resources_that_a_default_view_shows(catalogue: None, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text gets a preview; a picture, which none of the site's default views shows, gets none, nor does a CSV that is no table yet."""
    monkeypatch.setitem(ckan_config, "ckan.views.default_views", ["datatables_view", "text_view"])
    formats = ("TXT", "JSON", "PNG", "CSV")
    made = factories.Dataset(resources=[{"name": format, "format": format, "url": f"{ckan_config['ckan.site_url']}/files/{format}"} for format in formats])
    previews = {resource["format"]: view_types(resource["id"]) for resource in made["resources"]}
    assert previews == {"TXT": ["text_view"], "JSON": ["text_view"], "PNG": [], "CSV": []}


def test_nothing_is_asked_of_others(catalogue: None) -> None:
    """A harvested dataset has many files: each that no view shows would cost two queries."""
    asked: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.extend(line for line in (statement,) if "FROM resource_view" in line)

    sa.event.listen(model.meta.engine, "before_cursor_execute", listen)
    try:
        factories.Dataset(resources=[{"name": "a", "format": "PNG", "url": "https://example.jp/a.png"}])
    finally:
        sa.event.remove(model.meta.engine, "before_cursor_execute", listen)
    assert asked == []
