"""The file of sources to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from croniter import croniter

from miyagi_harvesters import ckan, dataeye, datapackage, dcat, linkdata, municipalities, pages, shirasagi
from miyagi_harvesters.addresses import parse
from miyagi_harvesters.dates import moment
from miyagi_harvesters.licences import known
from miyagi_harvesters.reader import KINDS

from .portal_fakes import FakeFetcher

FILE = Path(__file__).parents[3] / "harvesters" / "sources" / "miyagi.yaml"
SOURCES: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["sources"]
MODULES = (ckan, datapackage, dataeye, dcat, linkdata, pages, shirasagi)


def test_every_kind_is_known_by_its_name() -> None:
    """Seven of them."""
    assert set(KINDS) == {"ckan", "datapackage", "dataeye", "dcat", "linkdata", "pages", "shirasagi"}
    assert {kind.__module__.rsplit(".", 1)[-1] for kind in KINDS.values()} == {module.__name__.rsplit(".", 1)[-1] for module in MODULES}


def test_ids_are_unique_and_sources_are_inactive() -> None:
    """An operator activates each."""
    assert len({source["id"] for source in SOURCES}) == len(SOURCES)
    assert not any(source["active"] for source in SOURCES)


def test_the_joint_portal_comes_first() -> None:
    """It is the main source of the prefecture and all municipalities."""
    assert (SOURCES[0]["kind"], SOURCES[0]["address"]) == ("dataeye", "https://miyagi.dataeye.jp/")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source["id"])
def test_a_source_can_be_used(source: dict[str, Any]) -> None:
    """Kind, address, owner, options, licence and schedule are what they have to be."""
    assert set(source) <= {
        "id",
        "kind",
        "address",
        "title",
        "title_en",
        "owner",
        "options",
        "licence",
        "schedule",
        "active",
        "needs",
        "needs_en",
        "note",
    }
    reader = KINDS[source["kind"]](source["address"], FakeFetcher({}), source["options"])
    assert set(source["options"]) <= {option.name for option in reader.options_allowed}
    assert parse(source["address"]).scheme == "https"
    assert municipalities.name_of(source["owner"])
    assert source["options"].get("municipality", source["owner"]) == source["owner"]
    assert source["title"]
    assert source["title_en"].isascii()
    assert croniter.is_valid(source["schedule"])
    if source["licence"]:
        assert known(source["licence"]["stated"])
        assert moment(source["licence"]["as_of"]).at
        assert reader.options["licence"] == source["licence"]["stated"]
    assert ("needs" in source) == (source["kind"] == "linkdata")
