"""Every kind of portal, from a server on this machine into the real catalogue; and the same while the server misbehaves."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from miyagi_harvesters.client import ClientSettings
from miyagi_harvesters.record import Resource

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.activity.model import Activity
from ckanext.harvest.model import HarvestObject
from ckanext.miyagiict.harvest import mapping, operating, options, replaying, samples

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "harvesters"))

from faults import Behaviour, FaultServer, Request, answer, broken, drip, late, redirect, reset  # noqa: E402

Datasets = Callable[[], list[dict[str, Any]]]


@dataclass(frozen=True)
class Expected:
    """What a sample portal must become.

    :param datasets: title → (organization, licence of each resource, rows of each resource; None where it is no table)
    :param row: title of a dataset and one of its first table's rows, cells to the letter
    """

    datasets: dict[str, tuple[str, list[str], list[int | None]]]
    row: tuple[str, dict[str, str]]


EXPECTED = {
    "sample-ckan": Expected({
        "石巻市 指定避難所一覧": ("石巻市", ["CC-BY-4.0"], [4]), "大崎市 公共施設一覧": ("大崎市", ["CC-BY-NC-4.0"], [3]),
        "登米市 イベント一覧": ("登米市", [""], [None]), "東松島市 公衆トイレ一覧": ("東松島市", [""], [2]),
    }, ("大崎市 公共施設一覧", {"施設コード": "00305", "施設名": "㈱見本スポーツセンター", "電話番号": "0229-00-0003", "開設年月日": "令和4年4月1日"})),
    "sample-bodik": Expected({
        "AED設置箇所一覧": ("名取市", ["CC-BY-4.0"], [3]), "岩沼市_公衆トイレ一覧": ("岩沼市", ["CC0-1.0"], [2]),
    }, ("岩沼市_公衆トイレ一覧", {"全国地方公共団体コード": "042111", "ID": "01", "名称": "見本公園トイレ", "設置年月日": "昭和62年3月31日"})),
    "sample-dataeye": Expected({
        "【名取市】ＡＥＤ設置箇所一覧": ("名取市", ["CC-BY-4.0"], [2]), "【仙台市】ごみ収集日一覧": ("仙台市", ["PDL-1.0", "CC-BY-4.0"], [3, 3]),
        "｢白石市｣図書館一覧": ("白石市", [""], [2]),
    }, ("【名取市】ＡＥＤ設置箇所一覧", {"全国地方公共団体コード": "042072", "NO": "01", "施設名": "見本市民会館"})),
    "sample-linkdata": Expected({
        "多賀城市 文化財一覧": ("多賀城市", ["CC-BY-3.0"], [3]), "岩沼市 公園一覧": ("岩沼市", ["CC-BY-NC-3.0"], [2]),
    }, ("多賀城市 文化財一覧", {"subject": "1", "名称": "見本の石碑", "指定番号": "0000000001", "指定日": "大正11年10月12日", "lat": "38.3"})),
    "sample-shirasagi": Expected({
        "消火栓一覧": ("柴田町", ["cc-by"], [3]), "観光施設一覧": ("蔵王町", ["CC-BY-4.0"], [2]),
    }, ("観光施設一覧", {"施設番号": "0010", "施設名": "見本温泉", "営業開始日": "明治38年5月1日"})),
    "sample-pages": Expected({
        "栗原市 投票所一覧": ("栗原市", ["CC-BY-4.0"], [2]), "栗原市 医療機関一覧": ("栗原市", [""], [2]),
    }, ("栗原市 医療機関一覧", {"医療機関コード": "0410002", "名称": "見本クリニック", "診療科目": "内科\n小児科"})),
    "sample-datapackage": Expected({
        "亘理町 公共施設と指定文化財": ("亘理町", ["CC0-1.0", "CC0-1.0"], [2, 3]),
    }, ("亘理町 公共施設と指定文化財", {"code": "001", "name": "見本交流センター", "opened": "平成21年6月1日"})),
    "sample-dcat": Expected({
        "漁港一覧": ("気仙沼市", ["CC-BY-4.0"], [2]), "バス停一覧": ("気仙沼市", ["CC0-1.0"], [3]),
    }, ("バス停一覧", {"停留所コード": "00001", "停留所名": "見本駅前", "路線": "1"})),
}


def count(table: Any) -> int:
    return int(model.Session.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


@pytest.mark.parametrize("name", EXPECTED)
def test_record_becomes_a_dataset_and_stays_one(name: str, sources: Any, datasets: Datasets) -> None:
    """Titles, owners, licences of each resource and tables to the letter; the second run writes nothing."""
    samples.set_up()
    source, expected = operating.source_row(name).id, EXPECTED[name]
    report = sources.run(source)
    assert (report.complete, report.created, report.failed) == (True, len(expected.datasets), 0)
    found = {dataset["title"].removeprefix("【見本】"): dataset for dataset in datasets()}
    assert {
        title: (dataset["organization"]["title"], [one["license"] for one in dataset["resources"]],
                [one.get("row_count") if one["datastore_active"] else None for one in dataset["resources"]])
        for title, dataset in found.items()
    } == expected.datasets
    views = tk.get_action("resource_view_list")
    for resource in (one for dataset in found.values() for one in dataset["resources"]):
        has_preview = "datatables_view" in [view["view_type"] for view in views({"ignore_auth": True}, {"id": resource["id"]})]
        assert has_preview == resource["datastore_active"], resource["name"]
    title, row = expected.row
    asked = {"resource_id": found[title]["resources"][0]["id"], "limit": 100}
    table = tk.get_action("datastore_search")({"ignore_auth": True}, asked)["records"]
    assert row in [{key: str(value) for key, value in one.items() if key != "_id"} for one in table]
    before = datasets(), count(Activity), count(HarvestObject)
    again = sources.run(source)
    assert (again.created, again.changed, again.failed) == (0, 0, 0)
    assert again.unchanged_listing or again.unchanged == len(expected.datasets)
    assert (datasets(), count(Activity)) == before[:2]


def test_what_the_page_of_a_dataset_says(app: Any, sources: Any, datasets: Datasets) -> None:
    """Whence it comes, and whether it is as fresh as its portal promises; the portal's own words stand beside the code."""
    samples.set_up()
    sources.run(operating.source_row("sample-shirasagi").id)
    found = next(dataset for dataset in datasets() if dataset["title"].endswith("観光施設一覧"))
    assert (found["frequency"].rpartition("/")[2], found["frequency_stated"]) == ("ANNUAL", "年1回")
    page = app.get(f"/dataset/{found['name']}").body
    assert f"収集元でのIDは<code>{found['harvest_record_id']}</code>" in page
    assert "更新頻度：年1回" in page
    assert "Where the numbers come from" in app.get(f"/en/dataset/{found['name']}").body


