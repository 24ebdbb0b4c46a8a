"""Who changed which number, when and why: entries that are only ever added (the database refuses to change or delete one)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

__all__ = ["HistoryEntry"]

Text = Annotated[str, mapped_column(sa.Text)]
Moment = Annotated[datetime, mapped_column(sa.DateTime(timezone=True))]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]


class HistoryEntry(tk.BaseModel):  # type: ignore[misc, name-defined]
    """One change. ``user_name`` stays readable when the account is gone; empty where the catalogue itself acted.

    ``subject_kind`` is ``observation``, ``definition``, ``choice``, ``setting``, ``snapshot``, ``adoption`` or ``boundaries``;
    ``subject_id`` is what identifies it there, ``kpi_id`` the KPI it belongs to, else empty. ``before`` is None for what is new.
    """

    __tablename__ = "miyagiict_history"
    __table_args__ = (
        sa.Index("idx_miyagiict_history_subject", "subject_kind", "subject_id", "id"),
        sa.Index("idx_miyagiict_history_kpi", "kpi_id", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    at: Mapped[Moment]
    user_id: Mapped[Text | None]
    user_name: Mapped[Text] = mapped_column(default="")
    act: Mapped[Text]
    subject_kind: Mapped[Text]
    subject_id: Mapped[Text]
    kpi_id: Mapped[Text] = mapped_column(default="")
    before: Mapped[Json | None]
    after: Mapped[Json | None]
    reason: Mapped[Text] = mapped_column(default="")
