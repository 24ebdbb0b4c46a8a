"""Files that a page offers, and what the page says of each: by extension, inside its main part, with the nearest heading or table row.

It depends on no one layout: the prefecture's pages, a city's table and a plain list of links are all read the same way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from bs4 import BeautifulSoup, Tag
from soupsieve import SelectorSyntaxError

from .pages_html import attribute, base_of, joined, labelled, licence_words, own_address, squeezed, text_of, tree
from .problems import PortalError, problem

__all__ = ["FILE_TYPES", "FileLink", "PageContents", "contents"]

FILE_TYPES = (
    "csv", "tsv", "txt", "json", "geojson", "xml", "rdf", "ttl", "jsonld", "xlsx", "xls", "xlsm", "ods", "zip", "kml", "kmz", "gpx",
    "gml", "shp", "pdf",
)
#: Where pages keep what is theirs, tried after the configured places.
USUAL_CONTAINERS = ("#tmp_contents", "main", "[role=main]", "#main", "#contents", "#content", "article", "body")
#: Parts of a whole page that belong to the site, not to the page.
SITE_PARTS = "nav, header, footer, [role=navigation], .breadcrumb, .breadcrumbs, #breadcrumb, .pankuzu, #pankuzu"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "caption")
#: Columns of a table of data, by what their headings begin with, after NFKC, in lower case, without blanks and ``_OF_DATA``.
COLUMNS = {
    "name": ("データ名", "データセット名", "データの名", "名称", "タイトル", "件名", "項目名", "ファイル名"),
    "licence": ("ライセンス", "利用条件", "利用ルール", "利用規約", "licen"),
    "department": ("データ保有課", "保有課", "担当課", "所管課", "担当部署", "所管", "担当", "課名"),
    "format": ("形式", "ファイル形式", "データ形式", "種類"),
    "updated": ("更新日", "最終更新", "更新年月日", "掲載日", "公開日", "作成日", "登録日"),
    "page": ("掲載ページ", "関連ページ", "掲載先", "掲載URL", "リンク先"),
    "notes": ("概要", "説明", "データ概要", "内容", "備考"),
    "category": ("分類", "分野", "カテゴリ"),
}
_OF_DATA = re.compile(r"^(?:オープンデータ|公開データ|データ|ファイル)の?")
#: More cells than a page's table has; spans of a hostile table are cut there.
MOST_CELLS = 50_000
MOST_SPAN = 500
LONGEST_TITLE = 300

_FORMAT_WORDS = "|".join(sorted({*FILE_TYPES, "excel", "エクセル", "word", "ワード", "シェープ", "shape", "gtfs"}, key=len, reverse=True))
_SIZE = r"[0-9０-９.,，．]+\s*(?:[KMGTｋｍＫＭ]?\s*[BＢ](?:ytes?)?|キロバイト|メガバイト|バイト)"
_BRACKETS = re.compile(
    rf"[(（\[［【〔]\s*(?:(?:{_FORMAT_WORDS})?(?:形式|ファイル|データ|版)?\s*[:：/／,、・･\s]*(?:{_SIZE})?|別ウィンドウ[^)）]*|新しいウィンドウ[^)）]*)\s*[)）\]］】〕]",
    re.IGNORECASE,
)
_BARE_SIZE = re.compile(rf"[\s:：/／]*(?:{_SIZE})\s*$", re.IGNORECASE)
#: Words that say what one may do with a link, not what it leads to.
_GENERIC = re.compile(
    rf"(?:{_FORMAT_WORDS}|ダウンロード|データ|ファイル|形式|版|はこちら|こちら|download|file|data|関連|添付|資料|一括|アイコン|画像|icon|表示|開く|リンク|オープンデータ"
    r"|の|を|する|[0-9]|[\s:：/／・･、。,.|｜>＞→»▶●■()（）\[\]「」-])++",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"(?:最終)?更新日\s{0,5}[:：]?\s{0,5}(?P<date>[0-9]{4}[年./-][0-9]{1,2}[月./-][0-9]{1,2}日?|(?:令和|平成)(?:元|[0-9]{1,2})年[0-9]{1,2}月[0-9]{1,2}日)"
)


@dataclass(frozen=True)
class FileLink:
    """One link to a file.

    :param title: of the record that it belongs to: the row's name, the link's own words, or the nearest heading
    :param words: the link's text without its size; the key of the file within its record
    :param url: empty where the page's own address is not known
    :param href: the link as the page has it
    :param format: by the extension, or by the link's words
    :param row: what the columns of its table row say, by the keys of ``COLUMNS``; ``page`` is an address
    :param licence: what its row states of the licence, in words, images and links
    :param column: what its column is called, where that says something (a year); it tells files with the same words apart
    """

    title: str
    words: str
    url: str
    format: str
    section: str = ""
    row: tuple[tuple[str, str], ...] = ()
    licence: tuple[str, ...] = ()
    column: str = ""
    href: str = ""


@dataclass(frozen=True)
class PageContents:
    """What a page holds.

    :param url: the page's own address, where it says one or it was fetched from one
    :param placed: one of the configured places was found on the page
    :param links: addresses of all other links of its main part, to follow
    """

    url: str
    title: str
    files: tuple[FileLink, ...]
    links: tuple[str, ...]
    placed: bool
    licence: tuple[str, ...] = ()
    updated: str = ""


@dataclass
class _Place:
    """Where on the page the reader of it stands."""

    headings: dict[int, str] = field(default_factory=dict)

    def enter(self, level: int, text: str) -> None:
        self.headings = {other: kept for other, kept in self.headings.items() if other < level}
        if text:
            self.headings[level] = text

    @property
    def nearest(self) -> str:
        """The nearest heading that names something; 「ダウンロード」 does not."""
        named = [text for _level, text in sorted(self.headings.items(), reverse=True) if not _is_generic(text)]
        return named[0] if named else ""


@lru_cache(maxsize=2)
def contents(
    body: bytes, url: str, containers: tuple[str, ...] = (), file_types: tuple[str, ...] = FILE_TYPES, otherwise: str = ""
) -> PageContents:
    """Read a page. Pure; the last pages are remembered, since every record of a page asks for it.

    :param url: where it was fetched, or the name of a saved file
    :param otherwise: the address of a saved page that does not say its own
    :raises PortalError: no page that can be read, or a selector that is none
    """
    soup = tree(body, url)
    own = url if url.lower().startswith(("http://", "https://")) else own_address(soup) or otherwise
    base = base_of(soup, own)
    parts, placed = _main_parts(soup, containers, url)
    place, files, links = _Place(), [], dict[str, None]()
    heading = soup.find("h1")
    title = text_of(heading if isinstance(heading, Tag) else soup.title)
    place.enter(1, _bare(title))
    tables: dict[int, _Table] = {}
    for element in _in_order(parts):
        if element.name in HEADINGS:
            place.enter(HEADINGS.index(element.name) + 1, _bare(text_of(element)))
            continue
        href = attribute(element, "href")
        if _leads_nowhere(href):
            continue
        address = joined(base, href)
        if found := _format_of(href, text_of(element), file_types):
            files.append(_file(element, address, found, place, tables, base))
        elif address:
            links.setdefault(address)
    everything = unicodedata.normalize("NFKC", " ".join(text_of(part) for part in parts) + " " + text_of(soup.body))
    dated = _UPDATED.search(everything)
    stated = [attribute(link, "href") for part in parts for link in part.select('a[rel~="license"]')]
    stated += [words for part in parts for value in _labelled_licences(part, file_types) for words in licence_words(value, base)]
    return PageContents(own, title, tuple(files), tuple(links), placed, tuple(dict.fromkeys(stated)), dated["date"] if dated else "")


def _labelled_licences(part: Tag, file_types: Sequence[str]) -> Iterator[Tag]:
    """Values of licences in lists of definitions and tables that speak of the whole page: those without a file of their own."""
    for label, value in labelled(part):
        around = value.find_parent(["dl", "table"])
        if _column_key(label) == "licence" and around is not None and not any(
            _format_of(attribute(link, "href"), text_of(link), file_types) for link in around.find_all("a", href=True)
        ):
            yield value


def _main_parts(soup: BeautifulSoup, containers: Sequence[str], place: str) -> tuple[list[Tag], bool]:
    for selector in containers:
        try:
            if found := soup.select(selector):
                chosen = {id(part) for part in found}
                return [part for part in found if not any(id(above) in chosen for above in part.parents)], True
        except (SelectorSyntaxError, ValueError) as error:
            raise PortalError(problem("option-refused", place, value=selector, detail="CSS")) from error
    for selector in USUAL_CONTAINERS:
        if found := soup.select(selector)[:1]:
            for part in found[0].select(SITE_PARTS):
                part.decompose()
            return found, False
    return [soup], False


def _in_order(parts: Iterable[Tag]) -> Iterator[Tag]:
    for part in parts:
        yield from part.find_all([*HEADINGS, "a", "area"])


def _leads_nowhere(href: str) -> bool:
    """Whether a link is no address of a file or page: a script, a mail, a place on the same page."""
    try:
        scheme = urlsplit(href.strip()).scheme.lower()
    except ValueError:
        return True
    return not href.strip() or href.strip().startswith("#") or scheme not in ("", "http", "https")


def _format_of(href: str, words: str, file_types: Sequence[str]) -> str:
    """The format that a link offers: by its extension, that of a file in its query, or by words like ``CSV(457KB)``."""
    parts = urlsplit(href.strip())
    names = [unquote(parts.path), *(value for _key, value in parse_qsl(parts.query, max_num_fields=None))]
    for name in names:
        extension = name.rsplit("/", 1)[-1].rpartition(".")[2].lower() if "." in name.rsplit("/", 1)[-1] else ""
        if extension in file_types:
            return extension
    folded = unicodedata.normalize("NFKC", words[:200]).strip()
    found = re.fullmatch(rf"({_FORMAT_WORDS})(?:形式|ファイル|データ)?\s*[(:/]?\s*(?:{_SIZE})\s*\)?", folded, re.IGNORECASE)
    format = {"excel": "xlsx", "エクセル": "xlsx"}.get(found[1].lower(), found[1].lower()) if found else ""
    return format if format in file_types else ""


def _is_generic(words: str) -> bool:
    """Whether words say only what one may do with a link, or in which format its file is."""
    return _GENERIC.fullmatch(unicodedata.normalize("NFKC", words)) is not None


def _bare(text: str) -> str:
    """A text without size, format and hints about windows in brackets at its end or within."""
    return squeezed(_BARE_SIZE.sub("", _BRACKETS.sub(" ", text[: 2 * LONGEST_TITLE])))[:LONGEST_TITLE]


def _file(link: Tag, url: str, format: str, place: _Place, tables: dict[int, _Table], base: str) -> FileLink:
    said = (
        text_of(link) or next((alt for image in link.find_all("img") if (alt := attribute(image, "alt"))), "") or attribute(link, "title")
    )
    words = _bare(said)
    own = words if not _is_generic(words) else ""
    row, licence, column = _row_of(link, tables, base)
    name = row.get("name", "")
    title = name or own or row.get("first", "") or place.nearest or words or format.upper()
    kept = tuple((key, value) for key, value in row.items() if key != "first")
    return FileLink(title, words or format.upper(), url, format, place.nearest, kept, licence, column, attribute(link, "href").strip())


@dataclass
class _Table:
    """A table's cells with its spans written out.

    :param places: in which column each cell begins
    """

    columns: dict[int, str]
    rows: dict[int, list[Tag]]
    places: dict[int, int]
    said: dict[int, tuple[dict[str, str], tuple[str, ...]]] = field(default_factory=dict)


def _row_of(link: Tag, tables: dict[int, _Table], base: str) -> tuple[dict[str, str], tuple[str, ...], str]:
    """What the link's table row says, by column, what it states of the licence, and what the link's own column is called.

    ``first`` is the row's first cell that says something where no column is called a name.
    """
    tr = link.find_parent("tr")
    table = tr.find_parent("table") if tr else None
    if tr is None or table is None:
        return {}, (), ""
    read = tables.get(id(table)) or tables.setdefault(id(table), _read_table(table))
    if id(tr) not in read.said:
        read.said[id(tr)] = _said_by(read.rows.get(id(tr), []), read.columns, base)
    return *read.said[id(tr)], _column_of(link, tr, read)


def _column_of(link: Tag, tr: Tag, table: _Table) -> str:
    """The heading above a link's cell, where it is no heading of all tables (``COLUMNS``) and not a word like 「ファイル」."""
    top = next(iter(table.rows.values()), [])
    number = table.places.get(id(link.find_parent(["td", "th"])), len(top))
    if table.rows.get(id(tr)) is top or number >= len(top) or number in table.columns or top[number].find("a") is not None:
        return ""
    words = _bare(text_of(top[number]))
    return "" if _is_generic(words) else words


