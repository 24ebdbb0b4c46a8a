"""Rows are found by Japanese words and parts of words, whatever width and case they are typed in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.miyagiict.packages.terms import question, row_terms, words

JAPANESE = st.text(st.characters(min_codepoint=0x3041, max_codepoint=0x9FFF, categories=["Lo"]), min_size=1, max_size=12)


def finds(asked: str, cells: str) -> bool:
    """Whether PostgreSQL would find the row: every part of the question is a term, or begins one."""
    terms = row_terms(cells).split()
    parts = re.findall(r"'([^']*)'(:\*)?", question(asked))
    return bool(parts) and all(any(term.startswith(part) if prefix else term == part for term in terms) for part, prefix in parts)


@pytest.mark.parametrize(
    ("asked", "cells"),
    [
        ("仙台市", "宮城県仙台市青葉区"),
        ("仙", "宮城県仙台市"),
        ("市", "宮城県仙台市"),
        ("ＩＣＴ", "みやぎict推進プラン"),
        ("ict", "みやぎＩＣＴ推進プラン"),
        ("ｵｰﾌﾟﾝﾃﾞｰﾀ", "オープンデータの公開"),
        ("オープン 公開", "オープンデータの公開"),
        ("policy2021", "policy2021-ki2"),
        ("pol", "policy2021-ki2"),
        ("Wi-Fi", "みやぎFree Wi-Fi"),
    ],
)
def test_found(asked: str, cells: str) -> None:
    """Parts of words, one character, other widths, several words."""
    assert finds(asked, cells)


@pytest.mark.parametrize(
    ("asked", "cells"),
    [("仙台市", "仙北市"), ("京都", "東京市"), ("電子申請", "電子"), ("オープン 閉鎖", "オープンデータ"), ("ct", "ict"), ("。", "。")],
)
def test_not_found(asked: str, cells: str) -> None:
    """Every word must be there with all its parts; Latin words are found by their beginning only."""
    assert not finds(asked, cells)


@given(before=JAPANESE, asked=JAPANESE, after=JAPANESE)
def test_any_part_of_a_word_is_found(before: str, asked: str, after: str) -> None:
    """Wherever in a Japanese word it stands."""
    assert finds(asked, before + asked + after)


@given(st.text())
def test_terms_need_no_quotes(cells: str) -> None:
    """Whatever a cell holds, no sign of PostgreSQL's own language is left in the terms."""
    assert not set("'\\:*&|!<>()") & set(row_terms(cells))


@given(st.text())
def test_questions_cannot_break_out(asked: str) -> None:
    """Whatever is typed, the question is quoted words with & between."""
    assert re.fullmatch(r"(?:'[^'\\]+'(?::\*)?(?: & |$))*", question(asked))


@given(st.text())
def test_words_are_compared_in_one_form(text: str) -> None:
    """A word that has its form keeps it."""
    assert words(" ".join(words(text))) == words(text)
