"""LinkData: every variant of its table text, the page of a work, discovery, and reading by other forms."""

from __future__ import annotations

import io
import json
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyagi_harvesters.contents import read_contents
from miyagi_harvesters.fetching import Answer
from miyagi_harvesters.linkdata import LinkData, follow, resources_in_page, work_of
from miyagi_harvesters.linkdata_page import read_page, works_in_page
from miyagi_harvesters.linkdata_table import comparable, is_linkdata, label_of, read_rdf_json, read_text, row_keys, table_schema
from miyagi_harvesters.problems import PortalError
from miyagi_harvesters.reader import Document
from miyagi_harvesters.record import Record, Resource
from miyagi_harvesters.tables import DATA_PROBLEMS

from .making import HEADER, PROPERTIES, ROWS, TYPES, Portal, linkdata_text, problems_of, samples, types_of, work_page

COLUMNS = ("subject", "場所名", "台数", "lat")
CELLS = [("b_1", "中央広場", "0012", "38.1717"), ("b_2", "川べり 下手", "3", "38.2")]
BASE = "https://linkdata.org"


def same(body: bytes) -> None:
    """The text reads as the table that it is a variant of."""
    read = read_text(body)
    assert read.table.columns == COLUMNS
    assert list(read.table.rows) == CELLS


def comma(line: str, width: int = 4) -> str:
    """A line as a spreadsheet saves it again: commas, padded."""
    return ",".join([*line.split("\t"), *[""] * (width - 1 - line.count("\t"))])


def test_as_linkdata_writes_it() -> None:
    """Subject first and named, then the labels; text to the letter; nothing to tell."""
    read = read_text(linkdata_text())
    same(linkdata_text())
    assert read.table.problems == ()
    assert (read.said("license"), read.said("lang"), read.said("attribution_name")) == (HEADER[3].split("\t")[1], "ja", "架空市")
    assert [(one.type, one.uri) for one in read.properties][2] == ("float", "http://www.w3.org/2003/01/geo/wgs84_pos#lat")


def test_quirk_24_headers_in_any_order_and_number() -> None:
    """Headers are read while lines begin with ``#``, not counted."""
    same(linkdata_text(header=(), properties=PROPERTIES, types=("#lang\tja", *TYPES[::-1], "#license\tx", "#LINK")))
    same(linkdata_text(header=("#file_name\tx", "#LINK"), types=()))
    same(linkdata_text(header=(*HEADER, "", "#attribution_url\thttps://x.example/"), types=(TYPES[0],)))


def test_quirk_24_unknown_and_repeated_headers_are_kept() -> None:
    """All lines of a header are kept, those that nobody knows too; the first ``#property`` names the columns."""
    body = linkdata_text(
        header=(*HEADER, "#license\tパブリックドメイン", "#template_generated_from\thttps://t.example/", "#memo\tx\ty"),
        types=(*TYPES, "#property\tほか"),
    )
    same(body)
    read = read_text(body)
    assert read.all_said("license") == (HEADER[3].split("\t")[1], "パブリックドメイン")
    assert read.headers["memo"] == (("x", "y"),)
    assert read.said("template_generated_from") == "https://t.example/"
    assert types_of(read.table.problems) == {"linkdata-header-unknown", "linkdata-header-repeated"}


def test_quirk_24_no_licence_and_no_address() -> None:
    """An absent header is an empty text."""
    read = read_text(linkdata_text(header=("#LINK",)))
    assert (read.said("license"), read.said("download_from")) == ("", "")


def test_quirk_25_empty_subject_stays_empty() -> None:
    """The subject's column is there, empty on every row, and rows have stable keys made of their content."""
    rows = [row.partition("\t")[1] + row.partition("\t")[2] for row in ROWS]
    read = read_text(linkdata_text(rows=[*rows, rows[0]]))
    assert read.table.columns == COLUMNS
    assert [row[0] for row in read.table.rows] == ["", "", ""]
    assert "linkdata-empty-subject" in types_of(read.table.problems)
    keys = list(row_keys(read.table.rows))
    assert len(set(keys)) == 3
    assert keys[:2] == list(row_keys(read_text(linkdata_text(rows=rows)).table.rows))
    assert keys[2].startswith(keys[0])


def test_quirk_25_a_subject_is_its_row_key() -> None:
    """A filled subject is the key; one that repeats is not taken twice."""
    keys = list(row_keys([("1", "a"), ("2", "b"), ("1", "c")]))
    assert keys[:2] == ["1", "2"]
    assert keys[2] not in keys[:2]


def test_quirk_26_label_uri_and_prefixed_name() -> None:
    """Three ways to name a property give one label; the URI is kept."""
    namespaces = {"geo": "http://www.w3.org/2003/01/geo/wgs84_pos#", "kind": "http://k.example/"}
    assert label_of("lat", namespaces) == ("lat", "")
    assert label_of("http://www.w3.org/2003/01/geo/wgs84_pos#lat", {}) == ("lat", "http://www.w3.org/2003/01/geo/wgs84_pos#lat")
    assert label_of("geo:lat", namespaces) == ("lat", "http://www.w3.org/2003/01/geo/wgs84_pos#lat")
    assert label_of("kind:%E5%90%8D", namespaces) == ("名", "http://k.example/%E5%90%8D")
    assert label_of("http://xmlns.com/foaf/0.1/homepage", {})[0] == "homepage"
    assert label_of("iclt:名称", {}) == ("iclt:名称", "")
    assert label_of("時間 8:00", namespaces) == ("時間 8:00", "")
    header = (*HEADER, "#namespace\tgeo\thttp://www.w3.org/2003/01/geo/wgs84_pos#", "#namespace\tk:\thttp://k.example/")
    read = read_text(linkdata_text(header=header, properties="#property\t場所名\tk:台数\tgeo:lat"))
    assert read.table.columns == COLUMNS
    assert read.properties[1].uri == "http://k.example/台数"


