"""Problems of what was typed or uploaded, as CKAN's actions say them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import ckan.plugins.toolkit as tk
from ckan.model import Session

from ..kpi.problems import InputInvalid, Problem

__all__ = ["refusal", "refusing"]


@contextmanager
def refusing(parameters: Mapping[str, str] | None = None) -> Iterator[None]:
    """Turn ``InputInvalid`` into CKAN's error; whatever goes wrong, nothing is half-written.

    :param parameters: field of a problem → parameter of the action that it is about, where they differ
    """
    try:
        yield
    except InputInvalid as error:
        Session.rollback()
        raise refusal(error.problems, parameters) from error
    except Exception:
        Session.rollback()
        raise


def refusal(problems: Iterable[Problem], parameters: Mapping[str, str] | None = None) -> tk.ValidationError:
    """By field a Japanese sentence with what to do, and under ``problems`` all that is known of each."""
    said = list(problems)
    by_field: dict[str, list[str]] = {}
    for one in said:
        by_field.setdefault((parameters or {}).get(one.field) or one.field or "value", []).append(str(one))
    return tk.ValidationError({**by_field, "problems": [one.as_dict() for one in said]})
