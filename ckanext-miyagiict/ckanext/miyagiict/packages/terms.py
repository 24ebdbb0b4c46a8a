"""Japanese words and parts of words inside a table: the terms a row is found by, and the question that finds them.

PostgreSQL's own parser cuts Japanese only at blanks and punctuation, so 仙台市 is not found in 宮城県仙台市青葉区. Here a run of
Japanese characters becomes its pairs (仙台, 台市 …) and its last character; a run of Latin letters or digits stays one word, found by
its beginning. Width and case do not count (NFKC, lower case). A question is cut the same way; all its pairs must stand in the row.
"""

from __future__ import annotations

import re
import unicodedata
from operator import add

__all__ = ["RUN", "question", "row_terms", "words"]

#: Signs that are no part of a word, as ranges of a character class: after NFKC these are left of the many. A class of our own, because the
#: database must cut as we do, and what its ``\w`` matches depends on its locale.
_SIGNS = r"\x01-\x7f\u0080-\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f\u30a0\u30fb\ufe00-\ufe6f\ufff0-\uffff"
#: A run of letters and digits, either ASCII or not, in the words that Python's and PostgreSQL's regular expressions share.
RUN = rf"[0-9a-z]+|[^{_SIGNS}]+"
_RUNS = re.compile(RUN)
#: PostgreSQL's longest lexeme is 2,046 bytes.
_LONGEST_WORD = 500


def row_terms(cells: str) -> str:
    """All terms of a row, in the text form of a tsvector.

    :param cells: the row's cells, with anything between them that is not a letter
    :returns: terms with blanks between; they hold letters and digits only, so none needs a quote
    """
    terms: list[str] = []
    for run in words(cells):
        if run[0] < "\x80":
            terms.append(run[:_LONGEST_WORD])
        else:
            terms += map(add, run, run[1:])
            terms.append(run[-1])
    return " ".join(terms)


def words(text: str) -> list[str]:
    """The runs of letters and digits of a text, in the form in which they are compared.

    ``lower`` and not ``casefold``: the database has only that.
    """
    return _RUNS.findall(unicodedata.normalize("NFKC", text).lower())


def question(asked: str) -> str:
    """A search as a tsquery: every word must be there, each Japanese word with all its pairs.

    :param asked: what a person typed
    :returns: text form of a tsquery (not for ``to_tsquery``, whose parser drops what it takes for no word); empty where nothing in it can be searched for
    """
    parts: list[str] = []
    for run in words(asked):
        if run[0] < "\x80" or len(run) == 1:
            parts.append(f"'{run[:_LONGEST_WORD]}':*")
        else:
            parts += [f"'{a}{b}'" for a, b in zip(run, run[1:], strict=False)]
    return " & ".join(dict.fromkeys(parts))
