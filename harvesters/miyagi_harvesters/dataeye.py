"""DataEye, the platform of Miyagi's joint portal: CKAN's calls under another path, with integer ids, whole days and a licence per resource.

Source: section 2 of the portals page. No raw answer of any tenant is published: keys are from code that reads them, so both spellings that
were met are accepted, and nothing but ``resources`` or a title is required.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from bs4 import BeautifulSoup

from . import dates, shapes
from .action_api import ActionReader, Package, packages_in, result_of
from .fetching import Answer
from .mapping import COMMON_OPTIONS, Mapper, format_of, place_of, pointed_pages, with_pointers
from .pages_html import attribute, base_of, joined, labelled, licence_words, own_address, text_of, tree
from .problems import PortalError, Severity, problem, register
from .reader import Document, Entry, Listing, kind
from .record import UNKNOWN_LICENCE, Record, Resource
from .shapes import first_text, mappings, pairs, text

__all__ = ["DataEye"]

#: The same field under the platform's name and under those that projects gave it when they saved it.
IDS = ("id", "resource_id")
TITLES = ("title", "name", "resource_title")
ADDRESSES = ("url", "download_url")
LICENCES = ("resource_license_id", "license_id", "license", "license_title", "license_url")
MODIFIED = ("last_modified", "updated_at", "metadata_modified")
SIZES = ("size", "declared_size")

_DATASET = re.compile(r"/datasets/([0-9]{1,12})(?:$|[?#/])")
_RESOURCE = re.compile(r"/resources/([0-9]{1,12})(?:$|[?#/])")
_DOWNLOAD = re.compile(r"/resource_download/([0-9]{1,12})")
#: Behind the title of a page stands the portal's name.
_SITE_NAME = re.compile(r"[|｜]\s*データカタログ\s*[|｜].*$", re.DOTALL)
#: A list of pages that does not end is no list.
MOST_PAGES = 500

register(
    "resource-page-missing",
    Severity.WARNING,
    (
        "{place} のリソースのページ（{value}）がありません。リンクだけを残します。",
        "形式、ライセンス、更新日はリソースのページにあります。そのページも保存するか、収集元から取得してください。",
    ),
    (
        "The page of a resource of {place}, {value}, is not there. The link alone is kept.",
        "Its format, licence and date stand on that page. Save it too, or fetch the dataset from its portal.",
    ),
)


@kind
class DataEye(ActionReader):
    """One tenant of DataEye."""

    kind = "dataeye"
    title = "DataEye（宮城県・市町村の共同ポータルなど）"
    title_en = "DataEye (Miyagi's joint portal and others)"
    options_allowed = (ActionReader.api_option, *COMMON_OPTIONS)
    api_path = "ckan_api/"
    known_tails = ("/ckan_api", "/datasets", "/resources", "/pages")

    def id_of(self, package: Package) -> str:
        return first_text(package, "id")

    def is_package(self, package: Package) -> bool:
        resources = mappings(package.get("resources"))
        if "uuid" in package or "filename" in package or "resources" not in package:
            return False
        if any("resource_license_id" in resource or _DOWNLOAD.search(text(resource.get("url"))) for resource in resources):
            return True
        return re.fullmatch(r"[0-9]{1,12}", text(package.get("id"))) is not None

    def listing(self, validators: Mapping[str, str] | None = None) -> Listing:
        try:
            return super().listing(validators)
        except PortalError as error:
            if error.stops_run:
                raise
            pages = self._listing_of_pages()
            if not pages.entries:
                raise
            return Listing(pages.entries, False, (*error.problems, *pages.problems))

    def fetch(self, entry: Entry) -> Document:
        if entry.document is not None:
            return entry.document
        try:
            document = super().fetch(entry)
        except PortalError as error:
            if error.stops_run:
                raise
            return self._fetch_pages(entry, error)
        urls = [first_text(resource, *ADDRESSES) for resource in _resources(self._package(document.parts[0]))]
        return Document(document.id, (*document.parts, *pointed_pages(self.fetcher, urls)))

    def map(self, document: Document) -> Record:
        main = document.parts[0]
        if shapes.looks_like_html(main.body):
            return self._map_pages(document)
        packages = packages_in(result_of(main))
        if len(packages) != 1 or not (first_text(packages[0], *TITLES) or "resources" in packages[0]):
            raise PortalError(problem("unexpected-shape", main.url, detail=f"データセットが1件ではありません / {len(packages)} packages"))
        return self._map_package(document.id, packages[0], document.parts[1:])

    def documents_in(self, name: str, body: bytes) -> Iterator[Document]:
        if shapes.looks_like_html(body):
            soup = tree(body, name)
            if _is_dataset_page(soup) or _is_resource_page(soup):
                yield Document(_id_of_page(soup) or _id_of_file(name), (Answer(name, name, 200, {}, body),))
            return
        if not shapes.looks_like_json(body):
            return
        answer = Answer(name, name, 200, {}, body)
        result = result_of(answer)
        packages = packages_in(result)
        if isinstance(result, dict) and result and all(key.isdigit() and isinstance(value, dict) for key, value in result.items()):
            packages = mappings(result)
        for package in packages:
            if self.is_package(package) or "resource_profiles" in package:
                document = self._document(package, answer, alone=len(packages) == 1)
                yield Document(document.id or _id_of_address(package) or _id_of_file(name), document.parts)

    def has_own_id(self, document: Document) -> bool:
        main = document.parts[0]
        if shapes.looks_like_html(main.body):
            return True
        return any(self.id_of(package) or _id_of_address(package) for package in packages_in(result_of(main)))

    def _map_package(self, identifier: str, package: Package, pages: tuple[Answer, ...]) -> Record:
        said = pairs(package.get("extras"))
        owner = package.get("organization")
        owner = owner if isinstance(owner, dict) else {"name": text(owner)}
        given = _resources(package)
        mapper = Mapper(self._place(identifier), self.options, self.portal, midnight_is_day=True)
        title = _without_site(first_text(package, "title", "name"))
        name = first_text(owner, "title", "name", "display_name") or text(package.get("municipality"))
        by_date = _by_date([self._map_resource(mapper, number, one) for number, one in enumerate(given, 1)])
        resources = with_pointers(mapper, by_date, pages)
        stated = [text(package.get(key)) for key in ("license_id", "license_title", "license_url", "license")]
        return Record(
            portal=self.portal,
            id=identifier,
            title=title,
            notes=first_text(package, "notes", "description"),
            publisher=mapper.publisher(
                name=name, identifier=text(owner.get("id")), title=title or next((one.title for one in resources), ""), record=identifier,
                urls=[one.url for one in resources],
            ),
            author=first_text(package, "author"),
            landing_page=shapes.web_address(said.get("landingPage") or package.get("landing_page")) or self._page("datasets", identifier),
            created=mapper.moment(package.get("metadata_created") or said.get("release_date") or package.get("release_date")),
            modified=mapper.moment(package.get("metadata_modified")),
            frequency=said.get("frequency_of_update") or first_text(package, "frequency_of_update", "frequency"),
            tags=shapes.labels(package.get("tags"), "display_name", "name", "title"),
            groups=shapes.labels(package.get("groups"), "title", "display_name", "name"),
            licence=mapper.licence_of_record(mapper.licence(stated), resources),
            resources=resources,
            extras={**said, **_also_said(package)},
            problems=tuple(mapper.problems),
        )

    def _map_resource(self, mapper: Mapper, number: int, resource: Mapping[str, Any]) -> Resource:
        given = [text(resource.get(key)) for key in ADDRESSES]
        found = _DOWNLOAD.search(next(filter(None, given), ""))
        identifier = first_text(resource, *IDS) or (found[1] if found else f"no{number}")
        url, path = mapper.address_of(given, f"{mapper.place} / {identifier}")
        licence = mapper.licence(
            [word for key in LICENCES for word in shapes.licence_words(resource.get(key))], f"{mapper.place} / {identifier}"
        )
        return Resource(
            id=identifier,
            title=first_text(resource, *TITLES),
            url=url or self._page("resource_download", identifier),
            page=shapes.web_address(resource.get("resource_url")) or self._page("resources", identifier),
            description=first_text(resource, "description", "notes"),
            declared_format=format_of(first_text(resource, "format")),
            media_type=first_text(resource, "mimetype"),
            file_name=first_text(resource, "filename", "file_name"),
            size=next((size for key in SIZES if (size := shapes.integer(resource.get(key))) is not None), None),
            licence=licence if licence.stated else mapper.licence_of_site(),
            created=mapper.moment(resource.get("created")),
            modified=mapper.moment(first_text(resource, *MODIFIED)),
            path=path,
        )

    def _listing_of_pages(self) -> Listing:
        """The datasets' pages, by the links of the list and of its next pages. How they are paged is not known: never complete."""
        entries: dict[str, Entry] = {}
        url, seen = f"{self.root}datasets", set[str]()
        problems = [problem("list-page-failed", self.root, detail="APIの代わりにページを読みました / pages in place of the API")]
        while url and url not in seen and len(seen) < MOST_PAGES:
            seen.add(url)
            try:
                answer = self.fetcher.get(url)
                soup = tree(answer.body, answer.url)
            except PortalError as error:
                problems.extend(error.problems)
                break
            base = base_of(soup, answer.final_url)
            for link in soup.find_all("a", href=_DATASET):
                address = joined(base, attribute(link, "href"))
                if found := _DATASET.search(address):
                    entries.setdefault(found[1], Entry(found[1], address, text_of(link)))
            following = soup.select_one("a[rel~=next], .next a, a.next")
            url = joined(base, attribute(following, "href")) if following else ""
        return Listing(tuple(entries.values()), False, tuple(problems))

    def _fetch_pages(self, entry: Entry, refused: PortalError) -> Document:
        """The dataset's page and those of its resources.

        :raises PortalError: what the API answered, where the page is no page of a dataset either
        """
        try:
            main = self.fetcher.get(self._page("datasets", entry.id))
            soup = tree(main.body, main.url)
        except PortalError as error:
            raise PortalError((*refused.problems, *error.problems)) from error
        if soup.select_one(".p-ttl-ds__name") is None:
            raise refused
        base = base_of(soup, main.final_url)
        links = dict.fromkeys(joined(base, attribute(link, "href")) for link in soup.find_all("a", href=_RESOURCE))
        return Document(entry.id, (main, *(self.fetcher.get(link) for link in links if link)))

    def _map_pages(self, document: Document) -> Record:
        main = next((part for part in document.parts if _is_dataset_page(tree(part.body, part.url))), document.parts[0])
        soup = tree(main.body, main.url)
        said = {label: text_of(value) for label, value in labelled(soup)}
        is_resource = not _is_dataset_page(soup) and _is_resource_page(soup)
        of_resource = (_without_site(text_of(soup.title)) or said.get("リソース名") or "") if is_resource else ""
        title = text_of(soup.select_one(".p-ttl-ds__name")) or of_resource
        if not title:
            raise PortalError(problem("unexpected-shape", main.url, detail="データセットのページではありません / no page of a dataset"))
        mapper = Mapper(self._place(document.id), self.options, self.portal, midnight_is_day=True)
        pages = [page for page in document.parts if page is not main or is_resource]
        resources = [found for page in pages if (found := self._map_resource_page(mapper, page))]
        if not is_resource:
            resources += self._resources_without_page(mapper, main, {one.id for one in resources})
        return Record(
            portal=self.portal,
            id=document.id,
            title=title,
            notes=said.get("説明") or said.get("概要") or "",
            publisher=mapper.publisher(
                name=said.get("組織") or said.get("公開者") or "", title=title, record=document.id, urls=[one.url for one in resources]
            ),
            landing_page=self._page("datasets", document.id),
            licence=mapper.licence_of_record(UNKNOWN_LICENCE, resources),
            resources=tuple(_by_date(resources)),
            problems=tuple(mapper.problems),
        )

    def _map_resource_page(self, mapper: Mapper, page: Answer) -> Resource | None:
        soup = tree(page.body, page.url)
        found = _RESOURCE.search(page.url)
        base = base_of(soup, shapes.web_address(page.final_url) or own_address(soup) or shapes.web_address(self.root))
        link = soup.find("a", href=_DOWNLOAD)
        href = attribute(link, "href") if link else ""
        url = joined(base, href) if href else ""
        identifier = found[1] if found else match[1] if (match := _DOWNLOAD.search(href)) else ""
        if not identifier:
            return None
        values = dict(labelled(soup))
        said = {label: text_of(value) for label, value in values.items()}
        licence = mapper.licence(licence_words(values.get("ライセンス"), base), f"{mapper.place} / {identifier}")
        return Resource(
            id=identifier,
            title=said.get("リソース名") or _without_site(text_of(soup.title)),
            url=url or self._page("resource_download", identifier),
            path="" if url else href,
            page=shapes.web_address(page.url) or self._page("resources", identifier),
            declared_format=format_of(said.get("形式") or ""),
            file_name=said.get("ファイル名") or "",
            licence=licence if licence.stated else mapper.licence_of_site(),
            modified=mapper.moment(said.get("最終更新") or said.get("最終更新日")),
        )

    def _resources_without_page(self, mapper: Mapper, main: Answer, known: set[str]) -> Iterator[Resource]:
        """Resources that the dataset's page links to and whose own pages were not saved with it: an address and no more."""
        soup = tree(main.body, main.url)
        base = base_of(soup, shapes.web_address(main.final_url) or own_address(soup) or shapes.web_address(self.root))
        for link in soup.find_all("a", href=_RESOURCE):
            href = attribute(link, "href")
            found = _RESOURCE.search(href)
            if found is None or found[1] in known:
                continue
            known.add(found[1])
            mapper.note(problem("resource-page-missing", mapper.place, value=href))
            page = joined(base, href)
            yield Resource(
                id=found[1], title=text_of(link), url=joined(page, f"/resource_download/{found[1]}") if page else "", page=page,
                licence=mapper.licence_of_site(),
            )

    def _place(self, identifier: str) -> str:
        return self._page("datasets", identifier) or place_of(self.target, identifier)

    def _page(self, what: str, identifier: str) -> str:
        return f"{self.root}{what}/{identifier}" if self.portal else ""


