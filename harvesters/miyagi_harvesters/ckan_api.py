"""CKAN's API by ``ckanapi``, on the harvesters' own client: address check, pauses, limits, robots.txt and validators stay what they are.

``RemoteCKAN`` takes a session; here that session is the client. What a reader keeps is the answer as it came, bytes and headers too, so
it is handed back beside ckanapi's result. Portals that only resemble CKAN (DKAN's list of one without an envelope, failures that are not
CKAN's) are read by our own rules for the same answer.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from . import sniff
from .fetching import Answer, Fetcher
from .problems import PortalError

__all__ = ["call"]

#: What ckanapi takes for something else: numbers that JSON does not have, and a failure that is told in words (quirk 5).
_MISREAD = re.compile(rb"NaN|Infinity|\"success\"\s*:\s*\"")


@dataclass
class _Response:
    """As much of a requests response as ckanapi looks at."""

    status_code: int
    text: str


class _Session:
    """What ckanapi asks of a session: one method."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self.answer: Answer | None = None

    def get(
        self, url: str, *, params: Mapping[str, str], headers: Mapping[str, str], validators: Mapping[str, str] | None = None
    ) -> _Response:
        """Ask for an address. The headers are left out: who asks is said by the client, and a question has no content to describe."""
        del headers
        answer = self.answer = self._fetcher.get(url, params=params, validators=validators)
        is_readable = answer.body.strip() and not _MISREAD.search(answer.body)
        return _Response(answer.status, sniff.decode(answer.body, url).text if is_readable else "")


def call(
    fetcher: Fetcher, root: str, path: str, action: str, params: Mapping[str, str], validators: Mapping[str, str] | None = None
) -> tuple[Answer, Any]:
    """Ask a CKAN portal one question.

    :param root: address of the portal
    :param path: of its API, below the root, ending in a slash
    :returns: the answer, and what ckanapi takes out of it; None where it is no answer of CKAN's, or nothing has changed
    :raises PortalError: there is no answer
    """
    session = _Session(fetcher)
    portal = _remote_ckan()(root, get_only=True, session=session)
    portal.base_url = path
    try:
        result = portal.call_action(action, dict(params), requests_kwargs={"validators": validators})
    except PortalError:
        raise
    except Exception:  # noqa: BLE001 - CKAN's classes where CKAN is installed, else ckanapi's, and any other for answers of other shapes
        result = None
    assert session.answer is not None
    return session.answer, result


@cache
def _remote_ckan() -> Any:
    """``ckanapi.RemoteCKAN``, when a CKAN portal is asked first: where CKAN is installed it is imported too, which takes a second."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pkg_resources
        from ckanapi import RemoteCKAN
    return RemoteCKAN
