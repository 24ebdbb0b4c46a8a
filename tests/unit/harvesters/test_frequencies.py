"""Update frequencies as portals write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from miyagi_harvesters.frequencies import frequency_code


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("年1回", "ANNUAL"), ("年１回", "ANNUAL"), ("毎年", "ANNUAL"), ("毎年更新", "ANNUAL"), ("1年に1回程度", "ANNUAL"), ("年に一度", "ANNUAL"),
        ("年2回", "ANNUAL_2"), ("半年に1回", "ANNUAL_2"), ("四半期ごと", "QUARTERLY"), ("3ヶ月に1回", "QUARTERLY"), ("年4回更新", "QUARTERLY"),
        ("毎月", "MONTHLY"), ("月１回 更新", "MONTHLY"), ("1か月ごと", "MONTHLY"), ("毎週", "WEEKLY"), ("毎日", "DAILY"), ("日次", "DAILY"),
        ("随時", "CONT"), ("随時更新", "CONT"), ("不定期", "IRREG"), ("不定期更新", "IRREG"), ("必要に応じて更新", "AS_NEEDED"), ("更新なし", "NEVER"),
        ("更新予定なし", "NEVER"), ("更新しない", "NEVER"), ("不明", "UNKNOWN"), ("annual", "ANNUAL"), ("Monthly", "MONTHLY"), ("R/P1Y", "ANNUAL"),
        ("http://publications.europa.eu/resource/authority/frequency/MONTHLY", "MONTHLY"), ("WEEKLY", "WEEKLY"), ("2年に1回", "BIENNIAL"),
    ],
)
def test_words(stated: str, code: str) -> None:
    """One code for each way to write it."""
    assert frequency_code(stated) == code


@pytest.mark.parametrize("stated", ["", "令和8年4月", "年1回（4月）ただし区域の変更時は随時", "担当課に確認", "年10回", "毎年または毎月"])
def test_what_promises_nothing_clear(stated: str) -> None:
    """Has no code."""
    assert frequency_code(stated) == ""


@given(st.text(max_size=80))
def test_anything(stated: str) -> None:
    """Is read without a fault."""
    assert isinstance(frequency_code(stated), str)
