"""The home folder: one place for all state, and the names of what lies in it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

LONGEST_SOCKET_PATH = 107
"""Bytes a unix socket's path may have on Linux: ``sun_path`` in :manpage:`unix(7)`, less the NUL."""

LONGEST_SOCKET_NAME = len("/postgres/.s.PGSQL.5432")


@dataclass(frozen=True)
class Home:
    """Paths inside one home folder.

    :param root: absolute path of the folder
    """

    root: Path

    @property
    def env(self) -> Path:
        """The Python environment; made by the ``miyagi`` script."""
        return self.root / "env"

    @property
    def python(self) -> Path:
        return self.env / "bin" / "python"

    @property
    def ini(self) -> Path:
        return self.root / "ckan.ini"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.json"

    @property
    def first_login(self) -> Path:
        return self.root / "first-login.txt"

    @property
    def storage(self) -> Path:
        """Uploaded and published files (``ckan.storage_path``)."""
        return self.root / "storage"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def run(self) -> Path:
        """Locks and the record of running processes; worthless when nothing runs."""
        return self.root / "run"

    @property
    def stamps(self) -> Path:
        return self.root / "stamps"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def redis(self) -> Path:
        return self.root / "redis"

    @property
    def solr(self) -> Path:
        return self.root / "solr"

    @property
    def sockets(self) -> Path:
        """Folder of the unix sockets: in the home, or in the temporary folder if that path is too long."""
        inside = self.run / "s"
        if len(os.fsencode(inside)) + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH:
            return inside
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"miyagi-{os.getuid()}-{digest}"

    def make(self) -> None:
        """Make the folders that must exist before anything starts; the home is for its owner only."""
        self.root.mkdir(parents=True, exist_ok=True)
        for folder in (self.run, self.sockets, self.log, self.stamps, self.storage):
            folder.mkdir(exist_ok=True, mode=0o700)
        if self.sockets.stat().st_uid != os.getuid():  # somebody else's folder in a shared /tmp
            raise PermissionError(f"{self.sockets} belongs to another user")
