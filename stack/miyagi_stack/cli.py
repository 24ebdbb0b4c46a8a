"""The command line inside the environment; the ``miyagi`` script has read home and command already."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from miyagi_stack import passthrough, serve, site, status, testing
from miyagi_stack.errors import StackError
from miyagi_stack.home import Home
from miyagi_stack.progress import Progress
from miyagi_stack.supervisor import Stopped


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    :param arguments: ``--home DIR COMMAND …``; default those of the process
    :returns: exit code
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal that cannot show Japanese
    _flag, folder, command, *rest = sys.argv[1:] if arguments is None else arguments
    home = Home(Path(folder))
    progress = Progress(started=float(os.environ.get("MIYAGI_STARTED", 0)) or None)
    try:
        home.make()
        return _dispatch(home, command, rest, progress)
    except StackError as error:
        progress.close()
        print(error, *(["", error.log] if error.log else []), sep="\n", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, Stopped):
        progress.close()
        return 130


def _dispatch(home: Home, command: str, rest: list[str], progress: Progress) -> int:
    if command in ("ckan", "python"):
        return passthrough.run(home, command, rest, progress)
    if command == "test":
        return testing.run(home, rest, progress)
    parser = argparse.ArgumentParser(prog=f"./miyagi {command}", allow_abbrev=False)
    if command == "serve":
        parser.add_argument("--port", type=int, default=site.DEFAULT_PORT, metavar="N")
        parser.add_argument("--demo", action="store_true")
        given = parser.parse_args(rest)
        return serve.serve(home, given.port, progress, demo=given.demo)
    parser.parse_args(rest)
    return status.status(home) if command == "status" else status.stop(home)
