"""The one door from the catalogue to portals: the safe client, with this site's settings and the source's."""

from __future__ import annotations

from dataclasses import replace

from miyagi_harvesters.client import Client, ClientSettings
from miyagi_harvesters.fetching import Fetcher
from miyagi_harvesters.problems import PortalError

from .. import config
from . import replaying
from .sources import Source

__all__ = ["fetcher", "forbidden_by_robots"]


#: Somebody waits for the answer: one try, and no long one.
_AT_ONCE = {"retries": 0, "delay": 0.0, "jitter": 0.0, "connect_timeout": 5.0, "read_timeout": 10.0, "deadline": 15.0}


def fetcher(source: Source) -> Fetcher:
    """A client for one run of a source; of a sample one that reaches nothing but the samples."""
    return Client(_settings(source))


def forbidden_by_robots(source: Source) -> str:
    """The address that a run of the source would begin with, where the site's robots.txt forbids it. Only robots.txt is asked for.

    :returns: empty where it may be asked for, and where nobody can tell now
    """
    with Client(replace(_settings(source), **_AT_ONCE)) as client:
        address = source.reader(client).asked_first
        try:
            return address if client.forbidden_by_robots(address) else ""
        except PortalError:
            return ""


def _settings(source: Source) -> ClientSettings:
    if source.is_sample:
        return replaying.settings(source)
    return ClientSettings(**{**config.harvest_client(), **source.client_options, "portal": source.url})
