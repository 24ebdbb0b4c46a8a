"""DCAT that a municipality publishes as such: Turtle, RDF/XML or JSON-LD, and ``data.json``.

RDF invites a reader to load what it names. This one loads nothing: contexts of JSON-LD are its own, a document type declaration is refused,
and what is too large is not parsed.
"""

from __future__ import annotations

import json
import logging
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from xml.parsers import expat

from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from . import licences, listings, shapes, sniff
from .fetching import Answer
from .mapping import COMMON_OPTIONS, Mapper, canonical_portal
from .problems import PortalError, Problem, Severity, problem, register
from .reader import Document, Entry, Listing, Reader, kind
from .record import Record, Resource

__all__ = ["Dcat", "graph_of"]

#: rdflib reads about a megabyte a second.
LARGEST = 10_000_000
MOST_DATASETS = 5000
MOST_PAGES = 200
#: What is kept of one dataset: so many statements, so many steps away (dataset, distribution, licence, its label).
MOST_STATEMENTS = 2000
MOST_STEPS = 3

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
SCHEMA = Namespace("http://schema.org/")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
#: A file type's address ends in its name.
FILE_TYPES = ("http://publications.europa.eu/resource/authority/file-type/", "https://www.iana.org/assignments/media-types/")

#: Stands for every context that a document names by address: the terms of DCAT under their usual prefixes and bare.
CONTEXT: dict[str, Any] = {
    "dcat": str(DCAT), "dct": str(DCTERMS), "dcterms": str(DCTERMS), "foaf": str(FOAF), "rdfs": str(RDFS), "vcard": str(VCARD),
    "schema": str(SCHEMA), "hydra": str(HYDRA), "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#", "Catalog": "dcat:Catalog", "Dataset": "dcat:Dataset",
    "Distribution": "dcat:Distribution", "dataset": {"@id": "dcat:dataset"}, "distribution": {"@id": "dcat:distribution"},
    "title": "dct:title", "description": "dct:description", "identifier": "dct:identifier", "issued": "dct:issued",
    "modified": "dct:modified", "keyword": "dcat:keyword", "publisher": "dct:publisher", "license": "dct:license",
    "format": "dct:format", "mediaType": "dcat:mediaType", "byteSize": "dcat:byteSize", "name": "foaf:name",
    "accessURL": {"@id": "dcat:accessURL", "@type": "@id"}, "downloadURL": {"@id": "dcat:downloadURL", "@type": "@id"},
    "landingPage": {"@id": "dcat:landingPage", "@type": "@id"}, "accrualPeriodicity": "dct:accrualPeriodicity", "theme": "dcat:theme",
}

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")

register(
    "not-rdf",
    Severity.ERROR,
    (
        "{place} をDCAT（RDF）として読めません（{detail}）。",
        "Turtle、RDF/XML、JSON-LDのいずれかで、文法に誤りがないか公開元に確かめてください。",
    ),
    ("{place} cannot be read as DCAT ({detail}).", "Ask the publisher to check the syntax of the Turtle, RDF/XML or JSON-LD."),
)
register(
    "dtd-refused",
    Severity.ERROR,
    (
        "{place} には文書型宣言（DOCTYPE）があるため読みません。",
        "外部の実体を読み込ませるおそれがあるためです。公開元に、DOCTYPEのない形を求めてください。",
    ),
    (
        "{place} has a document type declaration and is not read.",
        "It could make a reader load other files. Ask for a form without DOCTYPE.",
    ),
)
register(
    "context-replaced",
    Severity.WARNING,
    (
        "{place} のJSON-LDは外の文脈（{value}）を使っています。読み込まずに、DCATの用語として読みました。",
        "読み取った内容に抜けがないか確かめてください。",
    ),
    (
        "The JSON-LD of {place} uses a context elsewhere, {value}. It was not loaded; terms were read as those of DCAT.",
        "See that nothing is missing.",
    ),
)
register(
    "rdf-too-large", Severity.ERROR,
    ("{place} のRDFが大きすぎます（{detail}）。", "ページに分けた形か、データセットごとの形を公開元に求めてください。"),
    ("The RDF of {place} is too large ({detail}).", "Ask for it in pages, or one dataset at a time."),
)


