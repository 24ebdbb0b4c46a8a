"""The joint portal's platform."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from miyagi_harvesters.dataeye import DataEye
from miyagi_harvesters.fetching import Answer
from miyagi_harvesters.problems import PortalError
from miyagi_harvesters.reader import Document, Entry

from .portal_fakes import PAGE_OF_TROUBLE, FakeFetcher, action_portal, refused

ROOT = "https://miyagi.dataeye.jp/"


def package(number: int, **other: Any) -> dict[str, Any]:
    return {
        "id": number,
        "title": f"【名取市】見本の一覧{number}",
        "notes": "見本です。",
        "author": "見本課",
        "type": "dataset",
        "metadata_modified": "2026-10-01T00:00:00",
        "organization": {"id": 7, "name": "natori", "title": "名取市"},
        "extras": [
            {"key": "landingPage", "value": "https://www.city.natori.miyagi.jp/mihon"},
            {"key": "frequency_of_update", "value": "定期 (1[年])"},
            {"key": "release_date", "value": "2024-03-29"},
        ],
        "tags": [{"name": "見本"}],
        "resources": [
            {
                "id": number * 10,
                "name": "見本（R6.6.30）",
                "format": "csv",
                "size": "1941",
                "url": f"{ROOT}resource_download/{number * 10}",
                "last_modified": "2024-07-22T00:00:00",
                "resource_license_id": "cc-by4_0",
            },
        ],
        **other,
    }


def reader(say: Any, **options: Any) -> DataEye:
    return DataEye(ROOT, FakeFetcher(say), options)


def mapped(said: Any, identifier: str = "5") -> Any:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return reader({}).map(Document(identifier, (Answer(f"{ROOT}ckan_api/package_show", f"{ROOT}ckan_api/package_show", 200, {}, body),)))


def test_a_package_becomes_a_record() -> None:
    """Every field of the reconstructed shape."""
    record = mapped({"success": True, "result": package(5)})
    assert (record.portal, record.id, record.title, record.notes) == (
        "https://miyagi.dataeye.jp",
        "5",
        "【名取市】見本の一覧5",
        "見本です。",
    )
    assert (record.publisher.name, record.publisher.id, record.publisher.code) == ("名取市", "7", "042072")
    assert (record.author, record.landing_page) == ("見本課", "https://www.city.natori.miyagi.jp/mihon")
    assert (record.frequency, record.tags) == ("定期 (1[年])", ("見本",))
    assert record.created is not None
    assert record.created.at == datetime(2024, 3, 28, 15, tzinfo=UTC)
    (resource,) = record.resources
    assert (resource.id, resource.title, resource.declared_format, resource.size) == ("50", "見本（R6.6.30）", "csv", 1941)
    assert (resource.url, resource.page) == (f"{ROOT}resource_download/50", f"{ROOT}resources/50")
    assert record.problems == ()


def test_quirk_1_integer_and_text_ids_are_one() -> None:
    """The list has text, the record an integer."""
    portal = reader(action_portal([package(9), package(71)], search=False))
    listing = portal.listing()
    assert [entry.id for entry in listing.entries] == ["9", "71"]
    documents = [portal.fetch(entry) for entry in listing.entries]
    assert [portal.map(document).id for document in documents] == ["9", "71"]
    assert mapped({"result": {**package(5), "id": "5"}}).id == mapped({"result": package(5)}).id


def test_quirk_2_a_list_is_read_by_pages_and_not_believed_at_a_thousand() -> None:
    """By hundreds, past the ceiling; one that ends at it is not complete."""
    packages = [package(number) for number in range(1, 1250)]
    portal = reader(action_portal(packages, search=False))
    assert len(portal.listing().entries) == 1249
    assert portal.listing().complete
    assert {params.get("limit") or params["rows"] for _url, params in portal.fetcher.asked} == {"100"}  # type: ignore[attr-defined]
    cut = reader(action_portal(packages[:1000], search=False)).listing()
    assert (len(cut.entries), cut.complete, [found.type for found in cut.problems]) == (1000, False, ["list-cut"])


def test_quirk_2_the_searchs_count_is_compared() -> None:
    """A portal that counts 343 and gives 300 has not given everything."""
    packages = [package(number) for number in range(1, 344)]

    def say(url: str, params: Any) -> Any:
        said = action_portal(packages[:300])(url, params)
        if url.endswith("package_search"):
            said["result"]["count"] = 343
        return said

    listing = reader(say).listing()
    assert (len(listing.entries), listing.complete, listing.stated_count) == (300, False, 343)


def test_a_search_that_brings_whole_records_needs_no_other_request() -> None:
    """343 records in four requests."""
    portal = reader(action_portal([package(number) for number in range(1, 344)]))
    listing = portal.listing()
    assert (len(listing.entries), listing.complete, listing.stated_count) == (343, True, 343)
    assert portal.map(portal.fetch(listing.entries[342])).id == "343"
    assert len(portal.fetcher.asked) == 4  # type: ignore[attr-defined]


def test_a_search_without_resources_is_taken_for_its_count_only() -> None:
    """Then the ids come from the list, and each record is fetched."""
    packages = [package(number) for number in range(1, 4)]

    def say(url: str, params: Any) -> Any:
        if url.endswith("package_search"):
            return {"success": True, "result": {"count": 3, "results": [{"id": one["id"], "title": one["title"]} for one in packages]}}
        return action_portal(packages)(url, params)

    portal = reader(say)
    listing = portal.listing()
    assert (listing.complete, listing.stated_count, [entry.document for entry in listing.entries]) == (True, 3, [None] * 3)
    assert portal.map(portal.fetch(listing.entries[0])).title == "【名取市】見本の一覧1"


@pytest.mark.parametrize(
    "said",
    [
        {"success": False, "error": {"type": "Validation Error"}},
        {"success": False, "error": {"__type": "Not Found Error"}},
        {"success": "false"},
        {"error": "not found"},
    ],
)
def test_quirk_5_a_failure_under_200_is_a_failure(said: dict[str, Any]) -> None:
    """Whatever its error is called."""
    with pytest.raises(PortalError) as caught:
        mapped(said)
    assert caught.value.problems[0].type == "portal-says-no"


@pytest.mark.parametrize(("body", "type"), [
    (b"", "not-json"), (b"  ", "not-json"), (b'{"success":true,"result":{"id":5', "not-json"),
    (b"[" * 100_000, "not-json"), (b'{"result": []}', "unexpected-shape"), (b'{"result": {"id": 5}}', "unexpected-shape"),
])
def test_quirk_6_a_page_or_nothing_under_200_is_a_failure(body: bytes, type: str) -> None:
    """Nor is half an answer one, or one without a record."""
    with pytest.raises(PortalError) as caught:
        mapped(body)
    assert caught.value.problems[0].type == type


def test_quirk_6_a_notice_of_maintenance_is_no_list_and_no_record() -> None:
    """Neither where the API is asked nor where the pages stand in for it."""
    portal = reader(lambda url, params: PAGE_OF_TROUBLE)
    with pytest.raises(PortalError):
        portal.listing()
    with pytest.raises(PortalError):
        portal.fetch(Entry("5"))


def test_quirk_8_the_licence_is_each_resources_own() -> None:
    """Mixed ones give the record none."""
    resources = [{"id": 1, "title": "a", "resource_license_id": "cc-by4_0"}, {"id": 2, "title": "b", "resource_license_id": "pdl"}]
    record = mapped({"result": package(5, resources=resources)})
    assert {one.id: one.licence.id for one in record.resources} == {"1": "CC-BY-4.0", "2": "PDL-1.0"}
    assert record.licence.id is None
    assert mapped({"result": package(5, resources=resources[:1])}).licence.id == "CC-BY-4.0"


@pytest.mark.parametrize(
    ("size", "expected"), [("735771", 735771), (5, 5), ("1,234", 1234), ("5.3KB", None), ("", None), (None, None), (-1, None)]
)
def test_quirk_16_a_size_is_text_or_dropped(size: Any, expected: int | None) -> None:
    """It is never proof of anything."""
    assert mapped({"result": package(5, resources=[{"id": 1, "size": size}])}).resources[0].size == expected


def test_quirk_17_resources_stand_by_date_whatever_their_ids() -> None:
    """Newest first; on the same day by the era date in the title."""
    given = [
        ("9", "一覧（R4.6）", "2024-07-02"),
        ("1", "一覧（R8.4.1）", "2026-05-25"),
        ("7", "一覧（R1.5.31）", "2024-07-02"),
        ("2", "一覧（R8.3.1）", "2026-04-09"),
    ]
    resources = [{"id": number, "title": title, "last_modified": f"{day}T00:00:00"} for number, title, day in given]
    assert [one.id for one in mapped({"result": package(5, resources=resources)}).resources] == ["1", "2", "9", "7"]


def test_quirk_18_midnight_is_a_day_in_japan() -> None:
    """Not a time in UTC."""
    modified = mapped({"result": package(5)}).modified
    assert (modified.text, modified.at, modified.day_only) == ("2026-10-01T00:00:00", datetime(2026, 9, 30, 15, tzinfo=UTC), True)


@pytest.mark.parametrize(
    ("title", "code"), [("【名取市】一覧", "042072"), ("｢七ヶ宿町｣一覧", "043028"), ("避難場所", None), ("【美里町】一覧", "045055")]
)
def test_quirk_20_the_owner_may_stand_in_the_title_only(title: str, code: str | None) -> None:
    """On the joint portal, 美里町 is Miyagi's."""
    record = mapped({"result": {**package(5), "title": title, "organization": None}})
    assert record.publisher.code == code
    assert [found.type for found in record.problems] == ([] if code else ["publisher-unknown"])


