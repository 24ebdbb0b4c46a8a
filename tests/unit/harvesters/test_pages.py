"""Pages of links to files: the prefecture's, a city's table, others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyagi_harvesters.page_links import contents
from miyagi_harvesters.pages import PRESETS, Pages, presets
from miyagi_harvesters.problems import PortalError

from .portal_fakes import PAGE_OF_TROUBLE, FakeFetcher, refused

ROOT = "https://www.pref.miyagi.jp/site/opendata-miyagi/"
CITY = "https://www.city.example.lg.jp/opendata/index.html"


def page(main: str, around: str = "") -> str:
    return f'<!DOCTYPE html><html><head><title>見本</title></head><body><header><a href="/logo.pdf">x</a></header>{around}<div id="tmp_contents">{main}</div></body></html>'


def reader(pages: Any, target: str = CITY, **options: Any) -> Pages:
    return Pages(target, FakeFetcher(pages), options)


def records(main: str, target: str = CITY, **options: Any) -> list[Any]:
    portal = reader({target: page(main)}, target, **options)
    return [portal.map(entry.document) for entry in portal.listing().entries if entry.document]


FILES = """<h1>宮城県の見本</h1><p>更新日：2026年7月8日</p><h2>推計人口</h2>
<ul><li><a href="/documents/1/a.csv">CSV(457KB)</a></li><li><a href="/documents/1/a.pdf">PDF（213KB）</a></li></ul>
<h2>ダウンロード</h2><p><a href="/documents/1/b.xlsx">避難所の一覧（エクセル：12KB）</a></p>"""


def test_the_prefectures_new_pages() -> None:
    """The nearest heading is the title, the size in the link's text is no part of it."""
    found = records(FILES, f"{ROOT}jinko.html", preset="miyagi-pref")
    assert [record.title for record in found] == ["推計人口", "避難所の一覧"]
    assert [(one.id, one.url, one.declared_format) for one in found[0].resources] == [
        ("CSV", "https://www.pref.miyagi.jp/documents/1/a.csv", "csv"), ("PDF", "https://www.pref.miyagi.jp/documents/1/a.pdf", "pdf"),
    ]
    assert (found[0].publisher.code, found[0].licence.id, found[0].landing_page) == ("040002", "cc-by", f"{ROOT}jinko.html")
    assert found[0].modified.at == datetime(2026, 7, 7, 15, tzinfo=UTC)
    assert found[0].portal == "https://www.pref.miyagi.jp"


def test_the_prefectures_old_pages() -> None:
    """Lists in a table's second column lead to pages whose body is ``div.detail_free``; the joint portal is left out."""
    site = {
        ROOT: '<html><body><div class="detail_free"><table><tbody><tr><td>1</td><td><a href="/soshiki/toukei/a.html">見本A</a></td></tr>'
        '<tr><td>2</td><td><a href="https://miyagi.dataeye.jp/datasets/9">共同ポータル</a><a href="https://miyagi.dataeye.jp/x.csv">CSV</a></td></tr>'
        '<tr><td>3</td><td><a href="http://www.pref.miyagi.jp/soshiki/toukei/a.html#x">もう一度</a></td></tr></tbody></table></div></body></html>',
        "https://www.pref.miyagi.jp/soshiki/toukei/a.html": f'<html><body><div class="detail_free"><h1>見本A</h1><a href="/uploaded/a.csv">CSV</a><a href="{ROOT}">戻る</a></div></body></html>',
    }
    portal = reader(site, ROOT, preset="miyagi-pref")
    listing = portal.listing()
    assert (listing.complete, [entry.title for entry in listing.entries]) == (True, ["見本A"])
    assert len(portal.fetcher.asked) == 2  # type: ignore[attr-defined]


TABLE = """<h1>オープンデータ一覧</h1><table>
<tr><th>番号</th><th>データ名</th><th>ライセンス</th><th>データ保有課</th><th>形式</th><th>更新日</th><th>掲載ページ</th></tr>
<tr><td>1</td><td rowspan="2">ＡＥＤ設置場所</td><td rowspan="2">CC BY</td><td>防災課</td><td><a href="/a.csv">CSV</a></td><td>2018.12.1</td>
<td><a href="https://www.city.example.lg.jp/aed.html">ページへ</a></td></tr>
<tr><td>2</td><td>防災課</td><td><a href="/a.pdf">PDF</a></td><td>2018.12.1</td><td></td></tr>
<tr><td>3</td><td>人口</td><td>独自の規約</td><td>市民課</td><td><a href="/b.csv">CSV</a></td><td>平成30年12月3日</td><td></td></tr></table>"""


