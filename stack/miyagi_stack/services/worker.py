"""The processes that work behind the pages: CKAN's background jobs, the harvest of other portals, the counting of KPIs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from miyagi_stack.home import Home
from miyagi_stack.services.base import Command


@dataclass(frozen=True)
class Worker:
    """A command of CKAN that runs until it is stopped.

    :param words: of the command, after ``ckan``
    """

    home: Home
    ini: Path
    name: str
    title: str
    words: tuple[str, ...]

    def lay_out(self) -> None:
        pass

    def setup(self) -> list[Command]:
        return []

    def settle(self) -> None:
        pass

    def command(self) -> Command:
        argv = [str(self.home.env / "bin" / "ckan"), "-c", str(self.ini), *self.words]
        return Command(argv, log=self.home.log / f"{self.name}.log", cwd=self.home.run, patience=10)

    def is_ready(self) -> bool:
        """Nobody waits for it: what is to be done keeps until it takes it."""
        return True


def background(home: Home, ini: Path) -> Worker:
    """Works through the queue of background jobs."""
    return Worker(home, ini, "worker", "ワーカー / background worker", ("jobs", "worker"))


def harvest(home: Home, ini: Path) -> Worker:
    """Works off harvest jobs, and starts what is due."""
    return Worker(home, ini, "harvest", "収集 / harvest worker", ("miyagiict", "harvest", "worker"))


def kpi(home: Home, ini: Path) -> Worker:
    """Counts KPIs from what is in the catalogue, and publishes them."""
    return Worker(home, ini, "kpi", "指標 / KPI worker", ("miyagiict", "kpi", "worker"))
