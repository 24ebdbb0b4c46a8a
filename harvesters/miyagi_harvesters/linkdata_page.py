"""The HTML page of a LinkData work, and lists of works.

Classes and labels are those of a page of 2017 and of the scrapers that read others (section 3.3 of the portals page); the labels follow the
page's language. Where a class is not found, what is certain is still read: links to downloads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from . import sniff
from .pages_html import parsed
from .problems import PortalError, Severity, problem, register

__all__ = ["Download", "WorkPage", "read_page", "works_in_page"]

register(
    "linkdata-not-a-work-page",
    Severity.ERROR,
    (
        "{place} はLinkDataの作品のページではありません（{detail}）。",
        "アドレスと作品の公開範囲を確かめてください。前の内容は残っています。",
    ),
    (
        "{place} is not the page of a LinkData work ({detail}).",
        "Check the address, and who may see the work. What was there before is kept.",
    ),
)

#: A page of a work has some 50,000 characters.
LONGEST_PAGE = 5_000_000

_WORK = re.compile(r"\brdf1s[0-9]{1,12}i\b")
_DOWNLOAD = re.compile(r"/download/(rdf1s[0-9]{1,12}i)/([a-z]+)/([^/?#]+)$")


@dataclass(frozen=True)
class Download:
    """One form of one table.

    :param form: ``text``, ``excel``, ``csv``, ``turtle`` or ``other``
    :param version: a day, as printed
    :param size: rounded, as printed
    :param licences: as stated: addresses, or words
    :param href: as the page has it
    """

    file: str
    form: str
    href: str
    version: str = ""
    size: str = ""
    licences: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorkPage:
    """What a page says of a work; texts as printed, with white space collapsed."""

    work: str
    title: str = ""
    description: str = ""
    owner: str = ""
    owner_id: str = ""
    tags: tuple[str, ...] = ()
    created: str = ""
    modified: str = ""
    downloads: tuple[Download, ...] = ()


def read_page(body: bytes, place: str = "") -> WorkPage:
    """Read the page of a work.

    :param place: its address or the name of the file
    :raises PortalError: not such a page
    """
    text = sniff.decode(body, place).text
    soup = _soup(text, place)
    work = _work_id(soup, text, place)
    if work is None:
        raise PortalError(problem("linkdata-not-a-work-page", place, detail=_text(soup.title)))
    owner = soup.select_one('.userlist a[href*="/user/"]')
    facts = dict(_facts(soup))
    heading = soup.find("h1")
    return WorkPage(
        work=work,
        title=_text(heading) or _text(soup.title).split("｜")[0].strip(),
        description=_lines(soup.select_one("span.description, .description")),
        owner=_text(owner),
        owner_id=unquote(str(owner["href"]).rstrip("/").rpartition("/")[2]) if owner else "",
        tags=tuple(dict.fromkeys(filter(None, (_text(tag) for tag in soup.select("a.tagLink"))))),
        created=next((value for name, value in facts.items() if re.search(r"creat|作成|登録|公開日", name)), ""),
        modified=next((value for name, value in facts.items() if re.search(r"updat|更新", name)), ""),
        downloads=tuple(_downloads(soup, work)),
    )


def works_in_page(body: bytes, address: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The works that a list links to, and the addresses of the list's other pages.

    :returns: (id, title) in the page's order, each once; absolute addresses
    :raises PortalError: not readable as a page
    """
    soup = _soup(sniff.decode(body, address).text, address)
    works: dict[str, str] = {}
    pages: dict[str, None] = {}
    here = urlsplit(address)
    for link in soup.find_all("a", href=True):
        href = str(link["href"]).strip()
        if found := re.search(r"/work/(rdf1s[0-9]{1,12}i)(?:[?#]|/?$)", href):
            title = _text(link)
            works[found[1]] = works.get(found[1]) or ("" if _WORK.fullmatch(title) else title)
            continue
        try:
            there = urlsplit(urljoin(address, href))
        except ValueError:
            continue
        is_page = re.search(r"(?:^|&)(?:page|p|start|offset|pageNo|pageNum|currentPage)=[0-9]+", there.query)
        if is_page and there.path == here.path and (there.hostname or "") == (here.hostname or ""):
            pages[there._replace(fragment="").geturl()] = None
    return list(works.items()), list(pages)


def _soup(text: str, place: str) -> BeautifulSoup:
    if len(text) > LONGEST_PAGE:
        raise PortalError(problem("linkdata-not-a-work-page", place, detail=f"{len(text)}字 / {len(text)} characters"))
    try:
        return parsed(text)
    except (RecursionError, ValueError, AssertionError) as error:
        raise PortalError(problem("linkdata-not-a-work-page", place, detail=error)) from error


def _work_id(soup: BeautifulSoup, text: str, place: str) -> str | None:
    """By the page's script, by its own address, or by the downloads it offers."""
    if found := re.search(r"LD\.workId\s*=\s*['\"](rdf1s[0-9]{1,12}i)['\"]", text):
        return found[1]
    offered = {found[1] for link in soup.find_all("a", href=True) if (found := _DOWNLOAD.search(str(link["href"])))}
    if len(offered) == 1:
        return offered.pop()
    found = _WORK.search(place)
    return found[0] if found and found[0] in offered else None


def _facts(soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """Name in lower case → value, of the table of facts about the work."""
    for row in soup.select("#meta tr"):
        name, value = row.find("th"), row.find("td")
        if name and value:
            yield _text(name).lower(), _text(value)


def _downloads(soup: BeautifulSoup, work: str) -> Iterator[Download]:
    met: set[str] = set()
    for link in soup.find_all("a", href=True):
        href = str(link["href"]).strip()
        found = _DOWNLOAD.search(href)
        if not found or found[1] != work or href in met:
            continue
        met.add(href)
        row = link.find_parent("tr")
        name = unquote(found[3])
        yield Download(
            file=re.sub(r"(?:_ttl)?\.[A-Za-z]{1,5}$", "", name),
            form=_form(_text(row.select_one(".downloadFileNameAndType")) if row else "", name, found[2]),
            href=href,
            version=_text(row.select_one(".downloadFileVersion")) if row else "",
            size=_text(row.select_one(".downloadFileSize")) if row else "",
            licences=tuple(_licences(row)) if row else (),
        )


def _form(label: str, name: str, folder: str) -> str:
    """By the label, whatever its white space and language, then by the address."""
    bare = re.sub(r"\s", "", label).lower()
    for word, form in (("text", "text"), ("テキスト", "text"), ("excel", "excel"), ("csv", "csv"), ("turtle", "turtle")):
        if f"({word}" in bare or f"（{word}" in bare:
            return form
    if folder == "ttl":
        return "turtle"
    suffix = name.lower().rpartition(".")[2]
    return {"txt": "text", "xls": "excel", "xlsx": "excel", "csv": "csv", "ttl": "turtle"}.get(suffix, "other")


def _licences(row: Tag) -> Iterator[str]:
    cell = row.select_one(".downloadFileLicense") or row
    links = [str(link["href"]).strip() for link in cell.select('a[rel~="license"][href]')]
    yield from links
    words = _text(row.select_one(".downloadFileLicense"))
    if not links and words:
        yield words


def _text(tag: Tag | None) -> str:
    return re.sub(r"[ \t\r\n\f\v]+", " ", tag.get_text(" ")).strip() if tag else ""


def _lines(tag: Tag | None) -> str:
    """A text of several lines, each without blanks around."""
    return "\n".join(line.strip() for line in tag.get_text().strip().splitlines()) if tag else ""
