"""Pages and addresses of ours; they ask actions and decide nothing."""

from .datapackage import datapackage
from .preview import preview

__all__ = ["datapackage", "preview"]
