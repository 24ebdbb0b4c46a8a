"""A run of a source, from a real server into the real catalogue."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.activity.model import Activity
from ckanext.harvest.model import HarvestJob, HarvestObject
from ckanext.miyagiict.catalogue import batch
from ckanext.miyagiict.harvest import mapping, operating, worker
from ckanext.miyagiict.harvest.run import Run
from ckanext.miyagiict.model import HarvestedRecord, HarvestRun
from ckanext.miyagiict.search.together import IndexAwayError

Show = Callable[[str], dict[str, Any]]
Datasets = Callable[[], list[dict[str, Any]]]

TABLE = "施設番号,施設名,開設日\n001,みどり会館,令和3年4月1日\n002,さくら会館,令和4年5月1日\n".encode("cp932")


def count(table: Any) -> int:
    return model.Session.scalar(sa.select(sa.func.count()).select_from(table))


def test_first_run_brings_the_records_in(portal: Any, sources: Any, datasets: Datasets) -> None:
    """Title, owner, address of the source, tags; the job ends by itself and says what it did."""
    portal.dataset("a1", "【名取市】避難所一覧")
    portal.dataset("b2", "【岩沼市】避難所一覧", organization="岩沼市")
    report = sources.run(sources.make(portal))
    assert (report.created, report.failed, report.complete) == (2, 0, True)
    found = {dataset["title"]: dataset for dataset in datasets()}
    assert {title: dataset["organization"]["title"] for title, dataset in found.items()} == {
        "【名取市】避難所一覧": "名取市", "【岩沼市】避難所一覧": "岩沼市",
    }
    assert found["【名取市】避難所一覧"]["harvest_record_id"] == "a1"
    assert found["【名取市】避難所一覧"]["license_id"] == "CC-BY-4.0"
    assert [tag["name"] for tag in found["【名取市】避難所一覧"]["tags"]] == ["防災"]
    assert model.Session.scalars(sa.select(HarvestJob.status)).all() == ["Finished"]
    assert "新規2件" in report.sentences()[0]


def test_source_is_no_dataset_of_its_organization(portal: Any, sources: Any) -> None:
    """What an organization's card counts are datasets."""
    portal.dataset("a1", "避難所一覧")
    sources.run(sources.make(portal, owner="042072"))
    listed = tk.get_action("organization_list")({"user": ""}, {"all_fields": True})
    assert {entry["title"]: entry["package_count"] for entry in listed if entry["package_count"]} == {"名取市": 1}


def test_unchanged_records_cause_no_write(portal: Any, sources: Any, show: Show) -> None:
    """No revision, no activity, no harvest object; one listing is all that is asked for."""
    portal.datasets(3)
    source = sources.make(portal)
    sources.run(source)
    ids = model.Session.scalars(sa.select(HarvestedRecord.dataset_id)).all()
    before = [show(id)["metadata_modified"] for id in ids], count(Activity), count(HarvestObject)
    portal.asked.clear()
    report = sources.run(source)
    assert (report.unchanged, report.created, report.changed) == (3, 0, 0)
    assert ([show(id)["metadata_modified"] for id in ids], count(Activity), count(HarvestObject)) == before
    assert len(portal.asked) <= 2


def test_only_what_changed_is_written(portal: Any, sources: Any, show: Show) -> None:
    portal.dataset("a1", "避難所一覧", files={"shelters.csv": TABLE})
    portal.dataset("b2", "公園一覧")
    source = sources.make(portal)
    sources.run(source)
    rows = {row.record_id: row.dataset_id for row in model.Session.scalars(sa.select(HarvestedRecord))}
    before = {id: show(dataset) for id, dataset in rows.items()}
    portal.dataset("a1", "指定避難所一覧", files={"shelters.csv": TABLE})
    report = sources.run(source)
    assert (report.changed, report.unchanged) == (1, 1)
    assert show(rows["a1"])["title"] == "指定避難所一覧"
    assert [resource["id"] for resource in show(rows["a1"])["resources"]] == [resource["id"] for resource in before["a1"]["resources"]]
    assert show(rows["b2"]) == before["b2"]


