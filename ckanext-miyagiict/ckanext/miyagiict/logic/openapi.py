"""The OpenAPI document of our actions, made from their docstrings; what those do not say (types, results) is in openapi.yaml.

Parameters and their words cannot drift from the code: an action without a docstring in the project's form fails the build
(tests/unit/test_architecture.py), and schemathesis asks a running catalogue whether the document is true.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

__all__ = ["document"]

PREFIX = "miyagiict_"
_PARAMETER = re.compile(r"^:param (?P<name>\w+): ?(?P<words>.*?)(?=^:|\Z)", re.MULTILINE | re.DOTALL)
_RETURNS = re.compile(r"^:returns: ?(?P<words>.*?)(?=^:|\Z)", re.MULTILINE | re.DOTALL)

Action = Callable[..., Any]


def document(actions: Mapping[str, Action], address: str, title: str, version: str) -> dict[str, Any]:
    """OpenAPI 3.1.

    :param actions: name → function; those of other extensions are left out
    :param address: of the site
    """
    said = _said()
    own = {name: action for name, action in sorted(actions.items()) if name.startswith(PREFIX)}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": said["description"], "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"}},
        "servers": [{"url": address}],
        "tags": said["tags"],
        "paths": {f"/api/3/action/{name}": _path(name, action, said) for name, action in own.items()},
        "components": {
            "schemas": said["schemas"], "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "Authorization"}},
            "responses": said["responses"],
        },
    }


def _path(name: str, action: Action, said: Mapping[str, Any]) -> dict[str, Any]:
    text = inspect.cleandoc(action.__doc__ or "")
    parameters = _parameters(text, said)
    head = text.split("\n", 1)[0]
    body = re.split(r"^:", text, maxsplit=1, flags=re.MULTILINE)[0].strip()
    result = said["results"].get(name, {})
    operation: dict[str, Any] = {
        "operationId": name, "summary": head, "description": body, "tags": [_tag(name)],
        "responses": {
            "200": {"description": _words(_RETURNS, text) or "", "content": {"application/json": {"schema": _envelope(result)}}},
            **{code: {"$ref": f"#/components/responses/{code}"} for code in ("400", "403", "404", "409")},
        },
    }
    if getattr(action, "side_effect_free", False):
        shown = [
            {"name": key, "in": "query", "required": is_needed, "description": words, "schema": schema}
            for key, (words, is_needed, schema) in parameters.items()
        ]
        return {"get": {**operation, "parameters": shown}}
    body_schema = {
        "type": "object",
        "properties": {key: {**schema, "description": words} for key, (words, _is_needed, schema) in parameters.items()},
        "required": [key for key, (_words, is_needed, _schema) in parameters.items() if is_needed],
    }
    return {"post": {
        **operation, "security": [{"token": []}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body_schema}}},
    }}


def _parameters(text: str, said: Mapping[str, Any]) -> dict[str, tuple[str, bool, dict[str, Any]]]:
    """Name → words, whether it must be given, JSON Schema."""
    found = {}
    for match in _PARAMETER.finditer(text):
        words = " ".join(match["words"].split())
        schema = said["parameters"].get(match["name"], {"type": "string"})
        found[match["name"]] = (words, "optional" not in words, schema)
    return found


def _words(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return " ".join(found["words"].split()) if found else ""


def _tag(name: str) -> str:
    return name.removeprefix(PREFIX).split("_", 1)[0]


def _envelope(result: Mapping[str, Any]) -> dict[str, Any]:
    """CKAN's own, around what an action gives."""
    return {
        "type": "object", "required": ["help", "success", "result"],
        "properties": {"help": {"type": "string"}, "success": {"const": True}, "result": dict(result)},
    }


@lru_cache(maxsize=1)
def _said() -> dict[str, Any]:
    return dict(yaml.safe_load(files(__package__).joinpath("openapi.yaml").read_text(encoding="utf-8")))
