"""A pretended CKAN portal in a process of its own: answers are prepared in memory, so that it costs those it is asked by next to nothing.

It holds several portals, each below a path of its own and of another municipality, and can let a part of a portal's datasets change.
"""

from __future__ import annotations

import csv
import json
import multiprocessing
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["Replay", "serving"]

KINDS = ("指定避難所", "公衆無線LAN", "AED設置箇所", "人口", "保育所", "観光施設", "公園", "図書館", "ごみ集積所", "予算")
_SINCE = re.compile(r"metadata_modified:\[(.+?)Z? TO \*\]")


def municipalities() -> list[str]:
    """Names of the prefecture's municipalities."""
    table = files("miyagi_harvesters").joinpath("tables_of_facts", "municipalities.csv").read_text(encoding="utf-8-sig")
    return [row["name"] for row in csv.DictReader(table.splitlines()) if row["name"].endswith(("市", "町", "村"))]


class Portals:
    """The datasets of all portals, as JSON."""

    def __init__(self) -> None:
        self._names = municipalities()
        self._packages: dict[str, dict[str, tuple[str, bytes]]] = {}
        self.asked = 0

    def make(self, portal: str, place: int, count: int) -> None:
        """A portal of so many datasets with two resources each."""
        self._packages[portal] = {}
        for number in range(count):
            self._put(portal, place, number, "2026-04-01T01:02:03.456789", "")

    def change(self, portal: str, place: int, every: int) -> int:
        """Let every so-manieth dataset say something else.

        :returns: how many changed
        """
        now = datetime.now(UTC).replace(tzinfo=None).isoformat()
        numbers = range(0, len(self._packages[portal]), every)
        for number in numbers:
            self._put(portal, place, number, now, f"{now}に更新しました。")
        return len(numbers)

    def _put(self, portal: str, place: int, number: int, modified: str, note: str) -> None:
        # No two titles of a municipality are the same: the same data on two portals would be linked, not written.
        town = self._names[place % len(self._names)]
        kind = KINDS[number % len(KINDS)]
        id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{portal}/{number}"))
        package = {
            "id": id, "name": f"{portal}-{number:05d}", "title": f"{town} {kind}一覧 {portal}-{number}", "type": "dataset", "state": "active",
            "private": False, "notes": f"{town}が公開する{kind}の名称、所在地、連絡先です。{note}" * 2, "license_id": "cc-by",
            "license_title": "クリエイティブ・コモンズ 表示", "author": f"{town}総務課", "metadata_created": "2026-01-05T00:00:00.000001",
            "metadata_modified": modified, "tags": [{"name": tag, "display_name": tag} for tag in (kind, "防災", "統計")], "groups": [],
            "organization": {"id": f"org-{portal}", "name": f"org-{portal}", "title": town},
            "extras": [{"key": "frequency", "value": "毎年"}],
            "resources": [
                {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{portal}/{number}/{table}")), "name": f"{kind} {table}", "format": format,
                 "description": f"{kind}の表{table}", "url": f"https://data.example.jp/{portal}/{number}/{table}.{format.lower()}",
                 "created": "2026-01-05T00:00:00.000001", "last_modified": modified, "state": "active", "position": table}
                for table, format in enumerate(("CSV", "XLSX"))
            ],
        }
        self._packages[portal][package["name"]] = (modified, json.dumps(package).encode())

    def answer(self, path: str) -> bytes | None:
        """What is answered to a path with its query; None where there is nothing."""
        parts = urlsplit(path)
        portal, _, action = parts.path.strip("/").partition("/api/3/action/")
        if portal not in self._packages or not action:
            return None
        self.asked += 1
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        packages = self._packages[portal]
        if action == "package_search":
            since = _SINCE.search(asked.get("fq", ""))
            found = [body for modified, body in packages.values() if since is None or modified >= since[1]]
            start = int(asked.get("start", 0))
            page = b",".join(found[start:start + int(asked.get("rows", 10))])
            return b'{"success": true, "result": {"count": %d, "results": [%s]}}' % (len(found), page)
        if action == "package_list":
            return json.dumps({"success": True, "result": list(packages)}).encode()
        if action == "package_show" and asked.get("id") in packages:
            return b'{"success": true, "result": %s}' % packages[asked["id"]][1]
        return None


class Replay:
    """The process's owner talks to it by this.

    :param address: where the portals are: ``{address}/{portal}``
    """

    def __init__(self, address: str, pipe: Connection) -> None:
        self.address = address
        self._pipe = pipe

    def make(self, portal: str, place: int, count: int) -> None:
        self._call("make", portal, place, count)

    def change(self, portal: str, place: int, every: int) -> int:
        return int(self._call("change", portal, place, every))

    def requests(self) -> int:
        """How many requests came since this was asked last."""
        return int(self._call("requests"))

    def _call(self, *words: Any) -> Any:
        self._pipe.send(words)
        return self._pipe.recv()


@contextmanager
def serving() -> Iterator[Replay]:
    """The portals at an address of this machine."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Replay(ours.recv(), ours)
    finally:
        ours.close()
        process.terminate()
        process.join()


def _serve(pipe: Connection) -> None:
    portals = Portals()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = portals.answer(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "application/json;charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(f"http://127.0.0.1:{server.server_address[1]}")
    while True:
        try:
            word, *rest = pipe.recv()
        except EOFError:
            return
        if word == "requests":
            pipe.send(portals.asked)
            portals.asked = 0
        else:
            pipe.send(getattr(portals, word)(*rest))
