"""What was changed of a KPI, in words."""

from __future__ import annotations

from typing import Any

from ckanext.miyagiict.pages.kpi_history import act_words, changes, subject_words


def entry(act: str = "update", kind: str = "observation", before: Any = None, after: Any = None) -> dict[str, Any]:
    return {"act": act, "subject_kind": kind, "before": before, "after": after}


DRAFT = {"id": "x", "value": "12", "as_of": "2026-09-30", "state": "draft", "source": "", "entered_by": "taro", "revision": 1}


def test_only_what_differs_is_told() -> None:
    """Without ids, accounts and counters, which say nothing to readers."""
    said = changes(entry(before=DRAFT, after={**DRAFT, "value": "13", "state": "reviewed", "revision": 2, "entered_by": "hanako"}), "ja")
    assert [(one["name"], one["before"], one["after"]) for one in said] == [("値", "12", "13"), ("状態", "下書き", "確認済み")]


def test_of_what_is_new_all_is_told_that_is_said() -> None:
    """Days in words; nothing of what is empty."""
    said = changes(entry("create", after=DRAFT), "en")
    assert [(one["name"], one["after"]) for one in said] == [("Value", "12"), ("As of", "30 September 2026"), ("State", "Draft")]


def test_a_setting_that_is_derived_again() -> None:
    """An empty direction has a meaning of its own."""
    said = changes(entry(kind="setting", before={"direction": "rising"}, after={"direction": ""}), "ja")
    assert [(one["name"], one["before"], one["after"]) for one in said] == [("良い方向", "増やす", "計画から導く")]


def test_acts_have_words() -> None:
    """One that is not known is called by its own name."""
    assert act_words(entry("supersede"), "ja") == "公開済みの値の置き換え"
    assert act_words(entry("melt", "boundaries"), "en") == "boundaries: melt"


def test_which_value_it_is_about() -> None:
    assert subject_words(entry(after=DRAFT), "ja") == "12（2026年9月30日）"
    assert subject_words(entry(kind="setting", after={"direction": ""}), "ja") == ""
