"""Answers of our own making, after the formats, for the tests of readers."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

import miyagi_harvesters.client  # noqa: F401 - registers what a request can fail of
from miyagi_harvesters.fetching import Answer
from miyagi_harvesters.problems import PortalError, Problem, problem

HEADER = (
    "#LINK",
    "#lang\tja",
    "#attribution_name\t架空市",
    "#license\thttp://creativecommons.org/licenses/by/4.0/deed.ja",
    "#file_name\tbenches",
)
PROPERTIES = "#property\t場所名\t台数\thttp://www.w3.org/2003/01/geo/wgs84_pos#lat"
TYPES = ("#object_type_xsd\tstring:ja\tint\tfloat", "#property_context\tAssertion\tAssertion\tAssertion")
ROWS = ("b_1\t中央広場\t0012\t38.1717", "b_2\t川べり 下手\t3\t38.2")


def linkdata_text(
    header: Iterable[str] = HEADER,
    properties: str = PROPERTIES,
    types: Iterable[str] = TYPES,
    rows: Iterable[str] = ROWS,
    end: str = "\r\n",
) -> bytes:
    """A table text as LinkData serves it; parts can be replaced."""
    return "".join(line + end for line in (*header, properties, *types, *rows)).encode()


def work_page(work: str = "rdf1s77i", name: str = "benches", licence: str = "http://creativecommons.org/licenses/by/4.0/deed.en") -> bytes:
    """The page of a work with one table in three forms."""
    forms = (
        ("Table Data\n\t\t(Text)", f"/download/{work}/link/{name}.txt"),
        ("Table Data (Excel)", f"/download/{work}/link/{name}.xls"),
        ("RDF (Turtle)", f"/download/{work}/ttl/{name}_ttl.txt"),
    )
    rows = "".join(
        f'<tr class="downloadFileInfoContainer"><td class="downloadFileNameAndType"><div>{label}</div></td>'
        f'<td class="downloadFileVersion version"><div> 2020.4.1 </div></td><td class="downloadFileSize numeric">1.2KB</td>'
        f'<td class="downloadFileLicense"><a rel="license" href="{licence}"><img alt="x"></a></td>'
        f'<td><a class="download" href="{href}"></a></td></tr>'
        for label, href in forms
    )
    return f"""<!DOCTYPE html><html><head><title>ベンチの一覧｜Open data｜LinkData</title></head><body>
    <script>LD.workId = '{work}';</script><h1>架空市　ベンチの一覧</h1>
    <div class="userlist"><ul><li><a href="/user/kakuushi"><img src="/x.png"/> 架空市 </a></li></ul></div>
    <span class="description">公園と道のベンチです。</span> <a class="tagLink" href="/tag/1">公園</a>
    <div id="meta"><table><tr><th>Created date</th><td>Apr 1, 2019</td></tr>
    <tr><th>Last update date</th><td>May 2, 2020</td></tr></table></div>
    <table>{rows}</table></body></html>""".encode()


class Portal:
    """A fetcher over given answers: address → body or problem type. Counts what is asked."""

    def __init__(self, answers: Mapping[str, bytes | str]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []

    def get(self, url: str, **_: object) -> Answer:
        self.asked.append(url)
        found = self.answers.get(url, "unexpected-shape")
        if isinstance(found, str):
            raise PortalError(problem(found, url))
        return Answer(url, url, 200, {}, found)


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of these files."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return body.getvalue()


def types_of(problems: Iterable[Problem]) -> set[str]:
    """The types of findings."""
    return {found.type for found in problems}


def problems_of(act: Callable[[], object]) -> set[str]:
    """The types of the problems that a call raises."""
    with pytest.raises(PortalError) as raised:
        act()
    return types_of(raised.value.problems)


def samples(folder: str) -> list[Path]:
    """The kept answers of a kind, read where they lie; empty where their place is not told."""
    place = os.environ.get("MIYAGI_PORTAL_SAMPLES")
    return sorted(path for path in (Path(place) / folder).iterdir() if path.suffix != ".md") if place else []
