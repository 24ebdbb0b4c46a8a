"""The table in bytes: every cell to the letter, nothing dropped, everything odd told."""

from __future__ import annotations

import csv
import datetime
import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miyagi_harvesters import tables
from miyagi_harvesters.problems import PortalError
from miyagi_harvesters.tables import DATA_PROBLEMS, read_table, read_tables

from .making import problems_of, types_of, zipped
from .xls import xls


def of(text: str, encoding: str = "utf-8") -> tables.Table:
    """The table of a CSV text."""
    return read_table(text.encode(encoding), declared="csv", file_name="x.csv")


def workbook(rows: list[list[object]], *further: str, empty_first: bool = False) -> bytes:
    """An XLSX of one sheet with rows, and further sheets."""
    book = openpyxl.Workbook()
    sheet = book.active
    if empty_first:
        sheet = book.create_sheet("データ")
    for row in rows:
        sheet.append(row)
    for name in further:
        book.create_sheet(name)["A1"] = "x"
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def test_cells_to_the_letter() -> None:
    """Leading zeros, blanks, full-width digits, quotes and line breaks come as they stand."""
    table = of('コード,名称,備考\n042072, ゆ ,"１,2 ""3""\r\n４"\n', "cp932")
    assert table.columns == ("コード", "名称", "備考")
    assert list(table.rows) == [("042072", " ゆ ", '１,2 "3"\r\n４')]
    assert (table.encoding, table.delimiter, table.problems) == ("cp932", ",", ())


def test_quirk_22_full_width_is_published_as_printed() -> None:
    """What NFKC would change is not changed."""
    assert list(of("番号,住所\n公－１,１２３－４　（北）\n").rows) == [("公－１", "１２３－４　（北）")]


def test_quirk_23_line_breaks_in_quoted_cells() -> None:
    """A quoted line break is part of a cell, and lines are still counted."""
    table = of('名称,住所\nA,"x\ny"\nB\n')
    assert list(table.rows) == [("A", "x\ny"), ("B", "")]
    assert [found.place for found in table.problems] == ["x.csv 4行目"]


def test_quirk_23_short_rows_are_padded_and_told() -> None:
    """A row with fewer cells stays, with empty ones."""
    table = of("a,b,c\n1\n1,2,3\n")
    assert list(table.rows) == [("1", "", ""), ("1", "2", "3")]
    assert types_of(table.problems) == {"ragged-row"}
    assert "ragged-row" in DATA_PROBLEMS


def test_quirk_23_long_rows_keep_their_cells() -> None:
    """Cells behind the header's last column get columns of their own."""
    table = of("a,b\n1,2,3\n1,2,,4\n")
    assert table.columns == ("a", "b", "extra_1", "extra_2")
    assert list(table.rows) == [("1", "2", "3", ""), ("1", "2", "", "4")]
    assert types_of(table.problems) == {"ragged-row", "column-names"}


def test_quirk_23_trailing_empty_columns() -> None:
    """Empty columns at the right are left out; one that holds something stays."""
    table = of("a,b,,\n1,2,,\n3,4,,\n")
    assert table.columns == ("a", "b")
    assert types_of(table.problems) == {"empty-columns"}
    assert of("a,b,,\n1,2,3,\n").columns == ("a", "b", "column_3")


def test_quirk_23_title_and_blank_rows_above_the_header() -> None:
    """What stands above the header is kept beside the table, with the reason."""
    table = of("避難所一覧,,\n\n（令和8年4月1日現在）,,\nNO,名称,住所\n1,A,B\n2,C,D\n")
    assert table.columns == ("NO", "名称", "住所")
    assert [(one.line, one.cells[0], one.reason) for one in table.skipped] == [
        (1, "避難所一覧", "title"),
        (3, "（令和8年4月1日現在）", "title"),
    ]
    assert "4行目" in table.header
    assert len(table.rows) == 2


@pytest.mark.parametrize("example", ["（記入例）,架空集会所,10", "例,架空集会所,10", "042021,架空集会所,120"])
def test_quirk_23_example_row_above_the_header(example: str) -> None:
    """A row of values above the names of columns is an example, also where it does not say so."""
    table = of(f"{example}\n番号,名称,面積\n042072,A,35\n042072,B,48\n")
    assert table.columns == ("番号", "名称", "面積")
    assert [one.reason for one in table.skipped] == ["example"]
    assert len(table.rows) == 2


