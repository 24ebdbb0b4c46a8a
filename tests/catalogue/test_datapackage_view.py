"""The addresses ``/datapackage/<dataset>/<path>``: what they answer, to whom, and what they never do."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import frictionless
import pytest
from werkzeug.serving import make_server

import ckan.plugins.toolkit as tk
from ckan.tests import factories
from ckanext.miyagiict.catalogue.publish import folders_below, publish

DATASETS = Path(__file__).parents[2] / "datasets"
PLAN = "/datapackage/miyagi-test-plan"
MEASURES = f"{PLAN}/data/measures.csv"

HOSTILE_TITLES = ['a"; filename="x.exe', "一行目\r\nSet-Cookie: a=b", "../../etc/passwd", "<script>", "\t", ".", "表" * 300]

#: Addresses below /datapackage/ that nothing was published under.
NOT_THERE = [
    "/datapackage/no-such-plan/datapackage.json",
    f"{PLAN}/data/no-such-table.csv",
    f"{PLAN}/data",
    f"{PLAN}/data/measures.csv/",
    f"{PLAN}/data//measures.csv",
    f"{PLAN}/./datapackage.json",
    f"{PLAN}/../miyagi-test-plan/datapackage.json",
    f"{PLAN}/data/../datapackage.json",
    f"{PLAN}/%2e%2e/%2e%2e/datapackage.json",
    f"{PLAN}/..%2f..%2fckan.ini",
    f"{PLAN}/%252e%252e/datapackage.json",
    f"{PLAN}/..%5c..%5cdatapackage.json",
    f"{PLAN}//etc/passwd",
    f"{PLAN}/%2fetc%2fpasswd",
    f"{PLAN}/data/measures.csv%00",
    f"{PLAN}/%ff",
    "/datapackage/../datapackage.json",
    "/datapackage/%2e%2e/etc/passwd",
    "/datapackage/%00/datapackage.json",
    "/datapackage/" + "a" * 3000 + "/datapackage.json",
    f"{PLAN}/" + "a" * 3000,
]


def ask(app: Any, address: str, method: str = "GET", **headers: str) -> Any:
    """One request with headers (``If_Range`` → ``If-Range``); redirects are not followed."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.client.open(address, method=method, headers=named, follow_redirects=False)


@pytest.mark.usefixtures("published")
class TestWhatIsOffered:
    def test_the_faithful_file(self, app: Any, published: Any) -> None:
        """Every byte as it was validated."""
        answer = ask(app, MEASURES)
        assert answer.data == (published.folder / "data/measures.csv").read_bytes()
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"

    def test_the_edition_for_spreadsheets(self, app: Any) -> None:
        """With BOM and CRLF, the same cells."""
        body = ask(app, f"{PLAN}/excel/measures.csv").data
        assert body.startswith(b"\xef\xbb\xbfid,name\r\nki2,")
        assert body.decode("utf-8-sig").replace("\r\n", "\n") == ask(app, MEASURES).data.decode()

    def test_the_table_schema(self, app: Any, published: Any) -> None:
        """As the package has it."""
        assert ask(app, f"{PLAN}/schemas/measures.json").json == published.descriptor["resources"][0]["schema"]

    def test_the_descriptor(self, app: Any) -> None:
        """With relative paths, and the size and the hash of each file."""
        answer = ask(app, f"{PLAN}/datapackage.json")
        assert [resource["path"] for resource in answer.json["resources"]] == ["data/measures.csv", "data/targets.csv"]
        assert answer.json["resources"][0]["bytes"] == len(ask(app, MEASURES).data)
        assert answer.json["resources"][0]["hash"] == f"sha256:{ask(app, MEASURES).headers['ETag'].strip(chr(34))}"

    def test_a_language_in_front(self, app: Any) -> None:
        """The same file under the address of another language."""
        assert ask(app, f"/en{MEASURES}").data == ask(app, f"/ja{MEASURES}").data == ask(app, MEASURES).data

    def test_the_resources_name_these_addresses(self, app: Any, show: Callable[..., Any]) -> None:
        """Each address that the dataset shows answers."""
        keys = ("url", "spreadsheet_url", "table_schema_url", "access_url", "download_url")
        addresses = {resource[key] for resource in show()["resources"] for key in keys if resource.get(key)}
        assert len(addresses) == 7
        assert {ask(app, address).status_code for address in addresses} == {200}


