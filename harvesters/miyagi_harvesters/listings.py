"""Reading a list page by page, and saying whether it is complete.

A record may be called missing only after a complete listing, so doubt always means "not complete": a page that failed or came twice, a
record that stood on two pages, a count that does not fit, a list that ends at a round thousand, an empty one that nobody says is empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .problems import PortalError, Problem, Severity, problem, register
from .reader import Entry, Listing

__all__ = ["Page", "gather", "judged"]

#: A DataEye portal cut its list at this number and did not say so (quirk 2).
CEILING = 1000
#: A list of more pages has no end.
MOST_PAGES = 2000

_NOT_DELETED = "この取得では「なくなった」の判定をしません。"
_NOT_DELETED_EN = "Nothing is called missing by this run."


def _register(type: str, ja: str, en: str) -> None:
    register(type, Severity.WARNING, (ja, _NOT_DELETED), (en, _NOT_DELETED_EN))


_register("list-page-failed", "{place} の一覧が途中までしか取れませんでした（{detail}）。", "The list of {place} broke off ({detail}).")
_register("list-page-repeated", "{place} の一覧で同じページが2度返りました（{detail}件目から）。",
          "{place} answered with the same page of its list twice (from record {detail}).")
_register("listed-twice", "{place} の一覧に同じもの（{value}）が2度あります。", "{value} stands twice in the list of {place}.")
_register("list-count-differs", "{place} の一覧は{detail}件ですが、ポータルは{value}件と言っています。",
          "The list of {place} has {detail} records, the portal says {value}.")
_register("list-cut", "{place} の一覧がちょうど{detail}件で終わりました。切られている可能性があります。",
          "The list of {place} ends at {detail} records exactly: it may be cut.")
_register("list-empty", "{place} の一覧が空です。", "The list of {place} is empty.")
_register(
    "list-entry-without-id", "{place} の一覧にIDのない項目が{detail}件あります。", "{detail} entries in the list of {place} have no id."
)
_register("list-too-long", "{place} の一覧に終わりがありません（{detail}ページまで読みました）。",
          "The list of {place} has no end ({detail} pages were read).")


@dataclass(frozen=True)
class Page:
    """One page of a list.

    :param entries: that have an id
    :param length: how many entries came, with and without id
    :param count: the portal's own count of all
    """

    entries: Sequence[Entry]
    length: int
    count: int | None = None
    validators: Mapping[str, str] = field(default_factory=dict)


def gather(place: str, ask: Callable[[int], Page], size: int, count: int | None = None) -> Listing:
    """Read a list to its end.

    The next page begins after as many records as came, so that a portal which gives fewer than were asked for loses nothing. The end is an
    empty page, or the portal's own count.

    :param ask: the page that begins at a position
    :param size: what is asked for; a longer page means that the portal gives everything at once
    :param count: the portal's own count, where another call told it
    :raises PortalError: the first page cannot be had
    """
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    validators: Mapping[str, str] = {}
    position, before = 0, None
    for number in range(MOST_PAGES):
        try:
            page = ask(position)
        except PortalError as error:
            if number == 0:
                raise
            problems += [*error.problems, problem("list-page-failed", place, detail=position)]
            break
        ids = [entry.id for entry in page.entries]
        if number == 0:
            validators = page.validators
            count = page.count if page.count is not None else count
        elif page.count is not None and page.count != count:
            problems.append(problem("list-count-differs", place, value=page.count, detail=count))
        if page.length and ids == before:
            problems.append(problem("list-page-repeated", place, detail=position))
            break
        before = ids
        if page.length > len(ids):
            problems.append(problem("list-entry-without-id", place, detail=page.length - len(ids)))
        twice = [entry.id for entry in page.entries if entry.id in entries] + [entry for entry, times in Counter(ids).items() if times > 1]
        if twice:
            problems.append(problem("listed-twice", place, value=twice[0]))
        entries.update({entry.id: entry for entry in page.entries if entry.id not in entries})
        position += page.length
        if not page.length or page.length > size or (count is not None and position >= count):
            break
    else:
        problems.append(problem("list-too-long", place, detail=MOST_PAGES))
    # Validators speak for the first page only: they are worth something where that was all.
    alone = validators if number == 0 else {}
    return judged(place, entries.values(), problems, count, alone)


def judged(
    place: str,
    entries: Iterable[Entry],
    problems: Iterable[Problem],
    count: int | None = None,
    validators: Mapping[str, str] | None = None,
    round_is_doubtful: bool = True,
) -> Listing:
    """A listing with its verdict: complete where nothing speaks against it.

    :param problems: any one of them means that something may be missing
    :param count: the portal's own; without it, an empty list is doubtful
    :param round_is_doubtful: and one of a round thousand too
    """
    kept = tuple(entries)
    found = list(problems)
    if count is not None and count != len(kept):
        found.append(problem("list-count-differs", place, value=count, detail=len(kept)))
    if count is None and round_is_doubtful and kept and len(kept) % CEILING == 0:
        found.append(problem("list-cut", place, detail=len(kept)))
    if count is None and not kept:
        found.append(problem("list-empty", place))
    complete = not found
    return Listing(kept, complete, tuple(found), validators=validators if complete and validators else {}, stated_count=count)
