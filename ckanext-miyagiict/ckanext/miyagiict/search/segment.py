"""Cuts a question into its words: at the words of the vocabulary, at particles between words, at changes of script.

Kuromoji cuts the pieces again when Solr searches. The cut here decides what must be found at all, what may be missing, and what is
asked in other words too. It takes the cheapest way through a run of letters; a piece of unknown letters costs more than a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .normal import hiragana
from .vocabulary import Vocabulary

__all__ = ["Piece", "cut"]

_RUN = re.compile(r"[^\W_]+(?:[-_.'&+](?=[a-z0-9])[^\W_]+)*")
_KANA = re.compile(r"[ぁ-ゖー]+")
_HAS_HIRAGANA = re.compile(r"[ぁ-ゖ]")
_KANJI = re.compile(r"[㐀-鿿々]")
_KATAKANA = re.compile(r"[ァ-ヺー]+")
#: Letters and digits of one word, with what stands inside it.
_LATIN = re.compile(r"[a-z0-9]+(?:[-_.'&+][a-z0-9]+)*")
_PARTICLES = (
    "についての", "における", "に関する", "のための", "からの", "までの", "への", "での",
    "との", "から", "まで", "より", "には", "では", "とは", "にも", "として", "の",
    "を", "は", "が", "に", "で", "と", "へ", "も", "や", "か", "な",
)
#: Of one letter, and part of many words: taken for a word only where nothing else stands in the run.
_ENDINGS = frozenset("数等別用内")
_LONGEST_RUN = 120
#: What it costs to cut unknown letters off between two kanji.
_SEAM = 0.8


@dataclass(frozen=True)
class Piece:
    """A word of the question.

    :param text: as it stands in the question
    :param words: words of the vocabulary that it is: itself, or those that are read so; empty for an unknown word
    :param start: where it begins in the question
    """

    text: str
    words: tuple[str, ...] = ()
    start: int = 0

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True)
class _Edge:
    end: int
    cost: float
    piece: Piece | None


def cut(text: str, vocabulary: Vocabulary) -> Iterator[list[Piece]]:
    """The words of a text in normal form (``normal.normal``), a list for each run of letters."""
    for found in _RUN.finditer(text):
        run = found.group()[:_LONGEST_RUN]
        yield [replace(piece, start=found.start() + piece.start) for piece in _cut_run(run, vocabulary)]


def _cut_run(run: str, vocabulary: Vocabulary) -> Iterator[Piece]:
    best: list[tuple[float, int, Piece | None]] = [(0.0, -1, None)] + [(float("inf"), -1, None)] * len(run)
    spans = _scripts(run)
    for begin in range(len(run)):
        if best[begin][0] == float("inf"):
            continue
        for edge in _edges(run, begin, spans, vocabulary):
            cost = best[begin][0] + edge.cost
            if cost < best[edge.end][0]:
                best[edge.end] = (cost, begin, edge.piece)
    pieces: list[Piece] = []
    end = len(run)
    while end > 0:
        _cost, end, piece = best[end]
        if piece is not None:
            pieces.append(replace(piece, start=end))
    yield from reversed(pieces)


def _scripts(run: str) -> list[tuple[int, int]]:
    """For each character the span of Latin letters, or of katakana, that it stands in; such a span is not cut by guess."""
    spans = [(place, place + 1) for place in range(len(run))]
    for pattern in (_LATIN, _KATAKANA):
        for found in pattern.finditer(run):
            if found.group() != "ー":
                spans[found.start():found.end()] = [found.span()] * (found.end() - found.start())
    return spans


def _edges(run: str, begin: int, spans: list[tuple[int, int]], vocabulary: Vocabulary) -> Iterator[_Edge]:
    yield from _word_edges(run, begin, spans, vocabulary)
    yield from _particle_edges(run, begin)
    yield from _unknown_edges(run, begin, spans, vocabulary)


def _word_edges(run: str, begin: int, spans: list[tuple[int, int]], vocabulary: Vocabulary) -> Iterator[_Edge]:
    for end in range(begin + 1, min(len(run), begin + 24) + 1):
        text = run[begin:end]
        if _splits_latin(spans, begin, end, run):
            continue
        if text in vocabulary.words:
            if len(text) > 1:
                yield _Edge(end, 1.0, Piece(text, (text,)))
            elif text in _ENDINGS and begin or len(run) == 1 or _stands_alone(run, begin, end):
                yield _Edge(end, 1.6, Piece(text, (text,)))
        elif text in vocabulary.spellings and (begin == 0 or text[0] not in _PARTICLES):
            yield _Edge(end, 1.2, Piece(text, vocabulary.spellings[text]))
        elif _HAS_HIRAGANA.search(text) and (meant := vocabulary.readings.get(hiragana(text))):
            yield _Edge(end, 1.0 if len(text) > 2 else 3.0, Piece(text, meant))


def _splits_latin(spans: list[tuple[int, int]], begin: int, end: int, run: str) -> bool:
    """Whether a cut would go through Latin letters; ``lan`` in ``無線lan`` is whole, ``ai`` in ``fair`` is not."""
    starts, ends = spans[begin], spans[end - 1]
    return (starts[0] < begin and run[begin].isascii()) or (ends[1] > end and run[end - 1].isascii())


def _stands_alone(run: str, begin: int, end: int) -> bool:
    """Whether a letter is a word of its own: ``ごみの日は``."""
    return (begin == 0 or run[begin - 1] in "のをはがにでとへも") and (end == len(run) or run[end] in "のをはがにでとへも")


def _particle_edges(run: str, begin: int) -> Iterator[_Edge]:
    """Particles between words, or behind the last one."""
    for particle in _PARTICLES:
        if run.startswith(particle, begin):
            end = begin + len(particle)
            if begin == 0:  # what stood in front was a year, or in quotes
                if end < len(run) and not _KANA.match(run[end]):
                    yield _Edge(end, 0.0, None)
                continue
            between = not _KANA.match(run[begin - 1]) or particle in ("の", "を")
            if between and (end == len(run) or not _KANA.match(run[end]) or len(particle) > 1 or particle in ("の", "を")):
                yield _Edge(end, -0.6 if end < len(run) else 0.0, None)
            elif end < len(run):
                yield _Edge(end, 0.4, None)


def _unknown_edges(run: str, begin: int, spans: list[tuple[int, int]], vocabulary: Vocabulary) -> Iterator[_Edge]:
    span = spans[begin]
    if span[1] - span[0] > 1:
        if span[0] == begin:
            text = run[begin:span[1]]
            latin = text[0].isascii()
            yield _Edge(span[1], 1.5 if latin else 1.0 + len(text), _unknown(text, vocabulary))
        return
    end = begin
    while end < len(run) and spans[end] == (end, end + 1):
        end += 1
        length = end - begin
        cost = 1.0 + length + (3.0 if length == 1 else 0.0) + _SEAM * (_is_seam(run, begin) + _is_seam(run, end))
        yield _Edge(end, cost, _unknown(run[begin:end], vocabulary))


def _is_seam(run: str, place: int) -> bool:
    """Whether a cut would go between two kanji."""
    return 0 < place < len(run) and _KANJI.match(run[place - 1]) is not None and _KANJI.match(run[place]) is not None


def _unknown(text: str, vocabulary: Vocabulary) -> Piece:
    """A piece that is no word of ours, unless it is one by its sound."""
    return Piece(text, vocabulary.readings.get(hiragana(text), ()))
