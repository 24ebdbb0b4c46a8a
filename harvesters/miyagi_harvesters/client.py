"""The only way to the network: one connection a host, slowly, within limits, to public addresses only.

Retries are counted and paced by urllib3's ``Retry``; it is driven from here because a body can break after urllib3 is done with an answer.
No caching library: what changed is told from validators that the caller keeps beside its records; a second store would be a second truth.
"""

from __future__ import annotations

import contextlib
import http.client
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from types import TracebackType
from typing import Any

import certifi
import requests
import urllib3
from urllib3.exceptions import HTTPError, InvalidHeader, MaxRetryError, NameResolutionError, NewConnectionError
from urllib3.util.retry import Retry

from .addresses import Address, networks, parse, why_refused
from .bodies import ACCEPTED, drain, read_body
from .connections import Deadline, Guard, GuardedAdapter, tls_context
from .fetching import Answer
from .problems import PortalError, Problem, Severity, problem, register
from .robots import LONGEST as LONGEST_ROBOTS
from .robots import Rules

__all__ = ["AGENT", "Client", "ClientSettings", "Exchange"]

#: Product token: how robots.txt can name us.
AGENT = "miyagi-harvesters"
VERSION = "0.1"

REDIRECTS = (301, 302, 303, 307, 308)
REFUSALS = (403, 429)
#: Worth another try, with time between.
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
PASSING_PROBLEMS = frozenset({"host-unknown", "no-connection", "timed-out", "cut-short", "broken-answer"})
#: Over http a host may answer that cannot be reached over https; a bad certificate is no reason to try.
FALLBACK_PROBLEMS = frozenset({"no-connection", "tls-failed", "broken-answer"})
MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True)
class ClientSettings:
    """How a source is asked. Times are in seconds, sizes in bytes.

    :param contact: mail address or page of who answers for the requests; without it only this machine can be asked
    :param portal: address of the source; where given, only its own host's failures stop the run, not those of hosts that it links to
    :param deadline: for one answer, from connecting to its last byte
    :param largest: of a body, packed and unpacked
    :param delay: between the end of one request to a host and the next one; ``jitter`` adds up to as much again
    :param retries: further tries of one request
    :param backoff: the pause before the third try (the second comes after the usual delay); it doubles with each further one
    :param longest_wait: no pause is longer; a host that asks for more (``Retry-After``) is left for this run
    :param longest_crawl_delay: of what robots.txt asks for
    :param refusals_before_stop: answers 403 or 429 in a row that end the run
    :param failures_before_stop: requests in a row that failed after all tries and end the run
    :param allowed_networks: networks that may be connected to though they are not public
    :param proxy: address of an HTTP proxy; it then connects, and must check where. The environment's proxies are never used
    :param ca_file: certificates (PEM) to trust besides the usual ones
    :param legacy_tls: speak old TLS with old servers, still verified; reported as a warning
    :param http_fallback: ask over http where https cannot be spoken; reported as a warning
    :param robots_exceptions: beginnings of addresses that the portal's operator opened to us though robots.txt does not
    """

    contact: str = ""
    portal: str = ""
    connect_timeout: float = 15.0
    read_timeout: float = 60.0
    deadline: float = 300.0
    largest: int = 64 * 1024 * 1024
    delay: float = 3.0
    jitter: float = 1.0
    retries: int = 3
    backoff: float = 5.0
    longest_wait: float = 120.0
    longest_crawl_delay: float = 30.0
    hops: int = 5
    refusals_before_stop: int = 5
    failures_before_stop: int = 10
    allowed_networks: tuple[str, ...] = ()
    proxy: str = ""
    ca_file: str = ""
    legacy_tls: bool = False
    http_fallback: bool = False
    robots_exceptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.contact and not MAIL.fullmatch(self.contact) and not re.fullmatch(r"https?://[!-~]+", self.contact):
            raise ValueError(f"連絡先はメールアドレスかWebアドレスにしてください / contact: a mail or web address, not {self.contact!r}")
        networks(self.allowed_networks)
        if self.proxy and not re.fullmatch(r"https?://[!-~]+", self.proxy):
            raise ValueError("プロキシは http(s):// で始まるアドレスにしてください / the proxy's address must begin with http(s)://")
        for name in ("connect_timeout", "read_timeout", "deadline", "largest", "refusals_before_stop", "failures_before_stop"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} は正の数にしてください / must be above zero")
        for name in ("delay", "jitter", "retries", "backoff", "longest_wait", "longest_crawl_delay", "hops"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} は0以上にしてください / must not be below zero")

    @property
    def user_agent(self) -> str:
        """Who asks, and how to reach them."""
        return f"{AGENT}/{VERSION} (+{self.contact})" if self.contact else f"{AGENT}/{VERSION}"


