"""What was changed of a KPI, in words: an entry of the history as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .words import date_words

__all__ = ["act_words", "changes", "subject_words"]

#: Kind of subject and act → Japanese, English.
_ACTS = {
    ("observation", "create"): ("値の入力", "Value entered"), ("observation", "update"): ("下書きの変更", "Draft changed"),
    ("observation", "discard"): ("下書きの取り消し", "Draft discarded"), ("observation", "review"): ("値の確認", "Value reviewed"),
    ("observation", "publish"): ("値の公開", "Value published"), ("observation", "withdraw"): ("公開済みの値の取り下げ", "Published value withdrawn"),
    ("observation", "supersede"): ("公開済みの値の置き換え", "Published value replaced"),
    ("observation", "import"): ("ファイルからの取り込み", "Imported from a file"), ("observation", "count"): ("集計", "Counted"),
    ("definition", "create"): ("数え方の定義", "Way of counting defined"), ("choice", "create"): ("数え方の選択", "Way of counting chosen"),
    ("setting", "update"): ("設定の変更", "Setting changed"), ("snapshot", "freeze"): ("年度の確定", "Fiscal year frozen"),
}
#: What of an entry is shown, in this order → Japanese, English. The rest (ids, accounts, times) stands beside it or tells nobody anything.
_NAMES = {
    "value": ("値", "Value"), "as_of": ("時点", "As of"), "state": ("状態", "State"), "source": ("出典", "Source"), "note": ("備考", "Note"),
    "counting": ("数え方の名前", "Name of the way"), "version": ("版", "Version"), "kind": ("種類", "Kind"),
    "question": ("数える条件", "What is counted"), "valid_from": ("適用開始", "From"), "valid_to": ("適用終了", "Until"), "direction": ("良い方向", "Which way is better"),
    "tolerance": ("許容幅", "Tolerance"), "mail_to": ("メールの宛先", "Mail to"), "hash": ("ハッシュ", "Hash"), "kpis": ("指標の数", "KPIs"),
}
_DAYS = ("as_of", "valid_from", "valid_to")
_VALUES = {
    "state": {
        "draft": ("下書き", "Draft"), "reviewed": ("確認済み", "Reviewed"), "published": ("公開", "Published"),
        "superseded": ("取り消し・取り下げ・置き換え済み", "Discarded, withdrawn or replaced"),
    },
    "kind": {
        "datasets": ("カタログの検索で数える", "By a query of the catalogue"), "register": ("台帳で数える", "By the adoption register"),
        "column": ("表の列から求める", "From a column"), "by_hand": ("担当者が入力する", "Entered by staff"),
    },
    "direction": {
        "rising": ("増やす", "Rising"), "falling": ("減らす", "Falling"), "maintain": ("保つ", "To be maintained"), "": ("計画から導く", "Derived"),
    },
}


def act_words(entry: Mapping[str, Any], language: str) -> str:
    """What was done, in a few words; an act that is not known here by its own name."""
    both = _ACTS.get((entry["subject_kind"], entry["act"]))
    return _in(language, both) if both else f"{entry['subject_kind']}: {entry['act']}"


def subject_words(entry: Mapping[str, Any], language: str) -> str:
    """Which value, or which way to count, an entry is about: ``12（2026年10月31日）``; empty where the changes say it."""
    said = entry["after"] or entry["before"] or {}
    if entry["subject_kind"] == "observation" and said.get("value") is not None and said.get("as_of"):
        day = date_words(said["as_of"], language)
        return f"{said['value']}（{day}）" if language == "ja" else f"{said['value']} ({day})"
    return ""


def changes(entry: Mapping[str, Any], language: str) -> list[dict[str, str]]:
    """What differs between before and after; of what is new, all that is said of it.

    :returns: ``name``, ``before`` (empty for what is new) and ``after``, in words
    """
    before, after = entry["before"] or {}, entry["after"] or {}
    changed = [key for key in _NAMES if _plain(before.get(key)) != _plain(after.get(key))]
    return [
        {
            "key": key, "name": _in(language, _NAMES[key]), "before": _words(key, before.get(key), language),
            "after": _words(key, after.get(key), language),
        }
        for key in changed
    ]


def _words(key: str, value: Any, language: str) -> str:
    plain = _plain(value)
    if key in _DAYS and plain:
        return date_words(plain, language)
    both = _VALUES.get(key, {}).get(plain)
    return _in(language, both) if both and value is not None else plain


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _in(language: str, both: tuple[str, str]) -> str:
    return both[language != "ja"]