@kind
class Dcat(Reader):
    """One catalogue in DCAT."""

    kind = "dcat"
    title = "DCAT（RDFのカタログ、data.json）"
    title_en = "DCAT (a catalogue in RDF, data.json)"
    options_allowed = COMMON_OPTIONS

    @cached_property
    def portal(self) -> str:
        parts = urlsplit(self.target)
        return canonical_portal(f"{parts.scheme}://{parts.netloc}/") if parts.scheme in ("http", "https") else ""

    def listing(self, validators: Mapping[str, str] | None = None) -> Listing:
        entries: dict[str, Entry] = {}
        problems: list[Problem] = []
        url, seen, count, first = self.target, set[str](), None, dict[str, str]()
        while url and len(seen) < MOST_PAGES:
            seen.add(url)
            try:
                answer = self.fetcher.get(url, validators=validators if len(seen) == 1 else None)
                if answer.not_modified:
                    return Listing(unchanged=True, validators=dict(validators or {}))
                graph, _noticed = graph_of(answer)
            except PortalError as error:
                if len(seen) == 1:
                    raise
                problems += [*error.problems, problem("list-page-failed", url, detail=error.problems[0].type)]
                break
            first = answer.validators if len(seen) == 1 else {}
            nodes = _datasets(graph)
            if len(nodes) > MOST_DATASETS:
                raise PortalError(problem("rdf-too-large", url, detail=f"{len(nodes):,} datasets"))
            found = {identifier: node for node in nodes if (identifier := _id_of(graph, node))}
            if len(found) < len(nodes):
                problems.append(problem("list-entry-without-id", url, detail=len(nodes) - len(found)))
            for identifier, node in found.items():
                if identifier in entries:
                    problems.append(problem("listed-twice", url, value=identifier))
                entries.setdefault(identifier, self._entry(graph, node, identifier, answer))
            count = next((shapes.integer(str(total)) for total in graph.objects(None, HYDRA.totalItems)), count)
            url = next((str(page) for term in (HYDRA.next, HYDRA.nextPage) for page in graph.objects(None, term)), "")
            if url in seen:
                problems.append(problem("list-page-repeated", url, detail=len(entries)))
                break
        if len(seen) >= MOST_PAGES and url:
            problems.append(problem("list-too-long", self.target, detail=MOST_PAGES))
        return listings.judged(self.target, entries.values(), problems, count, first, round_is_doubtful=False)

    def fetch(self, entry: Entry) -> Document:
        if entry.document is not None:
            return entry.document
        answer = self.fetcher.get(entry.url or self.target)
        document = next((found for found in _documents(answer) if found.id == entry.id), None)
        if document is None:
            raise PortalError(problem("unexpected-shape", answer.url, detail=f"{entry.id} がありません / it is not there"))
        return document

    def map(self, document: Document) -> Record:
        answer = document.parts[0]
        graph, noticed = graph_of(answer)
        node = next((one for one in _datasets(graph) if _id_of(graph, one) == document.id), None)
        if node is None:
            only = _datasets(graph)
            if len(only) != 1:
                raise PortalError(problem("unexpected-shape", answer.url, detail=f"データセットが1件ではありません / {len(only)} datasets"))
            node = only[0]
        mapper = Mapper(document.id, self.options, self.portal)
        mapper.note(*noticed)
        stated = _licence_words(graph, node)
        licence = mapper.licence(stated)
        resources = tuple(
            self._resource(mapper, graph, one, number)
            for number, one in enumerate(_sorted(graph, graph.objects(node, DCAT.distribution)), 1)
        )
        publisher = next(iter(_sorted(graph, graph.objects(node, DCTERMS.publisher))), None)
        name = _named(graph, publisher)
        title = _text(graph, node, DCTERMS.title) or _text(graph, node, SCHEMA.name) or _text(graph, node, RDFS.label)
        period = next(iter(_sorted(graph, graph.objects(node, DCTERMS.temporal))), None)
        landing = shapes.web_address(_text(graph, node, DCAT.landingPage))
        return Record(
            portal=self.portal,
            id=document.id,
            title=title,
            notes=_text(graph, node, DCTERMS.description),
            publisher=mapper.publisher(
                name=name,
                identifier=_text(graph, publisher, DCTERMS.identifier) if publisher else "",
                title=title,
                record=_text(graph, node, DCTERMS.identifier),
                urls=[landing, *(one.url for one in resources)],
            ),
            author=_named(graph, next(iter(_sorted(graph, graph.objects(node, DCTERMS.creator))), None)),
            landing_page=landing or shapes.web_address(str(node)),
            created=mapper.moment(_text(graph, node, DCTERMS.issued)),
            modified=mapper.moment(_text(graph, node, DCTERMS.modified)),
            frequency=_text(graph, node, DCTERMS.accrualPeriodicity),
            period=_period(graph, period),
            tags=tuple(dict.fromkeys(shapes.clean(str(word)) for word in _sorted(graph, graph.objects(node, DCAT.keyword)))),
            groups=tuple(
                dict.fromkeys(label for theme in _sorted(graph, graph.objects(node, DCAT.theme)) if (label := _named(graph, theme)))
            ),
            licence=licence if licence.stated else licences.common(one.licence for one in resources),
            resources=resources,
            extras={"identifier": said} if (said := _text(graph, node, DCTERMS.identifier)) and said != document.id else {},
            problems=tuple(mapper.problems),
        )

    def documents_in(self, name: str, body: bytes) -> Iterator[Document]:
        if shapes.looks_like_html(body) or _syntax(body) is None:
            return
        yield from _documents(Answer(name, name, 200, {}, body))

    def _entry(self, graph: Graph, node: Node, identifier: str, answer: Answer) -> Entry:
        document = _document(graph, node, identifier, answer)
        return Entry(identifier, answer.url, _text(graph, node, DCTERMS.title), document)

    def _resource(self, mapper: Mapper, graph: Graph, node: Node, number: int) -> Resource:
        download, access = (shapes.web_address(_text(graph, node, term)) for term in (DCAT.downloadURL, DCAT.accessURL))
        identifier = _text(graph, node, DCTERMS.identifier) or (
            str(node) if isinstance(node, URIRef) else download or access or _text(graph, node, DCTERMS.title) or f"no{number}"
        )
        licence = mapper.licence(_licence_words(graph, node), f"{mapper.place} / {identifier}")
        media = _text(graph, node, DCAT.mediaType)
        return Resource(
            id=identifier,
            title=_text(graph, node, DCTERMS.title) or identifier.rsplit("/", 1)[-1],
            url=download or access,
            page=access if download and access != download else "",
            description=_text(graph, node, DCTERMS.description),
            declared_format=_file_type(_named(graph, next(iter(_sorted(graph, graph.objects(node, DCTERMS["format"]))), None)) or media),
            media_type=_file_type(media, keep_slash=True) if "/" in media else "",
            size=_size(_text(graph, node, DCAT.byteSize)),
            licence=licence
            if licence.stated
            else mapper.licence(_licence_words(graph, next(graph.subjects(DCAT.distribution, node), None))),
            created=mapper.moment(_text(graph, node, DCTERMS.issued)),
            modified=mapper.moment(_text(graph, node, DCTERMS.modified)),
        )


