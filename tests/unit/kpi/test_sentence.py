"""The sentences, as citizens read them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import yaml

from ckanext.miyagiict.kpi import bands
from ckanext.miyagiict.kpi import sentence as sentence_module
from ckanext.miyagiict.kpi.model import Baseline, Direction, Kpi, Target
from ckanext.miyagiict.kpi.progress import measure
from ckanext.miyagiict.kpi.sentence import notes, sentence

from .conftest import MakeKpi, Measured, Seen

TARGETS = {2021: "28", 2022: "33", 2023: "33", 2024: "33"}


@pytest.mark.parametrize(
    ("values", "today", "said"),
    [
        (
            {"2021-09-30": "26"}, "2021-10-15",
            "「導入済み市町村数」は、2021年9月30日時点で26市町村（基準は2020年12月31日の25市町村）となり、令和3年度（2021年度）の目標28市町村まであと2市町村で、"
            "令和6年度（2024年度）の最終目標33市町村には今後1年あたり2.1市町村の増加が必要です。",
        ),
        (
            {"2021-12-31": "30"}, "2022-01-10",
            "「導入済み市町村数」は、2021年12月31日時点で30市町村（基準は2020年12月31日の25市町村）となり、令和3年度（2021年度）の目標28市町村に達していて、"
            "令和6年度（2024年度）の最終目標33市町村には今後1年あたり0.95市町村の増加が必要です。",
        ),
        (
            {"2024-09-30": "31"}, "2024-11-01",
            "「導入済み市町村数」は、2024年9月30日時点で31市町村（基準は2020年12月31日の25市町村）となり、令和6年度（2024年度）の最終目標33市町村まで"
            "あと2市町村で、残り4か月で2市町村の増加が必要です。",
        ),
        (
            {"2025-02-28": "32"}, "2025-03-01",
            "「導入済み市町村数」は、2025年2月28日時点で32市町村（基準は2020年12月31日の25市町村）となり、令和6年度（2024年度）の最終目標33市町村まで"
            "あと1市町村で、今月中に1市町村の増加が必要です。",
        ),
        (
            {"2021-12-31": "33"}, "2022-01-10",
            "「導入済み市町村数」は、2021年12月31日時点で33市町村（基準は2020年12月31日の25市町村）となり、令和6年度（2024年度）の最終目標33市町村にすでに達しています。",
        ),
        ({}, "2022-01-10", "「導入済み市町村数」は、令和6年度（2024年度）に33市町村とする目標ですが、実績の値がまだありません。"),
        (
            {}, "2026-01-10",
            "「導入済み市町村数」は、令和6年度（2024年度）に33市町村とする目標でしたが、実績の値がなく、達成したかどうか分かりません。",
        ),
        (
            {"2024-09-30": "33", "2025-03-31": "35"}, "2026-01-10",
            "「導入済み市町村数」は、2025年3月31日に35市町村（基準は2020年12月31日の25市町村）となり、令和6年度（2024年度）の最終目標33市町村を達成しました"
            "（2024年9月30日に到達、目標との差は2市町村）。",
        ),
        (
            {"2025-03-31": "30"}, "2026-01-10",
            "「導入済み市町村数」は、2025年3月31日に30市町村（基準は2020年12月31日の25市町村）となり、令和6年度（2024年度）の最終目標33市町村に3市町村届きませんでした。",
        ),
        (
            {"2023-03-31": "33"}, "2026-01-10",
            "「導入済み市町村数」は、令和6年度（2024年度）に33市町村とする目標でしたが、最終年度の実績がなく（知られている値は2023年3月31日時点の33市町村）、"
            "達成したかどうか分かりません。",
        ),
    ],
)
def test_sentences(measured: Measured, values: dict[str, str], today: str, said: str) -> None:
    assert sentence(measured("25", TARGETS, values, today)) == said


def test_in_english(measured: Measured) -> None:
    now = measured("25", TARGETS, {"2021-09-30": "26"}, "2021-10-15", name_en="Municipalities with the service", unit="")
    assert sentence(now, "en") == (
        "Municipalities with the service was 26 on 30 September 2021 (baseline 25, 31 December 2020), 2 short of the target of 28 for "
        "FY2021; the final target of 33 for FY2024 needs a rise of 2.1 a year from now on."
    )


def test_percentages_differ_by_points(measured: Measured) -> None:
    now = measured("20", {2021: "80"}, {"2021-04-30": "35.5"}, "2021-05-01", unit="%")
    assert "目標80%まであと44.5ポイントで" in sentence(now)


def test_to_maintain(measured: Measured) -> None:
    for value, words in (("100", "目標100件を保っています。"), ("97", "目標100件から3件外れています。")):
        assert sentence(measured("100", {2024: "100"}, {"2021-09-30": value}, "2021-10-01", unit="件")).endswith(words)


def test_a_baseline_is_told_as_exactly_as_it_was_printed(seen: Seen) -> None:
    """R元年度 is a year, not a day; what was an estimate stays one, and whose share it is stays said."""
    baseline = Baseline(Decimal(20), date(2020, 3, 31), "20", "R元年度", "見込", date(2019, 4, 1), "fiscal_year")
    kpi = Kpi("kpi", "在宅勤務", "%", baseline, (Target(2022, Decimal(70), "希望職員のうち70", "希望職員のうち"),))
    said = sentence(measure(kpi, seen({"2021-09-30": "30"}), date(2021, 10, 1)))
    assert "（基準は令和元年度（2019年度）の20%（見込））" in said
    assert "最終目標70%（希望職員のうち）" in said


def test_a_derived_direction_is_said(measured: Measured) -> None:
    derived = measured("147", {2024: "120"}, {"2021-09-30": "130"}, "2021-10-01")
    assert notes(derived) == ["増やす目標か減らす目標かは計画に書かれていないため、基準値と最終目標値の大小から判断しています。"]
    stated = measured("147", {2024: "120"}, {"2021-09-30": "130"}, "2021-10-01", direction=Direction.RISING)
    assert notes(stated) == []


def test_values_left_out_are_said(measured: Measured) -> None:
    now = measured("3", {2024: "5"}, {"2021-09-30": "4"}, "2021-10-01", unit="回/年度", direction=Direction.RISING)
    assert notes(now) == ["単位が1年間の合計のため、年度途中の値は判定に使っていません。"]


def test_no_target(make_kpi: MakeKpi) -> None:
    said = sentence(measure(make_kpi("1", {2021: None}), [], date(2021, 10, 1)))
    assert said == "「導入済み市町村数」には数で示された目標がないため、進み具合は判定できません。"


def test_what_nobody_can_judge_is_said(measured: Measured) -> None:
    """Two targets of 2 without a baseline; and one year's target met while the other cannot be judged."""
    assert "判定できません" in sentence(measured(None, {2021: "2", 2022: "2"}, {"2021-09-30": "4"}, "2021-10-01"))
    said = sentence(measured(None, {2021: "2", 2022: "3", 2023: "2", 2024: "9", 2025: "4"}, {"2021-09-30": "2"}, "2021-10-01"))
    assert said.endswith("最終目標4市町村との関係は、増やす目標か減らす目標かが分からないため判定できません。")


def test_both_languages_have_the_same_sentences() -> None:
    folder = sentence_module.__file__.rpartition("/")[0]
    with open(f"{folder}/sentences.yaml", encoding="utf-8") as file:
        words = yaml.safe_load(file)
    assert words["ja"].keys() == words["en"].keys()
    open_ones = {band.name for band in bands.BANDS} | {"short"}
    assert set(bands.STATUSES) - open_ones < words["ja"].keys()
