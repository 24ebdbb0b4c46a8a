"""What ``datasets/`` holds, read with the standard library alone: the pages are compared with it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Table:
    """One table of a package."""

    dataset: str
    folder: Path
    entry: dict[str, Any]

    @property
    def path(self) -> str:
        return self.entry["path"]

    @property
    def title(self) -> str:
        return self.entry["title"]

    @property
    def faithful(self) -> bytes:
        """The file as it is."""
        return (self.folder / self.path).read_bytes()

    @property
    def spreadsheet(self) -> bytes:
        """The same cells for a spreadsheet program: UTF-8 with BOM, CRLF. (No cell of ours looks like a formula.)"""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(self._cells)
        return BOM + text.getvalue().encode("utf-8")

    @property
    def schema_file(self) -> bytes:
        return (self.folder / self.entry["schema"]).read_bytes()

    @property
    def fields(self) -> list[dict[str, Any]]:
        return json.loads(self.schema_file)["fields"]

    def field(self, name: str) -> dict[str, Any]:
        return next(field for field in self.fields if field["name"] == name)

    def column(self, name: str) -> list[str]:
        """The cells of a column, in the file's order."""
        header, *rows = self._cells
        return [row[header.index(name)] for row in rows]

    @cached_property
    def _cells(self) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.faithful.decode("utf-8"), newline="")))


@dataclass(frozen=True)
class Dataset:
    """One package."""

    folder: Path

    @property
    def name(self) -> str:
        return self.descriptor["name"]

    @property
    def title(self) -> str:
        return self.descriptor["title"]

    @cached_property
    def descriptor(self) -> dict[str, Any]:
        return json.loads((self.folder / "datapackage.json").read_bytes())

    @property
    def tables(self) -> list[Table]:
        return [Table(self.name, self.folder, entry) for entry in self.descriptor["resources"]]

    def table(self, name: str) -> Table:
        return next(table for table in self.tables if table.entry["name"] == name)


ALL = {path.parent.name: Dataset(path.parent) for path in sorted((PROJECT / "datasets").glob("*/datapackage.json"))}

POLICY = ALL["miyagi-informatization-policy-2021"]
KPIS = POLICY.table("kpis")

#: What the catalogue itself makes of KPIs and publishes (tracking/open_data.yaml); the line is read without a YAML library.
_OPEN_DATA = PROJECT / "ckanext-miyagiict" / "ckanext" / "miyagiict" / "tracking" / "open_data.yaml"
TRACKING_TITLE = next(
    line.split(":", 1)[1].strip() for line in _OPEN_DATA.read_text(encoding="utf-8").splitlines() if line.startswith("  title:")
)
PREFECTURE = "宮城県"


def titles_of(publisher: str | None = None) -> list[str]:
    """Titles of all datasets of the served site, or of one publisher's, as the list sorts them."""
    own = [dataset.title for dataset in ALL.values() if publisher in (None, dataset.descriptor["publisher"]["name"])]
    return sorted([*own, TRACKING_TITLE] if publisher in (None, PREFECTURE) else own)
