"""The receipt of a counted number: the question, the time, and every item that makes the number up.

From a receipt alone the same number can be counted again; two receipts tell their difference item by item; at the end of a fiscal year
receipts are frozen under one hash. Hashes are SHA-256 over the canonical form: JSON in UTF-8, keys sorted, no blanks, items by id.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Context, Decimal, Inexact, localcontext
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import Any

from miyagi_harvesters.dates import JST

from ..packages.fiscal_years import label
from .months import end_of_fiscal_year

__all__ = [
    "Aggregate", "Difference", "Frozen", "Item", "Receipt", "ReceiptBroken", "canonical", "difference", "freeze", "read_receipt", "recount", "take",
]

FORMAT = "miyagiict-kpi-receipt-1"
FROZEN_FORMAT = "miyagiict-kpi-freeze-1"
#: What of a stored receipt its hash is made from.
_HASHED = ("format", "kpi", "definition_version", "query", "taken_at", "aggregate", "value", "items", "warnings")
_RATIO_PLACES = 4
#: Digits that a sum may have.
_PLACES = 100


class Aggregate(Enum):
    """How items become a number."""

    COUNT = "count"
    SUM = "sum"
    #: Sum of the values by sum of what they are shares of, in per cent, four decimals (half to even).
    RATIO = "ratio"
    #: Value of the item that comes last in the order of ``Item.order``.
    LAST = "last"


class ReceiptBroken(Exception):
    """A receipt that does not say what its hash or its number says."""


@dataclass(frozen=True)
class Item:
    """One thing that was counted.

    :param id: stays the same: id of a dataset, code of a municipality, key of a row
    :param value: of a sum, ratio or last
    :param of: of a ratio: what the value is a share of
    :param order: of a last: text that sorts, such as an ISO date
    :param basis: what makes it count, where items of one receipt differ in that: ``catalogue``, ``list``
    """

    id: str
    title: str
    link: str = ""
    value: Decimal | None = None
    of: Decimal | None = None
    order: str = ""
    basis: str = ""

    def as_dict(self) -> dict[str, str]:
        """Without what is empty; numbers as text, so that no reader rounds them."""
        said = {"id": self.id}
        for key in ("title", "link", "order", "basis"):
            if text := getattr(self, key):
                said[key] = text
        for key in ("value", "of"):
            if (number := getattr(self, key)) is not None:
                said[key] = _text(number)
        return said


@dataclass(frozen=True)
class Receipt:
    """:param warnings: what makes the number doubtful, such as a harvest that failed or was held while it was counted"""

    kpi: str
    definition_version: int
    query: str
    taken_at: datetime
    aggregate: Aggregate
    value: Decimal
    items: tuple[Item, ...]
    warnings: tuple[str, ...] = ()

    def by_basis(self) -> dict[str, int]:
        """How many items count for which reason."""
        return dict(sorted(Counter(item.basis for item in self.items).items()))

    @cached_property
    def items_hash(self) -> str:
        """Of the items alone: two receipts of one hash counted the same things."""
        return hashlib.sha256(self._items).hexdigest()

    @cached_property
    def hash(self) -> str:
        """Of all that it says."""
        return hashlib.sha256(_object(self._parts())).hexdigest()

    def as_json(self) -> bytes:
        """As it is stored: what was said, and the hash over it."""
        return _object({**self._parts(), "hash": _canonical(self.hash)})

    def as_dict(self) -> dict[str, Any]:
        """What ``as_json`` says."""
        return dict(json.loads(self.as_json()))

    @cached_property
    def _items(self) -> bytes:
        """The list in its canonical form. There may be thousands: it is made once for both hashes and for what is stored."""
        return _canonical([item.as_dict() for item in self.items])

    def _parts(self) -> dict[str, bytes]:
        said = {
            "format": FORMAT, "kpi": self.kpi, "definition_version": self.definition_version, "query": self.query,
            "taken_at": _moment(self.taken_at), "aggregate": self.aggregate.value, "value": _text(self.value), "warnings": list(self.warnings),
        }
        return {"items": self._items, **{key: _canonical(value) for key, value in said.items()}}


@dataclass(frozen=True)
class Difference:
    """From an earlier receipt to a later one.

    :param lost: items that are gone
    :param changed: earlier and later form of items whose title, link or value is another one
    """

    added: tuple[Item, ...]
    lost: tuple[Item, ...]
    changed: tuple[tuple[Item, Item], ...]
    value_before: Decimal
    value_after: Decimal

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.lost or self.changed)


@dataclass(frozen=True)
class Frozen:
    """The receipts of a fiscal year, as they stood when the year was closed.

    :param entries: KPI → hash of its receipt and value, both as text
    :param days_late: KPI → how many days after the end of the year its number was counted; only those that were
    """

    fiscal_year: int
    frozen_at: datetime
    entries: Mapping[str, tuple[str, str]]
    days_late: Mapping[str, int]

    @property
    def hash(self) -> str:
        return _hash({
            "format": FROZEN_FORMAT, "fiscal_year": self.fiscal_year, "frozen_at": _moment(self.frozen_at),
            "entries": {kpi: list(entry) for kpi, entry in self.entries.items()}, "days_late": dict(self.days_late),
        })

    def holds(self, receipt: Receipt) -> bool:
        """Whether a receipt is, to the letter, the one that was frozen."""
        return self.entries.get(receipt.kpi) == (receipt.hash, _text(receipt.value))


def take(
    kpi: str, definition_version: int, query: str, taken_at: datetime, items: Iterable[Item],
    aggregate: Aggregate = Aggregate.COUNT, warnings: Iterable[str] = (),
) -> Receipt:
    """Count items and write the receipt.

    :param taken_at: aware
    :param items: each id once; an id that comes again must be the same item to the letter
    :raises ValueError: a time without a zone, two different items of one id, or items without the values that the aggregate needs
    """
    if taken_at.tzinfo is None:
        raise ValueError("the time of a receipt needs a zone")
    by_id: dict[str, Item] = {}
    for item in items:
        if by_id.setdefault(item.id, item) != item:
            raise ValueError(f"two different items have the id {item.id}")
    ordered = tuple(by_id[id] for id in sorted(by_id))
    return Receipt(kpi, definition_version, query, taken_at, aggregate, _number(aggregate, ordered), ordered, tuple(warnings))


def recount(receipt: Receipt) -> Decimal:
    """The number, from the list of items alone.

    :raises ReceiptBroken: the list does not give the number that the receipt says
    """
    try:
        again = _number(receipt.aggregate, receipt.items)
    except ValueError as error:
        raise ReceiptBroken(str(error)) from error
    if len({item.id for item in receipt.items}) != len(receipt.items):
        raise ReceiptBroken("an item is listed twice")
    if again != receipt.value:
        raise ReceiptBroken(f"the items give {again}, the receipt says {receipt.value}")
    return again


def read_receipt(stored: Mapping[str, Any]) -> Receipt:
    """A receipt from its stored form, checked: its hash, its list and its number.

    :raises ReceiptBroken: anything else than what was written
    """
    try:
        receipt = Receipt(
            str(stored["kpi"]), int(stored["definition_version"]), str(stored["query"]), datetime.fromisoformat(stored["taken_at"]),
            Aggregate(stored["aggregate"]), Decimal(stored["value"]), tuple(_item(item) for item in stored["items"]),
            tuple(stored["warnings"]),
        )
        is_whole = receipt.as_dict() == dict(stored)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise ReceiptBroken(f"not a receipt: {error}") from error
    if not is_whole:
        raise ReceiptBroken("the receipt was changed after it was written")
    recount(receipt)
    return receipt


def canonical(stored: Mapping[str, Any]) -> bytes:
    """The bytes whose SHA-256 is the hash of a stored receipt, so that anybody can check it with a common tool.

    :param stored: as ``Receipt.as_dict`` has it; whatever else is in it, and the hash itself, is left out
    """
    return _canonical({key: stored[key] for key in _HASHED})


def difference(before: Receipt, after: Receipt) -> Difference:
    """What came, what went, what became another."""
    earlier, later = ({item.id: item for item in receipt.items} for receipt in (before, after))
    return Difference(
        added=tuple(item for id, item in later.items() if id not in earlier),
        lost=tuple(item for id, item in earlier.items() if id not in later),
        changed=tuple((earlier[id], item) for id, item in later.items() if id in earlier and earlier[id] != item),
        value_before=before.value, value_after=after.value,
    )


def freeze(fiscal_year: int, receipts: Iterable[Receipt], frozen_at: datetime, zone: tzinfo = JST) -> Frozen:
    """Close a fiscal year.

    :param receipts: one a KPI, the last one of the year; one that was counted after its end is taken and marked
    :param zone: in which the year ends
    :raises ValueError: the year is not over, two receipts of one KPI, or a receipt later than the freezing
    :raises ReceiptBroken: a receipt whose list does not give its number
    """
    end = end_of_fiscal_year(fiscal_year)
    if _day(frozen_at, zone) <= end:
        raise ValueError(f"{label(fiscal_year)} is not over")
    entries: dict[str, tuple[str, str]] = {}
    late: dict[str, int] = {}
    for receipt in receipts:
        if receipt.kpi in entries:
            raise ValueError(f"two receipts of {receipt.kpi}")
        if receipt.taken_at > frozen_at:
            raise ValueError(f"the receipt of {receipt.kpi} is later than the freezing")
        entries[receipt.kpi] = (receipt.hash, _text(recount(receipt)))
        if (days := (_day(receipt.taken_at, zone) - end).days) > 0:
            late[receipt.kpi] = days
    return Frozen(fiscal_year, frozen_at, entries, late)


def _number(aggregate: Aggregate, items: tuple[Item, ...]) -> Decimal:
    """:raises ValueError: no item to take the last of, a missing value, or a share of nothing"""
    if aggregate is Aggregate.COUNT:
        return Decimal(len(items))
    values = [_given(item.value, item) for item in items]
    if aggregate is Aggregate.SUM:
        return _total(values)
    if aggregate is Aggregate.RATIO:
        whole = _total([_given(item.of, item) for item in items])
        if whole == 0:
            raise ValueError("a share of nothing")
        share = Fraction(_total(values)) * 100 / Fraction(whole)
        # round() of a fraction is exact, half to even.
        return Decimal(round(share * 10**_RATIO_PLACES)).scaleb(-_RATIO_PLACES)
    if not items:
        raise ValueError("no item to take the last of")
    return _given(max(items, key=lambda item: (item.order, item.id)).value, items[-1])


def _total(values: list[Decimal]) -> Decimal:
    """The exact sum.

    :raises ValueError: numbers so far apart that no sum of theirs could be written down
    """
    with localcontext(Context(prec=_PLACES, traps=[Inexact])):
        try:
            return sum(values, Decimal(0))
        except Inexact as error:
            raise ValueError("these numbers cannot be added exactly") from error


def _given(value: Decimal | None, item: Item) -> Decimal:
    if value is None or not value.is_finite():
        raise ValueError(f"item {item.id} has no value")
    return value


def _item(said: Mapping[str, str]) -> Item:
    value, of = (Decimal(said[key]) if said.get(key) else None for key in ("value", "of"))
    return Item(said["id"], said.get("title", ""), said.get("link", ""), value, of, said.get("order", ""), said.get("basis", ""))


def _text(value: Decimal) -> str:
    """One text for one number: 35.0, 35 and 3.5E+1 are ``35``."""
    plain = f"{value:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "") else plain


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def _hash(said: Any) -> str:
    return hashlib.sha256(_canonical(said)).hexdigest()


def _object(parts: Mapping[str, bytes]) -> bytes:
    """The canonical form of an object, of the canonical forms of its values."""
    return b"{" + b",".join(_canonical(key) + b":" + parts[key] for key in sorted(parts)) + b"}"


def _canonical(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")
