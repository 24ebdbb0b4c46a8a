"""``./miyagi status`` and ``./miyagi stop``."""

from __future__ import annotations

import os
import signal
import time

from miyagi_stack import owner, processes, wording
from miyagi_stack.home import Home
from miyagi_stack.locks import FileLock, is_held

PATIENCE = 90


def status(home: Home) -> int:
    """Print who runs what; exit code 0 if something runs, else 3 (as ``systemctl status``)."""
    now = owner.current(home)
    alive = processes.running(home)
    if not now and not alive:
        print(wording.NOTHING_RUNS)
        return 3
    print(wording.running(now, alive, home.root))
    return 0


def stop(home: Home) -> int:
    """Stop the owner and wait until it has stopped all it started; ends orphans of a killed one.

    :returns: exit code
    :raises StackError: it does not stop
    """
    lock_file = home.run / "owner.lock"
    now = owner.current(home)
    if now and now.pid:
        os.kill(now.pid, signal.SIGTERM)
    end = time.monotonic() + PATIENCE
    while is_held(lock_file):
        if time.monotonic() > end:
            raise wording.does_not_stop(now.pid if now else 0)
        time.sleep(0.1)
    with FileLock(lock_file):
        ended = processes.end_orphans(home)
    print(wording.STOPPED if now or ended else wording.NOTHING_RUNS)
    return 0
