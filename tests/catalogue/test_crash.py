"""Publishing that is cut off at any point: the catalogue reads well, and running again makes it whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import search
from ckanext.miyagiict.catalogue import files, identity, publish, tables

pytestmark = pytest.mark.usefixtures("catalogue")

DATASET = identity.dataset_id("miyagi-test-plan")
TABLES = {name: identity.resource_id("miyagi-test-plan", name) for name in ("measures", "targets")}
#: Where a publication can be cut off: before each of its writes.
STEPS = [(files.FileStore, "_write_once"), (tables, "load"), (publish._Publication, "_write_dataset"), (publish._Publication, "_ensure_table_views")]


class Crash(BaseException):
    """Not an Exception: nothing in the code may catch it."""


@contextmanager
def crash_at(step: int) -> Iterator[None]:
    """The step-th write, and none after it, is cut off."""
    left = step

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **keywords: Any) -> Any:
            nonlocal left
            if left == 0:
                raise Crash
            left -= 1
            return original(*arguments, **keywords)
        return wrapped

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in STEPS:
            patch.setattr(owner, name, wrap(getattr(owner, name)))
        yield


def state(show: Callable[..., Any], records: Callable[..., Any]) -> Any:
    """What the catalogue shows, but for the times of writing."""
    times = ("created", "last_modified", "metadata_modified", "metadata_created")
    dataset = {key: value for key, value in show().items() if key not in times}
    dataset["resources"] = [{key: value for key, value in resource.items() if key not in times} for resource in dataset["resources"]]
    # CKAN writes the organization's own time into the dataset.
    dataset["organization"] = dataset["organization"]["name"]
    manifest = files.FileStore(DATASET).manifest(dataset["package_sha256"])
    return dataset, {name: records(resource_id) for name, resource_id in TABLES.items()}, manifest


def purge() -> None:
    tk.get_action("dataset_purge")({"ignore_auth": True, "user": site_user()}, {"id": DATASET})
    for resource_id in TABLES.values():
        tables.drop(resource_id)


def site_user() -> str:
    return tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(0, 17), second=st.integers(0, 17))
def test_cut_off_anywhere_and_run_again(first: int, second: int, plan: Any, show: Any, records: Any) -> None:
    """A first publication and an update, each cut off somewhere: the same catalogue as without."""
    original = list(plan.descriptor["resources"])
    publish.publish(plan.folder)
    for step, title in ((first, "試験計画"), (second, "改題")):
        plan.say(title=title, resources=original)
        publish.publish(plan.folder)
        whole = state(show, records)
        if title == "試験計画":
            purge()
        else:
            plan.say(title="試験計画")
            publish.publish(plan.folder)
            plan.say(title=title)
        with crash_at(step):
            try:
                publish.publish(plan.folder)
            except Crash:
                model.Session.rollback()
        publish.publish(plan.folder)
        assert state(show, records) == whole
        assert publish.publish(plan.folder).status == "unchanged"


@pytest.mark.parametrize("cut_off", range(17))
def test_readers_of_a_cut_off_update_see_one_state(cut_off: int, plan: Any, show: Any, records: Any) -> None:
    """The files that are offered are those of the old package or of the new one, never of both."""
    publish.publish(plan.folder)
    old = files.FileStore(DATASET).manifest(show()["package_sha256"])
    fields = ["id", "name"]
    plan.table("measures", fields, [["ki2", "一"], ["ki14", "二"], ["ki15", "三"]], title="施策", schema={"primaryKey": "id"})
    with crash_at(cut_off):
        try:
            publish.publish(plan.folder)
        except Crash:
            model.Session.rollback()
    store = files.FileStore(DATASET)
    offered = store.manifest(show()["package_sha256"])
    assert all(store.path(file).is_file() for file in offered.values())
    changed = {path for path in old if offered[path] != old[path]}
    assert changed in (set(), {"datapackage.json", "data/measures.csv", "excel/measures.csv", "json/measures.json", "schemas/measures.json"})
    assert len(records(TABLES["measures"])) in (2, 3)


def test_killed_processes_leave_nothing_in_the_way(plan: Any, show: Any, records: Any, ckan_config: Any, monkeypatch: Any) -> None:
    """The command, killed with SIGKILL at several moments while it writes: a rerun makes the catalogue whole."""
    rows = [[f"m{number}", f"施策{number}"] for number in range(20_000)]
    plan.table("measures", ["id", "name"], [["ki2", "x"], ["ki14", "y"], *rows], title="施策", schema={"primaryKey": "id"})
    command = [os.path.join(os.path.dirname(sys.executable), "ckan"), "-c", ckan_config["__file__"], "miyagiict", "publish", str(plan.folder)]
    survived = 0
    for delay in (0.0, 0.2, 0.5, 0.9):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        assert process.stdout is not None
        process.stdout.readline()  # It has begun.
        time.sleep(delay)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            survived += 1
        process.communicate()
        time.sleep(0.3)  # PostgreSQL notices that the client is gone.
    assert survived < 4
    model.Session.remove()
    publish.publish(plan.folder)
    assert len(show()["resources"]) == 3
    assert len(records(TABLES["targets"])) == 3
    assert tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": TABLES["measures"]})["total"] == 20_002
    assert publish.publish(plan.folder).status == "unchanged"


@pytest.mark.parametrize("lost", ["all of it", "the last change"])
def test_index_that_was_left_behind_is_brought_up(plan: Any, lost: str) -> None:
    """Cut off between the database's commit and the index's: the next run finds nothing to write, and searches find the dataset again."""
    publish.publish(plan.folder)
    if lost == "all of it":
        search.clear(DATASET)
    else:
        before = search.show(DATASET)
        plan.say(title="新しい題")
        publish.publish(plan.folder)
        search.make_connection().add([{key: value for key, value in before.items() if key != "_version_"}], commit=True)
    assert publish.publish(plan.folder).status == "unchanged"
    title = "試験計画" if lost == "all of it" else "新しい題"
    assert [found["title"] for found in tk.get_action("package_search")({}, {"fq": f"id:{DATASET}"})["results"]] == [title]
