"""What our actions on municipalities and the adoption register accept."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ..kpi.register import AdoptionState, municipality_code

__all__ = ["adoption_import", "adoption_list", "adoption_show", "adoption_update", "municipality_list", "municipality_show", "nothing"]

_YES_OR_NO = [True, False, "true", "false", "True", "False", "1", "0"]
_LONGEST = 2_000
#: Columns by which municipalities can be put in order; "-" in front turns it round.
SORTS = ("code", "name", "e-applications", "open-data", "data-plan", "datasets", "updated", "licences", "formats", "samples")


def _municipality(value: Any) -> str:
    """A code, from whatever people write."""
    code = municipality_code(str(value))
    if code is None:
        raise tk.Invalid(tk._("県内35市町村の名前か、6桁の全国地方公共団体コードを書いてください。"))
    return code


def _text(value: Any) -> str:
    text = str(value)
    if len(text) > _LONGEST:
        raise tk.Invalid(tk._("長すぎます（{most}文字まで）。").format(most=f"{_LONGEST:,}"))
    return text


def nothing() -> Schema:
    return {}


@validator_args
def municipality_list(default: ValidatorFactory, one_of: ValidatorFactory) -> Schema:
    return {"sort": [default("code"), one_of([*SORTS, *(f"-{name}" for name in SORTS)])]}


@validator_args
def municipality_show(not_empty: Validator) -> Schema:
    return {"id": [not_empty, _municipality]}


@validator_args
def adoption_list(ignore_empty: Validator, ignore_missing: Validator, unicode_safe: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "municipality": [ignore_empty, _municipality],
        "service": [ignore_missing, unicode_safe],
        "procedure": [ignore_missing, unicode_safe],
        "state": [ignore_empty, one_of([state.value for state in AdoptionState])],
    }


@validator_args
def adoption_show(not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory) -> Schema:
    return {
        "municipality": [not_empty, _municipality],
        "service": [not_empty, unicode_safe, _text],
        "procedure": [default(""), unicode_safe, _text],
    }


@validator_args
def adoption_update(
    not_empty: Validator, not_missing: Validator, unicode_safe: Validator, default: ValidatorFactory, natural_number_validator: Validator
) -> Schema:
    return {
        "municipality": [not_empty, _municipality],
        "service": [not_empty, unicode_safe],
        "state": [not_empty, unicode_safe],
        "revision": [not_missing, natural_number_validator],
        **{name: [default(""), unicode_safe] for name in ("procedure", "day", "evidence", "note")},
        "reason": [default(""), unicode_safe, _text],
    }


@validator_args
def adoption_import(
    not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory, one_of: ValidatorFactory, boolean_validator: Validator
) -> Schema:
    return {
        "csv": [not_empty],
        "file": [default("CSV"), unicode_safe, _text],
        "basis": [default("register"), one_of(["register", "list"])],
        "day": [default(""), unicode_safe, _text],
        "seen": [default(""), unicode_safe, _text],
        "reason": [default(""), unicode_safe, _text],
        "dry_run": [default(False), one_of(_YES_OR_NO), boolean_validator],
    }
