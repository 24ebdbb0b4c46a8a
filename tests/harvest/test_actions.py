"""Who may do what with sources: every action, and the pages and buttons, for everybody, editors and sysadmins."""

from __future__ import annotations

from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckanext.harvest.model import HarvestJob
from ckanext.miyagiict.harvest import operating

#: Action → what it is given, with ``{source}`` and ``{job}`` filled in.
READING = {
    "miyagiict_harvest_source_list": {}, "miyagiict_harvest_run_list": {"source_id": "{source}"}, "miyagiict_harvest_run_show": {"job_id": "{job}"},
}
STAFF = {"miyagiict_harvest_preview": {"source_id": "{source}"}}
SYSADMINS = {
    "miyagiict_harvest_approve": {"source_id": "{source}"}, "miyagiict_harvest_configure": {"source_id": "{source}"},
    "miyagiict_harvest_accept": {"source_id": "{source}"}, "miyagiict_harvest_release": {"job_id": "{job}"},
    "miyagiict_harvest_restore": {"id": "{source}"}, "miyagiict_harvest_sources_load": {},
}


@pytest.fixture
def run(portal: Any, sources: Any) -> dict[str, str]:
    """A source that ran once."""
    portal.datasets(2)
    source = sources.make(portal)
    sources.run(source)
    return {"source": source, "job": operating.list_runs(source)[0]["job_id"]}


def call(action: str, data: dict[str, str], run: dict[str, str], user: str) -> Any:
    given = {key: value.format(**run) for key, value in data.items()}
    return tk.get_action(action)({"user": user, "ignore_auth": False, "auth_user_obj": model.User.get(user)}, given)


@pytest.mark.parametrize(("action", "data"), READING.items())
def test_everybody_sees_how_sources_stand(run: dict[str, str], action: str, data: dict[str, str]) -> None:
    assert call(action, data, run, "")


@pytest.mark.parametrize(("action", "data"), [*STAFF.items(), *SYSADMINS.items()])
@pytest.mark.parametrize("who", ["anonymous", "user"])
def test_others_may_not_change_anything(run: dict[str, str], action: str, data: dict[str, str], who: str) -> None:
    user = factories.User()["name"] if who == "user" else ""
    with pytest.raises(tk.NotAuthorized):
        call(action, data, run, user)


@pytest.mark.parametrize(("action", "data"), SYSADMINS.items())
def test_editors_of_the_owner_decide_nothing_about_the_catalogue(run: dict[str, str], action: str, data: dict[str, str]) -> None:
    user = factories.User()
    owner = tk.get_action("package_show")({"ignore_auth": True}, {"id": run["source"]})["owner_org"]
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]},
        {"id": owner, "username": user["name"], "role": "editor"},
    )
    with pytest.raises(tk.NotAuthorized):
        call(action, data, run, user["name"])


def test_clearing_a_source_leaves_what_others_made(make_portal: Any, sources: Any) -> None:
    """A record that was only linked to another portal's dataset takes nothing with it; what was cleared comes again."""
    first, second = make_portal(), make_portal()
    first.dataset("a1", "【名取市】避難所一覧")
    second.dataset("x1", "避難所一覧")
    second.dataset("x2", "公園一覧")
    sources.run(sources.make(first, "first"))
    source = sources.make(second, "second")
    sources.run(source)
    user = factories.Sysadmin()["name"]
    tk.get_action("harvest_source_clear")({"user": user, "model": model, "session": model.Session}, {"id": source})
    titles = [found["title"] for found in tk.get_action("package_search")({}, {})["results"]]
    assert titles == ["【名取市】避難所一覧"]
    report = sources.run(source)
    assert (report.created, report.linked) == (1, 1)


def test_schedule_is_checked_and_kept(run: dict[str, str]) -> None:
    user = factories.Sysadmin()["name"]
    with pytest.raises(tk.ValidationError) as refused:
        tk.get_action("miyagiict_harvest_configure")({"user": user}, {"source_id": run["source"], "schedule": "毎日", "forbidden_hours": "朝"})
    assert set(refused.value.error_dict) == {"schedule", "forbidden_hours"}
    source = tk.get_action("miyagiict_harvest_configure")(
        {"user": user}, {"source_id": run["source"], "schedule": "30 3 * * 1", "forbidden_hours": "8-18"}
    )
    assert (source["schedule"], source["forbidden_hours"]) == ("30 3 * * 1", "8-18")
    assert source["next_run"]


@pytest.fixture
def forbidding(portal: Any) -> Any:
    """A portal with the robots.txt that every CKAN has at first."""
    portal.datasets(2)
    portal.faults["/robots.txt"] = (200, "text/plain", b"User-agent: *\nDisallow: /dataset/rate/\nDisallow: /api/\n")
    return portal


