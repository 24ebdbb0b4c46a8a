"""A list is complete only where everything came: over generated portals that fail in every way that was met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miyagi_harvesters.ckan import Ckan
from miyagi_harvesters.dataeye import DataEye
from miyagi_harvesters.listings import Page, gather
from miyagi_harvesters.problems import PortalError
from miyagi_harvesters.reader import Entry
from miyagi_harvesters.shirasagi import Shirasagi

from .portal_fakes import PAGE_OF_TROUBLE, FakeFetcher, action_portal, refused

#: What a portal does in place of answering rightly; one for each request, in their order.
FAULTS = st.lists(
    st.sampled_from(["", "", "", "refuse", "trouble", "failure", "repeat", "empty", "half", "holes", "nothing", "no ids", "no count"]),
    max_size=12,
)


def packages(number: int) -> list[dict[str, Any]]:
    return [{"id": n, "title": f"見本{n}", "resources": [{"id": n, "resource_license_id": "pdl"}]} for n in range(1, number + 1)]


def uuids(number: int) -> list[dict[str, Any]]:
    return [
        {"id": f"u{n}", "uuid": f"u{n}", "filename": f"dataset/{n}.html", "name": f"見本{n}", "resources": []} for n in range(1, number + 1)
    ]


def faulty(portal: Callable[[str, Mapping[str, str]], Any], faults: list[str]) -> Callable[[str, Mapping[str, str]], Any]:
    """A portal that does what ``faults`` say, request by request, and then answers rightly."""
    left, before = list(faults), list[Any]()

    def say(url: str, params: Mapping[str, str]) -> Any:
        fault = left.pop(0) if left else ""
        said = portal(url, params)
        if fault in ("refuse", "trouble", "failure", "nothing"):
            return {"refuse": refused(url), "trouble": PAGE_OF_TROUBLE, "failure": {"success": False}, "nothing": b""}[fault]
        if isinstance(said, PortalError):
            return said
        if fault == "repeat" and before and type(before[-1]) is type(said["result"]):
            return {"success": True, "result": before[-1]}
        result = said["result"]
        rows = result["results"] if isinstance(result, dict) else result
        rows = {"empty": [], "half": rows[: len(rows) // 2], "holes": [row for n, row in enumerate(rows) if n % 7 != 3],
                "no ids": [{} if isinstance(row, dict) else "" for row in rows]}.get(fault, rows)
        given = {**result, "results": rows} if isinstance(result, dict) else rows
        if fault == "no count" and isinstance(given, dict):
            given = {key: value for key, value in given.items() if key != "count"}
        before.append(given)
        return {"success": True, "result": given}

    return say


def listing_of(reader: Any) -> Any:
    try:
        return reader.listing()
    except PortalError:
        return None


@settings(max_examples=150)
@given(st.integers(0, 330), FAULTS, st.integers(20, 400))
def test_a_counted_list_that_misses_something_is_never_complete(number: int, faults: list[str], most: int) -> None:
    """DataEye's search says how many there are, and is believed about nothing less."""
    # A search that is refused is replaced by the list, which is not counted: its own test is below.
    first = faults[0] if faults else ""
    portal = action_portal(packages(number), most=most)
    listing = listing_of(DataEye("https://x.example/", FakeFetcher(faulty(portal, faults))))
    if listing is not None and listing.complete and listing.stated_count is not None:
        assert {entry.id for entry in listing.entries} == {str(n) for n in range(1, number + 1)}
    if first == "" and listing is not None and listing.stated_count == number and len(listing.entries) < number:
        assert not listing.complete


@settings(max_examples=150)
@given(st.integers(0, 330), FAULTS, st.integers(20, 400), st.sampled_from([(DataEye, "id"), (Shirasagi, "uuid")]))
def test_an_uncounted_list_that_misses_something_is_complete_only_where_it_ended_early(
    number: int, faults: list[str], most: int, kind: tuple[Any, str]
) -> None:
    """An empty page is the end of a list that nobody counts: that alone cannot be told from its end."""
    reader, key = kind
    all_of_them = (packages if key == "id" else uuids)(number)
    fetcher = FakeFetcher(faulty(action_portal(all_of_them, search=False, key=key, most=most), ["", *faults]))
    listing = listing_of(reader("https://x.example/", fetcher))
    if listing is not None and listing.complete and "empty" not in faults:
        assert {entry.id for entry in listing.entries} == {str(one[key]) for one in all_of_them}
    if listing is not None and not listing.entries:
        assert not listing.complete


@settings(max_examples=100)
@given(st.integers(0, 60), FAULTS, st.integers(5, 50))
def test_ckan_by_its_search(number: int, faults: list[str], most: int) -> None:
    """The same with pages that are as long as the portal likes."""
    given_packages = [{"id": f"u{n}", "name": f"n{n}", "title": "見本", "license_id": "cc-by", "resources": []} for n in range(number)]
    listing = listing_of(Ckan("https://x.example/", FakeFetcher(faulty(action_portal(given_packages, most=most), faults))))
    if listing is not None and listing.complete and listing.stated_count is not None:
        assert len(listing.entries) == number


@pytest.mark.parametrize(
    ("fault", "type"),
    [
        ("repeat", "list-page-repeated"),
        ("holes", "listed-twice"),
        ("no ids", "list-entry-without-id"),
        ("trouble", "list-page-failed"),
        ("refuse", "list-page-failed"),
    ],
)
def test_quirk_4_each_doubt_is_named(fault: str, type: str) -> None:
    """With what an officer can do about it."""
    portal = action_portal(packages(250), search=False)
    listing = DataEye("https://x.example/", FakeFetcher(faulty(portal, ["", "", fault]))).listing()
    assert not listing.complete
    assert type in [found.type for found in listing.problems]
    assert all(found.sentence() and found.remedy() and found.sentence("en") for found in listing.problems)


def test_what_came_before_a_failure_is_kept() -> None:
    """Those records can be harvested."""
    listing = DataEye("https://x.example/", FakeFetcher(faulty(action_portal(packages(250)), ["", "", "refuse"]))).listing()
    assert (len(listing.entries), listing.complete) == (200, False)


def test_a_half_page_is_made_good_by_the_next() -> None:
    """Which begins where the half one stopped."""
    listing = DataEye("https://x.example/", FakeFetcher(faulty(action_portal(packages(250)), ["", "half"]))).listing()
    assert (len(listing.entries), listing.complete) == (250, True)


def test_a_list_without_end_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many pages."""
    monkeypatch.setattr("miyagi_harvesters.listings.MOST_PAGES", 20)
    listing = gather("x", lambda start: Page([Entry(str(start + n)) for n in range(10)], 10), 10)
    assert (len(listing.entries), listing.complete, listing.problems[-1].type) == (200, False, "list-too-long")


def test_a_portal_that_ignores_paging_gives_everything_at_once() -> None:
    """One page longer than what was asked for is all; ending at a round thousand it is doubtful."""
    everything = [Entry(str(n)) for n in range(343)]
    assert gather("x", lambda start: Page(everything, 343), 100).complete
    thousand = [Entry(str(n)) for n in range(1000)]
    assert not gather("x", lambda start: Page(thousand, 1000), 100).complete
    assert gather("x", lambda start: Page(thousand, 1000, 1000), 100).complete


def test_an_empty_portal_is_empty_only_where_it_counts_so() -> None:
    """Nobody else is believed."""
    assert gather("x", lambda start: Page([], 0, 0), 100).complete
    assert not gather("x", lambda start: Page([], 0), 100).complete
