"""Values that people enter, and their way to publication; what is due; the report of a year; frozen years."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.model import Session
from ckan.types import Context, DataDict

from ...kpi.model import State
from ...kpi.problems import InputInvalid, problem
from ...kpi.values_csv import template
from ...model import KpiObservation
from ...tracking import due, figures, observations, plans, reports, roles, showing, snapshots, workflow
from .. import schema_kpi as schema
from ..language import language_of
from ..refusing import refusing

__all__ = [
    "miyagiict_kpi_entry_list", "miyagiict_kpi_overdue_list", "miyagiict_kpi_report_show", "miyagiict_observation_create",
    "miyagiict_observation_discard", "miyagiict_observation_import", "miyagiict_observation_list", "miyagiict_observation_publish", "miyagiict_observation_review",
    "miyagiict_observation_show", "miyagiict_observation_update", "miyagiict_observation_withdraw", "miyagiict_snapshot_create", "miyagiict_snapshot_list", "miyagiict_snapshot_show",
]

#: What staff have before them unless they ask for something else.
_OPEN = (State.DRAFT.value, State.REVIEWED.value)


@tk.side_effect_free
@tk.validate_action_data(schema.observation_list)
def miyagiict_observation_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Values that were entered or imported, the latest entry first: those that wait for review or publication, or those in one state.

    Does not list counted values: ``miyagiict_kpi_show`` does.

    ``ckanapi action miyagiict_observation_list kpi=policy2021-kpi-ki21 state=draft``

    :param kpi: id of a KPI (optional; else all that the user may enter)
    :param state: ``draft``, ``reviewed``, ``published`` or ``superseded`` (optional)
    :returns: observations: ``id``, ``kpi_id``, ``kpi_name``, ``unit``, ``value`` (text), ``as_of``, ``state``, ``printed`` (as typed), ``source``,
        ``note``, who and when, ``revision``, ``replaces`` (the published value of the same day, or null), ``may``: what the user may do with it
    """
    tk.check_access("miyagiict_observation_list", context, data_dict)
    user = context.get("user") or ""
    own = [data_dict["kpi"]] if data_dict.get("kpi") else sorted(roles.entered_by(user))
    states = [data_dict["state"]] if data_dict.get("state") else list(_OPEN)
    return _with_rights(workflow.listed(own, states), user)


@tk.side_effect_free
@tk.validate_action_data(schema.kpi_show)
def miyagiict_observation_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One value that was entered or imported, in whatever state.

    ``ckanapi action miyagiict_observation_show id=…``

    :param id: of the observation
    :returns: as in ``miyagiict_observation_list``
    :raises ckan.plugins.toolkit.ObjectNotFound: no such observation
    """
    tk.check_access("miyagiict_observation_show", context, data_dict)
    row = workflow.find(data_dict["id"])
    if row is None:
        raise tk.ObjectNotFound(tk._("その実績はありません。"))
    return _with_rights([row], context.get("user") or "")[0]


@tk.validate_action_data(schema.observation_create)
def miyagiict_observation_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Enter a value of a KPI, as a draft that somebody else reviews.

    ``ckanapi action miyagiict_observation_create kpi=policy2021-kpi-ki21 value=３０市町村 as_of=令和8年3月末``

    :param kpi: its id
    :param value: as people write it, in the KPI's unit: ``30``, ``1,234``, ``12.5％``
    :param as_of: day for which it holds: ``2026-03-31``, ``令和8年3月31日``, ``令和7年度`` (its last day)
    :param source: where it comes from: a document, an address (optional)
    :param note: (optional)
    :returns: the observation
    :raises ckan.plugins.toolkit.ValidationError: with all that is wrong: ``problems`` has place, rule and what to do
    """
    tk.check_access("miyagiict_observation_create", context, data_dict)
    with refusing():
        row = workflow.create(
            data_dict["kpi"], data_dict["value"], data_dict["as_of"], context["user"], source=data_dict["source"], note=data_dict["note"]
        )
    Session.commit()
    return observations.as_dict(row)


