"""Pages with links to files: a site without an API. One configuration is the prefecture's site, another a city's table.

A record is what a page calls by one name; its identity is the page's address and that name, because addresses of files change with every
update (quirk 37).
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from . import addresses, licences, listings, shapes
from .fetching import Answer
from .mapping import COMMON_OPTIONS, Mapper, canonical_portal
from .page_links import FILE_TYPES, FileLink, PageContents, contents
from .pages_html import joined
from .problems import PortalError, Problem, Severity, problem, register
from .reader import Document, Entry, Listing, Option, Reader, kind
from .record import Moment, Record, Resource

__all__ = ["PRESETS", "Pages"]

PRESETS = Path(__file__).with_name("presets.yaml")
#: A site's open data stands on fewer pages.
MOST_PAGES = 300
DEPTH = 3

register(
    "page-without-files",
    Severity.WARNING,
    (
        "{place} のページにファイルへのリンクがありません。この取得では「なくなった」の判定をしません。",
        "ページを開き、移転やメンテナンスの案内がないか確かめてください。",
    ),
    ("The page {place} has no links to files. Nothing is called missing by this run.", "Open the page: has it moved, is there a notice?"),
)
register(
    "too-many-pages",
    Severity.WARNING,
    (
        "{place} からたどるページが{detail}を超えました。残りは読んでいません。この取得では「なくなった」の判定をしません。",
        "たどるページの条件（follow）を絞ってください。",
    ),
    (
        "More than {detail} pages are linked from {place}; the rest was not read. Nothing is called missing by this run.",
        "Narrow what is followed.",
    ),
)
register(
    "link-without-address",
    Severity.WARNING,
    (
        "{place} のファイル「{value}」のアドレスが分かりません。",
        "ページ自身のアドレスが分かりません。同じフォルダーにあるファイルは使います。なければ収集元のアドレスから読んでください。",
    ),
    (
        "The address of the file {value} of {place} is not known.",
        "The page does not name its own address. A file in the same folder is used; otherwise read the page from its site.",
    ),
)


@kind
class Pages(Reader):
    """One site's pages."""

    kind = "pages"
    title = "Webページ（ファイルへのリンク）"
    title_en = "Web pages with links to files"
    options_allowed = (
        Option(
            "preset", "ひな形", "Preset", "presets.yaml の名前（miyagi-pref、city-table）", str, "",
            help_en="A name in presets.yaml (miyagi-pref, city-table)",
        ),
        Option(
            "start", "始めのページ", "First pages", "アドレスを空白で区切って並べる。空なら収集元のアドレス", str, "",
            help_en="Addresses with blanks between; empty: the source's address",
        ),
        Option(
            "follow", "たどるページ", "Pages to follow", "アドレスの正規表現を空白で区切って並べる。同じホストのページだけをたどる", str, "",
            help_en="Regular expressions of addresses with blanks between; only pages of the same host are followed",
        ),
        Option(
            "skip", "除くリンク", "Links to leave out", "アドレスの正規表現を空白で区切って並べる", str, "",
            help_en="Regular expressions of addresses with blanks between",
        ),
        Option(
            "container", "本文の場所", "Main part", "CSSセレクター。リストか、改行で区切って並べる", str, "",
            help_en="CSS selectors, as a list or one a line",
        ),
        Option(
            "file_types", "ファイルの種類", "Types of files", "拡張子を空白で区切って並べる", str, "",
            help_en="File name extensions with blanks between",
        ),
        *COMMON_OPTIONS,
    )

    def __init__(self, target: str, fetcher: Any, options: Mapping[str, Any] | None = None) -> None:
        super().__init__(target, fetcher, options)
        name = str(self.options.get("preset") or "")
        if name and name not in presets():
            raise PortalError(problem("option-refused", target, value=name, detail="preset"))
        chosen = {key: value for key, value in self.options.items() if value not in (None, "", [])}
        self.options = {**self.options, **presets().get(name, {}), **chosen}
        self._follow, self._skip = self._patterns("follow"), self._patterns("skip")

    @cached_property
    def portal(self) -> str:
        parts = urlsplit(self.target)
        return canonical_portal(f"{parts.scheme}://{parts.netloc}/") if parts.scheme in ("http", "https") else ""

    def listing(self, validators: Mapping[str, str] | None = None) -> Listing:
        starts = _words(self.options.get("start")) or [self.target]
        waiting = deque((start, 0) for start in starts)
        seen = {_key(start) for start in starts}
        entries: dict[str, Entry] = {}
        problems: list[Problem] = []
        first: Mapping[str, str] = {}
        read = 0
        while waiting:
            url, depth = waiting.popleft()
            read += 1
            try:
                answer = self.fetcher.get(url, validators=validators if self._is_one_page else None)
                if answer.not_modified:
                    return Listing(unchanged=True, validators=dict(validators or {}))
                page = self._page(answer)
            except PortalError as error:
                if read == 1 or error.stops_run and not entries:
                    raise
                problems += [*error.problems, problem("list-page-failed", url, detail=error.problems[0].type)]
                if error.stops_run:
                    break
                continue
            first = first or answer.validators
            seen.add(_key(answer.final_url))
            for identifier, files in _records(page, answer).items():
                entries.setdefault(identifier, Entry(identifier, page.url or url, files[0].title, Document(identifier, (answer,))))
            onward = [link for link in page.links if self._is_followed(link)]
            if not page.files and not onward and not page.placed:
                problems.append(problem("page-without-files", url))
            # By key: a page linked as http and as https is one.
            new = (
                [link for key, link in {_key(link): link for link in reversed(onward)}.items() if key not in seen][::-1]
                if depth < DEPTH
                else []
            )
            if read + len(waiting) + len(new) > MOST_PAGES:
                problems.append(problem("too-many-pages", self.target, detail=MOST_PAGES))
                new = new[: max(MOST_PAGES - read - len(waiting), 0)]
            seen.update(map(_key, new))
            waiting.extend((link, depth + 1) for link in new)
        # An error page that keeps the site's frame has no links either: pages without a single file are no complete list.
        return listings.judged(self.target, entries.values(), problems, None, first if read == 1 else {}, round_is_doubtful=False)

    def fetch(self, entry: Entry) -> Document:
        if entry.document is not None:
            return entry.document
        answer = self.fetcher.get(entry.url or entry.id.partition("#")[0])
        if entry.id not in _records(self._page(answer), answer):
            raise PortalError(problem("unexpected-shape", answer.url, detail=f"ページに「{entry.id}」がありません / it is not on the page"))
        return Document(entry.id, (answer,))

    def map(self, document: Document) -> Record:
        answer = document.parts[0]
        page = self._page(answer)
        files = _records(page, answer).get(document.id)
        if not files:
            raise PortalError(
                problem("unexpected-shape", answer.url, detail=f"ページに「{document.id}」がありません / it is not on the page")
            )
        mapper = Mapper(document.id, self.options, self.portal)
        row = dict(files[0].row)
        resources = tuple(self._resources(mapper, files, page))
        own = dict.fromkeys(one.licence for one in resources)
        title = files[0].title
        return Record(
            portal=self.portal or (canonical_portal(_host_of(page.url)) if page.url else ""),
            id=document.id,
            title=title,
            notes=row.get("notes", ""),
            publisher=mapper.publisher(title=title, record=document.id, urls=[page.url]),
            author=row.get("department", ""),
            landing_page=shapes.web_address(row.get("page")) or page.url,
            modified=max((one.modified for one in resources if one.modified), key=_age, default=None),
            groups=tuple(group for group in (row.get("category"),) if group),
            licence=next(iter(own)) if len(own) == 1 else licences.common(own),
            resources=resources,
            extras={key: value for key, value in (("page_title", page.title), ("section", files[0].section)) if value and value != title},
            problems=tuple(mapper.problems),
        )

    def documents_in(self, name: str, body: bytes) -> Iterator[Document]:
        if not shapes.looks_like_html(body):
            return
        answer = Answer(name, name, 200, {}, body)
        # A page of a portal that has a reader of its own is that reader's.
        if any(mark in body for mark in (b"api-uuid", b"p-ttl-ds__name", b"LD.workId")):
            return
        for identifier in _records(self._page(answer), answer):
            yield Document(identifier, (answer,))

    def _resources(self, mapper: Mapper, files: list[FileLink], page: PageContents) -> Iterator[Resource]:
        used: dict[str, int] = {}
        times = Counter(file.words for file in files)
        for file in files:
            named = f"{file.column} {file.words}".strip() if times[file.words] > 1 else file.words
            words = f"{named} {file.format}" if file.format not in file.words.lower() else named
            used[words] = used.get(words, 0) + 1
            if not file.url:
                mapper.note(problem("link-without-address", mapper.place, value=file.words))
            licence = mapper.licence([*file.licence, *page.licence])
            yield Resource(
                id=words if used[words] == 1 else f"{words} {used[words]}",
                title=named if named.lower() != file.format else f"{file.title} {file.format.upper()}",
                url=file.url,
                path="" if shapes.web_address(file.href) else urlsplit(file.href).path,
                declared_format=file.format,
                licence=licence if licence.stated else mapper.licence_of_site(),
                modified=mapper.moment(dict(file.row).get("updated") or page.updated),
            )

    def _page(self, answer: Answer) -> PageContents:
        """What an answer's page holds, without what is to be left out.

        :raises PortalError: no page
        """
        if not shapes.looks_like_html(answer.body) and b"<a" not in answer.body.lower():
            raise PortalError(problem("unexpected-shape", answer.url, detail="HTMLのページではありません / no HTML page"))
        types = tuple(one.lower().lstrip(".") for one in _words(self.options.get("file_types"))) or FILE_TYPES
        url = answer.final_url if shapes.web_address(answer.final_url) else answer.url
        page = contents(answer.body, url, tuple(_lines(self.options.get("container"))), types, shapes.web_address(self.target))
        kept = tuple(file for file in page.files if not any(pattern.search(file.url) for pattern in self._skip))
        return page if len(kept) == len(page.files) else PageContents(
            page.url, page.title, kept, page.links, page.placed, page.licence, page.updated
        )

    def _is_followed(self, link: str) -> bool:
        """Whether a link leads to another page of this site that is to be read."""
        own = {urlsplit(start).hostname for start in (_words(self.options.get("start")) or [self.target])}
        return (
            urlsplit(link).hostname in own
            and len(link) <= addresses.LONGEST_ADDRESS
            and any(pattern.search(link) for pattern in self._follow)
            and not any(pattern.search(link) for pattern in self._skip)
        )

    @property
    def _is_one_page(self) -> bool:
        return not self._follow and len(_words(self.options.get("start"))) < 2

    def _patterns(self, option: str) -> list[re.Pattern[str]]:
        try:
            return [re.compile(pattern) for pattern in _words(self.options.get(option))]
        except re.error as error:
            raise PortalError(problem("option-refused", self.target, value=option, detail=error)) from error