@pytest.mark.usefixtures("published")
class TestHttp:
    def test_the_etag_is_strong_and_that_of_the_content(self, app: Any, show: Callable[..., Any]) -> None:
        """The hash that the resource shows."""
        assert ask(app, MEASURES).headers["ETag"] == f'"{show()["resources"][0]["hash"]}"'

    def test_a_known_file_is_not_sent_again(self, app: Any) -> None:
        """304 without a body; other content is sent."""
        known = ask(app, MEASURES).headers["ETag"]
        again = ask(app, MEASURES, If_None_Match=known)
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", known)
        assert ask(app, MEASURES, If_None_Match='"other"').status_code == 200

    def test_head(self, app: Any) -> None:
        """The headers of GET, no body."""
        got, head = ask(app, MEASURES), ask(app, MEASURES, "HEAD")
        assert (head.status_code, head.data) == (200, b"")
        for name in ("Content-Length", "Content-Type", "Content-Disposition", "ETag"):
            assert head.headers[name] == got.headers[name]

    def test_a_range(self, app: Any) -> None:
        """206 with the bytes that were asked for, and where they stand."""
        whole = ask(app, MEASURES).data
        part = ask(app, MEASURES, Range="bytes=3-9")
        assert (part.status_code, part.data) == (206, whole[3:10])
        assert part.headers["Content-Range"] == f"bytes 3-9/{len(whole)}"

    def test_a_range_beyond_the_end(self, app: Any) -> None:
        """416, with the length of the file, and neither page nor cookie."""
        answer = ask(app, MEASURES, Range="bytes=100000-")
        assert (answer.status_code, answer.data) == (416, b"")
        assert answer.headers["Content-Range"] == f"bytes */{len(ask(app, MEASURES).data)}"
        assert not {"Set-Cookie", "Vary"} & set(answer.headers.keys())

    @pytest.mark.parametrize("asked", ["bytes=0-4,10-14", "bytes=5-2", "lines=1-2", "bytes", "bytes=", "x", "bytes=a-b", "=1-2"])
    def test_a_range_that_is_none(self, app: Any, asked: str) -> None:
        """The whole file, as if nothing had been asked."""
        answer = ask(app, MEASURES, Range=asked)
        assert (answer.status_code, answer.data) == (200, ask(app, MEASURES).data)

    def test_a_range_of_a_file_that_changed(self, app: Any) -> None:
        """If-Range: a part only of the same content, else all of the new."""
        known = ask(app, MEASURES).headers["ETag"]
        assert ask(app, MEASURES, Range="bytes=0-1", If_Range=known).status_code == 206
        assert ask(app, MEASURES, Range="bytes=0-1", If_Range='"other"').status_code == 200

    def test_reading_is_all_there_is(self, app: Any) -> None:
        """Other methods are refused."""
        assert {ask(app, MEASURES, method).status_code for method in ("POST", "PUT", "PATCH", "DELETE")} == {405}

    def test_a_proxy_may_keep_it(self, app: Any) -> None:
        """No cookie, and public as long as it is asked for again."""
        for path in ("data/measures.csv", "datapackage.json"):
            answer = ask(app, f"{PLAN}/{path}")
            assert "Set-Cookie" not in answer.headers
            assert "Cookie" not in answer.headers.get("Vary", "")
            assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"

    def test_every_page_on_the_web_may_read_it(self, app: Any) -> None:
        """Published data is for all; and no browser guesses another type."""
        for path in ("data/measures.csv", "datapackage.json"):
            answer = ask(app, f"{PLAN}/{path}", Origin="https://example.jp")
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


