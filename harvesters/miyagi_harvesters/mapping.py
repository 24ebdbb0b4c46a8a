"""What every kind does on the way from a portal's words to a neutral record: publisher, dates, licences, links to other portals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any
from urllib.parse import urljoin

from . import addresses, dates, licences, linkdata, municipalities, shapes
from .fetching import Answer, Fetcher
from .problems import PortalError, Problem, Severity, problem, register
from .reader import Option
from .record import Licence, Moment, Publisher, Resource

__all__ = ["COMMON_OPTIONS", "Mapper", "canonical_portal", "file_at", "format_of", "is_pointer", "place_of", "pointed_pages", "with_pointers"]

COMMON_OPTIONS = (
    Option(
        "municipality", "団体コード", "Municipality code", "公開元の全国地方公共団体コード（6桁）。ほかに手がかりがないときに使う", str, "",
        help_en="The municipality that publishes (six digits), where nothing else says it",
    ),
    Option(
        "publishers", "公開者の対応表", "Table of publishers", "公開者の名前やID、題名 → 団体コード", dict, None,
        help_en="Name or id of a publisher, or a title → municipality code",
    ),
    Option(
        "in_miyagi",
        "宮城県内の収集元",
        "A portal of Miyagi",
        "ほかの県にもある町名（美里町など）を宮城県のものとみなす。空ならアドレスで判断する",
        bool,
        None,
        help_en="A name that other prefectures have too (Misato) is taken for the one in Miyagi; empty: the address decides",
    ),
    Option(
        "licence", "サイトのライセンス", "Licence of the site", "データに記載がないときの、サイト全体のライセンスの表記", str, "",
        help_en="The licence of the whole site in its words, where the data do not say one",
    ),
)

_MEDIA_TYPE = re.compile(r"(?:application|audio|image|model|multipart|text|video)/([^\s;/]+)\s*(?:;.*)?")
#: Ends of media types that are not what files of them are called.
_FORMATS = {
    "vnd.ms-excel": "xls", "vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx", "vnd.oasis.opendocument.spreadsheet": "ods",
    "tab-separated-values": "tsv", "plain": "txt", "geo+json": "geojson", "vnd.geo+json": "geojson", "ld+json": "jsonld",
    "rdf+xml": "rdf", "turtle": "ttl", "vnd.google-earth.kml+xml": "kml", "vnd.google-earth.kmz": "kmz", "x-zip-compressed": "zip",
}

register(
    "option-refused", Severity.STOP,
    ("{place} の設定「{value}」は使えません（{detail}）。", "収集元の設定を直してください。"),
    ("The setting {value} of {place} cannot be used ({detail}).", "Mend the settings of the source."),
)
register(
    "date-not-understood", Severity.WARNING,
    ("{place} の日付「{value}」を読めません。", "もとの表記のまま残します。収集元に誤りがないか確かめてください。"),
    ("The date {value} of {place} is not understood.", "It is kept as it was. Look at the source for a mistake."),
)
register(
    "address-not-usable", Severity.WARNING,
    (
        "{place} のファイルのアドレス「{value}」は、http・httpsのアドレスではないため使えません。",
        "公開元に確かめてください。相対アドレスは、収集元のアドレスから読むか、--portal で収集元を指定すれば分かります。",
    ),
    (
        "The address of a file of {place}, {value}, is no http(s) address and cannot be used.",
        "Ask the publisher. A relative one is known where it is read from its source, not from a saved file (or with --portal).",
    ),
)
register(
    "pointer-not-followed",
    Severity.WARNING,
    (
        "{place} はほかのポータルのページ（{value}）を指していますが、その先のファイルを取得できませんでした（{detail}）。",
        "リンクだけを残します。後で再び実行してください。",
    ),
    (
        "{place} points to a page of another portal, {value}, whose files could not be found ({detail}).",
        "The link alone is kept. Run it again later.",
    ),
)


@dataclass
class Mapper:
    """Collects what was noticed while one record is mapped.

    :param place: what problems say where they are
    :param zone: of times without zone
    :param midnight_is_day: the portal writes days as midnight
    """

    place: str
    options: Mapping[str, Any]
    portal: str = ""
    zone: tzinfo = dates.JST
    midnight_is_day: bool = False
    problems: list[Problem] = field(default_factory=list)

    def note(self, *found: Problem) -> None:
        """Keep what was noticed, once: all files of a record may say the same."""
        self.problems.extend(one for one in dict.fromkeys(found) if one not in self.problems)

    def moment(self, value: object) -> Moment | None:
        """A date field; one that is not understood is noticed."""
        found = dates.moment_if_any(value, self.zone, self.midnight_is_day)
        if found is not None and found.at is None:
            self.note(problem("date-not-understood", self.place, value=found.text))
        return found

    def licence(self, statements: Iterable[str | None], place: str = "") -> Licence:
        """Statements about one thing; what is unknown or contradicts itself is noticed."""
        found = licences.resolve(statements)
        self.note(*licences.problems_of(found, place or self.place))
        return found

    def licence_of_site(self) -> Licence:
        """The configured licence of the whole site, for what states none."""
        return self.licence([str(self.options.get("licence") or "")])

    def licence_of_record(self, stated: Licence, resources: Sequence[Resource]) -> Licence:
        """A record's licence: as it states it itself, else the one that all its files have; the site's where there are none."""
        if stated.stated:
            return stated
        return licences.common(one.licence for one in resources) if resources else self.licence_of_site()

    def address(self, said: object, place: str = "") -> str:
        """The address of a file: at the portal where it is a path, with blanks encoded. One that is none of the web is noticed."""
        return self.address_of([shapes.text(said)], place)[0]

    def address_of(self, given: Iterable[str], place: str = "") -> tuple[str, str]:
        """(address, path) of a file by what a portal gives for it: the first address, else the first path from the portal's root on.

        :returns: the path alone where the portal is not known; then it is noticed
        """
        stated = [one for one in given if one]
        url = file_at(self.portal or self.place, stated)
        if stated and not url:
            self.note(problem("address-not-usable", place or self.place, value=stated[0]))
        return url, "" if url else next(iter(stated), "")

    def publisher(self, *, name: str = "", identifier: str = "", organization: str = "", title: str = "", record: str = "",
                  urls: Iterable[str] = ()) -> Publisher:
        """Who published the record; nobody known is noticed.

        :param name: as the portal prints it
        :param organization: text to find the municipality in, where it is not the name itself
        :param record: the record's name at the portal
        :param urls: addresses of the record, which may say that the portal is one of Miyagi
        """
        in_miyagi = self.options.get("in_miyagi")
        if in_miyagi is None:
            in_miyagi = any(municipalities.is_of_miyagi(url) for url in (self.portal, *urls) if url)
        manual = self.options.get("publishers")
        found = municipalities.find(
            organization=organization or name, organization_id=identifier, title=title, name=record,
            manual=manual if isinstance(manual, dict) else None, in_miyagi=bool(in_miyagi), place=self.place,
        )
        owner = municipalities.normalise(str(self.options.get("municipality") or ""))
        if found.code is None and owner:
            found = municipalities.Found(owner, "source")
        if found.problem:
            self.note(found.problem)
        return municipalities.publisher(found, name, identifier)


def format_of(said: str) -> str:
    """What files of a format are called, out of its name, a file name's extension, a media type, or the address of one of them."""
    name = said.strip().lower()
    if name.startswith(("http://", "https://")):
        name = name.rstrip("/").rsplit("/", 1)[-1]
    elif found := _MEDIA_TYPE.fullmatch(name):
        name = found[1]
    return _FORMATS.get(name, name.lstrip("."))


