"""The web server: gunicorn, with CKAN loaded once and then forked."""

from __future__ import annotations

import select
import socket
from dataclasses import dataclass, field
from pathlib import Path

from miyagi_stack import wording
from miyagi_stack.home import PROJECT, Home
from miyagi_stack.services.base import Command

IN_CKAN = PROJECT / "stack" / "in_ckan"
HOST = "127.0.0.1"
TRIES = 3
"""How often the first page may answer with an error before it is given up."""


@dataclass
class Web:
    """The catalogue's pages and API."""

    home: Home
    ini: Path
    port: int
    name: str = "web"
    title: str = "Webサーバー / web server"
    _asked: socket.socket | None = field(default=None, repr=False)
    """The connection on which the first page was asked for."""
    _failures: int = 0

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def lay_out(self) -> None:
        pass

    def setup(self) -> list[Command]:
        return []

    def settle(self) -> None:
        pass

    def command(self) -> Command:
        argv = [str(self.home.env / "bin" / "gunicorn"), "--config", str(IN_CKAN / "gunicorn.conf.py"), "miyagi_wsgi:application"]
        env = {
            "CKAN_INI": str(self.ini),
            "MIYAGI_BIND": f"{HOST}:{self.port}",
            "MIYAGI_ACCESS_LOG": str(self.home.log / "access.log"),
        }
        return Command(argv, log=self.home.log / "web.log", env=env, cwd=self.home.run)

    def is_ready(self) -> bool:
        """Whether the first page has come. It is asked for once and looked for at each call: the first one takes seconds.

        :raises StackError: the page answers with an error
        """
        try:
            if self._asked is None:
                self._asked = socket.create_connection((HOST, self.port), timeout=1)
                self._asked.sendall(f"GET / HTTP/1.0\r\nHost: {HOST}:{self.port}\r\n\r\n".encode())
            if not select.select([self._asked], [], [], 0)[0]:
                return False
            answer = self._asked.recv(16)
        except OSError:
            answer = b""
        if self._asked:
            self._asked.close()
            self._asked = None
        status = answer.split(b" ")[1:2]
        self._failures += status == [b"500"]
        if self._failures == TRIES:
            raise wording.first_page_fails(self.command().log)
        return status == [b"200"]
