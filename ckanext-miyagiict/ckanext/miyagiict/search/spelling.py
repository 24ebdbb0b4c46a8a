"""Other ways to write a word: kana for a part of its kanji (``ひなん所``, ``おお崎市``), kana that is often left out or put in behind them
(``手続``/``手続き``, ``石の巻``).

Which kana a kanji is read by is not known; every way to share the reading out among the kanji is taken. Forms that nobody writes do no
harm, those that other text could be are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .normal import hiragana

__all__ = ["okurigana", "spellings"]

_KANJI = re.compile(r"[㐀-鿿々ケ]")
_HIRAGANA = re.compile(r"[ぁ-ゖ]")
#: No reading begins with these.
_NO_BEGINNING = frozenset("ぁぃぅぇぉっゃゅょんー")
#: Kana of one letter that is a word between others.
_PARTICLES = frozenset("をはがにでとへもやかな")
_AT_THE_END = re.compile(r"[㐀-鿿々][のをはがにでとへもやかな]")
#: A kanji is read by so many kana, and of a longer word only its parts are written otherwise.
_MOST_KANA = 4
_MOST_KANJI = 4


def spellings(word: str, reading: str) -> set[str]:
    """Forms of a word in kanji and kana, without the word itself and its reading.

    :param word: cut by ``/``; one part of it is written otherwise
    :param reading: hiragana, cut alike
    """
    parts, sounds = word.split("/"), reading.split("/")
    whole = "".join(parts)
    found: set[str] = set()
    for place, (part, sound) in enumerate(zip(parts, sounds, strict=True)):
        if len(_KANJI.findall(part)) <= _MOST_KANJI:
            found.update("".join([*parts[:place], form, *parts[place + 1:]]) for form in _forms(part, sound))
    return {form for form in found if form != whole and _is_telling(form)}


def okurigana(word: str) -> Iterator[str]:
    """A word with every choice of the kana between and behind its kanji: 問い合わせ, 問合わせ, 問い合せ, 問合せ, 問合."""
    forms = [""]
    for letter in word:
        forms = [form + end for form in forms for end in ((letter, "") if _HIRAGANA.match(letter) else (letter,))]
    return (form for form in dict.fromkeys(forms) if len(form) > 1)


def _forms(word: str, reading: str, behind_kanji: bool = False) -> Iterator[str]:
    """Each kanji as it is, as its kana, or with its last kana behind it; kana that stands behind a kanji, or not."""
    if not word:
        if not reading:
            yield ""
        return
    letter, rest = word[0], word[1:]
    if not _KANJI.match(letter):
        if reading and hiragana(letter) == reading[0]:
            yield from (letter + end for end in _forms(rest, reading[1:]))
            if behind_kanji and _HIRAGANA.match(letter):
                yield from _forms(rest, reading[1:], True)
        return
    for length in range(1, min(_MOST_KANA, len(reading)) + 1):
        if reading[length:length + 1] in _NO_BEGINNING:
            continue
        sound = reading[:length]
        ways = [letter, sound] if length == 1 or sound[-1] in _PARTICLES else [letter, sound, letter + sound[-1]]
        for way in ways:
            yield from (way + end for end in _forms(rest, reading[length:], way == letter))


def _is_telling(form: str) -> bool:
    """Has a kanji, is not one with a particle behind it, and is long enough: ``大き`` is no 大気."""
    if not _KANJI.search(form) or _AT_THE_END.fullmatch(form[-2:]):
        return False
    return len(form) > (2 if _HIRAGANA.search(form) else 1)
