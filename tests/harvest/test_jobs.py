"""Jobs: what is due is started, jobs end by themselves, people get mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.harvest import queue
from ckanext.harvest.model import HarvestJob
from ckanext.miyagiict.harvest import operating, worker
from ckanext.miyagiict.harvest.run import Run
from ckanext.miyagiict.model import SourceSettings
from post_office import INJECTION, SENDER, SITE_TITLE, PostOffice

NOW = datetime.now(timezone.utc)


def plan(source: str, *, due: datetime, **changes: str) -> None:
    """Give a source a schedule whose time has come, or not."""
    operating.configure(source, {"schedule": "* * * * *", **changes})
    model.Session.get(SourceSettings, source).next_run = due
    model.Session.commit()


def jobs() -> list[str]:
    return list(model.Session.scalars(sa.select(HarvestJob.status).order_by(HarvestJob.created)))


def test_source_starts_when_its_time_has_come(portal: Any, sources: Any) -> None:
    source = sources.make(portal)
    plan(source, due=NOW - timedelta(minutes=1))
    assert len(worker.start_due(NOW)) == 1
    assert model.Session.get(SourceSettings, source).next_run > NOW
    assert worker.start_due(NOW) == []


def test_nothing_starts_before_its_time(portal: Any, sources: Any) -> None:
    plan(sources.make(portal), due=NOW + timedelta(minutes=1))
    assert worker.start_due(NOW) == []


def test_nothing_starts_in_forbidden_hours(portal: Any, sources: Any) -> None:
    """A worker that was off until the morning waits for the evening."""
    source = sources.make(portal)
    plan(source, due=NOW, forbidden_hours="8-18")
    morning = datetime(2026, 11, 23, 1, 0, tzinfo=timezone.utc)
    model.Session.get(SourceSettings, source).next_run = morning - timedelta(hours=9)
    model.Session.commit()
    assert worker.start_due(morning) == []
    assert len(worker.start_due(morning + timedelta(hours=10))) == 1


@pytest.mark.parametrize("unready", ["not approved", "inactive"])
def test_source_that_may_not_run_does_not_start(portal: Any, sources: Any, unready: str) -> None:
    source = sources.make(portal, approved=unready != "not approved")
    plan(source, due=NOW, **({"active": False} if unready == "inactive" else {}))
    assert worker.start_due(NOW) == []


def test_worker_takes_jobs_until_it_is_told_to_stop(portal: Any, sources: Any) -> None:
    """Two sources, one after the other; a job that is asked for meanwhile too."""
    portal.datasets(2)
    for name in ("first", "second"):
        sources.job(sources.make(portal, name, owner="042072" if name == "first" else "042111"))
    turns = iter([False, True])
    worker.work_forever(lambda: next(turns))
    assert jobs() == ["Finished", "Finished"]


def test_two_workers_do_not_share_a_source(portal: Any, sources: Any) -> None:
    source = sources.make(portal)
    job = sources.job(source)["id"]
    with worker.kept_by_me(source) as is_mine:
        assert is_mine
        assert worker.work(job) is None
    assert worker.work(job) is not None


def test_programs_fault_ends_the_job_and_says_so(portal: Any, sources: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    portal.datasets(2)
    source = sources.make(portal)
    monkeypatch.setattr(Run, "import_", lambda *_: 1 / 0)
    report = sources.run(source)
    assert jobs() == ["Finished"]
    assert report.findings[-1]["type"] == "run-fault"
    assert operating.list_runs(source)[0]["state"] == "failed"


def test_job_that_somebody_aborts_stops(portal: Any, sources: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BATCH", 3)
    portal.datasets(9)
    source = sources.make(portal)
    job = sources.job(source)["id"]
    real = Run.import_

    def stop(self: Run, objects: Any) -> None:
        real(self, objects)
        HarvestJob.get(job).status = "Finished"
        model.Session.commit()

    monkeypatch.setattr(Run, "import_", stop)
    report = worker.work(job)
    assert (report.created, report.findings[-1]["type"]) == (3, "stopped")
    monkeypatch.setattr(Run, "import_", real)
    assert sources.run(source).created == 6


def test_ckanext_harvests_own_consumers_work_too(portal: Any, sources: Any) -> None:
    """Stage by stage, an object at a time."""
    portal.datasets(3)
    source = sources.make(portal)
    job = HarvestJob.get(sources.job(source)["id"])
    harvester = queue.get_harvester("miyagi_ckan")
    ids = queue.gather_stage(harvester, job)
    for id in ids:
        queue.fetch_and_import_stages(harvester, queue.HarvestObject.get(id))
    found = tk.get_action("package_search")({"ignore_auth": True}, {"rows": 0})
    assert (len(ids), found["count"]) == (3, 3)


# Mail


@pytest.fixture
def watched(sources: Any, portal: Any) -> Callable[..., str]:
    """Makes a source whose runs somebody wants mail about."""

    def watched(to: str = "staff@pref.example.jp", choice: str = "always", name: str = "test-source") -> str:
        source: str = sources.make(portal, name)
        operating.configure(source, {"mail": choice, "mail_to": to})
        return source

    return watched


def shown(source: str) -> dict[str, Any]:
    """The last run, as its page shows it."""
    return operating.show_run(operating.list_runs(source)[0]["job_id"])


def mail_findings(source: str) -> list[str]:
    return [f"{found['type']}: {found['sentence']}" for found in shown(source)["findings"] if found["type"].startswith("mail")]


def test_a_report_arrives_as_it_was_written(portal: Any, sources: Any, watched: Any, post: PostOffice) -> None:
    """To each address alone, from the site by its Japanese name, with the report's sentences and its page."""
    portal.datasets(2)
    source = watched("a@pref.example.jp b@pref.example.jp")
    sources.run(source)
    assert [mail.to for mail in post.mails] == [["a@pref.example.jp"], ["b@pref.example.jp"]]
    for mail in post.mails:
        assert [(one.display_name, one.addr_spec) for one in mail.message["From"].addresses] == [(SITE_TITLE, SENDER)]
        assert [one.addr_spec for one in mail.message["To"].addresses] == mail.to
        assert mail.message["Date"].datetime
        assert mail.subject == f"[{SITE_TITLE}] 収集元 test-source: 収集完了"
        assert "収集元の一覧 2件のうち、新規2件。" in mail.text
        assert mail.links == [f"{tk.config['ckan.site_url']}/sources/run/{shown(source)['job_id']}"]
    assert mail_findings(source) == []


