"""Receipts: the number from the list, the difference of two lists, the closing of a year."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.miyagiict.kpi.receipt import Aggregate, Item, Receipt, ReceiptBroken, canonical, difference, freeze, read_receipt, recount, take

AT = datetime(2022, 3, 31, 3, 0, tzinfo=UTC)
ITEMS = [Item("b", "避難所", "https://example.org/b"), Item("a", "ＡＥＤ設置箇所", "https://example.org/a")]


def taken(items: list[Item], aggregate: Aggregate = Aggregate.COUNT, kpi: str = "kpi", at: datetime = AT) -> Receipt:
    return take(kpi, 1, "q=*:*", at, items, aggregate)


def test_a_count_is_the_number_of_items() -> None:
    receipt = taken([*ITEMS, ITEMS[0]])
    assert (receipt.value, [item.id for item in receipt.items]) == (2, ["a", "b"])
    assert recount(receipt) == 2


@pytest.mark.parametrize(
    ("aggregate", "value"), [(Aggregate.SUM, "4.50"), (Aggregate.RATIO, "37.5"), (Aggregate.LAST, "1.25"), (Aggregate.COUNT, "3")]
)
def test_aggregates(aggregate: Aggregate, value: str) -> None:
    """3 + 0.25 + 1.25 of 12; the last by its day, not by its id."""
    items = [
        Item("1", "", value=Decimal(3), of=Decimal(6), order="2021-04-01"),
        Item("2", "", value=Decimal("1.25"), of=Decimal(4), order="2022-01-01"),
        Item("3", "", value=Decimal("0.25"), of=Decimal(2), order="2021-12-01"),
    ]
    assert taken(items, aggregate).value == Decimal(value)


def test_a_share_has_four_decimals_half_to_even() -> None:
    shares = {"1/3": "33.3333", "2/3": "66.6667", "1/2000000": "0.0000", "3/2000000": "0.0002"}
    for share, value in shares.items():
        part, whole = share.split("/")
        assert taken([Item("1", "", value=Decimal(part), of=Decimal(whole))], Aggregate.RATIO).value == Decimal(value)


@pytest.mark.parametrize(
    ("items", "aggregate", "reason"),
    [
        ([], Aggregate.LAST, "no item"), ([], Aggregate.RATIO, "share of nothing"), ([Item("1", "")], Aggregate.SUM, "no value"),
        ([Item("1", "", value=Decimal(1))], Aggregate.RATIO, "no value"),
        ([Item("1", "a"), Item("1", "b")], Aggregate.COUNT, "two different"),
        ([Item("1", "", value=Decimal("NaN"))], Aggregate.SUM, "no value"),
        ([Item("1", "", value=Decimal("1e99")), Item("2", "", value=Decimal("1e-99"))], Aggregate.SUM, "exactly"),
    ],
)
def test_items_that_give_no_number(items: list[Item], aggregate: Aggregate, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        taken(items, aggregate)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        taken(ITEMS, at=datetime(2022, 3, 31))


def test_items_are_told_apart_by_what_makes_them_count() -> None:
    """A municipality with datasets in the catalogue, and one that only a list knows."""
    names = {"名取市": "catalogue", "仙台市": "catalogue", "塩竈市": "list"}
    items = [Item(name, name, basis=basis) for name, basis in names.items()]
    assert read_receipt(taken(items).as_dict()).by_basis() == {"catalogue": 2, "list": 1}


def test_the_order_of_items_does_not_matter() -> None:
    assert taken(ITEMS).hash == taken(ITEMS[::-1]).hash


def test_a_number_has_one_hash_however_it_is_written() -> None:
    one, other = (taken([Item("1", "", value=Decimal(text))], Aggregate.SUM) for text in ("35.0", "3.5E+1"))
    assert one.hash == other.hash


def test_the_hash_is_of_the_canonical_form() -> None:
    """Worked out by hand, so that others can check it: SHA-256 over sorted JSON without blanks."""
    said = taken(ITEMS).as_dict()
    said_hash = said.pop("hash")
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert text.startswith('{"aggregate":"count","definition_version":1,"format":"miyagiict-kpi-receipt-1","items":[{"id":"a"')
    assert hashlib.sha256(text.encode()).hexdigest() == said_hash


TEXTS = st.text(max_size=8)
NUMBERS = st.decimals(-10**9, 10**9, places=3)
POSITIVE = NUMBERS.filter(lambda one: one > 0)
ROWS = st.lists(st.builds(Item, TEXTS, TEXTS, TEXTS, NUMBERS, POSITIVE, TEXTS, TEXTS), min_size=1, max_size=5, unique_by=lambda one: one.id)


@settings(max_examples=300, deadline=None)
@given(ROWS, st.sampled_from(Aggregate), st.lists(TEXTS, max_size=2))
def test_a_stored_receipt_gives_the_same_number(rows: list[Item], aggregate: Aggregate, warnings: list[str]) -> None:
    """Through JSON and back, whatever titles hold."""
    receipt = take("kpi", 3, "sum: table.column", AT, rows, aggregate, warnings)
    back = read_receipt(json.loads(json.dumps(receipt.as_dict())))
    assert back.hash == receipt.hash
    assert recount(back) == receipt.value


def changed(said: dict[str, Any], *path: Any, to: Any) -> dict[str, Any]:
    said = copy.deepcopy(said)
    place = said
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return said


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("value",), "3"), (("items",), []), (("items", 0, "title"), "別の題名"), (("query",), "q=a"),
        (("taken_at",), "2022-03-31T04:00:00+00:00"),
        (("taken_at",), "2022-03-31T03:00:00"), (("taken_at",), 1), (("hash",), "0" * 64), (("items", 0), None), (("value",), "x"),
        (("definition_version",), 2), (("warnings",), ["x"]), (("aggregate",), "mean"), (("format",), "other"), (("more",), "x"),
    ],
    ids=str,
)
def test_a_receipt_that_was_changed_is_refused(path: tuple[Any, ...], to: Any) -> None:
    with pytest.raises(ReceiptBroken):
        read_receipt(changed(taken(ITEMS).as_dict(), *path, to=to))


def test_a_receipt_whose_list_gives_another_number_is_refused() -> None:
    """Also where the hash was made to fit."""
    for wrong in (replace(taken(ITEMS), value=Decimal(3)), replace(taken(ITEMS), items=(ITEMS[0], ITEMS[0]))):
        with pytest.raises(ReceiptBroken, match="items give|twice"):
            read_receipt(wrong.as_dict())


def test_the_difference_is_told_item_by_item() -> None:
    """One came, one went, one has a new title."""
    before = taken([Item("a", "A"), Item("b", "B"), Item("c", "C")])
    after = taken([Item("a", "A"), Item("b", "B2"), Item("d", "D"), Item("e", "E")])
    found = difference(before, after)
    assert [item.id for item in found.added] == ["d", "e"]
    assert [item.id for item in found.lost] == ["c"]
    assert found.changed == ((Item("b", "B"), Item("b", "B2")),)
    assert found.value_after - found.value_before == len(found.added) - len(found.lost)
    assert difference(before, before).is_empty


@settings(max_examples=100, deadline=None)
@given(ROWS, ROWS)
def test_the_difference_explains_a_count(before: list[Item], after: list[Item]) -> None:
    found = difference(taken(before), taken(after))
    assert found.value_after - found.value_before == len(found.added) - len(found.lost)


def test_a_year_is_frozen() -> None:
    """Of two KPIs, one counted in time and one 5 days late (in Japan's days)."""
    receipts = [taken(ITEMS, kpi="a"), taken(ITEMS, kpi="b", at=datetime(2022, 4, 4, 16, 0, tzinfo=UTC))]
    frozen = freeze(2021, receipts, datetime(2022, 4, 10, tzinfo=UTC))
    assert (frozen.fiscal_year, dict(frozen.days_late)) == (2021, {"b": 5})
    assert frozen.entries["a"] == (receipts[0].hash, "2")
    assert all(frozen.holds(receipt) for receipt in receipts)
    assert not frozen.holds(taken(ITEMS[:1], kpi="a"))
    assert not frozen.holds(taken(ITEMS, kpi="c"))
    assert frozen.hash == freeze(2021, receipts[::-1], datetime(2022, 4, 10, tzinfo=UTC)).hash
    assert frozen.hash != freeze(2021, receipts[:1], datetime(2022, 4, 10, tzinfo=UTC)).hash


def test_a_year_ends_in_japan() -> None:
    """At 15:00 of 31 March in Greenwich."""
    end = datetime(2022, 3, 31, 15, 0, tzinfo=UTC)
    assert freeze(2021, [], end).fiscal_year == 2021
    with pytest.raises(ValueError, match="令和3年度 is not over"):
        freeze(2021, [], end - timedelta(seconds=1))


def test_what_cannot_be_frozen() -> None:
    at = datetime(2022, 4, 10, tzinfo=UTC)
    with pytest.raises(ValueError, match="two receipts"):
        freeze(2021, [taken(ITEMS), taken(ITEMS)], at)
    with pytest.raises(ValueError, match="later"):
        freeze(2021, [taken(ITEMS, at=at + timedelta(days=1))], at)
    with pytest.raises(ReceiptBroken):
        freeze(2021, [replace(taken(ITEMS), value=Decimal(3))], at)


def test_canonical_bytes_have_the_hash() -> None:
    """Whoever has a receipt's canonical form can check it with a common tool; what is said beside it changes nothing."""
    receipt = taken(ITEMS)
    assert hashlib.sha256(canonical({**receipt.as_dict(), "counting": "portal"})).hexdigest() == receipt.hash