def test_quirk_23_marks_above_the_header() -> None:
    """A row that says of columns which are compulsory is not their names."""
    table = of("必須,必須,任意,任意\n番号,名称,住所,電話\n1,A,B,C\n")
    assert (table.columns, table.skipped[0].reason) == (("番号", "名称", "住所", "電話"), "marks")
    assert of("電話,電話,電話,電話\n1,2,3,4\n5,6,7,8\n").columns[0] == "電話"


@pytest.mark.parametrize(
    ("marks", "names"),
    [
        ("項目,必須,任意,任意", "番号,名称,住所,電話"),
        ("◎,◎,△,△", "番号,名称,住所,電話"),
        ("（文字列）,（文字列）,（数値）", "番号,名称,面積"),
    ],
)
def test_quirk_23_other_marks_above_the_header(marks: str, names: str) -> None:
    """Signs, types, and a word for them in the first cell."""
    table = of(f"{marks}\n{names}\nA,B,C,D\n")
    assert (",".join(table.columns[: names.count(",") + 1]), table.skipped[0].reason) == (names, "marks")


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("見本,採った人,濃さ", "い,佐藤,3.25\nろ,鈴木,3.5"),
        ("サンプル,採った人,場所", "い,佐藤,北\nろ,鈴木,南"),
        ("例,意味,出典", "雨,あめ,天気\n雪,ゆき,空"),
        ("記入例,項目,説明", "七,数,かず\n北,方角,ほうがく"),
        ("サンプル1,サンプル2,サンプル3", "い,ろ,は\nに,ほ,へ"),
        ("曜日,曜日,時間,時間", "月,火,朝,昼\n水,木,夕,夜"),
        ("開始,終了,開始,終了", "春,夏,秋,冬\n夏,秋,冬,春"),
        ("年齢,0-4,5-9", "北,少ない,多い\n南,12,30\n東,11,31\n西,9,8"),
        ("区分,100,200", "単位,人,戸\n南,120,300\n東,110,310"),
        ("地区,9:00,10:00", "北,空き,満ち\n南,3,4\n東,5,6"),
        ("○,○,△,△", "△,×,◎,○\nい,ろ,は,に"),
        ("休み", "土;日\n月;火\n土;火"),
    ],
)
def test_quirk_23_the_first_row_is_the_header_without_proof_of_another(header: str, rows: str) -> None:
    """Names that sound like an example, repeated names and numbers in names drop no header, and no row becomes one."""
    table = of(f"{header}\n{rows}\n")
    assert (",".join(table.printed), table.skipped) == (header, ())
    assert "\n".join(map(",".join, table.rows)) == rows


@pytest.mark.parametrize("above", ["番号,名称,,,,,", "番号,名称", "人口の推移"])
def test_quirk_23_a_row_of_data_is_no_header(above: str) -> None:
    """Where the first row that fills the columns is like those after it, what stands above names the columns, and no row is lost."""
    rows = ["0101,北,120,38.15,x,y,z", "0102,南,95,38.16,x,y,w", "0103,東,310,38.17,x,v,z"]
    table = of("\n".join([above, *rows]))
    assert (table.columns[: above.count(",") + 1][:2], table.skipped) == (tuple(above.split(",")[:2]), ())
    assert [",".join(row) for row in table.rows] == rows
    assert list(of("甲,乙\n1,い,3,4,5\n2,ろ,4,4,6\n").rows) == [("1", "い", "3", "4", "5"), ("2", "ろ", "4", "4", "6")]


def test_two_headers_above_each_other() -> None:
    """Of a header over groups of columns, the lower line names the columns."""
    table = of("施設,,,時間,\n名称,住所,電話,開始,終了\nA,B,C,9:00,17:00\n")
    assert (table.columns[3], table.skipped[0].cells[0]) == ("開始", "施設")


def test_years_are_names_of_columns() -> None:
    """A header of years is one, even above a row of words."""
    table = of("区分,2019,2020\n架空,x,y\n架空2,3,4\n架空3,3,4\n")
    assert table.columns == ("区分", "2019", "2020")
    assert types_of(table.problems) == {"header-looks-like-data"}


def test_one_column_and_no_header_row_to_choose() -> None:
    """A list of one column is a table if it is called one."""
    assert list(of("名称\nA\n\nB\n").rows) == [("A",), ("B",)]


def test_equal_and_empty_names_become_unique() -> None:
    """Names are made unique without meeting a name that is there already; the printed cells stay."""
    table = of("値,値,,値_2\n1,2,3,4\n")
    assert table.columns == ("値", "値_3", "column_3", "値_2")
    assert table.printed == ("値", "値", "", "値_2")


