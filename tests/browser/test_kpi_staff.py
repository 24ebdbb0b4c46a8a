"""Staff in a browser: one enters a value, another reviews and publishes it, and the page and the dataset change."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import DESKTOP, PHONE, Site
from playwright.sync_api import Page, expect
from test_accessibility import STILL, faults

#: みやぎFree Wi-Fi導入箇所数: entered by hand, in 箇所.
KPI = "policy2021-kpi-ki15"
REPORT = "/kpi/report/miyagi-informatization-policy-2021/2024"
PASSWORD = "correct-horse-battery"


@pytest.fixture(scope="module")
def accounts(ask: Callable[..., Any]) -> dict[str, str]:
    """An editor and an admin of the prefecture's organization: role → name."""
    made = {}
    for role in ("editor", "admin"):
        made[role] = f"kpi-{role}-{uuid.uuid4().hex[:8]}"
        ask("user_create", name=made[role], email=f"{made[role]}@pref.example.jp", password=PASSWORD)
        ask("organization_member_create", id="miyagi-prefecture", username=made[role], role=role)
    return made


@pytest.fixture
def log_in(open_page: Any, accounts: dict[str, str]) -> Callable[..., Page]:
    """A page of somebody, logged in on the way to an address."""

    def log_in(role: str, address: str, **options: Any) -> Page:
        page: Page = open_page(**{**DESKTOP, **STILL, **options})
        page.goto(address)
        page.locator("#field-login").fill(accounts[role])
        page.locator("#field-password").fill(PASSWORD)
        page.locator("#field-password").press("Enter")
        page.wait_for_url(f"**{address}")
        return page

    return log_in


def test_a_value_goes_from_one_desk_over_the_other_to_everybody(
    log_in: Any, open_page: Any, ask: Callable[..., Any], ckan: Callable[..., str], site: Site
) -> None:
    """A slip of typing is said beside its field; nothing is public before it is published; then page, API, report and dataset have it."""
    editor = log_in("editor", "/kpi/staff")
    row = editor.get_by_role("row").filter(has_text="みやぎFree Wi-Fi導入箇所数").filter(has_text="2,003")
    row.get_by_role("link", name="入力する").click()
    expect(editor.locator("#as_of")).to_have_value("2025-03-31")
    editor.locator("#value").fill("１，９９９人")
    editor.locator("#source").fill("情報政策課調べ")
    editor.get_by_role("button", name="下書きとして保存").click()
    expect(editor.locator("#value-error")).to_contain_text("単位")
    expect(editor.locator("#source")).to_have_value("情報政策課調べ")
    editor.locator("#value").fill("１，９９９箇所")
    editor.get_by_role("button", name="下書きとして保存").click()
    expect(editor.get_by_role("main").or_(editor.locator("#content")).first).to_contain_text("下書きとして保存しました")
    expect(editor.get_by_role("button", name="確認")).to_have_count(0)

    reviewer = log_in("admin", "/kpi/staff")
    reviewer.get_by_role("row").filter(has_text="1999").get_by_role("button", name="確認").click()
    visitor: Page = open_page(**DESKTOP)
    visitor.goto(f"/kpi/{KPI}")
    expect(visitor.get_by_role("main")).not_to_contain_text("1,999")
    reviewer.get_by_role("button", name="公開", exact=True).click()
    expect(reviewer.locator("#content")).to_contain_text("公開しました")

    visitor.reload()
    expect(visitor.get_by_role("main")).to_contain_text("1,999")
    visitor.goto(REPORT)
    expect(visitor.get_by_role("row").filter(has_text="みやぎFree Wi-Fi導入箇所数")).to_contain_text("1,999")
    shown = ask("miyagiict_kpi_show", id=KPI)
    (value,) = [one for one in shown["observations"] if one["method"] == "entered"]
    assert (value["value"], value["as_of"], value["source"]) == (1999, "2025-03-31", "情報政策課調べ")
    ckan("miyagiict", "kpi", "publish")
    resources = ask("package_show", id="miyagi-kpi-tracking")["resources"]
    table = next(one["id"] for one in resources if one.get("package_path") == "data/kpi_observations.csv")
    rows = ask("datastore_search", resource_id=table, filters={"observation_id": value["id"]})["records"]
    assert [float(row["value"]) for row in rows] == [1999]