@pytest.mark.parametrize("action", ["miyagiict_harvest_approve", "miyagiict_harvest_preview"])
def test_forbidding_robots_txt_is_told_before_the_first_run(forbidding: Any, sources: Any, action: str) -> None:
    """Who looks ahead or approves learns it, with the setting to add after the operator's consent; nothing else was asked of the portal."""
    source = sources.make(forbidding, approved=False)
    with pytest.raises(tk.ValidationError) as refused:
        tk.get_action(action)({"user": factories.Sysadmin()["name"]}, {"source_id": source})
    said = " ".join(refused.value.error_dict["robots"])
    assert f'{{"client": {{"robots_exceptions": ["{forbidding.address}/api/3/action/"]}}}}' in said
    assert "管理者" in said
    assert forbidding.asked == []
    assert not operating.one_source(source)["approved"]


def test_setting_that_is_told_opens_the_portal(forbidding: Any, sources: Any, datasets: Any) -> None:
    """With the operator's consent written down the source is approved and runs, and each report says that it is an exception."""
    source = sources.make(forbidding, approved=False, client={"robots_exceptions": [f"{forbidding.address}/api/3/action/"]})
    user = factories.Sysadmin()["name"]
    assert tk.get_action("miyagiict_harvest_preview")({"user": user}, {"source_id": source})["counts"]["created"] == 2
    assert tk.get_action("miyagiict_harvest_approve")({"user": user}, {"source_id": source})["approved"]
    report = sources.run(source)
    assert (report.created, len(datasets())) == (2, 2)


def test_page_says_it_where_the_buttons_are(forbidding: Any, sources: Any, app: Any) -> None:
    source = sources.make(forbidding, approved=False)
    headers = {"Authorization": factories.SysadminWithToken()["token"]}
    assert "robots.txt" in app.get(f"/sources/{source}", headers=headers).body
    for button in ("approve", "preview"):
        page = app.post(f"/sources/{source}/{button}", headers=headers).body
        assert "robots_exceptions" in page
    assert not operating.one_source(source)["approved"]


def test_page_shows_the_first_of_many(portal: Any, sources: Any, app: Any) -> None:
    """What a run would do, without approval: all are counted, 20 are named, and the page says so."""
    portal.datasets(23)
    source = sources.make(portal, approved=False)
    page = app.post(f"/sources/{source}/preview", headers={"Authorization": factories.SysadminWithToken()["token"]}).body
    assert "新しく加わる: 23（はじめの20件を示します）" in page
    assert page.count("避難所一覧 ") == 20


def test_portal_that_is_down_can_be_approved(portal: Any, sources: Any) -> None:
    """Nobody can tell what its robots.txt says; the first run will."""
    source = sources.make(portal, approved=False)
    portal.faults["/robots.txt"] = (503, "text/plain", b"")
    assert tk.get_action("miyagiict_harvest_approve")({"user": factories.Sysadmin()["name"]}, {"source_id": source})["approved"]


def test_unknown_source_is_not_found(sources: Any) -> None:
    with pytest.raises(tk.ObjectNotFound):
        tk.get_action("miyagiict_harvest_run_list")({"ignore_auth": True}, {"source_id": "none"})


def test_release_of_a_run_that_holds_nothing_says_so(run: dict[str, str]) -> None:
    with pytest.raises(tk.ValidationError, match="確認待ち"):
        tk.get_action("miyagiict_harvest_release")({"user": factories.Sysadmin()["name"]}, {"job_id": run["job"]})


# Pages


@pytest.mark.parametrize("language", ["", "/en"])
def test_pages_are_public(run: dict[str, str], app: Any, language: str) -> None:
    for address in ("/sources", f"/sources/{run['source']}", f"/sources/run/{run['job']}"):
        page = app.get(language + address)
        assert page.status_code == 200
        assert "<form method=\"post\"" not in page.body


@pytest.mark.parametrize("address", ["/sources/none", "/sources/run/none"])
def test_unknown_pages_are_not_found(sources: Any, app: Any, address: str) -> None:
    assert app.get(address, expect_errors=True).status_code == 404


@pytest.mark.parametrize("button", ["approve", "accept", "configure", "run", "preview"])
def test_buttons_need_a_person_with_the_right(run: dict[str, str], app: Any, button: str) -> None:
    answer = app.post(f"/sources/{run['source']}/{button}", expect_errors=True, follow_redirects=False)
    assert answer.status_code in (302, 403)
    if answer.status_code == 302:
        assert "login" in answer.headers["Location"]


@pytest.fixture
def headers() -> dict[str, str]:
    """Of a sysadmin."""
    return {"Authorization": factories.SysadminWithToken()["token"]}


