"""Pages and forms in the browser's sense: every page answers, and saving a form as it stands loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from werkzeug.datastructures import MultiDict

import ckan.plugins.toolkit as tk
from ckan.config.middleware import flask_app
from ckan.tests import factories
from ckanext.miyagiict.catalogue import identity
from ckanext.miyagiict.catalogue.dictionary import KEYS
from ckanext.miyagiict.catalogue.publish import publish

NAME = "miyagi-test-plan"
MEASURES = identity.resource_id(NAME, "measures")
TARGETS = identity.resource_id(NAME, "targets")
DESCRIPTOR = identity.resource_id(NAME, "/datapackage.json")
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"

DATASET, RESOURCE = f"/dataset/{NAME}", f"/dataset/{NAME}/resource/{MEASURES}"

#: What everybody may see.
PAGES = [
    "/", "/about", "/dataset/", "/dataset/?q=試験", f"/dataset/?q={HOSTILE}", "/dataset/?license_id=CC0-1.0&res_format=CSV",
    DATASET, f"/dataset/groups/{NAME}", f"/dataset/activity/{NAME}", RESOURCE, f"{DATASET}/resource/{DESCRIPTOR}",
    "/organization/", "/organization/miyagi-prefecture", "/organization/about/miyagi-prefecture",
    "/group/", "/group/plans", "/group/about/plans",
]
#: What staff may see as well.
STAFF_PAGES = [
    f"/dataset/edit/{NAME}", f"/dataset/resources/{NAME}", f"{RESOURCE}/edit", f"{RESOURCE}/views",
    f"{DATASET}/dictionary/{MEASURES}", f"{DATASET}/resource/new", "/dataset/new", "/organization/edit/miyagi-prefecture",
    "/group/edit/plans", "/ckan-admin/", "/ckan-admin/config",
]


class Staff:
    """A sysadmin with a browser."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.headers = {"Authorization": factories.SysadminWithToken()["token"]}

    def open(self, address: str) -> Any:
        return self.app.get(address, headers=self.headers)

    def save(self, address: str, form: str, **changes: str) -> None:
        """Press the last button of a form, after changing some of its fields."""
        found = BeautifulSoup(self.open(address).body, "html.parser").select(form)[0]
        fields = MultiDict(fields_of(found))
        assert set(changes) <= set(fields)
        for name, value in changes.items():
            fields[name] = value
        answer = self.app.post(found.get("action") or address, data=fields, headers=self.headers, follow_redirects=False)
        assert answer.status_code == 302, BeautifulSoup(answer.body, "html.parser").select(".error-explanation, .alert")


def fields_of(form: Tag) -> Iterator[tuple[str, str]]:
    """What a browser sends: name and value of each field, and of the last button."""
    for template in form.select("div[name=repeating-template]"):
        template.decompose()  # as scheming's script does
    for field in form.select("input[name], textarea[name], select[name]"):
        name, kind = str(field["name"]), field.get("type")
        if kind in ("checkbox", "radio"):
            if field.has_attr("checked"):
                yield name, str(field.get("value", "on"))
        elif field.name == "select":
            chosen = field.select("option[selected]") or field.select("option")[:1]
            yield from ((name, str(option.get("value", option.text))) for option in chosen)
        elif field.name == "textarea":
            yield name, field.text.removeprefix("\n")
        elif kind != "file":
            yield name, str(field.get("value", ""))
    button = form.select("button[type=submit][name]")[-1]
    yield str(button["name"]), str(button.get("value", ""))


@pytest.fixture
def staff(app: Any) -> Staff:
    return Staff(app)


@pytest.fixture
def plan(plan: Any) -> Any:
    """With something in every field."""
    return plan.say(
        description_en="A plan.\n\nFor tests.", version="1.0.0", spatial=["040002", "042072"],
        conforms_to=["https://specs.frictionlessdata.io/data-package/", "https://example.jp/standard"],
        sources=[{"title": "試験計画（宮城県）", "path": "https://example.jp/a.pdf"}, {"title": "二つ目"}],
    )


def without_times(value: Any) -> Any:
    """A dataset but for the moments of its last change, and for fields without a value: CKAN has them as None, empty, or not at all."""
    if isinstance(value, dict):
        times = ("metadata_modified", "last_modified")
        return {key: without_times(item) for key, item in value.items() if key not in times and item not in (None, "")}
    return [without_times(item) for item in value] if isinstance(value, list) else value


