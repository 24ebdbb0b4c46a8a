"""Publishes a Data Package folder: validate, compare, write only what changed.

Order of the writes, so that a crash at any point leaves a catalogue that reads well and that the same command repairs: files
(never changed once written) → organization and groups → tables, each in one transaction, marked with what it was made from →
the dataset, whose ``package_sha256`` flips the files that are offered. Ids come from names, so a second run finds what the first
one made.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib import search
from ckan.model import Session
from ckan.types import Context

from ..packages import editions, metadata, problems, table
from ..packages.package import DESCRIPTOR, Package, Resource, read_package
from ..packages.validate import validate
from . import compare, dataset, identity, organizations, previews, tables
from .batch import reindex
from .files import FileStore, PublishedFile

__all__ = ["Published", "folders_below", "publish"]

log = logging.getLogger(__name__)

Progress = Callable[[str], None]


@dataclass
class Published:
    """What publishing a package did, or with ``dry_run`` would do.

    :param status: ``created``, ``updated`` or ``unchanged``
    :param tables: names of the tables loaded into the DataStore
    :param withdrawn: names of resources that left the package
    """

    package: str
    status: str = "unchanged"
    dry_run: bool = False
    tables: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    rows: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def folders_below(folder: Path) -> list[Path]:
    """Every Data Package folder directly below a folder, by name."""
    return sorted(path.parent for path in folder.glob(f"*/{DESCRIPTOR}"))


def publish(folder: Path, *, dry_run: bool = False, progress: Progress = log.info) -> Published:
    """Bring one package folder into the catalogue.

    :param progress: called with a Japanese line at the start of each longer step
    :returns: what was done; an unchanged package writes nothing at all
    :raises PackageInvalid: the package breaks rules; nothing was written
    """
    started = time.monotonic()
    package = read_package(folder)
    with tables.exclusively(f"miyagiict:publish:{package.name}"):
        result = _Publication(package, dry_run, progress).run()
    result.seconds = round(time.monotonic() - started, 3)
    return result


class _Publication:
    """One package on its way into the catalogue."""

    def __init__(self, package: Package, dry_run: bool, progress: Progress) -> None:
        self.package = package
        self.progress = progress
        self.result = Published(package.name, dry_run=dry_run)
        self.dataset_id = identity.dataset_id(package.name)
        self.files = FileStore(self.dataset_id)
        self.current = _show(self.dataset_id)

    def run(self) -> Published:
        if not self._is_checked():
            self.progress(f"{self.package.name}: 検査しています（{len(self.package.tables)}表）")
            validate(self.package)
            problems.raise_if_any(_catalogue_problems(self.package))
        properties = metadata.read_metadata(self.package.descriptor)
        owner = properties.publisher or organizations.DEFAULT_PUBLISHER
        ours = self._with_withdrawn(dataset.dataset_dict(self.package, properties, owner.code, self._address))
        stale = self._stale_tables()
        changed = self.current is None or compare.differs(self.current, ours)
        if self.current is None:
            self.result.status = "created"
        elif changed or stale:
            self.result.status = "updated"
        self.result.tables = [resource.name for resource in stale]
        if self.result.dry_run:
            return self.result
        if not self.files.has_manifest(self.package.sha256):
            self._write_files()
        if self.current is None or changed:
            organizations.ensure_organization(_context(), owner)
            organizations.ensure_groups(_context(), properties.groups)
        for resource in stale:
            self._load(resource)
        if changed:
            self._write_dataset(ours)
            self.files.prune(self.package.sha256)
        elif self._index_is_stale():
            # A crash between the database's commit and the index's: nothing else would ever bring them together.
            reindex([self.dataset_id])
        self._ensure_table_views()
        return self.result

    def _is_checked(self) -> bool:
        """Whether the catalogue holds this very content, which it does only after it was found valid."""
        return self.current is not None and self.current.get("package_sha256") == self.package.sha256

    def _index_is_stale(self) -> bool:
        """Whether searches see another state of the dataset than the database has."""
        try:
            indexed = search.show(self.dataset_id)
        except search.SearchError:
            return True
        return json.loads(indexed["validated_data_dict"]).get("package_sha256") != self.package.sha256

    def _address(self, path: str) -> str:
        return tk.url_for("miyagiict_datapackage.file", name=self.package.name, path=path, qualified=True, locale="default")

    def _with_withdrawn(self, ours: dict[str, Any]) -> dict[str, Any]:
        """Keep resources that left the package: shown as withdrawn, behind the others, their data still there."""
        kept = {resource["id"] for resource in ours["resources"]}
        for resource in (self.current or {}).get("resources", ()):
            if resource["id"] not in kept and resource.get("package_path"):
                if not resource.get("withdrawn"):
                    self.result.withdrawn.append(resource["name"])
                ours["resources"].append({"id": resource["id"], "withdrawn": resource.get("withdrawn") or _today()})
            elif resource["id"] not in kept:
                ours["resources"].append({"id": resource["id"]})
        return ours

    def _stale_tables(self) -> list[Resource]:
        """Tables of the package that the DataStore does not hold as they are in it."""
        ids = {resource.name: identity.resource_id(self.package.name, resource.name) for resource in self.package.tables}
        loaded = tables.fingerprints(ids.values())
        return [resource for resource in self.package.tables if loaded.get(ids[resource.name]) != _fingerprint(resource)]

    def _write_files(self) -> None:
        self.progress(f"{self.package.name}: ファイルを書いています")
        put, name = self.files.put, self.package.name
        offered: dict[str, PublishedFile] = {
            DESCRIPTOR: put(editions.published_descriptor(self.package), "application/json", f"{name}-datapackage.json")
        }
        for resource in self.package.resources:
            title = resource.descriptor.get("title") or resource.name
            _, mimetype = dataset.format_of(resource)
            suffix = Path(resource.path).suffix
            offered[resource.path] = put(resource.content, mimetype, f"{title}{suffix}")
            if resource.schema is not None:
                offered[dataset.spreadsheet_path(resource)] = put(
                    editions.spreadsheet_csv(resource), "text/csv", f"{title}（Excel用）.csv")
                offered[dataset.json_path(resource)] = put(editions.json_rows(resource), "application/json", f"{title}.json")
                offered[dataset.schema_path(resource)] = put(
                    editions.schema_json(resource.schema), "application/json", f"{title}（表の定義）.json")
        self.files.put_manifest(self.package.sha256, self._with_withdrawn_files(offered))

    def _with_withdrawn_files(self, offered: dict[str, PublishedFile]) -> dict[str, PublishedFile]:
        """Addresses of withdrawn resources go on answering."""
        before = (self.current or {}).get("package_sha256")
        if before and self.files.has_manifest(before):
            return {**self.files.manifest(before), **offered}
        return offered

    def _load(self, resource: Resource) -> None:
        self.progress(f"{self.package.name}: 表「{resource.name}」を読み込んでいます")
        columns = table.columns(resource.schema)
        self.result.rows += tables.load(
            identity.resource_id(self.package.name, resource.name), columns, table.primary_key(resource.schema),
            table.typed_rows(resource), _fingerprint(resource),
        )

    def _write_dataset(self, ours: dict[str, Any]) -> None:
        self.progress(f"{self.package.name}: データセットを書いています")
        there = {resource["id"]: resource for resource in (self.current or {}).get("resources", ())}
        resources = [_with_time(there.get(entry["id"], {}), entry) for entry in ours["resources"]]
        if self.current is None:
            tk.get_action("package_create")(_context(), {**ours, "resources": resources})
        else:
            tk.get_action("package_update")(_context(), compare.overlay(self.current, {**ours, "resources": resources}))

    def _ensure_table_views(self) -> None:
        """A preview for each table; one query tells whether any is missing."""
        ids = [identity.resource_id(self.package.name, resource.name) for resource in self.package.tables]
        previews.keep_in_step({"id": id, "datastore_active": True} for id in ids)
        Session.commit()


def _show(dataset_id: str) -> dict[str, Any] | None:
    """The dataset as the database has it; the search index adds fields of its own."""
    context = _context()
    context["use_cache"] = False
    try:
        return tk.get_action("package_show")(context, {"id": dataset_id})
    except tk.ObjectNotFound:
        return None


def _context() -> Context:
    """Publishing acts as the site itself: whoever may call it was asked before."""
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    return Context(ignore_auth=True, user=site_user["name"])


def _fingerprint(resource: Resource) -> str:
    return tables.fingerprint(table.columns(resource.schema), table.primary_key(resource.schema), resource.sha256)


def _catalogue_problems(package: Package) -> Iterable[problems.Problem]:
    """What only the catalogue can know: groups that exist, and a name that is taken."""
    for name in package.descriptor.get("groups", ()):
        if name not in organizations.KNOWN_GROUPS:
            known = ", ".join(organizations.KNOWN_GROUPS)
            yield problems.problem("catalogue-value", DESCRIPTOR, field="groups", value=str(name), detail=f"次のどれかです: {known}")
    made = {path for resource in package.tables for path in dataset.generated_paths(resource)}
    for resource in package.resources:
        if resource.path in made:
            yield problems.problem("catalogue-value", DESCRIPTOR, field="path", value=resource.path, detail="カタログが作るファイルと同じパスです")
    other = _show(package.name)
    if other is not None and other["id"] != identity.dataset_id(package.name):
        yield problems.problem(
            "catalogue-value", DESCRIPTOR, field="name", value=package.name, detail="同じ名前のデータセットがほかにあります"
        )


def _with_time(current: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """A resource to write; new content gets the time of now."""
    resource = compare.overlay(current, ours)
    if resource.get("hash") != current.get("hash"):
        resource["last_modified"] = datetime.now(timezone.utc).replace(tzinfo=None).isoformat()
    return resource


def _today() -> str:
    return datetime.now(timezone.utc).date().isoformat()
