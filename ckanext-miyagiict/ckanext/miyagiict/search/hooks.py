"""What CKAN calls: before a dataset is indexed, before it is searched."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ..catalogue.files import FileStore
from ..packages.package import DESCRIPTOR, Resource
from . import core, counted, document
from .field_query import is_field_query
from .question import SolrQuery, read_question

__all__ = ["before_dataset_index", "before_dataset_search", "is_question", "solr_parameters"]

log = logging.getLogger(__name__)

#: Where words are looked for, and what a hit there weighs.
QUERY_FIELDS = (
    "name^10 title^6 miyagiict_title_gram^3 miyagiict_keywords^4 res_name^2 miyagiict_body^1 miyagiict_table^0.6 miyagiict_gram^0.3 "
    "miyagiict_reading^1.5"
)
TIE = "0.1"
#: Parameters by which a caller takes ranking into its own hands.
_OWN = ("defType", "qf")


def before_dataset_search(parameters: dict[str, Any]) -> dict[str, Any]:
    """Ask Solr what a visitor meant. Empty searches and queries in Solr's language stay as they are."""
    if is_question(parameters):
        parameters.update(solr_parameters(_solr_query(parameters["q"])))
    return parameters


def is_question(parameters: dict[str, Any]) -> bool:
    """Whether a search is a question in words, for us to read."""
    q = parameters.get("q")
    if not isinstance(q, str) or q.strip() in ("", "*", '""', "''"):
        return False
    return not any(parameters.get(name) for name in _OWN) and not is_field_query(q) and core.is_ours()


@lru_cache(maxsize=2048)
def _solr_query(asked: str) -> SolrQuery:
    """Many ask the same."""
    return read_question(asked).solr()


def solr_parameters(query: SolrQuery) -> dict[str, str]:
    """A query as the parameters that CKAN hands on."""
    return {"q": query.q, "mm": query.mm, "defType": "edismax", "qf": QUERY_FIELDS, "tie": TIE}


def before_dataset_index(indexed: dict[str, Any]) -> dict[str, Any]:
    """Add what we find a dataset by."""
    if not core.is_ours():
        return indexed
    dataset = json.loads(indexed["validated_data_dict"])
    indexed.update(document.fields(dataset, document.table_texts(_published_tables(dataset))))
    indexed.update(counted.fields(dataset))
    return indexed


def _published_tables(dataset: dict[str, Any]) -> Iterator[Resource]:
    """The tables of a published package, as its files hold them now."""
    state = dataset.get("package_sha256")
    if not state:
        return
    store = FileStore(dataset["id"])
    try:
        manifest = store.manifest(state)
        descriptor = json.loads(store.path(manifest[DESCRIPTOR]).read_bytes())
        for entry in descriptor["resources"]:
            if isinstance(entry.get("schema"), dict):
                yield Resource(entry, entry["path"], store.path(manifest[entry["path"]]), entry["schema"], None)
    except (OSError, KeyError, ValueError) as error:
        log.warning("Tables of dataset %s are not indexed: %s", dataset["id"], error)
