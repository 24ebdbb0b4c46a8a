"""The one door from the catalogue to portals: the safe client, with this site's settings and the source's."""

from __future__ import annotations

from miyagi_harvesters.client import Client, ClientSettings
from miyagi_harvesters.fetching import Fetcher

from .. import config
from . import replaying
from .sources import Source

__all__ = ["fetcher"]


def fetcher(source: Source) -> Fetcher:
    """A client for one run of a source; of a sample one that reaches nothing but the samples."""
    if source.is_sample:
        return Client(replaying.settings(source))
    return Client(ClientSettings(**{**config.harvest_client(), **source.client_options, "portal": source.url}))
