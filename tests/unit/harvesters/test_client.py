"""The client against real servers on loopback that misbehave."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
import warnings
import zlib
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miyagi_harvesters.client import AGENT, ClientSettings, Exchange
from miyagi_harvesters.problems import KINDS, PortalError, Severity

from .conftest import MakeClient
from .faults import Behaviour, FaultServer, answer, broken, drip, flood, late, redirect, reset, unless_changed

OK = answer(200, b"ok")


def failing(call: Callable[[], Any]) -> list[str]:
    """The types of the problems that a call ends with; each says something in both languages."""
    with pytest.raises(PortalError) as raised:
        call()
    for found in raised.value.problems:
        assert found.sentence()
        assert found.remedy()
        assert found.sentence("en")
        assert found.remedy("en")
    return [found.type for found in raised.value.problems]


# What is well


def test_an_answer(server: FaultServer, make_client: MakeClient) -> None:
    """Body, headers in lower case, addresses, validators; who asked."""
    body = "施設名\r\n名取市役所\r\n".encode("cp932")
    url = server.on("/a?id=1&q=%E3%81%82", answer(200, body, content_type="text/csv; charset=utf-8", etag='"v1"', set_cookie="a=b"))
    got = make_client(contact="opendata@example.jp").get(server.url("/a?id=1"), params={"q": "あ"})
    assert (got.url, got.final_url, got.status, got.body, got.hops) == (url, url, 200, body, ())
    # the wrong charset is handed on as it was declared: what the bytes are is found out elsewhere
    assert got.headers["content-type"] == "text/csv; charset=utf-8"
    assert got.validators == {"If-None-Match": '"v1"'}
    assert "set-cookie" not in got.headers
    assert got.content_hash == hashlib.sha256(body).hexdigest()
    assert server.asked == ["/robots.txt", "/a?id=1&q=%E3%81%82"]
    assert server.headers[1]["user-agent"] == "miyagi-harvesters/0.1 (+opendata@example.jp)"


def test_not_modified(server: FaultServer, make_client: MakeClient) -> None:
    """Validators of the first answer are told the second time."""
    url = server.on("/a", unless_changed('"v1"', b"ok"))
    client = make_client()
    first = client.get(url)
    second = client.get(url, validators=first.validators)
    assert (second.status, second.not_modified, second.body) == (304, True, b"")
    assert client.get(url, validators={"If-None-Match": '"v0"'}).status == 200


def test_not_modified_unasked(server: FaultServer, make_client: MakeClient) -> None:
    """304 to a request that named no version is no answer."""
    assert failing(lambda: make_client().get(server.on("/a", answer(304)))) == ["unexpected-status"]


def test_hostile_validators(server: FaultServer, make_client: MakeClient) -> None:
    """Kept values that cannot stand in a header are not sent."""
    validators = {"If-None-Match": "a\r\nX: y", "If-Modified-Since": "あ", "Authorization": "x"}
    make_client().get(server.on("/a", OK), validators=validators)
    assert not {"if-none-match", "if-modified-since", "authorization", "x"} & set(server.headers[-1])


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"text " * 99)),
        ("x-gzip", gzip.compress(b"text " * 50) + gzip.compress(b"text " * 49)),
        ("GZIP", gzip.compress(b"text " * 99) + b"\0\0trailing"),
        ("deflate", zlib.compress(b"text " * 99)),
        ("deflate", zlib.compress(b"text " * 99)[2:-4]),
        ("UTF-8", b"text " * 99),
        ("none", b"text " * 99),
    ],
)
def test_packed_bodies(server: FaultServer, make_client: MakeClient, coding: str, packed: bytes) -> None:
    """Unpacked, whatever form of gzip and deflate it is; a charset in the wrong header is no packing."""
    assert make_client().get(server.on("/a", answer(200, packed, content_encoding=coding))).body == b"text " * 99


def test_chunked(server: FaultServer, make_client: MakeClient) -> None:
    """A body in chunks, with an extension and a trailer."""
    url = server.on("/a", broken(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: t\r\n\r\n"))
    assert make_client().get(url).body == b"abcde"


def test_one_connection(server: FaultServer, make_client: MakeClient) -> None:
    """All requests to a host use the same connection, one after the other, from however many threads."""
    server.on("*", answer(404), late(0.005, OK))
    client = make_client()
    threads = [threading.Thread(target=client.get, args=(server.url(f"/{number}"),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(server.asked), server.asked.count("/robots.txt"), server.connections) == (9, 1, 1)


def test_exchanges_are_told(server: FaultServer, make_client: MakeClient) -> None:
    """Every request, with what came of it."""
    told: list[Exchange] = []
    make_client(on_exchange=told.append).get(server.on("/a", reset(), OK))
    assert [(seen.url, seen.status, seen.size, seen.attempt, seen.failure) for seen in told] == [
        (server.url("/robots.txt"), 404, 0, 1, ""),
        (server.url("/a"), None, 0, 1, told[1].failure),
        (server.url("/a"), 200, 2, 2, ""),
    ]
    assert told[1].failure in ("no-connection", "broken-answer")


def test_names_in_japanese(server: FaultServer, make_client: MakeClient, resolve) -> None:
    """A host in Unicode is asked for in ASCII."""
    looked_up = resolve("xn--uisz3g.jp", ["127.0.0.1"])
    server.on("/%E3%83%87", OK)
    assert make_client().get(server.url("/デ", host="宮城.jp")).final_url == server.url("/%E3%83%87", host="xn--uisz3g.jp")
    assert set(looked_up) == {"xn--uisz3g.jp"}
    assert server.headers[-1]["host"] == f"xn--uisz3g.jp:{server.server_port}"


# Manners


def test_pauses(server: FaultServer, make_client: MakeClient, pauses: list[float]) -> None:
    """Between the end of a request and the next one, with jitter."""
    client = make_client(delay=3.0, jitter=1.0)
    for _ in range(4):
        client.get(server.on("/a", OK))
    assert len(pauses) == 4
    assert all(2 < pause <= 4 for pause in pauses)
    assert len(set(pauses)) > 1


def test_a_host_at_a_time(server: FaultServer, make_client: MakeClient, pauses: list[float], resolve) -> None:
    """Another host needs no pause."""
    client = make_client(delay=3.0)
    server.on("/a", OK)
    for name in ("a.example", "b.example"):
        resolve(name, ["127.0.0.1"])
        client.get(server.url("/a", host=name))
    # each after its robots.txt; none between the two hosts
    assert len(pauses) == 2


@pytest.mark.parametrize("is_date", [False, True])
def test_retry_after(server: FaultServer, make_client: MakeClient, pauses: list[float], is_date: bool) -> None:
    """In seconds or as a date."""
    client = make_client()
    after = formatdate(time.time() + 20, usegmt=True) if is_date else "20"
    assert client.get(server.on("/a", answer(429, retry_after=after), OK)).body == b"ok"
    assert len(pauses) == 1
    assert 10 < pauses[0] <= 20


@pytest.mark.parametrize("nonsense", ["soon", "9" * 5000, "-5", "Fri, 99 Foo 99999 00:00:00 GMT"])
def test_retry_after_nonsense(server: FaultServer, make_client: MakeClient, nonsense: str) -> None:
    """Is as good as none."""
    assert make_client().get(server.on("/a", answer(503, retry_after=nonsense), OK)).body == b"ok"


def test_retry_after_too_long(server: FaultServer, make_client: MakeClient, pauses: list[float]) -> None:
    """Nobody waits for an hour: the run ends, and the host is not asked again."""
    client = make_client(longest_wait=60)
    url = server.on("/a", answer(503, retry_after="3600"), OK)
    assert failing(lambda: client.get(url)) == ["retry-later"]
    assert failing(lambda: client.get(url)) == ["retry-later"]
    assert server.asked == ["/robots.txt", "/a"]
    assert not pauses


def test_backoff(server: FaultServer, make_client: MakeClient, pauses: list[float]) -> None:
    """Pauses double, up to the longest one."""
    client = make_client(backoff=10.0, retries=5, longest_wait=50.0)
    assert client.get(server.on("/a", *[answer(500)] * 5, OK)).body == b"ok"
    assert pauses == [pytest.approx(pause, abs=3) for pause in (10, 20, 40, 50)]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_passing_failures(server: FaultServer, make_client: MakeClient, status: int) -> None:
    """Tried again."""
    assert make_client().get(server.on("/a", answer(status), OK)).body == b"ok"


@pytest.mark.parametrize(
    ("status", "kind", "tries"),
    [
        (500, "server-error", 2), (503, "server-error", 2), (501, "server-error", 1), (429, "too-many-requests", 2), (403, "refused", 1),
        (401, "refused", 1), (451, "refused", 1), (404, "not-found", 1), (410, "not-found", 1), (400, "unexpected-status", 1),
        (204, "unexpected-status", 1), (206, "unexpected-status", 1), (300, "unexpected-status", 1),
    ],
)
def test_statuses(server: FaultServer, make_client: MakeClient, status: int, kind: str, tries: int) -> None:
    """Each has its problem; only some are worth another try."""
    assert failing(lambda: make_client().get(server.on("/a", answer(status)))) == [kind]
    assert server.asked.count("/a") == tries


@pytest.mark.parametrize("status", [403, 429])
def test_quirk_3_a_storm_of_refusals_ends_the_run(server: FaultServer, make_client: MakeClient, status: int) -> None:
    """After some in a row the run stops, and the host is left alone."""
    server.on("*", answer(404), answer(status))
    client = make_client(refusals_before_stop=4, retries=0)
    kinds = [failing(lambda: client.get(server.url("/a"))) for _ in range(8)]
    assert kinds[3:] == [["host-refuses"]] * 5
    assert "host-refuses" not in kinds[2]
    assert KINDS["host-refuses"].severity is Severity.STOP
    assert server.asked == ["/robots.txt"] + ["/a"] * 4


def test_refusals_with_answers_between(server: FaultServer, make_client: MakeClient) -> None:
    """Are no storm."""
    client = make_client(refusals_before_stop=2)
    server.on("/a", answer(403))
    server.on("/b", OK)
    for _ in range(4):
        assert failing(lambda: client.get(server.url("/a"))) == ["refused"]
        client.get(server.url("/b"))


def test_pauses_after_refusals(server: FaultServer, make_client: MakeClient, pauses: list[float]) -> None:
    """Grow, though a refused request is not tried again."""
    client = make_client(backoff=10.0)
    server.on("/a", answer(403))
    for _ in range(3):
        failing(lambda: client.get(server.url("/a")))
    assert pauses == [pytest.approx(10, abs=3), pytest.approx(20, abs=3)]


def test_a_host_that_fails(server: FaultServer, make_client: MakeClient) -> None:
    """Is not asked for every one of a thousand records."""
    server.on("*", answer(404), answer(500))
    client = make_client(failures_before_stop=3, retries=0)
    kinds = [failing(lambda: client.get(server.url("/a"))) for _ in range(5)]
    assert kinds == [["server-error"], ["server-error"], ["host-fails"], ["host-fails"], ["host-fails"]]
    assert len(server.asked) == 4


def test_hosts_that_a_portal_links_to(server: FaultServer, make_client: MakeClient, resolve) -> None:
    """Their failure does not stop the portal's run."""
    resolve("portal.example", ["127.0.0.1"])
    resolve("other.example", ["127.0.0.1"])
    server.on("*", answer(404))
    server.on("/a", answer(403))
    client = make_client(portal="https://www.portal.example/", refusals_before_stop=2)
    other = [failing(lambda: client.get(server.url("/a", host="other.example"))) for _ in range(3)]
    portal = [failing(lambda: client.get(server.url("/a", host="portal.example"))) for _ in range(3)]
    assert other == [["refused"], ["other-host-left"], ["other-host-left"]]
    assert KINDS["other-host-left"].severity is Severity.ERROR
    assert portal == [["refused"], ["host-refuses"], ["host-refuses"]]


