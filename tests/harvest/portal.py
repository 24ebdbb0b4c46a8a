"""A portal on this machine that speaks CKAN's API, and can fail in the ways that portals do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["Portal", "serving"]

#: (status, content type, body)
Answer = tuple[int, str, bytes]


class Portal:
    """Datasets and files of a pretended portal.

    :param faults: path → an answer in the place of the right one
    :param asked: paths with query, in the order in which they were asked for
    """

    def __init__(self) -> None:
        self.address = ""
        self.packages: dict[str, dict[str, Any]] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.faults: dict[str, Answer] = {}
        self.asked: list[str] = []

    def dataset(self, id: str, title: str, *, organization: str = "名取市", files: dict[str, bytes] | None = None, **more: Any) -> None:
        """Add a dataset, or put another state in its place."""
        for name, body in (files or {}).items():
            self.files[f"/files/{id}/{name}"] = ("text/csv", body)
        self.packages[id] = {
            "id": id, "name": f"d-{id}", "title": title, "notes": f"{title}です。", "type": "dataset", "state": "active", "private": False,
            "license_id": "cc-by-40-intl", "metadata_created": "2026-01-05T00:00:00.000000", "metadata_modified": "2026-04-01T01:02:03.000000",
            "organization": {"id": f"o-{organization}", "name": "org", "title": organization}, "tags": [{"name": "防災"}], "groups": [],
            "extras": [], "resources": [
                {"id": f"{id}-{name}", "name": name, "format": name.rsplit(".", 1)[-1], "url": f"{self.address}/files/{id}/{name}",
                 "created": "2026-01-05T00:00:00.000000", "last_modified": None}
                for name in (files or {})
            ], **more,
        }

    def datasets(self, count: int, *, title: str = "避難所一覧", first: int = 0) -> None:
        for number in range(first, first + count):
            self.dataset(f"id{number}", f"{title} {number}")

    def answer(self, path: str) -> Answer:
        """What the portal answers to a path with its query."""
        parts = urlsplit(path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path in self.faults:
            return self.faults[parts.path]
        if parts.path in self.files:
            return 200, *self.files[parts.path]
        action = parts.path.rpartition("/")[2] if parts.path.startswith("/api/3/action/") else ""
        listed = list(self.packages.values())
        if action == "package_search":
            start, rows = int(asked.get("start", 0)), int(asked.get("rows", 10))
            return _json({"count": len(listed), "results": listed[start:start + rows]})
        if action == "package_list":
            start, rows = int(asked.get("offset", 0)), int(asked.get("limit", 10**6))
            return _json([package["name"] for package in listed[start:start + rows]])
        if action == "package_show":
            found = [package for package in listed if asked.get("id") in (package["id"], package["name"])]
            return _json(found[0]) if found else (404, "application/json", b'{"success": false, "error": {"message": "Not found"}}')
        return 404, "text/html", b"<html>not here</html>"


def _json(result: Any) -> Answer:
    return 200, "application/json;charset=utf-8", json.dumps({"help": "", "success": True, "result": result}, ensure_ascii=False).encode()


@contextmanager
def serving(portal: Portal) -> Iterator[Portal]:
    """The portal at an address of this machine."""
    handler = type("Handler", (_Handler,), {"answer_to": staticmethod(portal.answer), "asked": portal.asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    portal.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answer_to: Callable[[str], Answer]
    asked: list[str]

    def do_GET(self) -> None:
        if self.path != "/robots.txt":
            self.asked.append(self.path)
        status, kind, body = self.answer_to(self.path)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""