def test_a_citys_table() -> None:
    """One record a name, with what its columns say, spans written out."""
    aed, people = records(TABLE, municipality="042153", preset="city-table")
    assert (aed.title, aed.author, aed.licence.id, aed.landing_page) == ("ＡＥＤ設置場所", "防災課", "cc-by", "https://www.city.example.lg.jp/aed.html")
    assert [one.declared_format for one in aed.resources] == ["csv", "pdf"]
    assert (people.author, people.licence.id, people.licence.stated) == ("市民課", None, ("独自の規約",))
    assert people.modified.at == datetime(2018, 12, 2, 15, tzinfo=UTC)
    assert (people.publisher.code, people.publisher.found_by) == ("042153", "source")


def test_quirk_37_identity_outlives_the_files_addresses() -> None:
    """The page's address and the link's words; the address of the file is new at each update."""
    before, after = records(FILES), records(FILES.replace("/documents/1/", "/documents/20991231/"))
    assert [record.id for record in before] == [record.id for record in after]
    assert [[one.id for one in record.resources] for record in before] == [[one.id for one in record.resources] for record in after]
    assert before[0].resources[0].url != after[0].resources[0].url


def test_links_that_lead_nowhere_are_left_out() -> None:
    """Scripts, mail, places on the page, frames, the site's own parts, broken addresses."""
    main = """<nav><a href="/n.csv">x</a></nav><iframe src="/f.csv"></iframe><a href="javascript:get('a.csv')">CSV</a><a href="mailto:a@b.csv">CSV(1KB)</a>
    <a href="#a.csv">CSV</a><a href="http://[x/a.csv">CSV</a><a>CSV</a><a href="data:text/csv,a.csv">CSV</a><a href="ftp://x.example/a.csv">CSV</a>
    <a href="/ok.csv">ある一覧</a>"""
    body = f"<html><body><header><a href='/h.csv'>h</a></header>{main}<footer><a href='/g.csv'>g</a></footer></body></html>"
    assert [file.url for file in contents(body.encode(), CITY).files] == ["https://www.city.example.lg.jp/ok.csv"]


@pytest.mark.parametrize(("base", "url"), [
    ("/files/", "https://www.city.example.lg.jp/files/a.csv"), ("https://cdn.example/x/", "https://cdn.example/x/a.csv"),
    ("javascript:", "https://www.city.example.lg.jp/opendata/a.csv"), ("http://[", "https://www.city.example.lg.jp/opendata/a.csv"),
])
def test_relative_links_follow_the_pages_base(base: str, url: str) -> None:
    """Unless it is none."""
    body = f'<html><head><base href="{base}"></head><body><a href="a.csv">見本の表</a></body></html>'
    assert [file.url for file in contents(body.encode(), CITY).files] == [url]


@pytest.mark.parametrize(
    ("href", "words", "format"),
    [
        ("/a.CSV", "見本", "csv"),
        ("/get.php?file=a.xlsx&v=1", "見本", "xlsx"),
        ("/download/77", "CSV(457KB)", "csv"),
        ("/download/77", "Excel：1.2MB", "xlsx"),
        ("/a.csv?v=2", "見本", "csv"),
        ("/%E8%A6%8B%E6%9C%AC.csv", "見本", "csv"),
        ("/page.html", "CSV", ""),
        ("/a.docx", "見本", ""),
        ("/csv", "見本", ""),
    ],
)
def test_files_are_known_by_extension_or_words(href: str, words: str, format: str) -> None:
    """An address without extension needs the size beside the format: a page may be called CSV."""
    found = contents(f"<html><body><main><a href='{href}'>{words}</a></main></body></html>".encode(), CITY).files
    assert [file.format for file in found] == ([format] if format else [])


def test_the_same_words_twice_are_two_resources() -> None:
    """The second one is counted."""
    (record,) = records("<h1>人口</h1><a href='/a.csv'>CSV(1KB)</a><a href='/b.csv'>CSV(2KB)</a>")
    assert [one.id for one in record.resources] == ["CSV", "CSV 2"]


