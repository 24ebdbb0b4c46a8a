"""Files of entered values: what is read, what is refused, and that nothing of a bad file is used."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from ckanext.miyagiict.kpi.model import Baseline, Kpi
from ckanext.miyagiict.kpi.problems import InputInvalid
from ckanext.miyagiict.kpi.sheet import rearmed, rows_of, written
from ckanext.miyagiict.kpi.values_csv import Row, read_values, template
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 11, 28)
NO_BASELINE = Baseline(None, None, "", "", "", None, "day")


def kpi(id: str, name: str) -> Kpi:
    return Kpi(id=id, name=name, unit="件", baseline=NO_BASELINE, targets=(), minimum=Decimal(0), plan="plan", plan_years=(2021, 2027), source="")


KPIS = {one.id: one for one in (kpi("a", "公開数"), kpi("b", "導入数"))}
FILE = "指標ID,指標名,実績値,時点,出典,備考\na,公開数,15,2026-09-30,調べ,\nb,,９,令和8年9月末,,\n"


def read(file: str | bytes) -> list[Row]:
    return read_values(file.encode() if isinstance(file, str) else file, "値.csv", KPIS, {"a", "b"}, TODAY)


def problems(file: str | bytes) -> list[tuple[str, int | None]]:
    with pytest.raises(InputInvalid) as caught:
        read(file)
    return [(one.kind.type, one.row) for one in caught.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_file_is_read(encoding: str) -> None:
    """As people write numbers and days, in the encodings that spreadsheet programs save."""
    rows = read(FILE.encode(encoding))
    assert [(row.number, row.entry.kpi, row.entry.value, row.entry.as_of, row.source) for row in rows] == [
        (2, "a", 15, date(2026, 9, 30), "調べ"), (3, "b", 9, date(2026, 9, 30), "")
    ]


def test_the_template_is_filled_in_where_one_likes() -> None:
    """Its empty rows are left out; without any value there is nothing to take."""
    empty = template(KPIS.values())
    assert empty.startswith(b"\xef\xbb\xbf")
    assert problems(empty) == [("no-values", None)]
    filled = empty.decode("utf-8-sig").replace("a,公開数,,,", "a,公開数,1,2026-03-31,")
    assert [row.entry.kpi for row in read(filled)] == ["a"]


def test_every_problem_of_every_row() -> None:
    """Strangers, other units, days to come, a name that is another's, a day twice, cells too many."""
    more = "c,,1,2026-09-30,,\na,,1人,2026-08-31,,\na,,1,2027-01-01,,\nb,公開数,1,2026-07-31,,\na,,16,2026-09-30,,\nb,,1,2026-06-30,,,余り\n"
    assert problems(FILE + more) == [
        ("kpi-unknown", 4), ("other-unit", 5), ("future-day", 6), ("kpi-name-differs", 7), ("value-twice", 8), ("ragged-row", 9)
    ]


def test_a_value_beside_the_headings_is_not_lost() -> None:
    """A row whose number slipped behind the last column is no empty row."""
    assert problems("指標ID,実績値,時点\na,,,15\n")[0] == ("ragged-row", 2)


def test_kpis_of_others_are_refused() -> None:
    with pytest.raises(InputInvalid) as caught:
        read_values(FILE.encode(), "値.csv", KPIS, {"a"}, TODAY)
    assert [(one.kind.type, one.row) for one in caught.value.problems] == [("kpi-of-others", 3)]


@pytest.mark.parametrize(("file", "kind"), [
    (b"", "not-a-csv"), (b"\n", "not-a-csv"), (b"\xff\xfe\x00", "not-a-csv"), ("指標ID,実績値,時点\na,\x07,2026-03-31\n".encode(), "not-a-csv"),
    (b'kpi,value,as_of\na,"1,2026', "not-a-csv"), (b"kpi,value\n", "column-missing"), (b"kpi,value,as_of,kpi\n", "column-twice"),
    (b"kpi,value,as_of,color\n", "column-unknown"), (b"kpi,value,as_of\n" + b"a" * 300_000, "file-too-large"),
    (b"kpi,value,as_of\n" + b"a\n" * 5_001, "too-many-rows"),
], ids=["empty", "blank", "no text", "control signs", "open quote", "column missing", "column twice", "column unknown", "too large", "too long"])
def test_what_is_no_file_of_values(file: bytes, kind: str) -> None:
    """Each with its own message."""
    assert kind in [found for found, _row in problems(file)]


@given(st.lists(st.lists(st.text(alphabet='あ1=+-@", \n', max_size=6), min_size=2, max_size=2), max_size=5))
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    """Cell by cell, and no cell begins as a formula does."""
    file = written({"one": ("一",), "two": ("二",)}, rows)
    again = [[rearmed(cell) for cell in cells] for _number, cells in rows_of(file, "f", most_bytes=10**6, most_rows=10)[1:]]
    assert again == rows
    cells = [cell for row in csv.reader(io.StringIO(file.decode("utf-8-sig"))) for cell in row]
    assert not any(cell.startswith(("=", "@")) for cell in cells)
