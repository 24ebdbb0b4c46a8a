"""The built wheel, in an environment of its own without anything for tests, publishes a package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ckan import model

from .official_shapes import find_uv

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the project, so that no build folder stays behind."""
    copy = tmp_path_factory.mktemp("source") / "project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns(".git", ".miyagi*", "*.egg-info", "__pycache__", "build"))
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", str(out), str(copy)], check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_extension(wheel: Path) -> None:
    """Code, templates, schemas, settings, licence list: all that git has below the package, and nothing else of the project."""
    root = PROJECT / "ckanext-miyagiict"
    ours = {str(path.relative_to(root)) for path in (root / "ckanext").rglob("*") if path.is_file() and "__pycache__" not in path.parts and ".egg-info" not in str(path)}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert ours - held == set()
    assert {name.split("/")[0] for name in held} == {"ckanext", "miyagi_harvesters"}
    assert "ckanext/__init__.py" not in held


@pytest.mark.usefixtures("catalogue")
def test_the_wheel_publishes(wheel: Path, plan: Any, show: Callable[..., Any], ckan_config: Any, tmp_path: Path) -> None:
    """In a clean environment made from the lock, with the command that it brings."""
    python = clean_environment(tmp_path / "env", wheel)
    command = [str(python.parent / "ckan"), "-c", ckan_config["__file__"], "miyagiict", "publish", str(plan.folder)]
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "CKAN_INI")}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    where = subprocess.run([str(python), "-c", "import ckanext.miyagiict as m; print(m.__file__)"], capture_output=True, text=True, cwd=tmp_path)
    assert where.stdout.startswith(str(tmp_path))
    model.Session.remove()
    assert show()["title"] == "試験計画"


def clean_environment(folder: Path, wheel: Path) -> Path:
    """A new environment with the locked packages and the wheel; returns its Python."""
    uv = find_uv()
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    python = folder / "bin" / "python"
    for words in (["sync", str(PROJECT / "requirements.lock")], ["install", "--no-deps", str(wheel)]):
        subprocess.run([uv, "pip", words[0], "--quiet", "--python", str(python), *words[1:]], check=True)
    return python
