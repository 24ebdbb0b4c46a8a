"""Municipalities: what is counted of each, and their pages, forms and files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

import ckan.plugins.toolkit as tk
from ckan.cli.cli import ckan
from ckan.config.middleware import flask_app
from ckan.tests import factories, helpers
from ckanext.miyagiict.kpi.register import MUNICIPALITIES

Act = Callable[..., Any]
Make = Callable[..., dict[str, Any]]

NATORI, SENDAI = "042072", "041009"
ROW = {"municipality": NATORI, "service": "電子申請", "state": "使用中", "day": "2026-04-01", "evidence": "https://example.org/"}
CONTENT = "市町村,サービス,手続,状態,日付,根拠,備考\n名取市,電子申請,,使用中,2026-04-01,https://example.org/,<b>備考</b>\n"


def of(found: list[dict[str, Any]], code: str) -> dict[str, Any]:
    return next(one for one in found if one["code"] == code)


def read(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.body, "html.parser")


def signed_in(user: str) -> dict[str, str]:
    return {"Authorization": factories.APIToken(user=user)["token"]} if user else {}


@pytest.fixture
def page(app: Any) -> Callable[..., BeautifulSoup]:
    """Opens a page as somebody."""

    def page(address: str, user: str = "", status: int = 200) -> BeautifulSoup:
        return read(app.get(address, status=status, headers=signed_in(user)))

    return page


@pytest.fixture
def send(app: Any) -> Callable[..., Any]:
    """Sends a form as somebody, without going where it leads."""

    def send(address: str, user: str = "", **data: Any) -> Any:
        return app.post(address, data=data, follow_redirects=False, content_type="multipart/form-data", headers=signed_in(user))

    return send


# What is counted


@pytest.mark.usefixtures("catalogue")
def test_all_35_are_there_from_the_start(act: Act) -> None:
    """Without any dataset, and with an unknown row for each service."""
    found = act("miyagiict_municipality_list")
    assert [one["code"] for one in found] == list(MUNICIPALITIES)
    assert {one["datasets"]["count"] for one in found} == {0}
    assert {one["open_data"]["known_by"] for one in found} == {""}
    assert {len(one["adoption"]) for one in found} == {3}
    assert (found[0]["name"], found[0]["name_en"], found[0]["kana"]) == ("仙台市", "Sendai City", "センダイシ")


def test_datasets_are_counted_by_their_publisher(act: Act, dataset: Make) -> None:
    """With licences, formats and the day their publisher states; open ones by the rule of the KPIs."""
    dataset("data-a", SENDAI, modified="2026-05-25")
    dataset("data-b", SENDAI, licence="notspecified", is_read=False, modified="2025-01-02")
    dataset("of-the-prefecture")
    dataset("data-c", NATORI, private=True)
    found = act("miyagiict_municipality_list")
    sendai = of(found, SENDAI)["datasets"]
    assert (sendai["count"], sendai["open"], sendai["newest"]) == (2, 1, "2026-05-25")
    assert [(one["id"], one["is_open"], one["count"]) for one in sendai["licences"]] == [("CC-BY-4.0", True, 1), ("notspecified", False, 1)]
    assert of(found, NATORI)["datasets"]["count"] == 0
    assert of(found, SENDAI)["open_data"]["known_by"] == "catalogue"


def test_samples_are_a_number_of_their_own(act: Act, dataset: Make) -> None:
    """They are in no other one."""
    dataset("made-up", SENDAI, is_sample="true")
    sendai = of(act("miyagiict_municipality_list"), SENDAI)
    assert (sendai["datasets"]["count"], sendai["samples"], sendai["open_data"]["known_by"]) == (0, 1, "")
    shown = act("miyagiict_municipality_show", id=SENDAI)
    assert (shown["latest"], [one["name"] for one in shown["latest_samples"]]) == ([], ["made-up"])


def test_open_data_by_the_register_and_by_a_list_is_told_apart(act: Act, people: Any, dataset: Make) -> None:
    """What the catalogue has itself comes first."""
    act("miyagiict_adoption_update", people.editor, **{**ROW, "service": "オープンデータ"}, revision=0)
    listed = "団体コード,団体名\n041009,仙台市\n042021,石巻市\n"
    act("miyagiict_adoption_import", people.reviewer, csv=listed, basis="list", day="2026-02-28")
    dataset("data-a", SENDAI)
    found = act("miyagiict_municipality_list")
    assert {code: of(found, code)["open_data"]["known_by"] for code in (SENDAI, NATORI, "042021", "042030")} == {
        SENDAI: "catalogue", NATORI: "register", "042021": "list", "042030": "",
    }
    assert of(found, SENDAI)["open_data"]["register"]["basis"] == "list"


def test_the_order(act: Act, people: Any, dataset: Make) -> None:
    """By what is asked for, and the other way round; equal ones by their codes."""
    dataset("data-a", NATORI, modified="2026-05-25")
    act("miyagiict_adoption_update", people.editor, **{**ROW, "municipality": "045811"}, revision=0)
    firsts = {"-datasets": NATORI, "-updated": NATORI, "e-applications": "045811", "code": SENDAI, "-code": "046060", "name": "042021"}
    assert {sort: act("miyagiict_municipality_list", sort=sort)[0]["code"] for sort in firsts} == firsts
    with pytest.raises(tk.ValidationError):
        act("miyagiict_municipality_list", sort="colour")


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("id", ["040002", "131016", "名取", "x" * 3000])
def test_what_is_no_municipality_of_ours(act: Act, id: str) -> None:
    with pytest.raises(tk.ValidationError):
        act("miyagiict_municipality_show", id=id)


# Pages


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("shown", ["e-applications", "open-data", "data-plan", "datasets", "updated", "licences", "colour"])
@pytest.mark.parametrize("language", ["", "/en"])
def test_the_tile_map_has_35_links(page: Callable[..., BeautifulSoup], shown: str, language: str) -> None:
    """In each language, whatever is shown; each says it in words; the choice that holds is marked."""
    found = page(f"{language}/municipalities?show={shown}")
    links = found.select(".mi-tiles a")
    assert sorted(link["href"].rsplit("/", 1)[1] for link in links) == sorted(MUNICIPALITIES)
    assert all(link.select_one(".mi-tile-says").get_text(strip=True)[1:] for link in links)
    assert len(found.select(".mi-switch [aria-current]")) == 1
    assert len(found.select(".mi-municipalities tbody tr")) == 35
    assert not found.select("svg.mi-map, figure.mi-map")


def test_a_page_of_one(act: Act, people: Any, dataset: Make, page: Callable[..., BeautifulSoup]) -> None:
    """Its rows with evidence, its datasets with a link to the search; what the catalogue counts stands apart from the list."""
    act("miyagiict_adoption_update", people.editor, **{**ROW, "note": "<script>alert(1)</script>"}, revision=0)
    dataset("data-a", NATORI)
    found = page(f"/municipalities/{NATORI}")
    assert found.select_one("main h1, [role=main] h1").get_text(" ", strip=True) == "名取市 ナトリシ"
    assert found.find("a", href="https://example.org/")
    assert found.find("a", href=re.compile(r"/dataset/\?organization=natori-city$"))
    assert "オープンデータ 1件" in found.select_one("[aria-labelledby=open-data]").get_text()
    assert not [script for script in found.select("script") if "alert(1)" in script.get_text()]
    assert not found.find("a", href=re.compile("/edit"))


def test_samples_are_marked_on_the_pages(dataset: Make, page: Callable[..., BeautifulSoup]) -> None:
    """And counted nowhere else on them."""
    dataset("made-up", NATORI, is_sample="true")
    assert "1件あります。どの数にも入っていません" in page("/municipalities").select_one("[aria-labelledby=tiles]").get_text()
    found = page(f"/municipalities/{NATORI}")
    assert "見本" in found.select_one("[aria-labelledby=samples]").get_text()
    assert not found.select("[aria-labelledby=datasets] li")


@pytest.mark.usefixtures("catalogue")
def test_a_comparison(page: Callable[..., BeautifulSoup]) -> None:
    """A column for each that was asked for, each once; one alone is asked for another."""
    found = page(f"/municipalities/compare?code={NATORI}&code={SENDAI}&code={SENDAI}&code=999999")
    assert [cell.get_text(strip=True) for cell in found.select(".mi-compare thead th")] == ["項目", "名取市", "仙台市"]
    assert "2つ以上選んでください" in page(f"/municipalities/compare?code={NATORI}").get_text()


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("address", ["/municipalities/040002", "/municipalities/999999", "/municipalities/abc", "/municipalities?sort=colour",
                                     f"/municipalities/{NATORI}/history", "/municipalities/999999.json"])
def test_addresses_without_a_page(page: Callable[..., BeautifulSoup], address: str) -> None:
    page(address, status=404)


# Files


def test_files_hold_what_the_pages_show(act: Act, people: Any, dataset: Make, app: Any) -> None:
    """In the same order; for a double click in a spreadsheet program."""
    act("miyagiict_adoption_update", people.editor, **{**ROW, "note": "=1+1"}, revision=0)
    dataset("data-a", NATORI, modified="2026-05-25")
    answer = app.get("/municipalities.csv?sort=-datasets")
    rows = list(csv.DictReader(io.StringIO(answer.body.lstrip("\ufeff"))))
    assert len(rows) == 35
    assert [rows[0][name] for name in ("code", "name_en", "datasets", "newest", "licences", "e_applications_state")] == [
        NATORI, "Natori City", "1", "2026-05-25", "CC-BY-4.0", "使用中",
    ]
    assert json.loads(app.get("/municipalities.json?sort=-datasets").body)[0]["code"] == NATORI
    assert json.loads(app.get(f"/municipalities/{NATORI}.json").body)["datasets"]["count"] == 1
    assert "'=1+1" in app.get(f"/municipalities/{NATORI}.csv").body


def test_the_form_to_fill_in_is_the_register(act: Act, people: Any, app: Any) -> None:
    """35 rows for each service, with what is known; sent back as it is it changes nothing."""
    act("miyagiict_adoption_update", people.editor, **{**ROW, "note": "=1+1"}, revision=0)
    act("miyagiict_adoption_update", people.editor, **{**ROW, "procedure": "転入届"}, revision=0)
    body = app.get("/municipalities/register.csv").body
    rows = list(csv.DictReader(io.StringIO(body.lstrip("\ufeff"))))
    assert len(rows) == 3 * 35 + 1
    found = act("miyagiict_adoption_import", people.editor, csv=body)
    assert found["counts"] == {"same": 106}


# Forms


def test_a_row_is_edited(act: Act, people: Any, page: Callable[..., BeautifulSoup], send: Callable[..., Any]) -> None:
    """The form carries the revision; what is wrong is said, and what was typed stays."""
    address = f"/municipalities/{NATORI}/edit?service=電子申請"
    form = page(address, people.natori_editor)
    assert form.select_one("[name=revision]")["value"] == "0"
    typed = {
        "service": "電子申請", "procedure": "", "revision": "0", "state": "使用中", "day": "2026-04-01", "evidence": "x", "note": "覚え",
        "reason": "",
    }
    wrong = read(send(address, people.natori_editor, **typed))
    assert "根拠「x」はアドレスとして使えません" in wrong.select_one("[role=alert]").get_text()
    assert wrong.select_one("[name=note]")["value"] == "覚え"
    assert send(address, people.natori_editor, **{**typed, "evidence": "https://example.org/"}).status_code == 302
    assert act("miyagiict_adoption_show", municipality=NATORI, service="電子申請")["note"] == "覚え"


def test_a_row_that_somebody_else_changed(act: Act, people: Any, send: Callable[..., Any]) -> None:
    """Is shown as it is now; saving again is possible, knowingly."""
    act("miyagiict_adoption_update", people.editor, **{**ROW, "note": "先に"}, revision=0)
    address, typed = f"/municipalities/{NATORI}/edit", {**ROW, "procedure": "", "state": "未", "note": "", "reason": "", "revision": "0"}
    refused = read(send(address, people.natori_editor, **typed))
    assert "ほかの人が変更しました" in refused.select_one("[role=alert]").get_text()
    assert "先に" in refused.select_one("[role=note]").get_text()
    assert refused.select_one("[name=state][checked]")["value"] == "未"
    assert act("miyagiict_adoption_show", municipality=NATORI, service="電子申請")["state"] == "使用中"
    again = {**typed, "revision": refused.select_one("[name=revision]")["value"]}
    assert send(address, people.natori_editor, **again).status_code == 302
    assert act("miyagiict_adoption_show", municipality=NATORI, service="電子申請")["state"] == "未"


def test_a_file_is_looked_at_and_then_agreed_to(act: Act, people: Any, send: Callable[..., Any]) -> None:
    """Nothing is written before; hostile cells are shown as they are."""
    file = (io.BytesIO(CONTENT.encode("cp932")), "調査.csv")
    ahead = send("/municipalities/import", people.editor, upload=file, basis="register", day="", reason="調査")
    assert "<b>備考</b>" not in ahead.body
    form = read(ahead).select_one("form:has([name=agreed])")
    assert act("miyagiict_adoption_show", municipality=NATORI, service="電子申請")["revision"] == 0
    data = {field["name"]: field["value"] for field in form.select("input[name]")}
    done = read(send("/municipalities/import", people.editor, **data))
    assert "取り込みました" in done.select_one("[role=status]").get_text()
    shown = act("miyagiict_adoption_show", people.editor, municipality=NATORI, service="電子申請")
    assert (shown["note"], shown["history"][0]["reason"]) == ("<b>備考</b>", "調査")


def test_a_file_with_a_bad_row(act: Act, people: Any, send: Callable[..., Any]) -> None:
    """Every problem is listed, and nothing can be agreed to."""
    file = (io.BytesIO((CONTENT + "川口市,,,つかってる,2099-01-01,x,\n").encode()), "調査.csv")
    refused = read(send("/municipalities/import", people.editor, upload=file, basis="register", day="", reason=""))
    assert len(refused.select("[role=alert] li")) == 5
    assert not refused.select("[name=agreed]")


def test_a_file_too_large_for_the_form_is_refused(people: Any, send: Callable[..., Any]) -> None:
    """Rather than lost on its way back."""
    rows = "".join(f"名取市,電子申請,手続{number},使用中,2026-04-01,https://example.org/{'x' * 200},\n" for number in range(2000))
    file = (io.BytesIO((CONTENT + rows).encode()), "大.csv")
    refused = read(send("/municipalities/import", people.editor, upload=file, basis="register", day="", reason=""))
    assert "画面からは取り込めません" in refused.select_one("[role=alert]").get_text()


def test_forms_need_their_token(act: Act, catalogue: None, ckan_config: Any, monkeypatch: pytest.MonkeyPatch, make_app: Any) -> None:
    """A page elsewhere cannot make a signed-in person write."""
    monkeypatch.setitem(ckan_config, "WTF_CSRF_ENABLED", True)
    monkeypatch.setattr(flask_app.csrf, "_exempt_views", set())
    app, user = make_app(), factories.Sysadmin(password="correct-horse")
    login = read(app.get("/user/login")).select_one("form:has(input[type=password])")
    fields = {field["name"]: field.get("value", "") for field in login.select("input[name]")}
    app.post("/user/login", data={**fields, "login": user["name"], "password": "correct-horse"})
    address = f"/municipalities/{NATORI}/edit?service=電子申請"
    data = {"service": "電子申請", "state": "使用中", "day": "2026-04-01", "evidence": "https://example.org/", "revision": "0"}
    assert app.post(address, data=data, follow_redirects=False).status_code == 400
    assert app.post("/municipalities/import", data={"csv": CONTENT, "agreed": "1"}, follow_redirects=False).status_code == 400
    assert act("miyagiict_adoption_show", municipality=NATORI, service="電子申請")["revision"] == 0
    form = read(app.get(address)).select_one("form:has([name=revision])")
    token = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    assert app.post(address, data={**data, **token}, follow_redirects=False).status_code == 302


#: Address → who may open it.
FORMS = {
    f"/municipalities/{NATORI}/edit?service=電子申請": ("natori_editor", "editor", "reviewer", "sysadmin"),
    f"/municipalities/{SENDAI}/edit?service=電子申請": ("editor", "reviewer", "sysadmin"),
    "/municipalities/import": ("natori_editor", "editor", "reviewer", "sysadmin"),
    f"/municipalities/{NATORI}": ("visitor", "stranger", "natori_editor", "editor", "reviewer", "sysadmin"),
    f"/municipalities/{NATORI}/history?service=電子申請": ("visitor", "stranger", "natori_editor", "editor", "reviewer", "sysadmin"),
}


@pytest.mark.parametrize("who", ["visitor", "stranger", "natori_editor", "editor", "reviewer", "sysadmin"])
def test_who_opens_which_form(people: Any, page: Callable[..., BeautifulSoup], who: str) -> None:
    """Others get 403; who may enter rows finds the way there."""
    for address, allowed in FORMS.items():
        page(address, getattr(people, who), status=200 if who in allowed else 403)
    may_enter = who in ("natori_editor", "editor", "reviewer", "sysadmin")
    assert bool(page(f"/municipalities/{NATORI}", getattr(people, who)).find("a", href=re.compile("^/municipalities/.*/edit"))) is may_enter
    assert bool(page("/municipalities", getattr(people, who)).find("a", href="/municipalities/import")) is may_enter


# Boundaries


def boundaries(folder: Path) -> Path:
    """35 squares with the property of N03."""
    features = []
    for place, code in enumerate(MUNICIPALITIES):
        x, y = 140.5 + place % 7 * 0.1, 38.0 + place // 7 * 0.1
        ring = [[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y + 0.1], [x, y]]
        features.append({"type": "Feature", "properties": {"N03_007": code[:5]}, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    path = folder / "N03.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.mark.usefixtures("catalogue", "with_extended_cli")
def test_imported_boundaries_give_a_map(cli: Any, act: Act, page: Callable[..., BeautifulSoup], tmp_path: Path) -> None:
    """With its credit; without them there is the tile map alone, again after they were removed."""
    done = cli.invoke(ckan, ["miyagiict", "boundaries", "import", str(boundaries(tmp_path))])
    assert (done.exit_code, "35市町村の境界を取り込みました" in done.output) == (0, True)
    figure = page("/municipalities").select_one("figure.mi-map")
    assert len(figure.select("a path[d]")) == 35
    assert figure.figcaption.get_text() == "「国土数値情報（行政区域データ）」（国土交通省）を加工して作成"
    assert set(act("miyagiict_boundary_show")["areas"]) == set(MUNICIPALITIES)
    assert "35市町村の境界を消しました" in cli.invoke(ckan, ["miyagiict", "boundaries", "remove"]).output
    assert not page("/municipalities").select("figure.mi-map")
    assert act("miyagiict_boundary_show") == {"areas": {}, "credit": None, "source": None, "imported_at": None}


@pytest.mark.usefixtures("catalogue", "with_extended_cli")
def test_a_file_that_is_refused_leaves_the_map_as_it_is(cli: Any, act: Act, tmp_path: Path) -> None:
    """With a sentence that says what to do."""
    cli.invoke(ckan, ["miyagiict", "boundaries", "import", str(boundaries(tmp_path))])
    broken = tmp_path / "broken.geojson"
    broken.write_text("{}", encoding="utf-8")
    done = cli.invoke(ckan, ["miyagiict", "boundaries", "import", str(broken)])
    assert (done.exit_code, "「broken.geojson」を境界のファイルとして読めません" in done.output) == (1, True)
    assert len(act("miyagiict_boundary_show")["areas"]) == 35


@pytest.mark.usefixtures("catalogue")
def test_municipalities_are_for_everybody() -> None:
    for action in ("miyagiict_municipality_list", "miyagiict_boundary_show"):
        assert helpers.call_auth(action, {"user": "", "model": None})
