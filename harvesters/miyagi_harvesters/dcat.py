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
from .file_names import tail_of
from .mapping import COMMON_OPTIONS, Mapper, canonical_portal, format_of
from .problems import PortalError, Problem, Severity, problem, register
from .reader import Document, Entry, Listing, Reader, kind
from .record import Licence, Record, Resource

__all__ = ["Dcat", "graph_of"]

#: What relative addresses of a saved file are read against, where nothing says its own; none of it stands in a record.
NOWHERE = "https://saved.invalid/"
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
FILE_TYPES = re.compile(r"https?://(?:publications\.europa\.eu/resource/authority/file-type|www\.iana\.org/assignments/media-types)/")
#: Namespaces as they are mistyped, and the older one of Dublin Core, by those that they stand for.
MISTYPED = {
    "https://www.w3.org/ns/dcat#": str(DCAT), "https://purl.org/dc/terms/": str(DCTERMS), "http://purl.org/dc/elements/1.1/": str(DCTERMS),
    "https://xmlns.com/foaf/0.1/": str(FOAF), "https://schema.org/": str(SCHEMA),
}
#: Where a licence is stated.
LICENCES = (DCTERMS.license, SCHEMA.license, URIRef("http://creativecommons.org/ns#license"))
#: What something is called, where it is no text itself.
NAMES = (
    FOAF.name, VCARD.fn, SCHEMA.name, DCTERMS.title, RDFS.label, URIRef("http://www.w3.org/2004/02/skos/core#prefLabel"), RDF.value,
)

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
    "rights": "dct:rights", "temporal": "dct:temporal", "creator": "dct:creator", "startDate": "dcat:startDate", "endDate": "dcat:endDate",
    "label": "rdfs:label", "prefLabel": "skos:prefLabel",
}

