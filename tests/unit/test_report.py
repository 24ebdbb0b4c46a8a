"""What the report of a run says in words."""

from __future__ import annotations

import pytest

from ckanext.miyagiict.harvest.quarantine import Reason
from ckanext.miyagiict.harvest.report import Report


def said(reason: Reason, held: int, known: int) -> str:
    report = Report(listed=1, known=known, complete=True)
    report.hold(reason, held)
    return report.sentences()[0]


@pytest.mark.parametrize("reason", Reason)
def test_of_one_dataset_nobody_says_all(reason: Reason) -> None:
    """A source of one record has no "all of them", and no "many"."""
    sentence = said(reason, 0 if reason is Reason.STRANGE else 1, 1)
    assert "1件" in sentence
    assert "すべて" not in sentence
    assert "多く" not in sentence
    assert "保留しています" in sentence


def test_last_ones_are_counted() -> None:
    assert "すべて（5件）" in said(Reason.LAST_ONE, 5, 5)


def test_many_that_went_at_once_are_said_to_be_many() -> None:
    assert "多くのデータセット" in said(Reason.TOO_MANY, 12, 20)


def test_replay_says_what_it_read() -> None:
    """It asks for no list, so it cannot have failed to get one."""
    sentences = Report(gathered=True, replayed=True, to_do=3, changed=1, unchanged=2).sentences()
    assert sentences == ["保存してある元の記録 3件のうち、更新1件、変更なし2件。"]
