"""What people are told when it cannot work: one sentence, what to do, and a rerun that recovers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from stack_harness import BARE_PYTHON, PROJECT, Miyagi, Running

CLOSED = "http://127.0.0.1:9"
"""Nobody listens on the discard port."""


def test_no_network(new_home: Miyagi) -> None:
    """No package index: said so at once, and nothing half-made stays behind."""
    code, text = new_home.run("serve", PIP_INDEX_URL=f"{CLOSED}/simple", PIP_FIND_LINKS="", PIP_NO_CACHE_DIR="1", PIP_RETRIES="0")
    assert code == 1
    assert "ネットワーク" in text
    assert "check the network" in text
    assert not list(new_home.home.glob("uv-*"))


def test_no_network_for_packages(served: tuple[Miyagi, Running, str], new_home: Miyagi) -> None:
    """uv is there, the packages are not to be had."""
    new_home.home.mkdir()
    (folder,) = served[0].home.glob("uv-*")
    (new_home.home / folder.name).symlink_to(folder)
    code, text = new_home.run("ckan", "--help", UV_INDEX_URL=f"{CLOSED}/simple", UV_NO_CACHE="1", UV_HTTP_RETRIES="0")
    assert code == 1
    assert "check the network" in text


def test_no_network_for_jars(served: tuple[Miyagi, Running, str], second_home: Miyagi, tmp_path: Path) -> None:
    """The packages are there, Solr's jars are not to be had, and there is no mvn; with network a rerun goes through."""
    path = os.pathsep.join(folder for folder in os.environ["PATH"].split(os.pathsep) if not Path(folder, "mvn").exists())
    words = {"M2_REPO": str(tmp_path / "m2"), "HTTPS_PROXY": CLOSED, "https_proxy": CLOSED, "PATH": path}
    code, text = second_home.run("ckan", "--help", **words)
    assert code == 1
    assert "check the network" in text
    code, text = second_home.run("ckan", "--help")
    assert code == 0, text


def test_no_disk_space_up_front(new_home: Miyagi) -> None:
    """Too little is free: said before anything is written."""
    code, text = new_home.run("serve", MIYAGI_NEEDED_DISK=str(10**18))
    assert code == 1
    assert "ディスクの空きが足りません" in text
    assert "Not enough disk space" in text
    assert not new_home.home.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_disk_fills_up(new_home: Miyagi, tmp_path: Path) -> None:
    """The disk fills up while the environment is made: said so, and with room a rerun goes through."""
    new_home.home.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=90m", "tmpfs", str(new_home.home)], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        code, text = new_home.run("python", "--version", MIYAGI_NEEDED_DISK="1")
    finally:
        subprocess.run(["umount", str(new_home.home)], check=True)
    assert code == 1
    assert "ディスクがいっぱいです" in text, text


def test_home_of_another_version(second_home: Miyagi) -> None:
    """A home that a later version made is left as it is."""
    mark = second_home.home / "home.json"
    mark.write_text(json.dumps({"layout": 99, "postgres": "21"}))
    before = sorted(second_home.home.iterdir())
    code, text = second_home.run("serve")
    assert code == 1
    assert "another version" in text
    assert f"mv {second_home.home} {second_home.home}.old" in text
    assert sorted(second_home.home.iterdir()) == before


def test_python_too_old() -> None:
    """An old Python is told so by a script it can read."""
    pretend = "import sys; sys.version_info = (3, 9); sys.version = '3.9.2'; sys.argv = ['miyagi', 'serve']"
    script = f"{pretend}; exec(open({str(PROJECT / 'miyagi')!r}).read())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env={"PATH": ""})
    assert done.returncode == 1
    assert "Python 3.11以降が必要です（これは 3.9.2 です）" in done.stderr


def test_unknown_command_and_help(new_home: Miyagi) -> None:
    """Neither needs an environment."""
    code, text = new_home.run("sevre")
    assert code == 2
    assert "help" in text
    code, text = new_home.run("help")
    assert code == 0
    assert all(word in text for word in ("serve", "test", "ckan", "python", "status", "stop"))
    assert not new_home.home.exists()


def test_status_and_stop_without_a_home(new_home: Miyagi) -> None:
    """Nothing runs where nothing is."""
    assert new_home.run("status")[1] == new_home.run("stop")[1] == "動いていません。\nNothing is running.\n"
    assert not new_home.home.exists()


def test_folder_that_cannot_be_written(new_home: Miyagi) -> None:
    """A home below a file cannot be made."""
    (new_home.home.parent / "file").write_text("")
    new_home.home = new_home.home.parent / "file" / "home"
    code, text = new_home.run("serve")
    assert code == 1
    assert "--home" in text
    assert "Traceback" not in text


def test_bare_python_is_bare() -> None:
    """The other tests start from a Python that has none of our packages, as on a new machine."""
    assert subprocess.run([BARE_PYTHON, "-c", "import ckan"], capture_output=True, cwd="/").returncode
