"""The 35 municipalities: what the catalogue has of each, what the register says, and where they lie."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ...tracking import boundaries, municipalities
from .. import schema_adoption as schema

__all__ = ["miyagiict_boundary_show", "miyagiict_municipality_list", "miyagiict_municipality_show"]


@tk.side_effect_free
@tk.validate_action_data(schema.municipality_list)
def miyagiict_municipality_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """All 35 municipalities with their datasets and their rows of the adoption register.

    Counts what everybody may see, at most a minute old; the demonstration (見本) is a number of its own.

    ``ckanapi action miyagiict_municipality_list sort=-datasets``

    :param sort: ``code``, ``name`` (by reading), a service (``e-applications``, ``open-data``, ``data-plan``), ``datasets``, ``updated``,
        ``licences`` (datasets that are open), ``formats`` or ``samples``; with ``-`` in front the other way round (optional, default: ``code``)
    :returns: ``code``, ``name``, ``name_en``, ``kana``, ``kind``, ``county``, ``county_en``, ``website``, ``url`` (page here),
        ``organization`` (name), ``datasets``: ``count``, ``open`` (with an open licence and a file that can be read), ``newest`` (ISO day
        or null), ``licences`` and ``formats`` with their counts; ``samples``: datasets of the demonstration; ``adoption``: rows as in
        ``miyagiict_adoption_list``; ``open_data``: ``known_by`` (``catalogue``, ``list``, ``register``, or empty), ``catalogue`` (open datasets), ``register`` (the row)
    Source: names and codes of the package miyagi-reference
    """
    tk.check_access("miyagiict_municipality_list", context, data_dict)
    return municipalities.ordered(municipalities.overview(), data_dict["sort"])


@tk.side_effect_free
@tk.validate_action_data(schema.municipality_show)
def miyagiict_municipality_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One municipality.

    ``ckanapi action miyagiict_municipality_show id=042072``

    :param id: code or name
    :returns: as in ``miyagiict_municipality_list``, and ``latest``: the ten datasets that changed last (``name``, ``title``, ``title_en``,
        ``modified``); ``latest_samples``: the same of the demonstration
    :raises ckan.plugins.toolkit.ValidationError: none of the 35
    """
    tk.check_access("miyagiict_municipality_show", context, data_dict)
    return municipalities.shown(data_dict["id"])


@tk.side_effect_free
@tk.validate_action_data(schema.nothing)
def miyagiict_boundary_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The boundaries that an operator has imported (``ckan miyagiict boundaries import FILE``), simplified for small maps.

    ``ckanapi action miyagiict_boundary_show``

    :returns: ``areas``: code → GeoJSON MultiPolygon, degrees; ``credit``, to be shown with every map; ``source`` (name of the file);
        ``imported_at``. Without imported boundaries ``areas`` is empty and the others are null
    """
    tk.check_access("miyagiict_boundary_show", context, data_dict)
    found = boundaries.known()
    return {"areas": {}, "credit": None, "source": None, "imported_at": None} if found is None else dict(found)
