"""Typed getters of our settings (config_declaration.yaml); nothing else reads them."""

from __future__ import annotations

from pathlib import Path

import ckan.plugins.toolkit as tk

__all__ = ["datasets_path", "files_path", "japanese_search"]


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


def japanese_search() -> bool:
    """Whether datasets are indexed and searched our way."""
    return tk.asbool(tk.config.get("ckanext.miyagiict.japanese_search", True))
