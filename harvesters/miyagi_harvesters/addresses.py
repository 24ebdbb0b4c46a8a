"""Addresses: their one form, and which of them may be connected to.

A name says nothing of where it leads, so the check is made on the address that the socket uses, at the moment it connects (``dial``).
No kept library does that for requests: Advocate is archived since 2023 and needs urllib3 1, others are for httpx; hence ``ipaddress`` here.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import idna

from .problems import PortalError, Severity, problem, register

__all__ = ["Address", "IPAddress", "IPNetwork", "canonical", "dial", "networks", "parse", "why_refused"]

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

SCHEMES = {"http": 80, "https": 443}
LONGEST_ADDRESS = 8000
#: A name with more addresses than this is not tried further.
ADDRESSES_TRIED = 6

#: What is no part of the public network: RFC 6890 and IANA's special-purpose registries, and what clouds say of the machine itself.
REFUSED: tuple[tuple[str, IPNetwork], ...] = tuple(
    (name, ip_network(network))
    for name, blocks in {
        "クラウドの内部情報 cloud metadata": "169.254.169.254/32 100.100.100.200/32 192.0.0.192/32 168.63.129.16/32 fd00:ec2::254/128",
        "自ネットワーク this network, RFC 1122": "0.0.0.0/8",
        "プライベート private, RFC 1918": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16",
        "通信事業者の共有 CGNAT, RFC 6598": "100.64.0.0/10",
        "自分自身 loopback": "127.0.0.0/8 ::1/128",
        "リンクローカル link-local": "169.254.0.0/16 fe80::/10",
        "Teredo, RFC 4380": "2001::/32",
        "測定用 benchmarking, RFC 2544": "198.18.0.0/15 2001:2::/48",
        "プロトコル用 IETF protocols, RFC 6890": "192.0.0.0/24 2001::/23",
        "文書用 documentation": "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20",
        "6to4, RFC 7526": "192.88.99.0/24 2002::/16",
        "マルチキャスト multicast": "224.0.0.0/4 ff00::/8",
        "ブロードキャスト broadcast": "255.255.255.255/32",
        "予約 reserved, RFC 1112": "240.0.0.0/4",
        "未指定 unspecified": "::/128",
        "IPv4-mapped": "::ffff:0:0/96",
        "IPv4-translated, RFC 2765": "::ffff:0:0:0/96",
        "IPv4-compatible": "::/96",
        "NAT64, RFC 6052": "64:ff9b::/96 64:ff9b:1::/48",
        "破棄用 discard, RFC 6666": "100::/64",
        "segment routing, RFC 9602": "5f00::/16",
        "ユニークローカル unique local, RFC 4193": "fc00::/7",
        "サイトローカル site-local, RFC 3879": "fec0::/10",
    }.items()
    for network in blocks.split()
)
#: All that has been given out as global unicast addresses of IPv6 (RFC 4291).
GLOBAL_IPV6 = IPv6Network("2000::/3")


@dataclass(frozen=True)
class Address:
    """A web address in its parts, each in its normal form (RFC 3986, section 6.2.2).

    :param host: lower case, ASCII (IDNA), without trailing dot; IPv6 without brackets
    :param port: None for the scheme's own
    :param query: without "?"
    """

    scheme: str
    host: str
    port: int | None
    path: str
    query: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def target(self) -> str:
        """Path and query: what the request line says."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def identity(self) -> str:
        """The address by which a thing is known, however it is fetched: always https."""
        port = None if self.port == SCHEMES["https"] else self.port
        return str(replace(self, scheme="https", port=port))

    def __str__(self) -> str:
        return self.origin + self.target

    def with_params(self, params: Mapping[str, str] | None) -> Address:
        """The same with more in its query.

        :param params: name → value, or None
        """
        more = _encoded(urlencode(params), QUERY_SAFE) if params else ""
        return replace(self, query="&".join(part for part in (self.query, more) if part))

    def joined(self, reference: str) -> Address:
        """Where a reference found at this address leads.

        :raises PortalError: nowhere that may be fetched
        """
        _refuse_control_characters(reference)
        try:
            return parse(urljoin(str(self), reference.strip()))
        except ValueError as error:
            raise _bad(reference, str(error)) from None


