"""Typed getters of our settings (config_declaration.yaml); nothing else reads them."""

from __future__ import annotations

from pathlib import Path

import ckan.plugins.toolkit as tk

__all__ = ["datasets_path", "files_path", "english_names", "japanese_search"]


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
