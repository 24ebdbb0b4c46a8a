"""``ckan miyagiict kpi …``."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click

from ckan.model import Session

from ..kpi.problems import InputInvalid
from ..tracking import definitions, figures, open_data, refresh, showing, snapshots, worker

__all__ = ["kpi"]


@click.group(short_help="目標指標の集計 / KPIs")
def kpi() -> None:
    """計画の目標指標を数え、公開する / Count and publish the KPIs of the plans."""


@kpi.command("list")
@click.pass_context
def list_(context: click.Context) -> None:
    """すべての指標の状態を1行ずつ示す / Show how every KPI stands."""
    with context.meta["flask_app"].test_request_context():
        for one in showing.listed(figures.figures(), "ja"):
            sample = f"（見本 {one['sample']['value']}）" if one["sample"] else ""
            click.echo(f"{one['id']}\t{one['status_text']}\t{one['value_text']}{sample}\t{one['name']}")


@kpi.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def define(context: click.Context, file: Path | None) -> None:
    """指標の数え方の一覧を読み込む。すでにある数え方は変えない / Load definitions; those that are there stay."""
    with context.meta["flask_app"].test_request_context():
        try:
            click.echo(f"追加した定義と選択: {definitions.ensure(file)}件")
        except InputInvalid as error:
            raise click.ClickException(str(error)) from error


@kpi.command("refresh")
@click.pass_context
def refresh_(context: click.Context) -> None:
    """前回から書き込まれたものだけを数え直す / Count again what was written since the last time."""
    with context.meta["flask_app"].test_request_context():
        definitions.ensure()
        done = refresh.refresh()
        click.echo(f"見た変更: {done.looked_at}件、索引待ち: {done.waiting}件、新しい値: {len(done.counted)}件")


@kpi.command()
@click.pass_context
def recount(context: click.Context) -> None:
    """すべての指標を初めから数え直し、違いを示す / Count everything from scratch and say what differed."""
    with context.meta["flask_app"].test_request_context():
        definitions.ensure()
        report = refresh.recount()
        assert report.finished_at is not None
        seconds = (report.finished_at - report.started_at).total_seconds()
        click.echo(f"数えた定義: {report.counted}件、{seconds:.1f}秒、違い: {len(report.differences)}件")
        for name, difference in report.differences.items():
            click.echo(f"  {name}: 増 {len(difference['came'])}、減 {len(difference['went'])}")


@kpi.command("publish")
@click.pass_context
def publish_(context: click.Context) -> None:
    """定義・目標値・実績などのデータセットを作り直す / Make the dataset of KPI tracking anew."""
    with context.meta["flask_app"].test_request_context():
        done = open_data.publish_now()
        click.echo(f"{done.package}: {done.status}、{done.rows}行")


@kpi.command()
@click.argument("fiscal_year", type=int)
@click.option("--reason", default="", help="確定する理由 / Why.")
@click.pass_context
def freeze(context: click.Context, fiscal_year: int, reason: str) -> None:
    """年度を確定する（2025 は令和7年度）。取り消せない / Freeze a fiscal year; cannot be taken back."""
    with context.meta["flask_app"].test_request_context():
        try:
            made = snapshots.close(fiscal_year, reason=reason)
        except InputInvalid as error:
            Session.rollback()
            raise click.ClickException(str(error)) from error
        Session.commit()
        click.echo(f"{fiscal_year}年度を確定しました: {len(made.document['entries'])}指標、{made.hash}")
        if left_out := made.document["left_out"]:
            click.echo(f"除いた指標（保存された数え上げ記録が、書かれたときの内容と一致しません）: {'、'.join(left_out)}")


@kpi.command("worker")
@click.pass_context
def worker_(context: click.Context) -> None:
    """集計の実行役。動き続ける / The worker; runs until it is stopped."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    with context.meta["flask_app"].test_request_context():
        worker.work_forever()
