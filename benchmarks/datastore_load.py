"""How fast a table gets into the DataStore: CKAN's own insert and ours, in one run, on the same rows.

    ./miyagi python benchmarks/datastore_load.py [--rows 100000] [--runs 3]

Both fill a table of 8 columns that can be searched and has a primary key, through the DataStore of the running stack. Stock is
``datastore_create`` and ``datastore_upsert(method="insert")`` in batches of 5,000, as its documentation advises. Prints rows a
second of each run, the medians and their ratio, and compares the two tables row by row before it says anything.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan.cli.cli import CtxObject
from ckanext.datastore.backend.postgres import get_read_engine
from ckanext.miyagiict.catalogue import tables
from ckanext.miyagiict.packages.table import Column

FIELDS = [("code", "text"), ("name", "text"), ("address", "text"), ("kind", "text"), ("capacity", "int8"), ("area", "numeric"),
          ("opened", "date"), ("note", "text")]
CITIES = ["仙台市青葉区", "石巻市", "塩竈市", "気仙沼市", "名取市", "多賀城市", "岩沼市", "大崎市", "南三陸町"]
KINDS = ["指定緊急避難場所", "観光施設", "公共施設", "公衆トイレ", "AED設置箇所", "子育て施設"]
NOTES = ["", "津波のときは使えません", "駐車場あり・多目的トイレあり", "土日祝日は閉館", "要予約（平日のみ）"]
BATCH = 5_000


Row = list[str | None]


def make_rows(count: int) -> Iterator[Row]:
    """Rows like those of municipal facility lists; the same ones every time."""
    chance = random.Random(2026)
    for number in range(count):
        city, kind = chance.choice(CITIES), chance.choice(KINDS)
        yield [
            f"04{number:06d}", f"{city}{kind}{number}", f"宮城県{city}{chance.randint(1, 9)}丁目{chance.randint(1, 99)}番", kind,
            str(chance.randint(0, 5000)), f"{chance.randint(0, 99999) / 10}",
            f"{chance.randint(1950, 2025)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}", chance.choice(NOTES) or None,
        ]


def stock(resource_id: str, rows: Sequence[Row]) -> None:
    """CKAN's own way."""
    tk.get_action("datastore_create")(_context(), {
        "resource_id": resource_id, "force": True, "fields": [{"id": name, "type": type} for name, type in FIELDS], "primary_key": ["code"],
    })
    names = [name for name, _ in FIELDS]
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(dict(zip(names, row, strict=True)))
        if len(batch) == BATCH:
            _insert(resource_id, batch)
            batch = []
    _insert(resource_id, batch)


def ours(resource_id: str, rows: Sequence[Row]) -> None:
    """The loader that publishes packages."""
    columns = [Column(name, type, name) for name, type in FIELDS]
    tables.load(resource_id, columns, ["code"], rows, "benchmark")


@contextmanager
def benchmark_resources(*names: str) -> Iterator[list[str]]:
    """Resources of a dataset of their own, as ids; nothing is left of them and their tables."""
    name = f"benchmark-{uuid.uuid4().hex[:8]}"
    organization = tk.get_action("organization_create")(_context(), {"name": name})
    resources = [{"name": name, "url": "https://example.com/x.csv"} for name in names]
    dataset = tk.get_action("package_create")(_context(), {"name": name, "owner_org": organization["id"], "resources": resources})
    ids = [resource["id"] for resource in dataset["resources"]]
    try:
        yield ids
    finally:
        for resource_id in ids:
            tables.drop(resource_id)
        tk.get_action("dataset_purge")(_context(), {"id": dataset["id"]})
        tk.get_action("organization_purge")(_context(), {"id": organization["id"]})


def _insert(resource_id: str, records: list[dict[str, Any]]) -> None:
    if records:
        tk.get_action("datastore_upsert")(_context(), {
            "resource_id": resource_id, "force": True, "method": "insert", "records": records, "calculate_record_count": False,
        })


def _context() -> Any:
    return {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}


def _timed(load: Callable[[str, Sequence[Row]], None], resource_id: str, rows: Sequence[Row]) -> float:
    started = time.perf_counter()
    load(resource_id, rows)
    return time.perf_counter() - started


def _digest(resource_id: str) -> Any:
    """Number of rows and hash of all cells, in the order of the key; what they are found by differs by design."""
    names = ", ".join(f'"{name}"' for name, _ in FIELDS)
    query = f"""SELECT count(*), md5(string_agg(concat_ws('|', {names}), '/' ORDER BY code)) FROM "{resource_id}\""""
    with get_read_engine().connect() as connection:
        return tuple(connection.execute(sa.text(query.replace(":", "\\:"))).one())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    app = CtxObject(os.environ["CKAN_INI"]).app
    with app._wsgi_app.test_request_context():
        with benchmark_resources("stock", "ours") as (stock_id, ours_id):
            _run(stock_id, ours_id, arguments.rows, arguments.runs)


def _run(stock_id: str, ours_id: str, count: int, runs: int) -> None:
    rows = list(make_rows(count))
    rates: dict[str, list[float]] = {"stock": [], "ours": []}
    for run in range(1, runs + 1):
        for way, load, resource_id in (("stock", stock, stock_id), ("ours", ours, ours_id)):
            tables.drop(resource_id)
            rates[way].append(count / _timed(load, resource_id, rows))
            print(f"run {run}  {way:5}  {rates[way][-1]:>10,.0f} rows/s", flush=True)
        if _digest(stock_id) != _digest(ours_id):
            raise SystemExit("the two tables differ: nothing to compare")
    medians = {way: statistics.median(measured) for way, measured in rates.items()}
    print(f"median stock {medians['stock']:,.0f} rows/s, ours {medians['ours']:,.0f} rows/s, ratio {medians['ours'] / medians['stock']:.1f}")


if __name__ == "__main__":
    main()
