"""The form in which search compares text, as Solr's char filters make it (solr/conf/schema.xml)."""

from __future__ import annotations

import re
import unicodedata

from ..packages.text import normalise

__all__ = ["hiragana", "katakana", "normal"]

#: Forms that are the same to a reader; solr/conf/variants_ja.txt says the same to Solr.
VARIANTS = {"ヶ": "ケ", "髙": "高", "﨑": "崎", "〜": "~", "鹽": "塩", "塩釜": "塩竈"}
#: A dash that was typed for ー.
_DASH = re.compile(r"(?<=[ァ-ヺ])[‐-―−](?![0-9a-z])")
_TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
_TO_HIRAGANA = {code + 0x60: code for code in range(ord("ぁ"), ord("ゖ") + 1)}


def normal(text: str) -> str:
    """NFKC in small letters, one form for what looks the same, and nothing unseen.

    Doing it again changes nothing.
    """
    folded = normalise("".join(map(_seen, text)))
    folded = unicodedata.normalize("NFKC", folded.casefold())
    for variant, standard in VARIANTS.items():
        folded = folded.replace(variant, standard)
    return normalise(_DASH.sub("ー", folded))


def hiragana(text: str) -> str:
    """Katakana as hiragana."""
    return text.translate(_TO_HIRAGANA)


def katakana(text: str) -> str:
    """Hiragana as katakana."""
    return text.translate(_TO_KATAKANA)


def _seen(character: str) -> str:
    """A control character is a blank; marks of direction, joiners and halves of pairs are nothing."""
    category = unicodedata.category(character)
    if category == "Cc":
        return " "
    return "" if category in ("Cf", "Cs", "Co", "Cn") else character
