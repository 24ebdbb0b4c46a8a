"""Saved answers in place of the network, and how they are saved (``--record DIR``).

A folder holds ``index.json`` and one file a body, named by its hash. Bodies are kept to the byte: mail addresses of persons that an answer
holds are in them too, and whoever publishes a folder takes them out by hand. A body that was edited is still served.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .addresses import parse
from .fetching import Answer, Fetcher
from .problems import PortalError, Severity, problem, register

__all__ = ["INDEX", "Recorder", "SavedAnswer", "SavedAnswers"]

INDEX = "index.json"
FORMAT = 1
#: Said of this machine's connection, of a person, or of the bytes on the way; not of the answer.
LEFT_OUT = frozenset({
    "set-cookie", "set-cookie2", "connection", "keep-alive", "transfer-encoding", "content-encoding", "content-length", "www-authenticate",
    "authentication-info", "proxy-authenticate", "report-to", "nel", "alt-svc",
})
SUFFIXES = {
    "application/json": ".json", "text/csv": ".csv", "text/html": ".html", "text/plain": ".txt", "application/xml": ".xml",
    "text/xml": ".xml", "application/zip": ".zip", "application/pdf": ".pdf", "text/turtle": ".ttl", "application/rdf+xml": ".rdf",
    "application/ld+json": ".jsonld", "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
KNOWN_SUFFIXES = frozenset({*SUFFIXES.values(), ".ods", ".tsv", ".geojson", ".kml", ".shp", ".docx", ".doc"})
BODY_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class SavedAnswer:
    """One line of the index.

    :param url: as it was asked, with its query
    :param params: of the request, where they were given apart
    :param body: name of the file beside the index
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: str
    hops: tuple[str, ...] = ()
    params: Mapping[str, str] | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "url": self.url, "params": dict(self.params or {}), "status": self.status, "headers": dict(self.headers),
            "final_url": self.final_url, "hops": list(self.hops), "body": self.body,
        }

    @classmethod
    def from_dict(cls, line: Mapping[str, Any]) -> SavedAnswer:
        """
        :raises ValueError: the line is not one of an index, or its body would lie elsewhere
        """
        url, body, headers = line["url"], line["body"], line.get("headers", {})
        final_url, status = line.get("final_url") or url, line.get("status", 200)
        if not isinstance(body, str) or not BODY_NAME.fullmatch(body) or body == INDEX:
            raise ValueError(f"body {body!r}")
        if not isinstance(url, str) or not isinstance(final_url, str) or not isinstance(status, int) or not isinstance(headers, dict):
            raise ValueError("url, final_url, status or headers")
        kept = {str(name).lower(): str(value) for name, value in headers.items()}
        return cls(url, final_url, status, kept, body, tuple(map(str, line.get("hops", ()))), dict(line.get("params") or {}))