def test_quirk_26_repeated_properties_are_a_list() -> None:
    """Each stays a column with a name of its own, and together they are told to be one list."""
    read = read_text(linkdata_text(properties="#property\t場所名\t電話\t電話", rows=("1\tA\t1\t2",)))
    assert read.table.columns == ("subject", "場所名", "電話", "電話_2")
    assert read.multi_valued == {"電話": ("電話", "電話_2")}
    assert table_schema(read)["multiValued"] == {"電話": ["電話", "電話_2"]}


def test_quirk_26_three_forms_of_one_property_are_one_list() -> None:
    """A label joins the URI that ends so, however that is encoded; where two URIs do, nobody knows which one it is."""
    header = (*HEADER, "#namespace\tk\thttp://k.example/")
    forms = "#property\t名\tk:名\thttp://k.example/%E5%90%8D\t数"
    read = read_text(linkdata_text(header=header, properties=forms, rows=("1\ta\tb\tc\td",)))
    assert read.multi_valued == {"名": ("名", "名_2", "名_3")}
    other = "#property\thttp://k.example/name\thttp://other.example/name\tname"
    assert read_text(linkdata_text(header=header, properties=other)).multi_valued == {}


def test_quirk_26_a_property_called_subject() -> None:
    """The subject keeps its name, the property gets another."""
    read = read_text(linkdata_text(properties="#property\tsubject\tsubject_2\t", rows=("1\tA\tB",)))
    assert read.table.columns == ("subject", "subject_3", "subject_2")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_quirk_27_line_ends(end: str) -> None:
    """LF, CRLF and CR; with and without one at the end; with and without BOM; CP932."""
    body = linkdata_text(end=end)
    same(body)
    same(body.rstrip(end.encode()))
    same(b"\xef\xbb\xbf" + body)
    same(body.decode().encode("cp932"))


def test_quirk_27_commas_and_padding() -> None:
    """Saved again by a spreadsheet: commas, padded ``#`` lines, quoted cells, a tab inside of cells, an empty address, lower case."""
    lines = [*HEADER, "#download_from", PROPERTIES, TYPES[0], "#property_context\t\tassertion\t\tassertion"]
    body = "\n".join(
        ["#LINK,,,", *map(comma, lines[1:-1]), "#property_context,\tassertion,\tassertion,\tassertion", *map(comma, ROWS)]
    ).encode()
    same(body)
    read = read_text(body)
    assert read.said("download_from") == ""
    assert read.properties[0].context == "assertion"
    same(body.replace(comma(ROWS[0]).encode(), '"b_1","中央広場","0012","38.1717"'.encode()))
    same(body.replace(b"#LINK,,,", b'"#LINK",,,'))
    quoted = read_text(body.replace("中央広場".encode(), '"中央\n広場, 北"'.encode()))
    assert list(quoted.table.rows)[0] == ("b_1", "中央\n広場, 北", "0012", "38.1717")


def test_quirk_27_saved_as_a_workbook() -> None:
    """The same lines in a workbook, whatever its name: the text cells come to the letter."""
    book = openpyxl.Workbook()
    for line in linkdata_text().decode().splitlines():
        book.active.append(line.split("\t"))
    body = io.BytesIO()
    book.save(body)
    (content,) = read_contents(Resource("a", "a", declared_format="csv"), body.getvalue())
    assert (content.table.columns, list(content.table.rows)) == (COLUMNS, CELLS)
    assert [document.id for document in LinkData("", Portal({})).documents_in("saved.xlsx", body.getvalue())] == ["saved"]


def test_quirk_27_tabs_below_a_comma_header() -> None:
    """Rows may be parted otherwise than the header: the rule under which they fit is taken."""
    body = "\n".join([*map(comma, [*HEADER, PROPERTIES]), *ROWS, "3\tA,a\t1\t2"]).encode()
    assert list(read_text(body).table.rows) == [*CELLS, ("3", "A,a", "1", "2")]


def test_quirk_27_blanks_for_tabs() -> None:
    """Blanks between a header's name and its value, and between values, where the number of values fits."""
    same(linkdata_text(header=("#LINK", "#lang ja", "#license  http://x.example/", "#attribution_name 架空 市")))
    assert read_text(linkdata_text(header=("#LINK", "#attribution_name 架空 市"))).said("attribution_name") == "架空 市"
    same(linkdata_text(properties=PROPERTIES.replace("\t", " "), types=[line.replace("\t", "  ") for line in TYPES]))
    same(linkdata_text(properties=PROPERTIES.replace("#property\t", "#property ")))
    same(linkdata_text(properties=PROPERTIES.replace("\t台数", " 台数"), types=TYPES))
    same(linkdata_text(rows=("b_1 中央広場 0012 38.1717", ROWS[1])))
    blanks = read_text(linkdata_text(rows=("b_1 中央広場 0012 38.1717", ROWS[1])))
    assert types_of(blanks.table.problems) == {"linkdata-other-delimiter"}


