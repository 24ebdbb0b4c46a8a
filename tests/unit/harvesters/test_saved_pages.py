"""Saved pages as browsers and servers write them, by the command line."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from miyagi_harvesters.__main__ import main
from miyagi_harvesters.fetching import Answer
from miyagi_harvesters.saved import Recorder

from .making import Portal, work_page

LINK = '<div class="本文"><h2>公園の一覧</h2><p><a href="https://www.city.example.lg.jp/files/parks.csv">CSV</a></p></div>'
XHTML = (
    '<?xml version="1.0" encoding="Shift_JIS"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
    f'"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml"><body>{LINK}</body></html>'
)
SHIRASAGI = XHTML.replace(LINK, '<h1 class="name">公園</h1><div class="resources"><div class="resource"><h2 class="name">一覧</h2></div></div>')


def records(capsys: pytest.CaptureFixture[str]) -> int:
    """How many the summary counts."""
    return int(capsys.readouterr().out.splitlines()[-1].split()[0].removeprefix("records="))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("pages", XHTML.encode("cp932")),
        ("pages", b"\xef\xbb\xbf" + XHTML.encode()),
        ("pages", f"<html><body>{LINK}</body></html>".encode("utf-16")),
        ("pages", LINK.encode()),
        ("pages", f"<!-- {'保存' * 2000} -->\n<section>{LINK}</section>".encode()),
        ("shirasagi", SHIRASAGI.encode("cp932")),
    ],
)
def test_a_page_is_known_however_it_begins(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, body: bytes) -> None:
    """A declaration of XML, a byte order mark, a long comment, a part of a page."""
    (tmp_path / "saved.html").write_bytes(body)
    assert main(["fetch", kind, str(tmp_path / "saved.html"), "--out", str(tmp_path / "out")]) == 0
    assert records(capsys) == 1


def test_recorded_pages_without_the_question(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Links are relative to where a page came from after redirects, so that its files are found among the answers."""
    asked, came = "https://www.city.example.lg.jp/od.html", "https://www.city.example.lg.jp/new/od.html"
    page, table = XHTML.replace("https://www.city.example.lg.jp/files/parks.csv", "parks.csv"), came.replace("od.html", "parks.csv")
    answers = Portal({table: "公園,数\n中央,02\n".encode("cp932")})
    recorder = Recorder(answers, tmp_path / "kept")
    recorder.get(table)
    answers.get = lambda url, **_: Answer(url, came, 200, {}, page.encode("cp932"), (came,))  # type: ignore[method-assign]
    recorder.get(asked)
    assert main(["fetch", "pages", str(tmp_path / "kept"), "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "records=1 rows=1 problems=0"


def test_xhtml_of_linkdata_is_read_without_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The parser's advice to programmers is not for who runs a command."""
    body = b'<?xml version="1.0" encoding="UTF-8"?>\n' + work_page().replace(b"<html>", b'<html xmlns="http://www.w3.org/1999/xhtml">')
    (tmp_path / "work.html").write_bytes(body)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert main(["fetch", "linkdata", str(tmp_path / "work.html"), "--out", str(tmp_path / "out")]) == 0
    assert records(capsys) == 1
