"""A visitor's question, and how it is asked of Solr.

A question is cut into words (``segment``). Each is one clause over all fields: the word itself, words of the vocabulary that mean it
or come near. Municipalities must be found; of up to two other words both must, of more almost all; words that say little
(一覧, データ) and years only help the order. A year is asked for by its number alone, never as it was typed: 令和3年度, R3 and 2021年度 are one
question. Where little is found, ``wider`` asks for some of the words; where nothing is, ``widest``
for any of them, and at last for parts of words.

The query is written for Solr's edismax under ``q.op=AND``, which CKAN always sends: between optional clauses stands OR, and a
group that nothing must match has ``ANY`` in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..packages import fiscal_years
from .normal import katakana, normal
from .segment import Piece, cut
from .vocabulary import Vocabulary, vocabulary

__all__ = ["Clause", "Question", "SolrQuery", "read_question"]

#: More is not read: a question of 300 letters has said what it wants.
LONGEST = 300
MOST_WORDS = 24
YEARS_FIELD = "miyagiict_years"
#: Matches every dataset and adds nothing to its score.
ANY = "entity_type:package^0"
NOTHING = "-entity_type:package"

#: Weights: a word that comes near, one that is read so, one that means it; a word that says little; a year.
NEAR, READ, MEANT, WEAK, YEAR = 0.35, 0.9, 0.9, 0.25, 1.0
#: The words as they stand together, in a title and anywhere.
TOGETHER = (("miyagiict_title_gram", 4), ("miyagiict_gram", 2))
#: The whole question is a name.
WHOLE = ("miyagiict_whole", 2)

_QUOTED = re.compile(r"(?P<minus>(?<!\S)-)?[\"“”「『](?P<text>[^\"“”「」『』]*)[\"“”」』]")
_EXCLUDED = re.compile(r"(?<!\S)-(?=[^\W_])(\S+)")
_SPECIAL = re.compile(r'([+\-&|!(){}\[\]^"~*?:\\/])')
_KANA = re.compile(r"[ぁ-ゖー]+")
_CJK = re.compile(r"[ぁ-ゖァ-ヺー㐀-鿿々]+")
_SPOKEN = re.compile(
    r"何[㐀-鿿].?"
    r"|[㐀-鿿]{1,2}[ぁ-ゖ]{0,6}[ないるたてすくうむぶつ]か?(?:日|時|所|人|物|場所|ところ)?"
    r"|[ぁ-ゖ]{2,6}(?:たい|ます|った|える|べる|れる)"
)
#: Kana and kanji in one word, at least two kana together.
_MIXED = re.compile(r"(?=.*[ぁ-ゖー]{2})(?=.*[㐀-鿿])[ぁ-ゖー㐀-鿿]{3,12}")
_LATIN = re.compile(r"[a-z][a-z0-9'&+.\-]*")


@dataclass(frozen=True)
class Clause:
    """One thing that is asked for.

    :param text: a word or, quoted, several that stand together
    :param others: what is as good or nearly: text and weight
    """

    text: str
    others: tuple[tuple[str, float], ...] = ()
    raw: str = ""

    def solr(self) -> str:
        parts = [self.raw or _term(self.text), *(f"{_term(text)}^{weight}" for text, weight in self.others)]
        return f"({' OR '.join(dict.fromkeys(parts))})"


@dataclass(frozen=True)
class SolrQuery:
    """What Solr is sent.

    :param mm: how many of the optional clauses must match
    """

    q: str
    mm: str


@dataclass
class Question:
    """What is asked.

    :param required: must be found
    :param wanted: almost all must be found
    :param helpful: clause and weight; these decide the order only
    :param together: words that stand together in the question
    """

    required: list[Clause] = field(default_factory=list)
    wanted: list[Clause] = field(default_factory=list)
    helpful: list[tuple[Clause, float]] = field(default_factory=list)
    excluded: list[Clause] = field(default_factory=list)
    together: list[Clause] = field(default_factory=list)

    def solr(self) -> SolrQuery:
        """The question for Solr; nothing where it has no word at all."""
        if not self.required and not self.wanted and not self.helpful:
            return SolrQuery(NOTHING, "0")
        if len(self.wanted) <= 2:
            return self._all_of([*self.required, *self.wanted])
        most = len(self.wanted) - 1 if len(self.wanted) <= 5 else round(len(self.wanted) * 0.75)
        optional = " OR ".join(clause.solr() for clause in self.wanted)
        return SolrQuery(f"{optional} {self._rest()}".strip(), str(most))

    def wider(self) -> SolrQuery | None:
        """Some of the words that are wanted, what has all of them first; None where that is no less."""
        if len(self.wanted) < 2:
            return None
        optional = " OR ".join(clause.solr() for clause in self.wanted)
        everything = " AND ".join(clause.solr() for clause in self.wanted)
        return SolrQuery(f"{optional} {self._rest(f'({everything})^=100')}", str(max(1, len(self.wanted) // 2)))

    def widest(self) -> Iterator[SolrQuery]:
        """What is asked, one after the other, where nothing is found: any word, then parts of the words."""
        clauses = [*self.required, *self.wanted]
        excluded = "".join(f" -{clause.solr()}" for clause in self.excluded)
        if len(clauses) > 1:
            yield SolrQuery(" OR ".join(clause.solr() for clause in clauses) + excluded, "1")
        sounding = [_sound(clause) for clause in clauses]
        if any(sounding):
            yield SolrQuery(" ".join(f"+{sound or clause.solr()}" for sound, clause in zip(sounding, clauses, strict=True)) + excluded, "0")
        parts = list(dict.fromkeys(part for clause in clauses for part in _parts(clause)))
        if len(parts) > 1 or any("*" in part for part in parts):
            yield SolrQuery(" OR ".join(parts) + excluded, str(max(1, round(len(parts) * 0.5))))

    def _rest(self, *helpful: str) -> str:
        """What stands behind optional clauses."""
        return self._all_of(self.required, *helpful).q if self.required or self.helpful or self.excluded or helpful else ""

    def _all_of(self, clauses: Iterable[Clause], *helpful: str) -> SolrQuery:
        parts = [f"+{clause.solr()}" for clause in clauses]
        helpful = (*(f"{clause.solr()}^{weight}" for clause, weight in self.helpful), *helpful)
        if helpful or not parts:
            parts.append(f"+({' OR '.join([ANY, *helpful])})")
        parts += [f"-{clause.solr()}" for clause in self.excluded]
        return SolrQuery(" ".join(parts), "0")


def read_question(asked: str, words: Vocabulary | None = None) -> Question:
    """Read what a visitor typed. Every text is a question; nothing in it is taken for Solr's syntax."""
    words = words or vocabulary()
    question = Question()
    text = normal(asked[: LONGEST * 2])[:LONGEST]
    text = _take_quoted(text, question)
    text = _take_excluded(text, question)
    text = _take_years(text, question)
    _take_words(text, question, words)
    if not question.required and not question.wanted:  # nothing but words that say little: then these are asked for
        question.wanted = [clause for clause, _weight in question.helpful]
        question.helpful = []
    question.helpful += [(clause, 1.0) for clause in question.together]
    if question.required or question.wanted:
        question.helpful.append((_named([WHOLE], fiscal_years.standard(normal(asked[: LONGEST]))), 1.0))
    return question