@dataclass(frozen=True)
class Exchange:
    """One request and what became of it, for a log or a progress line.

    :param status: None where no answer came
    :param failure: type of the problem; empty where an answer came
    """

    url: str
    status: int | None
    seconds: float
    size: int
    attempt: int
    failure: str = ""


@dataclass(frozen=True)
class _Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    #: for ``Retry``, which reads Retry-After from it
    raw: Any = None


@dataclass
class _Host:
    """What is known of a host in this run."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    #: Taken before ``lock`` of any host, never while one is held.
    robots_lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0
    crawl_delay: float = 0.0
    refusals: int = 0
    failures: int = 0
    stopped: Problem | None = None


class _Session(requests.Session):
    """Redirects are followed by the client, hop by hop; requests would read the body of each without a limit."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class Client:
    """The door to the network (``fetching.Fetcher``). One client a run; it may be used from several threads.

    :param on_exchange: called after every request
    :param sleep: in place of ``time.sleep``
    :raises OSError: the file of certificates cannot be read
    """

    def __init__(self, settings: ClientSettings | None = None, *, on_exchange: Callable[[Exchange], None] | None = None,
                 sleep: Callable[[float], None] = time.sleep) -> None:
        self.settings = settings or ClientSettings()
        #: What should be known of this run though nothing failed, each once.
        self.warnings: list[Problem] = []
        self._on_exchange = on_exchange
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._robots: dict[str, Rules | Problem | int] = {}
        self._lock = threading.Lock()
        self._allowed = networks(self.settings.allowed_networks)
        self._portal_host = _bare(parse(self.settings.portal).host) if self.settings.portal else None
        self._exceptions = tuple(parse(exception).identity for exception in self.settings.robots_exceptions)
        self._session = self._new_session()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def get(self, url: str, *, params: Mapping[str, str] | None = None, validators: Mapping[str, str] | None = None,
            largest: int | None = None) -> Answer:
        """Fetch an address (see ``fetching.Fetcher.get``)."""
        asked = parse(url).with_params(params)
        headers = _conditional(validators or {})
        limit = self.settings.largest if largest is None else min(largest, self.settings.largest)
        address, hops = asked, [asked]
        while True:
            address, reply = self._ask(address, headers, limit)
            if reply.status not in REDIRECTS:
                break
            address = self._next_hop(address, reply.headers.get("location", ""), hops)
        if reply.status != 200 and not (reply.status == 304 and headers):
            raise PortalError(_status_problem(str(address), reply.status))
        return Answer(str(asked), str(address), reply.status, reply.headers, reply.body, tuple(str(hop) for hop in hops[1:]))

    def forbidden_by_robots(self, url: str) -> Problem | None:
        """What robots.txt has against an address; only robots.txt is asked for.

        :returns: None where the address may be fetched, also as an exception, and where robots.txt cannot be had now
        :raises PortalError: the address cannot be asked at all
        """
        address = parse(url)
        self._check_literal(address)
        try:
            self._obey_robots(address, self._host(address))
        except PortalError as error:
            return next((found for found in error.problems if found.type == "robots-disallows"), None)
        return None

    # One address

    def _next_hop(self, address: Address, location: str, hops: list[Address]) -> Address:
        """Where a redirect leads; added to the hops."""
        if not location:
            raise PortalError(problem("bad-redirect", str(address)))
        with contextlib.suppress(UnicodeError):
            # as browsers do: a Location that is no ASCII is UTF-8
            location = location.encode("latin-1").decode("utf-8")
        target = address.joined(location)
        if target in hops:
            raise PortalError(problem("redirect-loop", str(hops[0]), detail=target))
        if len(hops) > self.settings.hops:
            raise PortalError(problem("too-many-redirects", str(hops[0]), value=self.settings.hops))
        if address.scheme == "https" and target.scheme == "http":
            self._warn(problem("left-https", str(target), detail=address))
        hops.append(target)
        return target

    def _ask(self, address: Address, headers: Mapping[str, str], limit: int) -> tuple[Address, _Reply]:
        """One address without its redirects; over http where https is not spoken and that was allowed."""
        self._check_literal(address)
        try:
            return address, self._ask_politely(address, headers, limit)
        except PortalError as error:
            if not self.settings.http_fallback or address.scheme != "https" or error.problems[0].type not in FALLBACK_PROBLEMS:
                raise
            plain = replace(address, scheme="http")
            self._warn(problem("left-https", plain.origin, detail=error.problems[0].type))
            return plain, self._ask_politely(plain, headers, limit)

    def _check_literal(self, address: Address) -> None:
        """Refuse an address in numbers before anybody is asked: a proxy would connect where we would not."""
        try:
            number = ip_address(address.host)
        except ValueError:
            return
        if why := why_refused(number, self._allowed):
            raise PortalError(problem("address-not-public", str(address), detail=f"{number}: {why}"))

    def _ask_politely(self, address: Address, headers: Mapping[str, str], limit: int) -> _Reply:
        host = self._host(address)
        self._refuse_stopped(address, host)
        self._obey_robots(address, host)
        with host.lock:
            self._refuse_stopped(address, host)
            reply = self._try(address, host, headers, limit)
            self._note_answer(address, host, reply)
            return reply

    def _try(self, address: Address, host: _Host, headers: Mapping[str, str], limit: int, *, cut: bool = False) -> _Reply:
        """One request, again after failures that may pass."""
        retry = Retry(self.settings.retries, backoff_factor=self.settings.backoff / 2, backoff_max=self.settings.longest_wait)
        attempt = 1
        while True:
            failure: PortalError | None = None
            reply: _Reply | None = None
            try:
                reply = self._exchange(address, host, headers, limit, attempt, cut=cut)
                if reply.status not in PASSING_STATUSES:
                    return reply
            except PortalError as error:
                if error.problems[0].type not in PASSING_PROBLEMS:
                    self._note_failure(address, host, error)
                    raise
                failure = error
            pause = self._asked_pause(address, host, reply)
            try:
                retry = retry.increment("GET", address.target, error=failure, response=reply.raw if reply else None)
            except MaxRetryError:
                if reply:
                    return reply
                assert failure
                self._note_failure(address, host, failure)
                raise failure from None
            host.free_at = max(host.free_at, time.monotonic() + max(pause, retry.get_backoff_time()))
            attempt += 1

    def _exchange(self, address: Address, host: _Host, headers: Mapping[str, str], limit: int, attempt: int, *, cut: bool) -> _Reply:
        """One request on the wire, when the host is free for it."""
        self._wait(host)
        started = time.monotonic()
        reply: _Reply | None = None
        failure = ""
        try:
            reply = self._send(address, headers, limit, cut=cut)
            return reply
        except PortalError as error:
            failure = error.problems[0].type
            raise
        finally:
            ended = time.monotonic()
            pause = max(self.settings.delay, min(host.crawl_delay, self.settings.longest_crawl_delay))
            host.free_at = ended + pause + random.uniform(0, self.settings.jitter)  # noqa: S311 - no secret
            if self._on_exchange:
                seen = (reply.status, len(reply.body)) if reply else (None, 0)
                self._on_exchange(Exchange(str(address), seen[0], ended - started, seen[1], attempt, failure))

    def _send(self, address: Address, headers: Mapping[str, str], limit: int, *, cut: bool) -> _Reply:
        place = str(address)
        response: requests.Response | None = None
        with Deadline(self.settings.deadline) as deadline:
            try:
                request = self._session.prepare_request(requests.Request("GET", place, headers=dict(headers)))
                response = self._session.send(request, stream=True, timeout=(self.settings.connect_timeout, self.settings.read_timeout))
                is_wanted = response.status_code in (200, 304)
                body = read_body(response.raw, place, limit, cut=cut) if is_wanted else drain(response.raw)
                if deadline.passed:
                    raise PortalError(problem("too-slow", place, value=self.settings.deadline))
            except (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError) as error:
                # ValueError: what the libraries say to headers that are none
                if deadline.passed:
                    raise PortalError(problem("too-slow", place, value=self.settings.deadline)) from error
                raise PortalError(_failure(place, error)) from error
            finally:
                if response is not None:
                    response.close()
        if self.settings.legacy_tls and address.scheme == "https":
            self._warn(problem("legacy-tls", address.origin))
        kept = {name.lower(): value for name, value in response.headers.items() if name.lower() not in ("set-cookie", "set-cookie2")}
        return _Reply(response.status_code, kept, body, response.raw)

    def _wait(self, host: _Host) -> None:
        pause = host.free_at - time.monotonic()
        if pause > 0:
            self._sleep(pause)

    def _asked_pause(self, address: Address, host: _Host, reply: _Reply | None) -> float:
        """Seconds that a host asks us to stay away.

        :raises PortalError: longer than we wait
        """
        if reply is None:
            return 0.0
        if reply.status in REFUSALS:
            self._note_refusal(address, host, reply.status)
        try:
            pause = Retry().get_retry_after(reply.raw) or 0.0  # six hours at most, which is longer than anybody waits here
        except (InvalidHeader, ValueError, OverflowError):
            return 0.0
        if pause > self.settings.longest_wait:
            self._stop(address, host, problem("retry-later", address.host, value=round(pause)))
        return pause

    # What a host is known for

    def _host(self, address: Address) -> _Host:
        with self._lock:
            return self._hosts.setdefault(address.host, _Host())

    def _refuse_stopped(self, address: Address, host: _Host) -> None:
        if host.stopped:
            raise PortalError(self._reaching(address, host.stopped))

    def _stop(self, address: Address, host: _Host, reason: Problem, error: PortalError | None = None) -> None:
        """Ask this host no more in this run."""
        host.stopped = reason
        raise PortalError((self._reaching(address, reason), *(error.problems if error else ())))

    def _reaching(self, address: Address, reason: Problem) -> Problem:
        """The reason where it concerns the portal itself; for another host that the portal links to, what does not stop the run."""
        is_portal = self._portal_host is None or _bare(address.host) == self._portal_host
        return reason if is_portal else problem("other-host-left", address.host, detail=reason.type)

    def _note_answer(self, address: Address, host: _Host, reply: _Reply) -> None:
        if reply.status in REFUSALS:
            if reply.status not in PASSING_STATUSES:  # those were counted with each try
                self._note_refusal(address, host, reply.status)
        elif reply.status in PASSING_STATUSES or reply.status >= 500:
            self._note_failure(address, host, None)
        else:
            host.failures = 0
            host.refusals = 0 if reply.status in (200, 304) else host.refusals

    def _note_refusal(self, address: Address, host: _Host, status: int) -> None:
        host.refusals += 1
        if host.refusals >= self.settings.refusals_before_stop:
            self._stop(address, host, problem("host-refuses", address.host, value=status, detail=host.refusals))
        wait = min(self.settings.backoff * 2 ** (host.refusals - 1), self.settings.longest_wait)
        host.free_at = max(host.free_at, time.monotonic() + wait)

    def _note_failure(self, address: Address, host: _Host, error: PortalError | None) -> None:
        if error and error.problems[0].type in ("too-large", "unknown-packing", "damaged-packing"):
            host.failures = 0  # it does answer
            return
        host.failures += 1
        if host.failures >= self.settings.failures_before_stop:
            self._stop(address, host, problem("host-fails", address.host, value=host.failures), error)

    def _warn(self, warning: Problem) -> None:
        with self._lock:
            if warning not in self.warnings:
                self.warnings.append(warning)

    # robots.txt

    def _obey_robots(self, address: Address, host: _Host) -> None:
        with host.robots_lock:
            rules = self._robots.get(address.origin)
            if rules is None:
                rules = self._robots[address.origin] = self._fetch_rules(address)
        if isinstance(rules, Problem):
            raise PortalError((rules, problem("robots-unreachable", str(address), detail=rules.type)))
        if isinstance(rules, int):
            raise PortalError(problem("robots-unreachable", str(address), detail=rules))
        host.crawl_delay = rules.delay
        if not rules.allow(str(address)):
            if not any(address.identity.startswith(exception) for exception in self._exceptions):
                raise PortalError(problem("robots-disallows", str(address)))
            self._warn(problem("robots-exception", address.origin))

    def _fetch_rules(self, origin: Address) -> Rules | Problem | int:
        """The rules of an origin (RFC 9309, section 2.3): none where the file is not there.

        :returns: where all is forbidden because the file cannot be had: why, or the status
        """
        address = replace(origin, path="/robots.txt", query="")
        hops = [address]
        try:
            while True:
                self._check_literal(address)
                host = self._host(address)
                with host.lock:
                    self._refuse_stopped(address, host)
                    reply = self._try(address, host, {}, LONGEST_ROBOTS, cut=True)
                if reply.status not in REDIRECTS:
                    break
                address = self._next_hop(address, reply.headers.get("location", ""), hops)
        except PortalError as error:
            if error.stops_run:
                raise
            found = error.problems[0]
            # a file that is nowhere (section 2.3.1.2)
            return Rules(AGENT) if found.type in ("redirect-loop", "too-many-redirects", "bad-redirect") else found
        if reply.status == 200:
            return Rules.read(reply.body, AGENT)
        # 429 says "not now", not "no such file"
        return reply.status if reply.status == 429 or reply.status >= 500 else Rules(AGENT)

    def _new_session(self) -> requests.Session:
        session = _Session()
        session.trust_env = False  # no proxies, no .netrc, no certificates from the environment
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers.clear()
        session.headers.update({
            "User-Agent": self.settings.user_agent, "Accept": "*/*", "Accept-Encoding": ACCEPTED, "Accept-Language": "ja, en;q=0.5",
        })
        session.verify = certifi.where()
        if self.settings.proxy:
            session.proxies = {"http": self.settings.proxy, "https": self.settings.proxy}
        guard = Guard(self._allowed, only_loopback=not self.settings.contact)
        adapter = GuardedAdapter(guard, tls_context(self.settings.ca_file, legacy=self.settings.legacy_tls))
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _conditional(validators: Mapping[str, str]) -> dict[str, str]:
    """The request headers of validators that were kept; what cannot stand in a header is left out."""
    return {
        name: validators[name] for name in ("If-None-Match", "If-Modified-Since")
        if re.fullmatch(r"[!-~\xa0-\xff][ -~\xa0-\xff]{0,1000}", validators.get(name, ""))
    }


