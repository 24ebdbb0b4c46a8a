"""``./miyagi test``: the whole suite, against services of its own.

The stages differ in what must run. ``import ckan`` changes ``sys.path`` and CKAN's pytest plugins want a database, so
each stage is a pytest of its own, with those plugins only where CKAN is tested.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from miyagi_stack import database, overrides, owner, processes, site, versions, wording
from miyagi_stack.home import PROJECT, Home
from miyagi_stack.progress import Progress
from miyagi_stack.services.base import Service
from miyagi_stack.site import Site
from miyagi_stack.supervisor import Stopped, Supervisor

NAME = "test"
TESTS = PROJECT / "tests"
WITHOUT_CKAN = ("-p", "no:ckan", "-p", "no:ckan_fixtures")
NO_TESTS_COLLECTED = 5

TEST_SETTINGS = (
    ("testing", "true"),
    ("ckan.site_url", "http://test.ckan.net"),
    ("WTF_CSRF_ENABLED", "false"),
    ("ckan.auth.create_unowned_dataset", "true"),  # CKAN's dataset factory makes them
)
"""Settings of the test site that differ from the usual ones (``stack/miyagi_stack/config.py``)."""


@dataclass(frozen=True)
class Stage:
    """Tests that need the same things running.

    :param folders: folders below ``tests``; empty means all that no other stage names
    :param ckan: whether CKAN's pytest plugins are on, with the test site's ini file
    :param site: whether a served site with all datasets must run, its address in ``MIYAGI_SITE_URL``
    """

    name: str
    folders: tuple[str, ...]
    ckan: bool = False
    site: bool = False


STAGES = (
    Stage("unit", ("unit", "datasets")),
    Stage("ckan", (), ckan=True),
    Stage("stack", ("stack",)),
    Stage("browser", ("site", "browser"), site=True),
)


def run(home: Home, arguments: list[str], progress: Progress) -> int:
    """Run the suite, or what the arguments select of it.

    :param arguments: given to pytest; a path below ``tests`` selects its stage
    :returns: 0 if every stage passed
    """
    for name in overrides.ALL:  # tests empty their databases: never real ones
        os.environ.pop(name, None)
    selected, options = _select(arguments)
    with owner.own(home, NAME, progress, patience=0):
        versions.mark_home(home)
        site.move_solr_if_taken(home)
        notes = home.run / "notes.txt"
        notes.write_text("", encoding="utf-8")
        try:
            with Supervisor(home, progress) as supervisor:
                results = _run_stages(home, selected, options, notes, supervisor)
        except Stopped:
            return 128 + signal.SIGINT
    print(wording.test_summary(results, notes.read_text(encoding="utf-8")))
    codes = [code for code, _seconds in results.values()]
    if all(code == NO_TESTS_COLLECTED for code in codes):
        return NO_TESTS_COLLECTED
    return 0 if all(code in (0, NO_TESTS_COLLECTED) for code in codes) else 1


def _run_stages(
    home: Home, selected: dict[Stage, list[str]], options: list[str], notes: Path, supervisor: Supervisor
) -> dict[str, tuple[int, float]]:
    """Run stage after stage, starting what the next one needs just before it.

    :returns: exit code and seconds of each
    """
    test_site = Site(home, site.free_port(), suffix="_test", extra=TEST_SETTINGS, durable=False)
    served = Site(home, site.free_port(), durable=False)
    env = {"MIYAGI_HOME": str(home.root), "MIYAGI_NOTES": str(notes)}
    results = {}
    for stage, paths in selected.items():
        begun = time.time()
        words = list(WITHOUT_CKAN)
        if stage.ckan or stage.site:
            _start_services(test_site, served, supervisor)
        if stage.ckan:
            _make_databases(test_site, supervisor)
            words = ["--ckan-ini", str(test_site.ini)]
        if stage.site:
            supervisor.reached -= {"database", "published"}
            _forget(served)
            supervisor.run(served.prepare(supervisor, publish=True), supervisor.bring_up(served.web, after={"published"}))
            owner.tell(home, NAME, served.web.address, ready=True)  # `./miyagi ckan` in a test uses the served site
            env |= {"MIYAGI_SITE_URL": served.web.address, "CKAN_INI": str(served.ini)}
        supervisor.progress.line(wording.stage_begins(stage.name))
        code = _pytest(home, [*words, *options, *paths], env, supervisor)
        results[stage.name] = (code, time.time() - begun)
    return results


def _start_services(test_site: Site, served: Site, supervisor: Supervisor) -> None:
    """Start the three servers once, for the test site and the served one."""
    if "solr" in supervisor.reached:
        return
    for this in (test_site, served):
        this.write_ini()
        this.forget_stale_index()
    services: list[Service] = [test_site.solr((test_site.core, served.core)), test_site.postgres, test_site.redis]
    supervisor.run(*(supervisor.bring_up(service) for service in services))


def _make_databases(test_site: Site, supervisor: Supervisor) -> None:
    """Give the test site databases as if just made, whatever an earlier run has left in them.

    Migrating takes about ten seconds, so a copy of the migrated databases is kept for the next run.
    """
    if not test_site.is_migrated() or not database.restore(test_site.postgres, test_site.databases):
        database.drop(test_site.postgres, test_site.databases)
        versions.unstamp(test_site.home, f"database{test_site.suffix}")
        supervisor.run(test_site.prepare(supervisor, publish=False, first_login=False))
        database.keep(test_site.postgres, test_site.databases)


def _forget(served: Site) -> None:
    """Take away what an earlier run's visitors and staff have left in the served site; its datasets are published anew."""
    database.drop(served.postgres, served.databases)
    for part in ("database", "search"):
        versions.unstamp(served.home, part + served.suffix)
    shutil.rmtree(served.home.storage, ignore_errors=True)
    served.home.storage.mkdir()


