"""What a licence lets people do, said on every dataset's page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ckanext.miyagiict.packages.metadata import LICENCES_FILE
from ckanext.miyagiict.pages.licence_words import Terms, terms, use_words

LICENCES = {licence["id"]: licence for licence in json.loads(LICENCES_FILE.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("licence", LICENCES)
def test_words_agree_with_the_list(licence: str) -> None:
    """Not open is said of every licence that is not, and commercial use is promised by none of them that forbids it."""
    said = use_words(licence, "ja")
    assert ("オープンデータではありません" in said) == (LICENCES[licence]["od_conformance"] == "rejected")
    assert ("営利目的では使え" in said) == ("nc" in licence.lower().split("-"))
    assert ("加工したものは公開できません" in said) == ("nd" in licence.lower().split("-"))


@pytest.mark.parametrize("licence", [None, "", "notspecified", "something-new", "gov-std-1.0"])
def test_unknown_licence_promises_nothing(licence: str | None) -> None:
    assert use_words(licence, "ja") == "使う前に公表者に確かめてください。"
    assert use_words(licence, "en") == "Ask the publisher before you use it."


@pytest.mark.parametrize(
    ("dataset", "resource", "said"),
    [
        ({"license_id": "CC-BY-4.0"}, None, Terms(("CC-BY-4.0",))),
        ({"license_id": "notspecified"}, None, Terms()),
        ({"license_id": "notspecified", "license_stated": "市に確認"}, None, Terms(stated="市に確認")),
        ({"resources": [{"license": "PDL-1.0"}, {"license": "CC-BY-4.0"}, {"license": "PDL-1.0"}]}, None, Terms(("PDL-1.0", "CC-BY-4.0"))),
        ({"resources": [{"license": "PDL-1.0"}, {"license": ""}]}, None, Terms(("PDL-1.0",), is_partly=True)),
        ({"resources": [{"license": "PDL-1.0"}, {"withdrawn": "true"}]}, None, Terms(("PDL-1.0",))),
        ({"license_id": "CC-BY-4.0"}, {}, Terms(("CC-BY-4.0",))),
        ({"license_id": "CC-BY-4.0"}, {"license": "PDL-1.0"}, Terms(("PDL-1.0",))),
        ({"license_id": "CC-BY-4.0"}, {"license": "", "license_stated": "禁転載"}, Terms(stated="禁転載")),
        ({"license_id": "notspecified", "license_stated": "市に確認"}, {}, Terms(stated="市に確認")),
        ({}, {}, Terms()),
    ],
)
def test_terms(dataset: dict[str, Any], resource: dict[str, Any] | None, said: Terms) -> None:
    """A file's own licence comes first; a dataset without one is under those of its files; what is unclear stays what was stated."""
    assert terms(dataset, resource) == said
