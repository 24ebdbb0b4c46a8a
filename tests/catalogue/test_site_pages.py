"""The pages of the site: what a visitor reads on them, in both languages.

Addresses for browser tests (each also below ``/en``): ``/``, ``/plan``, ``/plan/<dataset>``, ``/plan/<dataset>?<table>.<column>=<value>``,
``/dataset/``, ``/dataset/?q=zzzz`` (nothing found), ``/dataset/<dataset>``, ``/dataset/<dataset>/resource/<id>``, ``/dataset/groups/<dataset>``,
``/dataset/activity/<dataset>``, ``/organization/``, ``/organization/<name>``, ``/group/``, ``/group/plans``, ``/about``, ``/user/login``,
``/no-such-page``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup

import ckan.plugins.toolkit as tk
from ckan.types import FixtureApp
from ckanext.miyagiict import helpers
from ckanext.miyagiict.catalogue.publish import publish

PLAN = "/plan/miyagi-test-plan"


@pytest.fixture
def full_plan(plan: Any) -> Any:
    """The small plan with KPIs of its own and departments to choose from."""
    plan.table("measures", ["id", "group_name", "name", "departments", "source_lines", "source_page"], [
        ["ki2", "県民サービス", "オープンデータみやぎの推進", "情報政策課;税務課", "784-790", "12"],
        ["ki14", "地域", "携帯電話等エリアの整備", "情報政策課", "839", "13"],
    ], title="施策", schema={"primaryKey": "id"})
    plan.table("kpis", ["id", "name", "unit", {"name": "baseline_value", "type": "number"}], [["k1", "公開数", "件", "128"]],
               title="目標指標", schema={"primaryKey": "id"})
    plan.table("kpi_targets", ["kpi_id", {"name": "fiscal_year", "type": "integer"}, {"name": "target_value", "type": "number"}],
               [["k1", "2021", "1135"], ["k1", "2022", "1140"]], title="目標値", schema={"primaryKey": ["kpi_id", "fiscal_year"]})
    return plan


def test_home_page_has_the_plans(app: FixtureApp, catalogue: None, plan: Any) -> None:
    """A card of each plan says its period in fiscal years."""
    publish(plan.folder)
    page = app.get("/").body
    assert "試験計画" in page
    assert "令和3年度（2021年度）～令和6年度（2024年度）" in page


def test_home_page_of_an_empty_catalogue(app: FixtureApp, catalogue: None) -> None:
    """A site without data is no error."""
    assert "みやぎのICT計画" in app.get("/").body


def test_plan_page_has_targets_by_fiscal_year(app: FixtureApp, catalogue: None, full_plan: Any) -> None:
    """Years are columns, numbers are grouped."""
    publish(full_plan.folder)
    page = app.get(PLAN).body
    assert "令和4年度" in page
    assert "1,140" in page


def test_plan_page_says_where_a_row_stands(app: FixtureApp, catalogue: None, full_plan: Any) -> None:
    """Page and lines, in words."""
    publish(full_plan.folder)
    assert "12ページ（784～790行）" in app.get(PLAN).body


def test_plan_page_filters_by_one_of_several_departments(app: FixtureApp, catalogue: None, full_plan: Any) -> None:
    """A cell may name several departments; the address alone says the filter."""
    publish(full_plan.folder)
    page = app.get(PLAN, query_string={"measures.departments": "税務課"}).body
    assert "オープンデータみやぎの推進" in page
    assert "携帯電話等エリアの整備" not in page


def test_plan_page_ignores_a_filter_value_that_is_not_there(app: FixtureApp, catalogue: None, full_plan: Any) -> None:
    """An old address shows all rows, and says so."""
    publish(full_plan.folder)
    page = app.get(PLAN, query_string={"measures.departments": "なくなった課"}).body
    assert "携帯電話等エリアの整備" in page
    assert "「departments＝なくなった課」という条件はない" in page
    assert "という条件はない" not in app.get(PLAN, query_string={"measures.departments": "税務課", "kpis.name": ""}).body
    assert "no filter “goal_name = &lt;b&gt;”" in app.get(f"/en{PLAN}", query_string={"measures.goal_name": "<b>"}).body


@pytest.mark.parametrize("name", ["no-such-plan", "a" * 300])
def test_unknown_plan_is_not_found(app: FixtureApp, catalogue: None, name: str) -> None:
    """404, whatever was asked."""
    app.get(f"/plan/{name}", status=404)


def test_dataset_page_has_row_counts_and_downloads(app: FixtureApp, catalogue: None, plan: Any, show: Callable[..., Any]) -> None:
    """Each table with its rows and its files, in the list."""
    publish(plan.folder)
    page = app.get("/dataset/miyagi-test-plan").body
    assert show()["resources"][0]["spreadsheet_url"] in page
    assert "2行" in page


def test_fields_that_say_nothing_are_left_out(app: FixtureApp, catalogue: None, plan: Any, show: Callable[..., Any]) -> None:
    """Of a dataset that was not harvested, and of its tables."""
    publish(plan.folder)
    for address in ("/dataset/miyagi-test-plan", f"/dataset/miyagi-test-plan/resource/{show()['resources'][0]['id']}"):
        rows = BeautifulSoup(app.get(address).body, "html.parser").select("[aria-labelledby=fields] tbody tr")
        assert len(rows) > 5
        assert [row.th.get_text(strip=True) for row in rows if not row.td.get_text(strip=True)] == []


def test_table_page_has_the_first_rows_itself(app: FixtureApp, catalogue: None, make_package: Any, show: Callable[..., Any]) -> None:
    """For paper and for those without scripts: with their number, and the file that has all."""
    publish(make_package().table("places", ["id", "name"], [[str(number), f"名所{number}"] for number in range(25)]).folder)
    (table, *_) = show()["resources"]
    part = BeautifulSoup(app.get(f"/dataset/miyagi-test-plan/resource/{table['id']}").body, "html.parser").select_one(".mi-first-rows")
    assert [row.th.get_text() for row in part.select("tbody tr")] == [f"名所{number}" for number in range(20)]
    assert "全25行のうち、最初の20行" in part.get_text()
    assert part.a["href"] == table["url"]


@pytest.mark.parametrize("address", ["/", "/dataset/", "/organization/"])
def test_scripts_are_not_counted_on(app: FixtureApp, catalogue: None, address: str) -> None:
    """CKAN's style sheet hides menu and filters where the page says that scripts run: a script says it."""
    html = BeautifulSoup(app.get(address).body, "html.parser").html
    assert "js" not in html.get("class", [])
    assert any("classList.add('js')" in script.text for script in html.head.find_all("script"))


