"""A set-up killed at any point goes on from there when it is run again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from stack_harness import START, Miyagi, Running, free_port, get, processes_of, wait_for

Point = Callable[[Path], object]


def tables_are_being_made(home: Path) -> bool:
    """CKAN has been loading for a while and has not reported its databases yet."""
    report = home / "run" / "prepare.jsonl"
    return not report.read_text() and time.time() - report.stat().st_mtime > 4


POINTS: dict[str, Point] = {
    "uv is being fetched": lambda home: list(home.glob("uv-unfinished-*")),
    "the environment is half there": lambda home: len(list(home.glob("env/lib/python3*/site-packages/*"))) > 20,
    "packages are there, the extension is not": lambda home: (home / "env" / "miyagi-base.stamp").exists(),
    "initdb runs": lambda home: (home / "postgres" / "18.unfinished").exists(),
    "jars are half there": lambda home: list(home.glob("solr/lib-*.unfinished/*")),
    "tables are being made": tables_are_being_made,
    "packages are being published": lambda home: "公開しました" in (home / "run" / "prepare.jsonl").read_text(encoding="utf-8"),
}


def kill_at(point: Point, name: str, running: Running, home: Path) -> None:
    """``kill -9`` as soon as a point is reached; fails if the run ends before."""

    def reached() -> bool:
        try:
            return bool(point(home))
        except OSError:  # what it looks at is not there yet
            return False

    wait_for(lambda: reached() or running.popen.poll() is not None, START / 2, name)
    assert running.popen.poll() is None, f"ended before {name}: {running.text}"
    running.popen.kill()
    running.popen.wait()


def test_killed_at_many_points(new_home: Miyagi) -> None:
    """``kill -9`` at each point in turn, on one home, then a run to the end: the catalogue is whole."""
    port = str(free_port())
    for name, point in POINTS.items():
        kill_at(point, name, new_home.start("serve", "--port", port), new_home.home)
    running = new_home.start("serve", "--port", port)
    running.until("Ctrl-C")
    folders = {path.parent.name for path in (Path(__file__).parents[2] / "datasets").glob("*/datapackage.json")}
    assert folders <= set(json.loads(get(f"http://127.0.0.1:{port}/api/3/action/package_list"))["result"])
    assert "admin" in (new_home.home / "first-login.txt").read_text(encoding="utf-8")
    assert running.end() == 0
    assert processes_of(new_home.home) == []
    assert not list(new_home.home.glob("**/*unfinished*"))
