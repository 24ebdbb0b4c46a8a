"""Pages and addresses of ours; they ask actions and decide nothing."""

from .datapackage import datapackage
from .plan import plan
from .preview import preview
from .site import site

__all__ = ["datapackage", "plan", "preview", "site"]
