"""Fixtures of the search tests: the judged corpus in the test site's Solr core."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode leaves it out

import judged  # noqa: E402
from ckan.common import config  # noqa: E402
from ckan.tests.helpers import _get_test_app  # noqa: E402


class Corpus(NamedTuple):
    """:param settings: under which the datasets are seen; CKAN's fixtures set the configuration back before each test"""

    datasets: list[dict[str, Any]]
    settings: dict[str, str]


# A busy machine is no failure; one context serves all examples of a test, since searching changes nothing.
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
settings.load_profile("search")


@pytest.fixture(scope="module")
def request_at_hand() -> Iterator[None]:
    """Plugins loaded and a request, for the whole module."""
    with _get_test_app().flask_app.test_request_context():
        yield


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, migrate_db_for: Callable[[str], None], request_at_hand: None) -> Iterator[Corpus]:
    """The judged corpus, searchable."""
    migrate_db_for("harvest")  # asked when a dataset is indexed; tests that empty the database leave its tables out
    files = tmp_path_factory.mktemp("files")
    datasets = judged.read_corpus(files)
    with judged.indexed(datasets, files) as settings:
        yield Corpus(datasets, settings)


@pytest.fixture
def seen(corpus: Corpus) -> Iterator[None]:
    """The corpus is what the site has, in this test."""
    with judged.configured(**corpus.settings):
        yield


@pytest.fixture
def tokens() -> Callable[[str, str, str], list[str]]:
    """How Solr cuts a text: field type, text, ``index`` or ``query`` → terms."""

    def tokens(kind: str, text: str, side: str = "index") -> list[str]:
        named = "analysis.fieldvalue" if side == "index" else "analysis.query"
        answer = requests.get(
            f"{config['solr_url']}/analysis/field", params={"wt": "json", "analysis.fieldtype": kind, named: text}, timeout=30
        )
        answer.raise_for_status()
        steps = answer.json()["analysis"]["field_types"][kind][side]
        return [token["text"] for token in [step for step in steps if isinstance(step, list)][-1]]

    return tokens


@pytest.fixture
def search(seen: None) -> Callable[..., list[str]]:
    """Names of the datasets that a visitor finds, best first."""

    def search(q: str) -> list[str]:
        return list(judged.ask(judged.Query(q, {}, frozenset())).found)

    return search
