"""Whatever an address says, there is an answer or a sentence that says what is wrong; never a fault of the server.

The test application hands faults on as exceptions, so an answer is proof.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest

import ckan.plugins.toolkit as tk
from ckan.tests import factories

pytestmark = pytest.mark.usefixtures("published")

DATASET = "miyagi-test-plan"
HUGE = "99999999999999999999"
PATHS = [f"/{kind}/%00" for kind in ("dataset", "organization", "group", "plan", "user", "sources", "dataset/activity", "datastore/dump")]
QUERIES = ["/organization/?q=%00", "/group/?q=%00", "/dataset/?q=a%00", "/dataset/?tags=%00", f"/datapackage/{DATASET}/data/measures.csv?name=%00"]
PAGES = ["/organization/", "/group/", "/organization/miyagi-prefecture", "/group/plans", "/dataset/", "/feeds/dataset.atom", "/catalog.ttl"]


def refusal(app: Any, address: str) -> str:
    """The text of a page that says what is wrong."""
    page = app.get(address, status=400).body
    assert "指定に誤りがあります" in page
    return page


def test_an_address_with_a_null_character_is_not_there(app: Any) -> None:
    for address in (*PATHS, "/feeds/organization/%00.atom"):
        assert "ページが見つかりません" in app.get(address, status=404).body, address


def test_a_question_with_a_null_character_is_refused(app: Any) -> None:
    for address in QUERIES:
        assert "ヌル文字" in refusal(app, address), address


@pytest.mark.parametrize(("action", "name", "value"), [
    ("package_show", "id", "\0"), ("organization_show", "id", "\0"), ("datastore_info", "id", "\0"), ("tag_autocomplete", "q", "\0"),
    ("organization_autocomplete", "q", "\0"), ("datastore_search", "filters", r'{"name":"\u0000"}'), ("package_show", "id", r'"\ud800"'),
])
def test_the_api_refuses_it_in_json(app: Any, show: Any, action: str, name: str, value: str) -> None:
    """In the address, in a form, and in JSON."""
    table = show()["resources"][0]["id"]
    for answer in (
        app.get(f"/api/3/action/{action}", query_string={"resource_id": table, name: value}, status=400),
        app.post(f"/api/3/action/{action}", data={"resource_id": table, name: value}, status=400),
        app.post(f"/api/3/action/{action}", json={"resource_id": table, name: value.encode().decode("unicode_escape", "surrogatepass")}, status=400),
    ):
        assert answer.json["success"] is False
        assert "使えない文字" in answer.json["error"]["message"]


def test_a_backslash_is_no_null_character(app: Any) -> None:
    """JSON that says how the null character is written is text."""
    answer = app.post("/api/3/action/package_search", json={"q": "\\u0000"}, status=200)
    assert answer.json["success"] is True


@pytest.mark.parametrize("address", PAGES)
def test_a_page_that_is_none(app: Any, address: str) -> None:
    """With the way to the first page, which has no number."""
    for page in (HUGE, "0", "-1", "abc", "1.5", "１"):
        text = refusal(app, f"{address}?page={quote(page)}")
        assert ("この番号のページはありません" if page == HUGE else "1以上の整数") in text
        assert f'href="{address}"' in text
    app.get(f"{address}?page=9999999", status=200)


def test_a_page_behind_the_last_leads_to_it(app: Any) -> None:
    """On lists of datasets; no words were searched, none are too long."""
    for address in ("/dataset/", "/organization/miyagi-prefecture", "/group/plans"):
        page = app.get(f"{address}?page=99", status=200).body
        assert f'href="{address}?page=1">最後のページを見る' in page
        assert "言葉を短く" not in page


def test_a_time_that_is_none(app: Any) -> None:
    for asked in (f"after={HUGE}999", f"before={HUGE}999", "after=-1", "before=nan", "after=inf", "before=x"):
        assert "1970年からの秒数" in refusal(app, f"/dataset/activity/{DATASET}?{asked}"), asked


@pytest.mark.parametrize("address", ["/dataset/", "/organization/", "/organization/miyagi-prefecture", "/group/plans", "/group/"])
def test_an_order_that_is_none(app: Any, address: str) -> None:
    for sort in ("x", "foo", "title asc, x", "title; DROP", "asc"):
        assert "並べ替え（sort）" in refusal(app, f"{address}?sort={quote(sort)}"), sort


def test_the_orders_that_pages_offer(app: Any) -> None:
    for sort in ("score desc, metadata_modified desc", "title_string asc", "metadata_modified desc"):
        for address in ("/dataset/", "/group/plans"):
            app.get(f"{address}?sort={quote(sort)}", status=200)
    for order in ("title asc", "title desc", "package_count desc", "name asc"):
        app.get(f"/organization/?sort={quote(order)}", status=200)


def test_other_pages_have_orders_of_their_own(app: Any) -> None:
    app.get("/municipalities?show=datasets&sort=-datasets", status=200)


def test_an_order_by_a_field_that_has_none(app: Any) -> None:
    """Only Solr knows its fields: a dataset has many tags."""
    assert "並べ替え（sort）に使えない項目" in app.get("/dataset/?sort=tags asc", status=400).body
    assert "検索中にエラー" in app.get("/group/plans?sort=tags asc", status=200).body
    assert "検索中にエラー" in app.get("/organization/miyagi-prefecture?sort=tags asc", status=200).body


def test_a_format_that_is_none(app: Any) -> None:
    for address in ("/catalog.xyz", f"/dataset/{DATASET}.xyz", "/catalog.html"):
        app.get(address, status=404)


def test_what_rdf_cannot_be_asked(app: Any) -> None:
    """In words, not in Python's."""
    for asked in ("fq=x:[", "profiles=nope", "modified_since=x", "page=x"):
        assert "None" not in refusal(app, f"/catalog.ttl?{asked}"), asked


def test_a_dump_in_a_format_that_is_none(app: Any, show: Any) -> None:
    table = show()["resources"][0]["id"]
    assert "csv、tsv、json、xml" in refusal(app, f"/datastore/dump/{table}?format=xx")
    assert app.get(f"/datastore/dump/{table}?format=tsv", status=200).body


@pytest.mark.parametrize("length", [1_001, 10_000])
def test_a_question_without_end(app: Any, length: int) -> None:
    """The page says so, and offers the beginning."""
    page = refusal(app, "/dataset/?q=" + quote("あ" * length))
    assert f"{length:,}文字" in page
    assert f'href="/dataset/?q={quote("あ" * 100)}"' in page
    assert "too long" in app.get("/en/dataset/?q=" + quote("あ" * length), status=400).body


def test_a_long_question_is_answered(app: Any) -> None:
    """Of the search by the page, and of the API whatever its length."""
    assert app.get("/dataset/?q=" + quote("計画" * 500), status=200).body
    assert app.get("/api/3/action/package_search?q=" + quote("あ" * 10_000), status=200).json["success"] is True


def test_files_may_hold_anything(app: Any) -> None:
    """An upload is not text: who reads it says what is wrong with it."""
    user = factories.SysadminWithToken()
    dataset = factories.Dataset()
    answer = app.post("/api/3/action/resource_create", data={"package_id": dataset["id"], "url": "x", "upload": (BytesIO(b"a\0b"), "x.bin")},
                      headers={"Authorization": user["token"]}, content_type="multipart/form-data")
    assert answer.status_code != 400 or "使えない文字" not in answer.body
    tk.get_action("dataset_purge")({"ignore_auth": True, "user": user["name"]}, {"id": dataset["id"]})
