"""Saving answers, and having them again instead of the network or from a server on this machine."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from miyagi_harvesters.fetching import Answer
from miyagi_harvesters.problems import PortalError
from miyagi_harvesters.replay import ReplayServer
from miyagi_harvesters.saved import INDEX, Recorder, SavedAnswers

from .conftest import MakeClient
from .faults import FaultServer, answer, redirect, unless_changed

BODY = "施設名\r\n名取市役所\r\n".encode("cp932")


class Given:
    """A fetcher with answers of its own."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def get(self, url: str, *, params: Mapping[str, str] | None = None, validators: Mapping[str, str] | None = None,
            largest: int | None = None) -> Answer:
        return self.answers.pop(0)


def problem_types(error: pytest.ExceptionInfo[PortalError]) -> list[str]:
    return [found.type for found in error.value.problems]


def record(folder: Path, *answers: Answer) -> SavedAnswers:
    recorder = Recorder(Given(*answers), folder)
    for one in answers:
        recorder.get(one.url)
    return SavedAnswers(folder)


def test_round_trip(server: FaultServer, make_client: MakeClient, tmp_path: Path) -> None:
    """What a client brought is brought again, to the byte, without a network."""
    server.on("/list?limit=100&offset=0", answer(200, b'{"success": true}', content_type="application/json", etag='"v1"', set_cookie="a=b"))
    server.on("/old", redirect("/new.csv"))
    server.on("/new.csv", answer(200, BODY, content_type="text/csv; charset=utf-8", last_modified="Mon, 01 Jun 2026 00:00:00 GMT"))
    recorder = Recorder(make_client(), tmp_path / "kept")
    asked = [(server.url("/list"), {"limit": "100", "offset": "0"}), (server.url("/old"), None)]
    first = [recorder.get(url, params=params) for url, params in asked]
    server.stop()
    saved = SavedAnswers(tmp_path / "kept")
    again = [saved.get(url, params=params) for url, params in asked]
    for before, after in zip(first, again, strict=True):
        assert (after.url, after.final_url, after.status, after.body, after.hops) == (
            before.url, before.final_url, before.status, before.body, before.hops
        )
        assert after.validators == before.validators
        assert after.headers["content-type"] == before.headers["content-type"]
    kept = (tmp_path / "kept" / INDEX).read_text(encoding="utf-8")
    assert "set-cookie" not in kept
    assert [line["params"] for line in json.loads(kept)["answers"]] == [{"limit": "100", "offset": "0"}, {}]
    assert sorted(path.suffix for path in (tmp_path / "kept").iterdir()) == [".csv", ".json", ".json"]


def test_spellings_of_a_request(tmp_path: Path) -> None:
    """http or https, and the order of parameters, make no difference."""
    saved = record(tmp_path, Answer("https://x.jp/a?b=1&c=2", "https://x.jp/a?b=1&c=2", 200, {}, b"ok"))
    for url in ("http://x.jp/a?b=1&c=2", "https://X.jp:443/a?c=2&b=1#f"):
        assert saved.get(url).body == b"ok"
    assert saved.get("http://x.jp/a", params={"c": "2", "b": "1"}).body == b"ok"


def test_not_saved(tmp_path: Path) -> None:
    """Has its own problem."""
    saved = record(tmp_path, Answer("https://x.jp/a", "https://x.jp/a", 200, {}, b"ok"))
    with pytest.raises(PortalError) as raised:
        saved.get("https://x.jp/b")
    assert problem_types(raised) == ["not-saved"]
    assert "https://x.jp/b" in str(raised.value)


@pytest.mark.parametrize(
    ("headers", "validators", "is_unchanged"),
    [
        ({"etag": '"v1"'}, {"If-None-Match": '"v1"'}, True),
        ({"etag": 'W/"v1"'}, {"If-None-Match": '"v0", "v1"'}, True),
        ({"etag": '"v1"'}, {"If-None-Match": '"v2"'}, False),
        ({"last-modified": "A"}, {"If-Modified-Since": "A"}, True),
        ({"last-modified": "A"}, {"If-Modified-Since": "B"}, False),
        ({"etag": '"v1"', "last-modified": "A"}, {"If-None-Match": '"v2"', "If-Modified-Since": "A"}, False),
        ({}, {"If-None-Match": '"v1"'}, False),
        ({}, {}, False),
    ],
)
def test_not_modified(tmp_path: Path, headers: dict[str, str], validators: dict[str, str], is_unchanged: bool) -> None:
    """Told where the validators are those of the saved answer."""
    saved = record(tmp_path, Answer("https://x.jp/a", "https://x.jp/a", 200, headers, b"ok"))
    got = saved.get("https://x.jp/a", validators=validators)
    assert (got.not_modified, got.body) == (is_unchanged, b"" if is_unchanged else b"ok")


