"""The words that search knows (vocabulary.yaml), and Solr's files made from them.

    ./miyagi python -m ckanext.miyagiict.search.vocabulary [FOLDER]

writes ``userdict_ja.txt``, ``synonyms_ja.txt`` and ``variants_ja.txt`` into the folder, by default solr/conf.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from .normal import VARIANTS, katakana
from .spelling import okurigana, spellings

__all__ = ["Vocabulary", "solr_files", "vocabulary"]

_PROJECT = Path(__file__).resolve().parents[4]
_HEAD = "# Made from ckanext/miyagiict/search/vocabulary.yaml (docs/search.md): change that, not this.\n"
_LATIN = re.compile(r"[a-z0-9]")


@dataclass(frozen=True)
class Vocabulary:
    """The words, normalised (NFKC, small letters).

    :param words: every word that is found inside a longer one
    :param readings: hiragana → the words that are read so
    :param spellings: another way to write a word → the words it may be
    :param municipalities: every name of a municipality or ward → its whole name
    :param near: word → words that help as well
    :param english: English phrase → Japanese word, with and without its blanks and hyphens
    :param weak: words that a dataset need not have
    :param drop: words of the question itself
    """

    words: frozenset[str]
    readings: Mapping[str, tuple[str, ...]]
    spellings: Mapping[str, tuple[str, ...]]
    municipalities: Mapping[str, str]
    near: Mapping[str, tuple[str, ...]]
    english: Mapping[str, str]
    weak: frozenset[str]
    drop: frozenset[str]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary, read once a process."""
    said = _read()
    municipalities = dict(_municipality_names(said["municipalities"]))
    readings: dict[str, list[str]] = {}
    for word, reading in _readings(said):
        readings.setdefault(reading, []).append(word)
    listed = {_whole(word) for word in (*said["words"], *said["known"])}
    phrases = {_whole(word) for line in _same(said) for word in line}
    words = frozenset(listed | phrases | {*municipalities, *said["near"], *said["weak"], *said["drop"]})
    return Vocabulary(
        words=words,
        readings={reading: tuple(dict.fromkeys(words)) for reading, words in readings.items()},
        spellings=_spellings(said, words),
        municipalities=municipalities,
        near={word: tuple(others) for word, others in said["near"].items()},
        english={**{re.sub("[ -]", "", phrase): word for phrase, word in said["english"].items()}, **said["english"]},
        weak=frozenset(map(str, said["weak"])),
        drop=frozenset(map(str, said["drop"])),
    )


def solr_files() -> dict[str, str]:
    """File name → content, for ``solr/conf``."""
    said = _read()
    cut = {**{word: reading for word, (reading, _) in said["municipalities"].items()}, **said["words"], **_okurigana(said)}
    dictionary = [
        f"{_whole(word)},{word.replace('/', ' ')},{katakana(reading).replace('/', ' ')},カスタム名詞" for word, reading in cut.items()
    ]
    synonyms = [",".join(word.replace("/", " ") for word in line) for line in _same(said)]
    variants = [f'"{variant}" => "{standard}"' for variant, standard in VARIANTS.items()]
    return {
        "userdict_ja.txt": _HEAD + "# word, how it is cut, reading, part of speech\n" + "\n".join(dictionary) + "\n",
        "variants_ja.txt": "# Made from VARIANTS in ckanext/miyagiict/search/normal.py: characters and words that are the same to a reader.\n"
        + "\n".join(variants) + "\n",
        "synonyms_ja.txt": _HEAD + "# words that are the same, cut by blanks\n" + "\n".join(synonyms) + "\n",
    }


@lru_cache(maxsize=1)
def _read() -> dict[str, Any]:
    return yaml.safe_load(files(__package__).joinpath("vocabulary.yaml").read_text(encoding="utf-8"))


def _whole(word: str) -> str:
    return word.replace("/", "")


def _okurigana(said: Mapping[str, Any]) -> dict[str, str]:
    """Every form of the words with kana that may be left out, and its reading."""
    return {form: reading for word, reading in said["okurigana"].items() for form in okurigana(word)}


def _same(said: Mapping[str, Any]) -> list[list[str]]:
    return [*said["same"], *(list(okurigana(word)) for word in said["okurigana"])]


def _spellings(said: Mapping[str, Any], words: frozenset[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    names = [(word, reading) for word, (reading, _romaji) in said["municipalities"].items()]
    short = [(word.split("/")[0], reading.split("/")[0]) for word, reading in names]
    for word, reading in (*names, *short, *said["words"].items(), *said["known"].items(), *said["okurigana"].items()):
        for form in spellings(word, reading) - words:
            found.setdefault(form, {})[_whole(word)] = None
    return {form: tuple(meant) for form, meant in found.items()}


def _readings(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for word, reading in (*said["words"].items(), *said["known"].items(), *_okurigana(said).items()):
        if not _LATIN.search(word) or _LATIN.sub("", word):
            yield _whole(word), _whole(reading)
    for word, (reading, _romaji) in said["municipalities"].items():
        yield _whole(word), _whole(reading)
        yield word.split("/")[0], reading.split("/")[0]
        if word.endswith("/町"):  # people do not know which it is
            yield _whole(word), reading.split("/")[0] + "まち"
            yield _whole(word), reading.split("/")[0] + "ちょう"


def _municipality_names(said: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Whole names, short names, and both in Latin letters."""
    for word, (_reading, romaji) in said.items():
        whole, short = _whole(word), word.split("/")[0]
        yield whole, whole
        yield romaji, whole
        if len(short) > 1:  # 泉 is a spring as well
            yield short, whole


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else _PROJECT / "solr" / "conf"
    for name, content in solr_files().items():
        (folder / name).write_text(content, encoding="utf-8")
        print(folder / name)


if __name__ == "__main__":
    main()
