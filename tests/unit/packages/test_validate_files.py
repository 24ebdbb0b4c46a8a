"""Bytes that are no UTF-8 table are sent back before anybody reads rows into them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ckanext.miyagiict.packages.table import CELL_CHARACTERS

from .conftest import CSV, FIELDS, Check, MakePackage

# What is valid


@pytest.mark.parametrize(
    "content",
    [
        CSV,
        b"\xef\xbb\xbf" + CSV.encode(),
        CSV.replace("\n", "\r\n"),
        CSV.replace("\n", "\r"),
        CSV.rstrip("\n"),
        "id,name\n",
        '"id","name"\n"1","仙台市"\n',
    ],
    ids=["plain", "BOM", "CRLF", "CR", "no last line break", "header only", "quoted"],
)
def test_valid_ways_to_write_a_table(check: Check, make_package: MakePackage, content: str | bytes) -> None:
    """A BOM, any line break, quotes or none, rows or none."""
    assert check(make_package(content)) == []


@pytest.mark.parametrize(
    "cell",
    ["a\nb", "a\r\nb", 'a"b', "a,b", "a\tb", "a\\b", "\\N", "\\.", "'", " ", "　", "NULL", "=1+1", "<b>x</b>", "🏯", "葛\U000e0100"],
)
def test_any_text_may_stand_in_a_cell(check: Check, make_package: MakePackage, cell: str) -> None:
    """Line breaks, quotes, commas, tabs, backslashes, formulas, HTML and rare characters are text."""
    quoted = cell.replace('"', '""')
    assert check(make_package(f'id,name\n1,"{quoted}"\n')) == []


# Encodings


def test_cp932_short(check: Check, make_package: MakePackage) -> None:
    """A short Shift_JIS file, which guessing readers take for something else."""
    (problem,) = check(make_package("id,name\n1,仙台\n".encode("cp932")))
    assert (problem.kind.type, problem.file, problem.row) == ("encoding", "data/cities.csv", 2)
    assert "Shift_JIS（CP932）のようです" in problem.message


def test_cp932_long(check: Check, make_package: MakePackage) -> None:
    """A long one whose Japanese begins far below what guessing readers look at."""
    rows = "".join(f"{number},Sendai\n" for number in range(20_000))
    (problem,) = check(make_package(("id,name\n" + rows + "20000,仙台\n").encode("cp932")))
    assert (problem.kind.type, problem.row) == ("encoding", 20_002)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "euc_jp", "iso2022_jp"])
def test_other_encodings(check: Check, make_package: MakePackage, encoding: str) -> None:
    """UTF-16 and the other Japanese encodings, with and without a mark at the start."""
    (problem,) = check(make_package(CSV.encode(encoding)))
    assert problem.kind.type in ("encoding", "control-character")


def test_utf16_is_named(check: Check, make_package: MakePackage) -> None:
    """What Excel calls "Unicode text"."""
    (problem,) = check(make_package(CSV.encode("utf-16")))
    assert "UTF-16のようです" in problem.message


def test_one_broken_byte(check: Check, make_package: MakePackage) -> None:
    """A cut character in UTF-8 names its line and its byte."""
    (problem,) = check(make_package("id,name\n1,仙台市\n2,名取".encode()[:-1]))
    assert (problem.kind.type, problem.row) == ("encoding", 3)
    assert problem.detail.startswith("0xE5 0x8F")


@pytest.mark.parametrize("encoding", ["cp932", "utf-16", "latin-1", "", 8])
def test_another_encoding_declared(check: Check, make_package: MakePackage, encoding: object) -> None:
    """A descriptor may not declare another encoding, even for a file that is UTF-8."""
    assert {problem.kind.type for problem in check(make_package(resource={"encoding": encoding}))} <= {"encoding", "descriptor"}
    assert check(make_package(resource={"encoding": encoding}))


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "utf8", "utf_8"])
def test_utf8_by_any_name(check: Check, make_package: MakePackage, encoding: str) -> None:
    """UTF-8 has several spellings."""
    assert check(make_package(resource={"encoding": encoding})) == []


# No table at all


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<!DOCTYPE html>\n<html><body>404</body></html>", "HTML"),
        (b"  <html lang='ja'>", "HTML"),
        (b"\xef\xbb\xbf<!doctype HTML>", "HTML"),
        (b"<?xml version='1.0'?><rdf/>", "XML"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PDF"),
        (b"PK\x03\x04\x14\x00\x06\x00", "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel"),
    ],
    ids=["HTML", "html with blanks", "HTML with BOM", "XML", "PDF", "XLSX or ZIP", "XLS"],
)
def test_other_files_saved_as_csv(check: Check, make_package: MakePackage, content: bytes, name: str) -> None:
    """An error page, a PDF or a workbook under the name of a CSV is called by its name."""
    (problem,) = check(make_package(content))
    assert problem.kind.type == "not-a-table"
    assert name in problem.message


def test_gzip_saved_as_csv(check: Check, make_package: MakePackage) -> None:
    """A compressed file is not unpacked, whatever its name."""
    import gzip

    folder = make_package(resource={"path": "cities.csv.gz"}, files={"cities.csv.gz": gzip.compress(CSV.encode())})
    assert [problem.kind.type for problem in check(folder)] == ["encoding"]


def test_plain_table_named_like_an_archive(check: Check, make_package: MakePackage) -> None:
    """A name ending does not make an archive either."""
    assert check(make_package(resource={"path": "cities.csv.gz"}, files={"cities.csv.gz": CSV})) == []


def test_json_saved_as_csv(check: Check, make_package: MakePackage) -> None:
    """JSON has no such header row."""
    assert {problem.kind.type for problem in check(make_package('[{"id": 1}]'))} <= {"quote", "header"}


@pytest.mark.parametrize("content", ["", b"\xef\xbb\xbf", "\n", "\r\n\r\n"], ids=["nothing", "BOM only", "line break", "line breaks"])
def test_empty_file(check: Check, make_package: MakePackage, content: str | bytes) -> None:
    """A file without a header row."""
    (problem,) = check(make_package(content))
    assert (problem.kind.type, problem.detail) == ("header", "ファイルが空か、1行目が空です")


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1a", "\x1b", "\x1f", "\x7f"])
def test_nul_and_control_characters(check: Check, make_package: MakePackage, character: str) -> None:
    """Characters that PostgreSQL, terminals or our loader would trip over, with their line."""
    (problem,) = check(make_package(f"id,name\n1,仙台市\n2,名{character}取\n"))
    assert (problem.kind.type, problem.row, problem.detail) == ("control-character", 3, f"0x{ord(character):02X}")


# Cells and quotes


def test_cell_of_ten_megabytes(check: Check, make_package: MakePackage) -> None:
    """A cell that no page or spreadsheet shows; the message does not repeat it."""
    (problem,) = check(make_package("id,name\n1,仙台市\n2," + "あ" * 3_500_000 + "\n"))
    assert (problem.kind.type, problem.row) == ("cell-too-large", 3)
    assert len(str(problem)) < 500


def test_largest_cell(check: Check, make_package: MakePackage) -> None:
    """A cell of exactly the limit is accepted."""
    assert check(make_package("id,name\n1," + "x" * CELL_CHARACTERS + "\n")) == []


def test_unclosed_quote(check: Check, make_package: MakePackage) -> None:
    """The row where the quote opens, not the end of the file."""
    (problem,) = check(make_package('id,name\n1,仙台市\n2,"名取市\n3,角田市\n4,岩沼市\n'))
    assert (problem.kind.type, problem.row, problem.detail) == ("quote", 3, "閉じられないままファイルが終わります")


def test_text_after_a_closed_quote(check: Check, make_package: MakePackage) -> None:
    """A quote inside a cell that is not doubled."""
    (problem,) = check(make_package('id,name\n1,"仙台"市"\n'))
    assert (problem.kind.type, problem.row, problem.detail) == ("quote", 2, "閉じた後に文字が続きます")


def test_quote_in_the_middle_is_text(check: Check, make_package: MakePackage) -> None:
    """A quote that does not begin a cell is a character."""
    assert check(make_package('id,name\n1,5"画面\n')) == []


# Dialects


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters(check: Check, make_package: MakePackage, delimiter: str) -> None:
    """Semicolon, tab or bar, where the dialect says so."""
    assert check(make_package(CSV.replace(",", delimiter), resource={"dialect": {"delimiter": delimiter}})) == []


@pytest.mark.parametrize("resource", [{"format": "tsv"}, {"format": "TSV"}, {"path": "cities.tsv"}])
def test_tsv(check: Check, make_package: MakePackage, resource: dict[str, str]) -> None:
    """TSV by format or by name."""
    content = CSV.replace(",", "\t")
    assert check(make_package(content, resource=resource, files={"cities.tsv": content})) == []


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_delimiter_that_the_dialect_does_not_say(check: Check, make_package: MakePackage, delimiter: str) -> None:
    """Delimiters are not guessed."""
    assert [problem.kind.type for problem in check(make_package(CSV.replace(",", delimiter)))] == ["header"]


@pytest.mark.parametrize(
    "dialect",
    [
        "dialect.json", [], None, {"delimiter": ""}, {"delimiter": ",,"}, {"delimiter": "\n"}, {"delimiter": '"'}, {"delimiter": 1},
        {"delimiter": None}, {"delimiter": ["x"]}, {"quoteChar": ""}, {"quoteChar": ","}, {"doubleQuote": False}, {"escapeChar": "\\"},
        {"skipInitialSpace": True}, {"header": False}, {"headerRows": [1, 2]}, {"commentChar": "#"}, {"nullSequence": "\\N"},
        {"csv": {"delimiter": ";"}},
    ],
)
def test_dialect_that_readers_do_not_share(check: Check, make_package: MakePackage, dialect: object) -> None:
    """What could be read in two ways is refused, not half followed."""
    assert {problem.kind.type for problem in check(make_package(resource={"dialect": dialect}))} == {"descriptor"}


@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_at_all(check: Check, make_package: MakePackage, content: bytes) -> None:
    """Whatever the file holds, the answer is a list of problems, never a crash."""
    for problem in check(make_package(content)):
        assert problem.file == "data/cities.csv"


def test_rows_wider_than_the_header(check: Check, make_package: MakePackage) -> None:
    """The first row is the header however wide the others are."""
    found = check(make_package("id,name\n,,,,\n1,仙台市,,,\n", FIELDS))
    assert {(problem.kind.type, problem.row) for problem in found} == {("blank-row", 2), ("ragged-row", 3)}


@given(content=st.text(alphabet='id,name\n\r"1 \t=あ', max_size=40).map(lambda text: "id,name\n" + text))
@example("id,name\n,,,,")
def test_any_rows_at_all(check: Check, make_package: MakePackage, content: str) -> None:
    """The same below a header that fits."""
    for problem in check(make_package(content, FIELDS, schema={"primaryKey": "id"})):
        assert (problem.row or 0) >= 2
