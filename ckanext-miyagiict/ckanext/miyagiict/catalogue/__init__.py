"""The only room that writes datasets, resources, files and DataStore tables into CKAN.

Plans go through it now, harvested data will go through the same door. It knows "unchanged".
"""