def test_unclosed_quote_swallows_nothing() -> None:
    """The line of a quote that nobody closed is read literally, the rows behind it as ever."""
    table = of('a,b\n"x,1\ny,2\n"z",3\nw,"4"\n')
    assert list(table.rows)[0] == ('"x', "1")
    assert [row[0].strip('"') for row in table.rows] == ["x", "y", "z", "w"]
    assert "unclosed-quote" in types_of(table.problems)


def test_quote_in_an_odd_place_is_told() -> None:
    """Text behind a closing quote is kept."""
    table = of('a,b\n"x"y,1\nz,5" 管\n')
    assert list(table.rows) == [("xy", "1"), ("z", '5" 管')]
    assert types_of(table.problems) == {"misplaced-quote"}


def test_many_unclosed_quotes_end_in_time() -> None:
    """A file of nothing but open quotes is read, not read again and again."""
    rows = of("a,b\n" + '"x,1\nz"y,2\n' * 150_000).rows
    assert len(rows) == 300_000


def test_two_thousand_equal_names() -> None:
    """Names become unique in time, however many are equal; more columns than the limit are refused."""
    table = of(",".join(["名"] * 2000) + "\n" + ",".join("1" * 2000) + "\n")
    assert len(set(table.columns)) == 2000
    assert problems_of(lambda: of(",".join(["名"] * 2001) + "\n1\n")) == {"table-too-large"}


def test_quirk_14_html_under_csv_is_no_table() -> None:
    """An error page is a named problem."""
    assert problems_of(lambda: read_table(b"<html><title>404</title></html>", declared="csv")) == {"html-not-table"}
    assert problems_of(lambda: read_table(b"%PDF-1.4", declared="csv")) == {"not-a-table"}
    assert problems_of(lambda: read_table(b"", declared="csv")) == {"empty-file"}


def test_quirk_14_xlsx_under_csv() -> None:
    """A workbook is read whatever it is called: dates in ISO form, numbers without noise, other sheets told."""
    body = workbook(
        [
            ["避難所"],
            ["コード", "日付", "値", "時刻"],
            ["007", datetime.date(2024, 4, 1), 0.1 + 0.2, datetime.time(9, 30)],
            ["008", None, 7.0, None],
        ],
        "参考",
        empty_first=True,
    )
    table = read_table(body, declared="csv", file_name="x.csv")
    assert (table.format, table.name, table.encoding) == ("xlsx", "データ", "")
    assert table.columns == ("コード", "日付", "値", "時刻")
    assert list(table.rows) == [("007", "2024-04-01", "0.3", "09:30:00"), ("008", "", "7", "")]
    assert list(table.rows) == list(table.rows)
    assert types_of(table.problems) == {"other-sheets", "rows-above-header"}


def test_ods() -> None:
    """A sheet of a free office program, with the thousands of empty cells that it writes at the end."""

    def cell(text: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    urn = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{urn}:office:1.0" xmlns:table="{urn}:table:1.0" xmlns:text="{urn}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="表"><table:table-row>{cell("コード")}{cell("名称")}</table:table-row>'
        f'<table:table-row>{cell("007")}{cell("北")}</table:table-row><table:table-row table:number-rows-repeated="1048574">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = (
        f'<m:manifest xmlns:m="{urn}:manifest:1.0"><m:file-entry m:full-path="/" '
        'm:media-type="application/vnd.oasis.opendocument.spreadsheet"/></m:manifest>'
    )
    body = zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": manifest.encode(),
            "content.xml": content.encode(),
        }
    )
    table = read_table(body, declared="xls")
    assert (table.format, table.columns, list(table.rows)) == ("ods", ("コード", "名称"), [("007", "北")])


def test_xls_is_read_to_the_letter() -> None:
    """The old form of workbooks: text keeps its zeros, numbers have no noise, dates are ISO; declared as csv or not at all, it is known."""
    rows = [["コード", "名称", "数", "率", "日付"], ["042072", "名取　市", 7, 0.1 + 0.2, datetime.date(2026, 4, 1)], ["007", "", -3, 1e6, None]]
    body = xls({"避難所": rows})
    for declared in ("xls", "csv", ""):
        table = read_table(body, declared=declared)
        assert (table.format, table.columns) == ("xls", ("コード", "名称", "数", "率", "日付"))
        assert list(table.rows) == [("042072", "名取　市", "7", "0.3", "2026-04-01"), ("007", "", "-3", "1000000", "")]


