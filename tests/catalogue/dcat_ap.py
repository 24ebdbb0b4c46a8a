"""DCAT-AP as shapes (SHACL) that judge what we say: our own reading of 3.0.1, beside the official ones (``official_shapes``)."""

from __future__ import annotations

from typing import Any

import pyshacl
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, SH, SKOS, XSD

ADMS = Namespace("http://www.w3.org/ns/adms#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")

#: DCAT-AP 3.0.1 as its text has it (https://semiceu.github.io/DCAT-AP/releases/3.0.1/): class → property → least, most, and what
#: the value is: TEXT, DATE, a datatype, or a class. Properties that we never say are left out (``not_judged`` finds those that we do say).
#: Addresses are of class rdfs:Resource to 3.0.0; 3.0.1 leaves that out.
TEXT, DATE = "text", "date"
MANY = None
RULES: dict[URIRef, dict[URIRef, tuple[int, int | None, Any]]] = {
    DCAT.Catalog: {
        DCTERMS.title: (1, MANY, TEXT), DCTERMS.description: (1, MANY, TEXT), DCTERMS.publisher: (1, 1, FOAF.Agent),
        DCTERMS.language: (0, MANY, DCTERMS.LinguisticSystem), DCTERMS.modified: (0, 1, DATE), DCTERMS.issued: (0, 1, DATE),
        FOAF.homepage: (0, 1, FOAF.Document), DCAT.dataset: (0, MANY, DCAT.Dataset), DCTERMS.license: (0, 1, DCTERMS.LicenseDocument),
    },
    DCAT.Dataset: {
        DCTERMS.title: (1, MANY, TEXT), DCTERMS.description: (1, MANY, TEXT), DCTERMS.publisher: (0, 1, FOAF.Agent),
        DCTERMS.identifier: (0, MANY, TEXT), DCAT.keyword: (0, MANY, TEXT), DCAT.distribution: (0, MANY, DCAT.Distribution),
        DCTERMS.spatial: (0, MANY, DCTERMS.Location), DCTERMS.temporal: (0, MANY, DCTERMS.PeriodOfTime),
        DCTERMS.accrualPeriodicity: (0, 1, DCTERMS.Frequency), DCTERMS.conformsTo: (0, MANY, DCTERMS.Standard),
        DCTERMS.issued: (0, 1, DATE), DCTERMS.modified: (0, 1, DATE), DCTERMS.language: (0, MANY, DCTERMS.LinguisticSystem),
        DCTERMS.provenance: (0, MANY, DCTERMS.ProvenanceStatement), DCAT.landingPage: (0, MANY, FOAF.Document),
        FOAF.page: (0, MANY, FOAF.Document), DCAT.version: (0, 1, TEXT), DCTERMS.accessRights: (0, 1, DCTERMS.RightsStatement),
        DCAT.contactPoint: (0, MANY, VCARD.Kind),
    },
    DCAT.Distribution: {
        DCAT.accessURL: (1, MANY, RDFS.Resource), DCAT.downloadURL: (0, MANY, RDFS.Resource), DCTERMS.title: (0, MANY, TEXT),
        DCTERMS.description: (0, MANY, TEXT), DCTERMS["format"]: (0, 1, DCTERMS.MediaTypeOrExtent),
        DCAT.mediaType: (0, 1, DCTERMS.MediaType), DCTERMS.license: (0, 1, DCTERMS.LicenseDocument),
        DCTERMS.conformsTo: (0, MANY, DCTERMS.Standard), DCTERMS.issued: (0, 1, DATE), DCTERMS.modified: (0, 1, DATE),
        DCAT.byteSize: (0, 1, XSD.nonNegativeInteger), SPDX.checksum: (0, 1, SPDX.Checksum), ADMS.status: (0, 1, SKOS.Concept),
        DCTERMS.language: (0, MANY, DCTERMS.LinguisticSystem), DCTERMS.rights: (0, MANY, DCTERMS.RightsStatement),
    },
    FOAF.Agent: {FOAF.name: (1, MANY, TEXT), DCTERMS.type: (0, 1, SKOS.Concept)},
    SPDX.Checksum: {SPDX.algorithm: (1, 1, SPDX.ChecksumAlgorithm), SPDX.checksumValue: (1, 1, XSD.hexBinary)},
    DCTERMS.PeriodOfTime: {DCAT.startDate: (0, 1, DATE), DCAT.endDate: (0, 1, DATE)},
    DCTERMS.LicenseDocument: {DCTERMS.type: (0, MANY, SKOS.Concept)},
    SKOS.Concept: {SKOS.prefLabel: (1, MANY, TEXT)},
}
#: What we say beside it: DCAT-AP has no rule for these.
BESIDE: dict[URIRef, frozenset[URIRef]] = {
    FOAF.Agent: frozenset((DCTERMS.identifier,)),
    DCTERMS.LicenseDocument: frozenset((RDFS.label,)),
}


def our_shapes() -> Graph:
    """RULES as SHACL."""
    shapes = Graph()
    for target, properties in RULES.items():
        shape = BNode()
        shapes.add((shape, RDF.type, SH.NodeShape))
        shapes.add((shape, SH.targetClass, target))
        for path, (least, most, kind) in properties.items():
            rule = BNode()
            shapes.add((shape, SH.property, rule))
            shapes.add((rule, SH.path, path))
            shapes.add((rule, SH.minCount, Literal(least)))
            if most is not None:
                shapes.add((rule, SH.maxCount, Literal(most)))
            if kind == TEXT:
                shapes.add((rule, SH.nodeKind, SH.Literal))
            elif kind == DATE:
                one_of = BNode()
                Collection(shapes, one_of, [_datatype(shapes, type) for type in (XSD.date, XSD.dateTime, XSD.gYear, XSD.gYearMonth)])
                shapes.add((rule, SH["or"], one_of))
            else:
                shapes.add((rule, SH.datatype if str(kind).startswith(str(XSD)) else SH["class"], kind))
    return shapes


def _datatype(shapes: Graph, type: URIRef) -> BNode:
    node = BNode()
    shapes.add((node, SH.datatype, type))
    return node


def check(data: Graph, shapes: Graph) -> None:
    conforms, _, report = pyshacl.validate(data, shacl_graph=shapes)
    assert conforms, report


def not_judged(data: Graph) -> set[tuple[URIRef, URIRef]]:
    """What is said of a class of RULES for which RULES has nothing: there our reading has a gap."""
    return {
        (kind, path)
        for kind, rules in RULES.items() for thing in data.subjects(RDF.type, kind) for path in data.predicates(thing)
        if path != RDF.type and path not in rules and path not in BESIDE.get(kind, ())
    }
