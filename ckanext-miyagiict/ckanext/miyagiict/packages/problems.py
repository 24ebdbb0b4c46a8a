"""The catalogue of what can be wrong with a Data Package: place, rule, and what to do.

Each kind says its sentence in Japanese, where an officer reads it, and in English. The design follows frictionless's error
classes (type, title, description, template), with "what to do" added.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

__all__ = ["KINDS", "MOST_LISTED", "PackageInvalid", "Problem", "ProblemKind", "problem", "raise_if_any"]

#: At most so many problems are listed for one package.
MOST_LISTED = 10_000
#: A cell is shown up to this many characters in a message, and given up to this many in JSON; all of it stays in ``Problem.value``.
SHOWN_CHARACTERS = 60
GIVEN_CHARACTERS = 1_000
#: A detail, which is words of ours or a list of what is allowed, is shown up to this many characters.
DETAIL_CHARACTERS = 300


@dataclass(frozen=True)
class ProblemKind:
    """One rule that a package can break.

    ``sentence`` and ``sentence_en`` are templates; their names come from the problem's details, and from ``file``, ``row``,
    ``field`` and ``value``.
    """

    type: str
    title: str
    title_en: str
    sentence: str
    sentence_en: str
    remedy: str
    remedy_en: str


KINDS: dict[str, ProblemKind] = {}


def _kind(type: str, title: str, title_en: str, ja: tuple[str, str], en: tuple[str, str]) -> None:
    KINDS[type] = ProblemKind(type, title, title_en, ja[0], en[0], ja[1], en[1])


_kind(
    "not-a-package", "データパッケージではありません", "Not a Data Package",
    (
        "「{file}」をデータパッケージとして読めません（{detail}）。",
        "datapackage.json のあるフォルダを指定し、JSONの書き方を確かめてください。",
    ),
    ("{file} cannot be read as a Data Package ({detail}).", "Name a folder with a datapackage.json and check its JSON."),
)
_kind(
    "descriptor", "データパッケージの記述の誤り", "Descriptor error",
    ("「{file}」の記述に誤りがあります（{detail}）。", "示された項目を Data Package の仕様に合わせて直してください。"),
    ("{file} breaks the Data Package standard ({detail}).", "Mend the property that is named."),
)
_kind(
    "missing-file", "ファイルがありません", "Missing file",
    ("「{file}」がパッケージの中に見つかりません。", "ファイルを置くか、datapackage.json の path を直してください。"),
    ("{file} is not in the package.", "Add the file or mend its path in datapackage.json."),
)
_kind(
    "too-large", "ファイルが大きすぎます", "File too large",
    ("「{file}」は大きすぎます（{detail}）。", "表を分けるか、パッケージを分けてください。"),
    ("{file} is too large ({detail}).", "Split the table, or the package."),
)
_kind(
    "unsafe-path", "パスが安全ではありません", "Unsafe path",
    ("パス「{value}」は使えません（{detail}）。", "path には、フォルダの中のファイルを「data/表.csv」のように書いてください。"),
    ("Path {value} cannot be used ({detail}).", "Write a path inside the folder, like data/table.csv."),
)
_kind(
    "remote-path", "外部のアドレスは使えません", "Remote path",
    (
        "「{value}」は外部のアドレスです。公開する中身が後から変わりうるため、受け付けません。",
        "ファイルを取得してパッケージの中に置き、その path を書いてください。",
    ),
    ("{value} is a remote address, whose content may change later.", "Put the file into the package and name its path."),
)
_kind(
    "not-one-file", "1つの表に1つのファイルが必要です", "Not one file",
    ("リソース「{value}」は1つのファイルを指していません（{detail}）。", "表ごとに1つのCSVファイルを置き、path に書いてください。"),
    ("Resource {value} does not name one file ({detail}).", "Keep one CSV file a table and name it in path."),
)
_kind(
    "encoding", "文字コードがUTF-8ではありません", "Not UTF-8",
    (
        "「{file}」の{row}行目にUTF-8として読めない文字があります（{detail}）。",
        "表計算ソフトやエディタで「UTF-8」を選んで保存し直してください。",
    ),
    ("{file}, row {row}: not UTF-8 ({detail}).", "Save the file again as UTF-8."),
)
_kind(
    "not-a-table", "表ではありません", "Not a table",
    ("「{file}」は表（CSV）ではなく、{detail}です。", "元のデータをCSVとして保存し直してください。"),
    ("{file} is not a CSV table but {detail}.", "Save the data as CSV."),
)
_kind(
    "control-character", "制御文字が含まれています", "Control character",
    ("「{file}」の{row}行目に制御文字（{detail}）があります。", "見えない文字を取り除いてください。"),
    ("{file}, row {row}: control character {detail}.", "Take the invisible character out."),
)
_kind(
    "cell-too-large", "セルが大きすぎます", "Cell too large",
    (
        "「{file}」の{row}行目に{detail}文字を超えるセルがあります。",
        "引用符（\"）の閉じ忘れを確かめるか、内容を別のファイルにしてください。",
    ),
    ("{file}, row {row}: a cell longer than {detail} characters.", "Check for a quote that is not closed, or move the content to a file."),
)
_kind(
    "quote", "引用符の誤り", "Quote error",
    (
        "「{file}」の{row}行目からの引用符（\"）の使い方に誤りがあります（{detail}）。",
        "引用符の閉じ忘れを確かめ、セルの中の引用符は2つ重ねて書いてください。",
    ),
    ("{file}, from row {row}: quotes do not fit ({detail}).", "Close each quote, and double a quote inside a cell."),
)
_kind(
    "header", "見出し行の誤り", "Header error",
    (
        "「{file}」の見出し「{value}」が、表の定義（Table Schema）と合いません（{detail}）。",
        "見出し行の名前と順番を、定義にそろえてください。",
    ),
    ("{file}: heading {value} does not fit the Table Schema ({detail}).", "Bring names and order of the header row in line with it."),
)
_kind(
    "column-name", "列の名前が使えません", "Unusable column name",
    (
        "「{file}」の列名「{value}」は使えません（{detail}）。",
        "列名は63バイト以内とし、先頭の「_」、引用符、見えない文字を避けてください。",
    ),
    ("{file}: column name {value} cannot be used ({detail}).", "Use at most 63 bytes, no leading _, quote or invisible character."),
)
_kind(
    "ragged-row", "列の数が合いません", "Ragged row",
    (
        "「{file}」の{row}行目は、列の数が見出し行と合いません（{detail}）。",
        "カンマの過不足と、カンマを含むセルの引用符を確かめてください。",
    ),
    ("{file}, row {row}: not as many cells as headings ({detail}).", "Check commas, and quotes around cells that hold commas."),
)
_kind(
    "type", "型が合いません", "Wrong type",
    ("「{file}」の{row}行目、列「{field}」の「{value}」は、{detail}として読めません。", "値を直すか、列の型（type）を見直してください。"),
    ("{file}, row {row}, field {field}: {value} is not of type {detail}.", "Mend the value or the type of the field."),
)
_kind(
    "constraint", "制約に合いません", "Constraint broken",
    (
        "「{file}」の{row}行目、列「{field}」の「{value}」は、制約「{rule}」に合いません（{detail}）。",
        "値を直すか、制約を見直してください。",
    ),
    ("{file}, row {row}, field {field}: {value} breaks {rule} ({detail}).", "Mend the value or the constraint."),
)
_kind(
    "primary-key", "主キーが重複または空です", "Primary key",
    ("「{file}」の{row}行目の主キー（{field}）「{value}」が、重複しているか空です。", "行ごとに異なる値にしてください。"),
    ("{file}, row {row}: primary key {field} = {value} is repeated or empty.", "Give each row a key of its own."),
)
_kind(
    "foreign-key", "参照先がありません", "Broken foreign key",
    (
        "「{file}」の{row}行目、列「{field}」の「{value}」が、参照先の表「{detail}」にありません。",
        "値を直すか、参照先の表に行を加えてください。",
    ),
    ("{file}, row {row}, field {field}: {value} is not in table {detail}.", "Mend the value or add the row it names."),
)
_kind(
    "blank-row", "空の行があります", "Blank row",
    ("「{file}」の{row}行目が空です。", "空の行を取り除いてください。"),
    ("{file}, row {row} is blank.", "Take the blank row out."),
)
_kind(
    "unreadable", "読めません", "Unreadable",
    ("「{file}」を表として最後まで読めません（{detail}）。", "ファイルを開いて、示された点を直してください。"),
    ("{file} cannot be read to its end ({detail}).", "Open the file and mend the point that is named."),
)
_kind(
    "catalogue-value", "カタログの項目の誤り", "Catalogue property",
    ("「{file}」の項目「{field}」の値「{value}」は使えません（{detail}）。", "docs/datasets.md にある書き方に直してください。"),
    ("{file}: property {field} = {value} cannot be used ({detail}).", "Write it as docs/datasets.md says."),
)


@dataclass(frozen=True)
class Problem:
    """One finding: what, where, why, and what to do."""

    kind: ProblemKind
    file: str
    row: int | None = None
    field: str = ""
    value: str = ""
    rule: str = ""
    detail: str = ""

    @property
    def message(self) -> str:
        """The finding as one Japanese sentence."""
        return self.kind.sentence.format(**self._words())

    @property
    def message_en(self) -> str:
        return self.kind.sentence_en.format(**self._words())

    def as_dict(self) -> dict[str, Any]:
        """For JSON: file, row (header is row 1), field, value, rule, and the sentences."""
        return {
            "type": self.kind.type, "title": self.kind.title, "file": self.file, "row": self.row,
            "field": self.field, "value": self.value[:GIVEN_CHARACTERS], "rule": self.rule or self.kind.type,
            "message": self.message, "remedy": self.kind.remedy,
            "message_en": self.message_en, "remedy_en": self.kind.remedy_en,
        }

    def __str__(self) -> str:
        return f"{self.message}{self.kind.remedy}"

    def _words(self) -> Mapping[str, str]:
        return {
            "file": self.file, "row": "?" if self.row is None else str(self.row), "field": self.field,
            # Empty for what was typed into a form, which has neither file nor row.
            "place": "" if self.row is None else f"「{self.file}」の{self.row}行目の",
            "place_en": "" if self.row is None else f"{self.file}, row {self.row}: ",
            "value": _shown(self.value, SHOWN_CHARACTERS), "rule": self.rule, "detail": _shown(self.detail, DETAIL_CHARACTERS),
        }


@dataclass
class PackageInvalid(Exception):
    """A package breaks rules; nothing was written."""

    problems: list[Problem] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def problem(type: str, file: str, **details: Any) -> Problem:
    """A problem of a kind in the catalogue.

    :raises KeyError: the kind is not in the catalogue
    """
    return Problem(KINDS[type], file, **details)


def raise_if_any(problems: Iterable[Problem]) -> None:
    """:raises PackageInvalid: there is at least one problem"""
    found = list(islice(problems, MOST_LISTED))
    if found:
        raise PackageInvalid(found)


def _shown(text: str, most: int) -> str:
    """Text for one line of a message: not too long, and nothing that a terminal would obey."""
    start = "".join(" " if unicodedata.category(character).startswith("C") else character for character in text[:most])
    return start if len(text) <= most else f"{start}…"
