"""The adoption register in the catalogue: who enters what, and that nothing is lost, half-written or forgotten."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.miyagiict.kpi.register import MUNICIPALITIES
from ckanext.miyagiict.model import HistoryEntry, KpiChange, MunicipalAdoption
from ckanext.miyagiict.tracking.register import register

Act = Callable[..., Any]

NATORI, SENDAI = "042072", "041009"
ROW = {"municipality": NATORI, "service": "電子申請", "state": "使用中", "day": "2026-04-01", "evidence": "https://example.org/"}
HEADER = "市町村,サービス,手続,状態,日付,根拠,備考"
LIST_HEADER = "団体コード,団体名,自治体サイトのオープンデータページURL,更新日,ライセンス"


def content(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows])


def entered() -> int:
    return model.Session.query(MunicipalAdoption).count()


def noted() -> list[HistoryEntry]:
    return list(model.Session.scalars(sa.select(HistoryEntry).where(HistoryEntry.subject_kind == "adoption").order_by(HistoryEntry.id)))


# Reading


@pytest.mark.usefixtures("catalogue")
def test_the_register_starts_as_unknown(act: Act) -> None:
    """A row for each municipality and each service that a plan's KPI counts."""
    rows = act("miyagiict_adoption_list")
    assert len(rows) == 3 * 35
    assert {(row["state"], row["revision"], row["basis"], row["day"]) for row in rows} == {("不明", 0, "", None)}
    assert {row["service"] for row in rows} == {"電子申請", "オープンデータ", "官民データ活用推進計画"}
    assert {row["municipality"] for row in rows} == set(MUNICIPALITIES)


def test_rows_are_narrowed(act: Act, people: Any) -> None:
    """By municipality, service, procedure and state; a procedure that is known has a row for everybody."""
    act("miyagiict_adoption_update", people.editor, **ROW, revision=0)
    act("miyagiict_adoption_update", people.editor, **{**ROW, "procedure": "転入届"}, revision=0)
    assert [row["municipality_name"] for row in act("miyagiict_adoption_list", state="使用中", procedure="")] == ["名取市"]
    assert len(act("miyagiict_adoption_list", service="電子申請", procedure="転入届")) == 35
    assert len(act("miyagiict_adoption_list", municipality="名取市")) == 4
    row = act("miyagiict_adoption_list", municipality="04207", state="使用中")[0]
    assert (row["state_text"], row["state_text_en"], row["service_en"]) == ("導入済み", "introduced", "E-applications")


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("wrong", [{"municipality": "川口市"}, {"state": "つかってる"}])
def test_questions_that_cannot_be_answered(act: Act, wrong: dict[str, str]) -> None:
    with pytest.raises(tk.ValidationError):
        act("miyagiict_adoption_list", **wrong)


# Entering


def test_a_row_is_entered(act: Act, people: Any) -> None:
    """It is in the register that KPIs are counted by, and counting is told."""
    row = act("miyagiict_adoption_update", people.editor, **ROW, revision=0)
    assert (row["state"], row["day"], row["basis"], row["revision"]) == ("使用中", "2026-04-01", "register", 1)
    assert register().count("電子申請").in_use == (NATORI,)
    assert model.Session.get(KpiChange, "register") is not None


def test_every_change_is_in_the_history(act: Act, people: Any) -> None:
    """Who, when, why, before and after; an unchanged row makes none."""
    act("miyagiict_adoption_update", people.editor, **ROW, revision=0)
    act("miyagiict_adoption_update", people.editor, **ROW, revision=1)
    act("miyagiict_adoption_update", people.natori_editor, **{**ROW, "state": "未"}, revision=1, reason="取りやめ")
    created, changed = noted()
    assert (created.act, created.user_name, created.before, created.after["state"]) == ("create", people.editor, None, "使用中")
    assert (changed.act, changed.user_name, changed.reason) == ("update", people.natori_editor, "取りやめ")
    assert (changed.before["state"], changed.after["state"]) == ("使用中", "未")


