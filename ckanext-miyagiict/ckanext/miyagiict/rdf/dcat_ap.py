"""Datasets and the catalogue as DCAT-AP 3 (https://semiceu.github.io/DCAT-AP/releases/3.0.1/).

ckanext-dcat's own profile, and what it leaves short of the standard: text without its language, words where a thing of some class is
asked for, licences that are no licence documents, a catalogue without publisher. Fields that people fill in may hold anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.dcat.profiles import ADMS, DCAT, DCT, FOAF, RDF, RDFS, SKOS, SPDX, VCARD, CleanedURIRef, EuropeanDCATAP3Profile
from ckanext.dcat.utils import resource_uri
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

import ckan.plugins.toolkit as tk

from ..catalogue.organizations import DEFAULT_PUBLISHER
from ..packages.metadata import LANGUAGE_BASE, LANGUAGES
from .licences import licence_document

__all__ = ["MiyagiDcatApProfile"]

MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type/"
WITHDRAWN = URIRef("http://publications.europa.eu/resource/authority/distribution-status/WITHDRAWN")
#: Formats as CKAN names them that the EU's list of file types has under the same name.
_FILE_TYPES = frozenset(("CSV", "TSV", "JSON", "GEOJSON", "PDF", "TXT", "XLS", "XLSX", "ODS", "HTML", "XML", "ZIP", "DOCX", "KML"))
#: What the value of a property has to be, where people may have written words.
_KINDS = {DCT.conformsTo: DCT.Standard, DCT.language: DCT.LinguisticSystem, FOAF.page: FOAF.Document}


class MiyagiDcatApProfile(EuropeanDCATAP3Profile):
    """The profile ``miyagiict_dcat_ap``."""

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        """Add one dataset to the graph."""
        publishers = [publisher for publisher in dataset_dict.get("publisher") or () if publisher.get("name") or publisher.get("name_en")]
        super().graph_from_dataset({**dataset_dict, "publisher": publishers[:1]}, dataset_ref)  # the standard has one at most
        title = dataset_dict.get("title") or dataset_dict["name"]
        self._say(dataset_ref, DCT.title, title, dataset_dict.get("title_en"))
        self._say(dataset_ref, DCT.description, dataset_dict.get("notes") or title, dataset_dict.get("notes_en"))
        self._refer(dataset_ref, DCAT.landingPage, tk.url_for("dataset.read", id=dataset_dict["name"], qualified=True, locale="default"))
        if dataset_dict.get("is_sample"):
            self.g.add((dataset_ref, DCAT.keyword, Literal("sample", lang="en")))
        self._publisher(dataset_ref, publishers, dataset_dict.get("organization") or {})
        self._kinds(dataset_ref)
        for resource in dataset_dict.get("resources", ()):
            self._distribution(resource)

    def graph_from_catalog(self, catalog_dict: dict[str, Any], catalog_ref: URIRef) -> None:
        """Add the catalogue itself."""
        super().graph_from_catalog(catalog_dict, catalog_ref)
        title = tk.config["ckan.site_title"]
        self._say(catalog_ref, DCT.title, title)
        self._say(catalog_ref, DCT.description, tk.config.get("ckan.site_description") or title)
        self.g.remove((catalog_ref, DCT.language, None))
        self._refer(catalog_ref, DCT.language, LANGUAGE_BASE + LANGUAGES[_language()], DCT.LinguisticSystem)
        self._refer(catalog_ref, FOAF.homepage, tk.config["ckan.site_url"])
        publisher = BNode()
        self.g.add((catalog_ref, DCT.publisher, publisher))
        self.g.add((publisher, RDF.type, FOAF.Agent))
        self.g.add((publisher, DCT.identifier, Literal(DEFAULT_PUBLISHER.code)))
        self._say(publisher, FOAF.name, DEFAULT_PUBLISHER.name, DEFAULT_PUBLISHER.name_en)

    def _publisher(self, dataset: Node, publishers: Sequence[Mapping[str, Any]], organization: Mapping[str, Any]) -> None:
        """The publisher's names; ckanext-dcat takes the organization where none is said, and its title, which it need not have."""
        agent = self.g.value(dataset, DCT.publisher)
        if publishers:
            self._say(agent, FOAF.name, publishers[0].get("name"), publishers[0].get("name_en"))
        elif agent is not None and self.g.value(agent, FOAF.name) is None:
            self._say(agent, FOAF.name, organization.get("name"))

    def _kinds(self, dataset: Node) -> None:
        """Each value as the kind of thing that the standard asks for."""
        for predicate, kind in _KINDS.items():
            for value in list(self.g.objects(dataset, predicate)):
                if isinstance(value, Literal):
                    self._name(dataset, predicate, value, kind)
        for identifier in list(self.g.objects(dataset, DCT.identifier)):
            self.g.set((dataset, DCT.identifier, Literal(str(identifier))))  # ckanext-dcat makes a reference of one that is an address
        for contact in list(self.g.objects(dataset, DCAT.contactPoint)):
            self.g.add((contact, RDF.type, VCARD.Kind))  # beside vcard:Organization, which is one to those who have vCard's ontology

    def _distribution(self, resource: Mapping[str, Any]) -> None:
        distribution = CleanedURIRef(resource_uri(resource))
        self._say(distribution, DCT.title, resource.get("name"), resource.get("name_en"))
        self._say(distribution, DCT.description, resource.get("description"), resource.get("description_en"))
        if self.g.value(distribution, DCAT.accessURL) is None:
            self.g.add((distribution, DCAT.accessURL, distribution))
        for predicate in (DCAT.accessURL, DCAT.downloadURL):
            for address in list(self.g.objects(distribution, predicate)):
                self.g.add((address, RDF.type, RDFS.Resource))
        if schema := resource.get("table_schema_url"):
            self._refer(distribution, DCT.conformsTo, schema, DCT.Standard)
        if resource.get("withdrawn"):
            self._refer(distribution, ADMS.status, WITHDRAWN, SKOS.Concept)
            self.g.add((WITHDRAWN, SKOS.prefLabel, Literal("withdrawn", lang="en")))
        self._licence(distribution, resource)
        self._file_type(distribution)
        self._checksum(distribution)

    def _licence(self, distribution: Node, resource: Mapping[str, Any]) -> None:
        """A harvested file's own licence by its address, in place of the id that our field holds; one without an address by its name.

        Words that are no licence of ours are a statement of rights.
        """
        for licence in list(self.g.objects(distribution, DCT.license)):
            self.g.remove((licence, DCT.type, None))  # ckanext-dcat says "unknown IPR" of every licence, also of an id: a literal as subject
        licence_id, stated = resource.get("license"), resource.get("license_stated")
        if licence_id:
            self.g.remove((distribution, DCT.license, None))
            if document := licence_document(licence_id):
                self._refer(distribution, DCT.license, document.url or BNode(), DCT.LicenseDocument)
                if not document.url:
                    self.g.add((self.g.value(distribution, DCT.license), RDFS.label, Literal(document.title, lang=_language())))
            else:
                stated = stated or licence_id
        for licence in self.g.objects(distribution, DCT.license):
            self.g.add((licence, RDF.type, DCT.LicenseDocument))
        if stated and self.g.value(distribution, DCT.license) is None:
            self._name(distribution, DCT.rights, Literal(stated), DCT.RightsStatement)

    def _file_type(self, distribution: Node) -> None:
        """Media type and format as terms of the lists that DCAT-AP names; a format that is on none keeps its name as label."""
        media_type, format = self.g.value(distribution, DCAT.mediaType), self.g.value(distribution, DCT["format"])
        if isinstance(media_type, Literal):
            self.g.remove((distribution, DCAT.mediaType, None))
            self._refer(distribution, DCAT.mediaType, MEDIA_TYPES + media_type, DCT.MediaType)
        if isinstance(format, Literal):
            if format.upper() in _FILE_TYPES:
                self.g.remove((distribution, DCT["format"], None))
                self._refer(distribution, DCT["format"], FILE_TYPES + format.upper(), DCT.MediaTypeOrExtent)
            else:
                self._name(distribution, DCT["format"], format, DCT.MediaTypeOrExtent)

    def _checksum(self, distribution: Node) -> None:
        """Only one that can be checked: hexadecimal digits and the algorithm that gave them."""
        for checksum in list(self.g.objects(distribution, SPDX.checksum)):
            digits, algorithm = self.g.value(checksum, SPDX.checksumValue), self.g.value(checksum, SPDX.algorithm)
            if not isinstance(digits, Literal) or digits.ill_typed or not isinstance(algorithm, URIRef):
                self.g.remove((distribution, SPDX.checksum, checksum))
                self.g.remove((checksum, None, None))

    def _name(self, subject: Node, predicate: URIRef, words: Literal, kind: URIRef) -> None:
        """A nameless thing of a kind, labelled with the words, in place of the words."""
        thing = BNode()
        self.g.remove((subject, predicate, words))
        self._refer(subject, predicate, thing, kind)
        self.g.add((thing, RDFS.label, words))

    def _say(self, subject: Node, predicate: URIRef, text: str | None, text_en: str | None = None) -> None:
        """A text in the catalogue's language and in English, in place of one without language."""
        self.g.remove((subject, predicate, None))
        for words, language in ((text, _language()), (text_en, "en")):
            if words:
                self.g.add((subject, predicate, Literal(words, lang=language)))

    def _refer(self, subject: Node, predicate: URIRef, term: Node | str, kind: URIRef = FOAF.Document) -> None:
        """A triple whose object is a thing of a kind."""
        thing = term if isinstance(term, Node) else CleanedURIRef(term)
        self.g.add((subject, predicate, thing))
        self.g.add((thing, RDF.type, kind))


def _language() -> str:
    """The language in which titles are written, unless they say otherwise."""
    language = tk.config["ckan.locale_default"]
    return language if language in LANGUAGES else "en"
