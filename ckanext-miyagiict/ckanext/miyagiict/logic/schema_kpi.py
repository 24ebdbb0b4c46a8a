"""What our actions on KPIs accept."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

__all__ = [
    "choice_create", "definition_create", "fiscal_year", "history_list", "kpi_list", "kpi_show", "nothing", "observation_change", "observation_create",
    "observation_import", "observation_list", "observation_update", "receipt_show", "report_show", "setting_update", "snapshot_create",
]

_LANGUAGES = ["ja", "en"]
_STATES = ["draft", "reviewed", "published", "superseded"]
_YES_OR_NO = [True, False, "true", "false", "True", "False", "1", "0"]
_LONGEST_REASON = 2_000
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _day(value: Any) -> str:
    """An ISO day, as text."""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise tk.Invalid(tk._("日付を「2026-04-01」のように書いてください。")) from error


def _reason(value: Any) -> str:
    text = str(value).strip()
    if not text:
        raise tk.Invalid(tk._("理由を書いてください。"))
    if len(text) > _LONGEST_REASON:
        raise tk.Invalid(tk._("理由が長すぎます（{most}文字まで）。").format(most=f"{_LONGEST_REASON:,}"))
    return text


def _tolerance(value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise tk.Invalid(tk._("許容幅は0以上の数で書いてください。")) from error
    if not number.is_finite() or number < 0 or number > 10**14:
        raise tk.Invalid(tk._("許容幅は0以上の数で書いてください。"))
    return number


def _addresses(value: Any) -> str:
    found = str(value).split()
    if len(found) > 20 or not all(_MAIL.fullmatch(one) for one in found):
        raise tk.Invalid(tk._("メールアドレスを空白で区切って書いてください（20件まで）。"))
    return " ".join(found)


def _hash(value: Any) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", str(value)):
        raise tk.Invalid(tk._("根拠の記録のハッシュ（16進数64桁）を書いてください。"))
    return str(value)


def nothing() -> Schema:
    return {}


@validator_args
def kpi_list(ignore_missing: Validator, unicode_safe: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        **{name: [ignore_missing, unicode_safe] for name in ("plan", "group", "department", "status")},
        "language": [ignore_missing, one_of(_LANGUAGES)],
    }


@validator_args
def kpi_show(not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {"id": [not_empty, unicode_safe], "language": [ignore_missing, one_of(_LANGUAGES)]}


@validator_args
def receipt_show(not_empty: Validator, ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {"hash": [not_empty, _hash], "language": [ignore_missing, one_of(_LANGUAGES)]}


@validator_args
def history_list(
    not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory, natural_number_validator: Validator,
    limit_to_configured_maximum: ValidatorFactory,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "limit": [default(100), natural_number_validator, limit_to_configured_maximum("", 1000)],
        "offset": [default(0), natural_number_validator],
    }


@validator_args
def definition_create(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, ignore_empty: Validator, convert_to_json_if_string: Validator
) -> Schema:
    texts = ("counting", "query", "counted", "also_register", "service", "procedure", "resource", "column", "aggregate", "of", "order", "how")
    return {
        "kpi": [not_empty, unicode_safe],
        "kind": [not_empty, unicode_safe],
        "valid_from": [not_empty, _day],
        "valid_to": [ignore_empty, _day],
        "reason": [ignore_missing, unicode_safe],
        **{name: [ignore_empty, unicode_safe] for name in texts},
        **{name: [ignore_empty, convert_to_json_if_string] for name in ("filters", "sample_filters", "where")},
    }


@validator_args
def choice_create(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {
        "kpi": [not_empty, unicode_safe], "counting": [not_empty, unicode_safe], "valid_from": [not_empty, _day], "reason": [not_empty, _reason]
    }


@validator_args
def setting_update(
    not_empty: Validator, not_missing: Validator, unicode_safe: Validator, ignore_missing: Validator, one_of: ValidatorFactory,
    natural_number_validator: Validator,
) -> Schema:
    return {
        "kpi": [not_empty, unicode_safe],
        "direction": [ignore_missing, one_of(["", "rising", "falling", "maintain"])],
        "tolerance": [ignore_missing, _tolerance],
        "mail_to": [ignore_missing, _addresses],
        "revision": [not_missing, natural_number_validator],
        "reason": [not_empty, _reason],
    }


@validator_args
def observation_create(not_empty: Validator, not_missing: Validator, unicode_safe: Validator, default: ValidatorFactory) -> Schema:
    return {
        "kpi": [not_empty, unicode_safe],
        "value": [not_missing, unicode_safe],
        "as_of": [not_missing, unicode_safe],
        "source": [default(""), unicode_safe],
        "note": [default(""), unicode_safe],
    }


@validator_args
def observation_update(
    not_empty: Validator, not_missing: Validator, unicode_safe: Validator, default: ValidatorFactory, natural_number_validator: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "revision": [not_missing, natural_number_validator],
        "value": [not_missing, unicode_safe],
        "as_of": [not_missing, unicode_safe],
        "source": [default(""), unicode_safe],
        "note": [default(""), unicode_safe],
        "reason": [default(""), unicode_safe],
    }


@validator_args
def observation_change(
    not_empty: Validator, not_missing: Validator, unicode_safe: Validator, default: ValidatorFactory, natural_number_validator: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe], "revision": [not_missing, natural_number_validator], "reason": [default(""), unicode_safe],
    }


@validator_args
def observation_list(ignore_missing: Validator, unicode_safe: Validator, one_of: ValidatorFactory) -> Schema:
    return {"kpi": [ignore_missing, unicode_safe], "state": [ignore_missing, one_of(_STATES)]}


@validator_args
def observation_import(
    not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory, one_of: ValidatorFactory, boolean_validator: Validator
) -> Schema:
    return {
        "csv": [not_empty], "file": [default("CSV"), unicode_safe],
        "dry_run": [default(False), one_of(_YES_OR_NO), boolean_validator],
    }


@validator_args
def fiscal_year(not_empty: Validator, natural_number_validator: Validator) -> Schema:
    return {"fiscal_year": [not_empty, natural_number_validator]}


@validator_args
def snapshot_create(not_empty: Validator, natural_number_validator: Validator, default: ValidatorFactory, unicode_safe: Validator) -> Schema:
    return {"fiscal_year": [not_empty, natural_number_validator], "reason": [default(""), unicode_safe]}


@validator_args
def report_show(
    not_empty: Validator, natural_number_validator: Validator, ignore_missing: Validator, unicode_safe: Validator, one_of: ValidatorFactory
) -> Schema:
    return {
        "plan": [not_empty, unicode_safe], "fiscal_year": [not_empty, natural_number_validator], "language": [ignore_missing, one_of(_LANGUAGES)]
    }