class SavedAnswers:
    """A folder of saved answers as a fetcher. The scheme (http or https) and the order of parameters do not matter.

    :raises PortalError: the folder has no index that can be read
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._by_key = {_key(line.url): line for line in _read_index(self.folder)}

    @staticmethod
    def has_index(folder: str | Path) -> bool:
        """Whether a folder is one of saved answers."""
        return (Path(folder) / INDEX).is_file()

    def __iter__(self) -> Iterator[SavedAnswer]:
        return iter(self._by_key.values())

    def find(self, url: str) -> SavedAnswer | None:
        """The answer that was saved for an address."""
        return self._by_key.get(_key(url))

    def body(self, saved: SavedAnswer) -> bytes:
        """What an answer held.

        :raises PortalError: its file is gone
        """
        try:
            return (self.folder / saved.body).read_bytes()
        except OSError as error:
            raise PortalError(problem("saved-damaged", str(self.folder / saved.body), detail=error.strerror)) from error

    def get(self, url: str, *, params: Mapping[str, str] | None = None, validators: Mapping[str, str] | None = None,
            largest: int | None = None) -> Answer:
        """The saved answer (see ``fetching.Fetcher.get``)."""
        asked = parse(url).with_params(params)
        saved = self.find(str(asked))
        if saved is None:
            raise PortalError(problem("not-saved", str(asked), detail=self.folder))
        answer = Answer(str(asked), saved.final_url, saved.status, saved.headers, b"", saved.hops)
        if validators and is_unchanged(answer.validators, validators):
            return replace(answer, status=304)
        body = self.body(saved)
        if largest is not None and len(body) > largest:
            raise PortalError(problem("too-large", str(asked), value=len(body), detail=largest))
        return replace(answer, body=body)


class Recorder:
    """A fetcher that saves what another one brings. Started again on the same folder, it goes on there; the newest answer stays.

    Answers "not modified" are handed on and not saved: they have no body.

    :raises PortalError: the folder holds an index that cannot be read
    """

    def __init__(self, fetcher: Fetcher, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._fetcher = fetcher
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = _read_index(self.folder) if SavedAnswers.has_index(self.folder) else []
        self._by_key = {_key(line.url): line for line in lines}

    def get(self, url: str, *, params: Mapping[str, str] | None = None, validators: Mapping[str, str] | None = None,
            largest: int | None = None) -> Answer:
        """Fetch and save (see ``fetching.Fetcher.get``)."""
        answer = self._fetcher.get(url, params=params, validators=validators, largest=largest)
        if not answer.not_modified:
            self._save(answer, params)
        return answer

    def _save(self, answer: Answer, params: Mapping[str, str] | None) -> None:
        name = hashlib.sha256(answer.body).hexdigest()[:32] + _suffix(answer)
        if not (self.folder / name).exists():
            _write(self.folder / name, answer.body)
        headers = {key: value for key, value in answer.headers.items() if key not in LEFT_OUT}
        line = SavedAnswer(answer.url, answer.final_url, answer.status, headers, name, answer.hops, params)
        self._by_key[_key(answer.url)] = line
        index = {"format": FORMAT, "answers": [one.as_dict() for one in self._by_key.values()]}
        _write(self.folder / INDEX, json.dumps(index, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass"))


def is_unchanged(ours: Mapping[str, str], theirs: Mapping[str, str]) -> bool:
    """Whether validators that were sent name what is here (RFC 9110, section 13.2.2: the tag, if there is one, decides)."""
    tag = theirs.get("If-None-Match", "")
    if tag:
        here = ours.get("If-None-Match", "").removeprefix("W/")
        return bool(here) and (tag.strip() == "*" or here in [one.strip().removeprefix("W/") for one in tag.split(",")])
    since = theirs.get("If-Modified-Since", "")
    return bool(since) and since == ours.get("If-Modified-Since")


def _key(url: str) -> str:
    address = parse(url)
    query = "&".join(sorted(address.query.split("&")))
    return replace(address, query=query).identity


def _read_index(folder: Path) -> list[SavedAnswer]:
    place = folder / INDEX
    try:
        index = json.loads(place.read_bytes())
        lines = [SavedAnswer.from_dict(line) for line in index["answers"]]
        for line in lines:
            parse(line.url)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PortalError(problem("saved-damaged", str(place), detail=error)) from error
    return lines


def _suffix(answer: Answer) -> str:
    tail = re.search(r"\.[A-Za-z]{1,7}$", urlsplit(answer.final_url).path)
    if tail and tail[0].lower() in KNOWN_SUFFIXES:
        return tail[0].lower()
    return SUFFIXES.get(answer.headers.get("content-type", "").partition(";")[0].strip().lower(), ".bin")


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


register(
    "not-saved", Severity.ERROR,
    ("{place} の応答は、保存したフォルダー {detail} にありません。", "ネットワークにつながる所で --record を付けて取得し直してください。"),
    ("The answer of {place} is not among those saved in {detail}.", "Fetch it again with --record where there is a network."),
)
register(
    "saved-damaged", Severity.STOP,
    ("保存した応答 {place} を読めません（{detail}）。", "フォルダーを確かめ、必要なら --record を付けて取得し直してください。"),
    ("The saved answers in {place} cannot be read ({detail}).", "Look at the folder; record it again where needed."),
)