def test_quirk_27_labels_with_blanks_stay_whole() -> None:
    """A blank in a label parts nothing where the number of values fits already."""
    read = read_text(linkdata_text(properties="#property\tMulti-Purpose Toilet\tareaSize(ha)\tlat"))
    assert read.table.columns == ("subject", "Multi-Purpose Toilet", "areaSize(ha)", "lat")


def test_quirk_27_cells_keep_their_tabs_and_blanks() -> None:
    """In a comma file a tab is a character of the cell; blanks around a cell stay."""
    body = "\n".join(map(comma, [*HEADER, PROPERTIES, *TYPES])) + "\n1,\tA, B ,3\n"
    assert list(read_text(body.encode()).table.rows) == [("1", "\tA", " B ", "3")]


def test_quirk_27_fewer_and_more_cells() -> None:
    """Short rows are padded, a comma in place of a tab stays in its cell, long rows keep everything; each is told."""
    read = read_text(linkdata_text(rows=("1", "2\tA\t5,38.1", "3\tA\t5\t38.1\tmore")))
    assert read.table.columns == (*COLUMNS, "extra_1")
    assert list(read.table.rows) == [("1", "", "", "", ""), ("2", "A", "5,38.1", "", ""), ("3", "A", "5", "38.1", "more")]
    assert sum(found.type == "ragged-row" for found in read.table.problems) == 3


def test_quirk_27_quotes_are_letters_in_a_tab_file() -> None:
    """LinkData knows no quotes; only where a cell with line breaks shows CSV's rules do they count."""
    assert list(read_text(linkdata_text(rows=('1\t"愛称" 広場\t"5\t6',))).table.rows) == [("1", '"愛称" 広場', '"5', "6")]
    assert list(read_text(linkdata_text(rows=('1\t"愛称\n広場"\t5\t6', "2\tB\t5\t6"))).table.rows)[0] == ("1", "愛称\n広場", "5", "6")


@pytest.mark.parametrize("cell", ["岩沼市,中央,2", "岩沼市 中央 2番", "岩沼市　中央　2番　4号", "a\u3000 b  c d"])
def test_quirk_27_a_row_with_its_number_of_cells_is_not_parted(cell: str) -> None:
    """One filled cell and empty ones behind are a row as LinkData pads it, in tabs and in commas."""
    assert list(read_text(linkdata_text(rows=(ROWS[1], f"{cell}\t\t\t"))).table.rows)[1] == (cell, "", "", "")
    body = "\n".join([*map(comma, [*HEADER, PROPERTIES, *TYPES]), comma(ROWS[1]), f'"{cell}",,,']).encode()
    assert list(read_text(body).table.rows)[1] == (cell, "", "", "")


def test_quirk_27_a_subject_alone_is_parted_only_where_the_columns_prove_it() -> None:
    """A short row's subject may hold blanks and commas; columns of numbers and dates show when they stand for tabs."""
    words = linkdata_text(properties="#property\t町\t字", types=(), rows=("北\tA\tB", "1番 2番 3番", "南,中,東"))
    read = read_text(words)
    assert list(read.table.rows) == [("北", "A", "B"), ("1番 2番 3番", "", ""), ("南,中,東", "", "")]
    assert [found.type for found in read.table.problems] == ["ragged-row", "ragged-row"]
    dated = linkdata_text(properties="#property\t町\t日", types=(), rows=("n_1\tA\t2024-04-01", "n_2,B,2024-05-01", "n_3,C,不明"))
    assert list(read_text(dated).table.rows) == [("n_1", "A", "2024-04-01"), ("n_2", "B", "2024-05-01"), ("n_3,C,不明", "", "")]
    numbered = linkdata_text(properties="#property\t町\t字", types=(), rows=("n_1\tA\tB", "n_2,C,D", "n_3 E F", "北,中,南"))
    assert list(read_text(numbered).table.rows)[1:] == [("n_2", "C", "D"), ("n_3 E F", "", ""), ("北,中,南", "", "")]
    tabs = "#LINK,,\n#property,町,字\n北,A,B\n南\tC\tD,,\n東\tE\tF\n西\tG\n"
    assert list(read_text(tabs.encode()).table.rows) == [("北", "A", "B"), ("南\tC\tD", "", ""), ("東", "E", "F"), ("西\tG", "", "")]
    blanks = linkdata_text(properties="#property 町 字", types=(), rows=("1 A B", "2 C D", "3 E"))
    assert list(read_text(blanks).table.rows) == [("1", "A", "B"), ("2", "C", "D"), ("3 E", "", "")]
    wide = linkdata_text(properties="#property  町  字", types=(), rows=("1  A 北  B", "2  C  D 南"))
    assert list(read_text(wide).table.rows) == [("1", "A 北", "B"), ("2", "C", "D 南")]


def test_quirk_27_quotes_of_letters_put_no_rows_together() -> None:
    """A quote that another row seems to close is a letter in both; where whole cells hold line breaks they are CSV's."""
    letters = ('1\t"広い', '2\t狭い"\t庭\t5', "3\t普通\t庭\t6")
    read = read_text(linkdata_text(rows=letters))
    assert list(read.table.rows) == [("1", '"広い', "", ""), ("2", '狭い"', "庭", "5"), ("3", "普通", "庭", "6")]
    assert [found.type for found in read.table.problems] == ["ragged-row"]
    mixed = read_text(linkdata_text(rows=('0\t"上の\r\n庭"\t1\t2', *letters)))
    assert list(mixed.table.rows) == [("0", "上の\r\n庭", "1", "2"), *read.table.rows]
    assert types_of(mixed.table.problems) == {"ragged-row", "unclosed-quote"}


