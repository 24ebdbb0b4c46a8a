"""What a descriptor says of the whole package: each property in the catalogue's terms, or refused with its name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.miyagiict.packages.metadata import FREQUENCIES, LICENCES_FILE, Publisher, check_digit, problems, read_metadata

from .conftest import Check, MakePackage

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</title><h1>x", "{{ 7 * 7 }}", "${7*7}", "[x](javascript:alert(1))",
    "'; DROP TABLE package; --", "%s %(x)s {x}", "\u202egro.elpmaxe",
]


def fields_of(**said: Any) -> list[str]:
    """The properties that are refused."""
    return [problem.field for problem in problems({"name": "test-package", **said})]


# 全国地方公共団体コード


@pytest.mark.parametrize("code", ["040002", "041009", "042021", "042072", "043010", "046060", "011002", "131130", "472018"])
def test_known_codes(code: str) -> None:
    """Codes of 総務省's list: 宮城県, 仙台市, 石巻市, 名取市, 蔵王町, 南三陸町 and three of other prefectures."""
    assert check_digit(code[:5]) == int(code[5])


@given(code5=st.from_regex(r"[0-9]{5}", fullmatch=True))
def test_check_digit_is_one_digit(code5: str) -> None:
    """Every code has exactly one check digit."""
    fitting = [digit for digit in "0123456789" if fields_of(spatial=[code5 + digit]) == []]
    assert fitting == [str(check_digit(code5))]


@given(code5=st.from_regex(r"[0-9]{5}", fullmatch=True), place=st.integers(0, 4), digit=st.integers(1, 9))
def test_one_wrong_digit_is_found(code5: str, place: int, digit: int) -> None:
    """A mistyped digit changes the check digit, but where the remainders 0 and 10 share the digit 1."""
    wrong = code5[:place] + str((int(code5[place]) + digit) % 10) + code5[place + 1 :]
    remainders = {sum(int(d) * w for d, w in zip(code, (6, 5, 4, 3, 2), strict=True)) % 11 for code in (code5, wrong)}
    assert check_digit(code5) != check_digit(wrong) or remainders == {0, 10}


@pytest.mark.parametrize(
    "code", ["04000", "0400020", "040003", "４０００２", "０４０００２", "04000２", "x40002", "", 40002, None, ["040002"], {}]
)
def test_codes_that_are_none(code: Any) -> None:
    """Five or seven digits, a wrong check digit, full-width digits, a number that lost its zero."""
    assert fields_of(spatial=[code]) == ["spatial"]
    assert fields_of(publisher={"code": code, "name": "宮城県"}) == ["publisher"]


# Each property


@pytest.mark.parametrize("field", ["title", "title_en", "description", "description_en", "version", "created"])
@pytest.mark.parametrize("value", [None, 5, ["x"], {"ja": "x"}, True])
def test_texts_are_strings(field: str, value: Any) -> None:
    """Words in another shape are not guessed at."""
    assert fields_of(**{field: value}) == [field]


@pytest.mark.parametrize("field", ["keywords", "licenses", "sources", "spatial", "language", "groups", "conforms_to"])
@pytest.mark.parametrize("value", [None, "ja", 5, {}, True])
def test_lists_are_lists(field: str, value: Any) -> None:
    """One value alone is not a list of its letters."""
    assert fields_of(**{field: value}) == [field]


@pytest.mark.parametrize("keyword", ["宮城県", "ICT", "open data", "e-Tax", "v1.0", "データ", "あ" * 100, "a_b"])
def test_keywords_that_ckan_takes(keyword: str) -> None:
    """Letters of any script, digits, blanks, - _ and ."""
    assert fields_of(keywords=[keyword]) == []


@pytest.mark.parametrize(
    "keyword", ["", "x", "あ" * 101, "官民・データ", "ICT（情報）", "a/b", "a,b", "電子申請、届出", "<b>x</b>", "a\nb", 5, None, ["x"]]
)
def test_bad_tags(keyword: Any) -> None:
    """CKAN would refuse the whole dataset for one of these."""
    assert fields_of(keywords=["宮城県", keyword]) == ["keywords"]


@pytest.mark.parametrize("entry", json.loads(Path(LICENCES_FILE).read_text(encoding="utf-8")), ids=lambda entry: entry["id"])
def test_known_licences(entry: dict[str, Any]) -> None:
    """Every licence of our list, which is the list that CKAN gets."""
    assert fields_of(licenses=[{"name": entry["id"]}]) == []
    assert {"id", "title", "title_en", "url", "status", "od_conformance", "domain_data"} <= set(entry)


@pytest.mark.parametrize(
    "licence", [{"name": "WTFPL"}, {"name": "cc0-1.0"}, {"name": ""}, {"name": None}, {"name": ["x"]}, "CC0-1.0", None, []]
)
def test_unknown_licence(licence: Any) -> None:
    """A licence that the catalogue could not name."""
    assert fields_of(licenses=[licence]) == ["licenses"]


def test_licence_by_address_alone_is_not_specified() -> None:
    """An address without a known name says nothing that the catalogue can show."""
    said = {"name": "x", "licenses": [{"path": "https://example.org/terms"}]}
    assert list(problems(said)) == []
    assert read_metadata(said).licence_id == "notspecified"


@pytest.mark.parametrize("frequency", list(FREQUENCIES))
def test_known_frequencies(frequency: str) -> None:
    """The EU's authority list."""
    said = {"name": "x", "accrual_periodicity": frequency}
    assert list(problems(said)) == []
    assert read_metadata(said).frequency == f"http://publications.europa.eu/resource/authority/frequency/{frequency}"


