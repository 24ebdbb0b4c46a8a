"""Fixtures for the stack: home folders with the real ``./miyagi`` on them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode leaves it out

from stack_harness import Miyagi, Running, free_port  # noqa: E402


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Miyagi, Running, str]]:
    """A catalogue started from a home that did not exist, with its address."""
    miyagi = Miyagi(tmp_path_factory.mktemp("served") / "home", tmp_path_factory.mktemp("scratch"))
    port = free_port()
    running = miyagi.start("serve", "--port", str(port))
    running.until("Ctrl-C")
    yield miyagi, running, f"http://127.0.0.1:{port}"
    miyagi.clean_up()


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Miyagi]:
    """A home folder that does not exist yet."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    miyagi = Miyagi(tmp_path / "home", scratch)
    yield miyagi
    miyagi.clean_up()


@pytest.fixture
def second_home(served: tuple[Miyagi, Running, str], new_home: Miyagi) -> Miyagi:
    """A home folder that has its environment already (it borrows another one's) and nothing else."""
    new_home.home.mkdir()
    (new_home.home / "env").symlink_to(served[0].home / "env")
    return new_home
