"""The adoption register of the municipalities, and boundaries that an operator has imported."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

__all__ = ["Boundary", "MunicipalAdoption"]

Text = Annotated[str, mapped_column(sa.Text)]
Moment = Annotated[datetime, mapped_column(sa.DateTime(timezone=True))]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]


class MunicipalAdoption(tk.BaseModel):  # type: ignore[misc, name-defined]
    """What is known of one municipality and one service, or one 手続 of it (``kpi.register.Adoption``). No row is 不明.

    ``basis`` is ``register`` for what staff entered, ``list`` for what came from an official list. ``revision`` counts changes.
    """

    __tablename__ = "miyagiict_adoption"

    municipality: Mapped[Text] = mapped_column(primary_key=True)
    service: Mapped[Text] = mapped_column(primary_key=True)
    procedure: Mapped[Text] = mapped_column(primary_key=True, default="")
    state: Mapped[Text]
    day: Mapped[date | None] = mapped_column(sa.Date)
    evidence: Mapped[Text] = mapped_column(default="")
    note: Mapped[Text] = mapped_column(default="")
    basis: Mapped[Text] = mapped_column(default="register")
    updated_by: Mapped[Text] = mapped_column(default="")
    updated_at: Mapped[Moment]
    revision: Mapped[int] = mapped_column(default=1)


class Boundary(tk.BaseModel):  # type: ignore[misc, name-defined]
    """The area of a municipality, imported from 国土数値情報 N03 or alike; ``geometry`` is GeoJSON (Polygon or MultiPolygon, degrees)."""

    __tablename__ = "miyagiict_boundary"

    code: Mapped[Text] = mapped_column(primary_key=True)
    geometry: Mapped[Json]
    source: Mapped[Text]
    credit: Mapped[Text]
    imported_at: Mapped[Moment]
