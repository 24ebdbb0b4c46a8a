"""The published files of a dataset, kept by content, and the manifest that says which path is which content.

A file is written once under its hash and never changed, so a reader who has its address sees it whole. What a dataset offers
flips at one moment: when its ``package_sha256`` names another manifest.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from .. import config

__all__ = ["FileStore", "PublishedFile"]

#: A file that no manifest names any more stays this long, for readers who are in the middle of it.
KEEP_SECONDS = 24 * 60 * 60

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class PublishedFile:
    """One downloadable file.

    :param sha256: of its bytes; its strong ETag
    :param size: in bytes
    :param download_name: what a browser saves it as
    """

    sha256: str
    size: int
    mimetype: str
    download_name: str


class FileStore:
    """The files of one dataset."""

    def __init__(self, dataset_id: str) -> None:
        self._folder = config.files_path() / "packages" / dataset_id

    def put(self, content: bytes, mimetype: str, download_name: str) -> PublishedFile:
        """Keep a file. Writing the same content again writes nothing."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._write_once(sha256, content)
        return PublishedFile(sha256, len(content), mimetype, download_name)

    def put_manifest(self, package_sha256: str, files: Mapping[str, PublishedFile]) -> None:
        """Say which path of the package is which file."""
        content = json.dumps({path: asdict(file) for path, file in files.items()}, ensure_ascii=False).encode()
        self._write_once(f"{package_sha256}.json", content)

    def manifest(self, package_sha256: str) -> dict[str, PublishedFile]:
        """Path → file of one state of the package.

        :raises FileNotFoundError: no such state is kept
        """
        if not _SHA256.fullmatch(package_sha256):  # a field of the dataset, which staff can write
            raise FileNotFoundError(package_sha256)
        return _read_manifest(self._folder / f"{package_sha256}.json")

    def has_manifest(self, package_sha256: str) -> bool:
        """Whether a state is kept with all its files."""
        try:
            files = self.manifest(package_sha256).values()
        except FileNotFoundError:
            return False
        return all(self.path(file).is_file() for file in files)

    def path(self, file: PublishedFile) -> Path:
        """Where a file lies."""
        return self._folder / file.sha256

    def prune(self, package_sha256: str) -> None:
        """Remove what the named state does not use and nobody has touched for a day."""
        used = {f"{package_sha256}.json", *(file.sha256 for file in self.manifest(package_sha256).values())}
        oldest = time.time() - KEEP_SECONDS
        for path in self._folder.iterdir():
            if path.name not in used and path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)

    def _write_once(self, name: str, content: bytes) -> None:
        target = self._folder / name
        if target.is_file():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(file.name, 0o644)
        os.replace(file.name, target)


@lru_cache(maxsize=256)
def _read_manifest(path: Path) -> dict[str, PublishedFile]:
    return {name: PublishedFile(**entry) for name, entry in json.loads(path.read_bytes()).items()}
