"""Tables of this extension, in CKAN's database. Their history is in ``migration``; the metadata alone creates nothing."""

from .harvest import HarvestedRecord, HarvestRun, SourceSettings

__all__ = ["HarvestRun", "HarvestedRecord", "SourceSettings"]
