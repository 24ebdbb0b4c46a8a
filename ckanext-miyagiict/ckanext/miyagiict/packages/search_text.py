"""Japanese words and parts of words inside a table: the text a row is found by, and the words of a question.

PostgreSQL's own parser cuts Japanese only at blanks and punctuation, so 仙台市 is not found in 宮城県仙台市青葉区. Here nothing is
cut: a row is its cells in one form, and a word is found wherever it stands in it, as a spreadsheet finds it. Width and case do not
count (NFKC, lower case).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

__all__ = ["normal", "row_text", "words"]

#: Signs that are no part of a word, as ranges of a character class: after NFKC these are left of the many. Control characters are among
#: them, and half surrogates, which no database takes.
_SIGNS = (
    r"\x00-\x2f\x3a-\x60\x7b-\xbf\xd7\xf7\u1680\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f\u30a0\u30fb"
    r"\ud800-\udfff\ufe00-\ufe6f\ufff0-\uffff"
)
#: Letters and digits of any script; between ASCII ones also ASCII signs (1,234, wi-fi, 2021-04-01), which a looser cut would make noise of.
_WORDS = re.compile(rf"[^{_SIGNS}]+(?:(?<=[0-9a-z])[!-/:-@\[-`{{-~]+(?=[0-9a-z])[^{_SIGNS}]+)*")


def normal(text: str) -> str:
    """The form in which texts are compared.

    ``lower`` and not ``casefold``: the database has only that.
    """
    return normalize("NFKC", text).lower()


def row_text(cells: Iterable[str | None]) -> str:
    """What a row is searched in: its cells in normal form, with a blank between, which no word holds."""
    return normal(" ".join(filter(None, cells)))


def words(asked: str) -> list[str]:
    """The words of a question in normal form, each once, the longest first: it is the rarest and rules out most rows."""
    return sorted(dict.fromkeys(_WORDS.findall(normal(asked))), key=len, reverse=True)
