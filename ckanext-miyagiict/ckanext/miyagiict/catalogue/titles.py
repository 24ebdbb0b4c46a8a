"""English titles of organizations and groups: an extra of theirs (organizations.py), which CKAN's answers about datasets leave out. And of tags."""

from __future__ import annotations

from importlib.resources import files

import yaml
from flask import g

import ckan.plugins.toolkit as tk

__all__ = ["english_tag", "english_title"]

_TAGS: dict[str, str] = yaml.safe_load(files(__package__).joinpath("tags.yaml").read_text(encoding="utf-8"))


def english_title(kind: str, id: str) -> str:
    """``title_en`` of an organization or a group; asked once a page.

    :param kind: ``organization`` or ``group``
    :param id: id or name
    :returns: empty where there is none, or the visitor may not see it
    """
    known: dict[tuple[str, str], str] = g.setdefault("miyagiict_english_titles", {})
    if (kind, id) not in known:
        question = {"id": id, "include_datasets": False, "include_users": False, "include_groups": False, "include_followers": False}
        try:
            extras = tk.get_action(f"{kind}_show")({}, question).get("extras", ())
        except (tk.ObjectNotFound, tk.NotAuthorized):
            extras = ()
        known[kind, id] = next((extra["value"] for extra in extras if extra["key"] == "title_en"), "")
    return known[kind, id]


def english_tag(name: str) -> str:
    """English name of a tag (tags.yaml); empty where it is not known."""
    return _TAGS.get(name, "")
