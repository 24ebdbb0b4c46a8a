"""The command ``ckan miyagiict publish``: what it publishes, what it says, with which exit code it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan.cli.cli import ckan
from ckanext.miyagiict.catalogue import identity
from ckanext.miyagiict.catalogue.publish import publish

pytestmark = pytest.mark.usefixtures("catalogue", "with_extended_cli")


@pytest.fixture
def run(cli: Any) -> Callable[..., Any]:
    """The command with its arguments, as in a terminal."""

    def run(*arguments: Any) -> Any:
        result = cli.invoke(ckan, ["miyagiict", "publish", *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


@pytest.fixture
def other(make_package: Callable[..., Any]) -> Any:
    """A second package beside the small plan."""
    return make_package("miyagi-other-plan", title="別の計画").table("items", ["id"], [["a"]])


def names() -> list[str]:
    return sorted(tk.get_action("package_list")({"ignore_auth": True}, {}))


class TestWhatIsPublished:
    def test_a_folder(self, run: Callable[..., Any], plan: Any) -> None:
        """The summary says how many tables and rows; nothing on stderr."""
        result = run(plan.folder)
        assert (result.exit_code, names()) == (0, ["miyagi-test-plan"])
        assert result.stdout.splitlines()[-1].startswith("miyagi-test-plan: 公開しました（表 2、5行、")
        assert "検査しています（2表）" in result.stdout
        assert "誤り" not in result.stderr

    def test_no_folder_is_all(
        self, run: Callable[..., Any], plan: Any, other: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Every package right below the setting."""
        monkeypatch.setitem(ckan_config, "ckanext.miyagiict.datasets_path", str(plan.folder.parent))
        (plan.folder.parent / "not-a-package").mkdir()
        assert run().exit_code == 0
        assert names() == ["miyagi-other-plan", "miyagi-test-plan"]

    def test_a_second_run(self, run: Callable[..., Any], plan: Any) -> None:
        """One line, that nothing changed."""
        run(plan.folder)
        (line,) = run(plan.folder).stdout.splitlines()
        assert line.startswith("miyagi-test-plan: 変更はありません（")

    def test_a_change(self, run: Callable[..., Any], plan: Any) -> None:
        """The summary says what was withdrawn."""
        run(plan.folder)
        assert "更新しました（取り下げ 1、" in run(plan.without("targets").folder).stdout

    def test_a_dry_run(self, run: Callable[..., Any], plan: Any) -> None:
        """Says what would be done."""
        result = run("--dry-run", plan.folder)
        assert (result.exit_code, names()) == (0, [])
        assert "miyagi-test-plan: 公開します（表 2、" in result.stdout

    def test_one_of_several_is_broken(self, run: Callable[..., Any], plan: Any, other: Any) -> None:
        """The others are published, before and behind it; exit code 1 at the end."""
        third = other.folder.with_name("miyagi-third-plan")
        third.mkdir()
        (third / "datapackage.json").write_text((other.folder / "datapackage.json").read_text().replace("other", "third"))
        (third / "data").mkdir()
        (third / "data/items.csv").write_bytes((other.folder / "data/items.csv").read_bytes())
        plan.table("targets", ["measure_id"], [["ki2", "x"]])
        result = run(other.folder, plan.folder, third)
        assert (result.exit_code, names()) == (1, ["miyagi-other-plan", "miyagi-third-plan"])
        assert "miyagi-test-plan: 誤りが1件あるため、何も変えませんでした。" in result.stderr
        assert "「data/targets.csv」の2行目は、列の数が見出し行と合いません" in result.stderr
        assert "miyagi-test-plan" not in result.stdout.splitlines()[-1]

    def test_the_current_folder(self, run: Callable[..., Any], plan: Any) -> None:
        """A relative path, and one without a name of its own."""
        plan.table("targets", ["measure_id"], [["ki2", "x"]])
        with chdir(plan.folder):
            assert "miyagi-test-plan: 誤りが1件" in run(".").stderr


