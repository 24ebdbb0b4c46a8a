"""What a home was made with, so that work is skipped when nothing changed and an unfit home is refused."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from miyagi_stack import config, overrides, wording
from miyagi_stack.files import read_json, write_if_changed, write_json
from miyagi_stack.home import PROJECT, Home
from miyagi_stack.services import postgres, solr

LAYOUT = 1
"""Raised when a home folder of an earlier version can no longer be used as it is."""

EXTENSION = PROJECT / "ckanext-miyagiict" / "ckanext" / "miyagiict"


def check_home(home: Home) -> None:
    """Refuse a home that another version made and this one cannot use.

    :raises StackError: it is of another layout, or its databases are of another PostgreSQL
    """
    made_by = read_json(_mark(home))
    if made_by is None:
        if not home.ini.exists():  # nothing there yet
            return
        made_by = {}
    if made_by == _ours():
        return
    raise wording.home_of_another_version(home.root)


def mark_home(home: Home) -> None:
    """Note that this version made the home."""
    write_json(_mark(home), _ours())


def _mark(home: Home) -> Path:
    return home.root / "home.json"


def _ours() -> dict[str, str | int]:
    return {"layout": LAYOUT, "postgres": postgres.MAJOR}


def database(cluster: str) -> str:
    """Mark of everything that decides what the databases, and the translations made beside them, must look like.

    :param cluster: tells one embedded PostgreSQL cluster from another
    """
    parts = [cluster, version("ckan"), version("ckanext-dcat"), version("ckanext-harvest"), config.PLUGINS, overrides.digest()]
    for path in sorted([*EXTENSION.glob("migration/**/*.py"), *EXTENSION.glob("i18n/**/*.po")]):
        parts += [path.name, hashlib.sha256(path.read_bytes()).hexdigest()]
    return _digest(*parts)


def search() -> str:
    """Mark of everything that decides what the search index must look like."""
    files = [name + hashlib.sha256(content).hexdigest() for name, content in solr.configuration().items()]
    return _digest((PROJECT / "solr" / "pom.xml").read_text(encoding="utf-8"), overrides.digest(), *files)


def is_stamped(home: Home, name: str, mark: str) -> bool:
    """Whether the work ``name`` was finished for this mark."""
    stamp = home.stamps / name
    return stamp.exists() and stamp.read_text(encoding="utf-8") == mark


def stamp(home: Home, name: str, mark: str) -> None:
    """Note that the work ``name`` has been finished for this mark."""
    write_if_changed(home.stamps / name, mark)


def unstamp(home: Home, name: str) -> None:
    """Note that the work ``name`` must be done again."""
    (home.stamps / name).unlink(missing_ok=True)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
