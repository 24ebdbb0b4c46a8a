"""The parts of the stack by themselves: quick, nothing is started that lasts."""

from __future__ import annotations

import io
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import psutil
import pytest
from stack_harness import PROJECT, wait_for

from miyagi_stack import config, environment, files, jars, launch, locks, overrides, progress, versions, wording
from miyagi_stack.errors import StackError
from miyagi_stack.home import LONGEST_SOCKET_NAME, LONGEST_SOCKET_PATH, Home

STACK = PROJECT / "stack"
LOCKS = ["requirements.lock", "requirements-redis.lock", "requirements-stack.lock", "requirements-test.lock", "requirements-uv.lock"]


def test_stack_imports_nothing_of_ckan() -> None:
    """The embedded services know no CKAN; what must run inside it lies apart, in stack/in_ckan."""
    for path in STACK.glob("miyagi_stack/**/*.py"):
        assert not re.search(r"^\s*(import|from) ckan", path.read_text(encoding="utf-8"), flags=re.MULTILINE), path


def test_bootstrap_needs_only_the_standard_library() -> None:
    """What the ``miyagi`` script imports works in a Python with no packages at all."""
    code = f"import sys; sys.path.insert(0, {str(STACK)!r}); import miyagi_stack.environment"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


def test_files_hold_one_concept() -> None:
    """No file of more than 300 lines."""
    for path in [*STACK.glob("**/*.py"), PROJECT / "miyagi"]:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path


@pytest.mark.parametrize("name", LOCKS)
def test_locks_are_complete(name: str) -> None:
    """Everything is pinned with a hash; no path of this machine and no registry's address got in."""
    text = (PROJECT / name).read_text(encoding="utf-8")
    pins = re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==\S+", text, flags=re.MULTILINE)
    assert pins
    assert len(pins) == len(re.findall(r"^[a-zA-Z]", text, flags=re.MULTILINE))
    assert text.count("--hash=sha256:") >= len(pins)
    assert not re.search(r"https?://|file:|/tmp|/home|/root|/work|index-url|find-links", text)


def test_locks_agree() -> None:
    """The tests run on the very versions that serve, and containers hold the same."""

    def pins(name: str) -> set[str]:
        return set(re.findall(r"^\S+==\S+", (PROJECT / name).read_text(encoding="utf-8"), flags=re.MULTILINE))

    assert pins("requirements.lock") < pins("requirements-stack.lock") < pins("requirements-test.lock")


def test_jars_of_the_lock_are_those_of_the_pom() -> None:
    """Each dependency of pom.xml is in jars.lock with its version; every line has a checksum."""
    space = {"m": "http://maven.apache.org/POM/4.0.0"}
    pom = ElementTree.parse(PROJECT / "solr" / "pom.xml")
    properties = {element.tag.rpartition("}")[2]: element.text or "" for element in pom.find("m:properties", space) or []}
    locked = {(jar.group, jar.artifact): jar for jar in jars.locked()}
    for dependency in pom.findall("m:dependencies/m:dependency", space):
        group, artifact, version = ((dependency.find(f"m:{name}", space).text or "") for name in ("groupId", "artifactId", "version"))  # type: ignore[union-attr]
        version = re.sub(r"\$\{(.+)\}", lambda match: properties[match[1]], version)
        assert locked[group, artifact].version == version
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) for jar in locked.values())
    assert {jar.version for jar in locked.values() if jar.group == "org.eclipse.jetty"} == {properties["jetty.version"]}


def test_half_a_jar_is_not_taken(tmp_path: Path) -> None:
    """A jar cut short in the local repository is not used."""
    jar = jars.locked()[0]
    repository, target = tmp_path / "m2", tmp_path / "lib"
    target.mkdir()
    place = repository / jar.repository_path
    place.parent.mkdir(parents=True)
    place.write_bytes(b"PK")
    assert jars._take([jar], repository, target) == [jar]
    assert not list(target.iterdir())