def test_names_are_for_those_who_may_change_the_row(act: Act, people: Any) -> None:
    """Everybody sees the history itself."""
    act("miyagiict_adoption_update", people.editor, **ROW, revision=0)
    asked = {"municipality": NATORI, "service": "電子申請"}
    assert act("miyagiict_adoption_show", people.natori_editor, **asked)["history"][0]["user"] == people.editor
    for user in ("", people.stranger):
        shown = act("miyagiict_adoption_show", user, **asked)
        assert (shown["history"][0]["after"]["state"], shown["may"]) == ("使用中", {"enter": False})
        assert people.editor not in str(shown)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"day": "2099-01-01"}, "day"), ({"day": "きのう"}, "day"), ({"day": ""}, "day"), ({"evidence": ""}, "evidence"),
        ({"evidence": "javascript:alert(1)"}, "evidence"), ({"state": "つかってる"}, "state"), ({"municipality": "宮城県"}, "municipality"),
        ({"note": "長" * 1001}, "note"), ({"service": ""}, "service"),
    ],
)
def test_what_cannot_be_entered(act: Act, people: Any, wrong: dict[str, str], field: str) -> None:
    """Refused by field, and nothing is written."""
    with pytest.raises(tk.ValidationError) as refused:
        act("miyagiict_adoption_update", people.sysadmin, **{**ROW, **wrong}, revision=0)
    assert field in refused.value.error_dict
    assert (entered(), noted()) == (0, [])


def test_without_the_revision_nothing_is_changed(act: Act, people: Any) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        act("miyagiict_adoption_update", people.editor, **ROW)
    assert "revision" in refused.value.error_dict


# Two at once


def test_the_second_of_two_is_told_what_the_first_wrote(act: Act, people: Any) -> None:
    """And what the first wrote stays."""
    act("miyagiict_adoption_update", people.editor, **ROW, revision=0)
    act("miyagiict_adoption_update", people.natori_editor, **{**ROW, "state": "予定", "note": "秋から"}, revision=1)
    with pytest.raises(tk.ValidationError) as refused:
        act("miyagiict_adoption_update", people.editor, **{**ROW, "state": "未"}, revision=1)
    [sentence] = refused.value.error_dict["revision"]
    assert "ほかの人が変更しました" in sentence
    assert "予定、2026年4月1日、https://example.org/、秋から" in sentence
    assert refused.value.error_dict["current"][0]["revision"] == 2
    assert act("miyagiict_adoption_show", municipality=NATORI, service="電子申請")["state"] == "予定"


def test_of_many_at_the_same_moment_one_wins(app: Any, people: Any) -> None:
    """On a row that is not there yet; every other one is refused, none breaks."""

    def enter(note: str) -> str:
        with app.flask_app.test_request_context():
            try:
                tk.get_action("miyagiict_adoption_update")({"user": people.editor, "ignore_auth": False}, {**ROW, "note": note, "revision": 0})
                return note
            except tk.ValidationError as error:
                assert "revision" in error.error_dict
                return ""
            finally:
                model.Session.remove()

    with ThreadPoolExecutor(4) as pool:
        won = [note for note in pool.map(enter, "abcdefgh") if note]
    row = model.Session.query(MunicipalAdoption).one()
    assert ([row.note], row.revision, len(noted())) == (won, 1, 1)


# Files


def test_a_preview_writes_nothing(act: Act, people: Any) -> None:
    """It says what would be created, changed, left alone."""
    act("miyagiict_adoption_update", people.editor, **ROW, revision=0)
    act("miyagiict_adoption_update", people.editor, **{**ROW, "municipality": SENDAI}, revision=0)
    act("miyagiict_adoption_update", people.editor, **{**ROW, "municipality": "042021", "day": "2026-05-01"}, revision=0)
    found = act("miyagiict_adoption_import", people.editor, dry_run=True, csv=content(
        "名取市,電子申請,,使用中,2026-04-01,https://example.org/,", "仙台市,電子申請,,未,2026-04-01,https://example.org/,",
        "石巻市,電子申請,,未,2026-04-01,https://example.org/,", "名取市,電子申請,転入届,予定,2026-04-01,https://example.org/,",
        "岩沼市,電子申請,,不明,,,",
    ))
    assert [(row["row"], row["change"]) for row in found["rows"]] == [(2, "same"), (3, "conflict"), (4, "older"), (5, "new"), (6, "same")]
    assert found["counts"] == {"same": 2, "conflict": 1, "older": 1, "new": 1}
    assert (entered(), len(noted())) == (3, 3)