def test_limit(tmp_path: Path) -> None:
    """Of the caller, as with the network."""
    saved = record(tmp_path, Answer("https://x.jp/a", "https://x.jp/a", 200, {}, b"long"))
    with pytest.raises(PortalError) as raised:
        saved.get("https://x.jp/a", largest=3)
    assert problem_types(raised) == ["too-large"]


def test_going_on(tmp_path: Path) -> None:
    """A second run adds to the folder; its answer to the same request stays; "not modified" takes nothing away."""
    record(tmp_path, Answer("https://x.jp/a", "https://x.jp/a", 200, {}, b"1"), Answer("https://x.jp/b", "https://x.jp/b", 200, {}, b"2"))
    saved = record(
        tmp_path, Answer("https://x.jp/b", "https://x.jp/b", 304), Answer("https://x.jp/a", "https://x.jp/a", 200, {}, b"3"),
        Answer("https://x.jp/c", "https://x.jp/c", 200, {}, b"3"),
    )
    assert [saved.get(f"https://x.jp/{name}").body for name in "abc"] == [b"3", b"2", b"3"]


def test_an_interrupted_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves the folder as it was before that answer."""
    record(tmp_path, Answer("https://x.jp/a", "https://x.jp/a", 200, {}, b"1"))
    recorder = Recorder(Given(Answer("https://x.jp/b", "https://x.jp/b", 200, {}, b"2")), tmp_path)

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("os.replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            recorder.get("https://x.jp/b")
    assert [line.url for line in SavedAnswers(tmp_path)] == ["https://x.jp/a"]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "index",
    [
        "", "[]", "{}", '{"answers": 1}', '{"answers": [1]}', '{"answers": [{}]}', "[" * 100_000,
        '{"answers": [{"url": "https://x.jp/", "body": "../../etc/passwd"}]}',
        '{"answers": [{"url": "https://x.jp/", "body": "/etc/passwd"}]}',
        '{"answers": [{"url": "https://x.jp/", "body": "index.json"}]}',
        '{"answers": [{"url": "https://x.jp/", "body": "a", "headers": []}]}',
        '{"answers": [{"url": "https://x.jp/", "body": "a", "hops": 1}]}',
    ],
)
def test_damaged_index(tmp_path: Path, index: str) -> None:
    """Is said to be that; no body is read from elsewhere."""
    (tmp_path / INDEX).write_text(index)
    for kind in (SavedAnswers, lambda folder: Recorder(Given(), folder)):
        with pytest.raises(PortalError) as raised:
            kind(tmp_path)
        assert problem_types(raised) == ["saved-damaged"]


def test_damaged_addresses(tmp_path: Path) -> None:
    """An index that names what is no address is refused as that."""
    (tmp_path / INDEX).write_text('{"answers": [{"url": "file:///etc/passwd", "body": "a"}]}')
    with pytest.raises(PortalError) as raised:
        SavedAnswers(tmp_path)
    assert problem_types(raised) == ["address-scheme"]


def test_no_folder(tmp_path: Path) -> None:
    """Nor one without its files."""
    assert not SavedAnswers.has_index(tmp_path)
    with pytest.raises(PortalError):
        SavedAnswers(tmp_path / "none")
    saved = record(tmp_path, Answer("https://x.jp/a", "https://x.jp/a", 200, {}, b"1"))
    (tmp_path / next(iter(saved)).body).unlink()
    with pytest.raises(PortalError) as raised:
        saved.get("https://x.jp/a")
    assert problem_types(raised) == ["saved-damaged"]


@settings(max_examples=40)
@given(
    st.binary(max_size=200), st.dictionaries(st.sampled_from(["etag", "last-modified", "content-type", "x"]), st.text(max_size=20)),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"), exclude_characters="?#\\"), max_size=20),
)
def test_any_answer(tmp_path_factory: pytest.TempPathFactory, body: bytes, headers: dict[str, str], path: str) -> None:
    """Comes back as it was, whatever is in it."""
    url = f"https://x.jp/{path}"
    saved = record(tmp_path_factory.mktemp("any"), Answer(url, url, 200, headers, body))
    got = saved.get(url)
    assert (got.body, dict(got.headers), got.status) == (body, headers, 200)


# The server


@pytest.fixture
def replay(tmp_path: Path) -> Iterator[ReplayServer]:
    """Two portals in two folders."""
    record(
        tmp_path / "a",
        Answer(
            "https://a.example/api?id=1", "https://a.example/api?id=1", 200, {"content-type": "application/json", "etag": '"v1"'}, b"{}"
        ),
        Answer("https://a.example/old", "https://a.example/data/新.csv", 200, {"content-type": "text/csv"}, BODY, ("https://a.example/x",)),
        Answer("https://a.example/x", "https://a.example/x", 200, {"content-type": "text/plain\r\nX-Evil: 1", "set-cookie": "a"}, b"x"),
    )
    record(tmp_path / "b", Answer("http://b.example:8080/", "http://b.example:8080/", 200, {}, b"<html>"))
    serving = ReplayServer([tmp_path / "a", tmp_path / "b"])
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield serving
    serving.shutdown()
    serving.server_close()


def test_replay_by_proxy(replay: ReplayServer, make_client: MakeClient) -> None:
    """The client asks the portal's own addresses, through the server as its proxy."""
    client = make_client(proxy=replay.address)
    got = client.get("http://a.example/api", params={"id": "1"})
    assert (got.body, got.headers["content-type"], got.validators) == (b"{}", "application/json", {"If-None-Match": '"v1"'})
    assert client.get("http://a.example/api?id=1", validators=got.validators).not_modified
    moved = client.get("http://a.example/old")
    assert (moved.final_url, moved.body) == ("http://a.example/data/%E6%96%B0.csv", BODY)
    assert client.get("http://b.example:8080/").body == b"<html>"
    with pytest.raises(PortalError) as raised:
        client.get("http://a.example/none")
    assert problem_types(raised) == ["not-found"]


