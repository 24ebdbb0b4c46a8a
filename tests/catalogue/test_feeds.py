"""News for feed readers (Atom): in the reader's language, leading to pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

import ckan.plugins.toolkit as tk
from ckan.tests import factories

ATOM = "{http://www.w3.org/2005/Atom}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

Read = Callable[..., ElementTree.Element]


@pytest.fixture
def read(app: Any) -> Read:
    """The feed at an address."""

    def read(address: str = "/feeds/dataset.atom") -> ElementTree.Element:
        answer = app.get(address, status=200)
        assert answer.content_type == "application/atom+xml"
        return ElementTree.fromstring(answer.body)

    return read


def links(element: ElementTree.Element) -> dict[str, str]:
    return {link.get("rel", "alternate"): link.get("href", "") for link in element.findall(f"{ATOM}link")}


@pytest.mark.usefixtures("published")
class TestFeed:
    def test_japanese(self, read: Read) -> None:
        """Language, name and what it is; an entry leads to the dataset's page."""
        feed = read()
        assert feed.get(LANGUAGE) == "ja"
        assert feed.findtext(f"{ATOM}title") == tk.config["ckan.site_title"]
        assert feed.findtext(f"{ATOM}subtitle") == "新しいデータセットと更新"
        (entry,) = feed.findall(f"{ATOM}entry")
        assert entry.findtext(f"{ATOM}title") == "試験計画"
        assert entry.findtext(f"{ATOM}content") == "試験のための計画です。"
        assert links(entry) == {"alternate": "http://test.ckan.net/dataset/miyagi-test-plan"}

    def test_english(self, read: Read) -> None:
        """The same with English names and addresses."""
        feed = read("/en/feeds/dataset.atom")
        assert feed.get(LANGUAGE) == "en"
        (entry,) = feed.findall(f"{ATOM}entry")
        assert entry.findtext(f"{ATOM}title") == "Test plan"
        assert links(entry) == {"alternate": "http://test.ckan.net/en/dataset/miyagi-test-plan"}

    def test_it_changes_only_when_a_dataset_does(self, read: Read) -> None:
        """The feed is as old as its latest entry, to the day, and does not say "now"."""
        feed = read()
        (entry,) = feed.findall(f"{ATOM}entry")
        assert feed.findtext(f"{ATOM}updated") == entry.findtext(f"{ATOM}updated")

    def test_organizations_and_groups(self, read: Read) -> None:
        """Theirs as well."""
        for address in ("/feeds/organization/miyagi-prefecture.atom", "/feeds/custom.atom?q=計画"):
            assert len(read(address).findall(f"{ATOM}entry")) == 1


def test_pages_of_a_feed(catalogue: None, read: Read, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each names the next and the one before by addresses that work."""
    monkeypatch.setitem(ckan_config, "ckan.feeds.limit", 2)
    for number in range(3):
        factories.Dataset(title=f"第{number}", owner_org=factories.Organization()["id"])
    first = read()
    assert [entry.findtext(f"{ATOM}title") for entry in first.findall(f"{ATOM}entry")] == ["第2", "第1"]  # the latest change first
    assert set(links(first)) == {"alternate", "self", "first", "next", "last"}
    second = read(links(first)["next"].removeprefix("http://test.ckan.net"))
    assert [len(page.findall(f"{ATOM}entry")) for page in (first, second)] == [2, 1]
    assert "next" not in links(second)
    assert links(second)["self"] == links(first)["next"] == links(first)["last"]
    assert links(second)["prev"] == links(first)["first"] == "http://test.ckan.net/feeds/dataset.atom"
