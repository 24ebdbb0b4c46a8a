"""LinkData.org: works of one or several tables.

There is no list of works to ask for: an operator names works, a work whose table lists others (an index), or a user's page. A work's page
tells title, owner and dates, its table texts hold the data and say their licence themselves. Source: section 3 of the portals page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from . import dates, licences, municipalities, sniff
from .fetching import Answer, Fetcher
from .linkdata_page import Download, WorkPage, read_page, works_in_page
from .linkdata_table import LinkDataTable, read_if_linkdata, read_rdf_json
from .problems import PortalError, Problem, Severity, problem, register
from .reader import Document, Entry, Listing, Option, Reader, kind
from .record import Licence, Record, Resource

__all__ = ["LinkData", "follow", "resources_in_page", "work_of"]

#: A portal may take half a minute, and has no list to compare with: more pages of one user than this are no user's.
MOST_PAGES = 50
PORTAL = "https://linkdata.org"
#: Lists of a user's works are also here.
USERS = "https://user.linkdata.org"
_WORK = re.compile(r"\brdf1s[0-9]{1,12}i\b")
_WORK_ADDRESS = re.compile(r"/(?:work|download|view|rss|api/1)/(rdf1s[0-9]{1,12}i)(?=[/?#]|$)")
_OWN_HOST = re.compile(r"(?:[a-z-]+\.)?linkdata\.org")
#: Hosts that differ from the bare one in language only.
_LANGUAGE_HOST = re.compile(r"(?:(?:www|[a-z]{2})\.)?linkdata\.org")

register(
    "linkdata-no-works",
    Severity.ERROR,
    (
        "{place} から読むLinkDataの作品が分かりません。",
        "作品ID（rdf1s…i）、一覧表の作品、または利用者のページを指定してください。LinkDataには作品の一覧を返すAPIがありません。",
    ),
    (
        "Which works of LinkData to read at {place} is not known.",
        "Give work ids (rdf1s…i), a work that lists works, or a user's page: LinkData has no API that lists works.",
    ),
)
register(
    "linkdata-index-rows",
    Severity.WARNING,
    ("{place} の一覧のうち{value}行は、LinkDataの作品を指していません。", "LinkDataにない作品は、ほかの収集元として登録してください。"),
    ("{value} rows of the index {place} do not point to a work of LinkData.", "Register what lies elsewhere as a source of its own."),
)
register(
    "linkdata-user-page",
    Severity.WARNING,
    (
        "利用者のページ（{place}）には作品の総数がなく、一覧がすべてかどうか分かりません。",
        "作品が消えたかどうかの判断には使いません。必要なら作品IDか一覧の作品を指定してください。",
    ),
    (
        "The user's page {place} states no count, so it is not known whether it lists all works.",
        "It is not used to tell that a work is gone. Give work ids or an index work for that.",
    ),
)
register(
    "linkdata-pages",
    Severity.ERROR,
    ("{place} の一覧は{value}ページを超えるため、途中で打ち切りました。", "利用者のページのアドレスを確かめてください。"),
    ("The list at {place} goes on beyond {value} pages; reading stopped.", "Check the address of the user's page."),
)
register(
    "linkdata-no-table",
    Severity.ERROR,
    ("{place} に読める表がありません。", "作品のページを開き、公開範囲とファイルを確かめてください。"),
    ("{place} has no table that can be read.", "Open the page of the work: look who may see it, and at its files."),
)
register(
    "linkdata-title-missing",
    Severity.WARNING,
    ("{place} の作品のページがないため、題名は表のファイル名です。", "作品のページを取得すると題名と説明が入ります。"),
    (
        "The page of {place} is not there, so its title is the name of its file.",
        "With the page of the work there is a title and a description.",
    ),
)
register(
    "linkdata-other-form",
    Severity.WARNING,
    (
        "{place} の表（テキスト）を取得できないため、RDF/JSONから読みました。",
        "ライセンスなどの見出しの行がありません。後で再び実行してください。",
    ),
    (
        "The text of table {place} could not be fetched; its RDF/JSON was read.",
        "It has no header lines, so no licence of its own. Run it again later.",
    ),
)
register(
    "linkdata-over-http",
    Severity.WARNING,
    ("{place} は https で取得できず、http で取得しました。", "内容が途中で変えられていないことは確かめられません。"),
    ("{place} could not be had over https and came over http.", "That nobody changed it on the way cannot be told."),
)


def work_of(url: str) -> str | None:
    """The id of the work that an address of LinkData is about."""
    found = _WORK_ADDRESS.search(unquote(url))
    return found[1] if found else None


def _base(url: str) -> str:
    """Scheme and host; of LinkData itself the bare host by https, whatever language or scheme the address names."""
    parts = urlsplit(url)
    return PORTAL if _OWN_HOST.fullmatch((parts.hostname or "").lower()) else f"{parts.scheme}://{parts.netloc}"


#: Failures after which LinkData is asked over http, where it was long at home. A bad certificate is not one of them.
_WORTH_HTTP = frozenset({"no-connection", "tls-failed", "broken-answer", "not-found"})


def _get(fetcher: Fetcher, url: str) -> Answer:
    """Fetch from LinkData by https, and by http where it does not speak it; from elsewhere as the address says."""
    try:
        return fetcher.get(url)
    except PortalError as error:
        is_worth = all(found.type in _WORTH_HTTP for found in error.problems)
        is_own = url.startswith("https:") and _OWN_HOST.fullmatch(urlsplit(url).hostname or "")
        if error.stops_run or not is_worth or not is_own:
            raise
        try:
            return fetcher.get(url.replace("https:", "http:", 1))
        except PortalError:
            raise error from None


def follow(url: str, fetcher: Fetcher) -> tuple[Resource, ...]:
    """The tables behind a work's page that another portal offers as a resource: one hop.

    :param url: as the other portal gives it
    :returns: a resource a table, with both addresses in ``via``; nothing where the address is not of a work's page
    :raises PortalError: the page cannot be had, or is none
    """
    work = work_of(url)
    if work is None or "/download/" in url:
        return ()
    page = _get(fetcher, f"{_base(url)}/work/{work}")
    return resources_in_page(page, via=(url,))


def resources_in_page(page: Answer, via: Iterable[str] = ()) -> tuple[Resource, ...]:
    """The tables that a work's page offers. Pure.

    :param page: the answer
    :param via: addresses that led to it
    :raises PortalError: not the page of a work
    """
    read = read_page(page.body, page.url)
    resources = (_resource(name, offered, read, page.url) for name, offered in _files(read))
    return tuple(replace(one, via=(*via, page.url)) for one in resources)


def _files(page: WorkPage) -> Iterator[tuple[str, tuple[Download, ...]]]:
    names = dict.fromkeys(download.file for download in page.downloads)
    return ((name, tuple(one for one in page.downloads if one.file == name)) for name in names)


#: Which form of a table is read, best first.
_FORMS = ("text", "csv", "excel")


def _resource(name: str, offered: tuple[Download, ...], page: WorkPage, at: str) -> Resource:
    best = next((one for form in _FORMS for one in offered if one.form == form), offered[0])
    base = _base(at)
    return Resource(
        id=name,
        title=name,
        url=_rebased(urljoin(f"{base}/work/{page.work}", best.href), base),
        page=f"{base}/work/{page.work}/{quote(name)}.html",
        declared_format={"text": "txt", "excel": "xls", "turtle": "ttl"}.get(best.form, best.form),
        licence=licences.resolve(best.licences),
        modified=dates.moment_if_any(best.version),
        reading="linkdata" if best.form == "text" else "",
    )


def _rebased(url: str, base: str) -> str:
    """An address of LinkData, at the host that is read."""
    parts = urlsplit(url)
    if not _LANGUAGE_HOST.fullmatch((parts.hostname or "").lower()):
        return url
    return base + parts.path + (f"?{parts.query}" if parts.query else "")


@dataclass(frozen=True)
class _Parts:
    """What a document holds, by what its bytes are."""

    page: tuple[WorkPage, str] | None
    tables: tuple[tuple[LinkDataTable, Answer], ...]
    graphs: tuple[Answer, ...]
    package: Mapping[str, Any] | None


@kind
class LinkData(Reader):
    """Works of LinkData.org."""

    kind = "linkdata"
    title = "LinkData（作品の表）"
    title_en = "LinkData (tables of works)"
    options_allowed = (
        Option(
            "works", "作品ID", "Work ids", "rdf1s…i を空白かカンマで区切って並べる", str, "",
            help_en="rdf1s…i with blanks or commas between",
        ),
        Option(
            "index", "一覧の作品ID", "Index work", "作品のアドレスを並べた表の作品ID", str, "",
            help_en="The work that holds a table with the addresses of works",
        ),
        Option(
            "user", "利用者", "User", "利用者のIDかページのアドレス", str, "",
            help_en="The id of a user, or the address of their page",
        ),
        Option(
            "municipality",
            "団体コード",
            "Municipality code",
            "公開元の全国地方公共団体コード（6桁）。ほかに手がかりがないときに使う",
            str,
            "",
            help_en="The municipality that publishes (six digits), where nothing else says it",
        ),
        Option(
            "publishers", "公開者の対応表", "Table of publishers", "公開者の名前やID、題名 → 団体コード", dict, None,
            help_en="Name or id of a publisher, or a title → municipality code",
        ),
    )

    @property
    def _base(self) -> str:
        return _base(self.target) if self.target.startswith(("http://", "https://")) else PORTAL

    @property
    def portal(self) -> str:
        return self._base.replace("http:", "https:", 1)

    def listing(self, validators: Mapping[str, str] | None = None) -> Listing:
        entries: dict[str, Entry] = {}
        problems: list[Problem] = []
        is_complete = True
        for work in _WORK.findall(f"{self.options['works']} {self._work_of_target()}"):
            entries.setdefault(work, self._entry(work))
        for index in _WORK.findall(str(self.options["index"])):
            found, told = self._index(index)
            problems += told
            is_complete = is_complete and bool(found)
            _add(entries, found)
        user = str(self.options["user"]) or self._user_of_target()
        if user:
            found, told = self._works_of_user(user)
            problems += told
            # nobody knows how the site parts long lists, and it states no count
            is_complete = False
            problems.append(problem("linkdata-user-page", user))
            _add(entries, found)
        if not entries and not problems:
            problems.append(problem("linkdata-no-works", self.target))
        return Listing(tuple(entries.values()), is_complete and bool(entries), tuple(problems))

    def _entry(self, work: str, title: str = "") -> Entry:
        return Entry(work, f"{self._base}/work/{work}", title)

    def _work_of_target(self) -> str:
        return work_of(self.target) or (self.target if _WORK.fullmatch(self.target) else "")

    def _user_of_target(self) -> str:
        return self.target if re.search(r"/user/[^/?#]+", self.target) else ""

    def _index(self, work: str) -> tuple[list[Entry], list[Problem]]:
        """The works in the table of an index work: of each row the first address of a work, with the row's title."""
        read = self._read(self.fetch(self._entry(work)))
        rows = elsewhere = 0
        found: list[Entry] = []
        for table, _ in read.tables:
            names = enumerate(table.table.columns)
            titles = next((number for number, name in names if re.search("名称|題名|タイトル|title", name)), None)
            for row in table.table.rows:
                rows += 1
                # a work's id is its address even where only the id is written
                named = next((met for cell in row if (met := work_of(cell) or (cell if _WORK.fullmatch(cell) else None))), None)
                if named is None:
                    elsewhere += 1
                else:
                    found.append(self._entry(named, row[titles].strip() if titles is not None else ""))
        told = [problem("linkdata-index-rows", f"{self._base}/work/{work}", value=elsewhere)] if elsewhere else []
        if not found:
            told.append(problem("linkdata-no-works", f"{self._base}/work/{work}"))
        return found, told

    def _works_of_user(self, user: str) -> tuple[list[Entry], list[Problem]]:
        """The works of the first of the user's pages that lists any."""
        error: PortalError | None = None
        for start in self._pages_of_user(user):
            try:
                found, problems = self._works_from(start)
            except PortalError as failed:
                if failed.stops_run:
                    raise
                error = error or failed
                continue
            if found or problems:
                return found, problems
        if error is not None:
            raise error
        return [], [problem("linkdata-no-works", user)]

    def _pages_of_user(self, user: str) -> tuple[str, ...]:
        if user.startswith(("http://", "https://")):
            return (_rebased(user, self._base),)
        path = f"/user/{quote(user, safe='')}"
        elsewhere = (f"{USERS}{path}/work",) if self._base == PORTAL else ()
        return (self._base + path, f"{self._base}{path}/work", *elsewhere)

    def _works_from(self, start: str) -> tuple[list[Entry], list[Problem]]:
        waiting, seen = [start], set()
        found: dict[str, Entry] = {}
        while waiting:
            url = waiting.pop(0)
            if url in seen:
                continue
            seen.add(url)
            if len(seen) > MOST_PAGES:
                return list(found.values()), [problem("linkdata-pages", start, value=MOST_PAGES)]
            works, more = works_in_page(_get(self.fetcher, url).body, url)
            for work, title in works:
                found.setdefault(work, self._entry(work, title))
            waiting += more
        return list(found.values()), []

    def fetch(self, entry: Entry) -> Document:
        """The page of a work and its tables; ``datapackage.json`` where the page cannot be had, RDF/JSON where a table cannot."""
        page = f"{self._base}/work/{entry.id}"
        try:
            main = _get(self.fetcher, page)
            files = [(resource.id, resource.url, resource.reading) for resource in resources_in_page(main)]
        except PortalError as error:
            if error.stops_run:
                raise
            main, files = self._package(entry.id, error)
        parts = [main]
        for name, url, reading in files:
            if reading == "linkdata":
                parts.append(self._table(entry.id, name, url))
        return Document(entry.id, tuple(parts))

    def _package(self, work: str, cause: PortalError) -> tuple[Answer, list[tuple[str, str, str]]]:
        try:
            answer = _get(self.fetcher, f"{self._base}/api/1/{work}/datapackage.json")
            names = [name for name, _ in _resources_of_package(_package_in(answer) or {})]
        except PortalError:
            raise cause from None
        if not names:
            raise cause
        return answer, [(name, f"{self._base}/download/{work}/link/{quote(name)}.txt", "linkdata") for name in names]

    def _table(self, work: str, name: str, url: str) -> Answer:
        try:
            return _get(self.fetcher, url)
        except PortalError as error:
            if error.stops_run:
                raise
            try:
                return _get(self.fetcher, f"{self._base}/api/1/{work}/{quote(name)}_rdf.json")
            except PortalError:
                raise error from None

    def documents_in(self, name: str, body: bytes) -> Iterator[Document]:
        """A saved table text, work page, ``datapackage.json`` or RDF/JSON of LinkData."""
        detected = sniff.detect(body, "", name)
        answer = Answer(name, name, 200, body=body)
        if detected == "html":
            try:
                page = read_page(body, name)
            except PortalError:
                return
            if page.downloads:
                yield Document(page.work, (answer,))
        elif detected == "json":
            package = _package_in(answer)
            if package is not None and _WORK.search(json.dumps(package)):
                yield Document(_WORK.search(json.dumps(package))[0], (answer,))  # type: ignore[index]
            elif b"linkdata.org/" in body and package is None:
                read_rdf_json(body, name)
                found = _WORK.search(body.decode("utf-8", "replace"))
                yield Document(found[0] if found else _stem(name), (answer,))
        elif read := read_if_linkdata(body, name):
            yield Document(work_of(read.said("download_from")) or _stem(name), (answer,))

    def map(self, document: Document) -> Record:
        parts = self._read(document)
        page, at = parts.page if parts.page else (None, "")
        tables = [table for table, _ in parts.tables]
        names = [table.said("attribution_name") for table in tables if table.said("attribution_name")]
        owner = names[0] if names else page.owner if page else ""
        title = page.title if page else str((parts.package or {}).get("title") or "")
        resources = tuple(self._resources(document, parts))
        if not resources:
            raise PortalError(problem("linkdata-no-table", at or document.parts[0].url))
        found = self._publisher(owner, page.owner_id if page else "", title, document.id)
        # what is odd in a table is told by whoever reads it (contents.read_contents), once
        problems = [found.problem] if found.problem else []
        if not title:
            problems.append(problem("linkdata-title-missing", document.id))
        problems += [problem("linkdata-other-form", answer.url) for answer in parts.graphs if answer.url.startswith("http")]
        problems += [
            problem("linkdata-over-http", part.url) for part in document.parts if part.url.startswith(PORTAL.replace("https", "http") + "/")
        ]
        licence = licences.common(resource.licence for resource in resources)
        for resource in resources:
            problems += licences.problems_of(resource.licence, f"{document.id}/{resource.id}")
        return Record(
            portal=self.portal,
            id=document.id,
            title=title or next((table.said("file_name") for table in tables if table.said("file_name")), document.id),
            notes=page.description if page else str((parts.package or {}).get("description") or ""),
            publisher=municipalities.publisher(found, owner, page.owner_id if page else ""),
            landing_page=f"{self._base}/work/{document.id}" if _WORK.fullmatch(document.id) else "",
            created=dates.moment_if_any(page.created) if page else None,
            modified=dates.moment_if_any(page.modified) if page else None,
            tags=page.tags if page else (),
            licence=licence,
            resources=resources,
            extras=_extras(tables, page),
            problems=tuple(problems),
        )

    def _publisher(self, owner: str, owner_id: str, title: str, place: str) -> municipalities.Found:
        """By its name or title; else by the source's settings."""
        table = self.options["publishers"]
        found = municipalities.find(
            organization=owner, organization_id=owner_id, title=title, manual=table if isinstance(table, dict) else None, place=place
        )
        configured = municipalities.normalise(str(self.options["municipality"] or ""))
        return municipalities.Found(configured, "source") if found.code is None and configured else found

    def bodies_in(self, document: Document, record: Record) -> dict[str, Answer]:
        parts = self._read(document)
        held = {name: answer for name, (_, answer) in _by_name(parts.tables).items()}
        held |= {_graph_name(answer): answer for answer in parts.graphs if _graph_name(answer) not in held}
        return {resource.id: held[resource.id] for resource in record.resources if resource.id in held}

    def _read(self, document: Document) -> _Parts:
        """Tell the parts of a document apart by what they are."""
        page = package = None
        tables: list[tuple[LinkDataTable, Answer]] = []
        graphs: list[Answer] = []
        for part in document.parts:
            detected = sniff.detect(part.body)
            if detected == "html":
                page = (read_page(part.body, part.url), part.url)
            elif detected == "json" and (met := _package_in(part)) is not None:
                package = met
            elif detected == "json":
                graphs.append(part)
            elif table := read_if_linkdata(part.body, part.url):
                tables.append((table, part))
            else:
                raise PortalError(problem("unexpected-shape", part.url, detail="#LINK"))
        return _Parts(page, tuple(tables), tuple(graphs), package)

    def _resources(self, document: Document, parts: _Parts) -> Iterator[Resource]:
        """The files that the page offers, with what their own text says; then the tables that came without a page."""
        told = _by_name(parts.tables)
        graphs = {_graph_name(answer): answer for answer in parts.graphs}
        if parts.page:
            page, at = parts.page
            for name, offered in _files(page):
                made = _resource(name, offered, page, at if at.startswith("http") else f"{self._base}/work/{page.work}")
                table, _ = told.pop(name, (None, None))
                graph = graphs.pop(name, None)
                if graph is not None and table is None:
                    made = replace(made, url=graph.url, declared_format="json", reading="linkdata")
                yield replace(made, licence=_licence(table, offered)) if table else made
        for name, (table, answer) in told.items():
            yield Resource(
                id=name,
                title=name,
                url=self._address_of(document.id, name, answer),
                file_name="" if answer.url.startswith("http") else answer.url,
                declared_format="txt",
                licence=_licence(table, ()),
                reading="linkdata",
            )
        for name, answer in graphs.items():
            yield Resource(id=name, title=name, url=self._saved_or(answer, ""), declared_format="json", reading="linkdata")
        if not parts.page and not told and not graphs:
            for name, url in _resources_of_package(parts.package or {}):
                yield Resource(id=name, title=name, url=url, declared_format="csv")

    def _address_of(self, work: str, name: str, answer: Answer) -> str:
        known = f"{self._base}/download/{work}/link/{quote(name)}.txt" if _WORK.fullmatch(work) else ""
        return self._saved_or(answer, known)

    @staticmethod
    def _saved_or(answer: Answer, address: str) -> str:
        return answer.url if answer.url.startswith("http") else address


