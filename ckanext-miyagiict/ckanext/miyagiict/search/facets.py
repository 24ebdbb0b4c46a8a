"""Facets of a search in the visitor's language: CKAN fills them with the Japanese titles."""

from __future__ import annotations

from typing import Any

from flask import has_request_context

import ckan.plugins.toolkit as tk

from ..catalogue.titles import english_tag, english_title

__all__ = ["translate"]

_KINDS = {"organization": "organization", "groups": "group"}


def translate(found: dict[str, Any]) -> dict[str, Any]:
    """Give the facets of an answer their English names, on English pages.

    :param found: answer of ``package_search``
    """
    if not has_request_context() or tk.h.lang() != "en":
        return found
    for field, facet in found.get("search_facets", {}).items():
        for item in facet["items"]:
            japanese = item["display_name"]
            if field in _KINDS:
                item["display_name"] = english_title(_KINDS[field], item["name"]) or japanese
            elif field == "tags":
                item["display_name"] = english_tag(item["name"]) or japanese
            elif field == "license_id":
                item["display_name"] = tk._(japanese)
    return found
