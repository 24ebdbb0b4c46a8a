"""Atom feeds in the page's language whose entries lead to pages. CKAN's say that they are English and link to the API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from flask import g

import ckan.plugins.toolkit as tk
from ckan.views.feed import CKANFeed

__all__ = ["Feed", "fields"]


def fields(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """What ``Feed.add_item`` has to know of a dataset besides what CKAN gives it."""
    return {"dataset": dataset}


class Feed(CKANFeed):
    """A list of datasets, the latest change first.

    The links to other pages of the list are made here. CKAN's have the page wrongly, the last one as ``?query=page&query=2.5`` for 3
    datasets on pages of 2, and name a next page behind it.
    """

    def __init__(self, feed_title: str, feed_link: str, feed_description: str, language: str | None = None, author_name: str | None = None,
                 feed_guid: str | None = None, feed_url: str | None = None, previous_page: str | None = None, next_page: str | None = None,
                 first_page: str | None = None, last_page: str | None = None) -> None:
        page, last = int(tk.request.args.get("page", 1)), _number(last_page or "")
        super().__init__(
            feed_title if feed_title != tk.config["ckan.site_title"] else g.site_title, urljoin(tk.request.url, feed_link),
            tk.h.miyagiict_text("新しいデータセットと更新", feed_description), tk.h.lang(), g.site_title, feed_guid, tk.request.url,
            _page(page - 1) if page > 1 else None, _page(page + 1) if page < last else None, _page(1), _page(last),
        )
        self._latest: datetime | None = None

    def add_entry(self, feedEntry: Any = None, order: str = "append") -> Any:  # noqa: N803 (feedgen's names)
        """An entry behind the others: CKAN gives the latest change first, and feedgen would turn the order round."""
        return super().add_entry(feedEntry, order)

    def add_item(self, *, dataset: Mapping[str, Any], **said: Any) -> None:
        page = tk.h.url_for("dataset.read", id=dataset["name"], _external=True)
        super().add_item(
            title=tk.h.dataset_display_name(dataset), link=page, description=tk.h.markdown_extract(tk.h.get_translated(dataset, "notes"), 300),
            updated=said["updated"], published=said["published"], unique_id=said["unique_id"], categories=said["categories"],
        )
        if self._latest is None or said["updated"] > self._latest:
            self._latest = said["updated"]
            self.updated(tk.h.date_str_to_datetime(f"{self._latest.isoformat()}+00:00"))


def _number(address: str) -> int:
    """The page number that an address of CKAN's ends with, without its fraction; at least 1."""
    found = re.search(r"[\d.]+$", address)
    return max(1, int(float(found[0]))) if found else 1


def _page(number: int) -> str:
    """The address of the feed with another page number; the first has none."""
    request = tk.request
    arguments = {**request.args, "page": str(number)} if number > 1 else {key: value for key, value in request.args.items() if key != "page"}
    return tk.h.url_for(request.endpoint, **(request.view_args or {}), **arguments, _external=True)
