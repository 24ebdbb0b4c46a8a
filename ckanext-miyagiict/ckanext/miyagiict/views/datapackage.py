"""``/datapackage/<dataset>/<path>``: the published package as it was validated, at addresses that stay; of other datasets, what the
DataStore has now (catalogue.live).

``datapackage.json`` and the files it names lie beside each other, so ``frictionless validate <address>`` follows them. Each answer
has a strong ETag (the file's SHA-256) and answers HEAD, If-None-Match and Range.

With a question behind it, the address of a table answers with a part of it: ``?department=情報政策課&fields=name,unit&sort=name``
(catalogue.export).
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, send_file, session
from werkzeug.exceptions import RequestedRangeNotSatisfiable

import ckan.plugins.toolkit as tk

from ..catalogue import export, live
from ..catalogue.dataset import SPREADSHEET_FOLDER
from ..catalogue.files import FileStore
from ..packages.package import DESCRIPTOR

__all__ = ["datapackage"]

datapackage = Blueprint("miyagiict_datapackage", __name__, url_prefix="/datapackage")

#: An id or a name of a dataset, as CKAN has them; anything else is not asked of the database.
_DATASET = re.compile(r"[A-Za-z0-9_-]{2,100}")
#: Characters that no file system, or only some, takes in a name.
_NOT_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\x7f"*/:<>?\\|]+')
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
#: File systems take 255 bytes, and a character has up to four.
_NAME_CHARACTERS, _TITLE_CHARACTERS = 60, 30
_MIMETYPES = {"csv": "text/csv", "json": "application/json"}


@datapackage.route("/<name>/<path:path>", endpoint="file")
def file(name: str, path: str) -> Response:
    """One file of a published package; 404 for a path that the package does not list, whatever lies on the disk."""
    if not _DATASET.fullmatch(name):
        return tk.abort(404)
    dataset = tk.get_action("package_show")({}, {"id": name})
    store = FileStore(dataset["id"])
    published = store.manifest(dataset["package_sha256"]).get(path) if dataset.get("package_sha256") else None
    asked = tk.request.args.to_dict(flat=False)
    if published is None:
        response, title = _live(dataset, path, asked)
    elif asked and (table := _table_at(dataset, path)):
        response, title = _part(table, path, published.mimetype, asked), published.download_name
    else:
        _take_away_ranges_that_are_none()
        response = send_file(store.path(published), mimetype=published.mimetype, etag=published.sha256, conditional=True)
        title = published.download_name
    del response.headers["Cache-Control"]  # CKAN sets it for all its answers
    response.headers["Content-Disposition"] = _disposition(dataset, path, response.mimetype, title)
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


def _live(dataset: dict[str, Any], path: str, asked: dict[str, list[str]]) -> tuple[Response, str]:
    """What the DataStore has of a dataset, and what a browser saves it as."""
    table = live.table_at(dataset, path)
    if table is None and (path != DESCRIPTOR or dataset.get("package_sha256")):
        return tk.abort(404)
    if table is not None and not path.startswith("schemas/"):
        edition = "（Excel用）" if path.startswith(f"{SPREADSHEET_FOLDER}/") else ""
        suffix = "json" if path.startswith("json/") else "csv"
        return _part(table, path, _MIMETYPES[suffix], asked), f"{table['name'] or table['id']}{edition}.{suffix}"
    if table is not None:
        said, title = live.table_schema(_columns(table["id"])), f"{table['name'] or table['id']}.schema.json"
    else:
        columns = {one["id"]: _columns(one["id"]) for one in dataset["resources"] if one.get("datastore_active")}
        page = tk.url_for(f"{dataset['type']}.read", id=dataset["name"], qualified=True, locale="default")
        said, title = live.descriptor(dataset, columns, page), f"{dataset['name']}-{DESCRIPTOR}"
    response = Response(json.dumps(said, ensure_ascii=False, indent=2) + "\n", mimetype="application/json")
    response.add_etag()
    response.make_conditional(tk.request)
    return response, title


def _columns(resource_id: str) -> list[dict[str, Any]]:
    tk.check_access("datastore_search", {}, {"resource_id": resource_id})
    return tk.get_action("datastore_info")({}, {"id": resource_id, "include_meta": False, "include_fields_schema": False})["fields"]


def _part(table: dict[str, Any], path: str, mimetype: str, asked: dict[str, list[str]]) -> Response:
    """The rows and columns that the address asks for; answered without a query where the reader has them already."""
    part = export.read_query(table["id"], [column["id"] for column in _columns(table["id"])], asked)
    etag = part.etag(path)
    response = Response(mimetype=mimetype)
    if etag:
        response.set_etag(etag)
    if tk.request.method == "HEAD" or (etag and tk.request.if_none_match.contains(etag)):
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


def _disposition(dataset: dict[str, Any], path: str, mimetype: str, title: str) -> str:
    """A Japanese file name for those who can (RFC 6266), an ASCII one that says the same for the others: dataset and table.

    JSON is shown in the browser, tables are saved.
    """
    kind = "inline" if mimetype == "application/json" else "attachment"
    plain = _NOT_PLAIN.sub("_", f"{dataset['name']}-{path.replace('/', '-')}")
    name = title if path == DESCRIPTOR else f"{dataset['title'][:_TITLE_CHARACTERS]}_{title}"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(_file_name(name), safe='')}"


def _file_name(title: str) -> str:
    """A title with its suffix as a name that every file system takes."""
    stem, dot, suffix = _NOT_IN_FILE_NAMES.sub("_", title).rpartition(".")
    return f"{stem.strip(' .')[:_NAME_CHARACTERS] or '_'}{dot}{suffix[:_NAME_CHARACTERS]}"
