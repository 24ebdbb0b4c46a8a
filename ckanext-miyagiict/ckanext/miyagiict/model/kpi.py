"""Tables of KPI tracking: what is said of a KPI beside its plan, how it is counted, its values, and what proves them.

KPIs themselves, their baselines and targets are not here: they are the published tables of the plans.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

__all__ = [
    "CountedItem", "KpiChange", "KpiChoice", "KpiDefinition", "KpiObservation", "KpiReceipt", "KpiRecount", "KpiReminder", "KpiSetting",
    "KpiSnapshot", "KpiVersion",
]

Text = Annotated[str, mapped_column(sa.Text)]
Moment = Annotated[datetime, mapped_column(sa.DateTime(timezone=True))]
Day = Annotated[date, mapped_column(sa.Date)]
Number = Annotated[Decimal, mapped_column(sa.Numeric)]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]


class KpiSetting(tk.BaseModel):  # type: ignore[misc, name-defined]
    """What staff say of a KPI that its plan does not: which way is better, who is responsible.

    ``direction`` is a value of ``kpi.model.Direction``, or empty. ``revision`` counts changes, so that none is overwritten unseen.
    """

    __tablename__ = "miyagiict_kpi_setting"

    kpi_id: Mapped[Text] = mapped_column(primary_key=True)
    direction: Mapped[Text] = mapped_column(default="")
    tolerance: Mapped[Number] = mapped_column(default=Decimal(0))
    mail_to: Mapped[Text] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=1)


class KpiDefinition(tk.BaseModel):  # type: ignore[misc, name-defined]
    """One version of one way to count a KPI (``kpi.definition.Definition``); ``data`` has the kind's own properties."""

    __tablename__ = "miyagiict_kpi_definition"

    kpi_id: Mapped[Text] = mapped_column(primary_key=True)
    counting: Mapped[Text] = mapped_column(primary_key=True, default="")
    version: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Text]
    data: Mapped[Json] = mapped_column(default=dict)
    valid_from: Mapped[Day]
    valid_to: Mapped[Day | None]
    reason: Mapped[Text] = mapped_column(default="")
    created_by: Mapped[Text] = mapped_column(default="")
    created_at: Mapped[Moment]