def graph_of(answer: Answer) -> tuple[Graph, list[Problem]]:
    """An answer's statements; nothing is loaded from anywhere while they are read.

    :raises PortalError: too large, no RDF, or RDF/XML with a document type declaration
    """
    if len(answer.body) > LARGEST:
        raise PortalError(problem("rdf-too-large", answer.url, detail=f"{len(answer.body):,} bytes"))
    syntax = _syntax(answer.body)
    if syntax is None:
        raise PortalError(problem("not-rdf", answer.url, detail="HTMLか、空か、別の形式です / HTML, empty, or something else"))
    base = answer.final_url if shapes.web_address(answer.final_url) else "https://saved.invalid/"
    problems: list[Problem] = []
    graph = Graph(bind_namespaces="none")
    # Every parser gets text that was decoded here; an encoding that XML declares is not believed either.
    if syntax == "json-ld":
        data, contexts = _local(shapes.json_of(answer), answer.url)
        problems = [problem("context-replaced", answer.url, value=context) for context in dict.fromkeys(contexts)]
        text = json.dumps(data)
    else:
        text = sniff.decode(answer.body, answer.url).text
    if syntax == "xml":
        text = _DECLARATION.sub("", text)
        _refuse_doctype(text, answer.url)
    # rdflib warns of every literal that does not fit its type; such a text stays as it is.
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    try:
        graph.parse(data=text, format=syntax, publicID=base)
    except Exception as error:  # noqa: BLE001 - the parsers of rdflib raise whatever happens to them
        raise PortalError(problem("not-rdf", answer.url, detail=f"{type(error).__name__}: {error}"[:200])) from error
    return graph, problems