def test_a_file_is_taken_in(act: Act, people: Any) -> None:
    """With its reason in the history, once for each row that changes something; a second time nothing changes."""
    rows = content("名取市,電子申請,,使用中,2026-04-01,https://example.org/,", "仙台市,電子申請,,予定,2026-04-01,https://example.org/,")
    act("miyagiict_adoption_import", people.editor, csv=rows, reason="市町村調査")
    act("miyagiict_adoption_import", people.editor, csv=io.BytesIO(rows.encode("cp932")), reason="市町村調査")
    assert [(entry.act, entry.reason) for entry in noted()] == [("import", "市町村調査")] * 2
    assert register().count("電子申請").in_use == (NATORI,)


def test_one_bad_row_and_nothing_is_written(act: Act, people: Any) -> None:
    """Every problem of every row is told, with its row."""
    with pytest.raises(tk.ValidationError) as refused:
        act("miyagiict_adoption_import", people.editor, file="調査.csv", csv=content(
            "名取市,電子申請,,使用中,2026-04-01,https://example.org/,", "川口市,電子申請,,使用中,2026-04-01,https://example.org/,",
            "仙台市,,,つかってる,2099-02-30,x,",
        ))
    problems = refused.value.error_dict["problems"]
    assert [(one["row"], one["type"]) for one in problems] == [
        (3, "municipality-unknown"), (4, "service-missing"), (4, "state-unknown"), (4, "row-day"), (4, "evidence-address"),
    ]
    assert problems[0]["message"] == "「調査.csv」の3行目の「川口市」は、県内35市町村のどれか分かりません。"
    assert (entered(), noted()) == (0, [])


@pytest.mark.parametrize("file", ["", "\n", HEADER, "a\0b", "<html></html>", 'x"', "市町村,サービス\n名取市,電子申請"])
def test_files_that_are_no_register(act: Act, people: Any, file: str) -> None:
    with pytest.raises(tk.ValidationError):
        act("miyagiict_adoption_import", people.editor, csv=file)
    assert entered() == 0


def test_what_changed_since_the_preview_is_not_overwritten(act: Act, people: Any) -> None:
    """A preview is agreed to as it was seen."""
    rows = content("名取市,電子申請,,使用中,2026-04-01,https://example.org/,")
    seen = act("miyagiict_adoption_import", people.editor, csv=rows, dry_run=True)["seen"]
    act("miyagiict_adoption_update", people.natori_editor, **{**ROW, "state": "未", "day": "2026-03-01"}, revision=0)
    with pytest.raises(tk.ValidationError) as refused:
        act("miyagiict_adoption_import", people.editor, csv=rows, seen=seen)
    assert "seen" in refused.value.error_dict
    assert act("miyagiict_adoption_show", municipality=NATORI, service="電子申請")["state"] == "未"
    seen = act("miyagiict_adoption_import", people.editor, csv=rows, dry_run=True)["seen"]
    act("miyagiict_adoption_import", people.editor, csv=rows, seen=seen)
    assert act("miyagiict_adoption_show", municipality=NATORI, service="電子申請")["state"] == "使用中"


def test_a_municipality_sends_the_whole_file_back(act: Act, people: Any) -> None:
    """Rows of others may stand in it as they are; a change of them refuses the file."""
    act("miyagiict_adoption_update", people.editor, **{**ROW, "municipality": SENDAI}, revision=0)
    own, others = "名取市,電子申請,,使用中,2026-04-01,https://example.org/,", "仙台市,電子申請,,使用中,2026-04-01,https://example.org/,"
    act("miyagiict_adoption_import", people.natori_editor, csv=content(own, others))
    with pytest.raises(tk.ValidationError) as refused:
        act("miyagiict_adoption_import", people.natori_editor, csv=content(own, others.replace("使用中,2026-04", "未,2026-05")))
    assert [(one["type"], one["row"]) for one in refused.value.error_dict["problems"]] == [("municipality-of-others", 3)]
    assert register().count("電子申請").in_use == (SENDAI, NATORI)