def test_pages_that_link_to_each_other_are_read_once() -> None:
    """And only so deep, only of this host."""
    site = {
        f"https://www.city.example.lg.jp/{n}.html": page(
            f'<a href="/{n + 1}.html#x">次</a><a href="/0.html">始め</a><a href="/{n}.csv">表{n}</a>'
            '<a href="https://other.example/1.html">よそ</a>'
        )
        for n in range(9)
    }
    portal = reader(site, "https://www.city.example.lg.jp/0.html", follow=r"/[0-9]+\.html$")
    listing = portal.listing()
    assert [entry.title for entry in listing.entries] == ["表0", "表1", "表2", "表3"]
    assert len(portal.fetcher.asked) == 4  # type: ignore[attr-defined]


@pytest.mark.parametrize("trouble", [PAGE_OF_TROUBLE, refused(), b"%PDF-1.4", "", page("<h1>移転しました</h1>")])
def test_quirk_4_a_page_that_is_not_there_makes_the_listing_incomplete(trouble: Any) -> None:
    """Whatever stands in its place."""
    site = {
        CITY: page('<a href="/a.csv">表A</a><a href="/opendata/2.html">次</a>'),
        "https://www.city.example.lg.jp/opendata/2.html": trouble,
    }
    listing = reader(site, follow=r"/opendata/2\.html").listing()
    assert ([entry.title for entry in listing.entries], listing.complete) == (["表A"], False)


def test_a_first_page_without_files_is_no_complete_listing() -> None:
    """Even where its frame is there."""
    listing = reader({CITY: page("<h1>ただいま準備中です</h1>")}, container="#tmp_contents").listing()
    assert (listing.entries, listing.complete) == ((), False)


def test_a_saved_page_says_where_it_was() -> None:
    """By its canonical address; without one, links that are relative have none."""
    body = page(FILES).replace("<head>", f'<head><link rel="canonical" href="{CITY}">').encode()
    portal = reader({}, "saved.html")
    found = [portal.map(document) for document in portal.documents_in("saved.html", body)]
    assert (found[0].portal, found[0].landing_page) == ("https://www.city.example.lg.jp", CITY)
    assert found[0].resources[0].url == "https://www.city.example.lg.jp/documents/1/a.csv"
    lost = [portal.map(document) for document in portal.documents_in("saved.html", page(FILES).encode())]
    assert lost[0].resources[0].url == ""
    assert "link-without-address" in [found.type for found in lost[0].problems]


def test_one_page_is_asked_whether_it_changed() -> None:
    """With what it said the last time."""
    portal = Pages(CITY, FakeFetcher({CITY: page(FILES)}, {"etag": '"p"'}), {})
    first = portal.listing()
    assert first.validators == {"If-None-Match": '"p"'}
    assert portal.listing(first.validators).unchanged


@pytest.mark.parametrize("options", [{"container": "div[["}, {"follow": "("}, {"preset": "nobody"}, {"skip": "*"}])
def test_a_setting_that_cannot_be_used_stops_the_run(options: dict[str, str]) -> None:
    """Before anything is asked, or at the first page."""
    with pytest.raises(PortalError) as caught:
        reader({CITY: page(FILES)}, **options).listing()
    assert caught.value.problems[0].type == "option-refused"


def test_presets_are_configurations_of_this_kind() -> None:
    """Only options that it has."""
    known = {option.name for option in Pages.options_allowed} | {"title", "title_en"}
    assert PRESETS.is_file()
    assert {"miyagi-pref", "city-table"} <= set(presets())
    for preset in presets().values():
        assert set(preset) <= known


def test_a_table_of_endless_spans_ends() -> None:
    """Cells that say they are a million wide."""
    rows = '<tr><td colspan="999999" rowspan="999999">データ名</td><td>形式</td><td><a href="/a.csv">CSV</a></td></tr>' * 200
    assert contents(f"<html><body><main><table>{rows}</table></main></body></html>".encode(), CITY).files