@tk.validate_action_data(schema.observation_update)
def miyagiict_observation_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Change a value that is not published yet; it is then a draft again.

    ``ckanapi action miyagiict_observation_update id=… revision:1 value=31 as_of=2026-03-31``

    :param id: of the observation
    :param revision: of what was seen
    :param value: as in ``miyagiict_observation_create``; likewise ``as_of``, ``source``, ``note``
    :param reason: (optional)
    :returns: the observation with its new ``revision``
    :raises ckan.plugins.toolkit.ValidationError: it was changed by somebody else, is published, or the value cannot be used
    """
    tk.check_access("miyagiict_observation_update", context, data_dict)
    with refusing():
        row = workflow.update(
            data_dict["id"], data_dict["revision"], context["user"], value=data_dict["value"], as_of=data_dict["as_of"], source=data_dict["source"],
            note=data_dict["note"], reason=data_dict["reason"],
        )
    Session.commit()
    return observations.as_dict(row)


@tk.validate_action_data(schema.observation_change)
def miyagiict_observation_discard(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take away a value that is not published; it is kept, as superseded.

    ``ckanapi action miyagiict_observation_discard id=… revision:1 reason=…``

    :param id: of the observation
    :param revision: of what was seen
    :param reason: (optional)
    :returns: the observation
    :raises ckan.plugins.toolkit.ValidationError: it was changed by somebody else, or is published
    """
    tk.check_access("miyagiict_observation_discard", context, data_dict)
    with refusing():
        row = workflow.discard(data_dict["id"], data_dict["revision"], context["user"], data_dict["reason"])
    Session.commit()
    return observations.as_dict(row)


