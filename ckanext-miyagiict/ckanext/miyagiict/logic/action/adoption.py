"""The adoption register: which municipality uses which service."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.model import Session
from ckan.types import Context, DataDict

from ...kpi.national_list import gone, read_list
from ...kpi.register import LIST, MUNICIPALITIES
from ...kpi.register_csv import COLUMNS, MOST_BYTES, read_entry, read_rows
from ...kpi.sheet import text_of
from ...tracking import adoption, clock, roles
from ...tracking.register import register
from .. import schema_adoption as schema
from ..refusing import refusing

__all__ = ["miyagiict_adoption_import", "miyagiict_adoption_list", "miyagiict_adoption_show", "miyagiict_adoption_update"]

#: Heading of a column → parameter of an action.
_PARAMETERS = {headings[0]: column for column, headings in COLUMNS.items()}


@tk.side_effect_free
@tk.validate_action_data(schema.adoption_list)
def miyagiict_adoption_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The register: a row for each of the 35 municipalities and each service or procedure that is known; 不明 where nothing is recorded.

    ``ckanapi action miyagiict_adoption_list service=電子申請 state=使用中``

    :param municipality: name or code (optional)
    :param service: 電子申請, オープンデータ, 官民データ活用推進計画 or another one (optional)
    :param procedure: of the service; an empty text for services as a whole (optional; else both)
    :param state: 使用中, 予定, 未 or 不明 (optional)
    :returns: ``municipality`` (code), its names, ``service``, ``procedure``, ``state``, ``day`` (ISO or null), ``evidence`` (address),
        ``note``, ``basis`` (``register`` for staff, ``list`` for an official list, empty for none), ``revision`` (0 where nothing is recorded)
    """
    tk.check_access("miyagiict_adoption_list", context, data_dict)
    return adoption.listed(
        data_dict.get("municipality", ""), data_dict.get("service", ""), data_dict.get("procedure"), data_dict.get("state", "")
    )


@tk.side_effect_free
@tk.validate_action_data(schema.adoption_show)
def miyagiict_adoption_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One row of the register with its history, and what the user may do with it.

    ``ckanapi action miyagiict_adoption_show municipality=名取市 service=電子申請``

    :param municipality: name or code
    :param service: its name
    :param procedure: of the service (optional; else the service as a whole)
    :returns: as in ``miyagiict_adoption_list``, and ``history`` (the latest change first: ``at``, ``act``, ``before``, ``after``,
        ``reason``, and for those who may change the row ``user``), ``may``: ``{enter}``
    """
    tk.check_access("miyagiict_adoption_show", context, data_dict)
    key = data_dict["municipality"], data_dict["service"], data_dict["procedure"]
    may_enter = roles.may_enter_adoption(context.get("user") or "", key[0])
    return {**adoption.row_of(key), "history": adoption.past(key, with_names=may_enter), "may": {"enter": may_enter}}


@tk.validate_action_data(schema.adoption_update)
def miyagiict_adoption_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Change one row of the register. A state other than 不明 needs a day and an address that shows it.

    Does not overwrite what somebody else wrote meanwhile.

    ``ckanapi action miyagiict_adoption_update municipality=名取市 service=電子申請 state=使用中 day=2026-04-01 evidence=https://… revision:0``

    :param municipality: name or code
    :param service: its name
    :param procedure: of the service (optional)
    :param state: 使用中, 予定, 未 or 不明
    :param day: for which it is known: 2026-04-01, 令和8年4月1日
    :param evidence: address that shows it
    :param note: (optional)
    :param reason: why it is changed, for the history (optional)
    :param revision: of the row as it was seen; 0 where nothing was recorded
    :returns: the row as it is now, as in ``miyagiict_adoption_list``
    :raises ckan.plugins.toolkit.ValidationError: all that is wrong, by parameter; ``revision`` where somebody else changed the row, and
        ``current`` is then what it says now
    """
    tk.check_access("miyagiict_adoption_update", context, data_dict)
    with refusing(_PARAMETERS):
        entry = read_entry({column: str(data_dict.get(column, "")) for column in COLUMNS}, clock.today())
        row = adoption.update(entry, data_dict["revision"], context["user"], data_dict["reason"])
    Session.commit()
    return row


@tk.validate_action_data(schema.adoption_import)
def miyagiict_adoption_import(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a CSV into the register: all of its rows that change something, or none where one is wrong.

    What is there with a later day stays, and so does another state of the same day until somebody decides. With ``basis=list`` the CSV is
    デジタル庁's オープンデータ取組済自治体: it says nothing of what staff recorded, and who is not on it any more becomes 不明.

    ``ckanapi action miyagiict_adoption_import dry_run=true csv=@register.csv``

    :param csv: text, or the file in UTF-8 or CP932; columns 市町村 or コード, サービス, 状態, and 手続, 日付, 根拠, 備考
    :param basis: ``register`` or ``list`` (optional, default: ``register``)
    :param day: the list's own date (with ``basis=list``)
    :param dry_run: only say what would change (optional)
    :param seen: of the preview that was agreed to; refused where the register is another one now (optional)
    :param reason: for the history (optional)
    :param file: its name, for messages (optional)
    :returns: ``rows``: ``row`` in the file (null for who left the list), ``municipality``, ``service``, ``procedure``, ``before``,
        ``after``, ``change`` (``new``, ``changed``, ``same``, ``older``, ``conflict``, ``kept``: see docs/kpi.md); ``counts`` by change;
        ``seen``; ``others``: rows of other bodies; with ``dry_run`` ``csv``: what of the file concerns us, to be sent when the preview is agreed to
    :raises ckan.plugins.toolkit.ValidationError: every problem of every row, under ``problems``; nothing was written
    """
    tk.check_access("miyagiict_adoption_import", context, data_dict)
    user = context.get("user") or ""
    may_enter = frozenset(MUNICIPALITIES) if context.get("ignore_auth") else roles.enters_adoption_of(user)
    content, file = _bytes(data_dict["csv"]), data_dict["file"]
    with refusing(_PARAMETERS):
        rows: adoption.Rows
        if data_dict["basis"] == LIST:
            found = read_list(content, data_dict["day"], clock.today(), file)
            rows, others, kept = [*found.rows, *((None, entry) for entry in gone(register(), found))], found.others, found.ours
        else:
            rows, others, kept = read_rows(content, clock.today(), file), 0, text_of(content, file)
        taken = adoption.take(
            rows, user, may_enter, file=file, seen=data_dict["seen"], reason=data_dict["reason"], dry_run=data_dict["dry_run"]
        )
    Session.commit()
    return {**taken.as_dict(), "others": others, **({"csv": kept} if data_dict["dry_run"] else {})}


def _bytes(csv: Any) -> bytes:
    """A text, bytes, or an uploaded file."""
    if hasattr(csv, "read"):
        csv = csv.read(MOST_BYTES + 1)  # one more than is taken is enough to refuse it
    return csv if isinstance(csv, bytes) else str(csv).encode("utf-8", "surrogatepass")
