"""The same data on two portals: one record is primary, the others are linked, and an operator may say whose."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckanext.miyagiict.harvest import operating, options
from ckanext.miyagiict.harvest.sources import kind_of
from ckanext.miyagiict.model import HarvestedRecord

Show = Callable[[str], dict[str, Any]]
Datasets = Callable[[], list[dict[str, Any]]]
TABLE = "番号,名称\n001,みどり会館\n".encode()


@pytest.fixture
def city(make_portal: Any) -> Any:
    """The city's own portal."""
    portal = make_portal()
    portal.dataset("a1", "避難所一覧", notes="市のサイトの説明", files={"shelters.csv": TABLE})
    return portal


@pytest.fixture
def joint(make_portal: Any) -> Any:
    """The joint portal, with the same data under another id, and with other data."""
    portal = make_portal()
    portal.dataset("x9", "【名取市】避難所一覧", notes="共同サイトの説明", files={"shelters.csv": TABLE})
    return portal


def priority(sources: Any, source: str, number: int) -> None:
    """An operator changes the setting; a sysadmin approves it."""
    row = sources.row(source)
    row.config = json.dumps({**json.loads(row.config or "{}"), "priority": number})
    model.Session.commit()
    operating.approve(source, "default")


def page(portal: Any, id: str) -> str:
    """A record's page; a portal has one address, whether it is asked by http or https."""
    return f"{portal.address.replace('http:', 'https:')}/dataset/d-{id}"


def primary() -> str:
    return str(model.Session.scalars(sa.select(HarvestedRecord.record_id).where(HarvestedRecord.is_primary)).one())


def test_first_one_is_primary_by_default(city: Any, joint: Any, sources: Any, datasets: Datasets) -> None:
    """With equal priorities whoever came first keeps the dataset, also when the other one changes."""
    sources.run(sources.make(joint, "joint"))
    source = sources.make(city, "city")
    assert sources.run(source).linked == 1
    city.dataset("a1", "避難所一覧", notes="新しい説明", files={"shelters.csv": TABLE})
    sources.run(source)
    (dataset,) = datasets()
    assert (dataset["notes"], dataset["also_at"]) == ("共同サイトの説明", [page(city, "a1")])


def test_source_with_the_higher_priority_takes_the_dataset_over(city: Any, joint: Any, sources: Any, datasets: Datasets) -> None:
    """Same dataset, same address, same resource and table; the other record is linked now."""
    sources.run(sources.make(joint, "joint"))
    (before,) = datasets()
    report = sources.run(sources.make(city, "city", priority=10))
    assert (report.created, report.changed, report.linked) == (0, 1, 0)
    (after,) = datasets()
    assert {key: after[key] for key in ("id", "name")} == {key: before[key] for key in ("id", "name")}
    assert [resource["id"] for resource in after["resources"]] == [resource["id"] for resource in before["resources"]]
    assert (after["notes"], after["also_at"]) == ("市のサイトの説明", [page(joint, "x9")])
    assert after["resources"][0]["url"].startswith(city.address)
    rows = tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": after["resources"][0]["id"]})["records"]
    assert [row["名称"] for row in rows] == ["みどり会館"]
    assert primary() == "a1"


@pytest.mark.parametrize("numbers", [(0, 10), (-10, 0)], ids=["raised", "the other one lowered"])
def test_changed_priority_takes_effect_at_the_next_run(
    city: Any, joint: Any, sources: Any, datasets: Datasets, numbers: tuple[int, int]
) -> None:
    """Whichever of the two was changed, and though neither portal has anything new; and back again."""
    first, second = sources.make(joint, "joint"), sources.make(city, "city")
    sources.run(first)
    sources.run(second)
    id = datasets()[0]["id"]
    for source, number in zip((first, second), numbers, strict=True):
        if number:
            priority(sources, source, number)
    sources.run(second)
    assert [(dataset["id"], dataset["notes"]) for dataset in datasets()] == [(id, "市のサイトの説明")]
    sources.run(first)
    assert [(dataset["id"], dataset["notes"]) for dataset in datasets()] == [(id, "市のサイトの説明")]
    priority(sources, first, 99)
    sources.run(first)
    sources.run(second)
    assert [(dataset["id"], dataset["notes"]) for dataset in datasets()] == [(id, "共同サイトの説明")]
    assert primary() == "x9"


def test_nothing_is_written_when_nothing_changes_after_a_takeover(city: Any, joint: Any, sources: Any, datasets: Datasets) -> None:
    first, second = sources.make(joint, "joint"), sources.make(city, "city", priority=1)
    sources.run(first)
    sources.run(second)
    (before,) = datasets()
    reports = [sources.run(source) for source in (first, second)]
    assert [(report.created, report.changed, report.failed) for report in reports] == [(0, 0, 0)] * 2
    assert datasets() == [before]


