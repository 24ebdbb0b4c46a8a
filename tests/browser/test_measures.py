"""/measures as a visitor sees it: the list, one measure with its chain, a ready question, in both languages, on a desk and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import DESKTOP, PHONE
from playwright.sync_api import Page, expect
from published import ALL
from test_accessibility import STILL, faults

PAGES = {
    "list": "/measures", "filtered list": "/measures?plan=miyagi-it-plan-2013&has_kpi=false",
    "measure with a chain": "/measures/policy2021-ki9",
    "measure of a group's KPIs": "/measures/it2013-s2-m4", "city's measure": "/measures/natori2020-i-1-1-a",
    "costs": "/measures/questions/cost-by-field",
    "marks": "/measures/questions/projects-by-mark", "departments": "/measures/questions/measures-by-department",
    "no answer": "/measures/questions/well-rated-missed", "without KPI": "/measures/questions/measures-without-kpi",
    "without measure": "/measures/questions/kpis-without-measure", "counterparts": "/measures/questions/counterparts",
}
ERRORS = {"no measure": "/measures/no-such-measure", "no question": "/measures/questions/no-such-question"}


@pytest.mark.parametrize("language", ["", "/en"], ids=["ja", "en"])
@pytest.mark.parametrize("kind", [*PAGES, *ERRORS])
def test_nothing_is_wrong(open_page: Any, kind: str, language: str) -> None:
    """axe finds nothing at 1280 and at 390 pixels, nor in dark colours, and no page is wider than the screen."""
    page = open_page(**DESKTOP, **STILL)
    page.goto(language + {**PAGES, **ERRORS}[kind])
    for viewport in (DESKTOP["viewport"], PHONE["viewport"]):
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme="light")
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.emulate_media(color_scheme="dark")
        assert faults(page, only="color-contrast") == []


@pytest.mark.parametrize("kind", ERRORS)
def test_errors(page: Page, kind: str) -> None:
    """They have their status and lead back to the list."""
    answer = page.goto(ERRORS[kind])
    assert answer
    assert answer.status == 404
    expect(page.get_by_role("main").get_by_role("link", name="施策の一覧から探す")).to_be_visible()


def test_from_measure_to_mark(no_js: Page) -> None:
    """Without JavaScript: words find a measure, its page has KPI, project, mark and basis, and the KPI is one click away."""
    no_js.goto("/measures")
    no_js.get_by_label("言葉").fill("企9 研修")
    no_js.get_by_role("button", name="絞り込む").click()
    no_js.get_by_role("link", name="情報セキュリティ研修の実施", exact=True).click()
    main = no_js.get_by_role("main")
    expect(main.get_by_role("table").nth(1)).to_contain_text("計画どおり実施")
    expect(main.get_by_role("table").nth(1)).to_contain_text("名前が同じ")
    main.get_by_role("link", name="情報セキュリティ研修受講者数").click()
    expect(no_js.get_by_role("heading", level=1)).to_contain_text("情報セキュリティ研修受講者数")


def test_costs_are_the_printed_ones(page: Page) -> None:
    """The table of a year has as many rows as the package; the sum of a field is that of its two printed cells."""
    costs = ALL["miyagi-ict-plan-2014"].table("project_costs")
    years = costs.column("fiscal_year")
    page.goto("/measures/questions/cost-by-field?fiscal_year=2016")
    expect(page.locator("table tbody tr")).to_have_count(years.count("2016"))
    cells = zip(costs.column("field_name"), years, costs.column("budget_million_yen"), strict=True)
    budget = sum(int(value) for field, year, value in cells if (field, year) == ("経済・商工・観光・雇用", "2016"))
    group = page.locator(".mi-bars h4", has_text="経済・商工・観光・雇用").locator("+ ul")
    expect(group.locator("li").first).to_contain_text(f"{budget:,}百万円")
