"""The calendar of eras and fiscal years."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.miyagiict.packages.fiscal_years import ERAS, fiscal_year, label, mentions, standard


@pytest.mark.parametrize(
    ("text", "first", "last", "is_fiscal"),
    [
        ("令和3年度", 2021, 2021, True),
        ("2021年度", 2021, 2021, True),
        ("fy2021", 2021, 2021, True),
        ("r3", 2021, 2021, False),
        ("r3年度", 2021, 2021, True),
        ("令和元年度", 2019, 2019, True),
        ("h31年度", 2019, 2019, True),
        ("令和三年度", 2021, 2021, True),
        ("平成二十一年", 2009, 2009, False),
        ("令和2~8年度", 2020, 2026, True),
        ("r3〜r6", 2021, 2024, False),
        ("(2014~2016)", 2014, 2016, False),
        ("平成25年度~平成31年度", 2013, 2019, True),
        ("れいわ3ねんど", 2021, 2021, True),
        ("reiwa 3", 2021, 2021, False),
        ("令3", 2021, 2021, False),
        ("平29年度", 2017, 2017, True),
        ("fiscal year 2021", 2021, 2021, True),
    ],
)
def test_years_are_read(text: str, first: int, last: int, is_fiscal: bool) -> None:
    """However they are written."""
    [found] = mentions(text)
    assert (found.first, found.last, found.is_fiscal) == (first, last, is_fiscal)


@pytest.mark.parametrize(
    ("text", "year"), [("2021年3月", 2020), ("r4.8.26", 2022), ("20220930", 2022), ("令和3年3月31日", 2020), ("2026-11-20", 2026)]
)
def test_dates_have_a_fiscal_year(text: str, year: int) -> None:
    """March is of the year before."""
    [found] = mentions(text)
    assert list(found.fiscal_years) == [year]


@pytest.mark.parametrize("text", ["21年度末", "2,021", "20210", "dxr3", "r99", "平成99年", "第4章", "a1", "", "政令3号", "県令3"])
def test_no_year_is_guessed(text: str) -> None:
    """A number that could be any is left alone."""
    assert list(mentions(text)) == []


@pytest.mark.parametrize("text", ["令和3年度予算", "r3年度予算", "2021予算", "令和三年予算", "令3予算", "fy2021予算"])
def test_a_year_has_one_form(text: str) -> None:
    """The rest of a text, and dates, stay as they are."""
    assert standard(text) == "2021年予算"
    assert standard("r4.8.26現在") == "r4.8.26現在"
    assert standard("令和2~8年度") == "2020~2026年"


def test_fiscal_years_begin_in_april() -> None:
    assert (fiscal_year(date(2022, 3, 31)), fiscal_year(date(2022, 4, 1))) == (2021, 2022)


def test_labels() -> None:
    """FY2019 is usually called 令和元年度."""
    assert [label(year) for year in (2018, 2019, 2021)] == ["平成30年度", "令和元年度", "令和3年度"]
    with pytest.raises(ValueError, match="no era"):
        label(1867)


@given(st.integers(1868, 2060))
def test_labels_are_read_back(year: int) -> None:
    [found] = mentions(label(year))
    assert (found.first, found.last, found.is_fiscal) == (year, year, True)


@given(st.text(alphabet=st.sampled_from([*"令和平成昭元年度月日rhs0123456789~-./ 十二から"])) | st.text())
def test_any_text_is_read(text: str) -> None:
    """In its order, without overlaps."""
    found = list(mentions(text))
    assert all(0 <= one.start < one.end <= len(text) and one.first <= one.last for one in found)
    assert all(one.end <= other.start for one, other in zip(found, found[1:], strict=False))
    assert len({era.letter for era in ERAS}) == len(ERAS)
