"""Licences of the catalogue's list, by the ids that datasets and files hold."""

from __future__ import annotations

from typing import Any

from ckan import model

__all__ = ["licence_document"]


def licence_document(licence_id: str) -> Any:
    """The licence with its ``url`` (it may be empty) and ``title``; None for words that are none of the list."""
    return model.Package.get_license_register().get(licence_id)