def test_the_least_that_was_seen_is_a_record() -> None:
    """Resources alone, with title in place of name."""
    said = {"result": {"resources": [{"id": 6471, "title": "見本 UTF-8", "format": "csv", "last_modified": "2025-07-08T00:00:00",
                                      "url": "https://example.jp/resource_download/6471", "resource_license_id": "pdl", "size": "71"}]}}
    (document,) = reader({}).documents_in("answers/1230.json", json.dumps(said).encode())
    record = reader({}).map(document)
    assert (record.id, record.resources[0].title, record.licence.id) == ("1230", "見本 UTF-8", "PDL-1.0")


def test_another_record_than_the_one_asked_for_is_refused() -> None:
    """It would be written over the right one."""
    portal = reader(
        lambda url, params: {"success": True, "result": package(6)} if url.endswith("show") else {"success": True, "result": ["5"]}
    )
    with pytest.raises(PortalError):
        portal.fetch(portal.listing().entries[0])


def pages(url: str, params: Any) -> Any:
    """The same portal without API."""
    texts = {
        f"{ROOT}datasets": '<html><body><a href="/datasets/5">【名取市】見本</a><a href="/datasets/5">もう一度</a><a class="next" href="?page=2">次</a></body></html>',
        f"{ROOT}datasets?page=2": '<html><body><a href="/datasets/8">【岩沼市】見本</a><a href="/datasets">前</a></body></html>',
        f"{ROOT}datasets/5": '<html><head><title>【名取市】見本 | データカタログ | ポータル</title></head><body><h2 class="p-ttl-ds__name">【名取市】見本</h2>'
        '<a href="/resources/50">見る</a></body></html>',
        f"{ROOT}resources/50": "<html><body><table><tr><th>リソース名</th><td>見本（R8.4.1）</td></tr><tr><th>ファイル名</th><td>mihon.csv</td></tr>"
        "<tr><th>形式</th><td>CSV</td></tr><tr><th>最終更新</th><td>2026年5月25日</td></tr>"
        "<tr><th>ライセンス</th><td>CC BY 4.0（クリエイティブ・コモンズ表示4.0国際）</td></tr></table>"
        '<a href="/resource_download/50">ダウンロード</a></body></html>',
    }
    return texts.get(url, refused(url))


