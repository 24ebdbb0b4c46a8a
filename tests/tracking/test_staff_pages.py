"""The pages of KPI staff: who sees which, what they do, what is said when something is wrong."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.config.middleware import flask_app
from ckan.tests.helpers import CKANTestApp
from ckanext.miyagiict.tracking import clock, definitions

Act = Callable[..., Any]
Open = Callable[[str], "Browser"]
VALUE = {"value": "１２データセット", "as_of": "令和8年9月末", "source": "庁内調査 <b>3ページ</b>", "note": ""}
CSV = "指標ID,指標名,実績値,時点,出典\ntest-datasets,公開数,15,2026-09-30,調べ\ntest-towns,公開済み市町村数,９,令和8年9月末,調べ\n"
TODAY = date(2027, 4, 20)


@pytest.fixture(autouse=True)
def spring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fiscal year 2026 is over, and its values are due in ten days."""
    monkeypatch.setattr(clock, "today", lambda: TODAY)


class Browser:
    """Somebody with a browser: opens pages, fills in forms and presses buttons, as the page has them."""

    def __init__(self, app: CKANTestApp, name: str) -> None:
        self.app = app
        self.address, self.status, self.page = "", 0, BeautifulSoup("", "html.parser")
        if name:
            # CKAN's set_session_user keeps the cookie for another host than the one it then asks.
            with app.client.session_transaction(base_url=tk.config["ckan.site_url"]) as session:
                session |= {"_user_id": model.User.get(name).get_id(), "_fresh": True}

    def open(self, address: str) -> Browser:
        return self._take(self.app.get(address, follow_redirects=False), address)

    def send(self, button: str, place: str = "form", **fields: Any) -> Browser:
        """Fill in fields of the form that has a button with these words, and press it; follows where it leads."""
        form = next(
            one for one in self.page.select(place) if any(found.get_text(" ", strip=True).startswith(button) for found in one.select("button"))
        )
        data: dict[str, Any] = {**dict(_fields(form)), **fields}
        answer = self.app.post(str(form.get("action")), data=data, content_type="multipart/form-data", follow_redirects=False)
        self._take(answer, str(form.get("action")))
        return self.open(re.sub("^https?://[^/]+", "", answer.headers["Location"])) if answer.status_code == 302 else self

    def _take(self, answer: Any, address: str) -> Browser:
        self.address, self.status, self.page, self.answer = address, answer.status_code, BeautifulSoup(answer.data, "html.parser"), answer
        return self

    @property
    def main(self) -> str:
        """What the page says, in one line."""
        return self.page.select("[role=main], #content")[0].get_text(" ", strip=True)

    @property
    def buttons(self) -> list[str]:
        return [found.get_text(" ", strip=True).split(" :")[0] for found in self.page.select("#content button[type=submit]")]

    def value_of(self, field: str) -> str:
        (found,) = self.page.select(f"#content form [name={field}]:not([type=hidden])")[:1]
        return found.text.removeprefix("\n") if found.name == "textarea" else str(found.get("value", ""))

    def error_of(self, field: str) -> str:
        """What stands beside a field; the field is tied to it."""
        (wrong,) = self.page.select(f"#content [name={field}][aria-invalid=true]")[:1]
        ids = str(wrong["aria-describedby"]).split()
        return " ".join(self.page.select(f"#{id}")[0].get_text(" ", strip=True) for id in ids if id.endswith("-error"))


def _fields(form: Tag) -> list[tuple[str, str]]:
    """What a browser sends when nothing was changed."""
    found = []
    for field in form.select("input[name]:not([type=file]):not([type=checkbox]), textarea[name], select[name]"):
        if field.name == "select":
            chosen = field.select("option[selected]") or field.select("option")[:1]
            found.append((str(field["name"]), str(chosen[0]["value"])))
        else:
            found.append((str(field["name"]), field.text.removeprefix("\n") if field.name == "textarea" else str(field.get("value", ""))))
    return found


