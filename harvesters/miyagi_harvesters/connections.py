"""urllib3's connections with two things added: the address check where the socket is made, and an end to every answer.

A timeout counts from the last byte, so a server that drips bytes could hold a connection for ever; ``Deadline`` counts from the first.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextvars import ContextVar, Token
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from .addresses import IPAddress, IPNetwork, dial, why_refused
from .problems import PortalError, problem

__all__ = ["Deadline", "Guard", "GuardedAdapter", "tls_context"]


class Deadline:
    """The time by which one answer is here whole; what the connection does then is ended from outside."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True
        self._token: Token[Deadline | None] | None = None

    def __enter__(self) -> Deadline:
        self._token = _current.set(self)
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._timer.cancel()
        with self._lock:
            self._socket = None
        if self._token:
            _current.reset(self._token)

    @property
    def left(self) -> float:
        """Seconds; never nothing, so that it can be a timeout."""
        return max(self._end - time.monotonic(), 0.001)

    def watch(self, connected: socket.socket) -> None:
        """Name the socket that is in use from here on."""
        with self._lock:
            self._socket = connected
            if self.passed:
                self._shut()

    def _pass(self) -> None:
        with self._lock:
            self.passed = True
            self._shut()

    def _shut(self) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(OSError):  # it may have ended by itself
            # not SSLSocket.shutdown, which would take the encryption away under the thread that reads
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@dataclass(frozen=True)
class Guard:
    """Which addresses a connection may use.

    :param allowed: networks that are open though they are not public
    :param only_loopback: nothing but this machine, because nobody is named who answers for the requests
    :param checked: False only for a proxy, which is named in the configuration
    """

    allowed: tuple[IPNetwork, ...] = ()
    only_loopback: bool = False
    checked: bool = True

    def refusal(self, address: IPAddress) -> str | None:
        """Why an address may not be connected to, or None.

        :raises PortalError: nobody is named who answers for the requests
        """
        if self.only_loopback and not address.is_loopback:
            raise PortalError(problem("no-contact"))
        return why_refused(address, self.allowed) if self.checked else None


class _Guarded(HTTPConnection):
    """What both kinds of connections do differently."""

    def __init__(self, *args: Any, guard: Guard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._guard = guard

    def _new_conn(self) -> socket.socket:
        deadline = _current.get()
        timeout = self.timeout if isinstance(self.timeout, int | float) else 30.0
        try:
            connected = dial(
                self._dns_host, self.port, self._guard.refusal,
                lambda: min(timeout, deadline.left) if deadline else timeout, self.socket_options or (),
            )
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"no connection in {timeout} s") from error
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error
        if deadline:
            deadline.watch(connected)
        return connected

    def connect(self) -> None:
        super().connect()
        self._watch()

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._watch()
        super().request(*args, **kwargs)

    def _watch(self) -> None:
        deadline = _current.get()
        if deadline and self.sock:
            deadline.watch(self.sock)


class _GuardedHTTP(_Guarded, HTTPConnection):
    pass


class _GuardedHTTPS(_Guarded, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    def __init__(self, *args: Any, guard: Guard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ConnectionCls = partial(_GuardedHTTP, guard=guard)  # type: ignore[assignment]


class _HTTPSPool(HTTPSConnectionPool):
    def __init__(self, *args: Any, guard: Guard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ConnectionCls = partial(_GuardedHTTPS, guard=guard)  # type: ignore[assignment]


def _pools(guard: Guard) -> Mapping[str, Any]:
    return {"http": partial(_HTTPPool, guard=guard), "https": partial(_HTTPSPool, guard=guard)}


class GuardedAdapter(HTTPAdapter):
    """The adapter of requests on guarded connections. It tries once: who calls it knows when to try again."""

    def __init__(self, guard: Guard, context: ssl.SSLContext) -> None:
        self._guard = guard
        self._context = context
        super().__init__(pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._guard)

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, **proxy_kwargs)
        manager.pool_classes_by_scheme = _pools(replace(self._guard, checked=False))
        return manager


def tls_context(ca_file: str = "", *, legacy: bool = False) -> ssl.SSLContext:
    """A context that always verifies.

    :param ca_file: more certificates to trust, PEM
    :param legacy: also what old servers speak: TLS 1.0, small keys, renegotiation without RFC 5746
    :raises OSError: the file cannot be read
    """
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    if legacy:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED  # SSL 3 and older stay off, by urllib3's options
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    return context
