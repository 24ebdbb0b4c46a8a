"""Puts many datasets into the search index with one request and one commit."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import pysolr

from ckan import logic
from ckan.lib import search
from ckan.lib.search import index as ckan_index

__all__ = ["index_together"]

#: A dataset in the form that CKAN's index wants: with the default schema applied, and with ours.
BothForms = tuple[dict[str, Any], dict[str, Any]]


def index_together(datasets: Iterable[BothForms]) -> None:
    """Index datasets; searches see them when this returns.

    :param datasets: as ``ckan.logic.package_show_default_and_custom_schemas`` gives them
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
        raise search.SearchIndexError(f"Solr: {str(error)[:1000]}") from error


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
