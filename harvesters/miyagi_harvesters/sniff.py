"""What bytes are, whatever a portal calls them: their encoding, and their format.

Nothing that is declared decides: a ``charset`` in a header, a file name and a format field are often wrong. What is declared and what was
detected are kept apart by the callers.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from .problems import PortalError, Severity, problem, register

__all__ = ["LONGEST_CELL", "Decoded", "Evidence", "beginning", "decode", "delimiter", "detect", "first_element", "is_html", "lines"]

#: Characters of one cell. ``csv`` knows only one limit for the whole process, so it is only ever raised.
LONGEST_CELL = 1_000_000
#: Records that are looked at to find the delimiter.
SAMPLE_RECORDS = 200
#: Prose has delimiters too; a text that nobody calls a table is one if so many of its records have the same number of cells.
PROSE_AGREEMENT = 0.6
#: JSON is parsed to tell GeoJSON from other JSON up to this many bytes; beyond, its first characters decide.
LARGEST_PARSED_JSON = 20_000_000
#: Bytes in which a text's kind must show: pages begin with long comments.
BEGINNING = 100_000
#: Characters of a first element that tell what it is.
FIRST_ELEMENT = 200
#: So many well-formed characters of three bytes before the first fault mean damaged UTF-8; text of another encoding breaks off earlier.
UTF8_EVIDENCE = 4

register(
    "not-decodable",
    Severity.ERROR,
    ("{place} の文字コードが分かりません（{detail}）。", "UTF-8またはShift_JIS（CP932）で保存し直したファイルを公開元に求めてください。"),
    ("The encoding of {place} is not known ({detail}).", "Ask the publisher for the file in UTF-8 or Shift_JIS (CP932)."),
)

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
#: What Python's CP932 makes of bytes that CP932 does not have.
_NOT_CP932 = re.compile("[\x80\uf8f0-\uf8f3]")
_THREE_BYTES = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")


class Decoded(NamedTuple):
    """Text of bytes, and how it was told."""

    text: str
    encoding: str
    had_bom: bool


def decode(body: bytes, place: str = "") -> Decoded:
    """Read bytes as text: strict UTF-8 with or without BOM, UTF-16 by its BOM, then CP932. What a header says is ignored.

    :raises PortalError: none of them fits, or UTF-8 was damaged on the way; says byte and line
    """
    for bom, encoding in _UTF16_BOMS.items():
        if body.startswith(bom):
            return _strictly(body[len(bom) :], encoding, place)
    had_bom = body.startswith(_UTF8_BOM)
    content = body[len(_UTF8_BOM) :] if had_bom else body
    try:
        return Decoded(content.decode("utf-8"), "utf-8", had_bom)
    except UnicodeDecodeError as error:
        damaged = had_bom or sum(1 for _ in islice(_THREE_BYTES.finditer(content, 0, error.start), UTF8_EVIDENCE)) == UTF8_EVIDENCE
        if damaged:
            raise _not_decodable(content, error.start, "UTF-8", place) from error
    text = content.decode("cp932", errors="replace")
    fault = _NOT_CP932.search(text)
    if "\ufffd" in text or fault:
        try:
            content.decode("cp932")
        except UnicodeDecodeError as error:
            raise _not_decodable(content, error.start, "CP932", place) from error
        assert fault is not None
        raise _not_decodable(content, len(text[: fault.start()].encode("cp932")), "CP932", place)
    return Decoded(text, "cp932", False)


def beginning(body: bytes) -> str:
    """The first characters of bytes, whatever they are: enough to tell a kind of text; characters that are not ASCII may be wrong."""
    start = body[:BEGINNING]
    encoding = next((encoding for bom, encoding in _UTF16_BOMS.items() if start.startswith(bom)), "utf-8-sig")
    return start.decode(encoding, errors="replace").removeprefix("\ufeff")


def _strictly(content: bytes, encoding: str, place: str) -> Decoded:
    try:
        return Decoded(content.decode(encoding), "utf-16", True)
    except UnicodeDecodeError as error:
        raise _not_decodable(content, error.start, "UTF-16", place) from error


def _not_decodable(content: bytes, offset: int, encoding: str, place: str) -> PortalError:
    line = content.count(b"\n", 0, offset) + 1
    sequence = content[offset : offset + 4].hex(" ")
    return PortalError(
        problem(
            "not-decodable",
            place,
            value=sequence,
            detail=f"{encoding} として{line}行目・{offset + 1}バイト目で読めません / not {encoding} at line {line}, byte {offset + 1}",
        )
    )


def lines(text: str) -> Iterator[str]:
    """The physical lines with their ends, split at CR, LF and CRLF only: ``str.splitlines`` also splits inside of cells."""
    return iter(io.StringIO(text, newline=""))


class Evidence(NamedTuple):
    """Which character parts the cells, and how it was told."""

    delimiter: str
    #: Share of the records which have the most frequent number of cells.
    agreement: float
    width: int
    #: Share of the records that it parts at all.
    parted: float
    #: Share of the records that it parts into no more cells than the first of them, or the most frequent number: rows may be short.
    fitting: float


_DELIMITERS = (",", "\t", ";")


def delimiter(text: str, preferred: str = "") -> Evidence | None:
    """Which delimiter parts the records best: all of them, the header too, and into cells that fit it.

    A list inside of cells often has the same number of parts in every row, but none in the header; most lists have semicolons, which count
    only where the first record has them.

    :param preferred: wins where the evidence is equal
    :returns: None where no character parts at least half of the records
    """
    sample = list(islice(lines(text), SAMPLE_RECORDS))
    # lines about the table (LinkData's header) are not of the table
    sample = [line for line in sample if not line.startswith("#")] or sample
    found = [evidence for character in _DELIMITERS if (evidence := _evidence(sample, character))]
    return max(found, key=lambda one: (one.parted, round(one.fitting, 1), one.delimiter == preferred, one.width), default=None)


def _evidence(sample: list[str], character: str) -> Evidence | None:
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    try:
        widths = [len(record) for record in csv.reader(sample, delimiter=character) if any(cell.strip() for cell in record)]
    except csv.Error:
        return None
    parted = [width for width in widths if width > 1]
    if not parted or len(parted) * 2 < len(widths) or (character == ";" and widths[0] == 1):
        return None
    width, count = max(Counter(parted).items(), key=lambda item: (item[1], item[0]))
    fitting = max(count, sum(1 for one in parted if one <= parted[0]))
    return Evidence(character, count / len(widths), width, len(parted) / len(widths), fitting / len(widths))


_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|table|div|main|article|section|ul|dl|script|h[1-6]|p)\b", re.IGNORECASE
)
_XML = re.compile(r"<(?:\?xml\b|!DOCTYPE\b|[A-Za-z_][\w:.-]*[\s/>])")
_GEOJSON_TYPES = {
    "FeatureCollection",
    "Feature",
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
}
_MAGIC = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "xls",
    b"%PDF-": "pdf",
    b"\x1f\x8b": "gzip",
    b"\x89PNG\r\n": "png",
    b"\xff\xd8\xff": "jpeg",
}
_TEXT_FORMATS = {"csv": ",", "tsv": "\t", "tab": "\t"}


def detect(body: bytes, declared: str = "", file_name: str = "") -> str:
    """The format that the bytes themselves show.

    :param declared: the stated format; decides only what bytes cannot tell: whether a text with one column is a table
    :param file_name: likewise
    :returns: ``zip``, ``xlsx``, ``xls``, ``ods``, ``html``, ``pdf``, ``json``, ``geojson``, ``xml``, ``csv``, ``tsv``, ``text``, ``empty``,
        a few more by their first bytes, and ``binary`` for what is none of these
    """
    content = without_bom(body)
    if not content.strip(b" \t\r\n\0"):
        return "empty"
    for magic, name in _MAGIC.items():
        if content.startswith(magic):
            return name
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(content)
    try:
        text = decode(body).text
    except PortalError:
        return "binary"
    if is_html(text):
        return "html"
    start = text[:4096].lstrip()
    if start[:1] in ("{", "["):
        kind = _json_kind(text)
        if kind:
            return kind
    if _XML.match(start) or _XML.match(first_element(text)):
        return "xml"
    if "\0" in text:
        return "binary"
    return _text_kind(text, declared, file_name)


def is_html(text: str) -> bool:
    """Whether a text is a page or a part of one: by its first element."""
    return bool(_HTML.match(first_element(text)))


def first_element(text: str) -> str:
    """The beginning of what follows XML declarations, processing instructions and comments."""
    at, ends = 0, {"<?": "?>", "<!--": "-->"}
    while True:
        while text[at : at + 1].isspace():
            at += 1
        end = next((end for start, end in ends.items() if text.startswith(start, at)), "")
        behind = text.find(end, at) if end else -1
        if behind < 0:
            return text[at : at + FIRST_ELEMENT]
        at = behind + len(end)


def without_bom(body: bytes) -> bytes:
    """The bytes behind a UTF-8 BOM, which some portals put even before a zip."""
    return body[len(_UTF8_BOM) :] if body.startswith(_UTF8_BOM) else body


def _zip_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            is_short = "mimetype" in names and archive.getinfo("mimetype").file_size < 200
            if is_short and archive.read("mimetype").strip() == b"application/vnd.oasis.opendocument.spreadsheet":
                return "ods"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return "zip"
    return "xlsx" if any(name.startswith("xl/") for name in names) else "zip"


def _json_kind(text: str) -> str:
    if len(text) > LARGEST_PARSED_JSON:
        return "json"
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    is_geo = isinstance(content, dict) and isinstance(content.get("type"), str) and content["type"] in _GEOJSON_TYPES
    return "geojson" if is_geo and any(key in content for key in ("features", "geometry", "coordinates", "geometries")) else "json"


def _text_kind(text: str, declared: str, file_name: str) -> str:
    named = next((name for name in (declared.lower().lstrip("."), file_name.lower().rpartition(".")[2]) if name in _TEXT_FORMATS), "")
    evidence = delimiter(text, _TEXT_FORMATS.get(named, ""))
    if evidence is None or (not named and evidence.agreement < PROSE_AGREEMENT):
        return {"tab": "tsv"}.get(named, named) or "text"
    return "tsv" if evidence.delimiter == "\t" else "csv"
