"""Pages and addresses of ours; they ask actions and decide nothing."""

from .datapackage import datapackage
from .forgery import forgery
from .harvest import harvest
from .plan import plan
from .preview import preview
from .site import site

__all__ = ["datapackage", "forgery", "harvest", "plan", "preview", "site"]
