"""Everything that must be done inside CKAN before the catalogue is open, in one process: CKAN takes seconds to load.

``python miyagi_prepare.py --report FILE [--database] [--index] [--first-login FILE] [--publish]``

Each finished step, and each line the publisher prints, is one line of JSON in FILE, which the supervisor reads along.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model
from ckan import plugins as p
from ckan.cli import load_config
from ckan.cli.db import db
from ckan.cli.search_index import search_index
from ckan.config.middleware import make_app
from ckan.lib.i18n import build_js_translations
from ckan.lib.search import is_available

LOGIN = "admin"
WAIT_FOR_SOLR = 300
PUBLISHING_FAILED = 3
GOING_ON = "います"
"""Marks what the publisher prints on its way: 検査しています, 読み込んでいます."""


class Report:
    """Tells the supervisor what has been done."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("w", encoding="utf-8", buffering=1)

    def step(self, name: str) -> None:
        """Tell that a step has finished."""
        self.tell(step=name)

    def tell(self, **what: str) -> None:
        self._stream.write(json.dumps(what, ensure_ascii=False) + "\n")


class Told(io.TextIOBase):
    """Takes the place of an output stream: each line goes into the report.

    :param passing: words that mark a line as passing: it only says what is going on, and need not stay to be read
    """

    def __init__(self, report: Report, passing: str = "") -> None:
        self._report = report
        self._passing = passing
        self._rest = ""

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in filter(None, lines):
            self._report.tell(**{"doing" if self._passing and self._passing in line else "line": line})
        return len(text)


def main() -> int:
    arguments = _arguments()
    report = Report(arguments.report)
    app = make_app(load_config(os.environ["CKAN_INI"]))
    parent = click.Context(click.Group("ckan"), obj=app)
    parent.meta["flask_app"] = app._wsgi_app

    if arguments.database:
        _run(db, ["upgrade"], parent)
        build_js_translations()  # `ckan run` does it at each start, a production server never
    if arguments.first_login:
        _make_administrator(arguments.first_login)
    report.step("database")
    if not (arguments.index or arguments.publish):
        return 0

    _wait_for_solr()
    if arguments.index:
        _run(search_index, ["rebuild"], parent)
        report.step("index")
    if arguments.publish:
        with contextlib.redirect_stdout(Told(report, GOING_ON)), contextlib.redirect_stderr(Told(report)):
            code = _run(_command("miyagiict"), ["publish"], parent)
        if code:
            return PUBLISHING_FAILED
        # So that pages of KPIs are whole from the first moment; from then on the worker keeps them so.
        with contextlib.redirect_stdout(Told(report, "：")), contextlib.redirect_stderr(Told(report)):
            _run(_command("miyagiict"), ["kpi", "refresh"], parent)
            _run(_command("miyagiict"), ["kpi", "publish"], parent)
        report.step("publish")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--database", action="store_true")
    parser.add_argument("--index", action="store_true")
    parser.add_argument("--first-login", type=Path)
    parser.add_argument("--publish", action="store_true", help="all below ckanext.miyagiict.datasets_path")
    return parser.parse_args()


def _run(command: click.Command, words: list[str], parent: click.Context) -> int:
    """Run one of CKAN's commands in this process.

    :returns: its exit code
    """
    try:
        with command.make_context(command.name, words, parent=parent) as context:
            command.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        print(error.format_message())
        return error.exit_code
    except click.Abort:
        return 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


def _command(name: str) -> click.Command:
    """A command that one of the plugins brings."""
    for plugin in p.PluginImplementations(p.IClick):
        for command in plugin.get_commands():
            if command.name == name:
                return command
    raise LookupError(f"no plugin brings the command {name!r}")


def _make_administrator(note: Path) -> None:
    """Make the first sysadmin if there is none; the password is noted before the account exists: a crash loses neither."""
    site_user: dict[str, Any] = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    others = model.Session.query(model.User).filter(model.User.sysadmin.is_(True), model.User.name != site_user["name"])
    if others.count():
        return
    if not note.exists():
        handle = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(f"login: {LOGIN}\npassword: {secrets.token_urlsafe(12)}\n")
    password = dict(line.split(": ", 1) for line in note.read_text(encoding="utf-8").splitlines())["password"]
    user = model.User.get(LOGIN)
    if user is None:
        data = {"name": LOGIN, "fullname": "管理者", "email": f"{LOGIN}@miyagi.example", "password": password}
        tk.get_action("user_create")({"ignore_auth": True, "user": site_user["name"]}, data)
        user = model.User.get(LOGIN)
    user.sysadmin = True
    model.Session.commit()


def _wait_for_solr() -> None:
    end = time.monotonic() + WAIT_FOR_SOLR
    while not is_available():
        if time.monotonic() > end:
            sys.exit("Solr does not answer")
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