def test_nobody_to_ask(server: FaultServer, make_client: MakeClient, resolve) -> None:
    """Without a contact only this machine is asked; nothing else hears of us."""
    resolve("portal.example", ["93.184.216.34"])
    assert failing(lambda: make_client().get("https://portal.example/")) == ["no-contact"]
    assert make_client().get(server.on("/a", OK)).body == b"ok"


@pytest.mark.parametrize(
    "wrong",
    [
        {"contact": "somebody"}, {"contact": "a@b.jp\r\nX: y"}, {"contact": "a b@c.jp"}, {"delay": -1}, {"deadline": 0}, {"largest": 0},
        {"allowed_networks": ("127.0.0.1/8",)}, {"proxy": "socks5://x"}, {"refusals_before_stop": 0},
    ],
)
def test_wrong_settings(wrong: dict[str, Any]) -> None:
    """Are said when they are made."""
    with pytest.raises(ValueError, match="."):
        ClientSettings(**wrong)


def test_defaults_are_polite() -> None:
    """Who changes nothing asks slowly and with an end."""
    settings = ClientSettings(contact="https://example.jp/contact")
    assert settings.delay >= 2
    assert settings.user_agent.endswith("(+https://example.jp/contact)")
    assert not settings.allowed_networks
    assert not any([settings.legacy_tls, settings.http_fallback, settings.robots_exceptions, settings.proxy])