# デジタル庁's list


def test_an_official_list_has_a_basis_of_its_own(act: Act, people: Any) -> None:
    """It leaves alone what staff recorded, and who is not on a later one any more is 不明 again."""
    act("miyagiict_adoption_update", people.editor, **{**ROW, "service": "オープンデータ"}, revision=0)
    listed = content("041009,仙台市,https://www.city.sendai.jp/,2026/01/05,CC-BY", "042072,名取市,,,", "010006,北海道,,,", header=LIST_HEADER)
    found = act("miyagiict_adoption_import", people.reviewer, csv=listed, basis="list", day="2026-02-28")
    assert (found["counts"], found["others"]) == ({"new": 1, "kept": 1}, 1)
    rows = {row["municipality"]: row for row in act("miyagiict_adoption_list", service="オープンデータ", state="使用中")}
    assert {code: row["basis"] for code, row in rows.items()} == {SENDAI: "list", NATORI: "register"}
    assert (rows[SENDAI]["day"], rows[SENDAI]["evidence"]) == ("2026-02-28", "https://www.city.sendai.jp/")
    later = content("042021,石巻市,,,", header=LIST_HEADER)
    found = act("miyagiict_adoption_import", people.reviewer, csv=later, basis="list", day="2026-06-30")
    assert [(row["municipality_name"], row["row"], row["change"]) for row in found["rows"]] == [("石巻市", 2, "new"), ("仙台市", None, "changed")]
    assert act("miyagiict_adoption_show", municipality=SENDAI, service="オープンデータ")["state"] == "不明"


def test_a_list_of_prefectures_is_refused(act: Act, people: Any) -> None:
    with pytest.raises(tk.ValidationError, match="県内の市町村の行がありません"):
        act("miyagiict_adoption_import", people.reviewer, csv=content("040002,宮城県,,,", header=LIST_HEADER), basis="list", day="2026-02-28")


# Who may

WHO = ("visitor", "stranger", "natori_editor", "editor", "reviewer", "sysadmin")
#: What is tried → who may.
MATRIX: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "list": ("miyagiict_adoption_list", {}, WHO),
    "show": ("miyagiict_adoption_show", {"municipality": NATORI, "service": "電子申請"}, WHO),
    "own row": ("miyagiict_adoption_update", {**ROW, "revision": 0}, ("natori_editor", "editor", "reviewer", "sysadmin")),
    "another's row": ("miyagiict_adoption_update", {**ROW, "municipality": SENDAI, "revision": 0}, ("editor", "reviewer", "sysadmin")),
    "preview": (
        "miyagiict_adoption_import", {"csv": content("名取市,電子申請,,不明,,,"), "dry_run": True},
        ("natori_editor", "editor", "reviewer", "sysadmin"),
    ),
    "file": (
        "miyagiict_adoption_import", {"csv": content("名取市,電子申請,,不明,,,")}, ("natori_editor", "editor", "reviewer", "sysadmin"),
    ),
    "official list": (
        "miyagiict_adoption_import",
        {"csv": content("041009,仙台市,,,", header=LIST_HEADER), "basis": "list", "day": "2026-02-28"}, ("reviewer", "sysadmin"),
    ),
}


@pytest.mark.parametrize("tried", MATRIX)
def test_who_may(act: Act, people: Any, tried: str) -> None:
    """Everybody reads; editors of the prefecture and of the municipality enter; an official list is for admins of the prefecture."""
    action, data, allowed = MATRIX[tried]
    for who in WHO:
        if who in allowed:
            continue
        with pytest.raises(tk.NotAuthorized):
            act(action, getattr(people, who), **data)
    assert entered() == 0
    for who in allowed:
        act(action, getattr(people, who), **({**data, "revision": entered()} if "revision" in data else data))