@pytest.mark.parametrize("address", ["/dataset/?q=計画", "/organization/", "/group/plans"])
def test_what_is_looked_for_comes_before_what_stands_beside_it(app: FixtureApp, published: Any, address: str) -> None:
    """In the document: the search box before the filters. Its buttons say what they do, and nothing is sent before one is pressed."""
    page = BeautifulSoup(app.get(address).body, "html.parser")
    form, beside = page.select_one(".search-form"), page.select_one("aside.secondary")
    assert beside in form.find_all_next("aside")
    assert "change" not in form.get("hx-trigger", "")
    assert form.select_one("[type=submit]")["aria-label"] == "検索"
    assert "並べ替える" in [button.get_text(strip=True) for button in form.select("button:not(.js-hide)")]


def test_dataset_page_can_be_cited(app: FixtureApp, catalogue: None, plan: Any) -> None:
    """A citation with publisher, title and address."""
    publish(plan.folder)
    assert "宮城県「試験計画」" in app.get("/dataset/miyagi-test-plan").body


def test_table_page_has_its_columns_as_a_table(app: FixtureApp, catalogue: None, plan: Any, show: Callable[..., Any]) -> None:
    """Types in words, units beside them."""
    publish(plan.folder)
    page = app.get(f"/dataset/miyagi-test-plan/resource/{show()['resources'][1]['id']}").body
    assert "整数" in page
    assert "データセット" in page


def test_english_page_has_a_heading_for_each_column(app: FixtureApp, published: Any, show: Callable[..., Any]) -> None:
    """Its English one, else its name in words with the Japanese heading below; description and unit too. What is Japanese says so."""
    measures, targets = (app.get(f"/en/dataset/miyagi-test-plan/resource/{table['id']}").body for table in show()["resources"][:2])
    assert '<td role="cell">Measure name</td>' in measures
    assert '<td role="cell" class="mi-text"><p>Name of the measure</p></td>' in measures
    assert '<td role="cell">fiscal year<div class="mi-small" lang="ja">年度</div></td>' in targets
    assert 'data-label="Unit">datasets</td>' in targets
    assert '<td role="cell" class="mi-text" lang="ja"><p>年度の始まりの年</p></td>' in targets
    japanese = app.get(f"/dataset/miyagi-test-plan/resource/{show()['resources'][1]['id']}").body
    assert '<td role="cell">年度</td>' in japanese
    assert 'data-label="単位">データセット</td>' in japanese


