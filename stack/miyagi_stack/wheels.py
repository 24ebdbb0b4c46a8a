"""Where installed packages lie, found without importing them."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def folder(package: str) -> Path:
    """The folder of an installed package.

    :param package: importable name, one of ``requirements-stack.lock``
    :raises LookupError: it is not installed
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise LookupError(f"{package} is missing from the environment; remove its folder env and run again")
    return Path(spec.origin).parent