#: Terms of JSON-LD whose text is an address.
_ADDRESS_TERMS = re.compile(r"(?:^|[:/#])(?:@id|downloadURL|accessURL|landingPage)$")
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
register(
    "dataset-without-id",
    Severity.ERROR,
    (
        "{place} のデータセット「{value}」にはアドレスもidentifierもないため、取り込めません。",
        "次の取得で同じものと分からないためです。アドレス（rdf:about、@id）か dct:identifier を付けるよう公開元に求めてください。",
    ),
    (
        "The dataset {value} of {place} has neither an address nor an identifier and cannot be taken in.",
        "It could not be known again. Ask the publisher for an address (rdf:about, @id) or dct:identifier.",
    ),
)
register(
    "id-of-two-datasets",
    Severity.ERROR,
    (
        "{place} のデータセット「{value}」のidentifier（{detail}）は、別のデータセットにも使われています。先の1件だけを取り込みます。",
        "データセットごとに違うidentifierを付けるよう公開元に求めてください。",
    ),
    (
        "The dataset {value} of {place} has the identifier of another one, {detail}. Only one of them is taken in.",
        "Ask the publisher to give every dataset an identifier of its own.",
    ),
)
register(
    "several-titles",
    Severity.WARNING,
    (
        "{place} には題名がいくつもあります。「{value}」とし、ほか（{detail}）は使いません。",
        "2つのデータセットに同じアドレスが付いていないか、公開元に確かめてください。",
    ),
    (
        "{place} has several titles. {value} was taken, and not {detail}.",
        "Ask the publisher whether two datasets were given one address.",
    ),
)
register(
    "dataset-elsewhere",
    Severity.ERROR,
    (
        "{place} にはデータセット {value} の名前しかなく、内容がありません。",
        "内容は別のファイルにあります。収集元のアドレスから取得するか、そのファイルも保存してください。",
    ),
    (
        "{place} names the dataset {value} and says nothing of it.",
        "It is described in another file. Fetch the catalogue from its address, or save that file too.",
    ),
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
            found, lost = _by_id(graph, answer.url)
            problems += lost
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
        graph, _noticed = graph_of(answer)
        found, _lost = _by_id(graph, answer.url)
        if entry.id not in found:
            raise PortalError(problem("unexpected-shape", answer.url, detail=f"{entry.id} がありません / it is not there"))
        return _document(graph, found[entry.id], entry.id, answer)

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
        licence = mapper.licence(_licence_words(graph, node))
        of_dataset = licence if licence.stated else mapper.licence_of_site()
        resources = tuple(
            resource
            for number, one in enumerate(_sorted(graph, graph.objects(node, DCAT.distribution)), 1)
            for resource in self._resources(mapper, graph, one, number, of_dataset)
        )
        publisher = _first(graph, node, DCTERMS.publisher)
        name = _named(graph, publisher)
        title = _title(graph, node)
        if others := _other_titles(graph, node, title):
            mapper.note(problem("several-titles", mapper.place, value=title, detail="、".join(others)))
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
            author=_named(graph, _first(graph, node, DCTERMS.creator)),
            landing_page=landing or shapes.web_address(_printed(node)),
            created=mapper.moment(_text(graph, node, DCTERMS.issued)),
            modified=mapper.moment(_text(graph, node, DCTERMS.modified)),
            frequency=_text(graph, node, DCTERMS.accrualPeriodicity),
            period=_period(graph, _first(graph, node, DCTERMS.temporal)),
            tags=tuple(dict.fromkeys(shapes.clean(str(word)) for word in _sorted(graph, graph.objects(node, DCAT.keyword)))),
            groups=tuple(
                dict.fromkeys(label for theme in _sorted(graph, graph.objects(node, DCAT.theme)) if (label := _named(graph, theme)))
            ),
            licence=mapper.licence_of_record(licence, resources),
            resources=resources,
            extras={
                key: said
                for key, term in (("identifier", DCTERMS.identifier), ("rights", DCTERMS.rights))
                if (said := _named(graph, _first(graph, node, term))) and said != document.id
            },
            problems=tuple(mapper.problems),
        )

    def documents_in(self, name: str, body: bytes) -> Iterator[Document]:
        if shapes.looks_like_html(body) or _syntax(body) is None:
            return
        answer = Answer(name, shapes.web_address(self.target) or name, 200, {}, body)
        graph, _noticed = graph_of(answer)
        found, lost = _by_id(graph, name)
        for identifier, node in found.items():
            if _is_described(graph, node):
                yield _document(graph, node, identifier, answer)
            else:
                lost.append(problem("dataset-elsewhere", name, value=identifier))
        if lost:
            raise PortalError(lost)

    def _entry(self, graph: Graph, node: Node, identifier: str, answer: Answer) -> Entry:
        """A dataset that the catalogue only names is fetched from its own address."""
        if not _is_described(graph, node) and shapes.web_address(identifier):
            return Entry(identifier, identifier)
        return Entry(identifier, answer.url, _title(graph, node), _document(graph, node, identifier, answer))

    def _resources(self, mapper: Mapper, graph: Graph, node: Node, number: int, of_dataset: Licence) -> Iterator[Resource]:
        """A distribution; one that has several files is so many resources.

        :param of_dataset: the licence where the distribution states none
        """
        downloads, accesses = (_texts(graph, node, term) for term in (DCAT.downloadURL, DCAT.accessURL))
        services = [_text(graph, one, DCAT.endpointURL) for one in _sorted(graph, graph.objects(node, DCAT.accessService))]
        # What is said to be a distribution, and nothing else, is the file itself.
        said = downloads if _is_described(graph, node) else [_printed(node)]
        files = said or accesses or [one for one in services if one] or [""]
        for address in files:
            named = _text(graph, node, DCTERMS.identifier) or _printed(node)
            yield self._resource(
                mapper, graph, node, of_dataset, address,
                identifier=named if named and address == files[0] else address or _text(graph, node, DCTERMS.title) or f"no{number}",
                page=next((one for one in accesses if one != address), "") if said else "",
            )

    def _resource(
        self, mapper: Mapper, graph: Graph, node: Node, of_dataset: Licence, address: str, *, identifier: str, page: str
    ) -> Resource:
        place = f"{mapper.place} / {identifier}"
        url = mapper.address(address, place)
        licence = mapper.licence(_licence_words(graph, node), place)
        media, format = (_named(graph, _first(graph, node, term)) for term in (DCAT.mediaType, DCTERMS["format"]))
        return Resource(
            id=identifier,
            title=_text(graph, node, DCTERMS.title) or tail_of(address) or identifier.rsplit("/", 1)[-1],
            url=url,
            page=mapper.address(page, place),
            description=_text(graph, node, DCTERMS.description),
            file_name="" if url else tail_of(address),
            declared_format=format_of(format or media),
            media_type=FILE_TYPES.sub("", media) if "/" in media else "",
            size=_size(_text(graph, node, DCAT.byteSize)),
            licence=licence if licence.stated else of_dataset,
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
    base = shapes.web_address(answer.final_url) or NOWHERE
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
    _mend(graph)
    return graph, problems


def _mend(graph: Graph) -> None:
    """Encode what may not stand in an address, which rdflib reads and cannot write; terms of mistyped namespaces as they are meant."""
    for triple in list(graph):
        subject, predicate, value = (URIRef(shapes.without_blanks(term)) if isinstance(term, URIRef) else term for term in triple)
        mended = (subject, _meant(predicate), _meant(value) if predicate == RDF.type else value)
        if mended != triple:
            graph.remove(triple)
            graph.add(mended)


def _meant(term: Node) -> Node:
    namespace = next((mistyped for mistyped in MISTYPED if str(term).startswith(mistyped)), "")
    return URIRef(f"{MISTYPED[namespace]}{str(term).removeprefix(namespace)}") if namespace else term


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

    def walk(given: Any, term: str = "") -> Any:
        if isinstance(given, dict) and _is_by_language(given):
            return [{"@language": language, "@value": text} for language, text in given.items()]
        if isinstance(given, dict):
            return {key: context(inner) if key == "@context" else walk(inner, key) for key, inner in given.items()}
        if isinstance(given, list):
            return [walk(one, term) for one in given]
        # An address with a blank in it is none for rdflib, which puts the address of the document in its place.
        return shapes.without_blanks(given.strip()) if isinstance(given, str) and _ADDRESS_TERMS.search(term) else given

    try:
        kept = walk(value)
    except RecursionError as error:
        raise PortalError(problem("not-rdf", place, detail="入れ子が深すぎます / nested too deeply")) from error
    # data.json may name its context, but says neither @id nor @type where JSON-LD needs them; older ones are a list of datasets.
    if isinstance(kept, dict) and isinstance(kept.get("dataset"), list):
        kept = {"@context": CONTEXT, **kept, "@type": kept.get("@type") or "dcat:Catalog", "dataset": _typed(kept["dataset"])}
    elif listed := [one for one in shapes.mappings(kept if isinstance(kept, list) else [kept]) if _is_bare_dataset(one)]:
        kept = {"@context": CONTEXT, "@graph": _typed(listed)}
    return kept, named


def _is_by_language(given: Mapping[str, Any]) -> bool:
    """Whether an object is a text in several languages, as contexts that are not loaded may define it."""
    return bool({"ja", "en"} & set(given)) and all(
        re.fullmatch("[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", key) and isinstance(value, str) for key, value in given.items()
    )


def _typed(datasets: list[Any]) -> list[Any]:
    return [{"@type": "dcat:Dataset", **one} if isinstance(one, dict) else one for one in datasets]


def _is_bare_dataset(given: Mapping[str, Any]) -> bool:
    """Whether an object is a dataset of data.json, outside of a catalogue and without a context."""
    return "@context" not in given and "title" in given and ("distribution" in given or given.get("@type") == "dcat:Dataset")


def _by_id(graph: Graph, place: str) -> tuple[dict[str, Node], list[Problem]]:
    """Datasets by their ids, and what is said of those that cannot be kept: without an id, or with one that another has.

    :raises PortalError: too many of them
    """
    nodes = _datasets(graph)
    if len(nodes) > MOST_DATASETS:
        raise PortalError(problem("rdf-too-large", place, detail=f"{len(nodes):,} datasets"))
    found: dict[str, Node] = {}
    lost: list[Problem] = []
    for node in nodes:
        identifier, title = _id_of(graph, node), _title(graph, node) or "-"
        if not identifier:
            lost.append(problem("dataset-without-id", place, value=title))
        elif identifier in found:
            lost.append(problem("id-of-two-datasets", place, value=title, detail=identifier))
        else:
            found[identifier] = node
    return found, lost


def _is_described(graph: Graph, node: Node) -> bool:
    """Whether a catalogue says anything of a dataset but that it is one."""
    return any(predicate != RDF.type for predicate in graph.predicates(node))


def _document(graph: Graph, node: Node, identifier: str, answer: Answer) -> Document:
    """One dataset with all that hangs on it, as sorted N-Triples: the document that is kept of a catalogue's page."""
    part = Graph(bind_namespaces="none")
    # A catalogue may say that something is its dataset, and nothing else does: the catalogue is not kept.
    part.add((node, RDF.type, DCAT.Dataset))
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
    return (None, DCAT.dataset, node) in graph or any(
        (node, RDF.type, type) in graph for type in (DCAT.Dataset, DCAT.Catalog, SCHEMA.Dataset)
    )


def _datasets(graph: Graph) -> list[Node]:
    return _sorted(
        graph,
        {*graph.subjects(RDF.type, DCAT.Dataset), *(node for node in graph.objects(None, DCAT.dataset) if not isinstance(node, Literal))},
    )


def _id_of(graph: Graph, node: Node) -> str:
    """A dataset's address, or its identifier where it stands without one."""
    printed = _printed(node)
    return printed if shapes.web_address(printed) else _text(graph, node, DCTERMS.identifier) or printed


def _printed(node: Node) -> str:
    """A text, or an address as it is printed: a relative one where the document's own is not known; nothing of a nameless node."""
    return "" if isinstance(node, BNode) else shapes.clean(str(node).removeprefix(NOWHERE))


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


def _first(graph: Graph, node: Node, term: URIRef) -> Node | None:
    """What stands first at a property, in the order of ``_sorted``."""
    return next(iter(_sorted(graph, graph.objects(node, term))), None)


def _text(graph: Graph, node: Node | None, term: URIRef) -> str:
    """A property as text, in Japanese where there are several languages."""
    return next(iter(_texts(graph, node, term)), "")


def _texts(graph: Graph, node: Node | None, term: URIRef) -> list[str]:
    """All texts and addresses of a property, those in Japanese first."""
    values = _sorted(graph, graph.objects(node, term)) if node is not None else []
    japanese = sorted(values, key=lambda value: getattr(value, "language", None) != "ja")
    return list(filter(None, dict.fromkeys(map(_printed, japanese))))


def _title(graph: Graph, node: Node) -> str:
    return next((found for term in (DCTERMS.title, SCHEMA.name, RDFS.label, FOAF.name) if (found := _text(graph, node, term))), "")


def _other_titles(graph: Graph, node: Node, title: str) -> list[str]:
    """Titles in the language of the one that was taken: two datasets at one address, or a mistake."""
    titles = [value for value in _sorted(graph, graph.objects(node, DCTERMS.title)) if isinstance(value, Literal)]
    languages = {value.language for value in titles if _printed(value) == title}
    return [_printed(value) for value in titles if value.language in languages and _printed(value) != title]


def _named(graph: Graph, node: Node | None) -> str:
    """What something is called: its name or label, or itself where it is a text."""
    if node is None:
        return ""
    if isinstance(node, Literal):
        return shapes.clean(str(node))
    return next((found for term in NAMES if (found := _text(graph, node, term))), _printed(node))


def _licence_words(graph: Graph, node: Node | None) -> list[str]:
    """Addresses and texts of ``dct:license``, and the names of what stands there; rights that name a licence count too."""
    if node is None:
        return []
    words = [word for term in LICENCES for word in _words(graph, node, term)]
    return words or [word for word in _words(graph, node, DCTERMS.rights) if licences.known(word)]


def _words(graph: Graph, node: Node, term: URIRef) -> Iterator[str]:
    """Texts and addresses of a property, and the identifiers and names of what stands there."""
    for value in _sorted(graph, graph.objects(node, term)):
        if printed := _printed(value):
            yield printed
        if not isinstance(value, Literal):
            yield from (found for name in (DCTERMS.identifier, *NAMES) if (found := _text(graph, value, name)))


def _period(graph: Graph, node: Node | None) -> tuple[str, str]:
    if node is None:
        return ("", "")
    if isinstance(node, Literal):
        start, _slash, end = str(node).partition("/")
        return (start, end)
    pairs = ((DCAT.startDate, DCAT.endDate), (SCHEMA.startDate, SCHEMA.endDate))
    return next(((_text(graph, node, start), _text(graph, node, end)) for start, end in pairs if _text(graph, node, start)), ("", ""))


def _size(said: str) -> int | None:
    """``dcat:byteSize`` is a decimal in many catalogues: ``5985.0``."""
    return shapes.integer(re.sub(r"\.0+$", "", said))
