"""Puts many datasets into the search index with one request and one commit."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pysolr
import requests

from ckan import logic
from ckan.lib import search
from ckan.lib.search import index as ckan_index

__all__ = ["IndexAwayError", "index_together"]

#: A dataset in the form that CKAN's index wants: with the default schema applied, and with ours.
BothForms = tuple[dict[str, Any], dict[str, Any]]


class IndexAwayError(search.SearchIndexError):
    """Solr cannot be reached, or is just starting: the same datasets may be indexed later."""


def index_together(datasets: Iterable[BothForms]) -> None:
    """Index datasets; searches see them when this returns.

    :param datasets: as ``ckan.logic.package_show_default_and_custom_schemas`` gives them
    :raises IndexAwayError: Solr is not there now
    :raises ckan.lib.search.SearchIndexError: Solr does not take them
    """
    with _collecting() as collected:
        for both in datasets:
            logic.index_update_package_dicts(both, defer_commit=True)
    solr = search.make_connection()
    try:
        if collected.documents:
            solr.add(collected.documents, commit=not collected.deletions)
        for query in collected.deletions:
            solr.delete(q=query, commit=query == collected.deletions[-1])
    except pysolr.SolrError as error:
        kind = IndexAwayError if _is_away(error) else search.SearchIndexError
        raise kind(f"Solr: {str(error)[:1000]}") from error


def _is_away(error: pysolr.SolrError) -> bool:
    """Whether the server is to blame, and not a document: no connection, or an answer of a server that starts or stops.

    Not a timeout: a document that Solr cannot digest would be sent for ever.
    """
    cause = error.__context__
    is_refused = isinstance(cause, requests.ConnectionError) and not isinstance(cause, requests.Timeout)
    return is_refused or bool(re.match(r"Solr responded with an error \(HTTP 50[234]\)", str(error)))


class _Collector:
    """Stands for the connection to Solr."""

    def __init__(self) -> None:
        self.documents: list[dict[str, Any]] = []
        self.deletions: list[str] = []

    def add(self, docs: list[dict[str, Any]], commit: bool = False) -> None:  # noqa: ARG002
        self.documents += docs

    def delete(self, q: str, commit: bool = False) -> None:  # noqa: ARG002
        self.deletions.append(q)


@contextlib.contextmanager
def _collecting() -> Iterator[_Collector]:
    """CKAN builds the document and sends it in one function, one request a dataset: here the sending part only collects."""
    collector, real = _Collector(), ckan_index.make_connection
    ckan_index.make_connection = lambda *_args, **_kwargs: collector  # type: ignore[assignment, return-value]
    try:
        yield collector
    finally:
        ckan_index.make_connection = real