PARTS = st.sampled_from(
    [
        "<table>",
        "<tr>",
        "<td rowspan=9>",
        "</td>",
        "<th>データ名",
        "<th>形式",
        "<a href='a.csv'>",
        "<a href='//x'>",
        "</a>",
        "<h1>",
        "<h2>",
        "CSV(1KB)",
        "<base href='/'>",
        "<div id=tmp_contents>",
        "</div>",
        "<iframe>",
        "<!--",
        "-->",
        "\x00",
        "<a href='http://[x'>",
        "データ",
        "</table>",
    ]
)


@given(st.lists(PARTS | st.text(max_size=8), max_size=60).map("".join))
def test_any_page_is_read(text: str) -> None:
    """Files with titles, whatever is open and never closed."""
    portal = reader({})
    for document in portal.documents_in("x.html", f"<html>{text}".encode()):
        assert portal.map(document).id == document.id


@pytest.mark.parametrize(
    "body",
    [
        b"<html>" + b"<div><table><tr><td>" * 10_000,
        b"<html>" + b"<div><a href=a.csv>x</a>" * 10_000,
        b"<html>" + b"<p>x</p>" * 60_000,
        b"<html>" + b" " * 4_000_000,
    ],
    ids=["tables", "links", "flat", "long"],
)
def test_a_page_without_end_is_refused(body: bytes) -> None:
    """Deeper, or of more elements, than a page has."""
    with pytest.raises(PortalError) as caught:
        contents(body, CITY)
    assert caught.value.problems[0].type == "page-too-large"


@pytest.mark.parametrize(
    "words", ["1" * 300, ":" * 100_000, "更新日" + "　" * 200_000, "CSV" + "　" * 200_000, "（" * 100_000, "データ" * 50_000 + "x"]
)
def test_no_words_take_long(words: str) -> None:
    """Texts made to be tried in every way."""
    body = f"<html><body><main><h1>{words}</h1><p>{words}</p><table><tr><td>{words}</td><td><a href='a.csv'>{words}</a></td></tr></table></main></body></html>"
    assert len(contents(body.encode(), CITY).files) == 1


def test_a_row_of_many_links_is_read_once() -> None:
    """Not once for each of them."""
    links = "".join(f"<a href='{n}.csv'>CSV({n}KB)</a>" for n in range(8000))
    found = contents(
        f"<html><body><main><table><tr><td>{links}</td><td>{'あ' * 300_000}</td></tr></table></main></body></html>".encode(), CITY
    )
    assert len(found.files) == 8000


HEADING = "<tr><th>データ名</th><th>ライセンス</th><th>更新日</th><th>ファイル</th></tr>"
BY_4 = "http://creativecommons.org/licenses/by/4.0/deed.ja"


@pytest.mark.parametrize(("cell", "meant", "stated"), [
    (f'<a href="{BY_4}"><img src="/i.png"></a>', "CC-BY-4.0", (BY_4,)), (f'<a href="{BY_4}">詳細</a>', "CC-BY-4.0", ("詳細", BY_4)),
    ('<img src="/i.png" alt="CC BY-SA 4.0">', "CC-BY-SA-4.0", ("CC BY-SA 4.0",)), ('<img src="/i.png" title="CC0">', "CC0-1.0", ("CC0",)),
    ('<img src="https://licensebuttons.net/l/by/2.1/jp/88x31.png">', "CC-BY-2.1-JP", ("https://licensebuttons.net/l/by/2.1/jp/88x31.png",)),
    ('<img src="https://i.creativecommons.org/p/zero/1.0/80x15.png">', "CC0-1.0", ("https://i.creativecommons.org/p/zero/1.0/80x15.png",)),
    ('CC BY <a href="terms.html">利用規約</a>', "cc-by", ("CC BY 利用規約", "CC BY", "利用規約", "https://www.city.example.lg.jp/opendata/terms.html")),
    ("CC BY-<b>NC</b> 4.0", "CC-BY-NC-4.0", ("CC BY- NC 4.0",)),
    ('<a href="terms.html">利用規約</a>', None, ("利用規約", "https://www.city.example.lg.jp/opendata/terms.html")),
])
def test_the_licence_in_a_tables_cell_is_read_in_every_form(cell: str, meant: str | None, stated: tuple[str, ...]) -> None:
    """Words, the address of a link, the text of an image, a button of Creative Commons; what is not known is said."""
    (record,) = records(f"<table>{HEADING}<tr><td>橋の一覧</td><td>{cell}</td><td></td><td><a href='/h.csv'>CSV</a></td></tr></table>")
    assert (record.licence.id, record.licence.stated, record.resources[0].licence.id) == (meant, stated, meant)
    assert ("licence-unknown" in [found.type for found in record.problems]) == (meant is None)


