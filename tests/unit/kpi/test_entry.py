"""What a person types."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.miyagiict.kpi.days import read_day
from ckanext.miyagiict.kpi.entry import Entry, read_entry
from ckanext.miyagiict.kpi.model import Kpi, Method, State
from ckanext.miyagiict.kpi.problems import KINDS, InputInvalid, Problem

from .conftest import MakeKpi

TODAY = date(2022, 11, 21)
DAY = "2022-09-30"


@pytest.fixture(scope="module")
def kpi(make_kpi: MakeKpi) -> Kpi:
    return make_kpi("25", {2021: "28", 2024: "33"}, minimum=Decimal(0), maximum=Decimal(35), plan_years=(2021, 2024))


@pytest.fixture(scope="module")
def share(make_kpi: MakeKpi) -> Kpi:
    return make_kpi("66.5", {2024: "72.5"}, unit="%", minimum=Decimal(0), maximum=Decimal(100))


@pytest.fixture(scope="module")
def amount(make_kpi: MakeKpi) -> Kpi:
    return make_kpi("2223", {2024: "1920"}, unit="件/年度")


def faults(kpi: Kpi, value: str, day: str = DAY) -> list[str]:
    with pytest.raises(InputInvalid) as refused:
        read_entry(kpi, value, day, TODAY)
    return [problem.kind.type for problem in refused.value.problems]


def attempted(kpi: Kpi, value: str, day: str) -> tuple[Entry | None, list[Problem]]:
    try:
        return read_entry(kpi, value, day, TODAY), []
    except InputInvalid as refused:
        return None, refused.problems


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1234", "1234"), ("１，２３４", "1234"), ("1,234件", "1234"), (" 1,234 件/年度 ", "1234"), ("１２．５０", "12.50"), ("-3", "-3"),
     ("−3", "-3"), ("▲3", "-3"), ("+5", "5"), ("1,234,567", "1234567"), ("007", "7"), ("12 件", "12"), ("0", "0")],
)
def test_numbers_as_people_type_them(amount: Kpi, typed: str, value: str) -> None:
    """What was typed is kept."""
    entry = read_entry(amount, typed, DAY, TODAY)
    assert (entry.value, entry.printed, entry.day_printed) == (Decimal(value), typed, DAY)


def test_decimals_are_kept(amount: Kpi) -> None:
    assert str(read_entry(amount, "12.50", DAY, TODAY).value) == "12.50"


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", "value-missing"), ("　", "value-missing"), ("約30", "value-not-a-number"), ("なし", "value-not-a-number"),
        ("-", "value-not-a-number"),
        ("1万2千", "value-not-a-number"), ("12 34", "value-not-a-number"), ("8～11", "value-not-a-number"), ("1e5", "value-not-a-number"),
        ("NaN", "value-not-a-number"), ("Infinity", "value-not-a-number"), ("=1+1", "value-not-a-number"), ("٣", "value-not-a-number"),
        ("1.2.3", "value-not-a-number"), ("1,23", "thousands-separator"), ("12,34,567", "thousands-separator"),
        ("1,2345", "thousands-separator"),
        ("30人", "other-unit"), ("30%", "other-unit"), ("30．", "other-unit"), ("9" * 15, "too-many-digits"),
        ("0." + "1" * 7, "too-many-digits"),
        ("1" * 101, "value-too-long"), ("1\x00", "other-unit"),
    ],
)
def test_what_is_no_number_of_this_kpi(amount: Kpi, typed: str, fault: str) -> None:
    assert faults(amount, typed) == [fault]


def test_limits(kpi: Kpi, share: Kpi) -> None:
    """No share above 100, no 36th municipality, and no half one."""
    assert faults(share, "100.1％") == ["above-maximum"]
    assert read_entry(share, "100％", DAY, TODAY).value == 100
    assert faults(kpi, "36") == ["above-maximum"]
    assert faults(kpi, "-1") == ["below-minimum"]
    assert faults(kpi, "12.5") == ["not-whole"]
    assert faults(kpi, "40.5人") == ["other-unit", "above-maximum", "not-whole"]


def test_a_share_without_a_limit_may_be_above_100(make_kpi: MakeKpi) -> None:
    assert read_entry(make_kpi(None, {2021: "99"}, unit="%"), "120%", DAY, TODAY).value == 120


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2022-09-30", date(2022, 9, 30)), ("2022/9/30", date(2022, 9, 30)), ("２０２２年９月３０日", date(2022, 9, 30)),
        ("20220930", date(2022, 9, 30)),
        ("令和4年9月30日", date(2022, 9, 30)), ("R4.9.30", date(2022, 9, 30)), ("令和4年9月末", date(2022, 9, 30)),
        ("令和4年2月", date(2022, 2, 28)),
        ("R2.12", date(2020, 12, 31)), ("令和3年度", date(2022, 3, 31)), ("2021年度末", date(2022, 3, 31)),
        ("令和元年度", date(2020, 3, 31)),
        ("平成31年4月30日", date(2019, 4, 30)),
    ],
)
def test_days_as_people_type_them(typed: str, day: date) -> None:
    assert read_day(typed) == day


@pytest.mark.parametrize(
    "typed", ["", "昨日", "2022-02-30", "2022年", "平成40年1月1日", "2022-13-01", "9/30", "2022-09-30ごろ", "0001-01-01", "9" * 41, "2022"]
)
def test_what_is_no_day(typed: str) -> None:
    assert read_day(typed) is None


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", "day-missing"), ("来月", "day-not-read"), ("2022-11-22", "future-day"), ("2019-03-31", "outside-plan"),
        ("令和元年度", "outside-plan"),
        ("x" * 500, "day-not-read"),
    ],
)
def test_days_that_cannot_be(kpi: Kpi, typed: str, fault: str) -> None:
    """Today is not the future; the year of the baseline belongs to the plan."""
    assert faults(kpi, "30", typed) == [fault]
    assert read_entry(kpi, "30", "2022-11-21", TODAY).as_of == TODAY
    assert read_entry(kpi, "30", "2020-04-01", TODAY).as_of == date(2020, 4, 1)


def test_after_the_end_of_the_plan(kpi: Kpi) -> None:
    with pytest.raises(InputInvalid, match="令和7年度（2025年度）で、計画の期間（令和2年度（2020年度）～令和6年度（2024年度））の外です。"):
        read_entry(kpi, "30", "2025-04-01", date(2026, 1, 1))


def test_everything_is_said_at_once(kpi: Kpi) -> None:
    assert faults(kpi, "36人", "2099-01-01") == ["other-unit", "above-maximum", "future-day", "outside-plan"]


def test_problems_say_what_to_do(kpi: Kpi) -> None:
    with pytest.raises(InputInvalid) as refused:
        read_entry(kpi, "36", DAY, TODAY)
    [problem] = refused.value.problems
    assert problem.message == "「36」は、この指標が取りうる最大の値（35市町村）を超えています。"
    assert problem.kind.remedy.endswith("上限を見直してください。")
    assert str(refused.value) == f"{problem.message}{problem.kind.remedy}"


def test_what_is_entered_is_a_draft(kpi: Kpi) -> None:
    observation = read_entry(kpi, "３０市町村", DAY, TODAY).observation(source="市町村への照会")
    assert (observation.state, observation.method, observation.printed) == (State.DRAFT, Method.ENTERED, "３０市町村")


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_typed_is_read_or_refused(kpi: Kpi, value: str, day: str) -> None:
    """And a value that is taken is one that can be."""
    entry, problems = attempted(kpi, value, day)
    assert (entry is None) == bool(problems)
    assert all(str(problem) for problem in problems)
    assert entry is None or (0 <= entry.value <= 35 and entry.as_of <= TODAY)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**13), st.booleans(), st.booleans())
def test_the_way_a_number_is_written_does_not_matter(amount: Kpi, number: int, is_grouped: bool, is_wide: bool) -> None:
    typed = f"{number:,}" if is_grouped else str(number)
    typed = typed.translate({ord(sign): chr(ord(sign) + 0xFEE0) for sign in "0123456789,"}) if is_wide else typed
    assert read_entry(amount, typed, DAY, TODAY).value == number


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_problem_has_its_sentences(kind: object) -> None:
    """In both languages, with what to do."""
    words = [getattr(kind, name) for name in ("title", "title_en", "sentence", "sentence_en", "remedy", "remedy_en")]
    assert all(words)
    assert words[2].endswith("。")
    assert words[4].endswith("。")
