"""Which of the files that lie beside saved answers are files of their records.

A record's file is found by its path, never by a name that others have too: a path relative to its answer is looked up there, and of an
address the file with the longest common end. What fits several files, or a file that fits several addresses, is told and not attached.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from .problems import Problem, Severity, problem, register
from .record import Resource

__all__ = ["Beside", "Wanted"]

#: Files that a problem names.
MOST_NAMED = 5

register(
    "file-not-certain",
    Severity.ERROR,
    (
        "{place} のファイルがどれか決められません（{value}。{detail}）。",
        "どれも付けていません。ポータルのアドレスと同じフォルダー構成（末尾のパスが一致する形）で保存してください。",
    ),
    (
        "It is not certain which file belongs to {place} ({value}; {detail}).",
        "None was attached. Keep the files in folders as their addresses have them, so that the ends of the paths are the same.",
    ),
)

Segments = tuple[str, ...]
#: How well a file fits: segments that both paths end with, and folders that are called as the record or the resource is.
Score = tuple[int, int]
EXACT: Score = (1_000_000, 0)


@dataclass(frozen=True)
class Wanted:
    """A resource whose file may lie beside its answer.

    :param answer: name of the answer's file, below the folder of all
    :param key: of the record and the resource
    :param record: the record's id
    :param only_by_path: a file without an address is at its path from the answer on, or nowhere
    """

    key: Hashable
    answer: str
    record: str
    resource: Resource
    only_by_path: bool = False

    @property
    def address(self) -> str:
        """What tells this file from other ones."""
        if self.resource.url:
            return self.resource.url
        return f"{PurePosixPath(self.answer).parent}/{self.resource.path}" if self.resource.path else repr(self.key)

    @property
    def place(self) -> str:
        return f"{self.record} / {self.resource.id}"


class Beside:
    """The files of a folder of saved answers.

    :param base: the folder
    :param files: those that are no answers
    """

    def __init__(self, base: Path, files: Iterable[Path]) -> None:
        self._base = base
        self._files: dict[Segments, Path] = {_segments(file.relative_to(base).as_posix()): file for file in files}
        self._by_name: dict[str, list[Segments]] = defaultdict(list)
        for segments in self._files:
            self._by_name[segments[-1]].append(segments)

    def attached(self, wanted: Iterable[Wanted]) -> dict[Hashable, Path | Problem]:
        """Whose file which one is, or why that is not certain; a resource whose file is not here is left out.

        :param wanted: all resources of all records: a file that fits two of them is neither's
        """
        found: dict[Hashable, Path | Problem] = {}
        claims: dict[Path, list[tuple[Score, Wanted]]] = defaultdict(list)
        for one in wanted:
            score, fitting = self._fitting(one)
            if len(fitting) > 1:
                names = "、".join(str(file.relative_to(self._base)) for file in fitting[:MOST_NAMED])
                found[one.key] = problem(
                    "file-not-certain", one.place, value=names, detail=f"{len(fitting)}ファイル / {len(fitting)} files"
                )
            elif fitting:
                claims[fitting[0]].append((score, one))
        for file, claimed in claims.items():
            best = max(score for score, _one in claimed)
            closest = [one for score, one in claimed if score == best]
            addresses = len({one.address for one in closest})
            for one in closest:
                found[one.key] = (
                    file
                    if addresses == 1
                    else problem(
                        "file-not-certain",
                        one.place,
                        value=file.relative_to(self._base),
                        detail=f"{addresses}か所が指します / wanted {addresses} times",
                    )
                )
        return found

    def _fitting(self, wanted: Wanted) -> tuple[Score, list[Path]]:
        """The files that fit best, and how well."""
        resource = wanted.resource
        if at := self._at(wanted.answer, resource.path):
            return EXACT, [at]
        if wanted.only_by_path and not resource.url:
            return (0, 0), []
        address = urlsplit(resource.url)
        ends = {
            _segments(f"{address.netloc}/{unquote(address.path)}"),
            _segments(unquote(resource.path)),
            _segments(resource.file_name),
        } - {()}
        own = {wanted.record, resource.id}
        scores = {
            segments: max((_common_end(segments, end) for end in ends if end[-1] == segments[-1]), default=0)
            for name in {end[-1] for end in ends}
            for segments in self._by_name.get(name, ())
        }
        ranked = {segments: (score, len(own.intersection(segments[:-1]))) for segments, score in scores.items()}
        best = max(ranked.values(), default=(0, 0))
        return best, [self._files[segments] for segments, score in ranked.items() if score == best]

    def _at(self, answer: str, path: str) -> Path | None:
        """The file at a path relative to an answer, as it is written or with its ``%`` signs read; nothing outside of the folder."""
        for written in dict.fromkeys((path, unquote(path))):
            relative = PurePosixPath(answer).parent / written
            if not written or relative.is_absolute():
                continue
            if kept := self._files.get(_segments(str(relative))):
                return kept
            try:
                file = (self._base / relative).resolve()
                if file.is_file() and file.is_relative_to(self._base.resolve()):
                    return file
            except (OSError, ValueError):
                continue
        return None


def _segments(path: str) -> Segments:
    """A path's parts in one spelling: a Japanese name is written in two ways, by the system that made the file."""
    return tuple(part for part in unicodedata.normalize("NFC", path).split("/") if part not in ("", "."))


def _common_end(one: Segments, other: Segments) -> int:
    """With how many equal parts two paths end."""
    return next(
        (length for length, (a, b) in enumerate(zip(reversed(one), reversed(other), strict=False)) if a != b), min(len(one), len(other))
    )
