"""Answers in the words of whoever asks: tags completed from kana, facets and areas by their names in the page's language."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup

import ckan.plugins.toolkit as tk
from ckan.tests.factories import SysadminWithToken
from ckan.types import FixtureApp
from ckanext.miyagiict.catalogue.publish import publish


@pytest.fixture
def told(kept_catalogue: None, plan: Any) -> Any:
    """The small plan with Japanese keywords and two areas besides the publisher's."""
    plan.say(keywords=["電子申請", "子育て", "ICT", "オープンデータ"], spatial=["040002", "042072", "131016"], title_en="Test plan")
    publish(plan.folder)
    return plan


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("電子", ["電子申請"]), ("申請", ["電子申請"]), ("こそだて", ["子育て"]), ("コソダテ", ["子育て"]),
        ("ＩＣＴ", ["ICT"]), ("ict", ["ICT"]), ("港", []),
        ("こそ", ["子育て"]), ("でんし", ["電子申請"]), ("おーぷん", ["オープンデータ"]), ("こ", []),
    ],
)
def test_tags_are_completed(told: Any, typed: str, tags: list[str]) -> None:
    """From any part of the word, in any width, and from kana, two letters or more, where the reading is known."""
    assert tk.get_action("tag_autocomplete")({"ignore_auth": True}, {"query": typed}) == tags


def test_tags_in_english(told: Any, app: FixtureApp) -> None:
    """In lists and on the dataset's page; one without an English name is marked as Japanese."""
    for address in ("/en/dataset/", "/en/dataset/miyagi-test-plan"):
        page = app.get(address).body
        assert "online applications" in page
        assert ">電子申請<" not in page
        assert re.search(r'lang="ja"[^>]*>子育て<', page)
    japanese = app.get("/dataset/").body
    assert ">電子申請<" in japanese
    assert 'lang="ja">子育て' not in japanese


def test_facets_are_english_on_english_pages(told: Any, app: FixtureApp) -> None:
    """Organization, category and licence, among the filters and once chosen; the Japanese page has the Japanese ones."""
    address = "/dataset/?organization=miyagi-prefecture&groups=plans&license_id=CC0-1.0"
    english, japanese = app.get(f"/en{address}").body, app.get(address).body
    licence = "CC0 1.0 全世界（パブリック・ドメイン提供）"
    for name, name_ja in {"Miyagi Prefecture": "宮城県", "Plans": "計画", "CC0 1.0 Universal": licence}.items():
        assert name in english
        assert name_ja in japanese
        assert f"{name_ja}</span>" not in english


@pytest.mark.parametrize(
    "address", ["/organization/miyagi-prefecture", "/organization/about/miyagi-prefecture", "/dataset/miyagi-test-plan"],
)
def test_organization_is_english_on_english_pages(told: Any, app: FixtureApp, address: str) -> None:
    """In the breadcrumb and the headings."""
    page = app.get(f"/en{address}").body
    assert ">Miyagi Prefecture<" in page
    assert ">宮城県</a>" not in page


def test_names_in_the_breadcrumb_are_whole(told: Any, app: FixtureApp, show: Any) -> None:
    """On the pages of a dataset and of a table, however long they are."""
    long = "A plan whose English title is far longer than thirty signs"
    publish(told.say(title_en=long).folder)
    table = show()["resources"][0]["id"]
    for address in ("/en/dataset/miyagi-test-plan", f"/en/dataset/miyagi-test-plan/resource/{table}"):
        said = BeautifulSoup(app.get(address).body, "html.parser").select_one(".breadcrumb")
        assert said
        assert long in said.text
        assert "..." not in said.text


@pytest.mark.parametrize("form", ["/dataset/new", "/dataset/edit/miyagi-test-plan"])
def test_choices_of_the_dataset_form(told: Any, app: FixtureApp, form: str) -> None:
    """Licences, organizations and frequencies by their names in the language of the page, the chosen one too."""
    headers = {"Authorization": SysadminWithToken()["token"]}
    english, japanese = (
        {field: [option.text.strip() for option in BeautifulSoup(app.get(address, headers=headers).body, "html.parser").select(
            f"select[name={field}] option")] for field in ("license_id", "owner_org", "frequency")}
        for address in (f"/en{form}", form)
    )
    assert {"CC0 1.0 Universal", "Public Data License 1.0", "License not specified"} <= set(english["license_id"])
    assert {"CC0 1.0 全世界（パブリック・ドメイン提供）", "ライセンスの記載なし"} <= set(japanese["license_id"])
    assert english["owner_org"][-1] == "Miyagi Prefecture"
    assert japanese["owner_org"][-1] == "宮城県"
    assert "Never updated" in english["frequency"]
    assert "更新しない" in japanese["frequency"]
    assert not [name for names in english.values() for name in names if re.search("[ぁ-ヿ一-龥]", name)]


@pytest.mark.parametrize(("address", "name"), [
    ("/organization/edit/miyagi-prefecture", "Miyagi Prefecture"), ("/group/edit/plans", "Plans"),
])
def test_names_on_the_pages_that_edit(told: Any, app: FixtureApp, address: str, name: str) -> None:
    """The way there names what is edited in the language of the page."""
    headers = {"Authorization": SysadminWithToken()["token"]}
    way = BeautifulSoup(app.get(f"/en{address}", headers=headers).body, "html.parser").select_one(".breadcrumb")
    assert way
    assert name in way.text
    assert not re.search("[ぁ-ヿ一-龥]", way.text)


def test_areas_have_names(told: Any, app: FixtureApp, show: Any) -> None:
    """A municipality of the prefecture by its name, in English where the page is; any other area by its code."""
    assert [area["text"] for area in show()["spatial_coverage"]] == ["宮城県", "名取市", "131016"]
    assert "Miyagi Prefecture, Natori City, 131016" in app.get("/en/dataset/miyagi-test-plan").body


def test_site_has_an_english_name(told: Any, app: FixtureApp, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """On English pages only."""
    monkeypatch.setitem(ckan_config, "ckanext.miyagiict.site_title_en", "Miyagi in numbers")
    assert "Miyagi in numbers" in app.get("/en/about").body
    assert "Miyagi in numbers" not in app.get("/about").body


def test_partial_hits_are_marked(told: Any) -> None:
    """A dataset that has only a part of the question says so; one that has all of it does not."""
    search = tk.get_action("package_search")
    (partial,) = search({"ignore_auth": True}, {"q": "電子申請 くじら"})["results"]
    (whole,) = search({"ignore_auth": True}, {"q": "電子申請"})["results"]
    assert (partial.get("miyagiict_partial"), "miyagiict_partial" in whole) == (True, False)


def test_group_is_called_category(told: Any, app: FixtureApp) -> None:
    """CKAN's word for it is on no page of a visitor."""
    for address in ("/group/", "/group/plans", "/dataset/groups/miyagi-test-plan", "/dataset/"):
        japanese, english = app.get(address).body, app.get(f"/en{address}").body
        assert "グループ" not in japanese
        assert ">Groups<" not in english
        assert "Categories" in english
