"""The preview of a table: the rows, as DataTables really draws them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from browsing import Site
from playwright.sync_api import Page, expect
from preview import Preview
from published import KPIS

PAGE_LENGTH = 20


@pytest.fixture
def preview(page: Page, site: Site) -> Preview:
    """The preview of the policy's KPIs."""
    page.goto(site.path_of(KPIS))
    return Preview(page, KPIS)


def test_shows_the_published_rows(preview: Preview) -> None:
    """The first page holds the first rows below Japanese headings, the name first, and says in Japanese of how many."""
    expect(preview.headings).to_have_text([field["title"] for field in preview.fields])
    expect(preview.rows).to_have_count(PAGE_LENGTH)
    for name in ("id", "name", "unit", "baseline_value", "baseline_printed"):
        expect(preview.column(name)).to_have_text(KPIS.column(name)[:PAGE_LENGTH])
    expect(preview.summary).to_contain_text(f"{len(KPIS.column('id'))} 件中 1 から {PAGE_LENGTH} まで表示")


def test_next_page(preview: Preview) -> None:
    """The second page holds the rest."""
    preview.next.click()
    expect(preview.column("id")).to_have_text(KPIS.column("id")[PAGE_LENGTH:])


def test_sorts_by_a_column(preview: Preview) -> None:
    """A click on a heading sorts numbers as numbers; cells without a value come last."""
    heading = preview.heading("baseline_value")
    heading.click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    numbers = sorted((text for text in KPIS.column("baseline_value") if text), key=float)
    empty = [""] * KPIS.column("baseline_value").count("")
    expect(preview.column("baseline_value")).to_have_text([*numbers, *empty][:PAGE_LENGTH])


def test_sorts_by_keyboard(preview: Preview) -> None:
    """Enter on a heading sorts by it, once more the other way round."""
    heading = preview.heading("id")
    heading.focus()
    heading.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    heading.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(preview.column("id").first).not_to_have_text(KPIS.column("id")[0])


def test_searches_within_the_table(preview: Preview) -> None:
    """A word leaves the rows that have it; clearing the box brings all back."""
    preview.search_box.fill("Wi-Fi")
    preview.search_box.press("Enter")
    expect(preview.column("name")).to_have_text([name for name in KPIS.column("name") if "Wi-Fi" in name])
    preview.search_box.fill("")
    preview.search_box.press("Enter")
    expect(preview.rows).to_have_count(PAGE_LENGTH)


def test_nothing_found_is_said(preview: Preview) -> None:
    """A word that no row has."""
    preview.search_box.fill("ありえない語")
    preview.search_box.press("Enter")
    sentence = preview.rows.get_by_text("一致するレコードがありません")
    expect(preview.rows).to_have_text([re.compile("一致するレコードがありません.*検索欄と列の欄を空に")])
    body = preview.frame.locator(".dataTables_scrollBody")
    body.scroll_into_view_if_needed()  # the sentence itself is drawn twice
    expect(sentence).to_be_in_viewport(ratio=1)
    body.evaluate("body => { body.scrollLeft = 1500 }")
    expect(sentence).to_be_in_viewport(ratio=1)


def test_the_search_has_a_button(preview: Preview) -> None:
    """Nobody has to know that the box waits for Enter."""
    preview.search_box.fill("Wi-Fi")
    preview.frame.locator("#dtprv_filter").get_by_role("button", name="検索").click()
    expect(preview.column("name")).to_have_text([name for name in KPIS.column("name") if "Wi-Fi" in name])


@pytest.mark.parametrize(("item", "encoding"), [("CSV", "utf-8"), ("Excel用CSV", "utf-8-sig")])
def test_a_download_holds_the_rows_shown(page: Page, preview: Preview, item: str, encoding: str) -> None:
    """Of a Japanese search, with a file name that says what it is."""
    preview.search_box.fill("電子申請")
    preview.search_box.press("Enter")
    names = [name for name in KPIS.column("name") if "電子申請" in name]
    expect(preview.column("name")).to_have_text(names)
    preview.frame.locator(".dt-buttons .fa-download").click()
    with page.expect_download() as download:
        preview.frame.locator(".dt-button-collection").get_by_text(item, exact=True).click()
    with Path(download.value.path()).open(encoding=encoding, newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == names
    assert KPIS.title in download.value.suggested_filename


@pytest.mark.parametrize("width", [1280, 390])
def test_headings_stand_above_their_columns(page: Page, site: Site, width: int) -> None:
    """The name first and in view, whichever way the table is scrolled."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site.path_of(KPIS))
    preview = Preview(page, KPIS)
    for name in ("name", "id", "group_id"):
        heading, cell = preview.heading(name).bounding_box(), preview.column(name).first.bounding_box()
        assert heading
        assert cell
        assert abs(heading["x"] - cell["x"]) <= 2
    body = preview.frame.locator(".dataTables_scrollBody")
    body.evaluate("body => { body.scrollLeft = 1500 }")
    box, cell = body.bounding_box(), preview.column("name").first.bounding_box()
    assert box
    assert cell
    assert abs(box["x"] - cell["x"]) <= 2


def test_another_column_than_the_stored_order_has_is_sorted_by(page: Page, site: Site) -> None:
    """The preview shows columns in another order than the server counts them in: it still sorts by the one that was clicked."""
    page.goto(site.path_of(KPIS))
    preview = Preview(page, KPIS)
    preview.heading("group_id").click()
    expect(preview.heading("group_id")).to_have_attribute("aria-sort", "ascending")
    expect(preview.column("group_id")).to_have_text(sorted(KPIS.column("group_id"))[:PAGE_LENGTH])
