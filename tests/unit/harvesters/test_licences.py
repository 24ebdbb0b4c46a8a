"""What portals write about licences, and what it means."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyagi_harvesters.licences import TABLES, common, is_open, known, problems_of, resolve
from miyagi_harvesters.record import UNKNOWN_LICENCE

LICENCES_FILE = Path(__file__).parents[3] / "ckanext-miyagiict" / "ckanext" / "miyagiict" / "packages" / "licences.json"


@pytest.mark.parametrize(
    ("spelling", "licence"),
    [
        ("cc-by4_0", "CC-BY-4.0"),
        ("pdl", "PDL-1.0"),
        ("CC BY 4.0（クリエイティブ・コモンズ表示4.0国際）", "CC-BY-4.0"),
        ("PDL1.0（公共データ利用規約第1.0版）", "PDL-1.0"),
        ("http://creativecommons.org/licenses/by/3.0/deed.ja", "CC-BY-3.0"),
        ("http://creativecommons.org/licenses/by/3.0/deed.en", "CC-BY-3.0"),
        ("パブリックドメイン", "public-domain"),
        ("CC BY", "cc-by"),
        ("CC-BY", "cc-by"),
        ("http://www.opendefinition.org/licenses/cc-by", "cc-by"),
        ("cc-by-40-intl", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by/4.0/deed.ja", "CC-BY-4.0"),
        ("クリエイティブ・コモンズ 表示", "cc-by"),
        ("CC BY 2.1 JP", "CC-BY-2.1-JP"),
        ("CC-BY 2.1 Japan", "CC-BY-2.1-JP"),
        ("cc-by-21-jp", "CC-BY-2.1-JP"),
        ("japanese-20", "gov-std-2.0"),
        ("japanese-10", "gov-std-1.0"),
        ("CC 0", "CC0-1.0"),
        ("cc-zero", "CC0-1.0"),
        ("CC BY-SA", "cc-by-sa"),
        ("CC BY-ND", "cc-by-nd"),
        ("CC BY-NC", "cc-by-nc"),
        ("CC BY-NC-SA", "cc-by-nc-sa"),
        ("CC BY-NC-ND", "cc-by-nc-nd"),
        ("CC_BY_4_0", "CC-BY-4.0"), ("CC_BYNC_4_0", "CC-BY-NC-4.0"), ("CC BY 4.0（表示 4.0 国際）", "CC-BY-4.0"),
    ("ＣＣ　ＢＹ　４．０", "CC-BY-4.0"),
        ("cc‐by 4.0 国際", "CC-BY-4.0"),
        ("other-pd", "public-domain"),
        ("notspecified", "notspecified"),
    ],
)
def test_quirk_9_many_spellings_of_one_licence(spelling: str, licence: str) -> None:
    """Every spelling that was met in the wild."""
    assert known(spelling) == licence
    assert resolve([spelling]).stated == (spelling,)


@pytest.mark.parametrize(
    "spelling",
    [
        "https://www.city.example.lg.jp/opendata/terms.html",
        "other-open",
        "other-at",
        "自由に使えます",
        "CC",
        "4.0",
        "利用規約による",
        "x" * 10_000,
        "CC BY 4.0（営利目的を除く）",
        "https://creativecommons.org/licenses/by/2.1/es/",
        "https://example.jp/licenses/by/4.0/",
    ],
)
def test_quirk_9_unknown_stays_unknown_and_is_not_open(spelling: str) -> None:
    """A page of a city, an id that names no licence, a condition behind a known name."""
    licence = resolve([spelling])
    assert (licence.id, licence.is_open, licence.stated) == (None, False, (spelling,))
    assert [found.type for found in problems_of(licence, "x")] == ["licence-unknown"]


@pytest.mark.parametrize("family", ["by-nc", "by-nc-sa", "by-nd", "by-nc-nd"])
@pytest.mark.parametrize("tail", ["4.0/", "4.0/deed.ja", "3.0/deed.en", "2.1/jp/", "2.1/jp/legalcode", "4.0"])
@pytest.mark.parametrize("scheme", ["http://", "https://", "//", "https://www."])
def test_quirk_11_licences_that_forbid_uses_are_not_open(family: str, tail: str, scheme: str) -> None:
    """NC and ND, by their addresses: known, and not open."""
    licence = resolve([f"{scheme}creativecommons.org/licenses/{family}/{tail}"])
    assert licence.id is not None
    assert licence.id.startswith(f"CC-{family.upper()}-")
    assert not licence.is_open


def test_quirk_10_statements_that_contradict_each_other_are_kept() -> None:
    """LinkData says 3.0, the city's page 4.0: neither wins, both are shown."""
    licence = resolve(["http://creativecommons.org/licenses/by/3.0/deed.ja", "CC BY 4.0"])
    assert (licence.id, licence.is_open, licence.conflict) == (None, False, ("CC-BY-3.0", "CC-BY-4.0"))
    assert len(licence.stated) == 2
    assert [found.type for found in problems_of(licence, "x")] == ["licence-conflict"]


