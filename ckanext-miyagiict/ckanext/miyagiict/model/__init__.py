"""Our tables in CKAN's database."""

from .adoption import Boundary, MunicipalAdoption
from .harvest import HarvestedRecord, HarvestRun, SourceSettings
from .history import HistoryEntry
from .kpi import (
    ChangedDataset,
    CountedItem,
    KpiChoice,
    KpiDefinition,
    KpiObservation,
    KpiReceipt,
    KpiRecount,
    KpiReminder,
    KpiSetting,
    KpiSnapshot,
)

__all__ = [
    "Boundary", "ChangedDataset", "CountedItem", "HarvestRun", "HarvestedRecord", "HistoryEntry", "KpiChoice", "KpiDefinition",
    "KpiObservation", "KpiReceipt", "KpiRecount", "KpiReminder", "KpiSetting", "KpiSnapshot", "MunicipalAdoption", "SourceSettings",
]
