"""How fast portals are harvested: ckanext-harvest's own CKAN harvester beside ours, in one run.

    ./miyagi python benchmarks/harvest.py [--packages 200] [--rounds 3] [--sources 35] [--records 10000]

Both read the same pretended CKAN portals (``replay.py``), each in a process with plugins, databases and Solr core of its own, made for
this run: ckanext-harvest with CKAN's own plugins and schema, as its consumers run it (``queue.gather_stage``, then
``queue.fetch_and_import_stages`` for every object); ours with the plugins of the stack, as its worker runs it (``worker.work``), without
reading files. They take turns. "Forced" means that ckanext-harvest compares every dataset (``force_all``); else it asks the portal only
for those with a newer date. Prints seconds and packages a second (median of the rounds), requests to the portal and writes; then ours
alone: sources in which nothing changed, and memory over many records.

Writes are statements of SQL that insert, update or delete rows: in CKAN's tables, and in the tables in which harvesting keeps its books.
Needs the embedded PostgreSQL and Solr.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import multiprocessing
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from configparser import RawConfigParser
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "stack"), str(PROJECT / "benchmarks")]

from replay import Replay, serving  # noqa: E402

from miyagi_stack import database  # noqa: E402
from miyagi_stack.home import Home  # noqa: E402
from miyagi_stack.services.postgres import READER, Postgres  # noqa: E402

#: What comes with CKAN of the plugins that the stack switches on, and ckanext-harvest's own harvester.
STOCK_PLUGINS = "datastore datatables_view text_view activity harvest ckan_harvester"
WAYS = ("stock", "ours")
_WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
_BOOKS = ("harvest_", "miyagiict_")


class Way:
    """One of the two catalogues, in its process; what it can do are the methods of ``Stock`` and ``Ours``."""

    def __init__(self, ini: Path, name: str) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_work, args=(theirs, str(ini), name), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, word: str, *rest: Any) -> Any:
        self._pipe.send((word, *rest))
        try:
            outcome = self._pipe.recv()
        except EOFError as error:
            raise SystemExit("the process ended") from error
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def close(self) -> None:
        self._pipe.close()
        self._process.join(30)


def _work(pipe: Connection, ini: str, name: str) -> None:
    """Main of a way's process."""
    os.environ["CKAN_INI"] = ini
    from ckan.cli.cli import CtxObject

    app = CtxObject(ini).app
    with app._wsgi_app.test_request_context():
        way = Stock() if name == "stock" else Ours()
        while True:
            try:
                word, *rest = pipe.recv()
            except EOFError:
                return
            try:
                pipe.send(getattr(way, word)(*rest))
            except Exception as error:
                import traceback

                traceback.print_exc()
                pipe.send(RuntimeError(repr(error)))


class _Measured:
    """Counts what a run costs."""

    def __init__(self) -> None:
        import pysolr
        import sqlalchemy as sa
        from ckan import model

        self.writes = {"catalogue": 0, "books": 0, "solr": 0}

        @sa.event.listens_for(model.meta.engine, "before_cursor_execute")
        def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if found := _WRITE.match(statement):
                self.writes["books" if found[1].startswith(_BOOKS) else "catalogue"] += 1

        send = pysolr.Solr._send_request

        def counting(solr: Any, method: str, path: str = "", *rest: Any, **more: Any) -> Any:
            self.writes["solr"] += path.startswith("update")
            return send(solr, method, path, *rest, **more)

        pysolr.Solr._send_request = counting

    def measured(self, work: Callable[[], dict[str, int]]) -> dict[str, Any]:
        """Seconds on the clock and of this process, writes, and what the work says of itself."""
        self.writes.update(dict.fromkeys(self.writes, 0))
        begun, cpu = time.perf_counter(), time.process_time()
        said = work()
        return {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu, **self.writes, **said}


class Stock(_Measured):
    """ckanext-harvest's CKAN harvester."""

    def __init__(self) -> None:
        super().__init__()
        import ckan.plugins.toolkit as tk
        from ckan import model

        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        self._context = lambda: {"ignore_auth": True, "user": user, "session": model.Session, "model": model}
        tk.get_action("organization_create")(self._context(), {"name": "benchmark"})

    def make_source(self, name: str, address: str) -> str:
        import ckan.plugins.toolkit as tk

        return tk.get_action("harvest_source_create")(self._context(), {
            "name": f"source-{name}", "title": name, "url": address, "source_type": "ckan", "owner_org": "benchmark",
        })["id"]

    def force(self, source: str, forced: bool) -> None:
        """Whether it imports everything, or only what the portal's search says is new."""
        from ckan.model import Session
        from ckanext.harvest.model import HarvestSource

        Session.get(HarvestSource, source).config = json.dumps({"force_all": forced})
        Session.commit()

    def run(self, source: str) -> dict[str, Any]:
        import ckan.plugins.toolkit as tk
        from ckanext.harvest import queue
        from ckanext.harvest.model import HarvestJob, HarvestObject

        job = HarvestJob.get(tk.get_action("harvest_job_create")(self._context(), {"source_id": source, "run": False})["id"])
        job.status = "Running"
        job.save()
        harvester = queue.get_harvester("ckan")
        reports: list[str] = []

        def work() -> dict[str, int]:
            for id in queue.gather_stage(harvester, job) or []:
                one = HarvestObject.get(id)
                queue.fetch_and_import_stages(harvester, one)
                reports.append(one.report_status)
            return {"created": reports.count("added"), "changed": reports.count("updated"), "failed": reports.count("errored")}

        measured = self.measured(work)
        tk.get_action("harvest_jobs_run")(self._context(), {})
        return measured


