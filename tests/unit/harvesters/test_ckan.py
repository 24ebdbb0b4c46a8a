"""CKAN portals, BODIK and Shizuoka's among them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from miyagi_harvesters.ckan import Ckan
from miyagi_harvesters.fetching import Answer
from miyagi_harvesters.problems import PortalError
from miyagi_harvesters.reader import Document, Entry

from .conftest import MakeClient
from .faults import FaultServer, answer, unless_changed
from .making import problems_of
from .portal_fakes import FakeFetcher, action_portal, refused

ROOT = "https://data.bodik.jp"
UUID = "11111111-2222-4333-8444-{:012d}"


def package(number: int = 1, **other: Any) -> dict[str, Any]:
    return {
        "id": UUID.format(number),
        "name": f"042072_mihon{number}",
        "title": f"名取市_見本 {number}",
        "notes": "見本です。",
        "author": "",
        "type": "dataset",
        "author_email": None,
        "license_id": "cc-by-40-intl",
        "license_title": "Creative Commons Attribution 4.0 International",
        "license_url": "https://creativecommons.org/licenses/by/4.0/deed.ja",
        "metadata_created": "2025-06-20T00:16:50.791234",
        "metadata_modified": "2026-01-28T15:54:20.659623",
        "organization": {"id": UUID.format(999), "name": "042072", "title": "名取市"},
        "extras": [{"key": "copyright", "value": ""}, {"key": "frequency", "value": "毎年"}],
        "groups": [{"name": "gr_9100", "title": "健康・福祉"}],
        "tags": [{"name": "自治体標準ODS", "display_name": "自治体標準ODS"}],
        "resources": [
            {
                "id": UUID.format(number + 500),
                "name": "042072_mihon　見本.csv",
                "format": "CSV",
                "mimetype": "text/csv",
                "size": 5985,
                "url": f"{ROOT}/dataset/x/resource/y/download/mihon-.csv",
                "created": "2025-06-20T00:17:06.265030",
                "last_modified": "2026-01-28T07:54:20.651121",
                "いいね数": 3,
                "ダウンロード数": 67,
                "encoding": "",
            }
        ],
        **other,
    }


def reader(say: Any, target: str = ROOT, headers: Any = None, **options: Any) -> Ckan:
    return Ckan(target, FakeFetcher(say, headers), options)


def mapped(said: Any, *pages: Answer, target: str = ROOT) -> Any:
    answer = Answer("x", "x", 200, {}, json.dumps({"success": True, "result": said}).encode())
    return reader({}, target).map(Document("id-of-entry", (answer, *pages)))


def test_a_package_becomes_a_record() -> None:
    """BODIK's, with Japanese keys beside CKAN's own."""
    record = mapped(package())
    assert (record.portal, record.title, record.notes, record.frequency) == ("https://data.bodik.jp", "名取市_見本 1", "見本です。", "毎年")
    assert (record.publisher.code, record.publisher.found_by, record.licence.id) == ("042072", "organization", "CC-BY-4.0")
    assert (record.landing_page, record.groups, record.tags) == (f"{ROOT}/dataset/042072_mihon1", ("健康・福祉",), ("自治体標準ODS",))
    (resource,) = record.resources
    assert (resource.title, resource.declared_format, resource.media_type, resource.size) == (
        "042072_mihon　見本.csv",
        "csv",
        "text/csv",
        5985,
    )
    assert resource.licence == record.licence
    assert (record.problems, record.former_ids) == ((), ())


def test_counters_do_not_make_a_record_look_changed() -> None:
    """Downloads and likes change with every visit."""
    busy = package(ダウンロード数=9)
    busy["resources"][0]["ダウンロード数"] = 68
    assert mapped(busy) == mapped(package())


def test_quirk_18_times_are_utc() -> None:
    """Naive ones, with microseconds."""
    assert mapped(package()).modified.at == datetime(2026, 1, 28, 15, 54, 20, 659623, UTC)


def test_quirk_7_a_list_of_one_is_the_package() -> None:
    """DKAN, with its own dates."""
    record = mapped([package(metadata_modified="月, 03/27/2017 - 00:00")])
    assert record.title == "名取市_見本 1"
    assert record.modified.text == "月, 03/27/2017 - 00:00"
    assert record.modified.at is not None


def test_quirk_21_the_names_code_tells_the_municipality() -> None:
    """Where the organization tells nothing."""
    publisher = mapped(package(organization=None)).publisher
    assert (publisher.code, publisher.found_by) == ("042072", "title")
    publisher = mapped(package(organization={"name": "org26", "title": "見本部"}, title="見本")).publisher
    assert (publisher.code, publisher.found_by, publisher.name) == ("042072", "name", "見本部")


def test_quirk_30_a_link_to_a_linkdata_work_is_followed_one_hop() -> None:
    """Both addresses are kept; both sides' licences too."""
    work = "http://linkdata.org/work/rdf1s9999i"
    pointer = package(name="mihon", license_id="cc-by", license_title="", license_url="", resources=[
        {"id": "r1", "name": work, "url": work, "format": "HTML", "mimetype": None},
    ])
    page = """<html><head><title>見本｜LinkData</title></head><body><h1>見本</h1><script>LD.workId='rdf1s9999i';</script>
    <table><tr class="fileInfoContainer"><td><span class="filename"><a href="/work/rdf1s9999i/mihon.html">mihon</a></span></td></tr>
    <tr class="downloadFileInfoContainer"><td class="downloadFileNameAndType"><div>Table Data (Text)</div></td>
    <td class="downloadFileVersion version"><div>2017.3.29</div></td>
    <td class="downloadFileLicense"><a rel="license" href="http://creativecommons.org/licenses/by/3.0/deed.en">x</a></td>
    <td><a class="download" href="/download/rdf1s9999i/link/mihon.txt">x</a></td></tr></table></body></html>"""

    def say(url: str, params: Any) -> Any:
        return page if url == work else action_portal([pointer])(url, params)

    portal = reader(say)
    listing = portal.listing()
    assert listing.complete
    record = portal.map(portal.fetch(listing.entries[0]))
    (resource,) = record.resources
    assert resource.url.endswith("linkdata.org/download/rdf1s9999i/link/mihon.txt")
    assert resource.via[0] == work
    assert (resource.id, resource.reading, resource.licence.id) == ("r1/mihon", "linkdata", "CC-BY-3.0")