@pytest.mark.parametrize(("record", "file", "name"), [
    ("岩沼市_公衆トイレ一覧", "042111_public_toilet.csv", "岩沼市_公衆トイレ一覧（042111_public_toilet）"), ("公園", "公園一覧.xlsx", "公園一覧"),
    ("公園", "令和8年度 公園", "令和8年度 公園"), ("公園", "CSV", "公園（CSV）"), ("parks", "parks.csv", "parks"), ("公園", "v1.2", "公園（v1.2）"), ("公園", "", ""),
])
def test_the_name_of_a_file_says_something(record: str, file: str, name: str) -> None:
    """The portal's title without a file name's extension; a mere code behind the title of its dataset."""
    assert mapping.resource_name(record, Resource("r", title=file)) == name


# The portal misbehaves


@pytest.fixture
def proxy(sources: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    """Between the client and the samples; hands everything on until it is told to do something else."""
    server = FaultServer()
    samples_at = replaying.address().removeprefix("http://")

    def hand_on(request: Request) -> None:
        there = http.client.HTTPConnection(samples_at, timeout=10)
        there.request("GET", request.path, headers=dict(request.headers))
        said = there.getresponse()
        body = said.read()
        kept = {name: value for name, value in said.getheaders() if name.lower() not in ("server", "date", "connection")}
        request.head(said.status, kept)
        request.raw(body)
        there.close()

    server.hand_on = hand_on  # type: ignore[attr-defined]
    server.on("*", hand_on)
    quick = ClientSettings(
        contact="https://sample.example/", allowed_networks=("127.0.0.1/32",), proxy=f"http://127.0.0.1:{server.server_port}", delay=0.0, jitter=0.0,
        backoff=0.01, retries=2, read_timeout=1.0, connect_timeout=5.0, deadline=3.0, largest=1_000_000,
    )
    monkeypatch.setattr(replaying, "settings", lambda source: replace(quick, portal=source.url))
    yield server
    server.stop()


HALF = broken(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"success\": true, \"resu")
#: Faults of everything that the portal answers, and what they are called.
LASTING: dict[str, Behaviour] = {
    "latency": late(1.5, answer(200, b"{}")), "reset": reset(), "half body": HALF, "403 storm": answer(403, b"forbidden"),
    "429": answer(429, b"slow down", retry_after="0"), "500": answer(500, b"error"),
    "redirect loop": redirect("http://ckan.sample.example/api/3/action/package_search"),
    "slow drip": drip(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n", 0.5),
    "gzip bomb": answer(200, gzip.compress(b" " * 50_000_000), content_type="application/json", content_encoding="gzip"),
    "wrong charset": answer(200, b"\xff\xfe\xfd{\x81", content_type="application/json; charset=utf-8"),
}


def test_faults_that_pass_leave_no_trace(proxy: Any, sources: Any, datasets: Datasets) -> None:
    """Each answer comes only at the second try: the catalogue is as if nothing had been."""
    samples.set_up()
    host = "http://ckan.sample.example"
    listing = f"{host}/api/3/action/package_search"
    first = {"shelters": HALF, "facilities": LASTING["429"], "events": late(0.5, proxy.hand_on), "toilets": LASTING["500"]}
    for name, fault in first.items():
        proxy.on(f"{host}/download/{name}.csv", fault, proxy.hand_on)
    proxy.on("*", proxy.hand_on, reset(), proxy.hand_on)  # robots.txt, then the listing
    report = sources.run(operating.source_row("sample-ckan").id)
    assert len([path for path in proxy.asked if path.startswith(listing)]) == 2, "it was asked a second time"
    assert (report.complete, report.created, report.failed, report.tables) == (True, 4, 0, 3)
    expected = EXPECTED["sample-ckan"].datasets
    assert {dataset["title"].removeprefix("【見本】"): [one.get("row_count") for one in dataset["resources"]] for dataset in datasets()} == {
        title: rows for title, (_owner, _licences, rows) in expected.items()
    }


def test_faults_that_stay_lose_nothing_and_are_named(proxy: Any, sources: Any, datasets: Datasets) -> None:
    """However often a run fails, what is published stays; the report says in Japanese what happened and what to do."""
    samples.set_up()
    source = operating.source_row("sample-ckan").id
    sources.run(source)
    before = datasets()
    for name, fault in LASTING.items():
        proxy.on("*", fault)
        for _ in range(5 if name == "500" else 1):  # one more than makes a missing record a candidate
            report = sources.run(source)
        assert datasets() == before, name
        assert (report.complete, report.withdrawn, report.candidates) == (False, 0, 0), name
        assert operating.list_runs(source)[0]["state"] == "failed", name
        assert report.findings, name
        for entry in report.findings:
            assert re.search("[ぁ-ん]", entry["sentence"]), name
            assert re.search("[ぁ-ん]", entry["remedy"]), name
            assert "sample.example" in entry["sentence"], name
    proxy.on("*", proxy.hand_on)
    report = sources.run(source)
    assert report.unchanged_listing or report.unchanged == 4
    assert datasets() == before


def test_file_that_fails_keeps_its_table(proxy: Any, sources: Any, datasets: Datasets) -> None:
    """A file that cannot be had any more: its last table stays, the record is not lost, the report names the file."""
    samples.set_up()
    source = operating.source_row("sample-shirasagi").id
    sources.run(source)
    before = {dataset["title"]: [one["id"] for one in dataset["resources"] if one["datastore_active"]] for dataset in datasets()}
    row = sources.row(source)
    row.config = json.dumps({**json.loads(row.config), "files": "always"})
    model.Session.commit()
    operating.approve(source, "default")
    proxy.on("http://shirasagi.sample.example/fs/11/hydrants.csv", LASTING["500"])
    report = sources.run(source)
    assert (report.failed, report.withdrawn) == (0, 0)
    assert any("hydrants.csv" in entry["sentence"] for entry in report.findings)
    assert {dataset["title"]: [one["id"] for one in dataset["resources"] if one["datastore_active"]] for dataset in datasets()} == before


def test_every_option_is_explained_in_both_languages() -> None:
    """As the form of a source shows them."""
    for kind in options.described():
        assert [option.name for option in kind["options"] if not (option.help and option.help_en and option.title_en)] == [], kind["title_en"]