def test_quirk_27_a_tab_file_of_a_spreadsheet_is_read_by_one_rule() -> None:
    """Where the header lines show CSV's quotes, they count in the names as in the rows."""
    quoted = '"#LINK"\t\t\n"#property"\t"名"\t"説明ほか"\n"1"\t"北"\t"二つ\nある"\n"2"\t"南"\t"""新"""\n'
    read = read_text(quoted.encode())
    assert (read.table.columns, list(read.table.rows)) == (("subject", "名", "説明ほか"), [("1", "北", "二つ\nある"), ("2", "南", '"新"')])
    padded = '#LINK\t\t\n#property\t"広さ ""約"""\t高さ\n1\t"A, B"\tC\n'
    assert read_text(padded.encode()).table.columns == ("subject", '広さ "約"', "高さ")
    assert list(read_text(padded.encode()).table.rows) == [("1", "A, B", "C")]
    assert read_text(padded.encode()).table.problems == ()


def test_quirk_27_names_parted_by_blanks_above_short_rows() -> None:
    """One full row is enough to tell three names with blanks between from one name with blanks."""
    read = read_text(b"#LINK\n#property \xe5\x90\x8d \xe7\x95\xaa lat\n1\tA\n2\tB\n3\tC\n4\tD\t7\t38.5\n")
    assert read.table.columns == ("subject", "名", "番", "lat")
    assert list(read.table.rows)[-1] == ("4", "D", "7", "38.5")
    for rows in (b"1\tA\n2\tB\n", b"1\tA\n2 north\n3 south\n"):
        assert read_text(b"#LINK\n#property Multi-Purpose Toilet\n" + rows).table.columns == ("subject", "Multi-Purpose Toilet")


def test_quirk_27_one_header_line_parted_by_commas() -> None:
    """In a tab file, commas behind a header's name stand for tabs in that line only."""
    same(linkdata_text(properties=PROPERTIES.replace("\t", ",")))
    same(linkdata_text(properties=PROPERTIES.replace("\t", ",") + ",,"))
    assert read_text(linkdata_text(header=("#LINK", "#license,パブリックドメイン"))).said("license") == "パブリックドメイン"


def test_quirk_27_blanks_in_the_header_and_commas_in_the_cells() -> None:
    """Where no header line shows the delimiter, what parts all rows does, however many commas their cells hold."""
    body = "#LINK\n#property 町 字 lat\n1\tA,B,C\tD,E\t38.5\n2\tA,B\tD\t38.6\n"
    assert list(read_text(body.encode()).table.rows) == [("1", "A,B,C", "D,E", "38.5"), ("2", "A,B", "D", "38.6")]


def test_quirk_24_property_line_alone() -> None:
    """Names behind a delimiter are header enough; a remark that begins with the word is not."""
    read = read_text("#property\t町\t字\r\n01\tA\tB\r\n".encode())
    assert (read.table.columns, list(read.table.rows)) == (("subject", "町", "字"), [("01", "A", "B")])
    assert not is_linkdata("# property of the city\na,b\n1,2\n")


def test_remarks_between_rows_are_kept_apart() -> None:
    """A line that is only a remark is no row; it is told with its place and kept with the header lines."""
    read = read_text(linkdata_text(rows=(ROWS[0], "# ここから 東の 地区", "#", ROWS[1], "#A09")))
    assert list(read.table.rows) == [*CELLS, ("#A09", "", "", "")]
    assert read.headers["comment"] == (("ここから 東の 地区",), ())
    assert [found.value for found in read.table.problems if found.type == "linkdata-late-header"] == ["# ここから 東の 地区", "#"]
    assert "linkdata-late-header" in DATA_PROBLEMS


def test_a_row_whose_subject_is_the_name_of_a_header_line() -> None:
    """Alone and full it is a row, and told; repeated from the top, or in a block, it is a header line whose content is kept."""
    read = read_text(linkdata_text(rows=(*ROWS, "#license\t広場\t8\t38.3", "z\t橋\t1\t38.4")))
    assert list(read.table.rows) == [*CELLS, ("#license", "広場", "8", "38.3"), ("z", "橋", "1", "38.4")]
    assert types_of(read.table.problems) == {"linkdata-subject-like-header"}
    joined = linkdata_text() + b"\xef\xbb\xbf" + linkdata_text(header=("#LINK", "#license\tCC0"))
    read = read_text(joined)
    assert list(read.table.rows) == [*CELLS, *CELLS]
    assert read.all_said("license")[1:] == ("CC0",)
    assert len([found for found in read.table.problems if found.type == "linkdata-late-header"]) == 5


def test_subjects_that_begin_with_a_hash_are_data() -> None:
    """A row is not taken for a header line because of its subject."""
    read = read_text(linkdata_text(rows=("#1\tA\t1\t2", "#A01\tB\t1\t2", "#い\tC\t1\t2")))
    assert [row[0] for row in read.table.rows] == ["#1", "#A01", "#い"]
    assert [row[0] for row in read_text(linkdata_text(rows=("#B", "#C\tA\t1\t2"))).table.rows] == ["#B", "#C"]


