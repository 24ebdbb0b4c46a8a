"""CSV that people fill in and send: read leniently in its encoding, strictly in its form, and written so that a spreadsheet program opens it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

from ..packages.editions import disarmed
from .problems import InputInvalid, problem, raise_if_any

__all__ = ["places_of", "rearmed", "rows_of", "text_of", "written"]

#: A row with its number, as a spreadsheet counts rows.
NumberedRow = tuple[int, list[str]]


def rows_of(content: bytes, file: str, *, most_bytes: int, most_rows: int) -> list[NumberedRow]:
    """The rows of a CSV with their numbers; the first one is the heading.

    :param content: UTF-8, with or without BOM, or CP932 (what Excel saves)
    :param file: its name, for messages
    :param most_rows: below the heading
    :raises InputInvalid: too large, or no CSV
    """
    if len(content) > most_bytes:
        raise InputInvalid([problem("file-too-large", file, detail=f"{most_bytes // 1000:,} kB")])
    try:
        rows = list(enumerate(csv.reader(io.StringIO(text_of(content, file), newline=""), strict=True), start=1))
    except csv.Error as error:
        raise InputInvalid([problem("not-a-csv", file, detail="引用符の使い方に誤りがあるか、セルが長すぎます")]) from error
    if not rows or not any(cell.strip() for cell in rows[0][1]):
        raise InputInvalid([problem("not-a-csv", file, detail="見出し行がありません")])
    if len(rows) > most_rows + 1:
        raise InputInvalid([problem("too-many-rows", file, detail=f"{most_rows:,}")])
    return rows


def text_of(content: bytes, file: str) -> str:
    """The text of a file, with LF at the ends of its lines (a form sends CRLF whatever was in it).

    :raises InputInvalid: neither UTF-8 nor CP932, or with signs that are no text
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp932")
        except UnicodeDecodeError as error:
            raise InputInvalid([problem("not-a-csv", file, detail="文字コードがUTF-8でもShift_JIS（CP932）でもありません")]) from error
    # Python's CP932 gives control and private signs for bytes that are none of its letters.
    if any(unicodedata.category(sign) in ("Cc", "Co", "Cs") and sign not in "\t\r\n" for sign in text):
        raise InputInvalid([problem("not-a-csv", file, detail="見えない制御文字が含まれています")])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def places_of(header: Sequence[str], columns: Mapping[str, Sequence[str]], needed: Collection[Collection[str]], file: str) -> dict[str, int]:
    """Where each column stands.

    :param columns: column → headings that are understood, the one we write first
    :param needed: groups of columns, of each of which one must be there
    :raises InputInvalid: unknown, repeated and missing columns, all of them
    """
    known = {heading: column for column, headings in columns.items() for heading in headings}
    places: dict[str, int] = {}
    problems = []
    for place, heading in enumerate(header):
        column = known.get(unicodedata.normalize("NFKC", heading).strip())
        if column is None:
            problems.append(problem("column-unknown", file, value=heading, detail="、".join(headings[0] for headings in columns.values())))
        elif column in places:
            problems.append(problem("column-twice", file, value=heading))
        else:
            places[column] = place
    problems += [
        problem("column-missing", file, field=columns[next(iter(group))][0]) for group in needed if not any(column in places for column in group)
    ]
    raise_if_any(problems)
    return places


def written(columns: Mapping[str, Sequence[str]], rows: Iterable[Iterable[str]]) -> bytes:
    """A file that ``rows_of`` reads again and that a double click opens in Excel: UTF-8 with BOM, CRLF, no cell that becomes a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([headings[0] for headings in columns.values()])
    writer.writerows([disarmed(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def rearmed(cell: str) -> str:
    """A cell as it was before ``written`` made it harmless for a spreadsheet program."""
    return cell[1:] if cell.startswith("'") and disarmed(cell[1:]) == cell else cell
