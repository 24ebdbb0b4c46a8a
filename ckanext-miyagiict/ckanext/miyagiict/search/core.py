"""Whether the Solr core that CKAN uses has our fields (solr/conf/schema.xml)."""

from __future__ import annotations

import logging
import time

import ckan.plugins.toolkit as tk
import requests

from .. import config

__all__ = ["is_ours"]

log = logging.getLogger(__name__)

#: A core without our fields may be given them while we run.
_ASK_AGAIN_AFTER = 60.0
_answers: dict[str, tuple[bool, float]] = {}


def is_ours() -> bool:
    """Whether to index and search our way. Asks each core once; where Solr runs with CKAN's own schema all stays as CKAN has it."""
    if not config.japanese_search():
        return False
    address = tk.config["solr_url"]
    ours, asked = _answers.get(address, (False, float("-inf")))
    if not ours and time.monotonic() - asked > _ASK_AGAIN_AFTER:
        ours = _ask(address)
        _answers[address] = (ours, time.monotonic())
    return ours


def _ask(address: str) -> bool:
    user, password = tk.config.get("solr_user"), tk.config.get("solr_password")
    try:
        answer = requests.get(f"{address.rstrip('/')}/schema/fields/miyagiict_keywords", timeout=5, auth=(user, password) if user else None)
    except requests.RequestException as error:
        log.warning("Solr does not say whether it has our fields: %s", error)
        return False
    if not answer.ok:
        log.warning("The Solr core has not the schema of solr/conf: datasets are searched as CKAN does, which finds little Japanese")
    return answer.ok
