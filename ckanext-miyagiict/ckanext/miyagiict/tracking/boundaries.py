"""Boundaries that an operator has imported, for a true map; without them pages show the tile map alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ckan.model import Session

from ..geo.reading import read_boundaries
from ..geo.shapes import outline
from ..model import Boundary
from . import clock, history

__all__ = ["CREDIT", "import_file", "known", "remove"]

#: What 国土数値情報 asks to be shown with every map that is made of it.
CREDIT = "「国土数値情報（行政区域データ）」（国土交通省）を加工して作成"


def import_file(path: Path, user: str = "", credit: str = CREDIT) -> int:
    """Take the boundaries of all 35 municipalities from a file, in the place of those that are there. Commits.

    :param credit: to be shown with every map
    :returns: how many points the areas have after simplifying
    :raises ckanext.miyagiict.geo.problems.BoundariesInvalid: nothing is changed then
    """
    areas = outline(read_boundaries(path))
    before = _said()
    Session.execute(sa.delete(Boundary))
    now = clock.now()
    Session.add_all(Boundary(code=code, geometry=geometry, source=path.name, credit=credit, imported_at=now) for code, geometry in areas.items())
    Session.flush()
    history.note(user, "import", "boundaries", "", before=before, after=_said())
    Session.commit()
    return sum(len(ring) - 1 for area in areas.values() for polygon in area["coordinates"] for ring in polygon)


def remove(user: str = "") -> int:
    """Take all boundaries away. Commits.

    :returns: how many there were
    """
    before = _said()
    if before is None:
        return 0
    Session.execute(sa.delete(Boundary))
    history.note(user, "discard", "boundaries", "", before=before)
    Session.commit()
    return int(before["municipalities"])


def known() -> Mapping[str, Any] | None:
    """``credit``, ``source``, ``imported_at``, and ``areas``: code → GeoJSON geometry; None where none are imported."""
    rows = Session.scalars(sa.select(Boundary).order_by(Boundary.code)).all()
    if not rows:
        return None
    return {
        "credit": rows[0].credit, "source": rows[0].source, "imported_at": rows[0].imported_at.isoformat(),
        "areas": {row.code: row.geometry for row in rows},
    }


def _said() -> dict[str, Any] | None:
    found = known()
    return None if found is None else {"source": found["source"], "credit": found["credit"], "municipalities": len(found["areas"])}