def test_quirk_30_a_work_that_does_not_answer_leaves_the_link() -> None:
    """LinkData is often away: the record is still good."""
    work = "http://linkdata.org/work/rdf1s9999i"
    portal = reader(action_portal([package(resources=[{"id": "r1", "name": work, "url": work, "format": "HTML"}])]))
    record = portal.map(portal.fetch(portal.listing().entries[0]))
    assert (record.resources[0].url, record.resources[0].declared_format) == (work, "html")
    assert [found.type for found in record.problems] == ["pointer-not-followed"]


def test_quirk_33_the_uuid_of_an_older_platform_is_kept() -> None:
    """Shizuoka's names are SHIRASAGI's uuids; the id is CKAN's."""
    record = mapped(package(name=UUID.format(77)))
    assert (record.id, record.former_ids) == ("id-of-entry", (UUID.format(77),))


def test_quirk_36_the_same_table_twice_stays_two_resources() -> None:
    """CSV and XLSX of one table; which is primary is decided in the catalogue."""
    twin = [{"id": "a", "name": "見本.csv", "format": "CSV", "url": "https://x.example/0.csv"},
            {"id": "b", "name": "見本.xlsx", "format": "XLSX", "url": "https://x.example/0.xlsx"}]
    assert [(one.id, one.declared_format) for one in mapped(package(resources=twin)).resources] == [("a", "csv"), ("b", "xlsx")]


def test_quirk_39_names_that_look_like_numbers_stay_text() -> None:
    """And organizations in Japanese stay as they are."""
    record = mapped(package(name="1490764602", title="", organization={"name": "シラサギ市", "title": ""}))
    assert (record.title, record.publisher.name, record.landing_page) == ("1490764602", "シラサギ市", f"{ROOT}/dataset/1490764602")
    assert (
        json.loads(reader({}).documents_in("x.json", json.dumps(package(name="1490764602")).encode()).__next__().parts[0].body)["name"]
        == "1490764602"
    )


