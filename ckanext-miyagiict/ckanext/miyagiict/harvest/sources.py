"""A harvest source as a run needs it: ckanext-harvest's own row, and what this extension adds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from miyagi_harvesters import reader
from miyagi_harvesters.fetching import Fetcher

from ckan.model import Session
from ckanext.harvest.model import HarvestSource

from .. import config
from ..model import SourceSettings
from .quarantine import Thresholds

__all__ = ["NAME_PREFIX", "OWN_OPTIONS", "Source", "kind_of", "settings_of", "source_type"]

#: ckanext-harvest's source types of our kinds begin so, beside types of other extensions.
NAME_PREFIX = "miyagi_"
#: Options of every kind, beside the kind's own (``reader.Reader.options_allowed``).
OWN_OPTIONS = (
    reader.Option(
        "owner", "公表者の既定", "Default publisher", "公表者が分からないデータセットの団体コード（6桁）。なければ宮城県とし、警告する", str, "",
        help_en=(
            "The municipality (six digits) of datasets whose publisher is not known; without it the prefecture, with a "
            "warning"
        ),
    ),
    reader.Option(
        "municipalities", "組織の対応表", "Table of owners", "組織の名前かID → 団体コード。ほかの手がかりより優先する", dict, None,
        help_en="Name or id of an organization → municipality code; goes before every other hint",
    ),
    reader.Option(
        "priority", "優先度", "Priority", "同じデータが別の収集元にもあるとき、数の大きいほうの内容を公開し、ほかは関連付ける。"
        "同じ数なら先に集めたほうのまま。変更は、承認のあと最初の収集で反映し、データセットのアドレスは変わらない。既定は0", int, 0,
        help_en=(
            "Where another source has the same data, the content with the larger number is published and the other is "
            "linked; with the same number, the one that came first. A change shows after approval and the next run, and no "
            "dataset's address changes. Usually 0"
        ),
    ),
    reader.Option(
        "files", "ファイルの読み込み", "When files are read", "changed（データセットが変わったとき。既定）、always（毎回）、never（読み込まない）", str, "changed",
        help_en="changed (when the dataset changed; the usual), always (at each run), never",
    ),
    reader.Option(
        "client", "接続のしかた", "How the portal is asked", "delay、jitter、read_timeout、deadline（秒）、legacy_tls（古いTLSを許す）、"
        "http_fallback（httpsで話せないときhttpにする）、robots_exceptions（管理者の許可を得て、robots.txtの例外とするアドレスの始まりの並び）", dict, None,
        help_en=(
            "delay, jitter, read_timeout, deadline (seconds), legacy_tls (allow old TLS), http_fallback (http where https "
            "does not answer), robots_exceptions (beginnings of addresses that are excepted from robots.txt, with the "
            "operator's permission)"
        ),
    ),
    reader.Option(
        "thresholds", "取り下げの限度", "Limits of withdrawals", "missing_runs、least、share、period_days、recognised_share、"
        "recognised_least、grace_days のうち、サイトの設定と違うもの", dict, None,
        help_en=(
            "Those of missing_runs, least, share, period_days, recognised_share, recognised_least, grace_days that differ "
            "from the site's settings"
        ),
    ),
    reader.Option(
        "sample", "見本", "Sample", "true なら見本の収集元（ネットワークに接続せず、データセットに【見本】と付ける）", bool, False,
        help_en="true: a source of samples; nothing is asked of the network, and its datasets are marked 【見本】",
    ),
)
#: What a source may set of the client that asks it.
CLIENT_OPTIONS = frozenset(("delay", "jitter", "read_timeout", "deadline", "legacy_tls", "http_fallback", "robots_exceptions"))


def source_type(kind: str) -> str:
    """ckanext-harvest's name of a kind."""
    return NAME_PREFIX + kind


def kind_of(type: str) -> type[reader.Reader] | None:
    """The reader of a source type; None for other extensions' types."""
    return reader.KINDS.get(type.removeprefix(NAME_PREFIX)) if type.startswith(NAME_PREFIX) else None


def settings_of(source_id: str) -> SourceSettings:
    """What we keep of a source; made when it is asked for the first time."""
    found = Session.get(SourceSettings, source_id)
    if found is None:
        found = SourceSettings(source_id=source_id, approved_sha256="", schedule="", forbidden_hours="", mail="failure", mail_to="", validators={})
        Session.add(found)
        Session.flush()
    return found


@dataclass
class Source:
    """One source, ready to be read.

    :param options: as the operator wrote them, JSON
    """

    id: str
    title: str
    type: str
    url: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, row: HarvestSource) -> Source:
        return cls(row.id, row.title, row.type, row.url, json.loads(row.config or "{}"))

    @property
    def approval_sha256(self) -> str:
        """What an approval is for: another address or other settings need another one."""
        said = json.dumps([self.type, self.url, dict(self.options)], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def is_approved(self) -> bool:
        """Whether a sysadmin approved this very source."""
        settings = Session.get(SourceSettings, self.id)
        return settings is not None and settings.approved_at is not None and settings.approved_sha256 == self.approval_sha256

    @cached_property
    def thresholds(self) -> Thresholds:
        """The site's limits, and what this source sets differently."""
        return Thresholds(**{**config.harvest_thresholds(), **dict(self.options.get("thresholds") or {})})

    @property
    def is_sample(self) -> bool:
        return bool(self.options.get("sample"))

    @property
    def priority(self) -> int:
        """Which of two portals' records of the same data makes the dataset: that of the larger number, else the first one."""
        return int(self.options.get("priority") or 0)

    @property
    def files(self) -> str:
        """When files are read: ``changed`` (with their record), ``always``, ``never``."""
        return str(self.options.get("files") or "changed")

    @property
    def client_options(self) -> dict[str, Any]:
        """What this source sets differently of the client."""
        given = {name: value for name, value in dict(self.options.get("client") or {}).items() if name in CLIENT_OPTIONS}
        return {**given, "robots_exceptions": tuple(given.get("robots_exceptions") or ())}

    def reader(self, fetcher: Fetcher) -> reader.Reader:
        """The reader of this source.

        :raises LookupError: its kind is not known here
        """
        kind = kind_of(self.type)
        if kind is None:
            raise LookupError(self.type)
        ours = {option.name for option in OWN_OPTIONS} - _names(kind)
        own = {name: value for name, value in self.options.items() if name not in ours}
        return kind(self.url, fetcher, own)


def _names(kind: type[reader.Reader]) -> set[str]:
    return {option.name for option in kind.options_allowed}
