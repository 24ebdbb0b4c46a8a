"""The adoption register in the catalogue: reading it, changing a row, taking in a file.

Functions here do not ask who may; actions did. Every change leaves its trace in the history, in the same transaction, and the caller
commits. Writers come one after the other, so what a person decided by is still what holds when it is written.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model import Session

from ..kpi.problems import InputInvalid, problem
from ..kpi.register import LIST, MUNICIPALITIES, Adoption, AdoptionState, Change, Key
from ..kpi.services import service_keys, service_names, state_words
from ..model import MunicipalAdoption
from ..packages.areas import area_name, english_area
from ..pages.words import date_words
from . import changes, clock, history, version
from .register import register

__all__ = ["Ahead", "Rows", "ahead", "current", "listed", "past", "row_of", "take", "update"]

#: Kinds of changes that a file makes; the others leave the register as it is.
_TAKEN = ("new", "changed")
#: Name of the lock that writers take.
_LOCK = "miyagiict_adoption"

#: Rows of a file with what is written there; without a number where no row says it.
Rows = Sequence[tuple[int | None, Adoption]]


@dataclass(frozen=True)
class Ahead:
    """What taking a file would do.

    :param seen: names what was seen; another one means that the register was changed meanwhile
    """

    changes: tuple[tuple[int | None, Change], ...]

    @property
    def seen(self) -> str:
        said = [(change.kind, str(change.before), str(change.after)) for _row, change in self.changes]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """``rows``, ``counts`` (kind → number), ``seen``."""
        rows = [
            {"row": row, "change": change.kind, "before": _said(change.before), "after": _said(change.after),
             "municipality": change.after.municipality, "municipality_name": area_name(change.after.municipality),
             "service": change.after.service, "procedure": change.after.procedure}
            for row, change in self.changes
        ]
        return {"rows": rows, "counts": dict(Counter(change.kind for _row, change in self.changes)), "seen": self.seen}


def listed(municipality: str = "", service: str = "", procedure: str | None = None, state: str = "") -> list[dict[str, Any]]:
    """Rows for all municipalities and services that are known: 不明 where nothing is recorded.

    :param municipality: code; empty for all
    :param procedure: empty for services as a whole; None for those and all procedures
    :param state: only rows of this state
    """
    there = {(row.municipality, row.service, row.procedure): row for row in Session.scalars(sa.select(MunicipalAdoption))}
    order = {name: place for place, name in enumerate(service_names())}
    known = {*((name, "") for name in order), *(key[1:] for key in there)}
    if service and procedure is not None:
        known.add((service, procedure))
    asked = [pair for pair in sorted(known, key=lambda pair: (order.get(pair[0], len(order)), *pair))
             if (not service or pair[0] == service) and (procedure is None or pair[1] == procedure)]
    codes = [municipality] if municipality else MUNICIPALITIES
    rows = [_row((code, *pair), there.get((code, *pair))) for pair in asked for code in codes]
    return [row for row in rows if not state or row["state"] == state]


def row_of(key: Key) -> dict[str, Any]:
    """One row; 不明 with revision 0 where nothing is recorded."""
    return _row(key, Session.get(MunicipalAdoption, key, populate_existing=True))


def current(services: Iterable[str]) -> Iterator[Adoption]:
    """What is known of some services for every municipality, and of their procedures: to be written into a file, and edited there."""
    known = register()
    for service in services:
        for code in MUNICIPALITIES:
            yield known.state_of(code, service)
            yield from (entry for key, entry in sorted(known.entries.items()) if key[:2] == (code, service) and entry.procedure)


def past(key: Key, *, with_names: bool) -> list[dict[str, Any]]:
    """How a row came to say what it says, the latest change first."""
    return history.entries(subject_kind="adoption", subject_id=_subject(key), with_names=with_names)


def update(entry: Adoption, revision: int, user: str, reason: str = "") -> dict[str, Any]:
    """Change one row.

    :param revision: of the row that was seen; 0 where there was none
    :returns: the row as it is now
    :raises ckan.plugins.toolkit.ValidationError: somebody else changed it since; ``current`` says to what
    """
    _one_after_the_other()
    row = Session.get(MunicipalAdoption, entry.key, populate_existing=True)
    if (row.revision if row else 0) != revision:
        raise _overtaken(_row(entry.key, row))
    if (_entry(row) if row else None) != entry and not (row is None and entry.says_nothing):
        _write(entry, row, user, "update" if row else "create", reason)
        _tell()
    return row_of(entry.key)


def ahead(rows: Rows) -> Ahead:
    """What taking rows would do now; writes nothing."""
    found = register().changes(adoption for _row, adoption in rows)
    return Ahead(tuple(zip((row for row, _adoption in rows), found, strict=True)))


def take(
    rows: Rows, user: str, may_enter: frozenset[str], *, file: str = "CSV", seen: str = "", reason: str = "", dry_run: bool = False
) -> Ahead:
    """Take rows of a file into the register, or say what that would do.

    :param may_enter: codes of the municipalities whose rows may be changed
    :param seen: of the preview that was agreed to; empty for none
    :raises InputInvalid: rows of municipalities that may not be changed, or no rows at all; nothing is written
    :raises ckan.plugins.toolkit.ValidationError: the register was changed since the preview
    """
    if not rows:
        raise InputInvalid([problem("not-a-csv", file, detail="データの行がありません")])
    if not dry_run:
        _one_after_the_other()
    found = ahead(rows)
    foreign = [
        problem("municipality-of-others", file, row=row, field="市町村", value=area_name(change.after.municipality))
        for row, change in found.changes if change.kind != "same" and change.after.municipality not in may_enter
    ]
    if foreign:
        raise InputInvalid(foreign)
    if seen and seen != found.seen:
        raise tk.ValidationError({
            "seen": [tk._("プレビューのあとに、ほかの人が導入状況を変更しました。新しいプレビューを確かめて、もう一度取り込んでください。")],
        })
    if not dry_run:
        _take(found, user, reason)
    return found


def _take(found: Ahead, user: str, reason: str) -> None:
    taken = [change.after for _row, change in found.changes if change.kind in _TAKEN]
    for entry in taken:
        _write(entry, Session.get(MunicipalAdoption, entry.key, populate_existing=True), user, "import", reason)
    if taken:
        _tell()


def _one_after_the_other() -> None:
    """Until this transaction ends nobody else writes the register; a row that is not there yet cannot be locked itself."""
    Session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(_LOCK))))


def _write(entry: Adoption, row: MunicipalAdoption | None, user: str, act: str, reason: str) -> None:
    before = _said(_entry(row)) if row else None
    if row is None:
        row = MunicipalAdoption(municipality=entry.municipality, service=entry.service, procedure=entry.procedure, revision=0)
        Session.add(row)
    row.state, row.day, row.evidence, row.note, row.basis = entry.state.value, entry.day, entry.evidence, entry.note, entry.basis
    row.updated_by, row.updated_at, row.revision = user, clock.now(), row.revision + 1
    Session.flush()
    history.note(user, act, "adoption", _subject(entry.key), before=before, after=_said(entry), reason=reason)


def _tell() -> None:
    """What is counted by the register, and shown of it, is to be looked at again."""
    changes.note(changes.REGISTER)
    version.bump()


def _overtaken(now: dict[str, Any]) -> tk.ValidationError:
    said = "、".join(filter(None, (now["state"], date_words(now["day"], "ja"), now["evidence"], now["note"])))
    sentence = tk._(
        "この行は、あなたが開いたあとに、ほかの人が変更しました。いまの内容は「{said}」です。内容を確かめて、必要ならもう一度入力してください。"
    ).format(said=said)
    return tk.ValidationError({"revision": [sentence], "current": [now]})


def _subject(key: Key) -> str:
    return "/".join(key)


def _entry(row: MunicipalAdoption) -> Adoption:
    return Adoption(row.municipality, row.service, AdoptionState(row.state), row.day, row.evidence, row.note, row.procedure, row.basis)


def _said(entry: Adoption | None) -> dict[str, Any] | None:
    """What JSON can hold of an entry."""
    if entry is None:
        return None
    return {
        "state": entry.state.value, "day": entry.day.isoformat() if entry.day else None, "evidence": entry.evidence, "note": entry.note,
        "basis": entry.basis,
    }


def _row(key: Key, row: MunicipalAdoption | None) -> dict[str, Any]:
    code, service, procedure = key
    state = row.state if row else AdoptionState.UNKNOWN.value
    japanese, english = state_words(service, state)
    return {
        "municipality": code, "municipality_name": area_name(code), "municipality_name_en": english_area(area_name(code)),
        "service": service, "service_en": service_names().get(service, ""), "service_key": service_keys().get(service, ""),
        "procedure": procedure,
        "state": state, "state_text": japanese, "state_text_en": english,
        "day": row.day.isoformat() if row and row.day else None, "evidence": row.evidence if row else "", "note": row.note if row else "",
        "basis": row.basis if row else "", "is_listed": bool(row and row.basis == LIST), "revision": row.revision if row else 0,
        "updated_at": row.updated_at.isoformat() if row else None,
    }