def canonical(url: str) -> str:
    """The one form of an address, for identity: https, lower-case ASCII host, no default port, fragment or trailing dot.

    :raises PortalError: no web address, or one with a user name in it
    """
    return parse(url).identity


def parse(url: str) -> Address:
    """Read an address. What comes back is written anew from its parts, so that nobody behind reads another host in it.

    :raises PortalError: no http(s) address, a user name in it, or a host in a spelling that hides where it leads
    """
    text = url.strip()
    if len(text) > LONGEST_ADDRESS:
        raise _bad(text, f"longer than {LONGEST_ADDRESS} characters")
    _refuse_control_characters(text)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise _bad(text, str(error)) from None
    scheme = parts.scheme.lower()
    if scheme not in SCHEMES:
        raise PortalError(problem("address-scheme", text, value=scheme))
    if "@" in parts.netloc:
        raise PortalError(problem("address-userinfo", f"{scheme}://{parts.netloc.rpartition('@')[2]}"))
    if port == 0:
        raise _bad(text, "port 0")
    host = _host(parts.netloc, parts.hostname or "", text)
    path = _encoded(_without_dots(parts.path), PATH_SAFE) or "/"
    return Address(scheme, host, None if port == SCHEMES[scheme] else port, path, _encoded(parts.query, QUERY_SAFE))


def networks(texts: Iterable[str]) -> tuple[IPNetwork, ...]:
    """The networks of a setting.

    :raises ValueError: one is no network
    """
    return tuple(ip_network(text.strip()) for text in texts)


def why_refused(address: IPAddress, allowed: Sequence[IPNetwork] = ()) -> str | None:
    """Why an address may not be connected to; None where it may.

    :param allowed: networks that are open all the same; an IPv4 address inside an IPv6 one must be public or allowed as well
    """
    reason = _not_public(address)
    if reason is None:
        return None
    if not any(address in network for network in allowed):
        return reason
    return next((why for inner in _inside(address) if (why := why_refused(inner, allowed))), None)


def dial(host: str, port: int, refusal: Callable[[IPAddress], str | None], seconds: Callable[[], float],
         options: Sequence[tuple[int, int, int | bytes]] = ()) -> socket.socket:
    """Connect to a host, by an address that was looked up once and checked.

    :param refusal: why an address may not be connected to, or None; other addresses of the host are tried then
    :param seconds: how long one attempt may take, asked before each
    :raises PortalError: all its addresses are refused
    :raises OSError: the name is not known, or nobody answers
    """
    refused: list[str] = []
    last: OSError | None = None
    found = socket.getaddrinfo(host.strip("[]"), port, socket.AF_UNSPEC, socket.SOCK_STREAM)
    for family, kind, protocol, _, where in found[:ADDRESSES_TRIED]:
        address = _numeric(where)
        if why := refusal(address):
            refused.append(f"{address}: {why}")
            continue
        connected = socket.socket(family, kind, protocol)
        try:
            for option in options:
                connected.setsockopt(*option)
            connected.settimeout(seconds())
            connected.connect(where)
            return connected
        except OSError as error:
            connected.close()
            last = error
    if last is None and refused:
        raise PortalError(problem("address-not-public", host, detail=", ".join(refused)))
    raise last or OSError("no address")


def _not_public(address: IPAddress) -> str | None:
    if isinstance(address, IPv6Address) and address.scope_id:
        return "範囲付き scoped"
    for name, network in REFUSED:
        if address in network:
            return name
    if isinstance(address, IPv6Address) and address not in GLOBAL_IPV6:
        return "公開用に割り当てられていない not global unicast"
    return None if address.is_global else "公開用でない not global"


