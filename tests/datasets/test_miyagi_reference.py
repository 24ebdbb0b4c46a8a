"""Reference tables: codes, names, years, marks, licences and frequencies agree with each other and with what uses them."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from ckanext.miyagiict.packages.metadata import FREQUENCIES, LICENCES_FILE

DATASETS = Path(__file__).resolve().parents[2] / "datasets"
PACKAGE = DATASETS / "miyagi-reference"

Row = dict[str, str]


def table(name: str, package: Path = PACKAGE) -> list[Row]:
    with (package / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def municipalities() -> list[Row]:
    """The 35, without the prefecture."""
    return [row for row in table("municipalities") if row["is_prefecture"] == "false"]


def check_digit(code5: str) -> int:
    """Last digit of 11 - S mod 11, S the sum of digits weighted 6, 5, 4, 3, 2 (総務省)."""
    return (11 - sum(int(digit) * weight for digit, weight in zip(code5, (6, 5, 4, 3, 2), strict=True)) % 11) % 10


def as_hiragana(kana: str) -> str:
    return "".join(chr(ord(letter) - 0x60) if "ァ" <= letter <= "ヶ" else letter for letter in kana)


def fold(text: str) -> str:
    """Width, blanks, dashes, middle dots, brackets and case folded, as before matching a licence."""
    return re.sub(r"[\s\-‐-―−・_()\[\]「」【】〔〕]", "", unicodedata.normalize("NFKC", text)).casefold()


def test_codes_end_in_their_check_digit() -> None:
    """Prefecture, municipalities and wards; the five-digit form is the same without it."""
    for row in [*table("municipalities"), *table("sendai_wards")]:
        assert row["code"] == f"{row['code5']}{check_digit(row['code5'])}", row["name"]


def test_there_are_14_cities_20_towns_and_a_village() -> None:
    """35 municipalities, and one row for the prefecture."""
    assert Counter(row["kind"] for row in municipalities()) == {"市": 14, "町": 20, "村": 1}
    assert [row["code"] for row in table("municipalities") if row["is_prefecture"] == "true"] == ["040002"]


def test_kind_is_the_end_of_the_name() -> None:
    """市, 町, 村 and 県; the same in English."""
    english = {"県": "Prefecture", "市": "City", "町": "Town", "村": "Village"}
    for row in table("municipalities"):
        assert row["name"].endswith(row["kind"])
        assert row["name_en"].endswith(f" {english[row['kind']]}")


def test_readings_and_romaji_agree() -> None:
    """Hiragana is the kana; romaji begins as the English name and ends as the reading."""
    endings = {"ケン": "-ken", "マチ": "-machi", "チョウ": "-cho", "ムラ": "-mura", "シ": "-shi"}
    for row in table("municipalities"):
        assert row["hiragana"] in ("", as_hiragana(row["kana"])), row["name"]
        ending = next(romaji for kana, romaji in endings.items() if row["kana"].endswith(kana))
        assert row["romaji"] == row["name_en"].rsplit(" ", 1)[0] + ending, row["name"]


def test_towns_and_the_village_have_a_county() -> None:
    """Cities have none; a county has one English name."""
    for row in municipalities():
        assert bool(row["county"]) == bool(row["county_en"]) == (row["kind"] != "市"), row["name"]
    assert len({(row["county"], row["county_en"]) for row in municipalities()}) == len({row["county"] for row in municipalities()})


def test_every_municipality_has_a_point_in_the_prefecture() -> None:
    """Latitude 37.7 to 39.1, longitude 140.2 to 141.7, no point twice."""
    points = [(float(row["latitude"]), float(row["longitude"])) for row in [*municipalities(), *table("sendai_wards")]]
    assert all(37.7 < latitude < 39.1 and 140.2 < longitude < 141.7 for latitude, longitude in points)
    assert len(set(points)) == len(points)


def test_wards_belong_to_sendai() -> None:
    """The name is the city's and the ward's."""
    for row in table("sendai_wards"):
        assert (row["municipality_code"], row["name"]) == ("041009", f"仙台市{row['ward_name']}")


def test_variants_are_not_official_names() -> None:
    """A variant never hides a municipality of that name; a retired code is not in use."""
    names = {row["name"] for row in table("municipalities")}
    codes = {row["code5"] for row in table("municipalities")}
    for row in table("municipality_name_variants"):
        assert row["variant"] not in names
        assert row["former_code5"] not in codes


def test_eras_follow_each_other() -> None:
    """Each begins the day after the one before; year 1 is the year of the first day."""
    eras = table("eras")
    for before, after in zip(eras, eras[1:], strict=False):
        assert date.fromisoformat(after["start"]) == date.fromisoformat(before["end"]) + timedelta(days=1)
    for era in eras:
        assert date.fromisoformat(era["start"]).year == int(era["year_offset"]) + 1


def test_fiscal_years_run_from_april_to_march() -> None:
    """FY2009 to FY2030 without a gap."""
    years = table("fiscal_years")
    assert [int(row["fiscal_year"]) for row in years] == list(range(2009, 2031))
    for row in years:
        year = int(row["fiscal_year"])
        assert (row["start"], row["end"]) == (f"{year}-04-01", f"{year + 1}-03-31")


def test_fiscal_year_labels_follow_from_the_eras() -> None:
    """Era, year of the era and labels say the same year; FY2019 alone has two labels."""
    eras = {row["id"]: row for row in table("eras")}
    for row in table("fiscal_years"):
        era = eras[row["era_id"]]
        assert int(row["fiscal_year"]) == int(era["year_offset"]) + int(row["era_year"])
        assert row["label"] == f"{era['name']}{'元' if row['era_year'] == '1' else row['era_year']}年度"
        assert row["label_short"] == f"{era['letter']}{row['era_year']}"
        assert (row["label_alternative"], row["label_short_alternative"]) == (
            ("平成31年度", "H31") if row["fiscal_year"] == "2019" else ("", "")
        )


def test_marks_of_2014_are_those_of_its_package() -> None:
    """Same ids, marks and words."""
    fields = ("id", "mark", "label", "label_printed")
    ours = [tuple(row[field] for field in fields) for row in table("evaluation_marks") if row["document"] == "ict2014"]
    theirs = [tuple(row[field] for field in fields) for row in table("evaluation_marks", DATASETS / "miyagi-ict-plan-2014")]
    assert ours == theirs


def test_directions_are_those_that_natori_prints() -> None:
    """継続, 完了, 終了 and 見直し."""
    ours = {(row["label"], row["mark"]) for row in table("evaluation_marks") if row["kind"] == "direction"}
    items = table("previous_plan_items", DATASETS / "natori-informatization-plan-2020")
    assert ours == {(row["direction"], row["direction_printed"]) for row in items}


def test_code_points_are_those_of_the_marks() -> None:
    """Marks of one character."""
    for row in table("evaluation_marks"):
        assert row["code_point"] == (f"U+{ord(row['mark']):04X}" if len(row["mark"]) == 1 else ""), row["id"]


def test_licences_are_those_of_the_catalogue() -> None:
    """Ids, titles and openness as in licences.json; its addresses too, where it gives one."""
    known = {entry["id"]: entry for entry in json.loads(LICENCES_FILE.read_text(encoding="utf-8"))}
    published = {row["id"]: row for row in table("licenses")}
    assert set(published) == set(known)
    for identifier, row in published.items():
        entry = known[identifier]
        assert (row["title"], row["title_en"]) == (entry["title"], entry["title_en"])
        assert (row["is_open"] == "true") == (entry["od_conformance"] == "approved"), identifier
        assert entry["url"] in ("", row["url"]), identifier


def test_a_folded_alias_means_one_licence() -> None:
    """Width, blanks and case make no difference; neither do the names and ids of the licences themselves."""
    found: dict[str, set[str]] = {}
    for row in table("license_aliases"):
        found.setdefault(fold(row["alias"]), set()).add(row["license_id"])
    for row in table("licenses"):
        for name in (row["id"], row["title"], row["title_en"]):
            found.setdefault(fold(name), set()).add(row["id"])
    assert {alias: licences for alias, licences in found.items() if len(licences) != 1} == {}


def test_a_version_differs_from_its_generic_licence_in_the_version_only() -> None:
    """As open as each other, and the generic one has no address and no generic of its own."""
    licences = {row["id"]: row for row in table("licenses")}
    for row in licences.values():
        if row["generic_id"]:
            generic = licences[row["generic_id"]]
            assert (generic["is_open"], generic["url"], generic["generic_id"]) == (row["is_open"], "", ""), row["id"]
            assert row["id"].lower().startswith(generic["id"]) or generic["id"] == "public-domain", row["id"]


def test_licences_that_forbid_uses_are_not_open() -> None:
    """NC and ND; all others of Creative Commons are."""
    licences = [row for row in table("licenses") if row["id"].lower().startswith("cc-by")]
    assert len(licences) == 24
    for row in licences:
        assert (row["is_open"] == "false") == bool({"nc", "nd"} & set(row["id"].lower().split("-"))), row["id"]


def test_a_licence_without_version_stays_without() -> None:
    """CC-BY, CC BY and cc-by are not taken for 4.0."""
    assert {row["license_id"] for row in table("license_aliases") if re.fullmatch(r"cc[- ]by", row["alias"], re.IGNORECASE)} == {"cc-by"}


def test_used_frequencies_are_those_of_the_catalogue() -> None:
    """Codes and Japanese words that our packages can name."""
    assert {row["code"]: row["label"] for row in table("update_frequencies") if row["is_used"] == "true"} == FREQUENCIES


def test_frequency_addresses_end_in_the_code() -> None:
    """The EU's authority list."""
    base = "http://publications.europa.eu/resource/authority/frequency/"
    assert all(row["uri"] == base + row["code"] for row in table("update_frequencies"))