@pytest.fixture
def browse(plan: Path, people: Any, make_app: Any) -> Open:
    """A browser of somebody by role: ``visitor``, ``stranger``, ``editor`` …"""
    return lambda who: Browser(make_app(), getattr(people, who))


@pytest.fixture
def draft(plan: Path, people: Any, act: Act) -> dict[str, Any]:
    """A value that the editor entered."""
    return act("miyagiict_observation_create", people.editor, kpi="test-datasets", value="12", as_of="2026-09-30", source="庁内調査")


# Who sees what

EVERYBODY = ("visitor", "stranger", "natori_editor", "editor", "reviewer", "sysadmin")
OF_STAFF = ("", "/enter/test-datasets", "/upload", "/template.csv", "/history/test-datasets", "/value/{id}")
OF_SYSADMINS = ("/configure/test-datasets", "/configure/test-datasets/definition?kind=datasets", "/years")


def test_who_sees_which_page(browse: Open, draft: dict[str, Any]) -> None:
    """Staff their pages, sysadmins all of them; a visitor is sent to the login, everybody else is refused."""
    pages = [f"/kpi/staff{page}".format(**draft) for page in (*OF_STAFF, *OF_SYSADMINS)]
    found = {}
    for who in EVERYBODY:
        browser = browse(who)
        statuses = [browser.open(page).status for page in pages]
        found[who] = (set(statuses[:len(OF_STAFF)]), set(statuses[len(OF_STAFF):]))
    assert found == {
        "visitor": ({302}, {302}), "stranger": ({403}, {403}), "natori_editor": ({403}, {403}), "editor": ({200}, {403}), "reviewer": ({200}, {403}),
        "sysadmin": ({200}, {200}),
    }


#: Every address that takes a form → whether it is for staff or for sysadmins alone.
FORMS = {
    "/enter/test-datasets": "staff", "/value/{id}/update": "staff", "/value/{id}/discard": "staff", "/value/{id}/review": "reviewers",
    "/value/{id}/publish": "reviewers", "/upload": "staff", "/upload/take": "staff", "/configure/test-datasets/definition": "sysadmins",
    "/configure/test-datasets/choice": "sysadmins", "/configure/test-datasets/setting": "sysadmins",
    "/configure/test-datasets/recount": "sysadmins", "/years": "sysadmins",
}
SENT = {
    **VALUE, "revision": "1", "kind": "by_hand", "valid_from": "2026-04-01", "fiscal_year": "2026", "understood": "yes", "reason": "x", "counting": "",
    "content": base64.b64encode(CSV.encode()).decode(),
}


def test_others_change_nothing_by_sending_forms(browse: Open, draft: dict[str, Any], people: Any, act: Act) -> None:
    """A form that was made elsewhere meets the same refusal as the page: of a visitor, a stranger, and staff without that role."""
    for who, refused in (
        ("visitor", FORMS), ("stranger", FORMS), ("natori_editor", FORMS), ("editor", [one for one, of in FORMS.items() if of != "staff"]),
        ("reviewer", [one for one, of in FORMS.items() if of == "sysadmins"]),
    ):
        browser = browse(who)
        for address in refused:
            answer = browser.app.post("/kpi/staff" + address.format(**draft), data=SENT, follow_redirects=False)
            assert answer.status_code == (302 if who == "visitor" else 403), (who, address)
            assert answer.status_code != 302 or "/user/login" in answer.headers["Location"], address
    kept = act("miyagiict_observation_list", people.editor)
    assert [(one["id"], one["revision"]) for one in kept] == [(draft["id"], 1)]


def test_a_visitor_comes_back_after_the_login(browse: Open) -> None:
    """To the page that was asked for."""
    answer = browse("visitor").open("/kpi/staff/enter/test-datasets").answer
    assert "came_from=/kpi/staff/enter/test-datasets" in answer.headers["Location"]


