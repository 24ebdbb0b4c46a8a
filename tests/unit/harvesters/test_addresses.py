"""Addresses: one form for each, and none that leads into a network that is not public."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
import requests
import urllib3
from hypothesis import example, given
from hypothesis import strategies as st

from miyagi_harvesters.addresses import canonical, dial, networks, parse, why_refused
from miyagi_harvesters.problems import PortalError

#: Written by hand from RFC 6890, its successors and the clouds' manuals, not from the code.
NOT_PUBLIC = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
    "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "255.255.255.255/32", "169.254.169.254/32", "100.100.100.200/32", "168.63.129.16/32",
    "::/128", "::1/128", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:2::/48",
    "2001:db8::/32", "2001:10::/28", "2001:20::/28", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fd00:ec2::254/128", "fe80::/10",
    "fec0::/10", "ff00::/8", "4000::/3", "::ffff:0:0:0/96",
]
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "93.184.216.34", "203.104.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2400:cb00::1", "2a00:1450::1",
]


@pytest.mark.parametrize("network", NOT_PUBLIC)
def test_networks_that_are_not_public(network: str) -> None:
    """Their first address, their last one and one between are refused, with a reason."""
    block = ip_network(network)
    for number in {0, block.num_addresses // 2, block.num_addresses - 1}:
        assert why_refused(block[number])


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    """Are not refused."""
    assert why_refused(ip_address(address)) is None


@given(st.sampled_from(NOT_PUBLIC).map(ip_network).flatmap(lambda block: st.integers(0, block.num_addresses - 1).map(block.__getitem__)))
def test_anything_in_a_refused_network(address: IPv4Address | IPv6Address) -> None:
    """Is refused."""
    assert why_refused(address)


@given(st.ip_addresses())
def test_never_more_open_than_ipaddress(address: IPv4Address | IPv6Address) -> None:
    """What Python calls special is refused."""
    is_special = (
        not address.is_global or address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
        or address.is_reserved or address.is_unspecified
    )
    if is_special:
        assert why_refused(address)


@pytest.mark.parametrize("prefix", ["::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::"])
@given(inner=st.ip_addresses(v=4))
def test_ipv4_inside_ipv6(prefix: str, inner: IPv4Address) -> None:
    """Refused; and where a setting opens such a network, the address inside is still checked."""
    address = IPv6Address(int(IPv6Address(prefix)) | int(inner))
    block = networks([f"{prefix}/96"])
    assert why_refused(address)
    if int(inner) > 1:
        assert (why_refused(address, block) is None) == (why_refused(inner, block) is None)


@given(st.ip_addresses(v=4))
def test_6to4(inner: IPv4Address) -> None:
    """The same for 6to4."""
    address = IPv6Address((0x2002 << 112) | (int(inner) << 80))
    assert why_refused(address)
    assert (why_refused(address, networks(["2002::/16"])) is None) == (why_refused(inner) is None)


def test_scoped_addresses() -> None:
    """An address that holds only on one cable, whatever it is otherwise."""
    assert why_refused(IPv6Address("2606:4700::1111%eth0"))


def test_allowed_networks() -> None:
    """A setting opens what it names and no more."""
    allowed = networks(["127.0.0.1/32", "fd12::/16"])
    assert why_refused(ip_address("127.0.0.1"), allowed) is None
    assert why_refused(ip_address("fd12::1"), allowed) is None
    assert why_refused(ip_address("127.0.0.2"), allowed)
    assert why_refused(ip_address("::ffff:127.0.0.1"), allowed)


# Connecting


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "0x7f000001", "0", "localhost", "::1", "[::1]", "::", "::ffff:127.0.0.1"],
)
def test_spellings_of_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the system reads a host, the address that comes out is checked before anything is sent."""
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    with pytest.raises((PortalError, OSError)) as raised:
        dial(host, 80, why_refused, lambda: 1.0)
    if isinstance(raised.value, PortalError):
        assert raised.value.problems[0].type == "address-not-public"


def test_first_public_address_is_used(resolve) -> None:
    """A name with a private address beside a public one is asked at the public one only."""
    resolve("both.example", ["10.0.0.1", "127.0.0.1"])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with dial("both.example", port, lambda address: why_refused(address, networks(["127.0.0.1/32"])), lambda: 1.0) as connected:
            assert connected.getpeername() == ("127.0.0.1", port)


