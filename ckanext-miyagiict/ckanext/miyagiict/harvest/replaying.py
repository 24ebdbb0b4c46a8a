"""The portals of the demonstration: saved answers, given again by a server of this process on this machine.

Sources with the option ``sample`` are asked through it as through a proxy, so their addresses are names that nobody has, and nothing of
them reaches a network.
"""

from __future__ import annotations

import os
import threading
from functools import cache
from pathlib import Path

from miyagi_harvesters.client import ClientSettings
from miyagi_harvesters.replay import ReplayServer
from miyagi_harvesters.saved import SavedAnswers

import ckan.plugins.toolkit as tk

from .. import config
from .sources import Source

__all__ = ["folder", "settings"]

#: No pause between requests: nobody else is served here.
_SETTINGS = {"contact": "https://sample.example/", "allowed_networks": ("127.0.0.1/32",), "delay": 0.0, "jitter": 0.0}


def folder() -> Path:
    """Where the samples lie.

    :raises ckan.plugins.toolkit.ValidationError: it is not set
    """
    found = config.samples_path()
    if found is None:
        raise tk.ValidationError({"sample": [tk._("見本のフォルダーが設定されていません。ckanext.miyagiict.harvest.samples_path に書いてください。")]})
    return found


def settings(source: Source) -> ClientSettings:
    """How a sample source is asked."""
    return ClientSettings(**{**_SETTINGS, **source.client_options, "portal": source.url, "proxy": address()})


def address() -> str:
    """Of the server of this process; it is started when it is asked for first, and ends with the process."""
    return _server(os.getpid(), folder()).address


@cache
def _server(_process: int, samples: Path) -> ReplayServer:
    """One a process: a forked one has no thread that serves."""
    server = ReplayServer(sorted(path for path in samples.iterdir() if SavedAnswers.has_index(path)))
    threading.Thread(target=server.serve_forever, name="samples", daemon=True).start()
    return server
