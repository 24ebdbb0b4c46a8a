"""Connections to Solr that stay open from question to question.

CKAN makes a new one for each, with what belongs to it: a TCP connection, a ``requests.Session``, a look at the environment for proxies
and at the disk for passwords. That is a good part of the time a small answer takes, and under load leaves thousands of closed
sockets waiting. Only questions go this way, never what is written to the index.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

import requests
from pysolr import Solr
from requests.adapters import HTTPAdapter
from requests.utils import get_netrc_auth
from urllib3.exceptions import ReadTimeoutError
from urllib3.util import Retry

from ckan.lib.search import common, query

__all__ = ["keep_open"]

#: As many as one process has threads that ask at once; more open one for themselves.
KEPT = 8


def keep_open() -> None:
    """Let CKAN's searches use connections that are kept. There is no setting or hook of CKAN for this."""
    query.make_connection = _connection


def _connection(decode_dates: bool = True) -> Solr:
    """Takes the place of ``ckan.lib.search.common.make_connection``."""
    solr = common.make_connection(decode_dates)
    solr.session = _session(solr.url)
    return solr


@lru_cache(maxsize=2)
def _session(url: str) -> requests.Session:
    """What the threads of this process share. Solr sets no cookies, so there is nothing in it that one could spoil for another."""
    session = requests.Session()
    found = session.merge_environment_settings(url, {}, None, None, None)
    session.proxies, session.verify, session.auth = found["proxies"], found["verify"], get_netrc_auth(url)
    session.trust_env = False  # just read; it would be read again at each question
    again = _AskAgain(total=1, connect=0, status=0, allowed_methods=None, respect_retry_after_header=False)
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=KEPT, max_retries=again))
    return session


class _AskAgain(Retry):
    """Asks once more where Solr closed a kept connection the moment it was used: a question changes nothing. Waits for no answer twice."""

    def increment(self, method: str | None = None, url: str | None = None, response: Any = None, error: Exception | None = None,
                  *others: Any, **named: Any) -> Retry:
        if isinstance(error, ReadTimeoutError):
            raise error
        return super().increment(method, url, response, error, *others, **named)


#: A child must not write into its parent's connections.
os.register_at_fork(after_in_child=_session.cache_clear)