def test_priority_that_nobody_approved_counts_for_nothing(city: Any, joint: Any, sources: Any, datasets: Datasets) -> None:
    """An editor of the source may change its settings; that alone takes nothing from it and gives it nothing."""
    first = sources.make(joint, "joint")
    sources.run(first)
    sources.row(first).config = '{"priority": -5}'
    model.Session.commit()
    assert sources.run(sources.make(city, "city")).linked == 1
    assert datasets()[0]["notes"] == "共同サイトの説明"


def test_same_file_under_another_title_is_taken_over_too(make_portal: Any, sources: Any, datasets: Datasets) -> None:
    first, second = make_portal(), make_portal()
    first.dataset("a1", "会館一覧", files={"halls.csv": TABLE})
    second.dataset("x9", "市内の会館（令和4年）", files={"halls.csv": TABLE})
    sources.run(sources.make(first, "first"))
    (before,) = datasets()
    sources.run(sources.make(second, "second", priority=1))
    (after,) = datasets()
    assert (after["id"], after["title"]) == (before["id"], "市内の会館（令和4年）")
    assert [resource["id"] for resource in after["resources"]] == [resource["id"] for resource in before["resources"]]
    assert after["resources"][0]["datastore_active"]


def test_records_that_part_again_are_two_datasets(city: Any, joint: Any, sources: Any, datasets: Datasets) -> None:
    """The one that lost its dataset gets another one, which does not come in the way of the first."""
    first, second = sources.make(joint, "joint"), sources.make(city, "city", priority=1)
    sources.run(first)
    sources.run(second)
    joint.dataset("x9", "【名取市】公園一覧", files={"parks.csv": "番号,公園\n1,中央公園\n".encode()})
    assert sources.run(first).created == 1
    assert [dataset["title"] for dataset in datasets()] == ["【名取市】公園一覧", "避難所一覧"]
    before = datasets()
    assert [sources.run(source).changed for source in (first, second)] == [0, 0]
    assert datasets() == before


def test_dataset_that_one_portal_withdraws_is_still_on_the_other(city: Any, joint: Any, sources: Any, datasets: Datasets) -> None:
    """The linked record inherits it: same id, never out of the catalogue; and it comes from there at the next run."""
    for number in range(9):
        joint.dataset(f"y{number}", f"統計 {number}")
    first, second = sources.make(joint, "joint"), sources.make(city, "city")
    sources.run(first)
    sources.run(second)
    id = next(dataset["id"] for dataset in datasets() if dataset["title"].endswith("避難所一覧"))
    del joint.packages["x9"]
    reports = [sources.run(first) for _ in range(4)]
    assert reports[-1].withdrawn == 1
    found = {dataset["id"]: dataset for dataset in datasets()}
    assert (len(found), found[id]["also_at"]) == (10, [])
    assert sources.run(second).changed == 1
    assert {dataset["id"]: dataset for dataset in datasets()}[id]["notes"] == "市のサイトの説明"


def test_clearing_a_source_gives_others_what_was_linked_to_it(city: Any, joint: Any, sources: Any, datasets: Datasets) -> None:
    first, second = sources.make(joint, "joint"), sources.make(city, "city")
    sources.run(first)
    sources.run(second)
    user = factories.Sysadmin()["name"]
    tk.get_action("harvest_source_clear")({"user": user, "model": model, "session": model.Session}, {"id": first})
    assert datasets() == []
    assert sources.run(second).created == 1
    assert datasets()[0]["notes"] == "市のサイトの説明"


def test_portal_that_gives_new_ids_keeps_the_resources_ids(portal: Any, sources: Any, datasets: Datasets) -> None:
    """New ids of records and of files; the addresses of the tables here stay."""
    portal.dataset("a1", "避難所一覧", files={"shelters.csv": TABLE})
    portal.dataset("b2", "公園一覧", files={"parks.csv": "番号,公園\n1,中央公園\n".encode()})
    source = sources.make(portal)
    sources.run(source)
    before = {dataset["title"]: [resource["id"] for resource in dataset["resources"]] for dataset in datasets()}
    files = {package["title"]: package["resources"] for package in portal.packages.values()}
    portal.packages.clear()
    for number, (title, resources) in enumerate(files.items()):
        portal.dataset(f"new{number}", title, resources=[{**resource, "id": f"r-{resource['id']}"} for resource in resources])
    operating.accept(source, "default")
    sources.run(source)
    assert {dataset["title"]: [resource["id"] for resource in dataset["resources"]] for dataset in datasets()} == before


@pytest.mark.parametrize("value", ["high", 1.5, True])
def test_priority_is_a_whole_number(value: Any) -> None:
    reader = kind_of("miyagi_ckan")
    assert reader is not None
    with pytest.raises(ValueError, match="priority"):
        options.checked(reader, json.dumps({"priority": value}))
