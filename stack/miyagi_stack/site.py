"""One site on one home: which services it needs, where they are, and the work that makes it ready."""

from __future__ import annotations

import json
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from miyagi_stack import config, database, overrides, versions, wording
from miyagi_stack.files import read_json, write_json
from miyagi_stack.home import Home
from miyagi_stack.services.base import Command, Service
from miyagi_stack.services.postgres import READER, Postgres
from miyagi_stack.services.redis import Redis
from miyagi_stack.services.solr import Solr
from miyagi_stack.services.web import HOST, IN_CKAN, Web
from miyagi_stack.supervisor import Supervisor, Work

DEFAULT_PORT = 5000
PUBLISHING_FAILED = 3
"""Exit code of ``miyagi_prepare.py`` when a package could not be published; the others are."""


@dataclass(frozen=True)
class Site:
    """What runs on a home folder.

    :param home: its folder
    :param port: port of the web server
    :param suffix: added to the names of databases, core and files; a test site lies beside the usual one
    :param extra: settings that win over the usual ones
    :param durable: False trades safety in a power cut, and speed in the long run, for a quick start
    """

    home: Home
    port: int = DEFAULT_PORT
    suffix: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    durable: bool = True

    @property
    def ini(self) -> Path:
        return self.home.root / f"{self.suffix.strip('_') or 'ckan'}.ini"

    @property
    def databases(self) -> tuple[str, str]:
        return f"ckan{self.suffix}", f"datastore{self.suffix}"

    @property
    def core(self) -> str:
        return f"ckan{self.suffix}"

    @property
    def postgres(self) -> Postgres:
        return Postgres(self.home, self.durable)

    @property
    def redis(self) -> Redis:
        return Redis(self.home)

    def solr(self, cores: tuple[str, ...] = ()) -> Solr:
        return Solr(self.home, solr_port(self.home), cores or (self.core,), short_lived=not self.durable)

    @property
    def web(self) -> Web:
        return Web(self.home, self.ini, self.port)

    def services(self) -> list[Service]:
        """The embedded services not replaced by real ones."""
        wanted = overrides.needed()
        return [service for service in (self.solr(), self.postgres, self.redis) if service.name in wanted]

    def write_ini(self) -> None:
        """Write the ini file, if anything in it changed."""
        write_json(self.home.root / "port.json", self.port)  # for later commands without a web server
        catalogue, datastore = self.databases
        addresses = config.Addresses(
            catalogue=self.postgres.url(catalogue),
            datastore_write=self.postgres.url(datastore),
            datastore_read=self.postgres.url(datastore, READER),
            redis=self.redis.url(1 if self.suffix else 0),
            solr=self.solr().url(self.core),
            site=self.web.address,
            storage=str(self.home.root / f"storage{self.suffix}"),
        )
        config.write(self.ini, addresses, config.secrets(self.home), dict(self.extra))

    def prepare(self, supervisor: Supervisor, *, publish: bool, first_login: bool = True) -> Work:
        """Databases, first account, index and published datasets; what was done before is not done again.

        Reaches ``database`` when the web server may start, and ``published`` at the end.
        """
        embedded = overrides.needed()
        yield from supervisor.until(*({"postgres", "redis"} & embedded))
        marks = {"database": self._database_mark(), "search": versions.search()}
        fresh = {name: versions.is_stamped(self.home, name + self.suffix, mark) for name, mark in marks.items()}
        if not fresh["database"] and "postgres" in embedded:
            database.prepare(self.postgres, *self.databases)
        if fresh["database"]:
            supervisor.reached.add("database")
        words = ["--database"] * (not fresh["database"]) + ["--index"] * (not fresh["search"]) + ["--publish"] * publish
        if words:
            if first_login and not fresh["database"]:
                words += ["--first-login", str(self.home.first_login)]
            yield from self._prepare_in_ckan(supervisor, words, marks)
        supervisor.reached.add("published")

    def is_migrated(self) -> bool:
        """Whether the databases are as this version needs them. Ask when PostgreSQL has been set up."""
        return versions.is_stamped(self.home, f"database{self.suffix}", self._database_mark())

    def _database_mark(self) -> str:
        return versions.database(str(self.postgres.born()) if "postgres" in overrides.needed() else "")

    def _prepare_in_ckan(self, supervisor: Supervisor, words: list[str], marks: dict[str, str]) -> Work:
        """Run ``miyagi_prepare.py`` and follow its report."""
        report = self.home.run / f"prepare{self.suffix}.jsonl"
        report.write_text("", encoding="utf-8")
        argv = [sys.executable, str(IN_CKAN / "miyagi_prepare.py"), "--report", str(report), *words]
        log = self.home.log / "prepare.log"
        begin = log.stat().st_size if log.exists() else 0
        child = supervisor.start("prepare", Command(argv, log=log, env={"CKAN_INI": str(self.ini)}, cwd=self.home.run), lasting=False)
        step = wording.STEPS["database"] if "--database" in words else wording.STEPS["publish"]
        supervisor.progress.begin(step)
        events = _follow(report)
        ended = False
        while not ended:
            ended = child.exited
            for event in events:
                if event is None:
                    break
                step = self._note(supervisor, event, step, words, marks)
            yield
        supervisor.drop(child)
        if child.popen.returncode == PUBLISHING_FAILED:
            supervisor.progress.line(wording.PUBLISHING_FAILED)
        elif child.popen.returncode:
            raise wording.explain_failure(log.read_bytes()[begin:].decode(errors="replace"), self.home.root)
        supervisor.progress.drop(step)

    def _note(self, supervisor: Supervisor, event: dict[str, str], step: str, words: list[str], marks: dict[str, str]) -> str:
        """Take in one line of the report; returns the step that is under way now."""
        if "doing" in event:
            supervisor.progress.detail(step, event["doing"])
            return step
        if "line" in event:
            supervisor.progress.line(f"  {event['line']}")
            return step
        done = event["step"]
        if done == "database":
            if "--database" in words:
                versions.stamp(self.home, "database" + self.suffix, marks["database"])
                supervisor.progress.done(wording.STEPS[done])
            supervisor.reached.add("database")
        elif done == "index":
            versions.stamp(self.home, "search" + self.suffix, marks["search"])
        if done == "publish":
            supervisor.progress.done(wording.STEPS[done])
        elif "--publish" in words:
            supervisor.progress.begin(wording.STEPS["publish"])
            return wording.STEPS["publish"]
        return step

    def forget_stale_index(self) -> None:
        """Remove an index made with another Solr or schema; it is built anew from the database."""
        data = self.solr().folder / self.core / "data"
        if not versions.is_stamped(self.home, "search" + self.suffix, versions.search()):
            shutil.rmtree(data, ignore_errors=True)
        if not data.exists():
            versions.unstamp(self.home, "search" + self.suffix)


def _follow(path: Path) -> Iterator[dict[str, str] | None]:
    """The lines of a growing file of JSON, with None whenever there is none (yet)."""
    with path.open(encoding="utf-8") as stream:
        rest = ""
        while True:
            rest += stream.read()
            line, found, after = rest.partition("\n")
            if found:
                rest = after
                yield json.loads(line)
            else:
                yield None


def solr_port(home: Home) -> int:
    """A port for Solr that stays the same from start to start, unless somebody else has taken it."""
    ports = home.root / "solr-port.json"
    port = read_json(ports)
    if not isinstance(port, int):
        port = free_port()
        write_json(ports, port)
    return port


def move_solr_if_taken(home: Home) -> None:
    """Choose another port for Solr if the usual one is in use. Call before anything runs."""
    if not is_free(solr_port(home)):
        write_json(home.root / "solr-port.json", free_port())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    """Whether a server could listen on a port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