def _inside(address: IPAddress) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address carries, wherever a gateway would take them from."""
    if isinstance(address, IPv4Address):
        return ()
    number = int(address)
    if address.sixtofour:
        return (address.sixtofour,)
    if address.teredo:
        return address.teredo
    carries = ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
    is_one = number > 1 and any(address in IPv6Network(network) for network in carries)
    return (IPv4Address(number & 0xFFFFFFFF),) if is_one else ()


def _numeric(where: Any) -> IPAddress:
    """The address in what ``getaddrinfo`` gave, its scope kept."""
    text = where[0]
    scope = where[3] if len(where) > 3 else 0
    return ip_address(f"{text}%{scope}" if scope and "%" not in text else text)


# Parts of an address

PATH_SAFE = "/:@!$&'()*+,;=-._~%"
QUERY_SAFE = PATH_SAFE + "?"
UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
#: Programs read such a last label as a number, each in its own way (WHATWG URL, "ends in a number").
NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
#: Controls, and what changes the direction of text or is not seen.
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def _host(netloc: str, host: str, place: str) -> str:
    if netloc.startswith("["):
        return _ipv6_host(host, place)
    if "[" in netloc or "]" in netloc or "\\" in netloc:
        raise _bad(place, "host")
    try:
        plain = (host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")).lower().removesuffix(".")
    except idna.IDNAError as error:
        raise _bad(place, str(error)) from None
    labels = plain.split(".")
    if NUMBER.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(plain))
        except ValueError:
            raise PortalError(problem("address-odd-host", place)) from None
    if len(plain) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise _bad(place, "host")
    return plain


def _ipv6_host(host: str, place: str) -> str:
    try:
        address = IPv6Address(host)
    except ValueError as error:
        raise _bad(place, str(error)) from None
    if address.scope_id:
        raise PortalError(problem("address-odd-host", place))
    return str(address)


def _encoded(text: str, safe: str) -> str:
    """Percent-encoding in its one form: what needs none has none, the rest is UTF-8 in upper-case hex."""
    if not text:
        return ""

    def one(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in UNRESERVED else match[0].upper()

    # a "%" that begins no escape stands for itself
    escaped = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    return re.sub(r"%([0-9A-Fa-f]{2})", one, quote(escaped, safe=safe))


def _without_dots(path: str) -> str:
    """The path without "." and ".." segments (RFC 3986, section 5.2.4), however they are spelt."""
    if "." not in path and "%2" not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for number, segment in enumerate(segments):
        plain = segment.lower().replace("%2e", ".")
        is_last = number == len(segments) - 1
        if plain == "..":
            if len(kept) > 1:
                kept.pop()
        elif plain != ".":
            kept.append(segment)
            continue
        if is_last:
            kept.append("")
    return "/".join(kept)


def _refuse_control_characters(text: str) -> None:
    if HIDDEN.search(text):
        raise PortalError(problem("address-hidden-character", text))


def _bad(place: str, detail: str) -> PortalError:
    return PortalError(problem("bad-address", place, detail=detail))


register(
    "bad-address", Severity.ERROR,
    ("「{place}」はWebアドレスとして正しくありません（{detail}）。", "アドレスの綴りを確かめてください。"),
    ("{place} is not a proper web address ({detail}).", "Check how the address is written."),
)
register(
    "address-odd-host", Severity.ERROR,
    ("「{place}」は接続先を数値の特殊な書き方で示しています。", "サーバーの名前か、通常の書き方のIPアドレスを指定してください。"),
    ("{place} names its host by a number in an unusual spelling.", "Give the server's name or a plain IP address."),
)
register(
    "address-hidden-character", Severity.ERROR,
    ("「{place}」に目に見えない文字が含まれています。", "アドレスを入力し直してください。"),
    ("{place} holds a character that is not seen.", "Type the address again."),
)
register(
    "address-scheme", Severity.ERROR,
    ("「{place}」は取得できません。取得できるのは http と https のアドレスだけです（指定: {value}）。",
     "http:// または https:// で始まるアドレスを指定してください。"),
    ("{place} cannot be fetched: only http and https are (this is: {value}).", "Give an address that begins with http:// or https://."),
)
register(
    "address-userinfo", Severity.ERROR,
    ("{place} のアドレスに利用者名またはパスワードが含まれています。", "アドレスから「利用者名:パスワード@」の部分を除いてください。"),
    ("The address of {place} holds a user name or a password.", "Remove the part before \"@\" from the address."),
)
register(
    "address-not-public", Severity.ERROR,
    ("{place} は公開されたネットワーク上にありません（{detail}）。安全のため接続しませんでした。",
     "ポータルのアドレスを確かめてください。庁内のサーバーを収集元にするときは、管理者が設定で許可するネットワークに加えます。"),
    ("{place} is not on the public network ({detail}); no connection was made.",
     "Check the portal's address. Where an internal server is meant, an administrator adds its network to those allowed."),
)
