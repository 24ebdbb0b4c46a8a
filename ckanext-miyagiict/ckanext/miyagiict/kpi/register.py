"""The adoption register: which municipality uses which service (and which 手続 of it), since when, and what shows it.

What nobody recorded is 不明: the plans print numbers of municipalities, not their names. Files: ``register_csv``, ``national_list``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from miyagi_harvesters.municipalities import MIYAGI, find, normalise

from ..packages.areas import area_codes

__all__ = ["LIST", "MUNICIPALITIES", "REGISTER", "Adoption", "AdoptionState", "Change", "Count", "Key", "Register", "municipality_code"]

#: The 35 municipalities by code, in the order of their codes.
MUNICIPALITIES: tuple[str, ...] = tuple(code for code in area_codes() if code != MIYAGI)


class AdoptionState(Enum):
    """In words as the register prints them."""

    IN_USE = "使用中"
    PLANNED = "予定"
    NOT_YET = "未"
    UNKNOWN = "不明"


Key = tuple[str, str, str]

#: Where an entry comes from: staff, or an official list.
REGISTER, LIST = "register", "list"
#: Longer text is no name of a municipality.
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Adoption:
    """What is known of one municipality and one service.

    :param municipality: six-digit code
    :param procedure: of the service (転入届 …); empty for the service as a whole
    :param day: for which it is known
    :param evidence: address
    :param basis: ``register`` for what staff entered, ``list`` for what an official list says
    """

    municipality: str
    service: str
    state: AdoptionState
    day: date | None = None
    evidence: str = ""
    note: str = ""
    procedure: str = ""
    basis: str = REGISTER

    @property
    def key(self) -> Key:
        return self.municipality, self.service, self.procedure

    @property
    def says_nothing(self) -> bool:
        """Whether it is what holds without any entry."""
        return self.state is AdoptionState.UNKNOWN and not (self.day or self.evidence or self.note)

    def says_what(self, other: Adoption) -> bool:
        """Whether it says what another one does, wherever the two come from."""
        return replace(self, basis=other.basis) == other


@dataclass(frozen=True)
class Count:
    """How many municipalities are in each state; together they are always all of them.

    :param in_use: codes, in order
    """

    in_use: tuple[str, ...]
    by_state: Mapping[AdoptionState, int]

    @property
    def value(self) -> int:
        return len(self.in_use)


@dataclass(frozen=True)
class Change:
    """What taking an entry would change.

    :param kind: ``new``, ``changed``, ``same``, ``older`` (what is there is of a later day, and stays), ``conflict`` (another state for
        the same day, and stays until somebody decides) or ``kept`` (staff recorded what a list says too, and theirs stays)
    """

    kind: str
    before: Adoption | None
    after: Adoption


@dataclass(frozen=True)
class Register:
    """All that is known, one entry a municipality, service and procedure."""

    entries: Mapping[Key, Adoption] = field(default_factory=dict)

    @classmethod
    def of(cls, adoptions: Iterable[Adoption]) -> Register:
        """:raises ValueError: two entries of one key, or a municipality that is none"""
        entries: dict[Key, Adoption] = {}
        for adoption in adoptions:
            if adoption.key in entries or adoption.municipality not in MUNICIPALITIES:
                raise ValueError(f"there twice, or no municipality: {adoption.key}")
            entries[adoption.key] = adoption
        return cls(entries)

    def state_of(self, municipality: str, service: str, procedure: str = "") -> Adoption:
        """What is known; 不明 where nothing is."""
        known = self.entries.get((municipality, service, procedure))
        return known or Adoption(municipality, service, AdoptionState.UNKNOWN, procedure=procedure)

    def count(self, service: str, procedure: str = "") -> Count:
        """How many of the 35 use a service."""
        states = {code: self.state_of(code, service, procedure).state for code in MUNICIPALITIES}
        counted = Counter(states.values())
        in_use = tuple(code for code, state in states.items() if state is AdoptionState.IN_USE)
        return Count(in_use, {state: counted[state] for state in AdoptionState})

    def changes(self, adoptions: Iterable[Adoption]) -> list[Change]:
        """What would change, for a preview; nothing is applied."""
        return [self._change(adoption) for adoption in adoptions]

    def merged(self, adoptions: Iterable[Adoption]) -> Register:
        """The register with what is new and what is later; what is of a later day, and conflicts, stay as they are."""
        taken = {change.after.key: change.after for change in self.changes(adoptions) if change.kind in ("new", "changed")}
        return Register({**self.entries, **taken})

    def _change(self, after: Adoption) -> Change:
        before = self.entries.get(after.key)
        if before is None:
            return Change("same" if after.says_nothing else "new", None, after)
        if before.says_what(after):
            return Change("same", before, after)
        if (before.basis, after.basis) == (REGISTER, LIST) and before.state is not AdoptionState.UNKNOWN:
            return Change("kept", before, after)
        if before.day and (after.day is None or after.day < before.day):
            return Change("older", before, after)
        if before.day == after.day and before.day is not None and before.state is not after.state:
            return Change("conflict", before, after)
        return Change("changed", before, after)


def municipality_code(text: str) -> str | None:
    """The code of one of the 35 municipalities.

    :param text: name or code as people write them: ``名取市``, ``七ケ宿町``, ``塩釜市``, ``宮城県名取市``, ``04207``, ``０４２０７２``
    :returns: None for anything else, also for the prefecture
    """
    if not text.strip() or len(text) > _LONGEST_NAME:
        return None
    folded = re.sub(r"^宮城県\s+", "", unicodedata.normalize("NFKC", text).strip())
    if re.fullmatch(r"[0-9]+", folded):
        code = normalise(folded)
    elif re.search(r"[\s,、・/|>]", folded):
        return None
    else:
        code = find(organization=folded, in_miyagi=True).code
        # 名取市役所 tells the publisher of a dataset, but it is no name of a municipality.
        code = code if folded.endswith(("市", "町", "村")) else None
    return code if code in MUNICIPALITIES else None
