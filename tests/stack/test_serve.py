"""``./miyagi serve`` from a home that did not exist: pages, first login, guests, what it leaves unwritten."""

from __future__ import annotations

import http.cookiejar
import json
import re
import signal
import stat
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path

from stack_harness import Miyagi, Running, get, processes_of, wait_for

Served = tuple[Miyagi, Running, str]


def test_first_page_and_datasets(served: Served) -> None:
    """The pages are there, in Japanese, and every package of datasets/ is published."""
    _miyagi, _running, address = served
    assert "宮城県ICT計画オープンデータカタログ" in get(address + "/")
    names = json.loads(get(address + "/api/3/action/package_list"))["result"]
    folders = {path.parent.name for path in (Path(__file__).parents[2] / "datasets").glob("*/datapackage.json")}
    assert folders
    assert folders <= set(names)


def test_first_login_works(served: Served) -> None:
    """The printed name and password open the administrator's page."""
    miyagi, running, address = served
    note = (miyagi.home / "first-login.txt").read_text(encoding="utf-8")
    login, password = re.findall(r": (\S+)", note)
    assert password in running.text
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = opener.open(address + "/user/login", timeout=60).read().decode()
    (token,) = re.findall(r'name="_csrf_token" (?:type="hidden" )?(?:value|content)="([^"]+)"', page)[:1]
    form = urllib.parse.urlencode({"login": login, "password": password, "_csrf_token": token}).encode()
    opener.open(address + "/user/login", form, timeout=60)
    assert opener.open(address + "/ckan-admin/", timeout=60).status == 200


def test_secrets_are_for_the_owner_only(served: Served) -> None:
    """Files with secrets, and the folders of databases and sockets, cannot be read by others."""
    home = served[0].home
    for name in ("ckan.ini", "secrets.json", "first-login.txt"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600, name
    for name in ("run", "run/s", "postgres", "redis", "storage"):
        folder = home / name
        assert not folder.exists() or not folder.stat().st_mode & 0o077, name


def test_only_the_web_server_and_solr_listen(served: Served) -> None:
    """PostgreSQL and Redis have no port at all; the others listen on the loopback address only."""
    import psutil

    pids = {process.pid for process in psutil.process_iter(["cmdline"]) if f"{served[0].home}/" in " ".join(process.info["cmdline"] or [])}
    listening = [entry.laddr for entry in psutil.net_connections("inet") if entry.status == "LISTEN" and entry.pid in pids]
    assert {place.ip for place in listening} <= {"127.0.0.1", "::ffff:127.0.0.1"}
    assert len({place.port for place in listening}) == 2


def test_status_names_what_runs(served: Served) -> None:
    """``status`` tells address and processes, and exits with 0."""
    code, text = served[0].run("status")
    assert code == 0
    assert served[2] in text
    assert all(name in text for name in ("postgres", "redis", "solr", "web", "worker", "harvest", "kpi"))


def test_ckan_and_python_use_the_running_services(served: Served) -> None:
    """Pass-through commands find the configuration, start nothing of their own and hand on the exit code."""
    miyagi, running, _address = served
    before = len(processes_of(miyagi.home))
    code, text = miyagi.run("ckan", "user", "show", "admin")
    assert code == 0, text
    assert "admin" in text
    code, text = miyagi.run("python", "-c", "import os, sys; print(os.environ['CKAN_INI']); sys.exit(7)")
    assert code == 7
    assert str(miyagi.home / "ckan.ini") in text
    assert len(processes_of(miyagi.home)) == before
    assert running.popen.poll() is None


def test_a_second_serve_on_the_same_home_is_told_so(served: Served) -> None:
    """Two on one home would share databases: the second is refused with what to do."""
    code, text = served[0].run("serve", "--port", "5999")
    assert code == 1
    assert "./miyagi stop" in text
    assert "already runs" in text


def test_background_worker_takes_jobs(served: Served) -> None:
    """A job put into the queue is done."""
    miyagi = served[0]
    code, text = miyagi.run("ckan", "jobs", "test")
    assert code == 0, text
    log = miyagi.home / "log" / "worker.log"
    wait_for(lambda: "TEST" in log.read_text(encoding="utf-8", errors="replace").upper(), 30, "the job in worker.log")


def test_harvest_worker_stops_quickly_and_cleanly(served: Served) -> None:
    """Told to stop by SIGTERM, a worker ends by itself within seconds, with exit code 0 and no traceback."""
    miyagi = served[0]
    log = miyagi.home / "log" / "extra-harvest.log"
    words = [str(miyagi.home / "env" / "bin" / "ckan"), "-c", str(miyagi.home / "ckan.ini"), "miyagiict", "harvest", "worker"]
    with log.open("wb") as output:
        worker = subprocess.Popen(words, stdout=output, stderr=subprocess.STDOUT, cwd=miyagi.home)
    try:
        # its signal handler is the last thing that it sets up before it works
        wait_for(lambda: worker.poll() is not None or int(_caught_signals(worker.pid), 16) >> (signal.SIGTERM - 1) & 1, 60, "it works")
        worker.terminate()
        assert worker.wait(5) == 0, log.read_text(encoding="utf-8")
    finally:
        worker.kill()
        worker.wait()
    assert "Traceback" not in log.read_text(encoding="utf-8")


def _caught_signals(pid: int) -> str:
    """Which signals a process handles itself, as the kernel says it (proc_pid_status(5))."""
    (line,) = re.findall(r"^SigCgt:\t(\w+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return line
