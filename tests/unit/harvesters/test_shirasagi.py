"""SHIRASAGI's API, its pages, and its relative in Kagawa."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from miyagi_harvesters.fetching import Answer
from miyagi_harvesters.privacy import without_mail_addresses
from miyagi_harvesters.problems import PortalError
from miyagi_harvesters.reader import Document
from miyagi_harvesters.shirasagi import Shirasagi

from .portal_fakes import PAGE_OF_TROUBLE, FakeFetcher, action_portal, refused

ROOT = "https://opendata.city.example.lg.jp/"
UUID = "aaaaaaaa-bbbb-4ccc-8ddd-{:012d}"


def package(number: int = 1, **other: Any) -> dict[str, Any]:
    return {
        "type": "dataset",
        "site": {"id": 4, "name": "見本サイト"},
        "user": {"name": "見本 次郎", "email": "jiro@example.jp"},
        "member": {"id": 3, "email": "hanako@example.jp"},
        "author": "見本 花子",
        "id": number,
        "uuid": UUID.format(number),
        "name": f"見本の一覧{number}",
        "filename": f"dataset/{number}.html",
        "url": f"{ROOT}dataset/{number}.html",
        "text": "見本です。",
        "update_plan": "毎年",
        "state": "public",
        "created": "2026-05-22T16:51:14.703+09:00",
        "updated": "2026-05-22T16:51:14.987+09:00",
        "categories": [{"id": 1, "name": "健康・福祉"}],
        "areas": [{"id": 2, "name": "東区"}],
        "tags": ["見本"],
        "groups": [{"id": 9, "name": "宮城県/名取市", "trailing_name": "名取市"}],
        "resources": [
            {
                "id": 1,
                "uuid": "r-1",
                "name": "見本の資源",
                "filename": "mihon.csv",
                "license": {"id": 1, "name": "CC BY 4.0", "uid": "cc-by"},
                "download_url": f"{ROOT}dataset/{number}/resource/1/mihon.csv",
                "url": f"{ROOT}fs/1/2/_/mihon.csv",
                "format": "CSV",
                "updated": "2026-05-22T16:51:14.971+09:00",
            },
            {
                "id": 2,
                "uuid": "r-2",
                "name": "よそのファイル",
                "license_id": 1,
                "originai_url": "https://elsewhere.example/a.csv",
                "format": "CSV",
                "original_updated": "2026-05-01T00:00:00.000+09:00",
                "crawl_state": "same",
            },
        ],
        "num_resources": 2,
        **other,
    }


def reader(say: Any, target: str = ROOT, **options: Any) -> Shirasagi:
    return Shirasagi(target, FakeFetcher(say), options)


def document(said: Any) -> Document:
    return Document("1", (Answer("x", "x", 200, {}, json.dumps({"success": True, "result": said}).encode()),))


def mapped(said: Any) -> Any:
    return reader({}).map(document(said))


def test_a_package_becomes_a_record() -> None:
    """Name is the title, text the notes, and links have keys of their own."""
    record = mapped(package())
    assert (record.title, record.notes, record.frequency, record.author) == ("見本の一覧1", "見本です。", "毎年", "見本 花子")
    assert (record.publisher.name, record.publisher.code) == ("宮城県/名取市", "042072")
    assert (record.landing_page, record.groups, record.tags) == (f"{ROOT}dataset/1.html", ("健康・福祉",), ("見本",))
    file, link = record.resources
    assert (file.id, file.url, file.file_name, file.declared_format) == ("r-1", f"{ROOT}fs/1/2/_/mihon.csv", "mihon.csv", "csv")
    assert (link.id, link.url) == ("r-2", "https://elsewhere.example/a.csv")
    assert record.problems == ()


def test_a_number_in_place_of_a_licence_is_looked_up_in_the_package() -> None:
    """A link states the number of the licence that a file beside it names."""
    assert [one.licence.id for one in mapped(package()).resources] == ["CC-BY-4.0", "CC-BY-4.0"]
    alone = mapped(package(resources=package()["resources"][1:]))
    assert (alone.resources[0].licence.id, alone.resources[0].licence.stated) == (None, ("1",))


def test_links_may_stand_apart() -> None:
    """Under ``url_resources``."""
    file, link = package()["resources"]
    assert [one.id for one in mapped(package(resources=[file], url_resources=[link])).resources] == ["r-1", "r-2"]


def test_quirk_18_times_have_their_offset() -> None:
    """And milliseconds."""
    assert mapped(package()).modified.at == datetime(2026, 5, 22, 7, 51, 14, 987000, UTC)


def test_quirk_34_the_record_is_the_same_without_persons() -> None:
    """What is stored maps to what came, and holds nobody's address."""
    whole = document(package())
    stored = without_mail_addresses(whole)
    assert b"@example.jp" not in stored.parts[0].body
    assert reader({}).map(stored) == reader({}).map(whole)


