"""What a visitor reads, in a running CKAN: our Japanese on every page, English under /en/, and the same in the browser's programs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib.i18n import build_js_translations
from ckan.tests import factories

ROOT = Path(__file__).parents[2]
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
JAPANESE_REQUEST = {"CKAN_LANG": "ja", "CKAN_CURRENT_URL": "/"}
DATASET = "/dataset/miyagi-test-plan"

#: English on a Japanese page that is a name or the published data's own; addresses, file names and hashes are let through by their form.
NAMES = {
    "Facebook", "Markdown", "Python", "JavaScript", "DCAT Turtle", "JSON-LD", "Atom", "CKAN 2.12.0",
    "Miyagi Prefecture", "Test plan", "Measure name", "Plans",
}


class Reader(HTMLParser):
    """What a page says in its own language to the eye and to a screen reader, apart from the pictures' names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._apart = ("", 0)  # the element that is program text, or says that it is in another language; how deep in it
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        within, depth = self._apart
        if depth:
            self._apart = (within, depth + (tag == within))
        elif tag in ("script", "style", "code", "pre") or (tag != "html" and "lang" in dict(attrs)):
            self._apart = (tag, 1)
        else:
            self.said += [value for name, value in attrs if name in ("aria-label", "title", "placeholder", "data-bs-title") and value]

    def handle_endtag(self, tag: str) -> None:
        within, depth = self._apart
        self._apart = (within, depth - (bool(depth) and tag == within))

    def handle_data(self, data: str) -> None:
        if not self._apart[1] and data.strip():
            self.said.append(data.strip())


def english(page: str) -> list[str]:
    """What a Japanese page says in English words."""
    return [
        said for said in Reader(page).said
        if re.search("[A-Z]?[a-z]{2,}", said) and not JAPANESE.search(said) and said not in NAMES
        and not re.fullmatch(r"https?://\S+|[\w./-]+\.(csv|json)|[a-z0-9_-]+|[0-9.]+ [KMG]?B", said)
    ]


def pages(resource: str) -> Iterator[str]:
    """A visitor's pages."""
    yield from ("/", "/dataset/", "/dataset/?q=zzzz", "/organization/", "/group/", "/user/login", "/user/reset")
    yield from (DATASET, f"{DATASET}/resource/{resource}", f"/dataset/activity{DATASET[8:]}", f"/dataset/groups{DATASET[8:]}")
    for kind, name in (("organization", "miyagi-prefecture"), ("group", "plans")):
        yield from (f"/{kind}/{name}", f"/{kind}/about/{name}", f"/{kind}/activity/{name}")


@pytest.fixture
def resource(published: Any, show: Any) -> str:
    """Id of a published table."""
    return show()["resources"][0]["id"]


def test_ours_is_the_last_catalogue_that_ckan_loads(published: Any) -> None:
    """A later catalogue replaces what it repeats."""
    assert [plugin.i18n_domain() for plugin in p.PluginImplementations(p.ITranslation)][-1] == "ckanext-miyagiict"


def test_our_words_win(app: Any) -> None:
    """Over CKAN's own Japanese, which says 探索, and where it says nothing; plurals too."""
    with app.flask_app.test_request_context("/", environ_overrides=JAPANESE_REQUEST):
        assert tk._("Explore") == "見る"
        assert tk._("There is no description for this organization.") == "この組織には説明がありません。"
        assert tk.ungettext("{num} Dataset", "{num} Datasets", 2).format(num=2) == "2件のデータセット"


def test_pages_say_nothing_in_english(app: Any, resource: str) -> None:
    """Every kind of page that a visitor sees."""
    found = {address: said for address in pages(resource) if (said := english(app.get(address).body))}
    assert found == {}


def test_pages_of_an_account(app: Any, published: Any) -> None:
    """What an officer reads of the own account, the account's state too, which is a word of the database."""
    staff = factories.SysadminWithToken(name="officer", fullname="担当者", about="情報政策課です。")
    headers = {"Authorization": staff["token"]}
    pages = {address: app.get(address, headers=headers).body for address in ("/user/officer", "/user/edit/officer", "/dashboard/")}
    assert {address: said for address, page in pages.items() if (said := english(page.replace(staff["email"], "")))} == {}
    assert "<dd>有効</dd>" in pages["/user/officer"]
    assert "<dd>active</dd>" in app.get("/en/user/officer", headers=headers).body


@pytest.mark.parametrize(("address", "words"), [
    ("/organization/about/miyagi-prefecture", ["概要", "全国地方公共団体コード", "040002"]),
    ("/user/login", ["パスワードを再設定する", "ログインしたままにする"]),
    ("/dataset/activity/miyagi-test-plan", ["すべての種類", "新しいデータセット"]),
])
def test_pages_have_our_words(app: Any, published: Any, address: str, words: list[str]) -> None:
    page = app.get(address).body
    assert 'lang="ja"' in page
    assert [word for word in words if word not in page] == []