def test_who_has_no_role_reads_whom_to_ask(browse: Open) -> None:
    """Which role it takes, and the organization whose admins give it."""
    page = browse("stranger").open("/kpi/staff")
    assert "計画を公表した組織の編集者と管理者" in page.main
    assert "宮城県" in page.main
    assert page.page.select("a[href$='/organization/about/miyagi-prefecture']")


def test_what_is_not_there_is_not_found(browse: Open) -> None:
    for address in ("/enter/no-such-kpi", "/value/no-such-value", "/history/no-such-kpi", "/configure/no-such-kpi"):
        assert browse("sysadmin").open(f"/kpi/staff{address}").status == 404, address


# The desk


def test_the_desk_says_what_is_due(browse: Open) -> None:
    """With the day, the departments and a link to the form with the day filled in."""
    page = browse("editor").open("/kpi/staff")
    row = next(row for row in page.page.select("section[aria-labelledby=due] tbody tr") if "公開数" in row.text)
    assert "あと10日" in row.text
    assert "企画部 情報課、総務部 文書課" in row.text
    (link,) = row.select("a.btn")
    assert page.open(str(link["href"])).value_of("as_of") == "2027-03-31"


def test_the_desk_has_only_buttons_that_work(browse: Open, draft: dict[str, Any]) -> None:
    """The one who entered a value is not asked to review it; a sysadmin finds the settings."""
    assert browse("editor").open("/kpi/staff").buttons == []
    assert browse("reviewer").open("/kpi/staff").buttons == ["確認"]
    assert not browse("reviewer").open("/kpi/staff").page.select("a[href*='/kpi/staff/years']")
    assert browse("sysadmin").open("/kpi/staff").page.select("a[href*='/kpi/staff/years']")


def test_an_empty_desk_says_so(browse: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 5, 1))
    said = browse("editor").open("/kpi/staff").main
    assert "確認待ちの下書きはありません" in said
    assert "期限が近い、または過ぎた実績はありません" in said


# Entering


def test_a_value_goes_from_the_form_to_publication(browse: Open, act: Act) -> None:
    """Entered by one, reviewed and published by another; hostile text stays text."""
    page = browse("editor").open("/kpi/staff/enter/test-datasets")
    assert "20 データセット" in page.main
    page.send("下書きとして保存", **VALUE)
    assert (page.address, page.status) == ("/kpi/staff", 200)
    assert "下書きとして保存しました" in page.main
    page = browse("reviewer").open("/kpi/staff").send("確認")
    assert "庁内調査 <b>3ページ</b>" in page.main
    assert act("miyagiict_kpi_show", id="test-datasets")["value"] is None
    page.send("公開")
    assert "公開しました" in page.main
    assert act("miyagiict_kpi_show", id="test-datasets")["value"] == 12


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"value": "12人"}, "value", "単位"), ({"value": ""}, "value", "値が入力されていません"), ({"value": "たくさん"}, "value", "数値として読めません"),
    ({"as_of": "2031-01-01"}, "as_of", "未来の日付"), ({"as_of": "2019-01-01"}, "as_of", "期間"), ({"as_of": ""}, "as_of", "時点"),
    ({"note": "あ" * 2001}, "note", "長すぎます"), ({"source": "a\x00b"}, "source", "制御文字"),
]


def test_what_cannot_be_used_is_said_beside_its_field(browse: Open, people: Any, act: Act) -> None:
    """With what to do; what was typed stays, and nothing is written."""
    page = browse("editor")
    for typed, field, said in WRONG:
        page.open("/kpi/staff/enter/test-datasets").send("下書きとして保存", **{**VALUE, **typed})
        assert page.status == 200
        assert said in page.error_of(field), typed
        assert page.value_of("value") == typed.get("value", VALUE["value"])
        assert page.value_of("source") == typed.get("source", VALUE["source"])
    assert act("miyagiict_observation_list", people.editor) == []