def test_the_list_has_uuids_and_each_is_fetched() -> None:
    """Where the search brings no whole records."""
    packages = [package(number) for number in range(1, 151)]
    portal = reader(action_portal(packages, search=False, key="uuid"))
    listing = portal.listing()
    assert (len(listing.entries), listing.complete) == (150, True)
    assert portal.fetch(listing.entries[7]).id == portal.map(portal.fetch(listing.entries[7])).id == UUID.format(8)


def test_a_search_brings_everything() -> None:
    """Whole records with their count."""
    portal = reader(action_portal([package(number) for number in range(1, 31)]))
    listing = portal.listing()
    assert (len(listing.entries), listing.complete) == (30, True)
    assert listing.entries[0].id == UUID.format(1)
    assert portal.map(portal.fetch(listing.entries[0])).title == "見本の一覧1"


@pytest.mark.parametrize(
    "error", [{"type": "Validation Error", "limit": "Must be a natural number"}, {"message": "Not found", "__type": "Not Found Error"}]
)
def test_quirk_5_both_words_for_the_type_of_an_error(error: dict[str, str]) -> None:
    """Status 200 with either."""
    portal = reader(lambda url, params: {"success": False, "error": error})
    with pytest.raises(PortalError) as caught:
        portal.listing()
    assert caught.value.problems[0].type == "portal-says-no"
    assert next(iter(error.values())) in caught.value.problems[0].detail


def test_the_api_under_another_path() -> None:
    """As two sites have it."""
    for target, options in (
        (f"{ROOT}opendata/api/", {}),
        (f"{ROOT}opendata", {}),
        (f"{ROOT}opendata", {"api_path": "/api/"}),
        (f"{ROOT}opendata/api/1/", {}),
    ):
        portal = reader(action_portal([package()]), target, **options)
        portal.listing()
        assert portal.fetcher.asked[0][0] == f"{ROOT}opendata/api/package_search"  # type: ignore[attr-defined]
        assert portal.portal == f"{ROOT}opendata".rstrip("/")


def test_kinds_are_told_apart_by_shape() -> None:
    """SHIRASAGI has uuid and filename and no title; its relative in Kagawa has a title too, but no uuid; CKAN and DataEye are neither."""
    kagawa = {"id": 12, "filename": "dataset/12.html", "title": "見本", "name": "mihon", "metadata_modified": "2026-01-02T03:04:05",
              "resources": [{"id": 1, "name": "a", "url": "https://x.example/a.csv"}]}
    ckan = {
        "id": UUID.format(1),
        "name": "mihon",
        "title": "見本",
        "resources": [],
        "license_id": "cc-by",
        "metadata_modified": "2026-01-02T03:04:05",
    }
    dataeye = {"id": 5, "title": "見本", "resources": [{"id": 1, "resource_license_id": "pdl"}]}
    from miyagi_harvesters.ckan import Ckan
    from miyagi_harvesters.dataeye import DataEye
    from miyagi_harvesters.datapackage import DataPackage

    descriptor = {"name": "mihon", "profile": "tabular-data-package", "resources": [{"name": "a", "path": "a.csv"}]}
    kinds = {Shirasagi: [package(), kagawa], Ckan: [ckan], DataEye: [dataeye], DataPackage: [descriptor]}
    for kind in kinds:
        for other, shapes in kinds.items():
            for shape in shapes:
                found = list(kind("saved", FakeFetcher({})).documents_in("x.json", json.dumps({"success": True, "result": shape}).encode()))
                bare = list(kind("saved", FakeFetcher({})).documents_in("x.json", json.dumps(shape).encode()))
                assert bool(bare) is (kind is other), (kind, other)
                assert bool(found) is (kind is other and kind is not DataPackage), (kind, other)
    assert mapped(kagawa).title == "見本"


