"""Answers that others published, read in place from the folder named by MIYAGI_PORTAL_SAMPLES."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import pytest

from miyagi_harvesters import municipalities
from miyagi_harvesters.ckan import Ckan
from miyagi_harvesters.dataeye import DataEye
from miyagi_harvesters.datapackage import DataPackage
from miyagi_harvesters.dcat import Dcat
from miyagi_harvesters.privacy import without_mail_addresses
from miyagi_harvesters.reader import Document
from miyagi_harvesters.shirasagi import Shirasagi

from .portal_fakes import FakeFetcher

KINDS = (DataEye, Ckan, Shirasagi, DataPackage, Dcat)


@pytest.fixture(scope="module")
def samples() -> Path:
    folder = os.environ.get("MIYAGI_PORTAL_SAMPLES")
    if not folder:
        pytest.skip("MIYAGI_PORTAL_SAMPLES is not set: nothing is checked against published answers")
    return Path(folder)


def records(kind: Any, path: Path) -> list[Any]:
    reader = kind(path.name, FakeFetcher({}))
    return [reader.map(document) for document in reader.documents_in(path.name, path.read_bytes())]


def test_every_answer_is_of_one_kind(samples: Path) -> None:
    """The reader that finds a record in it is the one of its portal."""
    expected = {"dataeye": DataEye, "bodik": Ckan, "ckan_shizuoka": Ckan, "shirasagi": Shirasagi}
    for folder, own in expected.items():
        for path in sorted((samples / folder).iterdir()):
            if path.suffix not in (".json", ".html"):
                continue
            kind = Ckan if path.name.startswith("ckan_api") else own
            holders = [one for one in KINDS if records(one, path)]
            lists_only = "list" in path.name or "search" in path.name
            assert holders == ([] if lists_only else [kind]), path.name


def test_natori_on_the_joint_portal(samples: Path) -> None:
    """Five resources, newest first, two licences, sizes that were text."""
    (record,) = records(DataEye, samples / "dataeye" / "natori_dataset_599_profile.json")
    assert (record.id, record.publisher.code, record.licence.id) == ("599", "042072", None)
    assert [one.id for one in record.resources] == ["32919", "32878", "1204", "1086", "1085"]
    assert {one.id: one.licence.id for one in record.resources}["32878"] == "PDL-1.0"
    assert record.resources[0].size == 17976
    assert record.problems == ()


def test_saitama_uses_ids_again(samples: Path) -> None:
    """Order is by date; nobody in Saitama is taken for a municipality of Miyagi."""
    found = {record.id: record for record in records(DataEye, samples / "dataeye" / "saitama_normalised_excerpt.json")}
    assert set(found) == {"1225", "1229", "1230"}
    assert [one.id for one in found["1230"].resources] == ["9101", "7232", "5636", "8392"]
    assert {record.publisher.code for record in found.values()} == {None}
    assert {record.licence.id for record in found.values()} == {"PDL-1.0"}


def test_titles_of_the_joint_portal_name_their_owner(samples: Path) -> None:
    """186 of 188; the prefecture has four."""
    with (samples / "dataeye" / "miyagi_dataset_titles.csv").open(encoding="utf-8", newline="") as file:
        titles = [row["データセット名"] for row in csv.DictReader(file) if row["p_id"].isdigit()]
    codes = [municipalities.find(title=title, in_miyagi=True).code for title in titles]
    assert (len(codes), codes.count(None), codes.count(municipalities.MIYAGI)) == (188, 2, 4)


def test_bodik(samples: Path) -> None:
    """A municipality of another prefecture has its code, and CC BY 4.0 in three spellings."""
    (record,) = records(Ckan, samples / "bodik" / "432130_aed_package_show.json")
    assert (record.publisher.code, record.publisher.found_by, record.licence.id) == ("432130", "organization", "CC-BY-4.0")
    assert (record.portal, record.groups[0]) == ("https://data.bodik.jp", "健康・福祉")
    assert record.problems == ()


def test_shizuoka(samples: Path) -> None:
    """A pointer to LinkData, a table as CSV and XLSX; the old uuid is kept."""
    (pointer,) = records(Ckan, samples / "ckan_shizuoka" / "package_show_linkdata_pointer.json")
    (twice,) = records(Ckan, samples / "ckan_shizuoka" / "package_show_xlsx_csv_same.json")
    assert [found.type for found in pointer.problems] == ["pointer-not-followed", "publisher-unknown"]
    assert [one.declared_format for one in twice.resources] == ["csv", "xlsx"]
    assert all(
        len(record.former_ids) == 1 and record.licence.id == "cc-by" and record.publisher.code is None for record in (pointer, twice)
    )


def test_a_pointer_leads_to_the_table_behind_it(samples: Path) -> None:
    """With the work's page, which is there too."""
    from miyagi_harvesters.fetching import Answer

    work = "http://linkdata.org/work/rdf1s5147i"
    body = (samples / "ckan_shizuoka" / "package_show_linkdata_pointer.json").read_bytes()
    page = (samples / "linkdata" / "work_rdf1s5147i.html").read_bytes()
    record = Ckan("x", FakeFetcher({})).map(Document("1", (Answer("x", "x", 200, {}, body), Answer(work, work, 200, {}, page))))
    (resource,) = record.resources
    assert resource.url.endswith("/download/rdf1s5147i/link/WiFi_list.txt")
    assert (resource.via[0], resource.licence.id) == (work, "CC-BY-3.0")


def test_shirasagis_api_and_page_agree(samples: Path) -> None:
    """Nobody's mail address is stored."""
    folder = samples / "shirasagi"
    (api,) = records(Shirasagi, folder / "shirasagi_api__package_show.json")
    (page,) = records(Shirasagi, folder / "shirasagi_scraper__dataset1.html")
    assert (api.title, api.author, api.licence.id) == (page.title, page.author, page.licence.id)
    assert (api.resources[0].title, api.resources[0].declared_format) == (page.resources[0].title, page.resources[0].declared_format)
    assert records(Shirasagi, folder / "shirasagi_scraper__dataset2.html")[0].resources == ()
    reader = Shirasagi("x", FakeFetcher({}))
    (document,) = reader.documents_in("x.json", (folder / "shirasagi_api__package_show.json").read_bytes())
    stored = without_mail_addresses(document)
    assert b"@" not in stored.parts[0].body
    assert reader.map(stored) == reader.map(document)


def test_shirasagis_search_pages(samples: Path) -> None:
    """Five on the first, none past the end, although that page has an article and a count."""
    folder = samples / "shirasagi"
    site = {
        f"https://x.example/dataset/search/index.p{n}.html": (folder / f"shirasagi_scraper__search{n}.html").read_bytes() for n in (1, 2)
    }
    listing = Shirasagi("https://x.example/", FakeFetcher(site), {"list_by": "pages"}).listing()
    assert ([entry.id for entry in listing.entries], listing.complete) == ([f"dataset/{n}.html" for n in range(5, 0, -1)], True)
