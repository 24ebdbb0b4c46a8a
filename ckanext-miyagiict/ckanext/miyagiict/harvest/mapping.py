"""A neutral record as CKAN's dataset dictionary: only the fields that the portal decides."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from miyagi_harvesters.frequencies import frequency_code
from miyagi_harvesters.problems import Problem
from miyagi_harvesters.record import Licence, Moment, Record, Resource

from ..catalogue import identity as ids
from ..packages.metadata import FREQUENCIES, FREQUENCY_BASE, Publisher
from . import identity
from .schedule import JAPAN

__all__ = ["VERSION", "Origin", "dataset_dict", "fingerprint", "resource_name"]

#: Counts up when the mapping changes, so that every record is written again.
VERSION = 2
#: In front of the title of a sample: it goes wherever the title goes, also to other sites and into feeds.
SAMPLE = "【見本】"
_LONGEST_TITLE, _LONGEST_NOTES, _LONGEST_TAG = 300, 100_000, 100
_MOST_TAGS = 50
#: What a file name ends with.
_EXTENSION = re.compile(r"(?<=[^.\s])\.(?:csv|tsv|txt|xlsx?|xlsm|ods|json|geojson|xml|rdf|ttl|kml|kmz|gml|gpkg|shp|zip|pdf|docx?|html?)$", re.IGNORECASE)
#: One word of Latin letters, figures and signs.
_CODE = re.compile(r"[!-~]+")
#: What CKAN allows in a tag; the rest is a sign between words (``tag_name_validator``).
_NOT_IN_TAGS = re.compile(r"[^\w \-.]")


@dataclass(frozen=True)
class Origin:
    """Where a record comes from, as the catalogue sees it.

    :param owner: the public body that owns the dataset
    :param is_sample: demonstration data: marked, and never counted
    """

    owner: Publisher
    is_sample: bool = False


def dataset_dict(
    record: Record, origin: Origin, dataset_id: str, files: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """The dataset of a record.

    :param dataset_id: its id; that of ``identity.dataset_id``, unless the record came from another platform with its dataset
    :param files: resource id at the portal → fields that reading its file gave, and ``id`` where the resource came along
    """
    known = files or {}
    return {
        "id": dataset_id,
        "name": identity.dataset_name(record.portal, record.id, dataset_id),
        "type": "dataset",
        "state": "active",
        "private": False,
        "title": SAMPLE * origin.is_sample + (_text(record.title, _LONGEST_TITLE) or record.id),
        "notes": _text(record.notes, _LONGEST_NOTES),
        "author": _text(record.author, _LONGEST_TITLE),
        "url": _address(record.landing_page),
        "owner_org": ids.organization_id(origin.owner.code),
        "license_id": record.licence.id or "notspecified",
        "license_stated": _stated(record.licence),
        "tags": [{"name": tag} for tag in _tags((*("見本",) * origin.is_sample, *record.tags))],
        "publisher": [_publisher(origin.owner)],
        "issued": _day(record.created),
        "modified": _time(record.modified),
        **_frequency(record.frequency),
        "frequency_stated": _text(record.frequency, _LONGEST_TITLE),
        "harvest_portal": record.portal,
        "harvest_record_id": record.id,
        "harvest_notes": [found.sentence() for found in _shown(record.problems)],
        "is_sample": "true" if origin.is_sample else "",
        "resources": [_resource(record, resource, dataset_id, known.get(resource.id, {})) for resource in _unique(record.resources)],
    }


def fingerprint(dataset: Mapping[str, Any]) -> str:
    """What a mapped record says; the same one is not written again."""
    said = json.dumps([VERSION, dataset], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def resource_name(record_title: str, resource: Resource) -> str:
    """What a file is called: the portal's title for it, without a file name's extension.

    A title that is only a code (``042111_toilet.csv``) says nothing: the record's title stands before it.

    :returns: empty where the portal calls it nothing
    """
    said = _EXTENSION.sub("", _text(resource.title, _LONGEST_TITLE) or resource.file_name)
    title = _text(record_title, _LONGEST_TITLE)
    return f"{title}（{said}）" if _CODE.fullmatch(said) and title and not _CODE.fullmatch(title) else said


def _resource(record: Record, resource: Resource, dataset_id: str, known: Mapping[str, Any]) -> dict[str, Any]:
    licence = resource.licence if resource.licence.stated else record.licence
    address = _address(resource.url) or _address(resource.page)
    return {
        "id": identity.resource_id(dataset_id, resource.id),
        "name": resource_name(record.title, resource) or address or resource.id,
        "description": _text(resource.description, _LONGEST_NOTES),
        "url": address,
        "access_url": _address(resource.page) or address,
        "download_url": _address(resource.url),
        "format": (known.get("detected_format") or resource.declared_format).upper(),
        "declared_format": resource.declared_format,
        "license": licence.id or "",
        "license_stated": _stated(licence),
        "issued": _day(resource.created),
        "modified": _time(resource.modified),
        "harvest_resource_id": resource.id,
        "via": [address for address in map(_address, resource.via) if address],
        **known,
    }


def _text(text: str, longest: int) -> str:
    """Hostile text fit for a page and the index: no control or direction characters, cut."""
    kept = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs") and sign not in _DIRECTIONS)
    return kept.strip() if len(kept) <= longest else kept[: longest - 1].strip() + "…"


#: Signs that turn the direction of writing: a name may look like another one with them.
_DIRECTIONS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def _address(address: str) -> str:
    """Only addresses that a browser may follow from our pages."""
    cut = address.strip()
    return cut if cut.lower().startswith(("http://", "https://")) and not re.search(r"[\s\x00-\x1f<>\"]", cut) else ""


def _tags(tags: Sequence[str]) -> list[str]:
    words = (" ".join(_NOT_IN_TAGS.sub(" ", unicodedata.normalize("NFC", tag)).split())[:_LONGEST_TAG] for tag in tags)
    return list(dict.fromkeys(word for word in words if len(word) >= 2))[:_MOST_TAGS]


def _frequency(stated: str) -> dict[str, str]:
    """By its code, so that freshness can be judged; what is not clear is left to staff."""
    code = frequency_code(stated)
    return {"frequency": FREQUENCY_BASE + code} if code in FREQUENCIES else {}


def _stated(licence: Licence) -> str:
    return " / ".join(_text(text, _LONGEST_TITLE) for text in licence.stated)


def _publisher(owner: Publisher) -> dict[str, str]:
    return {key: value for key, value in (("name", owner.name), ("name_en", owner.name_en), ("identifier", owner.code)) if value}


def _day(moment: Moment | None) -> str:
    return moment.at.astimezone(JAPAN).date().isoformat() if moment and moment.at else ""


def _time(moment: Moment | None) -> str:
    if moment is None or moment.at is None:
        return ""
    return _day(moment) if moment.day_only else moment.at.isoformat()


def _shown(problems: Sequence[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))[:20]


def _unique(resources: Sequence[Resource]) -> list[Resource]:
    return list({resource.id: resource for resource in resources}.values())
