"""The commands ``ckan miyagiict …``."""

from __future__ import annotations

import click

from .boundaries import boundaries
from .harvest import harvest
from .kpi import kpi
from .publish import publish

__all__ = ["miyagiict"]


@click.group(short_help="宮城のオープンデータカタログ / Miyagi's open data catalogue")
def miyagiict() -> None:
    """宮城のオープンデータカタログの操作 / Commands of Miyagi's open data catalogue."""


miyagiict.add_command(publish)
miyagiict.add_command(harvest)
miyagiict.add_command(kpi)
miyagiict.add_command(boundaries)
