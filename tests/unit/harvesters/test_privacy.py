"""Personal data does not get into what is stored."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyagi_harvesters.fetching import Answer
from miyagi_harvesters.privacy import MASK, masked, without_mail_addresses
from miyagi_harvesters.reader import Document


def stored(body: bytes) -> bytes:
    return without_mail_addresses(Document("1", (Answer("https://example.jp/", "https://example.jp/", 200, {}, body),))).parts[0].body


def test_quirk_34_users_and_members_are_not_stored() -> None:
    """SHIRASAGI's objects go, the author's name and the rest stay."""
    said = {
        "success": True,
        "result": {
            "name": "避難所", "author": "見本 花子", "user": {"name": "見本 次郎", "uid": "sys", "email": "jiro@example.jp"},
            "member": {"id": 3, "email": "hanako@example.jp"}, "text": "問合せ hanako@example.jp まで",
            "resources": [{"name": "a.csv", "user": {"email": "x@example.jp"}, "author_email": "y@example.jp"}],
        },
    }
    kept = json.loads(stored(json.dumps(said).encode()))
    assert kept["result"] == {"name": "避難所", "author": "見本 花子", "text": f"問合せ {MASK} まで", "resources": [{"name": "a.csv"}]}


@pytest.mark.parametrize(
    "written",
    [
        "taro@city.example.lg.jp",
        "taro＠example.jp",
        "taro&#64;example.jp",
        "taro%40example.jp",
        "taro[at]example.jp",
        "taro（アット）example.jp",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_quirk_34_pages_are_masked(written: str, encoding: str) -> None:
    """However an address is hidden from robots; the encoding stays."""
    page = f'<p>担当 <a href="mailto:{written}">総務課</a></p>'
    kept = stored(page.encode(encoding)).decode(encoding)
    assert kept == f'<p>担当 <a href="mailto:{MASK}">総務課</a></p>'


def test_what_holds_nobody_is_kept_byte_for_byte() -> None:
    """Blanks and escapes of JSON, a byte order mark, and bytes that are no text."""
    for body in (b'{"a" :  "\\u3042"}', b"\xef\xbb\xbf{}", b"PK\x03\x04\xff\xfe\x81", b"", b'<img src="logo@2x.png">'):
        assert stored(body) == body


TEXTS = st.text(alphabet="a@＠.jp{}[]\":, \ud800\\u", max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=200) | TEXTS)
def test_any_body_can_be_cleaned_twice(body: bytes) -> None:
    """The second time changes nothing."""
    assert stored(stored(body)) == stored(body)


def test_a_long_run_of_letters_takes_no_long_time() -> None:
    """Two megabytes without an address."""
    assert masked("a" * 2_000_000) == "a" * 2_000_000
    assert stored(b"[" * 200_000) == b"[" * 200_000
