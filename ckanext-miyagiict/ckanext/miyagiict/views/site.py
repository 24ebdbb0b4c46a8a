"""What belongs to the whole site: its name in the page's language, and ``/sitemap.xml``."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, g

import ckan.plugins.toolkit as tk

from .. import config

__all__ = ["site"]

site = Blueprint("miyagiict_site", __name__)

#: A sitemap may name 50,000 pages (sitemaps.org); a plan has two.
_MOST_DATASETS = 24_000
_AT_A_TIME = 1000


@site.before_app_request
def name_site() -> None:
    """Templates ask ``g`` for the site's name; there it covers the Japanese one of CKAN's settings."""
    if tk.h.lang() == "en":
        for name, text in config.english_names().items():
            setattr(g, name, text)


@site.route("/sitemap.xml", endpoint="sitemap")
def sitemap() -> Response:
    """Every public dataset, every plan, every KPI, and the lists."""
    kpis = tk.get_action("miyagiict_kpi_list")({}, {})
    return Response(tk.render("miyagiict/sitemap.xml", {"datasets": _datasets(), "kpis": kpis}), mimetype="application/xml")


def _datasets() -> Iterator[dict[str, str]]:
    for start in range(0, _MOST_DATASETS, _AT_A_TIME):
        ask = {"fl": "name,type,metadata_modified,groups", "rows": _AT_A_TIME, "start": start, "sort": "name asc", "facet": "false"}
        found = tk.get_action("package_search")({}, ask)["results"]
        yield from found
        if len(found) < _AT_A_TIME:
            return