def test_errors_are_said_in_english_on_english_pages(browse: Open) -> None:
    page = browse("editor").open("/en/kpi/staff/enter/test-datasets").send("Save as a draft", **{**VALUE, "value": "12人"})
    assert "has the unit" in page.error_of("value")


def test_all_that_is_wrong_is_said_at_once(browse: Open) -> None:
    page = browse("editor").open("/kpi/staff/enter/test-datasets").send("下書きとして保存", value="x", as_of="x", source="あ" * 2001)
    assert all(page.error_of(field) for field in ("value", "as_of", "source"))


def test_the_form_tells_of_drafts_that_are_there(browse: Open, draft: dict[str, Any]) -> None:
    """So that nobody enters the same twice."""
    page = browse("reviewer").open("/kpi/staff/enter/test-datasets")
    assert page.page.select(f"a[href$='/kpi/staff/value/{draft['id']}']")


# One value


def test_a_lost_race_shows_both_values(browse: Open, draft: dict[str, Any], people: Any, act: Act) -> None:
    """Whose form is older is told; their words stay in the form, and only their next press replaces what they have now seen."""
    page = browse("editor").open(f"/kpi/staff/value/{draft['id']}")
    act("miyagiict_observation_update", people.other_editor, id=draft["id"], revision=1, value="13", as_of="2026-09-30")
    page.send("下書きを保存", value="99")
    assert "先に変更" in page.main
    assert "保存されている値: 13" in page.main
    assert page.value_of("value") == "99"
    assert act("miyagiict_observation_show", people.editor, id=draft["id"])["value"] == "13"
    page.send("下書きを保存")
    assert act("miyagiict_observation_show", people.editor, id=draft["id"])["value"] == "99"


def test_what_was_typed_is_not_lost_when_the_value_was_published_meanwhile(
    browse: Open, draft: dict[str, Any], people: Any, act: Act
) -> None:
    """It can no longer be saved here, so it is shown to be copied."""
    page = browse("editor").open(f"/kpi/staff/value/{draft['id']}")
    act("miyagiict_observation_review", people.reviewer, id=draft["id"], revision=1)
    act("miyagiict_observation_publish", people.reviewer, id=draft["id"], revision=2)
    page.send("下書きを保存", value="99", note="とても長いメモ")
    assert "保存していません" in page.main
    assert "とても長いメモ" in page.main
    assert "下書きを保存" not in page.buttons


def test_a_draft_can_be_discarded(browse: Open, draft: dict[str, Any], people: Any, act: Act) -> None:
    browse("editor").open(f"/kpi/staff/value/{draft['id']}").send("取り消す", reason="入力の誤り")
    assert act("miyagiict_observation_list", people.editor) == []
    assert act("miyagiict_kpi_history_list", people.editor, id="test-datasets")[0]["reason"] == "入力の誤り"


def test_a_correction_shows_what_it_replaces_and_asks_why(browse: Open, draft: dict[str, Any], people: Any, act: Act) -> None:
    """Without a reason nothing is published."""
    act("miyagiict_observation_review", people.reviewer, id=draft["id"], revision=1)
    act("miyagiict_observation_publish", people.reviewer, id=draft["id"], revision=2)
    second = act("miyagiict_observation_create", people.editor, kpi="test-datasets", value="14", as_of="2026-09-30")
    act("miyagiict_observation_review", people.reviewer, id=second["id"], revision=1)
    page = browse("reviewer").open("/kpi/staff")
    assert "公開" not in page.buttons  # it is published where a reason can be written
    page.open(f"/kpi/staff/value/{second['id']}")
    assert "公開済みの値 12データセット を 14データセット に置き換えます" in page.main
    page.send("公開")
    assert "理由を書いてください" in page.error_of("reason")
    assert act("miyagiict_kpi_show", id="test-datasets")["value"] == 12
    page.send("公開", reason="集計の誤り")
    assert act("miyagiict_kpi_show", id="test-datasets")["value"] == 14