# robots.txt


def rules(text: str) -> Behaviour:
    return answer(200, text.encode("utf-8"), content_type="text/plain")


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("User-agent: *\nDisallow: /a", False),
        ("\ufeffUser-agent: *\r\nDisallow: /a\r\n", False),
        ("User-agent: *\nDisallow: /\nAllow: /a", True),
        ("User-agent: *\nDisallow: /*?id=", True),
        ("User-agent: *\nDisallow: /$", True),
        ("User-agent: Googlebot\nDisallow: /", True),
        (f"User-agent: {AGENT}\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        (f"User-agent: *\nDisallow: /\n\nUser-agent: {AGENT.title()}/2.0\nAllow: /", True),
        ("User-agent: a\nUser-agent: b\nDisallow: /\nUser-agent: *\nDisallow:", True),
        ("User-agent: miyagi\nDisallow: /", True),
        ("<html>nothing of the kind</html>", True),
        ("", True),
    ],
)
def test_robots(server: FaultServer, make_client: MakeClient, text: str, is_allowed: bool) -> None:
    """Obeyed; asked for once a run."""
    server.on("/robots.txt", rules(text))
    client = make_client()
    url = server.on("/a", OK)
    for _ in range(2):
        if is_allowed:
            client.get(url)
        else:
            assert failing(lambda: client.get(url)) == ["robots-disallows"]
    assert server.asked == (["/robots.txt", "/a", "/a"] if is_allowed else ["/robots.txt"])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_robots_not_there(server: FaultServer, make_client: MakeClient, status: int) -> None:
    """Nothing is forbidden, and it is no refusal."""
    server.on("/robots.txt", answer(status))
    assert make_client(refusals_before_stop=1).get(server.on("/a", OK)).body == b"ok"