def test_without_api_the_pages_are_read() -> None:
    """Never as a complete listing."""
    portal = reader(pages)
    listing = portal.listing()
    assert ([entry.id for entry in listing.entries], listing.complete) == (["5", "8"], False)
    record = portal.map(portal.fetch(listing.entries[0]))
    assert (record.title, record.publisher.code, record.licence.id) == ("【名取市】見本", "042072", "CC-BY-4.0")
    (resource,) = record.resources
    assert (resource.id, resource.title, resource.url, resource.file_name) == (
        "50",
        "見本（R8.4.1）",
        f"{ROOT}resource_download/50",
        "mihon.csv",
    )
    assert resource.modified is not None
    assert resource.modified.at == datetime(2026, 5, 24, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "target",
    [
        ROOT,
        ROOT.rstrip("/"),
        f"{ROOT}ckan_api",
        f"{ROOT}ckan_api/package_list",
        f"{ROOT}datasets?organization_id=1",
        "http://MIYAGI.dataeye.jp/datasets/599",
    ],
)
def test_quirk_32_every_address_of_a_portal_is_the_portal(target: str) -> None:
    """Its identity is https and the bare host."""
    assert DataEye(target, FakeFetcher({})).portal == "https://miyagi.dataeye.jp"


def test_saved_pages_of_a_dataset_and_its_resources_are_one_record() -> None:
    """Whatever their order; a resource's page names its dataset by a link."""
    dataset = pages(f"{ROOT}datasets/5", {}).replace("<head>", f'<head><link rel="canonical" href="{ROOT}datasets/5">').encode()
    resource = pages(f"{ROOT}resources/50", {}).replace("</table>", '</table><a href="/datasets/5">戻る</a>').encode()
    saved = DataEye("", FakeFetcher({}))
    (first,), (second,) = saved.documents_in("resources-50.html", resource), saved.documents_in("datasets-5.html", dataset)
    assert first.id == second.id == "5"
    record = saved.map(Document("5", first.parts + second.parts))
    assert (record.title, [one.id for one in record.resources]) == ("【名取市】見本", ["50"])
    assert [one.title for one in saved.map(first).resources] == ["見本（R8.4.1）"]


