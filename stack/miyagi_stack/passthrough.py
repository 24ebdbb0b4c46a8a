"""``./miyagi ckan …`` and ``./miyagi python …``: a program of the environment, with the services running."""

from __future__ import annotations

import signal
import subprocess

from miyagi_stack import owner, processes, site, versions
from miyagi_stack.errors import HomeBusyError
from miyagi_stack.files import read_json
from miyagi_stack.home import Home
from miyagi_stack.progress import Progress
from miyagi_stack.site import Site
from miyagi_stack.supervisor import Stopped, Supervisor


def run(home: Home, program: str, words: list[str], progress: Progress) -> int:
    """Run a program with ``CKAN_INI`` set; starts the services, and stops them again, where they do not run.

    :param program: name of a program in the environment's ``bin``
    :param words: its arguments
    :returns: its exit code
    """
    while True:
        with owner.guest(home, progress) as is_guest:
            if is_guest:
                return _call(home, program, words)
        try:
            with owner.own(home, program, progress):
                return _with_services(home, program, words, progress)
        except HomeBusyError:  # somebody was quicker: be that one's guest
            continue


def _with_services(home: Home, program: str, words: list[str], progress: Progress) -> int:
    """Start the services, run the program, and stop them when no guest uses them any more."""
    this = Site(home, read_json(home.root / "port.json") or site.DEFAULT_PORT)
    versions.mark_home(home)
    site.move_solr_if_taken(home)
    this.write_ini()
    this.forget_stale_index()
    try:
        with Supervisor(home, progress) as supervisor:
            supervisor.run(*(supervisor.bring_up(service) for service in this.services()), this.prepare(supervisor, publish=False))
            progress.close()
            owner.tell(home, program, "", ready=True)
            code = _call(home, program, words)
            with owner.without_guests(home):
                owner.tell(home, program, "", ready=False)
                supervisor.stop()
            return code
    except Stopped:
        return 128 + signal.SIGINT


def _call(home: Home, program: str, words: list[str]) -> int:
    """Run the program in the foreground; Ctrl-C is its own to answer."""
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    child = subprocess.Popen([str(home.env / "bin" / program), *words], env=processes.environment({"CKAN_INI": str(home.ini)}))
    try:
        code = child.wait()
    finally:
        if child.poll() is None:  # we were told to stop
            child.terminate()
            child.wait()
        signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code
