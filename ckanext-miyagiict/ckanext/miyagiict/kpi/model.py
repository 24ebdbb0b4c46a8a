"""What a KPI is: a name, a baseline, a target for each fiscal year, and observations of how it went.

Values are ``Decimal`` in the KPI's own unit; what was printed stands beside what was read. Empty means "not given", never 0.
Source: docs/datasets.md, "Rules for every table" 5 to 8; issue "KPI tracking", section 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from .months import end_of_fiscal_year

__all__ = ["Baseline", "Direction", "Kpi", "Method", "Observation", "State", "Target"]

_NOTHING = Decimal(0)
#: Numbers between these places are added and compared exactly by ``Decimal``'s usual 28 digits.
_HIGHEST_PLACE, _LOWEST_PLACE = 14, -12


def _checked(value: Decimal | None, of: str) -> None:
    """:raises ValueError: not a number, or more digits than can be reckoned with exactly"""
    if value is None:
        return
    if not value.is_finite() or value.adjusted() > _HIGHEST_PLACE or int(value.as_tuple().exponent) < _LOWEST_PLACE:
        raise ValueError(f"{of}: {value} cannot be reckoned with")


class Direction(Enum):
    """Which way is better."""

    RISING = "rising"
    FALLING = "falling"
    #: Both sides of the target are worse.
    MAINTAIN = "maintain"


class Method(Enum):
    """How a value came to be known."""

    PRINTED = "printed"
    COUNTED = "counted"
    ENTERED = "entered"
    IMPORTED = "imported"


class State(Enum):
    """How far a value is in its review."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    #: Another value has taken its place; it is kept.
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Baseline:
    """現状値: the value from which a plan sets out.

    :param value: None where the cell prints no number (``-``, 実証事業, 調整中)
    :param as_of: last day of the time that is printed, or None
    :param since: first day of that time
    :param precision: how exactly the time is printed: ``day``, ``month``, ``year``, ``fiscal_year``, ``fiscal_year_end``
    :param printed: the cell as printed
    :param time_printed: ``R2.12``, ``21年度末``
    :param qualifier: printed with the number: 見込
    """

    value: Decimal | None = None
    as_of: date | None = None
    printed: str = ""
    time_printed: str = ""
    qualifier: str = ""
    since: date | None = None
    precision: str = "day"

    def __post_init__(self) -> None:
        _checked(self.value, "baseline")


@dataclass(frozen=True)
class Target:
    """What is to be reached by the end of a fiscal year.

    :param fiscal_year: in which it is due; 2021 is due on 2022-03-31
    :param value: None where the cell prints no number (``-``, 全所属)
    :param printed: the cell as printed
    :param qualifier: printed with the number: 希望職員のうち
    :param first_fiscal_year: where a range of years is printed, its first; else None
    :param is_binding: False for a printed number that may not be a target (in brackets)
    """

    fiscal_year: int
    value: Decimal | None
    printed: str = ""
    qualifier: str = ""
    first_fiscal_year: int | None = None
    is_binding: bool = True

    def __post_init__(self) -> None:
        _checked(self.value, f"target of {self.fiscal_year}")

    @property
    def due(self) -> date:
        """31 March that ends its fiscal year."""
        return end_of_fiscal_year(self.fiscal_year)


@dataclass(frozen=True)
class Kpi:
    """An indicator of a plan.

    :param unit: as published: 市町村, %, 件/年度
    :param targets: one a fiscal year, in order
    :param direction: as somebody stated it; None where nobody did, then ``progress.direction_of`` derives it
    :param tolerance: how far a value to be maintained may be from its target, in the unit
    :param minimum: no value can be below; None where that is not known
    :param maximum: no value can be above (100 of a share, 35 of the municipalities); None where that is not known
    :param plan_years: first and last fiscal year of the plan, or None where the plan does not print them
    :param source: document, lines and page, as one line
    :raises ValueError: two targets of one year, targets out of order, or a negative tolerance
    """

    id: str
    name: str
    unit: str
    baseline: Baseline = Baseline()
    targets: tuple[Target, ...] = ()
    direction: Direction | None = None
    tolerance: Decimal = _NOTHING
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    name_en: str = ""
    plan: str = ""
    plan_years: tuple[int, int] | None = None
    group: str = ""
    measure_numbers: tuple[str, ...] = ()
    is_reference_value: bool = False
    is_under_adjustment: bool = False
    note: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        years = [target.fiscal_year for target in self.targets]
        if years != sorted(set(years)):
            raise ValueError(f"{self.id}: targets must be one a fiscal year, in order: {years}")
        if self.tolerance < 0:
            raise ValueError(f"{self.id}: a tolerance is not negative: {self.tolerance}")

    @property
    def binding_targets(self) -> tuple[Target, ...]:
        """The targets that a value can be held against: a number, printed as a target."""
        return tuple(target for target in self.targets if target.value is not None and target.is_binding)

    @property
    def is_yearly_total(self) -> bool:
        """Whether it counts a whole year, as its unit (回/年度) or its name (年間…) says: such a number is complete in March only."""
        return self.unit.endswith(("/年度", "/年")) or "年間" in self.name


@dataclass(frozen=True)
class Observation:
    """A value of a KPI on a day.

    :param as_of: the day for which it holds, not the day on which it was written down
    :param source: where it stands: document and lines, address, file
    :param receipt: id of the receipt of a counted value
    :param printed: as it was printed or typed
    :param counting: of several ways to count the KPI, the one it was counted by; empty where there is one way, and for what was not
        counted here
    """

    kpi: str
    value: Decimal
    as_of: date
    method: Method
    source: str = ""
    receipt: str = ""
    state: State = State.PUBLISHED
    printed: str = ""
    note: str = ""
    counting: str = ""

    def __post_init__(self) -> None:
        _checked(self.value, self.kpi)