def test_header_lines_between_rows_are_told() -> None:
    """Two files that were joined give no row ``#LINK``."""
    read = read_text(linkdata_text(rows=(*ROWS, "#LINK", "#lang\tja", ROWS[0])))
    assert len(read.table.rows) == 3
    assert "linkdata-late-header" in types_of(read.table.problems)


def test_a_text_without_property_line_keeps_its_rows() -> None:
    """Columns get numbers, and that is an error to tell."""
    read = read_text(linkdata_text(properties="#lang\tja", types=()))
    assert [row[1:] for row in read.table.rows] == [row[1:] for row in CELLS]
    assert "linkdata-no-property" in types_of(read.table.problems)
    assert read.multi_valued == {}


def test_quirk_28_zero_padded_int_stays_text() -> None:
    """``int`` in the header casts nothing: the zeros stay, and the field says why it is text."""
    made = table_schema(read_text(linkdata_text()))
    fields = {one["name"]: one for one in made["fields"]}
    assert [fields[name]["type"] for name in COLUMNS] == ["string", "string", "string", "number"]
    assert "int" in fields["台数"]["description"]
    assert fields["lat"]["rdfType"] == "http://www.w3.org/2003/01/geo/wgs84_pos#lat"
    assert fields["場所名"]["linkdata"] == {"property": "場所名", "objectType": "string:ja", "context": "Assertion"}


def test_quirk_29_properties_are_compared_decoded() -> None:
    """Brackets, blanks and Japanese may be encoded or not, and blanks may be ``_``."""
    label = "広さ (ha)"
    for uri in ("http://linkdata.org/property/rdf1s1i#%E5%BA%83%E3%81%95%20%28ha%29", "http://linkdata.org/property/rdf1s1i#広さ_(ha)"):
        assert comparable(uri) == comparable(label)
    assert comparable("http://linkdata.org/property/rdf1s1i#x") != comparable(label)


def test_rdf_json_as_a_table() -> None:
    """A row a subject; several values are several columns; an absent key is an empty cell."""
    own = "http://linkdata.org/property/rdf1s77i#"
    graph = {
        "http://linkdata.org/resource/rdf1s77i#b_1": {f"{own}%E5%90%8D": [{"value": "A"}], f"{own}tel": [{"value": "1"}, {"value": "2"}]},
        "http://linkdata.org/resource/rdf1s77i#b_2": {f"{own}%E5%90%8D": [{"value": 5}]},
    }
    read = read_rdf_json(json.dumps(graph).encode())
    assert read.table.columns == ("subject", "名", "tel", "tel_2")
    assert list(read.table.rows) == [("b_1", "A", "1", "2"), ("b_2", "5", "", "")]
    assert read.multi_valued == {"tel": ("tel", "tel_2")}
    for bad in (b"[]", b"{}", b'{"a": {"b": "c"}}', b'{"a": []}', b"<html>"):
        assert problems_of(lambda bad=bad: read_rdf_json(bad)) <= {"linkdata-rdf-shape", "not-json"}


def test_work_page() -> None:
    """Title, owner, description, tags, dates and downloads, whatever the white space."""
    page = read_page(work_page())
    assert (page.work, page.title, page.owner, page.owner_id) == ("rdf1s77i", "架空市　ベンチの一覧", "架空市", "kakuushi")
    assert (page.description, page.tags, page.created, page.modified) == ("公園と道のベンチです。", ("公園",), "Apr 1, 2019", "May 2, 2020")
    assert [(one.file, one.form, one.version, one.size) for one in page.downloads] == [
        ("benches", "text", "2020.4.1", "1.2KB"),
        ("benches", "excel", "2020.4.1", "1.2KB"),
        ("benches", "turtle", "2020.4.1", "1.2KB"),
    ]
    japanese = read_page(work_page().replace(b"Created date", "作成日".encode()).replace(b"Last update date", "最終更新日".encode()))
    assert (japanese.created, japanese.modified) == ("Apr 1, 2019", "May 2, 2020")
    assert problems_of(lambda: read_page(b"<html><h1>Error</h1></html>")) == {"linkdata-not-a-work-page"}


def a_portal(**answers: bytes | str) -> Portal:
    """LinkData with one work."""
    known = {f"{BASE}/work/rdf1s77i": work_page(), f"{BASE}/download/rdf1s77i/link/benches.txt": linkdata_text()}
    return Portal({**known, **{f"{BASE}{path}": body for path, body in answers.items()}})


def fetched(portal: Portal, target: str = BASE, **options: str) -> Record:
    """The first record of a portal."""
    reader = LinkData(target, portal, options or {"works": "rdf1s77i"})
    return reader.map(reader.fetch(reader.listing().entries[0]))


def test_record_of_a_work() -> None:
    """Page and table make one record; equal licences in two languages are one licence."""
    record = fetched(a_portal())
    assert (record.portal, record.id, record.title) == (BASE, "rdf1s77i", "架空市　ベンチの一覧")
    assert (record.created.at.isoformat(), record.modified.text) == ("2019-03-31T15:00:00+00:00", "May 2, 2020")
    (resource,) = record.resources
    assert (resource.url, resource.reading) == (f"{BASE}/download/rdf1s77i/link/benches.txt", "linkdata")
    assert (resource.licence.id, resource.licence.is_open, len(resource.licence.stated)) == ("CC-BY-4.0", True, 2)