def test_replay_of_https(replay: ReplayServer, make_client: MakeClient) -> None:
    """An https address is asked over http where the source allows that: the server has no certificate."""
    client = make_client(proxy=replay.address, http_fallback=True)
    assert client.get("https://a.example/api?id=1").body == b"{}"
    assert {warning.type for warning in client.warnings} == {"left-https"}


def test_replay_by_path(replay: ReplayServer, make_client: MakeClient) -> None:
    """The first part of the path names the portal; redirects stay here; what had no tag gets one."""
    client = make_client()
    got = client.get(f"{replay.address}/a.example/old")
    assert (got.final_url, got.body) == (f"{replay.address}/a.example/data/%E6%96%B0.csv", BODY)
    assert client.get(f"{replay.address}/a.example/old", validators=got.validators).not_modified
    assert client.get(f"{replay.address}/b.example:8080/").body == b"<html>"


def test_replay_by_host(replay: ReplayServer) -> None:
    """The Host header names the portal."""
    got = requests.get(f"{replay.address}/x", headers={"Host": "a.example"}, timeout=5)
    assert got.content == b"x"
    assert "X-Evil" not in got.headers
    assert "Set-Cookie" not in got.headers


@pytest.mark.parametrize(
    "request_line",
    [b"GET /", b"GET //", b"GET /..", b"GET http://[::1", b"GET file:///etc/passwd", b"GET /a.example/../../etc/passwd", b"POST /"],
)
def test_replay_of_nonsense(replay: ReplayServer, request_line: bytes) -> None:
    """Is answered, and the server goes on."""
    with socket.create_connection(("127.0.0.1", replay.server_port), timeout=5) as connected:
        connected.sendall(request_line + b" HTTP/1.1\r\nConnection: close\r\n\r\n")
        status = int(connected.makefile("rb").readline().split()[1])
    assert status in (400, 404, 501)
    assert requests.head(f"{replay.address}/a.example/x", timeout=5).status_code == 200


def test_replay_as_a_program(tmp_path: Path) -> None:
    """It says its address, and listens on this machine only."""
    record(tmp_path, Answer("https://a.example/", "https://a.example/", 200, {}, b"ok"))
    program = [sys.executable, "-m", "miyagi_harvesters.replay", str(tmp_path)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        address, host = running.stdout.readline().split()
        try:
            assert host == "a.example"
            assert requests.get(f"{address}/a.example/", timeout=5).content == b"ok"
            with pytest.raises(OSError, match="."):
                socket.create_connection(("127.0.0.2", int(address.rpartition(":")[2])), timeout=1)
        finally:
            running.terminate()
    none = subprocess.run([*program[:-1], str(tmp_path / "none")], capture_output=True, text=True, check=False)
    assert (none.returncode, none.stdout) == (1, "")
    assert "none" in none.stderr


def test_recording_with_validators(server: FaultServer, make_client: MakeClient, tmp_path: Path) -> None:
    """An answer "not modified" is handed on and not saved."""
    url = server.on("/a", unless_changed('"v1"', b"ok"))
    recorder = Recorder(make_client(), tmp_path)
    assert recorder.get(url, validators={"If-None-Match": '"v1"'}).not_modified
    assert not SavedAnswers.has_index(tmp_path)
