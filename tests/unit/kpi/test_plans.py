"""The published plans as KPIs: what the tables print, and nothing else."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ckanext.miyagiict.kpi.model import Direction, Kpi, Method
from ckanext.miyagiict.kpi.plans import Plan, baseline_observation, printed_observations, read_plan
from ckanext.miyagiict.kpi.progress import DirectionBasis, direction_of, measure
from ckanext.miyagiict.kpi.sentence import sentence

DATASETS = Path(__file__).resolve().parents[3] / "datasets"
Rows = list[dict[str, str]]


def tables(package: str) -> dict[str, Rows]:
    found = {}
    for path in (DATASETS / package / "data").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


@pytest.fixture(scope="module")
def plan() -> Callable[[str], Plan]:
    return lambda package: read_plan(package, tables(package))


@pytest.fixture(scope="module")
def kpi(plan: Callable[[str], Plan]) -> Callable[[str], Kpi]:
    known = {kpi.id: kpi for package in ("miyagi-it-plan-2013", "miyagi-informatization-policy-2021") for kpi in plan(package).kpis}
    return lambda id: known[id]


@pytest.mark.parametrize(
    ("package", "years", "is_draft", "kpis", "targets"),
    [
        ("miyagi-it-plan-2013", None, False, 8, 8),
        ("miyagi-ict-plan-2014", (2014, 2016), False, 0, 0),
        ("miyagi-ict-utilization-plan-2017", (2017, 2020), False, 0, 0),
        ("miyagi-informatization-policy-2021", (2021, 2024), True, 29, 116),
        ("natori-informatization-plan-2020", (2020, 2026), False, 0, 0),
    ],
)
def test_plans(
    plan: Callable[[str], Plan], package: str, years: tuple[int, int] | None, is_draft: bool, kpis: int, targets: int
) -> None:
    """Three of the five documents print no KPI, and get none; the period of 2013 is not printed."""
    found = plan(package)
    assert (found.years, found.is_draft, len(found.kpis)) == (years, is_draft, kpis)
    assert sum(len(kpi.targets) for kpi in found.kpis) == targets


def test_every_printed_cell_is_kept(plan: Callable[[str], Plan]) -> None:
    """Numbers, cells without a number, and times, compared with the tables."""
    for package in ("miyagi-it-plan-2013", "miyagi-informatization-policy-2021"):
        found, rows = plan(package), tables(package)
        printed = {(row["kpi_id"], int(row["fiscal_year"])): (row["target_printed"], row["target_value"]) for row in rows["kpi_targets"]}
        assert printed == {
            (kpi.id, target.fiscal_year): (target.printed, "" if target.value is None else str(target.value))
            for kpi in found.kpis for target in kpi.targets
        }
        for row, kpi in zip(rows["kpis"], found.kpis, strict=True):
            assert (row["baseline_printed"], row["baseline_time_printed"]) == (kpi.baseline.printed, kpi.baseline.time_printed)
            assert (row["baseline_value"] or None) == (None if kpi.baseline.value is None else str(kpi.baseline.value))
            assert kpi.source.startswith(f"{row['source_document']} {row['source_lines']}")


def test_a_kpi_with_a_target_each_year(kpi: Callable[[str], Kpi]) -> None:
    found = kpi("policy2021-kpi-ki21")
    assert (found.name, found.unit, found.measure_numbers, found.maximum) == ("電子申請サービス導入済み市町村数", "市町村", ("企21",), 35)
    assert (found.baseline.value, found.baseline.as_of, found.baseline.time_printed) == (25, date(2020, 12, 31), "R2.12")
    assert {target.fiscal_year: target.value for target in found.targets} == {2021: 28, 2022: 33, 2023: 33, 2024: 33}


def test_cells_without_a_number(kpi: Callable[[str], Kpi]) -> None:
    """全所属, （実証事業）, - and （100） are kept and not judged; 実施なし is not 0."""
    offices = kpi("it2013-s5-audited-offices").targets[0]
    assert (offices.value, offices.printed, offices.first_fiscal_year, offices.due) == (None, "全所属", 2011, date(2014, 3, 31))
    assert [target.printed for target in kpi("policy2021-kpi-so2-mobile-work").targets][:2] == ["（実証事業）", "1,200"]
    assert [target.fiscal_year for target in kpi("policy2021-kpi-ki17").binding_targets] == [2021, 2022]
    paper = kpi("policy2021-kpi-so3-4-paper-reduction")
    assert [(target.value, target.is_binding) for target in paper.targets][:2] == [(100, False), (99, True)]
    assert (kpi("it2013-s5-external-audits").baseline.value, kpi("it2013-s5-external-audits").baseline.printed) == (None, "実施なし")


def test_kpis_under_adjustment_have_no_name_of_ours(kpi: Callable[[str], Kpi]) -> None:
    found = kpi("policy2021-kpi-no2")
    assert (found.name, found.is_under_adjustment, found.binding_targets, found.unit) == ("農2（調整中）", True, (), "")


def test_directions_are_derived_and_say_so(plan: Callable[[str], Plan]) -> None:
    """No plan prints one. Nobody knows it where a target is repeated without a baseline or is not a number."""
    kpis = [*plan("miyagi-it-plan-2013").kpis, *plan("miyagi-informatization-policy-2021").kpis]
    bases = [direction_of(kpi)[1] for kpi in kpis]
    assert DirectionBasis.STATED not in bases
    unknown = {kpi.id for kpi, basis in zip(kpis, bases, strict=True) if basis is DirectionBasis.UNKNOWN}
    assert unknown == {
        "it2013-s5-audited-offices", "it2013-s5-external-audits", "policy2021-kpi-ki17", "policy2021-kpi-no2", "policy2021-kpi-no4",
    }
    falling = {kpi.id for kpi in kpis if direction_of(kpi)[0] is Direction.FALLING}
    assert falling == {
        "it2013-s4-maintenance-cost", "policy2021-kpi-ki4", "policy2021-kpi-ki5", "policy2021-kpi-ki6", "policy2021-kpi-ki8-11-29",
        "policy2021-kpi-so3-4-paper-reduction",
    }


def test_limits_are_only_those_that_are_sure(kpi: Callable[[str], Kpi]) -> None:
    """A share ends at 100, a comparison with another year does not."""
    limits = {id: kpi(f"policy2021-kpi-{id}").maximum for id in ("ki19", "ki22", "so3-4-paper-reduction", "ki15")}
    assert limits == {"ki19": 100, "ki22": 35, "so3-4-paper-reduction": None, "ki15": None}
    assert kpi("policy2021-kpi-no2").minimum is None
    assert kpi("policy2021-kpi-ki15").minimum == 0


def test_every_kpi_has_a_sentence(plan: Callable[[str], Plan]) -> None:
    """Today there are no actuals but the baselines: nothing is said to be met or missed."""
    for package in ("miyagi-it-plan-2013", "miyagi-informatization-policy-2021"):
        for kpi in plan(package).kpis:
            baseline = baseline_observation(kpi)
            now = measure(kpi, [baseline] if baseline else [], date(2026, 11, 21))
            assert now.status == ("no_observation" if kpi.binding_targets else "no_target")
            assert kpi.name in sentence(now)


def test_what_the_texts_print_of_kpis(plan: Callable[[str], Plan]) -> None:
    """128 datasets on 16 November 2020, besides the baselines; a name that two KPIs have is nobody's."""
    adoption = tables("miyagi-municipal-adoption")
    kpis = plan("miyagi-informatization-policy-2021").kpis
    found = printed_observations(kpis, adoption["statements"], adoption["indicators"])
    of_datasets = [one for one in found if one.kpi == "policy2021-kpi-ki2"]
    assert [(one.value, one.as_of, one.method) for one in of_datasets] == [
        (128, date(2020, 11, 16), Method.PRINTED), (128, date(2020, 12, 31), Method.PRINTED),
    ]
    baselines = {kpi.id: baseline_observation(kpi) for kpi in kpis}
    for one in found:
        expected = baselines[one.kpi]
        assert expected is not None
        assert one.value == expected.value
    assert {one.kpi.rpartition("-")[2] for one in found} == {"ki2", "ki21", "ki22", "ki23", "ki24"}
    assert printed_observations([*kpis, *kpis], adoption["statements"], adoption["indicators"]) == []