def test_publisher_by_name_and_by_settings() -> None:
    """A municipality by its name; else by the source's table, else by its setting; else it is told that nobody is known."""
    named = a_portal(**{"/download/rdf1s77i/link/benches.txt": linkdata_text(header=("#LINK", "#attribution_name\t名取市"))})
    assert (fetched(named).publisher.code, fetched(named).publisher.found_by) == ("042072", "organization")
    assert fetched(a_portal(), works="rdf1s77i", municipality="42072").publisher.found_by == "source"
    table = LinkData(BASE, a_portal(), {"works": "rdf1s77i", "publishers": {"kakuushi": "042081"}})
    assert table.map(table.fetch(table.listing().entries[0])).publisher.code == "042081"
    assert "publisher-unknown" in types_of(fetched(a_portal()).problems)


def test_record_of_a_document_that_was_kept() -> None:
    """A document maps to the same record after it was written as JSON."""
    reader = LinkData(BASE, a_portal(), {"works": "rdf1s77i"})
    document = reader.fetch(reader.listing().entries[0])
    again = Document.from_dict(json.loads(json.dumps(document.as_dict())))
    assert reader.map(again) == reader.map(document)
    assert set(reader.bodies_in(document, reader.map(document))) == {"benches"}


def test_quirk_10_page_and_table_disagree() -> None:
    """Both statements are kept, and neither counts as open."""
    record = fetched(a_portal(**{"/work/rdf1s77i": work_page(licence="http://creativecommons.org/licenses/by/3.0/deed.en")}))
    assert record.resources[0].licence.conflict == ("CC-BY-4.0", "CC-BY-3.0")
    assert not record.resources[0].licence.is_open
    assert "licence-conflict" in types_of(record.problems)


def test_quirk_11_nc_is_not_open() -> None:
    """A licence against commercial use is known and not open."""
    header = (*HEADER[:3], "#license\thttp://creativecommons.org/licenses/by-nc/4.0/deed.ja")
    (document,) = LinkData("", Portal({})).documents_in("saved.txt", linkdata_text(header=header))
    licence = LinkData("", Portal({})).map(document).resources[0].licence
    assert (licence.id, licence.is_open) == ("CC-BY-NC-4.0", False)


def test_quirk_30_a_link_to_a_work_becomes_its_tables() -> None:
    """One hop; both addresses are kept; other addresses are left alone."""
    portal = a_portal()
    (resource,) = follow("http://linkdata.org/work/rdf1s77i", portal)
    assert (resource.url, resource.reading) == (f"{BASE}/download/rdf1s77i/link/benches.txt", "linkdata")
    assert resource.via == ("http://linkdata.org/work/rdf1s77i", f"{BASE}/work/rdf1s77i")
    assert follow("https://city.example/a.csv", portal) == follow(resource.url, portal) == ()
    assert len(portal.asked) == 1
    assert resources_in_page(Answer(f"{BASE}/work/rdf1s77i", "", 200, {}, work_page()))[0].id == "benches"


def test_quirk_31_explicit_works() -> None:
    """Ids in any list; the operator's own list is complete."""
    listing = LinkData(BASE, Portal({}), {"works": "rdf1s1i, rdf1s2i\nrdf1s1i"}).listing()
    assert [entry.id for entry in listing.entries] == ["rdf1s1i", "rdf1s2i"]
    assert listing.complete
    assert [entry.id for entry in LinkData(f"{BASE}/work/rdf1s3i", Portal({})).listing().entries] == ["rdf1s3i"]


def test_quirk_31_index_work() -> None:
    """A table of addresses lists works with their titles; rows that lead elsewhere are counted."""
    index = linkdata_text(
        properties="#property\tデータ名称\tURL",
        types=(),
        rows=(
            "1\tベンチ\thttp://linkdata.org/work/rdf1s77i",
            "2\tほか\thttps://city.example/x",
            "3\t橋\thttps://ja.linkdata.org/work/rdf1s78i?x=1",
        ),
    )
    portal = Portal({f"{BASE}/work/rdf1s70i": work_page("rdf1s70i", "list"), f"{BASE}/download/rdf1s70i/link/list.txt": index})
    listing = LinkData(BASE, portal, {"index": "rdf1s70i"}).listing()
    assert [(entry.id, entry.title, entry.url) for entry in listing.entries] == [
        ("rdf1s77i", "ベンチ", f"{BASE}/work/rdf1s77i"),
        ("rdf1s78i", "橋", f"{BASE}/work/rdf1s78i"),
    ]
    assert listing.complete
    assert [(found.type, found.value) for found in listing.problems] == [("linkdata-index-rows", "1")]


def test_quirk_31_user_page() -> None:
    """Works that a user's page links to, over its pages; it states no count, so it is never complete."""
    first = b'<a href="/work/rdf1s1i"><img></a><a href="/work/rdf1s1i?x">A</a><a href="?page=2">2</a><a href="/other?page=9">x</a>'
    second = b'<a href="http://linkdata.org/work/rdf1s2i">B</a><a href="?page=1">1</a><a href="?page=2">2</a>'
    portal = Portal(
        {f"{BASE}/user/u": first, f"{BASE}/user/u?page=2": second, f"{BASE}/user/u?page=1": first, f"{BASE}/user/v": b"<p>none</p>"}
    )
    listing = LinkData(BASE, portal, {"user": "u"}).listing()
    assert [(entry.id, entry.title) for entry in listing.entries] == [("rdf1s1i", "A"), ("rdf1s2i", "B")]
    assert (listing.complete, types_of(listing.problems)) == (False, {"linkdata-user-page"})
    empty = LinkData(f"{BASE}/user/v", portal).listing()
    assert (empty.entries, empty.complete, types_of(empty.problems)) == ((), False, {"linkdata-no-works", "linkdata-user-page"})
    assert works_in_page(b"<a href='http://[x'>y</a>", BASE) == ([], [])


