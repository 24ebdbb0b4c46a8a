"""The interface's translations: complete, of one vocabulary, with everything in them that the program puts values into."""

from __future__ import annotations

import gettext
import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).parents[2]
I18N = ROOT / "ckanext-miyagiict" / "ckanext" / "miyagiict" / "i18n"
DOMAIN = "ckanext-miyagiict"
LANGUAGES = {"ja": 1, "en": 2}  # and the number of their plural forms
POT = polib.pofile(str(I18N / f"{DOMAIN}.pot"))
PO = {language: polib.pofile(str(I18N / language / "LC_MESSAGES" / f"{DOMAIN}.po")) for language in LANGUAGES}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sdir]|\{[^{}]*\}")
TAG = re.compile(r"<[^<>]+>")
KANA_OR_KANJI = "[\u3040-\u30ff\u4e00-\u9fff々]"

#: Strings with an English word of the table that means something else, or that Japanese leaves out.
OTHER_SENSE = {
    ("dataset", "eg. my-dataset"),
    ("resource", "Uniform resource identifier (URL or URN)"),
    ("resource", "to access the requested resource"),  # of HTTP: a page
    ("browser", "The server does not support the action"),
    ("browser", "The server closed the network connection"),
    ("user", "As a sysadmin user"),
    ("user", "This user has exceeded"),
    ("user", "User not authorized to create a job"),
    ("user", "Datasets are what users see"),
    ("member", "Member Since"),
    ("organization", "as well as manage organization members"),  # of a group: CKAN's slip
    ("field", "header fields"),
    ("field", "Request Header Fields"),
    ("tag", "Site Tag L"),
    ("tag", "Tag string"),  # our own label of the field
    ("activity", "Activity occurred on"),
    ("activity", "All activity types"),
    ("filter", "Filtered"),
}
#: CKAN about itself: free prose.
PROSE = "CKAN is the world’s leading"


def translations(entry: polib.POEntry) -> list[str]:
    return [entry.msgstr_plural[form] for form in sorted(entry.msgstr_plural)] if entry.msgid_plural else [entry.msgstr]


def pairs(language: str = "ja") -> Iterator[tuple[str, str]]:
    """Each translation with what it translates; a language of one form has it for the plural."""
    for entry in PO[language]:
        sources = [entry.msgid, entry.msgid_plural][-LANGUAGES[language]:] if entry.msgid_plural else [entry.msgid]
        yield from zip(sources, translations(entry), strict=True)


def tags(text: str) -> Counter[str]:
    """The tags, without the two attributes that people read."""
    return Counter(re.sub(r' (title|alt)="[^"]*"', "", tag) for tag in TAG.findall(text))


class Balance(HTMLParser):
    """Which elements are open at the end, or were closed without being open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loose: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "br":
            self.loose.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.loose and self.loose[-1] == tag:
            self.loose.pop()
        else:
            self.loose.append(f"/{tag}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_is_translated(language: str) -> None:
    """No entry is empty, waits for somebody's eye, or is left over."""
    assert [entry.msgid for entry in PO[language] if not all(translations(entry)) or entry.fuzzy or entry.obsolete] == []


def test_japanese_has_exactly_the_strings_of_the_list() -> None:
    """The list (.pot) and the Japanese were written together."""
    assert {(entry.msgid, entry.msgid_plural) for entry in PO["ja"]} == {(entry.msgid, entry.msgid_plural) for entry in POT}


def test_english_is_for_strings_that_say_it_otherwise() -> None:
    """Each of them is Japanese in the source, or calls a category a group; in the translation there is no Japanese, and no group."""
    group = re.compile(r"\bgroups?\b", re.IGNORECASE)
    japanese = {entry.msgid for entry in POT if re.search(KANA_OR_KANJI, entry.msgid)}
    groups = {entry.msgid for entry in POT if group.search(TAG.sub("", PLACEHOLDER.sub("", entry.msgid))) and PROSE not in entry.msgid}
    assert {entry.msgid for entry in PO["en"]} == japanese | groups | {"code", "title_en"}
    assert [text for _source, text in pairs("en") if re.search(KANA_OR_KANJI, text)] == []
    assert [text for _source, text in pairs("en") if group.search(TAG.sub("", PLACEHOLDER.sub("", text)))] == []


