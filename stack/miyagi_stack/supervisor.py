"""Starting services side by side, watching them, and stopping all of them, whatever happens.

Each piece of work is a generator that yields while it waits; :meth:`Supervisor.run` takes them in turn. No threads:
the kernel ties each child to the thread that started it (see :mod:`miyagi_stack.launch`).
"""

from __future__ import annotations

import signal
import time
from collections.abc import Generator, Iterable
from pathlib import Path
from types import FrameType, TracebackType

from miyagi_stack import processes, wording
from miyagi_stack.home import Home
from miyagi_stack.processes import Child
from miyagi_stack.progress import Progress
from miyagi_stack.services.base import Command, Service

Work = Generator[None, None, None]

PATIENCE = 300
"""Seconds a service gets until it answers; a small machine under load takes up to 60."""


class Stopped(BaseException):
    """Somebody asked us to stop: Ctrl-C, SIGTERM, or the terminal was closed."""


class Supervisor:
    """Owns the child processes of one command; leaving the ``with`` block stops them all.

    :param home: folder of all state
    :param progress: where steps are shown
    """

    def __init__(self, home: Home, progress: Progress) -> None:
        self.home = home
        self.progress = progress
        self.reached: set[str] = set()
        """Names of what others may wait for: services that answer, and work that is done."""
        self._children: list[Child] = []

    def __enter__(self) -> Supervisor:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # `nohup` stays as it was meant
                signal.signal(number, _stop)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # once is enough: what follows must not be cut short
        self.progress.close()
        self.progress.begin(wording.STOPPING)
        self.stop()
        self.progress.close()

    def run(self, *works: Work) -> None:
        """Carry several pieces of work through side by side, and watch what already runs.

        :raises StackError: one of them failed, or a service has died
        """
        left = list(works)
        while left:
            left = [work for work in left if _advance(work)]
            self.check()
            self.progress.tick()
            time.sleep(0.05)

    def start(self, name: str, command: Command, *, lasting: bool = True) -> Child:
        """Start a process, to be watched and stopped.

        :param lasting: whether it should run until it is stopped
        """
        child = processes.start(name, command, self.home, lasting=lasting)
        self._children.append(child)
        return child

    def bring_up(self, service: Service, after: Iterable[str] = ()) -> Work:
        """Prepare and start a service as soon as what it needs is there; done when it answers."""
        yield from self.until(*after)
        step = service.title
        self.progress.begin(step)
        service.lay_out()
        for command in service.setup():
            yield from self.finish(f"{service.name}-setup", command, step)
        service.settle()
        child = self.start(service.name, service.command())
        end = time.monotonic() + PATIENCE
        while not service.is_ready():
            if time.monotonic() > end:
                raise wording.too_slow(service.title, PATIENCE, child.command.log)
            yield
        self.progress.done(step)
        self.reached.add(service.name)

    def until(self, *names: str) -> Work:
        """Wait until others have reached what is named."""
        while not self.reached.issuperset(names):
            yield

    def finish(self, name: str, command: Command, step: str) -> Work:
        """Run a process that must end well.

        :param step: the step it is part of
        :raises StackError: it did not
        """
        begin = command.log.stat().st_size if command.log.exists() else 0
        child = self.start(name, command, lasting=False)
        while not child.exited:
            self.progress.detail(step, command.shown() if command.shown else "")
            yield
        self.drop(child)
        if child.popen.returncode:
            raise wording.explain_failure(_text_from(command.log, begin), self.home.root)

    def watch(self) -> None:
        """Stay until somebody stops us.

        :raises StackError: a service has died
        """
        while True:
            self.check()
            time.sleep(0.3)

    def stop(self) -> None:
        """Stop all children, those started last first, so that none loses what it needs."""
        while self._children:
            child = self._children[-1]
            child.ask_to_stop()
            child.wait(self.progress.tick)
            self.drop(child)

    def check(self) -> None:
        """:raises StackError: a process that should run has ended"""
        for child in self._children:
            if child.exited and child.lasting:
                raise wording.died(child.name, child.command.log)

    def drop(self, child: Child) -> None:
        """No longer watch a child that has ended."""
        self._children.remove(child)
        processes.forget(self.home, child.name)


def _advance(work: Work) -> bool:
    """Take one step; returns whether there is more to do."""
    try:
        next(work)
    except StopIteration:
        return False
    return True


def _text_from(path: Path, begin: int) -> str:
    with path.open("rb") as stream:
        stream.seek(begin)
        return stream.read().decode(errors="replace")


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped(signal.Signals(number).name)
