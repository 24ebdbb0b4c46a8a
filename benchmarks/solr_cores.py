"""Two Solr cores for the length of a run: one with CKAN's own schema, one with ours. They lie beside the core that CKAN uses."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import ckan
import requests

OUR_CONF = Path(__file__).resolve().parents[1] / "solr" / "conf"
CKAN_SCHEMA = Path(ckan.__path__[0]) / "config" / "solr" / "schema.xml"
#: Files that CKAN's schema names.
EMPTY = ("protwords.txt", "synonyms.txt", "stopwords.txt")


@contextlib.contextmanager
def cores(solr_url: str) -> Iterator[dict[str, str]]:
    """Make the cores ``stock`` and ``ours``; remove them afterwards.

    :param solr_url: address of the core that CKAN uses; Solr must run on this machine
    :returns: name → address
    """
    solr, _, used = solr_url.rstrip("/").rpartition("/")
    home = Path(_admin(solr, action="STATUS", core=used)["status"][used]["instanceDir"]).parent
    mark = uuid.uuid4().hex[:8]
    made: dict[str, str] = {}
    try:
        for way in ("stock", "ours"):
            name = f"benchmark_{way}_{mark}"
            _lay_out(home / name / "conf", way)
            made[way] = f"{solr}/{name}"
            _admin(solr, action="CREATE", name=name, instanceDir=name)
        yield made
    finally:
        for address in made.values():
            name = address.rpartition("/")[2]
            requests.get(f"{solr}/admin/cores", params={"action": "UNLOAD", "core": name, "deleteInstanceDir": "true"}, timeout=60)
            shutil.rmtree(home / name, ignore_errors=True)


def _lay_out(conf: Path, way: str) -> None:
    conf.mkdir(parents=True)
    for path in OUR_CONF.iterdir():
        if way == "ours" or path.name == "solrconfig.xml":
            shutil.copy(path, conf)
    if way == "stock":
        shutil.copy(CKAN_SCHEMA, conf)
        for name in EMPTY:
            (conf / name).touch()


def _admin(solr: str, **parameters: str) -> dict:
    answer = requests.get(f"{solr}/admin/cores", params={**parameters, "wt": "json"}, timeout=60)
    if not answer.ok:
        raise SystemExit(f"Solr: {answer.json()['error']['msg']}")
    return answer.json()
