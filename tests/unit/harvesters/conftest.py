"""Servers that misbehave, and a client that waits for nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from miyagi_harvesters.client import Client, ClientSettings

from .faults import FaultServer

MakeClient = Callable[..., Client]


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """On 127.0.0.1, the only address that ``make_client`` may connect to."""
    running = FaultServer()
    yield running
    running.stop()


@pytest.fixture
def inner_server() -> Iterator[FaultServer]:
    """On 127.0.0.2, which stands for what must not be reached."""
    running = FaultServer("127.0.0.2")
    yield running
    running.stop()


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that a client of ``make_client`` would have made."""
    return []


@pytest.fixture
def make_client(pauses: list[float]) -> Iterator[MakeClient]:
    """A client that only pretends to pause; ``settings`` change its own."""
    made: list[Client] = []

    def make(on_exchange: Any = None, **settings: Any) -> Client:
        quick = {
            "allowed_networks": ("127.0.0.1/32",), "connect_timeout": 5.0, "read_timeout": 5.0, "deadline": 20.0, "delay": 0.0,
            "jitter": 0.0, "backoff": 0.0, "retries": 1,
        }
        client = Client(ClientSettings(**(quick | settings)), on_exchange=on_exchange, sleep=pauses.append)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Let a name have these addresses: one list of addresses a look-up, the last one stays. Returns the names that were looked up."""
    real = socket.getaddrinfo
    looked_up: list[str] = []
    names: dict[str, list[list[str]]] = {}

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        looked_up.append(host)
        if host not in names:
            return real(host, port, *args, **kwargs)
        answers = names[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [found for address in addresses for found in real(address, port, 0, socket.SOCK_STREAM)]

    def set_name(name: str, *answers: list[str]) -> list[str]:
        names[name] = list(answers)
        return looked_up

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return set_name
