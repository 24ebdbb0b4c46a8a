"""DCAT in its serialisations, and what a hostile one does not get."""

from __future__ import annotations

import json
import socket
import urllib.request
from typing import Any

import pytest

from miyagi_harvesters import dcat
from miyagi_harvesters.dcat import Dcat
from miyagi_harvesters.problems import PortalError, Problem
from miyagi_harvesters.reader import Document

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


PREFIXES = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
HERE = "https://www.city.example.lg.jp/"


def saved(said: str | dict[str, Any], portal: str = "") -> tuple[list[Document], list[Problem]]:
    """The records in a saved file, and what is said of those that are lost."""
    found: list[Document] = []
    body = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    try:
        for document in Dcat(portal, FakeFetcher({})).documents_in("saved.ttl", body.encode()):
            found.append(document)
    except PortalError as error:
        return found, list(error.problems)
    return found, []


@pytest.mark.parametrize(("said", "kept", "lost"), [
    ({"dataset": [{"identifier": "7", "title": "公園"}, {"identifier": "7", "title": "街路樹"}]}, ["7"], ["id-of-two-datasets"]),
    ({"dataset": [{"title": "名もない表", "landingPage": f"{HERE}p"}]}, [], ["dataset-without-id"]),
    ({"dataset": [{"identifier": None, "title": "公園"}, {"identifier": "8", "title": "池"}]}, ["8"], ["dataset-without-id"]),
    (f'{PREFIXES}<{HERE}c> dcat:dataset <{HERE}d/1>, [ a dcat:Dataset ; dct:title "無名" ] . <{HERE}d/1> dct:title "表" .',
     [f"{HERE}d/1"], ["dataset-without-id"]),
], ids=["one identifier twice", "none", "one of two without", "a nameless node"])
def test_a_dataset_that_cannot_be_kept_is_named(said: Any, kept: list[str], lost: list[str]) -> None:
    """In a saved file as over the network: by its title, and where it stands."""
    documents, problems = saved(said)
    assert ([document.id for document in documents], [found.type for found in problems]) == (kept, lost)
    assert problems[0].place == "saved.ttl"
    assert problems[0].value in ("公園", "街路樹", "名もない表", "無名")
    listing = reader(said).listing()
    assert ([entry.id for entry in listing.entries], listing.complete) == (kept, False)
    assert [found.type for found in listing.problems if found.type in lost] == lost


def test_a_dataset_that_only_its_catalogue_calls_one() -> None:
    """``dcat:dataset`` says what it is; the catalogue is not in the document that is kept."""
    said = f'{PREFIXES}<c> a dcat:Catalog ; dcat:dataset <d/3> . <d/3> dct:title "海水浴場" ; dcat:distribution <u.csv> .'
    portal = reader(said)
    listing = portal.listing()
    record = portal.map(portal.fetch(listing.entries[0]))
    assert (listing.complete, record.id, record.title, len(record.resources)) == (True, f"{HERE}d/3", "海水浴場", 1)


def test_a_dataset_that_its_catalogue_only_names_is_fetched() -> None:
    """From its own address; in a saved file nothing stands there, which is said."""
    catalogue = f"{PREFIXES}<c> a dcat:Catalog ; dcat:dataset <d/4> ."
    portal = reader({TARGET: catalogue, f"{HERE}d/4": f'{PREFIXES}<{HERE}d/4> a dcat:Dataset ; dct:title "橋" .'})
    (entry,) = portal.listing().entries
    assert portal.map(portal.fetch(entry)).title == "橋"
    documents, problems = saved(catalogue.replace("<d/4>", f"<{HERE}d/4>"))
    assert (documents, [(found.type, found.value) for found in problems]) == ([], [("dataset-elsewhere", f"{HERE}d/4")])


BLANK = f"{HERE}港 図.csv"


@pytest.mark.parametrize("said", [
    f"{PREFIXES}<{HERE}d/5> a dcat:Dataset ; dcat:distribution [ dcat:downloadURL <{BLANK}> ] .",
    f'{PREFIXES}<{HERE}d/5> a dcat:Dataset ; dcat:distribution [ dcat:downloadURL "{BLANK}" ] .',
    XML.replace(DATASET, f"{HERE}d/5").replace(f"{HERE}a.csv", BLANK),
    {"dataset": [{"identifier": f"{HERE}d/5", "distribution": [{"downloadURL": BLANK}]}]},
    {"@context": {"d": "http://www.w3.org/ns/dcat#", "d:downloadURL": {"@type": "@id"}}, "@id": f"{HERE}d/5", "@type": "d:Dataset",
     "d:distribution": {"d:downloadURL": BLANK}},
    {"@context": {"d": "http://www.w3.org/ns/dcat#"}, "@id": f"{HERE}d/5", "@type": "d:Dataset",
     "d:distribution": {"d:downloadURL": {"@id": BLANK}}},
], ids=["ttl", "ttl as text", "xml", "data.json", "json-ld", "json-ld with @id"])
def test_a_blank_in_an_address_is_encoded(said: Any) -> None:
    """As in pages; no address is put in its place."""
    documents, problems = saved(said)
    record = Dcat("", FakeFetcher({})).map(documents[0])
    assert (record.id, problems, [one.url for one in record.resources]) == (f"{HERE}d/5", [], [f"{HERE}港%20図.csv"])


