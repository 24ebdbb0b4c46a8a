"""What our actions on KPIs accept."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from .. import mailing

__all__ = [
    "choice_create", "definition_create", "entry_list", "fiscal_year", "history_list", "kpi_list", "kpi_show", "nothing", "observation_change",
    "observation_create", "observation_import", "observation_list", "observation_update", "receipt_show", "report_show", "setting_show",
    "setting_update", "snapshot_create",
]

_LANGUAGES = ["ja", "en"]
_STATES = ["draft", "reviewed", "published", "superseded"]
_YES_OR_NO = [True, False, "true", "false", "True", "False", "1", "0"]
_LONGEST_REASON = 2_000
#: PostgreSQL takes neither in a text.
_NOT_STORED = re.compile(r"[\x00\ud800-\udfff]")
#: Fiscal years that a plan could have; others end the calendar of the computer, or come before it.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
#: PostgreSQL's integer.
_LARGEST_NUMBER = 2**31 - 1
_MOST_AT_ONCE = 1000


def _text(value: Any) -> str:
    """A text that can be kept."""
    text = str(value)
    if _NOT_STORED.search(text):
        raise tk.Invalid(tk._("見えない制御文字が含まれています。取り除いてください。"))
    return text


def _json(value: Any) -> Any:
    """JSON that can be kept."""
    if "\\u0000" in json.dumps(value, ensure_ascii=False):
        raise tk.Invalid(tk._("見えない制御文字が含まれています。取り除いてください。"))
    return value


def _year(value: Any) -> int:
    """A fiscal year."""
    try:
        year = int(str(value))
    except ValueError as error:
        raise tk.Invalid(tk._("年度を「2025」のように西暦4桁で書いてください。")) from error
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise tk.Invalid(tk._("年度を「2025」のように西暦4桁で書いてください。"))
    return year


def _number(value: Any) -> int:
    """A whole number that can be kept, 0 or more. (CKAN's own validator breaks on what is empty.)"""
    text = str(value)
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) > _LARGEST_NUMBER:
        raise tk.Invalid(tk._("0以上の整数を書いてください。"))
    return int(text)


def _limit(value: Any) -> int:
    """How many at once."""
    return min(_number(value), _MOST_AT_ONCE)


def _day(value: Any) -> str:
    """An ISO day, as text."""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise tk.Invalid(tk._("日付を「2026-04-01」のように書いてください。")) from error


def _reason(value: Any) -> str:
    text = _text(value).strip()
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
    try:
        return " ".join(mailing.addresses(_text(value)))
    except ValueError as error:
        raise tk.Invalid(tk._("メールアドレスを空白で区切って書いてください（20件まで）。")) from error


def _hash(value: Any) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", str(value)):
        raise tk.Invalid(tk._("根拠の記録のハッシュ（16進数64桁）を書いてください。"))
    return str(value)


def nothing() -> Schema:
    return {}


@validator_args
def kpi_list(ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        **{name: [ignore_missing, _text] for name in ("plan", "group", "department", "status")},
        "language": [ignore_missing, one_of(_LANGUAGES)],
    }


@validator_args
def kpi_show(not_empty: Validator, ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {"id": [not_empty, _text], "language": [ignore_missing, one_of(_LANGUAGES)]}


@validator_args
def receipt_show(not_empty: Validator, ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {"hash": [not_empty, _hash], "language": [ignore_missing, one_of(_LANGUAGES)]}


@validator_args
def history_list(not_empty: Validator, default: ValidatorFactory, ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "id": [not_empty, _text],
        "limit": [default(100), _limit],
        "offset": [default(0), _number],
        "language": [ignore_missing, one_of(_LANGUAGES)],
    }


@validator_args
def definition_create(
    not_empty: Validator, ignore_missing: Validator, ignore_empty: Validator, convert_to_json_if_string: Validator
) -> Schema:
    texts = ("counting", "query", "counted", "also_register", "service", "procedure", "resource", "column", "aggregate", "of", "order", "how")
    return {
        "kpi": [not_empty, _text],
        "kind": [not_empty, _text],
        "valid_from": [not_empty, _day],
        "valid_to": [ignore_empty, _day],
        "reason": [ignore_missing, _text],
        **{name: [ignore_empty, _text] for name in texts},
        **{name: [ignore_empty, convert_to_json_if_string, _json] for name in ("filters", "sample_filters", "where")},
    }


@validator_args
def choice_create(not_empty: Validator, not_missing: Validator) -> Schema:
    # The name of a KPI's only way to count is empty, and it can be chosen again after another one.
    return {"kpi": [not_empty, _text], "counting": [not_missing, _text], "valid_from": [not_empty, _day], "reason": [not_missing, _reason]}


@validator_args
def setting_show(not_empty: Validator) -> Schema:
    return {"kpi": [not_empty, _text]}


@validator_args
def setting_update(
    not_empty: Validator, not_missing: Validator, ignore_missing: Validator, one_of: ValidatorFactory
) -> Schema:
    return {
        "kpi": [not_empty, _text],
        "direction": [ignore_missing, one_of(["", "rising", "falling", "maintain"])],
        "tolerance": [ignore_missing, _tolerance],
        "mail_to": [ignore_missing, _addresses],
        "revision": [not_missing, _number],
        "reason": [not_missing, _reason],
    }


@validator_args
def observation_create(not_empty: Validator, not_missing: Validator, default: ValidatorFactory) -> Schema:
    return {
        "kpi": [not_empty, _text],
        "value": [not_missing, _text],
        "as_of": [not_missing, _text],
        "source": [default(""), _text],
        "note": [default(""), _text],
    }


@validator_args
def observation_update(not_empty: Validator, not_missing: Validator, default: ValidatorFactory) -> Schema:
    return {
        "id": [not_empty, _text],
        "revision": [not_missing, _number],
        "value": [not_missing, _text],
        "as_of": [not_missing, _text],
        "source": [default(""), _text],
        "note": [default(""), _text],
        "reason": [default(""), _text],
    }


@validator_args
def observation_change(not_empty: Validator, not_missing: Validator, default: ValidatorFactory) -> Schema:
    return {
        "id": [not_empty, _text], "revision": [not_missing, _number], "reason": [default(""), _text],
    }


@validator_args
def observation_list(ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {"kpi": [ignore_missing, _text], "state": [ignore_missing, one_of(_STATES)]}


@validator_args
def entry_list(ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {"language": [ignore_missing, one_of(_LANGUAGES)]}


@validator_args
def observation_import(not_empty: Validator, default: ValidatorFactory, one_of: ValidatorFactory, boolean_validator: Validator) -> Schema:
    return {
        "csv": [not_empty], "file": [default("CSV"), _text], "preview": [default(""), _text],
        "dry_run": [default(False), one_of(_YES_OR_NO), boolean_validator],
    }


@validator_args
def fiscal_year(not_empty: Validator) -> Schema:
    return {"fiscal_year": [not_empty, _year]}


@validator_args
def snapshot_create(not_empty: Validator, default: ValidatorFactory) -> Schema:
    return {"fiscal_year": [not_empty, _year], "reason": [default(""), _text]}


@validator_args
def report_show(not_empty: Validator, ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {"plan": [not_empty, _text], "fiscal_year": [ignore_missing, _year], "language": [ignore_missing, one_of(_LANGUAGES)]}
