"""Typed getters of our settings (config_declaration.yaml); nothing else reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk

__all__ = [
    "datasets_path", "english_names", "files_path", "harvest_client", "harvest_sources_file", "harvest_thresholds", "japanese_search",
    "kpi_due_days", "kpi_notice_days", "largest_table", "samples_path",
]


def datasets_path() -> Path | None:
    """Folder of the Data Packages to publish, where one is set."""
    value = tk.config.get("ckanext.miyagiict.datasets_path")
    return Path(value) if value else None


def files_path() -> Path:
    """Folder of the published files.

    :raises RuntimeError: neither our setting nor ``ckan.storage_path`` is set
    """
    if value := tk.config.get("ckanext.miyagiict.files_path"):
        return Path(value)
    if storage := tk.config.get("ckan.storage_path"):
        return Path(storage) / "miyagiict"
    raise RuntimeError("ckan.storage_path is not set: published files have no place")


def english_names() -> dict[str, str]:
    """The site's English title and description, under CKAN's names for them; only those that are set."""
    said = {
        "site_title": tk.config.get("ckanext.miyagiict.site_title_en"),
        "site_description": tk.config.get("ckanext.miyagiict.site_description_en"),
    }
    return {name: text for name, text in said.items() if text}


def japanese_search() -> bool:
    """Whether datasets are indexed and searched our way."""
    return tk.asbool(tk.config.get("ckanext.miyagiict.japanese_search", True))


def largest_table() -> int:
    """Bytes of the largest harvested file that is read as a table."""
    return int(tk.config.get("ckanext.miyagiict.harvest.largest_table"))


def harvest_thresholds() -> dict[str, Any]:
    """The site's limits of withdrawing (``harvest.quarantine.Thresholds``)."""
    get = tk.config.get
    return {
        "missing_runs": int(get("ckanext.miyagiict.harvest.missing_runs")),
        "least": int(get("ckanext.miyagiict.harvest.least_withdrawn")),
        "share": float(get("ckanext.miyagiict.harvest.share_withdrawn")),
        "period_days": int(get("ckanext.miyagiict.harvest.period_days")),
        "grace_days": int(get("ckanext.miyagiict.harvest.grace_days")),
    }


def harvest_client() -> dict[str, Any]:
    """How portals are asked (``miyagi_harvesters.client.ClientSettings``)."""
    get = tk.config.get
    return {
        "contact": get("ckanext.miyagiict.harvest.contact"),
        "allowed_networks": tuple(tk.aslist(get("ckanext.miyagiict.harvest.allowed_networks"))),
        "proxy": get("ckanext.miyagiict.harvest.proxy"),
        "ca_file": get("ckanext.miyagiict.harvest.ca_file"),
        "delay": float(get("ckanext.miyagiict.harvest.delay")),
        "jitter": float(get("ckanext.miyagiict.harvest.jitter")),
    }


def harvest_sources_file() -> Path | None:
    """The list of sources to start from, where one is set."""
    value = tk.config.get("ckanext.miyagiict.harvest.sources_file")
    return Path(value) if value else None


def samples_path() -> Path | None:
    """Folder of the saved answers of the demonstration, where one is set."""
    value = tk.config.get("ckanext.miyagiict.harvest.samples_path")
    return Path(value) if value else None


def kpi_due_days() -> int:
    """So many days after the end of a fiscal year its values are due."""
    return int(tk.config.get("ckanext.miyagiict.kpi.due_days"))


def kpi_notice_days() -> int:
    """So many days before that day those who are responsible get mail."""
    return int(tk.config.get("ckanext.miyagiict.kpi.notice_days"))
