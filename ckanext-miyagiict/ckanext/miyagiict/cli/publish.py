"""``ckan miyagiict publish``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from .. import config
from ..catalogue.publish import Published, folders_below
from ..catalogue.publish import publish as publish_folder
from ..harvest import owners
from ..packages.problems import PackageInvalid

__all__ = ["publish"]

#: What the summary line calls each status.
STATUS = {"created": "公開しました", "updated": "更新しました", "unchanged": "変更はありません"}
PLANNED = {"created": "公開します", "updated": "更新します", "unchanged": "変更はありません"}


@click.command(short_help="データパッケージを公開する / Publish Data Packages")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="何も書かず、何が変わるかだけを示す / Write nothing, say what would change.")
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / Print the result as JSON.")
@click.pass_context
def publish(context: click.Context, folders: tuple[Path, ...], dry_run: bool, as_json: bool) -> None:
    """データパッケージのフォルダを検査し、カタログに公開する。

    FOLDERS を省くと、設定 ckanext.miyagiict.datasets_path のフォルダの中をすべて公開する。誤りのあるパッケージは何も変えず、
    誤りを1つずつ示して、終了コード1で終わる。

    Publish Data Package folders; without FOLDERS, all below ckanext.miyagiict.datasets_path. A broken package changes nothing.
    """
    chosen = list(folders) or _all_folders()
    results: list[Published] = []
    invalid: dict[str, PackageInvalid] = {}
    with context.meta["flask_app"].test_request_context():
        if not folders and not dry_run:
            owners.ensure_all()  # the prefecture and its municipalities are there before their first dataset
        for folder in chosen:
            try:
                results.append(publish_folder(folder, dry_run=dry_run, progress=_silent if as_json else click.echo))
            except PackageInvalid as error:
                invalid[str(folder)] = error
                if not as_json:
                    _print_problems(folder, error)
            else:
                if not as_json:
                    click.echo(_summary(results[-1]))
    if as_json:
        click.echo(json.dumps({
            "published": [result.as_dict() for result in results],
            "invalid": {folder: [problem.as_dict() for problem in error.problems] for folder, error in invalid.items()},
        }, ensure_ascii=False, indent=2))
    if invalid:
        raise SystemExit(1)


def _all_folders() -> list[Path]:
    root = config.datasets_path()
    if root is None:
        raise click.UsageError("フォルダを指定するか、ckanext.miyagiict.datasets_path を設定してください。/ Name a folder or set the option.")
    folders = folders_below(root)
    if not folders:
        raise click.UsageError(f"{root} にデータパッケージがありません。/ There is no Data Package in it.")
    return folders


def _summary(result: Published) -> str:
    words = (PLANNED if result.dry_run else STATUS)[result.status]
    details = [f"表 {len(result.tables)}" if result.tables else "", f"{result.rows:,}行" if result.rows else "",
               f"取り下げ {len(result.withdrawn)}" if result.withdrawn else "", f"{result.seconds:.1f}秒"]
    return f"{result.package}: {words}（{'、'.join(filter(None, details))}）"


def _print_problems(folder: Path, error: PackageInvalid) -> None:
    click.echo(f"{folder.resolve().name}: 誤りが{len(error.problems)}件あるため、何も変えませんでした。", err=True)
    for problem in error.problems:
        click.echo(f"  {problem}", err=True)


def _silent(line: str) -> None:
    """JSON output stays JSON."""
