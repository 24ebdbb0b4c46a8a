"""What can be wrong with what a person types or uploads: what, where, why, and what to do.

The same form as the problems of Data Packages (``packages.problems``), with kinds of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..packages.problems import Problem, ProblemKind

__all__ = ["KINDS", "InputInvalid", "Problem", "problem", "raise_if_any"]

KINDS: dict[str, ProblemKind] = {}


def _kind(type: str, title: str, title_en: str, ja: tuple[str, str], en: tuple[str, str]) -> None:
    KINDS[type] = ProblemKind(type, title, title_en, ja[0], en[0], ja[1], en[1])


_kind(
    "value-missing", "値がありません", "No value",
    ("値が入力されていません。", "数値を入力してください。値が不明なときは、入力せずに備考に書いてください。"),
    ("No value was entered.", "Enter a number. Where it is not known, enter none and say so in the note."),
)
_kind(
    "value-too-long", "入力が長すぎます", "Too long",
    ("入力「{value}」が長すぎます（{detail}文字まで）。", "数値だけを入力し、説明は備考に書いてください。"),
    ("{value} is too long (up to {detail} characters).", "Enter the number alone and explain it in the note."),
)
_kind(
    "text-too-long", "文章が長すぎます", "Too long",
    ("「{value}」で始まる文章が長すぎます（{detail}文字まで）。", "短くするか、詳しい資料のアドレスを書いてください。"),
    ("The text that begins with {value} is too long (up to {detail} characters).", "Shorten it, or name the address of a document."),
)
_kind(
    "value-not-a-number", "数値として読めません", "Not a number",
    ("「{value}」を数値として読めません（{detail}）。", "「1234」「1,234」「12.5」のように、1つの数を算用数字で入力してください。"),
    ("{value} cannot be read as a number ({detail}).", "Enter one number in digits, like 1234, 1,234 or 12.5."),
)
_kind(
    "thousands-separator", "桁区切りの位置が合いません", "Misplaced separator",
    ("「{value}」のカンマの位置が3桁ごとになっていません。", "小数点なら「.」を使い、桁区切りなら3桁ごとに入れるか、取り除いてください。"),
    ("The commas in {value} do not stand before three digits.", "Use a point for decimals; put commas before three digits or none."),
)
_kind(
    "other-unit", "単位が合いません", "Other unit",
    ("「{value}」の単位「{detail}」は、この指標の単位「{rule}」と違います。", "この指標の単位に直した数を、単位なしで入力してください。"),
    ("{value} has the unit {detail}, the KPI has {rule}.", "Convert the number and enter it without a unit."),
)
_kind(
    "above-maximum", "上限を超えています", "Above the maximum",
    (
        "「{value}」は、この指標が取りうる最大の値（{detail}）を超えています。",
        "桁や小数点を確かめてください。正しい値であれば、指標の定義の上限を見直してください。",
    ),
    ("{value} is above the highest possible value ({detail}).", "Check digits and point. If it is right, mend the KPI's maximum."),
)
_kind(
    "below-minimum", "下限を下回っています", "Below the minimum",
    (
        "「{value}」は、この指標が取りうる最小の値（{detail}）を下回っています。",
        "符号を確かめてください。正しい値であれば、指標の定義の下限を見直してください。",
    ),
    ("{value} is below the lowest possible value ({detail}).", "Check the sign. If it is right, mend the KPI's minimum."),
)
_kind(
    "not-whole", "整数ではありません", "Not whole",
    ("単位が「{detail}」の指標に、整数でない値「{value}」が入力されました。", "数えた数を整数で入力してください。"),
    ("{value} is not whole, but the unit is {detail}.", "Enter the count as a whole number."),
)
_kind(
    "too-many-digits", "桁が多すぎます", "Too many digits",
    ("「{value}」は桁が多すぎます（整数部{detail}）。", "桁を確かめてください。単位が違う場合は、この指標の単位に直してください。"),
    ("{value} has too many digits (whole part, then decimals: {detail}).", "Check the digits and the unit."),
)
_kind(
    "day-missing", "時点がありません", "No date",
    ("いつの時点の値かが入力されていません。", "「2026-03-31」「令和8年3月31日」のように入力してください。"),
    ("The day of the value is missing.", "Enter it like 2026-03-31 or 令和8年3月31日."),
)
_kind(
    "day-not-read", "日付として読めません", "Not a date",
    (
        "「{value}」を日付として読めません。",
        "「2026-03-31」「令和8年3月31日」のように年月日で入力してください。月末時点は「令和8年3月末」、年度末時点は「令和7年度」とも書けます。",
    ),
    ("{value} cannot be read as a date.", "Enter year, month and day, like 2026-03-31; 令和8年3月末 and 令和7年度 can be read as well."),
)
_kind(
    "future-day", "未来の日付です", "In the future",
    ("「{value}」は未来の日付です（今日は{detail}）。", "値を確認した日付に直してください。見込みの値は実績として登録できません。"),
    ("{value} is in the future (today is {detail}).", "Enter the day for which the value holds. Expected values are no observations."),
)
_kind(
    "outside-plan", "計画の期間の外です", "Outside the plan",
    (
        "「{value}」は{rule}で、計画の期間（{detail}）の外です。",
        "年を確かめてください。別の計画の値であれば、その計画の指標に入力してください。",
    ),
    ("{value} is of {rule}, outside the plan ({detail}).", "Check the year, or enter the value for the other plan's KPI."),
)
_kind(
    "column-missing", "列がありません", "Missing column",
    ("「{file}」の見出しに列「{field}」がありません。", "見出し行に、この列の名前をそのまま書いてください。"),
    ("{file} has no column {field}.", "Add the column with this heading."),
)
_kind(
    "column-unknown", "知らない列です", "Unknown column",
    ("「{file}」の列「{value}」は使われません（使える列：{detail}）。", "見出しの誤りを直すか、その列を取り除いてください。"),
    ("{file}: column {value} is not used (known: {detail}).", "Mend the heading or take the column out."),
)
_kind(
    "column-twice", "同じ列が二つあります", "Repeated column",
    ("「{file}」に列「{value}」が二つ以上あります。", "どちらか一方を取り除いてください。"),
    ("{file} has column {value} more than once.", "Keep one of them."),
)
_kind(
    "not-a-csv", "CSVとして読めません", "Not a CSV",
    ("「{file}」をCSVとして読めません（{detail}）。", "表計算ソフトで「CSV UTF-8」として保存し直してください。"),
    ("{file} cannot be read as CSV ({detail}).", "Save it again as CSV in UTF-8."),
)
_kind(
    "too-many-rows", "行が多すぎます", "Too many rows",
    ("「{file}」の行が多すぎます（{detail}行まで）。", "ファイルを分けてください。"),
    ("{file} has too many rows (up to {detail}).", "Split the file."),
)
_kind(
    "file-too-large", "ファイルが大きすぎます", "File too large",
    ("「{file}」が大きすぎます（{detail}まで）。", "ファイルを分けてください。"),
    ("{file} is too large (up to {detail}).", "Split the file."),
)
_kind(
    "no-values", "値の行がありません", "No values",
    ("「{file}」に、実績値と時点が書かれた行がありません。", "入力する指標の行に、実績値と時点を書いてください。ほかの行は空のままでかまいません。"),
    ("{file} has no row with a value and a day.", "Fill in value and day of the KPIs you report; other rows may stay empty."),
)
_kind(
    "preview-outdated", "確認した内容と変わっています", "No longer what was previewed",
    ("プレビューの後に、ほかの人が同じ指標と時点の値を変更しました。", "下の新しいプレビューを確かめてから、もう一度取り込んでください。"),
    ("Somebody changed values of these KPIs and days after the preview.", "Read the new preview and confirm again."),
)
_kind(
    "ragged-row", "列の数が合いません", "Ragged row",
    ("「{file}」の{row}行目は、列の数が見出し行と合いません。", "カンマの過不足と、カンマを含むセルの引用符を確かめてください。"),
    ("{file}, row {row}: not as many cells as headings.", "Check commas, and quotes around cells that hold commas."),
)
_kind(
    "municipality-unknown", "市町村が分かりません", "Unknown municipality",
    (
        "{place}「{value}」は、県内35市町村のどれか分かりません。",
        "正式な市町村名か、6桁の全国地方公共団体コードを書いてください。",
    ),
    ("{place_en}{value} is none of the 35 municipalities.", "Write the official name or the six-digit code."),
)
_kind(
    "service-missing", "サービスがありません", "No service",
    ("{place}サービスの名前がありません。", "電子申請、オープンデータなど、対象のサービスを書いてください。"),
    ("{place_en}no service.", "Name the service the row is about."),
)
_kind(
    "state-unknown", "状態が分かりません", "Unknown state",
    ("{place}状態「{value}」は使えません。", "使用中・予定・未・不明のどれかを書いてください。"),
    ("{place_en}state {value} cannot be used.", "Use one of the four states of the register."),
)
_kind(
    "row-day", "日付の誤り", "Wrong date",
    ("{place}日付「{value}」は使えません（{detail}）。", "「2026-03-31」のように、今日までの日付を書いてください。"),
    ("{place_en}date {value} cannot be used ({detail}).", "Write a day up to today, like 2026-03-31."),
)
_kind(
    "evidence-missing", "根拠がありません", "No evidence",
    (
        "{place}状態は「{value}」ですが、日付か根拠のアドレスがありません。",
        "いつ、どこで確認したかを書いてください。分からないときは、状態を「不明」にしてください。",
    ),
    ("{place_en}state {value} without date or evidence.", "Say when and where it was seen, or set the state to unknown."),
)
_kind(
    "evidence-address", "根拠のアドレスの誤り", "Wrong address",
    ("{place}根拠「{value}」はアドレスとして使えません。", "https:// か http:// で始まるアドレスを書いてください。"),
    ("{place_en}{value} is no address.", "Write an address that begins with https:// or http://."),
)
_kind(
    "row-twice", "同じ行が二つあります", "Repeated row",
    ("「{file}」の{row}行目は、{detail}行目と同じ市町村・サービス・手続です。", "正しい方の1行だけを残してください。"),
    ("{file}, row {row}: same municipality, service and procedure as row {detail}.", "Keep the row that is right."),
)
_kind(
    "cell-too-long", "セルが長すぎます", "Cell too long",
    ("{place}「{field}」が長すぎます（{detail}文字まで）。", "短くするか、根拠のアドレスの先に書いてください。"),
    ("{place_en}{field} is too long (up to {detail} characters).", "Shorten it."),
)
_kind(
    "municipality-of-others", "担当外の市町村です", "Another organization's municipality",
    ("{place}「{value}」の導入状況は、あなたの組織では変更できません。", "その行を取り除くか、その市町村または県の担当者に依頼してください。"),
    ("{place_en}the rows of {value} are not your organization's.", "Take the row out, or ask those in charge."),
)
_kind(
    "not-the-list", "取組済の一覧ではありません", "Not the national list",
    (
        "「{file}」は、デジタル庁の取組済自治体の一覧として使えません（{detail}）。",
        "デジタル庁のサイトから、市区町村を含む一覧のCSVを取得し直してください。",
    ),
    ("{file} cannot be used as the Digital Agency's list ({detail}).", "Get the CSV that lists municipalities from the agency's site."),
)
_kind(
    "list-day", "一覧の時点の誤り", "Wrong day of the list",
    ("一覧の時点「{value}」は使えません（{detail}）。", "一覧に書かれた時点を「2026-02-28」のように入力してください。"),
    ("Day of the list {value} cannot be used ({detail}).", "Enter the day that the list states, like 2026-02-28."),
)
_kind(
    "kpi-unknown", "指標がありません", "Unknown KPI",
    ("指標「{value}」はありません。", "指標の一覧からIDを写してください。"),
    ("There is no KPI {value}.", "Copy the id from the list of KPIs."),
)
_kind(
    "kpi-of-others", "担当外の指標です", "Another organization's KPI",
    ("「{file}」の{row}行目の指標「{value}」は、あなたの組織の指標ではありません。", "その行を取り除くか、担当の組織に依頼してください。"),
    ("{file}, row {row}: KPI {value} is not your organization's.", "Take the row out, or ask those in charge."),
)
_kind(
    "kpi-name-differs", "指標名が合いません", "Name does not fit the id",
    ("「{file}」の{row}行目の指標名「{value}」は、そのIDの指標名「{detail}」と違います。", "行がずれていないか、IDと指標名を確かめてください。"),
    ("{file}, row {row}: {value} is not the name of that KPI ({detail}).", "Check whether rows have slipped."),
)
_kind(
    "value-twice", "同じ指標と時点が二つあります", "Repeated value",
    ("「{file}」の{row}行目は、{detail}行目と同じ指標・時点です。", "正しい方の1行だけを残してください。"),
    ("{file}, row {row}: same KPI and day as row {detail}.", "Keep the row that is right."),
)
_kind(
    "freeze", "確定できません", "Cannot be frozen",
    ("{value}年度は確定できません（{detail}）。", "年度を確かめてください。確定した年度の値は変わりません。"),
    ("Fiscal year {value} cannot be frozen ({detail}).", "Check the year. A frozen year does not change."),
)
_kind(
    "definition", "定義の誤り", "Wrong definition",
    ("定義の項目「{field}」の「{value}」は使えません（{detail}）。", "docs/kpi.md にある書き方に直してください。"),
    ("Definition: {field} = {value} cannot be used ({detail}).", "Write it as docs/kpi.md says."),
)


@dataclass
class InputInvalid(Exception):
    """What was typed or uploaded cannot be used; nothing was applied."""

    problems: list[Problem] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def problem(type: str, file: str = "", **details: Any) -> Problem:
    """A problem of a kind in this catalogue.

    :raises KeyError: the kind is not in the catalogue
    """
    return Problem(KINDS[type], file, **details)


def raise_if_any(problems: Iterable[Problem]) -> None:
    """:raises InputInvalid: there is at least one problem"""
    if found := list(problems):
        raise InputInvalid(found)
