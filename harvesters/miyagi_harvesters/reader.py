"""The one interface of all portal kinds: list what is there, fetch one, map it to a neutral record.

A kind is one small class; ``@kind`` makes it known by its name. ``map`` is pure: a document that was kept can be mapped again, years later.
"""

from __future__ import annotations

import base64
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .fetching import Answer, Fetcher
from .problems import Problem
from .record import Record

__all__ = ["KINDS", "Document", "Entry", "Listing", "Option", "Reader", "kind"]


@dataclass(frozen=True)
class Document:
    """All a portal said of one record, kept as it came.

    :param parts: the answers, the main one first
    """

    id: str
    parts: tuple[Answer, ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON: bodies as text, or as base64 where they are no UTF-8."""
        return {"id": self.id, "parts": [_part_as_dict(part) for part in self.parts]}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Document:
        """The document that ``as_dict`` gave."""
        return cls(str(kept["id"]), tuple(_part_from_dict(part) for part in kept["parts"]))


@dataclass(frozen=True)
class Entry:
    """One line of a listing.

    :param id: the portal's id of the record, as text
    :param document: the record itself, where the listing brings it whole
    """

    id: str
    url: str = ""
    title: str = ""
    document: Document | None = None


@dataclass(frozen=True)
class Listing:
    """What a portal says is there.

    :param complete: every page came, none twice, and the portal's own count, if it gives one, fits; only then may a record be called missing
    :param problems: why it is not complete, and what else was noticed
    :param unchanged: the portal said that nothing changed since ``validators``; ``entries`` is empty then and ``complete`` False
    :param validators: to send next time (``Answer.validators``); empty where the portal gives none that speak for the whole listing
    :param stated_count: the portal's own count
    """

    entries: tuple[Entry, ...] = ()
    complete: bool = False
    problems: tuple[Problem, ...] = ()
    unchanged: bool = False
    validators: Mapping[str, str] = field(default_factory=dict)
    stated_count: int | None = None


@dataclass(frozen=True)
class Option:
    """A setting of a kind, for its configuration form and for validation."""

    name: str
    title: str
    title_en: str
    help: str
    type: type = str
    default: Any = None
    help_en: str = ""


class Reader(ABC):
    """One portal of one kind.

    :param target: the portal's address, as the operator gave it
    :param options: name → value, of ``options_allowed``
    """

    #: The kind's name, and what people call it.
    kind: ClassVar[str]
    title: ClassVar[str]
    title_en: ClassVar[str]
    options_allowed: ClassVar[tuple[Option, ...]] = ()
    #: A resource's path is relative to the answer by the format's own definition, so that a file elsewhere is not it.
    paths_are_exact: ClassVar[bool] = False

    def __init__(self, target: str, fetcher: Fetcher, options: Mapping[str, Any] | None = None) -> None:
        self.target = target
        self.fetcher = fetcher
        self.options = {option.name: option.default for option in self.options_allowed} | dict(options or {})

    @property
    @abstractmethod
    def portal(self) -> str:
        """Canonical address of the portal: the first half of every record's identity."""

    @property
    def asked_first(self) -> str:
        """Where the addresses begin that a listing asks for: what robots.txt must allow, else there is nothing to harvest."""
        return self.target

    @abstractmethod
    def listing(self, validators: Mapping[str, str] | None = None) -> Listing:
        """List what is there.

        :param validators: of the last listing, to be told "unchanged" cheaply
        :raises PortalError: not even a part of the list could be had
        """

    @abstractmethod
    def fetch(self, entry: Entry) -> Document:
        """Fetch one record.

        :raises PortalError: this record cannot be had; with ``stops_run`` no other one now
        """

    @abstractmethod
    def map(self, document: Document) -> Record:
        """Map a document to a record. Pure: no request, no clock.

        :raises PortalError: the document is not a record of this kind
        """

    def bodies_in(self, document: Document, record: Record) -> dict[str, Answer]:
        """The files of a record that its document holds already, so that they need not be fetched again.

        :param record: what the document was mapped to
        :returns: resource id → answer
        """
        parts = {address: part for part in document.parts for address in (part.url, part.final_url)}
        return {resource.id: parts[resource.url] for resource in record.resources if resource.url and resource.url in parts}

    def documents_in(self, name: str, body: bytes) -> Iterator[Document]:
        """The records in a saved answer whose address is not known (a file that somebody kept).

        :param name: of the file
        :raises PortalError: the file is damaged; after the last record, what is said of those in it that cannot be kept
        :returns: nothing where the file is not of this kind
        """
        yield from ()

    def entries_in(self, name: str, body: bytes) -> tuple[Entry, ...] | None:
        """What a saved list names without bringing it.

        :param name: of the file
        :raises PortalError: the file is damaged
        :returns: None where the file is no list of this kind
        """
        return None

    def ids_in(self, document: Document) -> frozenset[str]:
        """The ids under which a list may name the record of a saved document."""
        return frozenset((document.id,))

    def has_own_id(self, document: Document) -> bool:
        """Whether a saved document's id is the record's own, so that answers with one id are about one record.

        Otherwise it is only a name that other records may have too, and each of them is a record for itself.
        """
        return True


KINDS: dict[str, type[Reader]] = {}


def kind(reader: type[Reader]) -> type[Reader]:
    """Make a reader known by its kind."""
    KINDS[reader.kind] = reader
    return reader


def _part_as_dict(part: Answer) -> dict[str, Any]:
    said: dict[str, Any] = {
        "url": part.url, "final_url": part.final_url, "status": part.status, "headers": dict(part.headers), "hops": list(part.hops)
    }
    try:
        return {**said, "text": part.body.decode("utf-8")}
    except UnicodeDecodeError:
        return {**said, "base64": base64.b64encode(part.body).decode("ascii")}


def _part_from_dict(kept: Mapping[str, Any]) -> Answer:
    body = kept["text"].encode("utf-8") if "text" in kept else base64.b64decode(kept["base64"])
    return Answer(kept["url"], kept["final_url"], kept["status"], dict(kept["headers"]), body, tuple(kept["hops"]))