def test_a_file_is_previewed_without_javascript(log_in: Any, tmp_path: Path) -> None:
    """What is wrong is listed row by row; the mended file shows what it would change, and is taken."""
    page = log_in("editor", "/kpi/staff/upload", java_script_enabled=False)
    with page.expect_download() as download:
        page.get_by_role("link", name="入力用のCSVをダウンロード").click()
    template = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert download.value.suggested_filename == "目標指標の実績.csv"
    file = tmp_path / "実績.csv"
    for value in ("120", "75.5"):
        name = "policy2021-kpi-ki19,マイナンバーカード県内普及率,"
        assert name in template
        file.write_text(template.replace(f"{name},,", f"{name}{value},令和6年度,"), encoding="utf-8-sig")
        page.locator("#file").set_input_files(file)
        page.get_by_role("button", name="何が変わるかを見る").click()
        if value == "120":
            expect(page.get_by_role("row").nth(1)).to_contain_text("最大の値")
    expect(page.get_by_role("row").nth(1)).to_contain_text("新しい下書きになります")
    page.get_by_role("button", name="1件を下書きとして取り込む").click()
    expect(page.locator("#content")).to_contain_text("1件を下書きとして取り込みました")


@pytest.fixture
def pages(ask: Callable[..., Any]) -> list[str]:
    """Every page of staff, with a draft to show."""
    draft = ask("miyagiict_observation_create", kpi=KPI, value="960", as_of="令和3年度", source="試験")
    return [
        "/kpi/staff", f"/kpi/staff/enter/{KPI}", f"/kpi/staff/value/{draft['id']}", "/kpi/staff/upload", f"/kpi/staff/history/{KPI}",
        f"/kpi/staff/configure/{KPI}", "/kpi/staff/configure/policy2021-kpi-ki2", "/kpi/staff/years", REPORT,
        *(f"/kpi/staff/configure/{KPI}/definition?kind={kind}" for kind in ("datasets", "register", "column", "by_hand")),
    ]


@pytest.mark.parametrize("language", ["", "/en"], ids=["ja", "en"])
def test_nothing_is_wrong(open_page: Any, site: Site, pages: list[str], language: str) -> None:
    """For axe, at desktop width and at a phone's, in dark mode too; and nothing goes beyond the side of a phone."""
    page: Page = open_page(**DESKTOP, **STILL)
    name, password = site.first_login()
    page.goto("/user/login")
    page.locator("#field-login").fill(name)
    page.locator("#field-password").fill(password)
    page.locator("#field-password").press("Enter")
    page.wait_for_url("**/dashboard/**")
    for path in pages:
        page.goto(language + path)
        for viewport in (DESKTOP["viewport"], PHONE["viewport"]):
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme="light")
            assert faults(page) == [], path
            page.emulate_media(color_scheme="dark")
            assert faults(page, only="color-contrast") == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        page.emulate_media(color_scheme="light")


def test_errors_are_accessible(log_in: Any) -> None:
    """A form that was refused has nothing wrong with it but what was typed."""
    page = log_in("editor", f"/kpi/staff/enter/{KPI}")
    page.locator("#value").fill("x")
    page.get_by_role("button", name="下書きとして保存").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []


def test_the_report_fits_on_paper(page: Page) -> None:
    """A4, landscape: no column beyond its edge, and nothing of the site around it but its name."""
    page.goto(REPORT)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1032, "height": 730})  # 273 by 193 mm: A4 within its margins
    table = page.locator("table.mi-report-table")
    box = table.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 1032
    expect(page.locator(".mi-jump")).to_be_hidden()
