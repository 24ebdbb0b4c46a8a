"""Searching datasets, through CKAN's actions, on the judged corpus."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import judged
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Search = Callable[[str], list[str]]
SIGNS = [
    *'+-&|!(){}[]^"~*?:\\/',
    "AND",
    "OR",
    "NOT",
    " ",
    "避難所",
    "tags:",
    "title:",
    "id:",
    "*:*",
    "{!func}",
    "TO",
    "\0",
    "\u202e",
    "\u200d",
    "ｱｲｳ",
    "🍣",
]


def action(name: str, **data: Any) -> Any:
    return tk.get_action(name)({"ignore_auth": True, "user": ""}, data)


@pytest.mark.parametrize(
    "q",
    [
        '"',
        "''",
        "*",
        "*:*",
        "(",
        ")",
        "[",
        "{!func}x",
        "{!dismax qf=title v='x'}",
        '_query_:"{!func}1"',
        "a" * 10_000,
        "避" * 10_000,
        "避難所 " * 3_000,
        "(" * 500,
        '"' * 501,
        "\0",
        "a\0b",
        "\u202e避難所\u202c",
        "ﾋﾅﾝｼﾞｮ",
        "🍣🍣",
        "\\",
        "a\\",
        "~",
        "^2",
        "AND",
        "OR OR",
        "NOT",
        "-",
        "- -",
        "+",
        "tags:(",
        "title:[a TO",
        "計画：2021",
        "https://example.jp/?a=b&c=d",
        "' OR 1=1 --",
        "<script>alert(1)</script>",
        "%00%27",
        "\ud800",
        "id:(" + " OR ".join(["x"] * 2_000) + ")",
        "title:*a*b*",
        "metadata_modified:foo",
        "views_total:x",
    ],
)
def test_any_question_has_an_answer(seen: None, q: str) -> None:
    """A list, be it empty; never an error of Solr's."""
    assert action("package_search", q=q)["count"] >= 0


@settings(max_examples=80)
@given(q=st.lists(st.sampled_from(SIGNS), max_size=12).map("".join) | st.text(max_size=80))
def test_wild_questions_have_an_answer(seen: None, q: str) -> None:
    assert action("package_search", q=q, rows=1)["count"] >= 0


@pytest.mark.parametrize("q", ["ＡＥＤ設置箇所", "ｺｿﾀﾞﾃ", "Ｗｉ－Ｆｉ", "令和３年度　予算", "ﾊｻﾞｰﾄﾞﾏｯﾌﾟ"])
def test_width_finds_the_same(search: Search, q: str) -> None:
    assert search(q) == search(unicodedata.normalize("NFKC", q)) != []


@pytest.mark.parametrize("q", ["令和3年度予算", "R3年度予算", "2021年度予算"])
def test_any_name_of_a_year_finds_it_first(search: Search, q: str) -> None:
    assert set(search(q)[:2]) == {"sendai-budget-2021", "miyagi-budget-2021"}


YEARS = [
    ["令和3年度", "R3", "R3年度", "2021年度", "2021", "令和三年度", "㋿3年度", "令3", "Ｒ３", "FY2021", "れいわ3ねんど"],
    ["令和元年度", "2019年度", "H31", "平成31年度", "R1"],
    ["平成29年度", "2017年度", "平成二十九年度", "H29"],
    ["令和3年度予算", "R3予算", "2021年度予算", "令和三年度予算"],
    ["予算 令和8年度", "予算 2026年度", "予算 R8"],
]


@pytest.mark.parametrize("forms", YEARS, ids=lambda forms: forms[0])
def test_a_year_finds_the_same_however_it_is_written(search: Search, forms: list[str]) -> None:
    """The same datasets in the same order."""
    first, *others = [search(q) for q in forms]
    assert first
    assert others == [first] * len(others)


SPELLINGS = [
    ["塩竈市", "塩竃市", "塩釜市", "塩釡市", "鹽竈市", "鹽釜市"],
    ["手続き", "手続", "手つづき"],
    ["取組", "取り組み", "取組み", "取りくみ"],
    ["届出", "届け出", "とどけ出"],
    ["藏王町", "蔵王町"],
    ["オープンデータ", "ｵｰﾌﾟﾝﾃﾞｰﾀ", "おーぷんデータ"],
]


@pytest.mark.parametrize("forms", SPELLINGS, ids=lambda forms: forms[0])
def test_spellings_find_the_same(search: Search, forms: list[str]) -> None:
    """Forms of a character, kana behind kanji or not, kana for kanji."""
    first, *others = [set(search(q)) for q in forms]
    assert first
    assert others == [first] * len(others)


