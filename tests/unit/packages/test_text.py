"""Printed text and numbers become what our tables hold."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.miyagiict.packages.text import normalise, parse_number, without_blanks


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("ＷＥＢ", "WEB"),
        ("ハ゛ナー", "バナー"),
        ("ハ゜ソコン", "パソコン"),
        ("ﾊﾞﾅｰ", "バナー"),
        ("①②", "12"),
        ("みやぎＦｒｅｅ　Ｗｉ－Ｆｉ", "みやぎFree Wi-Fi"),
        ("  前後の空白\u3000", "前後の空白"),
        ("電子\n申請", "電子 申請"),
        ("", ""),
    ],
)
def test_printed_names_take_one_form(printed: str, name: str) -> None:
    """Widths, circled digits, voiced marks set apart and layout blanks are evened out."""
    assert normalise(printed) == name


@given(st.text())
def test_normalising_twice_changes_nothing_more(printed: str) -> None:
    """A name that has its form keeps it."""
    assert normalise(normalise(printed)) == normalise(printed)


@given(st.text())
def test_normalised_names_have_no_layout_blanks(printed: str) -> None:
    """No blank at the ends, none but U+0020, no two together."""
    name = normalise(printed)
    assert name == " ".join(name.split())


@given(st.text())
def test_comparison_form_has_no_blanks(text: str) -> None:
    """What is compared across layouts holds no blank of any kind."""
    assert not any(character.isspace() for character in without_blanks(text))


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("70", "70"),
        ("希望職員のうち70", "70"),
        ("1,187", "1187"),
        ("１，１８７件", "1187"),
        ("12,345,678.5千円", "12345678.5"),
        ("２２．６％", "22.6"),
        ("-5", "-5"),
        ("−5", "-5"),
        ("－５", "-5"),
        ("企8,11", "8"),
        ("8,1100", "8"),
        ("0", "0"),
        ("35/35", "35"),
    ],
)
def test_first_number_of_a_cell(printed: str, number: str) -> None:
    """Words, widths, units and thousands commas around a number do not matter."""
    assert parse_number(printed) == Decimal(number)


@pytest.mark.parametrize("printed", ["", "－", "調整中", "＊", "実施なし"])
def test_cells_that_print_no_number(printed: str) -> None:
    """No number stays no number; it never becomes 0."""
    assert parse_number(printed) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_numbers_with_thousands_commas_come_back(number: Decimal) -> None:
    """However large, a number is read as it was printed."""
    assert parse_number(f"約{number:,}円") == number