def test_a_published_value_can_only_be_withdrawn(browse: Open, draft: dict[str, Any], people: Any, act: Act) -> None:
    """By those who publish, with a reason that the public history shows; its page is linked from where a value is entered."""
    act("miyagiict_observation_review", people.reviewer, id=draft["id"], revision=1)
    act("miyagiict_observation_publish", people.reviewer, id=draft["id"], revision=2)
    address = f"/kpi/staff/value/{draft['id']}"
    assert browse("editor").open(address).buttons == []
    page = browse("reviewer").open(f"/kpi/staff/enter/{draft['kpi_id']}")
    assert page.page.select(f"a[href$='{address}']")
    page.open(address)
    assert page.buttons == ["取り下げる"]
    assert page.send("取り下げる", reason="").page.select_one("#withdraw-reason-error")
    assert act("miyagiict_observation_show", people.editor, id=draft["id"])["state"] == "published"
    page.send("取り下げる", reason="別の指標の値")
    assert act("miyagiict_observation_show", people.editor, id=draft["id"])["state"] == "superseded"
    assert browse("visitor").open(f"/kpi/{draft['kpi_id']}").status == 200


def test_a_form_without_its_revision_changes_nothing(browse: Open, draft: dict[str, Any], people: Any, act: Act) -> None:
    page = browse("editor")
    for revision in ("", "x", "-1", "9" * 30):
        page.open(f"/kpi/staff/value/{draft['id']}").send("下書きを保存", value="99", revision=revision)
        assert (page.status, len(page.page.select("[role=alert]"))) == (200, 1), revision
    assert act("miyagiict_observation_show", people.editor, id=draft["id"])["value"] == "12"


# Files


def upload(browser: Browser, content: bytes, name: str = "実績.csv") -> Browser:
    return browser.open("/kpi/staff/upload").send("何が変わるかを見る", file=(io.BytesIO(content), name))


def test_the_template_lists_what_the_user_may_enter(browse: Open) -> None:
    """For a double click in Excel; sent back as it is it says that nothing was filled in, and changes nothing."""
    page = browse("editor").open("/kpi/staff/template.csv")
    assert page.answer.data.startswith(b"\xef\xbb\xbf")
    assert page.answer.data.decode("utf-8-sig").splitlines() == [
        "指標ID,指標名,実績値,時点,出典,備考", "test-datasets,公開数,,,,", "test-towns,公開済み市町村数,,,,"
    ]
    assert "filename*=UTF-8''%E7%9B%AE" in page.answer.headers["Content-Disposition"]
    assert "実績値と時点が書かれた行がありません" in upload(browse("editor"), page.answer.data).main


def test_a_filled_in_template_is_taken(browse: Open, people: Any, act: Act) -> None:
    """Rows that were left empty are no mistake."""
    content = browse("editor").open("/kpi/staff/template.csv").answer.data.replace("公開数,,,".encode(), "公開数,15,2026-09-30,".encode())
    page = upload(browse("editor"), content).send("1件を下書きとして取り込む")
    assert "1件を下書きとして取り込みました" in page.main
    assert [(one["kpi_name"], one["value"]) for one in act("miyagiict_observation_list", people.editor)] == [("公開数", "15")]


def test_a_file_is_looked_at_before_it_is_taken(browse: Open, people: Any, act: Act) -> None:
    """The preview says what would change, in words, and writes nothing; then all rows become drafts."""
    act("miyagiict_observation_create", people.other_editor, kpi="test-datasets", value="14", as_of="2026-09-30")
    page = upload(browse("editor"), CSV.encode("cp932"))
    rows = [row.get_text(" ", strip=True) for row in page.page.select("tbody tr")]
    assert "14データセット 15データセット" in rows[0]
    assert f"{people.other_editor} さんの公開前の値を置き換えます" in rows[0]
    assert "新しい下書きになります" in rows[1]
    assert len(act("miyagiict_observation_list", people.editor)) == 1
    page.send("2件を下書きとして取り込む")
    assert {one["value"] for one in act("miyagiict_observation_list", people.editor)} == {"15", "9"}


