"""What CKAN's table preview asks, as it was typed."""

from __future__ import annotations

from flask import Blueprint

from ..search import tables

__all__ = ["preview"]

preview = Blueprint("miyagiict_preview", __name__)
preview.before_app_request(tables.remember_preview)