def test_a_word_that_is_not_known_is_found_by_its_sound(search: Search) -> None:
    """Where nothing else is: 集せき所 for 集積所."""
    assert "tome-garbage" in search("集せき所")


def test_a_place_to_flee_comes_before_a_shelter(search: Search) -> None:
    """避難場所 and 避難所 are two things: each finds its own first, the other behind."""
    assert search("避難場所")[0] in {
        "sendai-evacuation-sites",
        "natori-evacuation-sites",
        "kurihara-evacuation-sites",
        "ishinomaki-shelters",
    }
    assert search("避難場所").index("misato-shelters") > search("避難場所").index("kurihara-evacuation-sites")
    assert search("避難所").index("misato-shelters") < search("避難所").index("kurihara-evacuation-sites")


@pytest.mark.parametrize(
    "name",
    [
        "緊急情報伝達ツールとしての防災ラジオの普及、あっせんの推進",
        "統合型被災者支援システムの構築、運用",
        "校務支援システムの導入運用の推進",
    ],
)
def test_the_name_of_a_measure_finds_its_dataset(search: Search, name: str) -> None:
    """It stands in a table only."""
    assert search(name)[0] == "natori-informatization-plan-2020"


def test_field_queries_go_on_working(seen: None) -> None:
    """For users of the API and for CKAN itself; labels of any width are one."""
    assert action("package_search", q="tags:防災 AND title:石巻")["count"] == 1
    assert action("package_search", fq='tags:"AED"')["count"] == action("package_search", fq='tags:"ＡＥＤ"')["count"] == 3


def test_who_ranks_by_himself_is_let(seen: None) -> None:
    """qf and defType of a caller hold."""
    assert action("package_search", q="避難所", qf="name", defType="edismax")["count"] == 0


def test_facets_count_labels_of_any_width_together(seen: None) -> None:
    facets = action("package_search", **{"facet.field": ["tags"], "rows": 0})["search_facets"]["tags"]["items"]
    assert {item["name"]: item["count"] for item in facets}["AED"] == 3


def test_sorted_by_reading(seen: None) -> None:
    """石巻 (いしのまき) before 仙台 (せんだい) before 名取 (なとり), though 仙 comes first as a character."""
    found = action("package_search", fq='+tags:("人口" OR "子育て")', sort="title_string asc", fl=["name"], rows=50)["results"]
    order = [entry["name"] for entry in found]
    places = [order.index(name) for name in ("ishinomaki-population", "sendai-population-ward", "tomiya-population", "natori-childcare")]
    assert places == sorted(places)


def test_more_is_shown_where_little_is_found(seen: None) -> None:
    """What has all of the question comes first, and the answer says how many have."""
    found = action("package_search", q="砂丘 トイレ")
    assert (found["miyagiict_exact_count"], found["count"] > 0) == (0, True)


def test_no_more_is_shown_behind_a_facet(seen: None) -> None:
    """Who has chosen a facet gets what its number said."""
    found = action("package_search", q="ペットと避難", fq='organization:"ishinomaki"')
    assert "miyagiict_exact_count" not in found


@pytest.mark.parametrize(
    ("q", "name"),
    [
        ("避難場所一", "natori-evacuation-sites"),
        ("なとり", "natori-aed"),
        ("natori", "natori-aed"),
        ("ＡＥＤ", "sendai-aed"),
        ("こそだ", "natori-childcare"),
        ("こそ", "natori-childcare"),
        ("こそ", "osaki-afterschool"),  # its tag
        ("ぼうさ", "natori-disaster-radio"),
    ],
)
def test_titles_are_completed(seen: None, q: str, name: str) -> None:
    """From any part of a title, and from the sound of its words, its tags and its publisher."""
    assert name in [entry["name"] for entry in action("package_autocomplete", q=q, limit=50)]


def test_completed_titles_have_their_english(seen: None) -> None:
    """For the suggestions of English pages."""
    assert all("title_en" in entry for entry in action("package_autocomplete", q="こそだ", limit=50))


@pytest.mark.parametrize("q", ["a\\", '"', "", "\0", "*:*", "(" * 50])
def test_completion_takes_anything(seen: None, q: str) -> None:
    assert isinstance(action("package_autocomplete", q=q), list)


def test_stock_search_is_left_to_a_stock_core(seen: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Solr has CKAN's own schema, or the setting says so, a question stays as it is."""
    from ckanext.miyagiict.search import hooks

    with judged.configured(**{"ckanext.miyagiict.japanese_search": "false"}):
        assert hooks.before_dataset_search({"q": "避難所"}) == {"q": "避難所"}