def _take_quoted(text: str, question: Question) -> str:
    for found in _QUOTED.finditer(text):
        if any(character.isalnum() for character in found["text"]):
            (question.excluded if found["minus"] else question.required).append(Clause(" ".join(found["text"].split())))
    return _QUOTED.sub(" ", text).replace('"', " ")


def _take_excluded(text: str, question: Question) -> str:
    found = _EXCLUDED.findall(text)
    question.excluded += [Clause(word) for word in found]
    return _EXCLUDED.sub(" ", text)


def _take_years(text: str, question: Question) -> str:
    for mention in list(fiscal_years.mentions(text))[:4]:
        names = [f"{YEARS_FIELD}:fy{year}^2" for year in mention.fiscal_years]
        for year in range(mention.first, mention.last + 1):
            names += [f"{YEARS_FIELD}:{year}", f"{YEARS_FIELD}:t{year}", f"{YEARS_FIELD}:m{year}^0.5"]
        question.helpful.append((Clause(text[mention.start:mention.end], raw=" OR ".join(names)), YEAR))
        text = text[:mention.start] + " " * (mention.end - mention.start) + text[mention.end:]
    return text


def _take_words(text: str, question: Question, words: Vocabulary) -> None:
    count = 0
    for run in _with_phrases(cut(text, words), words):
        kept = [piece for piece in run if not _is_dropped(piece, words)]
        for piece in kept[: MOST_WORDS - count]:
            _take_word(piece, question, words)
        count += len(kept)
        if len(kept) > 1 and kept[-1].end - kept[0].start <= 80 and count <= MOST_WORDS:
            question.together.append(_named(TOGETHER, text[kept[0].start:kept[-1].end]))


