"""The municipalities by keyboard, on a phone, without JavaScript, on paper; and the way of staff from a form to the page.

That axe finds nothing on these pages, and that none is wider than a phone, is tested with all types of pages (browsing.PAGE_TYPES).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browsing import DESKTOP, Site
from playwright.sync_api import Page, expect
from test_accessibility import STILL, faults

ROWS = "市町村,サービス,手続,状態,日付,根拠,備考\n仙台市,電子申請,{procedure},使用中,2026-04-01,https://www.city.sendai.jp/,\n"


def test_a_walk_by_keyboard(page: Page) -> None:
    """From the switch through the tiles to a municipality, each stop to be seen."""
    page.goto("/municipalities")
    page.get_by_role("link", name="データセット数").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**show=datasets**")
    expect(page.get_by_role("link", name="データセット数")).to_have_attribute("aria-current", "true")
    page.locator(".mi-tiles a").first.focus()
    seen = []
    for _ in range(35):
        focused = page.locator(":focus")
        seen.append(focused.get_attribute("href"))
        assert focused.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
        page.keyboard.press("Tab")
    assert len(set(seen)) == 35
    page.locator(".mi-tiles a", has_text=re.compile("名取")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("名取市")


def test_the_tile_map_is_a_list_for_those_who_do_not_see_it(page: Page) -> None:
    """35 links with name and what is said; the table beside it says the same."""
    page.goto("/municipalities?show=datasets")
    map = page.get_by_role("region", name="タイル図")
    expect(map.get_by_role("listitem")).to_have_count(35)
    expect(map.get_by_role("link", name=re.compile(r"名取\s*市 1件"))).to_be_visible()
    row = page.get_by_role("row", name=re.compile("名取市"))
    expect(row.get_by_role("cell", name="1", exact=True).first).to_be_visible()


def test_the_table_is_put_in_order_and_compared_without_javascript(no_js: Page) -> None:
    """By its address: headings are links, boxes are a form."""
    no_js.goto("/municipalities")
    no_js.get_by_role("columnheader", name="データセット").get_by_role("link").click()
    expect(no_js.get_by_role("columnheader", name="データセット")).to_have_attribute("aria-sort", "descending")
    expect(no_js.locator(".mi-municipalities tbody th").first).to_have_text("名取市")
    for name in ("名取市", "仙台市"):
        no_js.get_by_role("checkbox", name=f"{name} を比べる").check()
    no_js.get_by_role("button", name="印を付けた市町村を比べる").click()
    expect(no_js.locator(".mi-compare thead th")).to_have_text(["項目", "名取市", "仙台市"])


@pytest.mark.parametrize("language", ["", "/en"])
def test_tiles_on_a_phone(phone: Page, language: str) -> None:
    """Large enough for a finger; the page itself does not scroll sideways, whatever the names are long."""
    phone.goto(f"{language}/municipalities?show=updated")
    sizes = phone.locator(".mi-tile").evaluate_all("tiles => tiles.map(tile => tile.getBoundingClientRect()).map(box => [box.width, box.height])")
    assert len(sizes) == 35
    assert all(width >= 44 and height >= 44 for width, height in sizes)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_paper_the_map_stays_and_controls_go(page: Page) -> None:
    page.goto("/municipalities")
    page.emulate_media(media="print")
    expect(page.locator(".mi-tiles")).to_be_visible()
    for hidden in (".mi-switch", "[aria-labelledby=files]", ".mi-check >> nth=0"):
        expect(page.locator(hidden)).to_be_hidden()


def test_files_are_downloaded(page: Page) -> None:
    """The table, and the form to fill in."""
    page.goto("/municipalities")
    for name, file in (("この表（CSV）", "municipalities.csv"), ("導入状況の台帳（CSV、取り込み用のひな形）", "register.csv")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename == file
        assert Path(download.value.path()).read_bytes().startswith(b"\xef\xbb\xbf")


def test_staff_take_in_a_file_and_change_a_row(open_page: object, site: Site, tmp_path: Path) -> None:
    """A bad file is refused; a good one is looked at, agreed to, and on the page; every step is free of faults by axe."""
    if not site.home:
        pytest.skip("MIYAGI_SITE_URL without MIYAGI_HOME: the first login is not known here")
    page: Page = open_page(**DESKTOP, **STILL)  # type: ignore[operator]
    name, password = site.first_login()
    page.goto("/user/login")
    page.locator("#field-login").fill(name)
    page.locator("#field-password").fill(password)
    page.locator("#field-password").press("Enter")
    page.wait_for_url("**/dashboard/**")
    procedure = f"手続{tmp_path.parent.name}"
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(ROWS.format(procedure=procedure), encoding="utf-8")
    bad.write_text(ROWS.format(procedure=procedure) + "川口市,電子申請,,使用中,2026-04-01,https://example.org/,\n", encoding="utf-8")
    page.goto("/municipalities/import")
    assert faults(page) == []
    page.get_by_label("CSVファイル（UTF-8かShift_JIS）").set_input_files(bad)
    page.get_by_role("button", name="何が変わるかを見る").click()
    expect(page.get_by_role("alert")).to_contain_text("「bad.csv」の3行目の「川口市」は、県内35市町村のどれか分かりません。")
    page.get_by_label("CSVファイル（UTF-8かShift_JIS）").set_input_files(good)
    page.get_by_role("button", name="何が変わるかを見る").click()
    expect(page.get_by_text("まだ何も書き込んでいません。")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="この内容で取り込む").click()
    expect(page.get_by_role("status")).to_contain_text("取り込みました。")
    page.goto("/municipalities/041009")
    row = page.get_by_role("row", name=re.compile(procedure))
    row.get_by_role("link", name="入力する").click()
    assert faults(page) == []
    page.get_by_label("予定").check()
    page.get_by_label("変更の理由").fill("試験")
    page.get_by_role("button", name="保存する").click()
    page.wait_for_url("**/municipalities/041009**")
    expect(row).to_contain_text("予定")
    row.get_by_role("link", name="変更の履歴").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    assert faults(page) == []
