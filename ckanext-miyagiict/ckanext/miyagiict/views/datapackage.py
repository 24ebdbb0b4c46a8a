"""``/datapackage/<dataset>/<path>``: the published package as it was validated, at addresses that stay.

``datapackage.json`` and the files it names lie beside each other, so ``frictionless validate <address>`` follows them. Each answer
has a strong ETag (the file's SHA-256) and answers HEAD, If-None-Match and Range.
"""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, send_file

import ckan.plugins.toolkit as tk

from ..catalogue.files import FileStore, PublishedFile

__all__ = ["datapackage"]

datapackage = Blueprint("miyagiict_datapackage", __name__, url_prefix="/datapackage")


@datapackage.route("/<name>/<path:path>", endpoint="file")
def file(name: str, path: str) -> Response:
    """One file of a published package; 404 for a path that the package does not list, whatever lies on the disk."""
    try:
        dataset = tk.get_action("package_show")({}, {"id": name})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404)
    store = FileStore(dataset["id"])
    try:
        published = store.manifest(dataset.get("package_sha256") or "-")[path]
    except (FileNotFoundError, KeyError):
        return tk.abort(404)
    response = send_file(
        store.path(published), mimetype=published.mimetype, etag=published.sha256, conditional=True,
    )
    response.headers["Content-Disposition"] = _disposition(dataset["name"], path, published)
    response.headers["Cache-Control"] = "private" if dataset["private"] else "public, max-age=0, must-revalidate"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if not dataset["private"]:
        # Published data is for every page on the web, as CKAN's API answers are.
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _disposition(dataset: str, path: str, published: PublishedFile) -> str:
    """A Japanese file name for those who can (RFC 6266), an ASCII one that says the same for the others.

    JSON is shown in the browser, tables are saved.
    """
    kind = "inline" if published.mimetype == "application/json" else "attachment"
    plain = f"{dataset}-{path.replace('/', '-')}"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(published.download_name, safe='')}"
