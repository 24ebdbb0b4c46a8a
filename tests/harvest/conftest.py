"""Fixtures of harvesting: an empty catalogue, pretended portals on this machine, and sources that read them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.datastore.backend.postgres import get_write_engine
from ckanext.harvest.model import HarvestSource
from ckanext.miyagiict.harvest import operating, worker
from ckanext.miyagiict.harvest.report import Report

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]  # pytest's importlib mode leaves them out

from emptying import empty_database  # noqa: E402
from portal import Portal, serving  # noqa: E402
from post_office import post, said, silent_server  # noqa: E402, F401


@pytest.fixture
def clean_db(reset_db: Callable[[], None], migrate_db_for: Callable[[str], None]) -> None:
    """CKAN's own fixture leaves out the tables of plugins."""
    empty_database(reset_db, migrate_db_for)


@pytest.fixture
def catalogue(with_plugins: Any, clean_db: Any, clean_index: Any, ckan_config: Any, monkeypatch: Any, tmp_path: Path) -> Iterator[None]:
    """An empty catalogue that may ask this machine, without waiting between requests."""
    for key, value in {"files_path": str(tmp_path / "files"), "harvest.allowed_networks": "127.0.0.0/8", "harvest.delay": "0",
                       "harvest.jitter": "0"}.items():
        monkeypatch.setitem(ckan_config, f"ckanext.miyagiict.{key}", value)
    tk.get_action("get_site_user")({"ignore_auth": True}, {})
    yield
    model.Session.remove()
    with get_write_engine().begin() as connection:
        names = connection.scalars(sa.text(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT starts_with(relname, '_')"
        )).all()
        for name in names:
            connection.execute(sa.text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))


@pytest.fixture
def make_portal() -> Iterator[Callable[[], Portal]]:
    """Portals that serve until the test ends."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(serving(Portal()))


@pytest.fixture
def portal(make_portal: Callable[[], Portal]) -> Portal:
    return make_portal()


class Sources:
    """Makes sources and runs them as the worker does."""

    def make(self, portal: Portal, name: str = "test-source", *, kind: str = "ckan", approved: bool = True, **options: Any) -> str:
        entry = {"name": name, "title": f"収集元 {name}", "kind": kind, "address": portal.address, "options": options}
        operating.create_source(entry, active=True)
        id: str = operating.source_row(name).id
        if approved:
            operating.approve(id, "default")
        return id

    def run(self, source_id: str) -> Report:
        job = self.job(source_id)
        report = worker.work(job["id"])
        assert report is not None
        return report

    def job(self, source_id: str) -> dict[str, Any]:
        site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        context = {"ignore_auth": True, "user": site_user, "session": model.Session, "model": model}
        return tk.get_action("harvest_job_create")(context, {"source_id": source_id, "run": True})

    def row(self, source_id: str) -> HarvestSource:
        return model.Session.get(HarvestSource, source_id)


@pytest.fixture
def sources(catalogue: None) -> Sources:
    return Sources()


@pytest.fixture
def datasets(catalogue: None) -> Callable[[], list[dict[str, Any]]]:
    """What a visitor finds, in the order of titles."""

    def datasets() -> list[dict[str, Any]]:
        return tk.get_action("package_search")({"ignore_auth": True}, {"rows": 1000, "sort": "title_string asc"})["results"]

    return datasets


@pytest.fixture
def show(catalogue: None) -> Callable[[str], dict[str, Any]]:
    """A dataset as the database has it."""
    return lambda id: tk.get_action("package_show")({"ignore_auth": True, "use_cache": False}, {"id": id})
