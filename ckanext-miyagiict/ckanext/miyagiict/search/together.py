"""Puts many datasets into the search index with one request and one commit."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

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
    with _collecting() as documents:
        for both in datasets:
            logic.index_update_package_dicts(both, defer_commit=True)
    if documents:
        search.make_connection().add(documents, commit=True)


class _Collector:
    """Stands for the connection to Solr."""

    def __init__(self) -> None:
        self.documents: list[dict[str, Any]] = []

    def add(self, docs: list[dict[str, Any]], commit: bool = False) -> None:  # noqa: ARG002
        self.documents += docs


@contextlib.contextmanager
def _collecting() -> Iterator[list[dict[str, Any]]]:
    """CKAN builds the document and sends it in one function, one request a dataset: here the sending part only collects."""
    collector, real = _Collector(), ckan_index.make_connection
    ckan_index.make_connection = lambda *_args, **_kwargs: collector  # type: ignore[assignment, return-value]
    try:
        yield collector.documents
    finally:
        ckan_index.make_connection = real
