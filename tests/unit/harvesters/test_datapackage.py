"""Data Packages that a municipality publishes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from miyagi_harvesters.datapackage import DataPackage
from miyagi_harvesters.problems import PortalError

from .portal_fakes import PAGE_OF_TROUBLE, FakeFetcher, refused

FOLDER = "https://www.city.example.lg.jp/opendata/aed"
ADDRESS = f"{FOLDER}/datapackage.json"
DESCRIPTOR: dict[str, Any] = {
    "name": "aed",
    "title": "【名取市】見本の一覧",
    "description": "見本です。",
    "created": "2026-04-01T00:00:00Z",
    "keywords": ["見本"],
    "version": "1.0",
    "homepage": "https://www.city.example.lg.jp/aed.html",
    "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
    "contributors": [{"title": "名取市", "role": "publisher"}, {"title": "見本課", "role": "author"}],
    "temporal": {"start": "2025-04-01", "end": "2026-03-31"},
    "sources": [{"title": "見本台帳"}],
    "resources": [
        {"name": "aed", "title": "見本", "path": "data/aed.csv", "format": "CSV", "mediatype": "text/csv", "bytes": 12},
        {"name": "points", "path": ["a.geojson", "https://files.example/b.geojson"], "licenses": [{"name": "PDL1.0"}]},
    ],
}


def reader(pages: dict[str, Any], target: str = ADDRESS, **headers: str) -> DataPackage:
    return DataPackage(target, FakeFetcher(pages, headers))


def test_a_descriptor_becomes_a_record() -> None:
    """With paths relative to it, several files of one resource, licences of its resources."""
    portal = reader({ADDRESS: DESCRIPTOR})
    listing = portal.listing()
    assert (listing.complete, [entry.id for entry in listing.entries]) == (True, [ADDRESS])
    record = portal.map(portal.fetch(listing.entries[0]))
    assert (record.id, record.title, record.author, record.landing_page) == (ADDRESS, "【名取市】見本の一覧", "見本課", "https://www.city.example.lg.jp/aed.html")
    assert (record.publisher.name, record.publisher.code, record.licence.id, record.period) == (
        "名取市",
        "042072",
        "CC-BY-4.0",
        ("2025-04-01", "2026-03-31"),
    )
    assert [(one.id, one.url, one.licence.id) for one in record.resources] == [
        ("aed", f"{FOLDER}/data/aed.csv", "CC-BY-4.0"),
        ("points", f"{FOLDER}/a.geojson", "PDL-1.0"),
        ("points/2", "https://files.example/b.geojson", "PDL-1.0"),
    ]
    assert record.problems == ()


@pytest.mark.parametrize("target", [ADDRESS, FOLDER, f"{FOLDER}/"])
def test_a_folder_stands_for_its_descriptor(target: str) -> None:
    """The address of either."""
    assert [entry.id for entry in reader({ADDRESS: DESCRIPTOR}, target).listing().entries] == [ADDRESS]


@pytest.mark.parametrize("path", ["../secret.csv", "/etc/passwd", "file:///etc/passwd", "a/../../b.csv", "~/a.csv", "\\\\host\\a.csv", "ftp://x.example/a.csv",
                                  "javascript:a.csv", "C:\\a.csv", "a\\..\\b.csv"])
def test_a_path_stays_below_the_descriptor(path: str) -> None:
    """Or it is an address of the web."""
    portal = reader({ADDRESS: {**DESCRIPTOR, "resources": [{"name": "a", "path": path}]}})
    record = portal.map(portal.fetch(portal.listing().entries[0]))
    assert record.resources[0].url == ""
    assert [found.type for found in record.problems] == ["path-refused"]


@pytest.mark.parametrize("wrap", [lambda given: given, lambda given: {"packages": given}, lambda given: {"datapackages": given}])
def test_a_list_of_packages(wrap: Any) -> None:
    """By address, by object, or in full."""
    catalogue = "https://www.city.example.lg.jp/opendata/packages.json"
    given = ["aed/datapackage.json", {"url": "toilet/", "title": "便所"}, {**DESCRIPTOR, "name": "whole"}]
    portal = reader({catalogue: wrap(given), ADDRESS: DESCRIPTOR}, catalogue)
    listing = portal.listing()
    assert [entry.id for entry in listing.entries] == [
        ADDRESS,
        "https://www.city.example.lg.jp/opendata/toilet/datapackage.json",
        f"{catalogue}#whole",
    ]
    assert listing.complete
    assert portal.map(portal.fetch(listing.entries[0])).id == ADDRESS
    assert portal.map(portal.fetch(listing.entries[2])).title == DESCRIPTOR["title"]


@pytest.mark.parametrize("given", [[], ["a/", "a/"], ["javascript:x"], [None], [{}]])
def test_a_list_with_something_wrong_is_not_complete(given: list[Any]) -> None:
    """Empty, twice the same, no address."""
    catalogue = "https://www.city.example.lg.jp/opendata/packages.json"
    assert not reader({catalogue: given}, catalogue).listing().complete


@pytest.mark.parametrize("said", [PAGE_OF_TROUBLE, "", "{", {"success": False}, {"resources": []}, refused(), "7"])
def test_what_is_no_descriptor_is_refused(said: Any) -> None:
    """A page, half an answer, a portal's API."""
    with pytest.raises(PortalError):
        reader({ADDRESS: said}).listing()


def test_an_unchanged_descriptor_costs_one_request() -> None:
    """It says so itself."""
    portal = reader({ADDRESS: DESCRIPTOR}, etag='"d"')
    assert portal.listing(portal.listing().validators).unchanged


def test_an_older_licence_field_is_read() -> None:
    """By name, or as an object."""
    for said in ("CC-BY-4.0", {"type": "CC-BY-4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}):
        older = {key: value for key, value in DESCRIPTOR.items() if key != "licenses"} | {"license": said}
        (document,) = reader({}).documents_in("x.json", json.dumps(older).encode())
        assert (document.id, reader({}).map(document).licence.id) == ("aed", "CC-BY-4.0")
