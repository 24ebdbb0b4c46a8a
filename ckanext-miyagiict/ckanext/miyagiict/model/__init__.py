"""Tables of this extension, in CKAN's database. Their history is in ``migration``; the metadata alone creates nothing."""

from .adoption import Boundary, MunicipalAdoption
from .harvest import HarvestedRecord, HarvestRun, SourceSettings
from .history import HistoryEntry
from .kpi import (
    CountedItem,
    KpiChange,
    KpiChoice,
    KpiDefinition,
    KpiObservation,
    KpiReceipt,
    KpiRecount,
    KpiReminder,
    KpiSetting,
    KpiSnapshot,
    KpiVersion,
)

__all__ = [
    "Boundary", "CountedItem", "HarvestRun", "HarvestedRecord", "HistoryEntry", "KpiChange", "KpiChoice", "KpiDefinition", "KpiObservation",
    "KpiReceipt", "KpiRecount", "KpiReminder", "KpiSetting", "KpiSnapshot", "KpiVersion", "MunicipalAdoption", "SourceSettings",
]