@tk.validate_action_data(schema.observation_change)
def miyagiict_observation_review(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say that a draft is right. Whoever entered it cannot; a sysadmin can.

    ``ckanapi action miyagiict_observation_review id=… revision:1``

    :param id: of the observation
    :param revision: of what was seen
    :returns: the observation, ``reviewed``
    :raises ckan.plugins.toolkit.ValidationError: it is the user's own, was changed by somebody else, or is no draft
    """
    tk.check_access("miyagiict_observation_review", context, data_dict)
    with refusing():
        row = workflow.review(data_dict["id"], data_dict["revision"], context["user"], may_review_own=roles.is_sysadmin(context["user"]))
    Session.commit()
    return observations.as_dict(row)


@tk.validate_action_data(schema.observation_change)
def miyagiict_observation_publish(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Publish a reviewed value: pages, API and datasets have it. One that was published for the same day is superseded and kept.

    ``ckanapi action miyagiict_observation_publish id=… revision:2``

    :param id: of the observation
    :param revision: of what was seen
    :param reason: needed where another value is superseded
    :returns: the observation, ``published``
    :raises ckan.plugins.toolkit.ValidationError: not reviewed, changed by somebody else, or a correction without a reason
    """
    tk.check_access("miyagiict_observation_publish", context, data_dict)
    with refusing():
        row = workflow.publish(
            data_dict["id"], data_dict["revision"], context["user"], reason=data_dict["reason"], may_review_own=roles.is_sysadmin(context["user"])
        )
    Session.commit()
    return observations.as_dict(row)


@tk.validate_action_data(schema.observation_change)
def miyagiict_observation_withdraw(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a published value back: pages, API and datasets no longer have it. It is kept, as superseded, with the reason in the public history.

    A wrong number is better corrected, by another value for the same day. Years that are frozen keep what they were frozen with.

    ``ckanapi action miyagiict_observation_withdraw id=… revision:3 reason=…``

    :param id: of the observation
    :param revision: of what was seen
    :param reason: needed
    :returns: the observation, ``superseded``
    :raises ckan.plugins.toolkit.ValidationError: not published, changed by somebody else, or no reason
    """
    tk.check_access("miyagiict_observation_withdraw", context, data_dict)
    with refusing():
        row = workflow.withdraw(data_dict["id"], data_dict["revision"], context["user"], data_dict["reason"])
    Session.commit()
    return observations.as_dict(row)


@tk.validate_action_data(schema.observation_import)
def miyagiict_observation_import(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a CSV of values, as drafts: all of its rows, or none.

    Columns: 指標ID, 実績値, 時点, and where wanted 指標名 (checked against the id), 出典, 備考.

    ``ckanapi action miyagiict_observation_import dry_run=true csv=@values.csv``

    :param csv: text, or the file in UTF-8 or CP932
    :param dry_run: only say what would change (optional)
    :param file: its name, for messages (optional)
    :param preview: ``preview`` of the answer that somebody looked at; nothing is taken where it would change something else by now (optional)
    :returns: ``rows``: for each ``row``, ``kpi``, ``value``, ``as_of``, ``change`` (``create``, ``replace``: drafts, ``differ``: from the published
        value, ``same``), ``before``; ``preview``: a hash of them; ``created``: ids of the drafts that were made
    :raises ckan.plugins.toolkit.ValidationError: every problem of every row, under ``problems``; nothing was written
    """
    tk.check_access("miyagiict_observation_import", context, data_dict)
    user = context["user"]
    with refusing():
        rows = workflow.read_rows(_bytes(data_dict["csv"]), data_dict["file"], roles.entered_by(user))
        ahead = workflow.preview(rows)
        seal = hashlib.sha256(json.dumps(ahead, sort_keys=True).encode()).hexdigest()
        if data_dict["preview"] and data_dict["preview"] != seal:
            raise InputInvalid([problem("preview-outdated", data_dict["file"], field="preview")])
        made = [] if data_dict["dry_run"] else workflow.import_rows(rows, user)
    Session.commit()
    return {"rows": ahead, "preview": seal, "created": [row.id for row in made]}


@tk.side_effect_free
@tk.validate_action_data(schema.entry_list)
def miyagiict_kpi_entry_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The KPIs whose values the user may enter, in the order of the plans, and a CSV to fill in for all of them.

    ``ckanapi action miyagiict_kpi_entry_list``

    :param language: of words: ``ja`` or ``en`` (optional)
    :returns: ``kpis``: ``id``, ``name``, ``unit``, ``plan``, ``plan_title``, ``departments``, ``value_text``, ``as_of``, ``is_by_hand`` (nothing counts it);
        ``template``: the CSV, as text with a BOM; ``may``: ``review``, ``configure``: whether the user may do so with any of them
    """
    tk.check_access("miyagiict_kpi_entry_list", context, data_dict)
    user, known = context.get("user") or "", figures.figures()
    entered = roles.entered_by(user)
    own = [figure for figure in known.by_id.values() if figure.kpi.id in entered]
    short = {entry["id"]: entry for entry in showing.listed(known, language_of(data_dict))}
    names = ("id", "name", "unit", "plan", "plan_title", "departments", "value_text", "as_of")
    return {
        "kpis": [
            {**{name: short[figure.kpi.id][name] for name in names}, "is_by_hand": due.is_by_hand(figure, known.today)} for figure in own
        ],
        "template": template(figure.kpi for figure in own).decode("utf-8"),
        "may": {"review": bool(roles.reviewed_by(user)), "configure": roles.is_sysadmin(user)},
    }


@tk.side_effect_free
@tk.validate_action_data(schema.observation_list)
def miyagiict_kpi_overdue_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """KPIs whose value of a fiscal year that is over is missing, and those that are due soon; only those that the user may enter.

    ``ckanapi action miyagiict_kpi_overdue_list``

    :returns: ``kpi``, ``name``, ``fiscal_year``, ``due`` (day), ``days_late`` (below 0: still to come), ``departments``, ``drafts``: values that wait
    """
    tk.check_access("miyagiict_kpi_overdue_list", context, data_dict)
    own = roles.entered_by(context.get("user") or "")
    return [entry for entry in due.overdue() if entry["kpi"] in own]


@tk.side_effect_free
@tk.validate_action_data(schema.report_show)
def miyagiict_kpi_report_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The report of a plan's fiscal year, in the shape of the plan's own table: baseline, targets by year, and the value of the year.

    ``ckanapi action miyagiict_kpi_report_show plan=miyagi-informatization-policy-2021 fiscal_year:2023``

    :param plan: its package
    :param fiscal_year: 2023 for 令和5年度 (optional, default: the last one that is over)
    :param language: ``ja`` or ``en`` (optional)
    :returns: ``plan``, ``title``, ``fiscal_year``, ``is_over``, ``years`` (of targets), ``reports`` (years that have a report), ``frozen`` (``hash`` and
        time, or null), ``rows``: a KPI each, as printed and as numbers: ``baseline``, ``targets`` by year, and of the year itself ``value``, ``as_of``,
        ``method``, ``outcome``, ``frozen_value``, ``sentence``
    :raises ckan.plugins.toolkit.ObjectNotFound: no such plan, or the year is none of its own or has not begun
    """
    tk.check_access("miyagiict_kpi_report_show", context, data_dict)
    found = reports.report(data_dict["plan"], data_dict.get("fiscal_year"), language_of(data_dict))
    if found is None:
        raise tk.ObjectNotFound(tk._("その計画の、その年度の報告はありません。"))
    return found


@tk.side_effect_free
@tk.validate_action_data(schema.nothing)
def miyagiict_snapshot_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The fiscal years that are frozen, the latest first.

    ``ckanapi action miyagiict_snapshot_list``

    :returns: ``fiscal_year``, ``frozen_at``, ``hash``, ``kpis`` (how many)
    """
    tk.check_access("miyagiict_snapshot_list", context, data_dict)
    return snapshots.all_snapshots()


@tk.side_effect_free
@tk.validate_action_data(schema.fiscal_year)
def miyagiict_snapshot_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A frozen fiscal year: of each counted KPI the value and the hash of its receipt.

    ``ckanapi action miyagiict_snapshot_show fiscal_year:2025``

    :param fiscal_year: 2025 for 令和7年度
    :returns: as in ``miyagiict_snapshot_list``, and ``entries``: KPI → ``receipt``, ``value``; ``days_late``: KPI → days after the year's end;
        ``left_out``: KPIs whose receipt no longer says what it said when it was written
    :raises ckan.plugins.toolkit.ObjectNotFound: that year is not frozen
    """
    tk.check_access("miyagiict_snapshot_show", context, data_dict)
    found = snapshots.show(data_dict["fiscal_year"])
    if found is None:
        raise tk.ObjectNotFound(tk._("その年度は確定されていません。"))
    return found


@tk.validate_action_data(schema.snapshot_create)
def miyagiict_snapshot_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Freeze a fiscal year that is over: the receipts as they stood at its end, under one hash. Cannot be taken back.

    ``ckanapi action miyagiict_snapshot_create fiscal_year:2025``

    :param fiscal_year: 2025 for 令和7年度
    :param reason: (optional)
    :returns: as in ``miyagiict_snapshot_show``
    :raises ckan.plugins.toolkit.ValidationError: the year is not over, is frozen already, or nothing was counted
    """
    tk.check_access("miyagiict_snapshot_create", context, data_dict)
    with refusing():
        snapshots.close(data_dict["fiscal_year"], context["user"], data_dict["reason"])
    Session.commit()
    found = snapshots.show(data_dict["fiscal_year"])
    assert found is not None
    return found


def _with_rights(rows: Sequence[KpiObservation], user: str) -> list[dict[str, Any]]:
    """Observations with their KPI's name, the published value beside each, and what the user may do with it now.

    That is for buttons: the actions ask again.
    """
    replaced, known = workflow.published_beside(rows), plans.plans().kpis
    entered, reviewed, may_review_own = roles.entered_by(user), roles.reviewed_by(user), roles.is_sysadmin(user)
    found = []
    for row in rows:
        kpi = known[row.kpi_id][1] if row.kpi_id in known else None
        is_open, can_enter = row.state in _OPEN, row.kpi_id in entered
        can_review = row.kpi_id in reviewed and (row.entered_by != user or may_review_own)
        found.append({
            **observations.as_dict(row), "kpi_name": kpi.name if kpi else row.kpi_id, "unit": kpi.unit if kpi else "",
            "replaces": observations.as_dict(replaced[row.id]) if row.id in replaced else None,
            "may": {
                "update": is_open and can_enter, "discard": is_open and can_enter, "review": row.state == State.DRAFT.value and can_review,
                "publish": row.state == State.REVIEWED.value and can_review,
                "withdraw": row.state == State.PUBLISHED.value and row.kpi_id in reviewed,
            },
        })
    return found


def _bytes(csv: Any) -> bytes:
    """A text, bytes, or an uploaded file."""
    if hasattr(csv, "read"):
        csv = csv.read()
    return csv if isinstance(csv, bytes) else str(csv).encode("utf-8", "surrogatepass")
