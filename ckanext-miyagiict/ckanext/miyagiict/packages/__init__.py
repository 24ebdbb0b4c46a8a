"""Data Packages: read, validate, compare, explain problems. Knows nothing of CKAN."""
