"""Portal pages as a tree: one parser, and the few ways in which a page says a value or a link."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning

from . import licences, sniff
from .problems import PortalError, Severity, problem, register
from .shapes import clean

__all__ = ["attribute", "base_of", "joined", "labelled", "licence_words", "own_address", "parsed", "squeezed", "text_of", "tree"]

#: A page of a portal is below a tenth of each of these. Looking for something in a larger tree, or up from deep inside one, takes minutes.
LARGEST_PAGE = 3_000_000
MOST_ELEMENTS = 50_000
DEEPEST = 200

register(
    "page-too-large", Severity.ERROR,
    ("{place} のページが大きすぎます（{detail}）。", "アドレスがデータのファイルではなくページを指しているか確かめてください。"),
    ("The page {place} is too large ({detail}).", "Make sure that the address is of a page, not of a data file."),
)


def tree(body: bytes, place: str = "") -> BeautifulSoup:
    """A page's elements, however broken it is. Scripts, styles and frames are left out: nothing in them is read.

    :raises PortalError: too large, or in no known encoding
    """
    if len(body) > LARGEST_PAGE:
        raise PortalError(problem("page-too-large", place, detail=f"{len(body):,} bytes"))
    text = sniff.decode(body, place).text
    try:
        soup = parsed(text.replace("\x00", ""))
        _refuse_endless(soup, place)
        for element in soup(["script", "style", "template", "iframe", "frame", "noscript", "object"]):
            element.decompose()
    except (RecursionError, ValueError, AssertionError) as error:
        raise PortalError(
            problem("unexpected-shape", place, detail=f"HTMLを読めません / the HTML cannot be read: {type(error).__name__}")
        ) from error
    return soup


def parsed(text: str) -> BeautifulSoup:
    """A text as a tree. XHTML is read as any other page, and nobody is warned of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        return BeautifulSoup(text, "lxml")


def _refuse_endless(soup: BeautifulSoup, place: str) -> None:
    """Refuse more elements, or deeper ones, than a page has."""
    depths = {id(soup): 0}
    for number, element in enumerate(soup.find_all(True), 1):
        depth = depths.get(id(element.parent), 0) + 1
        depths[id(element)] = depth
        if number > MOST_ELEMENTS or depth > DEEPEST:
            raise PortalError(problem("page-too-large", place, detail=f"要素{number}、深さ{depth} / {number} elements, {depth} deep"))


def squeezed(text: str) -> str:
    """A text of a page with its layout's blanks and line breaks as single blanks; a full-width blank is the author's and stays."""
    return clean(re.sub(r"[ \t\r\n\f\v\xa0]+", " ", text))


def text_of(element: Tag | None) -> str:
    """What an element shows."""
    return squeezed(element.get_text(" ")) if element is not None else ""


def base_of(soup: BeautifulSoup, url: str) -> str:
    """What a page's links are relative to: its own address, or its ``base`` where that is an address of the web."""
    base = soup.find("base", href=True)
    return joined(url, attribute(base, "href")) or url if isinstance(base, Tag) else url


def attribute(element: Tag, name: str) -> str:
    """An attribute as text; nothing where it is missing."""
    value = element.get(name)
    return " ".join(value) if isinstance(value, list) else value or ""


def joined(base: str, href: str) -> str:
    """A link's address without its fragment, or nothing where it leads nowhere on the web (``javascript:``, ``mailto:``, broken)."""
    try:
        address = urljoin(base, re.sub(r"[\t\r\n]", "", href.strip()))
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    return clean(address.partition("#")[0]).replace(" ", "%20")


def labelled(soup: BeautifulSoup | Tag) -> Iterator[tuple[str, Tag]]:
    """(label, element of its value) of definition lists and of table rows that begin with a heading."""
    for label in soup.find_all(["dt", "th"]):
        near = (sibling for sibling in islice(label.next_siblings, 10) if isinstance(sibling, Tag))
        value = next(near, None)
        if value is not None and value.name in ("dd", "td"):
            yield text_of(label), value


def licence_words(element: Tag | None, base: str = "") -> list[str]:
    """All that a place says of a licence: its words, texts of its images, addresses of its links and of buttons of Creative Commons.

    :param base: what its links are relative to
    """
    if element is None:
        return []
    inside = element.find_all(["a", "img"])
    said = [text_of(element)]
    # 「CC BY 利用規約」 is two statements where the second is a link, 「CC BY-<b>NC</b>」 is one.
    said += [] if licences.known(said[0]) else element.stripped_strings
    said += [attribute(one, name) for one in inside for name in ("alt", "title")]
    said += [joined(base, attribute(one, "href")) for one in inside if one.name == "a"]
    said += [address for one in inside if licences.known(address := joined(base, attribute(one, "src")))]
    return list(dict.fromkeys(squeezed(word) for word in said if word.strip()))


def own_address(soup: BeautifulSoup) -> str:
    """The address that a saved page says is its own."""
    own = soup.select_one("link[rel~=canonical]")
    said = [attribute(own, "href") if own else "", *(attribute(one, "content") for one in soup.select('meta[property="og:url"]'))]
    return next((address for one in said if (address := joined("", one))), "")
