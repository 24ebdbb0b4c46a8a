"""``ckan miyagiict boundaries …``."""

from __future__ import annotations

from pathlib import Path

import click

from ..geo.problems import BoundariesInvalid
from ..tracking import boundaries as kept

__all__ = ["boundaries"]


@click.group(short_help="市町村の境界 / Boundaries of municipalities")
def boundaries() -> None:
    """市町村の地図に使う境界データ / Boundaries for the map of municipalities."""


@boundaries.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--credit", default=kept.CREDIT, show_default=True, help="地図に添える出典の表示 / What the map says of its source")
@click.pass_context
def import_(context: click.Context, file: Path, credit: str) -> None:
    """国土数値情報N03などの境界を取り込む（GeoJSON、TopoJSON、それを含むZIP）。前の境界は置き換わる。

    Import boundaries (N03 or alike) from GeoJSON, TopoJSON or a ZIP that holds it; those that are there are replaced.
    """
    with context.meta["flask_app"].test_request_context():
        try:
            points = kept.import_file(file, credit=credit)
        except BoundariesInvalid as error:
            raise click.ClickException(f"{error}\n{error.problem.message_en} {error.problem.kind.remedy_en}") from error
        click.echo(f"35市町村の境界を取り込みました（{points:,}点）。市町村のページに地図を表示します。出典：{credit}")


@boundaries.command()
@click.pass_context
def remove(context: click.Context) -> None:
    """取り込んだ境界を消す。ページはタイル図だけになる / Remove the boundaries; pages show the tile map alone."""
    with context.meta["flask_app"].test_request_context():
        count = kept.remove()
        click.echo(f"{count}市町村の境界を消しました。" if count else "取り込んだ境界はありません。")
