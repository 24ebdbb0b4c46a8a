"""The rules of docs/architecture.md that a program can check: who may import whom, and what every action and setting has."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
EXTENSION = PROJECT / "ckanext-miyagiict" / "ckanext" / "miyagiict"
HARVESTERS = PROJECT / "harvesters" / "miyagi_harvesters"

#: Rooms that know nothing of CKAN; others may import them from anywhere.
PLAIN_ROOMS = ("ckanext.miyagiict.packages", "ckanext.miyagiict.pages", "ckanext.miyagiict.kpi", "ckanext.miyagiict.geo", "ckanext.miyagiict.chain")
PLAIN_FILES = sorted(
    [path for room in PLAIN_ROOMS for path in (EXTENSION / room.rpartition(".")[2]).rglob("*.py")] + [*HARVESTERS.rglob("*.py")]
)
#: What packages/ may import besides the standard library and itself.
PACKAGES_NEED = {"frictionless"}

LOGIC = EXTENSION / "logic"
ACTIONS = sorted([*LOGIC.glob("action.py"), *LOGIC.glob("action/*.py")])
AUTH = sorted([*LOGIC.glob("auth.py"), *LOGIC.glob("auth/*.py")])
EXPORTED = [*ACTIONS, *AUTH, *sorted(EXTENSION.glob("helpers*.py")), *sorted(LOGIC.glob("validators*.py"))]
SETTINGS: list[dict[str, Any]] = [
    option
    for group in yaml.safe_load((EXTENSION / "config_declaration.yaml").read_text(encoding="utf-8"))["groups"]
    for option in group["options"]
]
OUR_SETTINGS = [option["key"] for option in SETTINGS if option["key"].startswith("ckanext.miyagiict.")]


def by_path(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), by_path(path))


def module_name(path: Path) -> str:
    """The dotted name of a file of the extension or of the harvesters."""
    root = EXTENSION.parents[1] if path.is_relative_to(EXTENSION) else HARVESTERS.parent
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, anywhere in it, by its full name."""
    package = module_name(path).split(".")
    package = package if path.name == "__init__.py" else package[:-1]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # "from . import x" may name modules; "from .x import y" names x
            yield from ([module] if node.module else [f"{module}.{alias.name}" for alias in node.names])


def functions_of(paths: list[Path], *, chained: bool = False) -> dict[str, ast.FunctionDef]:
    """The public functions of some files: those of our own, or those that chain onto somebody else's."""
    nodes = [node for path in paths for node in tree_of(path).body]
    public = [node for node in nodes if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    return {node.name: node for node in public if chained == any("chained" in ast.unparse(mark) for mark in node.decorator_list)}


def is_plain(module: str) -> bool:
    """Whether a module is neither CKAN's nor an extension's, or is one of our plain rooms."""
    in_plain_room = any(module == room or module.startswith(f"{room}.") for room in PLAIN_ROOMS)
    return in_plain_room or module.split(".")[0] not in ("ckan", "ckanext")


# Rooms


@pytest.mark.parametrize("path", PLAIN_FILES, ids=by_path)
def test_plain_rooms_import_no_ckan(path: Path) -> None:
    """Data Packages and portals are read, and pages worded, without CKAN."""
    assert [module for module in imports_of(path) if not is_plain(module)] == []


@pytest.mark.parametrize("path", sorted((EXTENSION / "packages").rglob("*.py")), ids=by_path)
def test_packages_need_little(path: Path) -> None:
    """The standard library, frictionless and their own room."""
    allowed = sys.stdlib_module_names | PACKAGES_NEED
    others = [module for module in imports_of(path) if module.split(".")[0] not in allowed]
    assert [module for module in others if not module.startswith("ckanext.miyagiict.packages")] == []


def test_importing_the_plain_rooms_loads_no_ckan() -> None:
    """The same in a fresh interpreter, whatever is imported behind the scenes."""
    modules = [module_name(path) for path in PLAIN_FILES]
    program = f"import sys, importlib; [importlib.import_module(name) for name in {modules!r}]; print('ckan' in sys.modules)"
    paths = [str(EXTENSION.parents[1]), str(HARVESTERS.parent)]
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}; {program}"], capture_output=True, text=True, timeout=120, check=False
    )
    assert (run.stdout.strip(), run.stderr) == ("False", "")


@pytest.mark.parametrize(
    "source",
    [
        "import ckan", "import ckan.plugins.toolkit as tk", "from ckan.types import Context", "from .. import config",
        "from ..catalogue import tables", "from ckanext.dcat import x", "def f():\n    import ckan.model",
    ],
)
def test_forbidden_imports_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """The check itself sees every way to write the import."""
    room = tmp_path / "ckanext" / "miyagiict" / "packages"
    room.mkdir(parents=True)
    (room / "x.py").write_text(source)
    monkeypatch.setattr(sys.modules[__name__], "EXTENSION", room.parent)
    monkeypatch.setattr(sys.modules[__name__], "PROJECT", tmp_path)
    assert not all(is_plain(module) for module in imports_of(room / "x.py"))