@pytest.mark.parametrize(("said", "url"), [
    (f"{ROOT}resource_download/77?name=港 図.csv", f"{ROOT}resource_download/77?name=港%20図.csv"),
    ("/resource_download/77", f"{ROOT}resource_download/77"),
])
def test_the_address_of_a_file_is_mended(said: str, url: str) -> None:
    """With a blank in it, or as a path."""
    record = mapped(package(5, resources=[{"title": "港", "format": "csv", "url": said, "resource_license_id": "pdl"}]))
    assert [(one.id, one.url, record.problems) for one in record.resources] == [("77", url, ())]


@pytest.mark.parametrize("cell", [
    '<a href="https://creativecommons.org/licenses/by/4.0/deed.ja"><img src="/by.png"></a>', '<img alt="CC BY 4.0" src="/by.png">', "CC BY 4.0",
])
def test_the_licence_of_a_resources_page_is_read_in_every_form(cell: str) -> None:
    """The link's address, the image's text, words."""
    body = f'<html><body><dl><dt>リソース名</dt><dd>港</dd><dt>ライセンス</dt><dd>{cell}</dd></dl><a href="/resource_download/81">取得</a></body></html>'
    (document,) = reader({}).documents_in("81.html", body.encode())
    assert [one.licence.id for one in reader({}).map(document).resources] == ["CC-BY-4.0"]


def test_a_resource_whose_page_was_not_saved_stays_a_link() -> None:
    """A dataset's page names its resources; what only their pages say is missing, and that is said."""
    body = (
        '<html><head><link rel="canonical" href="https://miyagi.dataeye.jp/datasets/91"></head><body><h1 class="p-ttl-ds__name">港</h1>'
        '<a href="/resources/911">港の一覧</a><a href="/resources/911#x">詳細</a><a href="/resources/912">図</a></body></html>'
    )
    (document,) = DataEye("", FakeFetcher({})).documents_in("a.html", body.encode())
    record = DataEye("", FakeFetcher({})).map(document)
    assert [(one.id, one.title, one.url) for one in sorted(record.resources, key=lambda one: one.id)] == [
        ("911", "港の一覧", f"{ROOT}resource_download/911"), ("912", "図", f"{ROOT}resource_download/912"),
    ]
    assert [found.value for found in record.problems if found.type == "resource-page-missing"] == ["/resources/911", "/resources/912"]