def test_xls_with_several_sheets() -> None:
    """The first visible one with data is the table; the others that hold something are named, a hidden one is not."""
    body = xls({"メモ": [["内緒"]], "空": [], "表": [["番号", "名称"], ["01", "北"]], "別表": [["x"], ["1"]]}, hidden=["メモ"])
    table = read_table(body)
    assert list(table.rows) == [("01", "北")]
    assert types_of(table.problems) == {"other-sheets"}
    assert "別表" in str(table.problems[0])
    assert "メモ" not in str(table.problems[0])


@pytest.mark.parametrize("cut", [100, 600, 1200, 2000])
def test_damaged_xls_is_a_finding(cut: int) -> None:
    body = xls({"表": [["番号", "名称"], *([str(number), "北"] for number in range(50))]})
    assert problems_of(lambda: read_table(body[:cut], declared="xls")) == {"workbook-unreadable"}


def test_workbook_that_asks_for_all_memory() -> None:
    """One cell in the last row and column of a sheet is a finding, not the end of the process."""
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = 1, 2
    body = io.BytesIO()
    book.save(body)
    assert problems_of(lambda: read_table(body.getvalue())) == {"workbook-unreadable"}


def test_zip_of_tables() -> None:
    """Each table of a zip, its name in whatever encoding; what is no table is told."""
    body = zipped(
        {
            "a/stops.csv": b"id,n\n1,2\n",
            "routes.txt": "路線\t名\n1\t2\n".encode("cp932"),
            "readme.pdf": b"%PDF-1",
            "x.zip": zipped({"y": b"1"}),
        }
    )
    first, second = read_tables(body)
    assert (first.name, second.name, second.format) == ("a/stops.csv", "routes.txt", "tsv")
    assert [found.value for found in first.problems] == ["readme.pdf", "x.zip"]
    assert problems_of(lambda: read_tables(zipped({"a.pdf": b"%PDF-1"}))) == {"not-a-table", "zip-member-not-read"}


def test_zip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a zip would expand to is known before it is read."""
    monkeypatch.setattr(tables, "LARGEST_EXPANDED", 100_000)
    assert problems_of(lambda: read_tables(zipped({"a.csv": b"a,b\n" * 50_000}))) == {"table-too-large"}


@pytest.mark.parametrize(("name", "limit"), [("MOST_ROWS", 3), ("MOST_COLUMNS", 2)])
def test_limits_refuse_and_never_cut(monkeypatch: pytest.MonkeyPatch, name: str, limit: int) -> None:
    """A table over a limit is no table with fewer rows."""
    monkeypatch.setattr(tables, name, limit)
    assert problems_of(lambda: of("a,b,c\n" + "1,2,3\n" * 4)) == {"table-too-large"}


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from('",\n\t 0１'), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3).filter(lambda row: any(map(str.strip, row))), min_size=1, max_size=8))
def test_well_formed_csv_comes_back(rows: list[list[str]]) -> None:
    """What Python's writer wrote is what is read, cell for cell."""
    text = io.StringIO()
    csv.writer(text).writerows([["名称", "住所", "備考"], *rows])
    table = of(text.getvalue())
    assert table.columns[:3] == ("名称", "住所", "備考") or table.skipped
    if not table.skipped:
        assert [list(row) for row in table.rows] == rows


@given(st.binary(max_size=200) | st.text(st.sampled_from('",\n\r\ta1あ#'), max_size=200).map(str.encode))
def test_any_bytes_are_a_table_or_a_named_problem(body: bytes) -> None:
    """Nothing but ``PortalError`` is raised, and every row is as long as the header."""
    try:
        found = read_tables(body, declared="csv")
    except PortalError:
        return
    for table in found:
        assert len(set(table.columns)) == len(table.columns)
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert len(list(table.rows)) == len(table.rows)


@given(st.text(st.sampled_from('",\nab'), max_size=60))
def test_no_text_is_lost(text: str) -> None:
    """However quotes and commas stand, every letter of the text stands in a cell, a name, or a row above the header."""
    try:
        table = of(text)
    except PortalError:
        return
    kept = "".join((*table.printed, *(cell for row in table.rows for cell in row), *(cell for one in table.skipped for cell in one.cells)))
    assert sorted(letter for letter in kept if letter in "ab") == sorted(letter for letter in text if letter in "ab")


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=6), st.integers(0, 6000))
def test_damaged_workbooks_are_named_problems(changes: list[tuple[int, int]], length: int) -> None:
    """A workbook with bytes changed or cut off is read or refused."""
    body = bytearray(workbook([["a", "b"], [1, 2]])[: max(length, 60)])
    for place, value in changes:
        body[place % len(body)] = value
    try:
        read_tables(bytes(body))
    except PortalError:
        return