class Ours(_Measured):
    """The worker of this extension."""

    def __init__(self) -> None:
        super().__init__()
        gc.freeze()  # as the worker does when it starts

    def make_source(self, name: str, address: str) -> str:
        from ckanext.miyagiict.harvest import operating

        entry = {"name": f"source-{name}", "title": name, "kind": "ckan", "address": address, "options": {"files": "never"}}
        operating.create_source(entry, active=True)
        id: str = operating.source_row(entry["name"]).id
        operating.approve(id, "default")
        return id

    def run(self, source: str) -> dict[str, Any]:
        return self.measured(lambda: self._run(source, lambda _report: None))

    def run_all(self, sources: list[str]) -> dict[str, Any]:
        """One run of each source, one after another."""

        def work() -> dict[str, int]:
            said = [self._run(source, lambda _report: None) for source in sources]
            return {key: sum(one[key] for one in said) for key in said[0]}

        return self.measured(work)

    def memory(self, source: str, every: int) -> list[tuple[int, int]]:
        """One run; resident MB after so many records."""
        seen = [(0, _resident())]

        def progress(report: Any) -> None:
            if report.done >= seen[-1][0] + every or (not report.done and report.to_do):
                seen.append((report.done, _resident()))

        said = self._run(source, progress)
        return [*seen, (said["created"], _resident())]

    @staticmethod
    def _run(source: str, progress: Callable[[Any], None]) -> dict[str, int]:
        import ckan.plugins.toolkit as tk
        from ckan import model
        from ckanext.harvest.model import HarvestJob

        from ckanext.miyagiict.harvest import worker

        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        context = {"ignore_auth": True, "user": user, "session": model.Session, "model": model}
        job = HarvestJob.get(tk.get_action("harvest_job_create")(context, {"source_id": source, "run": False})["id"])
        job.status = "Running"
        job.save()
        report = worker.work(job.id, progress)
        assert report is not None
        assert report.complete, report.sentences()
        return {"created": report.created, "changed": report.changed, "unchanged": report.unchanged, "failed": report.failed}


def _resident() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024  # type: ignore[index]


@contextlib.contextmanager
def catalogues() -> Iterator[dict[str, Way]]:
    """Two empty catalogues on the home's servers; gone afterwards."""
    with contextlib.ExitStack() as stack:
        ini = Path(os.environ["CKAN_INI"])
        parser = RawConfigParser(delimiters="=")
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read(ini, encoding="utf-8")
        from solr_cores import cores

        addresses = stack.enter_context(cores(parser["app:main"]["solr_url"]))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        yield {
            name: stack.enter_context(contextlib.closing(Way(stack.enter_context(own_site(ini, parser, folder, name, addresses[name])), name)))
            for name in WAYS
        }


@contextlib.contextmanager
def own_site(ini: Path, parser: RawConfigParser, folder: Path, way: str, solr_url: str) -> Iterator[Path]:
    """Databases and ini file of a way."""
    postgres = Postgres(Home(ini.parent))
    names = f"benchmark_{way}_{os.getpid()}", f"benchmark_{way}_{os.getpid()}_datastore"
    settings = dict(parser["app:main"]) | {
        "sqlalchemy.url": postgres.url(names[0]), "ckan.datastore.write_url": postgres.url(names[1]),
        "ckan.datastore.read_url": postgres.url(names[1], READER), "solr_url": solr_url, "ckan.storage_path": str(folder / way),
        "ckan.site_id": f"benchmark_{way}", "ckanext.miyagiict.files_path": str(folder / way / "files"),
        "ckanext.miyagiict.harvest.allowed_networks": "127.0.0.0/8", "ckanext.miyagiict.harvest.delay": "0",
        "ckanext.miyagiict.harvest.jitter": "0", **({"ckan.plugins": STOCK_PLUGINS} if way == "stock" else {}),
    }
    own = RawConfigParser(delimiters="=")
    own.optionxform = str  # type: ignore[assignment,method-assign]
    own["app:main"] = settings
    path = folder / f"{way}.ini"
    with path.open("w", encoding="utf-8") as file:
        own.write(file)
    try:
        database.prepare(postgres, *names)
        program = [sys.executable, str(PROJECT / "stack" / "in_ckan" / "miyagi_prepare.py"), "--report", os.devnull, "--database"]
        made = subprocess.run(program, env=os.environ | {"CKAN_INI": str(path)}, capture_output=True, text=True, check=False)  # noqa: S603
        if made.returncode:
            raise SystemExit(made.stderr[-2000:])
        yield path
    finally:
        database.drop(postgres, names)


