"""What every service has in common."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Command:
    """A process to start.

    :param argv: program (absolute path) and arguments
    :param log: file that gets its output
    :param env: environment variables added to ours
    :param cwd: folder it starts in
    :param stop: signal that asks it to end in good order
    :param patience: seconds it gets for that before it is killed
    :param user: user and group id it runs as, where not ours
    :param shown: tells how far it is, for the progress display
    """

    argv: list[str]
    log: Path
    env: dict[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    stop: signal.Signals = signal.SIGTERM
    patience: float = 15
    user: tuple[int, int] | None = None
    shown: Callable[[], str] | None = None


class Service(Protocol):
    """One long-running process of the stack."""

    @property
    def name(self) -> str:
        """Short name, used for its log file and in the record of processes."""

    @property
    def title(self) -> str:
        """Name shown to people."""

    def lay_out(self) -> None:
        """Write its folders and configuration; quick, and writes nothing that is there already."""

    def setup(self) -> Sequence[Command]:
        """Long jobs that must succeed once before the first start; none when they are done."""

    def settle(self) -> None:
        """Called when the jobs of :meth:`setup` have succeeded: make their result count."""

    def command(self) -> Command:
        """How to start it. Called after :meth:`lay_out`, :meth:`setup` and :meth:`settle`."""

    def is_ready(self) -> bool:
        """Whether it answers. Called a few times a second, so it must not block.

        :raises StackError: it runs, but will never be ready
        """
