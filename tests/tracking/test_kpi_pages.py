"""The public addresses of KPIs: pages, files, pictures, receipts, and the page for frames."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from ckan import model
from ckan.tests import factories
from ckanext.miyagiict.catalogue.publish import publish
from ckanext.miyagiict.kpi.receipt import read_receipt
from ckanext.miyagiict.model import KpiReceipt
from ckanext.miyagiict.pages import kpi_chart, kpi_chart_frame
from ckanext.miyagiict.tracking import definitions, drawing

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"
KPI = "/kpi/test-datasets"


@pytest.fixture
def counted(plan: Path, dataset: Any, settle: Any) -> Callable[[], str]:
    """The small plan's datasets, two of them, counted; calling it gives the address of the latest receipt, with ``more`` after one more."""
    definitions.add_definition({
        "kpi": "test-datasets", "kind": "datasets", "valid_from": "2025-04-01", "filters": ['miyagiict_portal:"https://portal.example"'],
        "reason": f"試験 {HOSTILE}",
    })
    model.Session.commit()
    numbers = iter("abcdefgh")
    for _ in range(2):
        dataset(f"data-{next(numbers)}")
    settle()

    def latest(more: bool = False) -> str:
        if more:
            dataset(f"data-{next(numbers)}")
            settle()
        model.Session.remove()
        row = model.Session.query(KpiReceipt).order_by(KpiReceipt.taken_at.desc()).first()
        assert row is not None
        return f"{KPI}/receipt/{row.hash}"

    return latest


def soup(app: Any, address: str, **options: Any) -> BeautifulSoup:
    return BeautifulSoup(app.get(address, **options).body, "html.parser")


def rows(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))


def test_list_by_plan_and_filters(plan: Path, app: Any) -> None:
    """Every KPI with status and sentence; the address narrows it down, in the page and in the files."""
    page = soup(app, "/kpi")
    assert [entry.find("a").text for entry in page.select(".mi-kpis > li")] == ["公開数", "公開済み市町村数"]
    assert all(entry.select_one(".mi-status").text.strip() for entry in page.select(".mi-kpis > li"))
    assert [heading.text for heading in page.select(".primary h3")] == ["重点目標", "基盤"]
    questions = {"group=基盤": 1, "plan=miyagi-test-plan": 2, "department=総務部 文書課": 2, "status=met": 0, "plan=none": 0}
    for question, expected in questions.items():
        assert len(soup(app, f"/kpi?{question}").select(".mi-kpis > li")) == expected
        assert len(rows(app.get(f"/kpi.csv?{question}"))) == expected
        assert len(json.loads(app.get(f"/kpi.json?{question}").body)) == expected
    assert soup(app, "/kpi?status=met").select_one(".empty")


def test_plans_and_search_engines_lead_to_kpis(plan: Path, app: Any) -> None:
    """A plan's page has a link for each of its KPIs, and the sitemap names them."""
    assert soup(app, "/plan/miyagi-test-plan").select_one(f'a[href="{KPI}"]')
    assert f"{KPI}</loc>" in app.get("/sitemap.xml").body


def test_list_without_plans(catalogue: None, app: Any) -> None:
    """It says so, and where to go."""
    assert soup(app, "/kpi").select_one(".empty + p a")


@pytest.mark.parametrize("language", ["", "/en"])
def test_one_kpi(counted: Any, app: Any, language: str) -> None:
    """The sentence first, the chart, the same numbers as a table, the way to the receipt, history."""
    page = soup(app, f"{language}{KPI}")
    assert page.select_one(".mi-lead").text
    marks = [mark["aria-label"] for mark in page.select(".mi-chart-wide .mark-symbol [role=graphics-symbol]")]
    numbers = [cell.text for cell in page.select("#values ~ div tbody td:nth-of-type(1)")]
    assert len(marks) == 1 + 2 + len(numbers)  # baseline, targets, values
    assert any("2" in text for text in numbers)
    assert page.select_one("#values ~ div a")["href"].startswith(f"{language}{KPI}/receipt/")
    assert page.select("#history ~ ul li")
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids))