def test_typed_rows_are_read_like_text() -> None:
    """As the DataStore gives them."""
    kpis: list[dict[str, Any]] = [{
        "id": "k", "name": "指標", "unit": "件", "baseline_value": Decimal("1.5"), "baseline_start": date(2020, 4, 1),
        "baseline_end": "2021-03-31T00:00:00", "baseline_precision": "fiscal_year",
        "is_reference_value": True, "is_under_adjustment": False, "note": None,
    }]
    targets = [{"id": "t", "kpi_id": "k", "fiscal_year": 2021, "fiscal_year_from": 2021, "target_value": 3, "target_status": None}]
    [kpi] = read_plan("p", {"kpis": kpis, "kpi_targets": targets}).kpis
    assert (kpi.baseline.value, kpi.baseline.as_of, kpi.is_reference_value, kpi.is_under_adjustment) == (
        Decimal("1.5"), date(2021, 3, 31), True, False,
    )
    assert (kpi.targets[0].value, kpi.targets[0].first_fiscal_year, kpi.targets[0].is_binding) == (3, None, True)


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        ({"id": "t", "kpi_id": "other", "fiscal_year": "2021"}, "there is no KPI other"),
        ({"id": "t", "kpi_id": "k", "fiscal_year": "2021", "target_value": "約3"}, "is no number"),
        ({"id": "t", "kpi_id": "k", "fiscal_year": ""}, "without a fiscal year"),
    ],
)
def test_tables_that_cannot_be_read(target: dict[str, str], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        read_plan("p", {"kpis": [{"id": "k"}], "kpi_targets": [target]})