class TestJson:
    def test_what_was_done(self, run: Callable[..., Any], plan: Any) -> None:
        """As the action answers it, and nothing but JSON on stdout."""
        said = json.loads(run("--json", plan.folder).stdout)
        assert said["invalid"] == {}
        (result,) = said["published"]
        assert {key: result[key] for key in ("package", "status", "dry_run", "tables", "rows", "withdrawn")} == {
            "package": "miyagi-test-plan", "status": "created", "dry_run": False, "tables": ["measures", "targets"], "rows": 5,
            "withdrawn": [],
        }

    def test_a_dry_run(self, run: Callable[..., Any], plan: Any) -> None:
        """The same form."""
        (result,) = json.loads(run("--json", "--dry-run", plan.folder).stdout)["published"]
        assert (result["status"], result["dry_run"], names()) == ("created", True, [])

    def test_problems(self, run: Callable[..., Any], plan: Any, other: Any) -> None:
        """Each with its place and sentence, under the folder that was named; the others beside them."""
        plan.table("targets", ["measure_id"], [["ki2", "x"]])
        twin = other.folder.parent / "elsewhere" / "miyagi-test-plan"
        result = run("--json", plan.folder, other.folder, twin)
        said = json.loads(result.stdout)
        assert result.exit_code == 1
        assert [published["package"] for published in said["published"]] == ["miyagi-other-plan"]
        assert {folder: [problem["type"] for problem in problems] for folder, problems in said["invalid"].items()} == {
            str(plan.folder): ["ragged-row"], str(twin): ["not-a-package"],
        }
        assert said["invalid"][str(plan.folder)][0]["row"] == 2


