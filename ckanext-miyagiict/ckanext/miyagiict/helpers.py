"""Template helpers."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from .packages.metadata import FREQUENCIES, FREQUENCY_BASE, LANGUAGE_BASE

__all__ = ["miyagiict_frequencies", "miyagiict_language"]

_LANGUAGE_NAMES = {"JPN": {"ja": "日本語", "en": "Japanese"}, "ENG": {"ja": "英語", "en": "English"}}


def miyagiict_frequencies(field: dict[str, Any]) -> list[dict[str, Any]]:
    """Choices of the field ``frequency``: EU address → words."""
    return [{"value": FREQUENCY_BASE + code, "label": label} for code, label in FREQUENCIES.items()]


def miyagiict_language(uri: str) -> str:
    """Name of a language by its EU address; the address itself where it is not known."""
    names = _LANGUAGE_NAMES.get(uri.removeprefix(LANGUAGE_BASE), {})
    return names.get(tk.h.lang()) or uri