def _syntax(body: bytes) -> str | None:
    start = sniff.beginning(body).lstrip()
    if not start or shapes.looks_like_html(body):
        return None
    if start[0] in "{[":
        return "json-ld"
    if start.startswith("<?xml") or re.match(r"<(?:[\w.-]+:)?RDF[\s>]|<!DOCTYPE", sniff.first_element(start)):
        return "xml"
    if re.search(r"^\s*(?:@prefix|@base|PREFIX\s|BASE\s|#|<[^>\s]+>\s|_:|\[)", start, re.IGNORECASE | re.MULTILINE):
        return "turtle"
    return None


def _refuse_doctype(text: str, place: str) -> None:
    """Refuse a document type declaration before anything is expanded."""
    def refuse(*_said: object) -> None:
        raise PortalError(problem("dtd-refused", place))

    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text.encode("utf-8"), True)
    except (expat.ExpatError, ValueError) as error:
        raise PortalError(problem("not-rdf", place, detail=str(error)[:200])) from error


def _local(value: Any, place: str) -> tuple[Any, list[str]]:
    """JSON-LD whose contexts are all its own: an address in place of one, or an import, is replaced by the terms of DCAT."""
    named: list[str] = []

    def context(given: Any) -> Any:
        if isinstance(given, str):
            named.append(given)
            return CONTEXT
        if isinstance(given, list):
            return [context(one) for one in given]
        if isinstance(given, dict):
            named.extend(str(given[key]) for key in ("@import",) if key in given)
            return {key: walk(inner) for key, inner in given.items() if key not in ("@import", "@propagate")}
        return given

    def walk(given: Any) -> Any:
        if isinstance(given, dict):
            return {key: context(inner) if key == "@context" else walk(inner) for key, inner in given.items()}
        return [walk(one) for one in given] if isinstance(given, list) else given

    try:
        kept = walk(value)
    except RecursionError as error:
        raise PortalError(problem("not-rdf", place, detail="入れ子が深すぎます / nested too deeply")) from error
    # data.json names its context, but says neither @id nor @type where JSON-LD needs them.
    if isinstance(kept, dict) and isinstance(kept.get("dataset"), list):
        kept = {"@context": CONTEXT, **kept, "@type": kept.get("@type") or "dcat:Catalog"}
        for one in shapes.mappings(kept["dataset"]):
            if isinstance(one, dict):
                one.setdefault("@type", "dcat:Dataset")
    return kept, named


def _documents(answer: Answer) -> Iterator[Document]:
    graph, _problems = graph_of(answer)
    for node in _datasets(graph)[:MOST_DATASETS]:
        if identifier := _id_of(graph, node):
            yield _document(graph, node, identifier, answer)


def _document(graph: Graph, node: Node, identifier: str, answer: Answer) -> Document:
    """One dataset with all that hangs on it, as sorted N-Triples: the document that is kept of a catalogue's page."""
    part = Graph(bind_namespaces="none")
    waiting, seen = deque([(node, 0)]), {node}
    while waiting and len(part) < MOST_STATEMENTS:
        subject, steps = waiting.popleft()
        for predicate, value in graph.predicate_objects(subject):
            part.add((subject, predicate, value))
            # A link from one dataset to another, or back to the catalogue, is kept; what stands behind it is not.
            onward = steps < MOST_STEPS and not isinstance(value, Literal) and value not in seen and not _is_own_record(graph, value)
            if onward:
                seen.add(value)
                waiting.append((value, steps + 1))
    lines = sorted(part.serialize(format="nt").splitlines())
    headers = {**answer.headers, "content-type": "application/n-triples"}
    return Document(
        identifier, (Answer(answer.url, answer.final_url, answer.status, headers, "\n".join(lines).encode() + b"\n", answer.hops),)
    )


