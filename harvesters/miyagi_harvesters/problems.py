"""The catalogue of what can go wrong between a portal and a record: place, cause, and what to do.

Each kind says its sentence in Japanese, where an officer reads it, and in English. Warnings are kinds whose record is still good.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

__all__ = ["KINDS", "PortalError", "Problem", "ProblemKind", "Severity", "problem", "register"]

#: A value is shown up to this many characters.
SHOWN_CHARACTERS = 80


class Severity(Enum):
    """How far a problem reaches."""

    #: The record (or table) is good; somebody should know.
    WARNING = "warning"
    #: This record or file cannot be used; others can.
    ERROR = "error"
    #: The run cannot go on, and its listing is not complete.
    STOP = "stop"


@dataclass(frozen=True)
class ProblemKind:
    """One thing that can go wrong; sentences are templates over ``place``, ``value`` and ``detail``."""

    type: str
    severity: Severity
    sentence: str
    remedy: str
    sentence_en: str
    remedy_en: str


@dataclass(frozen=True)
class Problem:
    """One finding.

    :param type: key of ``KINDS``
    :param place: address, file, record, line or cell
    :param value: what was found there, as it was
    """

    type: str
    place: str = ""
    value: str = ""
    detail: str = ""

    @property
    def kind(self) -> ProblemKind:
        return KINDS[self.type]

    @property
    def severity(self) -> Severity:
        return self.kind.severity

    def sentence(self, language: str = "ja") -> str:
        """What, where and why."""
        template = self.kind.sentence if language == "ja" else self.kind.sentence_en
        return template.format(place=shown(self.place, 300), value=shown(self.value), detail=shown(self.detail, 300))

    def remedy(self, language: str = "ja") -> str:
        """What to do."""
        return self.kind.remedy if language == "ja" else self.kind.remedy_en

    def __str__(self) -> str:
        return f"{self.sentence()} {self.remedy()}".strip()


KINDS: dict[str, ProblemKind] = {}


def register(type: str, severity: Severity, ja: tuple[str, str], en: tuple[str, str]) -> None:
    """Add a kind: (sentence, remedy) in Japanese and in English."""
    if type in KINDS:
        raise ValueError(f"problem kind {type} is registered twice")
    KINDS[type] = ProblemKind(type, severity, ja[0], ja[1], en[0], en[1])


def problem(type: str, place: str = "", *, value: object = "", detail: object = "") -> Problem:
    """Make a finding of a registered kind.

    :raises KeyError: no such kind
    """
    KINDS[type]
    return Problem(type, place, str(value), str(detail))


class PortalError(Exception):
    """Something at a portal that makes a record, a listing or a whole run unusable; it carries the problems."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    @property
    def stops_run(self) -> bool:
        """Whether further requests to this portal make no sense now."""
        return any(found.severity is Severity.STOP for found in self.problems)


def shown(text: str, longest: int = SHOWN_CHARACTERS) -> str:
    """A hostile text fit for one line of a message: control and direction characters replaced, cut."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join("�" if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") else character for character in cut)


register(
    "not-json", Severity.ERROR,
    ("{place} の応答をJSONとして読めません（{detail}）。", "ポータルの画面を開き、障害やメンテナンスの案内がないか確かめてください。前の内容は残っています。"),
    ("{place} did not answer with JSON ({detail}).", "Open the portal and look for a notice of trouble. What was there before is kept."),
)
register(
    "unexpected-shape", Severity.ERROR,
    ("{place} の応答の形が想定と違います（{detail}）。", "ポータルの仕様が変わった可能性があります。応答を記録し（--record）、開発者に渡してください。"),
    ("{place} answered in an unexpected shape ({detail}).", "The portal may have changed. Record the answer (--record) and hand it to a developer."),
)
register(
    "portal-says-no", Severity.ERROR,
    ("{place} が失敗を返しました（{detail}）。", "収集元のIDとアドレスを確かめてください。"),
    ("{place} answered with a failure ({detail}).", "Check the id and the address of the source."),
)
