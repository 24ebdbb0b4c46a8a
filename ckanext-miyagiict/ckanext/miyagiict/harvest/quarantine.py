"""What a listing may do to records that are not in it: as little as possible, and never much without a person.

A portal fails in many ways that look like an answer: an empty list, half its pages, an error page, another portal's data. So a record that
is not listed goes through stages: present → missing → candidate → withdrawn, a stage further only by complete listings, and back to present
by the first listing that has it. How many records a source may lose by itself is limited, over a period and not only in one run; what is
beyond the limit is held until a person releases it. A withdrawn record is kept and comes back by itself when it is listed again.

Plain rules over plain values: no clock, no database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from math import floor

__all__ = ["Decision", "Known", "Reason", "State", "Thresholds", "decide", "release"]


class State(Enum):
    """Where a record stands."""

    PRESENT = "present"
    #: Not in the last complete listing, or in several.
    MISSING = "missing"
    #: Missing so often that the next complete listing without it withdraws it.
    CANDIDATE = "candidate"
    WITHDRAWN = "withdrawn"


class Reason(Enum):
    """Why withdrawals are held."""

    #: More records would go than a source may lose by itself.
    TOO_MANY = "too-many"
    #: The last record of the source would go: an empty list is an answer that many faults give.
    LAST_ONE = "last-one"
    #: Nothing, or hardly anything, of what is known is in the listing: another portal's data, or all ids new.
    STRANGE = "strange"


@dataclass(frozen=True)
class Thresholds:
    """Every limit, each a setting.

    :param missing_runs: complete listings without a record that make it a candidate
    :param least: so many records a source may lose by itself in ``period_days``, however small it is
    :param share: the same as a share of its records; the larger of both counts
    :param period_days: the period over which losses are added up
    :param recognised_share: at least this share of the known records must be in a listing, else it is not this source's
    :param recognised_least: with fewer known records than this the share says nothing; one of them must be there
    :param grace_days: a withdrawal can be taken back for so long
    """

    missing_runs: int = 3
    least: int = 3
    share: float = 0.1
    period_days: int = 30
    recognised_share: float = 0.5
    recognised_least: int = 4
    grace_days: int = 30

    def most(self, records: int) -> int:
        """How many of so many records may go by themselves in a period."""
        return max(self.least, floor(records * self.share))


@dataclass(frozen=True)
class Known:
    """What is known of a record before a run.

    :param missing_runs: complete listings without it, in a row
    :param withdrawn_at: when it was withdrawn, if it is
    :param by_itself: whether the source's own listing withdrew it, and not a person
    """

    state: State = State.PRESENT
    missing_runs: int = 0
    withdrawn_at: datetime | None = None
    by_itself: bool = True


@dataclass(frozen=True)
class Decision:
    """What a run does to the records that its source had.

    :param after: id → state after the run, of every known record whose state or count changes
    :param missing: newly missing or missing again, not yet candidates
    :param candidates: would go with the next complete listing without them
    :param withdraw: go now
    :param held: would go now, if a person released them
    :param returned: listed again after they were missing, candidates, or withdrawn
    :param creates: whether new records of this listing may be written
    """

    after: Mapping[str, Known] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    withdraw: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    reason: Reason | None = None
    creates: bool = True


def decide(
    known: Mapping[str, Known], listed: Collection[str], *, complete: bool, now: datetime, thresholds: Thresholds, accepted: bool = False
) -> Decision:
    """What a listing does to the records of its source.

    :param known: id → what is known, of all records the source ever had
    :param listed: ids in the listing
    :param complete: only then may a record be called missing
    :param accepted: a person said that this source's listing is right although it looks strange
    """
    seen = set(listed)
    alive = [id for id, record in known.items() if record.state is not State.WITHDRAWN]
    if not accepted and _is_strange(alive, seen, thresholds):
        return Decision(reason=Reason.STRANGE, creates=False)
    returned = tuple(id for id, record in known.items() if id in seen and record != Known())
    after: dict[str, Known] = {id: Known() for id in returned}
    absent = [id for id in alive if id not in seen]
    if not complete:
        return Decision(after=after, returned=returned)
    missing, candidates, due = [], [], []
    for id in absent:
        runs = known[id].missing_runs + 1
        stage = due if runs > thresholds.missing_runs else candidates if runs == thresholds.missing_runs else missing
        stage.append(id)
        after[id] = Known(State.MISSING if stage is missing else State.CANDIDATE, min(runs, thresholds.missing_runs + 1))
    reason = _why_held(known, due, len(alive), now, thresholds)
    if reason is None:
        after.update((id, Known(State.WITHDRAWN, after[id].missing_runs, now)) for id in due)
    return Decision(
        after=after, missing=tuple(missing), candidates=tuple(candidates), returned=returned, reason=reason,
        withdraw=tuple(due) if reason is None else (), held=tuple(due) if reason is not None else (),
    )


def release(known: Mapping[str, Known], held: Collection[str], *, now: datetime) -> dict[str, Known]:
    """What a person's release withdraws: of the held records those that are still candidates.

    :returns: id → state after it
    """
    due = [id for id in held if id in known and known[id].state is State.CANDIDATE]
    return {id: Known(State.WITHDRAWN, known[id].missing_runs, now, by_itself=False) for id in due}


def _is_strange(alive: Collection[str], seen: set[str], thresholds: Thresholds) -> bool:
    if not seen or not alive:
        return False
    recognised = sum(id in seen for id in alive)
    return recognised == 0 or (len(alive) >= thresholds.recognised_least and recognised < len(alive) * thresholds.recognised_share)


def _why_held(known: Mapping[str, Known], due: Collection[str], alive: int, now: datetime, thresholds: Thresholds) -> Reason | None:
    if not due:
        return None
    since = now - timedelta(days=thresholds.period_days)
    lost = sum(record.by_itself and record.withdrawn_at is not None and record.withdrawn_at > since for record in known.values())
    if len(due) >= alive:
        return Reason.LAST_ONE
    return Reason.TOO_MANY if lost + len(due) > thresholds.most(alive + lost) else None
