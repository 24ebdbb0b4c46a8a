"""How fast datasets are searched: CKAN's own schema, settings and plugins beside ours, in one run.

    ./miyagi python benchmarks/search_speed.py [--datasets 1000] [--requests 100] [--rounds 3]

Puts synthetic Japanese datasets into two Solr cores made for this run, starts two sites on them (gunicorn, 2 workers, as the stack
does), and asks both in turn for ``package_search`` and for the search page, with 1 and with 8 clients at once. Every question finds
datasets in both, since CKAN finds whole tags. Prints the 50th and 95th percentile in milliseconds and ours in relation to stock.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "tests" / "search"), str(PROJECT / "benchmarks")]

import ckan.lib.search.index as ckan_index  # noqa: E402
import judged  # noqa: E402
import requests  # noqa: E402
from ckan.cli.cli import CtxObject  # noqa: E402
from ckan.common import config  # noqa: E402
from ckan.lib.search.common import make_connection  # noqa: E402
from solr_cores import cores  # noqa: E402

#: What comes with CKAN of the plugins that the stack switches on.
STOCK_PLUGINS = "datastore datatables_view text_view activity"
PLACES = [
    "仙台市",
    "石巻市",
    "塩竈市",
    "気仙沼市",
    "名取市",
    "多賀城市",
    "岩沼市",
    "登米市",
    "栗原市",
    "大崎市",
    "富谷市",
    "蔵王町",
    "柴田町",
    "亘理町",
    "松島町",
    "利府町",
    "大和町",
    "加美町",
    "涌谷町",
    "女川町",
]
KINDS = {
    "避難所": "災害時に開設する指定避難所の名称、住所、収容人数、対象とする災害の種別です。",
    "AED": "公共施設等に設置した自動体外式除細動器の場所と使用できる時間です。",
    "公衆無線LAN": "無料のWi-Fiが利用できる施設とアクセスポイントの一覧です。",
    "子育て": "保育所、認定こども園、幼稚園、児童館の名称、定員、対象年齢です。",
    "人口": "住民基本台帳による地域ごと、年齢ごとの人口と世帯数です。",
    "観光": "観光施設、温泉、文化財の名称、所在地、開館時間、料金です。",
    "ごみ": "町名ごとの収集曜日と分別の区分、集積所の位置です。",
    "図書館": "蔵書数、貸出冊数、開館日数を年度別にまとめました。",
    "公園": "都市公園の名称、面積、遊具とトイレの有無です。",
    "予算": "一般会計の歳入歳出予算を款・項・目ごとに示したものです。",
}
QUESTIONS = [*KINDS, *KINDS, "避難所 名取市", "人口 仙台市", "AED 石巻市", "観光 松島町"]
CLIENTS = (1, 8)
PATHS = {"package_search": "/api/3/action/package_search", "search page": "/dataset/"}


def make_datasets(count: int) -> Iterator[dict[str, Any]]:
    """Datasets like those of municipalities; the same ones every time."""
    chance = random.Random(2026)  # noqa: S311
    for number in range(count):
        place, kind = chance.choice(PLACES), chance.choice(list(KINDS))
        year = chance.randint(1, 8)
        yield judged.invented_dataset(
            f"synthetic-{number:05d}",
            org=place,
            title=f"【{place}】{kind}一覧（令和{year}年度）その{number}",
            notes=KINDS[kind] * chance.randint(1, 4),
            tags=[kind, place, chance.choice(["防災", "統計", "福祉", "教育"])],
            resources=[f"{kind}一覧 {number}-{table}" for table in range(chance.randint(1, 4))],
        )


class Gathered(list):
    """Takes the place of the connection to Solr: documents are kept, and posted together."""

    def add(self, docs: Sequence[dict[str, Any]], commit: bool = False) -> None:  # noqa: ARG002
        self.extend(docs)


def fill(address: str, count: int) -> None:
    """Index the datasets into a core, to be seen by everybody."""
    gathered = Gathered()
    with judged.configured(solr_url=address):
        ckan_index.make_connection, before = lambda: gathered, ckan_index.make_connection
        try:
            judged.index(list(make_datasets(count)))
        finally:
            ckan_index.make_connection = before
        connection = make_connection()
        for start in range(0, len(gathered), 500):
            connection.add([{**document, "permission_labels": ["public"]} for document in gathered[start : start + 500]], commit=False)
        connection.commit()
        connection.optimize()


@contextlib.contextmanager
def site(folder: Path, way: str, solr_url: str) -> Iterator[str]:
    """A site on a core, as the stack serves it."""
    parser = RawConfigParser(delimiters="=")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(os.environ["CKAN_INI"], encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    parser["app:main"].update({"solr_url": solr_url, "ckan.site_url": f"http://{address}"})
    if way == "stock":
        parser["app:main"]["ckan.plugins"] = STOCK_PLUGINS
    ini = folder / f"{way}.ini"
    with ini.open("w", encoding="utf-8") as file:
        parser.write(file)
    served = PROJECT / "stack" / "in_ckan"
    program = [sys.executable, "-m", "gunicorn", "--config", str(served / "gunicorn.conf.py"), "miyagi_wsgi:application"]
    env = os.environ | {"CKAN_INI": str(ini), "MIYAGI_BIND": address, "MIYAGI_ACCESS_LOG": os.devnull, "MIYAGI_WORKERS": "2"}
    with (folder / f"{way}.log").open("wb") as log:
        process = subprocess.Popen(program, env=env, cwd=folder, stdout=log, stderr=log)  # noqa: S603
    try:
        _wait(f"http://{address}/api/3/action/status_show", process, folder / f"{way}.log")
        yield f"http://{address}"
    except requests.HTTPError:
        print(f"{way}:", (folder / f"{way}.log").read_text(encoding="utf-8", errors="replace")[-8000:], file=sys.stderr)
        raise
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        if process.poll() is not None:
            break
        with contextlib.suppress(requests.ConnectionError):
            requests.get(address, timeout=30)
            return
        time.sleep(0.5)
    raise SystemExit(log.read_text(encoding="utf-8")[-2000:])


def measure(address: str, path: str, clients: int, count: int, seed: int) -> list[float]:
    """Milliseconds of each of so many requests, sent by so many clients at once."""
    asked = random.Random(seed).choices(QUESTIONS, k=count)  # noqa: S311
    shares = [asked[client::clients] for client in range(clients)]

    def client(share: Sequence[str]) -> list[float]:
        times = []
        with requests.Session() as session:
            for question in share:
                begun = time.perf_counter()
                answer = session.get(address + path, params={"q": question}, timeout=60)
                times.append((time.perf_counter() - begun) * 1000)
                answer.raise_for_status()
        return times

    with ThreadPoolExecutor(clients) as pool:
        return list(itertools.chain(*pool.map(client, shares)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", type=int, default=1_000)
    parser.add_argument("--requests", type=int, default=100, help="for each figure and round")
    parser.add_argument("--rounds", type=int, default=3, help="stock and ours take turns; a percentile is the median of the rounds")
    arguments = parser.parse_args()
    app = CtxObject(os.environ["CKAN_INI"]).app
    with contextlib.ExitStack() as stack:
        stack.enter_context(app._wsgi_app.test_request_context())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        addresses = stack.enter_context(cores(config["solr_url"]))
        for way, address in addresses.items():
            begun = time.perf_counter()
            fill(address, arguments.datasets)
            print(f"{way}: {arguments.datasets} datasets indexed in {time.perf_counter() - begun:.0f} s", flush=True)
        sites = {way: stack.enter_context(site(folder, way, address)) for way, address in addresses.items()}
        for path in PATHS.values():
            for address in sites.values():
                measure(address, path, 4, 60, seed=0)  # warm
        print(
            "|   | clients | stock p50 | ours p50 | stock p95 | ours p95 | ratio p50 | ratio p95 |\n|---|---|---|---|---|---|---|---|"
        )
        for (label, path), clients in itertools.product(PATHS.items(), CLIENTS):
            figures: dict[str, list[tuple[float, float]]] = {"stock": [], "ours": []}
            for turn in range(arguments.rounds):
                for way in ("stock", "ours") if turn % 2 else ("ours", "stock"):
                    times = sorted(measure(sites[way], path, clients, arguments.requests, seed=turn))
                    figures[way].append((times[len(times) // 2], times[int(len(times) * 0.95)]))
            (stock50, stock95), (ours50, ours95) = (
                tuple(statistics.median(column) for column in zip(*figures[way], strict=True)) for way in ("stock", "ours")
            )
            print(
                f"| {label} | {clients} | {stock50:.1f} | {ours50:.1f} | {stock95:.1f} | {ours95:.1f} "
                f"| {ours50 / stock50:.2f} | {ours95 / stock95:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