def test_a_resources_own_licence_goes_before_the_packages() -> None:
    """As the national portal states it."""
    resources = [{"id": "a", "url": "https://x.example/a.csv", "license_id": "pdl"}, {"id": "b", "url": "https://x.example/b.csv"}]
    record = mapped(package(resources=resources))
    assert [one.licence.id for one in record.resources] == ["PDL-1.0", "CC-BY-4.0"]


def test_what_the_portal_claims_of_openness_does_not_count() -> None:
    """``isopen`` stood beside NC and stood false beside CC-BY."""
    assert not mapped(package(license_id="cc-by-nc", license_title="", license_url="", isopen=True)).licence.is_open
    assert mapped(package(license_id="CC-BY", license_title="CC-BY", license_url="", isopen=False)).licence.is_open


@pytest.mark.parametrize("most", [1000, 100, 7])
def test_a_portal_that_gives_fewer_than_asked_loses_nothing(most: int) -> None:
    """Its own limit is not known before it answers."""
    listing = reader(action_portal([package(number) for number in range(250)], most=most)).listing()
    assert (len(listing.entries), listing.complete) == (250, True)


def test_an_unchanged_portal_costs_one_request() -> None:
    """Where one answer is the whole list and has an ETag."""
    portal = reader(action_portal([package(number) for number in range(3)]), headers={"etag": '"a"'})
    first = portal.listing()
    assert first.validators == {"If-None-Match": '"a"'}
    again = portal.listing(first.validators)
    assert (again.unchanged, again.complete, again.entries) == (True, False, ())
    assert len(portal.fetcher.asked) == 2  # type: ignore[attr-defined]


def test_validators_of_one_page_do_not_speak_for_several() -> None:
    """The second page may have changed."""
    portal = reader(action_portal([package(number) for number in range(30)], most=10), headers={"etag": '"a"'})
    assert portal.listing().validators == {}


def test_one_municipality_of_bodik() -> None:
    """By organization or by the names' prefix; nothing gets into the filter that ends it."""
    portal = reader(action_portal([package()]), organization="042072", prefix="042072_*")
    portal.listing()
    assert portal.fetcher.asked[0][1]["fq"] == "organization:042072 AND name:042072_*"  # type: ignore[attr-defined]
    with pytest.raises(PortalError) as caught:
        reader(action_portal([package()]), organization="x OR name:*").listing()
    assert caught.value.stops_run


def test_without_search_the_list_of_names_stands_in() -> None:
    """Identity stays the package's own id, so nothing is doubled when the search works again; nothing is called missing meanwhile."""
    portal = reader(action_portal([package(1), package(2)], search=False, key="name"))
    listing = portal.listing()
    assert ([entry.id for entry in listing.entries], listing.complete) == (["042072_mihon1", "042072_mihon2"], False)
    assert portal.map(portal.fetch(listing.entries[0])).id == UUID.format(1)
    by_name = reader(action_portal([package(1), package(2)], search=False, key="name"), list_by="list")
    listing = by_name.listing()
    assert listing.complete
    assert by_name.map(by_name.fetch(listing.entries[0])).id == listing.entries[0].id


@pytest.mark.parametrize("target", ["https://x.example/db", "https://x.example/db/api/3/action/", "https://x.example/db/api/3/action/package_search",
                                    "https://x.example/db/dataset/mihon"])
def test_a_portal_below_a_path(target: str) -> None:
    """Two portals were, before they moved."""
    portal = reader(lambda url, params: refused(url), target)
    assert portal.portal == "https://x.example/db"
    with pytest.raises(PortalError):
        portal.listing()
    assert portal.fetcher.asked[0][0] == "https://x.example/db/api/3/action/package_search"  # type: ignore[attr-defined]


def test_a_saved_answer_names_its_portal() -> None:
    """By the address of its help; a bare package names none."""
    said = {"help": "https://ckan.example.lg.jp/db/api/3/action/help_show?name=package_show", "success": True, "result": package()}
    saved = reader({}, "saved.json")
    (document,) = saved.documents_in("saved.json", json.dumps(said).encode())
    assert saved.map(document).portal == "https://ckan.example.lg.jp/db"
    (document,) = saved.documents_in("saved.json", json.dumps(package()).encode())
    assert saved.map(document).portal == ""