def test_every_problem_of_every_row_is_listed(browse: Open, people: Any, act: Act) -> None:
    """With row, column, what is written, why and what to do; nothing is written."""
    bad = CSV + "test-nothing,,1,2026-09-30,\ntest-towns,,40,いつか,\ntest-datasets,別の名前,<b>3</b>,2026-07-31,\n"
    page = upload(browse("editor"), bad.encode())
    rows = [[cell.get_text(strip=True) for cell in row.select("td")] for row in page.page.select("tbody tr")]
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("4", "指標ID", "test-nothing"), ("5", "実績値", "40"), ("5", "時点", "いつか"), ("6", "指標名", "別の名前"), ("6", "実績値", "<b>3</b>")
    ]
    assert all(row[3] and row[4] for row in rows)
    assert act("miyagiict_observation_list", people.editor) == []


def test_a_file_that_is_no_such_csv(browse: Open) -> None:
    """Says what it is instead, and what to do."""
    page = browse("editor")
    for content, said in (
        (b"", "CSVファイルを選んでください"), (b"\xff\xfe\x00", "文字コード"), ("指標ID,値\n".encode(), "時点"), (b"x" * 300_001, "大きすぎます"),
        ("指標ID,実績値,時点\n\"test-datasets,1".encode(), "引用符"),
    ):
        assert said in upload(page, content).main
        assert page.status == 200


def test_what_changed_after_the_preview_is_shown_before_anything_is_replaced(browse: Open, people: Any, act: Act) -> None:
    """Nobody's draft is replaced unseen, however quick it was."""
    page = upload(browse("editor"), CSV.encode())
    act("miyagiict_observation_create", people.other_editor, kpi="test-datasets", value="14", as_of="2026-09-30")
    page.send("2件を下書きとして取り込む")
    assert "プレビューの後に" in page.main
    assert f"{people.other_editor} さんの公開前の値を置き換えます" in page.main
    assert [one["value"] for one in act("miyagiict_observation_list", people.editor)] == ["14"]
    page.send("2件を下書きとして取り込む")
    assert {one["value"] for one in act("miyagiict_observation_list", people.editor)} == {"15", "9"}


def test_a_confirmation_without_its_file(browse: Open) -> None:
    """Asks for the file again."""
    for content in ("", "%%%", "あ"):
        page = upload(browse("editor"), CSV.encode()).send("2件を下書きとして取り込む", content=content)
        assert (page.status, bool(page.page.select("input[type=file]"))) == (200, True), content


def test_the_largest_file_can_be_confirmed(browse: Open) -> None:
    """The form that carries it is not refused for its size."""
    note = "あ" * 1_900
    rows = "".join(f"test-datasets,{day},{date(2026, 4, 1) + timedelta(days=day)},{note}\n" for day in range(52))
    content = f"指標ID,実績値,時点,備考\n{rows}".encode()
    assert 295_000 < len(content) < 300_000
    page = upload(browse("editor"), content).send("52件を下書きとして取り込む")
    assert "52件を下書きとして取り込みました" in page.main


# History


def test_the_history_says_who_when_what_and_why(browse: Open, draft: dict[str, Any], people: Any, act: Act) -> None:
    """Before and after in words."""
    act("miyagiict_observation_update", people.other_editor, id=draft["id"], revision=1, value="13", as_of="2026-09-30", reason="数え直し")
    rows = [row.get_text(" ", strip=True) for row in browse("editor").open("/kpi/staff/history/test-datasets").page.select("tbody tr")]
    assert people.other_editor in rows[0]
    assert "下書きの変更 13（2026年9月30日）" in rows[0]
    assert "値： 12 → 13" in rows[0]
    assert "数え直し" in rows[0]
    assert "値の入力" in rows[1]


