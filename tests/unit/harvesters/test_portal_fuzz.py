"""Whatever a portal sends: a record, or a named problem; no other exception, no hang."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miyagi_harvesters.ckan import Ckan
from miyagi_harvesters.dataeye import DataEye
from miyagi_harvesters.datapackage import DataPackage
from miyagi_harvesters.dcat import Dcat
from miyagi_harvesters.fetching import Answer
from miyagi_harvesters.pages import Pages
from miyagi_harvesters.privacy import without_mail_addresses
from miyagi_harvesters.problems import PortalError
from miyagi_harvesters.reader import Document
from miyagi_harvesters.shirasagi import Shirasagi

from .portal_fakes import FakeFetcher

KINDS = [DataEye, Ckan, Shirasagi, DataPackage, Dcat, Pages]
KEYS = st.sampled_from(
    [
        "success",
        "result",
        "results",
        "count",
        "error",
        "id",
        "uuid",
        "name",
        "title",
        "notes",
        "text",
        "filename",
        "resources",
        "url_resources",
        "url",
        "download_url",
        "originai_url",
        "license",
        "license_id",
        "license_url",
        "resource_license_id",
        "extras",
        "key",
        "value",
        "tags",
        "groups",
        "organization",
        "metadata_modified",
        "created",
        "updated",
        "last_modified",
        "size",
        "format",
        "path",
        "licenses",
        "contributors",
        "publisher",
        "resource_profiles",
        "@context",
        "@graph",
        "@id",
        "@type",
        "dataset",
        "distribution",
        "temporal",
        "categories",
        "packages",
        "profile",
        "help",
    ]
)
WORDS = st.sampled_from(
    [
        "",
        "5",
        "-1",
        "cc-by",
        "pdl",
        "【名取市】",
        "宮城県/名取市",
        "042072",
        "2026-10-01T00:00:00",
        "月, 03/27/2017 - 00:00",
        "R8.4.1",
        "http://",
        "http://[x",
        "https://x.example/a.csv",
        "http://linkdata.org/work/rdf1s1i",
        "javascript:x",
        "../a",
        "\ud800",
        "\x00",
        "dcat:Dataset",
        "Dataset",
        "a" * 3000,
        "1" * 400,
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=10)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=6), max_leaves=30
)
PACKAGES = st.fixed_dictionaries(
    {"id": VALUES, "title": VALUES, "resources": st.lists(st.dictionaries(KEYS, VALUES, max_size=6), max_size=3) | VALUES},
    optional={
        "uuid": VALUES,
        "filename": VALUES,
        "name": VALUES,
        "extras": VALUES,
        "organization": VALUES,
        "groups": VALUES,
        "license_id": VALUES,
        "tags": VALUES,
        "metadata_modified": VALUES,
        "profile": VALUES,
        "licenses": VALUES,
        "contributors": VALUES,
        "temporal": VALUES,
    },
)
BODIES = (
    st.binary(max_size=200)
    | (VALUES | PACKAGES | PACKAGES.map(lambda one: {"success": True, "result": one})).map(lambda value: json.dumps(value).encode())
    | st.lists(
        st.sampled_from(
            [
                "<html>",
                "<!doctype html>",
                '<h1 class="name">',
                '<h2 class="p-ttl-ds__name">',
                '<div class="resources"><div class="resource">',
                "<dl><dt>更新日時<dd>",
                '<span class="api-uuid">',
                '<a class="download" href="http://[" data-url="x.csv">',
                "<th>ライセンス<td>",
                "2026年13月99日",
                "</div>",
                "<a href='a.csv'>",
                "@prefix dcat: <http://www.w3.org/ns/dcat#> .",
                "<a> a dcat:Dataset .",
                '<?xml version="1.0"?>',
                "<!DOCTYPE",
                "[",
                "{",
            ]
        )
        | st.text(max_size=6),
        max_size=25,
    ).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))
)


def or_named(work: Callable[[], Any]) -> Any:
    """What comes of it, or None where it names problems that have sentences; any other exception is a fault of ours."""
    try:
        return work()
    except PortalError as error:
        if not error.problems or not all(map(str, error.problems)):
            raise AssertionError("a failure without a named problem") from error
        return None


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
@settings(max_examples=60)
@given(body=BODIES, target=st.sampled_from(["https://x.example/", "saved.json"]))
def test_any_answer_is_a_record_or_a_named_problem(kind: Any, body: bytes, target: str) -> None:
    """Mapped as an answer to a question, and found in a saved file; what comes out can be stored."""
    reader = kind(target, FakeFetcher(lambda url, params: body))
    documents = [Document("1", (Answer(f"{target}a", f"{target}a", 200, {}, body),))]
    documents += or_named(lambda: list(reader.documents_in("a/x.json", body))) or []
    assert all(entry.id for entry in or_named(lambda: reader.entries_in("a/x.json", body)) or ())
    for document in documents:
        record = or_named(partial(reader.map, document))
        if record is None:
            continue
        assert record.id == document.id
        repr(record).encode("utf-8", "backslashreplace")
        for said in (record.title, record.notes, *(one.title for one in record.resources), *record.extras.values()):
            said.encode("utf-8")
            assert "\x00" not in said
        assert reader.map(Document.from_dict(json.loads(json.dumps(document.as_dict())))) == record
        assert without_mail_addresses(document).id == document.id


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
@settings(max_examples=30)
@given(bodies=st.lists(BODIES, min_size=1, max_size=5))
def test_any_portal_is_listed_or_refused(kind: Any, bodies: list[bytes]) -> None:
    """One answer after the other, the last one for ever."""
    left = list(bodies)
    reader = kind("https://x.example/", FakeFetcher(lambda url, params: left.pop(0) if len(left) > 1 else left[0]))
    listing = or_named(reader.listing)
    if listing is None:
        return
    assert len({entry.id for entry in listing.entries}) == len(listing.entries)
    for entry in listing.entries[:3]:
        document = or_named(partial(reader.fetch, entry))
        record = or_named(partial(reader.map, document)) if document else None
        assert record is None or record.id
