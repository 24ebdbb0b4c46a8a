"""The background worker: ``ckan jobs worker``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from miyagi_stack.home import Home
from miyagi_stack.services.base import Command


@dataclass(frozen=True)
class Worker:
    """Works through the queue of background jobs."""

    home: Home
    ini: Path
    name: str = "worker"
    title: str = "ワーカー / background worker"

    def lay_out(self) -> None:
        pass

    def setup(self) -> list[Command]:
        return []

    def settle(self) -> None:
        pass

    def command(self) -> Command:
        argv = [str(self.home.env / "bin" / "ckan"), "-c", str(self.ini), "jobs", "worker"]
        return Command(argv, log=self.home.log / "worker.log", cwd=self.home.run, patience=10)

    def is_ready(self) -> bool:
        """Nobody waits for it: jobs keep in the queue until it takes them."""
        return True
