"""Which dataset a record is: by (portal, original id), and by what it says where the same data stands elsewhere too."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import urlsplit

from miyagi_harvesters.record import Record

from ..catalogue import identity

__all__ = ["dataset_id", "dataset_name", "resource_id", "second_dataset_id", "twin_key"]

_LONGEST_NAME = 100
#: Behind the id of a record whose usual dataset another one has taken over.
_SECOND = "/2"
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
#: A municipality's name in brackets before or after a title, and an edition's date behind it.
_BRACKETED = re.compile(r"[【\[「｢(][^】\]」｣)]*[市町村県区][】\]」｣)]")
_SIGNS = re.compile(r"[\W_]+")


def dataset_id(portal: str, record_id: str) -> str:
    """Id of the dataset of a record; the same in every installation."""
    return identity.harvested_dataset_id(portal, record_id)


def second_dataset_id(portal: str, record_id: str) -> str:
    """Id of a record's dataset where another portal's record has taken over the usual one."""
    return identity.harvested_dataset_id(portal, record_id + _SECOND)


def dataset_name(portal: str, record_id: str, id: str = "") -> str:
    """Address of the dataset: portal and original id; a hash where the id is no plain word (quirk: Japanese names, names like numbers).

    :param id: of the dataset; the second one of a record has another address than the usual one
    """
    if id == second_dataset_id(portal, record_id):
        record_id += _SECOND
    host = (urlsplit(portal).hostname or "portal").removeprefix("www.")
    plain = _slug(record_id)
    if plain != record_id.lower() or len(host) + len(plain) + 1 > _LONGEST_NAME:
        plain = f"{plain[:40].strip('-')}-{hashlib.sha256(record_id.encode()).hexdigest()[:10]}".lstrip("-")
    return f"{_slug(host)[:_LONGEST_NAME - len(plain) - 1]}-{plain}"


def resource_id(dataset: str, resource: str) -> str:
    """Id of a resource of a record, and so of its DataStore table.

    :param dataset: id of the dataset
    :param resource: id of the resource within the record
    """
    return identity.harvested_resource_id(dataset, resource)


def twin_key(record: Record, publisher_code: str | None, is_sample: bool = False) -> str:
    """The same for records that are the same data: publisher and title, without brackets, width and signs.

    :param is_sample: a sample is never the same data as a real record, whatever they are called
    :returns: empty where the publisher is not known: then nothing can be said
    """
    if publisher_code is None:
        return ""
    title = _BRACKETED.sub("", unicodedata.normalize("NFKC", record.title)).casefold()
    plain = _SIGNS.sub("", title)
    return hashlib.sha256(f"{'sample/' * is_sample}{publisher_code}/{plain}".encode()).hexdigest() if plain else ""


def _slug(text: str) -> str:
    return _NOT_IN_NAMES.sub("-", text.lower()).strip("-")