def test_a_long_history_has_pages(browse: Open, people: Any, act: Act) -> None:
    for number in range(51):
        act("miyagiict_observation_create", people.editor, kpi="test-datasets", value=str(number), as_of="2026-09-30")
    page = browse("editor").open("/kpi/staff/history/test-datasets")
    assert len(page.page.select("tbody tr")) == 50
    page.open("/kpi/staff/history/test-datasets?page=2")
    assert len(page.page.select("tbody tr")) == 1
    for strange in ("x", "-1", "0", "9" * 40):
        assert page.open(f"/kpi/staff/history/test-datasets?page={strange}").status == 200, strange


# Sysadmins


def test_a_definition_of_each_kind(browse: Open, act: Act) -> None:
    """Each kind has its own fields; the second version needs a reason."""
    browser = browse("sysadmin")
    address = "/kpi/staff/configure/test-datasets/definition?kind="
    fields: dict[str, dict[str, str]] = {
        "datasets": {"filters": "miyagiict_is_open:true\n\n tags:a ", "counted": "datasets"}, "register": {"service": "電子申請"},
        "column": {"resource": "r1", "column": "value", "aggregate": "last", "order": "day", "where": "city=仙台市\nkind=a=b"}, "by_hand": {"how": "所管課に照会"},
    }
    for kind, own in fields.items():
        page = browser.open(address + kind).send("この定義を保存", counting=kind, valid_from="2026-04-01", **own)
        assert (page.status, page.address) == (200, "/kpi/staff/configure/test-datasets"), page.main
    found = {one["kind"]: one["data"] for one in act("miyagiict_kpi_show", id="test-datasets")["definitions"]}
    assert found["datasets"] == {"query": "*:*", "filters": ["miyagiict_is_open:true", "tags:a"], "counted": "datasets"}
    assert found["column"]["where"] == {"city": "仙台市", "kind": "a=b"}
    page = browser.open(f"{address}column&counting=column")
    assert page.value_of("where") == "city=仙台市\nkind=a=b"
    page.send("この定義を保存", valid_from="2026-10-01")
    assert "理由が必要です" in page.error_of("reason")
    page.send("この定義を保存", reason="列の変更")
    assert [one["version"] for one in act("miyagiict_kpi_show", id="test-datasets")["definitions"] if one["kind"] == "column"] == [1, 2]


WRONG_DEFINITIONS: list[tuple[str, dict[str, str], str]] = [
    ("datasets", {"also_register": "電子申請"}, "also_register"), ("register", {}, "service"), ("column", {"column": "v"}, "resource"),
    ("column", {"resource": "r", "column": "v", "aggregate": "ratio"}, "of"), ("by_hand", {"valid_from": "いつか"}, "valid_from"),
    ("by_hand", {"valid_to": "2020-01-01"}, "valid_to"),
]


def test_a_definition_that_cannot_be_used(browse: Open) -> None:
    """What was typed stays."""
    page = browse("sysadmin")
    for kind, typed, field in WRONG_DEFINITIONS:
        page.open(f"/kpi/staff/configure/test-datasets/definition?kind={kind}").send("この定義を保存", **{"valid_from": "2026-04-01", **typed})
        assert page.error_of(field), typed
        assert all(page.value_of(name) == text for name, text in typed.items() if name != "aggregate")


def test_choosing_the_way_that_makes_the_status(browse: Open, act: Act, plan: Path) -> None:
    """With a reason; also back to the way without a name."""
    for counting in ("", "portal"):
        definitions.add_definition({"kpi": "test-datasets", "kind": "datasets", "valid_from": "2026-04-01", "counting": counting})
    definitions.Session.commit()
    page = browse("sysadmin").open("/kpi/staff/configure/test-datasets")
    page.send("選択を保存", counting="portal", valid_from="2026-04-01")
    assert "理由" in page.error_of("reason")
    page.send("選択を保存", counting="portal", valid_from="2026-04-01", reason="共同ポータルのため")
    assert act("miyagiict_kpi_show", id="test-datasets")["counting"] == "portal"
    page.send("選択を保存", counting="", valid_from="2026-05-01", reason="もとに戻す")
    assert act("miyagiict_kpi_show", id="test-datasets")["counting"] == ""