def test_staffs_own_fields_stay(portal: Any, sources: Any, show: Show) -> None:
    """What the portal does not decide is not touched by a change there."""
    portal.dataset("a1", "避難所一覧")
    source = sources.make(portal)
    sources.run(source)
    id = model.Session.scalars(sa.select(HarvestedRecord.dataset_id)).one()
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("package_patch")({"ignore_auth": True, "user": site_user}, {"id": id, "title_en": "Shelters"})
    portal.dataset("a1", "指定避難所一覧")
    sources.run(source)
    assert (show(id)["title"], show(id)["title_en"]) == ("指定避難所一覧", "Shelters")


def test_tables_are_loaded_to_the_letter(portal: Any, sources: Any, show: Show) -> None:
    """CP932 under a csv name: the rows are in the DataStore, codes keep their zeros, 和暦 stays as printed."""
    portal.dataset("a1", "会館一覧", files={"halls.csv": TABLE})
    report = sources.run(sources.make(portal))
    assert (report.tables, report.rows) == (1, 2)
    resource = show(model.Session.scalars(sa.select(HarvestedRecord.dataset_id)).one())["resources"][0]
    assert (resource["datastore_active"], resource["encoding"], resource["row_count"]) == (True, "cp932", 2)
    rows = tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": resource["id"], "sort": "_id"})["records"]
    assert [{key: value for key, value in row.items() if key != "_id"} for row in rows] == [
        {"施設番号": "001", "施設名": "みどり会館", "開設日": "令和3年4月1日"}, {"施設番号": "002", "施設名": "さくら会館", "開設日": "令和4年5月1日"},
    ]


def test_table_with_hostile_cells_is_loaded(portal: Any, sources: Any) -> None:
    """Control characters and signs that the loader uses itself cannot move a cell."""
    body = "名前,備考\nあ\x1fい,\x1d\x1eう\n\\N,え\\.\n".encode()
    portal.dataset("a1", "会館一覧", files={"halls.csv": body})
    assert sources.run(sources.make(portal)).rows == 2


def test_html_under_a_csv_name_is_no_table(portal: Any, sources: Any, show: Show) -> None:
    portal.dataset("a1", "会館一覧", files={"halls.csv": b"<!DOCTYPE html><html><body>maintenance</body></html>"})
    report = sources.run(sources.make(portal))
    resource = show(model.Session.scalars(sa.select(HarvestedRecord.dataset_id)).one())["resources"][0]
    assert (report.tables, resource["datastore_active"], resource["declared_format"], resource["detected_format"]) == (0, False, "csv", "html")
    assert report.findings


def test_record_that_cannot_be_mapped_keeps_its_old_version(portal: Any, sources: Any, show: Show) -> None:
    """The others are written; the report says which failed, why, and what to do."""
    portal.datasets(10)
    source = sources.make(portal)
    sources.run(source)
    portal.dataset("id0", "新しい題")
    portal.packages["id1"] = {"id": "id1", "name": "d-id1"}
    portal.faults["/api/3/action/package_show"] = (404, "text/html", b"<html>gone</html>")
    report = sources.run(source)
    assert (report.changed, report.failed) == (1, 1)
    row = model.Session.scalars(sa.select(HarvestedRecord).where(HarvestedRecord.record_id == "id1")).one()
    assert show(row.dataset_id)["title"] == "避難所一覧 1"
    assert all(entry["sentence"] and entry["remedy"] for entry in report.findings)