def _without_site(title: str) -> str:
    return _SITE_NAME.sub("", title).rstrip()


def _resources(package: Package) -> list[Mapping[str, Any]]:
    return mappings(package.get("resources")) or mappings(package.get("resource_profiles"))


def _also_said(package: Package) -> dict[str, str]:
    return {key: found for key in ("url", "version", "maintainer", "type") if (found := text(package.get(key)))}


def _by_date(resources: list[Resource]) -> list[Resource]:
    """Newest first: the portal's order says nothing, and neither do ids, which are used again (quirk 17)."""
    none = datetime.min.replace(tzinfo=UTC)

    def age(resource: Resource) -> tuple[datetime, date, str]:
        moment, hint = resource.modified or resource.created, dates.era_hint(resource.title)
        return (moment.at if moment and moment.at else none, hint.day if hint else date.min, resource.id.zfill(12))

    return sorted(resources, key=age, reverse=True)


def _is_dataset_page(soup: BeautifulSoup) -> bool:
    return soup.select_one(".p-ttl-ds__name") is not None


def _is_resource_page(soup: BeautifulSoup) -> bool:
    said = {label for label, _value in labelled(soup)}
    return {"リソース名", "ライセンス"} <= said


def _id_of_page(soup: BeautifulSoup) -> str:
    """A saved page's dataset, by the address that the page says is its own, or by the one dataset that a resource's page links to."""
    linked = {attribute(link, "href") for link in soup.find_all("a", href=_DATASET)} if _is_resource_page(soup) else set()
    found = [match[1] for address in (own_address(soup), *sorted(linked)) if (match := _DATASET.search(address))]
    return found[0] if len(set(found)) == 1 else ""


def _id_of_address(package: Package) -> str:
    found = _DATASET.search(text(package.get("url")))
    return found[1] if found else ""


def _id_of_file(name: str) -> str:
    """A saved file that holds a record without id is known by the number in its name, or by its name."""
    stem = re.split(r"[/\\]", name)[-1].rsplit(".", 1)[0]
    digits = re.search(r"[0-9]{1,12}", stem)
    return digits.group() if digits else stem
