"""The one kind of error this package shows to people."""

from __future__ import annotations


class StackError(Exception):
    """Something the reader can act on: one sentence, in Japanese and in English.

    :param ja: what happened and what to do, in Japanese
    :param en: the same in English
    :param log: lines of a log that help, shown below the sentence
    """

    def __init__(self, ja: str, en: str, *, log: str = "") -> None:
        super().__init__(f"{ja}\n{en}")
        self.ja = ja
        self.en = en
        self.log = log


class HomeBusyError(StackError):
    """Another command owns the home."""
