"""What our actions on the chain of measures accept."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ..chain import questions

__all__ = ["measure_list", "measure_show", "question_list", "question_show"]

_LANGUAGES = ["ja", "en"]
_YES_OR_NO = [True, False, "true", "false", "True", "False", "1", "0"]
_LONGEST_QUESTION = 200


def _words(value: object) -> str:
    text = str(value)
    if len(text) > _LONGEST_QUESTION:
        raise tk.Invalid(tk._("言葉が長すぎます（{most}文字まで）。").format(most=_LONGEST_QUESTION))
    return text


@validator_args
def measure_list(
    ignore_missing: Validator, ignore_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory, boolean_validator: Validator
) -> Schema:
    return {
        **{name: [ignore_missing, unicode_safe] for name in ("plan", "group", "department")},
        "q": [ignore_missing, _words],
        "has_kpi": [ignore_empty, one_of(_YES_OR_NO), boolean_validator],
        "language": [ignore_missing, one_of(_LANGUAGES)],
    }


@validator_args
def measure_show(not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {"id": [not_empty, unicode_safe], "language": [ignore_missing, one_of(_LANGUAGES)]}


@validator_args
def question_list(ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {"language": [ignore_missing, one_of(_LANGUAGES)]}


@validator_args
def question_show(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, ignore_empty: Validator, one_of: ValidatorFactory,
    natural_number_validator: Validator,
) -> Schema:
    return {
        "name": [not_empty, unicode_safe],
        **{name: [ignore_missing, unicode_safe] for name in questions.FILTERS if name != "fiscal_year"},
        "fiscal_year": [ignore_empty, natural_number_validator],
        "language": [ignore_missing, one_of(_LANGUAGES)],
    }