def _is_own_record(graph: Graph, node: Node) -> bool:
    return any((node, RDF.type, type) in graph for type in (DCAT.Dataset, DCAT.Catalog, SCHEMA.Dataset))


def _datasets(graph: Graph) -> list[Node]:
    return _sorted(
        graph,
        {*graph.subjects(RDF.type, DCAT.Dataset), *(node for node in graph.objects(None, DCAT.dataset) if not isinstance(node, Literal))},
    )


def _id_of(graph: Graph, node: Node) -> str:
    """A dataset's address, or its identifier where it stands without one."""
    identifier = _text(graph, node, DCTERMS.identifier)
    return identifier if isinstance(node, BNode) or str(node).startswith("https://saved.invalid/") else str(node)


def _sorted(graph: Graph, nodes: Iterable[Node]) -> list[Node]:
    """In an order that does not change from run to run: addresses and texts, then nameless things by what they say."""
    def key(node: Node) -> tuple[bool, str, str]:
        said = (
            "\n".join(sorted(str(value) for value in graph.objects(node) if not isinstance(value, BNode)))
            if isinstance(node, BNode)
            else str(node)
        )
        return (isinstance(node, BNode), said, getattr(node, "language", None) or "")

    return sorted(nodes, key=key)


def _text(graph: Graph, node: Node | None, term: URIRef) -> str:
    """A property as text, in Japanese where there are several languages."""
    if node is None:
        return ""
    values = [value for value in _sorted(graph, graph.objects(node, term)) if not isinstance(value, BNode)]
    japanese = [value for value in values if isinstance(value, Literal) and value.language == "ja"]
    return shapes.clean(str((japanese or values)[0])) if values else ""


def _named(graph: Graph, node: Node | None) -> str:
    """What something is called: its name or label, or itself where it is a text."""
    if node is None:
        return ""
    if isinstance(node, Literal):
        return shapes.clean(str(node))
    terms = (FOAF.name, VCARD.fn, SCHEMA.name, DCTERMS.title, RDFS.label, URIRef("http://www.w3.org/2004/02/skos/core#prefLabel"))
    return next((found for term in terms if (found := _text(graph, node, term))), "" if isinstance(node, BNode) else str(node))


def _licence_words(graph: Graph, node: Node | None) -> list[str]:
    """Addresses and texts of ``dct:license``, and the names of what stands there; rights that name a licence count too."""
    if node is None:
        return []
    words: list[str] = []
    for licence in (*_sorted(graph, graph.objects(node, DCTERMS.license)), *_sorted(graph, graph.objects(node, SCHEMA.license))):
        words += [] if isinstance(licence, BNode) else [str(licence)]
        words += (
            []
            if isinstance(licence, Literal)
            else [found for term in (DCTERMS.title, RDFS.label) if (found := _text(graph, licence, term))]
        )
    return words or [str(right) for right in _sorted(graph, graph.objects(node, DCTERMS.rights)) if licences.known(str(right))]


def _period(graph: Graph, node: Node | None) -> tuple[str, str]:
    if node is None:
        return ("", "")
    if isinstance(node, Literal):
        start, _slash, end = str(node).partition("/")
        return (start, end)
    pairs = ((DCAT.startDate, DCAT.endDate), (SCHEMA.startDate, SCHEMA.endDate))
    return next(((_text(graph, node, start), _text(graph, node, end)) for start, end in pairs if _text(graph, node, start)), ("", ""))


def _file_type(said: str, keep_slash: bool = False) -> str:
    for prefix in FILE_TYPES:
        said = said.removeprefix(prefix)
    return said if keep_slash else said.rsplit("/", 1)[-1].lower()


def _size(said: str) -> int | None:
    """``dcat:byteSize`` is a decimal in many catalogues: ``5985.0``."""
    return shapes.integer(re.sub(r"\.0+$", "", said))
