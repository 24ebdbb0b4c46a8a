"""CKAN, and BODIK's CKAN for many municipalities with its naming; DKAN as far as it answers like CKAN.

Source: section 5 of the portals page. Times are naive UTC; a package's licence counts for its resources unless they state their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from . import ckan_api, listings, shapes
from .action_api import ActionReader, Package, packages_in, result_of
from .fetching import Answer
from .mapping import COMMON_OPTIONS, Mapper, canonical_portal, format_of, place_of, pointed_pages, with_pointers
from .problems import PortalError, Severity, problem, register
from .reader import Document, Entry, Listing, Option, kind
from .record import Licence, Record, Resource
from .shapes import first_text, mappings, pairs, text

__all__ = ["Ckan"]

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HELP = re.compile(r"(?P<root>https?://[^\s?#]+?)/api/(?:[0-9]+/)?action/")
#: Values of a search's filter: names, codes, wildcards; nothing that ends the filter.
_SAFE_VALUE = re.compile(r"[\w.*\-]{1,100}")
#: Numbers that change with every visit: an unchanged record would look changed.
COUNTERS = re.compile("いいね|ダウンロード数|コメント数|利活用数|評価|課題解決数|tracking|views?$|downloads?$|position", re.IGNORECASE)

register(
    "listed-by-names",
    Severity.WARNING,
    (
        "{place} は検索に答えないため、名前の一覧で代えました（{detail}）。この取得では「なくなった」の判定をしません。",
        "続くようなら「一覧の取り方」を list にしてください。",
    ),
    (
        "{place} does not answer searches; its list of names stands in ({detail}). Nothing is called missing by this run.",
        "If it stays so, set the way of listing to list.",
    ),
)


@kind
class Ckan(ActionReader):
    """One CKAN portal, or one municipality's part of BODIK."""

    kind = "ckan"
    title = "CKAN（BODIKを含む）"
    title_en = "CKAN (BODIK included)"
    options_allowed = (
        Option(
            "organization", "組織", "Organization", "この組織（BODIKでは団体コード）のデータだけを取る", str, "",
            help_en="Only data of this organization (with BODIK: a municipality code)",
        ),
        Option(
            "prefix", "名前の始まり", "Prefix of names", "名前がこれで始まるデータだけを取る（BODIKでは 042072_ など）", str, "",
            help_en="Only data whose name begins so (with BODIK: 042072_ and the like)",
        ),
        Option(
            "group", "グループ", "Group", "このグループのデータだけを取る", str, "",
            help_en="Only data of this group",
        ),
        Option(
            "list_by", "一覧の取り方", "Way of listing", "search（検索）か list（名前の一覧。IDは名前になる）", str, "search",
            help_en="search, or list (of names; ids are then names)",
        ),
        ActionReader.api_option,
        *COMMON_OPTIONS,
    )
    api_path = "api/3/action/"
    known_tails = ("/api/3", "/api/action", "/api/1", "/api/2", "/dataset", "/organization", "/group")
    #: CKAN's own limit; one that gives fewer is asked again from where it stopped.
    search_rows = 1000
    list_rows = 1000

    def id_of(self, package: Package) -> str:
        return first_text(package, "name", "id") if self._by_name else first_text(package, "id", "name")

    def is_package(self, package: Package) -> bool:
        if "filename" in package or ("uuid" in package and "title" not in package) or not first_text(package, "id", "name"):
            return False
        if any("resource_license_id" in one for one in mappings(package.get("resources"))):
            return False
        if re.fullmatch(r"[0-9]{1,12}", text(package.get("id"))) and not {"license_id", "owner_org", "num_resources"} & set(package):
            return False
        return "resources" in package and any(
            key in package for key in ("title", "name", "metadata_modified", "license_id", "owner_org", "organization", "num_resources")
        ) and "profile" not in package and "licenses" not in package

    def listing(self, validators: Mapping[str, str] | None = None) -> Listing:
        return self._listing_by_ids(None) if self._by_name else super().listing(validators)

    def fetch(self, entry: Entry) -> Document:
        if entry.document is not None:
            return entry.document
        document = super().fetch(entry)
        package = self._package(document.parts[0])
        pages = pointed_pages(self.fetcher, [text(one.get("url")) for one in mappings(package.get("resources"))])
        # Identity is the package's own id, by whatever name it was asked for.
        return Document(self.id_of(package) or entry.id, (*document.parts, *pages))

    def map(self, document: Document) -> Record:
        main = document.parts[0]
        packages = packages_in(result_of(main))
        if len(packages) != 1 or not first_text(packages[0], "title", "name", "id"):
            raise PortalError(problem("unexpected-shape", main.url, detail=f"データセットが1件ではありません / {len(packages)} packages"))
        package = packages[0]
        if text(package.get("state")) == "deleted":
            raise PortalError(problem("portal-says-no", main.url, detail="state: deleted"))
        portal = self.portal or _stated_portal(main)
        said = pairs(package.get("extras"))
        name = first_text(package, "name")
        mapper = Mapper(f"{portal}/dataset/{name}" if portal else place_of(self.target, name or document.id), self.options, portal, UTC)
        licence = mapper.licence([text(package.get(key)) for key in ("license_id", "license_title", "license_url")])
        of_package = licence if licence.stated else mapper.licence_of_site()
        title = first_text(package, "title", "xckan_title", "name")
        given = [self._map_resource(mapper, number, one, of_package) for number, one in enumerate(mappings(package.get("resources")), 1)]
        resources = with_pointers(mapper, given, document.parts[1:])
        organization = package.get("organization")
        organization = organization if isinstance(organization, dict) else {}
        owner = first_text(organization, "title", "display_name", "name")
        landing = shapes.web_address(said.get("landingPage") or package.get("landingPage") or said.get("landing_page"))
        return Record(
            portal=portal,
            id=document.id,
            title=title,
            notes=first_text(package, "notes", "description"),
            publisher=mapper.publisher(
                name=owner or first_text(package, "publisher"),
                identifier=first_text(organization, "name", "id"),
                organization=owner or first_text(package, "publisher", "author"),
                title=title,
                record=name,
                urls=[one.url for one in resources],
            ),
            author=first_text(package, "author"),
            landing_page=landing or (f"{portal}/dataset/{name or document.id}" if portal else shapes.web_address(package.get("url"))),
            created=mapper.moment(package.get("metadata_created")),
            modified=mapper.moment(package.get("metadata_modified")),
            frequency=next((said[key] for key in ("frequency_of_update", "frequency", "update_frequency") if said.get(key)), "")
            or first_text(package, "frequency_of_update", "frequency", "update_frequency"),
            period=(
                said.get("temporal_start") or first_text(package, "temporal_start"),
                said.get("temporal_end") or first_text(package, "temporal_end"),
            ),
            tags=shapes.labels(package.get("tags"), "display_name", "name"),
            groups=shapes.labels(package.get("groups"), "title", "display_name", "name"),
            licence=mapper.licence_of_record(licence, resources),
            resources=resources,
            # A portal that came from SHIRASAGI has its old uuid as the name (quirk 33).
            former_ids=(name,) if _UUID.fullmatch(name) and name != document.id else (),
            extras={**said, **_also_said(package)},
            problems=tuple(mapper.problems),
        )

    def _map_resource(self, mapper: Mapper, number: int, resource: Mapping[str, Any], package_licence: Licence) -> Resource:
        identifier = first_text(resource, "id") or f"no{number}"
        own = [
            word for key in ("license_id", "license_title", "license_url", "license") for word in shapes.licence_words(resource.get(key))
        ]
        url, path = mapper.address_of((text(resource.get(key)) for key in ("url", "download_url", "access_url")), f"{mapper.place} / {identifier}")
        return Resource(
            id=identifier,
            title=first_text(resource, "name", "title", "description"),
            url=url,
            path=path,
            description=first_text(resource, "description"),
            declared_format=format_of(first_text(resource, "format")),
            media_type=first_text(resource, "mimetype", "mimeType"),
            size=shapes.integer(resource.get("size")),
            licence=mapper.licence(own, f"{mapper.place} / {identifier}") if any(own) else package_licence,
            created=mapper.moment(resource.get("created")),
            modified=mapper.moment(resource.get("last_modified") or resource.get("modified")),
        )

    @property
    def _by_name(self) -> bool:
        return self.options.get("list_by") == "list"

    def _search_params(self) -> dict[str, str]:
        filters = [("organization", "organization", ""), ("name", "prefix", "*"), ("groups", "group", "")]
        terms: list[str] = []
        for field, option, wildcard in filters:
            value = str(self.options.get(option) or "").rstrip("*").strip()
            if not value:
                continue
            if not _SAFE_VALUE.fullmatch(value):
                raise PortalError(problem("option-refused", self.target, value=value, detail=option))
            terms.append(f"{field}:{value}{wildcard}")
        return {"sort": "name asc", **({"fq": " AND ".join(terms)} if terms else {})}

    def _call(self, action: str, params: Mapping[str, str], validators: Mapping[str, str] | None = None) -> tuple[Answer, Any]:
        answer, result = ckan_api.call(self.fetcher, self.root, self._api_path, action, params, validators)
        return answer, result_of(answer) if result is None and not answer.not_modified else result

    def _listing_without_search(self, error: PortalError) -> Listing:
        """The list of names stands in for the search; ids are not known before each record is fetched, so it can say nothing of absence."""
        found = self._listing_by_ids(None)
        note = problem("listed-by-names", self.root, detail=error.problems[0].type)
        return Listing(found.entries, False, (*error.problems, note, *found.problems))

    def _ids(self, offset: int) -> listings.Page:
        page = super()._ids(offset)
        prefix = str(self.options.get("prefix") or "").rstrip("*")
        return listings.Page([entry for entry in page.entries if entry.id.startswith(prefix)], page.length) if prefix else page


def _stated_portal(answer: Answer) -> str:
    """The portal that a saved answer names in its ``help`` address."""
    said = shapes.json_of(answer)
    found = _HELP.match(text(said.get("help"))) if isinstance(said, dict) else None
    try:
        return canonical_portal(found["root"]) if found else ""
    except PortalError:
        return ""


def _also_said(package: Package) -> dict[str, str]:
    """Fields that this reader has no place for; not mail addresses, and not counters."""
    mapped = {
        "id", "name", "title", "notes", "author", "metadata_created", "metadata_modified", "license_id", "license_title", "license_url",
        "num_resources", "num_tags", "state", "private", "creator_user_id", "revision_id", "owner_org", "isopen",
    }
    return {
        shapes.clean(key): found for key, value in package.items()
        if key not in mapped and "mail" not in key.lower() and not COUNTERS.search(key) and (found := text(value))
    }