def _add(entries: dict[str, Entry], found: Iterable[Entry]) -> None:
    """Entries that are not there, or there without a title."""
    for entry in found:
        if entry.id not in entries or not entries[entry.id].title:
            entries[entry.id] = entry


def _licence(table: LinkDataTable | None, offered: Iterable[Download]) -> Licence:
    """What the table itself says, then what the page says of it; where they differ, both are kept."""
    stated = [
        *(table.all_said("license") if table else ()),
        *(one for download in offered if download.form == "text" for one in download.licences),
    ]
    return licences.resolve(stated)


def _by_name(tables: Iterable[tuple[LinkDataTable, Answer]]) -> dict[str, tuple[LinkDataTable, Answer]]:
    """Name → table; of saved files several may say one name (copies), and none of them is dropped."""
    named: dict[str, tuple[LinkDataTable, Answer]] = {}
    for table, answer in tables:
        wanted = _file_of(table, answer)
        names = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
        named[next(name for name in names if name not in named)] = (table, answer)
    return named


def _file_of(table: LinkDataTable, answer: Answer) -> str:
    """The name of a table: by its address; of a file that somebody kept, as the table says."""
    return (table.said("file_name") if not answer.url.startswith("http") else "") or _stem(answer.url)


def _graph_name(answer: Answer) -> str:
    return _stem(answer.url).removesuffix("_rdf")


