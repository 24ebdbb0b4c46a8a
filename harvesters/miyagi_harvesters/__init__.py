"""Readers of municipal open-data portals. Imports nothing of CKAN."""
