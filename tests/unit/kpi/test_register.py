"""The adoption register: counting, merging, and files that are taken whole or not at all."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.miyagiict.kpi.problems import InputInvalid, Problem
from ckanext.miyagiict.kpi.register import LIST, MUNICIPALITIES, Adoption, AdoptionState, Register, municipality_code
from ckanext.miyagiict.kpi.register_csv import read_csv, read_entry, written
from ckanext.miyagiict.packages.areas import area_name

TODAY = date(2026, 11, 21)
NATORI, SENDAI = "042072", "041009"
REFERENCE = Path(__file__).resolve().parents[3] / "datasets" / "miyagi-reference" / "data"
HEADER = "市町村,サービス,手続,状態,日付,根拠,備考"
GOOD = "名取市,電子申請,,使用中,2026-04-01,https://www.city.natori.miyagi.jp/,"


def content(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows]).encode()


def faults(file: bytes) -> list[tuple[str, int | None]]:
    with pytest.raises(InputInvalid) as refused:
        read_csv(file, TODAY, "register.csv")
    return [(problem.kind.type, problem.row) for problem in refused.value.problems]


def attempted(file: bytes) -> tuple[list[Adoption], list[Problem]]:
    try:
        return read_csv(file, TODAY), []
    except InputInvalid as refused:
        return [], refused.problems


def used(code: str = NATORI, day: date | None = date(2026, 4, 1), state: AdoptionState = AdoptionState.IN_USE, note: str = "") -> Adoption:
    return Adoption(code, "電子申請", state, day, "https://example.org/", note)


# Counting


def test_there_are_35_municipalities() -> None:
    """The prefecture is none."""
    assert len(MUNICIPALITIES) == 35
    assert all(area_name(code)[-1] in "市町村" for code in MUNICIPALITIES)


def test_what_nobody_recorded_is_unknown() -> None:
    count = Register().count("電子申請")
    assert (count.value, count.by_state[AdoptionState.UNKNOWN]) == (0, 35)
    assert Register().state_of(NATORI, "電子申請").state is AdoptionState.UNKNOWN


def test_a_count_names_its_municipalities() -> None:
    register = Register.of([used(), used(SENDAI), used("042021", state=AdoptionState.PLANNED), used("042030", state=AdoptionState.NOT_YET)])
    count = register.count("電子申請")
    assert count.in_use == (SENDAI, NATORI)
    assert [count.by_state[state] for state in AdoptionState] == [2, 1, 1, 31]


def test_services_and_procedures_are_counted_apart() -> None:
    moving = Adoption(NATORI, "電子申請", AdoptionState.IN_USE, date(2026, 4, 1), "https://example.org/", procedure="転入届")
    register = Register.of([moving])
    assert (register.count("電子申請").value, register.count("電子申請",
    "転入届").value, register.count("オープンデータ").value) == (0, 1, 0)


def test_a_register_has_one_entry_each_and_no_strangers() -> None:
    for wrong in ([used(), used()], [used("131016")], [used("040002")]):
        with pytest.raises(ValueError, match="there twice, or no municipality"):
            Register.of(wrong)


STATES = st.sampled_from(AdoptionState)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(MUNICIPALITIES), STATES))
def test_the_states_are_always_all_municipalities(states: dict[str, AdoptionState]) -> None:
    count = Register.of(used(code, state=state) for code, state in states.items()).count("電子申請")
    assert sum(count.by_state.values()) == 35
    assert count.value == count.by_state[AdoptionState.IN_USE] == list(states.values()).count(AdoptionState.IN_USE)


# Merging


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, used(), "new"), (used(), used(), "same"), (used(), used(note="x"), "changed"),
        (used(), used(day=date(2026, 5, 1), state=AdoptionState.NOT_YET), "changed"),
        (used(), used(day=date(2026, 3, 1), state=AdoptionState.NOT_YET), "older"),
        (used(), used(day=None, state=AdoptionState.UNKNOWN), "older"), (used(), used(state=AdoptionState.NOT_YET), "conflict"),
        (used(day=None, state=AdoptionState.UNKNOWN), used(), "changed"),
    ],
)
def test_merging(before: Adoption | None, after: Adoption, kind: str) -> None:
    """What is later wins; what is older or contradicts on the same day is shown and not taken."""
    register = Register.of([before] if before else [])
    assert [change.kind for change in register.changes([after])] == [kind]
    assert register.merged([after]).entries[after.key] == (after if kind in ("new", "changed", "same") else before)


def test_a_list_does_not_replace_what_staff_recorded() -> None:
    """Whatever its day; but it fills in where staff recorded that nothing is known, and staff's later word replaces a list's."""
    listed = replace(used(day=date(2026, 5, 1), note="list"), basis=LIST)
    kinds = {
        "kept": (used(), listed), "changed": (used(day=None, state=AdoptionState.UNKNOWN, note="x"), listed), "new": (None, listed),
        "older": (listed, used()), "same": (listed, replace(listed, basis="register")),
    }
    for kind, (before, after) in kinds.items():
        assert [change.kind for change in Register.of([before] if before else []).changes([after])] == [kind]
    assert Register.of([listed]).changes([used(day=date(2026, 6, 1), state=AdoptionState.NOT_YET)])[0].kind == "changed"


def test_a_row_that_says_nothing_makes_no_entry() -> None:
    """A template that was sent back as it was changes nothing."""
    nothing = Adoption(NATORI, "電子申請", AdoptionState.UNKNOWN)
    assert Register().changes([nothing])[0].kind == "same"
    assert Register().merged([nothing]) == Register()


ADOPTIONS = st.lists(
    st.builds(used, st.sampled_from(MUNICIPALITIES[:4]), st.dates(date(2026, 1, 1), date(2026, 1, 9)), STATES), max_size=6,
    unique_by=lambda adoption: adoption.key,
)


@settings(max_examples=200, deadline=None)
@given(ADOPTIONS, ADOPTIONS)
def test_merging_twice_is_merging_once(first: list[Adoption], second: list[Adoption]) -> None:
    """And nothing is lost, and no day goes back."""
    register = Register.of(first)
    merged = register.merged(second)
    assert merged.merged(second) == merged
    for key, entry in register.entries.items():
        assert merged.entries[key].day is not None
        assert merged.entries[key].day >= entry.day  # type: ignore[operator]


# Names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("名取市", "名取市"), ("宮城県名取市", "名取市"), ("宮城県　名取市", "名取市"), ("　名取市 ", "名取市"), ("塩釜市", "塩竈市"),
        ("七ケ宿町", "七ヶ宿町"), ("七が宿町", "七ヶ宿町"),
        ("七ヶ浜町", "七ヶ浜町"), ("七ケ浜町", "七ヶ浜町"), ("富谷町", "富谷市"), ("柴田郡村田町", "村田町"), ("美里町", "美里町"),
        ("大衡村", "大衡村"),
        ("042072", "名取市"), ("04207", "名取市"), ("42072", "名取市"), ("０４２０７２", "名取市"),
    ],
)
def test_municipalities_as_people_write_them(text: str, name: str) -> None:
    assert area_name(municipality_code(text) or "") == name


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "宮城県", "040002", "山形県川崎町", "名取市役所", "名取", "東京都", "042073", "131016", "名取市、仙台市", "x" * 300,
        "名取市\n仙台市",
    ],
)
def test_what_is_no_municipality(text: str) -> None:
    assert municipality_code(text) is None


def test_every_published_name_and_variant_is_known() -> None:
    with (REFERENCE / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["is_prefecture"] == "false"]
    assert [municipality_code(row["name"]) for row in rows] == [row["code"] for row in rows]
    assert [municipality_code(row["code5"]) for row in rows] == [row["code"] for row in rows]
    with (REFERENCE / "municipality_name_variants.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert municipality_code(row["variant"]) == row["code"]


# Files


def test_a_file_is_read() -> None:
    """With a BOM, full-width signs, words people use, blank rows, and rows that only say that nothing is known."""
    rows = content(
        GOOD, "", "塩釜市,電子申請,転入届,導入済み,令和８年４月１日,https://example.org/a,備考", "仙台市,電子申請,,不明,,,", ",,,,,,",
        "七ケ宿町,電子申請,,,,,",
    )
    natori, shiogama, sendai, shichikashuku = read_csv(b"\xef\xbb\xbf" + rows, TODAY)
    assert natori == Adoption(NATORI, "電子申請", AdoptionState.IN_USE, date(2026, 4, 1), "https://www.city.natori.miyagi.jp/")
    assert (shiogama.municipality, shiogama.procedure, shiogama.day, shiogama.note) == ("042030", "転入届", date(2026, 4, 1), "備考")
    assert sendai.state is shichikashuku.state is AdoptionState.UNKNOWN


def test_a_file_may_have_codes_and_english_headings() -> None:
    file = content("04207,e-application,planned,2026-04-01,http://example.org/", header="code,service,state,date,evidence")
    [adoption] = read_csv(file, TODAY)
    assert (adoption.municipality, adoption.state) == (NATORI, AdoptionState.PLANNED)


def test_one_bad_row_refuses_the_file_with_every_problem() -> None:
    rows = content(
        GOOD,
        "名取市,電子申請,,使用中,2026-05-01,https://example.org/,",
        "川口市,電子申請,,使用中,2026-04-01,https://example.org/,",
        "仙台市,,,つかってる,2026-02-30,javascript:alert(1),",
        "仙台市,電子申請,,使用中,2099-01-01,https://example.org/,",
        "石巻市,電子申請,,予定,,,",
        "石巻市,電子申請",
        f"岩沼市,電子申請,,不明,,,{'長' * 1001}",
        "岩沼市,電子申請,,未,2026-04-01,https://exa mple.org/,",
    )
    assert faults(rows) == [
        ("row-twice", 3), ("municipality-unknown", 4), ("service-missing", 5), ("state-unknown", 5), ("row-day", 5),
        ("evidence-address", 5),
        ("row-day", 6), ("evidence-missing", 7), ("ragged-row", 8), ("cell-too-long", 9), ("evidence-address", 10),
    ]


def test_name_and_code_must_agree() -> None:
    header = "市町村,コード,サービス,状態"
    assert read_csv(content("名取市,042072,電子申請,不明", header=header), TODAY)[0].municipality == NATORI
    assert faults(content("名取市,041009,電子申請,不明", header=header)) == [("municipality-unknown", 2)]


#: Read entries never begin with the sign that makes a formula harmless.
NOTES = st.text("=+-@ab、,\"\n", max_size=6).map(str.strip)


def test_a_file_of_excel_is_read() -> None:
    """In CP932, which "CSV" without a further word is there."""
    rows = content("塩竈市,電子申請,,使用中,2026-04-01,https://example.org/,①")
    assert read_csv(rows.decode().encode("cp932"), TODAY)[0].note == "①"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.builds(used, st.sampled_from(MUNICIPALITIES), note=NOTES), max_size=4, unique_by=lambda one: one.key))
def test_what_is_written_is_read_again(adoptions: list[Adoption]) -> None:
    """Notes that a spreadsheet would run as a formula too: they are made harmless on the way."""
    assert read_csv(written(adoptions), TODAY) == adoptions


def test_a_form_is_read_by_the_same_rules() -> None:
    """Its messages name no row, and each problem its field."""
    typed = {"municipality": NATORI, "service": "電子申請", "state": "使用中", "day": "2099-01-01", "evidence": "ftp://x/"}
    with pytest.raises(InputInvalid) as refused:
        read_entry({**typed, "note": "長" * 1001}, TODAY)
    assert [(problem.field, problem.message) for problem in refused.value.problems] == [("備考", "「備考」が長すぎます（1000文字まで）。")]
    with pytest.raises(InputInvalid) as refused:
        read_entry(typed, TODAY)
    assert [(problem.field, problem.message) for problem in refused.value.problems] == [
        ("日付", "日付「2099-01-01」は使えません（未来の日付です。今日は2026年11月21日）。"), ("根拠", "根拠「ftp://x/」はアドレスとして使えません。"),
    ]


@pytest.mark.parametrize(
    ("file", "found"),
    [
        (b"", ["not-a-csv"]), (b"\n", ["not-a-csv"]), (b"\xff\xfe\x00", ["not-a-csv"]), (b"\x81\x20", ["not-a-csv"]),
        (b"a\0b", ["not-a-csv"]),
        (content('"名取市,電子申請'), ["not-a-csv"]), (b"x" * 2_000_001, ["file-too-large"]), (content(*[""] * 20_002), ["too-many-rows"]),
        (content(header="サービス"), ["column-missing", "column-missing"]), (content(header="市町村,サービス,状態,状態"), ["column-twice"]),
        (content(header="市町村,サービス,状態,色"), ["column-unknown"]),
        (content(header="市町村,市町村名,サービス,状態"), ["column-twice"]),
        (b"<html><body>404</body></html>", ["column-unknown", "column-missing", "column-missing", "column-missing"]),
    ],
    ids=lambda value: str(value)[:20],
)
def test_files_that_are_no_register(file: bytes, found: list[str]) -> None:
    assert [type for type, _ in faults(file)] == found


def test_problems_name_their_row() -> None:
    with pytest.raises(InputInvalid) as refused:
        read_csv(content("川口市,電子申請,,不明,,,"), TODAY, "register.csv")
    [problem] = refused.value.problems
    assert problem.message == "「register.csv」の2行目の「川口市」は、県内35市町村のどれか分かりません。"
    assert problem.as_dict()["row"] == 2


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80), st.lists(st.lists(st.text(max_size=6), min_size=7, max_size=7), max_size=3))
def test_whatever_is_uploaded_is_read_or_refused(raw: bytes, rows: list[list[str]]) -> None:
    """Bytes of any kind, and rows of any cells."""
    text = io.StringIO()
    csv.writer(text).writerows([HEADER.split(","), *rows])
    for file in (raw, text.getvalue().encode("utf-8", "replace")):
        adoptions, problems = attempted(file)
        assert not (adoptions and problems)
        assert all(adoption.municipality in MUNICIPALITIES for adoption in adoptions)
        assert all(str(problem) for problem in problems)
