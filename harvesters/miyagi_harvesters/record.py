"""The neutral record: what every portal's dataset becomes, whatever the portal is called and however it writes.

Nothing is guessed here: what a portal does not say is empty or None, and a text that was interpreted (a date, a licence, a publisher)
stands beside what was made of it. The words are CKAN's (title, notes, resource) where CKAN has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .problems import Problem

__all__ = ["UNKNOWN_LICENCE", "Described", "Licence", "Moment", "Publisher", "Record", "Resource"]


@dataclass(frozen=True)
class Moment:
    """A date or time as the portal writes it, and what it means.

    :param text: to the letter
    :param at: in UTC, aware; None where the text was not understood
    :param day_only: the portal names a day, not a time; ``at`` is that day's start in Japan
    """

    text: str
    at: datetime | None = None
    day_only: bool = False


@dataclass(frozen=True)
class Licence:
    """A licence as stated, and which of the catalogue's licences it is.

    :param stated: every statement met (id, title, address), to the letter
    :param id: of the table ``licenses.csv``; None where no statement is known there, or where statements contradict each other
    :param is_open: only where the table says so; never for an unknown licence
    :param conflict: the licence ids that different statements mean, where they are not one
    """

    stated: tuple[str, ...] = ()
    id: str | None = None
    is_open: bool = False
    conflict: tuple[str, ...] = ()


UNKNOWN_LICENCE = Licence()


@dataclass(frozen=True)
class Publisher:
    """Who published a record.

    :param name: as the portal writes it; may be empty
    :param id: the portal's id of the organization; may be empty
    :param code: 全国地方公共団体コード, six digits; None where it is not known
    :param found_by: what told the code: ``organization``, ``title``, ``name`` (the record's name holds it), ``manual``, ``source``; empty without a code
    """

    name: str = ""
    id: str = ""
    code: str | None = None
    found_by: str = ""


@dataclass(frozen=True)
class Described:
    """How the publisher's own descriptor says that a table is to be read; what it does not say is as in any other table.

    :param quote: None where quotes are characters like any other
    :param rules: further rules of quoting, by the names of Python's ``csv``
    :param header_rows: numbers of the rows that are the header, from 1; none where the table has no header; None where nothing is said
    :param comment: what a row begins with that is a comment
    :param missing: texts that stand for no value
    :param fields: of the schema, each with its ``name``
    :param dialect: as published, like ``schema``
    """

    delimiter: str = ""
    quote: str | None = '"'
    rules: Mapping[str, Any] = field(default_factory=dict)
    header_rows: tuple[int, ...] | None = None
    header_join: str = " "
    comment: str = ""
    comment_rows: tuple[int, ...] = ()
    encoding: str = ""
    missing: tuple[str, ...] = ()
    fields: tuple[Mapping[str, Any], ...] = ()
    dialect: Mapping[str, Any] = field(default_factory=dict)
    schema: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Resource:
    """One file, or one address, of a record.

    :param id: stable within the record, made by the portal or, where it gives none, from what does not change there
    :param url: where the file is fetched; empty where the portal gives none
    :param page: the portal's own page of the resource
    :param declared_format: as stated, lower case; the detected one is known once the file was read (``sniff.detect``)
    :param file_name: as stated by the portal; may be empty
    :param size: in bytes, as stated; often wrong, never proof of anything
    :param reading: how its table is read: empty for what the bytes say, ``linkdata`` for LinkData's own table text
    :param via: addresses that led from the portal's link to ``url``, first the portal's
    :param path: what the portal gives where that is no address: a path from its answer on, or from the portal's root
    :param parts: addresses, or paths as in ``path``, of further files that continue this one: together they are one table
    :param described: how its publisher says that it is read
    """

    id: str
    title: str
    url: str = ""
    page: str = ""
    description: str = ""
    declared_format: str = ""
    media_type: str = ""
    file_name: str = ""
    size: int | None = None
    licence: Licence = UNKNOWN_LICENCE
    created: Moment | None = None
    modified: Moment | None = None
    reading: str = ""
    via: tuple[str, ...] = ()
    path: str = ""
    parts: tuple[str, ...] = ()
    described: Described | None = None


@dataclass(frozen=True)
class Record:
    """One dataset at a portal. Its identity is ``(portal, id)``, both text.

    :param portal: canonical address of the portal (``addresses.canonical``)
    :param id: the portal's own id
    :param former_ids: ids that the portal itself says it had (a CKAN package whose name is the uuid of an older platform)
    :param frequency: update frequency as stated
    :param period: (first day, last day) as stated, for what the data tell of
    :param extras: what else the portal says, key → text
    :param problems: what was noticed while mapping; none of them made the record unusable
    """

    portal: str
    id: str
    title: str
    notes: str = ""
    publisher: Publisher = Publisher()
    author: str = ""
    landing_page: str = ""
    created: Moment | None = None
    modified: Moment | None = None
    frequency: str = ""
    period: tuple[str, str] = ("", "")
    tags: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    licence: Licence = UNKNOWN_LICENCE
    resources: tuple[Resource, ...] = ()
    former_ids: tuple[str, ...] = ()
    extras: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