# Wiring


def test_plugin_is_wiring() -> None:
    """plugin.py only declares, in less than a hundred lines."""
    assert len((EXTENSION / "plugin.py").read_text(encoding="utf-8").splitlines()) < 100


@pytest.mark.parametrize("path", EXPORTED, ids=by_path)
def test_modules_that_blankets_export_say_what(path: Path) -> None:
    """A blanket exports every public member of a module without __all__, its imports too."""
    assigned = [ast.unparse(target) for node in tree_of(path).body if isinstance(node, ast.Assign) for target in node.targets]
    assert "__all__" in assigned


# Actions


@pytest.mark.parametrize("name", functions_of(ACTIONS))
def test_every_action_has_an_auth_function(name: str) -> None:
    """Of the same name."""
    assert name in functions_of(AUTH)


@pytest.mark.parametrize(("name", "action"), functions_of(ACTIONS).items())
def test_every_action_checks_access(name: str, action: ast.FunctionDef) -> None:
    """By its own name, before it does anything."""
    calls = [node for node in ast.walk(action) if isinstance(node, ast.Call)]
    checks = [call for call in calls if ast.unparse(call.func).endswith("check_access")]
    assert [ast.literal_eval(call.args[0]) for call in checks] == [name]
    assert checks[0] in list(ast.walk(action.body[1]))


@pytest.mark.parametrize(("name", "action"), functions_of(ACTIONS).items())
def test_every_action_is_documented(name: str, action: ast.FunctionDef) -> None:
    """A docstring with what it returns and a ckanapi line to run."""
    text = ast.get_docstring(action) or ""
    assert ":returns:" in text
    assert f"ckanapi action {name}" in text


@pytest.mark.parametrize(("name", "action"), functions_of(ACTIONS, chained=True).items())
def test_chained_actions_hand_on(name: str, action: ast.FunctionDef) -> None:
    """An action of somebody else that we extend is still called, and so checks access; its docstring says what is different."""
    calls = [ast.unparse(node.func) for node in ast.walk(action) if isinstance(node, ast.Call)]
    assert action.args.args[0].arg in calls
    assert ast.get_docstring(action)


@pytest.mark.parametrize("name", functions_of([*ACTIONS, *AUTH]))
def test_names_seen_from_outside_carry_the_prefix(name: str) -> None:
    """Actions of all extensions share one room."""
    assert name.startswith("miyagiict_")


# Settings


@pytest.mark.parametrize("option", SETTINGS, ids=lambda option: option["key"])
def test_every_setting_is_described(option: dict[str, Any]) -> None:
    """What it is for, in a sentence."""
    assert option.get("description", "").strip().endswith(".")


@pytest.mark.parametrize("key", OUR_SETTINGS)
def test_every_setting_is_read(key: str) -> None:
    """By its typed getter in config.py."""
    assert f'"{key}"' in (EXTENSION / "config.py").read_text(encoding="utf-8")


def test_settings_are_read_in_one_place() -> None:
    """Nothing but config.py asks for a setting of ours, and it asks only for declared ones."""
    key = re.compile(r'"(ckanext\.miyagiict\.[a-z_.]+)"')
    asked = {path: set(key.findall(path.read_text(encoding="utf-8"))) for path in EXTENSION.rglob("*.py")}
    assert asked.pop(EXTENSION / "config.py") == set(OUR_SETTINGS)
    assert {by_path(path): keys for path, keys in asked.items() if keys} == {}


# The project's files

#: Written so that these lines do not match themselves.
#: A work of LinkData lies below /work/ too.
MACHINE = re.compile(r"(?<![\w.])/(?:(?:home|Users)/\w+|root|tmp/lead|work/(?:main|shared|\.library))/|[A-Z]:\\\\?Users")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|repo1?\.maven\.(?:org|apache\.org)|npmjs\.(?:org|com)|anaconda\.org|proxy\.golang\.org|deb\.debian\.org"
)
MADE = re.compile(r"(?:^|/)(?:\..*|__pycache__|.*\.egg-info|build|dist|node_modules)(?:/|$)")


def project_files() -> list[Path]:
    """The files of the project: what git knows or would add; all but made ones where there is no git."""
    git = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=PROJECT, capture_output=True, text=True, check=False)
    names = git.stdout.split("\0") if git.returncode == 0 else [by_path(path) for path in PROJECT.rglob("*")]
    kept = [name for name in names if name and (not MADE.search(name) or name.startswith(".ci/"))]
    return [PROJECT / name for name in kept if (PROJECT / name).is_file()]


@pytest.mark.parametrize("pattern", [MACHINE, REGISTRY], ids=["path of a machine", "registry host"])
def test_no_file_names_a_machine_or_a_registry(pattern: re.Pattern[str]) -> None:
    """Where things lie and whence they come is the business of whoever runs them."""
    found = {}
    for path in project_files():
        content = path.read_bytes()
        if b"\0" not in content and (match := pattern.search(content.decode("utf-8", "replace"))):
            found[by_path(path)] = match.group()
    assert found == {}
