"""DCAT in its serialisations, and what a hostile one does not get."""

from __future__ import annotations

import json
import socket
import urllib.request
from typing import Any

import pytest

from miyagi_harvesters import dcat
from miyagi_harvesters.dcat import Dcat
from miyagi_harvesters.problems import PortalError

from .portal_fakes import PAGE_OF_TROUBLE, FakeFetcher

TARGET = "https://www.city.example.lg.jp/catalog.ttl"
DATASET = "https://www.city.example.lg.jp/d/1"

TURTLE = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
<c> a dcat:Catalog ; dcat:dataset <d/1> .
<d/1> a dcat:Dataset ; dct:title "避難所の見本"@ja , "Shelters"@en ; dct:description "見本です。" ; dct:publisher [ foaf:name "宮城県名取市" ] ;
  dct:issued "2024-01-02" ; dcat:keyword "防災", "見本" ; dcat:landingPage <https://www.city.example.lg.jp/a.html> ;
  dct:temporal [ dcat:startDate "2025-04-01" ; dcat:endDate "2026-03-31" ] ;
  dcat:distribution [ a dcat:Distribution ; dct:title "見本" ; dcat:downloadURL <a.csv> ; dct:format "CSV" ; dcat:byteSize "5985.0" ;
    dct:license <http://creativecommons.org/licenses/by/4.0/deed.ja> ] ,
    [ a dcat:Distribution ; dcat:accessURL <b.json> ; dcat:mediaType <https://www.iana.org/assignments/media-types/application/json> ;
      dct:license <https://creativecommons.org/licenses/by/4.0/> ] ."""
XML = f"""<?xml version="1.0" encoding="UTF-8"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"
 xmlns:dct="http://purl.org/dc/terms/" xmlns:foaf="http://xmlns.com/foaf/0.1/"><dcat:Dataset rdf:about="{DATASET}"><dct:title>避難所の見本</dct:title>
 <dct:publisher><foaf:Agent><foaf:name>宮城県名取市</foaf:name></foaf:Agent></dct:publisher><dcat:distribution><dcat:Distribution>
 <dcat:downloadURL rdf:resource="https://www.city.example.lg.jp/a.csv"/><dct:license rdf:resource="http://creativecommons.org/licenses/by/4.0/"/>
 </dcat:Distribution></dcat:distribution></dcat:Dataset></rdf:RDF>"""
JSON_LD: dict[str, Any] = {
    "@context": "https://elsewhere.example/dcat.jsonld", "@id": "https://www.city.example.lg.jp/c", "@type": "Catalog", "dataset": [{
        "@id": DATASET, "@type": "Dataset", "title": "避難所の見本", "publisher": {"name": "宮城県名取市"},
        "distribution": [{"downloadURL": "https://www.city.example.lg.jp/a.csv", "license": "http://creativecommons.org/licenses/by/4.0/"}],
    }],
}


def reader(say: Any, **headers: str) -> Dcat:
    return Dcat(TARGET, FakeFetcher(say if callable(say) or isinstance(say, dict) and TARGET in say else {TARGET: say}, headers))


def test_a_catalogue_becomes_records() -> None:
    """Japanese before other languages; each distribution with its own licence."""
    portal = reader(TURTLE)
    listing = portal.listing()
    assert (listing.complete, [entry.id for entry in listing.entries]) == (True, [DATASET])
    record = portal.map(portal.fetch(listing.entries[0]))
    assert (record.title, record.notes, record.landing_page) == ("避難所の見本", "見本です。", "https://www.city.example.lg.jp/a.html")
    assert (record.publisher.code, record.tags, record.period) == ("042072", ("見本", "防災"), ("2025-04-01", "2026-03-31"))
    assert {(one.url, one.declared_format, one.size, one.licence.id) for one in record.resources} == {
        ("https://www.city.example.lg.jp/a.csv", "csv", 5985, "CC-BY-4.0"),
        ("https://www.city.example.lg.jp/b.json", "json", None, "CC-BY-4.0"),
    }
    assert (record.licence.id, record.problems) == ("CC-BY-4.0", ())


@pytest.mark.parametrize(
    "said", [TURTLE, XML, JSON_LD, XML.replace("UTF-8", "UTF-16").encode("utf-16")], ids=["ttl", "xml", "json", "utf-16"]
)
def test_every_serialisation_says_the_same(said: Any) -> None:
    """Title, publisher, file, licence."""
    portal = reader(said)
    record = portal.map(portal.fetch(portal.listing().entries[0]))
    assert (record.id, record.title, record.publisher.code) == (DATASET, "避難所の見本", "042072")
    assert ("https://www.city.example.lg.jp/a.csv", "CC-BY-4.0") in {(one.url, one.licence.id) for one in record.resources}


def test_the_same_catalogue_gives_the_same_record_every_time() -> None:
    """Nameless nodes are numbered anew at each reading."""
    portal = reader(TURTLE)
    first, second = (portal.map(portal.fetch(portal.listing().entries[0])) for _time in range(2))
    assert first == second


@pytest.mark.parametrize("context", [
    "https://elsewhere.example/c.jsonld", ["https://elsewhere.example/c.jsonld", {"x": "http://x.example/"}], {"@import": "https://elsewhere.example/c"},
    {"dataset": {"@id": "http://www.w3.org/ns/dcat#dataset", "@context": "https://elsewhere.example/nested"}}, "file:///etc/passwd",
])
def test_nothing_is_loaded_from_elsewhere(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No context, import or nested context: not a name is looked up, not a file opened by address."""
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a request was made")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    monkeypatch.setattr("rdflib.plugins.shared.jsonld.context.source_to_json", refuse)
    portal = reader({**JSON_LD, "@context": context, "@graph": [{"@context": context}]})
    listing = portal.listing()
    assert all(portal.map(portal.fetch(entry)).id for entry in listing.entries)


def test_a_context_elsewhere_is_said() -> None:
    """What was read may lack something."""
    (document,) = reader({}).documents_in("x.jsonld", json.dumps(JSON_LD).encode())
    assert dcat.graph_of(reader(JSON_LD).fetcher.get(TARGET))[1][0].type == "context-replaced"
    assert reader({}).map(document).title == "避難所の見本"


@pytest.mark.parametrize(
    "doctype", ['<!DOCTYPE rdf:RDF SYSTEM "file:///etc/passwd">', '<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]>']
)
def test_a_document_type_is_refused(doctype: str) -> None:
    """External entities, and entities that grow."""
    for encoding in ("utf-8", "utf-16"):
        text = XML.replace("?>", f"?>{doctype}", 1).replace("UTF-8", encoding)
        with pytest.raises(PortalError) as caught:
            reader(text.encode(encoding)).listing()
        assert caught.value.problems[0].type == "dtd-refused"


@pytest.mark.parametrize(
    "said",
    [
        PAGE_OF_TROUBLE,
        "",
        "<d/1> a",
        "{",
        "<?xml version='1.0'?><a",
        b"\xff\xfe\x00",
        "a,b\n1,2\n",
        "@prefix x: <http://x> ." + "[" * 50_000,
    ],
)
def test_what_is_no_rdf_is_refused(said: Any) -> None:
    """A page, half an answer, a table, nesting without end."""
    with pytest.raises(PortalError):
        reader(said).listing()


def test_what_is_too_large_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser needs a hundred times the memory."""
    monkeypatch.setattr(dcat, "LARGEST", 100)
    with pytest.raises(PortalError) as caught:
        reader(TURTLE).listing()
    assert caught.value.problems[0].type == "rdf-too-large"


def paged(url: str, params: Any, total: int = 3) -> str:
    number = int(url.rpartition("=")[2]) if "=" in url else 1
    following = f'<> hydra:next <{TARGET}?page={number + 1}> .' if number < 3 else ""
    return f"""@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .
    <> hydra:totalItems {total} . {following} <https://www.city.example.lg.jp/d/{number}> a dcat:Dataset ; dct:title "見本" ."""


def test_a_catalogue_in_pages_is_read_to_its_end() -> None:
    """As CKAN's own catalogue pages itself; the total is compared."""
    assert [len(reader(paged).listing().entries), reader(paged).listing().complete] == [3, True]
    assert not reader(lambda url, params: paged(url, params, 4)).listing().complete
    assert not reader(lambda url, params: PAGE_OF_TROUBLE if "page=3" in url else paged(url, params)).listing().complete
    assert not reader(lambda url, params: paged(TARGET, params)).listing().complete


def test_an_empty_catalogue_is_not_complete() -> None:
    """Nobody says that it is empty."""
    assert not reader("@prefix dcat: <http://www.w3.org/ns/dcat#> . <c> a dcat:Catalog .").listing().complete


def test_data_json_is_read_without_its_context() -> None:
    """Neither ids nor types of JSON-LD: the identifier is the id."""
    said = {
        "@context": "https://elsewhere.example/v1.1/schema/catalog.jsonld",
        "conformsTo": "https://elsewhere.example/v1.1/schema",
        "dataset": [
            {
                "identifier": "mihon-1",
                "title": "見本",
                "keyword": ["札"],
                "license": "https://creativecommons.org/licenses/by/4.0/",
                "publisher": {"name": "名取市"},
                "distribution": [{"downloadURL": "https://x.example/a.csv", "format": "CSV", "title": "a"}],
            }
        ],
    }
    portal = reader(said)
    record = portal.map(portal.fetch(portal.listing().entries[0]))
    assert (record.id, record.title, record.publisher.code, record.licence.id) == ("mihon-1", "見本", "042072", "CC-BY-4.0")
    assert record.resources[0].url == "https://x.example/a.csv"
    assert record.resources[0].licence.id == "CC-BY-4.0"


def test_rdf_xml_may_begin_with_a_comment() -> None:
    """With and without a declaration before it; a page is still none."""
    body = """<!-- 見本 -->
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/">
    <dcat:Dataset rdf:about="https://x.example/d/7"><dct:title>広場</dct:title></dcat:Dataset></rdf:RDF>"""
    for text in (body, f'<?xml version="1.0"?>{body}'):
        (document,) = reader("").documents_in("a.xml", text.encode())
        assert reader("").map(document).title == "広場"
    assert not list(reader("").documents_in("a.xml", "<!-- 見本 --><!DOCTYPE html><html></html>".encode()))