# The one form


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://Example.JP", "https://example.jp/"),
        ("HTTPS://example.jp:443/a?b#c", "https://example.jp/a?b"),
        ("http://example.jp:80/", "https://example.jp/"),
        ("http://example.jp:8080/", "https://example.jp:8080/"),
        ("https://example.jp./", "https://example.jp/"),
        (" https://example.jp/\u3000", "https://example.jp/"),
        ("https://宮城.jp/データ.csv", "https://xn--uisz3g.jp/%E3%83%87%E3%83%BC%E3%82%BF.csv"),
        ("https://ｅｘａｍｐｌｅ．ｊｐ/", "https://example.jp/"),
        ("https://example。jp/", "https://example.jp/"),
        ("https://example.jp/a/./b/../c", "https://example.jp/a/c"),
        ("https://example.jp/a/%2E%2e/c/", "https://example.jp/c/"),
        ("https://example.jp/../..", "https://example.jp/"),
        ("https://example.jp/%7e%e3%81%82%2f", "https://example.jp/~%E3%81%82%2F"),
        ("https://example.jp/100%", "https://example.jp/100%25"),
        ("https://example.jp/a b?c=d e", "https://example.jp/a%20b?c=d%20e"),
        ("https://under_score.example.jp/", "https://under_score.example.jp/"),
        ("https://[2606:4700:0::1111]/", "https://[2606:4700::1111]/"),
        ("https://203.0.113.7/", "https://203.0.113.7/"),
        ("https://２０３.0.113.7/", "https://203.0.113.7/"),
    ],
)
def test_canonical(url: str, expected: str) -> None:
    """The form by which portals are told apart."""
    assert canonical(url) == expected


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("file:///etc/passwd", "address-scheme"),
        ("ftp://example.jp/", "address-scheme"),
        ("gopher://example.jp/", "address-scheme"),
        ("javascript:alert(1)", "address-scheme"),
        ("//example.jp/", "address-scheme"),
        ("example.jp", "address-scheme"),
        ("", "address-scheme"),
        ("https://user:secret@example.jp/", "address-userinfo"),
        ("https://example.jp@10.0.0.1/", "address-userinfo"),
        ("http://0x7f.1/", "address-odd-host"),
        ("http://0177.0.0.1/", "address-odd-host"),
        ("http://2130706433/", "address-odd-host"),
        ("http://127.1/", "address-odd-host"),
        ("http://１２７.１/", "address-odd-host"),
        ("http://example.0x7f/", "address-odd-host"),
        ("http://[fe80::1%25eth0]/", "address-odd-host"),
        ("http://[fe80::1%eth0]/", "address-odd-host"),
        ("https://exam\u202eple.jp/", "address-hidden-character"),
        ("https://example.jp/\r\nHost: x", "address-hidden-character"),
        ("https://example.jp\\@10.0.0.1/", "address-userinfo"),
        ("https://example.jp\\.10.0.0.1/", "bad-address"),
        ("https:///path", "bad-address"),
        ("https://a..b/", "bad-address"),
        ("https://-a.jp/", "bad-address"),
        ("https://[::1/", "bad-address"),
        ("https://[v1.x]/", "bad-address"),
        ("https://example.jp:99999/", "bad-address"),
        ("https://example.jp:x/", "bad-address"),
        ("https://example.jp:0/", "bad-address"),
        ("https://" + "a" * 64 + ".jp/", "bad-address"),
        ("https://example.jp/" + "a" * 9000, "bad-address"),
        ("https://\u2100.jp/", "bad-address"),
    ],
)
def test_refused_addresses(url: str, kind: str) -> None:
    """Each with its reason, and no password in the message."""
    with pytest.raises(PortalError) as raised:
        canonical(url)
    assert [found.type for found in raised.value.problems] == [kind]
    assert "secret" not in str(raised.value)


LABELS = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
HOSTS = st.lists(LABELS, min_size=1, max_size=3).map(".".join)
VISIBLE = st.characters(codec="utf-8", exclude_characters="?#\\", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))
PATHS = st.lists(st.text(VISIBLE, max_size=6))


@given(HOSTS, PATHS, st.sampled_from(["http", "https", "HTTP"]), st.booleans(), st.booleans(), st.text("ab#", max_size=3))
def test_spellings_of_one_address(host: str, path: list[str], scheme: str, is_upper: bool, has_dot: bool, fragment: str) -> None:
    """Scheme, case of the host, trailing dot, the scheme's own port and fragment make no difference."""
    rest = "/" + "/".join(path).strip()
    port = {"http": ":80", "https": ":443"}[scheme.lower()]
    spelt = f"{scheme}://{host.upper() if is_upper else host}{'.' if has_dot else ''}{port}{rest}#{fragment}"
    assert canonical(spelt) == canonical(f"https://{host}{rest}")


@given(st.one_of(st.text(max_size=40), st.tuples(HOSTS, st.text(max_size=30)).map(lambda parts: f"http://{parts[0]}{parts[1]}")))
@example("http://a/%2E%2E%2F..")
@example("http://a//..//b")
@example("http://a:443")
def test_any_text(text: str) -> None:
    """Either refused by name, or a form that stays as it is and that the libraries read as we do."""
    try:
        address = parse(text)
    except PortalError:
        return
    assert canonical(address.identity) == address.identity
    assert parse(str(address)) == address
    assert requests.Request("GET", str(address)).prepare().url == str(address)
    assert urllib3.util.parse_url(str(address)).host == (f"[{address.host}]" if ":" in address.host else address.host)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [("/b", "https://x.jp/b"), ("c?d", "https://x.jp/a/c?d"), ("//y.jp", "https://y.jp/"), ("?q", "https://x.jp/a/b?q"), ("#f", "https://x.jp/a/b")],
)
def test_references(reference: str, expected: str) -> None:
    """What stands on a page leads from there."""
    assert str(parse("https://x.jp/a/b").joined(reference)) == expected


@pytest.mark.parametrize("reference", ["file:///etc/passwd", "//u@x.jp", "http://[::1", "data:,x", "/a\tb"])
def test_references_that_lead_nowhere(reference: str) -> None:
    """They are refused as any address is."""
    with pytest.raises(PortalError):
        parse("https://x.jp/").joined(reference)


def test_params() -> None:
    """Added to what the address has; the same however they were encoded."""
    assert str(parse("https://x.jp/?a=1").with_params({"b": "あ +"})) == "https://x.jp/?a=1&b=%E3%81%82+%2B"
    assert str(parse("https://x.jp/").with_params(None)) == "https://x.jp/"
