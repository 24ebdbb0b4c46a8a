"""Finds short texts, such as titles of organizations and names of measures, that no index holds: by any part, however it is typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from .normal import hiragana, normal
from .segment import cut
from .vocabulary import vocabulary

__all__ = ["has_all", "reading"]

#: What is typed or not, as one likes: ``Wi-Fi``, ``Wi Fi``, ``サーバー``.
_LOOSE = re.compile(r"[\s\-‐-―−・._ー~]+")
#: As kana, so much at least: one letter sounds in every name.
_KANA = re.compile(r"[ぁ-ゖ]{2,}")


def has_all(texts: Iterable[str], asked: str) -> bool:
    """Whether every word of a question is a part of one of the texts: as it is written, or as it sounds.

    Width, case, hyphens, blanks, long vowels and the kind of kana do not count.
    """
    written, sounding = zip(*[("", ""), *map(_forms, texts)], strict=True)
    return all(
        any(form in text for form in _asked(word) for text in written)
        or bool(_KANA.fullmatch(_fold(word))) and any(_fold(word) in text for text in sounding)
        for word in normal(asked).split()
    )


def reading(text: str) -> str:
    """A text in hiragana, as far as the vocabulary knows how its words are read; the rest in normal form."""
    written, readings = normal(text), _readings()
    for pieces in reversed(list(cut(written, vocabulary()))):
        for piece in reversed(pieces):
            written = written[:piece.start] + readings.get(piece.text, piece.text) + written[piece.end:]
    return hiragana(written)


def _asked(word: str) -> list[str]:
    """A word, and those that it may be another spelling of."""
    return [_fold(form) or form for form in (word, *vocabulary().spellings.get(word, ()))]


@lru_cache(maxsize=2048)
def _forms(text: str) -> tuple[str, str]:
    return _fold(text), _fold(reading(text))


def _fold(text: str) -> str:
    return hiragana(_LOOSE.sub("", normal(text)))


@lru_cache(maxsize=1)
def _readings() -> dict[str, str]:
    """Word in normal form → its reading, the first where there are several."""
    readings: dict[str, str] = {}
    for sound, words in vocabulary().readings.items():
        for word in words:
            readings.setdefault(normal(word), sound)
    return readings
