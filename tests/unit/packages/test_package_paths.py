"""No path leads out of the package folder, and nothing is ever fetched."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from .conftest import Check, MakePackage
from .descriptors import Place, places, put, value_at

OUTSIDE = [
    "../cities.csv", "data/../../cities.csv", "data/..", "..", "/etc/passwd", "//etc/passwd", "\\cities.csv", "..\\cities.csv",
    "data\\cities.csv", "C:\\cities.csv", "C:/cities.csv", "c:cities.csv", "data/../data/cities.csv",
]
ODD = ["", ".", "./data/cities.csv", "data//cities.csv", "data/./cities.csv", "data/cities.csv/", "data/cities.csv\n", "data/\tcities.csv"]
REMOTE = [
    "http://example.org/cities.csv", "https://example.org/cities.csv", "HTTPS://example.org/cities.csv", "ftp://example.org/cities.csv",
    "file:///etc/passwd", "//example.org/cities.csv", " http://example.org/cities.csv", "s3://bucket/cities.csv",
    "data:text/csv,id", "http://[::1/cities.csv", "javascript:alert(1)",
]


@pytest.mark.parametrize("path", [path for path in OUTSIDE if not path.startswith("//")] + ODD)
@pytest.mark.parametrize("property_name", ["path", "schema"])
def test_path_out_of_the_folder(check: Check, make_package: MakePackage, path: str, property_name: str) -> None:
    """.., absolute, backslash, drive letter; and ways of writing that an address would lose."""
    (problem,) = check(make_package(resource={property_name: path}))
    assert (problem.kind.type, problem.value, problem.field) == ("unsafe-path", path, property_name)


@pytest.mark.parametrize("path", REMOTE)
@pytest.mark.parametrize("property_name", ["path", "schema"])
def test_remote_path(check: Check, make_package: MakePackage, path: str, property_name: str) -> None:
    """An address of any kind: what it answers could change after the check."""
    (problem,) = check(make_package(resource={property_name: path}))
    assert (problem.kind.type, problem.value, problem.field) == ("remote-path", path, property_name)


@pytest.mark.parametrize("property_name", ["path", "schema"])
def test_link_out_of_the_folder(check: Check, make_package: MakePackage, tmp_path: Path, property_name: str) -> None:
    """A link is followed, and leads outside."""
    (tmp_path / "secret").write_text('{"fields": [{"name": "secret"}]}')
    folder = make_package(resource={property_name: "link"})
    (folder / "link").symlink_to(tmp_path / "secret")
    (problem,) = check(folder)
    assert (problem.kind.type, problem.value) == ("unsafe-path", "link")


def test_linked_folder_out_of_the_folder(check: Check, make_package: MakePackage, tmp_path: Path) -> None:
    """A folder on the way may be the link."""
    (tmp_path / "cities.csv").write_text("id,name\n")
    folder = make_package(resource={"path": "linked/cities.csv"})
    (folder / "linked").symlink_to(tmp_path)
    assert [problem.kind.type for problem in check(folder)] == ["unsafe-path"]


def test_link_inside_the_folder(check: Check, make_package: MakePackage) -> None:
    """A link that stays inside is as good as the file."""
    folder = make_package(resource={"path": "data/link.csv"})
    (folder / "data/link.csv").symlink_to("cities.csv")
    assert check(folder) == []


def test_package_folder_may_be_a_link(check: Check, make_package: MakePackage, tmp_path: Path) -> None:
    """Where the folder itself lies does not matter."""
    (tmp_path / "link").symlink_to(make_package())
    assert check(tmp_path / "link") == []


def test_link_to_itself(check: Check, make_package: MakePackage) -> None:
    """A link in a circle is a missing file."""
    folder = make_package(resource={"path": "loop.csv"})
    (folder / "loop.csv").symlink_to("loop.csv")
    assert [problem.kind.type for problem in check(folder)] == ["missing-file"]


@pytest.mark.parametrize("path", ["データ/市町村 一覧.csv", "data/a?b#c%20.csv", "data/...csv", "-x.csv", "data/a b.csv"])
def test_unusual_file_names(check: Check, make_package: MakePackage, path: str) -> None:
    """Japanese, blanks and signs are file names like any other."""
    assert check(make_package(resource={"path": path}, files={path: "id,name\n1,仙台市\n"})) == []


@pytest.mark.parametrize("profile", ["http://example.org/profile.json", "../profile.json", "fiscal-data-package", "", None, {}, ["x"]])
def test_profile_must_be_of_the_standard(check: Check, make_package: MakePackage, profile: Any) -> None:
    """frictionless fetches any other profile, wherever it lies."""
    for folder in (make_package(descriptor={"profile": profile}), make_package(resource={"profile": profile})):
        (problem,) = check(folder)
        assert "profile は次のどれかです" in problem.detail


# Nothing is fetched

_watched: list[str] | None = None


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched is None:
        return
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen") or (event == "open" and "bait" in str(arguments[0])):
        _watched.append(f"{event} {arguments!r:.200}")


@pytest.fixture(scope="module", autouse=True)
def _audit_hook() -> None:
    """Python itself reports every connection and every opened file; a hook cannot be taken off again, only put to sleep."""
    sys.addaudithook(_watch)


@contextmanager
def watching() -> Iterator[list[str]]:
    """The connections made, and the baits opened."""
    global _watched
    _watched = []
    try:
        yield _watched
    finally:
        _watched = None


#: Properties that the standards, frictionless, or JSON Schema follow.
REFERENCES = (
    "$ref", "$schema", "profile", "profiles", "schema", "dialect", "path", "data", "url", "extrapaths", "type", "package", "fields",
)


def baited_places() -> list[Place]:
    """Each place that is there, and each reference added to each object."""
    objects = [(), *(place for place in places() if isinstance(value_at(place), dict))]
    return [*places(), *((*place, name) for place in objects for name in REFERENCES if name not in value_at(place))]


@pytest.mark.parametrize("bait", ["http://127.0.0.1:9/bait.json", ["bait.json"]], ids=["address", "list with a path"])
def test_nothing_is_fetched_whatever_the_descriptor_names(check: Check, make_package: MakePackage, bait: Any) -> None:
    """An address or a file name in every place of a descriptor: nothing connects, nothing else is opened."""
    folder = make_package(files={"bait.json": '{"fields": [{"name": "id"}], "name": "bait"}'})
    followed = []
    for place in baited_places():
        (folder / "datapackage.json").write_text(json.dumps(put(place, bait)))
        with watching() as seen:
            check(folder)
        if seen:
            followed.append((place, seen))
    assert followed == []


def test_the_watch_sees(make_package: MakePackage) -> None:
    """The watch would report a file that is opened and an address that is looked up."""
    import socket

    with watching() as seen:
        (make_package(files={"bait.json": "{}"}) / "bait.json").read_text()
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", 9), timeout=1)
    assert {event.split()[0] for event in seen} >= {"open", "socket.connect"}
