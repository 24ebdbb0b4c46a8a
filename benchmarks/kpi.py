"""How fast KPIs are listed, refreshed and recounted.

    ./miyagi python benchmarks/kpi.py [--kpis 500] [--years 10] [--datasets 10000] [--requests 200]

Makes a catalogue of its own (databases, Solr core, gunicorn with 2 workers as the stack has it): one plan of so many KPIs with a target
and an observation a year, ten of them counted from so many datasets. Prints, for one client, the 50th and 95th percentile of the list by API
and as a page, beside CKAN's own ``package_search`` of 20 datasets on the same server; the time to count again after one dataset was
written; and the time of a full recount. There is no peer: CKAN counts nothing.

Needs the embedded PostgreSQL and Solr.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gc
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from configparser import RawConfigParser
from datetime import datetime, timezone, UTC
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "stack"), str(PROJECT / "benchmarks")]

import requests  # noqa: E402
from harvest import own_site  # noqa: E402

PLAN = "benchmark-plan"
FIRST_YEAR = 2025
COUNTED = 10
PATHS = {"miyagiict_kpi_list": "/api/3/action/miyagiict_kpi_list", "page /kpi": "/kpi", "CKAN: package_search": "/api/3/action/package_search?q=一覧&rows=20"}


def make_plan(folder: Path, kpis: int, years: int) -> None:
    """A package with KPIs and targets, as docs/datasets.md wants them."""
    (folder / "data").mkdir(parents=True)
    tables = {
        "documents": (["id", "title", "status", "period_start_fiscal_year", "period_end_fiscal_year"],
                      [["doc", "計画", "adopted", FIRST_YEAR, FIRST_YEAR + years - 1]]),
        "kpis": (
            ["id", "name", "unit", "group_name", "measure_numbers", "baseline_value", "baseline_printed", "baseline_end", "baseline_time_printed",
             "baseline_precision", "source_document", "source_lines"],
            [[f"bench-{n}", f"指標{n}の実施件数", "件", f"分野{n % 12}", f"企{n}", 10, "10", f"{FIRST_YEAR}-03-31", "R6年度末", "fiscal_year_end", "doc", n]
             for n in range(kpis)],
        ),
        "kpi_targets": (
            ["id", "kpi_id", "fiscal_year", "target_value", "target_printed", "target_status"],
            [[f"bench-{n}-{year}", f"bench-{n}", year, 20 + 10 * (year - FIRST_YEAR), 20 + 10 * (year - FIRST_YEAR), "number"]
             for n in range(kpis) for year in range(FIRST_YEAR, FIRST_YEAR + years)],
        ),
    }
    resources = []
    for name, (columns, rows) in tables.items():
        with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([columns, *rows])
        schema = {"fields": [{"name": column, "type": "string"} for column in columns], "primaryKey": "id", "missingValues": [""]}
        resources.append({"name": name, "title": name, "path": f"data/{name}.csv", "format": "csv", "encoding": "utf-8", "schema": schema})
    descriptor = {"name": PLAN, "title": "計測用の計画", "licenses": [{"name": "CC0-1.0"}], "groups": ["plans"], "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")


def fill(folder: Path, kpis: int, years: int, datasets: int) -> None:
    """Inside the catalogue: the plan, its observations, datasets to count, and definitions that count them."""
    from ckan.model import Session

    from ckanext.miyagiict.catalogue import batch, identity
    from ckanext.miyagiict.catalogue.publish import publish
    from ckanext.miyagiict.harvest import owners
    from ckanext.miyagiict.model import KpiObservation
    from ckanext.miyagiict.tracking import definitions, refresh, version

    make_plan(folder / PLAN, kpis, years)
    publish(folder / PLAN)
    owners.ensure_all()
    codes = list(owners.municipalities())
    for start in range(0, datasets, 100):
        batch.write([_dataset(number, codes[number % len(codes)], identity) for number in range(start, min(start + 100, datasets))])
        Session.expunge_all()
    now = datetime.now(UTC)
    past = [(n, year) for n in range(COUNTED, kpis) for year in range(min(years, now.year - FIRST_YEAR))]
    for n, year in past:
        Session.add(KpiObservation(
            id=f"bench-{n}-{year}", kpi_id=f"bench-{n}", value=15 + 9 * year, as_of=datetime(FIRST_YEAR + 1 + year, 3, 31).date(), method="entered", state="published",
            counting="", is_sample=False, source="", printed="", note="", entered_by="", entered_at=now, reviewed_by="", published_by="", revision=1,
        ))
    for n in range(COUNTED):
        definitions.add_definition({
            "kpi": f"bench-{n}", "kind": "datasets", "valid_from": f"{FIRST_YEAR}-04-01", "filters": ['miyagiict_portal:"https://portal.example"'],
            "counted": "datasets" if n % 2 else "municipalities",
        })
    version.bump()
    Session.commit()
    while refresh.refresh().looked_at:
        pass


def count(datasets: int) -> dict[str, float]:
    """Inside the catalogue: seconds of counting again after one dataset, and of a full recount."""
    from ckanext.miyagiict.catalogue import batch, identity
    from ckanext.miyagiict.harvest import owners
    from ckanext.miyagiict.tracking import refresh

    gc.freeze()  # as the worker does when it starts
    code = next(iter(owners.municipalities()))
    found = []
    for turn in range(5):
        batch.write([_dataset(datasets + turn, code, identity)])
        begun = time.perf_counter()
        done = refresh.refresh()
        found.append(time.perf_counter() - begun)
        if not done.counted:
            raise SystemExit("nothing was counted")
    begun = time.perf_counter()
    report = refresh.recount()
    if report.differences:
        raise SystemExit(f"the recount found differences: {report.differences}")
    return {"refresh": statistics.median(found), "recount": time.perf_counter() - begun}


def _dataset(number: int, code: str, identity: object) -> dict:
    return {
        "id": identity.harvested_dataset_id("https://portal.example", str(number)), "name": f"bench-{number:05d}", "type": "dataset", "state": "active",  # type: ignore[attr-defined]
        "title": f"避難所一覧 その{number}", "owner_org": identity.organization_id(code), "license_id": "CC-BY-4.0", "harvest_portal": "https://portal.example",  # type: ignore[attr-defined]
        "publisher": [{"name": code, "identifier": code}],
        "resources": [{"id": identity.harvested_resource_id(str(number), "1"), "url": f"https://portal.example/{number}.csv", "detected_format": "csv"}],  # type: ignore[attr-defined]
    }


def inside(ini: Path, *words: str) -> str:
    """Run this script inside the catalogue; what it prints."""
    made = subprocess.run([sys.executable, __file__, *words], env=os.environ | {"CKAN_INI": str(ini)}, capture_output=True, text=True, check=False)  # noqa: S603
    if made.returncode:
        raise SystemExit(made.stderr[-3000:])
    return made.stdout


@contextlib.contextmanager
def served(ini: Path, folder: Path) -> Iterator[str]:
    """The catalogue on gunicorn, as the stack serves it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    program = [sys.executable, "-m", "gunicorn", "--config", str(PROJECT / "stack" / "in_ckan" / "gunicorn.conf.py"), "miyagi_wsgi:application"]
    env = os.environ | {"CKAN_INI": str(ini), "MIYAGI_BIND": address, "MIYAGI_ACCESS_LOG": os.devnull, "MIYAGI_WORKERS": "2"}
    log = folder / "web.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(program, env=env, cwd=folder, stdout=stream, stderr=stream)  # noqa: S603
    try:
        for _ in range(240):
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"http://{address}/api/3/action/status_show", timeout=30)
                break
            time.sleep(0.5)
        yield f"http://{address}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def ask(address: str, times: int) -> list[float]:
    """Milliseconds of each of so many requests of one client, after a few that warm both workers up."""
    found = []
    with requests.Session() as session:
        for turn in range(times + 10):
            begun = time.perf_counter()
            answer = session.get(address, timeout=60)
            took = (time.perf_counter() - begun) * 1000
            answer.raise_for_status()
            if turn >= 10:
                found.append(took)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("kpis", 500), ("years", 10), ("datasets", 10_000), ("requests", 200)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--inside", choices=["fill", "count"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.inside:
        from ckan.cli.cli import CtxObject

        with CtxObject(os.environ["CKAN_INI"]).app._wsgi_app.test_request_context():
            if chosen.inside == "fill":
                fill(chosen.folder, chosen.kpis, chosen.years, chosen.datasets)
            else:
                print(json.dumps(count(chosen.datasets)))
        return
    ini = Path(os.environ["CKAN_INI"])
    read = RawConfigParser(delimiters="=")
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(ini, encoding="utf-8")
    from solr_cores import cores

    sizes = [word for name in ("kpis", "years", "datasets") for word in (f"--{name}", str(getattr(chosen, name)))]
    with contextlib.ExitStack() as stack:
        addresses = stack.enter_context(cores(read["app:main"]["solr_url"]))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        own = stack.enter_context(own_site(ini, read, folder, "ours", addresses["ours"]))
        begun = time.perf_counter()
        inside(own, "--inside", "fill", "--folder", str(folder), *sizes)
        print(f"{chosen.kpis} KPIs x {chosen.years} years, {chosen.datasets} datasets: made in {time.perf_counter() - begun:.0f} s; load {os.getloadavg()[0]:.1f}", flush=True)
        address = stack.enter_context(served(own, folder))
        for name, path in PATHS.items():
            times = sorted(ask(address + path, chosen.requests))
            print(f"{name}: p50 {times[len(times) // 2]:.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f} ms", flush=True)
        counted = json.loads(inside(own, "--inside", "count", *sizes).splitlines()[-1])
        print(f"after one changed dataset: {counted['refresh'] * 1000:.0f} ms for {COUNTED} definitions; full recount: {counted['recount']:.1f} s")
        print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
