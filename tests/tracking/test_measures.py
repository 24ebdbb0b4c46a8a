"""/measures and its actions in a catalogue: addresses, files, what is not there, and what people write into addresses."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckanext.miyagiict.catalogue.publish import publish
from ckanext.miyagiict.chain.questions import NAMES

DATASETS = Path(__file__).resolve().parents[2] / "datasets"
PLAN = "miyagi-test-plan"
HOSTILE = "\"><script>alert('x')</script>"


@pytest.fixture
def site(plan: Path, app: Any) -> Any:
    return app


def test_list(site: Any, act: Callable[..., Any]) -> None:
    """A measure of a published plan, with the KPIs that print its number."""
    (measure,) = act("miyagiict_measure_list")
    assert (measure["id"], measure["number"], measure["departments"]) == ("m1", "企1", ["企画部 情報課", "総務部 文書課"])
    assert [kpi["id"] for kpi in measure["kpis"]] == ["test-datasets", "test-towns"]
    page = site.get("/measures").body
    assert "データの公開" in page
    assert 'href="/measures/m1"' in page


#: What the list is asked for, and how many measures it has then. (One catalogue for all: making one takes seconds.)
FILTERS: list[tuple[dict[str, Any], int]] = [
    ({"plan": PLAN}, 1), ({"plan": "none"}, 0), ({"department": "総務部 文書課"}, 1), ({"department": "文書課"}, 0), ({"has_kpi": True}, 1),
    ({"has_kpi": "false"}, 0), ({"has_kpi": ""}, 1), ({"q": "公開 企1"}, 1), ({"q": "ﾃﾞｰﾀ 企１"}, 1), ({"q": "道路"}, 0), ({"group": "none"}, 0),
    ({"q": HOSTILE}, 0),
]
IMPOSSIBLE = [{"has_kpi": "maybe"}, {"q": "あ" * 201}, {"language": "fr"}]


def test_filters(plan: Path, act: Callable[..., Any]) -> None:
    """By the whole of what is printed; words anywhere. What cannot be is refused by its name."""
    assert [(question, len(act("miyagiict_measure_list", **question))) for question, _found in FILTERS] == FILTERS
    for question in IMPOSSIBLE:
        with pytest.raises(tk.ValidationError) as refused:
            act("miyagiict_measure_list", **question)
        assert list(refused.value.error_dict) == list(question)


def test_one_measure(site: Any) -> None:
    """Its KPIs with basis and place; without a project the page says that the chain ends."""
    page = site.get("/measures/m1").body
    assert 'href="/kpi/test-datasets"' in page
    assert "計画に印刷された番号などによる" in page
    assert "試験計画 1～3行" in page
    assert "これより先はたどれません" in page
    said = site.get("/measures/m1.json").json
    assert [(kpi["id"], kpi["basis"]) for kpi in said["kpis"]] == [("test-datasets", "printed"), ("test-towns", "printed")]


def test_questions(site: Any) -> None:
    """Each has a page in both languages, and the same rows as CSV, CSV for spreadsheets and JSON, for pages of other sites too."""
    for address in (f"/measures/questions/{name}" for name in NAMES):
        said = site.get(f"{address}.json")
        assert said.json["title"] in site.get(address).body
        assert said.headers["Access-Control-Allow-Origin"] == "*"
        assert site.get(f"/en{address}.json").json["title"] != said.json["title"]
        plain, armed = site.get(f"{address}.csv"), site.get(f"{address}.csv?bom=true")
        assert not plain.data.startswith(b"\xef\xbb\xbf")
        assert armed.data.startswith(b"\xef\xbb\xbf")
        header, *rows = csv.reader(io.StringIO(plain.data.decode("utf-8"), newline=""))
        assert header == [column["name"] for column in said.json["columns"]]
        assert len(rows) == len(said.json["rows"])
        assert plain.headers["Content-Disposition"].startswith("attachment")


def test_an_answer_follows_its_address(site: Any) -> None:
    """A page with filters, its files, and a link to the address without."""
    address = "/measures/questions/measures-by-department"
    assert len(site.get(f"{address}.json").json["rows"]) == 2
    assert len(site.get(f"{address}.json?department=総務部 文書課").json["rows"]) == 1
    page = site.get(f"{address}?department=総務部 文書課").body
    assert "2行中1行" in page
    assert f"{address}.csv?department=" in page


def test_no_project_leads_to_a_kpi(site: Any) -> None:
    """And the page says why its list is empty."""
    assert "良い評価の付いた事業が、公開されている計画にありません。" in site.get("/measures/questions/well-rated-missed").body


#: Nothing is there, and a condition that cannot be: address → status.
WRONG = {
    **dict.fromkeys([
        "/measures/none", "/measures/none.json", "/measures/questions/none", "/measures/questions/none.csv", "/measures/questions",
    ], 404),
    **dict.fromkeys([
        "/measures?has_kpi=maybe", "/measures.csv?has_kpi=maybe", "/measures/questions/cost-by-field?fiscal_year=x",
        f"/measures?q={'a' * 201}",
        "/measures/questions/cost-by-field?fiscal_year=-1",
    ], 400),
}


def test_wrong_addresses(site: Any) -> None:
    """A page that leads back to the list, and names the condition."""
    for address, status in WRONG.items():
        body = site.get(address, status=status).body
        assert 'href="/measures"' in body
        _path, is_asked, condition = address.partition("?")
        assert not is_asked or f"<code>{condition.partition('=')[0]}</code>" in body


def test_hostile_values(site: Any) -> None:
    """Stay words, in every condition of every page."""
    for address in ("/measures", *(f"/measures/questions/{name}" for name in NAMES)):
        for name in ("plan", "group", "department", "q", "mark", "field", "category"):
            assert "<script>alert" not in site.get(address, query_string={name: HOSTILE}).body
    assert "&lt;script&gt;alert" in site.get("/measures", query_string={"q": HOSTILE}).body


def test_hostile_tables(plan: Path, site: Any) -> None:
    """So do names in the tables of a plan; and a new edition of a plan is on the page at once."""
    table = plan / "data" / "measures.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("データの公開", "<script>alert('x')</script>"), encoding="utf-8")
    publish(plan)
    for address in ("/measures", "/measures/m1", "/measures/questions/measures-by-department"):
        body = site.get(address).body
        assert "<script>alert" not in body
        assert "&lt;script&gt;alert" in body


def test_a_private_plan_is_not_shown(plan: Path, act: Callable[..., Any]) -> None:
    """The chain has what the public sees."""
    context = {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}
    assert len(act("miyagiict_measure_list")) == 1
    tk.get_action("package_patch")(context, {"id": PLAN, "private": True})
    assert act("miyagiict_measure_list") == []


def test_published_plans(catalogue: None, act: Callable[..., Any], app: Any) -> None:
    """The whole chain of 企9 as the catalogue's tables have it, and what its page says; a plan that is withdrawn takes its part away."""
    for package in ("miyagi-informatization-policy-2021", "miyagi-ict-plan-2014"):
        publish(DATASETS / package)
    measure = act("miyagiict_measure_show", id="policy2021-ki9")
    assert [(kpi["id"], kpi["basis"], bool(kpi["status_text"])) for kpi in measure["kpis"]] == [
        ("policy2021-kpi-ki8-11-29", "printed", True), ("policy2021-kpi-ki9", "printed", True),
    ]
    assert [(project["id"], project["mark"], project["basis"]) for project in measure["projects"]] == [("ict2014-f2-i1-p13", "○", "same_name")]
    assert [(cost["category"], cost["fiscal_year"], cost["budget"], cost["actual"]) for cost in measure["costs"]] == [
        ("個別事業", 2014, 903, 858), ("個別事業", 2015, 1342, 1011), ("個別事業", 2016, 1666, 1347),
    ]
    page = app.get("/measures/policy2021-ki9").body
    assert "2009年（年か年度かは印刷されていません）" in page
    assert "平成21年度" not in page
    assert "決算" not in page
    for name in NAMES:
        assert str(len(app.get(f"/measures/questions/{name}.json").json["rows"])) in app.get(f"/en/measures/questions/{name}").body
    context = {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}
    tk.get_action("package_delete")(context, {"id": "miyagi-ict-plan-2014"})
    measure = act("miyagiict_measure_show", id="policy2021-ki9")
    assert measure["projects"] == measure["costs"] == measure["marks"] == []