def test_a_report_of_a_failure_says_why(portal: Any, sources: Any, watched: Any, post: PostOffice) -> None:
    portal.faults["/api/3/action/package_search"] = portal.faults["/api/3/action/package_list"] = (404, "text/html", b"gone")
    source = watched()
    sources.run(source)
    (mail,) = post.mails
    assert mail.subject.endswith("収集失敗")
    assert "収集元の一覧を取得できませんでした。" in mail.text
    assert shown(source)["findings"][0]["sentence"] in mail.text


def test_a_title_cannot_write_headers(portal: Any, sources: Any, watched: Any, post: PostOffice) -> None:
    """A source whose title has lines in it: the subject is one line, and nobody else gets the mail."""
    portal.datasets(1)
    source = watched()
    sources.row(source).title = f"防災{INJECTION}"
    model.Session.commit()
    sources.run(source)
    (mail,) = post.mails
    assert mail.to == ["staff@pref.example.jp"]
    assert (mail.message["Bcc"], mail.message["X-Evil"]) == (None, None)
    assert mail.subject.startswith(f"[{SITE_TITLE}] 防災 Bcc: victim@example.jp")


def test_an_address_cannot_write_headers(portal: Any, sources: Any, watched: Any, post: PostOffice, said: Any) -> None:
    """Addresses are looked at when they are stated; one that stood in the database before is told of, and the others get theirs."""
    portal.datasets(1)
    source = watched()
    hostile = f"staff@pref.example.jp{INJECTION}"
    with pytest.raises(tk.ValidationError) as refused:
        operating.configure(source, {"mail_to": hostile})
    assert list(refused.value.error_dict) == ["mail_to"]
    model.Session.get(SourceSettings, source).mail_to = "Bcc:,x@example.jp staff@pref.example.jp"
    model.Session.commit()
    sources.run(source)
    assert [mail.to for mail in post.mails] == [["staff@pref.example.jp"]]
    assert "'Bcc:,x@example.jp' is no mail address" in said()[0]
    assert mail_findings(source) == ["mail-unsent: 収集元「収集元 test-source」の結果を知らせるメールのうち、1通を送れませんでした。"]


