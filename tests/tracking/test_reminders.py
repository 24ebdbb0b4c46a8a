"""Mail to those who are responsible: before a value is due, and when a KPI falls behind; none twice, none to nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.miyagiict.catalogue.publish import publish as publish_package
from ckanext.miyagiict.model import KpiSetting
from ckanext.miyagiict.tracking import clock, reminders
from post_office import INJECTION, SENDER, SITE_TITLE, PostOffice

Act = Callable[..., Any]


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


def test_one_mail_before_the_deadline(tell: Any, post: PostOffice, on: Any) -> None:
    """From the notice on (14 days before 30 April), once, with the day and the way to the form."""
    tell("test-datasets", "staff@pref.example.jp")
    assert on("2027-04-15") == 0
    assert on("2027-04-16") == 1
    assert on("2027-04-16") == on("2027-04-30") == on("2027-06-01") == 0
    (mail,) = post.mails
    assert mail.to == ["staff@pref.example.jp"]
    assert mail.subject == f"[{SITE_TITLE}] 公開数: 実績の入力のお願い"
    assert "令和8年度（2026年度）の実績を、2027年4月30日までに" in mail.text
    assert mail.links == [f"{tk.config['ckan.site_url']}/kpi/staff/enter/test-datasets"]


def test_headers_name_the_site_and_the_reader(tell: Any, post: PostOffice, on: Any) -> None:
    """From the site by its Japanese name, to one address alone, with a date; a colleague is not shown to the other."""
    tell("test-datasets", "a@pref.example.jp b@pref.example.jp")
    assert on("2027-04-20") == 2
    for mail, reader in zip(post.mails, ("a@pref.example.jp", "b@pref.example.jp"), strict=True):
        assert mail.to == [reader]
        assert [(one.display_name, one.addr_spec) for one in mail.message["From"].addresses] == [(SITE_TITLE, SENDER)]
        assert [one.addr_spec for one in mail.message["To"].addresses] == [reader]
        assert mail.message["Date"].datetime
        assert mail.message.get_content_type() == "text/plain"


def test_no_mail_where_the_value_is_there(tell: Any, publish: Any, post: PostOffice, on: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    on("2027-04-10")
    tell("test-datasets", "staff@pref.example.jp")
    publish("test-datasets", "25", "2027-03-31")
    assert on("2027-04-20") == 0


def test_one_mail_when_a_kpi_falls_behind(tell: Any, publish: Any, post: PostOffice, on: Any) -> None:
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
    first, later = post.mails
    assert first.subject == f"[{SITE_TITLE}] 公開数: 目標に遅れています"
    assert first.text.startswith("やや遅れ：「公開数」")
    assert first.links == [f"{tk.config['ckan.site_url']}/kpi/test-datasets"]
    assert later.text.startswith("大きな遅れ：")


def test_a_plan_that_is_over_falls_behind_no_more(tell: Any, publish: Any, post: PostOffice, on: Any) -> None:
    """Its result stands on the page; nobody is told of it year after year."""
    on("2028-04-10")
    tell("test-datasets", "staff@pref.example.jp")
    publish("test-datasets", "11", "2028-03-31")
    assert on("2028-06-01") == on("2029-06-01") == 0


def test_no_mail_to_nobody(plan: Path, post: PostOffice, on: Any) -> None:
    assert on("2027-04-20") == 0


def test_no_mail_from_nobody(tell: Any, post: PostOffice, on: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that sends no mail notes none as sent: it goes out once the site can."""
    tell("test-datasets", "staff@pref.example.jp")
    for setting in ("smtp.mail_from", "smtp.server"):
        with monkeypatch.context() as silent:
            silent.setitem(ckan_config, setting, "")
            assert on("2027-04-20") == 0
    assert on("2027-04-20") == 1


