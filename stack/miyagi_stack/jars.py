"""Solr's jars: exactly those of ``solr/jars.lock``, checked by SHA-256.

``python -m miyagi_stack.jars FOLDER`` fetches them, eight at a time, with jgo's downloader (13 s here; ``mvn``, which
goes one by one, took 66 s). Where that fails and an ``mvn`` is present, ``mvn`` gets its turn: it knows the mirrors of
the machine's ``settings.xml``. Both keep what they fetched in Maven's usual local repository, so that a second home
finds it there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from miyagi_stack.files import write_if_changed
from miyagi_stack.home import PROJECT, Home

LOCK = PROJECT / "solr" / "jars.lock"
POM = PROJECT / "solr" / "pom.xml"
AT_ONCE = 8
ATTEMPTS = 3
TIMEOUT = 30
"""Seconds without an answer from the repository."""


@dataclass(frozen=True)
class Jar:
    """One line of the lock."""

    sha256: str
    group: str
    artifact: str
    version: str
    classifier: str = ""

    @property
    def file_name(self) -> str:
        return "-".join(part for part in (self.artifact, self.version, self.classifier) if part) + ".jar"

    @property
    def repository_path(self) -> Path:
        """Where Maven keeps it in a local repository."""
        return Path(*self.group.split("."), self.artifact, self.version, self.file_name)

    def is_at(self, path: Path) -> bool:
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == self.sha256


def locked(lock: Path = LOCK) -> list[Jar]:
    """The jars of the lock file."""
    lines = (line.split() for line in lock.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return [Jar(sha256, *coordinates.split(":")) for sha256, coordinates in lines]


def folder(home: Home) -> Path:
    """Where a home keeps its jars; named after the lock, so that another lock never meets old jars."""
    return home.solr / f"lib-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"


def complete(home: Home) -> bool:
    """Whether all jars are there. The folder gets its name only when they are."""
    return folder(home).is_dir()


def fetch(target: Path) -> None:
    """Bring every jar into ``target``.

    :raises RuntimeError: some could not be had; those that could be are kept for the next time
    """
    unfinished = target.with_suffix(".unfinished")
    unfinished.mkdir(parents=True, exist_ok=True)
    repository = Path(os.environ.get("M2_REPO") or Path.home() / ".m2" / "repository")
    with tempfile.TemporaryDirectory(dir=unfinished, prefix=".download-") as scratch:
        missing = _take(locked(), repository, unfinished)
        failures = _download(missing, Path(scratch), repository)
        if failures and shutil.which("mvn"):
            _run_maven(Path(scratch))
            missing = _take(missing, repository, unfinished)
        missing = _take(missing, repository, unfinished)
    if missing:
        raise RuntimeError(f"{len(missing)} jars missing, first {missing[0].file_name}: {failures[:1]}")
    for extra in set(unfinished.iterdir()) - {unfinished / jar.file_name for jar in locked()}:
        shutil.rmtree(extra) if extra.is_dir() else extra.unlink()
    unfinished.rename(target)


def _take(jars: list[Jar], repository: Path, target: Path) -> list[Jar]:
    """Put the jars the local repository has into ``target``; returns the others."""
    missing = []
    for jar in jars:
        source, place = repository / jar.repository_path, target / jar.file_name
        if place.is_file() and jar.is_at(place):
            continue
        place.unlink(missing_ok=True)
        if not jar.is_at(source):
            missing.append(jar)
            continue
        try:
            os.link(source, place)
        except OSError:  # another file system
            shutil.copyfile(source, place)
    return missing


def _download(jars: list[Jar], scratch: Path, repository: Path) -> list[str]:
    """Fetch jars into the local repository with jgo; returns what went wrong.

    jgo writes straight into its repository and takes half a file for a whole one later, so it gets an empty one,
    and each jar moves to the real one after its checksum has been compared.
    """
    from jgo.maven import MavenContext  # slow to import, and needed once in the life of a home

    context = MavenContext(repo_cache=scratch, local_repos=[], timeout=TIMEOUT)

    def one(jar: Jar) -> str:
        problem = ""
        for _ in range(ATTEMPTS):
            (scratch / jar.repository_path).unlink(missing_ok=True)
            try:
                component = context.project(jar.group, jar.artifact).at_version(jar.version)
                path = component.artifact(classifier=jar.classifier).resolve()
            except Exception as error:  # requests' and jgo's own, all of them worth another try
                problem = f"{jar.file_name}: {error}"
                continue
            if jar.is_at(path):
                place = repository / jar.repository_path
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, place.with_name(f".{place.name}.{os.getpid()}"))
                os.replace(place.with_name(f".{place.name}.{os.getpid()}"), place)
                print(jar.file_name, flush=True)
                return ""
            problem = f"{jar.file_name}: checksum does not agree with solr/jars.lock"
        return problem

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [problem for problem in pool.map(one, jars) if problem]


def _run_maven(output: Path) -> None:
    """Let ``mvn`` fill the local repository."""
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
    subprocess.run(["mvn", "-B", "-q", "-f", str(POM), goal, "-DincludeScope=runtime", f"-DoutputDirectory={output / 'mvn'}"], check=False)


def write_lock() -> None:
    """Make the lock anew from ``pom.xml``, with ``mvn``. For whoever changes the version of Solr."""
    with tempfile.TemporaryDirectory() as scratch:
        listing = Path(scratch) / "list.txt"
        goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:list"
        subprocess.run(["mvn", "-B", "-q", "-f", str(POM), goal, "-DincludeScope=runtime", f"-DoutputFile={listing}"], check=True)
        _run_maven(Path(scratch))
        lines = []
        for line in listing.read_text(encoding="utf-8").splitlines():
            parts = line.replace("\x1b[0;1m", "").split(" -- ")[0].strip().split(":")
            if len(parts) not in (5, 6) or parts[2] != "jar":
                continue
            group, artifact, _jar, *rest = parts
            classifier, version = (rest[0], rest[1]) if len(parts) == 6 else ("", rest[0])
            jar = Jar("", group, artifact, version, classifier)
            digest = hashlib.sha256((Path(scratch) / "mvn" / jar.file_name).read_bytes()).hexdigest()
            lines.append(f"{digest}  " + ":".join(part for part in (group, artifact, version, classifier) if part))
    head = [line for line in LOCK.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    write_if_changed(LOCK, "\n".join(head + sorted(lines, key=lambda line: line.split()[1])) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--lock"]:
        write_lock()
    else:
        fetch(Path(sys.argv[1]))