def test_every_row_of_a_record_has_its_own_licence_and_date() -> None:
    """One name over two rows: the record has neither licence, and the later date."""
    (record,) = records(
        f"<table>{HEADING}<tr><td rowspan='2'>港</td><td>CC BY 4.0</td><td>R6.4.1</td><td><a href='/p.csv'>CSV</a></td></tr>"
        "<tr><td>CC BY-ND 4.0</td><td>R7.5.2</td><td><a href='/p.pdf'>PDF</a></td></tr></table>"
    )
    assert [(one.licence.id, one.modified.text) for one in record.resources] == [("CC-BY-4.0", "R6.4.1"), ("CC-BY-ND-4.0", "R7.5.2")]
    assert (record.licence.id, record.modified.text) == (None, "R7.5.2")


def test_files_with_the_same_words_are_told_apart_by_their_columns() -> None:
    """A table of years: the year is in the heading; where the words differ, or the heading says nothing, they are left alone."""
    table = (
        "<h1>統計</h1><table><tr><th>表</th><th>R5</th><th>R6</th><th>ファイル</th></tr>"
        "<tr><th>人口</th><td><a href='5.csv'>CSV</a></td><td><a href='6.csv'>CSV</a></td>{}</tr></table>"
    )
    (record,) = records(table.format("<td></td>"))
    assert [(one.id, one.title, one.url[-5:]) for one in record.resources] == [("R5 CSV", "R5 CSV", "5.csv"), ("R6 CSV", "R6 CSV", "6.csv")]
    (record,) = records(table.format("<td><a href='7.csv'>CSV</a> <a href='8.pdf'>PDF</a></td>"))
    assert [one.id for one in record.resources] == ["R5 CSV", "R6 CSV", "CSV", "PDF"]


def test_two_links_to_one_file_are_one_resource() -> None:
    """An image and words; with another row's licence they are two."""
    (record,) = records("<h1>港</h1><a href='/p.csv'><img alt='CSV' src='/i.png'></a> <a href='/p.csv'>CSV</a> <a href='/q.csv'>CSV</a>")
    assert [one.url[-5:] for one in record.resources] == ["p.csv", "q.csv"]


def test_headings_of_columns_may_begin_with_data() -> None:
    """オープンデータ名称, データ更新日, 利用規約; full-width words of a format name nothing."""
    (record,) = records(
        "<table><tr><th>No.</th><th>オープンデータ名称</th><th>利用規約</th><th>データ更新日</th><th>File</th></tr>"
        "<tr><td>1</td><td>橋</td><td>CC BY</td><td>令和元年12月1日</td><td><a href='h.csv'>ＣＳＶ（１２ＫＢ）</a></td></tr></table>"
    )
    assert (record.title, record.licence.id, record.modified.text) == ("橋", "cc-by", "令和元年12月1日")


def test_the_text_of_an_icon_is_no_title() -> None:
    """The heading is."""
    (record,) = records("<h1>橋の一覧</h1><a href='/h.xlsx'><img src='/x.gif' alt='Excelアイコン'></a>")
    assert record.title == "橋の一覧"


@pytest.mark.parametrize(("around", "meant"), [
    ("<dl><dt>ライセンス</dt><dd>{}</dd></dl>", "CC-BY-4.0"), ("<table><tr><th>利用条件</th><td>{}</td></tr></table>", "CC-BY-4.0"),
    ("<dl><dt>ライセンス</dt><dd>{}</dd><dt>ファイル</dt><dd><a href='/other.pdf'>別のもの</a></dd></dl>", None),
    ("<dl><dt>参考</dt><dd>{}</dd></dl>", None),
])
def test_a_label_says_the_licence_of_the_whole_page(around: str, meant: str | None) -> None:
    """In a list or a table that has no file of its own."""
    found = records(f"<h1>橋の一覧</h1><a href='/h.csv'>CSV(1KB)</a>{around.format(f'<a href={BY_4!r}><img src=/i.png></a>')}")
    assert next(record for record in found if record.title == "橋の一覧").licence.id == meant