def test_everybody_named_gets_it_once(tell: Any, post: PostOffice, on: Any, said: Any) -> None:
    """Also who is added later; an address that is refused keeps nothing from the others, and gives nobody a second mail."""
    tell("test-datasets", "gone@pref.example.jp a@pref.example.jp")
    tell("test-towns", "a@pref.example.jp")
    post.refused = {"gone@pref.example.jp"}
    assert on("2027-04-20") == 2
    assert on("2027-04-20", later=timedelta(minutes=59)) == 0
    assert post.tried == 3
    assert [text.startswith("No mail about KPI test-datasets to gone@pref.example.jp") for text in said()] == [True]
    tell("test-datasets", "gone@pref.example.jp a@pref.example.jp b@pref.example.jp")
    assert on("2027-04-20", later=timedelta(hours=2)) == 1
    assert [(*mail.to, mail.subject.split()[-2]) for mail in post.mails] == [
        ("a@pref.example.jp", "公開数:"), ("a@pref.example.jp", "公開済み市町村数:"), ("b@pref.example.jp", "公開数:")
    ]


def test_addresses_that_are_gone_keep_nothing_from_the_others(tell: Any, post: PostOffice, on: Any) -> None:
    """However many there are, and also one that no mail can be sent to; each is asked once a round, and again in the next."""
    gone = {f"gone{number}@pref.example.jp" for number in range(5)}
    tell("test-datasets", " ".join(sorted(gone)))
    tell("test-towns", " ".join([*sorted(gone), "a@pref.example.jp"]))
    model.Session.get(KpiSetting, "test-datasets").mail_to += " 情報課@県.example"
    model.Session.commit()
    post.refused = gone
    assert on("2027-04-20") == 1
    assert post.tried == 6
    post.refused = set()
    assert on("2027-04-21") == 10


@pytest.mark.parametrize("trouble", ["closes", "has no space", "is not there", "says nothing", "has no such port"])
def test_a_server_that_is_away_is_asked_again_after_an_hour(
    tell: Any, post: PostOffice, silent_server: str, on: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch, said: Any, trouble: str
) -> None:
    """Not for every mail, and not every few seconds; it is logged, nothing is lost, and the worker goes on."""
    tell("test-datasets", " ".join(f"staff{number}@pref.example.jp" for number in range(9)))
    servers = {"is not there": "127.0.0.1:9", "says nothing": silent_server, "has no such port": "127.0.0.1:smtp"}
    monkeypatch.setitem(ckan_config, "smtp.server", servers.get(trouble, post.address))
    post.is_away, post.is_full = trouble == "closes", trouble == "has no space"
    assert on("2027-04-20") == 0
    assert [text.split(",")[0] for text in said()] == ["No mail about KPI test-datasets to staff0@pref.example.jp"]
    monkeypatch.setitem(ckan_config, "smtp.server", post.address)
    post.is_away = post.is_full = False
    assert on("2027-04-20", later=timedelta(minutes=30)) == 0
    assert post.mails == []
    assert on("2027-04-20", later=timedelta(minutes=61)) == 9


def test_a_mail_that_was_taken_is_not_sent_again(tell: Any, post: PostOffice, on: Any) -> None:
    """Although its server goes away without a good-bye."""
    post.is_abrupt = True
    tell("test-datasets", "staff@pref.example.jp")
    assert on("2027-04-20") == 1
    assert on("2027-04-21") == 0
    assert len(post.mails) == 1


def test_a_name_cannot_write_headers(tell: Any, plan: Path, post: PostOffice, on: Any) -> None:
    """A published KPI whose name has lines in it: the subject is one line, and nobody else gets the mail."""
    table = plan / "data" / "kpis.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",公開数,", f",\"公開数{INJECTION}\",", 1), encoding="utf-8")
    publish_package(plan)
    tell("test-datasets", "staff@pref.example.jp")
    assert on("2027-04-20") == 1
    (mail,) = post.mails
    assert mail.to == ["staff@pref.example.jp"]
    assert (mail.message["Bcc"], mail.message["X-Evil"]) == (None, None)
    assert mail.subject.startswith(f"[{SITE_TITLE}] 公開数 Bcc: victim@example.jp")


@pytest.mark.parametrize("text", [
    "a@pref", "情報課@pref.example.jp", "a@pref.example.jp,b@pref.example.jp", "<a@pref.example.jp>",
    "a@pref.example.jp\nBcc: b@pref.example.jp",
])
def test_only_addresses_that_can_get_mail_are_kept(tell: Any, text: str) -> None:
    with pytest.raises(tk.ValidationError):
        tell("test-datasets", text)
