"""The judged queries: the datasets they are asked of, how these get into a Solr core, and what the answers are worth."""

from __future__ import annotations

import contextlib
import copy
import json
import math
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import yaml
from ckan.common import config
from ckan.lib.search import clear_all
from ckan.lib.search.common import make_connection
from ckan.lib.search.index import PackageSearchIndex

from ckanext.miyagiict.catalogue.dataset import dataset_dict
from ckanext.miyagiict.catalogue.files import FileStore
from ckanext.miyagiict.catalogue.organizations import DEFAULT_PUBLISHER, KNOWN_GROUPS
from ckanext.miyagiict.packages import editions
from ckanext.miyagiict.packages.metadata import read_metadata
from ckanext.miyagiict.packages.package import DESCRIPTOR, Package, read_package

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
GRADES = {"best": 3, "good": 2, "fair": 1}
#: What CKAN's own schema of a dataset has; everything else is an extra to it.
CORE_FIELDS = frozenset(
    [
        "id",
        "name",
        "title",
        "notes",
        "tags",
        "groups",
        "organization",
        "owner_org",
        "resources",
        "private",
        "state",
        "type",
        "license_id",
        "metadata_created",
        "metadata_modified",
        "version",
        "url",
        "author",
        "author_email",
        "maintainer",
        "maintainer_email",
    ]
)
TIME = "2026-11-20T00:00:00.000000"


@dataclass(frozen=True)
class Query:
    """A question and its judgement.

    :param grades: dataset → 3 (must be found), 2, 1
    :param unwanted: must not be found at all
    """

    q: str
    grades: Mapping[str, int]
    unwanted: frozenset[str]

    @property
    def musts(self) -> set[str]:
        return {name for name, grade in self.grades.items() if grade == 3}


@dataclass(frozen=True)
class Answer:
    """What a search found, best first, by dataset name.

    :param exact: how many have all that was asked
    """

    query: Query
    found: tuple[str, ...]
    exact: int

    @property
    def ndcg(self) -> float:
        """nDCG@10 with gains 2^grade - 1."""
        gained = _dcg([self.query.grades.get(name, 0) for name in self.found[:10]])
        return gained / _dcg(sorted(self.query.grades.values(), reverse=True)[:10])

    @property
    def missed(self) -> set[str]:
        return self.query.musts - set(self.found)

    @property
    def wrong(self) -> set[str]:
        return set(self.query.unwanted) & set(self.found)


@dataclass(frozen=True)
class Figures:
    """What a set of answers is worth."""

    answers: Sequence[Answer]

    @property
    def zero_rate(self) -> float:
        return sum(not answer.found for answer in self.answers) / len(self.answers)

    @property
    def ndcg(self) -> float:
        return sum(answer.ndcg for answer in self.answers) / len(self.answers)

    @property
    def recall(self) -> float:
        """Of the datasets that must be found, how many are."""
        musts = sum(len(answer.query.musts) for answer in self.answers)
        return 1 - sum(len(answer.missed) for answer in self.answers) / musts

    @property
    def wrong_rate(self) -> float:
        """Of the datasets that must not be found, how many are."""
        unwanted = sum(len(answer.query.unwanted) for answer in self.answers)
        return sum(len(answer.wrong) for answer in self.answers) / unwanted if unwanted else 0.0