def test_licences_have_the_english_titles_of_their_list() -> None:
    """The list of licences has both; CKAN shows the Japanese one, or its translation."""
    licences = json.loads((I18N.parent / "packages" / "licences.json").read_text(encoding="utf-8"))
    english = dict(pairs("en"))
    assert {licence["title"]: english.get(licence["title"]) for licence in licences} == {
        licence["title"]: licence["title_en"] for licence in licences
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_kept(language: str) -> None:
    """Each occurs as often as in the source, and nothing else looks like one; those without a name keep their order."""
    wrong = []
    for source, text in pairs(language):
        expected, found = PLACEHOLDER.findall(source), PLACEHOLDER.findall(text)
        if Counter(expected) != Counter(found) or [p for p in expected if len(p) == 2] != [p for p in found if len(p) == 2]:
            wrong.append((source, text))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_tags_are_kept(language: str) -> None:
    """Each occurs as often as in the source, with the same attributes, and closes what it closes there."""
    assert [(source, text) for source, text in pairs(language) if tags(source) != tags(text)] == []
    assert [(source, text) for source, text in pairs(language) if sorted(Balance(source).loose) != sorted(Balance(text).loose)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms(language: str) -> None:
    """Japanese has one, English two, and the header says so."""
    assert PO[language].metadata["Plural-Forms"].startswith(f"nplurals={LANGUAGES[language]};")
    assert {len(entry.msgstr_plural) for entry in PO[language] if entry.msgid_plural} <= {LANGUAGES[language]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_file_says_the_same(language: str) -> None:
    """What CKAN reads (.mo) was made from what people read (.po)."""
    with (I18N / language / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    catalogue = {key: text for key, text in compiled._catalog.items() if key}  # type: ignore[attr-defined]
    expected = {}
    for entry in PO[language]:
        if entry.msgid_plural:
            expected |= {(entry.msgid, form): text for form, text in entry.msgstr_plural.items()}
        else:
            expected[entry.msgid] = entry.msgstr
    assert catalogue == expected


def test_all_of_ckans_strings_have_japanese() -> None:
    """In our catalogue or in CKAN's own; the files of the installed CKAN are read, nothing is imported."""
    spec = find_spec("ckan")
    if not spec or not spec.submodule_search_locations:
        pytest.skip("CKAN is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "i18n"
    theirs = {entry.msgid for entry in polib.pofile(str(folder / "ja" / "LC_MESSAGES" / "ckan.po")) if entry.translated()}
    ours = {entry.msgid for entry in PO["ja"]}
    assert [entry.msgid for entry in polib.pofile(str(folder / "ckan.pot")) if entry.msgid not in ours | theirs] == []


def test_strings_of_javascript_are_marked() -> None:
    """CKAN hands a string to the browser only where a list says that it stands in a .js file."""
    marked = {entry.msgid for entry in POT if any(place.endswith(".js") for place, _line in entry.occurrences)}
    assert {"Add Filter", "Show more", "Table/List toggle"} <= marked
    assert "Explore" not in marked


def test_strings_of_javascript_fit_into_attributes() -> None:
    """CKAN's JavaScript pastes them between quotes."""
    marked = {entry.msgid for entry in POT if any(place.endswith(".js") for place, _line in entry.occurrences)}
    assert [text for source, text in pairs() if source in marked and re.search("[\"'<>\\\\]", text)] == []


def terms() -> list[tuple[list[str], list[str], list[str]]]:
    """The rows of the table of terms: English words, Japanese words, words not to use."""
    document = (ROOT / "docs" / "translation.md").read_text(encoding="utf-8")
    rows = [line.strip("|\n ").split("|") for line in document.splitlines() if line.startswith("| ")][1:]
    return [tuple([word.strip() for word in cell.split(",") if word.strip()] for cell in (*row, "")[:3]) for row in rows]  # type: ignore[misc]


def test_table_of_terms_is_read() -> None:
    """The table is where it was, in the form that the next tests rely on."""
    assert (["license", "licence"], ["ライセンス"], ["使用許諾"]) in terms()
    assert len(terms()) > 25


@pytest.mark.parametrize(("english", "japanese", "unwanted"), terms(), ids=[row[0][0] for row in terms()])
def test_one_word_for_one_thing(english: list[str], japanese: list[str], unwanted: list[str]) -> None:
    """A string with the English word has the Japanese one, and no string has a word that the table rules out."""
    word = re.compile(rf"\b({'|'.join(map(re.escape, english))})s?\b", re.IGNORECASE)
    without = [
        (source, text) for source, text in pairs()
        if word.search(re.sub(r"\{[^{}]*\}|%\(\w+\)s|<[^<>]+>|\S*[/_.@]\w\S*", "", source))
        and not any(term in text for term in japanese)
        and PROSE not in source and not any(term in english and start in source for term, start in OTHER_SENSE)
    ]
    assert without == []
    ruled_out = re.compile(rf"({'|'.join(map(re.escape, unwanted)) or '(?!)'})(?!ー)")
    assert [text for _source, text in pairs() if ruled_out.search(TAG.sub("", PLACEHOLDER.sub("", text)))] == []


def test_japanese_typography() -> None:
    """、。and full-width signs beside Japanese letters, no half-width katakana, … for three dots, no blanks at the ends."""
    faults = re.compile(
        "[\uff61-\uff9f\uff0c\uff0e]"  # half-width katakana; the comma and the stop of Western text in full width
        rf"|{KANA_OR_KANJI}[,.!?:;()]|[,!?;(]{KANA_OR_KANJI}"
        r"|\.\.\.|^\s|\s$"
        rf"|{KANA_OR_KANJI} \w*[\u3041-\u309f]|[。、] "
    )
    assert [(source, text) for source, text in pairs() if faults.search(unescape(re.sub(rf"\s*{TAG.pattern}\s*", "", text)))] == []


def test_sentences_end_with_a_full_stop() -> None:
    """Where the source is a sentence, so is the translation; labels that only look like one are named here."""
    labels = {"Field {num}.", "Datapusher status: {status}."}
    ends = re.compile(r"[。？）]$|」$|</a>$")
    assert [
        (source, text) for source, text in pairs()
        if re.search(r"[^.]\.(</[a-z]+>)*\s*$", source) and source not in labels
        and not ends.search(re.sub(r"(</(?!a>)[a-z]+>)+$", "", text.strip()))
    ] == []