def _failure(place: str, error: Exception) -> Problem:
    """What an exception of the libraries means."""
    causes = [error, *_causes(error)]
    if any(isinstance(cause, NameResolutionError) for cause in causes):
        return problem("host-unknown", place)
    if any(isinstance(cause, ssl.SSLCertVerificationError | urllib3.exceptions.SSLError) and "CERTIFICATE_VERIFY" in str(cause).upper()
           for cause in causes):
        verification = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
        said = getattr(verification, "verify_message", "")
        return problem("tls-weak-certificate" if "too weak" in said else "tls-certificate", place, detail=said)
    if any(isinstance(cause, ssl.SSLError | urllib3.exceptions.SSLError) for cause in causes):
        return problem("tls-failed", place, detail=next((cause.reason for cause in causes if isinstance(cause, ssl.SSLError)), ""))
    # urllib3 keeps NewConnectionError under its timeouts, though it is none
    timeouts = [cause for cause in causes if isinstance(cause, TimeoutError | requests.Timeout | urllib3.exceptions.TimeoutError)]
    if any(not isinstance(cause, NewConnectionError) for cause in timeouts):
        return problem("timed-out", place)
    if any(isinstance(cause, http.client.IncompleteRead | urllib3.exceptions.IncompleteRead) for cause in causes):
        return problem("cut-short", place)
    kind = next((cause for cause in reversed(causes) if isinstance(cause, OSError) and cause.errno), None)
    if isinstance(kind, OSError) or any(isinstance(cause, requests.exceptions.ProxyError) for cause in causes):
        return problem("no-connection", place, detail=kind.strerror if kind else "proxy")
    return problem("broken-answer", place, detail=type(causes[-1]).__name__)