def read_queries(path: Path = HERE / "queries.yaml") -> list[Query]:
    """The judged queries of a file."""
    return [
        Query(
            str(entry["q"]),
            {name: grade for kind, grade in GRADES.items() for name in entry.get(kind, ())},
            frozenset(entry.get("not", ())),
        )
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def read_corpus(files: Path) -> list[dict[str, Any]]:
    """Every dataset, as ``package_show`` would give it.

    :param files: folder for the tables of the real packages, as publishing keeps them
    """
    invented = yaml.safe_load((HERE / "corpus.yaml").read_text(encoding="utf-8"))
    real = [read_package(path.parent) for path in sorted((PROJECT / "datasets").glob(f"*/{DESCRIPTOR}"))]
    with configured(**{"ckanext.miyagiict.files_path": str(files)}):
        return [*(invented_dataset(name, **said) for name, said in invented.items()), *map(_real_dataset, real)]


@contextlib.contextmanager
def configured(**settings: str) -> Iterator[None]:
    """Settings of CKAN for a while."""
    before = {key: config.get(key) for key in settings}
    config.update(settings)
    try:
        yield
    finally:
        for key, value in before.items():
            config[key] = value


@contextlib.contextmanager
def indexed(corpus: Sequence[Mapping[str, Any]], files: Path, solr_url: str | None = None) -> Iterator[dict[str, str]]:
    """Have the corpus, as the only one to be seen, in a Solr core; afterwards the core is empty of it.

    :returns: the settings under which it is seen; they hold inside, unless somebody sets them back as CKAN's fixtures do
    """
    settings = {
        "ckan.site_id": f"judged-{uuid.uuid4().hex[:8]}",
        "ckanext.miyagiict.files_path": str(files),
        "solr_url": solr_url or config["solr_url"],
    }
    with configured(**settings):
        index(corpus)
        try:
            yield settings
        finally:
            with configured(**settings):
                clear_all()


def index(corpus: Sequence[Mapping[str, Any]]) -> None:
    """Index datasets the way CKAN does, hooks of plugins included; no database needs to know them."""
    for dataset in corpus:
        whole = copy.deepcopy(dict(dataset))
        plain = {key: value for key, value in whole.items() if key in CORE_FIELDS}
        plain["extras"] = [
            {"key": key, "value": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}
            for key, value in whole.items()
            if key not in CORE_FIELDS and value
        ]
        PackageSearchIndex().index_package({**plain, "with_custom_schema": whole}, defer_commit=True)
    make_connection().commit()


def ask(query: Query) -> Answer:
    """Search as a visitor does."""
    found = tk.get_action("package_search")({"ignore_auth": True, "user": ""}, {"q": query.q, "rows": 1000, "fl": ["name"]})
    names = tuple(entry["name"] for entry in found["results"])
    return Answer(query, names, found.get("miyagiict_exact_count", found["count"]))


def invented_dataset(name: str, *, org: str, title: str, notes: str, tags: Sequence[str], resources: Sequence[str]) -> dict[str, Any]:
    """A dataset as a municipality would publish it."""
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        "name": name,
        "title": title,
        "notes": notes,
        "type": "dataset",
        "state": "active",
        "private": False,
        "license_id": "CC-BY-4.0",
        "metadata_created": TIME,
        "metadata_modified": TIME,
        "tags": [{"name": tag, "display_name": tag} for tag in tags],
        "groups": [],
        "organization": {"name": name.split("-")[0], "title": org},
        "resources": [
            {"name": resource, "description": "", "format": "CSV", "url": f"https://example.jp/{name}/{number}.csv"}
            for number, resource in enumerate(resources)
        ],
    }


def _real_dataset(package: Package) -> dict[str, Any]:
    properties = read_metadata(package.descriptor)
    owner = properties.publisher or DEFAULT_PUBLISHER
    dataset = dataset_dict(package, properties, owner.code, lambda path: f"https://example.jp/{package.name}/{path}")
    _keep_files(package, dataset["id"])
    return {
        **dataset,
        "organization": {"name": owner.name_en, "title": owner.name},
        "groups": [{"name": name, "title": KNOWN_GROUPS[name]["title"]} for name in properties.groups],
        "metadata_created": TIME,
        "metadata_modified": TIME,
    }


def _keep_files(package: Package, dataset_id: str) -> None:
    """The published files that the index is made from."""
    store = FileStore(dataset_id)
    offered = {DESCRIPTOR: store.put(editions.published_descriptor(package), "application/json", DESCRIPTOR)}
    for resource in package.tables:
        offered[resource.path] = store.put(resource.content, "text/csv", resource.path)
    store.put_manifest(package.sha256, offered)


def _dcg(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))