def test_lock_is_exclusive_and_dies_with_its_holder(tmp_path: Path) -> None:
    """A second taker is refused until the holder, another process, is killed."""
    path = tmp_path / "lock"
    code = (
        f"import sys, time; sys.path.insert(0, {str(STACK)!r}); from miyagi_stack.locks import FileLock, Path; "
        f"lock = FileLock(Path({str(path)!r})); lock.acquire(); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        assert not locks.FileLock(path).acquire(wait=False)
        assert locks.is_held(path)
        holder.kill()
    assert not locks.is_held(path)
    with locks.FileLock(path, shared=True), locks.FileLock(path, shared=True):
        assert locks.is_held(path)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's notice of a parent's death is Linux's")
def test_child_ends_with_its_killed_parent() -> None:
    """``kill -9`` of the parent reaches the child as the signal it asked for."""
    code = (
        f"import sys, subprocess; sys.path.insert(0, {str(STACK)!r}); from miyagi_stack import launch; "
        "child = subprocess.Popen(launch.wrap(['/bin/sleep', '60'], 15)); print(child.pid, flush=True); child.wait()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        wait_for(lambda: child.name() == "sleep", 10, "the child runs")
        parent.kill()
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 10, "the child has ended")


def test_files_are_written_only_when_they_change(tmp_path: Path) -> None:
    """Same content: no write. Other content: in one step, with the mode asked for."""
    path = tmp_path / "folder" / "file"
    assert files.write_if_changed(path, "a", 0o600)
    before = path.stat().st_mtime_ns
    assert not files.write_if_changed(path, "a", 0o600)
    assert path.stat().st_mtime_ns == before
    assert files.write_if_changed(path, "b", 0o600)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_real_servers_are_told_by_name() -> None:
    """Each address replaces its service; PostgreSQL goes only when all three are given."""
    assert overrides.needed({}) == {"postgres", "redis", "solr"}
    assert overrides.needed({"CKAN_REDIS_URL": "redis://x", "CKAN_SOLR_URL": "http://x"}) == {"postgres"}
    assert overrides.needed({"CKAN_SQLALCHEMY_URL": "postgresql://x"}) == {"postgres", "redis", "solr"}
    assert overrides.needed(dict.fromkeys(overrides.ALL, "x")) == set()
    assert overrides.digest({}) != overrides.digest({"CKAN_REDIS_URL": "redis://x"})


def test_long_paths_get_short_sockets(tmp_path: Path) -> None:
    """A unix socket's path has a limit of 107 bytes; a deep home has its sockets elsewhere."""
    short, deep = Home(Path("/srv/h")), Home(Path("/srv") / ("深い" * 15))
    assert short.sockets == Path("/srv/h/run/s")
    assert len(str(deep.sockets).encode()) + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH
    assert deep.sockets != Home(deep.root / "other").sockets


def test_settings_survive_percent_signs(tmp_path: Path) -> None:
    """An address with an escaped character is read back as it was."""
    import configparser

    addresses = config.Addresses("postgresql://ckan:a%40b@x/ckan", "w", "r", "redis", "solr", "site", "storage")
    config.write(tmp_path / "ckan.ini", addresses, config.secrets(Home(tmp_path)), {"ckan.site_title": "別の名前"})
    parser = configparser.ConfigParser()
    parser.read(tmp_path / "ckan.ini", encoding="utf-8")
    assert parser["app:main"]["sqlalchemy.url"] == addresses.catalogue
    assert parser["app:main"]["ckan.site_title"] == "別の名前"
    assert config.secrets(Home(tmp_path)) == config.secrets(Home(tmp_path))


def test_home_of_another_version_is_refused(tmp_path: Path) -> None:
    """Ours passes; another layout, or one without a mark, does not."""
    home = Home(tmp_path)
    versions.check_home(home)
    versions.mark_home(home)
    home.ini.write_text("")
    versions.check_home(home)
    (tmp_path / "home.json").write_text('{"layout": 1, "postgres": "17"}')
    with pytest.raises(StackError, match="別の版"):
        versions.check_home(home)
    (tmp_path / "home.json").unlink()
    with pytest.raises(StackError, match="another version"):
        versions.check_home(home)


@pytest.mark.parametrize(
    ("log", "word"),
    [
        ("OSError: [Errno 28] No space left on device", "full"),
        ("error: Failed to fetch: `x`\n dns error", "network"),
        ("Max retries exceeded with url", "network"),
        ("segmentation fault", "log below"),
    ],
)
def test_failures_are_explained(log: str, word: str) -> None:
    """Disk and network are told from the output of foreign programs; else their last lines are shown."""
    error = wording.explain_failure(log, Path("/home"))
    assert word in error.en
    assert "もう一度実行" in error.ja
    assert error.log == log


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["serve", "--port", "5001", "--home", "h"], ("h", "serve", ["--port", "5001"])),
        (["--home=h", "--port", "5001", "serve"], ("h", "serve", ["--port", "5001"])),
        (["--home", "h", "ckan", "--home", "x", "-c", "y"], ("h", "ckan", ["--home", "x", "-c", "y"])),
        (["serve", "--demo"], (None, "serve", ["--demo"])),
        (["test", "-x", "tests/unit"], (None, "test", ["-x", "tests/unit"])),
        ([], (None, None, [])),
    ],
)
def test_command_line_is_split(words: list[str], told: tuple) -> None:
    """``--home`` is ours before a passed-through command, not after it."""
    assert environment._split(words) == told


def test_progress_on_a_log_and_on_a_terminal() -> None:
    """A log gets whole lines only; a terminal gets a line that moves and fits."""
    log = io.StringIO()
    shown = progress.Progress(log)
    shown.begin("Solr")
    shown.detail("Solr", "3/141")
    shown.tick()
    shown.done("Solr")
    assert re.fullmatch(r"\[ +0\.\d s\] ✓ Solr \(0\.\d s\)\n", log.getvalue())

    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    shown = progress.Progress(terminal, started=time.time() - 5)
    shown.begin("Solr")
    shown.detail("Solr", "3/141")
    shown.line("✓ Redis")
    assert terminal.getvalue().endswith("… Solr 3/141 0 s")
    assert progress._cut("データベース", 5) == "デー"


def test_wrapped_command_keeps_arguments() -> None:
    """The launcher hands on program and arguments unchanged."""
    wrapped = launch.wrap(["/bin/echo", "a b", ""], signal.SIGTERM)
    done = subprocess.run(wrapped, capture_output=True, text=True, check=True)
    assert done.stdout == "a b \n"
