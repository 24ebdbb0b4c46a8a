"""The action API that CKAN invented, and that DataEye and SHIRASAGI answer in dialects of their own: envelope, lists, one package.

A portal that is CKAN is asked by ``ckanapi`` (``ckan_api``); the others are close to it, but not close enough for that.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlsplit

from . import listings, shapes
from .fetching import Answer
from .mapping import canonical_portal, is_pointer
from .problems import PortalError, problem
from .reader import Document, Entry, Listing, Option, Reader

__all__ = ["ActionReader", "packages_in", "result_of"]

Package = Mapping[str, Any]


def result_of(answer: Answer) -> Any:
    """What an answer of the API holds.

    :raises PortalError: no JSON, or the portal says that it failed, which some do under status 200 (quirk 5)
    """
    said = shapes.json_of(answer)
    if isinstance(said, dict):
        _refuse_failure(said, answer.url)
        return said.get("result") if "result" in said else said
    return said


def _refuse_failure(said: Package, place: str) -> None:
    success = said.get("success")
    failed = success is False or (isinstance(success, str) and success.lower() == "false")
    if not failed and not ("error" in said and "result" not in said):
        return
    error = said.get("error")
    if isinstance(error, dict):
        # CKAN and SHIRASAGI's searches name the type __type, SHIRASAGI's lists type.
        told = ", ".join(f"{key}: {shapes.text(value) or json.dumps(value, ensure_ascii=False)[:200]}" for key, value in error.items())
    else:
        told = shapes.text(error)
    raise PortalError(problem("portal-says-no", place, detail=told or "success: false"))


def packages_in(result: Any) -> list[Package]:
    """The packages in a result: one, a list of one (DKAN), a list, or the results of a search."""
    if isinstance(result, dict) and isinstance(result.get("results"), list):
        return shapes.mappings(result["results"])
    if isinstance(result, list):
        return shapes.mappings(result)
    return [result] if isinstance(result, dict) and result else []


def _ids_of(package: Package) -> set[str]:
    return {shapes.text(package.get(key)) for key in ("id", "name", "uuid", "filename")} - {""}


class ActionReader(Reader):
    """A portal with ``package_search``, ``package_list`` and ``package_show``."""

    #: Where the API is below the portal's root, and what else an operator may have copied from the browser's address line.
    api_path: ClassVar[str]
    known_tails: ClassVar[tuple[str, ...]] = ()
    #: How many records are asked for at once.
    search_rows: ClassVar[int] = 100
    list_rows: ClassVar[int] = 100

    api_option: ClassVar[Option] = Option(
        "api_path", "APIのパス", "Path of the API", "ポータルのアドレスの下のAPIのパス。空なら既定のもの", str, "",
        help_en="The path of the API below the portal's address; empty: the usual one",
    )

    @cached_property
    def root(self) -> str:
        """The portal's address, without the path of its API, ending in a slash; the target itself where it is no address."""
        if not self.target.lower().startswith(("http://", "https://")):
            return self.target
        parts = urlsplit(self.target.strip())
        path = parts.path
        for tail in (f"/{self._api_path}", *self.known_tails):
            path = f"{path.rstrip('/')}/".partition(f"{tail.rstrip('/')}/")[0]
        return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}/"

    @property
    def _api_path(self) -> str:
        return (str(self.options.get("api_path") or "") or self.api_path).strip("/") + "/"

    @cached_property
    def portal(self) -> str:
        return canonical_portal(self.root)

    @property
    def asked_first(self) -> str:
        return f"{self.root}{self._api_path}"

    def listing(self, validators: Mapping[str, str] | None = None) -> Listing:
        try:
            first = self._search(0, validators)
        except PortalError as error:
            if error.stops_run:
                raise
            return self._listing_without_search(error)
        if first is None:
            return Listing(unchanged=True, validators=dict(validators or {}))
        if not self._names_records(first):
            return self._listing_by_ids(first.count)
        return listings.gather(self.root, lambda start: first if start == 0 else self._next(start), self.search_rows)

    def fetch(self, entry: Entry) -> Document:
        if entry.document is not None:
            return entry.document
        answer, result = self._call("package_show", {"id": entry.id})
        package = self._one_package(result, answer.url)
        if not self._is_asked_for(package, entry.id):
            raise PortalError(
                problem("unexpected-shape", answer.url, detail=f"ほかの記録が返りました / another record came: {self.id_of(package)}")
            )
        return Document(entry.id, (answer,))

    @abstractmethod
    def id_of(self, package: Package) -> str:
        """The id under which a record is known, as text; empty where the package has none."""

    @abstractmethod
    def is_package(self, package: Package) -> bool:
        """Whether a JSON object is a package of this kind of portal, by its shape."""

    def documents_in(self, name: str, body: bytes) -> Iterator[Document]:
        if not shapes.looks_like_json(body):
            return
        answer = Answer(name, name, 200, {}, body)
        packages = packages_in(result_of(answer))
        for package in packages:
            if self.is_package(package):
                yield self._document(package, answer, alone=len(packages) == 1)

    def entries_in(self, name: str, body: bytes) -> tuple[Entry, ...] | None:
        if not shapes.looks_like_json(body):
            return None
        answer = Answer(name, name, 200, {}, body)
        said, result = shapes.json_of(answer), result_of(answer)
        # a list without the API's envelope is rather a record's own data
        if not isinstance(said, dict) or not isinstance(result, list) or any(isinstance(one, (dict, list)) for one in result):
            return None
        return tuple(Entry(found, self._show_url(found)) for one in result if (found := shapes.text(one)))

    def ids_in(self, document: Document) -> frozenset[str]:
        main = document.parts[0]
        packages = [] if shapes.looks_like_html(main.body) else packages_in(result_of(main))
        return super().ids_in(document) | {found for package in packages for found in _ids_of(package)}

    def _listing_without_search(self, error: PortalError) -> Listing:
        """The portal does not search: its list of ids."""
        return self._listing_by_ids(None)

    def _listing_by_ids(self, count: int | None) -> Listing:
        return listings.gather(self.root, self._ids, self.list_rows, count)

    def _search_params(self) -> dict[str, str]:
        return {}

    def _search(self, start: int, validators: Mapping[str, str] | None = None) -> listings.Page | None:
        """One page of whole records, or None where nothing changed."""
        params = {**self._search_params(), "rows": str(self.search_rows), "start": str(start)}
        answer, result = self._call("package_search", params, validators)
        if answer.not_modified:
            return None
        if not isinstance(result, dict) or not isinstance(result.get("results"), list):
            raise PortalError(problem("unexpected-shape", answer.url, detail="results がありません / no results"))
        packages = shapes.mappings(result["results"])
        entries = [self._entry(package, answer) for package in packages if self.id_of(package)]
        return listings.Page(entries, len(result["results"]), shapes.integer(result.get("count")), answer.validators)

    def _next(self, start: int) -> listings.Page:
        page = self._search(start)
        assert page is not None, "no validators were sent"
        return page

    def _ids(self, offset: int) -> listings.Page:
        answer, result = self._call("package_list", {"limit": str(self.list_rows), "offset": str(offset)})
        if not isinstance(result, list):
            raise PortalError(problem("unexpected-shape", answer.url, detail="IDの並びがありません / no list of ids"))
        ids = [found for entry in result if (found := self.id_of(entry) if isinstance(entry, dict) else shapes.text(entry))]
        return listings.Page([Entry(found, url=self._show_url(found)) for found in ids], len(result))

    def _names_records(self, page: listings.Page) -> bool:
        """Whether a search says which records there are. Those that it does not bring whole are fetched one by one: a list of names instead
        would give the same records other ids."""
        return bool(page.entries) or page.count == 0

    def _entry(self, package: Package, answer: Answer) -> Entry:
        identifier = self.id_of(package)
        document = self._document(package, answer) if self.is_package(package) and self._brings_all(package) else None
        return Entry(identifier, self._show_url(identifier), shapes.first_text(package, "title", "name"), document)

    def _brings_all(self, package: Package) -> bool:
        """Whether a package in a list needs no other request: its resources are there, and none of them leads to another portal's page."""
        resources = package.get("resources")
        return isinstance(resources, list) and not any(is_pointer(shapes.text(one.get("url"))) for one in shapes.mappings(resources))

    def _document(self, package: Package, answer: Answer, alone: bool = False) -> Document:
        """One package out of an answer; an answer that holds nothing else is kept as it came."""
        body = answer.body if alone else json.dumps(package).encode()
        return Document(self.id_of(package), (Answer(answer.url, answer.final_url, answer.status, answer.headers, body, answer.hops),))

    def _package(self, answer: Answer) -> Package:
        """The one package of an answer.

        :raises PortalError: none, or several
        """
        return self._one_package(result_of(answer), answer.url)

    def _one_package(self, result: Any, place: str) -> Package:
        packages = packages_in(result)
        if len(packages) != 1 or not (self.is_package(packages[0]) or "resources" in packages[0]):
            raise PortalError(problem("unexpected-shape", place, detail=f"データセットが1件ではありません / {len(packages)} packages"))
        return packages[0]

    def _is_asked_for(self, package: Package, asked: str) -> bool:
        """Whether a package is the one that was asked for, under any of the ids it has."""
        has = _ids_of(package)
        return asked in has or not has

    def _show_url(self, identifier: str) -> str:
        return f"{self.root}{self._api_path}package_show?id={identifier}" if self.portal else ""

    def _call(self, action: str, params: Mapping[str, str], validators: Mapping[str, str] | None = None) -> tuple[Answer, Any]:
        """Ask the API.

        :returns: the answer, and what it holds; None where nothing has changed since the validators
        """
        answer = self.fetcher.get(f"{self.root}{self._api_path}{action}", params=params, validators=validators)
        return answer, None if answer.not_modified else result_of(answer)
