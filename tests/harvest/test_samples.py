"""The demonstration: marked as a sample wherever it is seen, apart from real data, and out of the catalogue again without a trace."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rdflib import Graph
from rdflib.namespace import DCAT, RDF

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.cli.cli import ckan
from ckanext.activity.model import Activity
from ckanext.datastore.backend.postgres import get_write_engine
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource
from ckanext.miyagiict.harvest import operating, replaying, samples
from ckanext.miyagiict.harvest.mapping import SAMPLE
from ckanext.miyagiict.model import HarvestedRecord, HarvestRun, SourceSettings

from ..catalogue.dcat_ap import check, not_judged, our_shapes
from ..catalogue.official_shapes import official_shapes

Datasets = Callable[[], list[dict[str, Any]]]
Run = Callable[..., str]


@pytest.fixture
def run(sources: Any, cli: Any, with_extended_cli: None) -> Run:
    """``ckan miyagiict harvest …``; gives what it prints."""

    def run(*words: str) -> str:
        done = cli.invoke(ckan, ["miyagiict", "harvest", *words])
        assert done.exit_code == 0, done.output
        return done.output

    return run


@pytest.fixture
def one(sources: Any) -> dict[str, Any]:
    """A harvested sample dataset."""
    samples.set_up()
    sources.run(operating.source_row("sample-datapackage").id)
    (dataset,) = tk.get_action("package_search")({"ignore_auth": True}, {})["results"]
    return dataset


def count(table: Any, *conditions: Any) -> int:
    return int(model.Session.scalar(sa.select(sa.func.count()).select_from(table).where(*conditions)) or 0)


def tables() -> int:
    query = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT starts_with(relname, '_')"
    with get_write_engine().connect() as connection:
        return int(connection.scalar(sa.text(query)))


def test_command_harvests_every_kind_and_removes_it_again(run: Run, datasets: Datasets, portal: Any, sources: Any) -> None:
    """Eight portals, one record there twice; what is real stays when they go, though it is called the same."""
    portal.dataset("a1", "AED設置箇所一覧", files={"aed.csv": "番号\n001\n".encode()})
    sources.run(sources.make(portal))
    news = Activity.activity_type.contains("package")
    real, before, loaded = datasets(), count(Activity, news), tables()
    said = run("demo")
    found = [dataset for dataset in datasets() if dataset["is_sample"]]
    assert len(found) == 17
    assert all(dataset["title"].startswith(SAMPLE) for dataset in found)
    assert "ほかのポータルと同じデータ1件" in said
    assert {source["kind"] for source in operating.list_sources() if source["sample"]} == {
        "ckan", "dataeye", "datapackage", "dcat", "linkdata", "pages", "shirasagi",
    }
    again = run("demo")
    assert again.count("変わっていません") + again.count("変更なし") == 8, "a second time there is nothing to do"
    assert "8件とデータセット17件" in run("demo", "--remove")
    assert (datasets(), tables()) == (real, loaded)
    assert count(Activity, news) == before
    for table in (HarvestSource, HarvestRun, HarvestJob, HarvestObject, HarvestedRecord, SourceSettings):
        assert count(table) == 1, table
    assert "8件" not in run("demo", "--remove")


def test_real_data_are_not_linked_to_a_sample(portal: Any, sources: Any, datasets: Datasets) -> None:
    """A municipality's own data set of the same name is a dataset of its own, whichever came first."""
    samples.set_up()
    sources.run(operating.source_row("sample-bodik").id)
    portal.dataset("a1", "AED設置箇所一覧")
    report = sources.run(sources.make(portal))
    assert (report.created, report.linked) == (1, 0)
    assert [dataset["is_sample"] for dataset in datasets() if "AED" in dataset["title"]].count("true") == 1


@pytest.mark.parametrize("language", ["", "/en"])
def test_pages_say_that_it_is_a_sample(one: dict[str, Any], app: Any, language: str) -> None:
    """Dataset, resource, list, search, organization, source and list of sources, in both languages."""
    word = "Sample" if language else "見本"
    resource = one["resources"][0]
    for address in (
        f"/dataset/{one['name']}", f"/dataset/{one['name']}/resource/{resource['id']}", "/dataset/", "/dataset/?q=文化財",
        f"/organization/{one['organization']['name']}", f"/sources/{operating.source_row('sample-datapackage').id}", "/sources", "/",
    ):
        page = app.get(language + address).body
        shown = page[page.index("<main") if "<main" in page else 0:]
        if one["title"] in shown or "sample-" in shown or "/sources" in address:
            assert word in shown or word.lower() in shown, address


def test_machines_are_told(one: dict[str, Any], app: Any) -> None:
    """API, DCAT and the page's JSON-LD; and a search can leave samples out."""
    assert one["is_sample"] == "true"
    turtle = app.get(f"/dataset/{one['name']}.ttl").body
    assert "見本" in turtle
    assert '"sample"@en' in turtle
    page = app.get(f"/dataset/{one['name']}").body
    said = json.loads(page.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    assert "Sample" in json.dumps(said)
    assert tk.get_action("package_search")({}, {"fq": "-is_sample:true"})["count"] == 0


def test_what_portals_say_follows_dcat_ap(run: Run, app: Any) -> None:
    """Whatever kind of portal it came from; the official shapes judge as well."""
    run("demo")
    data = Graph().parse(data=app.get("/catalog.ttl").body, format="turtle")
    assert len(set(data.subjects(RDF.type, DCAT.Dataset))) == 17
    assert (None, DCAT.contactPoint, None) in data
    assert not_judged(data) == set()
    for shapes in (our_shapes(), *official_shapes()):
        check(data, shapes)


def test_missing_record_goes_also_where_the_portal_says_unchanged(
    sources: Any, datasets: Datasets, tmp_path: Path, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shortened list is the same each time, and the server would say so: it is read whole as long as something is missing."""
    samples.set_up()
    source = operating.source_row("sample-ckan").id
    sources.run(source)
    shorter = tmp_path / "samples"
    shutil.copytree(replaying.folder(), shorter)
    answer = shorter / "ckan" / "ckan-package_search.json"
    said = json.loads(answer.read_text(encoding="utf-8"))
    said["result"] = {"count": 3, "results": said["result"]["results"][1:]}
    answer.write_text(json.dumps(said), encoding="utf-8")
    monkeypatch.setitem(ckan_config, "ckanext.miyagiict.harvest.samples_path", str(shorter))
    reports = [sources.run(source) for _ in range(5)]
    stages = [(report.missing, report.candidates, report.withdrawn) for report in reports]
    assert stages == [(1, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)]
    assert len(datasets()) == 3


def test_list_of_sources_to_start_from_is_loaded_inactive(run: Run) -> None:
    """Every source of the project's own list, with its schedule; nothing runs before somebody activates it."""
    said = run("sources")
    assert "追加しました: miyagi-dataeye" in said
    found = operating.list_sources()
    assert len(found) > 10
    assert not any(source["active"] or source["approved"] for source in found)
    assert "追加しました" not in run("sources")
    run("activate", "miyagi-dataeye")
    (active,) = [source for source in operating.list_sources() if source["active"]]
    assert active["next_run"], "its schedule counts from now"
