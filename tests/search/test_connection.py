"""Searches use connections to Solr that stay open, and answer as before where Solr closes them, is slow or is gone."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError
from ckan.lib.search.common import SolrConnectionError
from ckan.lib.search.query import PackageSearchQuery

ANSWER = b'{"responseHeader": {"status": 0}, "response": {"numFound": 7, "docs": []}, "facet_counts": {"facet_fields": {}}}'


class FakeSolr(ThreadingHTTPServer):
    """Gives one answer to every question.

    :ivar connections: how many were opened
    :ivar hangs_up: closes each connection after an answer without a word
    :ivar waits: seconds before an answer
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.connections, self.asked, self.hangs_up, self.waits = 0, 0, False, 0.0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/solr/ckan"


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeSolr

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_GET(self) -> None:
        self.server.asked += 1
        time.sleep(self.server.waits)
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)
        self.close_connection = self.server.hangs_up

    def log_message(self, *_words: Any) -> None:
        """Silent."""


@pytest.fixture
def solr(with_plugins: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSolr]:
    """A pretended Solr that CKAN's searches ask."""
    with FakeSolr() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setitem(ckan_config, "solr_url", server.address)
        yield server
        server.shutdown()


def hits() -> int:
    return PackageSearchQuery().run({"q": "避難所"})["count"]


def test_one_connection_for_many_questions(solr: FakeSolr) -> None:
    """CKAN's own would open one for each."""
    assert [hits() for _ in range(5)] == [7] * 5
    assert solr.connections == 1


def test_threads_do_not_wait_for_each_other(solr: FakeSolr) -> None:
    """Each has a connection for itself while it asks."""
    solr.waits = 0.5
    begun = time.monotonic()
    asking = [threading.Thread(target=hits) for _ in range(4)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert time.monotonic() - begun < 1.5
    assert solr.connections == 4


def test_solr_closes_its_connections(solr: FakeSolr) -> None:
    """As it does when it starts anew, or has waited long for the next question."""
    solr.hangs_up = True
    assert [hits() for _ in range(20)] == [7] * 20
    assert solr.asked == 20


def test_no_answer(solr: FakeSolr, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for an answer in vain does so once, as long as ``solr_timeout`` says."""
    monkeypatch.setitem(ckan_config, "solr_timeout", 1)
    solr.waits = 3
    begun = time.monotonic()
    with pytest.raises((SearchError, SolrConnectionError)):  # CKAN takes some timeouts for a lost connection
        hits()
    assert time.monotonic() - begun < 2


def test_no_solr(solr: FakeSolr, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """CKAN says so as it always does."""
    solr.shutdown()
    solr.server_close()
    with pytest.raises(SolrConnectionError):
        hits()


def test_a_child_has_connections_of_its_own(solr: FakeSolr) -> None:
    """gunicorn's workers are children of a process that may have searched."""
    hits()
    child = os.fork()
    if not child:
        os._exit(0 if hits() == 7 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert solr.connections == 2
    hits()
    assert solr.connections == 2


def test_searches_go_this_way(solr: FakeSolr) -> None:
    """Also those of the API."""
    for _ in range(2):
        assert tk.get_action("package_search")({"ignore_auth": True}, {"q": "*:*"})["count"] == 7
    assert solr.connections == 1
