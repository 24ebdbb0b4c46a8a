"""The CSV files of KPI pages, and the words beside numbers."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from ckanext.miyagiict.pages.kpi_files import items_csv, list_csv, values_csv
from ckanext.miyagiict.pages.kpi_words import Place, amount_words, percent_words, read_place, source_words


def rows(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_list(make_kpi: Any) -> None:
    """One row a KPI; several departments in one cell."""
    [row] = rows(list_csv([make_kpi(departments=["企画部", "総務部"])]))
    assert (row["kpi_id"], row["departments"]) == ("kpi", "企画部;総務部")
    assert (row["value"], row["target_value"], row["final_value"]) == ("28", "28", "33")
    assert rows(list_csv([make_kpi(value=None, target=None, final_target=None)]))[0]["target_value"] == ""


def test_values(make_kpi: Any, observation: Any) -> None:
    """Every number of the page, no sample."""
    kpi = make_kpi(observations=[
        observation(28, "2022-03-31", receipt="ab", warnings=["一", "二"]), observation(26, "2021-04-01"),
        observation(3, "2022-01-01", is_sample=True),
    ])
    found = [(row["kind"], row["fiscal_year"], row["day"], row["value"]) for row in rows(values_csv(kpi))]
    assert found == [
        ("baseline", "", "2020-12-31", "25"), ("target", "2021", "2022-03-31", "28"), ("target", "2022", "2023-03-31", "33"),
        ("observation", "2021", "2021-04-01", "26"), ("observation", "2021", "2022-03-31", "28"),
    ]
    assert rows(values_csv(kpi))[-1]["warnings"] == "一;二"
    assert rows(values_csv(kpi))[-1]["is_in_status"] == "true"


def test_items() -> None:
    """What was counted, then what is gone; formulas are disarmed."""
    receipt = {
        "items": [{"id": "a", "title": "=cmd()", "link": "https://example.jp/a"}, {"id": "b", "title": "二"}],
        "added": [{"id": "b", "title": "二"}], "lost": [{"id": "c", "title": "三"}],
    }
    found = [(row["change"], row["id"], row["title"]) for row in rows(items_csv(receipt))]
    assert found == [("", "a", "'=cmd()"), ("added", "b", "二"), ("lost", "c", "三")]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("policy-2021 784-790,806 p.12", Place("policy-2021", "12ページ（784～790、806行）")),
        ("policy-2021 784", Place("policy-2021", "784行")),
        ("policy-2021", Place("policy-2021", "")), ("", Place("", "")), ("課に照会 した <b>", Place("", "課に照会 した <b>")),
    ],
)
def test_places(source: str, expected: Place) -> None:
    assert read_place(source, "ja") == expected


def test_amounts() -> None:
    """As people write them."""
    assert amount_words(1234.5, "件", "ja") == "1,234.5件"
    assert amount_words(1234, "件", "en") == "1,234 items"
    assert amount_words(12.5, "%", "en") == "12.5%"
    assert amount_words(None, "件", "ja") == ""
    assert [percent_words(share) for share in (0.55555, 1, -0.2, None)] == ["55.6%", "100%", "-20%", ""]


@pytest.mark.parametrize(("source", "words"), [
    ("policy-2021 784-790 p.12", "情報化推進ポリシー 12ページ（784～790行）"), ("another 3", "another 3行"), ("情報政策課調べ", "情報政策課調べ"), ("", ""),
])
def test_a_source_has_the_title_of_its_document(source: str, words: str) -> None:
    """What people wrote stays as it is; a document without a title has its id."""
    assert source_words(source, "ja", {"policy-2021": "情報化推進ポリシー"}) == words