def _said_by(cells: Sequence[Tag], columns: dict[int, str], base: str) -> tuple[dict[str, str], tuple[str, ...]]:
    said: dict[str, str] = {}
    licence: tuple[str, ...] = ()
    for number, cell in enumerate(cells):
        key = columns.get(number)
        if key == "page":
            anchor = cell.find("a", href=True)
            said.setdefault(key, joined(base, attribute(anchor, "href")) if isinstance(anchor, Tag) else "")
        elif key == "licence":
            licence = licence or tuple(licence_words(cell, base))
        elif key:
            said.setdefault(key, _bare(text_of(cell)) if key == "name" else text_of(cell))
    named = (_bare(text_of(cell)) for cell in {id(cell): cell for cell in cells}.values())
    said["first"] = next((text for text in named if text and not _is_generic(text)), "")
    return {key: value for key, value in said.items() if value}, licence


def _read_table(table: Tag) -> _Table:
    rows: dict[int, list[Tag]] = {}
    columns: dict[int, str] = {}
    places: dict[int, int] = {}
    hanging: dict[int, tuple[int, Tag]] = {}
    cells_left = MOST_CELLS
    parts = [table, *table.find_all(["thead", "tbody", "tfoot"], recursive=False)]
    for tr in (row for part in parts for row in part.find_all("tr", recursive=False)):
        line: list[Tag] = []
        own = iter(tr.find_all(["td", "th"], recursive=False))
        while cells_left > 0:
            if (above := hanging.get(len(line))) and above[0] > 0:
                hanging[len(line)] = (above[0] - 1, above[1])
                line.append(above[1])
                cells_left -= 1
                continue
            cell = next(own, None)
            if cell is None:
                break
            places[id(cell)] = len(line)
            for _repeat in range(_span(cell, "colspan")):
                hanging[len(line)] = (_span(cell, "rowspan") - 1, cell)
                line.append(cell)
                cells_left -= 1
        rows[id(tr)] = line
        if not columns:
            columns = _columns(line)
    return _Table(columns, rows, places)


def _span(cell: Tag, name: str) -> int:
    said = attribute(cell, name).strip()
    return min(max(int(said), 1), MOST_SPAN) if re.fullmatch(r"[0-9]{1,6}", said) else 1


def _column_key(heading: str) -> str | None:
    """Which of ``COLUMNS`` a heading or label is."""
    words = re.sub(r"\s", "", unicodedata.normalize("NFKC", heading[:100])).lower()
    forms = (words, _OF_DATA.sub("", words))
    return next((key for form in forms for key, starts in COLUMNS.items() if form.startswith(starts)), None) if len(words) <= 20 else None


def _columns(line: Sequence[Tag]) -> dict[int, str]:
    """Which column is what, where a row is a table's heading: two of its cells, one of them a name, begin with words of ``COLUMNS``."""
    found: dict[int, str] = {}
    first_places = {id(cell): number for number, cell in reversed(list(enumerate(line)))}
    for cell, number in ((line[number], number) for number in sorted(first_places.values())):
        key = _column_key(text_of(cell))
        if key and key not in found.values():
            found[number] = key
    return found if len(found) > 1 and "name" in found.values() else {}
