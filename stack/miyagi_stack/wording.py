"""What is said to people: Japanese first, English beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from miyagi_stack.errors import HomeBusyError, StackError

if TYPE_CHECKING:
    from miyagi_stack.owner import Owner

COMMANDS = {
    "serve": ("カタログを起動する（Ctrl-Cで止まる）", "start the catalogue, until Ctrl-C"),
    "test": ("全テストを専用のサービスで実行する。引数はpytestへ", "run all tests on services of their own; arguments go to pytest"),
    "ckan": ("CKANのコマンドを実行する", "run a command of CKAN"),
    "python": ("この環境のPythonを実行する", "run this environment's Python"),
    "status": ("何が動いているかを表示する", "show what is running"),
    "stop": ("動いているカタログを止める", "stop what is running"),
}

PASSING = ("ckan", "python")
"""Commands that get every word after them."""

HELP = "\n".join(
    [
        "使い方 / usage: ./miyagi [--home DIR] COMMAND",
        "",
        *(f"  {name:8}{ja}\n          {en}" for name, (ja, en) in COMMANDS.items()),
        "",
        "  --home DIR   状態を置くフォルダー / folder of all state (default .miyagi; for test .miyagi-test)",
        "  serve --port N   ポート / port (default 5000)",
        "  serve --demo     見本のポータルから収集する（消すには ./miyagi ckan miyagiict harvest demo --remove）",
        "                   harvest sample portals too (the same command with --remove takes them away)",
    ]
)

NOTHING_RUNS = "動いていません。\nNothing is running."


def demo_failed(log: Path) -> str:
    return f"見本を収集できませんでした。カタログはそのまま動きます。 / Samples could not be harvested; the catalogue runs without them: {log}"


def demo_at(address: str) -> str:
    return f"見本の収集元 / sample sources: {address}/sources"


def unknown_command(name: str) -> str:
    return (
        f"「{name}」というコマンドはありません。./miyagi help で一覧を表示します。\nThere is no command {name!r}; ./miyagi help lists them."
    )


def disk_full(place: Path, free: int, needed: int) -> StackError:
    return StackError(
        f"{place} のディスクの空きが足りません（空き {free / 1e9:.1f} GB、必要 {needed / 1e9:.1f} GB）。"
        "空きを作るか、--home で別の場所を指定してください。",
        f"Not enough disk space for {place} ({free / 1e9:.1f} GB free, {needed / 1e9:.1f} GB needed); "
        "make room, or name another place with --home.",
    )


def explain_failure(log: str, place: Path) -> StackError:
    """The sentence for a command that failed, told from what it printed.

    :param log: output of pip, uv, jgo or a service
    :param place: the home folder
    """
    low = log.lower()
    tail = "\n".join(log.strip().splitlines()[-12:])
    if any(sign in low for sign in ("no space left", "disk quota exceeded")):
        return StackError(
            f"{place} のディスクがいっぱいです。空きを作ってから、もう一度実行してください（続きから再開します）。",
            f"The disk of {place} is full; make room and run again (it goes on from here).",
            log=tail,
        )
    if any(sign in low for sign in NETWORK_SIGNS):
        return StackError(
            "部品を取得できません。ネットワーク（とプロキシの設定）を確かめてから、もう一度実行してください。",
            "Components cannot be fetched; check the network (and its proxy settings) and run again.",
            log=tail,
        )
    return StackError(
        "準備の途中で失敗しました。下の記録を見て、直してからもう一度実行してください。",
        "Setting up failed; see the log below, put it right and run again.",
        log=tail,
    )


NETWORK_SIGNS = (
    "connection refused",
    "connection reset",
    "connection error",
    "connectionerror",
    "connect error",
    "dns error",
    "error sending request",
    "failed to fetch",
    "max retries exceeded",
    "name resolution",
    "network is unreachable",
    "no matching distribution found",
    "proxyerror",
    "read timed out",
    "timed out",
    "temporary failure",
    "tunnel",
    "unknown host",
)

STEPS = {
    "database": "データベース / databases",
    "publish": "公開 / publishing",
    "demo": "見本の収集 / harvesting samples",
}

PUBLISHING_FAILED = (
    "公開できないデータセットがありました（上の行を参照）。直してからもう一度実行してください。カタログはそのまま動きます。\n"
    "           Some datasets could not be published (see above); correct them and run again. The catalogue runs without them."
)

WAITING = "別のコマンドの終了待ち / waiting for another command to end"

OLD_SERVICES_ENDED = "前回の残りを片付けました / ended what an earlier run had left"


def too_slow(title: str, seconds: int, log: Path) -> StackError:
    return StackError(
        f"{title} が{seconds}秒たっても応答しません。{log} を確かめてから、もう一度実行してください。",
        f"{title} does not answer after {seconds} seconds; look into {log} and run again.",
        log=_tail(log),
    )


def first_page_fails(log: Path) -> StackError:
    return StackError(
        f"最初のページがエラー（500）になります。{log} を確かめてから、もう一度実行してください。",
        f"The first page answers with an error (500); look into {log} and run again.",
        log=_tail(log),
    )


def died(name: str, log: Path) -> StackError:
    return StackError(
        f"{name} が止まりました。{log} を確かめてから、もう一度実行してください。",
        f"{name} has ended unexpectedly; look into {log} and run again.",
        log=_tail(log),
    )


def port_in_use(port: int) -> StackError:
    return StackError(
        f"ポート {port} は使用中です。--port {port + 1} のように別のポートを指定してください。",
        f"Port {port} is in use; choose another one, for example --port {port + 1}.",
    )


def already_running(command: str, pid: int, address: str) -> StackError:
    where = f"（{address}）" if address else ""
    return HomeBusyError(
        f"このフォルダーでは ./miyagi {command} がもう動いています{where}。"
        "./miyagi stop で止めるか、--home で別のフォルダーを指定してください。",
        f"./miyagi {command} (process {pid}) already runs on this folder; stop it with ./miyagi stop, or name another one with --home.",
    )


def _tail(log: Path, lines: int = 12) -> str:
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def other_servers(pid: int) -> StackError:
    return StackError(
        f"動いているカタログ（プロセス {pid}）とは別のサーバーがCKAN_…_URLで指定されています。"
        "同じ変数を設定するか、./miyagi stop で止めてください。",
        f"The CKAN_…_URL variables name other servers than the running catalogue (process {pid}) uses; "
        "set the same ones, or run ./miyagi stop.",
    )


def does_not_stop(pid: int) -> StackError:
    return StackError(
        f"プロセス {pid} が止まりません。kill -9 {pid} を実行してから、もう一度 ./miyagi stop を実行してください。",
        f"Process {pid} does not stop; run kill -9 {pid}, then ./miyagi stop again.",
    )


STOPPING = "終了処理 / stopping"

STOPPED = "止めました。 / Stopped."


def open_at(address: str, first_login: Path) -> str:
    lines = ["", f"  カタログ / catalogue:  {address}"]
    if first_login.exists():
        told = dict(line.split(": ", 1) for line in first_login.read_text(encoding="utf-8").splitlines() if ": " in line)
        lines += [
            f"  管理者 / administrator:  {told.get('login')}  パスワード / password:  {told.get('password')}",
            f"  （最初のログイン。{first_login} に保存 / first login, kept there）",
        ]
    return "\n".join([*lines, "  止めるには Ctrl-C / Ctrl-C stops it", ""])


def running(owner: Owner | None, alive: dict[str, int], root: Path) -> str:
    head = "./miyagi の残り（./miyagi stop で片付きます） / left by a killed ./miyagi (./miyagi stop ends them)"
    if owner:
        head = f"./miyagi {owner.command} (pid {owner.pid}) {owner.address}"
    return "\n".join([f"{head}  {root}", *(f"  {name:10} pid {pid}" for name, pid in alive.items())])


def home_of_another_version(root: Path) -> StackError:
    return StackError(
        f"{root} は別の版が作ったフォルダーなので使えません。mv {root} {root}.old で取り置いてから、もう一度実行してください"
        "（データセットは datasets/ から公開し直されます）。",
        f"{root} was made by another version and cannot be used; set it aside with mv {root} {root}.old and run again "
        "(the datasets are published anew from datasets/).",
    )


def stage_begins(name: str) -> str:
    return f"テスト / tests: {name}"


def test_summary(results: dict[str, tuple[int, float]], notes: str) -> str:
    """The last lines of ``./miyagi test``.

    :param results: exit code and seconds of each stage
    :param notes: what tests want to be read last
    """
    words = {0: "合格 / passed", 5: "対象なし / nothing selected"}
    lines = [f"  {name:8} {words.get(code, '失敗 / FAILED'):30} {seconds:6.1f} s" for name, (code, seconds) in results.items()]
    return "\n".join(["", "結果 / summary", *lines, *notes.splitlines()])
