"""What a run did, in numbers and in plain sentences. Plain rules: no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from miyagi_harvesters.problems import Problem, Severity

from .quarantine import Reason

__all__ = ["MOST_LISTED", "Report", "finding"]

#: So many findings are listed; all are counted.
MOST_LISTED = 200

_HELD = {
    Reason.TOO_MANY: "一度に多くのデータセットが収集元の一覧から消えました。収集元の不具合かもしれないため、公開の取り下げを保留しています。",
    Reason.LAST_ONE: "収集元の一覧から、残っていたデータセットがすべて（{held:,}件）消えました。収集元の不具合かもしれないため、公開の取り下げを保留しています。",
    Reason.STRANGE: "収集元の一覧が、これまでとほとんど重なりません。別のサイトの内容か、IDの付け替えの可能性があるため、収集を保留しています。",
}
#: The same where it is one dataset.
_HELD_ONE = {
    Reason.TOO_MANY: "取り下げが続いている収集元で、さらに1件のデータセットが一覧から消えました。収集元の不具合かもしれないため、公開の取り下げを保留しています。",
    Reason.LAST_ONE: "収集元にある最後の1件のデータセットが、一覧から消えました。収集元の不具合かもしれないため、公開の取り下げを保留しています。",
}


@dataclass
class Report:
    """Counts and findings of one run; grows while it goes on.

    :param listed: records in the portal's listing
    :param known: records of the source that were in the catalogue before
    :param linked: records whose data stand in the catalogue already, from another portal
    :param held: records whose withdrawal waits for a person
    :param to_do: records that were new or changed in the listing, for the progress shown
    :param replayed: nothing was listed: what was kept of each record was mapped again
    :param gathered: the listing was judged and its objects are there: a run that is taken up does not count it again
    """

    listed: int = 0
    known: int = 0
    complete: bool = False
    unchanged_listing: bool = False
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    linked: int = 0
    returned: int = 0
    missing: int = 0
    candidates: int = 0
    withdrawn: int = 0
    held: int = 0
    failed: int = 0
    tables: int = 0
    rows: int = 0
    to_do: int = 0
    done: int = 0
    replayed: bool = False
    gathered: bool = False
    reason: str = ""
    warnings: int = 0
    errors: int = 0
    findings: list[dict[str, str]] = field(default_factory=list)

    def note(self, problems: Iterable[Problem], record: str = "", *, is_of_run: bool = False) -> None:
        """Count findings, and list them as long as there is room.

        :param is_of_run: they are about the whole run, and are listed in any case
        """
        for found in problems:
            if found.severity is Severity.WARNING:
                self.warnings += 1
            else:
                self.errors += 1
            if is_of_run or len(self.findings) < MOST_LISTED:
                self.findings.append(finding(found, record))

    def hold(self, reason: Reason, held: int) -> None:
        """Something waits for a person."""
        self.reason, self.held = reason.value, held

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Report:
        """The report that ``as_dict`` gave; what a later version added has its default."""
        return cls(**{key: value for key, value in kept.items() if key in cls.__dataclass_fields__})

    def _why_held(self, reason: Reason) -> str:
        if reason is Reason.STRANGE and self.known == 1:
            return "収集元の一覧に、これまであった1件のデータセットがなく、別のものがあります。別のサイトの内容か、IDの付け替えの可能性があるため、収集を保留しています。"
        template = _HELD_ONE.get(reason) if self.held == 1 else None
        return (template or _HELD[reason]).format(held=self.held)

    def sentences(self) -> list[str]:
        """The run in plain Japanese, the most important first."""
        said = [self._why_held(Reason(self.reason))] if self.reason else []
        if self.unchanged_listing:
            return [*said, "収集元は前回から変わっていません。何も書き換えていません。"]
        if not self.replayed and not self.listed and not self.complete:
            return [*said, "収集元の一覧を取得できませんでした。公開中のデータセットはそのままです。"]
        counts = (
            ("新規", self.created), ("更新", self.changed), ("変更なし", self.unchanged), ("ほかのポータルと同じデータ", self.linked),
            ("一覧に戻った", self.returned), ("一覧にない", self.missing), ("次回取り下げの候補", self.candidates), ("取り下げ", self.withdrawn),
            ("保留", self.held), ("失敗", self.failed),
        )
        told = "、".join(f"{word}{count:,}件" for word, count in counts if count) or "対象なし"
        of = f"保存してある元の記録 {self.to_do:,}件" if self.replayed else f"収集元の一覧 {self.listed:,}件"
        said.append(f"{of}のうち、{told}。")
        if not self.complete and not self.replayed:
            said.append("一覧を最後まで確かめられなかったため、一覧にないデータセットには手を付けていません。")
        if self.tables:
            said.append(f"表 {self.tables:,}件（{self.rows:,}行）を読み込みました。")
        return said


def finding(found: Problem, record: str = "") -> dict[str, str]:
    """A finding as the report keeps it."""
    return {
        "type": found.type, "severity": found.severity.value, "record": record, "place": found.place,
        "sentence": found.sentence(), "sentence_en": found.sentence("en"), "remedy": found.remedy(), "remedy_en": found.remedy("en"),
    }