def test_settings_are_saved_with_a_reason(browse: Open, people: Any, act: Act) -> None:
    page = browse("sysadmin").open("/kpi/staff/configure/test-datasets")
    page.send("設定を保存", direction="maintain", tolerance="−1", mail_to="a", reason="")
    assert "許容幅" in page.error_of("tolerance")
    assert "メールアドレス" in page.error_of("mail_to")
    assert "理由" in page.page.select("#setting-reason-error")[0].text
    page.send("設定を保存", tolerance="2", mail_to="a@pref.example.jp b@pref.example.jp", reason="所管課の希望")
    kept = act("miyagiict_kpi_setting_show", people.sysadmin, kpi="test-datasets")
    assert (kept["direction"], kept["tolerance"], kept["mail_to"]) == ("maintain", "2", "a@pref.example.jp b@pref.example.jp")


def test_settings_that_somebody_else_changed(browse: Open, people: Any, act: Act) -> None:
    """Both are shown; nothing is overwritten unseen."""
    page = browse("sysadmin").open("/kpi/staff/configure/test-datasets")
    act("miyagiict_kpi_setting_update", people.sysadmin, kpi="test-datasets", tolerance="7", revision=0, reason="x")
    page.send("設定を保存", tolerance="2", reason="y")
    assert "ほかの人が先に変更しました" in page.main
    assert "許容幅 7" in page.main
    assert page.value_of("tolerance") == "2"


def test_counting_again(browse: Open, dataset: Any, act: Act, plan: Path) -> None:
    dataset("data-a")
    page = browse("sysadmin").open("/kpi/staff/configure/test-datasets/definition?kind=datasets").send("この定義を保存", valid_from="2026-04-01")
    page.send("いま数え直す")
    assert "1通りの数え方で数え直しました" in page.main
    assert act("miyagiict_kpi_show", id="test-datasets")["value"] is not None


def test_freezing_asks_twice(browse: Open, act: Act) -> None:
    """It cannot be taken back: without the tick nothing happens, and a year that cannot be frozen says why."""
    page = browse("sysadmin").open("/kpi/staff/years")
    assert "確定は取り消せません" in page.main
    page.send("この年度を確定する", fiscal_year="2025")
    assert "チェックを入れてください" in page.error_of("understood")
    assert page.value_of("fiscal_year") == "2025"
    for year, said in (("2025", "数えた値がありません"), ("2199", "終わっていない"), ("令和7", "西暦4桁"), ("99999", "西暦4桁")):
        page.send("この年度を確定する", fiscal_year=year, understood="yes")
        assert said in page.error_of("fiscal_year"), year
    assert act("miyagiict_snapshot_list") == []


# Forged forms


class TestForgedForms:
    """Cookies are sent by the browser whoever made the form; a token is not."""

    @pytest.fixture(autouse=True)
    def checking(self, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """A site that checks forms, as every site but that of the tests does."""
        monkeypatch.setitem(ckan_config, "WTF_CSRF_ENABLED", True)
        monkeypatch.setattr(flask_app.csrf, "_exempt_views", set())

    def test_without_token_nothing_is_done(self, browse: Open, draft: dict[str, Any], people: Any, act: Act) -> None:
        browser = browse("sysadmin")
        for address in FORMS:
            assert browser.app.post("/kpi/staff" + address.format(**draft), data=SENT).status_code == 400, address
        assert act("miyagiict_observation_show", people.editor, id=draft["id"])["revision"] == 1

    def test_with_token_it_is(self, browse: Open, draft: dict[str, Any], people: Any, act: Act) -> None:
        """Every form of the pages carries one: the test above can fail."""
        browse("reviewer").open("/kpi/staff").send("確認")
        assert act("miyagiict_observation_show", people.editor, id=draft["id"])["state"] == "reviewed"
