"""How fast a Japanese word is found in a table of 100,000 rows, through ``datastore_search``: 100 rows and how many there are.

    ./miyagi python benchmarks/table_search.py [--rows 100000] [--times 20]

Prints for each question the number of rows, the median and the slowest of the answers. Compares every number with a look through the
rows in Python before it says anything.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from typing import Any

import datastore_load

import ckan.plugins.toolkit as tk
from ckan.cli.cli import CtxObject
from ckanext.miyagiict.catalogue import tables
from ckanext.miyagiict.packages.search_text import row_text, words
from ckanext.miyagiict.packages.table import Column

#: One row, ten, a hundredth, a tenth, a fifth, nearly all, none; several words; a digit, a sentence, a date.
QUESTIONS = [
    "04077777", "県石巻市9丁目99番", "名取市7丁目", "仙台市青葉区", "津波", "市", "存在しない語", "観光 大崎市 駐車場", "AED 土日", "7",
    "多目的トイレのある南三陸町の公共施設を探しています", "1999-12-24",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=20)
    arguments = parser.parse_args()
    app = CtxObject(os.environ["CKAN_INI"]).app
    with app._wsgi_app.test_request_context(), datastore_load.benchmark_resources("searched") as (resource_id,):
        rows = list(datastore_load.make_rows(arguments.rows))
        columns = [Column(name, type, name) for name, type in datastore_load.FIELDS]
        tables.load(resource_id, columns, ["code"], rows, tables.fingerprint(columns, ["code"], "benchmark"))
        texts = [row_text(row) for row in rows]
        for question in QUESTIONS:
            _measure(resource_id, question, sum(all(word in text for word in words(question)) for text in texts), arguments.times)


def _measure(resource_id: str, question: str, expected: int, times: int) -> None:
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        answer: dict[str, Any] = tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": resource_id, "q": question})
        seconds.append(time.perf_counter() - started)
        if (answer["total"], len(answer["records"])) != (expected, min(expected, 100)):
            raise SystemExit(f"{question}: {answer['total']} rows found, {expected} are there")
    median, slowest = statistics.median(seconds) * 1000, max(seconds) * 1000
    print(f"{expected:>8,} rows  median {median:5.1f} ms  slowest {slowest:6.1f} ms  {question}", flush=True)


if __name__ == "__main__":
    main()
