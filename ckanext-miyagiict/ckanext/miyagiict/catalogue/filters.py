"""The form of a table's filters, as ``datastore_search`` and the exports take them.

CKAN hands a value of another form on to the database, which fails, or fails itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk

__all__ = ["check_filters"]

_COMPARISONS = ("eq", "gt", "gte", "lt", "lte")
_COMBINATIONS = ("$and", "$or")


def check_filters(filters: Any) -> None:
    """Check what JSON cannot: which comparisons there are, and what each compares with. Columns are CKAN's to check.

    :param filters: column → value, list of values or comparisons; ``$and``, ``$or`` → list of such; or such a list
    :raises ckan.plugins.toolkit.ValidationError: the filters have no such form
    """
    for one in filters if isinstance(filters, list) else [filters]:
        if not isinstance(one, dict):
            raise _no_filter("フィルターは「{列: 値}」の形で指定してください。", "A filter has to have the form {column: value}.")
        for name, value in one.items():
            if name in _COMBINATIONS:
                if not isinstance(value, list):
                    raise _no_filter(f"{name} には、フィルターの配列を指定してください。", f"{name} takes a list of filters.")
                check_filters(value)
            else:
                _check_values(name, value if isinstance(value, list) else [value])


def _check_values(column: str, values: Iterable[Any]) -> None:
    for value in values:
        if isinstance(value, list):
            raise _no_filter(f"列「{column}」の値に、配列の配列は指定できません。", f"Column '{column}': a list of lists is no value.")
        if isinstance(value, dict):
            if not value:
                raise _no_filter(f"列「{column}」の比較が空です。", f"Column '{column}': a comparison is empty.")
            for comparison, with_what in value.items():
                _check_comparison(column, comparison, with_what)


def _check_comparison(column: str, comparison: str, value: Any) -> None:
    if comparison == "in":
        if not isinstance(value, list) or any(isinstance(one, list | dict) for one in value):
            raise _no_filter(f"列「{column}」の in には、値の配列を指定してください。", f"Column '{column}': in takes a list of values.")
    elif comparison not in _COMPARISONS:
        known = ", ".join((*_COMPARISONS, "in"))
        raise _no_filter(f"列「{column}」の比較「{comparison}」はありません。使えるのは {known} です。",
                         f"Column '{column}': there is no comparison '{comparison}'. There are {known}.")
    elif isinstance(value, list | dict):
        raise _no_filter(f"列「{column}」の {comparison} には、値を1つ指定してください。", f"Column '{column}': {comparison} takes one value.")


def _no_filter(japanese: str, english: str) -> tk.ValidationError:
    return tk.ValidationError({"filters": [tk.h.miyagiict_text(japanese, english)]})
