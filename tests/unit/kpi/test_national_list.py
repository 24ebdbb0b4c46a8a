"""デジタル庁's list of those who publish open data: what of it is ours, and what is no such list."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from ckanext.miyagiict.kpi.national_list import PAGE, SERVICE, gone, read_list
from ckanext.miyagiict.kpi.problems import InputInvalid
from ckanext.miyagiict.kpi.register import LIST, Adoption, AdoptionState, Register

TODAY = date(2026, 11, 21)
HEADER = (
    "団体コード,団体名,自治体サイトのオープンデータページURL,オープンデータ掲載サイトのURL1,初回登録日,更新日,主な分類,API有無,ライセンス"
)
SENDAI = "041009,仙台市,https://www.city.sendai.jp/opendata/,,2016/03/01,2026/01/05,防災,有,CC-BY"
NATORI = "42072,名取市,,https://miyagi.dataeye.jp/,,,,,"


def content(*rows: str, header: str = HEADER) -> bytes:
    return b"\xef\xbb\xbf" + "\r\n".join([header, *rows, ""]).encode()


def test_our_municipalities_are_taken() -> None:
    """With their address, the list's day, and what it says of dates and licence; lost zeros come back; all others are counted."""
    listed = read_list(content("010006,北海道,,,,,,,", SENDAI, "040002,宮城県,,,,,,,", NATORI), "2026-02-28", TODAY)
    assert [(row, one.municipality, one.evidence, one.note) for row, one in listed.rows] == [
        (3, "041009", "https://www.city.sendai.jp/opendata/", "登録 2016/03/01、更新 2026/01/05、ライセンス CC-BY"),
        (5, "042072", "https://miyagi.dataeye.jp/", ""),
    ]
    assert {(one.service, one.state, one.day, one.basis) for _row, one in listed.rows} == {
        (SERVICE, AdoptionState.IN_USE, date(2026, 2, 28), LIST),
    }
    assert listed.others == 2


def test_names_of_other_prefectures_are_not_ours() -> None:
    """川崎町 of another prefecture, and a code beside another name."""
    listed = read_list(content(SENDAI, "406058,川崎町,,,,,,,", "042072,岩沼市,,,,,,,"), "2026-02-28", TODAY)
    assert [one.municipality for _row, one in listed.rows] == ["041009"]


def test_an_address_that_nobody_could_follow_is_replaced_by_the_lists_own() -> None:
    listed = read_list(content("041009,仙台市,javascript:alert(1),あとで,,,,,"), "令和8年2月28日", TODAY)
    assert listed.rows[0][1].evidence == PAGE


def test_what_left_the_list_is_not_known_any_more() -> None:
    """Only what an earlier list said; what staff recorded is not a list's to take back."""
    earlier = Adoption("041009", SERVICE, AdoptionState.IN_USE, date(2025, 1, 1), PAGE, basis=LIST)
    by_staff = Adoption("042072", SERVICE, AdoptionState.IN_USE, date(2025, 1, 1), PAGE)
    listed = read_list(content("042021,石巻市,,,,,,,"), "2026-02-28", TODAY)
    [entry] = gone(Register.of([earlier, by_staff]), listed)
    assert (entry.municipality, entry.state, entry.basis) == ("041009", AdoptionState.UNKNOWN, LIST)
    assert entry.note == "2026年2月28日の一覧にありません"
    assert Register.of([earlier, by_staff]).changes([entry])[0].kind == "changed"


@pytest.mark.parametrize(
    ("file", "day", "found"),
    [
        (content("010006,北海道,,,,,,,"), "2026-02-28", "not-the-list"), (content(SENDAI), "2099-01-01", "list-day"),
        (content(SENDAI), "きのう", "list-day"), (content(SENDAI), "", "list-day"),
        (content("名取市,電子申請", header="市町村,サービス"), "2026-02-28", "column-missing"), (b"", "2026-02-28", "not-a-csv"),
    ],
)
def test_what_is_no_such_list(file: bytes, day: str, found: str) -> None:
    with pytest.raises(InputInvalid) as refused:
        read_list(file, day, TODAY, "list.csv")
    assert refused.value.problems[0].kind.type == found
    assert all(str(problem) for problem in refused.value.problems)


def test_the_published_list_of_prefectures_is_told_apart() -> None:
    """The real file has the columns that are read; it lists prefectures only, and is refused with that reason."""
    folder = os.environ.get("MIYAGI_STANDARDS")
    if not folder:
        pytest.skip("MIYAGI_STANDARDS is not set: not checked against a published list")
    published = (Path(folder) / "digital-agency-opendata-lg-pref-list-20260228.csv").read_bytes()
    with pytest.raises(InputInvalid, match="都道府県だけの一覧かもしれません"):
        read_list(published, "2026-02-28", TODAY)
    header = published.decode("utf-8-sig").splitlines()[0]
    assert set(HEADER.split(",")) <= set(header.split(","))
    row = "041009,仙台市,https://www.city.sendai.jp/,,,,,,,,,,2016/03/01,2026/01/05,防災,有,CC-BY"
    assert len(read_list(published + row.encode(), "2026-02-28", TODAY).rows) == 1