@pytest.mark.parametrize("fault", [
    (200, "text/html", "<html>ただいまメンテナンス中です</html>".encode()),
    (200, "application/json", b'{"success": false, "error": {"message": "no"}}'),
    (200, "application/json", b'{"success": true, "result": {"count": 0, "results": []}}'),
    (200, "application/json", b'{"success": true, "result": {"cou'),
    (200, "application/json", b""),
    (403, "text/html", b"forbidden"),
], ids=["error page", "success false", "empty list", "cut", "empty body", "403"])
def test_failing_portal_loses_nothing(portal: Any, sources: Any, datasets: Datasets, fault: tuple[int, str, bytes]) -> None:
    portal.datasets(5)
    source = sources.make(portal)
    sources.run(source)
    before = datasets()
    for action in ("package_search", "package_list"):
        portal.faults[f"/api/3/action/{action}"] = fault
    for _ in range(6):
        sources.run(source)
    assert datasets() == before
    portal.faults.clear()
    assert sources.run(source).unchanged == 5


def test_record_leaves_through_every_stage_and_comes_back(portal: Any, sources: Any, datasets: Datasets) -> None:
    portal.datasets(20)
    source = sources.make(portal)
    sources.run(source)
    gone = portal.packages.pop("id7")
    reports = [sources.run(source) for _ in range(4)]
    assert [(report.missing, report.candidates, report.withdrawn) for report in reports] == [(1, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
    assert len(datasets()) == 19
    portal.packages["id7"] = gone
    assert sources.run(source).returned == 1
    assert len(datasets()) == 20


def test_shrunken_source_is_held_until_a_person_releases_it(portal: Any, sources: Any, datasets: Datasets) -> None:
    portal.datasets(20)
    source = sources.make(portal)
    sources.run(source)
    for number in range(10):
        portal.packages.pop(f"id{number}")
    for _ in range(5):
        report = sources.run(source)
    assert (report.reason, report.held, len(datasets())) == ("too-many", 10, 20)
    job = operating.list_runs(source)[0]["job_id"]
    assert len(operating.show_run(job)["held"]) == 10
    assert operating.release(job, "default")["withdrawn"] == 10
    assert len(datasets()) == 10


def test_withdrawal_can_be_taken_back(portal: Any, sources: Any, datasets: Datasets) -> None:
    portal.datasets(20)
    source = sources.make(portal)
    sources.run(source)
    portal.packages.pop("id7")
    for _ in range(4):
        sources.run(source)
    row = model.Session.scalars(sa.select(HarvestedRecord).where(HarvestedRecord.record_id == "id7")).one()
    operating.restore(row.dataset_id)
    assert len(datasets()) == 20


def test_withdrawal_that_did_not_reach_the_index_does_at_the_next_try(
    portal: Any, sources: Any, datasets: Datasets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Solr goes away just when a dataset is withdrawn: the same job does it when Solr is back."""
    portal.datasets(20)
    source = sources.make(portal)
    sources.run(source)
    portal.packages.pop("id7")
    for _ in range(3):
        sources.run(source)
    job = sources.job(source)["id"]

    def away(_datasets: Any) -> None:
        raise IndexAwayError("Solr: nobody there")

    with monkeypatch.context() as patch:
        patch.setattr(batch, "index_together", away)
        with pytest.raises(IndexAwayError):
            worker.work(job)
    model.Session.rollback()
    assert len(datasets()) == 20
    report = worker.work(job)
    assert report is not None
    assert (report.withdrawn, report.failed, len(datasets())) == (1, 0, 19)


def test_another_portals_data_are_held(portal: Any, sources: Any, datasets: Datasets) -> None:
    """Nothing goes and nothing comes in, until a person accepts the new list."""
    portal.datasets(5)
    source = sources.make(portal)
    sources.run(source)
    portal.packages.clear()
    portal.datasets(5, title="よその公園", first=100)
    report = sources.run(source)
    assert (report.reason, report.created, len(datasets())) == ("strange", 0, 5)
    operating.accept(source, "default")
    assert sources.run(source).created == 5


def test_portal_that_gives_new_ids_does_not_double_the_catalogue(portal: Any, sources: Any, datasets: Datasets) -> None:
    """The same titles of the same municipality under new ids are the same datasets."""
    for name in ("避難所", "公園", "AED", "公衆トイレ", "図書館"):
        portal.dataset(name.encode().hex(), f"【名取市】{name}一覧")
    source = sources.make(portal)
    sources.run(source)
    before = {dataset["title"]: dataset["id"] for dataset in datasets()}
    for number, old in enumerate(list(portal.packages)):
        package = portal.packages.pop(old)
        portal.dataset(str(number), package["title"])
    operating.accept(source, "default")
    report = sources.run(source)
    assert {dataset["title"]: dataset["id"] for dataset in datasets()} == before
    assert report.created == 0


def test_same_data_on_two_portals_are_one_dataset(make_portal: Any, sources: Any, datasets: Datasets) -> None:
    first, second = make_portal(), make_portal()
    first.dataset("a1", "【名取市】ＡＥＤ設置箇所一覧")
    second.dataset("x9", "AED設置箇所一覧")
    sources.run(sources.make(first, "first"))
    report = sources.run(sources.make(second, "second"))
    assert (report.linked, report.created) == (1, 0)
    (dataset,) = datasets()
    assert dataset["also_at"]


def test_same_file_under_another_title_is_the_same_data(make_portal: Any, sources: Any, datasets: Datasets) -> None:
    """One publisher, one table, two portals, two titles."""
    first, second = make_portal(), make_portal()
    first.dataset("a1", "会館一覧", files={"halls.csv": TABLE})
    second.dataset("x9", "市内の会館（令和4年）", files={"list.csv": TABLE})
    sources.run(sources.make(first, "first"))
    report = sources.run(sources.make(second, "second"))
    assert (report.linked, report.created, len(datasets())) == (1, 0, 1)


def test_same_file_of_another_publisher_is_other_data(make_portal: Any, sources: Any, datasets: Datasets) -> None:
    first, second = make_portal(), make_portal()
    first.dataset("a1", "会館一覧", files={"halls.csv": TABLE})
    second.dataset("x9", "会館一覧", organization="岩沼市", files={"halls.csv": TABLE})
    sources.run(sources.make(first, "first"))
    assert sources.run(sources.make(second, "second")).created == 1
    assert len(datasets()) == 2


def test_unknown_owner_stands_under_the_prefecture_with_a_warning(portal: Any, sources: Any, datasets: Datasets) -> None:
    portal.dataset("a1", "利用者数", organization="みらい協議会")
    report = sources.run(sources.make(portal))
    assert datasets()[0]["organization"]["title"] == "宮城県"
    assert [entry["type"] for entry in report.findings if entry["severity"] == "warning"]


def test_table_of_owners_decides(portal: Any, sources: Any, datasets: Datasets) -> None:
    portal.dataset("a1", "利用者数", organization="みらい協議会")
    sources.run(sources.make(portal, municipalities={"みらい協議会": "042072"}))
    assert datasets()[0]["organization"]["title"] == "名取市"


def test_table_of_owners_that_was_added_later_decides_too(portal: Any, sources: Any, datasets: Datasets) -> None:
    """The portal says the same as before; the new settings, once approved, are applied all the same."""
    portal.dataset("a1", "利用者数", organization="みらい協議会")
    source = sources.make(portal)
    sources.run(source)
    sources.row(source).config = json.dumps({"municipalities": {"みらい協議会": "042072"}}, ensure_ascii=False)
    model.Session.commit()
    operating.approve(source, "default")
    assert sources.run(source).changed == 1
    assert datasets()[0]["organization"]["title"] == "名取市"


def test_killed_run_is_taken_up_and_nothing_done_twice(portal: Any, sources: Any, datasets: Datasets, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies in the middle; the next one goes on with what is left of the same job."""
    monkeypatch.setattr(worker, "BATCH", 4)
    portal.datasets(10)
    source = sources.make(portal)
    job = sources.job(source)["id"]
    real, batches = Run.import_, []

    def dying(self: Run, objects: Any) -> None:
        if len(batches) == 1:
            raise KeyboardInterrupt
        batches.append(objects)
        real(self, objects)

    monkeypatch.setattr(Run, "import_", dying)
    with pytest.raises(KeyboardInterrupt):
        worker.work(job)
    model.Session.rollback()
    assert len(datasets()) == 4
    monkeypatch.setattr(Run, "import_", real)
    activities = count(Activity)
    report = worker.work(job)
    assert report is not None
    assert (report.created, report.done, len(datasets())) == (10, 10, 10)
    assert count(Activity) == activities + 6
    assert model.Session.get(HarvestRun, job).state == "finished"


def test_source_that_is_not_approved_does_not_run(portal: Any, sources: Any, datasets: Datasets) -> None:
    portal.datasets(2)
    source = sources.make(portal, approved=False)
    with pytest.raises(tk.ValidationError, match="承認"):
        sources.job(source)
    assert datasets() == []


def test_changed_address_needs_a_new_approval(make_portal: Any, sources: Any) -> None:
    first, second = make_portal(), make_portal()
    source = sources.make(first)
    sources.row(source).url = second.address
    model.Session.commit()
    with pytest.raises(tk.ValidationError, match="承認"):
        sources.job(source)


def test_preview_writes_nothing(portal: Any, sources: Any, datasets: Datasets) -> None:
    portal.datasets(30)
    source = sources.make(portal, approved=False)
    ahead = operating.preview(source)
    assert (ahead["counts"]["created"], len(ahead["created"]), ahead["complete"]) == (30, 20, True)
    assert (datasets(), count(HarvestObject), count(HarvestedRecord)) == ([], 0, 0)


def test_raw_record_is_kept_without_personal_addresses(portal: Any, sources: Any) -> None:
    portal.dataset("a1", "避難所一覧", maintainer_email="hanako.yamada@example.jp")
    sources.run(sources.make(portal))
    content = model.Session.scalars(sa.select(HarvestObject.content)).one()
    assert json.loads(json.loads(content)["parts"][0]["text"])["title"] == "避難所一覧"
    assert "hanako.yamada" not in content


def test_kept_records_are_mapped_again_without_the_portal(portal: Any, sources: Any, show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a better mapping: every dataset is written anew from what was kept."""
    portal.datasets(3)
    source = sources.make(portal)
    sources.run(source)
    portal.asked.clear()
    assert worker.work(worker.replay(source)).unchanged == 3
    monkeypatch.setattr(mapping, "VERSION", mapping.VERSION + 1)
    assert worker.work(worker.replay(source)).unchanged == 3
    real = mapping.dataset_dict
    monkeypatch.setattr(mapping, "dataset_dict", lambda *given: {**real(*given), "notes": "よりよい説明"})
    assert worker.work(worker.replay(source)).changed == 3
    assert portal.asked == []


def test_hostile_strings_are_only_strings(portal: Any, sources: Any, datasets: Datasets, app: Any) -> None:
    """Script, direction marks, NUL, addresses that are none: the page shows text."""
    portal.dataset("a1", "<script>alert(1)</script>\u202e一覧\x00", resources=[
        {"id": "r1", "name": "x", "format": "CSV", "url": "javascript:alert(1)"}, {"id": "r2", "name": "y" * 5000, "url": "file:///etc/passwd"},
    ], tags=[{"name": "<b>"}, {"name": "あ"}, {"name": "防災・避難"}])
    sources.run(sources.make(portal))
    (dataset,) = datasets()
    page = app.get(f"/dataset/{dataset['name']}").body
    assert "<script>alert(1)" not in page
    followed = [tag.get(name, "") for name in ("href", "src", "action") for tag in BeautifulSoup(page, "html.parser").find_all(attrs={name: True})]
    assert not [address for address in followed if address.strip().lower().startswith(("javascript:", "file:"))]
    assert "\u202e" not in page
    assert [tag["name"] for tag in dataset["tags"]] == ["防災 避難"]
