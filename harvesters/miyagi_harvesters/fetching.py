"""What a reader may ask of the outside: one call, answered by the network (``client``) or by saved answers (``saved``)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["Answer", "Fetcher"]


@dataclass(frozen=True)
class Answer:
    """One answer, whole.

    :param url: as it was asked, with its query
    :param final_url: where it came from after redirects
    :param status: 200, or 304 where ``not_modified``
    :param headers: names in lower case
    :param body: after decompression, at most the client's limit
    :param hops: addresses of the redirects between, in order
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hops: tuple[str, ...] = ()

    @property
    def content_hash(self) -> str:
        """SHA-256 of the body, hex."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def not_modified(self) -> bool:
        """Whether the portal said that nothing changed since the validators that were sent."""
        return self.status == 304

    @property
    def validators(self) -> dict[str, str]:
        """What to send next time, to be told only of a change: header → value of ``If-None-Match`` and ``If-Modified-Since``."""
        pairs = {"If-None-Match": self.headers.get("etag", ""), "If-Modified-Since": self.headers.get("last-modified", "")}
        return {name: value for name, value in pairs.items() if value}


class Fetcher(Protocol):
    """The door to the outside."""

    def get(self, url: str, *, params: Mapping[str, str] | None = None, validators: Mapping[str, str] | None = None,
            largest: int | None = None) -> Answer:
        """Fetch an address.

        :param validators: of an earlier answer; the new one may then be ``not_modified``
        :param largest: bytes, below the fetcher's own limit
        :returns: an answer with status 200, or 304 where validators were sent
        :raises PortalError: anything else: refused address, no connection, other status, too large, cut short, timed out
        """
        ...
