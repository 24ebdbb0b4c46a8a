"""What a downloaded file is called (RFC 6266), for people and for telling its format; never a path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from . import sniff
from .problems import PortalError

__all__ = ["file_name", "tail_of"]

_EXTENDED = re.compile(r"filename\*\s*=\s*\"?([A-Za-z0-9!#$%&+^_`{}~-]*)'[^']*'([^;\"]+)", re.IGNORECASE)
_PLAIN = re.compile(r"filename\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;]+))", re.IGNORECASE)
LONGEST = 200


def file_name(headers: Mapping[str, str], title: str = "", url: str = "") -> str:
    """The name of a file: ``filename*``, else a plain ``filename`` that lost nothing, else the resource's title, else the address's tail.

    DataEye sends the ASCII part of a Japanese name as ``filename``, so a plain name that is only a part of the title's is passed over.

    :param headers: of the download, names in lower case
    :returns: without folders and control characters; may be empty
    """
    stated = headers.get("content-disposition", "")
    plain = _plain(stated)
    tail = tail_of(url)
    if extended := _extended(stated):
        return extended
    suffix = next((found[0] for name in (plain, tail) if (found := re.search(r"\.[A-Za-z0-9]{1,8}$", name))), "")
    if plain and not (title and not title.isascii() and plain.isascii()):
        return plain
    if title:
        named = _bare(title)
        return named if not suffix or named.lower().endswith(suffix.lower()) else named + suffix
    return plain or tail


def tail_of(url: str) -> str:
    """The file's name at the end of an address, relative ones too."""
    try:
        return _bare(unquote(urlsplit(url).path))
    except ValueError:
        return ""


def _extended(stated: str) -> str:
    found = _EXTENDED.search(stated)
    if not found:
        return ""
    raw = unquote_to_bytes(found[2].strip())
    try:
        return _bare(raw.decode(found[1] or "utf-8"))
    except (LookupError, UnicodeDecodeError):
        return ""


def _plain(stated: str) -> str:
    """The plain name; headers are Latin-1 on the way, so a name in UTF-8 or CP932 is read again from its bytes."""
    found = _PLAIN.search(stated)
    if not found:
        return ""
    name = re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[2].strip()
    try:
        return _bare(sniff.decode(name.encode("latin-1")).text)
    except (UnicodeEncodeError, PortalError):
        return _bare(name)


def _bare(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    return "".join(character for character in last if character.isprintable()).strip(" .")[:LONGEST]
