"""The page of a dataset's history tells what was done to it, also by the catalogue's own programs."""

from __future__ import annotations

import re
from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckanext.miyagiict.catalogue.publish import publish

NAME = "miyagi-test-plan"


def kinds() -> list[str]:
    """What the history says, the latest first; without the view of datapackage.json that CKAN makes by itself."""
    told = tk.get_action("package_activity_list")({}, {"id": NAME})
    return [entry["activity_type"] for entry in told if entry["data"].get("view_type") != "text_view"]


def test_publishing_is_told(catalogue: None, plan: Any) -> None:
    """Once when it came and once for each change; previews, and runs that change nothing, are no news."""
    publish(plan.folder)
    assert kinds() == ["new package"]
    publish(plan.folder)
    assert kinds() == ["new package"]
    plan.descriptor["title"] = "新しい名前"
    publish(plan.write().folder)
    assert kinds() == ["changed package", "new package"]


@pytest.mark.parametrize(("language", "writer"), [("", "このサイトの自動処理"), ("/en", "This site's automatic process")])
def test_the_writer_has_a_name(published: Any, app: Any, language: str, writer: str) -> None:
    """The site's own user is no link to a page that nobody may see; nor are views of files among what is told."""
    page = app.get(f"{language}/dataset/activity/{NAME}").body
    (entry,) = re.findall(r'<li class="item .*?</li>', page, re.DOTALL)
    assert "new-package" in entry
    assert writer.replace("'", "&#39;") in entry or writer in entry
    assert "/user/" not in entry
