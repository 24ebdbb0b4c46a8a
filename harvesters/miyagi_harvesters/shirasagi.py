"""SHIRASAGI's open-data module: a dialect of CKAN's API whose packages have other keys, and its pages where there is no API.

Source: section 4 of the portals page. Failures come under status 200. A relative in Kagawa has integer ids and CKAN's dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bs4 import BeautifulSoup, Tag

from . import listings, shapes
from .action_api import ActionReader, Package, packages_in, result_of
from .fetching import Answer
from .file_names import tail_of
from .mapping import COMMON_OPTIONS, Mapper, format_of, place_of, pointed_pages, with_pointers
from .pages_html import attribute, base_of, joined, labelled, licence_words, own_address, squeezed, text_of, tree
from .problems import PortalError, Severity, problem, register
from .reader import Document, Entry, Listing, Option, kind
from .record import UNKNOWN_LICENCE, Record, Resource
from .shapes import first_text, mappings, text

__all__ = ["Shirasagi"]

#: The theme's own words for a list's entries and for a dataset's parts.
LIST_LINKS = ".opendata-search-datasets.pages article h2 > a, .opendata-search-datasets article h2 > a"
UUID = ".author .api-uuid, .api-uuid"
RESOURCES = ".resources .resource"
_SIZE_BEHIND_NAME = re.compile(r"\s*\((?P<format>[A-Za-z0-9.]{1,10})\s+[0-9.,]+\s*(?:バイト|[KMGT]?B)\)\s*$")

register(
    "listed-by-pages",
    Severity.WARNING,
    (
        "{place} のAPIが使えないため、ページの一覧で代えました（{detail}）。この取得では「なくなった」の判定をしません。",
        "続くようなら「一覧の取り方」を pages にしてください。",
    ),
    (
        "The API of {place} does not answer; its pages stand in ({detail}). Nothing is called missing by this run.",
        "If it stays so, set the way of listing to pages.",
    ),
)


@kind
class Shirasagi(ActionReader):
    """One site's open-data pages."""

    kind = "shirasagi"
    title = "SHIRASAGI（シラサギ）"
    title_en = "SHIRASAGI"
    options_allowed = (
        Option(
            "list_by", "一覧の取り方", "Way of listing", "api か pages（APIのないサイト。IDはページのパスになる）", str, "api",
            help_en="api, or pages (a site without an API; ids are then paths of pages)",
        ),
        Option(
            "pages_path", "検索ページのパス", "Path of the search pages", "index.p1.html のあるフォルダー", str, "dataset/search/",
            help_en="The folder that holds index.p1.html",
        ),
        ActionReader.api_option,
        *COMMON_OPTIONS,
    )
    api_path = "api/"
    known_tails = ("/api/1", "/dataset")
    search_rows = 1000

    def id_of(self, package: Package) -> str:
        return first_text(package, "uuid", "filename", "id")

    def is_package(self, package: Package) -> bool:
        if "resources" not in package and "url_resources" not in package:
            return False
        return bool(first_text(package, "uuid", "filename")) and ("filename" in package or "title" not in package)

    def listing(self, validators: Mapping[str, str] | None = None) -> Listing:
        if self._by_pages:
            return self._listing_of_pages()
        try:
            return super().listing(validators)
        except PortalError as error:
            if error.stops_run:
                raise
            try:
                pages = self._listing_of_pages()
            except PortalError:
                raise error from None
            if not pages.entries:
                raise
            note = problem("listed-by-pages", self.root, detail=error.problems[0].type)
            return Listing(pages.entries, False, (*error.problems, note, *pages.problems))

    def fetch(self, entry: Entry) -> Document:
        if entry.document is not None:
            return entry.document
        if self._by_pages or (entry.url.endswith(".html") and "/package_show?" not in entry.url):
            return self._fetch_page(entry)
        document = super().fetch(entry)
        urls = [_url_of(one) for one in _resources(self._package(document.parts[0]))]
        return Document(document.id, (*document.parts, *pointed_pages(self.fetcher, urls)))

    def map(self, document: Document) -> Record:
        main = document.parts[0]
        if shapes.looks_like_html(main.body):
            return self._map_page(document)
        packages = packages_in(result_of(main))
        if len(packages) != 1 or not first_text(packages[0], "name", "title"):
            raise PortalError(problem("unexpected-shape", main.url, detail=f"データセットが1件ではありません / {len(packages)} packages"))
        return self._map_package(document, packages[0])

    def documents_in(self, name: str, body: bytes) -> Iterator[Document]:
        if not shapes.looks_like_html(body):
            yield from super().documents_in(name, body)
            return
        soup = tree(body, name)
        found = soup.select_one(UUID)
        if found is not None or soup.select_one(RESOURCES) is not None:
            yield Document(text_of(found) or re.split(r"[/\\]", name)[-1], (Answer(name, name, 200, {}, body),))

    def _map_package(self, document: Document, package: Package) -> Record:
        place = shapes.web_address(package.get("url")) or place_of(self.target, document.id)
        mapper = Mapper(place, self.options, self.portal)
        groups = shapes.labels(package.get("groups"), "name", "title", "trailing_name")
        given = _resources(package)
        by_number = _licences_by_number(given)
        resources = with_pointers(
            mapper, [self._map_resource(mapper, number, one, by_number) for number, one in enumerate(given, 1)], document.parts[1:]
        )
        title = first_text(package, "title", "name")
        organization = package.get("organization")
        owner = first_text(organization, "title", "name") if isinstance(organization, dict) else ""
        stated = [text(package.get(key)) for key in ("license_id", "license_title", "license_url")]
        return Record(
            portal=self.portal,
            id=document.id,
            title=title,
            notes=first_text(package, "text", "notes"),
            publisher=mapper.publisher(
                name=owner or (groups[0] if groups else ""), organization=owner or (groups[0] if groups else first_text(package, "author")),
                title=title, record=first_text(package, "filename"), urls=[shapes.web_address(package.get("url"))],
            ),
            author=first_text(package, "author"),
            landing_page=shapes.web_address(package.get("url")),
            created=mapper.moment(package.get("created") or package.get("metadata_created")),
            modified=mapper.moment(package.get("updated") or package.get("metadata_modified")),
            frequency=first_text(package, "update_plan"),
            tags=shapes.labels(package.get("tags"), "display_name", "name"),
            groups=(*shapes.labels(package.get("categories"), "name"), *shapes.labels(package.get("estat_categories"), "name")),
            licence=mapper.licence_of_record(mapper.licence(stated), resources),
            resources=resources,
            extras={
                key: found for key, found in {
                    "filename": first_text(package, "filename"),
                    "areas": "、".join(shapes.labels(package.get("areas"), "name")),
                    "released": first_text(package, "released"),
                    "groups": "、".join(groups),
                }.items() if found
            },
            problems=tuple(mapper.problems),
        )

    def _map_resource(self, mapper: Mapper, number: int, resource: Mapping[str, Any], by_number: Mapping[str, list[str]]) -> Resource:
        identifier = first_text(resource, "uuid", "id") or f"no{number}"
        stated = (
            shapes.licence_words(resource.get("license"))
            or by_number.get(text(resource.get("license_id")))
            or [text(resource.get("license_id"))]
        )
        licence = mapper.licence(stated, f"{mapper.place} / {identifier}")
        return Resource(
            id=identifier,
            title=first_text(resource, "name", "title", "filename"),
            url=mapper.address(_url_of(resource), f"{mapper.place} / {identifier}"),
            description=first_text(resource, "text", "description"),
            declared_format=format_of(first_text(resource, "format")),
            file_name=first_text(resource, "filename"),
            size=shapes.integer(resource.get("size")),
            licence=licence if licence.stated else mapper.licence_of_site(),
            created=mapper.moment(resource.get("created")),
            modified=mapper.moment(resource.get("updated") or resource.get("original_updated") or resource.get("last_modified")),
        )

    @property
    def _by_pages(self) -> bool:
        return self.options.get("list_by") == "pages"

    def _listing_of_pages(self) -> Listing:
        """The search pages ``index.p1.html``, ``index.p2.html`` … until one has no links: the page past the end still shows an article."""
        folder = f"{self.root}{str(self.options.get('pages_path') or 'dataset/search/').strip('/')}/"
        number = 0

        def ask(_start: int) -> listings.Page:
            nonlocal number
            number += 1
            answer = self.fetcher.get(f"{folder}index.p{number}.html")
            soup = tree(answer.body, answer.url)
            base = base_of(soup, answer.final_url)
            links = [(joined(base, attribute(link, "href")), text_of(link)) for link in soup.select(LIST_LINKS)]
            entries = [Entry(path, url, title) for url, title in links if (path := self._path_below(url))]
            if not links and soup.select_one(".opendata-search-datasets, .result") is None:
                raise PortalError(
                    problem("unexpected-shape", answer.url, detail="データセットの一覧のページではありません / no list of datasets")
                )
            return listings.Page(entries, len(links), shapes.integer(text_of(soup.select_one(".result .number"))))

        # The theme decides how many stand on a page: no number of them means "all at once".
        return listings.gather(folder, ask, listings.MOST_PAGES)

    def _path_below(self, url: str) -> str:
        """A page's path below the site's root, which is its ``filename``; nothing for another site's page."""
        return url.removeprefix(self.root) if url.startswith(self.root) else ""

    def _fetch_page(self, entry: Entry) -> Document:
        answer = self.fetcher.get(entry.url or f"{self.root}{entry.id}")
        soup = tree(answer.body, answer.url)
        uuid = text_of(soup.select_one(UUID))
        if not uuid and soup.select_one(RESOURCES) is None and soup.select_one("h1.name") is None:
            raise PortalError(problem("unexpected-shape", answer.url, detail="データセットのページではありません / no page of a dataset"))
        # Where the pages only stand in for the API, a record keeps the id that the API gives it.
        return Document(entry.id if self._by_pages else uuid or entry.id, (answer,))

    def _map_page(self, document: Document) -> Record:
        main = document.parts[0]
        soup = tree(main.body, main.url)
        title = text_of(soup.select_one("h1.name")) or text_of(soup.select_one("#main h1, h1"))
        if not title:
            raise PortalError(problem("unexpected-shape", main.url, detail="データセットのページではありません / no page of a dataset"))
        url = shapes.web_address(main.final_url) or own_address(soup)
        mapper = Mapper(url or place_of(self.target, document.id), self.options, self.portal)
        said = {label: text_of(value) for label, value in labelled(soup)}
        resources = tuple(self._resources_of_page(mapper, soup, main))
        owner = said.get("グループ") or said.get("組織") or ""
        return Record(
            portal=self.portal,
            id=document.id,
            title=title,
            notes=text_of(soup.select_one(".text")),
            publisher=mapper.publisher(name=owner, organization=owner or said.get("データ作成者", ""), title=title, urls=[url]),
            author=said.get("データ作成者", ""),
            landing_page=url,
            created=mapper.moment(said.get("作成日時")),
            modified=mapper.moment(said.get("更新日時")),
            frequency=said.get("更新頻度") or said.get("更新予定") or "",
            tags=tuple(dict.fromkeys(map(text_of, soup.select(".categories .tag")))),
            groups=tuple(dict.fromkeys(map(text_of, soup.select(".categories .category")))),
            licence=mapper.licence_of_record(UNKNOWN_LICENCE, resources),
            resources=resources,
            extras={"areas": areas} if (areas := "、".join(map(text_of, soup.select(".categories .area")))) else {},
            problems=tuple(mapper.problems),
        )

    def _resources_of_page(self, mapper: Mapper, soup: BeautifulSoup, page: Answer) -> Iterator[Resource]:
        base = base_of(soup, shapes.web_address(page.final_url) or own_address(soup) or shapes.web_address(self.root))
        for number, element in enumerate(soup.select(RESOURCES), 1):
            link = element.select_one("a.download")
            urls = [_absolute(base, attribute(link, name)) for name in ("data-url", "href")] if link else []
            copied = element.select_one("[data-full-url]")
            full = _absolute(base, attribute(copied, "data-full-url")) if copied else ""
            name = text_of(element.select_one(".name"))[:1000]
            printed = _SIZE_BEHIND_NAME.search(name)
            licence = mapper.licence(licence_words(element.select_one(".license"), base), f"{mapper.place} / {name}")
            # The path of the download link is the resource's own; the file's address behind it changes with each file.
            path = attribute(link, "href") if link else ""
            yield Resource(
                id=path or f"no{number}",
                title=squeezed(name[: printed.start()] if printed else name),
                url=next((url for url in (*urls, full) if url), ""),
                description=text_of(element.select_one(".text")),
                declared_format=format_of(printed["format"] if printed else _format_class(element)),
                file_name=tail_of(path),
                licence=licence if licence.stated else mapper.licence_of_site(),
            )


def _resources(package: Package) -> list[Mapping[str, Any]]:
    """Files, then links, which SHIRASAGI keeps apart and appends."""
    return [*mappings(package.get("resources")), *mappings(package.get("url_resources"))]


def _url_of(resource: Mapping[str, Any]) -> str:
    """What a resource says is its address: the file's own before the one that counts downloads; a link's in the platform's misspelling."""
    keys = ("url", "download_url", "originai_url", "original_url", "source_url")
    return next((url for key in keys if (url := shapes.file_address(resource.get(key)))), "") or first_text(resource, *keys)


def _licences_by_number(resources: list[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Number → words, of the package's files: a link states its licence by the number alone."""
    known = (resource.get("license") for resource in resources)
    return {
        text(licence.get("id")): shapes.licence_words(licence) for licence in known if isinstance(licence, dict) and text(licence.get("id"))
    }


def _format_class(element: Tag) -> str:
    name = element.select_one(".name")
    classes = attribute(name, "class").split() if name else []
    return next((one.removeprefix("format-") for one in classes if one.startswith("format-")), "")


def _absolute(base: str, href: str) -> str:
    return joined(base, href) if href else ""
