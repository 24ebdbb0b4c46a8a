"""Fixtures of the dataset tests: the packages in the project, and the plan texts outside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def pytest_report_header() -> str | None:
    if not os.environ.get("MIYAGI_PLAN_TEXTS"):
        return "MIYAGI_PLAN_TEXTS is not set: the tests that read the plan texts do NOT run"
    return None


@pytest.fixture(scope="session")
def plan_texts() -> Path:
    """The folder with the five plan texts; the test does not run where it is not set."""
    folder = os.environ.get("MIYAGI_PLAN_TEXTS")
    if not folder:
        pytest.skip("MIYAGI_PLAN_TEXTS is not set: not checked against the plan texts")
    return Path(folder)


