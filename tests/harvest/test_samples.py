"""The demonstration: a sample portal of each kind, through the replay server into the real catalogue, and out of it again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.activity.model import Activity
from ckanext.datastore.backend.postgres import get_write_engine
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource
from ckanext.miyagiict.harvest import operating, samples, worker
from ckanext.miyagiict.model import HarvestedRecord, HarvestRun

Datasets = Callable[[], list[dict[str, Any]]]


def run(source_id: str, sources: Any) -> Any:
    report = worker.work(sources.job(source_id)["id"])
    assert report is not None
    return report


def test_dbg(sources: Any, datasets: Datasets) -> None:
    for id in samples.set_up():
        report = run(id, sources)
        print(operating.one_source(id)["title"], report.as_dict())
        for f in report.findings: print("   ", f["type"], f["sentence"])
    for d in datasets():
        print(d["title"], d["organization"]["title"], d["license_id"], d["license_stated"], d["is_sample"], d.get("also_at"))
        for r in d["resources"]:
            print("      ", r["name"], r["license"], r["license_stated"], r["format"], r["declared_format"], r.get("encoding"), r.get("row_count"), r["datastore_active"], r["url"])
    print(samples.remove())
    assert 0