class TestPages:
    @pytest.fixture
    def hostile(self, kept_catalogue: None, plan: Any) -> None:
        """The plan with HTML wherever it takes text."""
        publisher = {"code": "040002", "name": f"宮城県{HOSTILE}", "name_en": "Miyagi Prefecture"}
        plan.say(title=HOSTILE, title_en=HOSTILE, description=HOSTILE, description_en=HOSTILE, version="1", publisher=publisher,
                 sources=[{"title": HOSTILE}, {"title": f"]({HOSTILE}", "path": "https://example.jp/"}])
        field = {
            "name": "id", "type": "string", "title": HOSTILE, "title_en": HOSTILE, "description": HOSTILE, "description_en": HOSTILE,
            "unit": HOSTILE, "unit_en": HOSTILE,
        }
        plan.table("measures", [field, "name"], [["ki2", HOSTILE], ["ki14", "x"]], title=HOSTILE, title_en=HOSTILE, description=HOSTILE,
                   description_en=HOSTILE, schema={"primaryKey": "id"})
        publish(plan.folder)

    @pytest.mark.parametrize("language", ["", "/en"])
    def test_everybody(self, hostile: None, app: Any, language: str) -> None:
        """Every page answers, and runs nothing that stands in the data or in the address."""
        for address in PAGES:
            self.check(language + address, app.get(language + address))

    def test_staff(self, hostile: None, staff: Staff) -> None:
        """So do the pages behind the login."""
        for address in STAFF_PAGES:
            self.check(address, staff.open(address))

    def check(self, address: str, answer: Any) -> None:
        assert answer.status_code == 200, address
        assert "<script>alert" not in answer.body, address
        page = BeautifulSoup(answer.body, "html.parser")
        assert not page.select("[onerror]"), address
        assert not [script for script in page.select("script:not([src]):not([type])") if "alert(1)" in script.text], address

    def test_nobody_else(self, published: Any, app: Any) -> None:
        """Visitors cannot open the forms."""
        for address in STAFF_PAGES:
            assert app.get(address, follow_redirects=False).status_code in (302, 403, 404), address


@pytest.mark.usefixtures("catalogue")
class TestForms:
    def test_the_dataset(self, staff: Staff, plan: Any, show: Callable[..., Any]) -> None:
        """Saved as it stands, the dataset is as before, and publishing finds nothing to do."""
        publish(plan.folder)
        before = show()
        staff.save(f"/dataset/edit/{NAME}", "form#dataset-edit")
        assert without_times(show()) == without_times(before)
        assert publish(plan.folder).status == "unchanged"

    def test_a_resource(self, staff: Staff, plan: Any, show: Callable[..., Any]) -> None:
        """Its addresses, hash, size and place in the package stay."""
        publish(plan.folder)
        before = show()
        for resource in before["resources"]:
            staff.save(f"/dataset/{NAME}/resource/{resource['id']}/edit", "form#resource-edit")
        assert without_times(show()) == without_times(before)
        assert publish(plan.folder).status == "unchanged"

    def test_a_withdrawn_resource(self, staff: Staff, plan: Any, show: Callable[..., Any]) -> None:
        """Stays withdrawn."""
        publish(plan.folder)
        publish(plan.without("targets").folder)
        before = show()
        assert before["resources"][-1]["withdrawn"]
        staff.save(f"/dataset/{NAME}/resource/{TARGETS}/edit", "form#resource-edit")
        assert without_times(show()) == without_times(before)
        assert publish(plan.folder).status == "unchanged"

    def test_what_staff_writes_into_our_fields(self, staff: Staff, plan: Any, show: Callable[..., Any]) -> None:
        """Is set right by the next publication."""
        publish(plan.folder)
        before = show()
        staff.save(f"/dataset/edit/{NAME}", "form#dataset-edit", title="誤記", package_sha256="0" * 64)
        staff.save(f"/dataset/{NAME}/resource/{MEASURES}/edit", "form#resource-edit", name="誤記", hash="0")
        assert publish(plan.folder).status == "updated"
        assert without_times(show()) == without_times(before)

    def test_the_dictionary(self, staff: Staff, plan: Any) -> None:
        """Unit and English stay; types, key and rows too."""
        publish(plan.folder)
        before = dictionary(TARGETS)
        assert before[2]["unit"] == "データセット"
        staff.save(f"/dataset/{NAME}/dictionary/{TARGETS}", "form:has(textarea)")
        after = dictionary(TARGETS)
        keys = ("id", "type", *KEYS)
        assert [[field.get(key) for key in keys] for field in after] == [[field.get(key) for key in keys] for field in before]
        assert [field["info"]["label"] for field in after] == [field["info"]["label"] for field in before]
        assert tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": TARGETS})["total"] == 3

    def test_a_unit_that_staff_writes(self, staff: Staff, plan: Any) -> None:
        """The dictionary form has fields for the unit and for the English."""
        publish(plan.folder)
        written = {"unit": "件", "unit_en": "datasets", "title_en": "Target", "description_en": "Target of the year"}
        staff.save(
            f"/dataset/{NAME}/dictionary/{TARGETS}", "form:has(textarea)", **{f"fields__3__{key}": value for key, value in written.items()}
        )
        assert dictionary(TARGETS)[2].items() >= written.items()

    @pytest.mark.parametrize(("kind", "name"), [("organization", "miyagi-prefecture"), ("group", "plans")])
    def test_organization_and_group(self, staff: Staff, plan: Any, kind: str, name: str) -> None:
        """Keep code and English title; publishing finds nothing to do."""
        publish(plan.folder)
        before = tk.get_action(f"{kind}_show")({"ignore_auth": True}, {"id": name, "include_extras": True})
        staff.save(f"/{kind}/edit/{name}", f"form#{kind}-edit, form.dataset-form, form[data-module=basic-form]", description="説明")
        after = tk.get_action(f"{kind}_show")({"ignore_auth": True}, {"id": name, "include_extras": True})
        assert after["description"] == "説明"
        kept, there = ({extra["key"]: extra["value"] for extra in shown["extras"]} for shown in (after, before))
        assert kept == there
        assert publish(plan.folder).status == "unchanged"


