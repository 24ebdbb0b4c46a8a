"""What machines of others read: DCAT-AP as RDF, schema.org in the page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, SH, SKOS, XSD

import ckan.plugins.toolkit as tk
from ckan.tests import factories
from ckanext.miyagiict.catalogue.publish import publish

from .dcat_ap import VCARD, check, not_judged, our_shapes
from .official_shapes import official_shapes

ADMS = Namespace("http://www.w3.org/ns/adms#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
SCHEMA = Namespace("http://schema.org/")
EU = "http://publications.europa.eu/resource/authority/"

FORMATS = {"ttl": "turtle", "jsonld": "json-ld", "xml": "xml", "rdf": "xml", "n3": "n3"}


@pytest.fixture
def graph(app: Any) -> Callable[..., Graph]:
    """The RDF at an address."""

    def graph(address: str = "/dataset/miyagi-test-plan.ttl") -> Graph:
        answer = app.get(address, status=200)
        return Graph().parse(data=answer.body, format=FORMATS[address.partition("?")[0].rpartition(".")[2]])

    return graph


def dataset_in(graph: Graph) -> URIRef:
    """The only dataset of a graph."""
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    assert isinstance(dataset, URIRef)
    return dataset


def words(graph: Graph, subject: Any, predicate: URIRef) -> dict[str | None, str]:
    """Texts by language."""
    return {text.language: str(text) for text in graph.objects(subject, predicate) if isinstance(text, Literal)}


@pytest.mark.usefixtures("published")
class TestDataset:
    def test_title_and_description(self, graph: Callable[..., Graph]) -> None:
        """In Japanese and English, each said to be so."""
        found = graph()
        assert words(found, dataset_in(found), DCTERMS.title) == {"ja": "試験計画", "en": "Test plan"}
        assert words(found, dataset_in(found), DCTERMS.description) == {"ja": "試験のための計画です。"}

    def test_one_publisher(self, graph: Callable[..., Graph]) -> None:
        """Who published the source, with its code and both names."""
        found = graph()
        (publisher,) = found.objects(dataset_in(found), DCTERMS.publisher)
        assert words(found, publisher, FOAF.name) == {"ja": "宮城県", "en": "Miyagi Prefecture"}
        assert found.value(publisher, DCTERMS.identifier) == Literal("040002")

    def test_period_and_area(self, graph: Callable[..., Graph]) -> None:
        """Days as dates, the area by its name."""
        found = graph()
        (period,) = found.objects(dataset_in(found), DCTERMS.temporal)
        assert found.value(period, DCAT.startDate) == Literal("2021-04-01", datatype=XSD.date)
        assert found.value(period, DCAT.endDate) == Literal("2025-03-31", datatype=XSD.date)
        (area,) = found.objects(dataset_in(found), DCTERMS.spatial)
        assert found.value(area, SKOS.prefLabel) == Literal("宮城県")

    def test_frequency_language_and_standard_are_addresses(self, graph: Callable[..., Graph], plan: Any) -> None:
        """Of the EU's lists, which DCAT-AP names."""
        found = graph()
        dataset = dataset_in(found)
        assert set(found.objects(dataset, DCTERMS.accrualPeriodicity)) == {URIRef(f"{EU}frequency/NEVER")}
        assert set(found.objects(dataset, DCTERMS.language)) == {URIRef(f"{EU}language/JPN")}
        assert set(found.objects(dataset, FOAF.page)) == {URIRef("http://test.ckan.net/datapackage/miyagi-test-plan/datapackage.json")}
        assert set(found.objects(dataset, DCAT.landingPage)) == {URIRef("http://test.ckan.net/dataset/miyagi-test-plan")}

    def test_the_same_in_every_format(self, graph: Callable[..., Graph]) -> None:
        """Turtle, JSON-LD, RDF/XML and N3 say the same."""
        graphs = [graph(f"/dataset/miyagi-test-plan.{suffix}") for suffix in FORMATS]
        assert all(other.isomorphic(graphs[0]) for other in graphs[1:])


