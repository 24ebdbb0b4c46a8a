"""Harvesting: portals' records in the catalogue. Reads through ``miyagi_harvesters``, writes through ``catalogue``.

``quarantine`` and ``schedule`` are plain rules and import nothing of CKAN.
"""