def _take_word(piece: Piece, question: Question, words: Vocabulary) -> None:
    clause = _clause(piece, words)
    weak = next((word for word in (piece.text, *piece.words) if word in words.weak), None)
    if weak is not None or not piece.words and _says_little(piece.text):
        question.helpful.append((clause, WEAK))
    elif any(word in words.municipalities for word in piece.words):
        question.required.append(clause)
    else:
        question.wanted.append(clause)


def _named(fields: Iterable[tuple[str, float]], text: str) -> Clause:
    """A text as it stands, in some fields."""
    phrase = _SPECIAL.sub(r"\\\1", text)
    return Clause(text, raw=" OR ".join(f'{name}:"{phrase}"^{weight}' for name, weight in fields))


def _clause(piece: Piece, words: Vocabulary) -> Clause:
    others: dict[str, float] = {}
    for word in piece.words:
        if word != piece.text:
            others[word] = READ
        whole = words.municipalities.get(word)
        if whole and whole != word:
            others.setdefault(whole, MEANT)
        meant = words.english.get(word)
        if meant:
            others.setdefault(meant, MEANT)
        for near in (*words.near.get(word, ()), *words.near.get(meant or "", ())):
            others.setdefault(near, NEAR)
    return Clause(piece.text, tuple(others.items())[:6])


def _is_dropped(piece: Piece, words: Vocabulary) -> bool:
    if piece.text in words.drop:
        return True
    return not piece.words and len(piece.text) <= 2 and bool(_KANA.fullmatch(piece.text))


def _says_little(text: str) -> bool:
    """A verb or an adjective (``危険な``, ``出す``), such a one with 日 or 人 behind it, or a question (``何年``)."""
    return bool(_SPOKEN.fullmatch(text))


def _with_phrases(runs: Iterable[list[Piece]], words: Vocabulary) -> Iterator[list[Piece]]:
    """English words that stand apart and are one thing: ``evacuation shelter``."""
    waiting: list[Piece] = []
    for run in runs:
        if len(run) == 1 and _LATIN.fullmatch(run[0].text):
            waiting.append(run[0])
            continue
        yield from ([piece] for piece in _english(waiting, words))
        waiting = []
        yield [known for piece in run for known in (_english([piece], words) if _LATIN.fullmatch(piece.text) else [piece])]
    yield from ([piece] for piece in _english(waiting, words))


def _english(pieces: list[Piece], words: Vocabulary) -> Iterator[Piece]:
    place = 0
    while place < len(pieces):
        for length in (3, 2, 1):
            some = pieces[place:place + length]
            text = " ".join(piece.text for piece in some)
            known = _in_english(text, words)
            if len(some) == length and known:
                yield Piece(text, (*some[0].words, known) if length == 1 else (known,), some[0].start)
                place += length
                break
        else:
            yield pieces[place]
            place += 1


def _in_english(text: str, words: Vocabulary) -> str | None:
    """The phrase of the vocabulary that a text is, be it in the plural."""
    singulars = (text, text.removesuffix("s"), text.removesuffix("es"), text.removesuffix("ies") + "y")
    forms = (form for one in singulars for form in (one, one.replace("-", "")))
    return next((form for form in forms if form in words.english), None)


def _parts(clause: Clause) -> Iterator[str]:
    """A word of the vocabulary as it is; an unknown one as its pairs of letters, or as the beginning of a Latin word."""
    if _LATIN.fullmatch(clause.text) and not clause.others and len(clause.text) > 2:
        yield f"({_term(clause.text)} OR {_term(clause.text)}*)"
        return
    if clause.others or clause.raw or not _CJK.fullmatch(clause.text) or len(clause.text) < 3 or clause.text in vocabulary().words:
        yield clause.solr()
        return
    for start in range(len(clause.text) - 1):
        yield f"({clause.text[start:start + 2]})"


def _sound(clause: Clause) -> str | None:
    """What an unknown word in kana and kanji sounds like, any sound standing for a kanji, and its kanji: 保けん証 for 保険証."""
    if clause.others or clause.raw or not _MIXED.fullmatch(clause.text):
        return None
    sound = "".join(letter if _KANA.fullmatch(letter) else ".{1,5}" for letter in clause.text).replace("ー", "")
    kanji = " ".join(f"+miyagiict_gram:{letter}" for letter in clause.text if not _KANA.fullmatch(letter))
    return f"(+miyagiict_reading:/{katakana(sound)}/ {kanji})"


def _term(text: str) -> str:
    """A text as edismax reads it: nothing in it means anything, several words are a phrase."""
    escaped = _SPECIAL.sub(r"\\\1", text)
    return f'"{escaped}"' if " " in text else escaped