def test_a_licence_without_version_agrees_with_one_version() -> None:
    """``cc-by`` beside ``CC BY 4.0`` is 4.0; beside NC it is a contradiction."""
    assert resolve(["cc-by", "CC BY 4.0"]).id == "CC-BY-4.0"
    assert resolve(["cc-by", "CC BY"]).id == "cc-by"
    assert resolve(["cc-by", "CC BY-NC 4.0"]).conflict == ("cc-by", "CC-BY-NC-4.0")
    assert resolve(["cc-by", "CC BY 4.0", "CC BY 3.0"]).conflict == ("CC-BY-4.0", "CC-BY-3.0")


def test_not_specified_is_silent_beside_a_licence() -> None:
    """CKAN writes it as id where the title says more."""
    assert resolve(["notspecified", "PDL1.0"]).id == "PDL-1.0"
    assert resolve(["notspecified"]).id == "notspecified"
    assert not resolve(["notspecified"]).is_open


def test_nothing_stated_is_no_licence() -> None:
    """Empty fields are no statements."""
    assert resolve([None, "", "  "]) == UNKNOWN_LICENCE
    assert list(problems_of(UNKNOWN_LICENCE, "x")) == []


def test_quirk_8_a_record_has_a_licence_only_where_all_its_resources_agree() -> None:
    """Mixed ones stay with the resources."""
    by, pdl = resolve(["cc-by4_0"]), resolve(["pdl"])
    assert common([by, by]).id == "CC-BY-4.0"
    assert common([by, pdl]) == UNKNOWN_LICENCE
    assert common([by, UNKNOWN_LICENCE]) == UNKNOWN_LICENCE
    assert common([]) == UNKNOWN_LICENCE


def test_licences_are_those_of_the_catalogue() -> None:
    """Every id that can come out is one that the catalogue can show, as open here as there."""
    theirs = {entry["id"]: entry["od_conformance"] == "approved" for entry in json.loads(LICENCES_FILE.read_text(encoding="utf-8"))}
    with (TABLES / "licenses.csv").open(encoding="utf-8", newline="") as file:
        ours = [row["id"] for row in csv.DictReader(file)]
    assert {identifier: is_open(identifier) for identifier in ours} == theirs
    assert not is_open(None)
    assert not is_open("CC-BY-9.9")


@given(st.lists(st.text() | st.sampled_from(["cc-by", "CC BY 4.0", "pdl", "notspecified", "CC BY-NC"]), max_size=6))
def test_any_statements_resolve(statements: list[str]) -> None:
    """Open only with an id, never with a conflict; the order does not decide."""
    licence = resolve(statements)
    assert not (licence.id and licence.conflict)
    assert not licence.is_open or is_open(licence.id)
    assert resolve(reversed(statements)).id == licence.id
