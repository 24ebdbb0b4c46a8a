"""Every command that the documentation shows is run, on the served site of this test run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md"), *PROJECT.glob("docker/*.md"), *PROJECT.glob("harvesters/*.md"),
                *PROJECT.glob("datasets/**/*.md")])
USUAL_ADDRESS = "http://127.0.0.1:5000"

#: Commands that cannot be run from in here, and what runs them instead.
RUN_ELSEWHERE = {
    "./miyagi serve": "tests/stack/test_serve.py, from nothing",
    "./miyagi test": "this test is part of it",
    "./miyagi python benchmarks/search_quality.py": "tests/search/test_judged.py asks the same questions",
    "./miyagi python -m miyagi_harvesters": "tests/unit/harvesters/test_command_line.py, with files and a server of its own",
    "./miyagi stop": "tests/stack; here it would stop this very run",
}
#: Words at whose sight a command is for a machine with a Docker engine; tests/stack/test_docker.py checks the files they name.
DOCKER = ("docker ",)


def blocks(language: str) -> Iterator[Any]:
    for page in PAGES:
        for number, text in enumerate(re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S), start=1):
            yield pytest.param(text, id=f"{page.relative_to(PROJECT)}-{number}")


def commands() -> Iterator[Any]:
    for block in blocks("sh"):
        for line in re.sub(r"\\\n\s*", "", block.values[0]).splitlines():
            command = line.split("  #")[0].strip()
            if command and not command.startswith("#"):
                yield pytest.param(command, id=f"{block.id}: {command[:60]}")


def test_the_documentation_shows_commands() -> None:
    """There is something to run."""
    assert len(list(commands())) > 5


@pytest.mark.parametrize("command", commands())
def test_commands_run(command: str, tmp_path: Path) -> None:
    """In the project's folder, with this run's environment and address; exit code 0."""
    if any(command == known or command.startswith(known + " ") for known in RUN_ELSEWHERE) or command.startswith(DOCKER):
        return
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", _here(command, tmp_path)], cwd=PROJECT, env=_environment(), text=True,
                          capture_output=True, timeout=600)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("code", blocks("python"))
def test_python_runs(code: str, tmp_path: Path) -> None:
    """The examples in Python print something and raise nothing."""
    done = subprocess.run([sys.executable, "-c", code.replace(USUAL_ADDRESS, os.environ["MIYAGI_SITE_URL"])], cwd=tmp_path, text=True,
                          capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def _here(command: str, tmp_path: Path) -> str:
    """The command as it is run here: this home, this address, downloads out of the way."""
    command = command.replace(USUAL_ADDRESS, os.environ["MIYAGI_SITE_URL"]).replace("127.0.0.1:5000", os.environ["MIYAGI_SITE_URL"].split("//")[1])
    command = re.sub(r"^\./miyagi (?:--home \S+ )?", f'"{sys.executable}" -m miyagi_stack --home "{os.environ["MIYAGI_HOME"]}" ', command)
    return command.replace("curl ", f'curl --fail --silent --show-error --output-dir "{tmp_path}" ')


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(PROJECT / "stack")}