def dictionary(resource_id: str) -> list[dict[str, Any]]:
    """The columns of a table, as the API gives them."""
    return tk.get_action("datastore_info")({"ignore_auth": True}, {"id": resource_id})["fields"]


class TestCsrf:
    """Cookies are sent by the browser whoever made the form; a token is not."""

    @pytest.fixture
    def browser(self, kept_catalogue: None, plan: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch, make_app: Any) -> Any:
        """A sysadmin who has logged in with name and password, in a site that checks forms, as every site but that of the tests does."""
        monkeypatch.setitem(ckan_config, "WTF_CSRF_ENABLED", True)
        # CKAN exempts a view for good, in the whole process, once anybody has used it with a token; the tests above have.
        monkeypatch.setattr(flask_app.csrf, "_exempt_views", set())
        publish(plan.folder)
        app = make_app()
        user = factories.Sysadmin(password="correct-horse")
        page = BeautifulSoup(app.get("/user/login").body, "html.parser")
        (form,) = page.select("form:has(input[type=password])")
        fields = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[name]")}
        answer = app.post(form.get("action") or "/user/login", data={**fields, "login": user["name"], "password": "correct-horse"})
        assert user["fullname"] in answer.body
        return app

    def test_a_form_without_token_is_refused(self, browser: Any, show: Callable[..., Any]) -> None:
        """Neither saves nor deletes."""
        before = show()
        for address in (f"/dataset/edit/{NAME}", f"/dataset/delete/{NAME}", f"/dataset/{NAME}/dictionary/{MEASURES}"):
            assert browser.post(address, data={"title": "改題", "save": "x"}).status_code == 400
        assert show() == before

    def test_use_of_an_api_token_opens_no_view_to_forged_forms(self, browser: Any, make_app: Any, show: Callable[..., Any]) -> None:
        """The same page by token, which needs no form, and then by cookie."""
        token = factories.SysadminWithToken()["token"]
        before = show()
        address = f"/dataset/edit/{NAME}"
        assert make_app().post(address, data={"title": ""}, headers={"Authorization": token}).status_code == 200
        assert flask_app.csrf._exempt_views
        assert browser.post(address, data={"title": "改題", "save": "x"}).status_code == 400
        assert show() == before

    def test_a_form_with_token_is_taken(self, browser: Any, show: Callable[..., Any]) -> None:
        """The test above can fail: the same request with the page's token."""
        address = f"/dataset/edit/{NAME}"
        form = BeautifulSoup(browser.get(address).body, "html.parser").select("form#dataset-edit")[0]
        fields = MultiDict(fields_of(form))
        fields["title"] = "改題"
        answer = browser.post(address, data=fields, follow_redirects=False)
        assert (answer.status_code, show()["title"]) == (302, "改題")

    def test_publishing_by_cookie_is_refused(self, browser: Any) -> None:
        """Another site cannot make an administrator's browser publish."""
        answer = browser.post("/api/3/action/miyagiict_publish", json={"package": NAME})
        assert answer.status_code in (400, 403)
