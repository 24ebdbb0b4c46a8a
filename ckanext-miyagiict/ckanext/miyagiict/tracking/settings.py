"""What staff state of a KPI where its plan is silent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model import Session

from ..model import KpiSetting
from . import history, version

__all__ = ["as_dict", "of_kpi", "update"]

_NAMES = ("direction", "tolerance", "mail_to")


def of_kpi(kpi_id: str) -> dict[str, Any]:
    """The setting of a KPI; revision 0 where nothing was stated."""
    row = Session.get(KpiSetting, kpi_id)
    return as_dict(row) if row else {"kpi": kpi_id, "direction": "", "tolerance": "0", "mail_to": "", "revision": 0}


def update(said: Mapping[str, Any], user: str) -> dict[str, Any]:
    """Write a setting; the caller commits.

    :param said: ``kpi``, ``revision`` of what was seen, ``reason``, and what is to change
    :raises ckan.plugins.toolkit.ValidationError: it was changed since
    """
    # A row that is not there cannot be locked: the first two who write it at once come one after the other, too.
    Session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"miyagiict:setting:{said['kpi']}", 0))))
    row = Session.get(KpiSetting, said["kpi"], populate_existing=True)
    before = of_kpi(said["kpi"])
    if before["revision"] != said["revision"]:
        raise tk.ValidationError({"revision": [tk._("ほかの人が先に変更しました。最新の内容を開き直してから、もう一度入力してください。")]})
    if row is None:
        row = KpiSetting(kpi_id=said["kpi"], direction="", tolerance=Decimal(0), mail_to="", revision=0)
        Session.add(row)
    for name in _NAMES:
        if name in said:
            setattr(row, name, said[name])
    row.revision += 1
    Session.flush()
    history.note(user, "update", "setting", row.kpi_id, before=before, after=as_dict(row), reason=said["reason"], kpi_id=row.kpi_id)
    version.bump()
    return as_dict(row)


def as_dict(row: KpiSetting) -> dict[str, Any]:
    return {"kpi": row.kpi_id, "direction": row.direction, "tolerance": str(row.tolerance), "mail_to": row.mail_to, "revision": row.revision}