@pytest.mark.parametrize("address", ["/en/", "/en/user/login", "/en/organization/", "/en/no-such-page"])
def test_english_pages_are_english(app: Any, published: Any, address: str) -> None:
    """Japanese is only what is data: the site's name, the organization's, the dataset's; and the name of the language."""
    data = {"宮城", "日本語", "宮城県", "計画", "試験計画", "目標指標", "電子申請", "試験のための計画です。"}
    page = app.get(address, status=404 if "such" in address else 200).body
    assert 'lang="en"' in page
    assert "Datasets" in Reader(page).said
    left = [said for said in Reader(page).said if JAPANESE.search(said) and not any(word in said for word in data)]
    assert left == []


def test_japanese_in_the_source_is_english_under_en(app: Any) -> None:
    """Names of licences and frequencies, and what our actions say."""
    with app.flask_app.test_request_context("/en/", environ_overrides={"CKAN_LANG": "en"}):
        assert tk._("公共データ利用規約（第1.0版）（PDL1.0）") == "Public Data License 1.0"
        assert tk._("更新しない") == "Never updated"
        assert tk._("データパッケージを公開できるのはシステム管理者だけです。").startswith("Only system administrators")


@pytest.mark.parametrize(("address", "status", "words"), [
    ("/no-such-page", 404, ["ページが見つかりません", "キーワードでデータを検索"]),
    ("/dataset/no-such-dataset", 404, ["データセットが見つからないか、見る権限がありません。", "データを検索する"]),
    ("/user/register", 403, ["このページを見る権限がありません", "ログインはこちら"]),
])
def test_error_pages_say_what_to_do(app: Any, published: Any, address: str, status: int, words: list[str]) -> None:
    """In Japanese, without the web framework's English."""
    page = app.get(address, status=status).body
    assert [word for word in words if word not in page] == []
    assert english(page) == []


@pytest.mark.parametrize(("code", "name", "content"), [
    ([500], None, "Internal server error"),  # what CKAN hands on for an error that nobody foresaw
    (503, "Service Unavailable", None),
    (400, "Bad Request", "The CSRF token has expired."),
    (404, "Not Found", ""),
    (418, "I'm a teapot", {"not": "a string"}),
])
def test_error_page_of_any_error(app: Any, published: Any, code: Any, name: str | None, content: Any) -> None:
    """Whatever CKAN hands on, the page is drawn and Japanese."""
    values = {"code": code, "name": name, "content": content, "show_login_redirect_link": False}
    with app.flask_app.test_request_context("/", environ_overrides=JAPANESE_REQUEST):
        page = tk.render("error_document_template.html", values)
    assert english(page) == []
    assert "Project-Id-Version" not in page  # the translation of an empty string


def test_errors_of_a_form_are_japanese(app: Any, published: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of the fields too, which CKAN makes up from their ids."""
    monkeypatch.setitem(ckan_config, "ckan.auth.create_unowned_dataset", False)
    officer = factories.SysadminWithToken()
    page = app.post("/dataset/new", data={"save": "1"}, headers={"Authorization": officer["token"]}).body
    summary = page[page.index("error-explanation"):page.index("</ul>", page.index("error-explanation"))]
    assert "組織を選んでください。" in summary
    assert "Owner org" not in summary


def test_mails_have_lines(app: Any) -> None:
    """CKAN's English has none: its templates join them."""
    values = {"user_name": "taro", "site_title": "宮城", "site_url": "http://test", "reset_link": "http://test/reset"}
    with app.flask_app.test_request_context("/", environ_overrides=JAPANESE_REQUEST):
        lines = tk.render("emails/reset_password.txt", values).strip().splitlines()
    assert lines[0] == "taro 様"
    assert "http://test/reset" in lines


def test_programs_of_the_browser_get_our_words(ckan_config: Any, monkeypatch: Any, tmp_path: Path, published: Any) -> None:
    """``ckan translation js`` puts them below the storage path: Japanese for Japanese, nothing but the header for English."""
    monkeypatch.setitem(ckan_config, "ckan.storage_path", str(tmp_path))
    build_js_translations()
    japanese, foreign = (json.loads((tmp_path / "i18n" / "js" / f"{lang}.js").read_text(encoding="utf-8")) for lang in ("ja", "en"))
    assert japanese["Add Filter"] == [None, "絞り込み条件を追加"]
    assert japanese["Table/List toggle"] == [None, "表と一覧の切替え"]
    assert japanese["Input is too short, must be at least one character"][1] == "%(num)d文字以上入力してください。"
    assert list(foreign) == [""]


def test_every_string_of_the_installed_packages_is_translated() -> None:
    """CKAN's, the extensions' and ours. A string that fails here is new: docs/translation.md says what to do."""
    command = [sys.executable, str(ROOT / "ckanext-miyagiict" / "translations.py"), "--check"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, ""), run.stdout + run.stderr