def test_quirk_31_a_user_by_id() -> None:
    """The list of works may lie on another page of the user, or on the host of users; failures count only where none answers."""
    works = b'<a href="/work/rdf1s1i">A</a>'
    own, users = f"{BASE}/user/u", "://user.linkdata.org/user/u/work"
    for place in (own, f"{own}/work", f"https{users}", f"http{users}"):
        portal = Portal({own: b"<p>me</p>", f"{own}/work": "not-found", f"https{users}": "not-found"})
        portal.answers[place] = works
        assert [entry.url for entry in LinkData(BASE, portal, {"user": "u"}).listing().entries] == [f"{BASE}/work/rdf1s1i"]
    nowhere = Portal(dict.fromkeys((own, f"{own}/work", f"https{users}"), "server-error"))
    assert problems_of(lambda: LinkData(BASE, nowhere, {"user": "u"}).listing()) == {"server-error"}
    named = LinkData(f"http{users}", Portal({f"http{users}": works}))
    assert (named.portal, len(named.listing().entries)) == (BASE, 1)


def test_quirk_31_nothing_given() -> None:
    """Without works, index or user there is nothing to list, and that is said."""
    listing = LinkData(BASE, Portal({})).listing()
    assert (listing.complete, types_of(listing.problems)) == (False, {"linkdata-no-works"})


@pytest.mark.parametrize(
    "address", ["http://linkdata.org/work/rdf1s77i", "https://ja.linkdata.org/work/rdf1s77i?key=", "http://linkdata.org/"]
)
def test_quirk_32_one_identity_for_all_hosts_and_schemes(address: str) -> None:
    """Language hosts and http are the same portal, by https and the bare host."""
    record = fetched(a_portal(), address, works="rdf1s77i")
    assert (record.portal, record.landing_page) == (BASE, f"{BASE}/work/rdf1s77i")
    assert work_of("https://en.linkdata.org/work/rdf1s77i/x.html") == "rdf1s77i"


def test_quirk_32_http_where_https_is_not_spoken() -> None:
    """Missing over https, it is asked for over http, and that is told; a refused host is not asked again."""
    answers = {url.replace("https", "http"): body for url, body in a_portal().answers.items()}
    record = fetched(Portal({**answers, f"{BASE}/work/rdf1s77i": "not-found", f"{BASE}/download/rdf1s77i/link/benches.txt": "not-found"}))
    assert record.resources[0].url.startswith("https://")
    assert "linkdata-over-http" in types_of(record.problems)
    refused = Portal({f"{BASE}/work/rdf1s77i": "portal-says-no"})
    assert problems_of(lambda: fetched(refused)) == {"portal-says-no"}
    assert not any(url.startswith("http:") for url in refused.asked)


def test_datapackage_where_the_page_is_missing() -> None:
    """``datapackage.json`` names the tables, also without addresses; its own title is taken."""
    package = {"title": "ベンチ", "resources": [{"url": f"{BASE}/api/1/rdf1s77i/benches.csv", "schema": {"fields": []}}, {"schema": 5}, 7]}
    portal = a_portal(**{"/work/rdf1s77i": "portal-says-no", "/api/1/rdf1s77i/datapackage.json": json.dumps(package).encode()})
    record = fetched(portal)
    assert (record.title, [one.id for one in record.resources]) == ("ベンチ", ["benches"])
    assert record.resources[0].licence.id == "CC-BY-4.0"


def test_rdf_json_where_the_table_is_missing() -> None:
    """The table is read from RDF/JSON, and that is told; if that is missing as well the record fails."""
    graph = {"http://linkdata.org/resource/rdf1s77i#1": {"http://linkdata.org/property/rdf1s77i#x": [{"value": "1"}]}}
    path = "/download/rdf1s77i/link/benches.txt"
    portal = a_portal(**{path: "portal-says-no", "/api/1/rdf1s77i/benches_rdf.json": json.dumps(graph).encode()})
    reader = LinkData(BASE, portal, {"works": "rdf1s77i"})
    document = reader.fetch(reader.listing().entries[0])
    record = reader.map(document)
    assert "linkdata-other-form" in types_of(record.problems)
    body = reader.bodies_in(document, record)["benches"].body
    (content,) = read_contents(record.resources[0], body)
    assert list(content.table.rows) == [("1", "1")]
    assert problems_of(lambda: fetched(a_portal(**{path: "portal-says-no"}))) == {"portal-says-no"}


def test_another_host_is_read_at_that_host() -> None:
    """A mirror (or a server of a test) is asked itself, also where its pages name LinkData."""
    page = work_page().replace(b'href="/download', b'href="http://linkdata.org/download')
    portal = Portal(
        {"http://mirror.example/work/rdf1s77i": page, "http://mirror.example/download/rdf1s77i/link/benches.txt": linkdata_text()}
    )
    record = fetched(portal, "http://mirror.example/", works="rdf1s77i")
    assert (record.portal, record.resources[0].url) == (
        "https://mirror.example",
        "http://mirror.example/download/rdf1s77i/link/benches.txt",
    )