@pytest.mark.parametrize("frequency", ["annual", "年1回", "R/P1Y", "", 1, ["ANNUAL"], {}])
def test_wrong_frequency(frequency: Any) -> None:
    """Other words; the message lists all that there are."""
    (problem,) = problems({"name": "x", "accrual_periodicity": frequency})
    assert problem.field == "accrual_periodicity"
    assert all(known in problem.message for known in FREQUENCIES)


@pytest.mark.parametrize("language", ["jp", "JA", "日本語", "", None, ["ja"]])
def test_unknown_language(language: Any) -> None:
    """ISO 639-1 codes of the languages that we have words for."""
    assert fields_of(language=["ja", language]) == ["language"]


@pytest.mark.parametrize(
    "date", ["2021", "2021-04", "20210401", "2021-W14-4", "2021-4-1", "令和3年", "2021-02-29", "２０２１-04-01", "", None, 2021]
)
@pytest.mark.parametrize("end", ["start", "end"])
def test_temporal_is_dates(end: str, date: Any) -> None:
    """Days in the one form that everybody reads."""
    assert fields_of(temporal={end: date}) == [f"temporal.{end}"]


@pytest.mark.parametrize("temporal", ["2021/2024", 2021, ["2021-04-01", "2025-03-31"]])
def test_temporal_is_an_object(temporal: Any) -> None:
    """Not one of the other ways to write a period."""
    assert fields_of(temporal=temporal) == ["temporal"]


def test_temporal_does_not_run_backwards() -> None:
    """The end is not before the start; one day is a period."""
    assert fields_of(temporal={"start": "2025-03-31", "end": "2021-04-01"}) == ["temporal"]
    assert fields_of(temporal={"start": "2021-04-01", "end": "2021-04-01"}) == []


@pytest.mark.parametrize(
    "publisher",
    [
        {}, "宮城県", 5, [], {"code": "040002"}, {"name": "宮城県"}, {"code": "040002", "name": ""}, {"code": "040002", "name": 5},
        {"code": "040002", "name": "宮城県", "name_en": None},
    ],
)
def test_publisher_has_code_and_name(publisher: Any) -> None:
    """A public body is known by its code."""
    assert fields_of(publisher=publisher) == ["publisher"]


@pytest.mark.parametrize(
    "path",
    ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/", "plan.pdf", "//example.org/", "https://a b/", 'https://x/">', 5],
)
def test_source_is_a_web_address(path: Any) -> None:
    """A source becomes a link on a page."""
    assert fields_of(sources=[{"title": "計画", "path": path}]) == ["sources"]


@pytest.mark.parametrize("source", ["計画", None, 5, {"title": 5}])
def test_source_is_an_object(source: Any) -> None:
    """With a title, a path or both."""
    assert fields_of(sources=[source]) == ["sources"]


@pytest.mark.parametrize("field", ["groups", "conforms_to"])
@pytest.mark.parametrize("item", ["", None, 5, {}])
def test_names_are_strings(field: str, item: Any) -> None:
    """Names of groups, addresses of standards."""
    assert fields_of(**{field: [item]}) == [field]


def test_words_of_resources_are_strings() -> None:
    """English titles of resources as well."""
    assert fields_of(resources=[{"name": "cities", "title_en": 5}]) == ["cities/title_en"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_titles_are_kept_as_text(check: Check, make_package: MakePackage, text: str) -> None:
    """HTML, templates and SQL in words are words: accepted to the letter, escaped where they are shown."""
    words = {field: text for field in ("title", "title_en", "description", "description_en")}
    field = {"name": "name", **words, "unit": text, "unit_en": text}
    assert check(make_package(fields=[{"name": "id"}, field], resource=words, descriptor=words)) == []
    read = read_metadata({"name": "x", **words})
    assert (read.title, read.title_en, read.description, read.description_en) == (text, text, text, text)


# All together


def test_everything_given() -> None:
    """Codes become the addresses of their authority lists."""
    read = read_metadata(
        {
            "name": "plan", "title": "計画", "title_en": "Plan", "description": "説明", "description_en": "Text", "version": "1.0.0",
            "created": "2026-11-21T00:00:00Z", "keywords": ["ICT", "計画", "ICT"], "licenses": [{"name": "CC0-1.0"}],
            "sources": [{"title": "計画", "path": "https://example.org/"}], "conforms_to": ["https://specs.frictionlessdata.io/data-package/"],
            "publisher": {"code": "040002", "name": "宮城県", "name_en": "Miyagi Prefecture"},
            "temporal": {"start": "2021-04-01", "end": "2025-03-31"}, "spatial": ["040002"], "accrual_periodicity": "NEVER",
            "language": ["ja", "en"], "groups": ["plans"],
        }
    )
    assert read.publisher == Publisher("040002", "宮城県", "Miyagi Prefecture")
    assert read.keywords == ("ICT", "計画")
    assert (read.temporal_start, read.temporal_end, read.issued) == ("2021-04-01", "2025-03-31", "2026-11-21")
    assert [address.rsplit("/", 1)[1] for address in read.languages] == ["JPN", "ENG"]
    assert (read.licence_id, read.spatial, read.groups, read.version) == ("CC0-1.0", ("040002",), ("plans",), "1.0.0")


def test_nothing_given() -> None:
    """Empty means not given; the name stands for the title, and no licence is made up."""
    read = read_metadata({"name": "plan"})
    assert (read.title, read.licence_id, read.publisher, read.issued) == ("plan", "notspecified", None, "")
    assert not any([read.description, read.keywords, read.groups, read.spatial, read.frequency, read.languages, read.sources])


@pytest.mark.parametrize("created", ["2026", "昨日", "2026-13-01T00:00:00Z"])
def test_created_is_a_time(check: Check, make_package: MakePackage, created: str) -> None:
    """The day of issue is read from it."""
    assert [problem.kind.type for problem in check(make_package(descriptor={"created": created}))] == ["descriptor"]