#: ckanext-harvest's addresses that act on a mere link, and ours that a confirming button posts to.
ACTING = {
    "/harvest/refresh/{source}": "/sources/{source}/run", "/harvest/clear/{source}": "/sources/{source}/clear",
    "/harvest/delete/{source}": "/sources/{source}/delete", "/harvest/{source}/job/{job}/abort": "/sources/run/{job}/stop",
}


@pytest.mark.parametrize(("address", "button"), ACTING.items())
def test_link_does_not_act(run: dict[str, str], app: Any, headers: dict[str, str], address: str, button: str) -> None:
    """A mere GET by a sysadmin (an image in a page, say) starts, clears and deletes nothing; the page it gives asks first."""
    jobs = model.Session.query(HarvestJob).count()
    page = app.get(address.format(**run), headers=headers)
    assert page.status_code == 200
    assert "確認" in page.body
    assert f'action="{button.format(**run)}"' in page.body
    assert model.Session.query(HarvestJob).count() == jobs
    assert len(operating.list_sources()) == 1
    assert tk.get_action("package_search")({}, {"rows": 0})["count"] == 2


@pytest.mark.parametrize("address", [*ACTING, *ACTING.values()])
def test_others_get_nowhere_with_them(run: dict[str, str], app: Any, address: str) -> None:
    """Neither the question nor the button is for a visitor, or for somebody who is only logged in."""
    user = factories.UserWithToken()
    for headers in ({}, {"Authorization": user["token"]}):
        for ask in (app.get, app.post):
            answer = ask(address.format(**run), headers=headers, expect_errors=True, follow_redirects=False)
            assert answer.status_code in (302, 403, 404, 405)
    assert model.Session.query(HarvestJob).count() == 1
    assert tk.get_action("package_search")({}, {"rows": 0})["count"] == 2


def test_clearing_button_clears(run: dict[str, str], app: Any, headers: dict[str, str]) -> None:
    app.post(f"/sources/{run['source']}/clear", headers=headers)
    assert tk.get_action("package_search")({}, {"rows": 0})["count"] == 0
    assert len(operating.list_sources()) == 1


def test_deleting_button_leaves_the_datasets(run: dict[str, str], app: Any, headers: dict[str, str]) -> None:
    """The source is told of as long as they are here, and does not run."""
    app.post(f"/sources/{run['source']}/delete", headers=headers)
    assert tk.get_action("package_search")({}, {"rows": 0})["count"] == 2
    (source,) = operating.list_sources()
    assert not source["active"]
    operating_page = app.get(f"/sources/{run['source']}")
    assert operating_page.status_code == 200


def test_stopping_button_stops_a_job(run: dict[str, str], sources: Any, app: Any, headers: dict[str, str]) -> None:
    job = sources.job(run["source"])["id"]
    app.post(f"/sources/run/{job}/stop", headers=headers)
    assert model.Session.get(HarvestJob, job, populate_existing=True).status == "Finished"


def test_source_of_the_form_is_private(sources: Any, app: Any, headers: dict[str, str]) -> None:
    """The form tells what is wrong, keeps what was typed, and makes a source that is no dataset of its organization."""
    owner = factories.Organization()["id"]
    given = {"url": "https://portal.example/", "title": "試しの収集元", "name": "trial", "source_type": "miyagi_ckan", "owner_org": owner,
             "frequency": "MANUAL", "private": "True", "config": '{"priority": "high"}', "save": "Save"}
    refused = app.post("/harvest/new", data=given, headers=headers).body
    assert "priority" in refused
    assert "試しの収集元" in refused
    assert operating.list_sources() == []
    assert 'name="private" value="True"' in refused
    app.post("/harvest/new", data={**given, "config": '{"priority": 5}'}, headers=headers)
    (source,) = operating.list_sources()
    assert (source["title"], source["priority"], source["approved"]) == ("試しの収集元", 5, False)
    assert model.Package.get("trial").private
    page = app.get("/harvest/edit/trial", headers=headers).body
    assert "設定できること" in page
    assert "robots_exceptions" in page


def test_source_of_the_api_is_private_too(sources: Any) -> None:
    user, owner = factories.Sysadmin()["name"], factories.Organization()["id"]
    given = {"name": "trial", "url": "https://portal.example/", "source_type": "miyagi_ckan", "owner_org": owner, "title": "試し"}
    tk.get_action("harvest_source_create")({"user": user}, given)
    assert model.Package.get("trial").private


@pytest.mark.parametrize("address", ["/harvest/{source}", "/harvest/about/{source}"])
def test_visitors_read_our_page_of_a_source(run: dict[str, str], app: Any, address: str) -> None:
    """CKAN would tell them that there is none, or that they must not."""
    answer = app.get(address.format(**run), follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/sources/{run['source']}")


def test_search_of_sources_does_not_go_blank(run: dict[str, str], app: Any) -> None:
    assert "hx-disable" in app.get("/harvest").body
