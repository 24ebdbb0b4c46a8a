"""What bytes are, whatever a portal calls them."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyagi_harvesters import sniff
from miyagi_harvesters.problems import PortalError

from .making import linkdata_text, problems_of, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("body", "encoding", "had_bom"),
    [
        ("名称,住所".encode(), "utf-8", False),
        ("名称,住所".encode("utf-8-sig"), "utf-8", True),
        ("名称,①髙".encode("cp932"), "cp932", False),
        (codecs.BOM_UTF16_LE + "名称".encode("utf-16-le"), "utf-16", True),
        (codecs.BOM_UTF16_BE + "名称".encode("utf-16-be"), "utf-16", True),
    ],
)
def test_quirk_12_bytes_tell_the_encoding(body: bytes, encoding: str, had_bom: bool) -> None:
    """UTF-8 first, then CP932; what a header says is not even asked."""
    decoded = sniff.decode(body)
    assert (decoded.encoding, decoded.had_bom) == (encoding, had_bom)
    assert decoded.text.startswith("名称")


@pytest.mark.parametrize("body", [b"a\n\x81", b"a\n\xff\xf0x", b"a\n\x80x", b"a\n\xa0x"])
def test_bytes_of_no_encoding_are_told_with_their_place(body: bytes) -> None:
    """A byte that no encoding has is a finding with line and byte, also where Python's codec lets it pass."""
    with pytest.raises(PortalError) as raised:
        sniff.decode(body, "x.csv")
    (found,) = raised.value.problems
    assert found.type == "not-decodable"
    assert "2行目・3バイト目" in found.detail


def test_damaged_utf8_is_not_read_as_cp932() -> None:
    """UTF-8 that was cut in the middle of a character would give garbage without error in CP932."""
    body = "あいうえおかきくけこ".encode()[:-1]
    assert body.decode("cp932", errors="ignore")
    assert problems_of(lambda: sniff.decode(body)) == {"not-decodable"}


@pytest.mark.parametrize(
    ("body", "declared", "name", "detected"),
    [
        (b"", "csv", "", "empty"),
        (b"\xef\xbb\xbf \r\n", "csv", "", "empty"),
        (b"<!DOCTYPE html><title>404</title>", "csv", "a.csv", "html"),
        (b"\n<!-- x -->\n<html lang=ja>", "", "", "html"),
        (b"<?xml version='1.0' encoding='Shift_JIS'?><?xml-stylesheet href='a.css'?>\n<!DOCTYPE html PUBLIC 'x'>", "", "", "html"),
        (b"<!-- " + b"x" * 9000 + b" --><section id='files'>", "", "", "html"),
        ("<div class='内容'>".encode("utf-16"), "", "", "html"),
        (b"<!-- x --><feed xmlns='http://www.w3.org/2005/Atom'></feed>", "", "", "xml"),
        (b"%PDF-1.7 ", "csv", "", "pdf"),
        (OLE, "csv", "", "xls"),
        (b'{"a": 1}', "", "", "json"),
        (b'{"type": "FeatureCollection", "features": []}', "json", "", "geojson"),
        (b'{"type": "Point of sale"}', "", "", "json"),
        (b"{broken", "", "", "text"),
        (b'<?xml version="1.0"?><rdf:RDF/>', "", "", "xml"),
        (b"<feed xmlns='x'>", "", "", "xml"),
        (b"a,b\n1,2\n", "", "", "csv"),
        (b"a\tb\n1\t2\n", "csv", "", "tsv"),
        (b"a;b\n1;2\n", "", "", "csv"),
        (b"one\ntwo\n", "", "", "text"),
        (b"one\ntwo\n", "csv", "", "csv"),
        (b"one\ntwo\n", "", "x.csv", "csv"),
        (b"\0\1\2\3", "csv", "", "binary"),
        (b"\x1f\x8b\x08", "csv", "", "gzip"),
        (linkdata_text(), "", "", "tsv"),
    ],
)
def test_quirk_14_bytes_tell_the_format(body: bytes, declared: str, name: str, detected: str) -> None:
    """What is declared decides only whether one column is a table."""
    assert sniff.detect(body, declared, name) == detected


def test_quirk_13_bom_before_zip() -> None:
    """A BOM before ``PK`` hides nothing."""
    assert sniff.detect(b"\xef\xbb\xbf" + zipped({"stops.txt": b"a,b"})) == "zip"
    assert sniff.detect(b"\xef\xbb\xbf" + zipped({"xl/workbook.xml": b"<x/>"}), "csv") == "xlsx"


def test_comments_before_an_element_end_in_time() -> None:
    """A page of comments is looked through once."""
    assert sniff.detect(b"<!---->" * 500 + b"<html>") == "html"
    assert sniff.detect(b"<!---->" * 5000) == "text"


def test_zip_kinds() -> None:
    """A workbook is told by what the zip holds, a damaged zip is still one."""
    ods = zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"})
    assert sniff.detect(ods, "csv") == "ods"
    assert sniff.detect(ods[:40]) == "zip"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("表題\n\n名称,住所,備考\nA,B;C,D;E\nF,G,H\n", ","),
        ("名称\t住所\nA,B,C\tD\nE,F,G\tH\n", "\t"),
        ("a;b;c\n1,5;2;3\n2,5;3;4\n", ";"),
        ('a,b\n"x;y;z",1\n"x;y;z",2\n', ","),
        ("場所,休み,連絡,ほか\n" + "北館,土;日,1,x\n" * 4 + "南館,土;日,2\n" * 3 + "東館,土;日\n" * 3, ","),
        ("場所,休み,連絡\n" + "北館,土;日\n" * 180, ","),
        ("場所,休み(例;土),連絡,ほか\n" + "北館,土;日,1,x\n" * 2 + "南館,月;火,2\n" * 2 + "東館,水;木\n" * 2, ","),
        ("場所\t休み\tほか\n" + "北館\t土,日\t1\n" * 2 + "南館\t土,日\n" * 5, "\t"),
        ("a;b;c\n" + "1,5;2,5;3,5\n" * 3 + "2,5;1,5\n" * 3, ";"),
    ],
)
def test_delimiter_is_what_parts_all_rows(text: str, delimiter: str) -> None:
    """Commas and semicolons inside of cells do not outweigh the one that parts the header and all rows, be these short."""
    found = sniff.delimiter(text, ",")
    assert found is not None
    assert found.delimiter == delimiter


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")))
def test_anything_is_detected_and_decoding_fails_by_name(body: bytes) -> None:
    """No bytes raise anything but ``PortalError``; text that decodes gives its bytes back."""
    assert sniff.detect(body)
    try:
        decoded = sniff.decode(body)
    except PortalError:
        return
    if decoded.encoding != "utf-16":
        assert decoded.text.encode(decoded.encoding) == sniff.without_bom(body) or decoded.encoding == "cp932"


def test_lines_are_split_at_line_ends_only() -> None:
    """Form feeds and the like stay inside of cells."""
    assert list(sniff.lines("a\x0b\x85\u2028b\r\nc\rd\ne")) == ["a\x0b\x85\u2028b\r\n", "c\r", "d\n", "e"]
