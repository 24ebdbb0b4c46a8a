"""The chain 施策 → KPI → 事業 → 予算・決算 (予算額, 実績額) → 評価, as the tables of the plans have it: no CKAN here.

Only what stands in the tables is a link (a key, a printed number); an equal name is one of its own kind, and everything else stays
unlinked.
"""
