"""Fiscal years that are closed: the receipts as they stood at their end, under one hash, beside what was printed later."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from ckan.model import Session

from miyagi_harvesters.dates import JST

from ..kpi.model import Method, State
from ..kpi.months import end_of_fiscal_year
from ..kpi.problems import InputInvalid, problem
from ..kpi.receipt import Difference, Receipt, difference, freeze
from ..model import KpiObservation, KpiReceipt, KpiSnapshot
from ..packages.fiscal_years import fiscal_year
from ..pages.words import fiscal_year_words
from . import clock, history, observations, version
from .figures import Figure, figures

__all__ = ["all_snapshots", "close", "close_due", "of_kpi", "show"]


def close(year: int, user: str = "", reason: str = "", at: datetime | None = None) -> KpiSnapshot:
    """Freeze a fiscal year; the caller commits.

    Of each KPI that the catalogue counts it takes the last receipt that held in the year, of the way that made the status at its end; where
    there is none, the first one of the year after, marked with the days. One whose receipt was changed after it was written is left out, and
    named. Once frozen a year stays as it is.

    :raises InputInvalid: the year is not over in Japan, is frozen already, or nothing was counted
    """
    when = at or clock.now()
    if when.astimezone(JST).date() <= end_of_fiscal_year(year):
        raise InputInvalid([problem("freeze", field="fiscal_year", value=str(year), detail="まだ終わっていない年度です")])
    # The worker and a person may do it at once.
    Session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"miyagiict:freeze:{year}", 0))))
    if Session.get(KpiSnapshot, year) is not None:
        raise InputInvalid([problem("freeze", field="fiscal_year", value=str(year), detail="すでに確定しています")])
    receipts, broken = _receipts_of(year)
    if not receipts:
        raise InputInvalid([problem("freeze", field="fiscal_year", value=str(year), detail="数えた値がありません")])
    frozen = freeze(year, receipts, when)
    row = KpiSnapshot(
        fiscal_year=year, frozen_at=when, frozen_by=user, hash=frozen.hash,
        document={
            "fiscal_year": year, "frozen_at": when.astimezone(UTC).isoformat(), "hash": frozen.hash,
            "entries": {kpi: {"receipt": hash, "value": value} for kpi, (hash, value) in frozen.entries.items()}, "days_late": dict(frozen.days_late),
            "left_out": broken,
        },
    )
    Session.add(row)
    history.note(user, "freeze", "snapshot", str(year), after={"hash": frozen.hash, "kpis": len(frozen.entries), "left_out": broken}, reason=reason)
    version.bump()
    return row


def close_due(today: date | None = None) -> list[int]:
    """Freeze every fiscal year that is over, has counted values of its own, and is not frozen: nobody has to think of it. Commits.

    :returns: the years
    """
    last = fiscal_year(today or clock.today()) - 1
    first = Session.scalar(
        sa.select(sa.func.min(KpiObservation.as_of))
        .where(KpiObservation.method == Method.COUNTED.value, KpiObservation.is_sample.is_(False))
    )
    if first is None:
        return []
    closed = set(Session.scalars(sa.select(KpiSnapshot.fiscal_year)))
    due = [year for year in range(fiscal_year(first), last + 1) if year not in closed and _receipts_of(year)[0]]
    for year in due:
        close(year)
    Session.commit()
    return due


def all_snapshots() -> list[dict[str, Any]]:
    """The frozen years, the latest first."""
    return [_short(row) for row in Session.scalars(sa.select(KpiSnapshot).order_by(KpiSnapshot.fiscal_year.desc()))]


def show(year: int) -> dict[str, Any] | None:
    """A frozen year with its entries; None where it is not frozen."""
    row = Session.get(KpiSnapshot, year)
    return None if row is None else {**_short(row), "entries": row.document["entries"], "days_late": row.document["days_late"]}


def of_kpi(figure: Figure, language: str) -> list[dict[str, Any]]:
    """The frozen values of a KPI, and beside each what a document printed for that year later: with the items in which the frozen list differs
    from the one that was taken nearest to the printed day.
    """
    found = []
    for row in Session.scalars(sa.select(KpiSnapshot).order_by(KpiSnapshot.fiscal_year.desc())):
        entry = row.document["entries"].get(figure.kpi.id)
        if entry is None:
            continue
        found.append({
            "fiscal_year": row.fiscal_year, "year_text": fiscal_year_words(row.fiscal_year, language), "value": entry["value"],
            "receipt": entry["receipt"], "days_late": row.document["days_late"].get(figure.kpi.id, 0), "hash": row.hash,
            "frozen_at": row.frozen_at.isoformat(), "stated": _stated(figure, row.fiscal_year, entry),
        })
    return found


def _short(row: KpiSnapshot) -> dict[str, Any]:
    return {
        "fiscal_year": row.fiscal_year, "frozen_at": row.frozen_at.isoformat(), "hash": row.hash, "kpis": len(row.document["entries"]),
        "left_out": row.document.get("left_out", []),
    }


def _receipts_of(year: int) -> tuple[list[Receipt], list[str]]:
    """One a KPI, as ``close`` says; and the KPIs whose receipt no longer says what it said when it was written."""
    before, end, late = (end_of_fiscal_year(one) for one in (year - 1, year, year + 1))
    chosen: list[Receipt] = []
    broken: list[str] = []
    for figure in figures(end).by_id.values():
        own = [one for one in figure.stored if one.method == Method.COUNTED.value and not one.is_sample and one.counting == figure.counting]
        # A value counted earlier is one of this year where counting gave the same again in it.
        until = [one for one in own if one.as_of <= end and (one.confirmed_on or one.as_of) > before]
        after = [one for one in own if end < one.as_of <= late]
        wanted = until[-1] if until else after[0] if after else None
        row = Session.get(KpiReceipt, wanted.receipt) if wanted and wanted.receipt else None
        if row is None:
            continue
        whole = observations.read(row)
        if whole is None:
            broken.append(figure.kpi.id)
        else:
            chosen.append(whole)
    return chosen, broken


def _stated(figure: Figure, year: int, entry: dict[str, str]) -> list[dict[str, Any]]:
    """Values of that year that a document prints or a person entered, each with the difference to the frozen one."""
    frozen = Session.get(KpiReceipt, entry["receipt"])
    found = []
    for one in figure.readings:
        if one.method is Method.COUNTED or one.state is not State.PUBLISHED or fiscal_year(one.as_of) != year:
            continue
        nearest = _nearest(figure, one.as_of)
        moved = _difference(frozen, nearest)
        found.append({
            "value": str(one.value), "as_of": one.as_of.isoformat(), "method": one.method.value, "source": one.source,
            "difference": str(one.value - frozen.value) if frozen else None, "nearest_receipt": nearest.hash if nearest else None,
            "added": [item.as_dict() for item in moved.added] if moved else [], "lost": [item.as_dict() for item in moved.lost] if moved else [],
        })
    return found


def _difference(frozen: KpiReceipt | None, nearest: KpiReceipt | None) -> Difference | None:
    before, after = (observations.read(row) if row else None for row in (frozen, nearest))
    return difference(before, after) if before and after else None


def _nearest(figure: Figure, day: date) -> KpiReceipt | None:
    """The receipt that was taken nearest to a day."""
    own = [one for one in figure.stored if one.receipt and not one.is_sample and one.counting == figure.counting]
    near = min(own, key=lambda one: abs((one.as_of - day).days), default=None)
    return Session.get(KpiReceipt, near.receipt) if near else None
