"""What our actions accept."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

__all__ = ["harvest_configure", "harvest_dataset", "harvest_run", "harvest_source", "nothing", "plan_list", "plan_show", "publish"]

#: What is taken for yes or no. CKAN's own validator takes every other word for no, and a dry run would then write.
_YES_OR_NO = [True, False, "true", "false", "True", "False", "1", "0"]


@validator_args
def publish(
    not_empty: Validator, unicode_safe: Validator, boolean_validator: Validator, default: ValidatorFactory, one_of: ValidatorFactory
) -> Schema:
    return {
        "package": [not_empty, unicode_safe],
        "dry_run": [default(False), one_of(_YES_OR_NO), boolean_validator],
    }


def plan_list() -> Schema:
    return {}


@validator_args
def plan_show(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, convert_to_json_if_string: Validator,
    dict_only: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "filters": [ignore_missing, convert_to_json_if_string, dict_only],
    }


def nothing() -> Schema:
    return {}


@validator_args
def harvest_source(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"source_id": [not_empty, unicode_safe]}


@validator_args
def harvest_run(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"job_id": [not_empty, unicode_safe]}


@validator_args
def harvest_dataset(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}


@validator_args
def harvest_configure(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, boolean_validator: Validator, one_of: ValidatorFactory
) -> Schema:
    return {
        "source_id": [not_empty, unicode_safe],
        "schedule": [ignore_missing, unicode_safe],
        "forbidden_hours": [ignore_missing, unicode_safe],
        "mail": [ignore_missing, unicode_safe],
        "mail_to": [ignore_missing, unicode_safe],
        "active": [ignore_missing, one_of(_YES_OR_NO), boolean_validator],
    }
