"""Who has started the services of a home: at most one command; others may use them meanwhile.

The owner holds ``run/owner.lock`` as long as it lives, so a lock that can be had means that nothing (but orphans of a
killed owner) runs. Guests hold ``run/guests.lock`` together; a short-lived owner waits for them before it stops.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from miyagi_stack import overrides, processes, wording
from miyagi_stack.files import read_json, write_json
from miyagi_stack.home import Home
from miyagi_stack.locks import FileLock, is_held
from miyagi_stack.progress import Progress

LONG_LIVED = ("serve", "test")
"""Commands that nobody waits for."""


@dataclass
class Owner:
    """What the owner tells about itself in ``run/owner.json``.

    :param ready: the services answer and the databases are made
    :param overrides: mark of the real servers in use (:func:`miyagi_stack.overrides.digest`)
    """

    pid: int
    command: str
    address: str = ""
    ready: bool = False
    overrides: str = ""


def current(home: Home) -> Owner | None:
    """The living owner of a home."""
    if not is_held(home.run / "owner.lock"):
        return None
    told = read_json(home.run / "owner.json")
    return Owner(**told) if told else Owner(0, "?")


@contextmanager
def own(home: Home, command: str, progress: Progress, address: str = "", patience: float = 0) -> Iterator[None]:
    """Be the owner of a home; ends first what a killed owner has left behind.

    :param patience: seconds to wait for a short-lived owner (``ckan``, ``python``) to end
    :raises HomeBusyError: somebody else is
    """
    lock = FileLock(home.run / "owner.lock")
    end = time.monotonic() + patience
    while not lock.acquire(wait=False):
        other = current(home)
        if other and (other.command in LONG_LIVED or time.monotonic() >= end):
            raise wording.already_running(other.command, other.pid, other.address)
        progress.begin(wording.WAITING)
        progress.tick()
        time.sleep(0.2)
    progress.drop(wording.WAITING)
    try:
        tell(home, command, address, ready=False)
        if processes.end_orphans(home):
            progress.line(wording.OLD_SERVICES_ENDED)
        yield
    finally:
        (home.run / "owner.json").unlink(missing_ok=True)
        lock.release()


def tell(home: Home, command: str, address: str, *, ready: bool) -> None:
    """Write down who owns the home."""
    write_json(home.run / "owner.json", asdict(Owner(os.getpid(), command, address, ready, overrides.digest())))


def without_guests(home: Home) -> FileLock:
    """A lock that waits until no other command uses our services, and lets none begin."""
    return FileLock(home.run / "guests.lock")


@contextmanager
def guest(home: Home, progress: Progress) -> Iterator[bool]:
    """Use the services of a living owner, when they are ready.

    :returns: False if there is none: be the owner then
    :raises StackError: its services are other ones than we were told to use
    """
    with FileLock(home.run / "guests.lock", shared=True):
        owner = current(home)
        while owner and not owner.ready:
            progress.begin(wording.WAITING)
            progress.tick()
            time.sleep(0.2)
            owner = current(home)
        progress.close()
        if owner and owner.overrides != overrides.digest():
            raise wording.other_servers(owner.pid)
        yield owner is not None