def test_a_refused_address_keeps_nothing_from_the_others(portal: Any, sources: Any, watched: Any, post: PostOffice, said: Any) -> None:
    """The log says which it was and why; the report, which everybody may read, says how many."""
    portal.datasets(1)
    post.refused = {"gone@pref.example.jp"}
    source = watched("gone@pref.example.jp a@pref.example.jp")
    sources.run(source)
    assert [mail.to for mail in post.mails] == [["a@pref.example.jp"]]
    (logged,) = said()
    assert logged.startswith(f"No mail about job {shown(source)['job_id']} to gone@pref.example.jp: ")
    assert "no such mailbox" in logged
    assert mail_findings(source) == ["mail-unsent: 収集元「収集元 test-source」の結果を知らせるメールのうち、1通を送れませんでした。"]
    assert "gone@" not in str(shown(source)["findings"])


@pytest.mark.parametrize("trouble", ["closes", "has no space", "is not there", "says nothing", "has no such port", "wants no such login"])
def test_a_server_that_is_away_fails_nothing(
    portal: Any, sources: Any, watched: Any, post: PostOffice, silent_server: str, said: Any,
    ckan_config: Any, monkeypatch: pytest.MonkeyPatch, trouble: str,
) -> None:
    """The run is done as ever, and its page says that nobody was told; the next run's mail goes out."""
    servers = {"is not there": "127.0.0.1:9", "says nothing": silent_server, "has no such port": "127.0.0.1:smtp"}
    portal.datasets(2)
    source = watched("a@pref.example.jp b@pref.example.jp")
    post.is_away, post.is_full = trouble == "closes", trouble == "has no space"
    with monkeypatch.context() as broken:
        broken.setitem(ckan_config, "smtp.server", servers.get(trouble, post.address))
        broken.setitem(ckan_config, "smtp.user", "nobody" if trouble == "wants no such login" else "")
        assert sources.run(source).created == 2
    assert (jobs(), shown(source)["state"]) == (["Finished"], "finished")
    assert len(said()) == 1  # one that is away is not asked for each
    assert mail_findings(source) == ["mail-unsent: 収集元「収集元 test-source」の結果を知らせるメールのうち、2通を送れませんでした。"]
    post.is_away = post.is_full = False
    sources.run(source)
    assert len(post.mails) == 2


@pytest.mark.parametrize("setting", ["smtp.mail_from", "smtp.server"])
def test_a_site_that_sends_no_mail_says_so(
    portal: Any, sources: Any, watched: Any, post: PostOffice, ckan_config: Any, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setitem(ckan_config, setting, "")
    portal.datasets(1)
    source = watched()
    assert sources.run(source).created == 1
    assert post.mails == []
    assert mail_findings(source) == [
        "mail-not-set-up: 収集元「収集元 test-source」の結果を知らせるメールを送れませんでした。このサイトは、メールを送る設定になっていません。"
    ]


@pytest.mark.parametrize(("choice", "quiet", "changing", "failing"), [
    ("failure", 0, 0, 1), ("change", 0, 1, 1), ("always", 1, 1, 1), ("never", 0, 0, 0),
])
def test_mail_comes_as_often_as_chosen(
    portal: Any, sources: Any, watched: Any, post: PostOffice, choice: str, quiet: int, changing: int, failing: int
) -> None:
    portal.datasets(2)
    source = watched(choice=choice)
    counts = []
    for fault in (False, False, True):
        before = len(post.mails)
        if fault:
            portal.faults["/api/3/action/package_search"] = portal.faults["/api/3/action/package_list"] = (404, "text/html", b"gone")
        sources.run(source)
        counts.append(len(post.mails) - before)
    assert counts == [changing, quiet, failing]