@pytest.mark.usefixtures("published")
class TestDistributions:
    def test_each_has_the_licence(self, graph: Callable[..., Graph]) -> None:
        """As an address, of which nothing untrue is said."""
        found = graph()
        distributions = list(found.objects(dataset_in(found), DCAT.distribution))
        assert len(distributions) == 3
        licence = URIRef("https://creativecommons.org/publicdomain/zero/1.0/")
        assert [set(found.objects(distribution, DCTERMS.license)) for distribution in distributions] == [{licence}] * 3
        assert set(found.predicate_objects(licence)) == {(RDF.type, DCTERMS.LicenseDocument)}

    def test_addresses(self, graph: Callable[..., Graph], show: Callable[..., Any]) -> None:
        """Where it is had and downloaded, and the Table Schema it follows."""
        found = graph()
        resource = show()["resources"][0]
        distribution = URIRef(f"http://test.ckan.net/dataset/{show()['id']}/resource/{resource['id']}")
        for predicate in (DCAT.accessURL, DCAT.downloadURL):
            assert set(found.objects(distribution, predicate)) == {URIRef(resource["url"])}
        assert set(found.objects(distribution, DCTERMS.conformsTo)) == {URIRef(resource["table_schema_url"])}

    def test_checksum(self, graph: Callable[..., Graph], show: Callable[..., Any]) -> None:
        """Hexadecimal digits with the name of the algorithm; and the size."""
        found = graph()
        resource = show()["resources"][0]
        (distribution,) = found.subjects(DCTERMS.title, Literal("施策", lang="ja"))
        checksum = found.value(distribution, SPDX.checksum)
        assert found.value(checksum, SPDX.checksumValue) == Literal(resource["hash"], datatype=XSD.hexBinary)
        assert found.value(checksum, SPDX.algorithm) == SPDX.checksumAlgorithm_sha256
        assert found.value(distribution, DCAT.byteSize) == Literal(resource["size"], datatype=XSD.nonNegativeInteger)

    def test_format_and_media_type(self, graph: Callable[..., Graph]) -> None:
        """As terms of the EU's and IANA's lists."""
        found = graph()
        (distribution,) = found.subjects(DCTERMS.title, Literal("施策", lang="ja"))
        assert found.value(distribution, DCTERMS["format"]) == URIRef(f"{EU}file-type/CSV")
        assert found.value(distribution, DCAT.mediaType) == URIRef("https://www.iana.org/assignments/media-types/text/csv")


def test_a_withdrawn_table(app: Any, catalogue: None, plan: Any, graph: Callable[..., Graph]) -> None:
    """Machines are told so as well."""
    publish(plan.folder)
    publish(plan.without("targets").folder)
    found = graph()
    withdrawn = found.subjects(ADMS.status, URIRef(f"{EU}distribution-status/WITHDRAWN"))
    assert {str(found.value(thing, DCTERMS.title)) for thing in withdrawn} == {"目標値"}


@pytest.mark.usefixtures("published")
class TestCatalogue:
    def test_it_lists_the_datasets(self, graph: Callable[..., Graph]) -> None:
        """With all that is said of them."""
        found = graph("/catalog.ttl")
        assert dataset_in(found) in set(found.objects(None, DCAT.dataset))

    def test_its_own_words(self, graph: Callable[..., Graph]) -> None:
        """Title, language and who publishes it."""
        found = graph("/catalog.ttl")
        (catalogue,) = found.subjects(RDF.type, DCAT.Catalog)
        assert words(found, catalogue, DCTERMS.title) == {"ja": tk.config["ckan.site_title"]}
        assert set(found.objects(catalogue, DCTERMS.language)) == {URIRef(f"{EU}language/JPN")}
        (publisher,) = found.objects(catalogue, DCTERMS.publisher)
        assert words(found, publisher, FOAF.name)["ja"] == "宮城県"


