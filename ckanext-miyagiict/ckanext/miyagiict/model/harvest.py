"""What harvesting remembers beside ckanext-harvest's own tables: records with their stage, runs with their report, settings of sources.

ckanext-harvest's ``harvest_object`` is the log of one job and may be cleared; these tables are the memory, so clearing doubles nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

__all__ = ["HarvestRun", "HarvestedRecord", "SourceSettings"]

Text = Annotated[str, mapped_column(sa.Text)]
Moment = Annotated[datetime, mapped_column(sa.DateTime(timezone=True))]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]


class HarvestedRecord(tk.BaseModel):  # type: ignore[misc, name-defined]
    """One record at a portal, and what became of it.

    ``dataset_id`` is the dataset it is shown as: its own, or the one that another portal's record of the same data made
    (``is_primary`` is False then). ``fingerprint`` is of the mapped record: the same one writes nothing. ``document_sha256`` names the
    raw document, which the current harvest object holds. ``twin_key`` and ``file_sha256s`` (of files that were read) tell the same data of
    the same publisher elsewhere. ``files`` says for each resource of the portal which CKAN resource it is and what
    reading its file gave. ``missing_runs``, ``state``, ``withdrawn_at`` and ``by_itself`` are ``quarantine.Known``.
    """

    __tablename__ = "miyagiict_harvested_record"
    __table_args__ = (
        sa.Index("idx_miyagiict_harvested_record_dataset", "dataset_id"),
        sa.Index("idx_miyagiict_harvested_record_twin", "twin_key"),
        sa.Index("idx_miyagiict_harvested_record_files", "file_sha256s", postgresql_using="gin"),
    )

    source_id: Mapped[Text] = mapped_column(sa.ForeignKey("harvest_source.id", ondelete="CASCADE"), primary_key=True)
    portal: Mapped[Text] = mapped_column(primary_key=True)
    record_id: Mapped[Text] = mapped_column(primary_key=True)
    dataset_id: Mapped[Text]
    is_primary: Mapped[bool] = mapped_column(default=True)
    title: Mapped[Text]
    twin_key: Mapped[Text]
    fingerprint: Mapped[Text]
    document_sha256: Mapped[Text]
    state: Mapped[Text]
    missing_runs: Mapped[int] = mapped_column(default=0)
    by_itself: Mapped[bool] = mapped_column(default=True)
    withdrawn_at: Mapped[Moment | None]
    first_seen: Mapped[Moment]
    changed_at: Mapped[Moment]
    files: Mapped[Json] = mapped_column(default=dict)
    publisher_code: Mapped[Text] = mapped_column(default="")
    file_sha256s: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)


class HarvestRun(tk.BaseModel):  # type: ignore[misc, name-defined]
    """One run of a source: its job, its report, and what it holds for a person to release.

    ``state`` is ``running``, ``finished``, ``held``, ``failed``; ``report`` is ``report.Report.as_dict``.
    """

    __tablename__ = "miyagiict_harvest_run"
    __table_args__ = (sa.Index("idx_miyagiict_harvest_run_source", "source_id", "started"),)

    job_id: Mapped[Text] = mapped_column(sa.ForeignKey("harvest_job.id", ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[Text] = mapped_column(sa.ForeignKey("harvest_source.id", ondelete="CASCADE"))
    state: Mapped[Text]
    started: Mapped[Moment]
    heartbeat: Mapped[Moment]
    finished: Mapped[Moment | None]
    report: Mapped[Json] = mapped_column(default=dict)
    held: Mapped[Json] = mapped_column(default=dict)
    released_by: Mapped[Text | None]
    released_at: Mapped[Moment | None]


class SourceSettings(tk.BaseModel):  # type: ignore[misc, name-defined]
    """What a source has beside ckanext-harvest's own fields. Without ``approved_at`` it does not run.

    ``approved_sha256`` is of the address and settings that were approved: after a change of them the approval is gone. ``validators`` are
    those of the last listing that was worked off whole. ``accepted_at``: a person said that the next listing is right though it looks strange.
    """

    __tablename__ = "miyagiict_harvest_source"

    source_id: Mapped[Text] = mapped_column(sa.ForeignKey("harvest_source.id", ondelete="CASCADE"), primary_key=True)
    approved_by: Mapped[Text | None]
    approved_at: Mapped[Moment | None]
    approved_sha256: Mapped[Text] = mapped_column(default="")
    schedule: Mapped[Text] = mapped_column(default="")
    forbidden_hours: Mapped[Text] = mapped_column(default="")
    mail: Mapped[Text] = mapped_column(default="failure")
    mail_to: Mapped[Text] = mapped_column(default="")
    next_run: Mapped[Moment | None]
    validators: Mapped[Json] = mapped_column(default=dict)
    accepted_at: Mapped[Moment | None]