@pytest.mark.parametrize("said", [
    f'{PREFIXES}<d/6> a dcat:Dataset ; dct:title "滝" ; dcat:landingPage <p.html> ; dcat:distribution [ dcat:downloadURL <f/taki.csv> ] .',
    {"@context": "x", "@id": "d/6", "@type": "Dataset", "title": "滝", "landingPage": "p.html", "distribution": {"downloadURL": "f/taki.csv"}},
])
def test_relative_addresses_of_a_saved_file_stay_unknown(said: Any) -> None:
    """The file's own address is not in it: the name is kept, so that a file beside it is found; with the portal's address all is known."""
    (document,) = saved(said)[0]
    record = Dcat("", FakeFetcher({})).map(document)
    (resource,) = record.resources
    assert (record.id, record.title, record.landing_page) == ("d/6", "滝", "")
    assert (resource.url, resource.page, resource.file_name) == ("", "", "taki.csv")
    assert [(found.type, found.value) for found in record.problems if found.type == "address-not-usable"] == [("address-not-usable", "f/taki.csv")]
    (document,) = saved(said, HERE)[0]
    record = Dcat(HERE, FakeFetcher({})).map(document)
    assert (record.id, record.landing_page, record.resources[0].url) == (f"{HERE}d/6", f"{HERE}p.html", f"{HERE}f/taki.csv")


def test_a_distribution_of_which_nothing_is_said_is_the_file() -> None:
    """An address and no more."""
    record = reader({}).map(saved(f"{PREFIXES}<{HERE}d/7> a dcat:Dataset ; dcat:distribution <{HERE}7.csv> .")[0][0])
    assert [(one.id, one.url) for one in record.resources] == [(f"{HERE}7.csv", f"{HERE}7.csv")]


def test_the_words_of_data_json_are_read() -> None:
    """Rights that name a licence, the time of the data, the author; other rights are kept as they are."""
    said = {"dataset": [
        {"identifier": "11", "rights": "CC BY-SA 4.0", "temporal": "2021-04-01/2022-03-31", "creator": {"name": "統計課"},
         "distribution": {"downloadURL": f"{HERE}11.csv", "rights": "CC0 1.0"}},
        {"identifier": "12", "rights": "申請が必要です", "license": "CC BY 4.0"},
    ]}
    first, second = (Dcat("", FakeFetcher({})).map(document) for document in saved(said)[0])
    assert (first.licence.id, first.period, first.author) == ("CC-BY-SA-4.0", ("2021-04-01", "2022-03-31"), "統計課")
    assert first.resources[0].licence.id == "CC0-1.0"
    assert (second.licence.id, second.licence.stated, second.extras["rights"]) == ("CC-BY-4.0", ("CC BY 4.0",), "申請が必要です")


@pytest.mark.parametrize("stated", [
    '[ a dct:LicenseDocument ; dct:identifier "CC-BY-4.0" ]', '[ rdf:value "CC BY 4.0" ]', '[ skos:prefLabel "CC BY 4.0"@ja ]',
])
def test_a_licence_is_read_by_its_names(stated: str) -> None:
    """Of a node without an address: its identifier or label."""
    more = "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    for term in ("dct:license", "dct:rights"):
        (document,) = saved(f"{PREFIXES}{more}<{HERE}d/8> a dcat:Dataset ; {term} {stated} .")[0]
        assert reader({}).map(document).licence.id == "CC-BY-4.0"