def _stem(name: str) -> str:
    last = unquote(urlsplit(name).path if name.startswith("http") else name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    return last.rpartition(".")[0] or last


def _extras(tables: Iterable[LinkDataTable], page: WorkPage | None) -> dict[str, str]:
    said = {
        f"linkdata_{name}": "、".join(dict.fromkeys(value for table in tables for value in table.all_said(name)))
        for name in ("attribution_name", "attribution_url", "lang", "template_generated_from")
    }
    if page and page.downloads:
        said["linkdata_downloads"] = " ".join(dict.fromkeys(one.href for one in page.downloads))
    return {name: value for name, value in said.items() if value}


def _package_in(answer: Answer) -> dict[str, Any] | None:
    """A ``datapackage.json``, whatever else it holds; None where the answer is something else."""
    try:
        content = json.loads(sniff.decode(answer.body, answer.url).text)
    except (ValueError, RecursionError):
        return None
    is_one = isinstance(content, dict) and isinstance(content.get("resources"), list)
    return content if is_one else None


def _resources_of_package(package: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and address of each table; of a resource without address its name, where it has one."""
    found = []
    for resource in package.get("resources") or []:
        if not isinstance(resource, dict):
            continue
        address = next((value for key in ("url", "path") if isinstance(value := resource.get(key), str) and value), "")
        name = _stem(address) if address else str(resource.get("name") or "")
        if name:
            found.append((name, address))
    return found
