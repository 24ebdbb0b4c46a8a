"""Short texts are found by any part, however it is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan.tests import factories
from ckanext.miyagiict.search.names import has_all, reading


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("オープンデータの公開", "ｵｰﾌﾟﾝ"),
        ("AIの活用", "ＡＩ"),
        ("Wi-Fi環境の整備", "wifi"),
        ("Wi-Fi環境の整備", "ｗｉ－ｆｉ"),
        ("Wi-Fi環境の整備", "わいふぁい"),
        ("避難所の情報", "ひなん"),
        ("避難所の情報", "ひなん所"),
        ("電子申請の推進", "でんし"),
        ("サーバの統合", "サーバー"),
        ("名取市", "ナトリ"),
        ("名取市", "ﾅﾄﾘ"),
        ("塩竈市", "塩竃"),
        ("石巻市", "石の巻"),
        ("研修の実施", "研修　実施"),
        ("企9", "企9"),
    ],
)
def test_found(text: str, asked: str) -> None:
    assert has_all([text], asked)


@pytest.mark.parametrize(("text", "asked"), [("名取市", "せんだい"), ("名取市", "名取 道路"), ("石巻市", "い"), ("名取市", "-"), ("名取市", "<b>")])
def test_not_found(text: str, asked: str) -> None:
    assert not has_all([text], asked)


def test_readings() -> None:
    """As far as they are known."""
    assert reading("名取市の電子申請ガイド") == "なとりしのでんししんせいがいど"


@pytest.fixture
def site(with_plugins: Any, migrate_db_for: Callable[[str], None], clean_db: Any) -> None:
    migrate_db_for("activity")
    factories.Organization(name="natori-city", title="名取市", extras=[{"key": "title_en", "value": "Natori City"}])
    factories.Organization(name="sendai-city", title="仙台市")
    factories.Group(name="ict-plans", title="ICT計画")


def titles(action: str, **question: Any) -> list[str]:
    return [one["title"] for one in tk.get_action(action)({"ignore_auth": True}, question)]


def test_organizations_are_found_by_reading(site: None) -> None:
    """Lists and completion alike; who is not found is not there."""
    for q in ("なとり", "ナトリ", "ﾅﾄﾘ", "名取", "Natori City"):
        assert titles("organization_list", q=q, all_fields=True) == titles("organization_autocomplete", q=q) == ["名取市"]
    assert titles("organization_list", q="とうきょう", all_fields=True) == titles("organization_autocomplete", q="とうきょう") == []
    assert titles("organization_list", q="なとり", organizations=["sendai-city"], all_fields=True) == []


def test_groups_are_found_by_reading(site: None) -> None:
    assert titles("group_list", q="けいかく", all_fields=True) == titles("group_autocomplete", q="けいかく") == ["ICT計画"]


@pytest.mark.parametrize("address", ["/group/?q=zzz", "/group/?page=99", "/organization/?q=zzz", "/organization/?page=99"])
def test_an_empty_list_says_so(site: None, app: Any, address: str) -> None:
    """And leads back to the whole of it."""
    page = app.get(address).body
    assert "ありません" in page
    assert f'href="{address.split("?")[0]}"' in page
    assert "There is nothing here" in app.get("/en" + address).body