class TestFileNames:
    def name_of(self, header: str) -> tuple[str, str, str]:
        """Kind, ASCII name and UTF-8 name of a Content-Disposition header, which must be one of RFC 6266."""
        found = re.fullmatch(r"""(attachment|inline); filename="([A-Za-z0-9._-]+)"; filename\*=UTF-8''([A-Za-z0-9._~%-]+)""", header)
        assert found, header
        return found[1], found[2], unquote(found[3])

    def test_japanese_and_ascii(self, app: Any, published: Any, show: Callable[..., Any]) -> None:
        """A table is saved under the titles of dataset and table, or in ASCII where that is all a client can."""
        header = ask(app, MEASURES).headers["Content-Disposition"]
        assert self.name_of(header) == ("attachment", "miyagi-test-plan-data-measures.csv", f"{show()['title']}_施策.csv")

    def test_json_is_shown(self, app: Any, published: Any) -> None:
        """The descriptor opens in the browser."""
        header = ask(app, f"{PLAN}/datapackage.json").headers["Content-Disposition"]
        assert self.name_of(header)[::2] == ("inline", "miyagi-test-plan-datapackage.json")

    def test_hostile_titles(self, app: Any, catalogue: None, make_package: Callable[..., Any]) -> None:
        """They cannot break out of the header, nor name a file that cannot be saved."""
        package = make_package()
        for number, title in enumerate(HOSTILE_TITLES):
            package.table(f"t{number}", ["id"], [["ki2"]], title=title)
        publish(package.folder)
        for number in range(len(HOSTILE_TITLES)):
            headers = ask(app, f"{PLAN}/data/t{number}.csv").headers
            kind, plain, named = self.name_of(headers["Content-Disposition"])
            assert (kind, plain) == ("attachment", f"miyagi-test-plan-data-t{number}.csv")
            assert not set(named) & set('/\\\r\n\t"<>')
            assert named.endswith(".csv")
            assert len(named.encode()) <= 255
            assert "Set-Cookie" not in headers

    def test_a_japanese_path(self, app: Any, catalogue: None, make_package: Callable[..., Any], show: Callable[..., Any]) -> None:
        """Its address answers, also with characters that mean something in a header or an address."""
        path = 'data/施策 "A"; b?#%41.csv'
        package = make_package().table("measures", ["id"], [["ki2"]])
        (package.folder / "data/measures.csv").rename(package.folder / path)
        package.descriptor["resources"][0]["path"] = path
        publish(package.write().folder)
        assert show()["resources"][0]["url"].endswith(f"/datapackage/miyagi-test-plan/{quote(path, safe='/;')}")
        answer = ask(app, show()["resources"][0]["url"])
        assert answer.data == b"id\nki2\n"
        assert self.name_of(answer.headers["Content-Disposition"])[0] == "attachment"

    def test_a_mediatype_of_the_package(self, app: Any, catalogue: None, make_package: Callable[..., Any]) -> None:
        """Whatever it says, the browser saves the file and runs nothing."""
        mediatypes = ("text/html", "text/plain\r\nSet-Cookie: a=b", "x")
        package = make_package()
        for number, mediatype in enumerate(mediatypes):
            package.table(f"t{number}", ["id"], [["ki2"]], mediatype=mediatype)
        publish(package.folder)
        answers = [ask(app, f"{PLAN}/data/t{number}.csv") for number in range(len(mediatypes))]
        assert [answer.headers["Content-Type"].partition(";")[0] for answer in answers] == ["text/html", "text/csv", "text/csv"]
        assert all(answer.headers["Content-Disposition"].startswith("attachment;") for answer in answers)
        assert not any("Set-Cookie" in answer.headers for answer in answers)


class TestWhatIsNotThere:
    def test_other_addresses(self, app: Any, published: Any) -> None:
        """404, whatever lies on the disk."""
        assert {app.get(address).status_code for address in NOT_THERE} == {404}

    def test_the_page_says_what_to_do(self, app: Any, published: Any) -> None:
        """A sentence and a way on; nothing of the program."""
        page = app.get(f"{PLAN}/data/no-such-table.csv", status=404).body
        assert "このアドレスに公開されたファイルはありません" in page
        assert 'href="/dataset/' in page
        assert "Traceback" not in page

    def test_in_english_too(self, app: Any, published: Any) -> None:
        """Under /en/ the sentence is English."""
        assert "No published file has this address" in app.get(f"/en{PLAN}/data/no-such-table.csv", status=404).body

    def test_no_package_behind_the_dataset(self, app: Any, published: Any) -> None:
        """A dataset that staff made by hand has no such files, whatever it says of itself."""
        dataset = factories.Dataset(owner_org=factories.Organization()["id"], package_sha256="../../../etc")
        assert ask(app, f"/datapackage/{dataset['name']}/datapackage.json").status_code == 404

    def test_a_dataset_cannot_offer_the_files_of_another(self, app: Any, published: Any, show: Callable[..., Any]) -> None:
        """Not even by the hash of the other's package."""
        organization = factories.Organization()["id"]
        for forged in (show()["package_sha256"], f"../{show()['id']}/{show()['package_sha256']}"):
            dataset = factories.Dataset(owner_org=organization, package_sha256=forged)
            assert ask(app, f"/datapackage/{dataset['name']}/datapackage.json").status_code == 404


