"""What our actions accept."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

__all__ = ["publish"]


@validator_args
def publish(
    not_empty: Validator, unicode_safe: Validator, boolean_validator: Validator, default: ValidatorFactory
) -> Schema:
    return {
        "package": [not_empty, unicode_safe],
        "dry_run": [default(False), boolean_validator],
    }
