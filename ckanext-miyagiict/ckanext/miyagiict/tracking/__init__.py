"""KPI tracking in the live catalogue: where values are kept, how they are counted, refreshed, frozen and told."""
