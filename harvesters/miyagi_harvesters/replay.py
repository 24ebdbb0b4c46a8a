"""A server on this machine that gives saved answers, for demonstrations and measurements: ``python -m miyagi_harvesters.replay FOLDER``.

It takes the portal's name from a proxy request (``GET http://portal/path``), from the ``Host`` header, or from the first part of the path
(``/portal/path``), so that several portals are served by one port. It listens on 127.0.0.1 only.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import sys
from collections.abc import Iterable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .addresses import parse
from .problems import PortalError
from .saved import SavedAnswer, SavedAnswers, is_unchanged

__all__ = ["ReplayServer", "main"]

#: Handed on; the rest is said anew.
HEADERS = ("content-type", "content-disposition", "last-modified")


class ReplayServer(ThreadingHTTPServer):
    """Serves folders of saved answers; an earlier folder wins.

    :param port: 0 for a free one
    :raises PortalError: a folder cannot be read
    """

    daemon_threads = True

    def __init__(self, folders: Iterable[str | Path], port: int = 0) -> None:
        self.folders = [SavedAnswers(folder) for folder in folders]
        self.hosts = {parse(saved.url).authority for folder in self.folders for saved in folder}
        redirected = [(folder, saved) for folder in reversed(self.folders) for saved in folder if saved.hops]
        self._ends = {parse(saved.final_url).identity: (folder, saved) for folder, saved in redirected}
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def find(self, url: str) -> tuple[SavedAnswers, SavedAnswer] | None:
        """The saved answer for an address, and its folder; also for the address that redirects led to."""
        for folder in self.folders:
            if saved := folder.find(url):
                return folder, saved
        return self._ends.get(parse(url).identity)


class _Handler(BaseHTTPRequestHandler):
    """One connection; answers GET and HEAD."""

    protocol_version = "HTTP/1.1"
    server_version = "miyagi-replay"
    timeout = 60
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    server: ReplayServer

    def do_GET(self) -> None:
        try:
            url, prefix = self._asked()
            found = self.server.find(url)
            if found is None:
                return self._answer(404, b"not saved\n", {"content-type": "text/plain"})
            self._give(*found, url, prefix)
        except PortalError as error:
            self._answer(400, f"{error}\n".encode(), {"content-type": "text/plain; charset=utf-8"})

    do_HEAD = do_GET

    def _asked(self) -> tuple[str, str]:
        """The portal's address that is asked for, and what stands before the portal's paths here."""
        if self.path.startswith(("http://", "https://")):
            return self.path, ""
        host = self.headers.get("Host", "")
        if host in self.server.hosts:
            return f"http://{host}{self.path}", ""
        portal, _, path = self.path.removeprefix("/").partition("/")
        return f"http://{portal}/{path}", f"/{portal}"

    def _give(self, folder: SavedAnswers, saved: SavedAnswer, url: str, prefix: str) -> None:
        final = parse(saved.final_url)
        if saved.hops and parse(url).identity != final.identity:
            where = f"/{final.authority}{final.target}" if prefix else f"http://{final.authority}{final.target}"
            return self._answer(302, b"", {"location": where})
        body = folder.body(saved)
        tag = saved.headers.get("etag") or f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {name: saved.headers[name] for name in HEADERS if name in saved.headers} | {"etag": tag}
        ours = {"If-None-Match": tag, "If-Modified-Since": saved.headers.get("last-modified", "")}
        sent = {name: self.headers[name] for name in ours if self.headers.get(name)}
        if is_unchanged(ours, sent):
            return self._answer(304, b"", headers)
        return self._answer(saved.status, body, headers)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            # a header that somebody edited must not become two
            printable = "".join(character for character in value if character.isprintable())
            self.send_header(name, printable.encode("latin-1", "replace").decode("latin-1"))
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a demonstration's terminal is for the harvest."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m miyagi_harvesters.replay", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folders", nargs="+", metavar="FOLDER", help="--record で保存したフォルダー / folder of saved answers")
    parser.add_argument("--port", type=int, default=0, help="0: 空いているポート / a free one")
    given = parser.parse_args(arguments)
    try:
        server = ReplayServer(given.folders, given.port)
    except (PortalError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(server.address, *sorted(server.hosts), flush=True)
    with server, contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
