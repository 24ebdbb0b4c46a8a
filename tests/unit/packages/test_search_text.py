"""Rows are found by Japanese words and parts of words, whatever width and case they are typed in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.miyagiict.packages.search_text import row_text, words

KANA = st.characters(min_codepoint=0x3041, max_codepoint=0x30FE, categories=["Lo"])
JAPANESE = st.text(KANA | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=12)


def finds(asked: str, *cells: str | None) -> bool:
    """Whether a row is found: every word of the question stands in its text."""
    return bool(words(asked)) and all(word in row_text(cells) for word in words(asked))


@pytest.mark.parametrize(
    ("asked", "cell"),
    [
        ("仙台市", "宮城県仙台市青葉区"),
        ("仙", "宮城県仙台市"),
        ("市", "宮城県仙台市"),
        ("ＩＣＴ", "みやぎict推進プラン"),
        ("ict", "みやぎＩＣＴ推進プラン"),
        ("ｵｰﾌﾟﾝﾃﾞｰﾀ", "オープンデータの公開"),
        ("オープンデータ", "ｵｰﾌﾟﾝﾃﾞｰﾀの公開"),
        ("オープン 公開", "オープンデータの公開"),
        ("オープン、公開", "オープンデータの公開"),
        ("policy2021", "policy2021-ki2"),
        ("2021-ki", "policy2021-ki2"),
        ("Wi-Fi", "みやぎFree Wi-Fi"),
        ("令和3年度", "計画（令和３年度）"),
        ("（令和３年度）", "令和3年度"),
        ("１，２３４", "1,234件"),
        ("345", "12345"),
    ],
)
def test_found(asked: str, cell: str) -> None:
    """Parts of words and of numbers, one character, other widths, several words."""
    assert finds(asked, cell)


@pytest.mark.parametrize(
    ("asked", "cell"),
    [
        ("仙台市", "仙北市"),
        ("京都", "東京市都"),
        ("東京都", "東京に京都から"),
        ("電子申請", "電子"),
        ("オープン 閉鎖", "オープンデータ"),
        ("1,234", "1 と 234"),
        ("2021-04-01", "2021-01-04"),
        ("。", "。"),
        ("%", "100%"),
    ],
)
def test_not_found(asked: str, cell: str) -> None:
    """Every word must be there as a whole; signs alone are no word."""
    assert not finds(asked, cell)


@given(before=JAPANESE, asked=JAPANESE, after=JAPANESE)
def test_any_part_of_a_word_is_found(before: str, asked: str, after: str) -> None:
    """Wherever in a Japanese word it stands."""
    assert finds(asked, before + asked + after)


@given(left=JAPANESE, right=JAPANESE)
def test_a_word_does_not_reach_into_the_next_cell(left: str, right: str) -> None:
    """Two cells side by side make no word."""
    assert left + right not in row_text([left, None, right])


@given(st.text())
def test_words_can_be_stored_and_compared(asked: str) -> None:
    """Whatever is typed: no blanks, no control characters, no half surrogates; each word once, and in the form it keeps."""
    found = words(asked)
    assert not any(word.split() != [word] or min(word) < " " for word in found)
    assert "".join(found).encode("utf-8").isascii() is "".join(found).isascii()
    assert sorted(words(" ".join(found))) == sorted(found)


@given(st.text(st.characters(categories=["Zs", "Cc", "Cs"]) | st.sampled_from("%_\\'\"・、。（）！")))
def test_signs_are_no_words(asked: str) -> None:
    """Blanks, control characters, half surrogates and what SQL and LIKE have a meaning for."""
    assert words(asked) == []
