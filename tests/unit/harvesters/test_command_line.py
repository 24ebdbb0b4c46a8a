"""``python -m miyagi_harvesters``: as a user calls it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import miyagi_harvesters
from miyagi_harvesters.__main__ import main

from .making import HEADER, ROWS, linkdata_text, samples, work_page


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    """The summary."""
    return capsys.readouterr().out.splitlines()[-1]


def table(folder: Path) -> list[list[str]]:
    """The only table of a package."""
    (path,) = folder.glob("data/*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_saved_table_by_itself(tmp_path: Path) -> None:
    """The command of the description, in a process of its own."""
    (tmp_path / "saved.txt").write_bytes(linkdata_text())
    done = subprocess.run(
        [sys.executable, "-m", "miyagi_harvesters", "fetch", "linkdata", "saved.txt", "--out", "out/"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(miyagi_harvesters.__path__[0]).parent)},
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "records=1 rows=2 problems=0"), done.stderr
    assert table(tmp_path / "out" / "linkdata.org-saved") == [
        ["subject", "場所名", "台数", "lat"],
        ["b_1", "中央広場", "0012", "38.1717"],
        ["b_2", "川べり 下手", "3", "38.2"],
    ]


def test_faults_of_the_data_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A ragged row is one problem, and no row is dropped."""
    (tmp_path / "a.txt").write_bytes(linkdata_text(rows=(*ROWS, "3", "4\tA\t1\t2\t3")))
    assert main(["fetch", "linkdata", str(tmp_path / "a.txt"), "--out", str(tmp_path / "out")]) == 0
    assert last_line(capsys) == "records=1 rows=4 problems=2"


def test_a_folder_of_loose_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Page and table of one work are one record; what is not of the kind is named and is no problem."""
    answers = tmp_path / "answers"
    (answers / "deep").mkdir(parents=True)
    (answers / "page.html").write_bytes(work_page())
    (answers / "deep" / "table.txt").write_bytes(linkdata_text(header=(*HEADER, "#download_from\thttp://linkdata.org/work/rdf1s77i")))
    (answers / "other.csv").write_bytes(linkdata_text(header=HEADER[:4]))
    (answers / "readme.md").write_text("# x\n")
    assert main(["fetch", "linkdata", str(answers), "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == "records=2 rows=4 problems=0"
    assert "skipped: readme.md" in printed.err
    said = json.loads((tmp_path / "out" / "linkdata.org-rdf1s77i" / "datapackage.json").read_text())
    assert (said["title"], [one["path"] for one in said["resources"]]) == ("架空市　ベンチの一覧", ["data/benches.csv"])
    assert main(["list", "linkdata", str(answers)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "records=2 complete=no problems=0"
    assert lines[0].split("\t")[:2] == ["rdf1s77i", "架空市　ベンチの一覧"]


def test_copies_of_one_table_are_all_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files that call themselves the same are tables of one record."""
    body = linkdata_text(header=(*HEADER, "#download_from\thttp://linkdata.org/work/rdf1s77i"))
    for name in ("a.txt", "b.txt", "c.csv"):
        (tmp_path / name).write_bytes(body)
    assert main(["fetch", "linkdata", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    assert last_line(capsys) == "records=1 rows=6 problems=0"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["fetch", "linkdata", "missing.txt", "--out", "o"], 1),
        (["fetch", "linkdata", ".", "--out", "o"], 1),
        (["fetch", "linkdata", "x"], 2),
        (["fetch", "nothing", "x", "--out", "o"], 2),
        (["fetch", "linkdata", "x", "--out", "o", "--option", "colour=red"], 2),
        (["fetch", "linkdata", "x", "--out", "o", "--record", "r"], 2),
        ([], 2),
        (["list", "linkdata", "x", "--portal", "y"], 2),
        (["list", "linkdata", "ftp://x.example/"], 1),
        (["fetch", "linkdata", "http://127.0.0.1:9/work/rdf1s1i", "--out", "o"], 1),
    ],
)
def test_exit_codes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int
) -> None:
    """2 for usage, 1 for a target that cannot be read; the reason is on standard error."""
    monkeypatch.chdir(tmp_path)
    try:
        found = main(arguments)
    except SystemExit as ended:
        found = ended.code
    assert found == code
    assert capsys.readouterr().err.strip()


def test_a_damaged_answer_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table that cannot be decoded is no record but a problem, with its place, in both languages."""
    (tmp_path / "a.txt").write_bytes(linkdata_text() + b"\xff\xff")
    (tmp_path / "b.txt").write_bytes(linkdata_text())
    assert main(["fetch", "linkdata", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == "records=1 rows=2 problems=1"
    assert "11行目" in printed.err
    assert "line 11" in printed.err


class _Handler(BaseHTTPRequestHandler):
    pages = {
        "/work/rdf1s77i": ("text/html", work_page()),
        "/download/rdf1s77i/link/benches.txt": ("text/plain; charset=us-ascii", linkdata_text()),
    }

    def do_GET(self) -> None:
        kind, body = self.pages.get(self.path, ("text/plain", b""))
        self.send_response(200 if self.path in self.pages else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    """LinkData on loopback."""
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()
    thread.join()


def test_over_the_network_and_again_from_what_was_recorded(tmp_path: Path, server: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Fetched from a server and recorded; the recorded folder gives the same package without a server."""
    network = ["--allow-network", "127.0.0.0/8", "--delay", "0", "--contact", "someone@city.example"]
    arguments = ["fetch", "linkdata", f"{server}/", "--option", "works=rdf1s77i"]
    assert main([*arguments, "--out", str(tmp_path / "a"), "--record", str(tmp_path / "kept"), *network]) == 0
    assert last_line(capsys) == "records=1 rows=2 problems=0"
    assert main(["fetch", "linkdata", str(tmp_path / "kept"), "--out", str(tmp_path / "b")]) == 0
    assert last_line(capsys) == "records=1 rows=2 problems=0"
    (one,), (other,) = (list((tmp_path / name).iterdir()) for name in ("a", "b"))
    assert one.name == other.name
    assert (one / "datapackage.json").read_bytes() == (other / "datapackage.json").read_bytes()
    assert main(["list", "linkdata", f"{server}/work/rdf1s77i", *network]) == 0
    assert last_line(capsys) == "records=1 complete=yes problems=0"


def test_loopback_is_closed_unless_it_was_opened(tmp_path: Path, server: str) -> None:
    """Without --allow-network this machine is not asked."""
    assert main(["fetch", "linkdata", f"{server}/work/rdf1s77i", "--out", str(tmp_path / "o"), "--contact", "someone@city.example"]) == 1
    assert not (tmp_path / "o").exists()


@pytest.mark.skipif(not samples("linkdata"), reason="MIYAGI_PORTAL_SAMPLES is not set: no kept answers to read")
def test_kept_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All kept tables and the kept page, by the command line: 16 tables, rows as counted from the bytes, two short rows."""
    folder = samples("linkdata")[0].parent
    tables = [path for path in samples("linkdata") if path.suffix in (".txt", ".csv")]
    rows = sum(1 for path in tables for line in path.read_bytes().splitlines() if line and not line.startswith(b"#"))
    assert main(["fetch", "linkdata", str(folder), "--out", str(tmp_path)]) == 0
    assert last_line(capsys) == f"records=17 rows={rows} problems=2"