@pytest.mark.usefixtures("published")
class TestPage:
    def linked_data(self, app: Any, address: str = "/dataset/miyagi-test-plan") -> Graph:
        (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', app.get(address).body, re.DOTALL)
        json.loads(text)
        return Graph().parse(data=text, format="json-ld")

    def test_schema_org(self, app: Any) -> None:
        """What search engines for datasets ask for."""
        found = self.linked_data(app)
        (dataset,) = found.subjects(RDF.type, SCHEMA.Dataset)
        said = {name: [str(value) for value in found.objects(dataset, SCHEMA[name])] for name in (
            "name", "alternateName", "description", "license", "temporalCoverage", "datePublished", "url",
        )}
        assert said == {
            "name": ["試験計画"], "alternateName": ["Test plan"], "description": ["試験のための計画です。"],
            "license": ["https://creativecommons.org/publicdomain/zero/1.0/"], "temporalCoverage": ["2021-04-01/2025-03-31"],
            "datePublished": ["2026-11-21"], "url": ["http://test.ckan.net/dataset/miyagi-test-plan"],
        }
        (place,) = found.objects(dataset, SCHEMA.spatialCoverage)
        assert found.value(place, SCHEMA.name) == Literal("宮城県")

    def test_schema_org_distributions(self, app: Any) -> None:
        """Each with its address, format and licence."""
        found = self.linked_data(app)
        distributions = list(found.objects(None, SCHEMA.distribution))
        assert len(distributions) == 3
        assert {str(found.value(thing, SCHEMA.license)) for thing in distributions} == {"https://creativecommons.org/publicdomain/zero/1.0/"}
        (table,) = [thing for thing in distributions if found.value(thing, SCHEMA.name) == Literal("施策")]
        assert str(found.value(table, SCHEMA.contentUrl)).endswith("/data/measures.csv")
        assert found.value(table, SCHEMA.encodingFormat) == Literal("CSV")

    def test_rdf_is_announced(self, app: Any) -> None:
        """The page says where its RDF is."""
        page = app.get("/dataset/miyagi-test-plan").body
        assert re.search(r'<link rel="alternate" type="text/turtle" href="http://test\.ckan\.net/dataset/[^"]+\.ttl"', page)

    def test_hostile_titles(self, app: Any, make_package: Callable[..., Any]) -> None:
        """Cannot end the script that holds the data."""
        hostile = "</script><script>alert(1)</script>"
        package = make_package("miyagi-hostile-plan", title=hostile, description=hostile).table("a", ["id"], [["x"]], title=hostile)
        publish(package.folder)
        found = self.linked_data(app, "/dataset/miyagi-hostile-plan")
        (dataset,) = found.subjects(RDF.type, SCHEMA.Dataset)
        assert found.value(dataset, SCHEMA.name) == Literal(hostile)
        assert hostile not in app.get("/dataset/miyagi-hostile-plan").body


@pytest.mark.usefixtures("kept_catalogue")
class TestLicencesOfFiles:
    """Files of a harvested dataset carry a licence of their own, as an id of our list, and the words of their source."""

    @pytest.fixture
    def dataset(self) -> dict[str, Any]:
        """One file under a licence of our list, one under words that are none, one under that of the dataset."""
        dataset = factories.Dataset(owner_org=factories.Organization()["id"], license_id="CC0-1.0")
        for name, fields in (("listed", {"license": "CC-BY-4.0", "license_stated": "CC BY"}), ("stated", {"license": "", "license_stated": "市の規約"}),
                             ("unlisted", {"license": "独自の規約"}), ("none", {})):
            factories.Resource(package_id=dataset["id"], url=f"https://example.jp/{name}.csv", name=name, **fields)
        return dataset

    @pytest.mark.parametrize("form", ["ttl", "xml", "jsonld"])
    def test_they_are_documents(self, graph: Callable[..., Graph], dataset: dict[str, Any], form: str) -> None:
        """And nothing is said of a text: a literal is no subject in RDF."""
        found = graph(f"/dataset/{dataset['name']}.{form}")
        assert [subject for subject in found.subjects() if isinstance(subject, Literal)] == []
        assert "CC-BY-4.0" not in {str(term) for triple in found for term in triple}
        named = {str(found.value(thing, DCTERMS.title)): thing for thing in found.subjects(RDF.type, DCAT.Distribution)}
        zero = URIRef("https://creativecommons.org/publicdomain/zero/1.0/")
        assert {name: found.value(thing, DCTERMS.license) for name, thing in named.items()} == {
            "listed": URIRef("https://creativecommons.org/licenses/by/4.0/"), "stated": zero, "unlisted": None, "none": zero,
        }
        assert str(found.value(found.value(named["unlisted"], DCTERMS.rights), RDFS.label)) == "独自の規約"
        assert {found.value(thing, RDF.type) for thing in found.objects(None, DCTERMS.license)} == {DCTERMS.LicenseDocument}

    def test_in_the_page(self, app: Any, dataset: dict[str, Any]) -> None:
        """One licence a file."""
        (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', app.get(f"/dataset/{dataset['name']}").body, re.DOTALL)
        found = Graph().parse(data=text, format="json-ld")
        zero = "https://creativecommons.org/publicdomain/zero/1.0/"
        assert {str(found.value(thing, SCHEMA.name)): [str(licence) for licence in found.objects(thing, SCHEMA.license)]
                for thing in found.objects(None, SCHEMA.distribution)} == {
            "listed": ["https://creativecommons.org/licenses/by/4.0/"], "stated": [zero], "unlisted": ["独自の規約"], "none": [zero],
        }


class TestDcatAp:
    @pytest.fixture
    def data(
        self, kept_catalogue: None, kept_files: Path, make_package: Callable[..., Any], plan: Any, graph: Callable[..., Graph]
    ) -> Graph:
        """The whole catalogue, made once: a package that says all, one that says nothing but a name, and datasets made by hand."""
        kept = kept_files / "catalog.ttl"
        if not kept.exists():
            publish(plan.folder)
            publish(plan.without("targets").folder)
            bare = make_package("miyagi-bare-plan").table("a", ["x"], [["1"]])
            (bare.folder / "data" / "a.xyz").write_bytes(b"?")
            bare.descriptor = {"name": bare.name, "resources": [*bare.descriptor["resources"], {"name": "b", "path": "data/a.xyz"}]}
            publish(bare.write().folder)
            dataset = factories.Dataset(owner_org=factories.Organization()["id"], notes="")
            factories.Resource(package_id=dataset["id"], url="https://example.jp/a.pdf", format="PDF")
            factories.Resource(package_id=dataset["id"], url="")
            make_typed_anyhow()
            graph("/catalog.ttl").serialize(kept)
        data = Graph().parse(kept)
        assert len(list(data.subjects(RDF.type, DCAT.Dataset))) >= 5
        return data

    def test_it_follows_the_standard(self, data: Graph) -> None:
        """Each property as often as it may be, each value of the kind that it must be; and all that we say is judged."""
        check(data, our_shapes())
        assert not_judged(data) == set()

    def test_what_people_wrote_is_kept(self, data: Graph) -> None:
        """As the label of a thing of the right kind, or as text; of two publishers the first; no checksum that nobody could check."""
        dataset = data.value(None, DCTERMS.identifier, Literal("https://example.jp/dataset/1"), any=True)
        labels = {str(label) for thing in data.objects(dataset) for label in data.objects(thing, RDFS.label)}
        assert labels == {"自治体標準", "日本語", "紙の冊子"}
        assert URIRef("https://example.jp/標準") in set(data.objects(dataset, DCTERMS.conformsTo))
        assert {str(data.value(contact, VCARD.fn)) for contact in data.objects(dataset, DCAT.contactPoint)} == {"広報課"}
        distributions = list(data.objects(dataset, DCAT.distribution))
        assert len(distributions) == 3
        assert not any((distribution, SPDX.checksum, None) in data for distribution in distributions)
        names = {str(name) for name in data.objects(None, FOAF.name)}
        assert "甲市" in names
        assert not names & {"乙市", "Otsu City"}

    def test_what_does_not_follow_is_found(self, data: Graph) -> None:
        """The test above can fail: one broken triple each."""
        for change in breaking(data):
            broken = Graph() + data
            change(broken)
            assert not pyshacl.validate(broken, shacl_graph=our_shapes())[0]

    def test_the_official_shapes(self, data: Graph) -> None:
        """SEMIC's own find nothing wrong; they judge what is there, and find each thing that is broken."""
        official = list(official_shapes())
        for shapes in official:
            check(data, shapes)
        judged = {kind for shapes in official for kind in shapes.objects(None, SH.targetClass) if (None, RDF.type, kind) in data}
        assert judged >= {DCAT.Catalog, DCAT.Dataset, DCAT.Distribution, FOAF.Agent, SPDX.Checksum, DCTERMS.PeriodOfTime}
        for change in breaking(data)[:-2]:
            broken = Graph() + data
            change(broken)
            assert not all(pyshacl.validate(broken, shacl_graph=shapes)[0] for shapes in official)


def breaking(data: Graph) -> list[Callable[[Graph], Any]]:
    """Each takes away something that must be there, or says what may not be."""
    publisher = data.value(None, RDF.type, FOAF.Agent)
    distribution = data.value(None, RDF.type, DCAT.Distribution)
    dataset = data.value(None, RDF.type, DCAT.Dataset)
    return [
        lambda broken: broken.remove((publisher, FOAF.name, None)),
        lambda broken: broken.remove((distribution, DCAT.accessURL, None)),
        lambda broken: broken.remove((data.value(distribution, DCAT.accessURL), RDF.type, RDFS.Resource)),
        lambda broken: broken.remove((None, RDF.type, VCARD.Kind)),
        lambda broken: broken.add((distribution, DCAT.byteSize, Literal("1"))),
        lambda broken: broken.add((dataset, DCTERMS.language, Literal("ja"))),
        lambda broken: broken.add((dataset, DCTERMS.identifier, URIRef("https://example.jp/"))),
        lambda broken: broken.set((dataset, DCTERMS.modified, Literal("yesterday"))),
    ]


def make_typed_anyhow() -> None:
    """A dataset whose fields hold what people, or programs over the API, may write there."""
    dataset = factories.Dataset(
        owner_org=factories.Organization(title="")["id"], notes="", author="広報課", url="https://example.jp/表 <a>",
        identifier="https://example.jp/dataset/1", conforms_to=["自治体標準", "https://example.jp/標準"], language=["日本語"],
        documentation=["紙の冊子"], provenance="https://example.jp/原典", version="第2版",
    )
    for fields in (
        {"url": "https://example.jp/表 <a>.csv", "format": "text/csv; charset=utf-8"},
        {"url": "https://example.jp/b.csv", "hash": "0123456789ABCDEF"},
        {"url": "https://example.jp/c.csv", "hash": "?", "hash_algorithm": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"},
    ):
        factories.Resource(package_id=dataset["id"], **fields)
    named = [{"name": "甲市", "identifier": "1"}, {"name": "乙市", "name_en": "Otsu City"}]
    factories.Dataset(owner_org=factories.Organization()["id"], publisher=named)
