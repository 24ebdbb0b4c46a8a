"""What gunicorn serves: what CKAN makes when a page first needs it is there before the first page, so that no two make it at once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from configparser import RawConfigParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import authz, logic

IN_CKAN = Path(__file__).resolve().parents[2] / "stack" / "in_ckan"
PAGES = ("/", "/dataset/", "/dataset/?q=KPI", "/plan", "/group/", "/organization/", "/about", "/user/login")
START = 120
"""Seconds that a busy machine may take to load CKAN."""


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """An empty folder for them."""
    folder = tmp_path / "assets"
    folder.mkdir()
    return folder


@pytest.fixture
def served(catalogue: None, ckan_config: Any, assets: Path, tmp_path: Path) -> Iterator[str]:
    """The test site on gunicorn with two workers; the address, once a worker listens and before any page was asked for."""
    parser = RawConfigParser(delimiters="=")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(ckan_config["__file__"], encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    parser["app:main"].update({"ckan.webassets.path": str(assets), "ckan.site_url": f"http://{address}"})
    ini = tmp_path / "served.ini"
    with ini.open("w", encoding="utf-8") as file:
        parser.write(file)
    env = os.environ | {"CKAN_INI": str(ini), "MIYAGI_BIND": address, "MIYAGI_ACCESS_LOG": os.devnull, "MIYAGI_WORKERS": "2"}
    argv = [sys.executable, "-m", "gunicorn", "--config", str(IN_CKAN / "gunicorn.conf.py"), "miyagi_wsgi:application"]
    with (tmp_path / "web.log").open("wb") as log:
        process = subprocess.Popen(argv, env=env, cwd=tmp_path, stdout=log, stderr=log)
    try:
        wait_for(address, process, tmp_path / "web.log")
        yield f"http://{address}"
        print((tmp_path / "web.log").read_text(encoding="utf-8"))  # pytest shows it where the test failed
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    host, _, port = address.partition(":")
    for _ in range(START * 4):
        assert process.poll() is None, log.read_text(encoding="utf-8")[-2000:]
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            return
        except OSError:
            time.sleep(0.25)
    pytest.fail(log.read_text(encoding="utf-8")[-2000:])


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_first_pages_at_once(served: str, assets: Path) -> None:
    """Sixteen visitors come together: each gets a page, and nothing is made for them."""
    made = {path: path.stat().st_mtime_ns for path in assets.rglob("*") if path.is_file()}
    assert len([path for path in made if path.suffix in (".css", ".js")]) > 20
    with ThreadPoolExecutor(16) as visitors:
        answers = list(visitors.map(status, [served + page for page in (*PAGES, *PAGES)]))
    assert answers == [200] * 16
    assert {path: path.stat().st_mtime_ns for path in assets.rglob("*") if path.is_file()} == made


def test_a_question_of_ten_thousand_characters(served: str) -> None:
    """It comes through gunicorn: the page says that it is too long, in the site's frame; the API answers."""
    asked = quote("あ" * 10_000)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{served}/dataset/?q={asked}", timeout=60)
    assert refused.value.code == 400
    assert "10,000文字" in refused.value.read().decode()
    assert status(f"{served}/api/3/action/package_search?q={asked}") == 200
    assert status(f"{served}/dataset/?q={'a' * 200_000}") == 414


def test_actions_are_gathered_before_the_first_request(with_plugins: None, make_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """CKAN gathers them while other threads read: an application that is made has them all."""
    logic.clear_actions_cache()
    authz.clear_auth_functions_cache()
    make_app()

    def too_late(*_arguments: Any) -> Any:
        raise AssertionError("plugins are asked again")

    with monkeypatch.context() as patch:
        patch.setattr(p, "PluginImplementations", too_late)
        assert tk.get_action("miyagiict_plan_list")
        assert {"package_show", "miyagiict_plan_list"} <= set(authz.auth_functions_list())


def test_gunicorn_says_what_went_wrong(served: str, tmp_path: Path) -> None:
    """CKAN's logging settings do not silence it."""
    assert "Booting worker" in (tmp_path / "web.log").read_text(encoding="utf-8")
