"""Mail to those who are responsible: before a value is due, and when a KPI falls behind; none twice, none to nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ckan.lib.mailer import MailerException
from ckanext.miyagiict.tracking import clock, reminders

Act = Callable[..., Any]


class Post:
    """What stands where CKAN hands mail to a server.

    :param refused: addresses that the server does not take
    """

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.refused: set[str] = set()
        self.is_away = False
        self.tried = 0

    def __call__(self, name: str, address: str, subject: str, body: str) -> None:
        self.tried += 1
        if self.is_away or address in self.refused:
            raise MailerException("no")
        self.sent.append((address, subject, body))


@pytest.fixture
def post(ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> Post:
    monkeypatch.setitem(ckan_config, "smtp.mail_from", "catalogue@pref.example.jp")
    monkeypatch.setitem(ckan_config, "smtp.server", "mail.example")
    monkeypatch.setattr(reminders, "_failed_at", [])
    made = Post()
    monkeypatch.setattr(reminders, "mail_recipient", made)
    return made


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """What the worker does at noon of a day."""

    def on(day: str, later: timedelta = timedelta(0)) -> int:
        monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(f"{day}T03:00:00").replace(tzinfo=UTC) + later)
        return reminders.send_due()

    return on


@pytest.fixture
def tell(plan: Path, people: Any, act: Act) -> Callable[..., None]:
    """States who gets mail about a KPI."""

    def tell(kpi: str, addresses: str) -> None:
        revision = act("miyagiict_kpi_setting_show", people.sysadmin, kpi=kpi)["revision"]
        act("miyagiict_kpi_setting_update", people.sysadmin, kpi=kpi, mail_to=addresses, revision=revision, reason="担当課")

    return tell


@pytest.fixture
def publish(plan: Path, people: Any, act: Act) -> Callable[..., None]:
    def publish(kpi: str, value: str, as_of: str) -> None:
        draft = act("miyagiict_observation_create", people.editor, kpi=kpi, value=value, as_of=as_of)
        act("miyagiict_observation_review", people.reviewer, id=draft["id"], revision=1)
        act("miyagiict_observation_publish", people.reviewer, id=draft["id"], revision=2)

    return publish


def test_one_mail_before_the_deadline(tell: Any, post: Post, on: Any) -> None:
    """From the notice on (14 days before 30 April), once, with the day and the way to the form."""
    tell("test-datasets", "staff@pref.example.jp")
    assert on("2027-04-15") == 0
    assert on("2027-04-16") == 1
    assert on("2027-04-16") == on("2027-04-30") == on("2027-06-01") == 0
    ((address, subject, body),) = post.sent
    assert (address, "公開数: 実績の入力のお願い" in subject) == ("staff@pref.example.jp", True)
    assert "令和8年度（2026年度）の実績を、2027年4月30日までに" in body
    assert "/kpi/staff/enter/test-datasets" in body


def test_no_mail_where_the_value_is_there(tell: Any, publish: Any, post: Post, on: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    on("2027-04-10")
    tell("test-datasets", "staff@pref.example.jp")
    publish("test-datasets", "25", "2027-03-31")
    assert on("2027-04-20") == 0


def test_one_mail_when_a_kpi_falls_behind(tell: Any, publish: Any, post: Post, on: Any) -> None:
    """With the sentence of its page; a KPI on its way gets none, and one that falls further is told of again."""
    on("2026-10-10")
    tell("test-datasets", "staff@pref.example.jp")
    publish("test-datasets", "18", "2026-09-30")
    assert on("2026-10-10") == 0
    publish("test-datasets", "15", "2026-10-10")
    assert on("2026-10-11") == 1
    assert on("2026-10-12") == on("2026-12-01") == 0
    publish("test-datasets", "11", "2026-12-01")
    assert on("2026-12-02") == 1
    (_address, subject, body), (_again, _subject, later) = post.sent
    assert "公開数: 目標に遅れています" in subject
    assert body.startswith("やや遅れ：「公開数」")
    assert "/kpi/test-datasets" in body
    assert later.startswith("大きな遅れ：")


def test_a_plan_that_is_over_falls_behind_no_more(tell: Any, publish: Any, post: Post, on: Any) -> None:
    """Its result stands on the page; nobody is told of it year after year."""
    on("2028-04-10")
    tell("test-datasets", "staff@pref.example.jp")
    publish("test-datasets", "11", "2028-03-31")
    assert on("2028-06-01") == on("2029-06-01") == 0


def test_no_mail_to_nobody(plan: Path, post: Post, on: Any) -> None:
    assert on("2027-04-20") == 0


def test_no_mail_from_nobody(tell: Any, post: Post, on: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that sends no mail notes none as sent: it goes out once the site can."""
    tell("test-datasets", "staff@pref.example.jp")
    for setting in ("smtp.mail_from", "smtp.server"):
        with monkeypatch.context() as silent:
            silent.setitem(ckan_config, setting, "")
            assert on("2027-04-20") == 0
    assert on("2027-04-20") == 1


def test_everybody_named_gets_it_once(tell: Any, post: Post, on: Any) -> None:
    """Also who is added later; an address that is refused keeps nothing from the others, and gives nobody a second mail."""
    tell("test-datasets", "gone@pref.example.jp a@pref.example.jp")
    tell("test-towns", "a@pref.example.jp")
    post.refused = {"gone@pref.example.jp"}
    assert on("2027-04-20") == 2
    assert on("2027-04-20", later=timedelta(minutes=59)) == 0
    assert post.tried == 3
    tell("test-datasets", "gone@pref.example.jp a@pref.example.jp b@pref.example.jp")
    assert on("2027-04-20", later=timedelta(hours=2)) == 1
    assert [(address, subject.split()[-2]) for address, subject, _body in post.sent] == [
        ("a@pref.example.jp", "公開数:"), ("a@pref.example.jp", "公開済み市町村数:"), ("b@pref.example.jp", "公開数:")
    ]


def test_a_server_that_is_away_is_asked_again_after_an_hour(tell: Any, post: Post, on: Any) -> None:
    """Not for every mail, and not every few seconds; nothing is lost."""
    tell("test-datasets", " ".join(f"staff{number}@pref.example.jp" for number in range(9)))
    post.is_away = True
    assert on("2027-04-20") == 0
    tried = post.tried
    assert tried < 9
    assert on("2027-04-20", later=timedelta(minutes=30)) == 0
    assert post.tried == tried
    post.is_away = False
    assert on("2027-04-20", later=timedelta(minutes=61)) == 9
