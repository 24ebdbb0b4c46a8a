"""``/datapackage/<dataset>/<path>``: the published package as it was validated, at addresses that stay.

``datapackage.json`` and the files it names lie beside each other, so ``frictionless validate <address>`` follows them. Each answer
has a strong ETag (the file's SHA-256) and answers HEAD, If-None-Match and Range.

With a question behind it, the address of a table answers with a part of it: ``?department=情報政策課&fields=name,unit&sort=name``
(catalogue.export).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, send_file, session
from werkzeug.exceptions import RequestedRangeNotSatisfiable

import ckan.plugins.toolkit as tk

from ..catalogue import export
from ..catalogue.dataset import SPREADSHEET_FOLDER
from ..catalogue.files import FileStore, PublishedFile

__all__ = ["datapackage"]

datapackage = Blueprint("miyagiict_datapackage", __name__, url_prefix="/datapackage")

#: An id or a name of a dataset, as CKAN has them; anything else is not asked of the database.
_DATASET = re.compile(r"[A-Za-z0-9_-]{2,100}")
#: Characters that no file system, or only some, takes in a name.
_NOT_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\x7f"*/:<>?\\|]+')
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
#: File systems take 255 bytes, and a character has up to four.
_NAME_CHARACTERS = 60


@datapackage.route("/<name>/<path:path>", endpoint="file")
def file(name: str, path: str) -> Response:
    """One file of a published package; 404 for a path that the package does not list, whatever lies on the disk."""
    if not _DATASET.fullmatch(name):
        return tk.abort(404)
    dataset = tk.get_action("package_show")({}, {"id": name})
    store = FileStore(dataset["id"])
    published = store.manifest(dataset.get("package_sha256") or "").get(path)
    if published is None:
        return tk.abort(404)
    asked = tk.request.args.to_dict(flat=False)
    table = _table_at(dataset, path) if asked else None
    if table is None:
        _take_away_ranges_that_are_none()
        response = send_file(store.path(published), mimetype=published.mimetype, etag=published.sha256, conditional=True)
    else:
        response = _part(table, path, published, asked)
    del response.headers["Cache-Control"]  # CKAN sets it for all its answers
    response.headers["Content-Disposition"] = _disposition(dataset["name"], path, published)
    response.headers["X-Content-Type-Options"] = "nosniff"
    if dataset["private"]:
        tk.request.environ["__no_cache__"] = True  # "private" then
    else:
        # Published data is for every page on the web, as CKAN's API answers are.
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _table_at(dataset: dict[str, Any], path: str) -> dict[str, Any] | None:
    """The table of which a path is an edition; None where it is none, or was withdrawn."""
    for resource in dataset["resources"]:
        editions = (resource.get("url"), resource.get("spreadsheet_url"), resource.get("json_url"))
        if resource.get("datastore_active") and any((address or "").endswith(f"/datapackage/{dataset['name']}/{path}") for address in editions):
            return resource
    return None


def _take_away_ranges_that_are_none() -> None:
    """Units that we do not know, several parts at once and what is no range are answered with all (RFC 9110, 14.2)."""
    asked = tk.request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        tk.request.environ.pop("HTTP_RANGE", None)


def _part(table: dict[str, Any], path: str, published: PublishedFile, asked: dict[str, list[str]]) -> Response:
    """The rows and columns that the address asks for; answered without a query where the reader has them already."""
    tk.check_access("datastore_search", {}, {"resource_id": table["id"]})
    fields = tk.get_action("datastore_info")({}, {"id": table["id"], "include_meta": False, "include_fields_schema": False})["fields"]
    part = export.read_query(table["id"], [field["id"] for field in fields], asked)
    etag = part.etag(path)
    response = Response(mimetype=published.mimetype)
    response.set_etag(etag)
    if tk.request.method == "HEAD" or tk.request.if_none_match.contains(etag):
        response.make_conditional(tk.request)
        return response
    if path.startswith("json/"):
        response.response = part.json()
    else:
        response.response = part.csv(for_spreadsheets=path.startswith(f"{SPREADSHEET_FOLDER}/"))
    return response


@datapackage.after_app_request
def without_cookie(response: Response) -> Response:
    """CKAN and flask-login looked who asks; of public files the answer is everybody's, whatever the cookie. Pages and private files say themselves."""
    if tk.request.endpoint == f"{datapackage.name}.file" and not {"__no_cache__", "__limit_cache_by_cookie__"} & tk.request.environ.keys():
        session.accessed = False
    return response


@datapackage.errorhandler(tk.ValidationError)
def bad_question(error: tk.ValidationError) -> tuple[str, int]:
    """What is wrong with the part of the address behind the question mark."""
    sentences = [name + tk.h.miyagiict_text("：", ": ") + text for name, texts in error.error_dict.items() for text in (texts if isinstance(texts, list) else [texts])]
    return tk.render("miyagiict/bad_question.html", {"sentences": sentences}), 400


@datapackage.errorhandler(RequestedRangeNotSatisfiable)
def range_beyond_the_end(error: RequestedRangeNotSatisfiable) -> Response:
    """Programs ask for ranges: how long the file is, and no page."""
    return Response(status=416, headers={"Content-Range": f"bytes */{error.length}", "Accept-Ranges": "bytes"})


@datapackage.errorhandler(404)
@datapackage.errorhandler(tk.ObjectNotFound)
@datapackage.errorhandler(tk.NotAuthorized)
@datapackage.errorhandler(FileNotFoundError)
def not_found(error: Exception) -> tuple[str, int]:
    """Whether a dataset is private or not there is not told."""
    arguments: dict[str, Any] = tk.request.view_args or {}
    return tk.render("miyagiict/file_not_found.html", {"path": arguments.get("path", "")}), 404


def _disposition(dataset: str, path: str, published: PublishedFile) -> str:
    """A Japanese file name for those who can (RFC 6266), an ASCII one that says the same for the others.

    JSON is shown in the browser, tables are saved.
    """
    kind = "inline" if published.mimetype == "application/json" else "attachment"
    plain = _NOT_PLAIN.sub("_", f"{dataset}-{path.replace('/', '-')}")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(_file_name(published.download_name), safe='')}"


def _file_name(title: str) -> str:
    """A title with its suffix as a name that every file system takes."""
    stem, dot, suffix = _NOT_IN_FILE_NAMES.sub("_", title).rpartition(".")
    return f"{stem.strip(' .')[:_NAME_CHARACTERS] or '_'}{dot}{suffix[:_NAME_CHARACTERS]}"