@pytest.mark.parametrize(
    "behaviour", [answer(500), answer(503), answer(429), reset(), late(0.6, OK)], ids=["500", "503", "429", "reset", "late"]
)
def test_robots_unreachable(server: FaultServer, make_client: MakeClient, behaviour: Behaviour) -> None:
    """All is forbidden, for this run."""
    server.on("/robots.txt", behaviour)
    client = make_client(retries=0, read_timeout=0.3)
    url = server.on("/a", OK)
    assert [failing(lambda: client.get(url))[-1] for _ in range(2)] == ["robots-unreachable"] * 2
    assert server.asked == ["/robots.txt"]


def test_robots_redirected(server: FaultServer, make_client: MakeClient) -> None:
    """The rules at the end of redirects count; those in a circle are no rules."""
    server.on("/robots.txt", redirect("/r"))
    server.on("/r", rules("User-agent: *\nDisallow: /a"))
    assert failing(lambda: make_client().get(server.on("/a", OK))) == ["robots-disallows"]
    server.on("/r", redirect("/robots.txt"))
    assert make_client().get(server.url("/a")).body == b"ok"


def test_robots_inside(server: FaultServer, inner_server: FaultServer, make_client: MakeClient) -> None:
    """Rules that are said to lie in a network that is not public are not fetched."""
    server.on("/robots.txt", redirect(inner_server.url("/r")))
    assert failing(lambda: make_client().get(server.on("/a", OK))) == ["address-not-public", "robots-unreachable"]
    assert inner_server.connections == 0


def test_robots_of_a_redirect(server: FaultServer, make_client: MakeClient) -> None:
    """Forbidden is also what a redirect leads to."""
    server.on("/robots.txt", rules("User-agent: *\nDisallow: /hidden"))
    server.on("/hidden", OK)
    assert failing(lambda: make_client().get(server.on("/a", redirect("/hidden")))) == ["robots-disallows"]
    assert "/hidden" not in server.asked


def test_robots_delay(server: FaultServer, make_client: MakeClient, pauses: list[float]) -> None:
    """What a site asks for, within reason."""
    server.on("/robots.txt", rules("User-agent: *\nCrawl-delay: 10"))
    server.on("/a", OK)
    for longest in (30.0, 5.0):
        client = make_client(longest_crawl_delay=longest)
        client.get(server.url("/a"))
        client.get(server.url("/a"))
    assert pauses == [pytest.approx(10, abs=2), pytest.approx(5, abs=2)]


def test_robots_exceptions(server: FaultServer, make_client: MakeClient) -> None:
    """What the operator of a portal opened to us, said in the report."""
    server.on("/robots.txt", rules("User-agent: *\nDisallow: /"))
    server.on("/api/a", OK)
    client = make_client(robots_exceptions=(server.url("/api/"),))
    assert client.get(server.url("/api/a")).body == b"ok"
    assert [warning.type for warning in client.warnings] == ["robots-exception"]
    assert failing(lambda: client.get(server.url("/b"))) == ["robots-disallows"]


def test_robots_that_would_fill_the_memory(server: FaultServer, make_client: MakeClient) -> None:
    """Many agents with many rules are read in time; a file without end is read to the limit."""
    text = "".join(f"User-agent: a{number}\n" for number in range(9000)) + "Disallow: /x\n" * 9000 + "User-agent: *\nDisallow: /a\n"
    server.on("/robots.txt", rules(text))
    started = time.monotonic()
    assert failing(lambda: make_client().get(server.on("/a", OK))) == ["robots-disallows"]
    server.on("/robots.txt", rules("User-agent: *\nDisallow: /a\n" + "# x\n" * 200_000))
    assert failing(lambda: make_client().get(server.url("/a"))) == ["robots-disallows"]
    assert time.monotonic() - started < 10


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects(server: FaultServer, make_client: MakeClient, status: int) -> None:
    """Followed, relative ones and those in raw UTF-8 too, and told."""
    server.on("/a", redirect("b/デ", status))
    server.on("/b/%E3%83%87", redirect("/c#part", status))
    server.on("/c", OK)
    got = make_client().get(server.url("/a"))
    assert (got.url, got.final_url, got.body) == (server.url("/a"), server.url("/c"), b"ok")
    assert got.hops == (server.url("/b/%E3%83%87"), server.url("/c"))


