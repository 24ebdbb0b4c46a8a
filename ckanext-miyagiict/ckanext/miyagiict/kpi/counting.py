"""Which of several ways to count a KPI its status uses, from which day on, and why.

A plan may not say what is counted: オープンデータみやぎ公開数 can be the datasets of the prefecture, or all on the portal of that name,
which since October 2022 it shares with the municipalities. Both are counted and published; one makes the status, and people can change
which, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from .model import Method, Observation

__all__ = ["Choice", "choice_on", "for_status"]


@dataclass(frozen=True)
class Choice:
    """:param counting: name of the way to count
    :param valid_from: first day whose values are those of this way
    :raises ValueError: no reason
    """

    kpi: str
    counting: str
    valid_from: date
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError(f"{self.kpi}: a choice needs a reason")


def choice_on(choices: Iterable[Choice], kpi: str, day: date) -> Choice | None:
    """The choice that holds on a day; of two of one day the later in the order given, None before the first."""
    made = [choice for choice in choices if choice.kpi == kpi and choice.valid_from <= day]
    return max(reversed(made), key=lambda choice: choice.valid_from, default=None)


def for_status(observations: Iterable[Observation], choices: Sequence[Choice]) -> list[Observation]:
    """The observations that make the status: counted ones of the way chosen for their day, and those that nobody counted here (printed, entered).

    Before the first choice it is the way without a name: of named ones nobody said yet which one counts.
    """
    kept = []
    for observation in observations:
        choice = choice_on(choices, observation.kpi, observation.as_of)
        if observation.method is not Method.COUNTED or observation.counting == (choice.counting if choice else ""):
            kept.append(observation)
    return kept
