"""Definitions: four kinds, versions, and what cannot be used."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ckanext.miyagiict.kpi.definition import ByHand, ColumnValue, DatasetQuery, Definition, RegisterCount, definition_on, read_definition
from ckanext.miyagiict.kpi.problems import InputInvalid
from ckanext.miyagiict.kpi.receipt import Aggregate

COMMON = {"kpi": "kpi", "version": 1, "valid_from": "2022-10-03"}


def faults(**data: Any) -> list[str]:
    with pytest.raises(InputInvalid) as refused:
        read_definition({**COMMON, **data})
    return [problem.field for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("data", "kind", "question"),
    [
        ({"kind": "datasets", "filters": ["organization:miyagi"]}, DatasetQuery(filters=("organization:miyagi",)),
        "datasets: q=*:*&fq=organization:miyagi"),
        ({"kind": "datasets", "query": "避難所",
        "counted": "municipalities"}, DatasetQuery("避難所", counted="municipalities"), "municipalities: q=避難所"),
        ({"kind": "register", "service": "電子申請"}, RegisterCount("電子申請"), "register: service=電子申請"),
        ({"kind": "register", "service": "電子申請", "procedure": "転入届"}, RegisterCount("電子申請",
        "転入届"), "register: service=電子申請&procedure=転入届"),
        (
            {"kind": "column", "resource": "r", "column": "value", "aggregate": "last", "order": "day", "where": {"b": "2", "a": "1"}},
            ColumnValue("r", "value", Aggregate.LAST, order="day", where=(("a", "1"), ("b", "2"))), "last: r.value by day&a=1&b=2",
        ),
        ({"kind": "column", "resource": "r", "column": "v", "aggregate": "ratio", "of": "w"}, ColumnValue("r",
        "v", Aggregate.RATIO, "w"), "ratio: r.v/w"),
        ({"kind": "by_hand", "how": "所管課に照会"}, ByHand("所管課に照会"), "by hand"),
    ],
)
def test_kinds(data: dict[str, Any], kind: object, question: str) -> None:
    definition = read_definition({**COMMON, **data})
    assert (definition.kind, definition.kind.question) == (kind, question)


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"kind": "guess"}, ["kind"]), ({"kind": None}, ["kind"]), ({"kind": ["datasets"]}, ["kind"]),
        ({"kind": "datasets", "service": "x"}, ["service"]),
        ({"kind": "datasets", "query": 1}, ["query"]), ({"kind": "datasets", "filters": "a:b"}, ["filters"]),
        ({"kind": "datasets", "filters": [1]}, ["filters"]), ({"kind": "datasets", "counted": "resources"}, ["counted"]),
        ({"kind": "register"}, ["service"]),
        ({"kind": "column"}, ["resource", "column", "aggregate"]),
        ({"kind": "column", "resource": "r", "column": "c", "aggregate": "ratio"}, ["of"]),
        ({"kind": "column", "resource": "r", "column": "c", "aggregate": "sum", "of": "d"}, ["of"]),
        ({"kind": "column", "resource": "r", "column": "c", "aggregate": "last"}, ["order"]),
        ({"kind": "column", "resource": "r", "column": "c", "aggregate": "sum", "where": ["a"]}, ["where"]),
        ({"kind": "column", "resource": "r", "column": "c", "aggregate": "count"}, ["aggregate"]),
        ({"kind": "by_hand", "version": 0, "kpi": "", "valid_from": "soon"}, ["version", "kpi", "valid_from"]),
        ({"kind": "by_hand", "version": True}, ["version"]), ({"kind": "by_hand", "version": 2}, ["reason"]),
        ({"kind": "by_hand", "valid_from": None}, ["valid_from"]), ({"kind": "by_hand", "valid_to": "2022-10-02"}, ["valid_to"]),
        ({"kind": "by_hand", "how": "x" * 2001}, ["how"]),
    ],
)
def test_every_fault_is_listed(data: dict[str, Any], wrong: list[str]) -> None:
    assert faults(**data) == wrong


def test_the_version_of_a_day() -> None:
    """From October 2022 on the joint portal is counted; before the first version nothing is."""
    first = Definition("kpi", 1, DatasetQuery(), date(2020, 12, 1), date(2022, 10, 2))
    second = Definition("kpi", 2, DatasetQuery(counted="municipalities"), date(2022, 10, 3), reason="共同サイトの公開")
    overlapping = Definition("kpi", 3, ByHand(), date(2022, 10, 3), reason="集計の停止")
    assert definition_on([first, second], date(2022, 10, 2)) is first
    assert definition_on([first, second], date(2022, 10, 3)) is second
    assert definition_on([overlapping, first, second], date(2022, 10, 3)) is overlapping
    assert definition_on([first, second], date(2020, 11, 30)) is None


def test_ways_to_count_have_versions_of_their_own() -> None:
    prefecture, portal = (read_definition({**COMMON, "kind": "datasets", "counting": counting}) for counting in ("prefecture", "portal"))
    assert definition_on([prefecture, portal], date(2023, 1, 1), "portal") is portal
    assert definition_on([prefecture, portal], date(2023, 1, 1)) is None


def test_yaml_gives_dates() -> None:
    definition = read_definition({**COMMON, "kind": "by_hand", "valid_from": date(2022, 4, 1), "valid_to": date(2023, 3, 31)})
    assert (definition.holds_on(date(2023, 3, 31)), definition.holds_on(date(2023, 4, 1))) == (True, False)