def test_redirect_loop(server: FaultServer, make_client: MakeClient) -> None:
    """Ends where it comes back."""
    server.on("/b", redirect("/a"))
    assert failing(lambda: make_client().get(server.on("/a", redirect("/b")))) == ["redirect-loop"]
    assert failing(lambda: make_client().get(server.on("/c", redirect("/c")))) == ["redirect-loop"]


def test_redirects_without_end(server: FaultServer, make_client: MakeClient) -> None:
    """End at the limit."""
    for number in range(9):
        server.on(f"/{number}", redirect(f"/{number + 1}"))
    assert failing(lambda: make_client(hops=3).get(server.url("/0"))) == ["too-many-redirects"]
    assert server.asked[1:] == ["/0", "/1", "/2", "/3"]


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ("file:///etc/passwd", "address-scheme"), ("ftp://example.jp/", "address-scheme"), ("gopher://127.0.0.1:70/", "address-scheme"),
        ("http://user:pass@127.0.0.1/", "address-userinfo"), ("http://2130706433/", "address-odd-host"),
        ("http://10.0.0.1/", "address-not-public"), ("http://169.254.169.254/latest/meta-data/", "address-not-public"),
        ("http://[::]/", "address-not-public"), ("http://[::ffff:127.0.0.1]/", "address-not-public"),
        ("http://[fd00:ec2::254]/", "address-not-public"), ("http://[64:ff9b::7f00:1]/", "address-not-public"),
        ("http://[2002:7f00:1::]/", "address-not-public"), ("http://0.0.0.0/", "address-not-public"),
    ],
)
def test_quirk_38_redirects_that_lead_astray(server: FaultServer, make_client: MakeClient, where: str, kind: str) -> None:
    """Not followed."""
    assert failing(lambda: make_client().get(server.on("/a", redirect(where)))) == [kind]


def test_redirect_to_nowhere(server: FaultServer, make_client: MakeClient) -> None:
    """A redirect must say where."""
    assert failing(lambda: make_client().get(server.on("/a", answer(302)))) == ["bad-redirect"]


def test_redirect_inside(server: FaultServer, inner_server: FaultServer, make_client: MakeClient, resolve) -> None:
    """Neither by number nor by name; the server there does not even see a connection."""
    resolve("inner.example", ["127.0.0.2"])
    for host in ("127.0.0.2", "inner.example"):
        server.on("/a", redirect(inner_server.url("/secret", host=host)))
        assert failing(lambda: make_client().get(server.url("/a")))[0] == "address-not-public"
    assert inner_server.connections == 0


def test_redirect_with_a_bomb(server: FaultServer, make_client: MakeClient) -> None:
    """The body of a redirect is not read."""
    head = b"HTTP/1.1 302 X\r\nLocation: /b\r\nContent-Encoding: gzip\r\n\r\n"
    server.on("/a", drip(head, every=0.05))
    server.on("/b", OK)
    started = time.monotonic()
    assert make_client().get(server.url("/a")).body == b"ok"
    assert time.monotonic() - started < 5


