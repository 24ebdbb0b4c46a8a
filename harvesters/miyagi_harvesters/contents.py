"""The tables in the bytes of a resource, each with its schema: one door for whoever writes packages or loads tables."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from . import schema, sniff
from .described import read_described, schema_of
from .linkdata_table import LinkDataTable, read_if_linkdata, read_rdf_json, table_schema
from .record import Resource
from .shapes import web_address
from .tables import Table, read_tables

__all__ = ["Content", "pieces_of", "read_contents"]


@dataclass(frozen=True)
class Content:
    """A table, its Table Schema, and the header lines where it is one of LinkData."""

    table: Table = field(repr=False)
    schema: dict[str, Any]
    linkdata: LinkDataTable | None = None


def read_contents(resource: Resource, body: bytes, place: str = "") -> tuple[Content, ...]:
    """Read the tables of a resource.

    :param place: what findings call it; its file name or address where empty
    :returns: one; several of a zip
    :raises PortalError: no table in it, or not readable
    """
    place = place or resource.file_name or resource.url or resource.id
    if resource.described and (table := read_described(resource, body, place, resource.described)):
        published, found = schema_of(table, resource.described, place)
        return (Content(replace(table, problems=(*table.problems, *found)), published),)
    detected = sniff.detect(body, resource.declared_format, resource.file_name or resource.url)
    if resource.reading == "linkdata" and detected == "json":
        return (_of_linkdata(read_rdf_json(body, place)),)
    if read := read_if_linkdata(body, place):
        return (_of_linkdata(read),)
    tables = read_tables(body, declared=resource.declared_format, file_name=resource.file_name or resource.url, place=place)
    return tuple(Content(table, schema.infer(table.columns, table.rows, printed=table.printed)) for table in tables)


def pieces_of(resource: Resource) -> tuple[Resource, ...]:
    """The files that a resource's table consists of, each as a resource by itself."""
    return (
        replace(resource, parts=()),
        *(
            replace(
                resource, id=f"{resource.id}/{number}", url=part if web_address(part) else "", path="" if web_address(part) else part,
                file_name=part.rsplit("/", 1)[-1], parts=(),
            )
            for number, part in enumerate(resource.parts, 2)
        ),
    )


def _of_linkdata(read: LinkDataTable) -> Content:
    return Content(read.table, table_schema(read), read)
