"""Datasets as schema.org, for search engines: ckanext-dcat's own profile, and our fields that it does not know."""

from __future__ import annotations

from typing import Any

from ckanext.dcat.profiles import RDF, SCHEMA, CleanedURIRef, SchemaOrgProfile
from ckanext.dcat.utils import resource_uri
from rdflib import BNode, Literal, URIRef

from .licences import licence_document

__all__ = ["MiyagiSchemaOrgProfile"]


class MiyagiSchemaOrgProfile(SchemaOrgProfile):
    """The profile ``miyagiict_schema_org``."""

    def additional_fields(self, dataset_ref: URIRef, dataset_dict: dict[str, Any]) -> None:
        """ckanext-dcat's own door for a site's fields."""
        if dataset_dict.get("title_en"):
            self.g.add((dataset_ref, SCHEMA.alternateName, Literal(dataset_dict["title_en"], lang="en")))
        if dataset_dict.get("is_sample"):
            self.g.add((dataset_ref, SCHEMA.creativeWorkStatus, Literal("Sample", lang="en")))
        if dataset_dict.get("issued"):
            self.g.set((dataset_ref, SCHEMA.datePublished, Literal(dataset_dict["issued"])))  # once, not also as a time
        for period in dataset_dict.get("temporal_coverage") or ():
            # ISO 8601, ".." for an open end
            self.g.add((dataset_ref, SCHEMA.temporalCoverage, Literal(f"{period.get('start') or '..'}/{period.get('end') or '..'}")))
        for area in dataset_dict.get("spatial_coverage") or ():
            place = BNode()
            self.g.add((dataset_ref, SCHEMA.spatialCoverage, place))
            self.g.add((place, RDF.type, SCHEMA.Place))
            self.g.add((place, SCHEMA.name, Literal(area.get("text", ""))))
        for resource in dataset_dict.get("resources", ()):
            self._licence(CleanedURIRef(resource_uri(resource)), resource.get("license"), dataset_dict.get("license_url"))

    def _licence(self, distribution: URIRef, own_id: str | None, of_dataset: str | None) -> None:
        """A harvested file's own licence by its address, or as it is stated; else that of the dataset."""
        own = licence_document(own_id) if own_id else None
        if own is not None and own.url:
            self.g.set((distribution, SCHEMA.license, Literal(own.url)))
        elif of_dataset and not own_id:
            self.g.add((distribution, SCHEMA.license, Literal(of_dataset)))