@pytest.mark.usefixtures("catalogue")
class TestWhoMayRead:
    def change(self, name: str, **values: Any) -> None:
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        tk.get_action("package_patch")({"ignore_auth": True, "user": user}, {"id": name, **values})

    def test_lost_files(self, app: Any, plan: Any, tmp_path: Path) -> None:
        """404 until publishing has written them again."""
        publish(plan.folder)
        for path in (tmp_path / "files").rglob("*"):
            if path.is_file():
                path.unlink()
        assert ask(app, MEASURES).status_code == 404
        publish(plan.folder)
        assert ask(app, MEASURES).status_code == 200

    def test_a_private_dataset(self, app: Any, plan: Any) -> None:
        """Nobody but members of its organization, and no proxy keeps it."""
        publish(plan.folder)
        self.change(plan.name, private=True)
        assert ask(app, MEASURES).status_code == 404
        stranger, sysadmin = factories.UserWithToken(), factories.SysadminWithToken()
        assert ask(app, MEASURES, Authorization=stranger["token"]).status_code == 404
        answer = ask(app, MEASURES, Authorization=sysadmin["token"])
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private")
        assert "Access-Control-Allow-Origin" not in answer.headers

    def test_a_member_of_the_organization(self, app: Any, plan: Any, show: Callable[..., Any]) -> None:
        """May read what is private to it."""
        publish(plan.folder)
        self.change(plan.name, private=True)
        member = factories.UserWithToken()
        tk.get_action("organization_member_create")(
            {"ignore_auth": True, "user": factories.Sysadmin()["name"]},
            {"id": show()["owner_org"], "username": member["name"], "role": "member"},
        )
        assert ask(app, MEASURES, Authorization=member["token"]).status_code == 200

    def test_a_deleted_dataset(self, app: Any, plan: Any) -> None:
        """Its files are gone with it."""
        publish(plan.folder)
        self.change(plan.name, state="deleted")
        assert ask(app, MEASURES).status_code == 404

    def test_a_withdrawn_table(self, app: Any, plan: Any, show: Callable[..., Any]) -> None:
        """Its addresses go on answering for those who cite them, also after further changes."""
        publish(plan.folder)
        before = ask(app, f"{PLAN}/data/targets.csv").data
        publish(plan.without("targets").folder)
        publish(plan.say(title="改題").folder)
        withdrawn = show()["resources"][-1]
        assert withdrawn["withdrawn"]
        assert ask(app, withdrawn["url"]).data == before
        for key in ("spreadsheet_url", "table_schema_url"):
            assert ask(app, withdrawn[key]).status_code == 200
        assert "targets" not in ask(app, f"{PLAN}/datapackage.json").text


@pytest.fixture
def server(kept_catalogue: None, ckan_config: Any, monkeypatch: Any, make_app: Any) -> Iterator[str]:
    """The address of a web server with this catalogue."""
    listening = make_server("127.0.0.1", 0, lambda *call: application(*call), threaded=True)
    address = f"http://127.0.0.1:{listening.server_port}"
    monkeypatch.setitem(ckan_config, "ckan.site_url", address)
    application = make_app().flask_app
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield address
    listening.shutdown()
    thread.join()
    listening.server_close()


class TestFrictionless:
    """The standard's own validator, over real HTTP."""

    def test_the_published_package_is_valid(self, server: str, plan: Any) -> None:
        """As ``frictionless validate <address>`` asks for it."""
        publish(plan.folder)
        report = frictionless.validate(f"{server}{PLAN}/datapackage.json")
        assert report.valid, report.flatten(["title", "message"])
        assert [task.stats["rows"] for task in report.tasks] == [2, 3]

    def test_it_looks_at_the_content(self, server: str, plan: Any) -> None:
        """The test above can fail: a hash in the descriptor that is not that of the file."""
        publish(plan.folder)
        package = frictionless.Package(f"{server}{PLAN}/datapackage.json")
        package.resources[0].hash = "sha256:" + "0" * 64
        assert [task.valid for task in package.validate().tasks] == [False, True]

    @pytest.mark.parametrize("folder", folders_below(DATASETS), ids=lambda folder: folder.name)
    def test_every_package_of_ours(self, server: str, folder: Path) -> None:
        """All of its tables, each path relative to the descriptor."""
        publish(folder)
        address = f"{server}/datapackage/{folder.name}/datapackage.json"
        report = frictionless.validate(address)
        assert report.valid, report.flatten(["rowNumber", "fieldNumber", "title", "message"])[:10]
        descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        assert [task.place for task in report.tasks] == [resource["path"] for resource in descriptor["resources"]]
