"""KPIs of the plans: how they stand, what proves it, and how they are counted."""

from __future__ import annotations

from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.model import Session
from ckan.types import Context, DataDict

from ...chain import showing as chain_showing
from ...kpi.counting import Choice
from ...kpi.receipt import difference
from ...tracking import chain, definitions, figures, history, observations, refresh, roles, settings, showing, snapshots
from ...tracking.figures import Figure
from .. import schema_kpi as schema
from ..language import language_of
from ..refusing import refusing

__all__ = [
    "miyagiict_kpi_choice_create", "miyagiict_kpi_definition_create", "miyagiict_kpi_history_list", "miyagiict_kpi_list",
    "miyagiict_kpi_receipt_show", "miyagiict_kpi_recount", "miyagiict_kpi_setting_show", "miyagiict_kpi_setting_update", "miyagiict_kpi_show",
]

@tk.side_effect_free
@tk.validate_action_data(schema.kpi_list)
def miyagiict_kpi_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """All KPIs of the published plans with target, last value, status and one sentence, the latest plan first.

    Does not show every target and value: ``miyagiict_kpi_show`` does.

    ``ckanapi action miyagiict_kpi_list plan=miyagi-informatization-policy-2021 status=delayed``

    :param plan: package of the plan (optional)
    :param group: as printed (optional)
    :param department: in charge, as printed (optional)
    :param status: key of a status, such as ``on_track`` (optional)
    :param language: of words: ``ja`` or ``en`` (optional, default: the page's)
    :returns: KPIs: ``id``, ``name``, ``plan``, ``group``, ``departments``, ``unit``, ``status`` with ``status_text``, ``sentence``, ``value`` with
        ``as_of`` and ``method``, ``target``, ``final_target``, ``baseline``, ``series`` (day, value), ``warnings``, ``sample`` (of the demonstration)
    """
    tk.check_access("miyagiict_kpi_list", context, data_dict)
    found = showing.listed(figures.figures(), language_of(data_dict))
    if wanted := data_dict.get("department"):
        found = [kpi for kpi in found if wanted in kpi["departments"]]
    for key in ("plan", "group", "status"):
        if wanted := data_dict.get(key):
            found = [kpi for kpi in found if kpi[key] == wanted]
    return found


@tk.side_effect_free
@tk.validate_action_data(schema.kpi_show)
def miyagiict_kpi_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One KPI: baseline, targets by fiscal year and how each stands, values by method, how it is counted, forecast, losses, frozen years.

    ``ckanapi action miyagiict_kpi_show id=policy2021-kpi-ki2``

    :param id: of the KPI
    :param language: ``ja`` or ``en`` (optional)
    :returns: as in ``miyagiict_kpi_list``, and ``targets``, ``observations``, ``definitions``, ``choices``, ``needed``, ``growth`` (shares a year),
        ``forecast``, ``losses``, ``snapshots``, ``measures`` (with basis of each link), ``source``, ``may`` (what the user may do)
    :raises ckan.plugins.toolkit.ObjectNotFound: no such KPI
    """
    tk.check_access("miyagiict_kpi_show", context, data_dict)
    figure, language = _figure(data_dict["id"]), language_of(data_dict)
    user = context.get("user") or ""
    return {
        **showing.shown(figure, language),
        "losses": observations.losses(figure.kpi.id, figure.counting),
        "snapshots": snapshots.of_kpi(figure, language),
        "measures": chain_showing.of_kpi(figure.kpi.id, chain.chain(), chain.reader(language)),
        "may": {
            "enter": roles.may_enter(user, figure.kpi.id), "review": roles.may_review(user, figure.kpi.id), "configure": roles.is_sysadmin(user),
        },
    }


@tk.side_effect_free
@tk.validate_action_data(schema.receipt_show)
def miyagiict_kpi_receipt_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The receipt of a counted value: the question, the time and every item, and what came and went since the one before.

    ``ckanapi action miyagiict_kpi_receipt_show hash=…``

    :param hash: SHA-256 of the receipt
    :returns: the receipt to the letter as it was hashed (``kpi.receipt``), and ``counting``, ``is_sample``, ``previous`` (hash), ``added``, ``lost``,
        ``by_basis``, ``checked``: whether counting the list again gives the number
    :raises ckan.plugins.toolkit.ObjectNotFound: no such receipt
    """
    tk.check_access("miyagiict_kpi_receipt_show", context, data_dict)
    row = observations.receipt_row(data_dict["hash"])
    if row is None:
        raise tk.ObjectNotFound(tk._("その根拠の記録はありません。"))
    taken, before = observations.read(row), observations.receipt_before(row)
    moved = difference(before, taken) if before and taken else None
    return {
        **row.document, "counting": row.counting, "counting_text": definitions.counting_words(row.counting, language_of(data_dict)),
        "is_sample": row.is_sample, "previous": before.hash if before else None, "by_basis": taken.by_basis() if taken else {},
        "added": [item.as_dict() for item in moved.added] if moved else [], "lost": [item.as_dict() for item in moved.lost] if moved else [],
        "checked": taken is not None,
    }