def test_receipt(counted: Any, app: Any) -> None:
    """Every item with its link, checked; what came since the one before; a file whose SHA-256 is the hash."""
    first = counted()
    second = counted(more=True)
    page = soup(app, second)
    listed = sorted(cell.find("a").text for cell in page.select("#items ~ div tbody th"))
    assert listed == ["データ data-a", "データ data-b", "データ data-c"]
    assert "確かめました" in page.text
    assert page.select_one("#moved ~ p a")["href"] == first
    assert page.select_one("#moved ~ ul li").text == "データ data-c"
    hash = second.rpartition("/")[2]
    assert hashlib.sha256(app.get(f"{second}.json").get_data()).hexdigest() == hash
    assert read_receipt({**json.loads(app.get(f"{second}.json").body), "hash": hash}).value == 3
    items = sorted((row["title"], row["change"]) for row in rows(app.get(f"{second}.csv")))
    assert items == list(zip(listed, ("", "", "added"), strict=True))


def test_long_receipt_is_paged(counted: Any, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of its items are there, page by page, and whole in the file."""
    # The package names its blueprints as its modules.
    monkeypatch.setattr(sys.modules["ckanext.miyagiict.views.kpi"], "_ITEMS_A_PAGE", 1)
    address = counted()
    seen = [soup(app, f"{address}?page={number}").select_one("#items ~ div tbody th a").text for number in (1, 2)]
    assert sorted(seen) == ["データ data-a", "データ data-b"]
    assert soup(app, address).select_one(f'.pagination a[href="{address}?page=2"]')
    assert len(rows(app.get(f"{address}.csv"))) == 2


def test_files_for_everybody(counted: Any, app: Any) -> None:
    """Read by other sites, named, with a strong ETag that spares the second download; the same for a signed-in reader."""
    token = {"Authorization": factories.SysadminWithToken()["token"]}
    receipt = counted()
    kinds = {
        "/kpi.csv": "text/csv", "/kpi.json": "application/json", f"{KPI}.csv": "text/csv", f"{KPI}.json": "application/json",
        f"{KPI}/chart.svg": "image/svg+xml", f"{KPI}/chart.png": "image/png", f"{receipt}.csv": "text/csv",
        f"{receipt}.json": "application/json",
    }
    for address, mimetype in kinds.items():
        answer = app.get(address)
        assert answer.mimetype == mimetype
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert not answer.headers["ETag"].startswith("W/")
        assert app.get(address, headers={"If-None-Match": answer.headers["ETag"]}, status=304).get_data() == b""
        assert app.get(address, headers=token).get_data() == answer.get_data()
    assert "may" not in json.loads(app.get(f"{KPI}.json").body)
    assert app.get(f"{KPI}/chart.png").get_data().startswith(b"\x89PNG")


def test_values_file_has_the_numbers_of_the_page(counted: Any, app: Any) -> None:
    """Baseline, targets, values."""
    found = rows(app.get(f"{KPI}.csv"))
    assert [(row["fiscal_year"], row["value"]) for row in found if row["kind"] == "target"] == [("2026", "20"), ("2027", "30")]
    assert [row["value"] for row in found if row["method"] == "counted"] == ["2"]


def test_only_the_embed_page_is_for_frames(counted: Any, app: Any) -> None:
    """It says so, has no menu, and leads back; the KPI's page gives the code for it."""
    answer = app.get(f"{KPI}/embed")
    page = BeautifulSoup(answer.body, "html.parser")
    assert answer.headers["Content-Security-Policy"] == "frame-ancestors *"
    assert "X-Frame-Options" not in answer.headers
    assert "Content-Security-Policy" not in app.get(KPI).headers
    assert not page.select("nav, script")
    assert page.select_one("main a")["href"].endswith(KPI)
    code = BeautifulSoup(soup(app, KPI).select_one("textarea").text, "html.parser").iframe
    assert code["src"].endswith(f"{KPI}/embed")


@pytest.mark.parametrize(
    "address", ["/kpi/none", "/kpi/none.csv", "/kpi/none/embed", "/kpi/none/chart.svg", f"{KPI}/receipt/{'0' * 64}", "/kpi/none/receipt/x"]
)
def test_what_is_not_there(plan: Path, app: Any, address: str) -> None:
    """404, with a way on."""
    page = BeautifulSoup(app.get(address, status=404).body, "html.parser")
    assert page.select("[role=main] a")


def test_a_receipt_belongs_to_its_kpi(counted: Any, app: Any) -> None:
    """Under another KPI's address it is not there."""
    app.get(counted().replace("test-datasets", "test-towns"), status=404)


def test_hostile_words_stay_words(plan: Path, app: Any, act: Any, people: Any) -> None:
    """Names, units, sources and reasons with HTML in them run nothing, in pages, charts and frames."""
    for table in ("kpis", "documents", "measures"):
        path = plan / "data" / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        for word in ("公開数", "データセット", "重点目標", "試験計画", "情報課"):
            text = text.replace(word, word + HOSTILE)
        path.write_text(text, encoding="utf-8")
    publish(plan)
    said = {"kpi": "test-datasets", "value": "12", "as_of": "2026-03-31", "source": HOSTILE, "note": HOSTILE}
    entered = act("miyagiict_observation_create", people.sysadmin, **said)
    for step in ("review", "publish"):
        entered = act(f"miyagiict_observation_{step}", people.sysadmin, id=entered["id"], revision=entered["revision"])
    for language in ("", "/en"):
        for address in ("/kpi", KPI, f"{KPI}/embed", f"{KPI}/chart.svg", f"/kpi?plan={HOSTILE}"):
            page = BeautifulSoup(app.get(f"{language}{address}").body, "html.parser")
            assert not [element for element in page.select("script, img") if "alert(1)" in str(element) or element.get("src") == "x"]


class TestDrawing:
    @pytest.fixture
    def chart(self, catalogue: None) -> kpi_chart.Chart:
        spec = {
            "mark": "point", "data": {"values": [{"x": 1, "words": HOSTILE}]},
            "encoding": {"x": {"field": "x", "type": "quantitative"}, "description": {"field": "words"}},
        }
        return kpi_chart.Chart(spec, f"名前 {HOSTILE}", "説明")

    def test_svg_says_what_it_is(self, chart: kpi_chart.Chart) -> None:
        """Name, description and role; words as text."""
        root = BeautifulSoup(drawing.svg(chart, "one").content, "xml").svg
        assert root["role"] == "graphics-document"
        assert root.find(id=root["aria-labelledby"]).text == f"名前 {HOSTILE}"
        assert root.find(id=root["aria-describedby"]).text == "説明"
        assert root.select("[aria-label]")[-1]["aria-label"]
        assert not root.select("script, image, img, a")

    def test_whatever_the_renderer_writes_is_cleaned(self, chart: kpi_chart.Chart, monkeypatch: pytest.MonkeyPatch) -> None:
        """Only shapes and words go into a page."""
        wild = (
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="alert(1)"><script>alert(1)</script>'
            '<a xlink:href="javascript:alert(1)"><text>a</text></a><foreignObject><img src="x"/></foreignObject><style>*{}</style>'
            '<path d="M0,0" onclick="alert(1)" style="fill:url(https://example.jp)"/></svg>'
        )
        monkeypatch.setattr(drawing, "_rendered", lambda _chart: wild.encode())
        drawn = drawing.svg(chart, "wild").text
        assert "<path" in drawn
        for word in ("alert", "javascript", "onload", "onclick", "foreignObject", "style", "example.jp"):
            assert word not in drawn.replace(HOSTILE.replace("<", "&lt;").replace(">", "&gt;"), "")

    def test_is_drawn_once(self, chart: kpi_chart.Chart, monkeypatch: pytest.MonkeyPatch) -> None:
        """And kept under what it was made from; another name in the page, another picture."""
        first = drawing.svg(chart, "one")
        drawing._read.cache_clear()
        monkeypatch.setattr(drawing, "_rendered", lambda _chart: pytest.fail("drawn again"))
        assert drawing.svg(chart, "one") == first

    def test_png_has_a_japanese_font(self, catalogue: None) -> None:
        """The font is found without the library that it comes with, and letters do not all look like a missing one."""
        folder = drawing._font_folder()
        assert folder is not None
        assert list(folder.glob("*.ttf"))
        letters = [{"type": "text", "text": letter, "font": kpi_chart_frame.FONTS, "fontSize": 20} for letter in ("企", "市")]
        drawn = {drawing.png(kpi_chart.Chart({"mark": letter, "data": {"values": [{}]}}, "", "")).content for letter in letters}
        assert len(drawn) == 2