def test_saved_files_tell_what_they_are() -> None:
    """Tables, pages, packages and RDF/JSON are documents; other files are not."""
    reader = LinkData("", Portal({}))
    named = linkdata_text(header=(*HEADER, "#download_from\thttp://linkdata.org/work/rdf1s9i"))
    graph = b'{"http://linkdata.org/resource/rdf1s5i#1": {"http://x.example/p": [{"value": "1"}]}}'
    package = b'{"resources": [{"url": "https://linkdata.org/api/1/rdf1s4i/x.csv"}]}'
    files = [("a/saved.txt", linkdata_text()), ("b.csv", named), ("c.html", work_page()), ("d.json", graph), ("e.json", package)]
    assert [document.id for name, body in files for document in reader.documents_in(name, body)] == [
        "saved",
        "rdf1s9i",
        "rdf1s77i",
        "rdf1s5i",
        "rdf1s4i",
    ]
    for body in (b"", b"a,b\n1,2\n", b"<html>x</html>", b"{}", b"[1]", b"%PDF-1.4", b"# comment\nx\n"):
        assert list(reader.documents_in("x", body)) == []


@pytest.mark.skipif(not samples("linkdata"), reason="MIYAGI_PORTAL_SAMPLES is not set: no kept answers to read")
def test_kept_tables_hold_what_their_bytes_hold() -> None:
    """Of every kept table: a row a line, a column a property, every cell to the letter, counted apart from the reader."""
    tables = [path for path in samples("linkdata") if path.suffix in (".txt", ".csv")]
    assert len(tables) == 16
    for path in tables:
        lines = path.read_bytes().decode("utf-8").replace("\r\n", "\n").split("\n")
        header = [line for line in lines if line.startswith("#")]
        rows = [line for line in lines if line and not line.startswith("#")]
        delimiter = "\t" if path.suffix == ".txt" else ","
        named = next(line for line in header if line.startswith("#property" + delimiter)).split(delimiter)[1:]
        read = read_text(path.read_bytes(), path.name).table
        assert len(read.columns) == 1 + len(named), path.name
        assert len(read.rows) == len(rows), path.name
        assert [list(row)[: line.count(delimiter) + 1] for row, line in zip(read.rows, rows, strict=True)] == [
            line.split(delimiter) for line in rows
        ]
        assert read.encoding == "utf-8"


@pytest.mark.skipif(not samples("linkdata"), reason="MIYAGI_PORTAL_SAMPLES is not set: no kept answers to read")
def test_kept_page_of_a_work() -> None:
    """The kept page gives what the page shows."""
    path = next(path for path in samples("linkdata") if path.suffix == ".html")
    page = read_page(path.read_bytes(), path.name)
    assert (page.work, page.owner_id, len(page.downloads)) == ("rdf1s5147i", "izunokuni", 3)
    (document,) = LinkData("", Portal({})).documents_in(path.name, path.read_bytes())
    record = LinkData("", Portal({})).map(document)
    assert record.resources[0].url == "https://linkdata.org/download/rdf1s5147i/link/WiFi_list.txt"
    assert record.resources[0].licence.id == "CC-BY-3.0"
    assert record.created.at is not None
    assert record.modified.at is not None


def mutated(body: bytes, changes: list[tuple[int, bytes]]) -> bytes:
    """The bytes with pieces overwritten."""
    changed = bytearray(body)
    for place, piece in changes:
        at = place % (len(changed) + 1)
        changed[at : at + len(piece)] = piece
    return bytes(changed)


PIECES = st.sampled_from(
    [b"\t", b",", b"#", b"\r\n", b'"', b"\0", b"\xff", b"#property", b"{", b"<", b" ", b"\xef\xbb\xbf", "あ".encode(), b""]
)


VALID = st.sampled_from([linkdata_text(), work_page(), b'{"a": {"b": [{"value": "c"}]}}', b'{"resources": [{"url": "x"}]}'])


@given(VALID, st.lists(st.tuples(st.integers(0, 3000), PIECES), max_size=12))
def test_changed_answers_are_read_or_named(body: bytes, changes: list[tuple[int, bytes]]) -> None:
    """No change makes a reader raise anything but ``PortalError``."""
    reader = LinkData("", Portal({}))
    changed = mutated(body, changes)
    with suppress(PortalError):
        for document in reader.documents_in("x.txt", changed):
            for resource in reader.map(document).resources:
                for content in read_contents(resource, changed):
                    assert all(len(row) == len(content.table.columns) for row in content.table.rows)
    for part in (read_text, read_page, read_rdf_json):
        with suppress(PortalError):
            part(changed)


@given(st.text(st.sampled_from('LINKproperty\t,\n\r" あ1'), max_size=120))
def test_any_text_behind_the_mark_is_a_table_or_named(text: str) -> None:
    """Whatever stands behind ``#LINK``, no letter of a row is lost."""
    body = f"#LINK\n#property\tA\tB\n{text}".encode()
    assert is_linkdata(body.decode())
    try:
        read = read_text(body)
    except PortalError:
        return
    kept = "".join(cell for row in read.table.rows for cell in row)
    assert [kept.count(letter) for letter in "あ1LIN"] == [text.count(letter) for letter in "あ1LIN"]
