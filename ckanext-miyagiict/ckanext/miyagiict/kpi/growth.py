"""Growth rate (CAGR) beside the rate that was needed: a second opinion only.

Formula: ``CAGR(v1, v0, t) = (v1 / v0) ** (1 / t) - 1`` with ``t`` in years (Statistics Canada; Open SDG's sdg-build, ``ProgressMeasure``).
It depends on where 0 lies and cannot begin at 0: from 0 to 1 of 35 municipalities at half time it speaks of substantial progress. Other
implementations put 0.001 for 0; here there is no figure, and the reason is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

from .months import MONTHS_A_YEAR

__all__ = ["Growth", "growth"]

_EXACT = Context(prec=40, rounding=ROUND_HALF_EVEN)
_SHOWN = Decimal("0.0001")
#: A rate beyond this says nothing.
_HIGHEST = Decimal(10) ** 9


@dataclass(frozen=True)
class Growth:
    """Rates a year, as shares (0.05 is 5 %), four decimals.

    :param actual: from baseline to the reading; None where there is none, see ``reason``
    :param needed: from baseline to the target
    :param reason: ``""``, ``baseline_not_positive``, ``value_not_positive``, ``target_not_positive``, ``no_time`` or ``too_large``
    """

    actual: Decimal | None
    needed: Decimal | None
    reason: str = ""


def growth(baseline: Decimal, value: Decimal, target: Decimal, months: int, months_to_target: int) -> Growth:
    """The two rates.

    :param months: from baseline to the reading
    :param months_to_target: from baseline to the day the target is due
    """
    if reason := _why_not(baseline, value, target, months, months_to_target):
        return Growth(None, None, reason)
    actual, needed = _rate(baseline, value, months), _rate(baseline, target, months_to_target)
    return Growth(actual, needed) if max(actual, needed) < _HIGHEST else Growth(None, None, "too_large")


def _why_not(baseline: Decimal, value: Decimal, target: Decimal, months: int, months_to_target: int) -> str:
    for number, reason in ((baseline, "baseline"), (value, "value"), (target, "target")):
        if number <= 0:
            return f"{reason}_not_positive"
    return "no_time" if months <= 0 or months_to_target <= 0 else ""


def _rate(first: Decimal, last: Decimal, months: int) -> Decimal:
    years = _EXACT.divide(Decimal(MONTHS_A_YEAR), Decimal(months))
    rate = _EXACT.power(_EXACT.divide(last, first), years) - 1
    return rate.quantize(_SHOWN, ROUND_HALF_EVEN, _EXACT) if rate < _HIGHEST else _HIGHEST