@cache
def presets() -> dict[str, dict[str, Any]]:
    """Configurations by name."""
    return yaml.safe_load(PRESETS.read_text(encoding="utf-8"))


def _words(value: Any) -> list[str]:
    """An option that is a list, or words with blanks between them."""
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else str(value or "").split()


def _lines(value: Any) -> list[str]:
    """An option that is a list, or lines: selectors have blanks in them."""
    return (
        [str(one) for one in value]
        if isinstance(value, (list, tuple))
        else [line.strip() for line in str(value or "").splitlines() if line.strip()]
    )


def _key(url: str) -> str:
    """An address as pages are told apart: http and https are one."""
    try:
        return addresses.canonical(url)
    except PortalError:
        return url


def _records(page: PageContents, answer: Answer) -> dict[str, list[FileLink]]:
    """The page's files by record: the page's address and the name it gives."""
    at = _key(page.url) if page.url else answer.url
    grouped: dict[str, list[FileLink]] = {}
    met: set[tuple[str, str, tuple[tuple[str, str], ...]]] = set()
    for file in page.files:
        # An image and words, or a list's beginning and its end, lead to one file.
        key = (file.title, file.url, file.row)
        if not file.url or key not in met:
            grouped.setdefault(f"{at}#{file.title}", []).append(file)
        met.add(key)
    return grouped


def _age(moment: Moment) -> datetime:
    """By which dates are compared; one that is not understood is older than all."""
    return moment.at or datetime.min.replace(tzinfo=UTC)


def _host_of(url: str) -> str:
    return joined(url, "/")
