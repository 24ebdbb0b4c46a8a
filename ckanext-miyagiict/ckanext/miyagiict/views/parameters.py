"""Parameters of CKAN's pages that it hands on unread until something breaks: page numbers, times, orders, formats, endless questions."""

from __future__ import annotations

import re
from importlib.metadata import entry_points

from ckanext.datastore.blueprint import DUMP_FORMATS
from ckanext.dcat.processors import RDF_PROFILES_ENTRY_POINT_GROUP
from ckanext.dcat.utils import CONTENT_TYPES
from dateutil.parser import parse as parse_time
from flask import Blueprint, Response, request

import ckan.plugins.toolkit as tk

from .refusal import refused

__all__ = ["parameters"]

parameters = Blueprint("miyagiict_parameters", __name__)

#: Where a parameter may be a column, or the view reads it itself.
_OTHERS = ("api", "datastore", "datatablesview", "miyagiict_datapackage", "miyagiict_kpi_staff")
#: Solr and PostgreSQL count rows in 32 and 64 bits; pages of a list have at most 100.
_PAGE = re.compile(r"0*[1-9][0-9]{0,6}")
#: Longer ones would stand a hundred times on the page, in the address of each filter. The search reads the first few hundred.
_LONGEST_QUESTION = 1_000
_FIRST_WORDS = 100
_END_OF_TIME = 253402300800.0  # the year 10000
_SOLR_SORT = re.compile(r"\s*[\w.-]+\s+(?:asc|desc)\s*(?:,\s*[\w.-]+\s+(?:asc|desc)\s*)*", re.IGNORECASE)
_LIST_SORT = re.compile(r"\s*(?:name|title|packages|package_count)(?:\s+(?:asc|desc))?\s*", re.IGNORECASE)
_LISTS = ("group.index", "organization.index")
_SORTED = ("dataset", "group", "organization")


@parameters.before_app_request
def refuse_parameters() -> Response | None:
    """Say what is wrong before CKAN's view is asked."""
    if request.endpoint == "datastore.dump":
        return _dump()
    if request.blueprint in (None, *_OTHERS):
        return None
    found = _page() or _question()
    if request.blueprint in _SORTED:
        return found or _sort()
    if request.blueprint == "activity":
        return found or _times()
    return found or (_rdf() if request.blueprint == "dcat" else None)


def _page() -> Response | None:
    page = request.args.get("page")
    if page is None or request.endpoint == "dcat.read_catalog" and not page or _PAGE.fullmatch(page):
        return None
    link = (_here(page=None), "最初のページを見る", "See the first page")
    if page.isascii() and page.isdigit() and page.strip("0"):
        return refused("この番号のページはありません。", "There is no page of this number.", link)
    return refused("ページ番号（page）は1以上の整数で指定してください。", "The page number (page) has to be a whole number from 1.", link)


def _question() -> Response | None:
    asked = request.args.get("q", "")
    if len(asked) <= _LONGEST_QUESTION:
        return None
    link = (_here(q=asked[:_FIRST_WORDS], page=None), f"最初の{_FIRST_WORDS}文字で検索する", f"Search for the first {_FIRST_WORDS} characters")
    return refused(
        f"検索の言葉が長すぎます（{len(asked):,}文字）。{_LONGEST_QUESTION:,}文字までにしてください。",
        f"The question is too long ({len(asked):,} characters). At most {_LONGEST_QUESTION:,} can be answered.", link,
    )


def _sort() -> Response | None:
    sort = request.args.get("sort")
    form = _LIST_SORT if request.endpoint in _LISTS else _SOLR_SORT
    if not sort or form.fullmatch(sort):
        return None
    link = (_here(sort=None), "標準の並び順で見る", "See the usual order")
    return refused(
        "並べ替え（sort）の指定が正しくありません。「title asc」のように、項目名と asc（昇順）または desc（降順）で指定してください。",
        "The order (sort) is none. Write a field and asc or desc, as in 'title asc'.", link,
    )


def _times() -> Response | None:
    for name in ("after", "before"):
        if (text := request.args.get(name)) and not _is_time(text):
            return refused(
                f"日時（{name}）は、1970年からの秒数で指定してください。", f"The time ({name}) has to be a number of seconds since 1970.",
                (_here(after=None, before=None), "新しい変更から見る", "See the latest changes"),
            )
    return None


def _is_time(text: str) -> bool:
    try:
        return 0 <= float(text) < _END_OF_TIME
    except ValueError:
        return False


def _rdf() -> Response | None:
    if (request.view_args or {}).get("_format") not in (None, *CONTENT_TYPES):
        return tk.abort(404)
    known = entry_points(group=RDF_PROFILES_ENTRY_POINT_GROUP).names
    if unknown := [name for name in request.args.get("profiles", "").split(",") if name and name not in known]:
        names = ", ".join(unknown)
        return refused(f"プロファイル（profiles）「{names}」はありません。profilesの指定を消すと、標準の形式で取得できます。",
                       f"There is no profile '{names}' (profiles). Without profiles you get the usual one.")
    if since := request.args.get("modified_since"):
        try:
            parse_time(since)
        except (ValueError, OverflowError):
            return refused("日時（modified_since）は、2026-04-01のように指定してください。", "Write the time (modified_since) as in 2026-04-01.")
    return None


def _dump() -> Response | None:
    if request.args.get("format", "csv") in DUMP_FORMATS:
        return None
    formats = "、".join(DUMP_FORMATS)
    return refused(f"形式（format）は {formats} のどれかで指定してください。", f"The format has to be one of {', '.join(DUMP_FORMATS)}.")


def _here(**changed: str | None) -> str:
    """The address of this page with other parameters; None takes one away."""
    kept = {name: values for name, values in request.args.to_dict(flat=False).items() if name not in changed}
    added = {name: value for name, value in changed.items() if value is not None}
    return tk.h.url_for(request.endpoint, **(request.view_args or {}), **kept, **added)
