"""Organizations stand in the order in which a Japanese reader looks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan.tests import factories
from ckanext.miyagiict.search.order import title_key

NAMES = ["仙台市", "名取市", "七ヶ宿町", "石巻市", "大衡村", "あおば協議会"]
BY_READING = ["あおば協議会", "石巻市", "大衡村", "七ヶ宿町", "仙台市", "名取市"]


def test_by_reading() -> None:
    """あ, い, お, し, せ, な."""
    assert sorted(NAMES, key=lambda name: title_key(name, "ja")) == BY_READING


def test_in_english() -> None:
    """By the English name where there is one."""
    assert sorted(NAMES[:5], key=lambda name: title_key(name, "en")) == ["石巻市", "名取市", "大衡村", "仙台市", "七ヶ宿町"]


def test_what_is_not_known() -> None:
    """By the text itself in normal form: kana of either kind and width alike."""
    assert title_key("ＡＢＣ", "ja")[0] == title_key("abc", "ja")[0]
    assert title_key("ナトリ会", "ja")[0] == title_key("なとり会", "ja")[0]


@pytest.fixture
def listed(with_plugins: Any, migrate_db_for: Callable[[str], None], clean_db: Any) -> Callable[..., list[str]]:
    """Titles as the action lists them."""
    migrate_db_for("activity")
    for number, name in enumerate(NAMES):
        factories.Organization(name=f"org-{number}", title=name)

    def listed(**question: Any) -> list[str]:
        found = tk.get_action("organization_list")({"ignore_auth": True}, {"all_fields": True, **question})
        return [organization["title"] for organization in found]

    return listed


def test_pages_of_the_list(listed: Callable[..., list[str]]) -> None:
    """Each goes on where the one before it ended; both directions; other orders are as CKAN has them."""
    assert listed() == listed(sort="title asc") == BY_READING
    assert listed(limit=4) + listed(limit=4, offset=4) == BY_READING
    assert listed(sort="title desc", limit=2) == BY_READING[:-3:-1]
    assert listed(sort="name desc") == NAMES[::-1]
    assert listed(q="市", limit=2) == ["石巻市", "仙台市"]
    names = tk.get_action("organization_list")({"ignore_auth": True}, {})
    assert names == [f"org-{NAMES.index(title)}" for title in BY_READING]


@pytest.mark.parametrize("wrong", [{"limit": "many"}, {"offset": -1}, {"sort": "colour"}])
def test_wrong_questions(listed: Callable[..., list[str]], wrong: dict[str, Any]) -> None:
    """CKAN says what is wrong with them, as before."""
    with pytest.raises(tk.ValidationError):
        listed(**wrong)
