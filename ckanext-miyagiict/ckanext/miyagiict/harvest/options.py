"""The options of a source: JSON that an operator writes, checked before it is kept."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
from miyagi_harvesters.mapping import COMMON_OPTIONS
from miyagi_harvesters.reader import KINDS, Reader

from .sources import OWN_OPTIONS

__all__ = ["checked", "described"]


def checked(reader: type[Reader], config: str) -> str:
    """The options in one form, so that the same ones are the same text.

    :param config: JSON, or empty
    :raises ValueError: what is wrong and what to write, in the language of the page
    """
    if not (config or "").strip():
        return ""
    try:
        options = json.loads(config)
    except ValueError as error:
        raise ValueError(tk._("設定をJSONとして読めません（%s）。") % error + ' {"owner": "042072"}') from error
    if not isinstance(options, dict):
        raise ValueError(tk._("設定は、名前と値を並べたJSONで書いてください。") + ' {"owner": "042072"}')
    allowed = {option.name: option.type for option in (*OWN_OPTIONS, *reader.options_allowed)}
    for name, value in options.items():
        if name not in allowed:
            raise ValueError(tk._("設定「%(name)s」はありません。使えるのは %(allowed)s です。") % {"name": name, "allowed": ", ".join(sorted(allowed))})
        if not _fits(value, allowed[name]):
            raise ValueError(tk._("設定「%(name)s」の値 %(value)s は使えません（%(type)s）。") % {
                "name": name, "value": json.dumps(value, ensure_ascii=False), "type": allowed[name].__name__,
            })
    return json.dumps(options, ensure_ascii=False, sort_keys=True)


def described() -> list[dict[str, Any]]:
    """What the options can say: those of all kinds first, then each kind's own.

    :returns: ``title``, ``title_en``, ``options`` (``reader.Option``)
    """
    common = {option.name for option in COMMON_OPTIONS}
    own = ((kind, [option for option in kind.options_allowed if option.name not in common]) for kind in KINDS.values())
    kinds = [{"title": kind.title, "title_en": kind.title_en, "options": options} for kind, options in own if options]
    return [{"title": "どの種類でも", "title_en": "Every kind", "options": (*OWN_OPTIONS, *COMMON_OPTIONS)}, *kinds]


def _fits(value: Any, type: type) -> bool:
    return isinstance(value, type) and not (type is int and isinstance(value, bool))
