"""The list of KPIs: by plan and group, its filters and its counts; the small line of a row."""

from __future__ import annotations

import re
from typing import Any

from ckanext.miyagiict.pages.kpi_list import by_plan, choices, status_counts
from ckanext.miyagiict.pages.kpi_sparkline import sparkline


def test_by_plan_and_group(make_kpi: Any) -> None:
    """In the order in which they come; a plan is over when all its KPIs are."""
    parts = by_plan([
        make_kpi(id="a", group="二"), make_kpi(id="b", group="一"), make_kpi(id="c", group="二"),
        make_kpi(id="d", plan="old", plan_title="前の計画", is_over=True),
    ])
    assert [(part.name, part.number, part.is_over) for part in parts] == [("plan", 3, False), ("old", 1, True)]
    assert [(group.name, [kpi["id"] for kpi in group.kpis]) for group in parts[0].groups] == [("二", ["a", "c"]), ("一", ["b"])]


def test_status_counts(make_kpi: Any) -> None:
    """In the order that is given, the best first."""
    kpis = [make_kpi(status=status, status_text=status, status_tone=tone) for status, tone in (
        ("no_observation", "neutral"), ("not_met", "poor"), ("met", "good"), ("not_met", "poor"), ("delayed", "fair"))]
    order = ["met", "delayed", "not_met", "no_observation"]
    found = [(count.status, count.number) for count in status_counts(kpis, order)]
    assert found == [("met", 1), ("delayed", 1), ("not_met", 2), ("no_observation", 1)]


def test_choices(make_kpi: Any) -> None:
    """Each once."""
    found = choices([make_kpi(), make_kpi(departments=["総務部 文書課", "企画部 情報課"])], ["year_met"])
    assert found.plans == [("plan", "計画")]
    assert found.departments == ["企画部 情報課", "総務部 文書課"]
    assert found.statuses == [("year_met", "今年度の目標に到達")]


def test_sparkline_is_numbers_alone(make_kpi: Any) -> None:
    """Whatever a KPI is called: nothing of its words is in it."""
    drawn = sparkline(make_kpi(name="<script>", unit='"><script>'))
    assert "script" not in drawn
    [corners] = re.findall(r'points="([^"]*)"', drawn)
    assert len(corners.split()) == 2  # baseline and value


def test_sparkline_without_values(make_kpi: Any) -> None:
    assert sparkline(make_kpi(observations=[])) == ""


def test_sparkline_stays_in_its_box(make_kpi: Any, observation: Any) -> None:
    """Negative, huge, and all of one value."""
    for values in ([-5, 10**12, 3], [25, 25, 28], [28]):
        drawn = sparkline(make_kpi(observations=[observation(value, f"202{place + 1}-03-31") for place, value in enumerate(values)]))
        [corners] = re.findall(r'points="([^"]*)"', drawn)
        for corner in corners.split():
            x, y = map(float, corner.split(","))
            assert 0 <= x <= 96
            assert 0 <= y <= 28
