"""Who published a record, from what portals write."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyagi_harvesters.municipalities import MIYAGI, TABLES, find, is_of_miyagi, name_of, normalise, publisher


def rows() -> list[dict[str, str]]:
    with (TABLES / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["code"])
def test_quirk_21_every_form_of_a_code_becomes_six_digits(row: dict[str, str]) -> None:
    """With check digit, without, without the leading zero, without both, full width."""
    code = row["code"]
    assert {
        normalise(form)
        for form in (code, code[:5], code[1:], code[1:5], code.translate(str.maketrans("0123456789", "０１２３４５６７８９")))
    } == {code}


@pytest.mark.parametrize(
    ("code", "expected"), [("092011", "092011"), ("92011", "092011"), ("13101", "131016"), ("432130", "432130"), ("22206", "222062")]
)
def test_quirk_21_codes_of_other_prefectures(code: str, expected: str) -> None:
    """BODIK holds the whole country."""
    assert normalise(code) == expected


@pytest.mark.parametrize("code", ["042073", "42073", "", "abc", "999999", "490001", "0420721", "123", "04207a", "010502"])
def test_quirk_21_a_wrong_check_digit_is_no_code(code: str) -> None:
    """Nor is a prefecture or a municipality that cannot be."""
    assert normalise(code) is None


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["code"])
def test_organizations_are_found_with_their_prefecture(row: dict[str, str]) -> None:
    """All 36, as SHIRASAGI and CKAN write them, and with ケ for ヶ."""
    name = row["name"]
    forms = (
        [name]
        if name == "宮城県"
        else [f"宮城県/{name}", f"宮城県 {name}", f"宮城県{row['county']}{name}", f"宮城県{name}".replace("ヶ", "ケ")]
    )
    for form in forms:
        assert find(organization=form)[:2] == (row["code"], "organization"), form


@pytest.mark.parametrize("number", ["10201", "42082", "4208", "104208"])
def test_a_number_is_no_code_of_an_organization(number: str) -> None:
    """Five digits of another prefecture's code, a wrong check digit, four digits: ids of anything."""
    assert find(organization_id=number).code is None


@pytest.mark.parametrize(("said", "code", "found_by"), [
    ({"organization": "名取市", "title": "【岩沼市】一覧"}, "042072", "organization"),
    ({"organization": "名取市 総務課"}, "042072", "organization"),
    ({"organization": "仙台市青葉区"}, "041009", "organization"),
    ({"organization": "富谷町"}, "042161", "organization"),
    ({"organization": "塩釜市"}, "042030", "organization"),
    ({"organization": "宇城市", "organization_id": "432130"}, "432130", "organization"),
    ({"organization": "41017", "organization_id": "041017"}, "041009", "organization"),
    ({"organization": "42081", "organization_id": "42081"}, "042081", "organization"),
    ({"organization": "04208", "organization_id": "04208"}, "042081", "organization"),
    ({"organization": "x", "organization_id": "０４２０８１"}, "042081", "organization"),
    ({"organization": "x", "organization_id": "41017"}, "041009", "organization"),
    ({"organization": "042081", "organization_id": "org26"}, "042081", "organization"),
    ({"title": "【塩竈市】公共施設一覧"}, "042030", "title"),
    ({"title": "｢七ヶ宿町｣公共施設一覧"}, "043028", "title"),
    ({"title": "[2022]［名取市］一覧"}, "042072", "title"),
    ({"title": "栗原市_ＡＥＤ一覧"}, "042137", "title"),
    ({"name": "042072_aed"}, "042072", "name"),
    ({"name": "208", "manual": {"208": "43621"}}, "043621", "manual"),
    ({"organization": "防災安全課", "manual": {"防災安全課": "042099"}}, "042099", "manual"),
])
def test_quirk_20_who_published_it(said: dict[str, Any], code: str, found_by: str) -> None:
    """Organization, then title, then the record's name, then the operator's table."""
    assert find(**said) == (code, found_by, None)


def test_quirk_20_nobody_known_is_said() -> None:
    """Two of the joint portal's records name nobody; the caller decides who stands for it."""
    found = find(title="避難場所及び避難所一覧", place="208")
    assert (found.code, found.found_by) == (None, "")
    assert found.problem is not None
    assert found.problem.type == "publisher-unknown"


@pytest.mark.parametrize("name", ["川崎町", "松島町", "柴田町", "村田町", "加美町", "美里町", "大和町", "山元町"])
def test_a_name_that_exists_elsewhere_needs_its_prefecture(name: str) -> None:
    """Never by the short name alone; by county, prefecture, or a portal of Miyagi."""
    code = next(row["code"] for row in rows() if row["name"] == name)
    county = next(row["county"] for row in rows() if row["name"] == name)
    assert find(organization=name).code is None
    assert find(title=f"【{name}】一覧").code is None
    assert find(organization=f"熊本県 {name}", in_miyagi=True).code is None
    assert find(organization=f"熊本県/{name}", title=f"【{name}】一覧", in_miyagi=True).code is None
    assert find(organization=name, in_miyagi=True).code == find(organization=f"{county}{name}").code == code


@pytest.mark.parametrize(
    "organization", ["静岡県 伊豆の国市", "静岡県/焼津市", "シラサギ市", "宮城大学", "名取市場", "東松島", "宮城", "府中市"]
)
def test_others_are_not_taken_for_ours(organization: str) -> None:
    """Nor is a word that begins like a municipality."""
    assert find(organization=organization).code is None


def test_quirk_22_the_printed_name_stays() -> None:
    """Only the comparison folds it."""
    printed = "宮城県　七ケ宿町"
    assert publisher(find(organization=printed), printed, "17").name == printed
    assert publisher(find(organization=printed), printed, "17").code == "043028"
    assert name_of("043028") == "七ヶ宿町"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://miyagi.dataeye.jp/datasets/1", True),
        ("https://www.city.natori.miyagi.jp/x", True),
        ("https://www.shichigahama.com/", True),
        ("https://www.kuriharacity.jp/w009", True),
        ("https://www.city.kawasaki.jp/", False),
        ("https://data.bodik.jp/", False),
        ("http://[x", False),
    ],
)
def test_hosts_of_miyagi(address: str, expected: bool) -> None:
    """By domain, the joint portal's name, or the municipality's own site."""
    assert is_of_miyagi(address) is expected


@given(*[st.text(max_size=40) | st.sampled_from(["宮城県", "美里町", "042072_x", "【名取市】", "静岡県"])] * 4)
def test_any_words_find_somebody_or_warn(organization: str, organization_id: str, title: str, name: str) -> None:
    """Exactly one of the two, and a code is six digits."""
    found = find(organization, organization_id, title, name)
    assert (found.code is None) == (found.problem is not None)
    assert found.code is None or normalise(found.code) == found.code
    assert MIYAGI == "040002"
