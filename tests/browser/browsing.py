"""The site under test, the pages it has, and the eyes on every page that a test opens."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response
from published import KPIS, POLICY, Table

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
NO_JAVASCRIPT: dict[str, Any] = {**DESKTOP, "java_script_enabled": False}

PAGE_TYPES: dict[str, Callable[[Site], str]] = {
    "home": lambda site: "/",
    "datasets": lambda site: "/dataset/",
    "search": lambda site: "/dataset/?q=KPI",
    "filtered": lambda site: "/dataset/?organization=natori-city&license_id=CC0-1.0",
    "some words": lambda site: f"/dataset/?q={quote('避難所 zzzz')}",
    "nothing found": lambda site: "/dataset/?q=zzzz",
    "plans": lambda site: "/plan",
    "plan": lambda site: f"/plan/{POLICY.name}",
    "filtered plan": lambda site: f"/plan/miyagi-ict-plan-2014?projects.evaluation_mark={quote('◎')}",
    "short plan": lambda site: "/plan/miyagi-it-plan-2013",
    "overview": lambda site: "/plan/miyagi-ict-utilization-plan-2017",
    "city's plan": lambda site: "/plan/natori-informatization-plan-2020",
    "KPIs": lambda site: "/kpi",
    "no KPI of a status": lambda site: "/kpi?status=zzzz",
    "KPI": lambda site: "/kpi/policy2021-kpi-ki21",
    "dataset": lambda site: f"/dataset/{POLICY.name}",
    "dataset's groups": lambda site: f"/dataset/groups/{POLICY.name}",
    "dataset's activity": lambda site: f"/dataset/activity/{POLICY.name}",
    "table": lambda site: site.path_of(KPIS),
    "descriptor": lambda site: site.path_of_file(POLICY.name, "datapackage.json"),
    "groups": lambda site: "/group/",
    "group": lambda site: "/group/plans",
    "organizations": lambda site: "/organization/",
    "organization": lambda site: "/organization/miyagi-prefecture",
    "about organization": lambda site: "/organization/about/miyagi-prefecture",
    "municipalities": lambda site: "/municipalities",
    "municipalities by datasets": lambda site: "/municipalities?show=datasets&sort=-datasets",
    "municipality": lambda site: "/municipalities/042072",
    "municipalities compared": lambda site: "/municipalities/compare?code=041009&code=042072",
    "sources": lambda site: "/sources",
    "about": lambda site: "/about",
    "login": lambda site: "/user/login",
    "password": lambda site: "/user/reset",
}
"""One page of each type that a visitor sees: for what must hold on all of them."""

ERROR_PAGES: dict[str, tuple[str, int]] = {
    "no page": ("/no-such-page", 404),
    "no dataset": ("/dataset/no-such-dataset", 404),
    "no plan": ("/plan/no-such-plan", 404),
    "no KPI": ("/kpi/no-such-kpi", 404),
    "no file": (f"/datapackage/{POLICY.name}/data/no-such-file.csv", 404),
    "bad question": (f"/datapackage/{POLICY.name}/data/kpis.csv?no-such-column=1", 400),
}
"""Pages that say what is wrong: address and status."""

KNOWN_FAULTS = (
    # Chromium asks for it where a JSON file is shown; pages name their icon themselves.
    re.compile(r"^https?://[^/]+/favicon\.ico$"),
    # A test asks for it because it is an error.
    re.compile(r"/no-such-[a-z.]+$|\?no-such-column=1$"),
)
"""Addresses whose failure is not ours."""


@dataclass(frozen=True)
class Site:
    """The running catalogue.

    :param home: its home folder, where the first login is kept; None if only the address is known
    """

    url: str
    home: Path | None = None

    def path_of(self, table: Table) -> str:
        """Path of the page of one table."""
        return self.path_of_file(table.dataset, table.path)

    def path_of_file(self, dataset: str, path: str) -> str:
        """Path of the page of a file of a package."""
        return f"/dataset/{dataset}/resource/{_resource_ids(self.url, dataset)[path]}"

    def first_login(self) -> tuple[str, str]:
        """Name and password of the administrator."""
        assert self.home is not None
        told = (self.home / "first-login.txt").read_text(encoding="utf-8")
        name, password = re.findall(r"^(?:login|password): (\S+)$", told, re.MULTILINE)
        return name, password


def table_link(page: Page, title: str) -> Locator:
    """The link to a table, or another file, on the page of its dataset."""
    return page.locator(".resource-item .heading").filter(has_text=re.compile(rf"^\s*{re.escape(title)}\s*(CSV|JSON)?\s*$"))


def dictionary_rows(page: Page) -> Locator:
    """The rows of the data dictionary, one a column."""
    return page.locator("[aria-labelledby=columns] tbody tr")


def dataset_titles(page: Page) -> list[str]:
    """The titles in a list of datasets, sorted."""
    return sorted(title.strip() for title in page.locator(".dataset-heading").all_inner_texts())


@lru_cache
def _resource_ids(url: str, dataset: str) -> dict[str, str]:
    with urllib.request.urlopen(f"{url}/api/3/action/package_show?id={dataset}", timeout=60) as answer:
        resources = json.load(answer)["result"]["resources"]
    return {resource["package_path"]: resource["id"] for resource in resources}


@dataclass
class Watch:
    """Collects what went wrong behind a page.

    Errors of the console, requests to our own site that failed, and requests to any other site: our pages load nothing from elsewhere.
    """

    site: Site
    faults: list[str] = field(default_factory=list)

    def __call__(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.faults.append(f"script error on {page.url}: {error}"))
        page.on("request", self._on_request)
        page.on("requestfailed", self._on_failed)
        page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _is_known(message.location["url"]):
            self.faults.append(f"console: {message.text} ({message.location['url']})")

    def _on_request(self, request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https") and not self._is_ours(request.url):
            self.faults.append(f"request to another site: {request.url}")

    def _on_failed(self, request: Request) -> None:
        # A request that becomes a download, or is overtaken by the next page, counts as aborted.
        if self._is_ours(request.url) and request.failure != "net::ERR_ABORTED":
            self.faults.append(f"{request.failure}: {request.url}")

    def _on_response(self, response: Response) -> None:
        if self._is_ours(response.url) and response.status >= 400 and not _is_known(response.url):
            self.faults.append(f"{response.status}: {response.request.method} {response.url}")

    def _is_ours(self, url: str) -> bool:
        return urlsplit(url)[:2] == urlsplit(self.site.url)[:2]


def _is_known(url: str) -> bool:
    return any(fault.search(url) for fault in KNOWN_FAULTS)
