"""The data dictionary's keys that are ours: the unit of a column, and its heading, description and unit in English.

They are plugin data (``IDataDictionaryForm``), not ``info``: the form in the browser writes ``info`` anew and would lose them.
"""

from __future__ import annotations

from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan.types import Schema, ValidatorFactory

__all__ = ["KEYS", "PLUGIN", "extend_field", "extend_schema"]

PLUGIN = "miyagiict"
KEYS = ("title_en", "description_en", "unit", "unit_en")


def extend_schema(schema: Schema) -> Schema:
    """Let ``datastore_create`` accept our keys; one that is left out keeps its value."""
    to_plugin_data = cast(ValidatorFactory, tk.get_validator("to_datastore_plugin_data"))(PLUGIN)
    fields = cast(Schema, schema["fields"])
    for key in KEYS:
        fields[key] = [
            tk.get_validator("datastore_default_current"), tk.get_validator("ignore_empty"), tk.get_validator("unicode_only"),
            to_plugin_data,
        ]
    return schema


def extend_field(field: dict[str, Any], plugin_data: dict[str, Any]) -> dict[str, Any]:
    """Show our keys in ``datastore_info``."""
    return {**field, **plugin_data.get(PLUGIN, {})}
