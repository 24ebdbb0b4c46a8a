"""The whole catalogue as RDF, as the served site gives it with every package of ``datasets/``, judged by SEMIC's own shapes of DCAT-AP."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from urllib.request import urlopen

import pyshacl
from browsing import Site
from rdflib import Graph
from rdflib.namespace import DCAT, RDF

from ..catalogue.official_shapes import official_shapes


def pages(site: Site) -> Iterator[Graph]:
    """Page by page, until one has no dataset."""
    for number in itertools.count(1):
        with urlopen(f"{site.url}/catalog.ttl?page={number}") as answer:  # noqa: S310
            page = Graph().parse(data=answer.read(), format="turtle")
        if (None, RDF.type, DCAT.Dataset) not in page:
            return
        yield page


def test_the_whole_catalogue(site: Site) -> None:
    """Seven packages and more: nothing is wrong with any of them."""
    data = Graph()
    for page in pages(site):
        data += page
    assert len(set(data.subjects(RDF.type, DCAT.Dataset))) >= 7
    for shapes in official_shapes():
        conforms, _, report = pyshacl.validate(data, shacl_graph=shapes)
        assert conforms, report
