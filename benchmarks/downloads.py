"""How soon a download begins: CKAN's DataStore dump and our addresses, in one run, on the same 100,000 rows.

    ./miyagi python benchmarks/downloads.py [--rows 100000] [--requests 30]

Publishes a table into the catalogue of the home, serves it by gunicorn with 2 workers on a free port, and asks for it over HTTP:
the whole table and a filtered part, from CKAN's dump and from ours. Prints milliseconds to the first byte (median, p95), what HEAD costs,
whether there is an ETag that answers 304, whether Range is honoured, and by how much the workers' memory grew.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import datastore_load

import ckan.plugins.toolkit as tk
from ckan.cli.cli import CtxObject
from ckanext.miyagiict.catalogue import identity, tables
from ckanext.miyagiict.catalogue.publish import publish

NAME = "benchmark-downloads"
TYPES = {"text": "string", "int8": "integer", "numeric": "number", "date": "date"}


def package(folder: Path, rows: int) -> Path:
    """A package with one table of the loader's benchmark."""
    folder = folder / NAME
    folder.mkdir()
    fields = [{"name": name, "type": TYPES[type]} for name, type in datastore_load.FIELDS]
    resource = {"name": "places", "path": "places.csv", "schema": {"fields": fields, "primaryKey": "code", "missingValues": [""]}}
    (folder / "datapackage.json").write_text(json.dumps({"name": NAME, "title": "計測用", "resources": [resource]}), encoding="utf-8")
    with (folder / "places.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([name for name, _ in datastore_load.FIELDS])
        writer.writerows(datastore_load.make_rows(rows))
    return folder


@contextmanager
def served(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The catalogue on a port, by the stack's own gunicorn settings."""
    stack = Path(__file__).resolve().parents[1] / "stack" / "in_ckan"
    environment = os.environ | {"MIYAGI_BIND": f"127.0.0.1:{port}", "MIYAGI_ACCESS_LOG": os.devnull}
    argv = [str(Path(sys.executable).with_name("gunicorn")), "--config", str(stack / "gunicorn.conf.py"), "miyagi_wsgi:application"]
    server = subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(240):
            try:
                ask(port, "/api/3/action/status_show")
                break
            except OSError:
                time.sleep(0.5)
        yield server
    finally:
        server.terminate()
        server.wait()


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[float, int, http.client.HTTPMessage, int]:
    """Milliseconds to the first byte, status, headers and bytes of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    started = time.perf_counter()
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    size = len(answer.read(1))
    first = (time.perf_counter() - started) * 1000
    size += len(answer.read())
    connection.close()
    return first, answer.status, answer.headers, size


def memory(server: subprocess.Popen[bytes]) -> int:
    """Most resident memory of any worker, in MB, as the kernel keeps it."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    peaks = [line for child in children for line in Path(f"/proc/{child}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return max(int(line.split()[1]) for line in peaks) // 1024


def measure(port: int, server: subprocess.Popen[bytes], title: str, path: str, requests: int) -> float:
    """Ask several times and print a line; returns the median."""
    before = memory(server)
    times = sorted(ask(port, path)[0] for _ in range(requests))
    _, _, headers, size = ask(port, path)
    tag = headers.get("ETag", "")
    not_modified = bool(tag) and ask(port, path, **{"If-None-Match": tag})[1] == 304
    partial = ask(port, path, Range="bytes=0-99")[1] == 206
    head = ask(port, path, "HEAD")[0]
    median, p95 = statistics.median(times), times[int(len(times) * 0.95) - 1]
    print(f"{title:34} first byte {median:7.1f} ms, p95 {p95:7.1f} ms | HEAD {head:7.1f} ms | ETag/304 {'yes' if not_modified else 'no ':3} | "
          f"Range {'yes' if partial else 'no ':3} | {size / 1e6:6.2f} MB | worker memory +{memory(server) - before} MB", flush=True)
    return median


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=30)
    arguments = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = CtxObject(os.environ["CKAN_INI"]).app
    with app._wsgi_app.test_request_context(), tempfile.TemporaryDirectory() as folder:
        publish(package(Path(folder), arguments.rows))
        resource = identity.resource_id(NAME, "places")
        try:
            with served(port) as server:
                ours, dump = f"/datapackage/{NAME}/places.csv", f"/datastore/dump/{resource}"
                word, filters = quote("仙台市青葉区観光施設"), quote(json.dumps({"kind": "観光施設"}))
                for path in (ours, dump):
                    ask(port, path)
                whole = [measure(port, server, title, path, arguments.requests) for title, path in (
                    ("CKAN's dump, whole", dump), ("ours, whole file", ours))]
                part = [measure(port, server, title, path, arguments.requests) for title, path in (
                    ("CKAN's dump, filtered and sorted", f"{dump}?filters={filters}&sort=capacity%20desc"),
                    ("ours, filtered and sorted", f"{ours}?filters={filters}&sort=capacity%20desc"))]
                measure(port, server, "ours, a Japanese word", f"{ours}?q={word}", arguments.requests)
                print(f"first byte, CKAN's dump to ours: whole {whole[0] / whole[1]:.1f}, filtered {part[0] / part[1]:.1f}")
        finally:
            tables.drop(resource)
            context = {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}
            tk.get_action("dataset_purge")(context, {"id": identity.dataset_id(NAME)})


if __name__ == "__main__":
    main()