def place_of(target: str, identifier: str) -> str:
    """Where a problem is, for a record whose address is not known."""
    return f"{target} / {identifier}" if target else identifier


def file_at(root: str, given: Iterable[str]) -> str:
    """The first address of a file among what a portal gives for it, blanks encoded; else that of the first path from its root on.

    :param root: the portal's address; without one, a path has no address
    """
    stated = [one for one in given if one]
    base = shapes.web_address(root)
    paths = (urljoin(base, one) for one in stated if base and re.match("/[^/]", one))
    return next((found for one in (*stated, *paths) if (found := shapes.file_address(one))), "")


def canonical_portal(root: str) -> str:
    """A portal's identity from its address; nothing for the path of a saved file, whose portal is not known."""
    return addresses.canonical(root).rstrip("/") if root.lower().startswith(("http://", "https://")) else ""


def pointed_pages(fetcher: Fetcher, urls: Iterable[str]) -> tuple[Answer, ...]:
    """The pages of LinkData works that a record's resources consist of (quirk 30): one hop each.

    LinkData is slow and often away; a page that cannot be had leaves the link as it is.
    """
    pages: list[Answer] = []
    for url in dict.fromkeys(url for url in urls if is_pointer(url)):
        try:
            pages.append(fetcher.get(url))
        except PortalError:
            continue
    return tuple(pages)


def is_pointer(url: str) -> bool:
    """Whether a link leads to the page of a LinkData work, not to a file."""
    return linkdata.work_of(url) is not None and "/download/" not in url and "/api/" not in url


def with_pointers(mapper: Mapper, resources: Sequence[Resource], pages: Sequence[Answer]) -> tuple[Resource, ...]:
    """Resources that are pages of LinkData works replaced by the tables there, with the addresses that led to them.

    :param pages: what ``pointed_pages`` fetched
    """
    by_work = {linkdata.work_of(page.url): page for page in pages}
    kept: list[Resource] = []
    for resource in resources:
        page = by_work.get(linkdata.work_of(resource.url)) if is_pointer(resource.url) else None
        if page is None:
            if is_pointer(resource.url):
                mapper.note(problem("pointer-not-followed", mapper.place, value=resource.url, detail="ページなし / no page"))
            kept.append(resource)
            continue
        try:
            tables = linkdata.resources_in_page(page, via=(resource.url,))
        except PortalError as error:
            mapper.note(problem("pointer-not-followed", mapper.place, value=resource.url, detail=error))
            tables = ()
        kept.extend(_beside(resource, table) for table in tables)
        if not tables:
            kept.append(resource)
    return tuple(kept)


def _beside(pointer: Resource, table: Resource) -> Resource:
    """A table behind a link: an id below the link's own, and what both sides state about the licence."""
    stated = licences.resolve((*pointer.licence.stated, *table.licence.stated))
    return Resource(
        id=f"{pointer.id}/{table.id}", title=table.title, url=table.url, page=table.page, description=pointer.description,
        declared_format=table.declared_format, licence=stated, created=pointer.created, modified=table.modified or pointer.modified,
        reading=table.reading, via=tuple(dict.fromkeys((pointer.url, *table.via))),
    )
