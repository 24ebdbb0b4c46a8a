"""Pages and addresses of ours; they ask actions and decide nothing."""

from .datapackage import datapackage

__all__ = ["datapackage"]
