"""Datasets and the catalogue as DCAT-AP 3 (https://semiceu.github.io/DCAT-AP/releases/3.0.1/).

ckanext-dcat's own profile, and what it leaves short of the standard: text without its language, media types and formats as text,
licences that are no licence documents, a catalogue without publisher.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.dcat.profiles import ADMS, DCAT, DCT, FOAF, RDF, RDFS, SKOS, CleanedURIRef, EuropeanDCATAP3Profile
from ckanext.dcat.utils import resource_uri
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

import ckan.plugins.toolkit as tk
from ckan import model

from ..catalogue.organizations import DEFAULT_PUBLISHER
from ..packages.metadata import LANGUAGE_BASE, LANGUAGES

__all__ = ["MiyagiDcatApProfile"]

MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type/"
WITHDRAWN = URIRef("http://publications.europa.eu/resource/authority/distribution-status/WITHDRAWN")
#: Formats as CKAN names them that the EU's list of file types has under the same name.
_FILE_TYPES = frozenset(("CSV", "TSV", "JSON", "GEOJSON", "PDF", "TXT", "XLS", "XLSX", "ODS", "HTML", "XML", "ZIP", "DOCX", "KML"))


class MiyagiDcatApProfile(EuropeanDCATAP3Profile):
    """The profile ``miyagiict_dcat_ap``."""

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        """Add one dataset to the graph."""
        super().graph_from_dataset(dataset_dict, dataset_ref)
        title = dataset_dict.get("title") or dataset_dict["name"]
        self._say(dataset_ref, DCT.title, title, dataset_dict.get("title_en"))
        self._say(dataset_ref, DCT.description, dataset_dict.get("notes") or title, dataset_dict.get("notes_en"))
        self._refer(dataset_ref, DCAT.landingPage, tk.url_for("dataset.read", id=dataset_dict["name"], qualified=True, locale="default"))
        if dataset_dict.get("is_sample"):
            self.g.add((dataset_ref, DCAT.keyword, Literal("sample", lang="en")))
        for publisher in dataset_dict.get("publisher") or ():
            self._say(self.g.value(dataset_ref, DCT.publisher), FOAF.name, publisher.get("name"), publisher.get("name_en"))
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

    def _distribution(self, resource: Mapping[str, Any]) -> None:
        distribution = CleanedURIRef(resource_uri(resource))
        self._say(distribution, DCT.title, resource.get("name"), resource.get("name_en"))
        self._say(distribution, DCT.description, resource.get("description"), resource.get("description_en"))
        if self.g.value(distribution, DCAT.accessURL) is None:
            self._refer(distribution, DCAT.accessURL, distribution, RDFS.Resource)
        if schema := resource.get("table_schema_url"):
            self._refer(distribution, DCT.conformsTo, schema, DCT.Standard)
        if resource.get("withdrawn"):
            self._refer(distribution, ADMS.status, WITHDRAWN, SKOS.Concept)
            self.g.add((WITHDRAWN, SKOS.prefLabel, Literal("withdrawn", lang="en")))
        self._licence(distribution, resource.get("license"))
        for licence in list(self.g.objects(distribution, DCT.license)):
            self.g.remove((licence, DCT.type, None))  # ckanext-dcat says "unknown IPR" of every licence
            self.g.add((licence, RDF.type, DCT.LicenseDocument))
        self._file_type(distribution)

    def _licence(self, distribution: Node, licence_id: str | None) -> None:
        """A harvested file's own licence by its address, in place of the id that our field holds; one without an address by its name."""
        if not licence_id:
            return
        self.g.remove((distribution, DCT.license, None))
        known = model.Package.get_license_register().get(licence_id)
        if known is None:
            return
        document = CleanedURIRef(known.url) if known.url else BNode()
        self._refer(distribution, DCT.license, document, DCT.LicenseDocument)
        if not known.url:
            self.g.add((document, RDFS.label, Literal(known.title, lang=_language())))

    def _file_type(self, distribution: Node) -> None:
        """Media type and format as terms of the lists that DCAT-AP names; a format that is on none keeps its name as label."""
        media_type, format = self.g.value(distribution, DCAT.mediaType), self.g.value(distribution, DCT["format"])
        if isinstance(media_type, Literal):
            self.g.remove((distribution, DCAT.mediaType, None))
            self._refer(distribution, DCAT.mediaType, MEDIA_TYPES + media_type, DCT.MediaType)
        if isinstance(format, Literal):
            self.g.remove((distribution, DCT["format"], None))
            known = format.upper() in _FILE_TYPES
            term = URIRef(FILE_TYPES + format.upper()) if known else BNode()
            self._refer(distribution, DCT["format"], term, DCT.MediaTypeOrExtent)
            if not known:
                self.g.add((term, RDFS.label, Literal(format)))

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
