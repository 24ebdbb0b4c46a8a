"""A portal that is a function, for readers' tests: no network, every question remembered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from miyagi_harvesters.fetching import Answer
from miyagi_harvesters.problems import PortalError, problem

Said = bytes | str | dict[str, Any] | list[Any] | Answer | PortalError

PAGE_OF_TROUBLE = "<!DOCTYPE html><html><body><h1>ただいまメンテナンス中です</h1></body></html>"


def refused(place: str = "https://portal.example/") -> PortalError:
    """Any failure below the reader, as the client says it."""
    return PortalError(problem("unexpected-shape", place, detail="404"))


class FakeFetcher:
    """Answers with what ``say`` gives for (address, parameters)."""

    def __init__(
        self, say: Callable[[str, Mapping[str, str]], Said] | Mapping[str, Said], headers: Mapping[str, str] | None = None
    ) -> None:
        self._say = say
        self.headers = dict(headers or {})
        self.asked: list[tuple[str, dict[str, str]]] = []

    def get(self, url: str, *, params: Mapping[str, str] | None = None, validators: Mapping[str, str] | None = None,
            largest: int | None = None) -> Answer:
        self.asked.append((url, dict(params or {})))
        whole = f"{url}?{urlencode(params)}" if params else url
        if validators and validators.get("If-None-Match") == self.headers.get("etag"):
            return Answer(whole, whole, 304, self.headers)
        said = self._say(url, dict(params or {})) if callable(self._say) else self._say.get(url, refused(url))
        if isinstance(said, PortalError):
            raise said
        if isinstance(said, Answer):
            return said
        body = (
            said if isinstance(said, bytes) else said.encode() if isinstance(said, str) else json.dumps(said, ensure_ascii=False).encode()
        )
        return Answer(whole, whole, 200, self.headers, body)


def action_portal(packages: list[dict[str, Any]], *, search: bool = True, count: bool = True, key: str = "id",
                  most: int = 1000) -> Callable[[str, Mapping[str, str]], Said]:
    """A portal of the action API that holds ``packages``.

    :param search: it knows ``package_search``
    :param count: and says there how many it holds
    :param most: gives at most so many at once, whatever is asked for
    """

    def say(url: str, params: Mapping[str, str]) -> Said:
        action = url.rsplit("/", 1)[-1]
        if action == "package_search" and search:
            start, rows = int(params.get("start", 0)), min(int(params.get("rows", 10)), most)
            return {"success": True, "result": {**({"count": len(packages)} if count else {}), "results": packages[start:start + rows]}}
        if action == "package_list":
            offset, limit = int(params.get("offset", 0)), min(int(params.get("limit", 0)) or most, most)
            return {"success": True, "result": [str(package[key]) for package in packages][offset:offset + limit]}
        if action == "package_show":
            found = [package for package in packages if params["id"] in (str(package.get("id")), package.get("name"), package.get("uuid"))]
            return (
                {"success": True, "result": found[0]}
                if found
                else {"success": False, "error": {"__type": "Not Found Error", "message": "x"}}
            )
        return refused(url)

    return say
