"""Deletion is quarantined: what a listing, however wrong, may do to records that are not in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.miyagiict.harvest.quarantine import Decision, Known, Reason, State, Thresholds, decide, release

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=timezone.utc)
LIMITS = Thresholds()


def records(count: int) -> dict[str, Known]:
    return {str(number): Known() for number in range(count)}


def run(known: dict[str, Known], listed: set[str], *, complete: bool = True, days: int = 0, limits: Thresholds = LIMITS) -> Decision:
    """One run; what it changes is laid over what is known, and new records are known from then on."""
    decision = decide(known, listed, complete=complete, now=NOW + timedelta(days=days), thresholds=limits)
    known.update(decision.after)
    if decision.creates:
        known.update({id: Known() for id in listed - set(known)})
    return decision


def alive(known: Mapping[str, Known]) -> set[str]:
    return {id for id, record in known.items() if record.state is not State.WITHDRAWN}


def test_record_goes_through_every_stage() -> None:
    """Missing, missing, candidate, withdrawn: only the fourth complete listing without it takes it away."""
    known = records(20)
    rest = set(known) - {"7"}
    stages = []
    for day in range(4):
        run(known, rest, days=day)
        stages.append(known["7"].state)
    assert stages == [State.MISSING, State.MISSING, State.CANDIDATE, State.WITHDRAWN]


def test_listed_again_is_present_again() -> None:
    """A record that comes back begins anew, also a withdrawn one."""
    known = records(20)
    for day in range(4):
        run(known, set(known) - {"7"}, days=day)
    assert run(known, set(known)).returned == ("7",)
    assert known["7"] == Known()


@pytest.mark.parametrize("listed", [set(), {"0"}, {"0", "1", "2"}], ids=["empty", "cut", "half"])
def test_incomplete_listing_makes_nothing_missing(listed: set[str]) -> None:
    known = records(3)
    for day in range(10):
        assert run(known, listed, complete=False, days=day).missing == ()
    assert alive(known) == {"0", "1", "2"}


@pytest.mark.parametrize("size", [1, 2, 50])
def test_empty_list_that_claims_to_be_complete_is_held(size: int) -> None:
    known = records(size)
    decisions = [run(known, set(), days=day) for day in range(10)]
    assert decisions[-1].reason is Reason.LAST_ONE
    assert len(decisions[-1].held) == len(alive(known)) == size


def test_half_of_the_records_gone_is_held() -> None:
    """More than max(3, 10 %) would go: a person must say so."""
    known = records(40)
    half = {str(number) for number in range(20)}
    decisions = [run(known, half, days=day) for day in range(6)]
    assert decisions[-1].reason is Reason.TOO_MANY
    assert len(decisions[-1].held) == 20
    assert len(alive(known)) == 40


def test_another_portals_data_changes_nothing() -> None:
    """Hardly a known record in the listing: nothing goes, and nothing of it comes in."""
    known = records(40)
    decision = run(known, {f"x{number}" for number in range(40)} | {"1"})
    assert (decision.reason, decision.creates, decision.after) == (Reason.STRANGE, False, {})


def test_only_record_replaced_by_another_is_held() -> None:
    known = records(1)
    assert run(known, {"other"}).reason is Reason.STRANGE


def test_person_can_accept_a_strange_listing() -> None:
    """A portal that moved: its new ids come in, the old ones go their way through the stages."""
    known = records(40)
    decision = decide(known, {f"x{number}" for number in range(40)}, complete=True, now=NOW, thresholds=LIMITS, accepted=True)
    assert decision.creates
    assert len(decision.missing) == 40


def test_limit_counts_over_the_period_and_not_only_one_run() -> None:
    """A source that loses a few records every week is held as well."""
    known = records(20)
    left = sorted(known)
    for week in range(10):
        left = left[:-1] if len(left) > 10 else left
        for _ in range(5):
            run(known, set(left), days=week * 2)
    assert len(alive(known)) >= 17


def test_release_withdraws_what_was_held() -> None:
    known = records(40)
    half = {str(number) for number in range(20)}
    for day in range(5):
        decision = run(known, half, days=day)
    known.update(release(known, decision.held, now=NOW))
    assert len(alive(known)) == 20


def test_release_leaves_what_came_back() -> None:
    known = records(40)
    half = {str(number) for number in range(20)}
    for day in range(5):
        decision = run(known, half, days=day)
    run(known, half | {"30"}, days=6)
    known.update(release(known, decision.held, now=NOW))
    assert "30" in alive(known)


def test_released_withdrawals_do_not_use_up_the_limit() -> None:
    known = records(40)
    half = {str(number) for number in range(20)}
    for day in range(5):
        decision = run(known, half, days=day)
    known.update(release(known, decision.held, now=NOW + timedelta(days=5)))
    for day in range(6, 10):
        run(known, half - {"3"}, days=day)
    assert known["3"].state is State.WITHDRAWN


#: An answer of a failing portal: which of 30 known ids it lists, ids of others, and whether the reader takes it for complete.
ANSWERS = st.lists(
    st.tuples(st.sets(st.integers(0, 29)), st.sets(st.integers(100, 140), max_size=40), st.booleans(), st.integers(0, 40)), max_size=40
)


@settings(max_examples=400, deadline=None)
@given(answers=ANSWERS, size=st.integers(1, 30))
def test_no_sequence_of_answers_removes_much_by_itself(answers: list[tuple[set[int], set[int], bool, int]], size: int) -> None:
    """Whatever a source answers: in no period of 30 days does it lose more than its limit, and never its last record."""
    known = records(size)
    day, losses = 0, []
    held: set[str] = set()  # by an earlier run, which would have withdrawn them
    for ours, others, complete, later in answers:
        day += later
        listed = {str(number) for number in ours if number < size} | {str(number) for number in others}
        before = len(alive(known))
        absent_before = {id: record.missing_runs for id, record in known.items()}
        decision = run(known, listed, complete=complete, days=day)
        for id in decision.withdraw:
            assert complete
            assert id not in listed
            assert absent_before[id] == LIMITS.missing_runs + (id in held)
        held = (held | set(decision.held)) - set(decision.returned) - set(decision.withdraw)
        if decision.withdraw:
            assert len(decision.withdraw) < before
            losses.append((day, len(decision.withdraw), before))
        assert alive(known) or not before
    for start, _, before in losses:
        within = sum(count for moment, count, _ in losses if start <= moment < start + LIMITS.period_days)
        most_known = before + sum(len(others) for _, others, _, _ in answers)
        assert within <= LIMITS.most(most_known)


@settings(max_examples=200, deadline=None)
@given(answers=ANSWERS)
def test_incomplete_answers_never_remove(answers: list[tuple[set[int], set[int], bool, int]]) -> None:
    known = records(30)
    for ours, others, _, _ in answers:
        run(known, {str(number) for number in ours | others}, complete=False)
    assert {str(number) for number in range(30)} <= alive(known)
    assert all(record == Known() for record in known.values())
