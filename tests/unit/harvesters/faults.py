"""An HTTP server on loopback that does what it is told, mostly wrong things."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: What happens to one request. ``wfile`` goes straight to the socket.
Behaviour = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    """One connection of the server."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 10
    server: FaultServer

    def do_GET(self) -> None:
        self.server.note(self)(self)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        """Status line and headers, and nothing that was not asked for."""
        lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        self.raw("\r\n".join(lines).encode("utf-8"))

    def raw(self, content: bytes) -> None:
        try:
            self.wfile.write(content)
        except OSError:
            self.close_connection = True


class FaultServer(ThreadingHTTPServer):
    """Behaviours by path; several of one path follow each other, the last one stays."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 50

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self.asked: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        self.at_once = 0
        self.most_at_once = 0
        self._routes: dict[str, list[Behaviour]] = defaultdict(list)
        self._lock = threading.Lock()
        self.host = host
        super().__init__((host, 0), Request)
        self._scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def url(self, path: str = "/", host: str = "", scheme: str = "") -> str:
        return f"{scheme or self._scheme}://{host or self.host}:{self.server_port}{path}"

    def on(self, path: str, *behaviours: Behaviour) -> str:
        """:returns: the address of the path"""
        self._routes[path] = list(behaviours)
        return self.url(path)

    def note(self, request: Request) -> Behaviour:
        with self._lock:
            self.asked.append(request.path)
            self.headers.append({name.lower(): value for name, value in request.headers.items()})
            behaviours = self._routes.get(request.path) or self._routes.get("*") or [answer(404)]
            return behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        with self._lock:
            self.connections += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        with self._lock:
            self.at_once -= 1
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients that leave are what is tested."""

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


def answer(status: int = 200, body: bytes = b"", **headers: str) -> Behaviour:
    """A proper answer; ``content_type`` becomes Content-Type."""

    def behave(request: Request) -> None:
        said = {name.replace("_", "-").title(): value for name, value in headers.items()}
        if status != 304:
            said.setdefault("Content-Length", str(len(body)))
        request.head(status, said)
        request.raw(body)

    return behave


def redirect(where: str, status: int = 302, **headers: str) -> Behaviour:
    return answer(status, b"gone on", location=where, **headers)


def late(seconds: float, then: Behaviour) -> Behaviour:
    def behave(request: Request) -> None:
        time.sleep(seconds)
        then(request)

    return behave


def reset(before: bytes = b"") -> Behaviour:
    """A connection that is torn down, after some bytes."""

    def behave(request: Request) -> None:
        request.raw(before)
        time.sleep(0.02)
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.connection.close()
        request.close_connection = True

    return behave


def broken(content: bytes) -> Behaviour:
    """These bytes, then the end of the connection."""

    def behave(request: Request) -> None:
        request.raw(content)
        request.close_connection = True

    return behave


def drip(before: bytes, every: float, piece: bytes = b"x", pieces: int = 200) -> Behaviour:
    """A piece now and then, for ever as far as a test is concerned."""

    def behave(request: Request) -> None:
        request.raw(before)
        for _ in range(pieces):
            if request.close_connection and request.wfile.closed:
                return
            time.sleep(every)
            try:
                request.wfile.write(piece)
            except OSError:
                break
        request.close_connection = True

    return behave


def flood(before: bytes, piece: bytes, pieces: int) -> Behaviour:
    """More than anybody wants; stops when the client leaves."""

    def behave(request: Request) -> None:
        request.raw(before)
        for _ in range(pieces):
            try:
                request.wfile.write(piece)
            except OSError:
                break
        request.close_connection = True

    return behave


def unless_changed(tag: str, body: bytes) -> Behaviour:
    """304 to whoever has this tag."""

    def behave(request: Request) -> None:
        then = answer(304, etag=tag) if request.headers.get("If-None-Match") == tag else answer(200, body, etag=tag)
        then(request)

    return behave
