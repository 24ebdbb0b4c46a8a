"""Pages and addresses of ours; they ask actions and decide nothing."""

from .datapackage import datapackage
from .harvest import harvest
from .plan import plan
from .preview import preview
from .site import site

__all__ = ["datapackage", "harvest", "plan", "preview", "site"]