class TestHelp:
    def test_the_group(self, cli: Any) -> None:
        """Names the commands, in both languages."""
        said = cli.invoke(ckan, ["miyagiict", "--help"]).stdout
        assert "publish" in said
        assert "データパッケージを公開する / Publish Data Packages" in said

    def test_the_command(self, run: Callable[..., Any]) -> None:
        """Every option has its words."""
        said = run("--help").stdout
        for words in ("FOLDERS", "--dry-run", "--json", "終了コード1", "Publish Data Package folders", "結果をJSONで出す"):
            assert words in said

    def test_no_folder_and_no_setting(self, run: Callable[..., Any], ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Says what is missing."""
        monkeypatch.setitem(ckan_config, "ckanext.miyagiict.datasets_path", "")
        result = run()
        assert (result.exit_code, "ckanext.miyagiict.datasets_path を設定" in result.stderr) == (2, True)

    def test_nothing_below_the_setting(
        self, run: Callable[..., Any], ckan_config: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """Says where it looked, also where there is no such folder."""
        for folder in (tmp_path, tmp_path / "nowhere"):
            monkeypatch.setitem(ckan_config, "ckanext.miyagiict.datasets_path", str(folder))
            result = run()
            assert (result.exit_code, f"{folder} にデータパッケージがありません" in result.stderr) == (2, True)


def write(path: str, content: bytes) -> Callable[[Any], Any]:
    """Puts other bytes into a file of the package."""
    return lambda plan: (plan.folder / path).write_bytes(content)


def replace(path: str, old: str, new: str) -> Callable[[Any], None]:
    """Changes words in a file of the package."""

    def change(plan: Any) -> None:
        text = (plan.folder / path).read_text(encoding="utf-8")
        assert old in text
        (plan.folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


DESCRIPTOR, MEASURES, TARGETS = "datapackage.json", "data/measures.csv", "data/targets.csv"
MEASURES_PATH = f'"path": "{MEASURES}"'

#: What is wrong → how it gets there, and the words that must be said of it.
BAD_INPUTS: dict[str, tuple[Callable[[Any], Any], tuple[str, ...]]] = {
    "no descriptor": (lambda plan: (plan.folder / DESCRIPTOR).unlink(), ("データパッケージとして読めません", "datapackage.json がありません")),
    "descriptor is not JSON": (write(DESCRIPTOR, b"{"), ("データパッケージとして読めません", "1行目")),
    "descriptor is a list": (write(DESCRIPTOR, b"[]"), ("データパッケージとして読めません", "オブジェクトではありません")),
    "descriptor without resources": (write(DESCRIPTOR, b'{"name": "miyagi-test-plan"}'), ("「datapackage.json」の記述に誤り", "resources")),
    "file is missing": (lambda plan: (plan.folder / TARGETS).unlink(), (f"「{TARGETS}」がパッケージの中に見つかりません",)),
    "CP932": (
        write(MEASURES, "id,name\nki2,オープンデータ\nki14,整備\n".encode("cp932")),
        (f"「{MEASURES}」の2行目", "UTF-8として読めない", "CP932"),
    ),
    "row is too long": (write(TARGETS, b"measure_id,fiscal_year,value\nki2,2021,1,1\n"), (f"「{TARGETS}」の2行目", "4列目が余分です")),
    "row is too short": (write(TARGETS, b"measure_id,fiscal_year,value\nki2,2021\n"), (f"「{TARGETS}」の2行目", "「value」がありません")),
    "wrong type": (
        replace(TARGETS, "2022", "令和4年"), (f"「{TARGETS}」の3行目、列「fiscal_year」の「令和4年」は、整数として読めません",),
    ),
    "repeated key": (replace(MEASURES, "ki14", "ki2"), (f"「{MEASURES}」の3行目の主キー（id）「ki2」", "重複")),
    "broken foreign key": (
        replace(TARGETS, "ki14", "ki99"), (f"「{TARGETS}」の4行目、列「measure_id」の「ki99」", "参照先の表「measures.id」にありません"),
    ),
    "cell of 10 MB": (
        replace(MEASURES, "オープンデータみやぎの推進", "あ" * 3_500_000), (f"「{MEASURES}」の2行目に1,000,000文字を超えるセル",),
    ),
    "path out of the folder": (
        replace(DESCRIPTOR, MEASURES_PATH, '"path": "../miyagi-test-plan/data/measures.csv"'), ("パス「../", "フォルダの外"),
    ),
    "absolute path": (replace(DESCRIPTOR, MEASURES_PATH, '"path": "/etc/passwd"'), ("パス「/etc/passwd」は使えません",)),
    "link out of the folder": (
        lambda plan: ((plan.folder / TARGETS).unlink(), (plan.folder / TARGETS).symlink_to("/etc/passwd")),
        (f"パス「{TARGETS}」は使えません", "リンク"),
    ),
    "remote path": (
        replace(DESCRIPTOR, MEASURES_PATH, '"path": "https://example.jp/a.csv"'), ("「https://example.jp/a.csv」は外部のアドレス",),
    ),
    "two problems": (
        write(TARGETS, b"measure_id,fiscal_year,value\nki2,x,1\nki99,2021,y\n"), ("2行目、列「fiscal_year」", "3行目、列「value」"),
    ),
}


class TestBadInput:
    @pytest.mark.parametrize("kind", BAD_INPUTS)
    def test_it_is_named_and_changes_nothing(
        self, kind: str, run: Callable[..., Any], plan: Any, show: Callable[..., Any], records: Callable[..., Any], tmp_path: Path
    ) -> None:
        """A sentence on stderr with file, row and field; exit code 1; the catalogue as before, files included."""
        publish(plan.folder)
        before = state(show, records, tmp_path)
        plan.say(title="改題")
        spoil, words = BAD_INPUTS[kind]
        spoil(plan)
        result = run(plan.folder)
        assert result.exit_code == 1
        assert "何も変えませんでした" in result.stderr
        for word in words:
            assert word in result.stderr
        assert len(result.stderr) < 10_000
        assert "Traceback" not in result.stderr
        assert state(show, records, tmp_path) == before

    def test_a_folder_that_is_none(self, run: Callable[..., Any], tmp_path: Path) -> None:
        """A file, and a folder that is not there."""
        (tmp_path / "a.csv").write_text("a\n")
        for folder in (tmp_path / "a.csv", tmp_path / "nowhere"):
            result = run(folder)
            assert (result.exit_code, "datapackage.json のあるフォルダを指定し" in result.stderr) == (1, True)

    def test_formulas_are_no_fault(self, run: Callable[..., Any], plan: Any, app: Any) -> None:
        """They are kept to the letter in the faithful file and in the table, and disarmed for spreadsheets."""
        formula = '=HYPERLINK("https://example.jp")'
        plan.table("measures", ["id", "name"], [["ki2", formula], ["ki14", "-"]], schema={"primaryKey": "id"})
        assert run(plan.folder).exit_code == 0
        quoted = formula.replace('"', '""')
        assert app.get(f"/datapackage/{plan.name}/data/measures.csv").body == f'id,name\nki2,"{quoted}"\nki14,-\n'
        assert f"\"'{quoted}\"" in app.get(f"/datapackage/{plan.name}/excel/measures.csv").body


def state(show: Callable[..., Any], records: Callable[..., Any], folder: Path) -> tuple[Any, ...]:
    """All that the catalogue holds."""
    tables = [records(identity.resource_id("miyagi-test-plan", name)) for name in ("measures", "targets")]
    files = {path: path.read_bytes() for path in (folder / "files").rglob("*") if path.is_file()}
    return show(), tables, files