@pytest.mark.parametrize("said", [
    {"success": True, "result": package()}, package(), {"success": True, "result": {"count": 1, "results": [package()]}}, [package()],
    {"success": True, "result": [package()]},
])
def test_saved_answers_of_every_shape_hold_the_record(said: Any) -> None:
    """Envelope, bare, search, list; also with a byte order mark."""
    for start in (b"", b"\xef\xbb\xbf"):
        (document,) = reader({}).documents_in("x.json", start + json.dumps(said).encode())
        assert document.id == UUID.format(1)


@pytest.mark.parametrize(
    "said", [{"success": True, "result": ["1490764602"]}, {"success": True, "result": []}, [], {}, [1, "a", None], {"a": {"b": 1}}]
)
def test_saved_answers_without_a_record_hold_none(said: Any) -> None:
    """A list of names, something else."""
    assert list(reader({}).documents_in("x.json", json.dumps(said).encode())) == []


def test_what_is_wrong_with_every_file_is_said_once() -> None:
    """The site's licence that nobody understands, stated for each of them."""
    resources = [{"id": str(n), "url": f"https://x.example/{n}.csv"} for n in range(5)]
    portal = reader({}, licence="独自の規約")
    body = json.dumps({"success": True, "result": package(license_id="", license_title="", license_url="", resources=resources)}).encode()
    record = portal.map(Document("1", (Answer("x", "x", 200, {}, body),)))
    assert [found.type for found in record.problems] == ["licence-unknown"]
    assert all(one.licence.stated == ("独自の規約",) for one in record.resources)


def test_a_deleted_package_is_no_record() -> None:
    """Some portals still show it."""
    with pytest.raises(PortalError):
        mapped(package(state="deleted"))


# ckanapi on our client


