"""How Solr cuts Japanese (solr/conf/schema.xml)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ckanext.miyagiict.search import normal, vocabulary

PROJECT = Path(__file__).resolve().parents[2]
Tokens = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("【名取市】ＡＥＤ設置箇所一覧", ["名取", "市", "aed", "設置", "箇所", "一覧"]),
        ("指定緊急避難場所", ["指定", "緊急", "避難場所"]),
        ("避難所", ["避難所"]),
        ("みやぎFree Wi-Fi", ["みやぎ", "free", "wi-fi"]),
        ("七ヶ宿町", ["七ケ宿", "町"]),
        ("塩釜市", ["塩竈", "市"]),
        ("㍻二十五年", ["平成", "二", "十", "五", "年"]),
        ("municipalities", ["municipality"]),
    ],
)
def test_words(tokens: Tokens, text: str, words: list[str]) -> None:
    """The dictionary, width, case, variant letters, plurals."""
    assert tokens("text", text) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("サーバー", "サーバ"),
        ("ＡＥＤ", "aed"),
        ("ﾊｻﾞｰﾄﾞﾏｯﾌﾟ", "ハザードマップ"),
        ("データ−ベース", "データーベース"),
        ("髙橋", "高橋"),
        ("７ヶ浜", "7ケ浜"),
    ],
)
def test_same_word(tokens: Tokens, one: str, other: str) -> None:
    """Two ways to write it are one."""
    assert tokens("text", one) == tokens("text", other)


def test_short_forms_stay_whole(tokens: Tokens) -> None:
    """An English stemmer makes ``a`` of AED, and then finds a1 to a7."""
    assert [tokens("text", word) for word in ("AED", "GIS", "DX", "SNS", "a1")] == [["aed"], ["gis"], ["dx"], ["sns"], ["a", "1"]]


def test_particles_are_no_words(tokens: Tokens) -> None:
    assert tokens("text", "名取市の避難所は") == ["名取", "市", "避難所"]


def test_pairs_of_letters(tokens: Tokens) -> None:
    """Latin words stay whole between them."""
    assert tokens("gram", "AED設置箇所", "query") == ["aed", "設置", "置箇", "箇所"]
    assert tokens("gram", "雪", "query") == ["雪"]


def test_readings(tokens: Tokens) -> None:
    """Words and neighbours together; only kana asks."""
    assert {"コソダテ", "コソダテシエン"} <= set(tokens("reading", "子育て支援"))
    assert tokens("reading", "こそだて", "query") == ["コソダテ"]
    assert tokens("reading", "子育て AED", "query") == []


@pytest.mark.parametrize(("text", "key"), [("がっこう", "カッコウ"), ("【名取市】避難所", "ナトリシヒナンショ")])
def test_sorted_by_reading(tokens: Tokens, text: str, key: str) -> None:
    """As a Japanese list has it: カ and ガ together, brackets not at all."""
    assert tokens("sort_ja", text) == [key]


@pytest.mark.parametrize(
    "line", yaml.safe_load((PROJECT / "ckanext-miyagiict/ckanext/miyagiict/search/vocabulary.yaml").read_text())["same"], ids=str
)
def test_same_words_are_cut_as_written(tokens: Tokens, line: list[str]) -> None:
    """Solr compares the pieces of a synonym: one that Kuromoji cuts otherwise would never be met."""
    for word in line:
        pieces = word.split("/")
        # the first letter is enough: long vowels and endings are cut off afterwards
        assert [token[0] for token in tokens("text", word.replace("/", ""))] == [piece[0] for piece in pieces]


@pytest.mark.parametrize(("name", "content"), vocabulary.solr_files().items())
def test_solr_files_are_made_anew(name: str, content: str) -> None:
    """After a change: ./miyagi python -m ckanext.miyagiict.search.vocabulary"""
    assert (PROJECT / "solr" / "conf" / name).read_text(encoding="utf-8") == content


def test_vocabulary_is_in_normal_form() -> None:
    """What is compared with normalised text must be so itself."""
    words = vocabulary.vocabulary()
    listed = {*words.words, *words.near, *words.english, *words.english.values(), *words.weak, *words.drop, *words.municipalities}
    assert {word for word in listed if normal.normal(word) != word} == set()


def test_variants_are_the_same_to_solr() -> None:
    """normal.py and variants_ja.txt say one thing."""
    text = (PROJECT / "solr" / "conf" / "variants_ja.txt").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if "=>" in line] == [f'"{variant}" => "{form}"' for variant, form in normal.VARIANTS.items()]
