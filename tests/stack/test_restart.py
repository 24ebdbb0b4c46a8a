"""Stopping and starting again: Ctrl-C, ``stop``, ``kill -9``, and the fast second start."""

from __future__ import annotations

import hashlib
import json
import signal
import urllib.error
from pathlib import Path

import pytest
from stack_harness import Miyagi, Running, free_port, get, processes_of, wait_for

SECOND_START = 30
"""Seconds to the first page of a second start: the goal of issue 3."""


def answers(address: str) -> bool:
    try:
        return bool(get(address + "/"))
    except (urllib.error.URLError, OSError):
        return False


def files(home: Path) -> dict[str, tuple[int, str]]:
    """Time of writing and content of every file that holds state, less what servers write of their own accord."""
    own = ("env", "run", "log", "postgres", "redis", "solr")
    found = {}
    for path in sorted(home.rglob("*")):
        inside = path.relative_to(home)
        if path.is_file() and inside.parts[0] not in own and not inside.parts[0].startswith("uv-"):
            found[str(inside)] = (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
    return found


@pytest.fixture
def stopped(served: tuple[Miyagi, Running, str], second_home: Miyagi) -> Miyagi:
    """A home that was served once and stopped by Ctrl-C."""
    running = second_home.start("serve", "--port", str(free_port()))
    running.until("Ctrl-C")
    assert running.end(signal.SIGINT) == 0
    return second_home


def test_stop_start_kill_and_stop_again(stopped: Miyagi) -> None:
    """One home through its life; in one test, since each start takes its seconds."""
    # Ctrl-C has left no process.
    assert processes_of(stopped.home) == []
    assert "Stopped" in stopped.started[-1].text
    assert stopped.run("status") == (3, "動いていません。\nNothing is running.\n")

    # The second start is fast and writes nothing.
    before = files(stopped.home)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    (stopped.home / "port.json").write_text(f"{port}\n")
    ini = (stopped.home / "ckan.ini").read_text()
    running = stopped.start("serve", "--port", str(port))
    wait_for(lambda: answers(address), SECOND_START, "first page of a second start")
    running.until("Ctrl-C")
    after = files(stopped.home)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed <= {"ckan.ini", "port.json"}, "only the new port was written"
    assert len(ini.splitlines()) == len((stopped.home / "ckan.ini").read_text().splitlines())

    # kill -9 of the supervisor: the kernel tells the services, nothing is left, the next start goes through.
    running.popen.kill()
    running.popen.wait()
    wait_for(lambda: not processes_of(stopped.home), 30, "services end with their supervisor")
    running = stopped.start("serve", "--port", str(port))
    running.until("Ctrl-C")
    assert answers(address)

    # kill -9 of a service: one sentence naming it, everything else is stopped.
    import psutil

    (solr,) = [
        process
        for process in psutil.process_iter(["cmdline"])
        if f"solr.solr.home={stopped.home}/" in " ".join(process.info["cmdline"] or [])
    ]
    solr.kill()
    assert running.popen.wait(60) == 1
    assert "solr" in running.text.splitlines()[-1] or "solr has ended unexpectedly" in running.text
    assert processes_of(stopped.home) == []

    # With --demo the samples are harvested. `stop` from elsewhere is as good as Ctrl-C.
    running = stopped.start("serve", "--port", str(port), "--demo")
    running.until("Ctrl-C")
    assert f"{address}/sources" in running.text
    assert json.loads(get(f"{address}/api/3/action/package_search?fq=is_sample:true"))["result"]["count"] == 17
    assert get(f"{address}/sources").count("完了") >= 8
    code, text = stopped.run("stop")
    assert (code, running.popen.wait(10)) == (0, 0), text
    assert processes_of(stopped.home) == []


def test_port_in_use(served: tuple[Miyagi, Running, str], second_home: Miyagi) -> None:
    """A port that somebody else has: one sentence with what to do, and nothing was started."""
    port = served[2].rpartition(":")[2]
    code, text = second_home.run("serve", "--port", port)
    assert code == 1
    assert f"ポート {port} は使用中です" in text
    assert f"--port {int(port) + 1}" in text
    assert processes_of(second_home.home) == []


def test_real_servers_replace_the_embedded_ones(served: tuple[Miyagi, Running, str], second_home: Miyagi) -> None:
    """With all five addresses set nothing is started, and the commands work on those servers."""
    ini = dict(line.split(" = ", 1) for line in (served[0].home / "ckan.ini").read_text(encoding="utf-8").splitlines() if " = " in line)
    names = {
        "CKAN_SQLALCHEMY_URL": "sqlalchemy.url",
        "CKAN_DATASTORE_WRITE_URL": "ckan.datastore.write_url",
        "CKAN_DATASTORE_READ_URL": "ckan.datastore.read_url",
        "CKAN_REDIS_URL": "ckan.redis.url",
        "CKAN_SOLR_URL": "solr_url",
    }
    addresses = {variable: ini[name] for variable, name in names.items()}
    code, text = second_home.run("ckan", "user", "show", "admin", **addresses)
    assert code == 0, text
    assert "admin" in text
    assert not (second_home.home / "postgres").exists()
    assert not (second_home.home / "solr").exists()
    assert not (second_home.home / "redis").exists()
    code, text = served[0].run("ckan", "db", "version", **addresses)
    assert code == 1
    assert "CKAN_…_URL" in text, "the running catalogue uses other servers than those named"
