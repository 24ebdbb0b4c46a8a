"""The calendar of Japanese eras and fiscal years (年度), and how people write them.

A fiscal year runs from 1 April to 31 March and is named by the year in which it begins: 令和3年度 = R3 = FY2021 = 2021-04-01 to
2022-03-31. FY2019 begins in 平成 and is called 令和元年度; 平成31年度 is the same year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

__all__ = ["ERAS", "Era", "YearMention", "fiscal_year", "label", "mentions", "standard"]

#: What spans more years than this is no range of years.
LONGEST_RANGE = 40


@dataclass(frozen=True)
class Era:
    """One era.

    :param offset: plus the year in the era is the Western year
    :param last: its last year, as far as people write it (平成31年度)

    Source: datasets/miyagi-reference/data/eras.csv
    """

    name: str
    kana: str
    romaji: str
    letter: str
    offset: int
    last: int


ERAS = (
    Era("令和", "れいわ", "reiwa", "r", 2018, 60),
    Era("平成", "へいせい", "heisei", "h", 1988, 31),
    Era("昭和", "しょうわ", "showa", "s", 1925, 64),
    Era("大正", "たいしょう", "taisho", "t", 1911, 15),
    Era("明治", "めいじ", "meiji", "m", 1867, 45),
)


@dataclass(frozen=True)
class YearMention:
    """A year, or a range of years, that a text names.

    :param first: Western year; of a fiscal year the one in which it begins
    :param last: the same where it is no range
    :param is_fiscal: said to be a fiscal year (``年度``, ``FY``)
    :param month: of a date that is written out, else None
    :param start: where it begins in the text
    :param end: where it ends
    """

    first: int
    last: int
    is_fiscal: bool
    month: int | None
    start: int
    end: int

    @property
    def fiscal_years(self) -> range:
        """The fiscal years that are meant; of a bare year, the one that begins in it."""
        if self.month is not None:
            year = fiscal_year(date(self.first, self.month, 1))
            return range(year, year + 1)
        return range(self.first, self.last + 1)


def fiscal_year(day: date) -> int:
    """The fiscal year of a day: 31 March 2022 → 2021."""
    return day.year if day.month >= 4 else day.year - 1


def label(year: int) -> str:
    """What a fiscal year is called: 2021 → ``令和3年度``, 2019 → ``令和元年度``.

    :raises ValueError: before 明治元年度
    """
    for era in ERAS:
        if year > era.offset:
            number = year - era.offset
            return f"{era.name}{'元' if number == 1 else number}年度"
    raise ValueError(f"there is no era for {year}")


_BY_NAME = {name: era for era in ERAS for name in (era.name, era.kana, era.romaji)}
_BY_LETTER = {**{era.letter: era for era in ERAS}, **{era.name[0]: era for era in ERAS}}
_DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", start=1)}

_YEAR = re.compile(
    rf"""(?P<era>{"|".join(_BY_NAME)})\s*(?P<number>元|[0-9]{{1,2}}(?![0-9])|[一二三四五六七八九十]{{1,3}})
    | (?:(?<![a-z0-9.])(?P<letter>[rhs])|(?<![㐀-鿿々])(?P<kanji>[令平昭]))\s?\.?(?P<short>元|[0-9]{{1,2}})(?![0-9a-z])
    | (?<![a-z])(?P<fy>fy\s?|fiscal\s(?:year\s)?)(?P<fiscal>(?:19|20)[0-9]{{2}})(?![0-9])
    | (?<![0-9.,])(?P<western>(?:19|20)[0-9]{{2}})
      (?: (?=(?P<compact>0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9])) | (?![0-9]|,[0-9]|\.[0-9]{{3}}) )
    """,
    re.VERBOSE,
)
_UNIT = re.compile(r"\s*(年度|ねんど|年|ねん)")
_MONTH = re.compile(r"\s*[年./\-]\s*(1[0-2]|0?[1-9])(?:\s*[月./\-]\s*[0-3]?[0-9](?![0-9])日?|\s*月|(?![0-9]))")
_TO = re.compile(r"\s*(?:[~〜\-‐-―−ー]|から)\s*")
_BARE = re.compile(r"([0-9]{1,2})(?=\s*(?:年|ねん))")


def mentions(text: str) -> Iterator[YearMention]:
    """The years that a text names, in its order. A number that could be any (``21年度末``) is not taken for a year.

    :param text: NFKC in small letters
    """
    position = 0
    while found := _YEAR.search(text, position):
        position = found.end()
        year, era = _western(found)
        if year is None:
            continue
        if found["compact"]:
            position = found.end() + 4
            yield YearMention(year, year, False, int(found["compact"]), found.start(), position)
            continue
        if not found["fy"] and (day := _MONTH.match(text, position)):
            position = day.end()
            yield YearMention(year, year, False, int(day[1]), found.start(), position)
            continue
        position, is_fiscal = _unit(text, position)
        last, position, also_fiscal = _range_end(text, position, year, era)
        yield YearMention(year, last, is_fiscal or also_fiscal or bool(found["fy"]), None, found.start(), position)


def standard(text: str) -> str:
    """A text with every year that it names in one form: ``r3予算`` and ``令和3年度予算`` → ``2021年予算``. Dates stay as they are.

    :param text: NFKC in small letters
    """
    parts, position = [], 0
    for mention in mentions(text):
        if mention.month is None:
            years = f"{mention.first}" if mention.first == mention.last else f"{mention.first}~{mention.last}"
            parts += [text[position:mention.start], years, "年"]
            position = mention.end
    return "".join([*parts, text[position:]])


def _western(found: re.Match[str]) -> tuple[int | None, Era | None]:
    """The Western year of a match, and the era it is written in; None where the era has no such year."""
    if written := found["western"] or found["fiscal"]:
        return int(written), None
    era = _BY_NAME[found["era"]] if found["era"] else _BY_LETTER[found["letter"] or found["kanji"]]
    number = _number(found["number"] or found["short"])
    return (era.offset + number, era) if 1 <= number <= era.last else (None, None)


def _number(written: str) -> int:
    """``元`` → 1, ``12`` → 12, ``二十一`` → 21; 0 for what is no number."""
    if written == "元":
        return 1
    if written.isdecimal():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    if not ten:
        return _DIGITS[written] if len(written) == 1 else 0
    if len(tens) > 1 or len(ones) > 1 or tens == "十":
        return 0
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)


def _unit(text: str, position: int) -> tuple[int, bool]:
    """Step over 年 or 年度."""
    unit = _UNIT.match(text, position)
    return (unit.end(), unit[1] in ("年度", "ねんど")) if unit else (position, False)


def _range_end(text: str, position: int, first: int, era: Era | None) -> tuple[int, int, bool]:
    """The last year of ``令和2～8年度``, ``R3~R6`` or ``2014-2016``; the first where no range follows.

    :returns: year, place behind it, whether it is called a fiscal year
    """
    none = first, position, False
    if not (to := _TO.match(text, position)):
        return none
    if other := _YEAR.match(text, to.end()):
        last, _ = _western(other)
        end = other.end()
        if other["compact"] or _MONTH.match(text, end):
            return none
    elif era and (bare := _BARE.match(text, to.end())):
        last, end = era.offset + int(bare[1]), bare.end()
    else:
        return none
    if last is None or not first < last <= first + LONGEST_RANGE:
        return none
    end, is_fiscal = _unit(text, end)
    return last, end, is_fiscal
