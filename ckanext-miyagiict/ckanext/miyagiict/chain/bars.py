"""Horizontal bars beside the tables of the ready questions: counted or added up from the rows that are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..pages.words import fiscal_year_words, number_words
from .model import Chain
from .words import Reader, number, say

__all__ = ["bars"]

Row = Mapping[str, Any]


def bars(question: Mapping[str, Any], chain: Chain, rows: Sequence[Row], reader: Reader) -> dict[str, Any] | None:
    """
    :param rows: those that are shown
    :returns: ``title``, ``unit``, ``data`` (labels are the plans' own words), ``groups``: ``label`` and ``bars`` with ``label``, ``series``,
        ``value``, ``text`` and ``share`` (percent of the longest); None where the question has no bars or there is nothing to draw
    """
    said = question.get("bars")
    if not said or not rows:
        return None
    unit = str(said[f"unit_{reader.language}"])
    if question["name"] == "cost-by-field":
        groups = _costs(question, rows, reader)
    elif question["name"] == "projects-by-mark":
        groups = [{"label": "", "bars": _marks(chain, rows)}]
    else:
        groups = [{"label": "", "bars": [_bar(label, count) for label, count in Counter(row[said["by"]] for row in rows).most_common()]}]
    longest = max((bar["value"] or 0 for group in groups for bar in group["bars"]), default=0)
    for group in groups:
        for bar in group["bars"]:
            bar["share"] = round(100 * bar["value"] / longest, 1) if longest and bar["value"] else 0
            bar["text"] = bar["text"] or f"{number_words(bar['value'])}{'' if reader.language == 'ja' or not unit else ' '}{unit}"
            if bar["more"]:
                bar["text"] += f"（{bar['more']}）" if reader.language == "ja" else f" ({bar['more']})"
    return {"title": say(said, reader.language), "unit": unit, "data": bool(said["data"]), "groups": groups}


def _marks(chain: Chain, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Every mark of the legends, those that no project has too."""
    rows = list(rows)
    counts, plans = Counter(row["mark"] for row in rows), {row["plan"] for row in rows}
    labels = {mark.mark: f"{mark.mark} {mark.label}" for mark in chain.marks.values() if mark.plan in plans}
    return [_bar(labels.get(mark, mark), counts[mark]) for mark in dict.fromkeys([*labels, *counts])]


def _costs(question: Mapping[str, Any], rows: Iterable[Row], reader: Reader) -> list[dict[str, Any]]:
    """A group a field, in it budget and actual cost of each year."""
    by_field: dict[str, dict[int, list[Row]]] = {}
    for row in rows:
        if not row["is_total"]:
            by_field.setdefault(row["field"], {}).setdefault(row["fiscal_year"], []).append(row)
    return [
        {"label": field, "bars": [
            _sum(question, series, year, own, reader) for year, own in sorted(years.items()) for series in question["series"]
        ]}
        for field, years in by_field.items()
    ]


def _sum(question: Mapping[str, Any], series: str, year: int, rows: Sequence[Row], reader: Reader) -> dict[str, Any]:
    printed = [Decimal(str(row[series])) for row in rows if row[series] is not None]
    missing = len(rows) - len(printed)
    label = f"{fiscal_year_words(year, reader.language)} {say(question['series'][series], reader.language)}"
    bar = _bar(label, number(sum(printed, Decimal(0))))
    bar["series"] = series
    if not printed:
        bar["value"], bar["text"] = None, say(question["nothing"], reader.language)
    elif missing:
        bar["more"] = say(question["unprinted"], reader.language, count=missing)
    return bar


def _bar(label: str, value: int | float | None) -> dict[str, Any]:
    return {"label": label, "series": "", "value": value, "text": "", "more": ""}