def _causes(error: BaseException, depth: int = 8) -> list[BaseException]:
    """The exceptions behind one, as the libraries hand them on: as cause, as reason, or among the arguments."""
    if depth == 0:
        return []
    behind = [error.__cause__, getattr(error, "reason", None), *error.args]
    found: list[BaseException] = []
    for one in behind:
        if isinstance(one, BaseException) and one not in found:
            found += [one, *(cause for cause in _causes(one, depth - 1) if cause not in found)]
    return found


def _status_problem(place: str, status: int) -> Problem:
    if status in (404, 410):
        return problem("not-found", place, value=status)
    if status == 429:
        return problem("too-many-requests", place)
    if status in (401, 403, 407, 451):
        return problem("refused", place, value=status)
    if status >= 500:
        return problem("server-error", place, value=status)
    return problem("unexpected-status", place, value=status)


register(
    "no-contact", Severity.STOP,
    ("連絡先が設定されていないため、ポータルに接続しませんでした。",
     "収集の設定に、問い合わせを受けるメールアドレスかWebページを入れてください。"),
    ("No contact is configured, so no portal was connected to.", "Set the mail address or page of who answers for the requests."),
)
register(
    "host-unknown", Severity.ERROR,
    ("{place} のサーバー名が見つかりません。", "アドレスの綴りと、サーバーのDNSの設定を確かめてください。"),
    ("The server of {place} is not known.", "Check the address, and this server's DNS."),
)
register(
    "no-connection", Severity.ERROR,
    ("{place} に接続できないか、接続が途中で切れました（{detail}）。", "ポータルが動いているか画面で確かめ、あとで収集し直してください。"),
    ("{place} cannot be connected to, or the connection broke ({detail}).", "See whether the portal works, and run again later."),
)
register(
    "timed-out", Severity.ERROR,
    ("{place} から時間内に応答がありません。", "ポータルが遅いときは、収集元の設定で待ち時間を延ばしてください。"),
    ("{place} did not answer in time.", "Where the portal is slow, give the source longer timeouts."),
)
register(
    "too-slow", Severity.ERROR,
    ("{place} の応答が {value} 秒以内に終わらないため、打ち切りました。",
     "ポータルが遅いときは、収集元の設定で全体の制限時間を延ばしてください。"),
    ("{place} did not finish within {value} seconds and was given up.", "Where the portal is slow, give the source a longer deadline."),
)
register(
    "tls-certificate", Severity.ERROR,
    ("{place} のサーバー証明書を確認できません（{detail}）。接続しませんでした。",
     "ポータルの管理者に知らせてください。中間証明書が欠けているだけのときは、そのファイルを ckanext.miyagiict.harvest.ca_file に"
     "書いておけば取得できます。"),
    ("The certificate of {place} cannot be verified ({detail}); nothing was fetched.",
     "Tell the portal's operator. Where only an intermediate certificate is missing, name its file in ckanext.miyagiict.harvest.ca_file."),
)
register(
    "tls-weak-certificate", Severity.ERROR,
    ("{place} のサーバー証明書は、鍵か署名が古く弱いため受け入れません（{detail}）。接続しませんでした。",
     "ポータルの管理者に知らせてください。それまでのあいだは、収集元の設定で古いTLSを許すと取得できます"
     "（{\"client\": {\"legacy_tls\": true}}。証明書の確認は続けます）。"),
    ("The certificate of {place} is refused for its old, weak key or signature ({detail}); nothing was fetched.",
     "Tell the portal's operator. Until then, allow old TLS for the source ({\"client\": {\"legacy_tls\": true}}); "
     "certificates are still verified."),
)
register(
    "tls-failed", Severity.ERROR,
    ("{place} と暗号化通信（TLS）を始められません（{detail}）。",
     "古いサーバーのときは、収集元の設定で古いTLSを許してください（{\"client\": {\"legacy_tls\": true}}。証明書の確認は続けます）。"),
    ("TLS with {place} fails ({detail}).",
     "Where the server is an old one, allow old TLS for the source ({\"client\": {\"legacy_tls\": true}}); "
     "certificates are still verified."),
)
register(
    "broken-answer", Severity.ERROR,
    ("{place} の応答がHTTPの形になっていません（{detail}）。",
     "あとで収集し直してください。続くときはポータルの管理者に知らせてください。"),
    ("{place} does not answer in proper HTTP ({detail}).", "Run again later. If this goes on, tell the portal's operator."),
)
register(
    "bad-redirect", Severity.ERROR,
    ("{place} は転送先のない転送を返しました。", "ブラウザーで開いて、いまのアドレスを確かめてください。"),
    ("{place} redirects to nowhere.", "Open it in a browser and look for its present address."),
)
register(
    "redirect-loop", Severity.ERROR,
    ("{place} の転送が {detail} へ戻り、終わりません。", "ブラウザーで開いて、いまのアドレスを確かめてください。"),
    ("{place} redirects in a circle (back to {detail}).", "Open it in a browser and look for its present address."),
)
register(
    "too-many-redirects", Severity.ERROR,
    ("{place} からの転送が {value} 回を超えました。", "ブラウザーで開いて、いまのアドレスを確かめてください。"),
    ("{place} redirects more than {value} times.", "Open it in a browser and look for its present address."),
)
register(
    "not-found", Severity.ERROR,
    ("{place} がありません（{value}）。", "ポータルで削除または移動されていないか確かめてください。前の内容は残っています。"),
    ("{place} is not there ({value}).", "See whether the portal removed or moved it. What was there before is kept."),
)
register(
    "refused", Severity.ERROR,
    ("{place} の取得をサーバーが拒みました（{value}）。",
     "しばらく間隔を空けてください。続くときはポータルの管理者に自動取得の可否を尋ねてください。"),
    ("The server refuses {place} ({value}).",
     "Leave it alone for a while. If this goes on, ask the portal's operator whether it may be harvested."),
)
register(
    "too-many-requests", Severity.ERROR,
    ("{place} のサーバーが、取得の回数が多すぎると答えました。", "収集元の設定で、取得の間隔を延ばしてください。"),
    ("The server of {place} says that there were too many requests.", "Give the source a longer delay between requests."),
)
register(
    "server-error", Severity.ERROR,
    ("{place} のサーバーで障害が起きています（{value}）。", "あとで収集し直してください。前の内容は残っています。"),
    ("The server of {place} fails ({value}).", "Run again later. What was there before is kept."),
)
register(
    "unexpected-status", Severity.ERROR,
    ("{place} が想定外の応答（{value}）を返しました。", "ブラウザーで開いて、内容を確かめてください。"),
    ("{place} answered with an unexpected status ({value}).", "Open it in a browser and look what it says."),
)
register(
    "retry-later", Severity.STOP,
    ("{place} が {value} 秒後まで取得しないよう求めています。この収集元の収集を中止しました。",
     "その時間を過ぎてから収集し直してください。取得済みの内容は残っています。"),
    ("{place} asks not to be asked for {value} seconds. The run was stopped.", "Run again after that time. What was fetched is kept."),
)
register(
    "host-refuses", Severity.STOP,
    ("{place} が続けて {detail} 回、取得を拒みました（{value}）。この収集元の収集を中止しました。",
     "半日以上空けてから収集し直し、間隔の設定を延ばしてください。続くときはポータルの管理者に自動取得の可否を尋ねてください。"),
    ("{place} refused {detail} times in a row ({value}). The run was stopped.",
     "Run again after half a day, with a longer delay. If this goes on, ask the portal's operator whether it may be harvested."),
)
register(
    "host-fails", Severity.STOP,
    ("{place} への取得が続けて {value} 回失敗しました。この収集元の収集を中止しました。",
     "ポータルが動いているか確かめ、あとで収集し直してください。"),
    ("{place} failed {value} times in a row. The run was stopped.", "See whether the portal works, and run again later."),
)
register(
    "other-host-left", Severity.ERROR,
    ("{place} は収集元からリンクされた別のサーバーで、この収集ではもう取得しません（{detail}）。",
     "そのサーバーが動いているか確かめてください。収集元の収集は続きます。"),
    ("{place}, another server that the portal links to, is not asked again in this run ({detail}).",
     "See whether it works. The run goes on."),
)
register(
    "left-https", Severity.WARNING,
    ("{place} を暗号化されていない http で取得しました（{detail}）。", "https のアドレスがないか、ポータルで確かめてください。"),
    ("{place} was fetched over plain http ({detail}).", "See whether the portal has an https address."),
)
register(
    "legacy-tls", Severity.WARNING,
    ("{place} とは古いTLSを許す設定で通信しました。", "サーバーが新しくなったら、収集元の設定を戻してください。"),
    ("Old TLS was allowed with {place}.", "Take the setting back once the server is renewed."),
)
