"""Pages and addresses of ours; they ask actions and decide nothing."""

from .api import api
from .datapackage import datapackage
from .forgery import forgery
from .harvest import harvest
from .kpi import kpi
from .kpi_configure import kpi_configure
from .kpi_report import kpi_report
from .kpi_staff import kpi_staff
from .measures import measures
from .municipality import municipality
from .parameters import parameters
from .plan import plan
from .preview import preview
from .refusal import refusal
from .site import site
from .unstorable import unstorable

# CKAN takes them in this order: the site has its name before another one shows a page ahead of its turn, and nobody sees what is refused.
__all__ = [
    "site", "unstorable", "parameters", "refusal", "api", "datapackage", "forgery", "harvest", "kpi", "kpi_configure", "kpi_report", "kpi_staff",
    "measures", "municipality", "plan", "preview",
]
