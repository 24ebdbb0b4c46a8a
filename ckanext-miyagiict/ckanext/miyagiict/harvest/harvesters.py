"""One leaf class a portal kind, as ckanext-harvest wants them. They only hand on: the work is in ``run``.

No leaf is the parent of another: CKAN's ``SingletonPlugin`` would give back the parent's instance.
"""

from __future__ import annotations

import json
from typing import ClassVar

from miyagi_harvesters import ckan as ckan_kind
from miyagi_harvesters import dataeye, datapackage, dcat, linkdata, pages, shirasagi
from miyagi_harvesters.problems import PortalError
from miyagi_harvesters.reader import Reader

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckanext.harvest.interfaces import IHarvester
from ckanext.harvest.model import HarvestGatherError, HarvestJob, HarvestObject, HarvestObjectError

from . import options
from .door import fetcher
from .run import Run
from .sources import Source, source_type

__all__ = [
    "CkanHarvester", "DataEyeHarvester", "DataPackageHarvester", "DcatHarvester", "LinkDataHarvester", "PagesHarvester", "ShirasagiHarvester",
]


class _Stages:
    """The contract of ``IHarvester``, for whoever runs ckanext-harvest's own consumers. Our worker works on many objects at once."""

    reader: ClassVar[type[Reader]]

    def info(self) -> dict[str, str]:
        """What the form for a new source shows."""
        return {
            "name": source_type(self.reader.kind), "title": self.reader.title, "title_en": self.reader.title_en,
            "description": tk._("%s のデータセットを収集します。") % self.reader.title, "form_config_interface": "Text",
        }

    def validate_config(self, config: str) -> str:
        """Check the options of a source.

        :raises ValueError: with a Japanese sentence for the form
        """
        return options.checked(self.reader, config)

    def get_original_url(self, harvest_object_id: str) -> str | None:
        """The page of the record at its portal."""
        object = HarvestObject.get(harvest_object_id)
        if object is None or not object.content:
            return None
        return str(json.loads(object.content)["parts"][0]["url"])

    def gather_stage(self, job: HarvestJob) -> list[str]:
        """List the portal.

        :returns: ids of the harvest objects to fetch and import
        """
        if not Source.of(job.source).is_approved:
            HarvestGatherError.create(tk._("この収集元はまだ承認されていません。システム管理者が承認すると実行できます。"), job)
            return []
        try:
            return self._run(job).gather()
        except PortalError as error:
            for found in error.problems:
                HarvestGatherError.create(str(found), job)
            return []

    def fetch_stage(self, harvest_object: HarvestObject) -> bool:
        """Fetch one record."""
        try:
            return bool(self._run(harvest_object.job).fetch([harvest_object]))
        except PortalError as error:
            for found in error.problems:
                HarvestObjectError.create(str(found), harvest_object, "Fetch")
            return False

    def import_stage(self, harvest_object: HarvestObject) -> bool | str:
        """Map one record and write what changed."""
        run = self._run(harvest_object.job)
        before = run.report.as_dict()
        run.import_([harvest_object])
        if run.report.failed > before["failed"]:
            return False
        return "unchanged" if run.report.unchanged > before["unchanged"] else True

    @staticmethod
    def _run(job: HarvestJob) -> Run:
        return Run(job, fetcher(Source.of(job.source)))


class CkanHarvester(_Stages, p.SingletonPlugin):
    p.implements(IHarvester)
    reader = ckan_kind.Ckan


class DataEyeHarvester(_Stages, p.SingletonPlugin):
    p.implements(IHarvester)
    reader = dataeye.DataEye


class DataPackageHarvester(_Stages, p.SingletonPlugin):
    p.implements(IHarvester)
    reader = datapackage.DataPackage


class DcatHarvester(_Stages, p.SingletonPlugin):
    p.implements(IHarvester)
    reader = dcat.Dcat


class LinkDataHarvester(_Stages, p.SingletonPlugin):
    p.implements(IHarvester)
    reader = linkdata.LinkData


class PagesHarvester(_Stages, p.SingletonPlugin):
    p.implements(IHarvester)
    reader = pages.Pages


class ShirasagiHarvester(_Stages, p.SingletonPlugin):
    p.implements(IHarvester)
    reader = shirasagi.Shirasagi