@tk.side_effect_free
@tk.validate_action_data(schema.history_list)
def miyagiict_kpi_history_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What was changed of a KPI, the latest first: values, definitions, choices, settings. Names of accounts only for those who may enter values.

    ``ckanapi action miyagiict_kpi_history_list id=policy2021-kpi-ki2``

    :param id: of the KPI
    :param limit: how many (optional, default 100)
    :param offset: how many of the latest to leave out (optional)
    :param language: of the words: ``ja`` or ``en`` (optional)
    :returns: entries with ``at``, ``act``, ``subject_kind``, ``before``, ``after``, ``reason``; in words: ``act_text``, ``subject_text``,
        ``changes`` (``name``, ``before``, ``after``)
    :raises ckan.plugins.toolkit.ObjectNotFound: no such KPI
    """
    tk.check_access("miyagiict_kpi_history_list", context, data_dict)
    figure = _figure(data_dict["id"])
    is_staff = roles.may_enter(context.get("user") or "", figure.kpi.id)
    return history.entries(
        kpi_id=figure.kpi.id, limit=data_dict["limit"], offset=data_dict["offset"], with_names=is_staff, only_public=not is_staff,
        language=language_of(data_dict),
    )


@tk.validate_action_data(schema.definition_create)
def miyagiict_kpi_definition_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say how a KPI is counted: a new version of one of its ways, or a new way. Values counted before stay as they are.

    ``ckanapi action miyagiict_kpi_definition_create kpi=policy2021-kpi-ki2 counting=portal kind=datasets filters:'["miyagiict_is_open:true"]' valid_from=2026-04-01 reason=…``

    :param kpi: its id
    :param kind: ``datasets``, ``register``, ``column`` or ``by_hand``, with that kind's own properties beside it (docs/kpi.md)
    :param counting: name of the way to count, where there are several (optional)
    :param valid_from: first day, ISO
    :param valid_to: last day, ISO (optional)
    :param reason: why; needed from the second version on
    :returns: the definition with its version
    :raises ckan.plugins.toolkit.ValidationError: with every property that cannot be used
    """
    tk.check_access("miyagiict_kpi_definition_create", context, data_dict)
    with refusing():
        made = definitions.add_definition(data_dict, context["user"])
    Session.commit()
    return definitions.as_dict(made)


@tk.validate_action_data(schema.choice_create)
def miyagiict_kpi_choice_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Choose which of a KPI's ways to count makes its status, from a day on. Everything that was counted stays published.

    ``ckanapi action miyagiict_kpi_choice_create kpi=policy2021-kpi-ki2 counting=portal valid_from=2026-04-01 reason=…``

    :param kpi: its id
    :param counting: name of the way
    :param valid_from: first day, ISO
    :param reason: why
    :returns: ``kpi``, ``counting``, ``valid_from``, ``reason``
    :raises ckan.plugins.toolkit.ValidationError: no such way to count
    """
    tk.check_access("miyagiict_kpi_choice_create", context, data_dict)
    with refusing():
        definitions.add_choice(
            Choice(data_dict["kpi"], data_dict["counting"], date.fromisoformat(data_dict["valid_from"]), data_dict["reason"]), context["user"]
        )
    Session.commit()
    return {key: data_dict[key] for key in ("kpi", "counting", "valid_from", "reason")}


@tk.side_effect_free
@tk.validate_action_data(schema.setting_show)
def miyagiict_kpi_setting_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What staff state of a KPI where its plan is silent, with the addresses that get mail.

    ``ckanapi action miyagiict_kpi_setting_show kpi=policy2021-kpi-ki4``

    :param kpi: its id
    :returns: ``kpi``, ``direction``, ``tolerance``, ``mail_to``, ``revision`` (0 where nothing was stated)
    :raises ckan.plugins.toolkit.ObjectNotFound: no such KPI
    """
    tk.check_access("miyagiict_kpi_setting_show", context, data_dict)
    return settings.of_kpi(_figure(data_dict["kpi"]).kpi.id)


@tk.validate_action_data(schema.setting_update)
def miyagiict_kpi_setting_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """State what a plan leaves open of a KPI: which way is better, how far a value to be maintained may be off, who gets mail.

    ``ckanapi action miyagiict_kpi_setting_update kpi=policy2021-kpi-ki4 direction=falling revision:0 reason=…``

    :param kpi: its id
    :param direction: ``rising``, ``falling``, ``maintain`` or empty for "derive it" (optional)
    :param tolerance: in the KPI's unit (optional)
    :param mail_to: mail addresses with blanks between (optional)
    :param revision: of what was seen; 0 where nothing was stated yet
    :param reason: why
    :returns: the setting with its new ``revision``
    :raises ckan.plugins.toolkit.ValidationError: somebody else has changed it meanwhile
    """
    tk.check_access("miyagiict_kpi_setting_update", context, data_dict)
    _figure(data_dict["kpi"])
    with refusing():
        made = settings.update(data_dict, context["user"])
    Session.commit()
    return made


@tk.validate_action_data(schema.kpi_show)
def miyagiict_kpi_recount(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Count one KPI from scratch now, each of its ways.

    ``ckanapi action miyagiict_kpi_recount id=policy2021-kpi-ki2``

    :param id: of the KPI
    :returns: ``counted``: how many of its ways the catalogue counts by itself, and ``kpi`` as ``miyagiict_kpi_show`` gives it
    :raises ckan.plugins.toolkit.ObjectNotFound: no such KPI
    """
    tk.check_access("miyagiict_kpi_recount", context, data_dict)
    figure = _figure(data_dict["id"])
    counted = refresh.recount_one(figure.kpi.id)
    return {"counted": counted, "kpi": showing.shown(_figure(figure.kpi.id), language_of(data_dict))}


def _figure(id: str) -> Figure:
    found = figures.figures().by_id.get(id)
    if found is None:
        raise tk.ObjectNotFound(tk._("その指標はありません。"))
    return found