def _pytest(home: Home, words: list[str], env: dict[str, str], supervisor: Supervisor) -> int:
    """Run pytest in a process group of its own; on Ctrl-C it goes first."""
    argv = [str(home.python), "-m", "pytest", *words]
    child = subprocess.Popen(argv, cwd=PROJECT, env=processes.environment(env), start_new_session=not sys.stdin.isatty())
    try:
        while child.poll() is None:
            supervisor.check()
            time.sleep(0.2)
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
            child.wait()
    return child.returncode


def _select(arguments: list[str]) -> tuple[dict[Stage, list[str]], list[str]]:
    """Tell paths from options, and put each path to its stage; no path at all means everything.

    :returns: paths of each stage to run, and the options
    """
    paths = [word for word in arguments if not word.startswith("-") and (PROJECT / word.split("::")[0]).exists()]
    options = [word for word in arguments if word not in paths]
    named: dict[Stage, list[str]] = {}
    for word in paths:
        inside = (PROJECT / word.split("::")[0]).resolve().relative_to(TESTS)
        if not inside.parts:
            return _everything(), options
        named.setdefault(_stage_of(inside.parts[0]), []).append(word)
    ordered = {stage: named[stage] for stage in STAGES if stage in named}
    return ordered or _everything(), options


def _everything() -> dict[Stage, list[str]]:
    """Every stage with the folders and test files that exist for it."""
    found: dict[Stage, list[str]] = {stage: [] for stage in STAGES}
    for path in sorted(TESTS.iterdir()):
        if (path.is_dir() and any(path.rglob("test_*.py"))) or path.match("test_*.py"):
            found[_stage_of(path.name)].append(str(path.relative_to(PROJECT)))
    return {stage: paths for stage, paths in found.items() if paths}


def _stage_of(folder: str) -> Stage:
    return next((stage for stage in STAGES if folder in stage.folders), next(stage for stage in STAGES if not stage.folders))