def compare(ways: dict[str, Way], replay: Replay, packages: int, rounds: int) -> None:
    """New, 10 % changed, nothing changed: stock and ours in turns."""
    phases = ("new", "nothing changed", "nothing changed, stock forced", "10 % changed", "10 % changed, stock forced")
    figures: dict[tuple[str, str], list[dict[str, Any]]] = {(phase, way): [] for phase in phases for way in WAYS}
    for turn in range(rounds + 1):
        portal = f"p{turn:02d}"
        replay.make(portal, turn, packages if turn else 10)  # the first one warms
        sources = {way: ways[way].ask("make_source", portal, f"{replay.address}/{portal}") for way in WAYS}
        for phase in phases:
            wanted = packages if phase == "new" else replay.change(portal, turn, 10) if "10 %" in phase else 0
            for name in WAYS if turn % 2 else reversed(WAYS):
                if name == "stock" and phase != "new":
                    ways[name].ask("force", sources[name], "forced" in phase)
                replay.requests()
                said = ways[name].ask("run", sources[name]) | {"requests": replay.requests(), "wanted": wanted}
                if turn:
                    done = said["created"] + said["changed"]
                    if said["failed"] or done != wanted:
                        print(f"! {phase}, {name}: {done} of {wanted} written, {said['failed']} failed", flush=True)
                    figures[phase, name].append(said)
    print(f"{packages} packages of 2 resources, median of {rounds}; load {os.getloadavg()[0]:.1f}")
    columns = ("records", "way", "seconds", "CPU of its process", "packages/s", "ratio of time", "of CPU", "requests",
               "SQL writes: catalogue", "books", "Solr updates")
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for phase in phases:
        middle = {way: {key: statistics.median(one[key] for one in figures[phase, way]) for key in figures[phase, way][0]} for way in WAYS}
        for way in WAYS:
            one = middle[way]
            ratios = [f"{middle['stock'][key] / one[key]:.1f}" for key in ("seconds", "cpu")] if way == "ours" else ["", ""]
            print(f"| {phase} | {way} | {one['seconds']:.2f} | {one['cpu']:.2f} | {packages / one['seconds']:.0f} | {' | '.join(ratios)} "
                  f"| {one['requests']:.0f} | {one['catalogue']:.0f} | {one['books']:.0f} | {one['solr']:.0f} |")


def unchanged_sources(ours: Way, replay: Replay, sources: int, packages: int) -> None:
    """Many sources in which nothing changed."""
    made = []
    for number in range(sources):
        portal = f"many{number:02d}"
        replay.make(portal, number, packages)
        made.append(ours.ask("make_source", portal, f"{replay.address}/{portal}"))
    ours.ask("run_all", made)
    replay.requests()
    said = ours.ask("run_all", made)
    rate = said["unchanged"] / said["seconds"]
    print(f"{sources} sources of {packages} packages, nothing changed: {said['seconds']:.1f} s, {rate:.0f} records/s, "
          f"{replay.requests()} requests, {said['catalogue']} writes in the catalogue, {said['solr']} in Solr; load {os.getloadavg()[0]:.1f}", flush=True)


def memory(ours: Way, replay: Replay, records: int) -> None:
    """Resident memory over one long run, and then when nothing of it changed."""
    replay.make("long", 0, records)
    source = ours.ask("make_source", "long", f"{replay.address}/long")
    begun = time.perf_counter()
    seen = ours.ask("memory", source, max(records // 10, 1))
    print(f"{records} new records in {time.perf_counter() - begun:.0f} s; resident MB after so many: "
          f"{', '.join(f'{done}: {size}' for done, size in seen)}; load {os.getloadavg()[0]:.1f}", flush=True)
    said = ours.ask("run", source)
    print(f"the same again, nothing changed: {said['seconds']:.1f} s, {said['unchanged'] / said['seconds']:.0f} records/s, "
          f"{said['catalogue']} writes in the catalogue", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3, help="0: without the comparison")
    parser.add_argument("--sources", type=int, default=35, help="0: without them")
    parser.add_argument("--records", type=int, default=10_000, help="of the long run; 0: without it")
    arguments = parser.parse_args()
    with serving() as replay, catalogues() as ways:
        if arguments.rounds:
            compare(ways, replay, arguments.packages, arguments.rounds)
        if arguments.sources:
            unchanged_sources(ways["ours"], replay, arguments.sources, arguments.packages)
        if arguments.records:
            memory(ways["ours"], replay, arguments.records)


if __name__ == "__main__":
    main()