@pytest.fixture
def asked_by_ckanapi(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The actions that ckanapi's client was asked for."""
    import ckanapi

    asked: list[str] = []
    real = ckanapi.RemoteCKAN.call_action

    def call_action(self: Any, action: str, *given: Any, **more: Any) -> Any:
        asked.append(action)
        return real(self, action, *given, **more)

    monkeypatch.setattr(ckanapi.RemoteCKAN, "call_action", call_action)
    return asked


def searched(*packages: dict[str, Any]) -> bytes:
    return json.dumps({"success": True, "result": {"count": len(packages), "results": packages}}).encode()


def test_portal_is_asked_by_ckanapi_through_the_client(asked_by_ckanapi: list[str], server: FaultServer, make_client: MakeClient) -> None:
    """A real server sees our name and our validators, and nothing of ckanapi's; unchanged is told as unchanged."""
    server.on("*", unless_changed('"v1"', searched(package())))
    server.on("/robots.txt", answer(404))
    portal = Ckan(server.url("/"), make_client())
    listing = portal.listing()
    assert (len(listing.entries), listing.complete, listing.validators) == (1, True, {"If-None-Match": '"v1"'})
    assert portal.listing(listing.validators).unchanged
    assert asked_by_ckanapi == ["package_search", "package_search"]
    first, second = (headers for headers, path in zip(server.headers, server.asked, strict=True) if "package_search" in path)
    assert first["user-agent"].startswith("miyagi-harvesters/")
    assert "content-type" not in first
    assert second["if-none-match"] == '"v1"'


def test_ckanapi_does_not_go_past_the_address_check(asked_by_ckanapi: list[str], server: FaultServer, make_client: MakeClient) -> None:
    assert "address-not-public" in problems_of(lambda: Ckan(server.url("/"), make_client(allowed_networks=())).listing())
    assert asked_by_ckanapi
    assert server.asked == []


@pytest.mark.parametrize(
    ("body", "type"),
    [
        (b'{"success": false, "error": {"__type": "Search Query Error", "message": "x"}}', "portal-says-no"),
        (b'{"success": false, "error": {"__type": "Validation Error", "name": ["x"]}}', "portal-says-no"),
        (b'{"success": "false", "result": {"count": 0, "results": []}}', "portal-says-no"),
        (b'{"success": true}', "unexpected-shape"),
        (b"[" * 100_000, "not-json"),
        (b"<html><body>maintenance</body></html>", "not-json"),
        (b"", "not-json"),
    ],
)
def test_answers_that_ckanapi_misreads_are_read_by_our_rules(asked_by_ckanapi: list[str], body: bytes, type: str) -> None:
    """What is no answer of CKAN's ends in a named problem, as for every other kind, and never in an exception of somebody else's."""
    assert type in problems_of(lambda: reader({f"{ROOT}/api/3/action/package_show": body}).fetch(Entry("x")))
    assert asked_by_ckanapi == ["package_show"]


def test_numbers_that_json_does_not_have_are_nothing(asked_by_ckanapi: list[str]) -> None:
    """Python's reader, and ckanapi with it, would make floats of them that no database takes."""
    body = json.dumps({"success": True, "result": package(title="見本")}).replace("5985", "NaN").encode()
    document = reader({f"{ROOT}/api/3/action/package_show": body}).fetch(Entry(UUID.format(1)))
    assert reader({}).map(document).resources[0].size is None
    assert asked_by_ckanapi == ["package_show"]


@pytest.mark.parametrize(("said", "url"), [
    (f"{ROOT}/dataset/x/港 図　1.csv", f"{ROOT}/dataset/x/港%20図%E3%80%801.csv"), ("/dataset/x/1.csv", f"{ROOT}/dataset/x/1.csv"),
    ("www.city.example.lg.jp/1.csv", ""), ("1.csv", ""), ("ftp://x.example/1.csv", ""),
])
def test_the_address_of_a_file_is_mended_or_named(said: str, url: str) -> None:
    """Blanks are encoded, a path is the portal's; what is no address of the web is said, with its place."""
    record = mapped(package(resources=[{"id": "r-9", "name": "港", "format": "CSV", "url": said}]))
    assert record.resources[0].url == url
    lost = [] if url else [("address-not-usable", f"{ROOT}/dataset/042072_mihon1 / r-9", said)]
    assert [(found.type, found.place, found.value) for found in record.problems] == lost


def test_the_licence_of_the_site_is_for_what_states_none() -> None:
    """A file with its own licence keeps it, and the record has none then."""
    files = [{"id": "r-1", "url": f"{ROOT}/1.csv"}, {"id": "r-2", "url": f"{ROOT}/2.csv", "license_id": "cc-by-nc-40"}]
    said = package(license_id="", license_title="", license_url="", resources=files)
    answer = Answer("x", "x", 200, {}, json.dumps({"success": True, "result": said}).encode())
    record = reader({}, licence="CC BY 4.0").map(Document("1", (answer,)))
    assert ([one.licence.id for one in record.resources], record.licence.id) == (["CC-BY-4.0", "CC-BY-NC-4.0"], None)


@pytest.mark.parametrize(("said", "declared"), [
    (".CSV", "csv"), ("text/csv", "csv"), ("application/vnd.ms-excel", "xls"), ("text/csv; charset=utf-8", "csv"),
    ("XLSX", "xlsx"), ("CSV/XLSX", "csv/xlsx"),
    ("https://www.iana.org/assignments/media-types/application/geo+json", "geojson"), ("その他", "その他"),
])
def test_a_declared_format_is_called_as_its_files_are(said: str, declared: str) -> None:
    """A name, an extension, a media type or the address of one."""
    record = mapped(package(resources=[{"id": "r-1", "name": "a", "format": said, "url": f"{ROOT}/1"}]))
    assert record.resources[0].declared_format == declared


def test_a_package_with_a_number_as_its_id_is_ckans_where_it_says_so() -> None:
    """Fields that only CKAN has; without them it may be DataEye's."""
    (document,) = reader({}).documents_in("x.json", json.dumps(package(id=31)).encode())
    assert document.id == "31"
    bare = {"id": 31, "title": "港", "resources": [{"id": 1, "url": f"{ROOT}/1.csv"}]}
    assert list(reader({}).documents_in("x.json", json.dumps(bare).encode())) == []
