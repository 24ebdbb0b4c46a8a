"""Japanese text as printed and as written in our tables.

Source of the rules: docs/datasets.md, "Rules for every table" 4 and 5; traps measured in Unicode 14 (NFKC turns U+309B after
a kana into a blank and a combining mark, and leaves some dashes alone).
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

__all__ = ["normalise", "parse_number", "without_blanks"]

#: Spacing voiced marks, as typed apart from their kana, and the combining marks that NFKC joins.
_VOICED_MARKS = str.maketrans({"\u309b": "\u3099", "\u309c": "\u309a"})
#: Commas stand before three digits; any other comma separates two numbers (``8,11``).
_NUMBER = re.compile(r"[-\u2212]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?")
_BLANKS = re.compile(r"\s+")


def normalise(printed: str) -> str:
    """The form in which a printed name is published: NFKC, voiced marks joined, blanks single.

    :param printed: text as printed, without line breaks of the layout
    :returns: ``"ハ゛ナー"`` → ``"バナー"``, ``"ＷＥＢ"`` → ``"WEB"``
    """
    joined = unicodedata.normalize("NFKC", printed.translate(_VOICED_MARKS))
    return _BLANKS.sub(" ", joined).strip()


def without_blanks(text: str) -> str:
    """Text with every blank and line break taken out, for comparing across layouts."""
    return _BLANKS.sub("", text)


def parse_number(printed: str) -> Decimal | None:
    """The first number of a printed cell.

    :param printed: for example ``"希望職員のうち70"``, ``"1,187"``, ``"２２．６％"``
    :returns: the number without thousands commas, or None where the cell prints none
    """
    found = _NUMBER.search(unicodedata.normalize("NFKC", printed))
    if found is None:
        return None
    return Decimal(found.group().replace(",", "").replace("\u2212", "-"))