class KpiChoice(tk.BaseModel):  # type: ignore[misc, name-defined]
    """Which of several ways to count makes the status, from which day on (``kpi.counting.Choice``). The latest of a day counts."""

    __tablename__ = "miyagiict_kpi_choice"
    __table_args__ = (sa.Index("idx_miyagiict_kpi_choice", "kpi_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kpi_id: Mapped[Text]
    counting: Mapped[Text]
    valid_from: Mapped[Day]
    reason: Mapped[Text]
    created_by: Mapped[Text] = mapped_column(default="")
    created_at: Mapped[Moment]


class KpiReceipt(tk.BaseModel):  # type: ignore[misc, name-defined]
    """The receipt of a counted value, under its hash; ``document`` is ``kpi.receipt.Receipt.as_dict``."""

    __tablename__ = "miyagiict_kpi_receipt"
    __table_args__ = (sa.Index("idx_miyagiict_kpi_receipt_kpi", "kpi_id", "counting", "is_sample", "taken_at"),)

    hash: Mapped[Text] = mapped_column(primary_key=True)
    kpi_id: Mapped[Text]
    counting: Mapped[Text] = mapped_column(default="")
    is_sample: Mapped[bool] = mapped_column(default=False)
    taken_at: Mapped[Moment]
    value: Mapped[Number]
    items_hash: Mapped[Text]
    document: Mapped[Json]


class KpiObservation(tk.BaseModel):  # type: ignore[misc, name-defined]
    """A value that was counted, entered or imported (``kpi.model.Observation``); printed values stay in the plans' tables.

    ``confirmed_on`` is the last day on which counting gave the same items again. ``is_sample``: counted from the demonstration, never
    part of a status. ``revision`` counts changes of a draft.
    """

    __tablename__ = "miyagiict_kpi_observation"
    __table_args__ = (
        sa.Index("idx_miyagiict_kpi_observation_kpi", "kpi_id", "as_of"),
        sa.Index("idx_miyagiict_kpi_observation_state", "state"),
        # One published value for one day: a later one supersedes it. Counted and entered ones stand beside each other.
        sa.Index(
            "idx_miyagiict_kpi_observation_published", "kpi_id", "as_of", "counting", "is_sample", sa.text("(method = 'counted')"),
            unique=True, postgresql_where=sa.text("state = 'published'"),
        ),
    )

    id: Mapped[Text] = mapped_column(primary_key=True)
    kpi_id: Mapped[Text]
    value: Mapped[Number]
    as_of: Mapped[Day]
    confirmed_on: Mapped[Day | None]
    method: Mapped[Text]
    counting: Mapped[Text] = mapped_column(default="")
    is_sample: Mapped[bool] = mapped_column(default=False)
    state: Mapped[Text]
    source: Mapped[Text] = mapped_column(default="")
    receipt_hash: Mapped[Text | None] = mapped_column(sa.ForeignKey("miyagiict_kpi_receipt.hash"))
    printed: Mapped[Text] = mapped_column(default="")
    note: Mapped[Text] = mapped_column(default="")
    entered_by: Mapped[Text] = mapped_column(default="")
    entered_at: Mapped[Moment]
    reviewed_by: Mapped[Text] = mapped_column(default="")
    reviewed_at: Mapped[Moment | None]
    published_by: Mapped[Text] = mapped_column(default="")
    published_at: Mapped[Moment | None]
    superseded_by: Mapped[Text | None]
    revision: Mapped[int] = mapped_column(default=1)


class CountedItem(tk.BaseModel):  # type: ignore[misc, name-defined]
    """A dataset that a definition counts at present: what an incremental count starts from."""

    __tablename__ = "miyagiict_kpi_item"
    __table_args__ = (sa.Index("idx_miyagiict_kpi_item_dataset", "dataset_id"),)

    kpi_id: Mapped[Text] = mapped_column(primary_key=True)
    counting: Mapped[Text] = mapped_column(primary_key=True, default="")
    version: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[Text] = mapped_column(primary_key=True)
    title: Mapped[Text]
    link: Mapped[Text]
    municipality: Mapped[Text] = mapped_column(default="")
    is_sample: Mapped[bool] = mapped_column(default=False)


class KpiChange(tk.BaseModel):  # type: ignore[misc, name-defined]
    """Something that was written since the last count: the id of a dataset (noted by a trigger of the database, in the transaction that
    wrote the dataset), or ``register`` for the adoption register. ``tries``: how often the index did not have it yet.
    """

    __tablename__ = "miyagiict_kpi_change"

    subject: Mapped[Text] = mapped_column(primary_key=True)
    changed_at: Mapped[Moment]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")


class KpiVersion(tk.BaseModel):  # type: ignore[misc, name-defined]
    """Counts every change of what pages show, so that they can keep what they have worked out."""

    __tablename__ = "miyagiict_kpi_version"

    name: Mapped[Text] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(sa.BigInteger)


class KpiSnapshot(tk.BaseModel):  # type: ignore[misc, name-defined]
    """A fiscal year that is closed (``kpi.receipt.Frozen``): its receipts by hash, under one hash."""

    __tablename__ = "miyagiict_kpi_snapshot"

    fiscal_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    frozen_at: Mapped[Moment]
    frozen_by: Mapped[Text] = mapped_column(default="")
    hash: Mapped[Text]
    document: Mapped[Json]


class KpiRecount(tk.BaseModel):  # type: ignore[misc, name-defined]
    """A full recount: when, how long, and what it found to differ from what the incremental counts had."""

    __tablename__ = "miyagiict_kpi_recount"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[Moment]
    finished_at: Mapped[Moment | None]
    counted: Mapped[int] = mapped_column(default=0)
    differences: Mapped[Json] = mapped_column(default=dict)


class KpiReminder(tk.BaseModel):  # type: ignore[misc, name-defined]
    """A mail that went out: ``kind`` is ``due`` or ``behind``, ``occasion`` the fiscal year or status it was about. None goes out twice."""

    __tablename__ = "miyagiict_kpi_reminder"

    kpi_id: Mapped[Text] = mapped_column(primary_key=True)
    kind: Mapped[Text] = mapped_column(primary_key=True)
    occasion: Mapped[Text] = mapped_column(primary_key=True)
    sent_at: Mapped[Moment]
