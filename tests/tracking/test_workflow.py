"""What people enter: a draft, reviewed and published by somebody else, never overwritten unseen, with a history of every step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.miyagiict.tracking import clock

Act = Callable[..., Any]
VALUE = {"kpi": "test-datasets", "value": "１２データセット", "as_of": "2026-10-31"}


@pytest.fixture
def enter(plan: Path, people: Any, act: Act) -> Callable[..., dict[str, Any]]:
    """Enters a value as the editor."""
    return lambda **more: act("miyagiict_observation_create", people.editor, **{**VALUE, **more})


@pytest.fixture
def publish(people: Any, act: Act) -> Callable[..., dict[str, Any]]:
    """Reviews and publishes as the reviewer."""

    def publish(draft: dict[str, Any], **more: Any) -> dict[str, Any]:
        reviewed = act("miyagiict_observation_review", people.reviewer, id=draft["id"], revision=draft["revision"])
        return act("miyagiict_observation_publish", people.reviewer, id=draft["id"], revision=reviewed["revision"], **more)

    return publish


def errors_of(action: Callable[[], Any]) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as caught:
        action()
    return caught.value.error_dict


def test_a_value_is_public_only_when_published(enter: Any, publish: Any, act: Act) -> None:
    draft = enter()
    assert (draft["state"], draft["value"], draft["printed"]) == ("draft", "12", "１２データセット")
    assert act("miyagiict_kpi_show", id="test-datasets")["value"] is None
    publish(draft)
    shown = act("miyagiict_kpi_show", id="test-datasets")
    assert (shown["value"], shown["as_of"], shown["method"]) == (12, "2026-10-31", "entered")


def test_nobody_reviews_their_own_value(enter: Any, people: Any, act: Act) -> None:
    """Not even an admin of the organization; the sysadmin can, and the history shows it."""
    own = act("miyagiict_observation_create", people.reviewer, **VALUE)
    refused = errors_of(lambda: act("miyagiict_observation_review", people.reviewer, id=own["id"], revision=1))
    assert "ほかの人" in refused["state"][0]
    assert act("miyagiict_observation_review", people.sysadmin, id=own["id"], revision=1)["state"] == "reviewed"


def test_who_changes_a_value_becomes_its_author(enter: Any, people: Any, act: Act) -> None:
    """A reviewer who corrects a draft cannot wave it through."""
    draft = enter()
    mended = act("miyagiict_observation_update", people.reviewer, id=draft["id"], revision=1, value="13", as_of="2026-10-31")
    assert errors_of(lambda: act("miyagiict_observation_review", people.reviewer, id=draft["id"], revision=mended["revision"]))


def test_no_update_is_lost(enter: Any, people: Any, act: Act) -> None:
    """Two people who opened the same draft: the second is told, and nothing of the first is overwritten."""
    draft = enter()
    act("miyagiict_observation_update", people.editor, id=draft["id"], revision=1, value="13", as_of="2026-10-31")
    late = errors_of(lambda: act("miyagiict_observation_update", people.other_editor, id=draft["id"], revision=1, value="99", as_of="2026-10-31"))
    assert "先に変更" in late["revision"][0]
    assert act("miyagiict_observation_show", people.editor, id=draft["id"])["value"] == "13"


def test_a_correction_supersedes_with_a_reason(enter: Any, publish: Any, people: Any, act: Act) -> None:
    """The earlier value is kept; without a reason nothing happens."""
    publish(enter())
    second = enter(value="14")
    reviewed = act("miyagiict_observation_review", people.reviewer, id=second["id"], revision=1)
    refused = errors_of(lambda: act("miyagiict_observation_publish", people.reviewer, id=second["id"], revision=reviewed["revision"]))
    assert "理由" in refused["reason"][0]
    act("miyagiict_observation_publish", people.reviewer, id=second["id"], revision=reviewed["revision"], reason="集計の誤り")
    assert act("miyagiict_kpi_show", id="test-datasets")["value"] == 14
    old = act("miyagiict_observation_list", people.editor, kpi="test-datasets", state="superseded")
    assert [one["value"] for one in old] == ["12"]


def test_a_published_value_is_withdrawn_with_a_reason(enter: Any, publish: Any, people: Any, act: Act) -> None:
    """It leaves pages and API, is kept, and the public history says why; without a reason nothing happens."""
    published = publish(enter())
    asked = {"id": published["id"], "revision": published["revision"]}
    refused = errors_of(lambda: act("miyagiict_observation_withdraw", people.reviewer, **asked))
    assert "理由" in refused["reason"][0]
    assert act("miyagiict_kpi_show", id="test-datasets")["value"] == 12
    act("miyagiict_observation_withdraw", people.reviewer, **asked, reason="別の指標の値")
    assert act("miyagiict_kpi_show", id="test-datasets")["value"] != 12
    assert [one["value"] for one in act("miyagiict_observation_list", people.editor, kpi="test-datasets", state="superseded")] == ["12"]
    last = act("miyagiict_kpi_history_list", id="test-datasets")[0]
    assert (last["act"], last["reason"]) == ("withdraw", "別の指標の値")


def test_only_what_is_published_is_withdrawn(enter: Any, publish: Any, people: Any, act: Act) -> None:
    """Not a draft, not twice, and not what somebody else changed meanwhile."""
    draft = enter()
    assert "state" in errors_of(lambda: act("miyagiict_observation_withdraw", people.reviewer, id=draft["id"], revision=1, reason="誤り"))
    published = publish(draft)
    assert "revision" in errors_of(lambda: act("miyagiict_observation_withdraw", people.reviewer, id=draft["id"], revision=1, reason="誤り"))
    act("miyagiict_observation_withdraw", people.reviewer, id=draft["id"], revision=published["revision"], reason="誤り")
    again = {"id": draft["id"], "revision": published["revision"] + 1, "reason": "誤り"}
    assert "state" in errors_of(lambda: act("miyagiict_observation_withdraw", people.reviewer, **again))


def test_every_step_is_in_the_history(enter: Any, publish: Any, people: Any, act: Act) -> None:
    """Staff see all with names; the public sees what became public, without names."""
    publish(enter())
    of_staff = act("miyagiict_kpi_history_list", people.editor, id="test-datasets")
    assert [(entry["act"], entry["user"]) for entry in of_staff] == [
        ("publish", people.reviewer), ("review", people.reviewer), ("create", people.editor)
    ]
    public = act("miyagiict_kpi_history_list", id="test-datasets")
    assert [entry["act"] for entry in public] == ["publish"]
    assert people.editor not in str(public)
    assert people.reviewer not in str(public)


def test_the_history_cannot_be_changed(enter: Any) -> None:
    """The database refuses, whoever asks."""
    enter()
    for statement in ("UPDATE miyagiict_history SET reason = 'x'", "DELETE FROM miyagiict_history"):
        with pytest.raises(sa.exc.DBAPIError, match="never changed"):
            model.Session.execute(sa.text(statement))
        model.Session.rollback()


@pytest.mark.parametrize(
    ("value", "as_of", "kind"),
    [
        ("12人", "2026-10-31", "other-unit"), ("たくさん", "2026-10-31", "value-not-a-number"), ("", "2026-10-31", "value-missing"),
        ("12.5", "2026-10-31", "not-whole"), ("12", "2031-10-31", "future-day"), ("12", "2019-10-31", "outside-plan"), ("12", "いつか", "day-not-read"),
    ],
)
def test_bad_values_are_refused(plan: Path, people: Any, act: Act, value: str, as_of: str, kind: str) -> None:
    """With what, why and what to do; nothing is written."""
    refused = errors_of(lambda: act("miyagiict_observation_create", people.editor, kpi="test-datasets", value=value, as_of=as_of))
    assert kind in [one["type"] for one in refused["problems"]]
    assert all(one["remedy"] for one in refused["problems"])
    assert act("miyagiict_observation_list", people.editor, kpi="test-datasets") == []


def test_more_than_there_are_municipalities(plan: Path, people: Any, act: Act) -> None:
    refused = errors_of(lambda: act("miyagiict_observation_create", people.editor, kpi="test-towns", value="36", as_of="2026-10-31"))
    assert [one["type"] for one in refused["problems"]] == ["above-maximum"]


CSV = "指標ID,指標名,実績値,時点,出典\ntest-datasets,公開数,15,2026-09-30,調べ\ntest-towns,公開済み市町村数,９,令和8年9月末,調べ\n"


def test_a_file_is_previewed_then_taken(plan: Path, people: Any, act: Act) -> None:
    """The preview says what would change and writes nothing."""
    ahead = act("miyagiict_observation_import", people.editor, csv=CSV, dry_run=True)
    assert [(row["kpi"], row["value"], row["as_of"], row["change"]) for row in ahead["rows"]] == [
        ("test-datasets", "15", "2026-09-30", "create"), ("test-towns", "9", "2026-09-30", "create")
    ]
    assert act("miyagiict_observation_list", people.editor) == []
    taken = act("miyagiict_observation_import", people.editor, csv=CSV)
    assert {one["id"] for one in act("miyagiict_observation_list", people.editor)} == set(taken["created"])
    assert [row["change"] for row in act("miyagiict_observation_import", people.editor, csv=CSV, dry_run=True)["rows"]] == ["same", "same"]


def test_one_bad_row_refuses_the_file(plan: Path, people: Any, act: Act) -> None:
    """Every problem of every row is listed, with its row; nothing is written."""
    bad = CSV + "test-nothing,,1,2026-09-30,\ntest-towns,,40,2026-08-31,\ntest-datasets,別の名前,3,2026-07-31,\n"
    refused = errors_of(lambda: act("miyagiict_observation_import", people.editor, csv=bad))
    assert [(one["type"], one["row"]) for one in refused["problems"]] == [("kpi-unknown", 4), ("above-maximum", 5), ("kpi-name-differs", 6)]
    assert act("miyagiict_observation_list", people.editor) == []


def test_a_file_replaces_every_draft_of_its_days(enter: Any, people: Any, act: Act, plan: Path) -> None:
    """Whoever entered them: the preview names one, and they are kept as superseded. One that says the same stays."""
    for value in ("13", "14"):
        enter(value=value, as_of="2026-09-30")
    assert act("miyagiict_observation_import", people.other_editor, csv=CSV, dry_run=True)["rows"][0]["change"] == "replace"
    act("miyagiict_observation_import", people.other_editor, csv=CSV)
    assert sorted(one["value"] for one in act("miyagiict_observation_list", people.editor)) == ["15", "9"]
    kept = act("miyagiict_observation_list", people.editor, kpi="test-datasets", state="superseded")
    assert sorted(one["value"] for one in kept) == ["13", "14"]


def test_a_preview_that_no_longer_holds_takes_nothing(enter: Any, people: Any, act: Act) -> None:
    seen = act("miyagiict_observation_import", people.editor, csv=CSV, dry_run=True)["preview"]
    enter(value="13", as_of="2026-09-30")
    refused = errors_of(lambda: act("miyagiict_observation_import", people.editor, csv=CSV, preview=seen))
    assert [one["type"] for one in refused["problems"]] == ["preview-outdated"]
    assert [one["value"] for one in act("miyagiict_observation_list", people.editor)] == ["13"]


@pytest.mark.parametrize(("action", "data"), [
    ("miyagiict_observation_create", {**VALUE, "note": "a\x00b"}), ("miyagiict_observation_list", {"kpi": "\ud800"}),
    ("miyagiict_observation_show", {"id": "\x00"}), ("miyagiict_kpi_history_list", {"id": "test-datasets", "offset": 10**30}),
    ("miyagiict_kpi_history_list", {"id": "test-datasets", "limit": "x"}), ("miyagiict_observation_review", {"id": "x", "revision": ""}),
    ("miyagiict_kpi_report_show", {"plan": "miyagi-test-plan", "fiscal_year": 10**9}),
])
def test_what_no_database_takes_is_refused(plan: Path, people: Any, act: Act, action: str, data: dict[str, Any]) -> None:
    """With a sentence, not with a fault of the server."""
    assert errors_of(lambda: act(action, people.sysadmin, **data))


def test_a_file_of_excel_is_read(plan: Path, people: Any, act: Act) -> None:
    """CP932, as Excel saves CSV in Japan."""
    ahead = act("miyagiict_observation_import", people.editor, csv=CSV.encode("cp932"), dry_run=True)
    assert len(ahead["rows"]) == 2


def test_a_day_has_one_published_value(enter: Any, publish: Any, act: Act) -> None:
    """Whatever is done, the database holds no two."""
    publish(enter())
    publish(enter(value="14"), reason="訂正")
    published = [one for one in act("miyagiict_kpi_show", id="test-datasets")["observations"] if one["state"] == "published"]
    assert [one["value"] for one in published] == [14]


def test_settings_are_not_overwritten_unseen(plan: Path, people: Any, act: Act) -> None:
    said = {"kpi": "test-datasets", "direction": "rising", "revision": 0, "reason": "計画の趣旨"}
    assert act("miyagiict_kpi_setting_update", people.sysadmin, **said)["revision"] == 1
    assert "先に変更" in errors_of(lambda: act("miyagiict_kpi_setting_update", people.sysadmin, **said))["revision"][0]
    assert act("miyagiict_kpi_show", id="test-datasets")["direction_basis"] == "stated"


def test_what_is_overdue_is_listed(plan: Path, people: Any, act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    """A year that is over without a value, of KPIs that people enter; a value takes it from the list."""
    assert act("miyagiict_kpi_overdue_list", people.editor) == []
    from datetime import date

    monkeypatch.setattr(clock, "today", lambda: date(2027, 5, 15))
    late = act("miyagiict_kpi_overdue_list", people.editor)
    assert [(one["kpi"], one["fiscal_year"], one["days_late"]) for one in late] == [("test-datasets", 2026, 15), ("test-towns", 2026, 15)]


# Who may do what

READ = [("miyagiict_kpi_list", {}), ("miyagiict_kpi_show", {"id": "test-datasets"}), ("miyagiict_kpi_history_list", {"id": "test-datasets"}),
        ("miyagiict_kpi_report_show", {"plan": "miyagi-test-plan", "fiscal_year": 2026}), ("miyagiict_snapshot_list", {})]
ENTER = [("miyagiict_observation_create", VALUE), ("miyagiict_observation_list", {}), ("miyagiict_kpi_overdue_list", {}),
         ("miyagiict_observation_import", {"csv": CSV, "dry_run": True})]
CONFIGURE = [
    ("miyagiict_kpi_definition_create", {"kpi": "test-datasets", "kind": "by_hand", "valid_from": "2025-04-01"}),
    ("miyagiict_kpi_setting_update", {"kpi": "test-datasets", "revision": 0, "reason": "x"}),
    ("miyagiict_kpi_recount", {"id": "test-datasets"}),
]
EVERYBODY = ("visitor", "stranger", "natori_editor", "editor", "reviewer", "sysadmin")


def allowed(action: Callable[[], Any]) -> bool:
    """Whether an action lets somebody in; what it then says of the input is another matter."""
    try:
        action()
    except tk.NotAuthorized:
        return False
    except (tk.ValidationError, tk.ObjectNotFound):
        return True
    return True


@pytest.mark.parametrize(("names", "insiders"), [
    (READ, EVERYBODY), (ENTER, ("editor", "reviewer", "sysadmin")), (CONFIGURE, ("sysadmin",)),
])
def test_permissions(plan: Path, people: Any, act: Act, names: Any, insiders: tuple[str, ...]) -> None:
    """Every action for every role."""
    let_in = {(name, who) for name, data in names for who in EVERYBODY if allowed(lambda n=name, w=who, d=data: act(n, getattr(people, w), **d))}
    assert let_in == {(name, who) for name, _data in names for who in insiders}


@pytest.mark.parametrize(("action", "insiders"), [
    ("miyagiict_observation_update", ("editor", "reviewer", "sysadmin")), ("miyagiict_observation_discard", ("editor", "reviewer", "sysadmin")),
    ("miyagiict_observation_show", ("editor", "reviewer", "sysadmin")), ("miyagiict_observation_review", ("reviewer", "sysadmin")),
    ("miyagiict_observation_publish", ("reviewer", "sysadmin")), ("miyagiict_observation_withdraw", ("reviewer", "sysadmin")),
])
def test_permissions_on_a_value(enter: Any, people: Any, act: Act, action: str, insiders: tuple[str, ...]) -> None:
    """Of the value's own organization, not of another one."""
    draft = enter()
    data: dict[str, Any] = {"id": draft["id"]}
    if action != "miyagiict_observation_show":
        data["revision"] = 99
    if action.endswith("update"):
        data |= {"value": "1", "as_of": "2026-10-31"}
    assert [who for who in EVERYBODY if allowed(lambda w=who: act(action, getattr(people, w), **data))] == list(insiders)
