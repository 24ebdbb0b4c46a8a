"""How a question is read: no server is asked."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.miyagiict.search.field_query import is_field_query
from ckanext.miyagiict.search.normal import normal
from ckanext.miyagiict.search.question import LONGEST, read_question
from ckanext.miyagiict.search.segment import cut
from ckanext.miyagiict.search.vocabulary import vocabulary

JAPANESE = st.text(
    alphabet=st.sampled_from(
        [*'避難所場名取市町の予算令和年度子育てこそだてひなんじょＡＥＤaed Wi-Fiサーバーｻｰﾊﾞｰ0123:"()*?-+!{}[]^~\\/&|　。']
    ),
    max_size=40,
)


def words(text: str) -> list[str]:
    return [piece.text for run in cut(normal(text), vocabulary()) for piece in run]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("名取市の避難所一覧", ["名取市", "避難所", "一覧"]),
        ("名取市避難所一覧", ["名取市", "避難所", "一覧"]),
        ("AED設置箇所", ["aed", "設置", "箇所"]),
        ("公衆無線ＬＡＮアクセスポイント", ["公衆無線lan", "アクセスポイント"]),
        ("フリーWi-Fiが使えるところ", ["フリーwi-fi", "使えるところ"]),
        ("なとりしのひなんじょ", ["なとりし", "ひなんじょ"]),
        ("水道水と井戸", ["水道水", "井戸"]),
        ("届け出の件数", ["届け出", "件数"]),
        ("東京都", ["東京都"]),
        ("個人口座", ["個人口座"]),
        ("データベース", ["データベース"]),
        ("くまもと", ["くまもと"]),
        ("年表", ["年表"]),
        ("市民税", ["市民税"]),
        ("natori-informatization-plan-2020", ["natori-informatization-plan-2020"]),
        ("🍣", []),
    ],
)
def test_questions_are_cut(text: str, pieces: list[str]) -> None:
    """At words and particles, never inside a word that is not known."""
    assert words(text) == pieces


def test_kana_asks_for_the_word() -> None:
    assert "子育て" in read_question("こそだて").solr().q


def test_every_municipality_may_be_written_in_part_in_kana() -> None:
    """The first half of its reading for its first letter."""
    known = vocabulary()
    written_so = {"けせん沼市": "気仙沼市", "石の巻": "石巻", "おお崎市": "大崎市", "みなみ三陸": "南三陸", "た賀城市": "多賀城市"}
    for text, meant in written_so.items():
        assert meant in known.spellings[text]
    written = {word for words in known.spellings.values() for word in words}
    assert {name for name in known.municipalities.values()} - written == set()


@pytest.mark.parametrize(("text", "pieces"), [("大きな公園", "公園"), ("桜の地図", "桜"), ("受けとる", "受けとる")])
def test_ordinary_text_is_no_other_spelling(text: str, pieces: str) -> None:
    """の地 is no 農地, 大き no 大気."""
    assert pieces in words(text)
    assert all(not piece.words or piece.text in piece.words for run in cut(normal(text), vocabulary()) for piece in run)


@pytest.mark.parametrize("text", ["opendata", "OpenData", "open-data", "みやぎopendata"])
def test_english_words_may_stand_together(text: str) -> None:
    assert "オープンデータ" in read_question(text).solr().q


def test_municipalities_must_be_found() -> None:
    assert [clause.text for clause in read_question("名取市 避難所 一覧").required] == ["名取市"]


def test_words_that_say_little_may_be_missing() -> None:
    """Unless there is nothing else."""
    question = read_question("避難所のデータ一覧")
    assert [clause.text for clause in question.wanted] == ["避難所"]
    assert [clause.text for clause in read_question("一覧").wanted] == ["一覧"]


@pytest.mark.parametrize("text", ["令和3年度の予算", "R3年度の予算", "2021年度の予算", "Ｒ３年度 予算"])
def test_a_fiscal_year_by_any_name(text: str) -> None:
    """令和3年度 = R3 = 2021年度."""
    assert "miyagiict_years:fy2021" in read_question(text).solr().q
    assert [clause.text for clause in read_question(text).wanted] == ["予算"]


def test_quotes_and_minus() -> None:
    """As in other search boxes."""
    question = read_question("「指定避難所」 -仙台")
    assert ([clause.text for clause in question.required], [clause.text for clause in question.excluded]) == (["指定避難所"], ["仙台"])


@given(JAPANESE | st.text(max_size=60))
def test_normal_form_is_reached_at_once(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(JAPANESE)
def test_width_does_not_matter(text: str) -> None:
    """A question and its NFKC form ask the same."""
    assert read_question(unicodedata.normalize("NFKC", text)).solr() == read_question(text).solr()


@given(st.text())
def test_every_text_is_a_question(text: str) -> None:
    """Read without an error, the same each time, of bounded length."""
    query = read_question(text).solr()
    assert query == read_question(text).solr()
    assert len(query.q) < 40 * LONGEST


@given(JAPANESE)
def test_nothing_in_a_question_is_syntax(text: str) -> None:
    """Outside of what we write ourselves no sign of Solr's is left unescaped."""
    assert "{!" not in re.sub(r"\\.", " ", read_question(text).solr().q)
    assert "_query_" not in read_question(text).solr().q


@pytest.mark.parametrize(
    "q",
    [
        "tags:避難所",
        '+owner_org:"abc" +state:active',
        "*:*",
        'title:避難所 AND tags:"AED"',
        "id:(a OR b OR c)",
        "title: 避難所",
        "tags:避難*",
        "-tags:x",
        "metadata_modified:[2020-01-01T00:00:00Z TO *]",
        "metadata_created:[NOW-7DAYS TO NOW]",
        "name:a^2 OR title:b~1",
        "extras_x:y",
        "organization:x AND 避難所",
    ],
)
def test_field_queries_are_known(q: str) -> None:
    assert is_field_query(q)


@pytest.mark.parametrize(
    "q",
    [
        "計画:2021",
        "計画：2021",
        "https://example.jp/a",
        "12:30",
        "AED:設置",
        "tags:(",
        'tags:"a',
        "tags:a AND",
        'AND""*:*',
        "*:**:*",
        "AND tags:b",
        "metadata_modified:[foo TO bar]",
        '_query_:"x"',
        "{!func}tags:a",
        "tags:a\0",
        "避難所",
        "",
        "tags:/[/",
        "tags:[a TO",
        "views_total:many",
    ],
)
def test_words_are_no_field_queries(q: str) -> None:
    """Nor is what Solr would refuse."""
    assert not is_field_query(q)