@pytest.mark.parametrize(
    ("days", "japanese", "english"),
    [
        (0, "（予定どおり）", "(up to date)"), (35, "（更新の時期です）", "(an update is due)"),
        (50, "更新が予定より遅れています。", "Its update is late."), (90, "更新が予定より大きく遅れています。", "Its update is very late."),
    ],
)
def test_dataset_page_says_how_late_it_is(
    app: FixtureApp, published: Any, monkeypatch: pytest.MonkeyPatch, days: int, japanese: str, english: str
) -> None:
    """A monthly dataset, so many days after its last change."""

    class Then(date):
        @classmethod
        def today(cls) -> date:
            return date.today() + timedelta(days=days)

    monkeypatch.setattr(helpers, "date", Then)
    publish(published.say(accrual_periodicity="MONTHLY").folder)
    for address, frequency, words in (
        ("/dataset/miyagi-test-plan", "月1回", japanese), ("/en/dataset/miyagi-test-plan", "monthly", english)
    ):
        page = app.get(address).body
        assert frequency in page
        assert words in page


def test_collecting_makes_no_data_newer(app: FixtureApp, catalogue: None, plan: Any) -> None:
    """Where the source's last change is known, that is what is shown and judged; the day it came into the catalogue stands beside it."""
    publish(plan.say(accrual_periodicity="MONTHLY").folder)
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("package_patch")({"user": site_user}, {"id": "miyagi-test-plan", "modified": "2019-04-01"})
    page = app.get("/dataset/miyagi-test-plan").body
    assert '<time datetime="2019-04-01">2019年4月1日</time>' in page
    assert "このカタログに反映した日" in page
    assert "更新が予定より大きく遅れています。" in page
    assert "1 April 2019" in app.get("/en/dataset/miyagi-test-plan").body


def test_machines_read_the_day_that_people_read(app: FixtureApp, catalogue: None, plan: Any, show: Callable[..., Any]) -> None:
    """The catalogue's times are UTC: at night the day in Japan is another one."""
    publish(plan.folder)
    text = show()["metadata_modified"]
    for address in ("/dataset/miyagi-test-plan", "/dataset/"):
        said = BeautifulSoup(app.get(address).body, "html.parser").select_one("main time, [role=main] time")
        assert said
        moment = datetime.fromisoformat(said["datetime"])
        assert moment == datetime.fromisoformat(text).replace(microsecond=0, tzinfo=UTC)
        day = moment.astimezone(ZoneInfo("Asia/Tokyo"))
        assert said.text == f"{day.year}年{day.month}月{day.day}日"


def test_english_page_has_english_titles(app: FixtureApp, catalogue: None, plan: Any) -> None:
    """The dataset's own English."""
    publish(plan.folder)
    assert "Test plan" in app.get("/en/dataset/miyagi-test-plan").body


def test_sitemap_names_datasets_and_plans(app: FixtureApp, catalogue: None, plan: Any) -> None:
    """For search engines."""
    publish(plan.folder)
    page = app.get("/sitemap.xml").body
    assert "/dataset/miyagi-test-plan</loc>" in page
    assert "/plan/miyagi-test-plan</loc>" in page


@pytest.mark.parametrize("page", ["/dataset/miyagi-test-plan", f"/dataset/?q={quote('計画')}&page=1"])
def test_a_page_has_one_address_in_each_language(app: FixtureApp, published: Any, page: str) -> None:
    """Wherever it is read: the Japanese one has no language in front."""
    japanese, english = (f"http://test.ckan.net{prefix}{page}" for prefix in ("", "/en"))
    for prefix, own in (("", japanese), ("/ja", japanese), ("/en", english)):
        head = BeautifulSoup(app.get(prefix + page).body, "html.parser")
        assert [link["href"] for link in head.select('link[rel="canonical"]')] == [own]
        assert {link["hreflang"]: link["href"] for link in head.select("link[hreflang]")} == {"ja": japanese, "en": english}
        assert head.select_one('meta[property="og:url"]')["content"] == own
    assert BeautifulSoup(app.get("/en" + page).body, "html.parser").select_one('a[hreflang="ja"]')["href"] == page