SEARCH = """<!doctype html><html><body><section class="result"><h2><span class="number">{count}</span>件</h2></section>
<div class="opendata-search-datasets pages">{articles}</div></body></html>"""
ARTICLE = '<article><header><h2><a href="/dataset/{0}.html">見本{0}</a><div class="download"><a href="/dataset/search/dataset_download/1">x</a></div></h2></header></article>'
NONE_FOUND = "<article><header><h2>データセットは見つかりませんでした。</h2></header></article>"
DATASET = """<!doctype html><html><body><h1 class="name">見本</h1><nav class="categories"><a class="category">分野</a><a class="area">東区</a><a class="tag">札</a></nav>
<div class="text"><p>見本です。</p></div><div class="resources"><div class="resource"><div class="info"><div class="name format-csv">資源 (CSV 1.2KB)</div>
<div class="icons"><span class="license"><img alt="CC BY" src="x.png"></span><a class="download" href="/dataset/5/resource/1/mihon.csv"
data-url="https://opendata.city.example.lg.jp/fs/1/_/mihon.csv">ダウンロード</a></div></div></div></div>
<dl class="author"><dt>API</dt><dd><span class="api-uuid">{uuid}</span></dd><dt>データ作成者</dt><dd><a href="/member/3">見本 花子</a></dd>
<dt>作成日時</dt><dd>2026年7月8日 9時5分</dd><dt>更新日時</dt><dd>2026-07-09<br></dd></dl></body></html>"""


def site(url: str, params: Any) -> Any:
    """Twelve datasets on pages of five, no API."""
    if "/dataset/search/index.p" in url:
        number = int(url.rsplit("p", 1)[-1].partition(".")[0])
        shown = range(1, 13)[(number - 1) * 5: number * 5]
        return SEARCH.format(count=12, articles="".join(map(ARTICLE.format, shown)) or NONE_FOUND)
    return DATASET.format(uuid=UUID.format(5)) if url == f"{ROOT}dataset/5.html" else refused(url)


def test_without_api_the_search_pages_are_read() -> None:
    """Configured so: a page's path is the id, and the count tells whether all came."""
    portal = reader(site, list_by="pages")
    listing = portal.listing()
    assert ([entry.id for entry in listing.entries][:2], len(listing.entries)) == (["dataset/1.html", "dataset/2.html"], 12)
    assert (listing.complete, listing.stated_count) == (True, 12)
    record = portal.map(portal.fetch(listing.entries[4]))
    assert (record.id, record.title, record.notes, record.author) == ("dataset/5.html", "見本", "見本です。", "見本 花子")
    assert (record.groups, record.tags, record.licence.id) == (("分野",), ("札",), "cc-by")
    assert record.created is not None
    assert record.created.at == datetime(2026, 7, 8, 0, 5, tzinfo=UTC)
    (resource,) = record.resources
    assert (resource.title, resource.declared_format, resource.url) == ("資源", "csv", f"{ROOT}fs/1/_/mihon.csv")
    assert resource.id == "/dataset/5/resource/1/mihon.csv"


def test_pages_that_stand_in_for_the_api_keep_its_ids() -> None:
    """And are no complete listing: the list's ids are not the records'."""
    portal = reader(site)
    listing = portal.listing()
    assert (len(listing.entries), listing.complete) == (12, False)
    assert portal.fetch(listing.entries[4]).id == UUID.format(5)


def test_a_page_past_the_end_without_count_ends_the_list() -> None:
    """It still shows an article, with a heading and no link."""
    listing = reader(
        lambda url, params: site(url, params).replace('<span class="number">12</span>', "") if "search" in url else refused(url),
        list_by="pages",
    ).listing()
    assert (len(listing.entries), listing.complete) == (12, True)


def test_quirk_6_a_page_of_trouble_is_no_end_of_the_list() -> None:
    """Nor a dataset."""
    portal = reader(lambda url, params: site(url, params) if "p1." in url else PAGE_OF_TROUBLE, list_by="pages")
    listing = portal.listing()
    assert (len(listing.entries), listing.complete) == (5, False)
    with pytest.raises(PortalError):
        portal.fetch(listing.entries[0])


@pytest.mark.parametrize(("said", "url"), [
    ({"url": f"{ROOT}fs/1/港 図.csv"}, f"{ROOT}fs/1/港%20図.csv"), ({"url": "/fs/1/_/a.csv"}, f"{ROOT}fs/1/_/a.csv"),
    ({"url": "a.csv", "download_url": f"{ROOT}d/a.csv"}, f"{ROOT}d/a.csv"), ({"originai_url": "a.csv"}, ""),
])
def test_the_address_of_a_file_is_mended_or_named(said: dict[str, str], url: str) -> None:
    """Blanks are encoded, a path is the portal's, one address stands in for another; what is none is said."""
    answer = Answer("x", "x", 200, {}, json.dumps({"result": package(resources=[{"uuid": "r-5", "name": "港", **said}])}).encode())
    record = Shirasagi(ROOT, FakeFetcher({})).map(Document("5", (answer,)))
    assert [one.url for one in record.resources] == [url]
    assert [(found.type, found.value) for found in record.problems if found.type != "licence-unknown"] == (
        [] if url else [("address-not-usable", "a.csv")]
    )
