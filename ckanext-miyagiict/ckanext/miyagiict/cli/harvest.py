"""``ckan miyagiict harvest …``."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

import ckan.plugins.toolkit as tk
from ckan.model import Session
from ckan.types import Context

from .. import config
from ..harvest import operating, samples, worker
from ..harvest.report import Report

__all__ = ["harvest"]

#: How often it is asked whether the worker is done with a run, in seconds.
WAIT = 0.5


@click.group(short_help="ほかのポータルからの収集 / Harvesting")
def harvest() -> None:
    """ほかのポータルのデータセットを収集する / Harvest other portals' datasets."""


@harvest.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def sources(context: click.Context, file: Path | None) -> None:
    """収集元の一覧を読み込み（止めた状態で）、すべての収集元の状態を示す。

    Load the list of sources, inactive, and show how all sources stand.
    """
    chosen = file or config.harvest_sources_file()
    with context.meta["flask_app"].test_request_context():
        if chosen is not None:
            for name in _said(operating.load_sources, chosen):
                click.echo(f"追加しました: {name}")
        for source in operating.list_sources():
            state = "見本" if source["sample"] else "稼働" if source["active"] and source["approved"] else "承認待ち" if source["active"] else "停止"
            last = source["last_run"]["state_text"] if source["last_run"] else "未実行"
            click.echo(f"{state}\t{last}\t{sum(source['records'].values())}件\t{source['kind']}\t{source['title']}\t{source['url']}\t{source['id']}")


@harvest.command()
@click.argument("source")
@click.pass_context
def activate(context: click.Context, source: str) -> None:
    """収集元を承認し、動かす / Approve a source and activate it."""
    with context.meta["flask_app"].test_request_context():
        row = _said(operating.source_row, source)
        _action("miyagiict_harvest_approve", source_id=row.id)
        row.active = True
        Session.commit()
        click.echo(f"{row.title}: 承認し、動かしました。")


@harvest.command()
@click.argument("source")
@click.pass_context
def preview(context: click.Context, source: str) -> None:
    """いま収集すると何が起きるかを示す。何も書かない / Say what a run would do; write nothing."""
    with context.meta["flask_app"].test_request_context():
        click.echo(json.dumps(_action("miyagiict_harvest_preview", source_id=source), ensure_ascii=False, indent=2))


@harvest.command()
@click.argument("source")
@click.pass_context
def run(context: click.Context, source: str) -> None:
    """収集元を、いまここで収集する / Run a source now, in this process."""
    with context.meta["flask_app"].test_request_context():
        if not _run(_said(operating.source_row, source).id):
            raise SystemExit(1)


@harvest.command()
@click.argument("source")
@click.pass_context
def replay(context: click.Context, source: str) -> None:
    """保存してある元の記録から、もう一度作り直す。収集元には一覧を求めない / Map again what was kept of each record."""
    with context.meta["flask_app"].test_request_context():
        row = _said(operating.source_row, source)
        report = worker.work(worker.replay(row.id), _progress)
        if report is None:
            raise click.ClickException("ほかの処理がこの収集元を使っています。/ Another worker has this source.")
        for line in report.sentences():
            click.echo(line)


@harvest.command()
@click.argument("job")
@click.pass_context
def release(context: click.Context, job: str) -> None:
    """確認待ちの取り下げを実行する / Withdraw what a run held."""
    with context.meta["flask_app"].test_request_context():
        click.echo(f"{_action('miyagiict_harvest_release', job_id=job)['withdrawn']}件を取り下げました。")


@harvest.command()
@click.argument("source")
@click.pass_context
def accept(context: click.Context, source: str) -> None:
    """次の一覧を、これまでと違っていても正しいとみなす / Accept the next listing of a portal that moved."""
    with context.meta["flask_app"].test_request_context():
        click.echo(f"{_action('miyagiict_harvest_accept', source_id=source)['title']}: 次の一覧を受け入れます。")


@harvest.command()
@click.argument("dataset")
@click.pass_context
def restore(context: click.Context, dataset: str) -> None:
    """取り下げたデータセットを戻す / Take a withdrawal back."""
    with context.meta["flask_app"].test_request_context():
        _action("miyagiict_harvest_restore", id=dataset)
        click.echo("戻しました。")


@harvest.command(name="worker")
@click.pass_context
def worker_(context: click.Context) -> None:
    """収集の実行役。動き続ける / The worker; runs until it is stopped.

    SIGTERM ends it at once, also within a job: what was not done is done by the next worker.
    """
    _end_at_once_on(signal.SIGTERM)
    with context.meta["flask_app"].test_request_context():
        worker.work_forever()


@harvest.command()
@click.option("--remove", is_flag=True, help="見本をすべて消す / Remove all samples.")
@click.pass_context
def demo(context: click.Context, remove: bool) -> None:
    """種類ごとに1つの見本のポータルから収集する。ネットワークは要らない。

    Harvest one sample portal of each kind, without a network. Their datasets are marked as samples and go again with --remove.
    """
    with context.meta["flask_app"].test_request_context():
        if remove:
            gone, datasets = _said(samples.remove)
            click.echo(f"見本の収集元{gone}件とデータセット{datasets}件を消しました。/ Removed {gone} sample sources and {datasets} datasets.")
            return
        good = True
        for id in _said(samples.set_up):
            click.echo(f"{operating.one_source(id)['title']}:")
            good = _run(id) and good
        if not good:
            raise SystemExit(1)


def _end_at_once_on(number: signal.Signals) -> None:
    """End this process by a signal, whatever it is doing.

    Nothing needs tidying up, since a worker may be killed at any moment. An exception in the main thread would wait for the statement that
    PostgreSQL is working on, and then for the interpreter to take down CKAN's modules: a second of a free processor, many of a busy one.
    """
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    signal.signal(number, lambda _number, _frame: None)  # with a handler Python writes the signal's number into the pipe

    def wait() -> None:
        while os.read(told, 1) != bytes([number]):
            pass
        os._exit(0)

    threading.Thread(target=wait, name="stop", daemon=True).start()


def _run(source_id: str) -> bool:
    """Run a source and print its report; the work is done here, or by the worker where that one was quicker.

    :returns: whether it did not fail
    """
    job = _action("harvest_job_create", source_id=source_id, run=True)["id"]
    while worker.work(job, _progress) is None and not worker.is_done(job):
        time.sleep(WAIT)
    run = operating.show_run(job)
    for line in run["sentences"]:
        click.echo(line)
    for entry in run["findings"]:
        click.echo(f"・{entry['sentence']} {entry['remedy']}", err=True)
    return bool(run["state"] != "failed")


def _progress(report: Report) -> None:
    click.echo(f"{datetime.now(timezone.utc):%H:%M:%S} {report.done}/{report.to_do}", err=True)


def _action(name: str, **data: Any) -> Any:
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return _said(tk.get_action(name), Context(ignore_auth=True, user=site_user), data)


def _said(function: Any, *arguments: Any) -> Any:
    """Call, with CKAN's errors as sentences."""
    try:
        return function(*arguments)
    except tk.ValidationError as error:
        raise click.ClickException("\n".join(text for texts in error.error_dict.values() for text in texts)) from error
    except tk.ObjectNotFound as error:
        raise click.ClickException(str(error.message or error)) from error