def test_nothing_is_carried_to_other_hosts(server: FaultServer, make_client: MakeClient, resolve, tmp_path: Path, monkeypatch) -> None:
    """Neither cookies nor passwords of .netrc; nor does the environment name a proxy."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\nmachine other.example login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    resolve("other.example", ["127.0.0.1"])
    server.on("/a", redirect(server.url("/b", host="other.example"), set_cookie="secret=1; Domain=.example; Path=/"))
    server.on("/b", answer(200, b"ok", set_cookie="secret=2"))
    client = make_client()
    client.get(server.url("/a"))
    client.get(server.url("/b", host="other.example"))
    assert len(server.asked) == 5
    assert not any({"cookie", "authorization", "referer"} & set(headers) for headers in server.headers)


# The address that the socket uses


def test_private_addresses(inner_server: FaultServer, make_client: MakeClient, resolve) -> None:
    """Not connected to, by number or by name."""
    inner_server.on("*", OK)
    resolve("inner.example", ["127.0.0.2"])
    assert failing(lambda: make_client().get(inner_server.url("/"))) == ["address-not-public"]
    assert failing(lambda: make_client().get(inner_server.url("/", host="inner.example")))[0] == "address-not-public"
    assert inner_server.connections == 0


def test_rebinding(server: FaultServer, inner_server: FaultServer, make_client: MakeClient, resolve) -> None:
    """A name that changes its address between requests is checked at every connection."""
    looked_up = resolve("portal.example", ["127.0.0.1"], ["127.0.0.1"], ["127.0.0.2"])
    close = broken(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
    server.on("*", close)
    client = make_client()
    assert client.get(server.url("/a", host="portal.example")).body == b"ok"
    assert failing(lambda: client.get(server.url("/a", host="portal.example"))) == ["address-not-public"]
    assert (inner_server.connections, server.connections) == (0, 2)
    # looked up once for each connection: no second look-up behind the check
    assert looked_up == ["portal.example"] * 3


def test_names_that_are_not_known(make_client: MakeClient, monkeypatch) -> None:
    """Are said to be that."""
    def unknown(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert failing(lambda: make_client().get("https://nowhere.example/")) == ["host-unknown", "robots-unreachable"]


# Answers that are none


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (broken(HEAD + b"Content-Length: 10\r\n\r\nhalf"), "cut-short"),
        (broken(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc"), "cut-short"),
        (broken(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), "cut-short"),
        (broken(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"), "cut-short"),
        (answer(200, gzip.compress(os.urandom(900))[:-20], content_encoding="gzip"), "cut-short"),
        (answer(200, zlib.compress(os.urandom(900))[:-20], content_encoding="deflate"), "cut-short"),
        (answer(200, b"no gzip at all", content_encoding="gzip"), "damaged-packing"),
        (answer(200, b"x", content_encoding="br"), "unknown-packing"),
        (answer(200, b"x", content_encoding="zstd"), "unknown-packing"),
        (answer(200, gzip.compress(gzip.compress(b"x")), content_encoding="gzip, gzip"), "unknown-packing"),
        (reset(), "no-connection"),
        (reset(HEAD + b"Content-Length: 10\r\n\r\nhalf"), "no-connection"),
        (broken(b""), "broken-answer"),
        (broken(b"220 ftp.example.jp ready\r\n"), "broken-answer"),
        (broken(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n"), "broken-answer"),
        (broken(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 200 + b"\r\n"), "broken-answer"),
        (broken(HEAD + b"Content-Length: 1, 2\r\n\r\nx"), "broken-answer"),
    ],
)
def test_broken_answers(server: FaultServer, make_client: MakeClient, behaviour: Behaviour, kind: str) -> None:
    """A failure each, never half a record."""
    assert failing(lambda: make_client(retries=0).get(server.on("/a", behaviour))) == [kind]


def test_late_answers(server: FaultServer, make_client: MakeClient) -> None:
    """Are waited for as long as was set."""
    assert failing(lambda: make_client(retries=0, read_timeout=0.3).get(server.on("/a", late(0.6, OK)))) == ["timed-out"]
    assert make_client(retries=1, read_timeout=0.3).get(server.on("/a", late(0.6, OK), OK)).body == b"ok"
    assert make_client().get(server.on("/a", late(0.1, OK))).body == b"ok"


def test_nobody_answers(server: FaultServer, make_client: MakeClient) -> None:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert failing(lambda: make_client(retries=0).get(f"http://127.0.0.1:{port}/")) == ["no-connection", "robots-unreachable"]


@pytest.mark.parametrize("behaviour", [reset(), broken(HEAD + b"Content-Length: 10\r\n\r\nhalf")], ids=["reset", "half"])
def test_broken_answers_are_asked_again(server: FaultServer, make_client: MakeClient, behaviour: Behaviour) -> None:
    """Once they come whole they are good."""
    assert make_client().get(server.on("/a", behaviour, OK)).body == b"ok"


@pytest.mark.parametrize(
    "behaviour",
    [
        drip(HEAD + b"Content-Length: 1000\r\n\r\n", 0.05),
        drip(HEAD + b"\r\n", 0.05),
        drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", 0.05, b"1\r\nx\r\n"),
        drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", 0.05, b"T: t\r\n"),
        drip(HEAD + b"X-Long: ", 0.05),
        drip(b"", 0.05, b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["length", "no length", "chunks", "trailers", "header", "continue"],
)
def test_slow_drip(server: FaultServer, make_client: MakeClient, behaviour: Behaviour) -> None:
    """Bytes come, but the answer does not: it ends at the deadline, and is not asked for again."""
    server.on("/a", behaviour)
    started = time.monotonic()
    assert failing(lambda: make_client(deadline=0.8, read_timeout=0.5).get(server.url("/a"))) == ["too-slow"]
    assert time.monotonic() - started < 5
    assert server.asked.count("/a") == 1


# Size


def test_too_large(server: FaultServer, make_client: MakeClient) -> None:
    """By what it says, by what comes; a smaller limit of the caller holds, a larger one does not."""
    client = make_client(largest=1000, retries=0)
    assert client.get(server.on("/a", answer(200, b"x" * 1000))).body == b"x" * 1000
    assert failing(lambda: client.get(server.on("/a", answer(200, b"x" * 1001)))) == ["too-large"]
    assert failing(lambda: client.get(server.on("/a", answer(200, b"x" * 1001)), largest=5000)) == ["too-large"]
    assert failing(lambda: client.get(server.on("/a", answer(200, b"x" * 11)), largest=10)) == ["too-large"]
    assert failing(lambda: client.get(server.on("/a", flood(HEAD + b"\r\n", b"x" * 1000, 10**6)))) == ["too-large"]
    endless = flood(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"3e8\r\n" + b"x" * 1000 + b"\r\n", 10**6)
    assert failing(lambda: client.get(server.on("/a", endless))) == ["too-large"]


@pytest.mark.parametrize("pack", [lambda raw: gzip.compress(raw, 9), lambda raw: zlib.compress(raw, 9)], ids=["gzip", "deflate"])
def test_bombs(server: FaultServer, make_client: MakeClient, pack: Callable[[bytes], bytes]) -> None:
    """64 MB that come as 64 kB are not unpacked beyond the limit."""
    bomb = pack(bytes(64 * 1024 * 1024))
    coding = "gzip" if bomb[:2] == b"\x1f\x8b" else "deflate"
    url = server.on("/a", answer(200, bomb, content_encoding=coding))
    client = make_client(largest=1024 * 1024)
    tracemalloc.start()
    try:
        assert failing(lambda: client.get(url)) == ["too-large"]
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_many_small_gzips(server: FaultServer, make_client: MakeClient) -> None:
    """Thousands of empty members are read in time."""
    body = gzip.compress(b"") * 20_000 + gzip.compress(b"end")
    assert make_client().get(server.on("/a", answer(200, body, content_encoding="gzip"))).body == b"end"


PARTS = st.sampled_from(
    [
        b"HTTP/1.1 200 OK", b"HTTP/1.1 302 X", b"HTTP/1.0 500 X", b"HTTP/1.1 304 X", b"HTTP/1.1 100 Continue", b"\r\n", b"\r\n\r\n", b"\n",
        b"Location: /b", b"Location: http://[::1", b"Content-Length: 5", b"Content-Length: -1", b"Transfer-Encoding: chunked",
        b"5\r\nabcde\r\n", b"0\r\n\r\n", b"Content-Encoding: gzip", b"Content-Encoding: deflate", gzip.compress(b"x"),
        b"Retry-After: 0", b"\xff\xfe", b": ",
    ]
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.lists(st.one_of(PARTS, st.binary(max_size=20)), max_size=8).map(b"".join))
def test_any_bytes(server: FaultServer, make_client: MakeClient, content: bytes) -> None:
    """Whatever a server sends: an answer, or a problem by name."""
    server.on("/b", OK)
    client = make_client(retries=0)
    with contextlib.suppress(PortalError):
        assert client.get(server.on("/a", broken(content))).status == 200
    client.close()


def test_endless_chunk_line(server: FaultServer, make_client: MakeClient) -> None:
    """The line before a chunk is not read into memory without end."""
    server.on("/a", flood(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3;", b"x" * 65536, 10**6))
    assert failing(lambda: make_client(retries=0).get(server.url("/a"))) == ["broken-answer"]


# Proxies


def test_nobody_to_ask_behind_a_proxy(server: FaultServer, make_client: MakeClient) -> None:
    """A proxy elsewhere is not used without a contact either."""
    assert failing(lambda: make_client(proxy="http://127.0.0.2:9").get("http://portal.example/")) == ["no-connection", "robots-unreachable"]
    assert failing(lambda: make_client(proxy="http://203.0.113.7:9").get("http://portal.example/")) == ["no-contact"]


def test_proxy(server: FaultServer, make_client: MakeClient) -> None:
    """A proxy of the configuration is asked, though its own network is not open; it finds the name. Numbers are checked here first."""
    server.on("*", answer(404))
    server.on("http://portal.example/a", OK)
    client = make_client(proxy=server.url(), allowed_networks=())
    assert client.get("http://portal.example/a").body == b"ok"
    assert server.asked == ["http://portal.example/robots.txt", "http://portal.example/a"]
    assert failing(lambda: client.get("http://10.0.0.1/")) == ["address-not-public"]


# TLS


def make_certificate(folder: Path, key: str, *more: str) -> Path:
    """A certificate of 127.0.0.1 that vouches for itself, in ``cert.pem`` and ``key.pem``."""
    if not shutil.which("openssl"):
        pytest.skip("openssl が必要です / needs openssl")
    words = ["openssl", "req", "-x509", "-newkey", key, *more, "-nodes", "-days", "2", "-subj", "/CN=test"]
    words += ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*words, "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody knows, with its key."""
    return make_certificate(tmp_path_factory.mktemp("tls"), "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[FaultServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    running = FaultServer(tls=context)
    yield running
    running.stop()


@pytest.mark.parametrize("settings", [{}, {"legacy_tls": True}, {"http_fallback": True}])
def test_unknown_certificate(tls_server: FaultServer, make_client: MakeClient, settings: dict[str, bool], monkeypatch) -> None:
    """Never accepted, whatever is set, in the environment too; nothing is asked."""
    monkeypatch.setenv("CURL_CA_BUNDLE", "")
    assert failing(lambda: make_client(**settings).get(tls_server.url("/a")))[0] == "tls-certificate"
    assert tls_server.asked == []


@pytest.mark.parametrize("is_legacy", [False, True])
def test_quirk_35_legacy_tls_is_an_option_that_is_told_and_still_verifies(tls_server: FaultServer, make_client: MakeClient, certificate: Path, is_legacy: bool) -> None:
    """A file of certificates makes it good, for its own name only; old TLS is told."""
    tls_server.on("/a", OK)
    client = make_client(ca_file=str(certificate / "cert.pem"), legacy_tls=is_legacy)
    assert client.get(tls_server.url("/a")).body == b"ok"
    assert [warning.type for warning in client.warnings] == (["legacy-tls"] if is_legacy else [])


@pytest.fixture(scope="module")
def weak_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key of 1,024 bits, signed with SHA-1, as servers of 2010 have it."""
    return make_certificate(tmp_path_factory.mktemp("weak"), "rsa:1024", "-sha1")


#: What old servers speak, and how this Python's OpenSSL is brought to speak it.
OLD_SERVERS = {
    "TLS 1.0": (ssl.TLSVersion.TLSv1, "DEFAULT@SECLEVEL=0"), "TLS 1.1": (ssl.TLSVersion.TLSv1_1, "DEFAULT@SECLEVEL=0"),
    "TLS 1.2 with a weak key and SHA-1": (ssl.TLSVersion.TLSv1_2, "DEFAULT@SECLEVEL=0"),
    "TLS 1.2 with SHA-1 and CBC only": (ssl.TLSVersion.TLSv1_2, "AES128-SHA@SECLEVEL=0"),
}


@pytest.fixture(params=OLD_SERVERS)
def old_server(request: pytest.FixtureRequest, weak_certificate: Path) -> Iterator[FaultServer]:
    """A real server that speaks nothing newer."""
    version, ciphers = OLD_SERVERS[request.param]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python says what it thinks of TLS 1.0
        context.minimum_version = context.maximum_version = version
    context.set_ciphers(ciphers)
    context.load_cert_chain(weak_certificate / "cert.pem", weak_certificate / "key.pem")
    running = FaultServer(tls=context)
    running.on("/a", OK)
    yield running
    running.stop()


def test_quirk_35_old_server_is_read_only_where_the_source_allows_it(
    old_server: FaultServer, make_client: MakeClient, weak_certificate: Path
) -> None:
    """Without the option it is refused and the option is named; with it the answer comes, and old TLS is told."""
    trusted = {"ca_file": str(weak_certificate / "cert.pem")}
    with pytest.raises(PortalError) as refused:
        make_client(**trusted).get(old_server.url("/a"))
    assert "legacy_tls" in refused.value.problems[0].remedy()
    assert old_server.asked == []
    client = make_client(**trusted, legacy_tls=True)
    assert client.get(old_server.url("/a")).body == b"ok"
    assert [warning.type for warning in client.warnings] == ["legacy-tls"]


def test_quirk_35_old_server_with_an_unknown_certificate_is_refused_all_the_same(old_server: FaultServer, make_client: MakeClient) -> None:
    assert failing(lambda: make_client(legacy_tls=True).get(old_server.url("/a")))[0] == "tls-certificate"
    assert old_server.asked == []


def test_certificate_of_another_name(tls_server: FaultServer, make_client: MakeClient, certificate: Path, resolve) -> None:
    """Is refused."""
    resolve("portal.example", ["127.0.0.1"])
    client = make_client(ca_file=str(certificate / "cert.pem"))
    assert failing(lambda: client.get(tls_server.url("/a", host="portal.example")))[0] == "tls-certificate"


def test_slow_drip_in_tls(tls_server: FaultServer, make_client: MakeClient, certificate: Path) -> None:
    """The deadline holds there too."""
    tls_server.on("/a", drip(HEAD + b"Content-Length: 1000\r\n\r\n", 0.05))
    client = make_client(ca_file=str(certificate / "cert.pem"), deadline=0.8)
    assert failing(lambda: client.get(tls_server.url("/a"))) == ["too-slow"]


def test_no_tls_there(server: FaultServer, make_client: MakeClient) -> None:
    """An https address of a server that speaks http only: http where the source allows it, with a warning."""
    server.on("/a", OK)
    url = server.url("/a", scheme="https")
    assert failing(lambda: make_client().get(url))[0] == "tls-failed"
    client = make_client(http_fallback=True)
    assert client.get(url).final_url == server.url("/a")
    assert {warning.type for warning in client.warnings} == {"left-https"}


def test_redirect_out_of_tls(tls_server: FaultServer, server: FaultServer, make_client: MakeClient, certificate: Path) -> None:
    """Followed, with a warning."""
    tls_server.on("/a", redirect(server.on("/b", OK)))
    client = make_client(ca_file=str(certificate / "cert.pem"))
    assert client.get(tls_server.url("/a")).final_url == server.url("/b")
    assert [warning.type for warning in client.warnings] == ["left-https"]
