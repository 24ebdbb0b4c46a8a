"""Pages and addresses of ours; they ask actions and decide nothing."""

from .api import api
from .datapackage import datapackage
from .forgery import forgery
from .harvest import harvest
from .kpi import kpi
from .municipality import municipality
from .plan import plan
from .preview import preview
from .site import site

__all__ = ["api", "datapackage", "forgery", "harvest", "kpi", "municipality", "plan", "preview", "site"]