@pytest.mark.parametrize(("said", "declared", "media"), [
    ('dct:format [ a dct:IMT ; rdf:value "text/csv" ]', "csv", ""), ('dct:format [ rdfs:label "GeoJSON" ]', "geojson", ""),
    ('dcat:mediaType [ rdf:value "application/vnd.ms-excel" ]', "xls", "application/vnd.ms-excel"),
    ("dct:format <http://www.iana.org/assignments/media-types/text/csv>", "csv", ""),
    ("dcat:mediaType <http://www.iana.org/assignments/media-types/text/csv>", "csv", "text/csv"),
    ("dct:format <http://publications.europa.eu/resource/authority/file-type/XLSX>", "xlsx", ""),
    ('dcat:mediaType "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"', "xlsx",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ('dcat:mediaType "text/csv; charset=Shift_JIS"', "csv", "text/csv; charset=Shift_JIS"),
    ('dct:format "CSV" ; dcat:mediaType "text/plain"', "csv", "text/plain"),
])
def test_a_format_is_read_in_every_form(said: str, declared: str, media: str) -> None:
    """A text, an address, a node with a value or a label."""
    more = "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    (document,) = saved(f"{PREFIXES}{more}<{HERE}d/9> a dcat:Dataset ; dcat:distribution [ dcat:downloadURL <{HERE}9> ; {said} ] .")[0]
    (resource,) = reader({}).map(document).resources
    assert (resource.declared_format, resource.media_type) == (declared, media)


def test_a_distribution_with_several_files_is_so_many_resources() -> None:
    """And a service is one with its address; the titles are those of the files where there is none."""
    said = f"""{PREFIXES}<{HERE}d/13> a dcat:Dataset ; dcat:distribution <{HERE}d/13#a> , <{HERE}d/13#b> .
    <{HERE}d/13#a> dcat:downloadURL <{HERE}13.csv>, <{HERE}13.xlsx> ; dcat:accessURL <{HERE}13.html> ; dct:license "CC0" .
    <{HERE}d/13#b> dcat:accessService [ dcat:endpointURL <{HERE}api> ] ."""
    record = reader({}).map(saved(said)[0][0])
    assert [(one.id, one.title, one.url, one.page, one.licence.id) for one in record.resources] == [
        (f"{HERE}d/13#a", "13.csv", f"{HERE}13.csv", f"{HERE}13.html", "CC0-1.0"),
        (f"{HERE}13.xlsx", "13.xlsx", f"{HERE}13.xlsx", f"{HERE}13.html", "CC0-1.0"),
        (f"{HERE}d/13#b", "api", f"{HERE}api", "", None),
    ]


@pytest.mark.parametrize(("titles", "taken", "others"), [
    ('"滝"@ja, "Falls"@en', "滝", []), ('"滝"@ja, "川"@ja, "Falls"@en', "川", ["滝"]), ('"滝", "川"', "川", ["滝"]),
])
def test_a_second_title_is_not_lost_silently(titles: str, taken: str, others: list[str]) -> None:
    """Two datasets at one address become one; translations are no second title."""
    record = reader({}).map(saved(f"{PREFIXES}<{HERE}d/14> a dcat:Dataset ; dct:title {titles} .")[0][0])
    assert (record.title, [found.detail for found in record.problems if found.type == "several-titles"]) == (taken, others)


def test_the_licence_of_the_site_is_for_what_states_none() -> None:
    """A file with its own licence keeps it, and the record has none then."""
    said = f"""{PREFIXES}<{HERE}d/15> a dcat:Dataset ; dcat:distribution [ dcat:downloadURL <{HERE}a.csv> ],
    [ dcat:downloadURL <{HERE}b.csv> ; dct:license "CC BY-NC 4.0" ] ."""
    record = Dcat("", FakeFetcher({}), {"licence": "CC BY 4.0"}).map(saved(said)[0][0])
    assert ({one.licence.id for one in record.resources}, record.licence.id) == ({"CC-BY-4.0", "CC-BY-NC-4.0"}, None)


@pytest.mark.parametrize("said", [
    [{"identifier": "21", "title": "港", "distribution": [{"downloadURL": f"{HERE}21.csv"}]}],
    {"@type": "dcat:Dataset", "identifier": "21", "title": "港", "distribution": {"downloadURL": f"{HERE}21.csv"}},
], ids=["a list", "one dataset"])
def test_data_json_without_a_catalogue(said: Any) -> None:
    """As its first version was, and as one dataset; what is no dataset of DCAT is left to other kinds."""
    documents, problems = saved(said)
    record = reader({}).map(documents[0])
    assert (problems, record.id, record.title, [one.url for one in record.resources]) == ([], "21", "港", [f"{HERE}21.csv"])
    assert saved([{"id": "1", "title": "港", "resources": []}]) == ([], [])


def test_mistyped_namespaces_are_read_as_they_are_meant() -> None:
    """https in the place of http, and the older terms of Dublin Core."""
    said = TURTLE.replace("http://www.w3.org/ns/dcat#", "https://www.w3.org/ns/dcat#")
    said = said.replace("http://purl.org/dc/terms/", "http://purl.org/dc/elements/1.1/")
    portal, plain = reader(said), reader(TURTLE)
    mended, meant = (one.map(one.fetch(one.listing().entries[0])) for one in (portal, plain))
    assert (mended.title, mended.publisher, mended.resources) == (meant.title, meant.publisher, meant.resources)


def test_texts_by_language_are_read_without_their_context() -> None:
    """Japanese before other languages; an object that only looks alike is none."""
    said = {"identifier": "31", "title": {"en": "Bridges", "ja": "橋"}, "publisher": {"name": {"ja": "名取市"}}, "contactPoint": {"fn": "x"}}
    record = reader({}).map(saved({"dataset": [said]})[0][0])
    assert (record.title, record.publisher.code) == ("橋", "042072")
def test_rdf_xml_may_begin_with_a_comment() -> None:
    """With and without a declaration before it; a page is still none."""
    body = """<!-- 見本 -->
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/">
    <dcat:Dataset rdf:about="https://x.example/d/7"><dct:title>広場</dct:title></dcat:Dataset></rdf:RDF>"""
    for text in (body, f'<?xml version="1.0"?>{body}'):
        (document,) = reader("").documents_in("a.xml", text.encode())
        assert reader("").map(document).title == "広場"
    assert not list(reader("").documents_in("a.xml", "<!-- 見本 --><!DOCTYPE html><html></html>".encode()))
